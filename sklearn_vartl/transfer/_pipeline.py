"""TransferPipeline: a Pipeline whose last step can be fine-tuned."""

import numpy as np
from sklearn.base import _fit_context, clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import _safe_indexing
from sklearn.utils._user_interface import _print_elapsed_time
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_memory

from ._ensemble import TransferEnsembleClassifier


def is_skipped(step):
    """Whether a step does nothing."""
    return step is None or (isinstance(step, str) and step == "passthrough")


def is_sampler(step):
    """Whether a step draws or makes stars (in fitting only)."""
    return hasattr(step, "fit_resample")


def resample(name, sampler, X, y, sample_weight):
    """Run a sampler on the training stars.

    Parameters
    ----------
    name : str
        Name of the step, for messages.
    sampler : object with fit_resample
    X, y : training stars and labels
    sample_weight : ndarray or None
        Follow the stars where the sampler tells which ones it took (`sample_indices_`); a new
        star has its parent's weight where the sampler names it (`groups_`).

    Returns
    -------
    X, y, sample_weight

    Raises
    ------
    ValueError
        If there are weights and the sampler made stars without saying from which.
    """
    X_new, y_new = sampler.fit_resample(X, y)
    if sample_weight is None:
        return X_new, y_new, None
    indices = getattr(sampler, "sample_indices_", getattr(sampler, "groups_", None))
    if indices is None or len(indices) != len(y_new):
        raise ValueError(
            f"Step {name!r} ({type(sampler).__name__}) makes new stars, which have no "
            "sample_weight: fit without weights, or leave the step out."
        )
    return X_new, y_new, _safe_indexing(np.asarray(sample_weight), indices)


def refuse_frozen(name, step, method):
    """Raise where fine-tuning would change an estimator that its owner froze."""
    if isinstance(step, FrozenEstimator):
        raise TypeError(
            f"{method} would change the last step {name!r}, which is frozen "
            "(FrozenEstimator only blocks fit). Put the estimator itself into the pipeline, or "
            "fine-tune a copy with FineTunedClassifier(FrozenEstimator(model)).fit(X, y)."
        )


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


def last_step_has(*names):
    """Condition for `available_if`: the last step has all these methods."""

    def check(self):
        for name in names:
            getattr(self._final_estimator, name)
        return True

    return check


class LastStepMixin:
    """Methods of the last step beyond those of every classifier."""

    @available_if(last_step_has("reset_to_source"))
    def reset_to_source(self):
        """Forget every fine-tuning of the last step."""
        name, last = self.steps[-1]
        refuse_frozen(name, last, "reset_to_source")
        last.reset_to_source()
        return self

    @available_if(last_step_has("embed"))
    def embed(self, X):
        """Embedding of light curves by the last step; see TransferMLPClassifier.embed."""
        return self.steps[-1][1].embed(self._features(X))

    @available_if(last_step_has("flag_missing"))
    def flag_missing(self, X):
        """Mark the stars without any feature, for which only class priors are predicted."""
        return self.steps[-1][1].flag_missing(self._features(X))

    @available_if(last_step_has("predict_set"))
    def predict_set(self, X, **params):
        """Sets of classes that contain the true one with a given probability."""
        return self.steps[-1][1].predict_set(self._features(X), **params)

    @available_if(last_step_has("novelty_score"))
    def novelty_score(self, X):
        """How unlike the training stars each star is."""
        return self.steps[-1][1].novelty_score(self._features(X))

    @available_if(last_step_has("predict_or_abstain"))
    def predict_or_abstain(self, X, **params):
        """Classes, or `unknown` for stars that are too unsure or too unlike the training's."""
        return self.steps[-1][1].predict_or_abstain(self._features(X), **params)

    @available_if(last_step_has("estimate_priors"))
    def estimate_priors(self, X):
        """Estimate the class shares among light curves without labels; see the last step."""
        name, last = self.steps[-1]
        refuse_frozen(name, last, "estimate_priors")
        return last.estimate_priors(self._features(X))

    @property
    def source_classes_(self):
        """Classes learned by `fit`."""
        return self.steps[-1][1].source_classes_

    @property
    def is_transferred_(self):
        """Whether the last step has been fine-tuned."""
        return self.steps[-1][1].is_transferred_


