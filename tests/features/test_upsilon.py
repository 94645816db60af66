"""The set "upsilon" against the same definitions written with scipy and astropy."""

import numpy as np
import pytest

from sklearn_vartl._compiled import HAS_NUMBA
from sklearn_vartl.features import LightCurveFeatures, feature_definitions
from sklearn_vartl.light_curves import LightCurves

SIXTEEN = [
    "amplitude", "hl_amp_ratio", "kurtosis", "period", "phase_cusum", "phase_eta", "phi21", "phi31",
    "quartile31", "r21", "r31", "shapiro_w", "skewness", "slope_per10", "slope_per90", "stetson_k",
]  # fmt: skip


def star(kind, n_points=120, seed=0):
    """Time, magnitude and error of a pulsator, an eclipsing binary or noise, over 300 days."""
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(2_450_000, 2_450_300, n_points))
    phase = time / 0.5678 % 1.0
    shape = {
        "pulsator": 0.5 * phase + 0.1 * np.sin(4 * np.pi * phase),
        "eclipsing": 0.8 * np.exp(-0.5 * ((phase - 0.5) / 0.05) ** 2),
        "noise": np.zeros(n_points),
    }[kind]
    magerr = rng.uniform(0.02, 0.06, n_points)
    return time, 15 + shape + magerr * rng.normal(size=n_points), magerr


def test_the_sixteen_in_alphabetical_order():
    assert LightCurveFeatures("upsilon").get_feature_names_out().tolist() == SIXTEEN
    assert sorted(SIXTEEN) == SIXTEEN


@pytest.mark.parametrize("kind", ["pulsator", "eclipsing", "noise"])
@pytest.mark.parametrize(
    "engine",
    ["numpy", pytest.param("numba", marks=pytest.mark.skipif(not HAS_NUMBA, reason="no numba"))],
)
def test_all_reference_features_equal_the_oracle(kind, engine, upsilon_oracle):
    time, mag, magerr = star(kind)
    expected = upsilon_oracle(time, mag, magerr)
    names = [d.name for d in feature_definitions("all") if d.name.startswith("upsilon:")]
    assert len(names) == 24
    transformer = LightCurveFeatures(names, period_engine=engine)
    row = transformer.fit_transform([(time, mag, magerr)])[0]
    # The periodogram of the engines is good to 1e-6 of the variance, everything after it to
    # rounding.
    loose = {"period_SNR": 1e-3, "period_log10FAP": 1e-3, "period_uncertainty": 1e-6}
    for name, value in zip(names, row, strict=True):
        column = name.removeprefix("upsilon:")
        assert value == pytest.approx(expected[column], rel=loose.get(column, 1e-7)), name


def test_missing_errors_become_the_standard_deviation(upsilon_oracle):
    time, mag, _ = star("pulsator")
    row = LightCurveFeatures("upsilon").fit_transform([(time, mag)])[0]
    expected = upsilon_oracle(time, mag, np.full(len(mag), np.std(mag)))
    np.testing.assert_allclose(row, [expected[name] for name in SIXTEEN], rtol=1e-7)


def test_zero_errors_become_the_median_without_touching_the_callers_array(upsilon_oracle):
    time, mag, magerr = star("pulsator")
    magerr[:10] = 0.0
    given = magerr.copy()
    row = LightCurveFeatures("upsilon").fit_transform([(time, mag, magerr)])[0]
    np.testing.assert_array_equal(magerr, given)
    repaired = np.where(magerr == 0, np.median(magerr[10:]), magerr)
    expected = upsilon_oracle(time, mag, repaired)
    np.testing.assert_allclose(row, [expected[name] for name in SIXTEEN], rtol=1e-7)


def test_a_pure_sine():
    # Multiples of the golden ratio: even in every phase, and without the aliases of even steps.
    time = np.sort(100 * (np.arange(3000) * (np.sqrt(5) - 1) / 2 % 1.0))
    time[-1] = 100.0
    X = LightCurves(time, 12 + 0.4 * np.sin(2 * np.pi * time / 2.5), np.full(3000, 0.1))
    row = dict(zip(SIXTEEN, LightCurveFeatures("upsilon").transform(X)[0], strict=True))
    assert row["period"] == pytest.approx(2.5, rel=1e-9)
    assert row["stetson_k"] == pytest.approx(np.sqrt(8) / np.pi, abs=1e-3)
    assert row["amplitude"] == pytest.approx(0.4)
    assert row["r21"] == pytest.approx(0, abs=1e-9)
    assert row["r31"] == pytest.approx(0, abs=1e-9)
    assert row["kurtosis"] == pytest.approx(-1.5, abs=1e-3)
    assert row["hl_amp_ratio"] == pytest.approx(1, abs=1e-2)
