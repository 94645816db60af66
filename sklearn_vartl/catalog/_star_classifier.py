"""From light curves to the columns of a catalogue."""

import os
from dataclasses import is_dataclass

import numpy as np
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from ..features import UPSILON_PREFIX, LightCurveFeatures, listed_names
from ..light_curves import star_problems
from ..periodogram import PERIOD_COLUMNS, period_table_of_features
from ..transfer import FineTunedClassifier

# What the period of the catalogue is made from, beside what the model itself asks for.
_PERIOD_COLUMNS = (
    "shape_period",
    "period",
    "period_error",
    "log10_fap",
    "rank_log10_fap",
    "dips_log10_fap",
    "dips_seen",
    "double_evidence",
    "even_share",
    "epoch_minimum",
    "epoch_maximum",
    "light_range",
    "runner_up",
    "runner_up_score",
)


class StarClassifier:
    """Classes, probabilities, periods and flags of light curves by a fitted model.

    What is said of a star is what the model's own `predict` and `predict_proba` say. The model given
    is never changed. `has_novelty` tells whether it knows how unlike its training stars a star is.

    Parameters
    ----------
    model : fitted classifier, str or path-like
        One that computes features of light curves (LightCurveFeatures): a pipeline, what was
        fine-tuned from one, or a classifier of such pipelines; or the file of one, from
        `save_model`.
    n_jobs : int, default=None
        Number of threads that compute features, as in LightCurveFeatures.

    Raises
    ------
    TypeError
        If the model takes no light curves, or gives no probabilities.
    """

    def __init__(self, model, n_jobs=None):
        self.model = _unwrapped(load(model))
        steps = _extractors(self.model)
        check(self.model, steps)
        front, self._rest = _divided(self.model)
        # Computed once, for the model if its first step asks for them, and for the period.
        features = [] if front is None else listed_names(front.features)
        features += [name for name in _PERIOD_COLUMNS if name not in features]
        self._extractor = clone(front or steps[0]).set_params(
            features=features,
            on_error="nan",
            n_jobs=n_jobs,
            verbose=0,
            min_observations=max(step.min_observations for step in steps),
            passthrough=_passthrough(steps),
        )
        self._names = self._extractor.get_feature_names_out().tolist()
        # In a list the reference's features bear a prefix that they do not have in their set.
        self._own = front and [
            self._names.index(name if name in self._names else f"{UPSILON_PREFIX}{name}")
            for name in front.get_feature_names_out()
        ]
        self.has_novelty = self._tells_novelty()
        last = self._rest.steps[-1][1] if isinstance(self._rest, Pipeline) else self._rest
        # Of a tree of classes a node may be predicted that is no class, and is a text.
        self._names_nodes = getattr(_unwrapped(last), "min_probability", None) is not None

    @property
    def classes(self):
        """Classes, in the order of the probabilities."""
        return np.asarray(self.model.classes_)

    @property
    def label_type(self):
        """Type of the labels: that of the classes, or text where nodes of a tree may be predicted."""
        import pyarrow as pa

        kind = pa.array(self.classes.tolist()).type
        return pa.string() if self._names_nodes else kind

    @property
    def passthrough(self):
        """Per-star columns that the model reads beside the light curves."""
        return list(self._extractor.passthrough or ())

    def __call__(self, X):
        """Classify light curves.

        Parameters
        ----------
        X : LightCurves

        Returns
        -------
        columns : dict of str to ndarray of shape (n_stars,)
            ``label`` (None where there is no class), ``period`` (days, of the star as its class
            has it), ``significance`` (-log10 of the period's false-alarm probability),
            ``n_points``, ``flag`` (why there is no class; empty where there is one),
            ``period_error``, ``epoch``, ``amplitude``, ``runner_up``, ``runner_up_gap``,
            ``period_flag`` (see `sklearn_vartl.periodogram.period_table`), ``novelty``
            where the model has such a score, and ``p_<class>`` for each class.
        """
        flag = self._flags(X)
        good = np.flatnonzero(flag == "")
        table = np.empty((0, len(self._names)))
        if good.size:
            table = np.asarray(self._extractor.transform(X[good]), dtype=np.float64)
            if self._own is not None:
                known = ~np.isnan(table[:, self._own]).all(axis=1)
                flag[good[~known]] = "no feature is defined"
                good, table = good[known], table[known]
        return self._columns(X, flag, good, table)

    def _columns(self, X, flag, good, table):
        """All columns: `good` are the stars that are classified, `table` their features."""
        columns = {
            "label": np.full(len(X), None, dtype=object),
            "period": np.full(len(X), np.nan),
            "significance": np.full(len(X), np.nan),
            "n_points": X.n_points,
            "flag": flag,
            **{name: np.full(len(X), np.nan) for name in PERIOD_COLUMNS[2:-1]},
            "period_flag": np.full(len(X), "", dtype=object),
        }
        if self.has_novelty:
            columns["novelty"] = np.full(len(X), np.nan)
        proba = np.full((len(X), len(self.classes)), np.nan)
        if good.size:
            inputs = X[good] if self._own is None else table[:, self._own]
            label = self._rest.predict(inputs)
            columns["label"][good] = label.astype(str) if self._names_nodes else label
            proba[good] = self._rest.predict_proba(inputs)
            if self.has_novelty:
                columns["novelty"][good] = self._rest.novelty_score(inputs)
            if set(_PERIOD_COLUMNS) <= set(self._names):
                found = {name: table[:, self._names.index(name)] for name in _PERIOD_COLUMNS}
                span = np.array([np.ptp(star.time[np.isfinite(star.time)]) for star in X[good]])
                for name, values in period_table_of_features(found, span, label).items():
                    columns[name][good] = values
        return columns | {
            f"p_{name}": column for name, column in zip(self.classes, proba.T, strict=True)
        }

    def _flags(self, X):
        """Why stars have no features, shape (n_stars,), empty where they have."""
        flag = np.full(len(X), "", dtype=object)
        for problem, _, stars, _ in star_problems(X, self._extractor.min_observations):
            flag[stars & (flag == "")] = problem
        return flag

    def _tells_novelty(self):
        if self._own is None or not hasattr(self._rest, "novelty_score"):
            return False
        try:
            self._rest.novelty_score(np.zeros((1, len(self._own))))
        except ValueError:
            # It remembers no training stars, as the published network of UPSILoN-T.
            return False
        return True


