"""Adaptation of a source to a survey of which no label is known: the DomainAdapter.

Imports `transfer`, `network` and the ground floor; nothing in the package needs it.
"""

import math
import warnings
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh
from scipy.optimize import nnls
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import matthews_corrcoef, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import _num_samples, check_is_fitted

from ._validation import check_labels, fit_context
from .network import one_thread
from .transfer import scale, unwrap

__all__ = ["DomainAdapter"]

# Variance that is added to every axis, as a share of the mean one: axes of no variance stay finite.
_RIDGE = 0.03
# Steps of the auto-encoder's training, and stars in each.
_STEPS, _BATCH = 600, 256
# A linear model tells two samples of one survey apart this well by chance.
_NO_SHIFT = 0.55
_MUCH_LABEL_SHIFT = 0.2


def standard(E):
    """What gives columns the mean zero and the standard deviation one that these rows have then."""
    return StandardScaler().fit(E).transform


class Coral:
    """Give target rows the source's mean and covariance (Sun et al. 2016)."""

    def __init__(self, source, target):
        self.mean, self.goal = target.mean(axis=0), source.mean(axis=0)
        self.matrix = _power(_covariance(target), -0.5) @ _power(_covariance(source), 0.5)

    def __call__(self, E):
        return (E - self.mean) @ self.matrix + self.goal


def _covariance(E):
    C = np.atleast_2d(np.cov(E, rowvar=False))
    return C + _RIDGE * max(np.trace(C) / len(C), 1e-12) * np.eye(len(C))


def _power(C, exponent):
    values, vectors = eigh(C)
    return (vectors * values**exponent) @ vectors.T


class Autoencoder:
    """Encoder of an auto-encoder that was trained on source and target rows together.

    Its random numbers are its own: other threads and the caller's generators do not meet them.
    """

    def __init__(self, E, width, seed):
        import torch
        from torch import nn

        with one_thread():
            random, rng = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
            n = E.shape[1]
            sizes = [(n, 2 * width), (2 * width, width), (width, 2 * width), (2 * width, n)]
            layers = [_linear(n_in, n_out, random) for n_in, n_out in sizes]
            network = nn.Sequential(layers[0], nn.ReLU(), *layers[1:3], nn.ReLU(), layers[3])
            optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
            rows = torch.tensor(E, dtype=torch.float32)
            for _ in range(_STEPS):
                chosen = rng.integers(len(rows), size=min(_BATCH, len(rows)))
                batch = rows[torch.as_tensor(chosen)]
                # Noise on the input: the code must not follow what is noise in either survey.
                noisy = batch + 0.1 * torch.randn(batch.shape, generator=random)
                loss = nn.functional.mse_loss(network(noisy), batch)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            # Without the code's own bias: its columns are brought to a mean of zero anyway.
            learned = layers[0].weight, layers[0].bias, layers[1].weight
            self.weights = [tensor.detach().numpy().copy() for tensor in learned]

    def __call__(self, E):
        inner, bias, outer = self.weights
        return np.maximum(E @ inner.T + bias, 0) @ outer.T


def _linear(n_in, n_out, random):
    """A linear layer that starts as torch's own, with random numbers of a given generator."""
    from torch import nn

    layer = nn.utils.skip_init(nn.Linear, n_in, n_out)
    nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=random)
    nn.init.uniform_(layer.bias, -1 / math.sqrt(n_in), 1 / math.sqrt(n_in), generator=random)
    return layer


class SourceHead:
    """A linear head that answers to source stars what the source answers."""

    def __init__(self, Z, proba, classes):
        # A penalty that hardly counts but where columns repeat each other.
        self.ridge = Ridge(alpha=1.0).fit(Z, np.log(np.maximum(proba, 1e-6)))
        self.classes_ = classes

    def predict_proba(self, Z):
        return softmax(self.ridge.predict(Z).reshape(len(Z), -1), axis=1)


