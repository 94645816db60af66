"""The frequency grids."""

import numpy as np
import pytest

from sklearn_vartl.periodogram import frequency_grid, upsilon_grid


def test_grid_reaches_from_the_time_span_to_the_shortest_period():
    f_min, df, n_freq = frequency_grid([2900.0, 100.0], min_period=0.03, oversampling=3)
    f_max = f_min + df * (n_freq - 1)
    np.testing.assert_allclose(f_min, [1 / 2900, 1 / 100])
    np.testing.assert_allclose(df, [1 / 8700, 1 / 300])
    assert np.all(f_max <= 1 / 0.03 * (1 + 1e-9)) and np.all(f_max + df > 1 / 0.03)


def test_longest_period_is_kept_and_never_beyond_the_time_span():
    f_min, _, _ = frequency_grid([1000.0, 10.0], max_period=50.0)
    np.testing.assert_allclose(f_min, [1 / 50, 1 / 10])


def test_no_frequencies_for_too_short_a_time_span():
    _, df, n_freq = frequency_grid([0.0, 0.02, 5.0])
    assert n_freq.tolist()[:2] == [0, 0] and n_freq[2] > 0
    assert np.all(np.isfinite(df))


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"min_period": 0.0}, "min_period"),
        ({"min_period": np.nan}, "min_period"),
        ({"max_period": 0.01}, "max_period"),
        ({"oversampling": 0}, "oversampling"),
    ],
)
def test_limits_that_mean_nothing_are_refused(options, named):
    with pytest.raises(ValueError, match=named):
        frequency_grid([100.0], **options)


@pytest.mark.parametrize(("span", "n"), [(2900.0, 240), (2700.0, 31), (5.0, 500), (40000.0, 300)])
def test_upsilon_grid_to_the_letter(span, n):
    f_min, df, n_freq = upsilon_grid([span], [n])
    hifac = max(100, int(span / n * 2 / 0.03))
    assert n_freq[0] == int(0.5 * 3.0 * hifac * n)
    assert f_min[0] == df[0] == pytest.approx(1 / (3 * span))


def test_upsilon_grid_is_empty_without_points_or_time():
    _, _, n_freq = upsilon_grid([0.0, 10.0], [5, 0])
    assert n_freq.tolist() == [0, 0]
