"""The kernels once more, written plainly with numpy: each number, not its rough size alone."""

import numpy as np
import pytest
from scipy import stats

from sklearn_vartl.features.kernels import _eclipses, _fourier, _statistics, _time_domain

GRID = _fourier.GRID


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def closed(values):
    """Mean squared step along a chain, over the variance."""
    return np.mean(np.diff(values) ** 2) / np.var(values)


def test_residuals(rng):
    n = 60
    time, mag = 2_450_000 + np.sort(rng.uniform(0, 300, n)), rng.normal(12, 1, n)
    residual, order = rng.gamma(2.0, 0.1, n) + 0.3, rng.permutation(n)
    out = np.empty(12)
    _time_domain.residual_features(time, order, mag, residual, np.sort(mag), out)
    centred = residual - residual.mean()
    mad = stats.median_abs_deviation
    windows = [
        _time_domain.coherence(time - time[0], residual, width) for width in (1.03, 10.3, 103.0)
    ]
    expected = [
        residual.std(), residual.std() / mag.std(), mad(residual) / mad(mag),
        stats.skew(residual), stats.kurtosis(residual), closed(residual), closed(residual[order]),
        *windows, np.sum(centred[centred > 0] ** 2) / np.sum(centred**2),
        np.mean(np.abs(centred)) / residual.std(),
    ]  # fmt: skip
    np.testing.assert_allclose(out, expected, rtol=1e-10)
    constant = np.append(np.full(41, 12.0), mag[:19])
    _time_domain.residual_features(time, order, constant, residual, np.sort(constant), out)
    assert np.isnan(out[2]) and np.isfinite(np.delete(out, 2)).all()


def test_time_domain_of_large_time_stamps(rng):
    time, mag = np.sort(rng.uniform(0, 300, 80)), rng.gamma(2.0, 1.0, 80)
    rows = np.empty((2, 6))
    for row, zero in zip(rows, (0.0, 2.0**21), strict=True):
        _time_domain.time_domain(zero + time, mag, np.array([0, 80]), row[None])
    walk = np.cumsum(mag - mag.mean())
    assert rows[0, 0] == pytest.approx(closed(mag), rel=1e-12)
    assert rows[0, 1] == pytest.approx((walk.max() - walk.min()) / (80 * mag.std()), rel=1e-12)
    assert rows[0, 5] == pytest.approx(np.corrcoef(time, mag)[0, 1] ** 2, rel=1e-10)
    np.testing.assert_allclose(rows[1], rows[0], rtol=1e-7)


def test_spread(rng):
    mag = np.round(np.append(rng.normal(14, 0.1, 90), [13.0, 13.2, 15.1, 15.2, 15.9]), 3)
    magerr = rng.uniform(0.01, 0.03, 95)
    weight = 1 / (magerr**2 + np.median(magerr) ** 2)
    out = np.empty((1, 16))
    _statistics.spread(mag, magerr, weight, np.sort(mag), np.array([0, 95]), out)
    mean = np.average(mag, weights=weight)
    std = np.sqrt(np.average((mag - mean) ** 2, weights=weight))
    median, mad = np.median(mag), stats.median_abs_deviation(mag)
    q = dict(zip((1, 5, 10, 25, 40, 60, 75, 90, 95, 99),
                 np.percentile(mag, (1, 5, 10, 25, 40, 60, 75, 90, 95, 99)), strict=True))  # fmt: skip
    range90 = q[95] - q[5]

    def half(chosen):
        return np.average((mag[chosen] - median) ** 2, weights=weight[chosen])

    expected = [
        std, np.sqrt(std**2 - np.average(magerr**2, weights=weight)), q[75] - q[25], mad, range90,
        median - q[5], q[95] - median, (q[95] + q[5] - 2 * median) / range90,
        (q[60] - q[40]) / range90, (q[75] - q[25]) / range90, (q[90] - q[10]) / range90,
        (q[99] - q[1]) / (q[75] - q[25]),
        np.sqrt(half(mag > median) / half(mag <= median)), np.mean(np.abs(mag - mean) > std),
        np.mean(median - mag > 3 * 1.4826 * mad), np.mean(mag - median > 3 * 1.4826 * mad),
    ]  # fmt: skip
    np.testing.assert_allclose(out[0], expected, rtol=1e-9)
    assert out[0, 14] == 2 / 95 and out[0, 15] == 3 / 95


def test_spread_of_quiet_stars(rng):
    mag = np.append(np.full(90, 14.0), [13.0, 15.0])
    magerr = np.full(92, 0.5)
    out = np.empty((1, 16))
    _statistics.spread(mag, magerr, magerr**-2, np.sort(mag), np.array([0, 92]), out)
    # Errors beyond the scatter leave no excess; without a range there are no shares of it.
    assert out[0, 1] == 0 and np.isnan(out[0, 7:12]).all() and out[0, 4] == 0