@dataclass(frozen=True)
class Aligned:
    """A source as it sees another survey.

    Attributes
    ----------
    source : fitted classifier with `embed`
    steps : tuple of callable
        What becomes of its embedding, one after the other.
    head : fitted classifier or None
        Classifies what they return; None: the source's own answer counts.
    """

    source: Any
    steps: tuple[Callable[[NDArray[Any]], NDArray[Any]], ...] = ()
    head: Any = None

    def embed(self, X):
        """Adapted features."""
        if self.head is None:
            return self.source.embed(X)
        E = np.asarray(self.source.embed(X), np.float64)
        for step in self.steps:
            E = step(E)
        return E

    def predict_proba(self, X):
        """Probabilities in the order of the source's classes."""
        if self.head is None:
            return self.source.predict_proba(X)
        Z = self.embed(X)
        empty = np.isnan(Z).any(axis=1)
        proba = np.zeros((len(Z), len(self.source.classes_)))
        columns = np.searchsorted(self.source.classes_, self.head.classes_)
        proba[:, columns] = self.head.predict_proba(np.where(empty[:, None], 0.0, Z))
        if empty.any():
            # The source's own answer to a star without features: the class shares.
            proba[empty] = self.source.predict_proba(X)[empty]
        return proba


def align(adapter, source, seed, X, X_source, y_source):
    """What the method of a DomainAdapter makes of a source and a target; returns Aligned."""
    if adapter.method == "batchnorm":
        return Aligned(_with_norm_of(source, X))
    E_source, E = (np.asarray(source.embed(Z), np.float64) for Z in (X_source, X))
    known, seen = ~np.isnan(E_source).any(axis=1), ~np.isnan(E).any(axis=1)
    E_source, E, y_source = E_source[known], E[seen], np.asarray(y_source)[known]
    units = standard(E_source)
    Z_source = units(E_source)
    if adapter.method == "coral":
        steps = (units, Coral(Z_source, units(E)))
    else:
        own = standard(E)
        code = Autoencoder(np.vstack([Z_source, own(E)]), adapter.n_components, seed)
        code_units = standard(code(Z_source))
        Z_source = code_units(code(Z_source))
        steps = (own, code, code_units)
    if adapter.classifier is not None:
        return Aligned(source, steps, clone(adapter.classifier).fit(Z_source, y_source))
    proba = source.predict_proba(_safe_indexing(X_source, np.flatnonzero(known)))
    return Aligned(source, steps, SourceHead(Z_source, proba, source.classes_))


def _with_norm_of(source, X):
    """A copy of the source whose batch normalisation has the statistics of X."""
    if hasattr(source, "_renormalised"):
        return source._renormalised(X)
    learned = getattr(source, "model_", None)
    if isinstance(source, Pipeline) or not hasattr(learned, "members"):
        raise ValueError(
            "method='batchnorm' needs a TransferMLPClassifier or TransferImageClassifier, got a "
            f"{type(source).__name__}: use 'coral' or 'autoencoder', or give it the features."
        )
    X = np.asarray(X, dtype=np.float64)
    inputs = scale(learned.scaler, X[~np.isnan(X).all(axis=1)])
    adapted = deepcopy(source)
    members = tuple(renormalised(member, inputs) for member in learned.members)
    adapted.model_ = replace(learned, members=members)
    return adapted


def renormalised(member, inputs):
    """Weights of a network whose batch normalisation has the statistics of these inputs.

    Parameters
    ----------
    member : dict of str to ndarray
        Weights of a network of `TransferMLPClassifier`.
    inputs : ndarray of shape (n, n_inputs)

    Returns
    -------
    member : dict of str to ndarray
    """
    member = dict(member)
    X = np.asarray(inputs, dtype=np.float64)
    layers = [name.removesuffix(".linear.weight") for name in member if ".linear.weight" in name]
    for layer in layers:
        X = np.maximum(X @ member[f"{layer}.linear.weight"].T + member[f"{layer}.linear.bias"], 0)
        mean, var = X.mean(axis=0), X.var(axis=0)
        member[f"{layer}.norm.running_mean"] = mean.astype(np.float32)
        member[f"{layer}.norm.running_var"] = var.astype(np.float32)
        X = (X - mean) / np.sqrt(var + 1e-5)
        X = X * member[f"{layer}.norm.weight"] + member[f"{layer}.norm.bias"]
    return member


def harm(adapter, aligned, source, seed, X, X_source, y_source):
    """Measure what speaks against adaptation.

    Parameters
    ----------
    adapter : DomainAdapter
    aligned : Aligned
        What `align` returned for all stars.
    source : fitted classifier
    seed : int
    X : target stars
    X_source, y_source : source stars and labels

    Returns
    -------
    checks : dict of str to float
    reasons : list of str
    """
    y_source = np.asarray(y_source)
    checks = {
        "loss_without_shift": _loss_without_shift(adapter, source, seed, X_source, y_source),
        "domain_auc": _domain_auc(source, X, X_source, seed),
        "label_shift": _label_shift(aligned, source, X, X_source, y_source),
    }
    reasons = []
    if checks["loss_without_shift"] > adapter.max_loss:
        reasons.append(
            f"Where held-out source stars play the target, {adapter.method!r} costs "
            f"{checks['loss_without_shift']:.3f} MCC."
        )
    if checks["domain_auc"] < _NO_SHIFT:
        reasons.append(
            f"The surveys cannot be told apart (AUC {checks['domain_auc']:.2f}): there is nothing "
            "to adapt."
        )
    if checks["label_shift"] > _MUCH_LABEL_SHIFT:
        reasons.append(
            f"About {checks['label_shift']:.0%} of the stars would have to change class to make "
            "the surveys' class shares equal, which adaptation takes for granted."
        )
    return checks, reasons


