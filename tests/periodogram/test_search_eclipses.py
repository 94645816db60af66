"""Eclipsing binaries: narrow eclipses, and the choice between one and two a cycle."""

import numpy as np
import pytest

from sklearn_vartl.periodogram import search_periods


def observe(rng, n_points, span=2500.0):
    nights = np.sort(rng.choice(int(span), n_points, replace=False))
    return nights + rng.uniform(-0.2, 0.2, n_points)


def dips(phase, width, primary, secondary):
    """Flat-bottomed eclipses with sloping sides, of full width `width` in phase."""

    def dip(centre):
        distance = np.abs((phase - centre + 0.5) % 1 - 0.5)
        return np.clip(2 - 4 * distance / width, 0, 1)

    return primary * dip(0.0) + secondary * dip(0.5)


def search(time, mag, error):
    return search_periods(time, mag, np.full(time.size, error), [0, time.size])


@pytest.fixture(scope="module")
def binaries():
    """Thirty detached binaries with eclipses of 5 to 10 per cent of the period."""
    rng = np.random.default_rng(42)
    period = np.exp(rng.uniform(np.log(0.6), np.log(5), 30))
    time = [observe(rng, 300) for _ in period]
    mag = [
        13
        + dips(t / p, rng.uniform(0.05, 0.1), 0.8, rng.uniform(0.3, 0.8))
        + rng.normal(0, 0.03, t.size)
        for t, p in zip(time, period, strict=True)
    ]
    offsets = np.arange(31) * 300
    found = search_periods(np.concatenate(time), np.concatenate(mag), np.full(9000, 0.03), offsets)
    return period, found


def test_narrow_eclipses_give_the_orbit_or_half_of_it(binaries):
    period, found = binaries
    ratio = found.shape_period / period
    right = (np.abs(ratio - 0.5) < 2e-3) | (np.abs(ratio - 1) < 2e-3)
    assert right.mean() >= 0.9


def test_eclipses_are_told_from_smooth_variation(binaries, rng):
    _, found = binaries
    assert np.mean(found.eclipse_evidence > 10) > 0.8
    time = observe(rng, 300)
    smooth = search(
        time, 13 + 0.3 * np.sin(2 * np.pi * time / 0.61) + rng.normal(0, 0.03, 300), 0.03
    )
    assert smooth.eclipse_evidence[0] < 0


def test_unequal_minima_are_evidence_for_the_double_period(rng):
    time = observe(rng, 300)
    phase = time / 1.234
    noise = rng.normal(0, 0.02, 300)
    unequal = search(time, 12 + dips(phase, 0.15, 0.7, 0.3) + noise, 0.02)
    equal = search(time, 12 + dips(phase, 0.15, 0.5, 0.5) + noise, 0.02)
    assert unequal.double_evidence[0] > 30
    assert unequal.period[0] == pytest.approx(1.234, rel=1e-3)
    assert equal.double_evidence[0] < 0
    assert equal.period[0] == pytest.approx(0.617, rel=1e-3)


def test_a_contact_binary_has_the_shape_of_half_its_orbit(rng):
    time = observe(rng, 250)
    phase = 2 * np.pi * time / 0.3456
    mag = 14 - 0.25 * np.cos(2 * phase) + 0.06 * np.cos(phase) + rng.normal(0, 0.02, 250)
    found = search(time, mag, 0.02)
    assert found.shape_period[0] == pytest.approx(0.1728, rel=1e-3)
    assert found.period[0] == pytest.approx(0.3456, rel=1e-3)
