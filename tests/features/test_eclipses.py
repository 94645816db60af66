"""The comparison of the two halves of twice the period."""

import numpy as np
import pytest

PERIOD = 1.1728  # half of the orbit


def eclipsing(depths, width=0.05, n=900, noise=0.0):
    """Two Gaussian dips half an orbit apart."""
    rng = np.random.default_rng(0)
    time = np.sort(rng.uniform(0, 900, n))
    phase = time / (2 * PERIOD) % 1.0
    mag = 12 + noise * rng.normal(size=n)
    for centre, depth in zip((0.25, 0.75), depths, strict=True):
        mag = mag + depth * np.exp(-0.5 * ((phase - centre) / (width / 2)) ** 2)
    return time, mag


def test_unlike_eclipses(family_at):
    found = family_at("eclipses", PERIOD, *eclipsing((1.0, 0.4)))
    assert found["depth_ratio"] == pytest.approx(0.4, abs=0.05)
    assert found["odd_even_depth"] == pytest.approx(0.6, abs=0.08)
    assert found["odd_even_shape"] > 0.1
    assert found["subharmonic_share"] > 0.3
    assert found["eclipse_width"] == pytest.approx(2.355 * 0.05, abs=0.03)
    assert found["outside_range"] < 0.1


def test_like_eclipses(family_at):
    found = family_at("eclipses", PERIOD, *eclipsing((0.8, 0.8), noise=0.01))
    assert found["depth_ratio"] > 0.95
    assert found["odd_even_depth"] < 0.05
    assert found["odd_even_shape"] < 0.02
    assert found["subharmonic_share"] < 0.05


def test_subharmonic_share_is_that_of_the_odd_multiples(family_at, even_times):
    time = even_times(1200, 900.0)
    x = 2 * np.pi * time / PERIOD
    even = np.cos(x) + 0.5 * np.cos(2 * x)
    # The series takes the even part away as far as noise allows; what is left is odd, or noise.
    odd, noise = 0.05 * np.cos(1.5 * x), 0.05 * np.random.default_rng(0).normal(size=1200)
    found = family_at("eclipses", PERIOD, time, even + odd + noise)
    expected = np.var(odd) / (np.var(odd) + np.var(noise))
    assert found["subharmonic_share"] == pytest.approx(expected, abs=0.05)
    assert family_at("eclipses", PERIOD, time, even + odd)["subharmonic_share"] > 0.99
    assert family_at("eclipses", PERIOD, time, even + noise)["subharmonic_share"] < 0.02


def test_subharmonics_need_four_cycles_and_points_enough(family_at, even_times):
    def share(n_points, n_cycles):
        time = even_times(n_points, n_cycles * PERIOD)
        x = 2 * np.pi * time / PERIOD
        odd = 0.1 * np.cos(0.5 * x)
        return family_at("eclipses", PERIOD, time, np.cos(x) + odd)["subharmonic_share"]

    assert share(200, 3.9) == 0.0 and share(200, 4.1) > 0.9
    assert share(23, 50.0) == 0.0 and share(24, 50.0) > 0.5


def test_a_sine_is_neither_spike_nor_plateau(family_at, even_times):
    time = even_times(2000, 900.0)
    found = family_at("eclipses", PERIOD, time, np.cos(2 * np.pi * time / PERIOD))
    # Depth counts from the tenth percentile of the curve.
    base = np.cos(0.9 * np.pi)
    top = np.arccos(base + 0.85 * (1 - base)) / np.arccos(base + 0.5 * (1 - base))
    assert found["eclipse_sharpness"] == pytest.approx(top, rel=0.05)
    assert found["outside_range"] == pytest.approx(0.5, abs=0.03)


def test_a_flat_bottom_is_less_sharp_than_a_spike(family_at, even_times):
    time = even_times(2000, 900.0)
    distance = np.abs((time / PERIOD + 0.5) % 1.0 - 0.5)
    plateau = family_at("eclipses", PERIOD, time, 1.0 * (distance < 0.15))
    spike = family_at("eclipses", PERIOD, time, np.clip(1 - distance / 0.15, 0, None))
    assert plateau["eclipse_sharpness"] > 0.75
    assert spike["eclipse_sharpness"] < 0.45


def test_scatter_outside_the_minimum_is_in_units_of_the_range(family_at, even_times):
    time = even_times(2000, 900.0)
    noise = 0.05 * np.random.default_rng(0).normal(size=2000)
    found = family_at("eclipses", PERIOD, time, np.cos(2 * np.pi * time / PERIOD) + noise)
    assert found["outside_scatter"] == pytest.approx(0.025, rel=0.15)