def _loss_without_shift(adapter, source, seed, X_source, y_source):
    """MCC of the source minus that of the adapted one on source stars held out of adaptation."""
    role = np.random.default_rng(seed).permutation(len(y_source)) % 3
    learn, play, test = (np.flatnonzero(role == k) for k in range(3))
    rows = [_safe_indexing(X_source, index) for index in (learn, play, test)]
    fitted = align(adapter, source, seed, rows[1], rows[0], y_source[learn])
    without = Aligned(source)
    if fitted.head is not None:
        # The unadapted counterpart has learned from the same stars.
        without = align(adapter, source, seed, rows[0], rows[0], y_source[learn])
    scores = []
    for model in (without, fitted):
        predicted = source.classes_[model.predict_proba(rows[2]).argmax(axis=1)]
        scores.append(matthews_corrcoef(y_source[test], predicted))
    return float(scores[0] - scores[1])


def _domain_auc(source, X, X_source, seed):
    """Cross-validated AUC of a linear model that tells the embeddings of the surveys apart."""
    E = [np.nan_to_num(np.asarray(source.embed(Z), np.float64)) for Z in (X_source, X)]
    which = np.repeat([0, 1], [len(e) for e in E])
    Z = StandardScaler().fit_transform(np.vstack(E))
    model = LogisticRegression(C=0.01, class_weight="balanced", max_iter=100, tol=1e-2)
    # In any order: tables are often sorted, by class or by magnitude, and folds must not be.
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    score = cross_val_predict(model, Z, which, cv=folds, method="decision_function")
    return float(roc_auc_score(which, score))


def _label_shift(aligned, source, X, X_source, y_source):
    """Total variation between the class shares of the source's stars and the target's.

    The target's shares solve ``confusion @ shares = shares of the predictions`` with the source's
    confusion (Lipton et al. 2018), as least squares over shares. The mean of two estimates: with
    the source's predictions a difference in the features passes for one in the shares, with
    adapted ones a difference in the shares is partly taken away.
    """
    classes = source.classes_
    said = source.predict_proba(X_source)
    there = np.flatnonzero(np.isin(classes, y_source))
    confusion = np.column_stack([said[y_source == classes[k]].mean(axis=0) for k in there])
    trained = np.array([np.mean(y_source == classes[k]) for k in there])
    distances = []
    for model in (source, aligned):
        shares = nnls(confusion, model.predict_proba(X).mean(axis=0))[0]
        shares = shares / max(shares.sum(), 1e-12)
        distances.append(float(np.abs(shares - trained).sum() / 2))
    return sum(distances) / 2


