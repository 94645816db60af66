"""What the values of our features must not depend on."""

import numpy as np
import pytest

from sklearn_vartl.features import LightCurveFeatures, feature_definitions

OURS = [d.name for d in feature_definitions("all") if not d.name.startswith("upsilon:")]


@pytest.fixture(scope="module")
def stars(pulsator, binary):
    """A pulsator, a detached binary, a slow variable and a noisy one."""
    rng = np.random.default_rng(3)
    time = np.sort(rng.uniform(50_000, 52_000, 220))
    slow = 9 + 2.5 * np.sin(2 * np.pi * time / 311.7) + 0.05 * rng.normal(size=220)
    noisy = 17 + 0.1 * np.sin(2 * np.pi * time / 3.217) + 0.1 * rng.normal(size=220)
    error = rng.uniform(0.02, 0.2, 220)
    return [pulsator, binary, (time, slow, error), (time, noisy, error)]


def table(stars, **changes):
    return LightCurveFeatures(OURS, **changes).transform(stars)


def assert_same(found, expected, tolerance):
    # Relative to the value, or to a hundredth where one (a skewness, an asymmetry) is near zero.
    scale = np.maximum(np.abs(expected), 1e-2)
    worst = np.max(np.abs(found - expected) / scale, axis=0)
    bad = {name: value for name, value in zip(OURS, worst, strict=True) if not value <= tolerance}
    assert not bad


@pytest.mark.parametrize("shift", [-50_000.0, 0.123456, 2_400_000.5])
def test_the_zero_of_time(stars, shift):
    moved = [(time + shift, mag, error) for time, mag, error in stars]
    assert_same(table(moved), table(stars), 1e-6)


@pytest.mark.parametrize("offset", [-14.0, 3.7])
def test_the_zero_of_magnitude(stars, offset):
    brighter = [(time, mag + offset, error) for time, mag, error in stars]
    assert_same(table(brighter), table(stars), 1e-6)


def test_the_order_of_the_points(stars):
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(star[0])) for star in stars]
    shuffled = [
        tuple(values[order] for values in star) for star, order in zip(stars, orders, strict=True)
    ]
    np.testing.assert_array_equal(table(shuffled), table(stars))


def test_the_order_of_points_at_one_time(stars):
    time, mag, error = (np.array(values) for values in stars[0])
    time[1::2] = time[::2]
    swapped = mag.copy(), error.copy()
    for values, source in zip(swapped, (mag, error), strict=True):
        values[::2], values[1::2] = source[1::2], source[::2]
    np.testing.assert_array_equal(table([(time, *swapped)]), table([(time, mag, error)]))


def test_repeated_points(stars):
    doubled = [tuple(np.concatenate([v, v[:30]]) for v in star) for star in stars]
    np.testing.assert_array_equal(table(doubled), table(stars))


def test_the_scale_of_time(stars):
    """Light curves ten times as slow have the same shape."""
    slower = [(10 * time, mag, error) for time, mag, error in stars[:1]]
    found, expected = table(slower, min_period=0.3), table(stars[:1], min_period=0.03)
    for name, a, b in zip(OURS, found.T, expected.T, strict=True):
        if name in ("period", "shape_period"):
            np.testing.assert_allclose(a, 10 * b, rtol=1e-9)
        elif "coherence" not in name and "runner_up" not in name:
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5, err_msg=name)
