"""What held-out stars tell: a temperature, how much say each of several classifiers has, and sets of classes.

Temperature scaling on stars that the classifiers have not seen (Guo et al. 2017), a logarithmic pool,
and conformal sets.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.special import log_softmax, softmax

# Spread of log(temperature) before any star is seen: averaged networks with smoothed labels need
# little correction, and forty stars would be followed to .76 where 1.07 is right.
_SPREAD = 0.1

# Below this a probability says nothing but "no" (a small forest's zero is no certainty): its
# logarithm would only be noise.
_SMALLEST = 1e-4


@dataclass(frozen=True)
class Calibration:
    """What stars left out of fitting tell about the probabilities; arrays hold a number a held-out star.

    Each star was judged once, by classifiers that had not learned from it.
    """

    temperature: float = 1.0  # what logits are divided by
    # One minus the calibrated probability of the true class, sorted.
    scores: np.ndarray = field(default_factory=lambda: np.empty(0))
    # Index of that class, float64; None where it is not known (files of the first versions).
    labels: np.ndarray | None = None
    # Index of the most probable class, float64; None where it is not known.
    found: np.ndarray | None = None
    sure: np.ndarray | None = None  # probability of the most probable class
    # Index of each class that is predicted though no label names it, float64; None: there is none.
    kept: np.ndarray | None = None
    # Probability of these classes together, of each held-out star, before labelled stars lowered their odds.
    lost: np.ndarray | None = None
    # What the odds of each of these classes are multiplied by, or of all alike; None: by nothing.
    kept_odds: np.ndarray | float | None = None

    def spare(self, proba: np.ndarray) -> np.ndarray:
        """Probabilities with the odds of the classes that are kept without a label multiplied by `kept_odds`."""
        if self.kept is None or self.kept_odds is None or np.all(self.kept_odds == 1.0):
            return proba
        factor = np.ones(proba.shape[1])
        factor[self.kept.astype(np.int64)] = self.kept_odds
        spared = proba * factor
        return spared / spared.sum(axis=1, keepdims=True)


def calibrate(
    logits: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray,
    earlier: Calibration | None = None,
    refine: Callable[[np.ndarray], np.ndarray] | None = None,
    kept: Sequence[int] | np.ndarray = (),
    most: np.ndarray | float = 1.0,
) -> Calibration:
    """Find the temperature of held-out stars, and their scores at it.

    Logits of shape (n, n_classes) come from classifiers that have not seen the stars; `weight` counts in the
    search for the temperature, scores are of single stars. Around the temperature that `earlier` stars told,
    whose labels are in the same classes and whose scores are kept, the new one is looked for. `refine` changes
    the calibrated probabilities before they are judged. The odds of the classes `kept` without a label are
    multiplied by `most`, or less: until hardly a held-out star is lost to them.
    """
    earlier = Calibration() if earlier is None else earlier
    temperature = fit_temperature(logits, y, weight, centre=earlier.temperature)
    proba = softmax(logits / temperature, axis=1)
    if refine is not None:
        proba = refine(proba)
    spared = Calibration()
    if len(kept):
        index = np.asarray(kept, dtype=np.float64)
        rarer = Calibration(kept=index, kept_odds=most).spare(proba)
        spared = sparing(rarer[:, kept].sum(axis=1), index, earlier, most=most)
    proba = spared.spare(proba)
    told = {
        "scores": 1.0 - proba[np.arange(len(y)), y],
        "labels": y.astype(np.float64),
        "found": proba.argmax(axis=1).astype(np.float64),
        "sure": proba.max(axis=1),
    }
    if earlier.scores.size:
        # What is not known of the earlier stars is not known of all.
        before = {name: getattr(earlier, name) for name in told}
        told = {
            name: np.concatenate([before[name], values])
            for name, values in told.items()
            if before[name] is not None
        }
    order = np.argsort(told["scores"])
    return replace(
        spared, temperature=temperature, **{name: values[order] for name, values in told.items()}
    )


# Share of the labelled stars that classes without a label may cost.
_LOST = 0.015


def sparing(
    lost: np.ndarray,
    kept: Sequence[int] | np.ndarray,
    earlier: Calibration | None = None,
    *,
    most: np.ndarray | float = 1.0,
) -> Calibration:
    """Lower the odds of classes that no label names, so that hardly a labelled star is lost to them.

    `lost` is the probability that each labelled star is of one of the classes `kept`, by classifiers that have
    not seen it, where the odds of each of these classes are multiplied by `most` already; what `earlier` stars told
    of the same classes counts, too. The Calibration that is returned knows of the odds alone, of shape (n_kept,):
    `most`, where no more than the share `_LOST` is lost, or one star, which is no proof; all lower by one factor else.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.probabilities import sparing
    >>> sparing(np.array([0.02, 0.0]), [1]).kept_odds
    array([1.])
    >>> told = sparing(np.full(200, 0.5), [1])
    >>> told.spare(np.array([[0.5, 0.5]])).round(2)  # (.11 / .89)^2 = .015 / .985
    array([[0.89, 0.11]])
    """
    index = np.asarray(kept, dtype=np.float64)
    if earlier is not None and earlier.kept is not None and np.array_equal(earlier.kept, index):
        lost = np.concatenate([earlier.lost, lost])
    possible = np.clip(lost, 0.0, 1.0 - 1e-9)
    ratio = possible / (1.0 - possible)

    def excess(log_odds):
        # Squared, so that it is about what is decided: networks that learned smoothed labels are never quite
        # sure, and thousands of small doubts are no loss.
        each = 1.0 - 1.0 / (1.0 + (np.exp(log_odds) * ratio) ** 2)
        return each.sum() - max(_LOST * len(ratio), 1.0)

    factor = 1.0
    if lost.size and excess(0.0) > 0:
        factor = float(np.exp(brentq(excess, -40.0, 0.0)))
    odds = np.broadcast_to(np.asarray(most, dtype=np.float64) * factor, index.shape).copy()
    return Calibration(kept=index, lost=lost, kept_odds=odds)


def fit_temperature(
    logits: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray | None = None,
    *,
    centre: float = 1.0,
    spread: float = _SPREAD,
) -> float:
    """The most probable temperature, where its logarithm is normal beforehand.

    `logits`, of shape (n, n_classes), may be logarithms of probabilities. The temperature is thought to be near
    `centre`, its logarithm within `spread` of that; ``np.inf``: as far as the stars say.

    Examples
    --------
    Two stars in three are what the logits say, which are far too sure:

    >>> import numpy as np
    >>> from sklearn_vartl.probabilities import fit_temperature
    >>> logits, y = np.tile([4.0, 0.0], (300, 1)), np.tile([0, 0, 1], 100)
    >>> round(fit_temperature(logits, y, spread=np.inf), 2)  # 4 / log(2)
    5.77
    """

    before = np.log(centre)

    def loss(log_temperature):
        log_proba = log_softmax(logits / np.exp(log_temperature), axis=1)
        own = -np.average(log_proba[np.arange(len(y)), y], weights=weight)
        return own + 0.5 * ((log_temperature - before) / spread) ** 2 / len(y)

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))


def log_proba(proba: np.ndarray) -> np.ndarray:
    """Logarithms of probabilities, those below one in ten thousand taken as that."""
    return np.log(np.maximum(proba, _SMALLEST))


def at_temperature(proba: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities with their logarithms divided by the temperature."""
    return softmax(log_proba(proba) / temperature, axis=1)


