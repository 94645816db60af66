"""Which classes a fine-tuning has, and which remembered stars it rehearses."""

import numpy as np

from ._fitting import Stars
from ._labels import encode, union
from ._memory import Memory


def plan_classes(model, stars, given):
    """Decide the classes of a fine-tuning and add remembered stars.

    Parameters
    ----------
    model : Model
        What is known.
    stars : Stars
        Labelled stars of this call.
    given : ndarray
        Classes of this call, sorted.

    Returns
    -------
    classes : ndarray
        The target's classes in the first fine-tuning, later the union with the known ones.
    stars : Stars
        With remembered stars: in the first fine-tuning the source's of classes that have none,
        later all.

    Raises
    ------
    ValueError
        If a label is not among `given`.
    """
    counts = np.bincount(encode(stars.y, given), weights=stars.weight, minlength=len(given))
    if model.n_transfers:
        classes, memory = union(model.classes, given), model.memory
    else:
        classes, memory = given, _source_stars(model.memory, given[counts == 0], counts)
    return classes, Stars(*memory.rehearse(stars.X, stars.y, stars.weight))


def _source_stars(memory, missing, counts):
    """Source stars of the missing classes, each class with the weight of an average one."""
    memory = memory.only(missing)
    if not len(memory.y):
        return memory
    _, inverse = np.unique(memory.y, return_inverse=True)
    totals = np.bincount(inverse, weights=memory.weight)
    weight = memory.weight / totals[inverse] * counts[counts > 0].mean()
    return Memory(memory.X, memory.y, weight)
