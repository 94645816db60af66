"""What looks like a mistake in light curves, at the limits where it begins to."""

import warnings

import numpy as np
import pytest

from sklearn_vartl.light_curves import (
    LightCurves,
    LightCurveWarning,
    concatenate,
    read_light_curves,
    tell,
)
from sklearn_vartl.light_curves._check import doubtful_order, doubtful_times, doubts, reach

MAG = 15 + np.sin(np.arange(40.0))
DAYS = np.arange(40.0)
UNEVEN = DAYS**2 / 39


def stars(*times, mag=None, **more):
    """Stars a, b, c, ... with the given time stamps."""
    time = np.concatenate(times)
    mag = np.resize(MAG, len(time)) if mag is None else mag
    offsets = np.cumsum([0, *map(len, times)])
    return LightCurves(time, mag, None, offsets, ids=list("abcdefgh"[: len(times)]), **more)


def told(X):
    return [(each.what, each.star) for each in doubts(X)]


def test_good_stars_raise_no_doubt(light_curves):
    assert told(light_curves) == []
    assert told(LightCurves([], [], offsets=[0, 0])) == []
    assert told(stars(DAYS, DAYS + 36000)) == []


@pytest.mark.parametrize("late", [3, 4, 20, 36, 37])
def test_two_time_scales_in_a_star(late):
    """From a tenth of the points on: fewer are strays that cleaning drops."""
    time = 58000.5 + DAYS
    time[-late:] += 2400000.5
    found = told(stars(58000.5 + DAYS, time))
    mixed = (
        f"1 star mixes two time scales, {late} time stamps as JD and {40 - late} as MJD or another "
        "short form, of which one half is dropped"
    )
    assert found == ([(mixed, "b")] if 4 <= late <= 36 else [])


@pytest.mark.parametrize("gap", [2.24e6, 2.26e6, 2.54e6, 2.56e6])
def test_a_gap_that_is_no_change_of_scale(gap):
    time = np.concatenate([DAYS[:20], DAYS[20:] + gap - 1])
    assert ("mix" in told(stars(time))[0][0]) == (2.26e6 <= gap <= 2.54e6)


def test_times_in_seconds():
    (found,) = doubts(stars(DAYS * 86400, DAYS * 86400, DAYS))
    assert (found.what, found.star) == ("the times of 2 stars look like seconds", "a")
    assert found.python == "divide them by 86400: X.replace(time=X.time / 86400)"
    assert found.shell == "write them in days, or name the unit in the header: time [s]"
    # One star of three is none of the table's.
    assert told(stars(DAYS * 86400, DAYS, DAYS)) == []
    # More than a century, in seconds, are no seconds either.
    assert told(stars(DAYS * 36525 * 86400 / 38)) == []


def test_times_in_years():
    years = 2010 + UNEVEN / 20
    (found,) = doubts(stars(years, years))
    said = "the times of {} look like years, unless they are days since JD 2457000 or so"
    assert (found.what, found.star) == (said.format("2 stars"), "a")
    assert found.python == "multiply them by 365.25: X.replace(time=X.time * 365.25)"
    assert found.shell == "write them in days"
    # As many points in as many days are days; and so is what is no year.
    assert told(stars(2000 + UNEVEN * 0.999 / 9.75)) == [(said.format("1 star"), "a")]
    assert told(stars(2000 + UNEVEN / 9.75)) == []
    assert told(stars(1849 + UNEVEN / 20)) == []
    assert told(stars(2149 + UNEVEN / 20)) == []
    # In less than a year at least ten points.
    assert told(stars(2010 + UNEVEN[:10] / 100)) == []
    assert told(stars(2010 + UNEVEN[:11] / 100)) != []


def test_a_spacecraft_keeps_its_pace():
    """Where most points follow at one distance, up to a twentieth of it, times are days."""
    even = 2010 + DAYS / 20
    assert told(stars(even, even)) == []
    assert told(stars(2010 + np.cumsum(np.resize([0.048, 0.05, 0.052], 40)))) == []
    assert told(stars(2010 + np.cumsum(np.resize([0.047, 0.05, 0.053], 40)))) != []
    # Half of the steps, and one more.
    steps = np.r_[np.full(20, 0.05), np.geomspace(0.1, 0.2, 20)]
    assert told(stars(2010 + np.cumsum(steps))) != []
    steps = np.r_[np.full(22, 0.05), np.geomspace(0.1, 0.2, 18)]
    assert told(stars(2010 + np.cumsum(steps))) == []


