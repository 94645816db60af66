"""What a TransferMLPClassifier has learned, and predictions from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone

from .. import network
from .._validation import are_names, by_class, check_share, union
from ..network import map_head
from ..preprocessing import FeatureScaler
from ..probabilities import (
    Calibration,
    NoveltyReference,
    novelty_reference,
    purity_thresholds,
    translation,
)

STARS_PER_CLASS = 50

# Logits and embeddings of all networks are held for so many stars at a time.
_BLOCK = 4096


@dataclass(frozen=True)
class Memory:
    """Remembered stars: unscaled features, class labels, and the weight each stands for."""

    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(
        cls, X: np.ndarray, y: np.ndarray, weight: np.ndarray, rng: np.random.Generator
    ) -> "Memory":
        """Remember at most `STARS_PER_CLASS` random stars of each class.

        The kept stars carry the total weight of their class.
        """
        kept, kept_weight = [], []
        for label in np.unique(y):
            members = np.flatnonzero(y == label)
            chosen = members
            if members.size > STARS_PER_CLASS:
                chosen = np.sort(rng.choice(members, size=STARS_PER_CLASS, replace=False))
            kept.append(chosen)
            share = weight[chosen] if weight[chosen].sum() > 0 else np.ones(chosen.size)
            kept_weight.append(share * weight[members].sum() / share.sum())
        rows = np.concatenate(kept)
        return cls(X[rows], y[rows], np.concatenate(kept_weight))

    def only(self, classes: np.ndarray) -> "Memory":
        """The memory of some classes."""
        keep = np.isin(self.y, classes)
        return Memory(self.X[keep], self.y[keep], self.weight[keep])

    def of_columns(self, columns: np.ndarray) -> "Memory":
        """The same stars, some of their features."""
        return Memory(self.X[:, columns], self.y, self.weight)

    def weighed(self, classes: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """Weights of the stars with which their classes have these shares."""
        each = dict(zip(classes.tolist(), shares.tolist(), strict=True))
        labels, index = np.unique(self.y, return_inverse=True)
        own = np.array([each.get(label, 0.0) for label in labels.tolist()])
        total = np.bincount(index, weights=self.weight)
        return self.weight / total[index] * own[index]


class Learned:
    """Predictions of a model, block by block; a row without any feature has the class priors.

    A subclass has `classes`, `scaler`, `memory`, `calibration` and `prior`, `predict_and_embed` and
    `embeddings` of some thousand rows that have a feature, and `probabilities` of these.
    """

    # What follows from the rest is no part of a pickle or a copy.
    _derived: ClassVar[tuple[str, ...]] = ("novelty_reference",)

    classes: Any
    memory: Any
    calibration: Any
    prior: Any
    probabilities: Any
    predict_and_embed: Any
    embeddings: Any
    novelty_reference: Any

    def predict_proba(self, X: np.ndarray, device: str) -> np.ndarray:
        """Class probabilities."""
        proba = np.tile(self.prior, (len(X), 1))
        for rows in blocks(np.flatnonzero(usable_rows(X))):
            proba[rows] = self.probabilities(X[rows], device)
        return proba

    def predict_and_place(self, X: np.ndarray, device: str) -> tuple[np.ndarray, np.ndarray]:
        """`predict_proba` and `novelty`, for the work of one."""
        proba, novelty = np.tile(self.prior, (len(X), 1)), np.full(len(X), np.nan)
        for rows in blocks(np.flatnonzero(usable_rows(X))):
            proba[rows], embeddings = self.predict_and_embed(X[rows], device)
            with network.one_blas_thread():
                novelty[rows] = self.novelty_reference.place(embeddings)
        return proba, novelty

    def novelty(self, X: np.ndarray, device: str) -> np.ndarray:
        """Share of training stars that are less unusual; NaN for a row without any feature."""
        out, reference = np.full(len(X), np.nan), self.novelty_reference
        for rows in blocks(np.flatnonzero(usable_rows(X))):
            embeddings = self.embeddings(X[rows], device)
            with network.one_blas_thread():
                out[rows] = reference.place(embeddings)
        return out

    def embed(self, X: np.ndarray, device: str) -> np.ndarray:
        """Embeddings of all networks side by side; NaN for a row without any feature."""
        usable = usable_rows(X)
        # Scalers refuse an empty table: a row of zeros tells the width where no row is usable.
        rows = X[usable] if usable.any() else np.zeros((1, X.shape[1]))
        found = np.hstack(self.embeddings(rows, device))[: usable.sum()]
        out = np.full((len(X), found.shape[1]), np.nan, dtype=np.float32)
        out[usable] = found
        return out

    def purity_thresholds(self, purity: float | Mapping[Any, float]) -> dict[Any, float]:
        """Least probability from which on the stars of each class are as pure as is wished."""
        names = self.classes.tolist()
        named = by_class(purity)
        given: dict[Any, Any] = dict.fromkeys(names, purity) if named is None else named
        if unknown := [name for name in given if name not in names]:
            raise ValueError(f"purity names {unknown}, the classes are {names}.")
        for value in given.values():
            check_share("purity", value)
        wished = np.array([given.get(name, 0.0) for name in names])
        found = purity_thresholds(self.calibration, len(names), wished)
        return dict(zip(names, np.where(wished > 0, found, 0.0).tolist(), strict=True))

    def with_kept(self, given: np.ndarray, keep: Sequence) -> np.ndarray:
        """Classes of a target, and those to keep of these that its labels never name."""
        names = [name for name in self.classes.tolist() if name in keep]
        if not names:
            return given
        kept = np.asarray(names, dtype=self.classes.dtype)
        if are_names(kept) != are_names(given):
            kinds = ("numbers", "names") if are_names(kept) else ("names", "numbers")
            raise TypeError(
                f"The labels are {kinds[0]}, and the classes of the source that `keep` keeps, {kept.tolist()}, are "
                f"{kinds[1]}: give {kinds[1]} as labels, or set keep=()."
            )
        return union(given, kept)

    def __getstate__(self):
        return {k: v for k, v in self.__dict__.items() if k not in self._derived}


@dataclass(frozen=True)
class Opinion:
    """What the source's networks, as they are, say of the target's stars: beside fine-tuned ones."""

    source: "Model"
    table: np.ndarray  # shares of the target's classes in each class of the source; rows sum to one
    say: float  # how much the logarithms of these probabilities count
    # Of each class, 1 but where no label names it; None in files of earlier versions: all are 1.
    odds: np.ndarray | None = None

    # Added to a probability before its logarithm is taken: less says nothing but "no".
    least: ClassVar[float] = 1e-3

    @property
    def worth(self) -> np.ndarray:
        """What each class of the source is worth for each of the target: shares, times odds."""
        return self.table if self.odds is None else self.table * self.odds

    @property
    def rest(self) -> float:
        """What the logits of fine-tuned networks are multiplied by: they judge the same light curve."""
        return 1.0 - 0.5 * self.say

    def joined(self, logits: list[np.ndarray], proba: np.ndarray) -> list[np.ndarray]:
        """Logits of fine-tuned networks, float64, with what the source's probabilities say of these rows."""
        told = self.say * np.log(proba @ self.worth + self.least)
        return [self.rest * own.astype(np.float64) + told for own in logits]


