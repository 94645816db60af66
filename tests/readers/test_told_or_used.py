"""What tells bad points, levels and scales beside the values is used, or told; and more names in other languages."""

import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurves

from .conftest import read, text, told

N = 40
K = np.arange(N)
MJD = np.round(58100.25 + 11.3 * K + 0.013 * K**2 + 0.4 * np.sin(5 * K), 5)
JD = np.round(MJD + 2400000.5, 5)
M = np.round(14.3 + 0.4 * np.sin(2 * np.pi * MJD / 0.5431), 3)
E = np.round(0.011 + 0.001 * (K % 9) + 0.0004 * (K % 7), 4)
F = np.round(10 ** (-0.4 * (M - 25)), 2)


def column(usual, **others):
    """A column of words, of which those in some rows, by `_3="1"`, are others."""
    return [others.get(f"_{row}", usual) for row in range(N)]


NEOWISE = "mjd,w1mpro,w1sigmpro,w2mpro,w2sigmpro,qi_fact,saa_sep,moon_masked,qual_frame,cc_flags"


@pytest.mark.parametrize("letters", ["DD00", None])
def test_neowise_leaves_out_what_the_supplement_advises(tmp_path, letters):
    """Without letters among them, a file's words of zeros are read as numbers."""
    columns = [MJD, M, E, M - 0.3, E]
    columns += [column("1.0", _1="0.5", _2="0.0"), column("45.3", _3="-2.1", _4="0.0", _5="")]
    columns += [column("00", _6="11", _7="01", _8="10"), column("10", _9="0")]
    columns += [column("0000", **({"_10": letters, "_11": "h000", "_12": ""} if letters else {}))]
    X = read(tmp_path, text(NEOWISE, columns))
    artifacts = [10, 11] if letters else []
    bad = {"W1": [2, 3, 4, 6, 8, 9, *artifacts], "W2": [2, 3, 4, 6, 7, 9, *artifacts[:1]]}
    for band, rows in bad.items():
        own = X.in_band(band)
        assert np.flatnonzero(own.flag).tolist() == rows, band
        assert own.time.tolist() == MJD.tolist()


def test_multiepoch_photometry_of_allwise_is_left_out_by_band(tmp_path):
    head = "source_id_mf,mjd,w1mpro_ep,w1sigmpro_ep,w2mpro_ep,w2sigmpro_ep,cc_flags,moon_masked"
    columns = [["a"] * N, MJD, M, E, M, E, column("0000", _3="0P00"), column("0000", _4="1000")]
    X = read(tmp_path, text(head, columns))
    assert np.flatnonzero(X.in_band("W1").flag).tolist() == [4]
    assert np.flatnonzero(X.in_band("W2").flag).tolist() == [3]


ZEROS = column("0")


@pytest.mark.parametrize(
    ("head", "columns", "known", "other"),
    [
        ("flag,quality", [column("0", _3="1"), column("0", _5="2")], [3], "quality"),
        ("flag,forced_quality", [ZEROS, column("0", _5="2")], [], "forced_quality"),
        ("saturated,edge", [column("0", _3="1"), column("0", _5="1")], [3], "edge"),
        ("saturated,FLAGS_MASK", [ZEROS, column("0", _5="8")], [], "FLAGS_MASK"),
        ("good_bad,saturated", [column("1", _3="0"), column("0", _5="1")], [3], "saturated"),
        ("included,flags", [column("true", _3="false"), column("0", _5="4")], [3], "flags"),
        ("flag,ambiguous_match", [ZEROS, column("false", _5="true")], [], "ambiguous_match"),
    ],
)
def test_what_tells_more_bad_points_is_told(tmp_path, head, columns, known, other):
    content = text("mjd,mag,magerr," + head, [MJD, M, E, *columns])
    X, said = told(lambda: read(tmp_path, content))
    assert np.flatnonzero(X.flag).tolist() == known
    assert f"{other} may tell more bad points than" in said
    flag = head.split(",")[0]
    assert not told(lambda: read(tmp_path, content, columns={"flag": flag}))[1]
    content = text("mjd,mag,magerr," + head, [MJD, M, E, columns[0], ZEROS])
    assert "more bad points" not in told(lambda: read(tmp_path, content))[1]


@pytest.mark.parametrize(
    ("head", "columns", "said"),
    [
        ("MJD,uJy,duJy,F,err,Mask", [F, F / 90, ["o"] * N, ZEROS, column("0", _3="8388608")], "Mask may"),
        ("jd,forcediffimflux,forcediffimfluxunc,filter,procstatus",
         [F, F / 90, ["ZTF_g"] * N, column("0", _3="56")], "procstatus may"),
        ("source_id,band,time,mag,flux_over_error,rejected_by_photometry,other_flags",
         [["G"] * N, MJD - 55197, M, F, ["false"] * N, column("0", _3="512")], ""),
        ("objID,obsTime,psfFlux,psfFluxErr,filterID,infoFlag2", [MJD, F, F, ["1"] * N, column("0", _3="64")], ""),
    ],
)  # fmt: skip
def test_quality_that_a_preset_neither_uses_nor_passes_over_is_told(tmp_path, head, columns, said):
    first = ["4295806720"] * N if head.startswith(("source", "obj")) else MJD
    X, heard = told(lambda: read(tmp_path, text(head, [first, *columns])))
    assert X.survey is not None
    assert said in heard if said else not heard