def load(model):
    """A model as it is, or from its file."""
    if isinstance(model, str | os.PathLike):
        from ..persistence import load_model

        return load_model(model)
    return model


def check(model, extractors):
    """Refuse a model that takes no light curves or gives no probabilities.

    Raises
    ------
    TypeError
    """
    if not extractors:
        raise TypeError(
            f"{type(model).__name__} takes no light curves: a model for catalogues computes its "
            "features with LightCurveFeatures, as the pipelines of make_transfer_pipeline do"
        )
    if not hasattr(model, "predict_proba"):
        last = model.steps[-1][1] if isinstance(model, Pipeline) else model
        raise TypeError(f"The last step, {type(last).__name__}, gives no class probabilities")


def _unwrapped(model):
    """The classifier that answers for one that only hands on."""
    while True:
        if isinstance(model, FrozenEstimator):
            model = model.estimator
        elif isinstance(model, FineTunedClassifier):
            model = model.model_
        elif hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        else:
            return model


def _divided(model):
    """The LightCurveFeatures in front of a model, and what takes these features.

    (None, the model) where it begins otherwise, and is given the light curves themselves.
    """
    if isinstance(model, Pipeline) and len(model.steps) > 1:
        first = _unwrapped(model.steps[0][1])
        if isinstance(first, LightCurveFeatures):
            return first, model[1:]
    return None, model


def _extractors(model):
    """Every LightCurveFeatures in a model, however deep."""
    model = _unwrapped(model)
    if isinstance(model, LightCurveFeatures):
        return [model]
    if not hasattr(model, "get_params") or isinstance(model, type):
        return []
    inside = list(model.get_params(deep=False).values())
    found = []
    while inside:
        value = inside.pop()
        if isinstance(value, list | tuple):
            inside.extend(value)
        elif is_dataclass(value):
            inside.extend(vars(value).values())
        elif hasattr(value, "get_params"):
            found += _extractors(value)
    return found


def _passthrough(extractors):
    names = [name for step in extractors for name in step.passthrough or ()]
    return list(dict.fromkeys(names)) or None