def test_full_dates_beside_short_ones():
    read = "a file"
    full, short = 2458000.5 + DAYS, 58000.0 + DAYS
    X = stars(short, full, full)
    assert told(X) == []
    X = X.replace(provenance=read)
    said = "the times of 2 stars are full Julian dates, those of 1 star shorter"
    assert told(X) == [(said, "b")]
    assert told(X.replace(survey=["ASAS"] * 3)) == [(said, "b")]
    assert told(X.replace(survey=["ASAS", "OGLE", "OGLE"])) == []
    # Where the times of the others say nothing, neither do these.
    odd = stars(short, full, short + 500000, short + 500000, short + 500000)
    assert told(odd.replace(provenance=read)) == []


def test_points_of_bands_lie_together_or_are_mixed():
    time = np.tile(DAYS[:4], 2)
    X = stars(time[:4], time[4:], band=list("VVVVIIII"))
    assert told(X) == []
    X = stars(time[:4], time[4:], band=list("VVVVIIVI"))
    (found,) = doubts(X)
    assert (found.what, found.star) == ("points of several bands (I, V) in 1 star", "b")
    # The one with most points.
    assert found.shell == "--band V" and "X.in_band('V')" in found.python
    many = stars(DAYS[:7], band=list("abcdefg"))
    assert told(many) == [("points of several bands (a, b, c, d, e, f, ...) in 1 star", "a")]
    six = stars(DAYS[:6], band=list("abcdef"))
    assert told(six) == [("points of several bands (a, b, c, d, e, f) in 1 star", "a")]


def fields(offset, n=20, noise=0.01, later=0.0, quantity="mag"):
    """A star with points of two fields, the second ones moved in magnitude and in time."""
    rng = np.random.default_rng(0)
    second = np.arange(2 * n) % 2
    time = np.repeat(np.arange(n), 2) + later * second
    mag = 15 + noise * rng.uniform(-1, 1, 2 * n) + offset * second
    order = np.argsort(time, kind="stable")
    return LightCurves(
        time[order], mag[order], None, [0, 2 * n], ids=["a"], quantity=quantity,
        field=np.where(second, "f2", "f1")[order],
    )  # fmt: skip


def test_fields_with_zero_points_of_their_own():
    said = [("the fields or cameras of 1 star have different zero points", "a")]
    assert told(fields(0.5)) == told(fields(-0.5)) == said
    # Less than a tenth of a magnitude is never told, nor what the scatter explains.
    assert told(fields(0.12)) == said
    assert told(fields(0.08)) == []
    assert told(fields(0.5, noise=0.3)) == []
    # Not at the same time, the star itself may have changed.
    assert told(fields(0.5, later=9.0)) == said
    assert told(fields(0.5, later=11.0)) == []
    # Ten points tell, nine do not.
    assert told(fields(0.5, n=10)) == said
    assert told(fields(0.5, n=9)) == []
    assert told(fields(500.0, quantity="flux")) == []


def test_points_that_were_not_measured_say_nothing_of_fields():
    X = fields(0.5, n=10)
    time = X.time.copy()
    time[3] = np.nan
    assert told(X.replace(time=time)) == []


@pytest.mark.parametrize(
    ("ids", "rounded"),
    [
        (["1.234E+18"] * 2, True),
        (["a", "5E18"], True),
        (["1,2e18", "b"], True),
        (["1e5", "2e5"], False),
        (["x1.2e18", "b"], False),
        ([2.0**53, 1.0], True),
        ([1.0, -(2.0**54)], True),
        ([2.0**53 - 1, 1.0], False),
        ([2**60, 2**61], False),
    ],
)
def test_rounded_identifiers(ids, rounded):
    X = LightCurves(np.tile(DAYS, 2), np.tile(MAG, 2), None, [0, 40, 80], ids=ids)
    found = [each for each in doubts(X) if "rounded" in each.what]
    assert bool(found) == rounded
    if rounded:
        assert found[0].star in X.ids.tolist()


