"""Allowed values of TransferMLPClassifier's parameters."""

from numbers import Integral, Real
from os import PathLike

from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from .strategies import STRATEGIES

POSITIVE = Interval(Real, 0, None, closed="neither")
NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
COUNT = Interval(Integral, 1, None, closed="left")

PARAMETER_CONSTRAINTS = {
    "hidden_layer_sizes": ["array-like", COUNT],
    "n_estimators": [COUNT],
    "strategy": [StrOptions(set(STRATEGIES))],
    "learning_rate": [POSITIVE],
    "backbone_learning_rate": [NOT_NEGATIVE, None],
    "weight_decay": [NOT_NEGATIVE],
    "label_smoothing": [Interval(Real, 0, 1, closed="left")],
    "batch_size": [Interval(Integral, 2, None, closed="left")],
    "max_epochs": [COUNT],
    "min_steps": [Interval(Integral, 0, None, closed="left")],
    "sampling": [StrOptions({"uniform", "balanced"})],
    "class_weight": [StrOptions({"balanced"}), dict, None],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 0.5, closed="right")],
    "n_iter_no_change": [COUNT],
    "calibration": [StrOptions({"temperature"}), None],
    "priors": [StrOptions({"balanced", "em"}), dict, "array-like", None],
    "scaler": [StrOptions({"auto"}), HasMethods(["fit", "transform"]), None],
    "transfer_scaler": [StrOptions({"source", "target"})],
    "device": [str],
    "n_jobs": [Integral, None],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
    "checkpoint": [str, PathLike, None],
}