@dataclass(frozen=True)
class Model(Learned):
    """Everything learned, as plain data; immutable, so that the source can be kept and shared."""

    members: tuple  # weights of each network, a dict by the names of the arrays
    classes: np.ndarray  # sorted
    class_count: np.ndarray  # summed weight of the training stars of each class
    scaler: object  # a fitted transformer, or None
    memory: Memory  # remembered stars of each class
    # Temperature of the probabilities, and scores of the held-out stars.
    calibration: Calibration = Calibration()
    history: tuple = ()  # for each member a list of one dict an epoch
    n_transfers: int = 0  # number of fine-tunings behind it
    # Class shares that the networks were shown: those of the stars times class weights, balanced sampling
    # and pseudo-labels. None: those of the stars.
    trained_shares: np.ndarray | None = None
    estimated_priors: np.ndarray | None = None  # class shares estimated from unlabelled stars
    # Fingerprints, sorted, of all labelled stars that the weights have learned from: none of these can be held
    # out of a later training. None where it is not known (files of the first versions).
    seen: np.ndarray | None = None
    opinion: Opinion | None = None  # None: of a source, and in files of earlier versions

    @property
    def prior(self) -> np.ndarray:
        """Share of each class in the training stars."""
        return self.class_count / self.class_count.sum()

    @property
    def shares(self) -> np.ndarray:
        """Class shares that the probabilities imply."""
        shares = self.prior if self.trained_shares is None else self.trained_shares
        return self.calibration.spare(shares[None])[0]

    _derived: ClassVar = ("novelty_reference", "_networks")

    def probabilities(
        self, X: np.ndarray, device: str, told: np.ndarray | None = None
    ) -> np.ndarray:
        """Probabilities of some thousand rows that have a feature.

        `told` is what the source says of them, whose opinion it is; None: it is asked.
        """
        logits = self._networks.logits(scale(self.scaler, X), device)
        return self._averaged(logits, X, device, told)

    def _averaged(self, logits, X, device, told):
        """Probabilities from the logits of the networks."""
        if self.opinion is not None:
            if told is None:
                told = self.opinion.source.predict_proba(X, device)
            logits = self.opinion.joined(logits, told)
        return mean_probability(logits, self.calibration.temperature)

    def predict_and_embed(
        self, X: np.ndarray, device: str, told: np.ndarray | None = None
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """Probabilities, for which see there, and embeddings."""
        inputs = scale(self.scaler, X)
        logits, embeddings = self._networks.logits_and_embeddings(inputs, device)
        proba = self._averaged(logits, X, device, told)
        # Of a view a star may have no feature.
        proba[~usable_rows(X)] = self.prior
        return proba, embeddings

    @cached_property
    def novelty_reference(self) -> NoveltyReference:
        """What distances of the remembered stars say, computed when first asked for."""
        memory = self.memory
        if not len(memory.y):
            raise ValueError(
                "This model remembers no training star (one of load_upsilont): novelty needs "
                "partial_fit_target on labelled stars first."
            )
        with network.one_blas_thread():
            return novelty_reference(self.embeddings(memory.X, "cpu"), memory.y, memory.weight)

    @cached_property
    def _networks(self):
        """The members, ready to predict."""
        return network.Networks(self.members)

    def embeddings(self, X: np.ndarray, device: str) -> list[np.ndarray]:
        """What each network sees in rows that have a feature."""
        return self._networks.embeddings(scale(self.scaler, X), device)


# How much the opinion of the source's networks counts before the first label, and with how many labels a class
# it counts half as much. Chosen on six surveys, each of them unknown to its source.
_FIRST_SAY, _HALF_AT = 0.7, 30.0

# The class that evidence decides about.
NOT_VARIABLE = "NONVAR"

# What the odds of a class are multiplied by that is kept although neither a label nor the user names
# it: where stars were labelled and none is of it, it is rare. Chosen on ASAS, where it costs variables less
# than half of what equal odds do, and noise still gets no class of variables.
ODDS_WITHOUT_LABEL = 0.1


@dataclass(frozen=True)
class Advice:
    """The source's probabilities of the training stars, from which its opinion in the target's classes is learned."""

    source: Model | None  # None: there is nobody to ask
    proba: np.ndarray  # of shape (n, n_source_classes)
    data: Any  # the TrainingData of these stars
    # What each star weighs where classes have the shares that the networks are shown; 0 for those of classes that no
    # label names: they are the source's own.
    weight: np.ndarray
    # How many stars of each pair of classes are taken to be known beforehand, but for shares.
    start: np.ndarray
    odds: np.ndarray  # of each class

    @classmethod
    def of(
        cls,
        source: Model | None,
        X: np.ndarray,
        data: Any,
        classes: np.ndarray,
        kept: np.ndarray,
        sampling: str,
        device: str,
    ) -> "Advice":
        """Ask a source about the stars; `kept` are the positions of the classes that no label names."""
        if source is None:
            return cls(None, np.empty((len(data.y), 0)), data, *(np.empty(0),) * 3)
        weight = np.where(np.isin(data.y, kept), 0.0, data.weight)
        if sampling == "balanced":
            total = np.bincount(data.y, weights=weight, minlength=data.n_classes)
            weight = np.divide(weight, total[data.y], out=np.zeros_like(weight), where=weight > 0)
        # What the source takes for a class that is kept may be one: as likely as one labelled star makes a thing.
        start = np.zeros((len(source.classes), data.n_classes))
        known = source.classes.tolist()
        for position in kept:
            if classes[position] in known:
                start[known.index(classes[position]), position] = 1.0
        # The source has seen as many quasars as anything: of Gaia's red variables it took one in eight for one. Noise
        # may be common though nobody labels it, and where no evidence knows it the source alone does.
        odds = np.ones(data.n_classes)
        odds[[k for k in kept if classes[k] != NOT_VARIABLE]] = ODDS_WITHOUT_LABEL
        return cls(source, source.predict_proba(X, device), data, weight, start, odds)

    def opinion(self, rows: np.ndarray | slice = slice(None)) -> Opinion | None:
        """What the source says, as the labels of these rows have it; None without any."""
        if self.source is None or not (weight := self.weight[rows]).any():
            return None
        y, told = self.data.y[rows], weight > 0
        n_stars = self.data.count[rows][told].sum()
        weight = weight * (n_stars / weight.sum())
        share = np.bincount(y, weights=weight, minlength=self.data.n_classes)
        # A class that none of these stars is of, as rare as half a star.
        share = np.where(share > 0, share, 0.5)
        share[self.start.any(axis=0)] = 0.0
        start = self.start.copy()
        start[~start.any(axis=1)] = share / share.sum()
        table = translation(self.proba[rows], y, weight, start)
        per_class = n_stars / len(np.unique(y[told]))
        say = _FIRST_SAY * _HALF_AT / (_HALF_AT + per_class)
        return Opinion(self.source, table, say, self.odds)


def blocks(rows: np.ndarray) -> Iterator[np.ndarray]:
    """The rows, some thousand at a time."""
    for start in range(0, len(rows), _BLOCK):
        yield rows[start : start + _BLOCK]


# Bits of a feature that its fingerprint knows: five digits, which no order of summation changes. Of fewer features
# than these, five digits are those of other stars, too.
_FINGERPRINT_BITS, _FEW_FEATURES = 16, 4


def fingerprints(X: np.ndarray, *, exact: bool = False) -> np.ndarray:
    """A number for each row of features that tells whether the same star comes again.

    Another processor rounds features in another way: rows are the same where five digits are, of few features
    where all are. `exact`: to the last bit, as files of earlier versions have them.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.transfer._model import fingerprints
    >>> X = np.ones((3, 4))
    >>> one, other, again = fingerprints(np.c_[X, [0.3, np.nan, 0.1 + 0.2], [0.0, 0.0, -0.0]])
    >>> bool(one == again), bool(one == other)
    (True, False)
    """
    # One zero and one NaN: of both there are several.
    X = np.where(np.isnan(X), np.nan, X + 0.0)
    if not exact and X.shape[1] >= _FEW_FEATURES:
        mantissa, exponent = np.frexp(X)
        rounded = np.round(mantissa * 2.0**_FINGERPRINT_BITS)
        X = np.ldexp(rounded, exponent - _FINGERPRINT_BITS)
    digests = [blake2b(row.tobytes(), digest_size=8).digest() for row in X]
    return np.frombuffer(b"".join(digests), dtype=np.uint64)


def are_among(X: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Whether rows of features have one of these fingerprints, whichever version made them."""
    return np.isin(fingerprints(X), seen) | np.isin(fingerprints(X, exact=True), seen)


def all_seen(model: Any, stars: np.ndarray) -> np.ndarray:
    """Fingerprints of what a model has learned from, once these stars are learned, too."""
    return np.unique(stars) if model.seen is None else np.union1d(model.seen, stars)


def mean_probability(logits: list[np.ndarray], temperature: float) -> np.ndarray:
    """Mean over the members of the softmax of logits / temperature, float64."""
    # As softmax, but in place and over columns: it is a part of the time of a prediction. A column by itself is added
    # up in another order than one among others: a star alone gets company.
    alone = len(logits[0]) == 1
    total = np.zeros((logits[0].shape[1], 2 if alone else len(logits[0])))
    for own in logits:
        proba = np.empty_like(total)
        proba[:] = own.T
        proba /= temperature
        proba -= proba.max(axis=0)
        np.exp(proba, out=proba)
        proba /= proba.sum(axis=0)
        total += proba
    return np.ascontiguousarray(total.T[: len(logits[0])] / len(logits))


def usable_rows(X: np.ndarray) -> np.ndarray:
    """Mark the rows with at least one feature."""
    return ~np.isnan(X).all(axis=1)


def scale(scaler: Any, X: np.ndarray) -> np.ndarray:
    """Scaled inputs of the network, float32; missing or infinite values are refused."""
    if scaler is not None:
        X = scaler.transform(with_names(X, getattr(scaler, "feature_names_in_", None)))
    scaled = np.asarray(X, dtype=np.float64)
    if not np.isfinite(scaled).all():
        raise ValueError(
            f"The scaler {type(scaler).__name__} returned NaN or infinity. FeatureScaler() imputes "
            "missing values; other scalers need an imputer before them."
        )
    return scaled.astype(np.float32)


def fit_scaler(scaler: Any, X: np.ndarray, names: np.ndarray | None) -> Any:
    """Fit a clone of the scaler ("auto": FeatureScaler; None stays None) on columns of these names."""
    if scaler is None:
        return None
    scaler = FeatureScaler() if isinstance(scaler, str) else clone(scaler)
    # y positionally: FrozenEstimator, which keeps a fitted scaler as it is, requires one.
    return scaler.fit(with_names(X, names), None)


def with_names(X: np.ndarray, names: np.ndarray | None) -> Any:
    """Give the columns the names they had, for scalers that choose columns by name."""
    if names is None:
        return X
    from pandas import DataFrame

    return DataFrame(X, columns=names, copy=False)


def map_heads(model: Model, classes: np.ndarray) -> list[dict[str, np.ndarray]]:
    """Weights of all members of a Model with a head for other classes."""
    return [map_head(weights, model.classes, classes) for weights in model.members]