def test_magnitudes_that_no_star_has():
    mag = np.concatenate([MAG, MAG])
    mag[45] += 19
    assert told(stars(DAYS, DAYS, mag=mag)) == []
    mag[45] += 2
    said = "more than 20 mag between the magnitudes of 1 star, which no star has"
    assert told(stars(DAYS, DAYS, mag=mag)) == [(said, "b")]
    # A star that is faint as a whole, beside a bright one.
    assert told(stars(DAYS, DAYS, mag=np.concatenate([MAG, MAG + 30]))) == []


@pytest.mark.parametrize("value", [99.999, -99.0])
def test_placeholders_and_other_units(value):
    mag = np.concatenate([MAG, MAG])
    mag[50:60] = value
    (found,) = doubts(stars(DAYS, DAYS, mag=mag))
    assert found.star == "b"
    assert found.what == "magnitudes beyond 50 in 1 star, placeholders such as 99.999"
    assert found.python == "X.replace(mag=np.where(np.abs(X.mag) > 50, np.nan, X.mag))"
    assert found.shell == "leave these rows out of the file"
    (found,) = doubts(stars(DAYS, DAYS, mag=mag * 1000))
    assert found.what == "magnitudes beyond 50 in 2 stars, fluxes or millimagnitudes"
    assert found.star == "a"
    assert "mmag" in found.python and "--columns flux=NAME" in found.shell
    # Nine in ten are a unit, fewer are placeholders.
    for far, unit in ((35, False), (36, True)):
        mag = np.r_[np.full(far, 99.0), MAG[far:]]
        assert ("fluxes" in doubts(stars(DAYS, mag=mag))[0].what) == unit
    assert doubts(stars(DAYS, mag=MAG * 1000).replace(quantity="flux")) == []
    # What is not finite is no magnitude.
    gone = MAG.copy()
    gone[:3] = np.inf, -np.inf, np.nan
    assert told(stars(DAYS, mag=gone)) == []


def test_points_that_are_left_out():
    mag, flag = np.concatenate([MAG, MAG]), np.zeros(80, int)
    flag[:5], flag[40:76] = 1, 4
    (found,) = doubts(stars(DAYS, DAYS, mag=mag, flag=flag))
    assert (found.what, found.star) == ("41 of 80 points are left out (41 flagged)", "b")
    assert found.shell == "--columns flag=none,limit=none reads them without flags and limits"
    # Half of the points: not more than half.
    flag[0] = 0
    assert doubts(stars(DAYS, DAYS, mag=mag, flag=flag)) == []
    limit = flag != 0
    limit[[0, 7]] = True
    (found,) = doubts(stars(DAYS, DAYS, mag=mag, limit=limit))
    assert found.what == "42 of 80 points are left out (42 upper limits)"
    mag[:41] = np.nan
    (found,) = doubts(stars(DAYS, DAYS, mag=mag))
    assert (found.what, found.star) == ("41 of 80 points are left out (41 not finite)", "a")
    assert found.shell == "vartl info says which columns were read; --columns names others"
    time = np.concatenate([DAYS, DAYS])
    time[:39], mag[:41], mag[79] = np.nan, MAG[0], np.inf
    mag[38:40] = np.nan
    (found,) = doubts(stars(time[:40], time[40:], mag=mag).replace(time=time))
    assert found.what == "41 of 80 points are left out (41 not finite)"


def test_of_few_points_nothing_is_said():
    for n, said in ((19, False), (20, True)):
        X = stars(DAYS[:n], mag=np.full(n, np.nan))
        assert bool(doubts(X)) == said