# Spread of a weight before any star is seen: thirty stars move weights a little, thousands as far as
# they like. Chosen on stars of four surveys that no figure in the documentation is of.
_WEIGHT_SPREAD = 0.2


def fit_weights(
    log_probas: Sequence[np.ndarray],
    y: np.ndarray,
    weight: np.ndarray | None = None,
    *,
    centre: np.ndarray,
    spread: float = _WEIGHT_SPREAD,
) -> np.ndarray:
    """The most probable weights of a logarithmic pool [1]_, where each is normal beforehand.

    `log_probas` has for each classifier, none of which has seen the stars, the logarithms of its probabilities,
    shape (n, n_classes). The weights, shape (n_classifiers,), are thought to be near `centre`, each within
    `spread` of it. They are not negative and sum to one: how sure the pool may be is left to a temperature.

    References
    ----------
    .. [1] Genest, C., Zidek, J. (1986). "Combining probability distributions: a critique and an
       annotated bibliography". Statistical Science 1, 114.
    """
    logs, stars = np.stack(log_probas), np.arange(len(y))
    share = np.full(len(y), 1.0 / len(y)) if weight is None else weight / weight.sum()
    own = logs[:, stars, y]

    def loss(weights):
        found = log_softmax(np.tensordot(weights, logs, 1), axis=1)
        expected = np.einsum("nk,pnk->pn", np.exp(found), logs)
        moved = (weights - centre) / spread
        value = -share @ found[stars, y] + 0.5 * moved @ moved / len(y)
        return value, (expected - own) @ share + moved / spread / len(y)

    bounds = [(0.0, None)] * len(logs)
    weights = minimize(loss, centre, jac=True, bounds=bounds, method="L-BFGS-B").x
    return weights / weights.sum() if weights.sum() > 0 else centre / centre.sum()


