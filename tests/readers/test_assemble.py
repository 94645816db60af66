"""What values stand for, one decision at a time: just enough of it, and just too little."""

from types import SimpleNamespace

import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurves
from sklearn_vartl.readers import _assemble, _presets

N = 12
E = np.full(N, 0.02)


def mask(found, n):
    return [False] * n if found is None else found.tolist()


@pytest.mark.parametrize(
    ("value", "error", "factor", "absent"),
    [
        # Magnitude and error of 0 where no other magnitude is 0, and most errors are there.
        ([0, 0, 1, 2, 3], [0, 0, 0.1, 0.1, 0.1], 1, 2), ([0, 0, 1, 2], [0, 0, 0.1, 0.1], 1, 0),
        ([0, 0, 0, 2, 3], [0, 0, 0.1, 0.1, 0.1], 1, 0), ([0, 0, 1, 2, 3], [0, 0, 0, 0.1, 0.1], 1, 0),
        # One whole number of 20 and more, 3 mag above five others.
        ([20, 16.9, 16, 15, 14, 13], [0, 1, 1, 1, 1, 1], 1, 1), ([20, 17, 16, 15, 14, 13], [0, 1, 1, 1, 1, 1], 1, 0),
        ([19, 14, 14, 14, 14, 14], [0, 1, 1, 1, 1, 1], 1, 0), ([20.5, 14, 14, 14, 14, 14], [0, 1, 1, 1, 1, 1], 1, 0),
        ([25, 14, 14, 14, 14], [0, 1, 1, 1, 1], 1, 0), ([25, 30, 14, 14, 14, 14, 14], [0, 0, 1, 1, 1, 1, 1], 1, 0),
        # Of thousandths of a magnitude it is as many.
        ([25000, 14000, 14000, 14000, 14000, 14000], [0, 1, 1, 1, 1, 1], 1e-3, 1),
        ([25, 14, 14, 14, 14, 14], [0, 1, 1, 1, 1, 1], 1e-3, 0),
        ([np.nan, 14, 14, 14, 14, 14], [0, 1, 1, 1, 1, 1], 1, 0), ([25, 14, 14, 14, 14, 14], [1] * 6, 1, 0),
    ],
)  # fmt: skip
def test_values_with_errors_of_zero(value, error, factor, absent):
    found = _assemble._without_error(np.array(value, float), np.array(error, float), factor)
    assert mask(found, len(value)) == [k < absent for k in range(len(value))]
    assert _assemble._without_error(np.array(value, float), None, factor) is None


@pytest.mark.parametrize(
    ("value", "factor", "absent"),
    [
        ([0, 3.0, 4], 1, True), ([0, 2.9, 4], 1, False), ([-9.99, 3.0, 4], 1, True), ([0, np.nan], 1, False),
        ([0, 3000, 4000], 1e-3, True), ([0, 30, 40], 1e-3, False), ([-2, 3.0, 4], 1, False), ([1, 3.0, 4], 1, False),
    ],
)  # fmt: skip
def test_zeros_far_from_all_others(value, factor, absent):
    value = np.array(value, float)
    found = _assemble._lone_zeros(value, _assemble.reach(value), factor)
    assert mask(found, len(value)) == [absent, *[False] * (len(value) - 1)]


@pytest.mark.parametrize(
    ("error", "factor", "absent"),
    [
        (9.999, 1, True), (9.99, 1, True), (9.9, 1, True), (9.9999, 1, True), (100.0, 1, True), (99.9, 1, True),
        (9.5, 1, False), (8.999, 1, False), (-9.0, 1, True), (-8.9, 1, False), (-9.999, 1e-3, True),
        (9.99, 1e-3, False),
        (99.99, 1e-3, False), (999.0, 1e-3, False), (9999.0, 1e-3, True), (99999.0, 1e-3, True),
        (np.nan, 1, False), (1e20, 1, True),
    ],
)  # fmt: skip
def test_errors_that_stand_for_none(error, factor, absent):
    errors = np.array([0.1, error, 0.2])
    found = _assemble._measured_errors(errors, "mag", factor)
    assert np.isnan(found[1]) == (absent or np.isnan(error))
    assert found[[0, 2]].tolist() == [0.1, 0.2] and errors[[0, 2]].tolist() == [0.1, 0.2]
    # Errors of fluxes may be of any size that is measured.
    of_flux = _assemble._measured_errors(np.array([0.1, error, 0.2]), "flux", factor)
    assert np.isnan(of_flux[1]) == (error == 1e20 or np.isnan(error))


