"""From light curves to the columns of a catalogue."""

import copy
import os
import re
from dataclasses import dataclass, is_dataclass, replace

import numpy as np
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils._set_output import _wrap_data_with_container

from .._validation import by_class
from ..adaptation import DomainAdapter
from ..features import UPSILON_PREFIX, LightCurveFeatures, listed_names
from ..light_curves import count_true, star_problems, usable_points
from ..periodogram import PERIOD_COLUMNS, period_table_of_features
from ..probabilities import DriftTest, accuracy_sums
from ..transfer import FineTunedClassifier

# What the period of the catalogue is made from, beside what the model itself asks for.
_PERIOD_COLUMNS = (
    "shape_period", "period", "period_error", "log10_fap", "rank_log10_fap", "dips_log10_fap",
    "dips_seen", "double_evidence", "even_share", "epoch_minimum", "epoch_maximum", "light_range",
    "runner_up", "runner_up_score",
)  # fmt: skip
# Measurements that stand alone, which all other features may do without.
_OUTLIERS = "n_outliers"

_ENOUGH_FOR_DRIFT = 30


@dataclass(frozen=True)
class Findings:
    """What is known of all stars of one call together."""

    # Measurements of those with a class that stand alone and were left out, and how many stars have such.
    outliers: tuple[int, int]
    sums: dict | None = None  # of `accuracy_sums`; None: no star has a class
    drift: DriftTest | None = None  # None: too few stars, or the model cannot tell
    # Of how many stars and neighbours the means are, and how many stars have another class for it.
    adapted: dict | None = None


