"""Tables as people write them by hand and by spreadsheet, and light curves as programs hold them."""

from collections import namedtuple

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.light_curves import LightCurves, read_light_curves

from .conftest import read, text, told

N = 24
T = np.round(58100.25 + 11.3 * np.arange(N) + 0.013 * np.arange(N) ** 2, 5)
JD = np.round(T + 2400000.5, 5)
M = np.round(14.3 + 0.4 * np.sin(11.5 * T), 3)
E = np.round(0.01 + 0.001 * (np.arange(N) % 9), 3)
SPREAD = np.round(np.linspace(0.003, 0.997, N)[np.argsort(np.sin(np.arange(N)))], 3)


@pytest.mark.parametrize(
    "head",
    [
        "Zeit;Helligkeit;Fehler",
        "temps;magnitude;erreur",
        "tiempo;magnitud;error",
        "tempo;magnitudine;errore",
        "tempo;magnitude;erro",
    ],
)
def test_names_in_other_languages(tmp_path, head):
    X = read(tmp_path, text(head, [JD, M, E], ";"))
    assert X.time.tolist() == JD.tolist() and X.mag.tolist() == M.tolist()
    assert X.magerr.tolist() == E.tolist()


@pytest.mark.parametrize("cell", ['="{}"', "={}", "'{}"])
def test_cells_that_a_spreadsheet_leaves_alone(tmp_path, cell):
    ids = [cell.format("00012")] * 12 + [cell.format("00013")] * 12
    assert read(tmp_path, text("id,time,mag,err", [ids, T, M, E])).ids.tolist() == [
        "00012",
        "00013",
    ]
    # A star may be called so among others.
    ids = [cell.format("00012")] * 12 + ["V2"] * 12
    assert read(tmp_path, text("id,time,mag,err", [ids, T, M, E])).ids[0] == ids[0]


@pytest.mark.parametrize("name", ["V-C", "v - c", "VAR-COMP", "obj1-ref1", "V-C (mag)"])
def test_the_variable_less_the_comparison_star(tmp_path, name):
    X = read(tmp_path, text(f"HJD;{name};K-C;err", [JD, M - 12, np.sin(T), E], ";"))
    assert X.mag.tolist() == (M - 12).tolist() and X.magerr.tolist() == E.tolist()


def test_a_difference_beside_magnitudes_or_in_several_bands(tmp_path):
    X = read(tmp_path, text("JD;Vmag;V-C;err", [JD, M, M - 12, E], ";"))
    assert X.mag.tolist() == M.tolist()
    # V is a band here.
    with pytest.raises(ValueError, match='"mag": "B-C"'):
        read(tmp_path, text("JD;B-C;V-C;err", [JD, M - 12, M - 13, E], ";"))


def test_the_comparison_less_the_variable_is_upside_down(tmp_path):
    content = text("HJD;C-V;err", [JD, 12 - M, E], ";")
    with pytest.raises(ValueError, match='columns={"time": "HJD", "mag": "C-V"}'):
        read(tmp_path, content)
    columns = {"time": "HJD", "mag": "C-V", "magerr": "err"}
    _, message = told(lambda: read_light_curves(tmp_path / "star.csv", columns=columns))
    assert "grows as the star brightens: change its sign" in message
    # A clear filter on the scale of V.
    X = read(tmp_path, text("HJD;CV;err", [JD, M, E], ";"))
    assert X.mag.tolist() == M.tolist()


@pytest.mark.parametrize("remark", ["# Times are HJD-2400000", "# time in days", "# 5 of 30"])
def test_remarks_of_as_many_words_as_columns_are_no_header(tmp_path, remark):
    X = read(tmp_path, remark + "\n" + text("", [JD - 2400000, M, E], " "), "star.dat")
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()


