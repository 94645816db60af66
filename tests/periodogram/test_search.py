"""The search finds known periods, says how sure it is, and does not depend on zero points or order."""

import numpy as np
import pytest

from sklearn_vartl import _compiled
from sklearn_vartl.periodogram import highest_peaks, physical_period, search_periods


def sampled(rng, n_points=200, span=1500.0):
    """Nights at random, one point each within four hours of midnight."""
    nights = np.sort(rng.choice(int(span), n_points, replace=False))
    return nights + rng.uniform(-0.17, 0.17, n_points)


def sawtooth(phase):
    """Magnitudes of a fundamental-mode RR Lyrae star: a steep rise and a slow decline."""
    return 0.3 * sum(np.cos(2 * np.pi * k * phase + 0.9 * k) / k for k in range(1, 6))


def eclipses(phase, depths):
    """Two narrow dips, half a cycle apart."""
    dip = [
        d * np.exp(-0.5 * (((phase - c + 0.5) % 1 - 0.5) / 0.03) ** 2)
        for d, c in zip(depths, (0.0, 0.5), strict=True)
    ]
    return dip[0] + dip[1]


def search(time, mag, error=0.03, **options):
    return search_periods(time, mag, np.full(time.size, error), [0, time.size], **options)


@pytest.mark.parametrize("period", [0.0789, 0.3217, 0.57123, 3.456, 41.3, 310.0])
def test_period_of_a_pulsator(period, rng):
    time = sampled(rng)
    mag = 15 + sawtooth(time / period) + rng.normal(0, 0.03, time.size)
    found = search(time, mag)
    assert found.shape_period[0] == pytest.approx(period, rel=2e-3)
    assert abs(found.shape_period[0] - period) < 6 * found.uncertainty[0]
    assert found.log10_fap[0] < -10


def test_slow_variable_is_not_taken_for_its_daily_alias(rng):
    nights = np.sort(rng.choice(1500, 200, replace=False))
    time = nights + rng.normal(0, 0.01, 200)  # the same hour every night
    mag = 10 + 1.5 * np.cos(2 * np.pi * time / 280.0) + rng.normal(0, 0.1, 200)
    assert search(time, mag, 0.1).shape_period[0] == pytest.approx(280.0, rel=0.02)


def test_detached_binary_with_unequal_minima(rng):
    time = sampled(rng, n_points=400)
    mag = 12 + eclipses(time / 2.7183, depths=(0.8, 0.4)) + rng.normal(0, 0.02, time.size)
    found = search(time, mag, 0.02)
    assert found.period[0] == pytest.approx(2.7183, rel=1e-3)
    assert found.shape_period[0] == pytest.approx(found.period[0] / 2, rel=1e-9)
    assert found.double_evidence[0] > 20


def test_read_only_arrays_need_no_kernels_of_their_own(rng):
    """Half a minute of compiling for each combination of arguments, at the first search of LightCurves."""
    time = sampled(rng)
    # Dips of one star in a hundred points, two visits of another: all stages of a search.
    mag = 15 + sawtooth(time / 0.57) + (time / 7.3 % 1 < 0.03)
    visited = np.sort(np.r_[rng.uniform(0, 20, 80), rng.uniform(1500, 1520, 80)])
    points = np.r_[time, visited], np.r_[mag, np.sin(2 * np.pi * visited / 1.7)]
    arrays = *points, np.full(points[0].size, 0.03), np.array([0, time.size, points[0].size])
    grid = {"f_min": np.full(2, 0.1), "df": np.full(2, 1e-4), "n_freq": np.full(2, 1000)}
    expected = search_periods(*arrays)
    weight = np.ones(points[0].size)
    peaks = {"n_peaks": 2, "min_separation": 3, "fit_mean": True}
    highest_peaks(*points, weight, arrays[3], **grid, **peaks)

    def compiled():
        of_search = (k for k in _compiled._KERNELS if ".periodogram." in k.name)
        return {kernel.name: len(kernel.compiled()) for kernel in of_search}

    before = compiled()
    for array in arrays:
        array.flags.writeable = False
    found = search_periods(*arrays)
    # Half of them read-only, and numbers for all stars.
    search_periods(time + 1.0, mag, arrays[2][: time.size], [0, time.size])
    highest_peaks(*points, weight, arrays[3], f_min=0.1, df=1e-4, n_freq=1000, **peaks)
    assert compiled() == before
    np.testing.assert_array_equal(found.period, expected.period)