@pytest.mark.parametrize(
    ("value", "error", "limits"),
    [
        ([14, 15, 16], [-1, 0.1, 0.1], [0]), ([14, 15, 16], [-1, -1, -1], []), ([14, 15, 16], [-0.5, 0.1, 0.1], []),
        ([np.nan, 15, 16], [-1, 0.1, 0.1], []), ([14, 15, 16], [-2, 0.1, 0.1], []), ([14, 15, 16], [-2, -1, 0.1], [1]),
        ([14, 15, 16], [-1, 0, 0], []), ([14, 15, 16], None, []),
    ],
)  # fmt: skip
def test_errors_of_minus_one_tell_limits(value, error, limits):
    error = None if error is None else np.array(error, float)
    found = _assemble._limits_by_error(np.array(value, float), error)
    assert (found is None) == (not limits)
    assert np.flatnonzero(mask(found, 3)).tolist() == limits


@pytest.mark.parametrize(
    ("value", "error", "quantity", "absent"),
    [
        # Values that equal their errors stand for none among fluxes, and are measured among magnitudes.
        ([-1, 5, 6], [-1, 1, 1], "flux", [0]), ([0, 5, 6], [0, 1, 1], "flux", [0]), ([2, 5, 6], [2, 1, 1], "flux", []),
        ([-0.1, 0.1, 0.2], [-0.1, 0.1, 0.1], "mag", []), ([-1, 5, 6], [1, 1, 1], "flux", []),
        ([0, 0, 0.1, 0.2], [0, 0.1, 0.1, 0.1], "mag", []), ([-1, 5, 6], None, "flux", []),
        ([99.9, 14, 15], None, "mag", [0]), ([99.9, 14, 15], None, "flux", []),
    ],
)  # fmt: skip
def test_values_that_are_not_measured(value, error, quantity, absent):
    value = np.array(value, float)
    error = None if error is None else np.array(error, float)
    plain = _presets.SurveyPreset()
    found = _assemble._unmeasured(value, _assemble.reach(value), error, plain, quantity, 1.0)
    assert np.flatnonzero(found).tolist() == absent


@pytest.mark.parametrize(("step", "absent"), [(5.1, True), (4.9, False)])
def test_placeholders_among_thousandths_are_five_magnitudes_away(step, absent):
    others = 999.0 - 1000 * step
    value = np.array([999.0, others - 1, others, others + 1])
    plain = _presets.SurveyPreset()
    found = _assemble._unmeasured(value, _assemble.reach(value), None, plain, "mag", 1e-3)
    assert found.tolist() == [absent, False, False, False]


def days_told(time, n_stars=1, band=None, dates=False, zero=None):
    """What is said of days without a time of the day."""
    time = np.asarray(time, float)
    offsets = np.linspace(0, len(time), n_stars + 1).astype(int)
    X = LightCurves(time, np.full(len(time), 14.0), None, offsets, band=band, time_zero=zero)
    return [each.what for each in _assemble._days_alone(X, "night", dates)]


def test_days_without_a_time_of_the_day():
    days = np.array([51000.0, 51001, 51002, 51003, 51004])
    alone = ["night holds days without the time of the day"]
    assert days_told(days) == alone and days_told(days, dates=True) == [
        "night holds dates without the time of the day"
    ]
    # Four are too few to tell; small numbers count something, if nobody says that they are dates.
    assert days_told(days[:4]) == [] and days_told(days - 11003) == []
    assert days_told(days - 11001) == alone and days_told(days - 11003, zero=0.0) == alone
    assert days_told(days - 11003, zero=2450000.0) == []
    # One with a time of the day tells that the others were at midnight.
    late = np.r_[np.arange(101.0), 200.5] + 51000
    assert days_told(late) == [] and days_told(late[:100]) == alone
    assert days_told([np.nan, 51000.5, *days]) == [] and days_told([np.nan, *days]) == alone


def test_days_that_points_share():
    same = [5.0, 5, 5, 5, 6]
    three = ["night holds days without the time of the day, 3 points share theirs"]
    # Whatever the order of the rows; half of them are not most of them.
    assert days_told(same) == days_told([5.0, 6, 5, 5, 5]) == three
    assert days_told([5.0, 5, 5, 5, 6, 7]) == []
    # Points of other stars, or in other bands, may be of the same day.
    assert days_told([5.0] * 6, 6) == []
    assert days_told(same, band=np.array(list("VIBRV"), object)) == []
    assert days_told(same, band=np.array(["V"] * 5, object)) == three