class TransferPipeline(LastStepMixin, Pipeline):
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

    def __init__(self, steps, *, memory=None, verbose=False):
        self.steps = steps
        self.memory = memory
        self.verbose = verbose

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None, **params):
        """Fit every step on the source survey.

        Parameters
        ----------
        X : LightCurves or array-like
            What the first step takes.

        y : array-like of shape (n_stars,), default=None
            Classes.

        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars, given to the last step.

        **params : dict
            Further arguments of a step's `fit`, as ``step__argument``.

        Returns
        -------
        self : TransferPipeline
        """
        self.steps = list(self.steps)
        self._validate_steps()
        own = self._split_params(params)
        Xt, y, sample_weight = self._fit_steps(X, y, sample_weight, own)
        name, last = self.steps[-1]
        if not is_skipped(last):
            own = own.get(name, {})
            if sample_weight is not None:
                own["sample_weight"] = sample_weight
            with _print_elapsed_time(type(self).__name__, self._log_message(len(self.steps) - 1)):
                last.fit(Xt, y, **own)
        return self

    @available_if(last_step_has("transform"))
    def fit_transform(self, X, y=None, sample_weight=None, **params):
        """Fit every step and transform X, for a last step that is a transformer."""
        return self.fit(X, y, sample_weight, **params).transform(X)

    # A clusterer as the last step is no transfer: there is nothing to fine-tune.
    fit_predict = None

    @available_if(last_step_has("partial_fit_target"))
    def partial_fit_target(self, X, y, sample_weight=None, classes=None, X_unlabelled=None):
        """Fine-tune the last step on labelled stars of a target survey.

        The other steps stay as they were fitted on the source; samplers run.

        Parameters
        ----------
        X : LightCurves or array-like
            Stars of the target survey.

        y : array-like of shape (n_stars,)
            Their classes.

        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars.

        classes : array-like, default=None
            Classes of the target, where `y` does not show them all.

        X_unlabelled : LightCurves or array-like, default=None
            Further stars of the target, without labels.

        Returns
        -------
        self : TransferPipeline

        Raises
        ------
        TypeError
            If the last step is frozen.
        """
        name, last = self.steps[-1]
        refuse_frozen(name, last, "partial_fit_target")
        for name, step in self.steps[:-1]:
            if is_sampler(step):
                X, y, sample_weight = resample(name, step, X, y, sample_weight)
            elif not is_skipped(step):
                X = step.transform(X)
        given = {
            "sample_weight": sample_weight,
            "classes": classes,
            "X_unlabelled": None if X_unlabelled is None else self._features(X_unlabelled),
        }
        last.partial_fit_target(X, y, **{k: v for k, v in given.items() if v is not None})
        return self

    def _features(self, X):
        for _, _, step in self._iter(with_final=False):
            X = step.transform(X)
        return X

    def _fit_steps(self, X, y, sample_weight, own):
        memory = check_memory(self.memory)
        cached = memory.cache(_fit_transform)
        for i, (name, step) in enumerate(self.steps[:-1]):
            if is_skipped(step):
                continue
            with _print_elapsed_time(type(self).__name__, self._log_message(i)):
                if is_sampler(step):
                    X, y, sample_weight = resample(name, step, X, y, sample_weight)
                    continue
                step = clone(step) if getattr(memory, "location", None) else step
                X, step = cached(step, X, y, own.get(name, {}))
            self.steps[i] = (name, step)
        return X, y, sample_weight

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


def make_transfer_pipeline(*steps, memory=None, verbose=False):
    """Build a TransferPipeline with steps named after their classes.

    Parameters
    ----------
    *steps : estimators
        For instance ``LightCurveFeatures()`` and ``TransferMLPClassifier()``.

    memory : str or object with the joblib.Memory interface, default=None
        Where fitted transformers are cached.

    verbose : bool, default=False
        Print the time each step takes in fitting.

    Returns
    -------
    pipeline : TransferPipeline

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
    groups=("vartl", "upsilon"),
    *,
    on_error="raise",
    memory=None,
    n_jobs=None,
    random_state=None,
    verbose=0,
):
    """Build a TransferPipeline of features and an ensemble with networks on each group of them.

    More accurate than a pipeline of LightCurveFeatures and TransferMLPClassifier, and slower: it
    searches every period twice and trains four times as many networks.

    Parameters
    ----------
    groups : sequence of str or list of str, default=("vartl", "upsilon")
        For each group a set of features or a list of their names, as LightCurveFeatures takes
        them. The trees see all of them, and what the first group's networks think.

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
        names, on_error=on_error, memory=memory, n_jobs=n_jobs, verbose=verbose
    )
    features.get_feature_names_out()  # names the feature that is unknown or in two groups
    widths = [len(LightCurveFeatures(group).get_feature_names_out()) for group in groups]
    ends = np.cumsum(widths).tolist()
    views = [list(range(end - width, end)) for end, width in zip(ends, widths, strict=True)]
    ensemble = TransferEnsembleClassifier(
        views=views, n_jobs=n_jobs, random_state=random_state, verbose=verbose
    )
    return make_transfer_pipeline(features, ensemble)
