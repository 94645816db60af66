"""The joint period search: its power, its false-alarm probability, its agreement with one band."""

import numpy as np
import pytest

from sklearn_vartl.periodogram import lomb_scargle_power, search_joint_periods, search_periods
from sklearn_vartl.periodogram._significance import joint_log10_false_alarm


def noisy_bands(rng, n_points, n_stars, amplitude=0.0, period=0.7, spread=(0.1, 0.3)):
    """The same stars in two bands of different noise."""
    bands = []
    for sigma in spread:
        time = np.sort(rng.uniform(0, 60, (n_stars, n_points)), axis=1)
        mag = amplitude * np.sin(2 * np.pi * time / period) + rng.normal(0, sigma, time.shape)
        offsets = np.arange(n_stars + 1) * n_points
        bands.append((time.ravel(), mag.ravel(), np.full(time.size, sigma), offsets))
    return bands


def test_power_is_the_decrease_of_chi_square_in_all_bands(rng):
    bands = noisy_bands(rng, 30, 1, amplitude=0.2)
    found, n_points = search_joint_periods(bands, min_period=0.3)
    first, last = min(b[0][0] for b in bands), max(b[0][-1] for b in bands)
    span = last - first
    n_freq = int((1 / 0.3 - 1 / span) * 3 * span) + 1
    grid = {"f_min": 1 / span, "df": 1 / (3 * span), "n_freq": n_freq}
    before, decrease = 0.0, 0.0
    for time, mag, error, _ in bands:
        chi2 = np.sum((mag - mag.mean()) ** 2 / error**2)
        before += chi2
        decrease += chi2 * lomb_scargle_power(time, mag, **grid)
    assert found.power[0] == pytest.approx(np.max(decrease / before), rel=1e-5)
    assert found.shape_period[0] == pytest.approx(0.7, rel=0.01)
    assert n_points.tolist() == [60]


def test_one_band_agrees_with_the_search_of_one_band(rng):
    band = noisy_bands(rng, 60, 5, amplitude=0.2)[0]
    joint, n_points = search_joint_periods([band])
    single = search_periods(*band)
    np.testing.assert_allclose(joint.shape_period, single.shape_period, rtol=1e-6)
    np.testing.assert_allclose(joint.power, single.grid_power, rtol=1e-4)
    # That of one band is of the top of the peak, a little higher than the grid.
    assert np.all(single.power >= joint.power - 1e-4)
    np.testing.assert_allclose(joint.log10_fap, single.log10_fap, rtol=0.25)
    np.testing.assert_allclose(joint.double_evidence, single.double_evidence, rtol=1e-4, atol=1e-4)
    assert n_points.tolist() == [60] * 5


def test_false_alarms_of_noise_are_as_rare_as_it_says(rng):
    found, _ = search_joint_periods(noisy_bands(rng, 40, 300), min_period=0.5)
    probability = 10**found.log10_fap
    # A bound, and close to one for independent noise.
    assert 0.02 < np.mean(probability < 0.1) < 0.16
    assert np.mean(probability < 0.01) < 0.04


def test_peaks_of_noise_in_two_bands_are_as_many_as_it_says(rng):
    """Counted where the powers of two bands, added, rise above a level."""
    n, n_draws, f_max, level = 60, 150, 1.5, 5.0
    time = np.sort(rng.uniform(0, 60, (2, n)), axis=1)
    total = 0.0
    for own in time:
        turns = np.exp(2j * np.pi * np.outer(own, np.arange(0.02, f_max + 0.02, 1 / 800)))
        total = total + np.abs(rng.normal(size=(n_draws, n)) @ turns) ** 2 / n
    rises = np.sum((total[:, :-1] < level) & (total[:, 1:] >= level)) / n_draws
    power = 1 - np.exp(-2 * level / (2 * n - 6))
    curve = time.ravel(), None, np.ones(2 * n)
    found = joint_log10_false_alarm(power, curve, 2, f_max)
    # One less the chance of no rise, and of no higher level from the start.
    said = -np.log1p(-(10**found))
    assert said == pytest.approx(rises, rel=0.1)


