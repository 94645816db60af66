"""Evidence that a star varies: the same in any unit, small for noise of any distribution."""

import numpy as np
import pytest

from sklearn_vartl import LightCurveFeatures, LightCurves
from sklearn_vartl.features import feature_definitions
from sklearn_vartl.features._evidence import log_share_by_chance, neighbour_log_chance

COLUMNS = ["series_chance", "correlated_chance", "phase_chance", "time_chance", "error_excess"]
features = LightCurveFeatures(COLUMNS)


def stars(rng, magnitudes, *, n=120, span=300.0, error=0.01):
    """Light curves of `magnitudes(time)`, each at times of its own."""
    times = [np.sort(rng.uniform(0, span, n)) for _ in magnitudes]
    mags = [of(time) for of, time in zip(magnitudes, times, strict=True)]
    return LightCurves(
        np.concatenate(times),
        np.concatenate(mags),
        np.full(n * len(times), error),
        np.arange(len(times) + 1) * n,
    )


def test_probability_of_a_share_is_what_noise_shows(rng):
    n, share = 40, 0.2
    phase = rng.uniform(0, 2 * np.pi, n)
    design = np.column_stack([f(k * phase) for k in (1, 2) for f in (np.cos, np.sin)])
    basis = np.linalg.qr(np.column_stack([np.ones(n), design]))[0][:, 1:]
    noise = rng.standard_normal((20_000, n))
    noise -= noise.mean(axis=1, keepdims=True)
    explained = ((noise @ basis) ** 2).sum(axis=1) / (noise**2).sum(axis=1)
    expected = np.mean(explained > share)
    assert np.exp(log_share_by_chance(share, 2, n)) == pytest.approx(expected, rel=0.05)
    eta = [neighbour_log_chance(row) for row in noise[:4000]]
    assert np.mean(np.array(eta) < np.log(0.1)) == pytest.approx(0.1, abs=0.015)


def test_a_star_far_above_its_noise_varies_whatever_the_magnitudes(rng):
    def pulsating(size):
        return lambda t: size * (np.sin(2 * np.pi * t / 0.31) + 0.1 * rng.standard_normal(len(t)))

    found = features.transform(stars(rng, [pulsating(0.001), pulsating(1.0)]))
    assert (found[:, :3] < -15).all()
    same = LightCurveFeatures(COLUMNS)
    curves = stars(rng, [pulsating(0.3)])
    in_other_units = curves.replace(mag=5 + 0.01 * curves.mag, magerr=0.01 * curves.magerr)
    np.testing.assert_allclose(same.transform(curves), same.transform(in_other_units), atol=1e-4)


def test_noise_of_any_distribution_is_no_evidence(rng):
    def deep(t):
        # The faint points of an eclipsing binary in disorder.
        return np.where(rng.random(len(t)) < 0.08, 1.0, 0.0) + 0.01 * rng.standard_normal(len(t))

    found = features.transform(stars(rng, [deep] * 6 + [lambda t: rng.standard_normal(len(t))] * 6))
    assert (found[:, :3] > -2.5).all()
    assert found[6:, 4] == pytest.approx(2.0, abs=0.1)


def test_points_that_err_together_count_as_fewer(rng):
    def drifting(t):
        return np.cumsum(rng.standard_normal(len(t)))

    series, correlated = features.transform(stars(rng, [drifting] * 4))[:, :2].T
    assert (series < correlated - 3).all()


def test_the_set_of_evidence_has_nothing_of_the_others():
    sets = {each.name: each.sets for each in feature_definitions()}
    evidence = LightCurveFeatures("evidence").get_feature_names_out().tolist()
    assert all(sets[name] == ("evidence",) for name in evidence)
    assert len(LightCurveFeatures(["vartl", "evidence"]).get_feature_names_out()) == 39 + len(
        evidence
    )
