"""Which values of parameters estimators take, as their documentation says."""

from copy import copy

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.validation import check_is_fitted

from sklearn_vartl.adaptation import DomainAdapter
from sklearn_vartl.ensemble import (
    AvailabilityEnsemble,
    BandVotingClassifier,
    Expert,
    ExpertCascade,
    LogitBoostClassifier,
    RotationForestClassifier,
)
from sklearn_vartl.features import LightCurveFeatures
from sklearn_vartl.images import DmDtImage, PhaseImage, TransferImageClassifier
from sklearn_vartl.light_curves import LightCurves
from sklearn_vartl.preprocessing import FeatureScaler
from sklearn_vartl.resampling import RASLE, CadenceResampler, GPAugmenter
from sklearn_vartl.taxonomy import TaxonomyClassifier
from sklearn_vartl.transfer import (
    FineTunedClassifier,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    TransferPipeline,
)

# What is taken and what is refused, as the documentation has it: the ends of each range.
INF = float("inf")
COUNT = ([1, 2], [0, 1.0, None, "1"])
FOLDS = ([2, 3], [1, 2.0, None])
NUMBER_FROM_ZERO = ([0, 0.0, 1e9], [-1e-9, INF, None])
POSITIVE = ([1e-9, 1, 1e9], [0, -1.0, INF])
SHARE = ([1e-9, 0.5, 1], [0, 1.0001, None])
SHARE_FROM_ZERO = ([0, 1], [-1e-9, 1.0001])
STEPS = ([0, 1], [-1, 0.5])
HALF = ([1e-9, 0.5], [0, 0.5001])
BATCH = ([2, 3], [1, 2.0])
STRATEGY = (["full", "head", "gradual"], ["all", 1, ""])
NETWORK = {
    "strategy": (STRATEGY[0], [*STRATEGY[1], None]),
    "learning_rate": (POSITIVE[0], [*POSITIVE[1], None]),
    "max_epochs": COUNT,
    "min_steps": STEPS,
    "device": (["auto", "cpu"], [None, 0]),
}
TRANSFER = NETWORK | {
    "n_estimators": COUNT,
    "hidden_layer_sizes": ([1, (8,), [8, 4]], [0, None, "8"]),
    "backbone_learning_rate": ([*NUMBER_FROM_ZERO[0], None], [-1e-9, INF]),
    "sampling": (["uniform", "balanced"], ["auto", None]),
    "class_weight": (["balanced", {"EC": 2.0}, None], ["auto", 2]),
    "early_stopping": ([True, False], ["yes", None]),
    "validation_fraction": HALF,
    "n_iter_no_change": COUNT,
    "calibration": (["temperature", None], ["isotonic", True]),
    "priors": (["em", "balanced", {"EC": 0.5}, [0.5, 0.5], None], ["equal", 0.5]),
    "scaler": (["auto", FeatureScaler(), None], ["standard", 1]),
    "transfer_scaler": (["target", "source"], ["auto", None]),
    "evidence": ([["a"], None], [1]),
    "n_jobs": ([1, -1, None], [1.5, "all"]),
}
BOOSTED = {
    "n_estimators": COUNT,
    "min_samples_leaf": COUNT,
    "min_weight_fraction_leaf": ([0, 0.5], [-1e-9, 0.5001]),
    "class_weight": (["balanced", {"EC": 2.0}, None], ["auto", 2]),
}
SAMPLED = {
    "sampling_strategy": (
        ["auto", "all", "minority", "not minority", "not majority", 1e-9, 1, {"EC": 9}, len],
        ["some", 0, 1.0001, None],
    ),
    "period_column": (["period"], [None, 1]),
}
TAKEN = [
    (TransferMLPClassifier(), TRANSFER | {
        "weight_decay": NUMBER_FROM_ZERO, "label_smoothing": ([0, 0.9999], [-1e-9, 1, None]),
        "batch_size": BATCH, "checkpoint": (["folder", None], [1]),
    }),
    (TransferEnsembleClassifier(), TRANSFER | {
        "n_trees": STEPS, "views": ([[[0], [1]], None], [1]),
    }),
    (FineTunedClassifier(TransferMLPClassifier()), {
        "source": ([TransferMLPClassifier()], [LogisticRegression(), None]),
        "target_fraction": SHARE, "strategy": ([*STRATEGY[0], None], STRATEGY[1]),
        "learning_rate": ([*POSITIVE[0], None], POSITIVE[1]),
        "backbone_learning_rate": ([*NUMBER_FROM_ZERO[0], None], [-1e-9, INF]),
        "max_epochs": ([1, None], [0, 1.0]), "scaler": (["target", "source", None], ["auto"]),
        "fine_tune_params": ([{}, None], [1]),
    }),
    (TransferImageClassifier(), NETWORK | {
        "backbone_learning_rate": ([*POSITIVE[0], None], POSITIVE[1]),
        "weight_decay": NUMBER_FROM_ZERO, "batch_size": BATCH,
    }),
    (PhaseImage(), {"height": BATCH, "width": BATCH, "period": (["period", None], [1.0])}),
    (FeatureScaler(), {
        "log": (["auto", None], ["yes", True]), "clip": ([*POSITIVE[0], None], POSITIVE[1]),
        "center": (["median", "mean", None], ["mode", True]),
        "scale": (["iqr", "16-84", "std", None], ["mad", 1.0]),
        "impute": (["median", "mean", None], ["zero", 0]), "add_indicator": ([True, False], [None, "yes"]),
        "circular": ([["a"], {"a": 1.0}, None], [1]),
    }),
    (LightCurveFeatures(), {
        "min_period": (POSITIVE[0], [*POSITIVE[1], None]), "max_period": ([*POSITIVE[0], None], POSITIVE[1]),
        "oversampling": ([1, 1.5], [0.9999, INF, None]), "min_observations": ([7, 8], [6, 7.0, None]),
        "on_error": (["raise", "nan"], ["warn", None]), "passthrough": ([["a"], None], ["a", 1]),
        "bands": (["V", ["V", "I"], None], [1]), "features": (["vartl", ["period"]], [None, 1]),
        "n_jobs": ([1, None], [1.5]),
    }),
    (RotationForestClassifier(), BOOSTED | {"group_size": COUNT, "sample_fraction": SHARE}),
    (LogitBoostClassifier(), BOOSTED | {"learning_rate": SHARE, "max_depth": COUNT}),
    (AvailabilityEnsemble(), {
        "min_sources": COUNT, "cv": FOLDS, "scoring": (["balanced_accuracy", "log_loss"], ["accuracy", None]),
        "blocks": ([{"a": [0]}, None], [["a"]]), "estimators": ([{}, None], [[]]),
    }),
    (BandVotingClassifier(LogisticRegression()), {
        "estimator": ([LogisticRegression()], [None, PhaseImage()]), "min_observations": COUNT,
        "weights": (["points", "equal"], ["errors", None]), "bands": ([["V"], ("V",), None], ["V"]),
    }),
    (ExpertCascade([]), {
        "budget": ([*POSITIVE[0], None], POSITIVE[1]), "tolerance": ([0, 0.9999], [-1e-9, 1, None]),
        "cv": FOLDS, "policy": (["expected_gain", "margin"], ["cost", None]),
        "meta_estimator": ([LogisticRegression(), None], [PhaseImage()]),
    }),
    (DomainAdapter(TransferMLPClassifier()), {
        "source": ([TransferMLPClassifier()], [LogisticRegression(), None]),
        "n_neighbors": ([*COUNT[0], "auto"], [*COUNT[1], None, "all"]),
    }),
    (CadenceResampler(), {
        "n_points": ([1, None], [0, 1.0]), "baseline": ([*POSITIVE[0], None], POSITIVE[1]),
        "noise": ([0, 0.1, len, None], [-1e-9, "some"]), "n_copies": COUNT,
    }),
    (GPAugmenter(), SAMPLED | {"kernel": (["periodic", "matern"], ["rbf", None])}),
    (RASLE(), SAMPLED),
    (TaxonomyClassifier(LogisticRegression(), {"A": None}), {
        "routing": (["flat", "soft", "hard"], ["any", None]), "min_probability": ([0, 1, None], [-1e-9, 1.0001]),
        "calibration": (["sigmoid", "isotonic", "temperature", None], ["platt", True]),
        "taxonomy": ([{"A": None}], [["A"], None]), "sampler": ([RASLE(), None], [LogisticRegression()]),
        "estimator": ([LogisticRegression()], [None, PhaseImage()]),
    }),
]  # fmt: skip