def purity_thresholds(calibration: Calibration, n_classes: int, purity: np.ndarray) -> np.ndarray:
    """Least probability from which on held-out stars of each class were as pure as that.

    Both are of shape (n_classes,); a threshold is infinite where no held-out star has the class, or the surest
    ones are not pure enough. ValueError if no star was held out, or what became of them is not known.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.probabilities import Calibration, purity_thresholds
    >>> sure, found = np.array([0.99, 0.9, 0.8, 0.7, 0.6]), np.zeros(5)
    >>> told = Calibration(1.0, 1 - sure, np.array([0.0, 0, 0, 1, 0]), found, sure)
    >>> purity_thresholds(told, 2, np.array([0.9, 0.9]))
    array([0.8, inf])
    """
    labels, found, sure = calibration.labels, calibration.found, calibration.sure
    if labels is None or found is None or sure is None or not len(found):
        raise ValueError(
            "No held-out star of this model tells how pure its classes are: fit or fine-tune with "
            "calibration='temperature' (a model that was saved by an earlier version: anew), or take "
            "the threshold of accuracy_estimate."
        )
    thresholds = np.full(n_classes, np.inf)
    for k in range(n_classes):
        own = np.flatnonzero(found == k)
        own = own[np.argsort(-sure[own], kind="stable")]
        n = np.arange(1, len(own) + 1)
        # As if one more star were as right as it believes: the surest alone proves little.
        right = np.cumsum(labels[own] == k) + np.cumsum(sure[own]) / n
        pure = np.flatnonzero(right / (n + 1) >= purity[k])
        if pure.size:
            thresholds[k] = sure[own[pure[-1]]]
    return thresholds


def prediction_sets(
    calibration: Calibration, proba: np.ndarray, alpha: float, priors: np.ndarray | None = None
) -> np.ndarray:
    """Sets of classes of stars, bool of shape (n, n_classes), from their probabilities and those of held-out stars.

    The probabilities are for the class shares of the training, made as the scores of the held-out stars were;
    `priors` are the shares among these stars, where they are others.
    """
    labels = ratio = None
    if not calibration.scores.size:
        raise ValueError(
            "predict_set needs stars held out of fitting: set calibration='temperature' before fit or "
            "partial_fit_target, and give two stars of a class at least that were not learned before."
        )
    if priors is not None:
        if calibration.labels is None:
            raise ValueError(
                "This model was saved without the classes of its held-out stars: predict_set "
                "needs priors=None, or a new fit."
            )
        labels = calibration.labels.astype(np.int64)
        # Scores are counted star by star, whatever the stars weigh: so are the shares.
        share = np.bincount(labels, minlength=len(priors)) / len(labels)
        unknown = np.where(priors > 0, np.inf, 0.0)
        ratio = np.divide(priors, share, out=unknown, where=share > 0)
    return conformal_sets(proba, calibration.scores, alpha, labels, ratio)


def conformal_sets(
    proba: np.ndarray,
    held_out_scores: np.ndarray,
    alpha: float,
    held_out_labels: np.ndarray | None = None,
    ratio: np.ndarray | None = None,
) -> np.ndarray:
    """Sets of classes with probability of at least 1 - alpha to contain the true one, bool of shape (n, n_classes).

    The scores are one minus the probability of the true class [1]_, of stars not used for fitting.

    Where the classes have other shares among the stars of `proba` than among the held-out ones, `ratio`, shape
    (n_classes,), is the former over the latter, and held-out stars count by it [2]_. A class that none of them
    shows has infinity, and is in every set.

    References
    ----------
    .. [1] Sadinle, M., Lei, J., Wasserman, L. (2019). "Least ambiguous set-valued classifiers
       with bounded error levels". JASA 114, 223.
    .. [2] Podkopaev, A., Ramdas, A. (2021). "Distribution-free uncertainty quantification for
       classification under label shift". UAI.
    """
    weight = np.ones(len(held_out_scores)) if ratio is None else ratio[held_out_labels]
    ratio = np.ones(proba.shape[1]) if ratio is None else ratio
    order = np.argsort(held_out_scores)
    scores, below = held_out_scores[order], np.cumsum(weight[order])
    # Where so few stars promise nothing any class is possible.
    sets = np.ones(proba.shape, dtype=bool)
    for k, own in enumerate(ratio):
        # The star itself, were it of class k, counts as one with the largest possible score.
        needed = (1.0 - alpha) * (weight.sum() + own)
        first = np.searchsorted(below, needed * (1.0 - 1e-12))
        if own == 0:
            sets[:, k] = False
        elif first < len(scores):
            sets[:, k] = 1.0 - proba[:, k] <= scores[first]
    return sets
