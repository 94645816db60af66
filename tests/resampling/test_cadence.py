"""CadenceResampler: cut curves look like the target's, and nothing is invented."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from sklearn_vartl import LightCurveFeatures, TransferMLPClassifier, make_transfer_pipeline
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.light_curves import LightCurves
from sklearn_vartl.resampling import CadenceResampler
from sklearn_vartl.resampling._cadence import TargetSurvey, choose_window, match_points

CLASSES = ["RRAB", "EC", "NONVAR"]


@pytest.fixture(scope="module")
def source():
    return simulate_survey(90, "ogle3", classes=CLASSES, random_state=0)


@pytest.fixture(scope="module")
def target():
    """The first forty points of each star of another survey."""
    stars = simulate_survey(60, "asas", classes=CLASSES, random_state=1)
    first = np.concatenate([np.arange(n) < 40 for n in stars.n_points])
    return stars.select_points(first)


def spans(stars):
    pairs = zip(stars.offsets[:-1], stars.offsets[1:], strict=True)
    return np.array([np.ptp(stars.time[a:b]) for a, b in pairs])


def gaps(stars):
    pairs = zip(stars.offsets[:-1], stars.offsets[1:], strict=True)
    return np.array([np.median(np.diff(stars.time[a:b])) for a, b in pairs])


def test_count_baseline_spacing_and_errors_are_the_targets(source, target):
    made = CadenceResampler(target, n_copies=3, random_state=0).resample(source)
    wanted = {
        "points": (made.n_points, target.n_points),
        "baseline": (spans(made), spans(target)),
        "spacing": (gaps(made), gaps(target)),
        "error": (made.magerr, target.magerr),
    }
    # OGLE observes less often than ASAS: where its windows hold too few points the spacing is its own.
    tolerance = {"points": 0.15, "baseline": 0.25, "spacing": 0.5, "error": 0.25}
    for name, (found, expected) in wanted.items():
        assert_allclose(np.median(found), np.median(expected), rtol=tolerance[name], err_msg=name)
    assert np.median(spans(source)) > 5 * np.median(spans(made))


def test_every_point_is_one_of_the_parents(source, target):
    sampler = CadenceResampler(target, noise=0.0, random_state=0)
    made, labels = sampler.fit_resample(source, source.labels)
    assert_array_equal(sampler.groups_, np.arange(len(source)))
    assert_array_equal(labels, source.labels)
    for star, parent in zip(made, source, strict=True):
        place = np.searchsorted(parent.time, star.time)
        assert_array_equal(parent.time[place], star.time)
        assert_array_equal(parent.mag[place], star.mag)
        assert_array_equal(parent.magerr[place], star.magerr)
        assert (np.diff(place) > 0).all()


def test_copies_name_their_parents_and_come_from_other_windows(source):
    sampler = CadenceResampler(n_points=20, baseline=300.0, n_copies=2, random_state=0)
    made, labels = sampler.fit_resample(source, source.labels)
    assert_array_equal(sampler.groups_, np.repeat(np.arange(90), 2))
    assert_array_equal(labels, np.repeat(source.labels, 2))
    assert_array_equal(made.labels, labels)
    assert made.ids[:2].tolist() == ["ogle3-000000/cut1", "ogle3-000000/cut2"]
    assert made.n_points.max() == 20 and spans(made).max() <= 300.0
    assert len(set(made.time[made.offsets[:-1]])) > 100


def test_labels_are_those_that_are_given(source):
    others = np.array([f"class {k % 7}" for k in range(len(source))])
    made, labels = CadenceResampler(n_points=20, n_copies=2, random_state=0).fit_resample(
        source, others
    )
    assert_array_equal(labels, np.repeat(others, 2))
    assert_array_equal(made.labels, labels)


def test_noise_is_added_in_quadrature(rng):
    n = 4000
    stars = LightCurves(
        np.tile(np.arange(n) * 1.0, 2),
        np.full(2 * n, 15.0),
        np.repeat([0.03, 0.08], n),
        [0, n, 2 * n],
    )
    made = CadenceResampler(noise=0.05, random_state=0).resample(stars)
    # From 0.03 to 0.05 takes 0.04; what is noisier already stays as it is.
    assert np.std(made[0].mag) == pytest.approx(0.04, rel=0.05)
    assert_allclose(made[0].magerr, 0.05)
    assert_array_equal(made[1].mag, 15.0)
    assert_allclose(made[1].magerr, 0.08)
    by_magnitude = CadenceResampler(noise=lambda mag: 0.01 * mag, random_state=0).resample(stars)
    assert_allclose(by_magnitude.magerr, 0.15)


def test_noise_is_the_targets_at_that_brightness():
    time = np.tile(np.arange(50.0), 2)
    mag = np.repeat([12.0, 14.0], 50)
    target = LightCurves(time, mag, np.where(mag < 13, 0.1, 0.3), [0, 50, 100])
    stars = LightCurves(time, mag, np.full(100, 0.01), [0, 50, 100])
    made = CadenceResampler(target, random_state=0).resample(stars)
    assert_allclose(made[0].magerr, 0.1)
    assert_allclose(made[1].magerr, 0.3)
    # Far fainter than any star of the target: as bright as the star whose time stamps it takes.
    faint = CadenceResampler(target, random_state=0).resample(stars.replace(mag=mag + 10))
    assert set(np.round(faint.magerr, 6)) <= {0.1, 0.3}


def test_light_curves_without_errors_get_those_of_the_noise():
    stars = LightCurves(np.arange(30.0), np.full(30, 15.0))
    assert CadenceResampler(n_points=9, random_state=0).resample(stars).magerr is None
    made = CadenceResampler(noise=0.2, random_state=0).resample(stars)
    assert_allclose(made.magerr, 0.2)


def test_the_input_is_not_written_and_the_seed_decides(source, target):
    before = source.time.copy(), source.mag.copy(), source.magerr.copy()
    sampler = CadenceResampler(target, noise=0.5, random_state=3)
    first = sampler.resample(source)
    for array, kept in zip((source.time, source.mag, source.magerr), before, strict=True):
        assert_array_equal(array, kept)
    assert first == clone(sampler).resample(source)
    assert first != clone(sampler).set_params(random_state=4).resample(source)


def test_a_survey_is_known_by_its_name(source):
    made = CadenceResampler("hipparcos", random_state=0).resample(source)
    assert 60 < np.median(made.n_points) < 160 and np.median(spans(made)) < 1300


def test_unusable_points_are_no_points():
    mag = np.where(np.arange(40) % 2, 15.0, np.nan)
    stars = LightCurves(np.tile(np.arange(40.0), 2), np.r_[mag, np.full(40, np.nan)],
                        offsets=[0, 40, 80])  # fmt: skip
    made = CadenceResampler(n_points=15, random_state=0).resample(stars)
    assert made.n_points.tolist() == [15, 0]
    assert np.isfinite(made.mag).all()


@pytest.mark.parametrize(
    "params, message",
    [
        ({"target": "kepler"}, "Unknown survey 'kepler'"),
        ({"target": LightCurves([0.0], [15.0])}, "no star with two points"),
        ({"target": LightCurves([0.0, 1.0], [5.0, 6.0], quantity="flux")}, "target holds flux"),
        ({"n_points": 0}, "n_points"),
        ({"noise": -0.1}, "noise"),
        ({"baseline": 0.0}, "baseline"),
    ],
)
def test_what_cannot_be_imitated_is_refused(source, params, message):
    with pytest.raises(ValueError, match=message):
        CadenceResampler(**params).resample(source)
    with pytest.raises(ValueError, match="no label|label"):
        CadenceResampler().fit_resample(source, [None] * len(source))


def test_as_a_step_it_acts_in_fitting_only_and_weights_follow(source):
    network = TransferMLPClassifier((8,), n_estimators=1, max_epochs=2, min_steps=5, random_state=0)
    features = LightCurveFeatures(["amplitude", "n_harmonics"], on_error="nan")
    sampler = CadenceResampler(n_points=40, n_copies=2, random_state=0)
    model = make_transfer_pipeline(sampler, features, network)
    weight = np.where(source.labels == "EC", 2.0, 1.0)
    model.fit(source, source.labels, sample_weight=weight)
    assert_allclose(model[-1].model_.class_count, [120.0, 60.0, 60.0])
    assert_array_equal(
        model.predict_proba(source), network.predict_proba(features.transform(source))
    )
    model.partial_fit_target(source, source.labels)
    assert_allclose(model[-1].model_.class_count, [60.0, 60.0, 60.0])


def test_points_nearest_to_the_wanted_times(rng):
    assert match_points(np.arange(10.0), np.array([2.2, 7.9])).tolist() == [2, 8]
    # Two want point 1: the nearer gets it, the other the next free one.
    assert match_points(np.array([0.0, 1.0, 5.0, 6.0]), np.array([1.1, 1.5])).tolist() == [0, 1]
    assert match_points(np.arange(3.0), np.arange(5.0)).tolist() == [0, 1, 2]
    time = np.sort(rng.uniform(0, 100, 200))
    chosen = match_points(time, np.linspace(0, 100, 50))
    assert len(set(chosen.tolist())) == 50
    assert np.abs(time[chosen] - np.linspace(0, 100, 50)).max() < 5


@pytest.mark.parametrize("n", [2, 3, 50])
def test_one_wanted_time_gets_the_nearest_point(n, rng):
    time = np.sort(rng.uniform(0, 100, n))
    for wanted in (-5.0, 105.0, *time[[0, -1]], *rng.uniform(0, 100, 20)):
        nearest = np.abs(time - wanted).argmin()
        assert match_points(time, np.array([wanted])).tolist() == [nearest]


def test_windows_have_the_length_and_enough_points(rng):
    time = np.concatenate([np.linspace(0, 10, 5), np.linspace(500, 600, 80)])
    for _ in range(50):
        window = choose_window(time, 50.0, 30, rng)
        assert np.ptp(time[window]) <= 50.0
        assert len(time[window]) >= 30
    assert choose_window(time, 1e9, 30, rng) == slice(0, 85)


def test_copies_of_stars_that_share_a_name_differ(source):
    same = source[:2].replace(ids=["a", "a"])
    made = CadenceResampler(n_points=5, n_copies=2, random_state=0).resample(same)
    assert made.ids.tolist() == ["a/cut1", "a/cut2", "a/cut3", "a/cut4"]


@pytest.mark.parametrize(
    ("mag", "star", "noise"),
    [
        # As bright as a star of the target, to the brightest and the faintest: the errors there.
        ([14.5, 15.5], 0, [0.25, 0.35]),
        ([13.5, 14.5], 1, [0.15, 0.25]),
        ([15.5, 16.5], 0, [0.35, 0.45]),
        # Brighter or fainter than all of them: moved to one of them.
        ([13.4, 14.5], 0, [0.145, 0.255]),
        ([13.4, 14.5], 1, [0.345, 0.455]),
        ([19.5, 20.5], 0, [0.15, 0.25]),
        ([19.5, 20.5], 1, [0.35, 0.45]),
        ([], 0, []),
    ],
)
def test_noise_of_a_star_of_another_brightness_is_that_of_a_star_of_the_target(mag, star, noise):
    grid, error = np.arange(13.0, 18.0), np.arange(1, 6) / 10
    survey = TargetSurvey([np.arange(2.0)] * 2, np.array([14.0, 16.0]), grid, error, "mag")
    np.testing.assert_allclose(survey.noise(np.array(mag), star), noise)
    without = TargetSurvey([np.arange(2.0)] * 2, survey.brightness, grid[:0], error[:0], "mag")
    assert without.noise(np.array(mag), star).tolist() == [0.0] * len(mag)


def test_a_pattern_is_shrunk_to_the_time_that_a_star_was_observed(rng):
    """The target's hours, its share of the baseline, and no more points than are wanted."""
    stamps = [np.array([0.0, 10.0, 100.0])]
    target = TargetSurvey(stamps, np.array([15.0]), np.empty(0), np.empty(0), "mag")
    time = 7 + np.arange(51.0)
    kept = CadenceResampler(target)._choose(time, target, 0, rng)
    assert_array_equal(time[kept], [7, 12, 57])
    # Of a star observed for as long, as they are; of a shorter baseline, half as long.
    time = 7 + np.arange(101.0)
    kept = CadenceResampler(target)._choose(time, target, 0, rng)
    assert_array_equal(time[kept], [7, 17, 107])
    kept = CadenceResampler(target, baseline=50.0)._choose(time, target, 0, rng)
    assert_array_equal(time[kept] - time[kept][0], [0, 5, 50])
    assert len(CadenceResampler(target, n_points=2)._choose(time, target, 0, rng)) == 2
