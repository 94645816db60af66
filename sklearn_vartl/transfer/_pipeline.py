"""TransferPipeline: a Pipeline whose last step can be fine-tuned."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
from numpy.random import RandomState
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils._metadata_requests import _routing_enabled
from sklearn.utils._user_interface import _print_elapsed_time
from sklearn.utils.metadata_routing import process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_memory

from .._estimators import changes_model, fit_context, refuse_frozen
from .._validation import check_weights
from ._ensemble import TransferEnsembleClassifier


def is_skipped(step):
    """Whether a step does nothing."""
    return step is None or (isinstance(step, str) and step == "passthrough")


def is_sampler(step):
    """Whether a step draws or makes stars (in fitting only)."""
    return hasattr(step, "fit_resample")


def resample(name, sampler, X, y, sample_weight):
    """Training stars, labels and weights after the sampler of a step.

    Weights follow the stars where the sampler tells which ones it took (`sample_indices_`); a new
    star has its parent's weight where the sampler names it (`groups_`).
    """
    weight = None if sample_weight is None else check_weights(sample_weight, X)
    X_new, y_new = sampler.fit_resample(X, y)
    if weight is None:
        return X_new, y_new, None
    indices = getattr(sampler, "sample_indices_", getattr(sampler, "groups_", None))
    if indices is None or len(indices) != len(y_new):
        raise ValueError(
            f"Step {name!r} ({type(sampler).__name__}) makes new stars, which have no "
            "sample_weight: fit without weights, or leave the step out."
        )
    return X_new, y_new, weight[indices]


def check_intermediate(name, step):
    """Raise where a step before the last is neither a transformer nor a sampler."""
    if is_skipped(step) or is_sampler(step):
        return
    if not (
        hasattr(step, "transform") and (hasattr(step, "fit") or hasattr(step, "fit_transform"))
    ):
        raise TypeError(
            f"Step {name!r} ({type(step).__name__}) must have fit and transform, or fit_resample, "
            "or be 'passthrough': only the last step may be a classifier."
        )


def _answers(name):
    """Condition for `available_if`: whoever answers has this method."""

    def check(self):
        getattr(self._answering(), name)
        return True

    return check


class HandsOn:
    """What a classifier around another one hands on, beyond the methods of every classifier.

    A subclass has `_answering`, which returns the classifier that answers, and `_shown`, which
    returns what that one is shown of X.
    """

    _answering: Callable[[], Any]
    _shown: Callable[[Any], Any]

    @available_if(_answers("embed"))
    def embed(self, X: Any) -> NDArray[Any]:
        """What the networks see in each star; see TransferMLPClassifier.embed."""
        return self._answering().embed(self._shown(X))

    @available_if(_answers("flag_missing"))
    def flag_missing(self, X: Any) -> NDArray[Any]:
        """Mark the stars without any feature, for which only class priors are predicted."""
        return self._answering().flag_missing(self._shown(X))

    @available_if(_answers("flag_seen"))
    def flag_seen(self, X: Any) -> NDArray[Any]:
        """Mark the stars that the model has learned from: scores on them are too good."""
        return self._answering().flag_seen(self._shown(X))

    @available_if(_answers("predict_set"))
    def predict_set(self, X: Any, **params: Any) -> NDArray[Any]:
        """Sets of classes that contain the true one with a given probability."""
        return self._answering().predict_set(self._shown(X), **params)

    @available_if(_answers("novelty_score"))
    def novelty_score(self, X: Any) -> NDArray[Any]:
        """How unlike the training stars each star is."""
        return self._answering().novelty_score(self._shown(X))

    @available_if(_answers("accuracy_estimate"))
    def accuracy_estimate(self, X: Any, **params: Any) -> Any:
        """What to expect of `predict` for stars without labels; see TransferMLPClassifier."""
        return self._answering().accuracy_estimate(self._shown(X), **params)

    @available_if(_answers("purity_thresholds"))
    def purity_thresholds(self, purity: Any = 0.95) -> dict[Any, float]:
        """Least probability for a wished purity of each class; see TransferMLPClassifier."""
        return self._fitted().purity_thresholds(purity)

    @available_if(_answers("drift_test"))
    def drift_test(self, X: Any, **params: Any) -> Any:
        """Whether stars are drawn from the survey learned last; see TransferMLPClassifier."""
        found = self._answering().drift_test(self._shown(X), **params)
        if isinstance(found.feature, int):
            found = replace(found, feature=self._name_of(found.feature))
        return found

    def _name_of(self, feature):
        """Name of a feature that the classifier knows by its position."""
        return feature

    @available_if(_answers("predict_or_abstain"))
    def predict_or_abstain(self, X: Any, **params: Any) -> NDArray[Any]:
        """Classes, or `unknown` for stars that are too unsure or too unlike the training's."""
        return self._answering().predict_or_abstain(self._shown(X), **params)

    @changes_model
    @available_if(_answers("estimate_priors"))
    def estimate_priors(self, X: Any) -> NDArray[Any]:
        """Estimate the class shares among stars without labels; see TransferMLPClassifier."""
        inside = self._changing("estimate_priors")
        return inside.estimate_priors(self._shown(X))

    @changes_model
    @available_if(_answers("reset_to_source"))
    def reset_to_source(self) -> Self:
        """Forget every fine-tuning."""
        self._changing("reset_to_source").reset_to_source()
        return self

    @property
    def source_classes_(self) -> NDArray[Any]:
        """Classes of the source."""
        return self._fitted().source_classes_

    @property
    def is_transferred_(self) -> bool:
        """Whether it has been fine-tuned."""
        return self._fitted().is_transferred_

    @property
    def priors_(self) -> NDArray[Any]:
        """Class shares that predictions are made for, in the order of `classes_`."""
        return self._fitted().priors_

    @property
    def history_(self) -> list:
        """The last training, epoch by epoch; see TransferMLPClassifier."""
        return self._fitted().history_

    def _fitted(self):
        """The classifier that answers, as it was fitted."""
        return self._answering()

    def _changing(self, method):
        """The classifier that answers, where nobody has frozen it."""
        inside = self._fitted()
        if isinstance(inside, FrozenEstimator):
            refuse_frozen(f"{type(inside.estimator).__name__} inside", method)
        return inside