@pytest.mark.parametrize(
    ("estimator", "name", "taken", "refused"),
    [(estimator, name, *ends) for estimator, table in TAKEN for name, ends in table.items()],
    ids=[f"{type(estimator).__name__}-{name}" for estimator, table in TAKEN for name in table],
)
def test_parameters_within_their_range_are_taken_and_no_others(estimator, name, taken, refused):
    for value in taken:
        copy(estimator).set_params(**{name: value})._validate_params()
    for value in refused:
        with pytest.raises(
            ValueError, match=f"The '{name}' parameter of {type(estimator).__name__}"
        ):
            copy(estimator).set_params(**{name: value})._validate_params()


def test_what_learns_nothing_is_ready_and_what_learns_is_not():
    for ready in (PhaseImage(), DmDtImage(), LightCurveFeatures()):
        check_is_fitted(ready)
    for estimator, _ in TAKEN:
        if hasattr(estimator, "predict") or isinstance(estimator, FeatureScaler):
            with pytest.raises(NotFittedError):
                check_is_fitted(estimator)


def blobs():
    X, number = make_blobs(n_samples=60, centers=2, n_features=3, random_state=0)
    return X, np.array(["EC", "ED"])[number]


def sources_with(estimator):
    """An estimator of each kind that fits others, with this one in it."""
    X, y = blobs()
    bands = LightCurves(
        np.arange(120.0), np.tile([15.0, 15.3], 60), offsets=np.arange(0, 121, 30),
        band=["V"] * 120, labels=["EC", "ED", "EC", "ED"],
    )  # fmt: skip
    return {
        "pipeline": (TransferPipeline([("last", estimator)]), X, y),
        "taxonomy": (TaxonomyClassifier(estimator, {"EC": None, "ED": None}), X, y),
        "bands": (BandVotingClassifier(estimator, min_observations=1), bands, bands.labels),
        "availability": (AvailabilityEnsemble({"all": [0, 1, 2]}, {"one": estimator}), X, y),
        "cascade": (ExpertCascade([Expert(estimator), Expert(estimator, cost=2.0)]), X, y),
    }


@pytest.mark.parametrize("name", ["pipeline", "taxonomy", "bands", "availability", "cascade"])
def test_estimators_within_others_are_checked_as_well(name):
    model, X, y = sources_with(DecisionTreeClassifier(max_depth=0))[name]
    with pytest.raises(InvalidParameterError, match="'max_depth' parameter of DecisionTree"):
        model.fit(X, y)


@pytest.mark.parametrize("cls", [TransferMLPClassifier, TransferEnsembleClassifier])
def test_scalers_within_networks_are_checked_as_well(cls):
    small = {"hidden_layer_sizes": (4,), "n_estimators": 1, "min_steps": 2, "max_epochs": 1}
    model = cls(**small, scaler=FeatureScaler(clip=-1.0), calibration=None)
    with pytest.raises(InvalidParameterError, match="'clip' parameter of FeatureScaler"):
        model.fit(*blobs())
