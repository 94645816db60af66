"""RASLE: the size of its noise."""

import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurves
from sklearn_vartl.resampling import RASLE
from sklearn_vartl.resampling._rasle import period_uncertainty


def one_of_each(error, n_points=200, **arguments):
    time = np.tile(np.linspace(0, 10, n_points), 2)
    return LightCurves(
        time, 15 + np.sin(time), error, [0, n_points, 2 * n_points], ids=["a", "b"], **arguments
    )


def test_magnitudes_have_the_spread_of_their_errors():
    error = np.tile(np.repeat([0.01, 0.3], 100), 2)
    X = one_of_each(error)
    new, _ = RASLE({"A": 300}, random_state=0).fit_resample(X, ["A", "B"])
    pulls = (new.mag[400:].reshape(299, 200) - X.mag[:200]) / error[:200]
    assert abs(pulls.mean()) < 0.02
    assert pulls[:, :100].std() == pytest.approx(1, abs=0.02)
    assert pulls[:, 100:].std() == pytest.approx(1, abs=0.02)


def test_periods_have_a_third_of_their_uncertainty():
    X = one_of_each(np.full(400, 0.05), table={"period": [2 * np.pi, 3.0], "other": [1.0, 2.0]})
    new, _ = RASLE({"A": 2000}, random_state=0).fit_resample(X, ["A", "B"])
    snr = X.mag[:200].std() / 0.05
    sigma = 2 * np.pi * np.sqrt(2 / (200 * snr**2))
    drawn = new.table["period"][2:]
    assert drawn.mean() == pytest.approx(2 * np.pi, abs=sigma / 50)
    assert drawn.std() == pytest.approx(sigma / 3, rel=0.05)
    assert np.all(new.table["other"][2:] == 1.0)
    assert new.table["period"][1] == 3.0


def test_a_missing_period_stays_missing():
    X = one_of_each(np.full(400, 0.05), table={"period": [np.nan, 3.0]})
    new, _ = RASLE({"A": 3}, random_state=0).fit_resample(X, ["A", "B"])
    assert np.isnan(new.table["period"]).tolist() == [True, False, True, True]


def test_uncertainty_of_a_period_in_closed_form():
    value, error = np.array([1.0, -1.0, 1.0, -1.0, np.nan]), np.full(5, 0.1)
    sigma = period_uncertainty(np.array([3.0]), value, error, np.array([0, 5]))
    assert sigma == pytest.approx(3 * np.sqrt(2 / (4 * 10**2)))


def test_errors_that_are_missing_are_the_stars_median():
    error = np.full(400, 0.02)
    error[:50], error[50:60] = np.nan, -1
    X = one_of_each(error)
    new, _ = RASLE({"A": 200}, random_state=0).fit_resample(X, ["A", "B"])
    shift = new.mag[400:].reshape(199, 200) - X.mag[:200]
    assert shift[:, :60].std() == pytest.approx(0.02, rel=0.05)
    # The errors themselves stay as they are.
    np.testing.assert_array_equal(new.magerr[400:600], error[:200])


def test_fluxes_are_drawn_too():
    X = one_of_each(np.full(400, 0.02), quantity="flux")
    new, _ = RASLE({"A": 50}, random_state=0).fit_resample(X, ["A", "B"])
    shift = new.flux[400:].reshape(49, 200) - X.flux[:200]
    assert shift.std() == pytest.approx(0.02, rel=0.05)


def test_stars_without_errors_are_refused():
    with pytest.raises(ValueError, match="pass magerr"):
        RASLE().fit_resample(one_of_each(None)[[0, 1, 1]], ["A", "B", "B"])
    error = np.full(400, 0.02)
    error[200:] = np.nan
    with pytest.raises(ValueError, match=r"star 'b' \(position 1\)"):
        RASLE().fit_resample(one_of_each(error)[[0, 1, 0]], ["A", "B", "A"])
    # A star that nothing is made from needs none.
    new, _ = RASLE().fit_resample(one_of_each(error)[[0, 1, 1]], ["A", "B", "B"])
    assert len(new) == 4
