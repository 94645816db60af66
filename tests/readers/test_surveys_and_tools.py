"""Files as archives, brokers, papers and tools for X-rays write them; the right reading stands beside each."""

import numpy as np
import pytest
from astropy.io import fits

from sklearn_vartl.light_curves import read_light_curves

MJD = 2400000.5
N = 12
T = np.round(np.linspace(0.1, 40.3, N) + np.sin(np.arange(N)), 4)
M = np.round(14.0 + 0.3 * np.sin(T), 3)
E = np.round(0.02 + 0.001 * np.arange(N), 3)


def rows(*columns, sep=","):
    return "".join(sep.join(map(str, row)) + "\n" for row in zip(*columns, strict=True))


def read(tmp_path, text, name="star.csv", **options):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_light_curves(tmp_path / name, **options)


def told(tmp_path, text, match, **options):
    """What is read, and a warning that says so."""
    with pytest.warns(UserWarning, match=match):
        return read(tmp_path, text, **options)


def test_pan_starrs(tmp_path):
    """Fluxes of the fitted point spread function, jansky, at the middle of the exposure in TAI."""
    good = [0.999] * (N - 2) + [0.7, -999.0]
    flux = np.round(3631 * 10 ** (-0.4 * M), 9)
    head = (
        "objID,detectID,filterID,obsTime,ra,dec,psfFlux,psfFluxErr,psfQfPerfect,apFlux,apFluxErr\n"
    )
    ids = (
        [190361393344112894] * N,
        range(N),
        [1, 2] * (N // 2),
        T + 55200,
        [139.3] * N,
        [68.6] * N,
    )
    X = told(
        tmp_path,
        head + rows(*ids, flux, flux / 50, good, flux * 1.1, flux / 20),
        r"several bands \(g, r\)",
    )
    assert X.ids.tolist() == ["190361393344112894"]
    assert (X.time_zero, X.time_scale, X.survey) == (MJD, "tai", "Pan-STARRS")
    np.testing.assert_array_equal(X.flux, flux)
    np.testing.assert_allclose(X.fluxerr, flux / 50)
    assert (X.flag != 0).tolist() == [False] * (N - 2) + [True] * 2
    np.testing.assert_allclose(X.to_magnitudes("panstarrs").mag, M, atol=1e-6)
    assert "within apertures are left out" in X.provenance


def test_ptf_of_irsa(tmp_path):
    good = [1] * (N - 1) + [0]
    text = "obsmjd,mag_autocorr,magerr_auto,oid,fid,goodflag\n"
    text += rows(T + 54960, M, E, [44] * N, [1, 2] * (N // 2), good)
    X = told(tmp_path, text, r"several bands \(R, g\)")
    assert X.band[:2].tolist() == ["g", "R"]
    assert (X.time_zero, X.time_scale) == (MJD, "utc")
    assert (X.flag != 0).tolist() == [False] * (N - 1) + [True]


@pytest.mark.parametrize(
    "head",
    [
        "mjd,fid,magpsf,sigmapsf,dc_mag,dc_sigmag",
        "i:jd,i:fid,i:magpsf,i:sigmapsf,v:mag_dc,v:err_mag_dc",
    ],
)
def test_brokers_give_the_difference_beside_the_whole_light(tmp_path, head):
    """`magpsf` is the magnitude of a difference, without the light of the reference image."""
    text = f"{head}\n" + rows(
        T + 58500, [1, 2] * (N // 2), 18 + 0.1 * np.sin(7 * T), [0.1] * N, M, E
    )
    X = told(tmp_path, text, "is read, and not (i:)?magpsf")
    assert X.mag.tolist() == M.tolist()
    assert X.magerr.tolist() == E.tolist()
    assert X.bands == ["g", "r"]


@pytest.mark.parametrize(
    "head", ["mag_psf,e_mag_psf,mag_petro,e_mag_petro", "mag_auto,e_mag_auto,mag_psf,e_mag_psf"]
)
def test_point_spread_functions_come_before_apertures(tmp_path, head):
    other = np.round(M + 0.05 * np.cos(T), 3)
    first = head.startswith("mag_psf")
    pair = (M, E, other, E * 2) if first else (other, E * 2, M, E)
    X = told(tmp_path, f"mjd,{head}\n" + rows(T + 56700, *pair), "mag_psf is read, and not mag_")
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()
    # Who says so takes the other one, and is not told of it.
    name = "mag_petro" if first else "mag_auto"
    assert (
        read(tmp_path, f"mjd,{head}\n" + rows(T + 56700, *pair), columns={"mag": name}).mag.tolist()
        == other.tolist()
    )
    # Two of point spread functions are no default.
    with pytest.raises(ValueError, match="Several columns could be the flux"):
        read(
            tmp_path,
            "mjd,psfFlux,psfFluxErr,psfDiffFlux,psfDiffFluxErr\n" + rows(T, M, E, other, E),
        )


def test_apertures_by_number(tmp_path):
    X = read(
        tmp_path,
        "# BJD MAG_AP1 ERR_AP1 QF_AP1\n" + rows(T + 2454200, M, E, ["G"] * N, sep=" "),
        "a.epdlc",
    )
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()


def test_ngts_and_wfcam(tmp_path):
    X = read(tmp_path, "hjd,sysrem_flux3,flux3_err\n" + rows(T + 2457500, M, E))
    assert X.flux.tolist() == M.tolist() and X.fluxerr.tolist() == E.tolist()
    text = "sourceID,mjd,jAperMag3,jAperMag3Err,jppErrBits\n"
    text += rows([7] * N, T + 55500, M, E, [0, 65536] * (N // 2))
    X = told(tmp_path, text, "jppErrBits may tell which points are bad")
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()


@pytest.mark.parametrize("mark", ["# ", ""])
def test_units_apart_from_their_names(tmp_path, mark):
    """As "time [d]  flux [ppm]": four words over two columns."""
    X = read(tmp_path, f"{mark}time [d] flux [ppm]\n" + rows(T, M, sep=" "), "a.dat")
    np.testing.assert_allclose(X.flux, 1 + M / 1e6)
    X = read(tmp_path, f"{mark}BJD [TDB] V [mag] err [mag]\n" + rows(T, M, E, sep=" "), "a.dat")
    assert X.quantity == "mag" and X.magerr.tolist() == E.tolist()


def test_columns_that_a_comment_lists(tmp_path):
    for head in ("# Columns: time flux error\n", "# column names = time flux error\n"):
        assert read(tmp_path, head + rows(T, M, E, sep=" "), "a.dat").flux.tolist() == M.tolist()


@pytest.mark.parametrize(
    "head",
    ["# MJD Flux density (mJy) err", "# BJD  Norm. Flux  Err", "# count rates of X-1 by MAXI"],
)
def test_fluxes_that_only_a_comment_tells(tmp_path, head):
    """Nothing names the columns, and the second is read as magnitudes: not without a word."""
    X = told(
        tmp_path, head + "\n" + rows(T + 55000, M, E, sep=" "), "a comment speaks of", name="a.dat"
    )
    assert X.quantity == "mag"
    # A comment that speaks of magnitudes, too, tells nothing.
    head += " in magnitudes"
    assert read(tmp_path, head + "\n" + rows(T + 55000, M, E, sep=" "), "a.dat").quantity == "mag"


def test_small_positive_values_without_a_header(tmp_path):
    rates = np.round(0.1 + 0.01 * np.sin(T), 4)
    told(tmp_path, rows(T + 55000, rates, E, sep=" "), "all between 0 and 2", name="a.dat")
    for values in (rates - 0.1, rates + 2):
        content = rows(T + 55000, values, np.round(E / 10, 4), sep=" ")
        assert read(tmp_path, content, "a.dat").quantity == "mag"


@pytest.mark.parametrize(
    ("name", "zero", "scale"),
    [
        ("BJD_UTC", 0.0, "bjd_utc"),
        ("BJD (TCB)", 0.0, "bjd_tcb"),
        ("BJD_TDB", 0.0, "bjd_tdb"),
        ("BJD", 0.0, "bjd_tdb"),
        ("HJD_TT", 0.0, "hjd_tt"),
        ("HJD(TDB)", 0.0, "hjd_tdb"),
        ("HJD", 0.0, "hjd_utc"),
        ("BMJD_UTC", MJD, "bjd_utc"),
        ("JD_UTC", 0.0, "utc"),
        ("MJD (TT)", MJD, "tt"),
        ("obsMJD_TAI", MJD, "tai"),
        ("MJD", MJD, None),
        ("BJD_TDB - 2457000", 2457000.0, "bjd_tdb"),
        ("BJD(TCB) - 2455197.5", 2455197.5, "bjd_tcb"),
    ],
)
def test_scales_of_clocks_by_their_names(tmp_path, name, zero, scale):
    """A barycentric clock in UTC is 69 s behind one in TDB."""
    X = read(tmp_path, f"{name},mag,magerr\n" + rows(T + 2457000.5 - zero, M, E))
    assert (X.time_zero, X.time_scale) == (zero, scale)


def test_terrestrial_time_is_not_taken_for_utc(tmp_path):
    """TT - UTC is 32.184 s and 36 leap seconds in 2016: the same moments, the same time at the barycentre."""
    head = "object_id,ra,dec,{},mag,magerr\n"
    star = [["V1"] * N, [120.5] * N, [-20.5] * N]
    seconds = (32.184 + 36) / 86400
    times = {"MJD_UTC": T + 57500, "MJD_TT": T + 57500 + seconds}
    found = [
        read(tmp_path, head.format(name) + rows(*star, time, M, E)).to_barycentre("ra", "dec").time
        for name, time in times.items()
    ]
    np.testing.assert_allclose(*found, rtol=0, atol=0.01 / 86400)


@pytest.mark.parametrize("name", ["mjd", "date", "night"])
def test_modified_julian_days_without_the_time_of_the_day(tmp_path, name):
    text = f"{name},ut_hours,mag\n" + rows(np.arange(N) * 3 + 58000, np.round(T % 1 * 24, 3), M)
    columns = {"time": name, "mag": "mag"}
    X = told(tmp_path, text, "days without the time of the day", columns=columns)
    assert X.time[1] == 58003


def test_brite(tmp_path):
    """Comments of Fortran, also with a rule of dashes behind the mark."""
    text = "c BRITE = BAb\nc HJD FLUX XCEN YCEN\nc ----\n" + rows(
        T + 2457000, M, E + 10, E + 9, sep=" "
    )
    X = read(tmp_path, text, "HD1.dat")
    assert X.flux.tolist() == M.tolist()
    assert X.time_scale == "hjd_utc"


def test_a_clock_that_is_a_unit(tmp_path):
    """KELT in NASA's archive: the column is called TIME, and its unit BJD_TDB."""
    width = 20
    head = [["TIME", "MAG", "MAG_UNCERTAINTY"], ["double"] * 3, ["BJD_TDB", "mag", "mag"]]
    text = "".join("|" + "|".join(word.ljust(width) for word in row) + "|\n" for row in head)
    text += "".join(
        " " + " ".join(str(v).rjust(width) for v in row) + "\n"
        for row in zip(T + 2454200, M, E, strict=True)
    )
    X = read(tmp_path, text, "KELT.tbl")
    assert (X.time_zero, X.time_scale) == (0.0, "bjd_tdb")


def test_a_remark_below_the_names(tmp_path):
    """Muniwin's light curves tell aperture and filter in a second line."""
    text = "JD V-C s1 V-K s2\nAperture: 2, JD: geocentric, Filter: V\n"
    text += rows(T + 2456000, M - 14, E, M - 13, E * 2, sep=" ")
    X = read(tmp_path, text, "muniwin.txt", columns={"mag": "V-C", "magerr": "s1"})
    np.testing.assert_array_equal(X.mag, M - 14)
    assert X.time_zero == 0.0


def test_eleanor_lite(tmp_path):
    columns = [("TIME", 1400 + T), ("RAW_FLUX", M), ("CORR_FLUX", M / 10), ("FLUX_ERR", E)]
    columns = [fits.Column(name=name, format="D", array=values) for name, values in columns]
    columns.append(fits.Column(name="QUALITY", format="J", array=[0, 128] * (N // 2)))
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "lite.fits")
    X = read_light_curves(tmp_path / "lite.fits")
    np.testing.assert_array_equal(X.flux, M / 10)
    assert (X.time_zero, X.time_scale) == (2457000.0, "bjd_tdb")
    assert (X.flag != 0).tolist() == [False, True] * (N // 2)


def test_exposure_times_are_no_advice(tmp_path):
    text = "t0,t1,exptime,mag_bgsub,mag_bgsub_err_1\n" + rows(T + 7e8, T + 7e8, [30.0] * N, M, E)
    with pytest.raises(ValueError, match="--columns mag=mag_bgsub,time=t0"):
        read(tmp_path, text)


# --- Values and errors in one cell


@pytest.mark.parametrize(
    "written",
    [
        "{:.3f}\u00b1{:.3f}",
        "{:.3f} \u00b1 {:.3f}",
        "{:.3f} +/- {:.3f}",
        "{:.3f}+-{:.3f}",
        r"{:.3f} \pm {:.3f}",
        "{:.3f}({:.3f})",
        "{:.3f}({digits})",
    ],
)
@pytest.mark.parametrize("name", ["mag", "mag \u00b1 err", "V", "Vmag (mag)"])
def test_values_and_errors_in_one_cell(tmp_path, written, name):
    cells = [written.format(m, e, digits=round(e * 1000)) for m, e in zip(M, E, strict=True)]
    cells[3], cells[5] = "<15.1", "nan"
    X = read(tmp_path, f"BJD,{name}\n" + rows(T + 2457000, cells))
    there = np.delete(np.arange(N), [3, 5])
    np.testing.assert_allclose(X.mag[there], M[there])
    np.testing.assert_allclose(X.magerr[there], E[there])
    assert X.limit.tolist() == [i == 3 for i in range(N)]
    assert np.isnan(X.mag[5]) and np.isnan(X.magerr[5])
    assert "was in the cells of" in X.provenance


def test_digits_in_brackets_count_from_the_last(tmp_path):
    X = read(tmp_path, "BJD,mag\n" + rows([1.5, 2.5, 3.5], ["15.32(2)", "15.3(12)", "15.320(2)"]))
    np.testing.assert_allclose(X.magerr, [0.02, 1.2, 0.002])
    # Most cells must be written so.
    with pytest.raises(ValueError, match="mag is not a number"):
        read(tmp_path, "BJD,mag\n" + rows([1.5, 2.5, 3.5], ["15.32(2)", "15.3", "15.4"]))


# --- LaTeX


@pytest.mark.parametrize("kind", ["tabular", "longtable", "tabular*"])
def test_latex(tmp_path, kind):
    width = r"{\textwidth}" if kind == "tabular*" else ""
    text = (
        "\\documentclass{article}\n% \\begin{tabular}{c} of old\n\\begin{table}\n\\caption{Photometry of two stars.}\n"
        rf"\begin{{{kind}}}{width}{{l@{{ }}ccc}}" + "\n\\hline\\hline\n"
        r"Star & HJD$-$2450000 & $V$ & $\sigma_V$ \\ & (d) & (mag) & (mag) \\[2pt]" + "\n\\hline\n"
    )
    for star in ("V1", "V2"):
        text += "".join(
            rf"{star} & {t:.4f} & {m} & {e} \\" + "\n"
            for t, m, e in zip(T + 7000, M, E, strict=True)
        )
    text += (
        r"V2 & 7100.5 & $<$15.4\footnotemark[1] & \ldots \\"
        + rf"\hline \end{{{kind}}}"
        + "\n\\end{table}\n"
    )
    X = read(tmp_path, text, "table.tex")
    assert X.ids.tolist() == ["V1", "V2"]
    assert (X.time_zero, X.time_scale) == (2450000.0, "hjd_utc")
    assert X[0].mag.tolist() == M.tolist() and X[0].magerr.tolist() == E.tolist()
    assert X[1].limit.tolist() == [False] * N + [True]
    assert X[1].mag[-1] == 15.4


def test_latex_of_the_american_journals(tmp_path):
    text = (
        "\\begin{deluxetable*}{lc}\n\\tablecaption{Photometry \\label{tab}}\n"
        "\\tablehead{\\colhead{BJD$_{\\rm TDB}$} & \\colhead{$V$}\\\\ \\colhead{(days)} & \\colhead{(mag)}}\n"
        "\\startdata\n"
    )
    text += "".join(
        rf"{t:.4f} & ${m} \pm {e}$ \\" + "\n" for t, m, e in zip(T + 2457000, M, E, strict=True)
    )
    text += (
        "2457099.5 & \\nodata \\\\\n\\enddata\n\\tablecomments{As observed.}\n\\end{deluxetable*}\n"
    )
    X = read(tmp_path, text, "table.tex")
    assert (X.time_zero, X.time_scale, X.ids.tolist()) == (0.0, "bjd_tdb", ["table"])
    assert X.mag[:-1].tolist() == M.tolist() and X.magerr[:-1].tolist() == E.tolist()
    assert np.isnan(X.mag[-1])


def test_latex_that_is_no_table(tmp_path):
    one = "\\begin{tabular}{cc}\nHJD & mag \\\\\n1.5 & 2.5 \\\\\n\\end{tabular}\n"
    with pytest.raises(ValueError, match="2 tables of LaTeX: give each a file of its own"):
        read(tmp_path, one + one, "two.tex")
    with pytest.raises(ValueError, match="the table of LaTeX has no end"):
        read(tmp_path, one[:-15], "cut.tex")


# --- QDP


def test_qdp(tmp_path):
    """Swift's: times with an error up and one down, tables parted by NO, and a comment that names the columns."""
    half = N // 2
    lines = [f"{t} 0.1 -0.2 {m} {e}\n" for t, m, e in zip(T, M, E, strict=True)]
    text = "READ TERR 1\nREAD SERR 2\n! WT data\n! MJD Rate\n" + "".join(lines[:half])
    text += "NO NO NO NO NO\n! PC data\n" + "".join(lines[half:])
    X = read(tmp_path, text, "GRB.qdp")
    assert X.ids.tolist() == ["GRB"]
    np.testing.assert_array_equal(X.time, T)
    np.testing.assert_array_equal(X.flux, M)
    np.testing.assert_array_equal(X.fluxerr, E)


def test_qdp_without_names(tmp_path):
    text = "READ SERR 2\n" + rows(T, M, E, sep=" ")
    X = told(tmp_path, text, "the second is read as a flux", name="a.qdp")
    np.testing.assert_array_equal(X.flux, M)
    np.testing.assert_array_equal(X.fluxerr, E)
    columns = {"time": "col1", "mag": "col2", "magerr": "col2_err"}
    assert read(tmp_path, text, "a.qdp", columns=columns).mag.tolist() == M.tolist()


def test_qdp_with_errors_up_and_down(tmp_path):
    text = "READ TERR 2\n! MJD Rate\n" + rows(T, M, 2 * E, -E, sep=" ")
    np.testing.assert_allclose(read(tmp_path, text, "a.qdp").fluxerr, 1.5 * E)
