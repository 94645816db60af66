"""What the Fourier series leaves."""

import numpy as np
import pytest
from scipy import stats

PERIOD = 0.7321


def noisy_sine(seed=0, n=400, noise=0.05, span=800.0):
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(0, span, n))
    return time, 15 + 0.3 * np.sin(2 * np.pi * time / PERIOD), noise * rng.normal(size=n)


def test_white_residuals(family_at):
    time, sine, noise = noisy_sine()
    found = family_at("residuals", PERIOD, time, sine + noise)
    assert found["residual_std"] == pytest.approx(np.std(noise), rel=0.02)
    assert found["residual_ratio"] == pytest.approx(np.std(noise) / np.std(sine + noise), rel=0.02)
    mad = stats.median_abs_deviation
    assert found["residual_mad_ratio"] == pytest.approx(mad(noise) / mad(sine + noise), rel=0.1)
    assert found["residual_eta"] == pytest.approx(2, abs=0.3)
    assert found["residual_phase_eta"] == pytest.approx(2, abs=0.3)
    assert found["residual_skewness"] == pytest.approx(stats.skew(noise), abs=0.1)
    assert found["residual_kurtosis"] == pytest.approx(stats.kurtosis(noise), abs=0.2)
    assert found["residual_faint_share"] == pytest.approx(0.5, abs=0.1)
    assert found["residual_evenness"] == pytest.approx(np.sqrt(2 / np.pi), abs=0.02)


def test_a_slow_trend_is_coherent_over_a_season(family_at):
    time, sine, noise = noisy_sine()
    slow = 0.2 * np.sin(2 * np.pi * time / 700)
    found = family_at("residuals", PERIOD, time, sine + slow + 0.2 * noise)
    assert found["residual_coherence_season"] > 0.8
    assert found["residual_eta"] < 0.3
    steady = family_at("residuals", PERIOD, time, sine + noise)
    assert abs(steady["residual_coherence_season"]) < 0.1


def test_faint_outliers_tip_the_residuals(family_at):
    time, sine, noise = noisy_sine()
    noise[::20] += 0.5
    found = family_at("residuals", PERIOD, time, sine + noise)
    assert found["residual_faint_share"] > 0.8
    assert found["residual_skewness"] > 1
    assert found["residual_evenness"] < 0.75


def test_an_exact_fit_leaves_nothing_to_describe(family_at):
    time, sine, _ = noisy_sine()
    found = family_at("residuals", PERIOD, time, sine)
    assert found["residual_ratio"] < 1e-9
    assert np.isnan(found["residual_skewness"])