def test_noise_is_not_significant(rng):
    n_stars, n_points = 60, 100
    time = np.concatenate([sampled(rng, n_points) for _ in range(n_stars)])
    mag = rng.normal(15, 0.05, time.size)
    offsets = np.arange(n_stars + 1) * n_points
    found = search_periods(time, mag, np.full(time.size, 0.05), offsets)
    # A probability of .001 is promised at most once in a thousand stars.
    assert np.mean(found.log10_fap < -3) < 0.05


def test_zero_points_and_order_do_not_matter(rng):
    time = sampled(rng)
    mag = sawtooth(time / 0.57123) + rng.normal(0, 0.03, time.size)
    here, there = search(time, mag), search(time + 2400000.5, mag + 17.0)
    for name in ("shape_period", "period", "power", "runner_up"):
        np.testing.assert_allclose(getattr(there, name), getattr(here, name), rtol=1e-6)


def test_a_star_does_not_depend_on_its_neighbours(rng):
    times = [sampled(rng, n) for n in (40, 200, 333)]
    mags = [
        sawtooth(t / p) + rng.normal(0, 0.05, t.size)
        for t, p in zip(times, (0.4, 5, 0.7), strict=True)
    ]
    counts = [0, *np.cumsum([t.size for t in times])]
    block = search_periods(
        np.concatenate(times), np.concatenate(mags), np.full(counts[-1], 0.05), counts
    )
    alone = [search(t, m, 0.05) for t, m in zip(times, mags, strict=True)]
    np.testing.assert_array_equal(block.shape_period, [result.shape_period[0] for result in alone])


def test_a_star_without_points_has_no_period(rng):
    time = sampled(rng)
    mag = sawtooth(time / 0.57123)
    found = search_periods(time, mag, np.full(time.size, 0.05), [0, 0, time.size])
    assert np.isnan(found.period[0]) and np.isnan(found.log10_fap[0])
    assert found.shape_period[1] == pytest.approx(0.57123, rel=1e-3)


def test_limits_of_the_period_are_kept(rng):
    time = sampled(rng)
    mag = sawtooth(time / 0.2) + rng.normal(0, 0.05, time.size)
    found = search(time, mag, min_period=1.0, max_period=50.0)
    assert 0.99 < found.shape_period[0] < 51


def test_physical_period_follows_the_class_and_else_the_evidence():
    period = physical_period(
        [0.2, 0.2, 0.5, 3.0, 3.0], [0.0, 50.0, 50.0, 50.0, 0.0], ["EC", "RRAB", "ROT", None, None]
    )
    np.testing.assert_allclose(period, [0.4, 0.2, 1.0, 6.0, 3.0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t, m, e, o: (t[::-1], m, e, o), "star 0 is not cleaned"),
        (lambda t, m, e, o: (t, m, np.where(np.arange(t.size) == 70, 0.0, e), o), "star 1"),
        (lambda t, m, e, o: (t, m, e[:-1], o), "equal length"),
        (lambda t, m, e, o: (t, m, e, o[:-1]), "offsets"),
        (lambda t, m, e, o: (t, m, e, [0, 80, 50, 120]), "decrease"),
    ],
)
def test_what_is_not_cleaned_is_refused(change, message, rng):
    time = np.concatenate([sampled(rng, 60), sampled(rng, 60)])
    arrays = change(time, rng.normal(size=120), np.full(120, 0.1), [0, 60, 120])
    with pytest.raises(ValueError, match=message):
        search_periods(*arrays)


def test_few_points_and_no_time_span_give_nan(rng):
    time = np.concatenate([[1.0, 2.0, 4.5], np.full(6, 7.0), sampled(rng, 50)])
    found = search_periods(time, rng.normal(size=59), np.full(59, 0.1), [0, 3, 9, 59])
    assert np.isnan(found.shape_period).tolist() == [True, True, False]
    assert np.isnan(found.uncertainty[:2]).all() and np.isnan(found.log10_fap[:2]).all()
