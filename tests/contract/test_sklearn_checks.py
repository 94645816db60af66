"""scikit-learn's own checks."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_vartl.preprocessing import FeatureScaler
from sklearn_vartl.transfer import TransferMLPClassifier

_EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": (
        "a star of weight two is not drawn into two mini-batches"
    )
}


def _expected_failures(estimator):
    return _EXPECTED if isinstance(estimator, TransferMLPClassifier) else {}


@parametrize_with_checks(
    [
        FeatureScaler(),
        TransferMLPClassifier((16,), n_estimators=1, max_epochs=10, min_steps=100, random_state=0),
    ],
    expected_failed_checks=_expected_failures,
)
def test_sklearn(estimator, check):
    check(estimator)
