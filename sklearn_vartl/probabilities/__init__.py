"""Probabilities that mean what they say: calibration, conformal sets, class shares, novelty.

Pure functions on arrays; imports numpy, scipy and scikit-learn alone. `transfer`, `ensemble` and
`persistence` use it.
"""

from ._calibration import (
    Calibration,
    at_temperature,
    calibrate,
    conformal_sets,
    fit_temperature,
    fit_weights,
    log_proba,
    prediction_sets,
)
from ._expected import AccuracyEstimate, DriftTest, column_drift, expected_accuracy
from ._novelty import NoveltyReference, abstain, class_distance, novelty_reference, share_below
from ._priors import (
    check_priors,
    em_shares,
    estimate_shares,
    resolve_priors,
    reweight,
    with_probability,
)

# Nothing for users: they meet these through the classifiers.
__all__: list[str] = []
