"""What takes light curves says so in its tags, which pipelines and TaxonomyClassifier go by."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.utils import get_tags

from sklearn_vartl import FeatureScaler, LightCurveFeatures
from sklearn_vartl.ensemble import BandVotingClassifier
from sklearn_vartl.images import DmDtImage, PhaseImage
from sklearn_vartl.resampling import RASLE, CadenceResampler, GPAugmenter


def _refuses_a_table(estimator):
    X, y = np.random.default_rng(0).normal(size=(20, 3)), np.repeat(["EC", "RRAB"], 10)
    try:
        # Of a stateless transformer `fit` looks at nothing.
        for method in ("fit_resample", "fit_transform", "fit"):
            if hasattr(estimator, method):
                getattr(estimator, method)(X, y)
    except (TypeError, ValueError) as error:
        assert "holds no light curves" in str(error), error
        return True
    return False


@pytest.mark.parametrize(
    "estimator",
    [
        LightCurveFeatures(["amplitude"]),
        PhaseImage(),
        DmDtImage(),
        CadenceResampler("asas"),
        GPAugmenter(),
        RASLE(),
        BandVotingClassifier(LogisticRegression()),
        FeatureScaler(),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_what_refuses_a_table_says_so(estimator):
    assert get_tags(estimator).input_tags.two_d_array != _refuses_a_table(estimator)
