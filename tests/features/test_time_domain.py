"""Features of the order of the points in time."""

import light_curve
import numpy as np
import pytest

from sklearn_vartl.features import LightCurveFeatures
from sklearn_vartl.features.kernels._time_domain import coherence

# Any numbers will do here, also those that no star has.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn_vartl.light_curves.LightCurveWarning")

NAMES = [
    "eta", "cusum", "coherence_day", "coherence_week", "coherence_season", "trend_share",
]  # fmt: skip


def row(time, mag):
    values = LightCurveFeatures(NAMES).transform([(time, mag, np.full(len(mag), 0.02))])[0]
    return dict(zip(NAMES, values, strict=True))


def test_eta_and_cusum_against_light_curve(pulsator):
    time, mag, magerr = pulsator
    n = len(mag)
    found = row(time, mag)
    # light-curve divides by the variance of n - 1 degrees of freedom: numpy's `ddof=1`.
    assert found["eta"] == pytest.approx(light_curve.Eta()(time, mag, magerr)[0] * n / (n - 1))
    cusum = light_curve.Cusum()(time, mag, magerr)[0]
    assert found["cusum"] == pytest.approx(cusum * np.sqrt(n / (n - 1)))


def test_trend_is_the_squared_correlation(pulsator):
    time, mag, _ = pulsator
    expected = np.corrcoef(time, mag)[0, 1] ** 2
    assert row(time, mag)["trend_share"] == pytest.approx(expected)
    assert row(time, 0.01 * time)["trend_share"] == pytest.approx(1)


def test_white_noise_has_no_coherence():
    rng = np.random.default_rng(0)
    found = row(np.sort(rng.uniform(0, 1000, 3000)), rng.normal(size=3000))
    assert found["eta"] == pytest.approx(2, abs=0.1)
    for name in ("coherence_day", "coherence_week", "coherence_season"):
        assert abs(found[name]) < 0.05


def test_coherence_tells_the_time_scale():
    rng = np.random.default_rng(1)
    night = np.repeat(np.arange(0, 900, 3.0), 4)
    time = night + np.tile([0.0, 0.01, 0.02, 0.03], 300)
    nightly = row(time, np.repeat(rng.normal(size=300), 4) + 0.1 * rng.normal(size=1200))
    assert nightly["coherence_day"] > 0.9
    assert nightly["coherence_season"] < 0.1
    slow = row(time, np.sin(time / 200) + 0.1 * rng.normal(size=1200))
    assert slow["coherence_season"] > 0.8


def test_coherence_equals_the_analysis_of_variance():
    rng = np.random.default_rng(2)
    groups = [rng.normal(loc, 1.0, size) for loc, size in ((0, 5), (2, 9), (1, 4), (-1, 7))]
    time = np.concatenate([100.0 * g + 0.1 * np.arange(len(v)) for g, v in enumerate(groups)])
    values = np.concatenate(groups)
    n, k = len(values), len(groups)
    between = sum(len(v) * (v.mean() - values.mean()) ** 2 for v in groups) / (k - 1)
    within = sum(((v - v.mean()) ** 2).sum() for v in groups) / (n - k)
    size = (n - sum(len(v) ** 2 for v in groups) / n) / (k - 1)
    common = (between - within) / size
    expected = common / (common + within) * (n - k) / (n - k + 10)
    assert coherence(time, values, 10.0) == pytest.approx(expected)


def test_coherence_is_zero_without_pairs():
    assert (
        row(np.arange(0.0, 100.0, 2.0), np.random.default_rng(0).normal(size=50))["coherence_day"]
        == 0
    )