def test_one_warning_tells_all_and_only_once():
    mag = np.concatenate([MAG, MAG])
    mag[50:60] = 99.999
    X = stars(DAYS, DAYS, mag=mag, band=list("VI") * 40)
    with pytest.warns(LightCurveWarning) as caught:
        tell(X)
    (warning,) = caught
    placeholder = "magnitudes beyond 50 in 1 star, placeholders such as 99.999 (first: 'b')"
    bands = "points of several bands (I, V) in 2 stars (first: 'a')"
    assert warning.message.shell == (
        "These light curves look as if something were wrong. "
        f"{placeholder}: leave these rows out of the file; {bands}: --band I"
    )
    assert f"{placeholder}: X.replace(mag=" in str(warning.message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tell(X)


def test_the_reach_of_values():
    assert reach(np.array([3.0, 1.0, 2.0])) == (1, 3, True)
    assert reach(np.array([3.0, np.nan, 2.0])) == (2, 3, False)
    assert reach(np.array([3.0, np.inf, 2.0])) == (2, np.inf, False)
    low, high, whole = reach(np.array([]))
    assert np.isnan(low) and np.isnan(high) and whole


@pytest.mark.parametrize(
    ("time", "kind"),
    [
        (DAYS * 86400, "time in seconds?"),
        (DAYS * 1000, None),
        (DAYS * 36525 * 86400 / 38, None),
        (2000 + DAYS[:21] / 2, "time in years?"),
        (2000 + DAYS / 1.9, None),
        (1850.5 + DAYS[:30] / 3, "time in years?"),
        (1849.5 + DAYS[:30] / 3, None),
        (2149.5 + DAYS[:30] / 3, None),
        (np.full(5, 2000.0), None),
        (np.float32(50000) + DAYS, "time of single precision, of day lost?"),
        (DAYS, None),
        (50000 + DAYS / 10, None),
        (np.full(5, 50000.0), None),
    ],
)
def test_hints_about_times_of_one_star(time, kind):
    found = doubtful_times(time, np.array([0, len(time)]))
    assert [name for name, mask in found.items() if mask[0]] == ([kind] if kind else [])


def test_the_warning_points_at_the_callers_line(tmp_path):
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"id": "a", "time": DAYS, "mag": MAG, "band": list("VI") * 20})
    with pytest.warns(LightCurveWarning) as caught:
        X = LightCurves.from_any(table)
    assert caught[0].filename == __file__
    table.to_csv(tmp_path / "stars.csv", index=False)
    with pytest.warns(LightCurveWarning) as caught:
        assert read_light_curves(tmp_path / "stars.csv") == X
    assert caught[0].filename == __file__


def test_a_label_that_looks_misspelt():
    X = stars(DAYS, DAYS, DAYS, labels=["MIRA", "Mria", "Mria"])
    assert told(X) == [("the label 'Mria' of 2 stars looks like MIRA misspelt", "b")]
    assert told(stars(DAYS, labels=["MIRA"])) == []


def paired(n_points, n_pairs):
    """Times of which so many come twice."""
    time = 0.25 + 3.0 * np.arange(n_points)
    time[1 : 2 * n_pairs : 2] = time[: 2 * n_pairs : 2]
    return time


def told_of_order(X):
    return [(each.what, each.star) for each in doubtful_order(X)]


def test_other_values_at_the_same_times():
    said = "several values at the same times in 1 star: of several stars, bands or apertures?"
    # A fourth of the points, of six points or more, in times with decimals.
    for n_points, n_pairs, odd in ((12, 3, True), (12, 2, False), (6, 2, True), (5, 2, False)):
        X = stars(DAYS + 0.25, paired(n_points, n_pairs))
        assert told_of_order(X) == [(said, "b")] * odd
    time = paired(12, 6)
    assert told_of_order(stars(time - 0.25)) == []
    # Not where the values are the same, or missing, or of several bands.
    assert told_of_order(stars(time, mag=np.repeat(MAG[:6], 2))) == []
    assert told_of_order(stars(time, mag=np.where(np.arange(12) % 2, MAG[:12], np.nan))) == []
    assert told_of_order(stars(time, band=np.resize(["g", "r"], 12))) == []
    assert told_of_order(stars(time, band=np.resize(["g"], 12))) == [(said, "a")]
    # Nor from one star to the next.
    assert told_of_order(stars([1.25], [1.25], [0.5], [0.5])) == []


def test_times_that_begin_anew():
    said = "the times of 1 star begin anew: several runs of points, one after the other: of several stars, bands or "
    first = 0.25 + np.arange(10.0)
    for later, anew in (
        (first, True),
        # Over more than half of the shorter run, of three points or more.
        (first + 4.4, True),
        (first + 4.6, False),
        (first[:3] + 0.5, True),
        (first[:2] + 0.5, False),
    ):
        found = told_of_order(stars(np.r_[first, later], mag=np.resize(MAG, 10 + len(later))))
        assert found == [(said + "apertures?", "a")] * anew
    # Of many runs, as of points in no order, nothing is said.
    assert told_of_order(stars(first[::-1])) == []


