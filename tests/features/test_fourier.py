"""The Fourier series of the folded light curve."""

import numpy as np
import pytest

from sklearn_vartl.features.kernels._fourier import faintest_phase, largest_gap

PERIOD = 0.7321


def series(phase, amplitudes, phases):
    """``sum A_k cos(2 pi k x + phi_k)``."""
    terms = enumerate(zip(amplitudes, phases, strict=True), start=1)
    return sum(a * np.cos(2 * np.pi * k * phase + p) for k, (a, p) in terms)


def test_a_pure_sine_has_one_harmonic(family_at, even_times):
    time = even_times(300, 200.0)
    found = family_at("fourier", PERIOD, time, 15 + 0.3 * np.sin(2 * np.pi * time / PERIOD))
    assert found["n_harmonics"] == 1
    assert found["amplitude"] == pytest.approx(0.3)
    assert found["r21"] == found["r31"] == 0
    assert found["cos_phi21"] == found["sin_phi21"] == 0
    assert found["fourier_share"] == pytest.approx(1)
    assert found["fourier_range"] == pytest.approx(0.6, rel=2e-3)
    assert found["minimum_cos1"] == pytest.approx(1, rel=2e-3)


def test_amplitudes_and_phases_of_a_known_series(family_at, even_times):
    time = even_times(400, 300.0)
    amplitudes, phases = [0.4, 0.2, 0.1, 0.05], [0.7, 4.1, 2.5, 5.8]
    mag = 12 + series(time / PERIOD, amplitudes, phases)
    found = family_at("fourier", PERIOD, time, mag)
    assert found["n_harmonics"] == 4
    for k in range(2, 5):
        ratio = amplitudes[k - 1] / amplitudes[0]
        angle = phases[k - 1] - k * phases[0]
        assert found[f"r{k}1"] == pytest.approx(ratio, rel=1e-6)
        assert found[f"cos_phi{k}1"] == pytest.approx(np.cos(angle), abs=1e-6)
        assert found[f"sin_phi{k}1"] == pytest.approx(np.sin(angle), abs=1e-6)
    assert found["r51"] == found["r61"] == 0


def test_against_numpy_least_squares(family_at, pulsator):
    time, mag, magerr = pulsator
    found = family_at("fourier", 0.5678, time, mag, magerr)
    order = int(found["n_harmonics"])
    phase = time / 0.5678
    terms = [np.ones_like(time)]
    for k in range(1, order + 1):
        terms += [np.cos(2 * np.pi * k * phase), np.sin(2 * np.pi * k * phase)]
    root = np.sqrt(1 / (magerr**2 + np.median(magerr) ** 2))
    c = np.linalg.lstsq(np.column_stack(terms) * root[:, None], mag * root, rcond=None)[0]
    amplitude = np.hypot(c[1::2], c[2::2])
    angle = np.arctan2(-c[2::2], c[1::2])
    assert order >= 4
    assert found["amplitude"] == pytest.approx(amplitude[0])
    for k in range(2, order + 1):
        relative = angle[k - 1] - k * angle[0]
        assert found[f"r{k}1"] == pytest.approx(amplitude[k - 1] / amplitude[0], rel=1e-6)
        assert found[f"cos_phi{k}1"] == pytest.approx(np.cos(relative), abs=1e-6)
        assert found[f"sin_phi{k}1"] == pytest.approx(np.sin(relative), abs=1e-6)
    residual = root * (mag - np.column_stack(terms) @ c)
    total = root * (mag - np.average(mag, weights=root**2))
    share = 1 - np.sum(residual**2) / np.sum(total**2)
    assert found["fourier_share"] == pytest.approx(share, abs=1e-9)


def test_noise_chooses_one_harmonic(family_at):
    rng = np.random.default_rng(0)
    time = np.sort(rng.uniform(0, 500, 200))
    mag = 15 + 0.2 * np.cos(2 * np.pi * time / PERIOD) + 0.05 * rng.normal(size=200)
    assert family_at("fourier", PERIOD, time, mag)["n_harmonics"] == 1


def test_terms_at_the_minimum_of_an_asymmetric_star(family_at, even_times):
    time = even_times(400, 300.0)
    symmetric = series(time / PERIOD, [0.4, 0.15], [0.0, 0.0])
    found = family_at("fourier", PERIOD, time, symmetric)
    assert found["minimum_sin1"] == pytest.approx(0, abs=1e-6)
    assert found["minimum_cos2"] > 0.1
    lopsided = series(time / PERIOD, [0.4, 0.15], [0.0, np.pi / 2])
    assert abs(family_at("fourier", PERIOD, time, lopsided)["minimum_sin1"]) > 0.1


def test_a_gap_in_phase_limits_the_order(family_at, even_times):
    time = even_times(2000, 400.0)
    time = time[(time / PERIOD) % 1.0 < 0.6]
    rng = np.random.default_rng(0)
    mag = series(time / PERIOD, [0.3, 0.2, 0.1], [0, 1, 2]) + 0.01 * rng.normal(size=time.size)
    found = family_at("fourier", PERIOD, time, mag)
    assert found["n_harmonics"] == 1
    assert found["fourier_range"] < 2


def test_largest_gap_is_measured_around_the_circle():
    assert largest_gap(np.array([0.2, 0.4, 0.9])) == pytest.approx(0.5)
    assert largest_gap(np.array([0.3, 0.6])) == pytest.approx(0.7)


def test_faintest_phase_is_found_off_the_grid():
    x0 = 0.123456
    angle = 2 * np.pi * x0
    coefficients = np.array([15.0, np.cos(angle), np.sin(angle)])
    phase, value_range = faintest_phase(coefficients)
    assert phase == pytest.approx(x0, abs=1e-12)
    assert value_range == pytest.approx(2, rel=2e-3)