@pytest.mark.parametrize(
    ("n_negative", "n", "told"), [(3, 10, None), (4, 10, "40%"), (4, 9, None), (10, 10, "100%")]
)
def test_fluxes_around_zero(n_negative, n, told):
    flux = np.where(np.arange(n) < n_negative, -1.0, 1.0)
    X = LightCurves(np.arange(n), flux, None, [0, n], quantity="flux")
    said = [each.what for each in _assemble._around_zero(X, "dflux")]
    assert len(said) == (told is not None)
    assert told is None or said[0].startswith(f"{told} of the fluxes in dflux are negative")


def decided(value, error=None, *, name="flux", error_name="err", unit=None, error_unit=None):
    """Values, errors and words, of a column with this name and unit."""
    quantity = "mag" if "mag" in name else "flux"
    columns = SimpleNamespace(
        quantity=quantity, names={quantity: name, quantity + "err": error_name},
        preset=_presets.SurveyPreset(),
    )  # fmt: skip
    units, words = {quantity: unit, quantity + "err": error_unit}, {}
    units = {role: each for role, each in units.items() if each}
    error = None if error is None else np.array(error, float)
    return *_assemble._in_unit(np.array(value, float), error, columns, units, words), words


def test_relative_fluxes_less_one_have_it_added():
    value, error, words = decided([-2e5, 0, 1e5], [1e4] * 3, name="flux [ppm]")
    np.testing.assert_allclose(value, [0.8, 1.0, 1.1])
    np.testing.assert_allclose(error, 0.01)
    assert words == {"flux": "in ppm of the mean, turned into relative flux"}
    # Where they are about 1 already, it is in them.
    assert decided([0.98e6, 1.0e6, 1.02e6], name="flux [ppm]")[0].tolist() == [0.98, 1.0, 1.02]
    assert decided([49, 49, 49.0], name="flux [%]")[0][0] == pytest.approx(1.49)
    assert decided([51, 51, 51.0], name="flux [%]")[0][0] == pytest.approx(0.51)
    assert np.isnan(decided([np.nan], name="flux [%]")[0]).all()


def test_an_error_has_its_own_unit_or_that_of_its_values():
    named = {"name": "mag [mmag]"}
    value, error, _ = decided([14000.0], [20.0], **named)
    assert value[0] == pytest.approx(14) and error[0] == pytest.approx(0.02)
    error = decided([14000.0], [20.0], error_name="err [mmag]", **named)[1]
    assert error[0] == pytest.approx(0.02)
    assert decided([14000.0], [0.02], error_unit="mag", **named)[1][0] == pytest.approx(0.02)
    value, error, words = decided([14.0], [20.0], name="mag", error_name="err [mmag]")
    assert value[0] == 14 and error[0] == pytest.approx(0.02)
    assert words == {"magerr": "in mmag, turned into magnitudes"}
    _, error, words = decided([5.0], [20.0], name="flux [mJy]", error_name="err [uJy]")
    assert error[0] == pytest.approx(0.02)
    assert words == {"flux": "mJy", "fluxerr": "uJy, turned into mJy"}
    assert decided([14.0], None, name="mag")[1] is None


def test_errors_of_magnitudes_from_the_fluxes_beside_them():
    flux = np.array([100.0, 200.0, 400.0, -5.0])
    columns = SimpleNamespace(names={"snr flux": "f", "snr error": "df"})

    def error_of(mag, words):
        points = {"snr flux": flux, "snr error": np.array([1.0, 4.0, 8.0, 1.0])}
        return _assemble._error_of_flux(mag, points, columns, words)

    with np.errstate(invalid="ignore"):
        mag = 22 - 2.5 * np.log10(flux)
    # An error of one in a hundred is 2.5 / ln(10) hundredths of a magnitude.
    np.testing.assert_allclose(error_of(mag, {})[:3], 1.0857362 * np.array([0.01, 0.02, 0.02]))
    # They may differ by a twentieth of a magnitude, not by more, and by any zero point.
    near = mag + np.array([0.04, 0, -0.04, 0])
    far = mag + np.array([0.06, 0, -0.06, 0])
    words = {}
    assert error_of(near, words) is not None and words == {}
    assert error_of(far, words) is None
    assert words == {"magerr": "none: the fluxes are not those of the magnitudes"}
    assert error_of(np.full(4, np.nan), words) is None