def fourier_rows(coefficients, value_range):
    out = np.empty((1, 26))
    summary = np.array([[2.0, 0.75, value_range]])
    _fourier.fourier(coefficients[None], summary, out)
    return dict(zip(_fourier.FOURIER, out[0], strict=True))


def test_fourier_amplitudes_and_phases():
    amplitude, phase = np.array([0.4, 0.2, 0.1, 0.05]), np.array([0.3, 1.1, -0.7, 2.2])
    c = np.zeros(13)
    c[1:9:2], c[2:9:2] = amplitude * np.cos(phase), -amplitude * np.sin(phase)
    found = fourier_rows(c, 0.9)
    assert found["amplitude"] == pytest.approx(0.4)
    for k in range(2, 5):
        angle = phase[k - 1] - k * phase[0]
        assert found[f"r{k}1"] == pytest.approx(amplitude[k - 1] / 0.4)
        assert found[f"cos_phi{k}1"] == pytest.approx(np.cos(angle))
        assert found[f"sin_phi{k}1"] == pytest.approx(np.sin(angle))
    assert [found[f"{part}5{1}"] for part in ("r", "cos_phi", "sin_phi")] == [0, 0, 0]
    for k in range(1, 5):
        assert found[f"minimum_cos{k}"] == pytest.approx(c[2 * k - 1] / 0.45)
    for k in range(1, 4):
        assert found[f"minimum_sin{k}"] == pytest.approx(c[2 * k] / 0.45)
    assert (found["n_harmonics"], found["fourier_share"], found["fourier_range"]) == (2, 0.75, 0.9)


def test_fourier_of_nothing_and_of_rounding_errors():
    assert not any(list(fourier_rows(np.zeros(13), 0.0).values())[:23])
    c = np.zeros(13)
    c[1], c[2], c[4] = 1.0, 1e-10, -0.4e-9
    found = fourier_rows(c, 2.0)
    assert found["minimum_sin1"] == found["minimum_sin2"] == 0
    assert fourier_rows(c * 10, 2.0)["minimum_sin2"] == pytest.approx(-4e-9)


@pytest.mark.parametrize("n_cycles", [1, 2])
def test_the_smooth_curve_is_the_biweight_mean(rng, n_cycles):
    phase, values = rng.uniform(0, 2, 150), rng.normal(size=150)
    weight = rng.uniform(0.5, 2.0, 150)
    curve = np.empty(n_cycles * GRID)
    _fourier.smooth_curve(phase, values, weight, n_cycles, curve)
    half_width = 0.5 * 16 * n_cycles / 150
    grid = np.arange(n_cycles * GRID) / GRID
    distance = (phase[:, None] - grid + n_cycles / 2) % n_cycles - n_cycles / 2
    kernel = weight[:, None] * np.clip(1 - (distance / half_width) ** 2, 0, None) ** 2
    np.testing.assert_allclose(curve, kernel.T @ values / kernel.sum(axis=0), rtol=1e-9)


