"""Bars of progress, one look for all."""

import sys


def progress_bar(run=None, *, visible=True, **options):
    """Show a bar of progress on stderr, in a terminal, a notebook or a file.

    Without `run`, an iterable whose items are counted, call ``update`` of the result, which is a context manager,
    too. The options ``total``, ``desc`` and ``unit`` are tqdm's.

    Examples
    --------
    >>> from sklearn_vartl._progress import progress_bar
    >>> list(progress_bar("abc", visible=False))
    ['a', 'b', 'c']
    """
    from tqdm.auto import tqdm

    if not (sys.stderr.isatty() or "ipykernel" in sys.modules):
        # What goes to a file stays there: a line now and then, not ten a second.
        options = {"mininterval": 60, "miniters": 1, **options}
    return tqdm(run, disable=not visible, **options)
