"""What is said of a period beside itself: doubling by class, epoch, amplitude, what speaks against it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sklearn_vartl.periodogram import period_table, physical_period, search_periods
from sklearn_vartl.periodogram._candidates import ephemerides
from sklearn_vartl.periodogram._significance import period_flags

ECLIPSING = "EC ecl EB/EW EW/KW EA/SD Algol contact EC/ESD eb ew ea Eclipsing EA-D".split()
ECLIPSING += ["beta Lyrae", "ecl_c", "W UMa", "ELL", "RS", "BY"]


@pytest.mark.parametrize("name", ECLIPSING)
def test_classes_of_any_spelling_are_doubled(name):
    assert physical_period([0.2], [0.0], [name])[0] == 0.4


@pytest.mark.parametrize("name", ["RRab", "delta Sct", "CEP"])
def test_pulsating_stars_are_not(name):
    assert physical_period([0.2], [50.0], [name])[0] == 0.2


def test_a_cycle_with_two_minima_is_not_doubled_again():
    period = physical_period([2.0] * 4, [0, 0, 50, 0], "EA", even_share=[0.9, 0.1, 0.9, np.nan])
    assert_allclose(period, [2, 4, 4, 4])


def test_stars_that_do_not_vary_have_no_period():
    period = physical_period([2.0, 3.0], [0, 0], ["constant", "quasar"])
    assert np.isnan(period).all()


def eclipsing(rng, n=500):
    time = np.sort(rng.uniform(5000, 5300, n))
    phase = (time - 5010.25) / 2.5
    primary, secondary = (np.abs((phase - c + 0.5) % 1 - 0.5) < 0.04 for c in (0, 0.5))
    return time, 14 + 0.6 * primary + 0.3 * secondary + rng.normal(0, 0.01, n)


def test_an_eclipsing_star_has_the_epoch_and_the_depth_of_its_primary_eclipse(rng):
    time, mag = eclipsing(rng)
    found = search_periods(time, mag, np.full(time.size, 0.01), [0, time.size])
    table = period_table(found, ["EA"])
    assert table["period"][0] == pytest.approx(2.5, rel=1e-4)
    cycles = (table["epoch"][0] - 5010.25) / 2.5
    assert abs(cycles - round(cycles)) < 0.01
    assert abs(table["epoch"][0] - 5150) < 5
    assert table["amplitude"][0] == pytest.approx(0.6, abs=0.06)
    assert table["period_flag"][0] == ""
    assert 0 < table["period_error"][0] < 1e-3


def test_a_two_minima_fold_has_a_share_of_even_harmonics_that_says_so(rng):
    time = np.sort(rng.uniform(0, 300, 400))
    turn = 2 * np.pi * time / 1.37
    noise = rng.normal(0, 0.01, 400)
    # So much of the whole cycle that its own period scores better than the half.
    two = search_periods(
        time, 0.3 * np.cos(2 * turn) + 0.08 * np.cos(turn) + noise, np.full(400, 0.01), [0, 400]
    )
    one = search_periods(time, 0.3 * np.cos(turn) + noise, np.full(400, 0.01), [0, 400])
    assert one.even_share[0] < 0.02
    if two.shape_period[0] > 1:
        assert two.even_share[0] == pytest.approx(0.3**2 / (0.3**2 + 0.08**2), abs=0.02)


def test_a_pulsating_star_has_the_epoch_of_its_maximum(rng):
    time = np.sort(rng.uniform(100, 400, 300))
    mag = 12 - 0.4 * np.cos(2 * np.pi * (time - 100.2) / 0.7) + rng.normal(0, 0.01, 300)
    found = search_periods(time, mag, np.full(300, 0.01), [0, 300])
    table = period_table(found, ["RRab"])
    cycles = (table["epoch"][0] - 100.2) / 0.7
    assert abs(cycles - round(cycles)) < 0.01
    cycles = (found.epoch_minimum[0] - 100.55) / 0.7
    assert abs(cycles - round(cycles)) < 0.01
    assert table["amplitude"][0] == pytest.approx(0.8, abs=0.02)
    assert table["significance"][0] == -found.log10_fap[0] > 50


def test_classes_without_period_leave_every_column_empty(rng):
    time, mag = eclipsing(rng)
    found = search_periods(time, mag, np.full(time.size, 0.01), [0, time.size])
    table = period_table(found, ["QSO"])
    assert table.pop("period_flag")[0] == ""
    assert all(np.isnan(values[0]) for values in table.values())


def test_flags_name_the_cadence_and_the_open_choice():
    period = np.array([1.0, 0.99727, 0.5, 1 / 3, 0.62, 29.53, 29.0, 366.0, 182.0, np.nan])
    flags = period_flags(
        period, np.full(10, 1000.0), np.array([20, 5, 20, 20, 9, 20, 20, 20, 20, 0])
    )
    assert flags.tolist() == [
        "day", "day,open", "day", "day", "open", "month", "", "year", "year", "open"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        # Solar and sidereal days; a star's day is 365.25 / 366.25 of the Sun's.
        ("day", 1, 366.25 / 365.25),
        ("day", 2, 2 * 366.25 / 365.25),
        ("day", 3, 3 * 366.25 / 365.25),
        ("month", 1 / 29.53, 1 / 29.53),
        ("month", 2 / 29.53, 2 / 29.53),
        ("year", 1 / 365.25, 1 / 365.25),
        ("year", 2 / 365.25, 2 / 365.25),
    ],
)
def test_a_cadence_is_as_wide_as_a_peak(name, first, last):
    half = 0.5 / 2e5
    frequency = np.array(
        [first - 1.1 * half, first - 0.9 * half, last + 0.9 * half, last + 1.1 * half]
    )
    flags = period_flags(1 / frequency, np.full(4, 2e5), np.full(4, 20.0))
    assert flags.tolist() == ["", name, name, ""]


def test_four_days_three_months_and_three_years_are_no_cadence():
    frequency = np.array([4, 3 / 29.53, 3 / 365.25])
    assert period_flags(1 / frequency, np.full(3, 2e5), np.full(3, 20.0)).tolist() == [""] * 3


def test_an_open_choice_says_how_the_runner_up_differs():
    # A day apart on either side of zero, a sidereal day, a year, none of these; then a gap that decides.
    frequency = np.array([1.6, 0.3, 1.6, 1.6, 1.6, 1.6, 1.6, 1.6])
    other = np.array([0.6, 0.7, 2.60274, 1.60274, 3.2, 0.8, 1.77, 0.6])
    flags = period_flags(
        1 / frequency, np.full(8, 2000.0), np.array([5.0] * 7 + [20.0]), runner_up=1 / other
    )
    assert flags.tolist() == [
        "open:day", "open:day", "open:day", "open:year", "open:half", "open:double", "open", ""
    ]  # fmt: skip
    # Three days cannot tell a day from most other differences.
    assert period_flags(
        np.array([0.6]), np.array([3.0]), np.array([5.0]), runner_up=np.array([0.9])
    ).tolist() == ["open"]


def test_ten_nights_leave_the_daily_alias_open(rng):
    time = np.sort((np.arange(10)[:, None] + rng.uniform(0, 0.2, (10, 4))).ravel())
    mag = 15 + 0.3 * np.sin(2 * np.pi * time / 0.4321) + rng.normal(0, 0.15, time.size)
    found = search_periods(time, mag, np.full(time.size, 0.15), [0, time.size])
    assert found.shape_period[0] == pytest.approx(0.4321, abs=0.002)
    assert found.flag[0] == "open:day"
    assert period_table(found)["period_flag"][0] == "open:day"


def test_no_label_is_the_light_curve_alone(rng):
    time, mag = eclipsing(rng)
    found = search_periods(time, mag, np.full(time.size, 0.01), [0, time.size])
    assert period_table(found)["period"][0] == found.period[0]


@pytest.mark.parametrize(("cycles", "few"), [(1.4, True), (5.0, False)])
def test_too_few_eclipses_for_a_period_are_flagged(cycles, few, rng):
    time = np.arange(0, 25, 0.03)
    phase = time / (25 / cycles) + 0.35
    mag = 12 + 0.4 * (np.abs(phase - np.round(phase)) < 0.02) + rng.normal(0, 0.002, time.size)
    found = search_periods(time, mag, np.full(time.size, 0.002), [0, time.size])
    assert ("few" in period_table(found, ["EA"])["period_flag"][0]) == few
    assert "few" not in period_table(found, ["RRAB"])["period_flag"][0]


def test_the_evidence_doubles_periods_that_stay_below_twenty_days():
    period = np.array([0.05, 9.99, 10.0, 10.01])
    assert physical_period(period, np.full(4, 16.0)).tolist() == [0.1, 19.98, 10.0, 10.01]
    # Fifteen is not yet evidence.
    assert physical_period(period, np.full(4, 15.0)).tolist() == period.tolist()
    # The same where the class is missing.
    assert physical_period(period, np.full(4, 16.0), [None] * 4).tolist() == [
        0.1,
        19.98,
        10.0,
        10.01,
    ]


def test_alternating_stars_are_doubled_by_evidence_or_beyond_twenty_days():
    period = physical_period([19.0, 21.0, 19.0, 20.0], [0, 0, 16, 0], "RVTAU")
    assert period.tolist() == [19.0, 42.0, 38.0, 20.0]
    assert physical_period([19.0, 21.0], [0, 0], ["T2CEP", "RRAB"]).tolist() == [19.0, 21.0]


def test_two_minima_in_a_cycle_are_a_share_above_055():
    period = physical_period([2.0, 2.0, 2.0], [0, 0, 16], "EC", even_share=[0.54, 0.56, 0.56])
    assert period.tolist() == [4.0, 2.0, 4.0]


def test_no_amplitude_where_parts_of_the_cycle_were_not_seen(rng):
    """Steep slopes at a few phases make a series run away between them: 20,000 mag were told."""
    jitter = rng.uniform(-0.01, 0.01, 400)
    time = np.arange(400) * 1.2 + jitter
    mag = 12 + 40 * jitter
    light = np.full((1, 3), np.nan)
    points = time, mag, np.ones(400), np.array([0, 400])
    ephemerides(*points, np.ones(1), np.zeros(1, dtype=bool), light)
    assert np.isfinite(light[0, :2]).all() and np.isnan(light[0, 2])
    # The same slopes all around the cycle.
    time = np.sort(rng.uniform(0, 400, 400))
    points = time, 12 + 0.4 * np.sin(2 * np.pi * time), np.ones(400), np.array([0, 400])
    ephemerides(*points, np.ones(1), np.zeros(1, dtype=bool), light)
    assert_allclose(light[0, 2], 0.8, rtol=0.02)
