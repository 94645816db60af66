"""Measurements that stand alone are left out; eclipses, outbursts and maxima are not."""

import numpy as np
import pytest

from sklearn_vartl.features import LightCurveFeatures
from sklearn_vartl.light_curves import LightCurves
from sklearn_vartl.periodogram import outlying_points, search_periods
from sklearn_vartl.periodogram._outliers import judged_by_phase, judged_by_time


def nights(rng, n_points, span=1500.0):
    return np.sort(
        rng.choice(int(span), n_points, replace=False) + rng.uniform(-0.2, 0.2, n_points)
    )


def pulsator(rng, period=0.5712, n_points=160):
    """A saw-tooth of .6 mag with noise of .04."""
    time = nights(rng, n_points)
    rise = (time / period) % 1.0
    return time, 15 + 0.6 * rise + rng.normal(0, 0.04, n_points), np.full(n_points, 0.04)


def spoilt(rng, star, share=0.04, size=4.0):
    """The star with some points far off, on both sides, and which they are."""
    time, mag, error = star
    planted = np.zeros(len(mag), dtype=bool)
    planted[rng.choice(len(mag), int(share * len(mag)), replace=False)] = True
    sign = np.where(np.cumsum(planted) % 2, 1, -1)
    return (time, mag + planted * sign * size * rng.uniform(0.7, 1, len(mag)), error), planted


def search(star, **options):
    return search_periods(*star, [0, len(star[0])], **options)


def eclipsing(time, period, width, depth):
    """Two eclipses a cycle, the second one of a third of the depth."""
    phase = (time / period) % 1.0
    first = np.abs(phase - 0.3) < width / 2
    second = np.abs(phase - 0.8) < width / 2
    return depth * (first + second / 3)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_points_far_off_are_found_and_the_period_is_that_of_the_others(rng):
    star = pulsator(rng)
    bad, planted = spoilt(rng, star)
    found = search(bad)
    assert np.array_equal(found.outlier, planted)
    alone = search(tuple(values[~planted] for values in bad), outliers="keep")
    assert found.period == pytest.approx(alone.period, rel=1e-7)
    assert found.power == pytest.approx(alone.power, rel=1e-6)
    assert found.log10_fap == pytest.approx(alone.log10_fap, rel=1e-3)
    assert found.amplitude == pytest.approx(alone.amplitude, rel=1e-5)
    assert abs(found.period[0] / 0.5712 - 1) < 1e-4
    assert search(bad, outliers="keep").power[0] < 0.2 < 0.5 < found.power[0]


def test_a_star_with_outliers_changes_no_other(rng):
    calm, (bad, planted) = pulsator(rng, 0.63), spoilt(rng, pulsator(rng))
    both = [np.concatenate(pair) for pair in zip(bad, calm, strict=True)]
    found = search_periods(*both, [0, len(planted), len(both[0])])
    alone = search(calm, outliers="keep")
    assert not found.outlier[len(planted) :].any()
    for name in ("period", "power", "grid_power", "runner_up_gap", "epoch_maximum", "log10_fap"):
        assert np.array_equal(getattr(found, name)[1], getattr(alone, name)[0]), name
        assert np.array_equal(getattr(found, name)[0], getattr(search(bad), name)[0]), name
    assert np.array_equal(found.outlier[: len(planted)], planted)


def test_eclipses_stay_where_nights_are_few(rng):
    time = nights(rng, 260)
    mag = 14 + eclipsing(time, 2.2173, 0.09, 0.9) + rng.normal(0, 0.02, 260)
    star = time, mag, np.full(260, 0.02)
    assert (mag > 14.7).sum() > 10
    found = search(star)
    assert not found.outlier[mag > 14.7].any()
    assert found.period == pytest.approx([2.2173], rel=1e-3)
    bad, planted = spoilt(rng, star, share=0.04)
    assert found.outlier.sum() <= 1
    again = search(bad)
    # One that falls into an eclipse, or next to it, may be taken for a part of it.
    outside = eclipsing(time, 2.2173, 0.13, 1.0) == 0
    assert again.outlier[planted & outside].mean() > 0.8 and (planted & outside).sum() >= 5
    assert again.outlier[~planted].sum() <= 2
    assert min(abs(again.period[0] / each - 1) for each in (2.2173, 2.2173 / 2)) < 1e-3


