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
    purity_thresholds,
    sparing,
)
from ._expected import (
    AccuracyEstimate,
    DriftTest,
    accuracy_sums,
    add_sums,
    column_drift,
    estimate_of_sums,
    expected_accuracy,
)
from ._novelty import (
    NoveltyReference,
    abstain,
    class_distance,
    novelty_reference,
    share_below,
    soften_far,
)
from ._priors import (
    check_priors,
    em_shares,
    estimate_shares,
    resolve_priors,
    reweight,
    translation,
    with_probability,
)

# Nothing for users: they meet these through the classifiers.
__all__: list[str] = []
