"""From light curves to the columns of a catalogue."""

import os

import numpy as np

from ..features import UPSILON_PREFIX, listed_names

# What the period of the catalogue is made from, beside what the model itself asks for.
_PERIOD_COLUMNS = ("shape_period", "double_evidence", "log10_fap")


class StarClassifier:
    """Classes, probabilities, periods and flags of light curves by a fitted model.

    The model given is never changed. `has_novelty` tells whether it knows how unlike its training
    stars a star is.

    Parameters
    ----------
    model : fitted TransferPipeline, str or path-like
        Its first step is a LightCurveFeatures; or the file of one, from `save_model`.
    n_jobs : int, default=None
        Number of threads that compute features, as in LightCurveFeatures.

    Raises
    ------
    TypeError
        If the model takes no light curves, or gives no probabilities.
    """

    def __init__(self, model, n_jobs=None):
        from sklearn.base import clone

        self.model = load(model)
        check(self.model)
        self.has_novelty = _tells_novelty(self.model.steps[-1][1])
        extractor = self.model.steps[0][1]
        features = listed_names(extractor.features)
        wanted = [*features, *(name for name in _PERIOD_COLUMNS if name not in features)]
        self._extractor = clone(extractor).set_params(
            features=wanted, on_error="nan", n_jobs=n_jobs, verbose=0
        )
        self._names = self._extractor.get_feature_names_out().tolist()
        # In a list the reference's features bear a prefix that they do not have in their set.
        self._own = [
            self._names.index(name if name in self._names else f"{UPSILON_PREFIX}{name}")
            for name in extractor.get_feature_names_out()
        ]

    @property
    def classes(self):
        """Classes, in the order of the probabilities."""
        return self.model.classes_

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
            ``n_points``, ``flag`` (why there is no class; empty where there is one), ``novelty``
            where the model has such a score, and ``p_<class>`` for each class.
        """
        flag = self._flags(X)
        good = np.flatnonzero(flag == "")
        label = np.full(len(X), None, dtype=object)
        period, significance, novelty = np.full((3, len(X)), np.nan)
        proba = np.full((len(X), len(self.classes)), np.nan)
        if good.size:
            table = np.asarray(self._extractor.transform(X[good]), dtype=np.float64)
            features = table[:, self._own]
            known = ~np.isnan(features).all(axis=1)
            flag[good[~known]] = "no feature is defined"
            good, features, table = good[known], features[known], table[known]
        if good.size:
            inputs = self._inputs(features)
            last = self.model.steps[-1][1]
            proba[good] = last.predict_proba(inputs)
            label[good] = self.classes[proba[good].argmax(axis=1)]
            period[good], significance[good] = self._periods(table, label[good])
            if self.has_novelty:
                novelty[good] = last.novelty_score(inputs)
        columns = {
            "label": label,
            "period": period,
            "significance": significance,
            "n_points": X.n_points,
            "flag": flag,
        }
        if self.has_novelty:
            columns["novelty"] = novelty
        names = [f"p_{name}" for name in self.classes]
        return columns | dict(zip(names, proba.T, strict=True))

    def _flags(self, X):
        """Why stars have no features, shape (n_stars,), empty where they have."""
        from ..light_curves import star_problems

        flag = np.full(len(X), "", dtype=object)
        for problem, _, stars, _ in star_problems(X, self._extractor.min_observations):
            flag[stars & (flag == "")] = problem
        return flag

    def _inputs(self, features):
        for _, step in self.model.steps[1:-1]:
            if hasattr(step, "transform"):
                features = step.transform(features)
        return features

    def _periods(self, table, label):
        from ..periodogram import physical_period

        if not set(_PERIOD_COLUMNS) <= set(self._names):
            return np.nan, np.nan
        shape, evidence, log10_fap = (table[:, self._names.index(c)] for c in _PERIOD_COLUMNS)
        return physical_period(shape, evidence, label), -log10_fap


def load(model):
    """A model as it is, or from its file."""
    if isinstance(model, str | os.PathLike):
        from ..persistence import load_model

        return load_model(model)
    return model


def check(model):
    """Refuse a model that takes no light curves or gives no probabilities.

    Raises
    ------
    TypeError
    """
    from sklearn.pipeline import Pipeline

    from ..features import LightCurveFeatures

    if not isinstance(model, Pipeline) or not isinstance(model.steps[0][1], LightCurveFeatures):
        raise TypeError(
            f"{type(model).__name__} takes no light curves: a model for catalogues is a pipeline "
            "whose first step is LightCurveFeatures, as make_transfer_pipeline builds it"
        )
    if not hasattr(model, "predict_proba"):
        last = type(model.steps[-1][1]).__name__
        raise TypeError(f"The last step, {last}, gives no class probabilities")


def _tells_novelty(last):
    if not hasattr(last, "novelty_score"):
        return False
    try:
        last.novelty_score(np.zeros((1, last.n_features_in_)))
    except ValueError:
        # It remembers no training stars, as the published network of UPSILoN-T.
        return False
    return True
