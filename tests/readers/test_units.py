"""What names, units and sizes of numbers say, one by one: clocks, dates, brightnesses, errors, limits, codes."""

import numpy as np
import pytest

from sklearn_vartl.readers import _units


def near(*values):
    """A few numbers about the middle one of these."""
    return np.asarray(values, dtype=float)


@pytest.mark.parametrize(
    ("name", "middle", "zero", "scale", "words"),
    [
        ("HJD-2450000", 5000, 2450000.0, "hjd_utc", "HJD - 2450000"),
        ("HJD-2450000", 2455000, 0.0, "hjd_utc", "JD in full, though HJD - 2450000 is its name"),
        ("BJD - 2454833", 1000, 2454833.0, "bjd_tdb", "BJD - 2454833"),
        # A Modified Julian Date begins half a day later.
        ("MJD-50000", 8000, 2450000.5, None, "MJD - 50000"),
        ("days since 2015-01-01", 100, 2457023.5, None, "days since JD 2457023.5"),
        # The number of the name is passed where the values are dates in full.
        ("days since 2015-01-01", 2457100, 0.0, None, "JD"),
        ("BTJD", 1500, 2457000.0, "bjd_tdb", "BTJD"),
        ("TBJD", 1500, 2457000.0, "bjd_tdb", "TBJD"),
        ("BKJD", 1500, 2454833.0, "bjd_tdb", "BKJD"),
        ("BKJD", 2455000, 0.0, "bjd_tdb", "JD"),
        ("JD", 2455000, 0.0, None, "JD"),
        ("JD", 2.99e6, 0.0, None, "JD"),
        ("time", 5e8, None, None, "days"),
        ("time", 3.01e6, None, None, "days"),
        ("BMJD", 58000, 2400000.5, "bjd_tdb", "MJD"),
        ("MJD", 58000, 2400000.5, None, "MJD"),
        ("MJD", 10001, 2400000.5, None, "MJD"),
        ("MJD", 9999, None, None, "days"),
        ("MJD", 99999, 2400000.5, None, "MJD"),
        ("MJD", 100001, None, None, "days"),
        ("HJD", 40001, 2400000.0, "hjd_utc", "HJD - 2400000"),
        ("HJD", 39999, None, None, "days"),
        ("HJD", 89999, 2400000.0, "hjd_utc", "HJD - 2400000"),
        ("HJD", 90001, None, None, "days"),
        ("HJD", 19999, None, None, "HJD less a constant"),
        ("HJD", 20001, None, None, "days"),
        ("HJD", -5, None, None, "days"),
        ("time", 55000, None, None, "days"),
        ("BJD_UTC", 2455000, 0.0, "bjd_utc", "JD"),
        ("HJD (TT)", 2455000, 0.0, "hjd_tt", "JD"),
        ("MJD_TAI", 58000, 2400000.5, "tai", "MJD"),
        ("midPointTai", 58000, 2400000.5, "tai", "MJD"),
    ],
)
def test_clocks_by_their_names_and_sizes(name, middle, zero, scale, words):
    assert _units.clock(name, near(middle - 1, middle, middle + 1)) == (1.0, zero, scale, words)


@pytest.mark.parametrize(
    ("name", "middle", "unit", "days", "zero"),
    [
        ("time_s", 5e4, None, 1 / 86400, None),
        ("time", 5e4, "min", 1 / 1440, None),
        ("time [h]", 5e4, None, 1 / 24, None),
        ("time", 20, "yr", 365.25, None),
        ("hours since 2015-01-01T12:00", 50, None, 1 / 24, 2457024.0),
        # Computers count from 1970 on, JD 2440587.5.
        ("stamp", 1.5e9, None, 1 / 86400, 2440587.5),
        ("stamp", 1.5e12, None, 1e-3 / 86400, 2440587.5),
        ("stamp", 1.5e15, None, 1e-6 / 86400, 2440587.5),
        ("stamp", 1.5e18, None, 1e-9 / 86400, 2440587.5),
    ],
)
def test_clocks_in_other_steps_than_days(name, middle, unit, days, zero):
    factor, found, *_ = _units.clock(name, near(0.9 * middle, middle, 1.1 * middle), unit)
    assert factor == pytest.approx(days) and found == zero


@pytest.mark.parametrize(
    ("name", "number", "date"),
    [
        ("t", 20200131.25, True), ("t", 20201301, False), ("t", 20200001, False), ("t", 20200132, False),
        ("t", 20200100, False), ("t", 20201201, True), ("t", 20200131040506, True), ("t", 20201331040506, False),
        ("t", 2020031.25, True), ("t", 2020001, True), ("t", 2020000.5, False), ("t", 2020366.9, True),
        ("t", 2020367, False), ("date", 200131, True), ("night", 200131, True), ("t", 200131, False),
        ("date", 201331, False), ("t", 58000, False), ("t", 2458000.5, False), ("t", 1.5e9, False),
    ],
)  # fmt: skip
def test_numbers_that_are_dates(name, number, date):
    assert _units._are_calendar_days(name, np.array([number, np.nan])) is date


