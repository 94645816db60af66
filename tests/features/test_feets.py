"""Features of the feets package."""

import numpy as np
import pytest

from sklearn_vartl.features import LightCurveFeatures
from sklearn_vartl.features._extraction import FeetsSpace


def test_values_are_those_of_feets(light_curves):
    import feets

    transformer = LightCurveFeatures(["feets:EtaE", "skewness", "feets:Rcs"])
    table = transformer.transform(light_curves[:3])
    assert transformer.get_feature_names_out().tolist() == ["feets:EtaE", "skewness", "feets:Rcs"]
    space = feets.FeatureSpace(only=["EtaE", "Rcs"], dask_options={"scheduler": "synchronous"})
    for row, star in zip(table, light_curves[:3], strict=True):
        expected = space.extract(time=star.time, magnitude=star.mag, error=star.magerr)
        assert row[0] == pytest.approx(expected.EtaE[0])
        assert row[2] == pytest.approx(expected.Rcs[0])


def test_the_spelling_of_older_versions_is_understood(light_curves):
    names = ["feets:Eta_e", "feets:EtaE"]
    table = LightCurveFeatures(names).transform(light_curves[:2])
    np.testing.assert_array_equal(table[:, 0], table[:, 1])


def test_jobs_are_processes_and_give_the_same(light_curves):
    expected = LightCurveFeatures(["feets:EtaE"]).transform(light_curves[:4])
    table = LightCurveFeatures(["feets:EtaE"], n_jobs=2).transform(light_curves[:4])
    np.testing.assert_array_equal(table, expected)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="has no feature 'Nothing'; it has .*Amplitude"):
        FeetsSpace(["Nothing", "EtaE"])


def test_features_of_two_bands_are_refused():
    with pytest.raises(ValueError, match="one band lack: .*aligned_magnitude"):
        FeetsSpace(["StetsonJ"])


def test_features_that_are_no_number_are_refused(light_curves):
    with pytest.raises(ValueError, match="'Signature' is no single number"):
        LightCurveFeatures(["feets:Signature"]).transform(light_curves[:1])