@pytest.mark.parametrize(
    ("what", "n_points", "amplitude", "error", "said"),
    [
        ("larger than all", 6, 0.5, 1.6, True),
        ("three times what they do, and no more", 6, 0.5, 1.5, False),
        ("of a star that hardly varies, no larger than a magnitude", 6, 0.1, 1.0, False),
        ("of a star that hardly varies, larger than a magnitude", 6, 0.1, 1.1, True),
        ("of five points nothing is said", 5, 0.5, 9.0, False),
    ],
)
def test_errors_that_are_larger_than_what_magnitudes_do(what, n_points, amplitude, error, said):
    mag = 15 + amplitude * (np.arange(n_points) % 2)
    X = LightCurves(DAYS[:n_points], mag, np.full(n_points, error), ids=["a"])
    expected = ("the errors of 1 star are larger than all that their magnitudes do", "a")
    assert told(X) == [expected] * said, what
    assert told(LightCurves(X.time, X.mag, X.magerr, quantity="flux")) == []


def test_most_errors_of_most_stars_are_large_before_they_are_told_of():
    error = np.full((4, 8), 0.1)
    mag = np.tile(15 + 0.1 * (np.arange(8) % 2), 4)

    def found():
        X = LightCurves(
            np.tile(DAYS[:8], 4), mag, error.ravel(), np.arange(5) * 8, ids=list("abcd")
        )
        return told(X)

    # Half of the stars are not most of them, nor half of a star's errors.
    error[2:] = 3.0
    assert found() == []
    error[1, :4] = 3.0
    assert found() == []
    error[1, 4] = 3.0
    said = "the errors of 3 stars are larger than all that their magnitudes do"
    assert found() == [(said, "b")]


def edges(*values):
    """Magnitudes between which nothing else is."""
    return np.resize(np.array(values, dtype=float), 40)


@pytest.mark.parametrize(
    ("mag", "said"),
    [
        (edges(50, 49), None),
        (edges(50.01, 49), "beyond 50"),
        (edges(-50, -49), None),
        (edges(-50.01, -49), "beyond 50"),
        (edges(10, 30), None),
        (edges(10, 30.01), "more than 20 mag"),
        # A placeholder is no amplitude, too.
        (edges(10, 99), "beyond 50"),
    ],
)
def test_magnitudes_up_to_the_limit_are_magnitudes(mag, said):
    found = told(stars(DAYS, mag=mag))
    assert [said in what for what, _ in found] == ([True] if said else [])
    # Neither does another star, of which all is missing, hide it.
    both = stars(DAYS, DAYS, mag=np.r_[np.full(40, np.nan), mag])
    assert [(said in what, star) for what, star in told(both) if "left out" not in what] == (
        [(True, "b")] if said else []
    )


def test_half_of_the_stars_are_enough_for_another_unit():
    assert told(stars(DAYS * 86400, DAYS)) == [("the times of 1 star look like seconds", "a")]
    years = 2010 + UNEVEN / 20
    said = "the times of 1 star look like years, unless they are days since JD 2457000 or so"
    assert told(stars(2010 + DAYS, years)) == [(said, "b")]
    assert told(stars(2010 + DAYS, 2011 + DAYS, years)) == []
    # A star without points is one of them, and no more.
    assert told(stars(DAYS[:0], years)) == [(said, "b")]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (1850.0, 1853.0, False),
        (1850.1, 1853.0, True),
        (2147.0, 2150.0, False),
        (2147.0, 2149.9, True),
    ],
)
def test_years_are_those_in_which_stars_were_measured(first, last, said):
    time = first + (last - first) * DAYS**2 / 39**2
    assert bool(told(stars(time))) == said


@pytest.mark.parametrize(
    ("short", "long", "said"),
    [
        (58000.0, 2458000.0, True),
        # Days since JD 2450000 may be negative, though not by thirty years.
        (-9000.0, 2458000.0, True),
        (-11000.0, 2458000.0, False),
        (99000.0, 2458000.0, True),
        (101000.0, 2458000.0, False),
        (58000.0, 2199000.0, False),
        (58000.0, 2201000.0, True),
        (58000.0, 2599000.0, True),
        (58000.0, 2601000.0, False),
    ],
)
def test_dates_that_may_be_julian(short, long, said):
    X = stars(short + DAYS, short + DAYS, long + DAYS).replace(provenance="a file")
    expected = ("the times of 1 star are full Julian dates, those of 2 stars shorter", "c")
    assert [each for each in told(X) if "Julian" in each[0]] == [expected] * said


