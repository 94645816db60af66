"""Every row of the table in docs/input.md is what happens."""

import re
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from sklearn_vartl import LightCurveFeatures, LightCurves

DOCS = Path(__file__).resolve().parents[1] / "docs" / "input.md"
N = 60
RNG = np.random.default_rng(0)
TIME = np.sort(RNG.uniform(0, 300, N))
MAG = 15 + 0.3 * np.sin(2 * np.pi * TIME / 0.57) + RNG.normal(0, 0.02, N)
ERROR = np.full(N, 0.02)
FEATURES = LightCurveFeatures(["period", "amplitude", "stetson_k"])


def curve(time=TIME, mag=MAG, magerr=ERROR, **further):
    return LightCurves(time, mag, magerr, ids=["V1"], **further)


def changed(array, value, places=(3,)):
    array = array.copy()
    array[list(places)] = value
    return array


def with_units(time, mag):
    units = pytest.importorskip("astropy.units")
    return curve((TIME * units.day).to(time), MAG * units.Unit(mag), ERROR)


def two_stars(ids):
    twice = (np.tile(values, 2) for values in (TIME, MAG, ERROR))
    return LightCurves(*twice, [0, N, 2 * N], ids=ids)


def table():
    from pandas import DataFrame

    return DataFrame({"object_id": "V1", "time": TIME, "mag": MAG})


def repeated(array):
    return np.concatenate([array, array[:5]])


def first_points(n):
    return partial(curve, TIME[:n], MAG[:n], ERROR[:n])


KEEP = np.arange(N) != 3
NOT_FINITE = (np.nan, np.inf, -np.inf)
NO_ERROR = (0.0, -1.0, np.nan, np.inf)
THOUSANDTHS = np.round(1000 * MAG).astype(int)
without_one = partial(curve, TIME[KEEP], MAG[KEEP], ERROR[KEEP])
equal_errors = partial(curve, magerr=np.full(N, MAG.std()))

# Row of the table -> cases: a function that makes the light curve, what check() says (or None), and
# the error's words, a function that makes a light curve with the same features, or None.
CASES = {
    "fewer points than `min_observations` (10), none at all": [
        (first_points(n), "too few usable points", f"{n} usable points?,") for n in (0, 1, 2, 6, 9)
    ],
    "all magnitudes equal": [
        (partial(curve, mag=np.full(N, 15.0)), "all magnitudes equal", "magnitudes are equal")
    ],
    "all times equal": [
        (partial(curve, time=np.full(N, 5.0)), "all time stamps equal", "time stamps are equal")
    ],
    "magnitude NaN or infinite": [
        (partial(curve, mag=changed(MAG, value)), "magnitude not finite", without_one)
        for value in NOT_FINITE
    ],
    "time NaN or infinite": [
        (partial(curve, time=changed(TIME, value)), "time not finite", without_one)
        for value in NOT_FINITE
    ],
    "all magnitudes NaN": [
        (partial(curve, mag=np.full(N, np.nan)), "too few usable points", "not finite: 60")
    ],
    "masked array": [
        (partial(curve, mag=np.ma.array(MAG, mask=~KEEP)), "magnitude not finite", without_one)
    ],
    "errors zero, negative, NaN or infinite for some points": [
        (partial(curve, magerr=changed(ERROR, value)), "error not positive and finite", curve)
        for value in NO_ERROR
    ],
    "errors wrong for all points": [
        (partial(curve, magerr=np.full(N, value)), "error not positive and finite", equal_errors)
        for value in NO_ERROR
    ],
    "no errors": [(partial(curve, magerr=None), None, equal_errors)],
    "points out of order": [
        (partial(curve, TIME[::-1], MAG[::-1], ERROR[::-1]), "not sorted by time", curve)
    ],
    "a point repeated exactly": [
        (partial(curve, *map(repeated, (TIME, MAG, ERROR))), "duplicate point", curve)
    ],
    "a time stamp more than a century from the star's median time": [
        (
            partial(curve, time=changed(TIME, -2409998.5)),
            "time stamp far from the others",
            without_one,
        )
    ],
    "points with a flag": [(partial(curve, flag=~KEEP), "flagged", without_one)],
    "upper limits": [(partial(curve, limit=~KEEP), "upper limit", without_one)],
    "magnitude beyond 50, such as 99.999": [
        (partial(curve, mag=changed(MAG, 99.999)), "magnitude beyond 50, a placeholder?", None)
    ],
    "Julian dates in single precision": [
        (
            partial(curve, time=(TIME + 2455000).astype(np.float32)),
            "time of single precision, of day lost?",
            None,
        )
    ],
    "time in seconds": [
        (partial(curve, time=TIME * 86400), "time in seconds?", "more than a century")
    ],
    "time in years": [(partial(curve, time=2000 + TIME / 365.25), "time in years?", None)],
    "big-endian arrays, as from FITS files": [
        (partial(curve, TIME.astype(">f8"), MAG.astype(">f8"), ERROR.astype(">f8")), None, curve)
    ],
    "integer magnitudes": [
        (partial(curve, mag=THOUSANDTHS), None, partial(curve, mag=THOUSANDTHS.astype(float)))
    ],
    "fluxes": [(partial(curve, quantity="flux"), None, "to_magnitudes")],
    "arrays of different lengths": [(partial(curve, mag=MAG[:-1]), None, "59 points, time has 60")],
    "text instead of numbers": [
        (partial(curve, mag=np.full(N, "bright")), None, "must be real numbers")
    ],
    "values or errors beyond 1e100, errors below 1e-100": [
        (partial(curve, mag=changed(MAG, 1e200)), "magnitude not finite", without_one),
        (partial(curve, magerr=changed(ERROR, 1e200)), "error not positive and finite", curve),
        (partial(curve, magerr=ERROR * 1e-300), "error not positive and finite", equal_errors),
    ],
    "complex numbers, truth values, dates of numpy": [
        (partial(curve, mag=MAG.astype(complex)), None, "must be real numbers"),
        (partial(curve, mag=MAG > 15), None, "must be real numbers"),
        (partial(curve, time=TIME.astype("datetime64[D]")), None, "must be real numbers"),
    ],
    "units attached (astropy): time in seconds or years": [
        (partial(with_units, "s", "mag"), None, curve),
        (partial(with_units, "yr", "mag"), None, curve),
    ],
    "units attached (astropy): fluxes as magnitudes": [
        (partial(with_units, "d", "Jy"), None, 'fluxes are told by quantity="flux"')
    ],
    "two stars of one identifier": [
        (partial(two_stars, ids=["V1", "V1"]), None, partial(two_stars, ids=["V1", "V2"]))
    ],
    "offsets that do not fit the points": [
        (partial(curve, offsets=[0, N - 9]), None, "offsets must run from 0 to the number")
    ],
    "one star's arrays, not in a list": [(lambda: (TIME, MAG, ERROR), None, "a list of one")],
    "a matrix of features": [(lambda: np.zeros((5, 3)), None, "holds no light curves")],
    "a long table (a row a point) given as `X`": [(table, None, "from_any")],
    "no stars": [(partial(LightCurves, [], [], offsets=[0]), None, "0 stars")],
}


