"""Surveys, sources and splits of transfer.py."""

import hashlib
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from sklearn_vartl import (
    LightCurveFeatures,
    TransferMLPClassifier,
    harmonise,
    make_ensemble_pipeline,
    read_light_curves,
)
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.light_curves import concatenate

# The ambiguous class of ASAS is left out, as are classes with fewer stars.
AMBIGUOUS = "E"
FEWEST = {"asas": 10, "hipparcos_ogle": 15, "hipparcos": 15, "ogle": 15}
# Sets of features; the ensemble has networks on each.
SETS = ("vartl", "upsilon")
# Days without a point that end a season.
SEASON_GAP = 60.0
# Share of the stars that are test stars, the same ones for all draws: one of so many parts.
TEST_PARTS = 3
# Cadences of the simulated stars: dense and faint, sparse and bright, clumped.
CADENCES = ("ogle3", "asas", "hipparcos")
SIMULATED_CLASSES = (
    *("RRAB", "RRAB_BL", "RRC", "RRD", "CEP", "CEP_MULTI", "T2CEP", "ACEP", "DSCT", "MIRA", "SR"),
    *("EC", "ESD", "ED", "ELL", "ROT", "ACV", "GDOR", "SPB", "BCEP", "QSO", "NONVAR"),
)
SHARED = ["DSCT", "EC", "ED", "MIRA", "RRAB", "RRC"]


@dataclass(frozen=True)
class Target:
    """Labelled stars of the target survey and the fixed split into development and test."""

    stars: object
    y: np.ndarray
    groups: np.ndarray

    @cached_property
    def split(self):
        """Positions of development and test stars; doubles are on one side."""
        folds = StratifiedGroupKFold(TEST_PARTS, shuffle=True, random_state=0)
        return next(iter(folds.split(self.y, self.y, self.groups)))

    @property
    def brightest_fifth(self):
        """Mask of the stars brighter than four fifths of them, by their median magnitude."""
        median = np.array([np.nanmedian(star.mag) for star in self.stars])
        return median <= np.quantile(median, 0.2)

    def cut(self, keep):
        """The same stars, with only some of their points."""
        return Target(self.stars.select_points(keep(self.stars)), self.y, self.groups)


