"""What check() reports, problem by problem."""

import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurves, clean

NAN = float("nan")
GOOD = (np.arange(12.0), 15 + np.sin(np.arange(12.0)))


def found(X, min_observations=3):
    table = X.check(min_observations)
    return {
        (row.object_id, row.problem): (row.n_affected, row.effect) for row in table.itertuples()
    }


def test_good_light_curves_give_an_empty_table(light_curves):
    table = light_curves.check()
    assert len(table) == 0
    assert table.columns.tolist() == [
        "position",
        "object_id",
        "problem",
        "n_affected",
        "n_points",
        "effect",
    ]


@pytest.mark.parametrize(
    ("time", "mag", "more", "problem", "expected"),
    [
        ([0.0, NAN, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0], {}, "time not finite", (1, "dropped")),
        ([0.0, 1.0, 2.0, 3.0], [1.0, NAN, 3.0, 4.0], {}, "magnitude not finite", (1, "dropped")),
        (
            [0.0, 1.0, 2.0, 3.0],
            [1.0, 2.0, 3.0, 4.0],
            {"flag": [0, 0, 0, 9]},
            "flagged",
            (1, "dropped"),
        ),
        (
            [0.0, 1.0, 2.0, 3.0],
            [1.0, 2.0, 3.0, 4.0],
            {"limit": [False, True, False, False]},
            "upper limit",
            (1, "dropped"),
        ),
        (
            [0.0, 1.0, 2.0, 3e6],
            [1.0, 2.0, 3.0, 4.0],
            {},
            "time stamp far from the others",
            (1, "dropped"),
        ),
        ([0.0, 2.0, 1.0, 3.0], [1.0, 2.0, 3.0, 4.0], {}, "not sorted by time", (1, "sorted")),
        (
            [0.0, 1.0, 1.0, 3.0, 1.0],
            [1.0, 2.0, 2.0, 4.0, 2.0],
            {},
            "duplicate point",
            (2, "merged"),
        ),
        (
            [0.0, 1.0, 2.0, 3.0],
            [1.0, 2.0, 3.0, 4.0],
            {"magerr": [0.1, 0.0, NAN, -1.0]},
            "error not positive and finite",
            (3, "replaced"),
        ),
        ([0.0, 1.0], [1.0, 2.0], {}, "too few usable points", (2, "unusable")),
        ([], [], {}, "too few usable points", (0, "unusable")),
        ([0.0, 1.0, 2.0], [5.0, 5.0, 5.0], {}, "all magnitudes equal", (3, "unusable")),
        ([1.0, 1.0, 1.0], [5.0, 6.0, 7.0], {}, "all time stamps equal", (3, "unusable")),
        (
            [0.0, 1.0, 2.0, 3.0],
            [1.0, 2.0, 99.999, -99.0],
            {},
            "magnitude beyond 50, a placeholder?",
            (2, "hint"),
        ),
    ],
)
def test_each_problem_is_named_and_counted(time, mag, more, problem, expected):
    good_time, good_mag = GOOD
    n = len(time)
    more = {name: [*values, *([0] * 12)] for name, values in more.items()}
    if "magerr" in more:
        more["magerr"] = [*more["magerr"][:n], *([0.1] * 12)]
    if "limit" in more:
        more["limit"] = np.array(more["limit"], dtype=bool)
    X = LightCurves(
        np.r_[time, good_time],
        np.r_[mag, good_mag],
        offsets=[0, n, n + 12],
        ids=["bad", "good"],
        **more,
    )
    report = found(X)
    assert report["bad", problem] == expected
    assert not any(star == "good" for star, _ in report)


@pytest.mark.parametrize(
    ("time", "problem"),
    [
        (np.linspace(0, 2000, 50) * 86400, "time in seconds?"),
        (np.linspace(2010.0, 2017.3, 50), "time in years?"),
        (
            np.linspace(55000, 57000, 50).astype(np.float32),
            "time of single precision, of day lost?",
        ),
    ],
)
def test_times_in_another_unit_or_precision_are_hinted_at(time, problem):
    X = LightCurves(time.astype(np.float64), np.sin(np.arange(50.0)), ids=["star"])
    assert found(X)["star", problem] == (50, "hint")


def test_times_beyond_any_reason_are_only_reported():
    X = LightCurves([-1e308, 1e308, 0.0, 1.0, 2.0], [1.0, 2.0, 3.0, 4.0, 5.0], ids=["star"])
    assert found(X) == {("star", "time stamp far from the others"): (2, "dropped")}


def test_repeated_identifiers_are_hinted_at():
    time, mag = GOOD
    X = LightCurves(np.tile(time, 3), np.tile(mag, 3), offsets=[0, 12, 24, 36], ids=["a", "b", "a"])
    table = X.check(3)
    assert table.position.tolist() == [0, 2]
    assert set(table.problem) == {"identifier not unique"}


def test_stars_and_counts_agree_with_cleaning():
    rng = np.random.default_rng(1)
    time = rng.choice([0.0, 1.0, 2.0, NAN, 1e7], 400)
    mag = rng.choice([1.0, 2.0, NAN], 400)
    X = LightCurves(time, mag, offsets=np.arange(0, 401, 8), magerr=rng.choice([0.0, 0.1], 400))
    cleaned, problems = clean(X, 3)
    table = X.check(3)
    unusable = table[table.effect == "unusable"]
    assert set(unusable.position) == set(problems)
    usable = [star for star in range(50) if star not in problems]
    merged = table[(table.problem == "duplicate point") & table.position.isin(usable)]
    finite = np.isfinite(time) & np.isfinite(mag) & (time < 1e6)
    kept = [finite[8 * star : 8 * star + 8].sum() for star in usable]
    assert sum(kept) - merged.n_affected.sum() == cleaned.n_points.sum()


def test_fluxes_have_no_placeholder_hint():
    time, _ = GOOD
    X = LightCurves(time, 1000 * np.sin(time), quantity="flux")
    assert len(X.check(3)) == 0


def test_what_is_written_for_a_missing_magnitude_is_beyond_fifty():
    for mag, hints in ((50.0, 0), (-50.0, 0), (50.5, 1), (-50.5, 1)):
        X = LightCurves(GOOD[0], np.r_[mag, GOOD[1][1:]])
        assert len(X.check().query("problem.str.startswith('magnitude beyond 50')")) == hints


def test_flags_are_any_number_but_zero_and_the_table_is_numbered():
    time, mag = GOOD
    flag = np.zeros(24, dtype=int)
    flag[[2, 3, 15]] = -1, 4, -8
    time = np.r_[time[::-1], time]
    X = LightCurves(time, np.tile(mag, 2), offsets=[0, 12, 24], flag=flag)
    table = X.check()
    # Star by star, whichever problem was looked for first.
    assert table[["position", "problem", "n_affected"]].to_numpy().tolist() == [
        [0, "flagged", 2],
        [0, "not sorted by time", 9],
        [1, "flagged", 1],
    ]
    assert table.index.tolist() == [0, 1, 2]
    # Ten points are enough, if no other number is asked for; nine are left of the first star's with one flag more.
    flag[4] = 1
    assert "too few usable points" in set(X.replace(flag=flag).check().problem)
    assert "too few usable points" not in set(X.check(10).problem)
