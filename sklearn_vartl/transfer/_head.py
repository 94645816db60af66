"""The head's rows when classes come, go and change their order."""

import numpy as np

from ..network import replace_head
from ._synonyms import related_classes


def map_head(weights, old_classes, new_classes):
    """Give the network a head for other classes.

    A class that was there keeps its row. A new class gets the mean row of its relatives: classes
    with the same meaning under another name, else those of the same superclass (a semi-detached
    binary starts between contact and detached ones), else of all classes.

    Parameters
    ----------
    weights : dict of str -> ndarray
    old_classes, new_classes : ndarray

    Returns
    -------
    weights : dict of str -> ndarray
        The backbone is shared with the input.
    """
    rows = [_source_rows(name, old_classes) for name in new_classes.tolist()]
    weight = np.stack([weights["head.weight"][r].mean(axis=0) for r in rows])
    bias = np.stack([weights["head.bias"][r].mean() for r in rows])
    return replace_head(weights, weight, bias)


def map_heads(model, classes):
    """Weights of all members of a Model with a head for other classes."""
    return [map_head(weights, model.classes, classes) for weights in model.members]


def _source_rows(name, old_classes):
    old = old_classes.tolist()
    relatives = [name] if name in old else related_classes(name, old)
    return [old.index(r) for r in relatives] or list(range(len(old)))
