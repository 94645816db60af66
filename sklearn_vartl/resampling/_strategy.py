"""How many stars of each class a sampler makes: imbalanced-learn's `sampling_strategy`."""

from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np

NAMED = ("auto", "not majority", "not minority", "minority", "all")


def stars_to_make(y, sampling_strategy):
    """Count the new stars of each class.

    Parameters
    ----------
    y : ndarray of shape (n_stars,)
        Classes.
    sampling_strategy : str, float, dict or callable
        As in imbalanced-learn: a name enlarges the classes it names ("auto" is "not majority") to
        the size of the largest; a float, for two classes only, is the wanted ratio of the smaller
        to the larger; a dict gives the wanted number of stars of each class; a callable returns
        such a dict for `y`.

    Returns
    -------
    counts : dict of class -> int
        Only classes that get new stars, in the order of the classes.

    Raises
    ------
    ValueError
        If the strategy is unknown, names a class without stars, or asks for fewer than there are.
    """
    classes, sizes = np.unique(y, return_counts=True)
    present = dict(zip(classes.tolist(), sizes.tolist(), strict=True))
    if callable(sampling_strategy):
        sampling_strategy = sampling_strategy(y)
    if isinstance(sampling_strategy, str):
        wanted = _named(present, sampling_strategy)
    elif isinstance(sampling_strategy, Mapping):
        wanted = _checked(present, dict(sampling_strategy))
    elif isinstance(sampling_strategy, Real):
        wanted = _ratio(present, float(sampling_strategy))
    else:
        raise ValueError(
            f"sampling_strategy must be one of {', '.join(NAMED)}, a number, a dict or a callable, "
            f"got {sampling_strategy!r}."
        )
    return {c: wanted[c] - n for c, n in present.items() if wanted.get(c, n) > n}


def _named(present, name):
    if name not in NAMED:
        raise ValueError(f"sampling_strategy must be one of {', '.join(NAMED)}, got {name!r}.")
    largest, smallest = max(present, key=present.get), min(present, key=present.get)
    chosen = {
        "all": set(present),
        "minority": {smallest},
        "not minority": set(present) - {smallest},
    }.get(name, set(present) - {largest})
    return dict.fromkeys(chosen, present[largest])


def _checked(present, wanted):
    unknown = [c for c in wanted if c not in present]
    if unknown:
        raise ValueError(
            f"sampling_strategy names {unknown}, of which y has no star; "
            f"its classes are {list(present)}."
        )
    for name, count in wanted.items():
        if not isinstance(count, Integral) or count < present[name]:
            raise ValueError(
                f"sampling_strategy asks for {count!r} stars of {name!r}; it must be a whole "
                f"number not below the {present[name]} there are: a sampler that makes stars "
                "removes none."
            )
    return wanted


def _ratio(present, ratio):
    if len(present) != 2:
        raise ValueError(
            f"A number as sampling_strategy is for two classes, y has {len(present)}: "
            "pass a name or a dict of class -> number of stars."
        )
    smallest, largest = sorted(present, key=present.get)
    count = int(ratio * present[largest])
    if not 0 < ratio <= 1 or count < present[smallest]:
        raise ValueError(
            f"sampling_strategy={ratio:g} must be between the present ratio "
            f"{present[smallest] / present[largest]:g} and 1."
        )
    return {smallest: count}