class TransferPipeline(HandsOn, Pipeline):
    """Pipeline whose last step can be fine-tuned on a target survey.

    A scikit-learn Pipeline with `partial_fit_target`, which transforms with the fitted steps and
    fine-tunes the last one. Steps with `fit_resample` are allowed before the last: they run on
    the training stars only, never in prediction.

    Parameters
    ----------
    steps : list of (str, estimator)
        Transformers and samplers, and last a classifier such as TransferMLPClassifier.
    memory : str or object with the joblib.Memory interface, default=None
        Where fitted transformers are cached. Caching clones them before fitting.
    verbose : bool, default=False
        Print the time each step takes in fitting.

    See Also
    --------
    make_transfer_pipeline : The same without naming the steps.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn_vartl import TransferMLPClassifier, make_transfer_pipeline
    >>> X, y = make_blobs(n_samples=200, centers=3, random_state=0)
    >>> mlp = TransferMLPClassifier((16,), n_estimators=1, random_state=0)
    >>> pipe = make_transfer_pipeline(StandardScaler(), mlp).fit(X[:100], y[:100])
    >>> pipe.partial_fit_target(X[100:150] + 0.2, y[100:150]).is_transferred_
    True
    >>> pipe.predict_proba(X[150:]).shape
    (50, 3)
    """

    # Pipeline's own parameter for metadata routing; weights are passed by name here.
    transform_input = None

    _parameter_constraints: dict = {
        name: constraint
        for name, constraint in Pipeline._parameter_constraints.items()
        if name != "transform_input"
    }

    def __init__(
        self, steps: list[tuple[str, Any]], *, memory: Any = None, verbose: bool = False
    ) -> None:
        self.steps = steps
        self.memory = memory
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None, **params: Any
    ) -> Self:
        """Fit every step on the source survey.

        Parameters
        ----------
        X : LightCurves or array-like
            What the first step takes.
        y : array-like of shape (n_stars,), default=None
            Classes.
        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars, given to the last step; with scikit-learn's metadata routing, to
            the steps that requested them.
        **params : dict
            Further arguments of a step's `fit`, as ``step__argument``; with metadata routing,
            arguments by the names under which steps requested them.
        """
        Xt, y, own = self._fit_steps(X, y, sample_weight, params)
        last = self.steps[-1][1]
        if not is_skipped(last):
            with _print_elapsed_time(type(self).__name__, self._log_message(len(self.steps) - 1)):
                last.fit(Xt, y, **own)
        return self

    @available_if(_answers("transform"))
    def fit_transform(
        self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None, **params: Any
    ) -> Any:
        """Fit every step and transform X, for a last step that is a transformer."""
        if any(is_sampler(step) for _, step in self.steps):
            # The steps see other stars than those that are asked for.
            return self.fit(X, y, sample_weight, **params).transform(X)
        Xt, y, own = self._fit_steps(X, y, sample_weight, params)
        return _fit_transform(self.steps[-1][1], Xt, y, own)[0]

    @property
    def fit_predict(self) -> Any:
        """A clusterer as the last step is no transfer: there is nothing to fine-tune."""
        raise AttributeError(f"{type(self).__name__} has no fit_predict: use fit and predict.")

    @changes_model
    @available_if(_answers("partial_fit_target"))
    def partial_fit_target(
        self,
        X: Any,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        classes: ArrayLike | None = None,
        X_unlabelled: Any = None,
    ) -> Self:
        """Fine-tune the last step on labelled stars of a target survey.

        The other steps stay as they were fitted on the source; samplers run.

        Parameters
        ----------
        X : LightCurves or array-like
            Stars of the target survey.
        y : array-like of shape (n_stars,)
            Their classes.
        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars. With scikit-learn's metadata routing the last step gets them if it
            requested them for `fit`.
        classes : array-like, default=None
            Classes of the target, where `y` does not show them all.
        X_unlabelled : LightCurves or array-like, default=None
            Further stars of the target, without labels.

        Raises
        ------
        TypeError
            If the last step is frozen.
        """
        last = self._changing("partial_fit_target")
        _, weighted = self._routed(sample_weight, {})
        for name, step in self.steps[:-1]:
            if is_sampler(step):
                X, y, sample_weight = resample(name, step, X, y, sample_weight)
            elif not is_skipped(step):
                X = step.transform(X)
        given = {
            "sample_weight": sample_weight if self.steps[-1][0] in weighted else None,
            "classes": classes,
            "X_unlabelled": None if X_unlabelled is None else self._shown(X_unlabelled),
        }
        last.partial_fit_target(X, y, **{k: v for k, v in given.items() if v is not None})
        return self

    def __getattr__(self, name: str) -> Any:
        # Reached only where there is no such attribute.
        if name == "partial_fit_target" and "steps" in self.__dict__:
            kind = type(self.steps[-1][1]).__name__
            raise AttributeError(
                f"The last step, {kind}, cannot be fine-tuned: TransferMLPClassifier, "
                "TransferEnsembleClassifier and TransferImageClassifier can. To compare with it, fit "
                f"a pipeline with {kind} on the labelled stars of the target."
            )
        return object.__getattribute__(self, name)

    @property
    def model_(self) -> Any:
        """What the last step knows now."""
        return self._answering().model_

    @property
    def source_model_(self) -> Any:
        """What the last step knew after `fit`."""
        return self._answering().source_model_

    def _answering(self):
        return self.steps[-1][1]

    def _name_of(self, feature):
        before = [s for _, s in self.steps[:-1] if not is_skipped(s) and not is_sampler(s)]
        if not before or not hasattr(before[-1], "get_feature_names_out"):
            return feature
        return str(before[-1].get_feature_names_out()[feature])

    def _shown(self, X):
        for _, _, step in self._iter(with_final=False):
            X = step.transform(X)
        return X

    def _fit_steps(self, X, y, sample_weight, params):
        """Fit all steps but the last; what that is given: stars, classes, further arguments."""
        self.steps = list(self.steps)
        self._validate_steps()
        own, weighted = self._routed(sample_weight, params)
        memory = check_memory(self.memory)
        cached = memory.cache(_fit_transform)
        for i, (name, step) in enumerate(self.steps[:-1]):
            if is_skipped(step):
                continue
            with _print_elapsed_time(type(self).__name__, self._log_message(i)):
                if is_sampler(step):
                    X, y, sample_weight = resample(name, step, X, y, sample_weight)
                    continue
                given = own.get(name, {})
                if name in weighted:
                    given = given | {"sample_weight": sample_weight}
                step = clone(step) if getattr(memory, "location", None) else step
                X, step = cached(step, X, y, given)
            self.steps[i] = (name, step)
        name = self.steps[-1][0]
        given = own.get(name, {})
        if name in weighted and sample_weight is not None:
            given = given | {"sample_weight": sample_weight}
        return X, y, given

    def _routed(self, sample_weight, params):
        """Further arguments of each step's `fit`, and the names of the steps that get weights."""
        if not _routing_enabled():
            return self._split_params(params), {self.steps[-1][0]}
        if sample_weight is not None:
            params = params | {"sample_weight": sample_weight}
        routed = process_routing(self, "fit", **params)
        own, weighted = {}, set()
        for name, step in self.steps:
            if is_skipped(step) or is_sampler(step):
                continue
            last = name == self.steps[-1][0]
            method = "fit" if last or not hasattr(step, "fit_transform") else "fit_transform"
            own[name] = dict(routed[name][method])
            if own[name].pop("sample_weight", None) is not None:
                weighted.add(name)
        return own, weighted

    def _split_params(self, params):
        own = {}
        for key, value in params.items():
            name, _, argument = key.partition("__")
            if not argument or name not in dict(self.steps):
                raise ValueError(
                    f"fit does not accept {key!r}: arguments of a step are written "
                    f"step__argument, with a step among {list(dict(self.steps))}."
                )
            own.setdefault(name, {})[argument] = value
        return own

    def _validate_steps(self):
        # scikit-learn says these itself only since 1.9.
        if not self.steps:
            raise ValueError("The pipeline is empty: give it steps.")
        for name, step in self.steps:
            if isinstance(step, type):
                raise TypeError(
                    f"Step {name!r} is a class, {step.__name__}: give an instance of it."
                )
        kept = [(n, s) for n, s in self.steps[:-1] if not is_sampler(s)] + list(self.steps[-1:])
        for name, step in self.steps[:-1]:
            check_intermediate(name, step)
        self._validate_names([name for name, _ in self.steps])
        Pipeline(kept)._validate_steps()

    def _iter(self, with_final=True, filter_passthrough=True):
        for index, name, step in super()._iter(with_final, filter_passthrough):
            if not (filter_passthrough and is_sampler(step)):
                yield index, name, step


