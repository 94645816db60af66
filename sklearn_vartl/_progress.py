"""Bars of progress, one look for all."""

import sys


def progress_bar(run=None, *, visible=True, **options):
    """Show a bar of progress on stderr, in a terminal, a notebook or a file.

    Parameters
    ----------
    run : iterable, default=None
        Passed through while the bar counts its items; without it, call ``update`` of the result.
    visible : bool, default=True
        Whether there is anything to see.
    **options
        Of tqdm: ``total``, ``desc``, ``unit``.

    Returns
    -------
    tqdm.std.tqdm
        An iterable and a context manager.

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
