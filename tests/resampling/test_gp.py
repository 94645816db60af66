"""GPAugmenter: an independent Gaussian process agrees, and the draws have the right spread."""

import tracemalloc

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from sklearn_vartl.light_curves import LightCurves
from sklearn_vartl.resampling import GPAugmenter, _gp
from sklearn_vartl.resampling._gp import correlation, fit_folded_process


def folded(n_points=120, noise=0.05, seed=0):
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 1, n_points)
    error = noise * rng.uniform(0.5, 2, n_points)
    truth = 15 + 0.4 * np.sin(2 * np.pi * phase) + 0.2 * np.sin(4 * np.pi * phase)
    return phase, truth, truth + error * rng.standard_normal(n_points), error


def test_posterior_and_likelihood_are_those_of_scikit_learn():
    phase, _, value, error = folded()
    fit = fit_folded_process(phase, value, error, periodic=False)
    kernel = ConstantKernel(fit.amplitude**2) * Matern(fit.length_scale, nu=2.5)
    reference = GaussianProcessRegressor(kernel, alpha=fit.noise**2, optimizer=None)
    reference.fit(phase[:, None], value - fit.mean)
    mean, covariance = reference.predict(phase[:, None], return_cov=True)
    np.testing.assert_allclose(fit.curve - fit.mean, mean, atol=1e-6)
    np.testing.assert_allclose(fit.root @ fit.root.T, covariance, atol=1e-7)
    assert fit.log_likelihood == pytest.approx(reference.log_marginal_likelihood_value_, abs=1e-6)
    # No neighbouring choice of the amplitude or the length is better by more than the grid's step.
    for factor in (0.5, 2.0):
        for theta in ([factor**2, 1.0], [1.0, factor]):
            other = kernel.theta + np.log(theta)
            assert reference.log_marginal_likelihood(other) < fit.log_likelihood + 0.5


@pytest.mark.parametrize("factor", [0.3, 1.0, 3.0])
def test_noise_has_the_size_of_the_scatter_whatever_the_errors_claim(factor):
    phase, truth, value, error = folded(400)
    fit = fit_folded_process(phase, value, error * factor, periodic=True)
    np.testing.assert_allclose(fit.noise, error, rtol=0.12)
    rng = np.random.default_rng(1)
    draws = np.array([fit.draw(rng) for _ in range(200)])
    assert np.std((draws - truth) / error) == pytest.approx(1, rel=0.12)
    np.testing.assert_allclose(draws.mean(axis=0), truth, atol=0.1)


def test_the_periodic_kernel_closes_the_phase():
    ends = np.array([0.0, 1.0, 0.5])
    closed, line = (correlation(ends, ends, 0.2, periodic) for periodic in (True, False))
    assert closed[0, 1] == pytest.approx(1)
    assert line[0, 1] < 0.01
    line = np.linspace(0, 1, 50)
    assert np.linalg.eigvalsh(correlation(line, line, 0.3, True)).min() > -1e-12

    # A curve that is steep where the phase starts again; no points near there.
    rng = np.random.default_rng(0)
    phase = rng.uniform(0, 1, 150)
    truth = np.sin(2 * np.pi * phase)
    gap = {}
    for periodic in (True, False):
        fit = fit_folded_process(
            np.r_[phase, 0.0, 1.0],
            np.r_[truth + rng.normal(0, 0.05, 150), 0.6, -0.6],
            np.r_[np.full(150, 0.05), 1.0, 1.0],
            periodic,
        )
        gap[periodic] = abs(fit.curve[-1] - fit.curve[-2])
    assert gap[True] < 1e-9 < gap[False]


@pytest.mark.parametrize("periodic", [True, False])
def test_stars_of_many_points_are_fitted_as_others(periodic, monkeypatch):
    """A narrow eclipse needs the shortest length scale, where the nodes are farthest apart."""
    phase, _, value, error = folded(700)
    value += np.abs(phase - 0.3) < 0.015
    fit = fit_folded_process(phase, value, error, periodic)
    assert fit.root.shape[1] < 300
    monkeypatch.setattr(_gp, "_N_NODES", 700)
    exact = fit_folded_process(phase, value, error, periodic)
    assert fit.length_scale == exact.length_scale == 0.02
    assert fit.log_likelihood == pytest.approx(exact.log_likelihood, abs=0.5)
    np.testing.assert_allclose(fit.curve, exact.curve, atol=0.1 * error.min())
    variance = (exact.root**2).sum(axis=1)
    np.testing.assert_allclose((fit.root**2).sum(axis=1), variance, rtol=0.1)


def test_memory_grows_with_the_points_not_their_square():
    n_points = 6000
    phase, _, value, error = folded(n_points)
    tracemalloc.start()
    try:
        fit_folded_process(phase, value, error, periodic=True)
        assert tracemalloc.get_traced_memory()[1] < 8 * n_points**2 / 3
    finally:
        tracemalloc.stop()


def star(magerr=True, table=True, n_points=80):
    rng = np.random.default_rng(0)
    time = np.sort(rng.uniform(0, 200, n_points))
    mag = 12 + 0.3 * np.sin(2 * np.pi * time / 3.3) + rng.normal(0, 0.02, n_points)
    return LightCurves(
        np.tile(time, 2),
        np.tile(mag, 2),
        np.full(2 * n_points, 0.02) if magerr else None,
        [0, n_points, 2 * n_points],
        ids=["a", "b"],
        table={"period": [3.3, 3.3]} if table else None,
    )


@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize("kernel", ["periodic", "matern"])
def test_new_stars_keep_the_curve(table, kernel):
    X = star(table=table)
    new, _ = GPAugmenter({"A": 40}, kernel=kernel, random_state=0).fit_resample(X, ["A", "B"])
    truth = 12 + 0.3 * np.sin(2 * np.pi * X.time[:80] / 3.3)
    shift = new.mag[160:].reshape(39, 80) - truth
    assert shift.std() == pytest.approx(0.02, rel=0.3)


def test_stars_without_errors_stay_without():
    new, _ = GPAugmenter({"A": 3}, random_state=0).fit_resample(star(magerr=False), ["A", "B"])
    assert new.magerr is None
    assert len(new) == 4


def test_points_that_are_not_finite_are_left_out():
    X = star()
    mag = X.mag.copy()
    mag[[3, 5]] = np.nan
    new, _ = GPAugmenter({"A": 2}, random_state=0).fit_resample(X.replace(mag=mag), ["A", "B"])
    assert new.n_points.tolist() == [80, 80, 78]
    assert np.isfinite(new[2].mag).all()


def test_stars_that_cannot_be_fitted_are_named():
    for period in (np.nan, 0.0, -3.3, np.inf):
        X = star().replace(table={"period": [period, 3.3]})
        with pytest.raises(ValueError, match=r"star 'a' \(position 0\) has no period"):
            GPAugmenter({"A": 2}).fit_resample(X, ["A", "B"])
    short = LightCurves(np.arange(5.0), np.arange(5.0), ids=["x"])
    with pytest.raises(ValueError, match=r"star 'x' \(position 0\) cannot be fitted"):
        GPAugmenter({"A": 2}).fit_resample(short, ["A"])
