"""Geometry of eclipsing binaries against closed forms."""

import numpy as np
import pytest

from sklearn_vartl.datasets._stars import Binary, covered, light, roche_radius

PHASES = np.arange(2000) / 2000


def test_nothing_is_covered_when_the_discs_are_apart_and_all_when_one_is_behind():
    share = covered(np.array([0.5, 0.30001, 0.0, 0.05]), 0.1, 0.2)
    np.testing.assert_allclose(share, [0.0, 0.0, 1.0, 1.0], atol=1e-8)


def test_a_small_disc_before_the_centre_covers_more_than_its_area():
    # Limb darkening: the centre is brighter than the mean of the disc.
    share = covered(np.array([0.0]), 1.0, 0.1)[0]
    assert 1.1 < share / 0.01 < 1.4


def test_half_coverage_of_equal_discs():
    # Two equal circles overlap by this share of their area at a distance of one radius.
    expected = 2 / 3 - np.sqrt(3) / (2 * np.pi)
    assert covered(np.array([1.0]), 1.0, 1.0)[0] == pytest.approx(expected, abs=0.05)


def test_roche_lobe_of_equal_masses():
    assert roche_radius(1.0) == pytest.approx(0.379, abs=1e-3)


def test_depths_of_a_total_eclipse():
    """A dark star of half the radius: an annular eclipse at phase 0, nothing at phase 0.5."""
    binary = Binary(0.1, 0.05, surface_ratio=1e-9, mass_ratio=0.01, inclination=np.pi / 2)
    flux = light(binary, PHASES)
    assert 0.25 < 1 - flux[0] < 0.32
    assert abs(1 - flux[1000]) < 0.002
    assert flux[500] == pytest.approx(1.0, abs=1e-3)


def test_equal_stars_have_two_equal_minima():
    binary = Binary(0.2, 0.2, surface_ratio=1.0, mass_ratio=1.0, inclination=np.radians(88))
    flux = light(binary, PHASES)
    assert flux[0] == pytest.approx(flux[1000], abs=1e-9)
    assert flux[0] < 0.6 < 0.95 < flux[250:750].max()


def test_both_eclipses_move_apart_with_eccentricity():
    binary = Binary(0.1, 0.1, 0.8, 0.9, np.pi / 2, eccentricity=0.3, periastron=0.0)
    flux = light(binary, PHASES)
    second = PHASES[200:1800][np.argmin(flux[200:1800])]
    # To first order the secondary eclipse is at 0.5 + 2 e cos(periastron) / pi.
    assert np.argmin(flux) in (0, 1, 1999)
    assert abs(second - 0.5) == pytest.approx(2 * 0.3 / np.pi, abs=0.02)


def test_ellipsoidal_variation_has_two_waves_an_orbit():
    binary = Binary(0.35, 0.05, 0.1, 1.0, np.radians(45))
    power = np.abs(np.fft.rfft(light(binary, PHASES)))[1:5]
    assert np.argmax(power) == 1