def test_eclipses_are_looked_for_beyond_the_limits_too():
    # With the points at the limits another period explains these as well.
    rng = np.random.default_rng(3)
    period = np.exp(rng.uniform(np.log(0.9), np.log(4), 150))
    stars = []
    for each in period:
        time = nights(rng, 120, span=2500.0)
        apart = np.abs((time / each + 0.5) % 1 - 0.5)
        mag = 14 + 1.5 * np.clip(1 - 20 * apart, 0, 1) + rng.normal(0, 0.05, 120)
        stars.append((time, mag, np.full(120, 0.05)))
    for i in (25, 117):
        ratio = search(stars[i]).shape_period[0] / period[i]
        assert min(abs(ratio / k - 1) for k in (0.5, 1, 2)) < 1e-3


def test_eclipses_outbursts_and_gaps_stay_where_points_are_dense(rng):
    time = np.arange(1200) * 0.02
    dip = (np.abs(time - 7.3) < 0.06) * 0.4
    outburst = -3 * np.exp(-np.clip(time - 15, 0, None) / 0.8) * (time > 15)
    mag = 12 + dip + outburst + rng.normal(0, 0.01, 1200)
    mag[400] -= 2.0
    found = search((time, mag, np.full(1200, 0.01)))
    assert np.flatnonzero(found.outlier).tolist() == [400]


def four_a_night(rng, n_nights, span=1500.0):
    """Times of four exposures within half an hour, a row a night."""
    return (nights(rng, n_nights, span)[:, None] + np.arange(4) * 0.007).ravel()