@pytest.mark.parametrize(
    ("third", "said", "errors"),
    [
        (SPREAD, "the third column, 0.5 at its middle, is read as errors", True),
        (np.round(1 / E**2, 1), "is not used: it does not look like errors", False),
        (np.round(1 + SPREAD, 3), "is not used: it does not look like errors", False),
        (np.arange(N) + 9, "the third column, 20.5 at its middle, is not used", False),
        (E, "", True),
        # The fainter the less; shares of one.
        (
            np.round(10.0 ** (-0.4 * (M - M.min())) / 9, 4),
            "as errors of the magnitudes, and looks like weights",
            True,
        ),
        (
            np.round(SPREAD / SPREAD.sum(), 6),
            "as errors of the magnitudes, and looks like weights",
            True,
        ),
    ],
)
def test_a_third_column_without_a_name(tmp_path, third, said, errors):
    X, message = told(lambda: read(tmp_path, text("", [JD, M, third], " "), "star.dat"))
    assert said in message and bool(said) == bool(message)
    assert (X.magerr is not None) == errors
    path, options = tmp_path / "star.dat", {"columns": {"magerr": None}}
    X, message = told(lambda: read_light_curves(path, **options))
    assert X.magerr is None and not message


def test_times_of_the_day_alone_need_a_date(tmp_path):
    times = [
        f"{h:02d}:{m:02d}:10"
        for h, m in zip(np.arange(N) // 6 + 1, np.arange(N) % 6 * 10, strict=True)
    ]
    with pytest.raises(ValueError, match="a time of the day without its date"):
        read(tmp_path, text("time,mag,err", [times, M, E]))


def test_what_is_proposed_for_the_brightness_is_no_detector(tmp_path):
    head = "rjd,ccd,aim_000,aie_000"
    with pytest.raises(ValueError, match='columns={"time": "rjd", "mag": "aim_000"}'):
        read(tmp_path, text(head, [JD, [5] * N, M, E]))


def test_a_table_of_labels_in_a_folder_is_pointed_out(tmp_path):
    (tmp_path / "V1.dat").write_text(text("", [JD, M, E], " "))
    (tmp_path / "my_labels.csv").write_text("id,label\nV1,RRAB\n")
    X, message = told(lambda: read_light_curves(tmp_path))
    assert X.ids.tolist() == ["V1"] and "as labels= or --labels" in message


def test_fields_of_named_tuples_say_what_they_are():
    Star = namedtuple("Star", "mag err time")
    X = LightCurves.from_any([Star(M, E, T), Star(M, E, T)])
    assert X.time.tolist() == [*T, *T] and X.magerr.tolist() == [*E, *E]
    Fluxes = namedtuple("Fluxes", "time flux flux_err")
    X = LightCurves.from_any([Fluxes(T, 1 + M / 100, E)])
    assert X.quantity == "flux" and X.fluxerr.tolist() == E.tolist()


def test_a_series_of_numbers_with_stars_and_times_as_its_index():
    table = pd.DataFrame({"id": ["V1"] * 12 + ["V2"] * 12, "time": T, "mag": M})
    series = table.set_index(["id", "time"])["mag"]
    X = LightCurves.from_any(series)
    assert X.ids.tolist() == ["V1", "V2"] and X.mag.tolist() == M.tolist()
    nameless = series.rename(None)
    with pytest.raises(ValueError, match=r'X.rename\("mag"\), or say quantity="flux"'):
        LightCurves.from_any(nameless)
    assert LightCurves.from_any(nameless, quantity="flux").flux.tolist() == M.tolist()


def test_columns_whose_rows_are_lists_of_their_own_kind():
    class Ragged(list):
        """As awkward's arrays: rows of different lengths, two dimensions and no shape."""

        ndim = 2

    X = LightCurves.from_any(
        {"time": Ragged([T[:10], T[10:]]), "mag": Ragged([M[:10], M[10:]]), "id": ["V1", "V2"]}
    )
    assert X.n_points.tolist() == [10, 14] and X.mag.tolist() == M.tolist()


def test_points_in_a_list_say_how_to_make_an_array_of_them():
    points = list(zip(T, M, E, strict=True))
    with pytest.raises(
        ValueError, match=r"got 24 entries, points it seems: pass numpy.array\(star\)"
    ):
        LightCurves.from_any([points])
    assert LightCurves.from_any([np.array(points)]).mag.tolist() == M.tolist()


def test_a_table_of_labels_is_no_light_curve(tmp_path):
    with pytest.raises(ValueError, match="no two columns hold numbers .*in the shell --labels"):
        read(tmp_path, "star,type\nV1,RRAB\nV2,EC\n")