def test_a_point_beyond_all_times_does_not_hide_two_scales():
    time = np.r_[58000.5 + DAYS[:20], 2458000.5 + DAYS[:20], 1e13, np.inf]
    X = stars(time, 58000.5 + DAYS)
    assert "1 star mixes two time scales, 20 time stamps as JD and 20 as MJD" in told(X)[0][0]
    assert told(X)[0][1] == "a"
    # Neither does one alone: it is a stray, which cleaning drops.
    assert told(stars(np.r_[58000.5 + DAYS, 1e13])) == []


@pytest.mark.parametrize(
    ("time", "kind"),
    [
        (1850.0 + DAYS[:30] / 3, None),
        (2150.0 - DAYS[29::-1] / 3, None),
        (1900 + DAYS[:31] * 4, None),
        (np.linspace(1900, 2049, 310), "time in years?"),
        (np.linspace(1900, 2050, 310), None),
        # Two points in a year, and one more.
        (np.linspace(2000, 2005, 10), None),
        (np.linspace(2000, 2005, 11), "time in years?"),
        # Between two single numbers lie a thousandth of a day, or two.
        (np.float32(10000) + DAYS, None),
        (np.float32(17000) + DAYS, "time of single precision, of day lost?"),
        (np.r_[np.float32(50000) + DAYS, np.nan], "time of single precision, of day lost?"),
        (np.r_[np.float32(50000) + DAYS, 50050.1], None),
        # Of two points, one is the median's; of three, two are a century from it.
        (np.array([0.0, 40000.0, 80000.0]), "time in seconds?"),
        (np.array([0.0, 1.0, 80000.0]), None),
        (np.array([0.0, 36525.0]), None),
        (DAYS[:0], None),
        # Seconds of a century are the most that a star is observed for.
        (np.linspace(0, 36524.9 * 86400, 40), "time in seconds?"),
        (np.linspace(0, 36525.1 * 86400, 40), None),
        # Half of the points a century from the middle are no more than half.
        (np.repeat([0.0, 40000.0, 80000.0], [1, 5, 4]), None),
        (np.repeat([0.0, 40000.0, 80000.0], [2, 5, 4]), "time in seconds?"),
        (2149.4 + DAYS[:20] / 40, "time in years?"),
        (2000 + DAYS[:20] / 40, "time in years?"),
        # A single number is a whole one; a sixteenth of a day apart, two of them.
        (np.array([50000.25, 50000.5]), "time of single precision, of day lost?"),
        (np.array([50000.001, 50001.0]), None),
    ],
)
def test_hints_about_times_where_they_begin(time, kind):
    found = doubtful_times(time, np.array([0, len(time)]))
    assert [name for name, mask in found.items() if mask[0]] == ([kind] if kind else [])


def test_hints_are_of_each_star():
    """What stands behind a star with a point that is no number is judged by itself."""
    time = np.r_[np.nan, np.float32(50000) + DAYS, 2000 + DAYS / 4]
    found = doubtful_times(time, np.array([0, 41, 81]))
    assert {name: mask.tolist() for name, mask in found.items()} == {
        "time in seconds?": [False, False],
        "time in years?": [False, True],
        "time of single precision, of day lost?": [True, False],
    }


def test_bands_that_are_meant_are_not_told_of():
    X = stars(DAYS, band=np.resize(["V", "I"], 40))
    assert doubts(X, in_bands=True) == [] and len(doubts(X)) == 1


def test_two_hundred_stars_are_asked_for_zero_points():
    """Whether fields agree takes a while: what is wrong with a survey is wrong with the first stars."""
    good, bad = fields(0.0, n=10), fields(0.5, n=10)
    some = concatenate([good] * 199 + [bad] * 2)
    assert told(some)[0][0] == "the fields or cameras of 1 star have different zero points"
    assert told(some[1:])[0][0] == "the fields or cameras of 2 stars have different zero points"
    assert told(concatenate([good] * 200 + [bad])) == []


def test_the_scatter_of_either_field_explains_a_difference():
    rng = np.random.default_rng(1)
    time = np.repeat(np.arange(20.0), 2)
    for noisy in (0, 1):
        noise = np.where(np.arange(40) % 2 == noisy, 0.4, 0.01) * rng.uniform(-1, 1, 40)
        mag = 15 + noise + 0.5 * (np.arange(40) % 2)
        X = LightCurves(time, mag, ids=["a"], field=np.resize(["f1", "f2"], 40))
        assert told(X) == []
