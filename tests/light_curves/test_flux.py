"""Magnitudes from fluxes."""

import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurves, clean


def test_bright_points_follow_pogson():
    flux = np.array([1.0, 10.0, 100.0])
    X = LightCurves([0, 1, 2], flux, 0.01 * flux, quantity="flux")
    magnitudes = X.to_magnitudes(100.0)
    np.testing.assert_allclose(magnitudes.mag, [5.0, 2.5, 0.0], atol=1e-12)
    np.testing.assert_allclose(magnitudes.magerr, 0.0108573620476, rtol=1e-10)
    assert not magnitudes.limit.any()
    assert magnitudes.quantity == "mag"


def test_faint_points_become_limits_and_none_is_lost():
    X = LightCurves(
        np.arange(4.0), [100.0, 2.0, -5.0, 3.0], np.ones(4), quantity="flux", limit=[0, 0, 0, 1]
    )
    magnitudes = X.to_magnitudes(100.0)
    assert magnitudes.limit.tolist() == [False, True, True, True]
    np.testing.assert_allclose(magnitudes.mag[1:3], -2.5 * np.log10([0.05, 0.03]))
    assert X.to_magnitudes(100.0, min_signal_to_noise=1.5).limit.tolist() == [
        False,
        False,
        True,
        True,
    ]


def test_faint_fluxes_do_not_widen_the_magnitudes():
    rng = np.random.default_rng(0)
    flux = 20 + rng.normal(0, 10, 20_000)
    X = LightCurves(np.arange(20_000.0), flux, np.full(20_000, 10.0), quantity="flux")
    kept, _ = clean(X.to_magnitudes(1e4))
    # Of a star at twice its noise only the chance bright points are measurements.
    assert kept.n_points[0] < 0.25 * 20_000
    assert np.ptp(np.percentile(kept.mag, [25, 75])) < 0.25
    assert np.ptp(np.percentile(flux, [25, 75])) == pytest.approx(1.349 * 10, rel=0.05)


def test_without_errors_what_is_not_positive_is_missing():
    X = LightCurves([0, 1, 2], [100.0, 0.0, -5.0], quantity="flux")
    magnitudes = X.to_magnitudes(100.0)
    np.testing.assert_array_equal(magnitudes.mag, [0.0, np.nan, np.nan])
    assert magnitudes.magerr is None
    assert magnitudes.check(1).query("effect == 'dropped'").n_affected.tolist() == [2]


def test_missing_fluxes_and_errors_stay_missing():
    X = LightCurves([0, 1], [np.nan, 5.0], [1.0, np.nan], quantity="flux")
    magnitudes = X.to_magnitudes(100.0)
    assert np.isnan(magnitudes.mag).tolist() == [True, False]
    assert np.isnan(magnitudes.magerr).tolist() == [True, True]


def test_magnitudes_stay_as_they_are(light_curves):
    assert light_curves.to_magnitudes(1.0) is light_curves


@pytest.mark.parametrize("reference", [0.0, -1.0, np.inf, np.nan, 1j])
def test_a_reference_that_is_no_flux_is_refused(reference):
    X = LightCurves([0], [1.0], quantity="flux")
    with pytest.raises(ValueError, match="must be a positive number"):
        X.to_magnitudes(reference)


def test_a_preset_without_reference_flux_is_refused():
    X = LightCurves([0], [1.0], quantity="flux")
    with pytest.raises(ValueError, match="'ztf' records no reference flux"):
        X.to_magnitudes("ztf")


def test_three_times_its_error_is_measured():
    X = LightCurves(np.arange(3.0), [3.0, 2.99, 30.0], np.ones(3), quantity="flux")
    assert X.to_magnitudes(1.0).limit.tolist() == [False, True, False]
    # A limit is three errors above the flux, or above zero where that is less.
    np.testing.assert_allclose(X.to_magnitudes(1.0).mag[1], -2.5 * np.log10(5.99))
    below = LightCurves([0.0, 1.0], [-9.0, 9.0], [2.0, 1.0], quantity="flux").to_magnitudes(1.0)
    np.testing.assert_allclose(below.mag, -2.5 * np.log10([6.0, 9.0]))


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        (None, [2.0, 2.0, 2.0]),
        # Of points that are flagged nothing is taken, unless there are no others.
        ([0, 4, 0], [2.5, 2.5, 2.5]),
        ([1, 2, 3], [2.0, 2.0, 2.0]),
    ],
)
def test_relative_magnitudes_are_of_the_median_of_good_points(flag, expected):
    flux = np.array([1.0, 2.0, 4.0])
    X = LightCurves(np.arange(3.0), flux, flag=flag, quantity="flux")
    found = X.to_magnitudes("median").mag
    np.testing.assert_allclose(found, -2.5 * np.log10(flux / expected))


def test_of_a_median_that_is_not_positive_there_are_no_magnitudes():
    """The flux of a difference image: each star has its own median."""
    flux = [-1.0, 0.0, 3.0, np.nan, 4.0, 8.0]
    X = LightCurves(np.arange(6.0), flux, offsets=[0, 3, 6], quantity="flux")
    found = X.to_magnitudes("median").mag
    assert np.isnan(found[:4]).all()
    np.testing.assert_allclose(found[4:], -2.5 * np.log10([4 / 6, 8 / 6]))