def test_dates_in_many_spellings_are_one():
    # MJD 58879 is the 31st of January 2020.
    for written in (
        "31.01.2020", "31 Jan 2020", "2020-Jan-31", "2020.01.31", "2020/1/31", "Jan 31, 2020", "31-January-2020",
        "2020-031", "2020:031",
    ):  # fmt: skip
        assert _units.as_dates([written]).tolist() == [58879.0], written
    for written, part in (
        ("2020 01 31.25", 0.25), ("20200131T060000", 0.25), ("01/31/2020 6:00 PM", 0.75),
        ("01/31/2020 12:00 AM", 0.0), ("01/31/2020 12:00 pm", 0.5), ("31.01.2020 06:00:00,5", 0.25 + 0.5 / 86400),
        ("2020-01-31.75", 0.75), ("2020-031T06:00", 0.25), ("2020:031:12:30:36", 0.521250), ("2020-031.5", 0.5),
        ("2020-01-31T06:00:00+03:00", 0.125), ("31 Jan 2020 06:00 +0300", 0.125),
    ):  # fmt: skip
        found = _units.as_dates([written, None])
        np.testing.assert_allclose(
            found, [58879 + part, np.nan], rtol=0, atol=1e-8, err_msg=written
        )


def test_whether_the_day_or_the_month_comes_first_is_told_by_one_beyond_twelve():
    assert _units.iso_dates(["12.01.2020", "13.01.2020"]) == ["2020-01-12", "2020-01-13"]
    assert _units.iso_dates(["01/12/2020", "", "01/13/2020"]) == ["2020-01-12", None, "2020-01-13"]
    for unclear in (["12.01.2020"], ["12.12.2020"], ["13.01.2020", "01.13.2020"]):
        with pytest.raises(ValueError, match="may begin with the day or the month"):
            _units.iso_dates(unclear)
    for none in ("31 Foo 2020", "nobody"):
        assert _units.iso_dates([none]) is None
    # Of days of the year there are 366.
    assert _units.as_dates(["2020-366"]).tolist() == [58849.0 + 365]
    for none in ("2020-000", "2020-367"):
        assert _units.as_dates([none]) is None


@pytest.mark.parametrize(
    ("name", "base", "unit"),
    [
        ("flux (mJy)", "flux", "mJy"), ("i:magpsf", "magpsf", None), ("-mag", "minusmag", None), ("S/N", "snr", None),
        ("mag +/-", "magerr", None), ("sigma(mag)", "sigmamag", "mag"), ("HJD-2450000", "hjd", None),
        ("days since 2015-01-01", "time", None), ("time_s", "times", "s"), ("err_mag", "errmag", None),
        ("flux_ppm", "fluxppm", "ppm"), ("#  Mag.", "mag", None), ("f []", "f", None), ("mag", "mag", None),
    ],
)  # fmt: skip
def test_names_without_units_and_marks(name, base, unit):
    assert (_units.base_name(name), _units.named_unit(name)) == (base, unit)


@pytest.mark.parametrize(
    ("name", "unit", "quantity", "factor", "offset", "words"),
    [
        ("mag", None, "mag", 1.0, 0.0, None),
        ("mag", "mmag", "mag", 1e-3, 0.0, "in mmag, turned into magnitudes"),
        ("Vmmag", None, "mag", 1e-3, 0.0, "in mmag, turned into magnitudes"),
        ("delta_mmag", None, "mag", 1e-3, 0.0, "in mmag, turned into magnitudes"),
        ("TAMMAG2", None, "mag", 1.0, 0.0, None),
        ("Vmmag", "mag", "mag", 1.0, 0.0, None),
        ("f", "ppm", "flux", 1e-6, 1.0, "in ppm of the mean, turned into relative flux"),
        ("f_ppt", None, "flux", 1e-3, 1.0, "in ppt of the mean, turned into relative flux"),
        ("f [%]", None, "flux", 1e-2, 1.0, "in % of the mean, turned into relative flux"),
        ("f_ppm", "mJy", "flux", 1.0, 0.0, "mJy"),
        ("f", "erg", "flux", 1.0, 0.0, None),
    ],
)
def test_units_of_brightnesses(name, unit, quantity, factor, offset, words):
    assert _units.brightness_unit(name, unit, quantity) == (factor, offset, words)


@pytest.mark.parametrize(
    ("name", "quantity", "given", "error"),
    [
        # An error of 1 % is one of 2.5 / ln(10) hundredths of a magnitude.
        ("snr", "mag", 100.0, 0.010857362),
        ("mag_sn", "flux", 4.0, 12.5),
        ("S/N", "flux", -4.0, 12.5),
        ("flux_ivar", "flux", 4.0, 0.5),
        ("invvar", "flux", 0.25, 2.0),
        ("flux_var", "flux", 0.25, 0.5),
        ("variance", "flux", 4.0, 2.0),
    ],
)
def test_errors_in_other_forms(name, quantity, given, error):
    form = _units.error_form(name)
    assert (form is None) is (name == "mag_sn")
    found = _units.error_of_form(np.array([given]), form or "sn", np.array([50.0]), quantity)
    assert found[0] == pytest.approx(error)


