"""Class shares: probabilities for other shares, shares without labels, and the classes of another survey."""

from typing import Any

import numpy as np

from .._validation import by_class

# Chosen on development surveys; docs/probabilities.md tells what each is for.
SHARPNESS = 0.7
MIN_STARS = 10
MAX_CHANGE = 0.15
_STARS, _SHARE = 10.0, 0.15
_MAX_ITER = 300
# After so many rounds a translation changes no more in what it is used for.
_ROUNDS = 10


def with_probability(proba: np.ndarray, column: int, values: np.ndarray) -> np.ndarray:
    """Give one class (a column) these probabilities; the others share the rest in their old proportions.

    NaN leaves the star as it is.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.probabilities import with_probability
    >>> with_probability(np.array([[0.2, 0.2, 0.6]]), 2, np.array([0.0])).tolist()
    [[0.5, 0.5, 0.0]]
    """
    rows, out = np.flatnonzero(~np.isnan(values)), proba.copy()
    others = np.arange(proba.shape[1]) != column
    rest = proba[rows][:, others]
    rest = rest / np.maximum(rest.sum(axis=1, keepdims=True), 1e-300)
    out[np.ix_(rows, others)] = rest * (1.0 - values[rows])[:, None]
    out[rows, column] = values[rows]
    return out


def reweight(proba: np.ndarray, trained: np.ndarray, priors: np.ndarray) -> np.ndarray:
    """Probabilities of shape (n, n_classes) where the classes have the shares `priors`, not those `trained`."""
    weighted = proba * _ratio(priors, trained)
    total = weighted.sum(axis=1, keepdims=True)
    # A star of a class that does not occur, and that nothing else resembles: the shares remain.
    return np.where(total > 0, weighted / np.where(total > 0, total, 1.0), priors)


def resolve_priors(priors: Any, classes: np.ndarray, trained: np.ndarray) -> np.ndarray:
    """Class shares in the order of the classes, positive or zero, summing to one.

    They are given as "balanced", a dict or Series of class -> share, or an array-like of shape (n_classes,). A
    dict may leave classes out: they share what remains as they do in `trained`.
    """
    if isinstance(priors, str):
        if priors != "balanced":
            raise ValueError(
                f"priors={priors!r} is unknown: 'balanced', 'em', a dict of class -> share, or shares can be given."
            )
        return np.full(len(classes), 1.0 / len(classes))
    named = by_class(priors)
    if named is not None:
        return _shares_by_name(named, classes.tolist(), trained)
    shares = check_priors(priors)
    if shares.shape != (len(classes),):
        raise ValueError(
            f"priors has {len(shares)} shares, there are {len(classes)} classes: "
            f"{classes.tolist()}. A dict of class -> share is safer."
        )
    return shares / shares.sum()


def _shares_by_name(priors, names, trained):
    """As `resolve_priors`, of a dict."""
    if unknown := [name for name in priors if name not in names]:
        raise ValueError(f"priors names {unknown}, which are not among the classes {names}.")
    given = check_priors(priors).sum()
    named = np.array([name in priors for name in names])
    shares = np.array([priors.get(name, 0.0) for name in names], dtype=np.float64)
    if named.all():
        if not shares.any():
            raise ValueError(f"priors gives all of the classes no share, got {priors!r}.")
        return shares / shares.sum()
    if given > 1.0 + 1e-9:
        raise ValueError(
            f"priors names {named.sum()} of {len(names)} classes with shares that sum to "
            f"{given:g}: nothing is left for {[name for name in names if name not in priors]}."
        )
    others = np.where(named, 0.0, trained if trained[~named].any() else 1.0)
    return shares + max(1.0 - given, 0.0) * others / others.sum()


def check_priors(priors: Any) -> np.ndarray:
    """The values of given shares, refused where they are none, whatever the classes are."""
    named = by_class(priors)
    values = priors if named is None else list(named.values())
    try:
        shares = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"priors must be numbers, got {priors!r}.") from None
    none_left = not shares.any() and not (named is not None and len(shares))
    if shares.ndim != 1 or not np.isfinite(shares).all() or (shares < 0).any() or none_left:
        raise ValueError(
            f"priors must be shares, positive or zero and not all of them zero, got {priors!r}."
        )
    return shares


def _ratio(priors, trained):
    """Priors / trained; what has never been seen cannot be corrected and keeps its probability."""
    return np.where(trained > 0, priors / np.where(trained > 0, trained, 1.0), np.sign(priors))