@pytest.mark.parametrize(("n_points", "half_width"), [(2000, 0.03), (20, 0.12)])
def test_the_kernel_has_its_limits(n_points, half_width):
    phase = np.arange(n_points) / n_points
    values = np.zeros(n_points)
    values[n_points // 2] = 1.0
    curve = np.empty(GRID)
    _fourier.smooth_curve(phase, values, np.ones(n_points), 1, curve)
    reached = np.flatnonzero(curve > 1e-12)
    inside = np.abs(np.arange(GRID) / GRID - 0.5) < half_width - 1e-9
    np.testing.assert_array_equal(reached, np.flatnonzero(inside))


def test_cells_without_points_are_interpolated_also_across_the_end():
    phase = np.append(np.linspace(0.3, 0.6, 200), np.linspace(0.3, 0.6, 200))
    values = np.where(phase < 0.45, 1.0, 3.0)
    curve = np.empty(GRID)
    _fourier.smooth_curve(phase, values, np.ones(400), 1, curve)
    filled = np.flatnonzero((np.arange(GRID) / GRID > 0.27) & (np.arange(GRID) / GRID < 0.63))
    first, last = filled[0], filled[-1]
    assert (curve[first], curve[last]) == (1.0, 3.0)
    empty = np.arange(last, first + GRID + 1)
    line = np.interp(empty, [last, first + GRID], [3.0, 1.0])
    np.testing.assert_allclose(curve[empty % GRID], line, rtol=1e-12)


def test_folded_curve(rng):
    angle = 2 * np.pi * np.arange(GRID) / GRID
    curve = 14 + 0.5 * np.cos(angle) + 0.2 * np.cos(2 * angle + 0.5) + 0.05 * np.sin(3 * angle)
    out = np.empty(15)
    _eclipses.curve_features(curve, out)
    height, bottom = np.ptp(curve), curve.min()
    slope = np.gradient(np.concatenate([curve[-1:], curve, curve[:1]]))[1:-1] * GRID
    far = curve[16:49].max()
    fine = np.interp(np.arange(0, GRID, 1e-3), np.arange(GRID + 1), np.append(curve, curve[0]))
    above = [np.mean(fine > bottom + share * height) for share in (0.25, 0.5, 0.75)]
    np.testing.assert_allclose(out[:5], [
        height, *np.percentile(slope, [10, 90]), -slope.min() / height, slope.max() / height,
    ], rtol=1e-9)  # fmt: skip
    np.testing.assert_allclose(out[6:9], above, atol=2e-4)
    np.testing.assert_allclose(
        out[11:], [(far - bottom) / height, stats.skew(curve), stats.kurtosis(curve), closed(curve)]
    )
    # One bump above the middle: its width and that of the hollow are the whole cycle.
    assert out[9] == pytest.approx(above[1], abs=2e-4)
    assert out[9] + out[10] == pytest.approx(1.0, abs=1e-9)
    whole = 2 * np.pi * np.arange(64_000) / 64_000
    smooth = 0.5 * np.cos(whole) + 0.2 * np.cos(2 * whole + 0.5) + 0.05 * np.sin(3 * whole)
    rise = (smooth.argmin() - smooth.argmax()) / 64_000 % 1.0
    assert out[5] == pytest.approx(rise, abs=2e-3)
    _eclipses.curve_features(np.full(GRID, 3.0), out)
    assert out[0] == 0 and np.isnan(out[1:]).all()


def test_minima_of_two_cycles():
    grid = np.arange(2 * GRID) / GRID

    def dips(first, second, at=0.0, width=0.08):
        distance = [(grid - centre + 1) % 2 - 1 for centre in (at, 1 + at)]
        return 10 + sum(
            depth * np.exp(-0.5 * (d / width) ** 2)
            for depth, d in zip((first, second), distance, strict=True)
        )

    out = np.full(6, -1.0)
    for first, second in ((1.0, 0.4), (0.4, 1.0)):
        curve = dips(first, second, at=4 / GRID)
        _eclipses.minima_features(curve, out)
        base = np.percentile(curve, 10)
        assert out[0] == pytest.approx((10.4 - base) / (11.0 - base), abs=1e-6)
        assert out[1] == pytest.approx(0.6, abs=1e-6)
        halves = curve.reshape(2, GRID)
        shape = np.sum((halves[0] - halves[1]) ** 2) / np.sum((curve - curve.mean()) ** 2)
        assert out[2] == pytest.approx(shape, rel=1e-10)
        assert out[4] == pytest.approx(2 * 0.08 * np.sqrt(2 * np.log(2)), abs=0.004)
        sharp = np.sqrt(np.log(1 / 0.85) / np.log(2))
        assert out[5] == pytest.approx(sharp, abs=0.03)
    _eclipses.minima_features(dips(1.0, 0.4, at=7 / GRID), out)
    assert out[1] < 0.59, "the minima are looked for within a tenth of a cycle alone"
    _eclipses.minima_features(np.full(2 * GRID, 9.0), out)
    assert np.isnan(out).all()


def test_what_lies_outside_the_minima(rng):
    phase = np.append(rng.uniform(0, 2, 100), [0.25, 0.75, 1.25])
    mag, residual = rng.normal(size=103), rng.normal(size=103)
    curve = rng.normal(size=GRID)
    out = np.empty(2)
    _eclipses.outside_features(phase, mag, residual, curve, out)
    far = np.abs((phase + 0.5) % 1 - 0.5) >= 0.25
    middle = curve[16:49]
    expected = [
        np.sqrt(np.mean(residual[far] ** 2)) / np.ptp(curve),
        np.ptp(middle) / np.ptp(curve),
    ]
    np.testing.assert_allclose(out, expected, rtol=1e-12)
    _eclipses.outside_features(np.full(9, 0.1), mag[:9], residual[:9], curve, out)
    assert np.isnan(out).all()


def test_subharmonic_share_is_adjusted_for_the_number_of_parameters(rng):
    n = 40
    phase, residual = rng.uniform(0, 2, n), rng.normal(size=n)
    residual += np.cos(np.pi * phase)
    weight = rng.uniform(0.5, 2.0, n)

    def left(base, n_terms):
        turns = 2 * np.pi * np.outer(base, np.arange(1, n_terms + 1))
        design = np.column_stack([np.ones(n), np.cos(turns), np.sin(turns)])
        root = np.sqrt(weight)
        fit = np.linalg.lstsq(design * root[:, None], residual * root, rcond=None)[0]
        return np.sum(weight * (residual - design @ fit) ** 2)

    # Six terms of either kind more: n - 7 points are free with the even ones, n - 13 with all.
    unexplained = left(0.5 * phase, 6) / left(phase, 3)
    expected = 1 - unexplained * (n - 7) / (n - 13)
    assert 0.1 < expected < 0.9
    found = _eclipses.subharmonic_share(phase, residual, weight, 10.0)
    assert found == pytest.approx(expected, rel=1e-8)