class StarClassifier:
    """Classes, probabilities, periods and flags of light curves by a fitted model.

    What is said of a star is what the model's own `predict` and `predict_proba` say. The model given
    is never changed; it and the rest are as `classify` takes them. `has_novelty` tells whether it knows how unlike
    its training stars a star is.
    """

    def __init__(
        self,
        model,
        n_jobs=None,
        *,
        classes=None,
        exclude=None,
        priors=None,
        abstain=False,
        purity=None,
        alpha=None,
        adapt=False,
    ):
        # With the settings it is what the rows depend on.
        self.given = self.model = _unwrapped(load(model))
        steps = _extractors(self.model)
        check(self.model, steps)
        self.alpha, self.adapts = alpha, bool(adapt)
        self.abstains = bool(abstain) or purity is not None
        # What predict_or_abstain is asked for: for a purity alone, neither novelty nor a fixed limit.
        self._limits = {} if abstain else {"min_probability": 0.0, "max_novelty": 1.0}
        self._limits["purity"] = purity
        self._refuse_what_goes_not_together()
        self._left_out, self._em = _left_out(self.model, classes, exclude), False
        self.settings = {
            "classes left out": self._left_out,
            "priors": _by_text(priors),
            "abstain": bool(abstain),
            "purity": _by_text(purity),
            "alpha": alpha,
        }
        if self._left_out or priors is not None:
            self._set_shares(priors)
        self._refuse_what_it_cannot()
        self._front, self._rest = _divided(self.model)
        self._extractor = self._one_extractor(steps, n_jobs)
        self._names = self._extractor.get_feature_names_out().tolist()
        # In a list the reference's features bear a prefix that they do not have in their set.
        self._own = self._front and [
            self._names.index(name if name in self._names else f"{UPSILON_PREFIX}{name}")
            for name in self._front.get_feature_names_out()
        ]
        self.has_novelty = self._tells_novelty()
        last = self._rest.steps[-1][1] if isinstance(self._rest, Pipeline) else self._rest
        # Of a tree of classes a node may be predicted that is no class, and is a text.
        names_nodes = getattr(_unwrapped(last), "min_probability", None) is not None
        self._tells_text = names_nodes or self.abstains

    def _one_extractor(self, steps, n_jobs):
        """What computes features once, for the model if its first step asks for them, and for the period."""
        features = [] if self._front is None else listed_names(self._front.features)
        features += [name for name in (*_PERIOD_COLUMNS, _OUTLIERS) if name not in features]
        return clone(self._front or steps[0]).set_params(
            features=features,
            on_error="nan",
            n_jobs=n_jobs,
            verbose=0,
            min_observations=max(step.min_observations for step in steps),
            passthrough=list(dict.fromkeys(n for s in steps for n in s.passthrough or ())) or None,
        )

    @property
    def classes(self):
        """Classes, in the order of the probabilities."""
        return np.asarray(self.model.classes_)

    @property
    def label_type(self):
        """Type of the labels: that of the classes, or text where nodes of a tree may be predicted."""
        import pyarrow as pa

        return pa.string() if self._tells_text else pa.array(self.classes.tolist()).type

    @property
    def probability_columns(self):
        """Names of the columns of the probabilities, and of the largest where no class has it."""
        names = [f"p_{name}" for name in self.classes]
        return [*([] if "p_max" in names else ["p_max"]), *names]

    @property
    def passthrough(self):
        """Per-star columns that the model reads beside the light curves."""
        return list(self._extractor.passthrough or ())

    def __call__(self, X):
        """The columns that `classify_catalog` describes, arrays of shape (n_stars,) by name, and the Findings."""
        flag = self._flags(X)
        good = np.flatnonzero(flag == "")
        table = np.empty((0, len(self._names)))
        if good.size:
            table = np.asarray(self._extractor.transform(X[good]), dtype=np.float64)
            if self._own is not None:
                known = ~np.isnan(table[:, self._own]).all(axis=1)
                flag[good[~known]] = "no feature is defined"
                good, table = good[known], table[known]
        columns, found = self._empty_columns(X, flag), Findings(self._outliers(table))
        proba = np.full((len(X), len(self.classes)), np.nan)
        if good.size:
            inputs = X[good] if self._own is None else self._given(table[:, self._own])
            label, proba[good], told, further = self._answers(inputs)
            found = replace(found, **further)
            for name, values in (told | self._periods(X[good], table, label)).items():
                columns[name][good] = values
        names = self.probability_columns
        values = [proba.max(axis=1), *proba.T] if len(names) > proba.shape[1] else proba.T
        return columns | dict(zip(names, values, strict=True)), found

    def _empty_columns(self, X, flag):
        """All columns but the probabilities, of stars without a class."""
        columns = {
            "label": np.full(len(X), None, dtype=object),
            "period": np.full(len(X), np.nan),
            "significance": np.full(len(X), np.nan),
            "n_points": count_true(usable_points(X), X.offsets),
            "flag": flag,
            **{name: np.full(len(X), np.nan) for name in PERIOD_COLUMNS[2:-1]},
            "period_flag": np.full(len(X), "", dtype=object),
        }
        if self.has_novelty:
            columns["novelty"] = np.full(len(X), np.nan)
        if self.alpha is not None:
            columns["set"] = np.full(len(X), "", dtype=object)
        return columns

    def _answers(self, inputs):
        """Classes and probabilities that the model predicts, what columns tell of them, and what `Findings` do."""
        if self._em:
            self._rest.estimate_priors(inputs)
            self._leave_out()
        label, found = self._rest.predict(inputs), {}
        if self.adapts:
            label, proba, found["adapted"] = self._adapt(inputs, label)
        else:
            proba = self._rest.predict_proba(inputs)
        proba = np.asarray(proba, dtype=np.float64)
        shown = self._rest.predict_or_abstain(inputs, **self._limits) if self.abstains else label
        told = {"label": shown.astype(str) if self._tells_text else shown}
        if self.alpha is not None:
            names = self.classes.astype(str)
            sets = self._rest.predict_set(inputs, alpha=self.alpha)
            told["set"] = ["|".join(names[held]) for held in sets]
        novelty = np.zeros(len(label))
        if self.has_novelty:
            novelty = np.asarray(self._rest.novelty_score(inputs), dtype=np.float64)
            told["novelty"] = novelty
        found["sums"] = accuracy_sums(proba, novelty)
        tested = self.has_novelty and hasattr(self._rest, "drift_test")
        if tested and len(label) >= _ENOUGH_FOR_DRIFT and self._rest.is_transferred_:
            found["drift"] = self._drift(inputs)
        return label, proba, told, found

    def _periods(self, X, table, label):
        """Columns of the periods, of stars of these classes, where the features tell them."""
        if not set(_PERIOD_COLUMNS) <= set(self._names):
            return {}
        found = {name: table[:, self._names.index(name)] for name in _PERIOD_COLUMNS}
        span = np.array([np.ptp(star.time[np.isfinite(star.time)]) for star in X])
        return period_table_of_features(found, span, label)

    def _adapt(self, inputs, before):
        """Classes and probabilities by each star and its neighbours among these stars, and how they were made."""
        adapter = DomainAdapter(self._rest).fit(inputs)
        proba = adapter.predict_proba(inputs)
        label = adapter.classes_[proba.argmax(axis=1)]
        adapted = {
            "n_stars": adapter.n_stars_,
            "n_neighbors": adapter.n_neighbors_,
            "n_changed": int((label != before).sum()),
        }
        return label, proba, adapted

    def _outliers(self, table):
        """Measurements left out because they stand alone, and stars that have some."""
        # Of several bands each has its own.
        places = [
            i for i, name in enumerate(self._names) if re.fullmatch(rf"{_OUTLIERS}(_.*)?", name)
        ]
        counts = np.nansum(table[:, places], axis=1)
        return int(counts.sum()), int(np.count_nonzero(counts))

    def _drift(self, inputs):
        found = self._rest.drift_test(inputs)
        if isinstance(found.feature, int) and self._own is not None and len(self._rest.steps) == 1:
            found = replace(found, feature=self._names[self._own[found.feature]])
        return found

    def _given(self, table):
        """Features as the front gives them: with names, where it is set to."""
        return _wrap_data_with_container("transform", table, None, self._front)

    def _flags(self, X):
        """Why stars have no features, shape (n_stars,), empty where they have."""
        flag = np.full(len(X), "", dtype=object)
        for problem, _, stars, _ in star_problems(X, self._extractor.min_observations):
            flag[stars & (flag == "")] = problem
        return flag

    def _set_shares(self, priors):
        """Predict for other shares: in a copy, for the model given is never changed."""
        if not isinstance(self.model, Pipeline):
            raise TypeError(f"{type(self.model).__name__} has no class shares that could be set")
        name, last = self.model.steps[-1]
        last = copy.copy(_unwrapped(last))
        if "priors" not in last.get_params(deep=False):
            raise TypeError(
                f"{type(last).__name__} has no class shares that could be set: its classes can be "
                "neither left out nor given other shares"
            )
        self.model = copy.copy(self.model)
        self.model.steps = [*self.model.steps[:-1], (name, last)]
        self._em = isinstance(priors, str) and priors == "em"
        if priors is not None:
            last.set_params(priors=priors)
        if not self._em:
            self._leave_out()

    def _leave_out(self):
        """Give the classes that are left out no share; the others stay as they are to each other."""
        if not self._left_out:
            return
        last = self.model.steps[-1][1]
        shares = np.where(np.isin(last.classes_.astype(str), self._left_out), 0.0, last.priors_)
        if not shares.any():
            raise ValueError("priors gives all of the classes that remain no share")
        last.set_params(priors=dict(zip(last.classes_.tolist(), shares.tolist(), strict=True)))

    def _refuse_what_goes_not_together(self):
        if self.alpha is not None and not 0 < self.alpha < 1:
            raise ValueError(f"alpha must be between 0 and 1, got {self.alpha!r}")
        if self.adapts and (self.abstains or self.alpha is not None):
            raise ValueError(
                "adapt goes neither with abstain nor with purity or alpha: what these say of the model's own answers "
                "does not hold for the means over neighbours"
            )

    def _refuse_what_it_cannot(self):
        """Before the first star is looked at."""
        wanted = {
            "predict_or_abstain": self.abstains,
            "purity_thresholds": self._limits["purity"] is not None,
            "predict_set": self.alpha is not None,
            "embed": self.adapts,
        }
        for method, asked in wanted.items():
            if asked and not hasattr(self.model, method):
                raise TypeError(f"{type(self.model).__name__} has no {method}")
        if self._limits["purity"] is not None:
            self.model.purity_thresholds(self._limits["purity"])

    def _tells_novelty(self):
        if self._own is None or not hasattr(self._rest, "novelty_score"):
            return False
        try:
            self._rest.novelty_score(self._given(np.zeros((1, len(self._own)))))
        except ValueError:
            # It remembers no training stars, as the published network of UPSILoN-T.
            return False
        return True


