"""What values and positions tell where names do not: errors, bands, stars, what is missing, clocks, labels, feet."""

import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sklearn_vartl.light_curves import LightCurves, read_light_curves

from .conftest import read, text, told

N = 24
T = np.round(58100.25 + 11.3 * np.arange(N) + 0.013 * np.arange(N) ** 2, 5)
JD = np.round(T + 2400000.5, 5)
M = np.round(14.3 + 0.4 * np.sin(11.5 * T), 3)
E = np.round(0.01 + 0.001 * (np.arange(N) % 9), 3)
F = np.round(10 ** (-0.4 * (M - 22)), 2)
FE = np.round(F * E, 2)
TURNS = np.arange(N) % 2


def put(values, places, what):
    values = list(values)
    for place in places:
        values[place] = what
    return values


@pytest.mark.parametrize("name", ["delta", "d_mag", "abw", "eps", "+-", "\u03c3", "\u0394m"])
def test_errors_under_any_name_are_read_or_told(tmp_path, name):
    X, message = told(lambda: read(tmp_path, text(f"mjd,mag,{name}", [T, M, E])))
    assert X.mag.tolist() == M.tolist()
    if X.magerr is None:
        assert f"no errors are read, and {name} may hold them" in message
        X = read_light_curves(tmp_path / "star.csv", columns={"magerr": name})
    assert X.magerr.tolist() == E.tolist()


@pytest.mark.parametrize(
    "name, values",
    [
        ("delta", 100 * E),  # in thousandths, or none
        ("delta", [0.02] * N),
        ("ellip", E),
        ("phase", np.round(T % 1, 4)),
        ("delta", -E),
    ],
)
def test_other_small_numbers_are_no_errors(tmp_path, name, values):
    assert read(tmp_path, text(f"mjd,mag,{name}", [T, M, values])).magerr is None


def test_errors_of_fluxes_stand_behind_them(tmp_path):
    _, message = told(lambda: read(tmp_path, text("mjd,flux,delta", [T, F, FE])))
    assert "delta may hold them" in message
    read(tmp_path, text("mjd,delta,flux", [T, FE, F]))


def test_some_of_several_possible_errors_is_told(tmp_path):
    content = text("mjd,mag,night,aa,bb", [T, M, ["n1"] * N, E, 2 * E])
    _, message = told(lambda: read(tmp_path, content))
    assert "no errors are read, and aa may hold them" in message


@pytest.mark.parametrize("kind", [int, float])
def test_codes_of_lists_and_of_floats_are_told(tmp_path, kind):
    table = {"id": ["a"], "mjd": [T], "mag": [M], "foo": [(1 + TURNS).astype(kind)], "delta": [E]}
    table |= {"empty": [np.full(N, np.nan)], "words": [["a b"] * N]}
    pq.write_table(pa.table(table), tmp_path / "x.parquet")
    _, message = told(lambda: read_light_curves(tmp_path / "x.parquet"))
    assert "foo has several codes by turns" in message and "delta may hold them" in message
    content = text("mjd,mag,err,foo,empty", [T, M, E, (1 + TURNS).astype(kind), [""] * N])
    assert "foo has several codes by turns" in told(lambda: read(tmp_path, content))[1]


@pytest.mark.parametrize("id_", ["", "id,"])
def test_codes_by_turns_are_told(tmp_path, id_):
    # Of two bands that differ by less than the star varies.
    columns = [T, np.round(M - 0.2 * TURNS, 3), E, TURNS + 1]
    content = text(f"{id_}mjd,mag,err,foo", [["a"] * N, *columns] if id_ else columns)
    _, message = told(lambda: read(tmp_path, content))
    assert "foo has several codes by turns, and is not used" in message
    assert """columns={"id": 'foo'} if it names stars, {"band": 'foo'} if bands""" in message


@pytest.mark.parametrize(
    "name, values",
    [
        ("foo", np.repeat(np.arange(4), 6)),  # one after the other
        ("foo", np.arange(N) % 8),
        ("foo", 7 + TURNS),
        ("foo", put([1] * N, [3, 9], 2)),
        ("nobs", 1 + TURNS),
        ("amp", 1 + TURNS),
    ],
)
def test_other_whole_numbers_are_not(tmp_path, name, values):
    content = text(f"mjd,mag,err,{name}", [T, M, E, values])
    assert told(lambda: read(tmp_path, content))[1] == ""


def test_what_parts_magnitudes_may_name_stars(tmp_path):
    content = text("mjd,mag,err,Bezeichnung", [T, M + 3 * TURNS, E, 3004 + TURNS])
    _, message = told(lambda: read(tmp_path, content))
    assert "the magnitudes of each Bezeichnung are on a level of their own" in message
    assert """columns={"id": 'Bezeichnung'} if it names stars""" in message