class DomainAdapter(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Adapt a fitted source network to a target survey of which no label is known.

    The same kind of stars, seen by another survey, lie elsewhere in the network's embedding. The
    adapter moves them back, by one of three methods, and says where that would do harm.

    Parameters
    ----------
    source : fitted TransferMLPClassifier, TransferImageClassifier or pipeline with `embed`
        `fit` copies it: what becomes of it later makes no difference. In ``FrozenEstimator``
        wherever `clone` is called.

    method : {"batchnorm", "coral", "autoencoder"}, default="coral"
        "batchnorm" gives the network's batch normalisation the target's statistics; "coral" gives
        the target's embedding the source's mean and covariance; "autoencoder" trains one on the
        embeddings of both surveys, each in its own units, and takes its code.

    classifier : classifier or None, default=None
        Learns the source's labels from the adapted features ("coral" and "autoencoder"); None: a
        linear map that says of source stars what the source says.

    n_components : int, default=32
        Width of the auto-encoder's code.

    max_loss : float, default=0.01
        MCC that the method may cost where there is no shift.

    when_harmful : {"skip", "adapt"}, default="skip"
        Where harm is expected: leave the source as it is, or adapt all the same. Both warn.

    random_state : int, RandomState instance or None, default=None
        Decides the stars held out and the auto-encoder's start.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The source's classes.

    source_ : fitted estimator
        The copy of the source.

    adapted_ : bool
        Whether predictions are adapted ones.

    reasons_ : list of str
        Why adaptation would hurt; empty where nothing speaks against it.

    checks_ : dict of str to float
        ``loss_without_shift`` (MCC lost when held-out source stars play the target),
        ``domain_auc`` (how well a linear model tells the surveys apart: .5 is not at all) and
        ``label_shift`` (share of stars that change class between source and target).

    References
    ----------
    .. [1] Ahn, E. et al. (2019). "Unsupervised feature learning with domain adaptation". IEEE ISBI.
    .. [2] Sun, B., Feng, J., Saenko, K. (2016). "Return of frustratingly easy domain adaptation".
       AAAI.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier
    >>> from sklearn_vartl.adaptation import DomainAdapter
    >>> X, y = make_blobs(n_samples=600, centers=3, n_features=4, random_state=0)
    >>> source = TransferMLPClassifier((16,), n_estimators=1, random_state=0).fit(X[:300], y[:300])
    >>> X_target = 1.5 * X[300:] + 3.0           # another instrument
    >>> adapter = DomainAdapter(source, random_state=0)
    >>> adapter = adapter.fit(X_target, X_source=X[:300], y_source=y[:300])
    >>> adapter.score(X_target, y[300:]) > source.score(X_target, y[300:])
    True
    """

    _parameter_constraints: dict = {
        "source": [HasMethods(["embed", "predict_proba"])],
        "method": [StrOptions({"batchnorm", "coral", "autoencoder"})],
        "classifier": [HasMethods(["fit", "predict_proba"]), None],
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "max_loss": [Interval(Real, 0, 1, closed="both")],
        "when_harmful": [StrOptions({"skip", "adapt"})],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        source: Any,
        *,
        method: Literal["batchnorm", "coral", "autoencoder"] = "coral",
        classifier: Any = None,
        n_components: int = 32,
        max_loss: float = 0.01,
        when_harmful: Literal["skip", "adapt"] = "skip",
        random_state: int | np.random.RandomState | None = None,
    ):
        self.source = source
        self.method = method
        self.classifier = classifier
        self.n_components = n_components
        self.max_loss = max_loss
        self.when_harmful = when_harmful
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any = None, *, X_source: Any, y_source: ArrayLike) -> Self:
        """Adapt to the target.

        Parameters
        ----------
        X : array-like or LightCurves of n stars
            Target stars, as the source takes them.

        y : ignored
            Labels of the target are not used.

        X_source, y_source : array-like
            Source stars and their labels: those the source was fitted on, or others of the survey.

        Returns
        -------
        self : DomainAdapter

        Raises
        ------
        ValueError
            If `y_source` has classes the source does not know, a label is missing, there are
            fewer than ten stars of either survey, or the method does not fit the source.
        """
        source = unwrap(self.source)
        y_source = check_labels(y_source, _num_samples(X_source))
        unknown = sorted(set(np.unique(y_source)) - set(source.classes_))
        if unknown:
            raise ValueError(f"The source does not know the classes {unknown} of y_source.")
        if min(_num_samples(X), _num_samples(X_source)) < 10:
            raise ValueError("DomainAdapter needs at least ten stars of either survey.")
        source = deepcopy(source)
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        aligned = align(self, source, seed, X, X_source, y_source)
        checks, reasons = harm(self, aligned, source, seed, X, X_source, y_source)
        adapted = not reasons or self.when_harmful == "adapt"
        # Last of all: a fit that fails leaves what was there before.
        self.source_, self.classes_ = source, np.asarray(source.classes_)
        self.checks_, self.reasons_, self.adapted_ = checks, reasons, adapted
        self._aligned = aligned if adapted else Aligned(source)
        if reasons:
            what = "Adapted all the same" if adapted else "The source stays as it is"
            warnings.warn(f"{' '.join(reasons)} {what}.", UserWarning, stacklevel=2)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Class probabilities of target stars, columns in the order of `classes_`."""
        check_is_fitted(self)
        return self._aligned.predict_proba(X)

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each target star."""
        proba = self.predict_proba(X)
        return self.classes_[proba.argmax(axis=1)]

    def embed(self, X: Any) -> NDArray[Any]:
        """Adapted features of target stars, for any classifier; the source's where not adapted."""
        check_is_fitted(self)
        return self._aligned.embed(X)