def _by_text(shares):
    """Shares by the names of the classes as text, which a manifest gives back as they were."""
    named = by_class(shares)
    if named is None:
        return np.asarray(shares).tolist()
    return {str(k): v.item() if isinstance(v, np.generic) else v for k, v in named.items()}


def load(model):
    """A model as it is, or from its file."""
    if isinstance(model, str | os.PathLike):
        from ..persistence import load_model

        return load_model(model)
    return model


def check(model, extractors):
    """Refuse a model that takes no light curves or gives no probabilities."""
    if not extractors:
        raise TypeError(
            f"{type(model).__name__} takes no light curves: a model for catalogues computes its "
            "features with LightCurveFeatures, as the pipelines of make_transfer_pipeline do"
        )
    if not hasattr(model, "predict_proba"):
        last = model.steps[-1][1] if isinstance(model, Pipeline) else model
        raise TypeError(f"The last step, {type(last).__name__}, gives no class probabilities")


def _left_out(model, classes, exclude):
    """Classes that shall not be predicted, as text, in the order of the model."""
    names = [str(name) for name in model.classes_]
    kept, dropped = (
        [] if given is None else [given] if isinstance(given, str) else [str(n) for n in given]
        for given in (classes, exclude)
    )
    if unknown := sorted({*kept, *dropped} - {*names}):
        raise ValueError(
            f"{', '.join(unknown)}: no class of the model, whose classes are {', '.join(names)}"
        )
    left_out = [n for n in names if (classes is not None and n not in kept) or n in dropped]
    if len(left_out) == len(names):
        raise ValueError("no class of the model is left to predict")
    return left_out


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