class Surveys:
    """Reads surveys and computes features, each once.

    Parameters
    ----------
    paths : dict of str -> path
        Parquet files "crts", "asas" and "hipparcos_ogle".
    cache_folder : path
        Where features are kept.
    cap : int
        Most stars of a class in the source.
    n_jobs : int
    """

    def __init__(self, paths, cache_folder, cap, n_jobs):
        self.paths, self.cache_folder, self.cap, self.n_jobs = paths, cache_folder, cap, n_jobs

    @cache  # noqa: B019, one object lives as long as the program
    def source(self, simulated=True):
        """Capped CRTS stars, and simulated ones of more classes and other cadences."""
        stars = read_light_curves(self.paths["crts"]).labelled()
        labels, rng = stars.labels.astype(str), np.random.default_rng(0)
        chosen = [
            rng.permutation(np.flatnonzero(labels == c))[: self.cap] for c in np.unique(labels)
        ]
        stars = stars[np.sort(np.concatenate(chosen))]
        return concatenate([stars, simulated_stars(self.cap // 10)]) if simulated else stars

    @cache  # noqa: B019
    def target(self, name):
        """The stars of the target "asas", "hipparcos_ogle", "hipparcos" or "ogle"."""
        X = read_light_curves(self.paths["asas" if name == "asas" else "hipparcos_ogle"])
        X = X.labelled()
        if name in ("hipparcos", "ogle"):
            X = X[np.asarray(X.survey).astype(str) == name.upper()]
        y = X.labels.astype(str)
        classes, counts = np.unique(y, return_counts=True)
        kept = classes[(counts >= FEWEST[name]) & (classes != AMBIGUOUS)]
        X = X[np.isin(y, kept)]
        return Target(X, X.labels.astype(str), same_magnitudes(X))

    def features(self, stars, features):
        """Features of light curves, "both": of both sets; found in the cache the second time."""
        sets = SETS if features == "both" else features
        extractor = LightCurveFeatures(
            sets, on_error="nan", memory=self.cache_folder, n_jobs=self.n_jobs
        )
        return extractor.transform(stars)

    @cache  # noqa: B019
    def network(self, features, calibration=None, simulated=True):
        """The default network that has learned the source."""
        network = TransferMLPClassifier(calibration=calibration, n_jobs=self.n_jobs, random_state=0)
        return self._learn(network, features, simulated)

    @cache  # noqa: B019
    def ensemble(self):
        """The ensemble that has learned the source, with networks on each set of features."""
        ensemble = make_ensemble_pipeline(SETS, n_jobs=self.n_jobs, random_state=0)[-1]
        return self._learn(ensemble, "both", True)

    def _learn(self, classifier, features, simulated):
        stars = self.source(simulated)
        classifier.fit(self.features(stars, features), stars.labels.astype(str))
        # The fits of a curve are parallel already.
        return classifier.set_params(n_jobs=None)


def simulated_stars(per_class):
    """Simulated stars: so many of every class with every cadence."""
    n_stars = per_class * len(SIMULATED_CLASSES)
    return concatenate(
        [
            simulate_survey(n_stars, cadence, classes=SIMULATED_CLASSES, random_state=0)
            for cadence in CADENCES
        ]
    )


def same_magnitudes(X):
    """Number of the group of each star; stars with the same magnitudes are one star, listed twice."""
    content = [hashlib.md5(np.sort(star.mag).tobytes()).hexdigest() for star in X]
    return np.unique(content, return_inverse=True)[1]


def first_points(number):
    """Function that marks the first points of each star."""

    def keep(X):
        start = np.repeat(X.offsets[:-1], X.n_points)
        return np.arange(len(X.time)) - start < number

    return keep


def first_year(X):
    """Mark the points of each star in the 365 days after its first."""
    return (
        X.time - np.repeat(X.time[X.offsets[:-1][X.n_points > 0]], X.n_points[X.n_points > 0]) < 365
    )


def first_season(X):
    """Mark the points of each star before its first long gap."""
    gap = np.diff(X.time, prepend=X.time[:1]) > SEASON_GAP
    gap[X.offsets[:-1][X.n_points > 0]] = False
    gaps = np.concatenate([[0], np.cumsum(gap)])
    before_star = np.repeat(gaps[X.offsets[:-1]], X.n_points)
    return gaps[1:] == before_star


def zero_shot(source, X, y):
    """Accuracy, MCC and calibration error without any label of the target, six shared classes.

    The source's probabilities of classes that mean one of the shared ones are summed, the others
    are left out.
    """
    from sklearn.metrics import matthews_corrcoef

    from sklearn_vartl.evaluation import expected_calibration_error

    shared = np.isin(y, SHARED)
    X, y = X[shared], y[shared]
    names = harmonise(source.classes_, classes=SHARED)
    proba = source.predict_proba(X)
    proba = np.column_stack([proba[:, names == name].sum(axis=1) for name in SHARED])
    total = proba.sum(axis=1, keepdims=True)
    proba = np.where(total > 0, proba / np.where(total > 0, total, 1), 1 / len(SHARED))
    predicted = np.array(SHARED)[proba.argmax(axis=1)]
    return {
        "n_stars": len(y),
        "accuracy": float(np.mean(predicted == y)),
        "matthews_corrcoef": float(matthews_corrcoef(y, predicted)),
        "calibration_error": expected_calibration_error(y, proba, labels=SHARED),
    }


def coverage(model, X, y):
    """Share of the stars whose set of classes holds the true one, alpha = 0.1."""
    sets = model.predict_set(X, alpha=0.1)
    known = np.isin(y, model.classes_)
    hit = sets[np.flatnonzero(known), np.searchsorted(model.classes_, y[known])]
    return hit.sum() / len(y)


def set_size(model, X, y):
    """Mean number of classes in a star's set, alpha = 0.1."""
    return model.predict_set(X, alpha=0.1).sum(axis=1).mean()
