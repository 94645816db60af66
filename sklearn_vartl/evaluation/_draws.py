"""What a transfer curve compares: the ways to a classifier of the target survey, and the draws of labels."""

from copy import deepcopy
from functools import partial

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import StratifiedGroupKFold, check_cv
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from .._splits import as_table, identical_rows, stratified_fraction
from ..transfer import is_sampler, parted, unfrozen


def split_source(source):
    """Part a fitted source into what makes features and what learns.

    It may be a TransferPipeline, and be wrapped in FrozenEstimator. A function of X comes back, and
    a fitted classifier that takes what this makes.
    """
    source = unfrozen(source)
    if not hasattr(source, "partial_fit_target"):
        raise TypeError(
            f"source must have partial_fit_target, as TransferPipeline and TransferMLPClassifier "
            f"do; got {type(source).__name__}."
        )
    check_is_fitted(source)
    steps = source.steps[:-1] if isinstance(source, Pipeline) else []
    if samplers := [name for name, step in steps if is_sampler(step)]:
        raise ValueError(
            f"The source has resampling steps ({', '.join(samplers)}), which would make new stars "
            "for some methods and not for others: pass a pipeline without them."
        )
    return parted(source)


def resolve_baselines(baselines, unlabelled):
    """Name -> function(source, X, y, seed, X_unlabelled) that returns a fitted classifier.

    With `unlabelled` "transfer_unlabelled" is among them, the only one that uses `X_unlabelled`.
    """
    methods = {"transfer": _transfer}
    if unlabelled:
        methods["transfer_unlabelled"] = _transfer_unlabelled
    if not isinstance(baselines, dict):
        baselines = [(each, None) if isinstance(each, str) else each for each in baselines]
    for name, estimator in baselines.items() if isinstance(baselines, dict) else baselines:
        if name in methods:
            raise ValueError(f"The method {name!r} is there twice.")
        if estimator is None:
            methods[name] = _known(name)
        elif is_classifier(estimator) and hasattr(estimator, "predict_proba"):
            methods[name] = _Plain(estimator)
        else:
            raise TypeError(f"The baseline {name!r} is no classifier with predict_proba.")
    return methods


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


def _of_trees(name, params, source, X, y, seed, X_unlabelled):
    import sklearn.ensemble

    return getattr(sklearn.ensemble, name)(**params, random_state=seed).fit(X, y)


_BASELINES = {
    "scratch": _scratch,
    "scratch_source_scaler": _scratch_source_scaler,
    "random_forest": partial(_of_trees, "RandomForestClassifier", {"n_estimators": 300}),
    "extra_trees": partial(_of_trees, "ExtraTreesClassifier", {"n_estimators": 300}),
    "hist_gradient_boosting": partial(_of_trees, "HistGradientBoostingClassifier", {}),
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


_TRIES = 100


def make_splits(cv, X, y, groups):
    """Splits whose training stars have no double among the test stars: a list of their positions.

    Training stars that share a group with a test star, or all features, are left out. With `groups`, a number
    as `cv` is that of `StratifiedGroupKFold`.
    """
    if groups is not None:
        groups = np.asarray(groups)
        if groups.shape != y.shape:
            raise ValueError(f"groups has the shape {groups.shape}, there are {len(y)} stars.")
        if cv is None or isinstance(cv, int | np.integer):
            cv = StratifiedGroupKFold(5 if cv is None else cv)
    table = as_table(X)
    doubles = None if table is None else identical_rows(table)
    kinds = [kind for kind in (groups, doubles) if kind is not None]
    splits = []
    for number, (train, test) in enumerate(check_cv(cv, y, classifier=True).split(X, y, groups)):
        train, test = (_positions(part, len(y)) for part in (train, test))
        for kind in kinds:
            train = train[~np.isin(kind[train], kind[test])]
        if not train.size or not test.size:
            raise ValueError(
                f"Split {number} has {train.size} training and {test.size} test stars, where stars "
                "that have a double in the test set (same group, same features) do not train."
            )
        splits.append((train, test))
    return splits


def resolve_draw(draw, n_stars):
    """Function (train, y, fraction, rng) that returns the positions of the labels, for `draw` of `transfer_curve`."""
    if callable(draw):
        return lambda train, y, fraction, rng: draw(train, fraction, rng)
    if isinstance(draw, str):
        if draw not in _DRAWS:
            raise ValueError(
                f'draw must be "stratified", "random", an array of stars or a function, '
                f"got {draw!r}."
            )
        return _DRAWS[draw]
    allowed = np.asarray(draw)
    if allowed.ndim != 1 or allowed.dtype.kind not in "biu":
        raise ValueError(
            "draw as an array must hold positions or a boolean mask of the stars that may be "
            f"labelled, got {allowed.dtype} of shape {allowed.shape}."
        )
    allowed = _positions(allowed, n_stars)

    def among_allowed(train, y, fraction, rng):
        return _some(np.intersect1d(train, allowed), y, _size(fraction, len(train)), rng)

    return among_allowed


def draw_labels(draw, train, y, fraction, seed):
    """Positions of the labelled stars, sorted, checked to be training stars."""
    # The same seed for each fraction: what differs between fractions is their size.
    labelled = np.asarray(draw(train, y, fraction, np.random.default_rng(seed)))
    if labelled.ndim != 1 or (labelled.size and labelled.dtype.kind not in "iu"):
        raise ValueError(
            "The function given as draw must return positions of stars, got "
            f"{labelled.dtype} of shape {labelled.shape}."
        )
    labelled = np.unique(labelled).astype(np.int64)
    outside = np.setdiff1d(labelled, train)
    if outside.size:
        raise ValueError(
            f"The function given as draw returned {outside.size} stars that are no training stars "
            f"(first: {outside[0]}); it must choose among those it is given."
        )
    if len(np.unique(y[labelled])) < 2:
        raise ValueError(
            f"The draw of {fraction:g} of {len(train)} training stars holds {len(labelled)} stars "
            'of fewer than two classes: take a larger fraction, or draw="stratified".'
        )
    return labelled


def _stratified(train, y, fraction, rng):
    return train[stratified_fraction(y[train], fraction, rng)]


def _random(train, y, fraction, rng):
    return _some(train, y, _size(fraction, len(train)), rng)


_DRAWS = {"stratified": _stratified, "random": _random}


def _some(stars, y, size, rng):
    # With stars of one class alone there is nothing to learn: such draws are repeated.
    for _ in range(_TRIES):
        chosen = rng.choice(stars, size=min(size, len(stars)), replace=False)
        if len(np.unique(y[chosen])) > 1:
            break
    return chosen


def _size(fraction, n_train):
    return max(2, round(fraction * n_train))


def _positions(stars, n_stars):
    stars = np.asarray(stars)
    if stars.dtype.kind == "b":
        if len(stars) != n_stars:
            raise ValueError(f"A mask of {len(stars)} entries does not fit {n_stars} stars.")
        return np.flatnonzero(stars)
    outside = (stars < 0) | (stars >= n_stars)
    if outside.any():
        raise ValueError(f"Star {stars[outside][0]} is out of range for {n_stars} stars.")
    return stars.astype(np.int64)
