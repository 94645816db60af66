"""The cleaning policy, against a slow reading of it and against what must not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_vartl.light_curves import LightCurves, clean


def one(time, mag, magerr=None, **more):
    return LightCurves(time, mag, magerr, **more)


def reference_clean(time, mag, magerr, min_observations):
    """The policy as DESIGN words it, one star and one point at a time."""
    points = [
        (t, m, e)
        for t, m, e in zip(time, mag, magerr, strict=True)
        if np.isfinite(t) and np.isfinite(m)
    ]
    if points:
        median = np.median([t for t, _, _ in points])
        points = [p for p in points if abs(p[0] - median) <= 36525]
    # NaN errors sort last and equal one another.
    keyed = {(t, m, np.isnan(e), 0.0 if np.isnan(e) else e): (t, m, e) for t, m, e in points}
    points = [keyed[key] for key in sorted(keyed)]
    if (
        len(points) < min_observations
        or len({t for t, _, _ in points}) < 2
        or len({m for _, m, _ in points}) < 2
    ):
        return None
    valid = [e for _, _, e in points if np.isfinite(e) and e > 0]
    filler = np.median(valid) if valid else np.std([m for _, m, _ in points])
    time, mag, magerr = (list(column) for column in zip(*points, strict=True))
    return time, mag, [e if np.isfinite(e) and e > 0 else filler for e in magerr]


numbers = st.one_of(
    st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 1e6]),
    st.integers(0, 6).map(float),
)
errors = st.sampled_from([0.1, 0.2, 0.3, 0.0, -1.0, np.nan, np.inf])
stars = st.lists(st.lists(st.tuples(numbers, numbers, errors), max_size=12), max_size=5)


@settings(max_examples=120, deadline=None)
@given(stars)
def test_agrees_with_the_policy_star_by_star(points):
    flat = np.array([p for star in points for p in star], dtype=float).reshape(-1, 3)
    offsets = np.cumsum([0, *map(len, points)])
    X = LightCurves(*flat.T, offsets)
    cleaned, problems = clean(X, 3)
    assert len(cleaned) == len(X)
    assert cleaned.ids.tolist() == X.ids.tolist()
    for position, (star, given_points) in enumerate(zip(cleaned, points, strict=True)):
        columns = np.array(given_points, dtype=float).reshape(-1, 3).T
        expected = reference_clean(*columns, 3)
        assert (position in problems) == (expected is None)
        if expected is None:
            assert len(star) == 0
        else:
            for got, want in zip(star, expected, strict=True):
                np.testing.assert_allclose(got, want, rtol=1e-14)


@settings(max_examples=40, deadline=None)
@given(stars, st.randoms(use_true_random=False))
def test_the_order_of_points_never_matters(points, random):
    shuffled = [random.sample(star, len(star)) for star in points]
    offsets = np.cumsum([0, *map(len, points)])
    results = []
    for version in (points, shuffled):
        flat = np.array([p for star in version for p in star], dtype=float).reshape(-1, 3)
        results.append(clean(LightCurves(*flat.T, offsets), 2))
    assert results[0][0] == results[1][0]
    assert results[0][1].keys() == results[1][1].keys()


def test_clean_data_are_passed_on_without_a_copy(light_curves):
    cleaned, problems = clean(light_curves, 10)
    assert cleaned is light_curves
    assert problems == {}


def test_cleaning_twice_changes_nothing():
    X = one([3.0, 1.0, 1.0, np.nan], [1.0, 2.0, 2.0, 3.0], [0.1, 0.0, 0.0, 0.1])
    cleaned, _ = clean(X)
    assert clean(cleaned)[0] == cleaned
    assert cleaned.time.tolist() == [1.0, 3.0]
    assert cleaned.magerr.tolist() == [0.1, 0.1]


def test_stray_time_stamps_are_dropped():
    time = np.r_[-2409998.5, np.arange(50.0)]
    X = LightCurves(
        np.r_[time, np.arange(50.0)],
        np.r_[np.arange(51.0), np.arange(50.0)],
        offsets=[0, 51, 101],
    )
    cleaned, problems = clean(X)
    assert cleaned.n_points.tolist() == [50, 50]
    assert cleaned.time.min() == 0.0
    assert problems == {}


def test_flagged_points_and_limits_are_dropped():
    X = one(
        np.arange(5.0),
        np.arange(5.0),
        flag=[0, 4, 0, 0, 0],
        limit=[False, False, True, False, False],
        band=["a", "b", "c", "d", "e"],
    )
    cleaned, _ = clean(X)
    assert cleaned.time.tolist() == [0.0, 3.0, 4.0]
    assert cleaned.band.tolist() == ["a", "d", "e"]


def test_points_of_two_bands_are_no_duplicates():
    X = one([0.0, 0.0, 0.0, 1.0], [5.0, 5.0, 5.0, 6.0], band=["V", "I", "V", "V"])
    cleaned, _ = clean(X)
    assert cleaned.n_points.tolist() == [3]
    assert cleaned.band.tolist() == ["I", "V", "V"]


def test_equal_times_with_other_magnitudes_stay():
    cleaned, _ = clean(one([0.0, 0.0, 1.0], [6.0, 5.0, 7.0]))
    assert cleaned.mag.tolist() == [5.0, 6.0, 7.0]


def test_no_errors_become_the_spread():
    cleaned, _ = clean(LightCurves([0, 1, 0, 1], [1, 3, 5, 15], offsets=[0, 2, 4]))
    assert cleaned.magerr.tolist() == [1.0, 1.0, 5.0, 5.0]


def test_fluxes_are_cleaned_alike():
    X = LightCurves([1.0, 0.0], [-3.0, 5.0], quantity="flux")
    cleaned, _ = clean(X)
    assert cleaned.flux.tolist() == [5.0, -3.0]
    assert cleaned.fluxerr.tolist() == [4.0, 4.0]


@pytest.mark.parametrize(
    ("X", "reason"),
    [
        (one([], []), "0 usable points, at least 3 are needed"),
        (one([0.0], [1.0]), "1 usable point, at least 3 are needed"),
        (
            one([0.0, np.nan, 1.0, 1.0], [1.0, 2.0, 3.0, 3.0]),
            "2 usable points of 4 (not finite: 1, duplicates: 1), at least 3 are needed",
        ),
        (
            one([0.0, 1.0, 2.0, 1e6], [1.0, 2.0, 3.0, 4.0], flag=[1, 1, 0, 0], limit=[0, 0, 1, 0]),
            "1 usable point of 4 (flagged or upper limits: 3), at least 3 are needed",
        ),
        (
            one([0.0, 1.0, 1e6], [1.0, 2.0, 3.0]),
            "2 usable points of 3 (more than a century from the median time: 1), "
            "at least 3 are needed",
        ),
        (one([0.0, 1.0, 2.0], [5.0, 5.0, 5.0]), "all its magnitudes are equal"),
        (one([0.0, 1.0, 2.0], [5.0, 5.0, 5.0], quantity="flux"), "all its fluxes are equal"),
        (one([4.0, 4.0, 4.0], [5.0, 6.0, 7.0]), "all its time stamps are equal"),
        # Of several reasons the first one.
        (one([4.0] * 3, [5.0] * 3, [0.1, 0.2, 0.3]), "all its time stamps are equal"),
    ],
)
def test_what_cannot_be_used_says_why(X, reason):
    cleaned, problems = clean(X, 3)
    assert problems == {0: reason}
    assert cleaned.n_points.tolist() == [0]


def test_bad_stars_among_good_ones_keep_their_place():
    X = LightCurves(
        [0.0, 1.0, 0.0, 0.0, 1.0, 2.0], [1.0, 2.0, 9.0, 5.0, 7.0, 9.0], offsets=[0, 2, 3, 3, 6]
    )
    cleaned, problems = clean(X)
    assert sorted(problems) == [1, 2]
    assert cleaned.n_points.tolist() == [2, 0, 0, 3]
    assert cleaned[3].mag.tolist() == [5.0, 7.0, 9.0]


def test_no_stars_at_all():
    cleaned, problems = clean(LightCurves([], [], offsets=[0]), 5)
    assert len(cleaned) == 0
    assert problems == {}


def test_a_century_from_the_median_time_is_the_most():
    for last, n in ((36525.0, 5), (36525.1, 4), (-36525.0, 5), (-36525.1, 4)):
        X = one([-1.0, 0.0, 0.0, 1.0, last], [1.0, 2.0, 3.0, 4.0, 5.0])
        cleaned, _ = clean(X)
        assert cleaned.n_points.tolist() == [n]


def test_numbers_that_cannot_be_squared_are_no_measurements():
    X = one(np.arange(5.0), [1.0, 2.0, 0.9e100, 1e100, -1e100])
    assert clean(X)[0].mag.tolist() == [1.0, 2.0, 0.9e100]
    error = [1e-100, 1.1e-100, 0.9e100, 1e100, 3.0]
    found = clean(one(np.arange(5.0), np.arange(5.0), error))[0].magerr
    # The others have the median of the three that are errors.
    assert found.tolist() == [3.0, 1.1e-100, 0.9e100, 3.0, 3.0]


def test_points_of_two_fields_are_no_duplicates():
    X = one([0.0, 0.0, 0.0, 1.0], [5.0, 5.0, 5.0, 6.0], field=[2, 1, 2, 1])
    cleaned, _ = clean(X)
    assert cleaned.field.tolist() == [1, 2, 1] and cleaned.n_points.tolist() == [3]


def test_ties_in_time_are_ordered_by_magnitude_and_then_error():
    X = one([1.0, 0.0, 0.0, 0.0], [9.0, 6.0, 5.0, 5.0], [0.1, 0.2, 0.4, 0.3])
    cleaned, _ = clean(X)
    assert cleaned.mag.tolist() == [5.0, 5.0, 6.0, 9.0]
    assert cleaned.magerr.tolist() == [0.3, 0.4, 0.2, 0.1]
    # What is not told of a point is the same as what is not told of another.
    same, _ = clean(one([0.0, 0.0, 1.0], [5.0, 5.0, 6.0], [np.nan, np.nan, 0.1]))
    assert same.n_points.tolist() == [2]


def test_only_stars_out_of_order_are_sorted():
    """One star is sorted, with ties, the other one is not: neither takes points of the other."""
    X = LightCurves(
        [1.0, 2.0, 2.0, 3.0, 2.0, 1.0, 1.5], [1.0, 3.0, 2.0, 4.0, 7.0, 5.0, 6.0], None, [0, 4, 7]
    )
    cleaned, problems = clean(X, 3)
    assert problems == {} and cleaned.offsets.tolist() == [0, 4, 7]
    assert cleaned.time.tolist() == [1.0, 2.0, 2.0, 3.0, 1.0, 1.5, 2.0]
    assert cleaned.mag.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]


def test_the_losses_of_a_star_are_its_own():
    X = LightCurves(
        [0.0, 1.0, 0.0, np.nan, 0.0, 1.0, 2.0], np.arange(7.0), None, [0, 2, 4, 6, 7],
        flag=[0, 0, 0, 0, 3, 3, 0],
    )  # fmt: skip
    assert clean(X)[1] == {
        1: "1 usable point of 2 (not finite: 1), at least 2 are needed",
        2: "0 usable points of 2 (flagged or upper limits: 2), at least 2 are needed",
        3: "1 usable point, at least 2 are needed",
    }