@pytest.mark.parametrize(
    ("time", "preset", "zero", "words"),
    [
        (2455000.0, 0.0, 0.0, "JD"), (55000.0, 0.0, 2400000.0, "JD - 2400000"), (5000.0, 0.0, None, "days"),
        (30001.0, 0.0, 2400000.0, "JD - 2400000"), (29999.0, 0.0, None, "days"), (90001.0, 0.0, None, "days"),
        (1999999.0, 0.0, None, "days"), (2000001.0, 0.0, 0.0, "JD"), (-5.0, 0.0, 0.0, "JD"),
        (55000.0, 2400000.5, 2400000.5, "JD - 2400000.5"), (5000.0, 2450000.0, 2450000.0, "JD - 2450000"),
        (5000.0, _presets.JD_OR_SHORT, 2450000.0, "JD - 2450000"), (2455000.0, _presets.JD_OR_SHORT, 0.0, "JD"),
        (np.nan, _presets.JD_OR_SHORT, None, "days"),
    ],
)  # fmt: skip
def test_clocks_of_surveys_by_the_size_of_their_numbers(time, preset, zero, words):
    columns = SimpleNamespace(
        names={"time": "t"}, preset=_presets.SurveyPreset(times={"t": (preset, "utc")})
    )
    said = {}
    found = _assemble._time(np.full(5, time), columns, {}, {}, said)
    assert found[1:] == (zero, "utc") and said == {"time": words}
    np.testing.assert_array_equal(found[0], np.full(5, time))


def test_times_of_a_survey_in_seconds_unless_they_are_days_already():
    columns = SimpleNamespace(
        names={"time": "t"},
        preset=_presets.SurveyPreset(times={"t": (2455197.5, "tcb", 86400.0)}),
    )
    for time, days in ((1.5e8, 1.5e8 / 86400), (1736.0, 1736.0)):
        found = _assemble._time(np.full(3, time), columns, {}, {}, {})
        assert found[0].tolist() == [days] * 3 and found[1] == 2455197.5


def test_times_that_are_words_are_the_numbers_they_say():
    columns = SimpleNamespace(names={"time": "mjd"}, preset=_presets.SurveyPreset())
    words = np.array(["58000.5", " 58001.25 ", "58002.5:", "null"], dtype=object)
    time, zero, _ = _assemble._time(words, columns, {}, {}, {})
    np.testing.assert_array_equal(time, [58000.5, 58001.25, 58002.5, np.nan])
    assert zero == 2400000.5
    words[2] = "tonight"
    with pytest.raises(
        TypeError, match="numbers of days, or dates such as .*: column mjd holds 'tonight' in row 3"
    ):
        _assemble._time(words, columns, {}, {}, {})


def test_what_was_decided_in_a_line():
    columns = SimpleNamespace(
        quantity="mag", names={"time": "mjd", "mag": "m", "reject:x": "cloud", "snr": "s2n", "id": "star"},
        remarks=("a remark",), left_over=tuple(f"c{k}" for k in range(22)),
    )  # fmt: skip
    said = {"time": "MJD", "not measured": "2 magnitudes of 99", "id": "by name"}
    line = _assemble._provenance(columns, said, {f"r{k}": 0 for k in range(13)})
    parts = line.split("; ")
    assert parts[0].startswith("id <- star (by name), time <- mjd (MJD), mag <- m, magerr <- s2n, ")
    assert "upper limits <- none" in parts[0] and "band" not in parts[0]
    assert parts[1:4] == [
        "taken as not measured: 2 magnitudes of 99", "a remark",
        f"one value a star: {', '.join(f'r{k}' for k in range(12))}",
    ]  # fmt: skip
    assert parts[4] == f"left over: {', '.join(f'c{k}' for k in range(20))} and 2 more"
    few = SimpleNamespace(
        quantity="flux", names={"time": "t", "flux": "f"}, remarks=(), left_over=("a", "r")
    )
    line = _assemble._provenance(few, {"limit": "ul"}, {"r": 0})
    assert line == (
        "time <- t, flux <- f, fluxerr <- none, upper limits <- ul; one value a star: r; left over: a"
    )