@pytest.mark.parametrize(
    ("value", "normalised"),
    [
        (1 + 0.01 * np.sin(9 * MJD), True),
        (np.where(K % 8, 1.0, 0.7) + 1e-4 * np.sin(9 * MJD), True),
        (1 + 0.3 * np.sin(9 * MJD) - np.mean(0.3 * np.sin(9 * MJD)), True),
        (1.03 + 0.4 * np.sin(MJD / 50), False),
        (np.round(1 + 0.3 * np.sin(9 * MJD) - np.mean(0.3 * np.sin(9 * MJD)), 1), False),
        (M, False),
    ],
)
def test_magnitudes_around_one_may_be_normalised_fluxes(tmp_path, value, normalised):
    content = text("BJD,mag,magerr", [JD, np.round(value, 6), E])
    X, said = told(lambda: read(tmp_path, content))
    assert ("around 1, as fluxes divided by their mean are" in said) == normalised
    X = read(tmp_path, content, columns={"flux": "mag"})
    assert X.quantity == "flux" and X.fluxerr.tolist() == E.tolist()


def test_of_several_stars_all_are_around_one(tmp_path):
    flux = np.round(1 + 0.01 * np.sin(9 * MJD), 6)
    stars = np.repeat(["a", "b"], N // 2)
    for other, normalised in ((0.0, True), (10.0, False)):
        content = text("id,BJD,mag", [stars, JD, flux + other * (stars == "b")])
        assert ("around 1" in told(lambda c=content: read(tmp_path, c))[1]) == normalised


TIMES = np.sort(np.concatenate([MJD + 0.37 * step for step in range(8)]))
WAVE = 14 + 0.4 * np.sin(2 * np.pi * TIMES / 0.5431)
BY_TURNS = np.arange(len(TIMES)) // 3 % 2


@pytest.mark.parametrize("name", ["telescope", "Instrument", "site"])
def test_levels_that_are_smaller_than_the_variation(tmp_path, name):
    for shift, apart in ((0.15, True), (0.0, False), (0.01, False)):
        columns = [TIMES, np.round(WAVE + shift * BY_TURNS, 3), np.where(BY_TURNS, "A", "B")]
        content = text(f"mjd,mag,{name}", columns)
        said = told(lambda c=content: read(tmp_path, c))[1]
        assert (f"the magnitudes of each {name} are on a level of their own" in said) == apart


def test_a_star_that_fades_while_the_telescope_changes_is_on_one_level(tmp_path):
    """Four nights with one, and the fifth with the other: more of the steps go one way."""
    faint = 12 + 0.01 * np.arange(len(TIMES))
    columns = [TIMES, np.round(faint, 3), np.where(np.arange(len(TIMES)) % 5, "A", "B")]
    assert not told(lambda: read(tmp_path, text("mjd,mag,telescope", columns)))[1]


def test_reports_of_standard_and_differential_magnitudes(tmp_path):
    head = "#TYPE=EXTENDED\n#DELIM=,\n#DATE=JD\n#NAME,DATE,MAG,MERR,FILT,TRANS,MTYPE,CNAME,CMAG\n"
    kinds = np.where(K < 20, "STD", "DIF")
    columns = [["SS CYG"] * N, JD, np.round(M - 10 * (K >= 20), 3), E, ["V"] * N, ["NO"] * N]
    content = text("", [*columns, kinds, ["105"] * N, ["10.5"] * N])
    X, said = told(lambda: read(tmp_path, head + content, "report.txt"))
    assert X.survey == "AAVSO" and "the magnitudes of each MTYPE are on a level" in said


@pytest.mark.parametrize(
    ("name", "said"),
    [("magerr2", True), ("mag_err2", True), ("magerr", False), ("mag_err^2", False)],
)
def test_errors_that_may_be_squares_are_told(tmp_path, name, said):
    content = text(f"mjd,mag,{name}", [MJD, M, E])
    assert ("may be squares" in told(lambda: read(tmp_path, content))[1]) == said
    assert not told(lambda: read(tmp_path, content, columns={"magerr": name}))[1]


def test_errors_of_the_second_magnitude_are_called_like_it(tmp_path):
    columns = {"mag": "mag2", "magerr": "magerr2"}
    content = text("mjd,mag1,magerr1,mag2,magerr2", [MJD, M, E, M + 1, E + 1])
    X, said = told(lambda: read(tmp_path, content, columns=columns))
    assert X.magerr.tolist() == (E + 1).tolist() and not said
    X, said = told(lambda: read(tmp_path, content, columns={"mag": "mag2"}))
    assert X.magerr.tolist() == (E + 1).tolist() and not said


def test_a_corrected_flux_that_shares_its_error_is_told(tmp_path):
    for cor, as_large in ((F * 1.01, True), (np.round(0.01 * F, 3), False)):
        content = text("HJD,flux,cor_flux,flux_err", [JD, F, cor, F / 90])
        X, said = told(lambda c=content: read(tmp_path, c))
        assert X.flux.tolist() == F.tolist()
        assert ("cor_flux may be better" in said) == as_large


@pytest.mark.parametrize("word", ["9.9999", "9.99", "9.9"])
def test_a_magnitude_that_is_its_error_is_not_measured(tmp_path, word):
    mag, error = ([word if row in (3, 8) else v for row, v in enumerate(each)] for each in (M, E))
    X = read(tmp_path, text("mjd,mag,magerr", [MJD, mag, error]))
    assert np.flatnonzero(np.isnan(X.mag)).tolist() == [3, 8]
    # Without such an error it may well be measured.
    X = read(tmp_path, text("mjd,mag,magerr", [MJD, mag, E]))
    assert not np.isnan(X.mag).any()


@pytest.mark.parametrize(
    "head",
    [
        "Jour julien;Magnitude;Incertitude", "JJ;mag;erreur", "DJ;Magnitud;incerteza",
        "Giorno giuliano;Magnitudine;errore", "JD;Größe;Unsicherheit", "JD;Groesse;Fehler",
    ],
)  # fmt: skip
def test_more_names_in_other_languages(tmp_path, head):
    columns = ([str(value).replace(".", ",") for value in each] for each in (JD, M, E))
    X = read(tmp_path, text(head, [*columns], ";"))
    assert (X.time + (X.time_zero or 0)).tolist() == JD.tolist()
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()


@pytest.mark.parametrize("name", ["decimal year", "DecYear", "year"])
def test_years_are_turned_into_days(tmp_path, name):
    columns = None if name != "year" else {"time": "year"}
    content = text(f"{name},mag", [np.round(2000 + (MJD - 51544) / 365.25, 8), M])
    X = read(tmp_path, content, columns=columns)
    np.testing.assert_allclose(X.time - X.time[0], MJD - MJD[0], atol=1e-5)


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# star B", True),
        ("#star=B", True),
        ("# clouds", False),
        ("#2458100.5 14.3 0.1", False),
        ("# star A", False),
    ],
)
@pytest.mark.parametrize("head", ["", "JD mag err"])
def test_comments_that_part_the_rows_are_told(tmp_path, comment, said, head):
    """A row that is made a comment, and what was said before the rows, parts nothing."""
    halves = [
        text(h, [c[part] for c in (JD, M, E)], " ")
        for h, part in ((head, slice(20)), ("", slice(20, N)))
    ]
    content = "# star A\n" + f"{comment}\n".join(halves)
    X, heard = told(lambda: read(tmp_path, content, "two.dat"))
    assert X.mag.tolist() == M.tolist()
    assert ("comments between the rows, such as" in heard) == said
    # Below the header, and behind the last row, none parts the rows.
    content = "# star A\n" + text(head, [JD, M, E], " ").replace(f"{JD[0]}", f"# d\n{JD[0]}", 1)
    assert "between the rows" not in told(lambda: read(tmp_path, content + "# end\n", "one.dat"))[1]


