"""The ways to a classifier of the target survey that a transfer curve compares."""

from copy import deepcopy

from sklearn.base import clone, is_classifier
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from ..transfer import is_sampler


def split_source(source):
    """Part a fitted source into what makes features and what learns.

    Parameters
    ----------
    source : fitted classifier with `partial_fit_target`
        It may be a TransferPipeline, and be wrapped in FrozenEstimator.

    Returns
    -------
    features : function of X
    classifier : fitted classifier that takes features

    Raises
    ------
    TypeError
        If it has no `partial_fit_target`.
    NotFittedError
        If it is not fitted.
    ValueError
        If it has steps that resample.
    """
    source = _thawed(source)
    if not hasattr(source, "partial_fit_target"):
        raise TypeError(
            f"source must have partial_fit_target, as TransferPipeline and TransferMLPClassifier "
            f"do; got {type(source).__name__}."
        )
    check_is_fitted(source)
    if not isinstance(source, Pipeline):
        return lambda X: X, source
    if len(source.steps) == 1:
        return lambda X: X, _thawed(source.steps[0][1])
    samplers = [name for name, step in source.steps[:-1] if is_sampler(step)]
    if samplers:
        raise ValueError(
            f"The source has resampling steps ({', '.join(samplers)}), which would make new stars "
            "for some methods and not for others: pass a pipeline without them."
        )
    return source[:-1].transform, _thawed(source.steps[-1][1])


def _thawed(estimator):
    """What is inside FrozenEstimator: a clone of that would still be fitted, and not learn anew."""
    while isinstance(estimator, FrozenEstimator):
        estimator = estimator.estimator
    return estimator


def resolve_baselines(baselines, unlabelled=False):
    """Name -> function(source, X, y, seed, X_unlabelled) that returns a fitted classifier.

    Parameters
    ----------
    baselines : sequence or dict
        As in `transfer_curve`.
    unlabelled : bool, default=False
        Whether "transfer_unlabelled" is among them, the only one that uses `X_unlabelled`.

    Raises
    ------
    ValueError
        If a name is not known, or is given twice.
    TypeError
        If a value is no classifier.
    """
    methods = {"transfer": _transfer}
    if unlabelled:
        methods["transfer_unlabelled"] = _transfer_unlabelled
    pairs = baselines.items() if isinstance(baselines, dict) else map(_pair, baselines)
    for name, estimator in pairs:
        if name in methods:
            raise ValueError(f"The method {name!r} is there twice.")
        if estimator is None:
            methods[name] = _known(name)
        elif is_classifier(estimator) and hasattr(estimator, "predict_proba"):
            methods[name] = _Plain(estimator)
        else:
            raise TypeError(f"The baseline {name!r} is no classifier with predict_proba.")
    return methods


def _pair(baseline):
    return (baseline, None) if isinstance(baseline, str) else baseline


def _known(name):
    if name not in _BASELINES:
        raise ValueError(
            f"baselines: {name!r} is none of {', '.join(_BASELINES)}. Other classifiers are given "
            'as {"name": estimator}.'
        )
    return _BASELINES[name]


def _transfer(source, X, y, seed, X_unlabelled):
    return _seeded(deepcopy(source), seed).partial_fit_target(X, y)


def _transfer_unlabelled(source, X, y, seed, X_unlabelled):
    model = _seeded(deepcopy(source), seed)
    # Where every star of a split is a label, nothing is left without one.
    further = {} if X_unlabelled is None else {"X_unlabelled": X_unlabelled}
    return model.partial_fit_target(X, y, **further)


def _scratch(source, X, y, seed, X_unlabelled):
    return _seeded(clone(source), seed).fit(X, y)


def _scratch_source_scaler(source, X, y, seed, X_unlabelled):
    if source.scaler_ is None:
        return _scratch(source, X, y, seed, X_unlabelled)
    model = clone(source).set_params(scaler=FrozenEstimator(source.scaler_))
    return _seeded(model, seed).fit(X, y)


def _random_forest(source, X, y, seed, X_unlabelled):
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(300, random_state=seed).fit(X, y)


def _extra_trees(source, X, y, seed, X_unlabelled):
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(300, random_state=seed).fit(X, y)


def _hist_gradient_boosting(source, X, y, seed, X_unlabelled):
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=seed).fit(X, y)


_BASELINES = {
    "scratch": _scratch,
    "scratch_source_scaler": _scratch_source_scaler,
    "random_forest": _random_forest,
    "extra_trees": _extra_trees,
    "hist_gradient_boosting": _hist_gradient_boosting,
}


class _Plain:
    """Any classifier, fitted on the target's stars alone."""

    def __init__(self, estimator):
        self.estimator = estimator

    def __call__(self, source, X, y, seed, X_unlabelled):
        return _seeded(clone(self.estimator), seed).fit(X, y)


def _seeded(estimator, seed):
    if "random_state" in estimator.get_params(deep=False):
        estimator.set_params(random_state=seed)
    return estimator