def test_what_is_called_by_no_form_is_an_error():
    for name in ("err", "variable", "snratio", "var"):
        assert _units.error_form(name) is None


@pytest.mark.parametrize(
    ("name", "unit", "of_values", "quantity", "given", "error"),
    [
        ("err", "%", None, "flux", 2.0, 1.0),
        ("err_percent", None, None, "flux", 2.0, 1.0),
        ("err", "ppm", None, "flux", 2.0, 1e-4),
        ("err", "%", None, "mag", 2.0, 0.021714724),
        ("err", "mmag", None, "mag", 20.0, 0.02),
        ("err", None, None, "mag", 0.02, 0.02),
        ("err", "uJy", "mJy", "flux", 5.0, 0.005),
        ("err", "Jy", "mJy", "flux", 5.0, 5000.0),
        ("err", "mJy", "nJy", "flux", 5.0, 5e6),
        ("err", "mJy", "mJy", "flux", 5.0, 5.0),
        ("err", "mJy", None, "flux", 5.0, 5.0),
    ],
)
def test_errors_in_other_units_than_their_values(name, unit, of_values, quantity, given, error):
    value = np.array([-50.0])
    found, _ = _units.error_in_unit(np.array([given]), name, unit, value, of_values, quantity)
    assert found[0] == pytest.approx(error)


def test_numbers_as_people_write_them():
    written = {
        "14.2": (14.2, False), "<14.2": (14.2, True), "> 14.2": (14.2, True), "[14.2]": (14.2, True),
        "(14.2)": (14.2, True), "14.2:": (14.2, False), "14.2?": (14.2, False), "14.2 (UL)": (14.2, True),
        "14.2<": (14.2, True), "fainter than 14.2": (14.2, True), "14.2 mag": (14.2, False), "~14.2": (14.2, False),
        "2.4D+05": (2.4e5, False), "\u22123.5": (-3.5, False), ">=14": (14.0, True), "inf": (np.inf, False),
        "n/a": (np.nan, False), "": (np.nan, False),
    }  # fmt: skip
    numbers, limits = _units.numbers_and_limits(np.array([*written, None], dtype=object), "mag")
    np.testing.assert_array_equal(numbers[:-1], [number for number, _ in written.values()])
    assert limits[:-1].tolist() == [limit for _, limit in written.values()]
    assert np.isnan(numbers[-1]) and not limits[-1]
    # Where none is a limit, none is told.
    assert _units.numbers_and_limits(np.array(["1", "2:"], dtype=object), "mag")[1] is None
    for wrong, said in (("1.2.3", "dates are read as"), ("faint", "faint' in row 2; one number")):
        with pytest.raises(ValueError, match=said):
            _units.numbers_and_limits(np.array(["1", wrong], dtype=object), "mag")
    with pytest.raises(TypeError, match=r"mag must be real numbers, got \(1, 2\)"):
        values = np.empty(1, dtype=object)
        values[0] = (1, 2)
        _units.numbers_and_limits(values, "mag")


@pytest.mark.parametrize(
    ("numbers", "time", "codes", "states", "julian"),
    [
        ([1, 2, 3, 4], False, True, False, False),
        ([0, 1, 2, 3], False, True, True, False),
        ([2, 3, 4, 5], True, True, False, False),
        ([1, 2, 3, 5], True, True, False, False),
        ([1, 2], True, True, False, False),
        ([], False, True, True, False),
        ([7, 7, 7], False, True, False, False),
        ([0.5, 1.5, 3], True, False, False, False),
        ([np.nan, 0, 5], True, True, True, False),
        ([2450000, 2450001], True, True, False, True),
        ([2399999, 2450001], True, True, False, False),
        ([2450000, 2500001], True, True, False, False),
        ([15001, 79999, 40000], True, True, False, True),
        ([14999, 79999, 40000], True, True, False, False),
        ([15001, 80001, 40000], True, True, False, False),
        # Where no time was written.
        ([0, 51000, 51001.5], True, False, False, True),
        ([0, 51000], True, True, True, False),
    ],
)
def test_what_numbers_can_be(numbers, time, codes, states, julian):
    numbers = np.array(numbers, dtype=float)
    assert _units.is_time(numbers) is time and _units.are_codes(numbers) is codes
    if len(numbers):
        assert _units.are_states(numbers) is states
    assert _units.are_julian(numbers) is julian


def test_days_and_magnitudes_by_their_size():
    for numbers, days in (([1, 2, 3], True), ([1, 2], False), ([1, 2, 3.5], False)):
        assert _units.are_whole_days(np.array(numbers, dtype=float)) is days
    for numbers, magnitudes in (
        ([99999, -99999], True),
        ([100001.0] * 2, False),
        ([np.nan], False),
    ):
        assert _units.is_magnitude(np.array(numbers, dtype=float)) is magnitudes
    assert _units.is_time(None) and _units.is_magnitude(None) and not _units.are_whole_days(None)
    assert np.isnan(_units.middle_of(np.array([np.nan]))) and _units.middle_of(near(3, 1, 2)) == 2