@pytest.mark.parametrize("n_bands", [1, 2, 3])
def test_a_single_frequency_has_the_chance_of_a_chi_square(n_bands):
    from scipy.stats import chi2

    rng = np.random.default_rng(0)
    curve = np.sort(rng.uniform(0, 60, 80)), None, rng.uniform(0.5, 2, 80)
    for power in (0.3, 0.5, 0.8):
        level = -(80 - 3 * n_bands) * np.log1p(-power)
        found = joint_log10_false_alarm(power, curve, n_bands, 1e-30)
        assert found == pytest.approx(chi2.logsf(level, 2 * n_bands) / np.log(10), rel=1e-3)


def test_no_more_points_than_terms_say_nothing():
    curve = np.arange(6.0), None, np.ones(6)
    assert joint_log10_false_alarm(0.9, curve, 2, 1.0) == 0
    seven = np.arange(7.0), None, np.ones(7)
    assert joint_log10_false_alarm(1.0, seven, 2, 1.0) < -3


def test_a_noisy_band_does_not_spoil_a_good_one(rng):
    good, bad = noisy_bands(rng, 40, 20, amplitude=0.4, spread=(0.1, 3.0))
    alone, _ = search_joint_periods([good])
    both, _ = search_joint_periods([good, bad])
    hits = [np.mean(np.abs(f.shape_period / 0.7 - 1) < 0.01) for f in (alone, both)]
    assert hits[1] >= hits[0] - 0.05
    assert hits[1] > 0.9


def test_bands_in_which_a_star_is_missing(rng):
    time, mag, error, _ = noisy_bands(rng, 40, 3, amplitude=0.4)[0]
    empty = (np.empty(0), np.empty(0), np.empty(0), [0, 0, 0, 0])
    few = (time[:4], mag[:4], error[:4], [0, 4, 4, 4])
    offsets = [0, 40, 80, 80]
    some = (time[:80], mag[:80], error[:80], offsets)
    found, n_points = search_joint_periods([empty, few, some])
    assert n_points.tolist() == [40, 40, 0]
    np.testing.assert_allclose(found.shape_period[:2], 0.7, rtol=0.01)
    assert np.isnan(found.period[2])
    assert np.isnan(found.power[2])
    nothing, n_points = search_joint_periods([empty])
    assert n_points.tolist() == [0, 0, 0]
    assert np.isnan(nothing.shape_period).all()


def test_constant_magnitudes_and_short_spans_have_no_period():
    time = np.linspace(0, 30, 20)
    constant = (time, np.full(20, 15.0), np.full(20, 0.1), [0, 20])
    found, n_points = search_joint_periods([constant])
    assert (n_points.tolist(), np.isnan(found.period).all()) == ([0], True)
    short = (time / 1e4, np.sin(time), np.full(20, 0.1), [0, 20])
    found, _ = search_joint_periods([short])
    assert np.isnan(found.period).all()


def test_points_that_are_not_cleaned_are_refused():
    with pytest.raises(ValueError, match="is not cleaned"):
        search_joint_periods([([1.0, 0.0], [1.0, 2.0], [0.1, 0.1], [0, 2])])


def test_narrow_eclipses_in_two_bands(rng):
    """From the peaks of the joint periodogram alone 46 of the 60 are found."""
    n, n_stars, periods = 80, 60, rng.uniform(3, 9, 60)
    bands = []
    for mean, depth in ((15.0, 0.5), (14.2, 0.4)):
        time = np.sort(rng.uniform(0, 700, (n_stars, n)), axis=1)
        phase = time / periods[:, None] % 1
        mag = mean + depth * (phase < 0.05) + 0.6 * depth * (abs(phase - 0.45) < 0.025)
        mag = (mag + rng.normal(0, 0.02, mag.shape)).ravel()
        bands.append((time.ravel(), mag, np.full(mag.size, 0.02), np.arange(n_stars + 1) * n))
    found, _ = search_joint_periods(bands)
    ratio = found.shape_period / periods
    right = np.min([abs(ratio / m - 1) for m in (0.5, 1.0)], axis=0) < 2e-3
    assert right.sum() >= 51
    assert np.all(found.dips_seen[right] >= 2)
    assert np.percentile(found.dips_log10_fap[right], 25) < -1.5