def estimate_shares(proba: np.ndarray, trained: np.ndarray) -> tuple[np.ndarray | None, str]:
    """Estimate class shares, or refuse where the estimate cannot be trusted: (None, why).

    The probabilities of the unlabelled stars are for classes with the shares `trained`.
    """
    if len(proba) < MIN_STARS:
        return None, f"{len(proba)} stars are too few ({MIN_STARS} are needed)"
    shares = em_shares(proba, trained)
    # The classifier's counts differ from the true shares by its share of errors at most: an estimate
    # that is farther away says that the probabilities, not the shares, are what changed.
    counts = np.bincount(proba.argmax(axis=1), minlength=len(trained)) / len(proba)
    distance = np.abs(shares - counts).sum() / 2
    limit = min(1.0 - proba.max(axis=1).mean(), MAX_CHANGE) + 1.0 / np.sqrt(len(proba))
    if distance > limit:
        return None, (
            f"the estimated shares differ by {distance:.2f} from those of the predicted classes, "
            f"more than errors explain ({limit:.2f})"
        )
    gain = held_out_gain(proba, trained)
    if gain <= 0:
        return None, (
            "stars left out of the estimate become no likelier by it "
            f"(mean log-likelihood {gain:+.4f})"
        )
    return shares, ""


def em_shares(
    proba: np.ndarray,
    trained: np.ndarray,
    *,
    sharpness: float = SHARPNESS,
    prior_stars: np.ndarray | None = None,
) -> np.ndarray:
    """Class shares that make the stars most likely, by expectation maximisation.

    The probabilities are sharpened first, raised to the power of one over `sharpness`, which leads the estimate
    from that of [1]_ some way towards counting the predicted classes: where probabilities are flatter than they
    should be, the estimate of [1]_ runs away into a few classes. A Dirichlet prior around the shares of the
    training keeps small samples from saying too much: as if `prior_stars` of each class had been seen beforehand
    (None: 10 and 15% of the stars, shared as in `trained`).

    References
    ----------
    .. [1] Saerens, M., Latinne, P., Decaestecker, C. (2002). "Adjusting the outputs of a
       classifier to new a priori probabilities: a simple procedure". Neural Computation 14, 21.
    """
    n = len(proba)
    likelihood = _likelihood(proba, trained, sharpness)
    if prior_stars is None:
        prior_stars = (_STARS + _SHARE * n) * trained
    total = n + prior_stars.sum()
    shares = trained.copy()
    for _ in range(_MAX_ITER):
        # Sum over the stars of likelihood / (likelihood @ shares), which times the shares is the
        # sum of the posteriors: one pass over the matrix instead of three.
        inverse = 1.0 / np.maximum(likelihood @ shares, 1e-300)
        new = (shares * (inverse @ likelihood) + prior_stars) / total
        converged = np.abs(new - shares).sum() < 1e-6
        shares = new
        if converged:
            break
    return shares / shares.sum()


def held_out_gain(proba: np.ndarray, trained: np.ndarray) -> float:
    """Mean log-likelihood that the estimate wins on stars it has not seen.

    Shares are estimated from every other star and judged on the rest, and the other way round.
    """
    likelihood, gains = _likelihood(proba, trained), []
    for seen, unseen in ((0, 1), (1, 0)):
        rest = likelihood[unseen::2]
        before, after = rest @ trained, rest @ em_shares(proba[seen::2], trained)
        gains.append(np.log(np.maximum(after, 1e-300)) - np.log(np.maximum(before, 1e-300)))
    return float(np.concatenate(gains).mean())


def _likelihood(proba, trained, sharpness=SHARPNESS):
    """How likely each star is in each class, up to a factor a star; 0 for classes never seen."""
    sharp = np.maximum(proba, 1e-12) ** (1.0 / sharpness)
    sharp /= sharp.sum(axis=1, keepdims=True)
    return np.where(trained > 0, sharp / np.where(trained > 0, trained, 1.0), 0.0)


def translation(
    proba: np.ndarray, y: np.ndarray, weight: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Shares of one survey's classes among the stars of each class of another survey.

    Stars have the probabilities `proba`, shape (n, n_from), of the other survey's classes, and are of the classes
    whose indices are `y`. The shares, shape (n_from, n_to), make these labels most probable (expectation and
    maximisation); `start`, of that shape, is how many stars of each pair are taken to be known beforehand.

    Examples
    --------
    Of the stars that would be "A" elsewhere, all are of class 1 here, and it is "B" that is divided:

    >>> import numpy as np
    >>> from sklearn_vartl.probabilities import translation
    >>> proba = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.1, 0.9]])
    >>> translation(proba, np.array([1, 1, 1, 0]), np.ones(4), np.full((2, 2), 0.01)).round(1)
    array([[0. , 1. ],
           [0.5, 0.5]])
    """
    labels = np.zeros((len(y), start.shape[1]))
    labels[np.arange(len(y)), y] = weight
    believed = proba
    for _ in range(_ROUNDS):
        counts = start + believed.T @ labels
        table = counts / counts.sum(axis=1, keepdims=True)
        believed = proba * table[:, y].T
        believed = believed / np.maximum(believed.sum(axis=1, keepdims=True), 1e-300)
    return table
