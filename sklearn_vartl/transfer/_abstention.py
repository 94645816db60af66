"""Predictions that may be refused: too unsure, or too unlike the training stars."""

import numpy as np


def abstain(proba, novelty, classes, *, min_probability, max_novelty, unknown):
    """The most probable class of each star, or `unknown`.

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes)
    novelty : ndarray of shape (n,)
        Share of training stars that are less unusual; NaN for a star without any feature, which
        is always refused.
    classes : ndarray of shape (n_classes,)
    min_probability, max_novelty : float
        What the probability of the predicted class must reach, and what the novelty must not
        exceed.
    unknown : object
        What refused stars are called.

    Returns
    -------
    y : ndarray of shape (n,)
        Of the classes' dtype, wide enough for `unknown`; object where one is a name and the other
        a number.

    Raises
    ------
    ValueError
        If `unknown` is one of the classes, or a limit is not between 0 and 1.
    """
    for name, value in {"min_probability": min_probability, "max_novelty": max_novelty}.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be between 0 and 1, got {value!r}.")
    if unknown in classes.tolist():
        raise ValueError(f"unknown={unknown!r} is one of the classes: choose another name.")
    accepted = (proba.max(axis=1) >= min_probability) & (novelty <= max_novelty)
    y = classes[proba.argmax(axis=1)]
    name = np.asarray(unknown)
    kinds = {y.dtype.kind, name.dtype.kind}
    if kinds <= {"U"} or kinds <= set("iuf"):
        return np.where(accepted, y, name)
    y = y.astype(object)
    y[~accepted] = unknown
    return y