def test_nights_that_are_off_as_a_whole_are_left_out(rng):
    time = four_a_night(rng, 60)
    calm = 15 + 0.6 * (time / 0.5712 % 1) + rng.normal(0, 0.04, 240)
    planted = np.isin(np.arange(240) // 4, (0, 11))
    star = time, calm + planted * np.repeat(np.resize([3.0, -2.0], 60), 4), np.full(240, 0.04)
    found = search(star)
    assert np.array_equal(found.outlier, planted)
    assert found.period == pytest.approx([0.5712], rel=1e-4)
    assert search(star, outliers="keep").power[0] < 0.3 < 0.5 < found.power[0]
    # A night that begins as usual has an eclipse, or a flare.
    star[1][44] = calm[44]
    assert np.array_equal(search(star).outlier, planted & (np.arange(240) // 4 != 11))


def test_eclipses_that_take_whole_nights_stay_where_another_night_has_one_at_that_phase(rng):
    time = four_a_night(rng, 80)
    mag = 14 + eclipsing(time, 2.2173, 0.12, 0.9) + rng.normal(0, 0.02, 320)
    star = time, mag, np.full(320, 0.02)
    whole = (mag > 14.7).reshape(80, 4).all(axis=1)
    assert whole.sum() >= 5
    found = search(star)
    assert not found.outlier[mag > 14.7].any()
    assert found.period == pytest.approx([2.2173], rel=1e-3)
    # It is the phase that speaks for them.
    doubtful, _ = judged_by_time(time, mag, np.array([0, 320]))
    assert doubtful.reshape(80, 4)[whole].mean() > 0.5


def test_few_points_or_many_apart_have_no_outliers(rng):
    time, mag, error = pulsator(rng, n_points=19)
    mag[4] += 5.0
    assert not search((time, mag, error)).outlier.any()
    time, mag, error = pulsator(rng)
    mag[rng.choice(160, 32, replace=False)] += rng.uniform(3, 9, 32)
    assert not search((time, mag, error)).outlier.any()
    # Digits of which most are equal have no quartiles to speak of.
    steps = np.round(rng.normal(0, 0.2, 160))
    assert not search((time, steps, error)).outlier.any()


def test_without_a_period_time_alone_judges(rng):
    star, planted = spoilt(rng, pulsator(rng))
    found = search(star, min_period=3000.0)
    assert np.isnan(found.period[0])
    assert np.array_equal(found.outlier, planted)


def test_an_unknown_way_is_refused(rng):
    with pytest.raises(ValueError, match="outliers must be 'drop' or 'keep', got 'clip'"):
        search(pulsator(rng), outliers="clip")


def test_the_points_alone_are_those_of_the_search(rng):
    stars = [pulsator(rng, 0.4), spoilt(rng, pulsator(rng))[0], spoilt(rng, pulsator(rng, 7.7))[0]]
    points = [np.concatenate(column) for column in zip(*stars, strict=True)]
    offsets = np.cumsum([0, *(len(star[0]) for star in stars)])
    found = outlying_points(*points, offsets)
    assert np.array_equal(found, search_periods(*points, offsets).outlier)
    assert np.array_equal(np.add.reduceat(found, offsets[:-1]) > 0, [False, True, True])


def features(star, names="vartl", **options):
    return LightCurveFeatures(names, **options).transform(LightCurves(*star))[0]


def test_features_are_those_without_the_outliers(rng):
    bad, planted = spoilt(rng, pulsator(rng))
    clean = tuple(values[~planted] for values in bad)
    given = tuple(values.copy() for values in bad)
    names = LightCurveFeatures(["vartl", "evidence"]).get_feature_names_out().tolist()
    # The runners-up are chosen with the outliers at the limit: another one may come second.
    names = [name for name in names if not name.startswith("runner_up")]
    for chosen in (names, ["skewness", "weighted_std", "eta"]):
        ours = features(bad, chosen)
        theirs = features(clean, chosen, outliers="keep")
        np.testing.assert_allclose(ours, theirs, rtol=2e-2, atol=2e-3)
        assert not np.allclose(features(bad, chosen, outliers="keep"), theirs, rtol=2e-2, atol=2e-3)
    assert features(bad, ["n_outliers"])[0] == planted.sum()
    assert features(bad, ["n_outliers"], outliers="keep")[0] == 0
    for before, after in zip(given, bad, strict=True):
        assert np.array_equal(before, after)


def test_published_features_are_of_all_points(rng):
    bad, _ = spoilt(rng, pulsator(rng))
    keep = features(bad, "upsilon", outliers="keep")
    assert np.array_equal(features(bad, "upsilon"), keep)
    assert np.array_equal(features(bad, ["skewness", "upsilon"])[1:], keep)


def test_each_band_has_its_own_outliers(rng):
    bad, planted = spoilt(rng, pulsator(rng, n_points=120))
    calm = pulsator(rng, n_points=120)
    X = LightCurves(
        *(np.concatenate(pair) for pair in zip(bad, calm, strict=True)),
        band=["g"] * 120 + ["r"] * 120,
    )
    clean = X.select_points(np.concatenate([~planted, np.ones(120, dtype=bool)]))
    names, options = ["period", "weighted_std", "n_outliers"], {"bands": ["g", "r"]}
    table = LightCurveFeatures(names, **options)
    found = dict(zip(table.get_feature_names_out(), table.transform(X)[0], strict=True))
    theirs = LightCurveFeatures(names, outliers="keep", **options).transform(clean)[0]
    theirs = dict(zip(table.get_feature_names_out(), theirs, strict=True))
    assert (found["n_outliers_g"], found["n_outliers_r"]) == (planted.sum(), 0)
    for name in ("period", "weighted_std_g", "weighted_std_r"):
        assert found[name] == pytest.approx(theirs[name], rel=1e-9)


def test_the_limit_lies_three_interquartile_ranges_beyond_the_quartiles(rng):
    mag = rng.permutation(np.linspace(0, 1, 101))  # quartiles .25 and .75: limits -1.25 and 2.25
    mag[[10, 30, 50, 70]] = 2.1, 2.4, -1.1, -1.4
    doubtful, limited = judged_by_time(np.arange(101.0), mag, np.array([0, 101]))
    assert np.flatnonzero(doubtful).tolist() == [30, 70]
    assert limited[[30, 70]] == pytest.approx([2.25, -1.25], abs=0.1)
    assert np.array_equal(limited[~doubtful], mag[~doubtful])


def test_the_last_phase_is_next_to_the_first():
    time = np.r_[0.0, np.arange(1, 60) * 1.13 + 0.2]
    time[[20, 31, 42]] = 22.985, 35.995, 48.005  # in turn of even, odd and even cycles
    time = np.sort(time)
    far = np.isin(time, [0.0, 22.985, 35.995, 48.005])
    mag = 0.1 * np.sin(np.arange(60)) + far
    points = time, mag, np.array([0, 60])
    assert not judged_by_phase(points, far, np.array([1.0])).any()
    assert np.array_equal(judged_by_phase(points, far, np.array([0.7321])), far)


def test_unlike_minima_at_half_their_period_stay(rng):
    time = np.sort(rng.uniform(0, 400, 400))
    phase = time / 2.871 % 1
    mag = 0.6 * (abs(phase - 0.5) < 0.04) + 0.3 * (phase < 0.04) + rng.normal(0, 0.02, 400)
    points = time, mag, np.array([0, 400])
    doubtful, _ = judged_by_time(*points)
    assert doubtful.sum() > 20
    assert not judged_by_phase(points, doubtful, np.array([2.871 / 2])).any()
