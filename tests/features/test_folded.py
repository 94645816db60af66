"""Shape of the folded light curve."""

import numpy as np
import pytest

from sklearn_vartl.features.kernels._eclipses import chain_features
from sklearn_vartl.features.kernels._fourier import GRID, share_above, smooth_curve, width_above

PERIOD = 0.7321


def sawtooth(phase, rise):
    """Fades evenly and brightens in the part `rise` of the cycle, from 1 (faint) to 0."""
    x = phase % 1.0
    return np.where(x < rise, 1 - x / rise, (x - rise) / (1 - rise))


def chain(mag, phase):
    out = np.empty(2)
    chain_features(np.argsort(phase), mag, out)
    return out


def test_the_closed_chain_does_not_depend_on_the_zero_of_phase():
    rng = np.random.default_rng(0)
    phase, mag = rng.uniform(0, 1, 100), rng.normal(size=100)
    np.testing.assert_allclose(chain(mag, phase), chain(mag, (phase + 0.37) % 1), rtol=1e-12)


def test_chain_of_noise_and_of_a_sine():
    rng = np.random.default_rng(0)
    phase = np.arange(2000) / 2000
    eta, cusum = chain(rng.normal(size=2000), phase)
    assert eta == pytest.approx(2, abs=0.15)
    assert cusum < 0.06
    eta, cusum = chain(np.sin(2 * np.pi * phase), phase)
    assert eta < 1e-4
    # The integral of a sine over half a cycle, 1 / pi, over its standard deviation.
    assert cusum == pytest.approx(np.sqrt(2) / np.pi, rel=1e-3)


@pytest.mark.parametrize("rise", [0.15, 0.5, 0.8])
def test_rise_fraction_and_slopes_of_a_sawtooth(family_at, even_times, rise):
    time = even_times(1500, 400.0)
    mag = 14 + 0.6 * sawtooth(time / PERIOD, rise)
    found = family_at("folded", PERIOD, time, mag)
    assert found["rise_fraction"] == pytest.approx(rise, abs=0.03)
    assert found["curve_range"] == pytest.approx(0.6, rel=0.15)
    assert found["slope_per10"] == pytest.approx(-0.6 / rise, rel=0.15)
    assert found["slope_per90"] == pytest.approx(0.6 / (1 - rise), rel=0.15)
    assert found["faint_share50"] == pytest.approx(0.5, abs=0.02)


def test_slopes_are_per_cycle_not_per_day(family_at, even_times):
    phase = even_times(600, 300.0)
    mag = np.sin(2 * np.pi * phase)
    short = family_at("folded", 0.5, 0.5 * phase, mag)
    long = family_at("folded", 20.0, 20.0 * phase, mag)
    for name in short:
        assert short[name] == pytest.approx(long[name], rel=1e-6), name
    assert short["slope_per90"] == pytest.approx(2 * np.pi * np.cos(np.pi / 10), rel=0.03)


def test_widths_of_a_narrow_minimum(family_at, even_times):
    time = even_times(1500, 400.0)
    dip = np.exp(-0.5 * (((time / PERIOD) % 1.0 - 0.5) / 0.06) ** 2)
    found = family_at("folded", PERIOD, time, 12 + dip)
    assert found["minimum_width"] == pytest.approx(2.355 * 0.06, abs=0.02)
    assert found["maximum_width"] == pytest.approx(1 - found["minimum_width"], abs=0.01)
    assert found["second_minimum"] < 0.05
    assert found["faint_share25"] < 0.25
    assert found["curve_skewness"] > 1.5


def test_a_second_minimum_is_seen(family_at, even_times):
    time = even_times(1500, 400.0)
    phase = (time / PERIOD) % 1.0
    mag = 1.0 * np.exp(-0.5 * ((phase - 0.25) / 0.05) ** 2)
    mag += 0.4 * np.exp(-0.5 * ((phase - 0.75) / 0.05) ** 2)
    found = family_at("folded", PERIOD, time, mag)
    assert found["second_minimum"] == pytest.approx(0.4, abs=0.05)


def test_the_smooth_curve_follows_the_points_and_bridges_gaps():
    rng = np.random.default_rng(0)
    phase = np.sort(rng.uniform(0, 1, 3000))
    curve = np.empty(GRID)
    smooth_curve(phase, np.sin(2 * np.pi * phase), np.ones(3000), 1, curve)
    grid = np.arange(GRID) / GRID
    np.testing.assert_allclose(curve, np.sin(2 * np.pi * grid), atol=0.02)
    kept = (phase < 0.1) | (phase > 0.5)
    smooth_curve(phase[kept], phase[kept], np.ones(kept.sum()), 1, curve)
    middle = curve[int(0.3 * GRID)]
    assert 0.15 < middle < 0.45


def test_a_point_without_weight_leaves_no_trace():
    phase = np.linspace(0, 1, 200, endpoint=False)
    weight = np.ones(200)
    weight[50] = 1e-12
    spoiled = np.cos(2 * np.pi * phase)
    clean_curve, curve = np.empty(GRID), np.empty(GRID)
    smooth_curve(phase, spoiled, weight, 1, clean_curve)
    spoiled[50] = 5.0
    smooth_curve(phase, spoiled, weight, 1, curve)
    np.testing.assert_allclose(curve, clean_curve, atol=1e-9)


def test_share_and_width_above_a_level():
    grid = np.arange(GRID) / GRID
    curve = np.cos(2 * np.pi * grid)
    assert share_above(curve, 0.0) == pytest.approx(0.5, abs=1e-9)
    assert share_above(curve, 2.0) == 0
    assert share_above(curve, -2.0) == 1
    assert width_above(curve, 0, 0.5) / GRID == pytest.approx(1 / 3, abs=1e-3)
    assert width_above(curve, 0, 2.0) == 0
    assert width_above(curve, 0, -2.0) == GRID
