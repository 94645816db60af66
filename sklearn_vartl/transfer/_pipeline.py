"""TransferPipeline: light curves in, fine-tuned predictions out."""

from sklearn.base import _fit_context, clone
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils._user_interface import _print_elapsed_time
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_memory

from ._last_step import LastStepMixin, last_step_has
from ._steps import check_intermediate, is_sampler, is_skipped, refuse_frozen, resample


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