def make_transfer_pipeline(
    *steps: Any, memory: Any = None, verbose: bool = False
) -> TransferPipeline:
    """Build a TransferPipeline with steps named after their classes.

    Parameters
    ----------
    *steps : estimators
        For instance ``LightCurveFeatures()`` and ``TransferMLPClassifier()``.
    memory : str or object with the joblib.Memory interface, default=None
        Where fitted transformers are cached.
    verbose : bool, default=False
        Print the time each step takes in fitting.

    Examples
    --------
    >>> from sklearn_vartl import FeatureScaler, TransferMLPClassifier, make_transfer_pipeline
    >>> list(make_transfer_pipeline(FeatureScaler(), TransferMLPClassifier()).named_steps)
    ['featurescaler', 'transfermlpclassifier']
    """
    named = make_pipeline(*steps).steps
    return TransferPipeline(named, memory=memory, verbose=verbose)


def _fit_transform(step, X, y, params):
    if hasattr(step, "fit_transform"):
        return step.fit_transform(X, y, **params), step
    return step.fit(X, y, **params).transform(X), step


def make_ensemble_pipeline(
    groups: Sequence[Any] = ("vartl", "upsilon"),
    *,
    on_error: Literal["raise", "nan"] = "raise",
    memory: Any = None,
    n_jobs: int | None = None,
    random_state: int | RandomState | None = None,
    verbose: int = 0,
) -> TransferPipeline:
    """Build a TransferPipeline of features and an ensemble with networks on each group of them.

    More accurate than a pipeline of LightCurveFeatures and TransferMLPClassifier, and slower: it
    searches every period twice and trains four times as many networks.

    Parameters
    ----------
    groups : sequence of str or list of str, default=("vartl", "upsilon")
        For each group a set of features or a list of their names, as LightCurveFeatures takes
        them. Trees and forest see all of them, and what the first group's networks think.
    on_error : {"raise", "nan"}, default="raise"
        What to do with stars that have no features; "nan" gives them the class shares.
    memory : str, path-like or joblib.Memory, default=None
        Folder where features are kept.
    n_jobs : int or None, default=None
        Number of threads for features, and of networks and trees made at the same time.
    random_state : int, RandomState instance or None, default=None
        With an int, fits are repeatable bit for bit on one machine's CPU.
    verbose : int, default=0
        Show progress bars.

    Returns
    -------
    pipeline : TransferPipeline
        Its steps are "lightcurvefeatures" and "transferensembleclassifier", whose other parameters
        ``set_params(transferensembleclassifier__n_trees=500)`` sets.

    Raises
    ------
    ValueError
        For an unknown feature, a feature in two groups, or no group.

    See Also
    --------
    TransferEnsembleClassifier : The ensemble.
    make_transfer_pipeline : Any other steps.

    Examples
    --------
    >>> from sklearn_vartl import make_ensemble_pipeline
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> source = simulate_survey(60, "ogle3", classes=["RRAB", "EC", "MIRA"], random_state=0)
    >>> target = simulate_survey(30, "asas", classes=["RRAB", "EC", "SPB"], random_state=1)
    >>> model = make_ensemble_pipeline(random_state=0)
    >>> fast = {"n_estimators": 1, "hidden_layer_sizes": (32,), "calibration": None}
    >>> model.set_params(**{f"transferensembleclassifier__{k}": v for k, v in fast.items()})
    TransferPipeline(...)
    >>> model = model.fit(source, source.labels)
    >>> model.partial_fit_target(target, target.labels).classes_.tolist()
    ['EC', 'RRAB', 'SPB']
    """
    from ..features import LightCurveFeatures

    groups = [[group] if isinstance(group, str) else list(group) for group in groups]
    names = [name for group in groups for name in group]
    features = LightCurveFeatures(
        names, outliers="drop_all", on_error=on_error, memory=memory, n_jobs=n_jobs, verbose=verbose
    )
    features.get_feature_names_out()  # names the feature that is unknown or in two groups
    widths = [len(LightCurveFeatures(group).get_feature_names_out()) for group in groups]
    ends = np.cumsum(widths).tolist()
    views = [list(range(end - width, end)) for end, width in zip(ends, widths, strict=True)]
    ensemble = TransferEnsembleClassifier(
        views=views, n_jobs=n_jobs, random_state=random_state, verbose=verbose
    )
    return make_transfer_pipeline(features, ensemble)
