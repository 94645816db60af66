"""Axes for the displays."""

import numpy as np


def pyplot():
    """matplotlib.pyplot.

    Raises
    ------
    ImportError
        If matplotlib is missing, with the remedy.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("Plots need matplotlib: pip install sklearn_vartl[plot]") from error
    return plt


def one_axes(ax, **options):
    """The given axes, or those of a new figure."""
    if ax is not None:
        return ax
    return pyplot().subplots(layout="constrained", **options)[1]


def several_axes(ax, number, **options):
    """The given sequence of axes, or those of a new figure in one row.

    Raises
    ------
    ValueError
        If not so many axes are given.
    """
    if ax is None:
        return pyplot().subplots(1, number, layout="constrained", squeeze=False, **options)[1][0]
    axes = np.ravel(np.asarray(ax, dtype=object))
    if len(axes) != number:
        raise ValueError(f"ax must hold {number} axes, it holds {len(axes)}.")
    return axes