def test_stars_one_after_the_other_with_bands_side_by_side(tmp_path):
    half = [np.tile(each[:12], 2) for each in (T, M, E)]
    table = [np.repeat([3004, 3105], 12), *half, half[1] - 0.3, half[2]]
    with pytest.raises(ValueError, match="of 2 stars, it seems: the time begins anew with each"):
        read(tmp_path, text("foo,mjd,g_mag,g_err,r_mag,r_err", table))


@pytest.mark.parametrize("where", [("x", "y"), ("X_IMAGE", "Y_IMAGE"), ("ra", "dec")])
def test_two_places_by_turns_are_told(tmp_path, where):
    scatter = np.random.default_rng(0).normal(size=N)
    step, noise = (0.008, 2e-5) if where[0] == "ra" else (800.0, 0.3)
    place = np.round(10 + step * TURNS + noise * scatter, 6)
    content = text(",".join(["mjd", *where, "mag", "err"]), [T, place, [5.1] * N, M, E])
    _, message = told(lambda: read(tmp_path, content))
    assert f"{where[0]} tells 2 places of the" in message
    # A telescope that turns about, once, and one that drifts.
    for other in (10 + step * (np.arange(N) > 11) + noise * scatter, 10 + 30 * noise * scatter):
        if where[0] != "ra":
            content = text(",".join(["mjd", *where, "mag", "err"]), [T, other, [5.1] * N, M, E])
            read(tmp_path, content)


@pytest.mark.parametrize(
    "name, places", [("glon", (100.1, 100.4)), ("RA", ("10 23 45.1", "10 23 59.1"))]
)
def test_other_coordinates_by_turns(tmp_path, name, places):
    content = text(f"mjd,{name},mag,err", [T, [places[turn] for turn in TURNS], M, E])
    assert f"{name} tells 2 places of the sky" in told(lambda: read(tmp_path, content))[1]


@pytest.mark.parametrize("full", [32.767, 65535, 2147483647, -32768, -32.768, 4294967295])
def test_the_largest_integers_stand_for_what_is_missing(tmp_path, full):
    left = np.delete(np.arange(N), [3, 9])
    for name, values in (("mag", M), ("flux", F)):
        X = read(tmp_path, text(f"mjd,{name}", [T, put(values, [3, 9], full)]))
        own = X._arguments()["mag"]
        assert own[left].tolist() == values[left].tolist() and np.isnan(own[[3, 9]]).all()
    # One among others, as a flux may well have it.
    measured = put(np.round(F * 32767 / np.median(F)), [3], 32767.0)
    assert read(tmp_path, text("mjd,flux", [T, measured])).flux.tolist() == measured


@pytest.mark.parametrize(
    "name, step",
    [
        ("days since 2015-01-01", 1.0),
        ("time (days since 2015-01-01)", 1.0),
        ("t_since_2015-01-01", 1.0),
        ("time [hours since 2015-01-01T00:00:00]", 24.0),
        ("seconds since 2015-01-01", 86400.0),
    ],
)
def test_days_since_a_day(tmp_path, name, step):
    X = read(tmp_path, text(f"{name},mag,err", [np.round((T - 57023) * step, 3), M, E]))
    np.testing.assert_allclose(X.time + X.time_zero, JD, rtol=0, atol=1e-3)


@pytest.mark.parametrize(
    "name", ["2450000+ HJD", "+2450000", "days after 2450000", "t (JD0=2450000)"]
)
def test_a_zero_beside_words_of_clocks(tmp_path, name):
    X = read(tmp_path, text(f"{name},mag,err", [np.round(JD - 2450000, 5), M, E]))
    np.testing.assert_allclose(X.time + X.time_zero, JD, rtol=0, atol=1e-4)


def test_days_of_the_year(tmp_path):
    days = pd.DatetimeIndex(
        np.datetime64("1858-11-17") + np.round(T * 86400).astype("timedelta64[s]")
    )
    decimals = [f"{day:%Y-%j}.{f'{t % 1:.5f}'[2:]}" for day, t in zip(days, T, strict=True)]
    for written in (days.strftime("%Y-%jT%H:%M:%S"), days.strftime("%Y:%j:%H:%M:%S"), decimals):
        X = read(tmp_path, text("date,mag,err", [written, M, E]))
        np.testing.assert_allclose(X.time, T, rtol=0, atol=1e-5)
    parts = [days.year, np.round(days.day_of_year + T % 1, 5)]
    X = read(tmp_path, text("year,doy,mag,err", [*parts, M, E]))
    np.testing.assert_allclose(X.time, T, rtol=0, atol=1e-5)
    with pytest.raises(ValueError, match="as days of the calendar or of the year"):
        read(tmp_path, text("date,mag,err", [1000 * parts[0] + parts[1], M, E]))


