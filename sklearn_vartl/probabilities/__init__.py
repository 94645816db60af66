"""Probabilities that mean what they say: calibration, conformal sets, class shares, novelty.

Pure functions on arrays; imports numpy, scipy and scikit-learn alone. `transfer`, `ensemble` and
`persistence` use it.
"""

from ._calibration import Calibration, fit_temperature
from ._conformal import conformal_sets, prediction_sets
from ._novelty import abstain, class_distance, novelty_reference, share_below
from ._priors import check_priors, em_shares, estimate_shares, resolve_priors, reweight

__all__ = [
    "Calibration",
    "abstain",
    "check_priors",
    "class_distance",
    "conformal_sets",
    "em_shares",
    "estimate_shares",
    "fit_temperature",
    "novelty_reference",
    "prediction_sets",
    "resolve_priors",
    "reweight",
    "share_below",
]
