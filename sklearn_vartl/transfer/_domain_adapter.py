"""DomainAdapter: bring a network's view of a new survey into line, without labels of it."""

import warnings
from copy import deepcopy
from dataclasses import replace
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, _fit_context, clone
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import _num_samples, check_is_fitted

from ._domain_adapter_alignment import (
    Autoencoder,
    Coral,
    SourceHead,
    Standard,
    renormalised,
)
from ._domain_adapter_check import harm
from ._fine_tuned import _unwrap
from ._labels import check_labels
from ._model import scale


class DomainAdapter(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Adapt a fitted source network to a target survey of which no label is known.

    The same kind of stars, seen by another survey, lie elsewhere in the network's embedding. The
    adapter moves them back, by one of three methods, and says where that would do harm.

    Parameters
    ----------
    source : fitted TransferMLPClassifier, TransferImageClassifier or pipeline with `embed`
        Not changed. In ``FrozenEstimator`` wherever `clone` is called.

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
    >>> from sklearn_vartl.transfer import DomainAdapter
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
        source,
        *,
        method="coral",
        classifier=None,
        n_components=32,
        max_loss=0.01,
        when_harmful="skip",
        random_state=None,
    ):
        self.source = source
        self.method = method
        self.classifier = classifier
        self.n_components = n_components
        self.max_loss = max_loss
        self.when_harmful = when_harmful
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, *, X_source, y_source):
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
        source = _unwrap(self.source)
        y_source = check_labels(y_source, _num_samples(X_source))
        unknown = sorted(set(np.unique(y_source)) - set(source.classes_))
        if unknown:
            raise ValueError(f"The source does not know the classes {unknown} of y_source.")
        if min(_num_samples(X), _num_samples(X_source)) < 10:
            raise ValueError("DomainAdapter needs at least ten stars of either survey.")
        self._seed = check_random_state(self.random_state).randint(2**31 - 1)
        self.source_ = source
        self.classes_ = np.asarray(source.classes_)
        aligned = self._align(X, X_source, y_source)
        self.checks_, self.reasons_ = harm(self, aligned, X, X_source, y_source)
        self.adapted_ = not self.reasons_ or self.when_harmful == "adapt"
        if self.reasons_:
            what = "The source stays as it is" if not self.adapted_ else "Adapted all the same"
            warnings.warn(f"{' '.join(self.reasons_)} {what}.", UserWarning, stacklevel=2)
        self._fitted = aligned if self.adapted_ else None
        return self

    def _align(self, X, X_source, y_source):
        """What adaptation to X gives: a network, or (target view, classifier)."""
        if self.method == "batchnorm":
            return _with_norm_of(self.source_, X)
        E_source, E = (np.asarray(self.source_.embed(Z), np.float64) for Z in (X_source, X))
        known, seen = ~np.isnan(E_source).any(axis=1), ~np.isnan(E).any(axis=1)
        E_source, E, y_source = E_source[known], E[seen], np.asarray(y_source)[known]
        units = Standard(E_source)
        Z_source = units(E_source)
        if self.method == "coral":
            view = _Chain(units, Coral(Z_source, units(E)))
        else:
            own = Standard(E)
            n_steps = 600
            both = np.vstack([Z_source, own(E)])
            code = Autoencoder(both, self.n_components, n_steps, self._seed)
            Z_source = code(Z_source)
            code_units = Standard(Z_source)
            Z_source = code_units(Z_source)
            view = _Chain(own, code, code_units)
        if self.classifier is not None:
            return view, clone(self.classifier).fit(Z_source, y_source)
        proba = self.source_.predict_proba(_safe_indexing(X_source, np.flatnonzero(known)))
        return view, SourceHead(Z_source, proba)

    def _proba_by(self, fitted, X):
        """Probabilities in the order of `classes_` by what `_align` returned."""
        if not isinstance(fitted, tuple):
            return (self.source_ if fitted is None else fitted).predict_proba(X)
        view, classifier = fitted
        E = np.asarray(self.source_.embed(X), np.float64)
        empty = np.isnan(E).any(axis=1)
        proba = np.zeros((len(E), len(self.classes_)))
        columns = slice(None)
        if hasattr(classifier, "classes_"):
            columns = np.searchsorted(self.classes_, classifier.classes_)
        proba[:, columns] = classifier.predict_proba(view(np.where(empty[:, None], 0.0, E)))
        if empty.any():
            # The source's own answer to a star without features: the class shares.
            proba[empty] = self.source_.predict_proba(X)[empty]
        return proba

    def predict_proba(self, X):
        """Class probabilities of target stars, columns in the order of `classes_`."""
        check_is_fitted(self)
        return self._proba_by(self._fitted, X)

    def predict(self, X):
        """The most probable class of each target star."""
        proba = self.predict_proba(X)
        return self.classes_[proba.argmax(axis=1)]

    def embed(self, X):
        """Adapted features of target stars, for any classifier; the source's where not adapted."""
        check_is_fitted(self)
        if isinstance(self._fitted, tuple):
            return self._fitted[0](np.asarray(self.source_.embed(X), np.float64))
        return (self.source_ if self._fitted is None else self._fitted).embed(X)


class _Chain:
    """Functions one after the other."""

    def __init__(self, *steps):
        self.steps = steps

    def __call__(self, E):
        for step in self.steps:
            E = step(E)
        return E


def _with_norm_of(source, X):
    """A copy of the source whose batch normalisation has the statistics of X."""
    if hasattr(source, "_renormalised"):
        return source._renormalised(X)
    if not hasattr(source, "model_") or not hasattr(source.model_, "members"):
        raise ValueError(
            "method='batchnorm' needs a TransferMLPClassifier or TransferImageClassifier, got a "
            f"{type(source).__name__}: use 'coral' or 'autoencoder', or give it the features."
        )
    X = np.asarray(X, dtype=np.float64)
    inputs = scale(source.model_.scaler, X[~np.isnan(X).all(axis=1)])
    adapted = deepcopy(source)
    members = tuple(renormalised(member, inputs) for member in source.model_.members)
    adapted.model_ = replace(source.model_, members=members)
    return adapted