@pytest.mark.parametrize(
    "word", ["nil", "Unknown", "not classified", "n.a.", "to_be_classified", "?:", "???"]
)
def test_words_of_no_class_are_no_label(word):
    table = pd.DataFrame(
        {"id": ["a"] * 12 + ["b"] * 12, "mjd": T, "mag": M, "label": [word] * 12 + ["EC"] * 12}
    )
    with pytest.warns(UserWarning, match="1 star labelled .*: taken for stars without a label"):
        assert LightCurves.from_any(table).labels.tolist() == [None, "EC"]


def test_words_of_a_class_stay_one():
    for word in ("no", "other", "MISC", "VAR", "*", "NONVAR", "unknown variable"):
        assert LightCurves([1.0], [2.0], labels=[word]).labels.tolist() == [word]


def test_long_negative_decimals_name_stars(tmp_path):
    for first in (-1234567890123456789, -1234567890123456789012, 12345678901234567890):
        ids = [str(first), str(first + 1)]
        names = pa.array([Decimal(ids[0])] * 12 + [Decimal(ids[1])] * 12)
        pq.write_table(pa.table({"source_id": names, "mjd": T, "mag": M}), tmp_path / "x.parquet")
        assert read_light_curves(tmp_path / "x.parquet").ids.astype(str).tolist() == ids


def test_lines_and_words_below_a_table(tmp_path):
    body = text("", [T, M, E])
    mysql = "+---+---+---+\n| mjd | mag | err |\n+---+---+---+\n"
    mysql += (
        "".join(f"| {line.replace(',', ' | ')} |\n" for line in body.split()) + "+---+---+---+\n"
    )
    rst = (
        "===== ====== =====\nmjd mag err\n===== ====== =====\n"
        + body.replace(",", " ")
        + "===== ====== =====\n"
    )
    for content in (mysql, rst):
        X = read(tmp_path, content)
        assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()
    _, message = told(lambda: read(tmp_path, "mjd,mag,err\n" + body + "Mittelwert,14.3,\n"))
    assert "the last row (Mittelwert) only sums up the others, and is left out" in message


def test_a_title_over_as_many_columns_and_comments_of_fortran(tmp_path):
    body = text("", [JD, M, E], ";").replace(".", ",")
    X = read(tmp_path, "Lichtkurve V1;;\n;;\nJD;Helligkeit;Fehler\n" + body)
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()
    rows = text("", [JD - 2456000, F, FE], " ")
    X = read(
        tmp_path, "c HJD - 2456000.0\nc column 1: HJD\nc column 2: flux\nc column 3: err\n" + rows
    )
    assert X.quantity == "flux" and X.flux.tolist() == F.tolist()


def test_more_magnitudes_of_a_file_without_a_header_are_told(tmp_path):
    rows = text("", [T, M, E, M - 0.3, 2 * E], " ")
    X, message = told(lambda: read(tmp_path, rows))
    assert X.mag.tolist() == M.tolist() and "column 4 looks like magnitudes with errors" in message
    _, message = told(lambda: read(tmp_path, text("", [T, M, M + 0.02, E, E], " ")))
    assert "column 3 looks like magnitudes with errors beside it" in message
    # Width of the images, and the sky.
    read(tmp_path, text("", [T, M, E, 5 + E, 1000 + M], " "))


def test_bands_with_a_letter_for_magnitudes(tmp_path):
    X, _ = told(lambda: read(tmp_path, text("jd,j_m,j_msig,h_m,h_msig", [JD, M, E, M - 0.5, E])))
    assert sorted(X.bands) == ["h", "j"] and X.in_band("j").magerr.tolist() == E.tolist()


RECORDS = list(zip(T.tolist(), M.tolist(), E.tolist(), strict=True))


@pytest.mark.parametrize(
    "found",
    [
        [
            {"id": k, "body": {"mjd": t, "mag": m, "magerr": e}}
            for k, (t, m, e) in enumerate(RECORDS)
        ],
        [
            {"site": {"lat": 1, "lon": 2}, "obs": {"mjd": t, "mag": m, "magerr": e}}
            for t, m, e in RECORDS
        ],
        [{"mjd": t, "mag": m, "magerr": e, "user": {"a": 1, "b": 2}} for t, m, e in RECORDS],
        [
            {"mjd": t, "mag": {"$numberDouble": str(m)}, "magerr": e, "_id": {"$oid": "5f"}}
            for t, m, e in RECORDS
        ],
        {"metadata": [{"name": "mjd"}, {"name": "mag"}, {"name": "magerr"}], "data": RECORDS},
        {"fields": ["mjd", "mag", "magerr"], "data": RECORDS},
        [
            {
                "stock": "a",
                "datapoints": [
                    {"id": k, "body": {"mjd": t, "mag": m, "magerr": e}}
                    for k, (t, m, e) in enumerate(RECORDS)
                ],
            }
        ],
    ],
)
def test_json_of_databases_and_archives(tmp_path, found):
    X = read(tmp_path, json.dumps(found), "star.json")
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()
    assert X.time.tolist() == T.tolist()