@pytest.mark.parametrize(
    "make, problem, outcome",
    [
        pytest.param(*case, id=f"{name}-{i}")
        for name, cases in CASES.items()
        for i, case in enumerate(cases)
    ],
)
def test_bad_input(make, problem, outcome):
    single_precision = problem is not None and "single precision" in problem
    with warnings.catch_warnings():
        if single_precision:
            warnings.simplefilter("ignore", UserWarning)
        if isinstance(outcome, str):
            with pytest.raises((TypeError, ValueError), match=outcome):
                FEATURES.transform(make())
        else:
            found = FEATURES.transform(make())
            assert np.isfinite(found).all()
            if outcome is not None:
                np.testing.assert_allclose(found, FEATURES.transform(outcome()), rtol=1e-6)
        if problem is not None:
            assert problem in set(make().check()["problem"])


def test_single_precision_dates_are_warned_of():
    with pytest.warns(UserWarning, match="only good to 360 minutes"):
        curve(time=(TIME + 2455000).astype(np.float32))


def test_points_in_several_bands():
    X = curve(band=np.array(["V", "I"])[np.arange(N) % 2])
    with pytest.warns(UserWarning, match="points in several bands, which count as one"):
        found = FEATURES.transform(X)
    np.testing.assert_array_equal(found, FEATURES.transform(curve()))


def test_a_band_without_points():
    X = curve(band=np.full(N, "V"))
    found = LightCurveFeatures(["amplitude"], bands=["V", "I"]).transform(X)
    assert np.isfinite(found).any() and np.isnan(found).any()
    with pytest.raises(ValueError, match="too few usable points .I: 0"):
        LightCurveFeatures(["amplitude"], bands=["I"]).transform(X)


def test_the_table_of_the_documentation_is_the_table_tested():
    rows = re.findall(r"^\| (.+?) \| .+ \|$", DOCS.read_text(encoding="utf-8"), re.M)
    assert rows[0] == "input"
    assert rows[1:] == list(CASES)
