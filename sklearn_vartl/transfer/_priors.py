"""Class shares of the stars that are predicted, where they differ from the training stars'."""

import numpy as np


def reweight(proba, trained, priors):
    """Probabilities for stars whose classes have other shares.

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes)
        Probabilities where the classes have the shares `trained`.
    trained, priors : ndarray of shape (n_classes,)
        Shares there, and shares among the stars that are predicted.

    Returns
    -------
    proba : ndarray of shape (n, n_classes)
    """
    weighted = proba * _ratio(priors, trained)
    total = weighted.sum(axis=1, keepdims=True)
    # A star of a class that does not occur, and that nothing else resembles: the shares remain.
    return np.where(total > 0, weighted / np.where(total > 0, total, 1.0), priors)


def resolve_priors(priors, classes, trained):
    """Class shares in the order of the classes.

    Parameters
    ----------
    priors : "balanced", dict of class -> share or array-like of shape (n_classes,)
        A dict may leave classes out: they share what remains as they do in `trained`.
    classes : ndarray of shape (n_classes,)
    trained : ndarray of shape (n_classes,)

    Returns
    -------
    shares : ndarray of shape (n_classes,)
        Positive or zero, summing to one.

    Raises
    ------
    ValueError
        If a class is unknown, the number of shares is not that of the classes, or what a dict
        leaves out would have a negative share.
    """
    if isinstance(priors, str):
        return np.full(len(classes), 1.0 / len(classes))
    if not isinstance(priors, dict):
        shares = check_priors(priors)
        if shares.shape != (len(classes),):
            raise ValueError(
                f"priors has {len(shares)} shares, there are {len(classes)} classes: "
                f"{classes.tolist()}. A dict of class -> share is safer."
            )
        return shares / shares.sum()
    names = classes.tolist()
    unknown = [name for name in priors if name not in names]
    if unknown:
        raise ValueError(f"priors names {unknown}, which are not among the classes {names}.")
    given = check_priors(priors)
    named = np.array([name in priors for name in names])
    shares = np.array([priors.get(name, 0.0) for name in names], dtype=np.float64)
    if named.all():
        return shares / shares.sum()
    rest = 1.0 - given.sum()
    if rest < -1e-9:
        raise ValueError(
            f"priors names {named.sum()} of {len(names)} classes with shares that sum to "
            f"{given.sum():g}: nothing is left for {classes[~named].tolist()}."
        )
    others = np.where(named, 0.0, trained)
    if not others.any():
        others = np.where(named, 0.0, 1.0)
    return shares + max(rest, 0.0) * others / others.sum()


def check_priors(priors):
    """Check given shares, whatever the classes are.

    Returns
    -------
    shares : ndarray
        The values.

    Raises
    ------
    ValueError
        If they are no numbers, one is negative or not finite, or all are zero.
    """
    values = list(priors.values()) if isinstance(priors, dict) else priors
    try:
        shares = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"priors must be numbers, got {priors!r}.") from None
    if shares.ndim != 1 or not np.isfinite(shares).all() or (shares < 0).any() or not shares.any():
        raise ValueError(
            f"priors must be shares, positive or zero and not all of them zero, got {priors!r}."
        )
    return shares


def _ratio(priors, trained):
    """Priors / trained; what has never been seen cannot be corrected and keeps its probability."""
    return np.where(trained > 0, priors / np.where(trained > 0, trained, 1.0), np.sign(priors))