def test_weights_of_zero_leave_points_out_and_clipped_ones_are_told(tmp_path):
    X = read(tmp_path, text("mjd,mag,magerr,weight", [MJD, M, E, column("1", _3="0")]))
    assert np.flatnonzero(X.flag).tolist() == [3]
    X = read(tmp_path, text("mjd,mag,magerr,weight", [MJD, M, E, np.round(1 / E**2, 1)]))
    assert X.flag is None
    X, said = told(
        lambda: read(tmp_path, text("mjd,mag,magerr,clip", [MJD, M, E, column("0", _3="1")]))
    )
    assert "clip may tell which points are bad" in said


def test_arrays_around_one_may_be_normalised_fluxes():
    flux = 1 + 0.01 * np.sin(9 * MJD)
    X, said = told(lambda: LightCurves.from_any([(MJD, flux, E)]))
    assert "around 1, as fluxes divided by their mean are" in said
    assert not told(lambda: LightCurves.from_any([(MJD, flux + 1, E)]))[1]


def test_forms_in_memory_hear_the_same():
    import pandas as pd

    table = pd.DataFrame(
        {"mjd": MJD, "mag": 1 + 0.01 * np.sin(MJD), "quality": K == 3, "bad": K == 5}
    )
    X, said = told(lambda: LightCurves.from_any([table]))
    assert "around 1" in said and "quality may tell more bad points than bad" in said
    assert np.flatnonzero(X.flag).tolist() == [5]
