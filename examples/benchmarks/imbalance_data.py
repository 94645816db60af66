"""Training and test stars of the benchmark of imbalance, and their features."""

from pathlib import Path

import joblib
import numpy as np
from imbalance_features import published_features

from sklearn_vartl import LightCurveFeatures, read_light_curves


class Survey:
    """The Catalina stars in the published split, with two sets of features.

    Parameters
    ----------
    path : str
        Parquet file with `published_split` and `catalog_period`.
    cache : str or None
        Folder that keeps computed features.
    jobs : int
        Processes.
    quick : bool
        Take a fifth of the stars of each class.
    """

    def __init__(self, path, cache, jobs, quick):
        self.cache = None if cache is None else Path(cache)
        self.own = LightCurveFeatures("vartl", on_error="nan", n_jobs=jobs)
        X = read_light_curves(path)
        if quick:
            order = np.argsort(X.labels.astype(str), kind="stable")
            X = X[np.sort(order[::5])]
            self.cache = None
        train = X.table["published_split"].astype(str) == "train"
        self.train, self.test = X[train], X[~train]
        self.y_train = self.train.labels.astype(str)
        self.y_test = self.test.labels.astype(str)
        self.tables = {
            "train": self._kept("train", lambda: self._features(self.train)),
            "test": self._kept("test", lambda: self._features(self.test)),
        }
        self.made = {}

    def add_light_curves(self, samplers):
        """Let each sampler make training stars from the training stars."""
        for name, sampler in samplers.items():
            new = self._kept(name, lambda sampler=sampler: self._make(sampler))
            self.made[name] = np.concatenate([self.y_train, new.pop("y")])
            self.tables[name] = {
                kind: np.vstack([table, new[kind]]) for kind, table in self.tables["train"].items()
            }

    def stars(self, features, source):
        """Training features and classes with a sampler's stars (None: without), test features."""
        table = self.tables[source or "train"][features]
        y = self.y_train if source is None else self.made[source]
        return table, y, self.tables["test"][features]

    def _make(self, sampler):
        X, y = sampler.fit_resample(self.train, self.y_train)
        n = len(self.train)
        return {"y": y[n:], **self._features(X[n:])}

    def _features(self, X):
        return {
            "published seven": published_features(X, X.table["catalog_period"]),
            "own": self.own.fit_transform(X),
        }

    def _kept(self, name, compute):
        """What is computed, or was in an earlier run."""
        file = None if self.cache is None else self.cache / f"imbalance_{name}.joblib"
        if file is not None and file.exists():
            return joblib.load(file)
        tables = compute()
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            joblib.dump(tables, file)
        return tables
