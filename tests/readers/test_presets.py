"""What all presets of surveys have in common; each survey's layout has a file of its own."""

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.light_curves import SURVEY_PRESETS, LightCurves


def test_columns_of_a_survey_s_stars_reach_the_features():
    from sklearn_vartl import LightCurveFeatures

    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "oid": np.repeat([5, 6], 30),
            "hjd": 2458000 + np.tile(np.sort(rng.uniform(0, 50, 30)), 2),
            "mag": rng.normal(15, 1, 60),
            "magerr": 0.1,
            "catflags": 0,
            "filtercode": "zg",
            "ra": np.repeat([10.0, 20.0], 30),
        }
    )
    X = LightCurves.from_any(table, "ztf")
    features = LightCurveFeatures(["skewness"], passthrough=["ra"]).fit_transform(X)
    assert features[:, 1].tolist() == [10.0, 20.0]


def test_a_table_of_another_layout_says_what_the_preset_expects():
    table = pd.DataFrame({"id": [1], "time": [0.0], "mag": [1.0]})
    with pytest.raises(ValueError, match="preset 'ztf' expects the time in hmjd or hjd or mjd"):
        LightCurves.from_any(table, "ztf")


def test_labels_and_survey_are_found_beside_a_preset():
    table = pd.DataFrame({"oid": [1], "hmjd": [0.0], "mag": [1.0], "label": ["EC"]})
    X = LightCurves.from_any(table, "ztf")
    assert X.labels.tolist() == ["EC"]
    assert X.survey == "ZTF"


def test_presets_are_a_read_only_table():
    with pytest.raises(TypeError):
        SURVEY_PRESETS["mine"] = None
    for preset in SURVEY_PRESETS.values():
        assert preset.survey
        assert preset.times
        assert {"mag", "flux"} & set(preset.columns)


def julian(date):
    """The Julian date of a date; the first of the year 2000 began at 2451544.5."""
    return 2451544.5 + float((np.datetime64(date) - np.datetime64("2000-01-01")).astype(int))


@pytest.mark.parametrize(
    ("survey", "column", "zero", "scale"),
    [
        ("crts", "MJD", julian("1858-11-17"), "utc"), ("atlas", "MJD", julian("1858-11-17"), "utc"),
        ("ztf", "hmjd", julian("1858-11-17"), "hjd_utc"), ("ztf", "hjd", 0.0, "hjd_utc"), ("ztf", "jd", 0.0, "utc"),
        ("ztf", "mjd", julian("1858-11-17"), "utc"), ("rubin", "midpointMjdTai", julian("1858-11-17"), "tai"),
        ("asassn", "HJD", 0.0, "hjd_utc"), ("asassn", "jd", 0.0, "utc"), ("aavso", "JD", 0.0, "utc"),
        ("gaia", "time", julian("2010-01-01"), "bjd_tcb"), ("panstarrs", "obsTime", julian("1858-11-17"), "tai"),
        ("ptf", "obsmjd", julian("1858-11-17"), "utc"), ("kepler", "TIME", julian("2009-01-01") + 0.5, "bjd_tdb"),
        ("k2", "T", julian("2009-01-01") + 0.5, "bjd_tdb"), ("tess", "TIME", julian("2014-12-08") + 0.5, "bjd_tdb"),
        ("macho", "dateobs", julian("1858-11-17"), "utc"), ("eros", "date", 2450000.0, "hjd_utc"),
        ("neowise", "mjd", julian("1858-11-17"), "utc"), ("allwise", "mjd", julian("1858-11-17"), "utc"),
        ("snana", "MJD", julian("1858-11-17"), "utc"), ("dasch", "HJD", 0.0, "hjd_utc"), ("dasch", "JD", 0.0, "utc"),
        ("wasp", "HJD", 0.0, "hjd_utc"), ("cdips", "TMID_BJD", 0.0, "bjd_tdb"),
        ("astroimagej", "BJD_TDB", 0.0, "bjd_tdb"), ("astroimagej", "J.D.-2400000", 2400000.0, "utc"),
        ("muniwin", "JDHEL", 0.0, "hjd_utc"), ("muniwin", "JD", 0.0, "utc"),
    ],
)  # fmt: skip
def test_where_the_clocks_of_surveys_have_their_zero(survey, column, zero, scale):
    assert SURVEY_PRESETS[survey].times[column] == (zero, scale)


def test_clocks_of_surveys_that_count_seconds():
    # WASP since 2004, GALEX since the zero of GPS.
    assert SURVEY_PRESETS["wasp"].times["TMID"] == (julian("2004-01-01"), "hjd_utc", 86400.0)
    assert SURVEY_PRESETS["gphoton"].times["t_mean"] == (julian("1980-01-06"), "utc", 86400.0)


@pytest.mark.parametrize(
    ("survey", "flux", "mag"),
    [
        # AB magnitudes are of janskys, with 3631 at zero: 8.9 mag within three thousandths.
        ("atlas", 1e6, 8.9), ("panstarrs", 1.0, 8.9), ("rubin", 1.0, 31.4), ("snana", 1.0, 27.5), ("wasp", 1.0, 15.0),
    ],
)  # fmt: skip
def test_the_magnitude_of_a_flux(survey, flux, mag):
    zero = SURVEY_PRESETS[survey].reference_flux
    assert -2.5 * np.log10(flux / zero) == pytest.approx(mag, abs=1e-4)


@pytest.mark.parametrize(
    ("survey", "column", "kept", "rejected"),
    [
        ("ztf", "catflags", [0, 1, 32767, 65536], [32768, 32769, 98304]),
        ("ztf", "infobitssci", [0, 33554431], [33554432]),
        ("ztf", "scisigpix", [25, np.nan], [25.1]), ("ztf", "sciinpseeing", [4, 0], [4.1]),
        ("ztf", "dubious", ["false", "0"], ["True", "1", "t"]),
        ("asas", "GRADE", ["A", "B", "C"], ["D"]), ("asassn", "quality", ["G"], ["B"]),
        ("atlas", "err", [0, np.nan], [1, -1]),
        ("panstarrs", "psfQfPerfect", [0.91, 1], [0.9, 0, np.nan]), ("ptf", "goodflag", [1], [0]),
        ("neowise", "qual_frame", [10, 5, np.nan], [0]), ("tess", "QUALITY", [0], [1, 128]), ("k2", "MOVING", [0], [1]),
        ("gphoton", "flags", [0], [2]), ("aavso", "Validation Flag", ["V", "Z"], ["T"]),
        ("gaia", "rejected_by_photometry", [False], [True]), ("rubin", "isDipole", [], []),
    ],
)  # fmt: skip
def test_points_that_surveys_advise_against(survey, column, kept, rejected):
    if not kept:
        assert column not in SURVEY_PRESETS[survey].reject
        return
    told = SURVEY_PRESETS[survey].reject[column]
    assert not told(np.array(kept)).any() and told(np.array(rejected)).all()


@pytest.mark.parametrize(
    ("survey", "above"),
    [("asas", 29), *((name, 90) for name in ("ogle", "asassn", "ztf", "aavso", "macho", "eros", "dasch"))],
)  # fmt: skip
def test_magnitudes_from_which_on_nothing_is_measured(survey, above):
    preset = SURVEY_PRESETS[survey]
    # Placeholders are 29.999 of ASAS, 99.999 and such of others; nobody measures 30 mag there.
    assert preset.missing_above == above and preset.missing_below == (
        -90 if survey == "macho" else -np.inf
    )
    assert preset.limit_error_above == (90 if survey == "asassn" else np.inf)
    assert preset.limit_without_error is False
    assert (
        SURVEY_PRESETS["neowise"].limit_without_error
        and SURVEY_PRESETS["allwise"].limit_without_error
    )


def test_codes_of_bands():
    bands = {name: dict(SURVEY_PRESETS[name].bands) for name in ("ztf", "panstarrs", "ptf")}
    assert bands["panstarrs"] == {"1": "g", "2": "r", "3": "i", "4": "z", "5": "y"}
    assert bands["ptf"] == {"1": "g", "2": "R"}
    assert [bands["ztf"][code] for code in ("1", "zr", "ZTF_i", "2", "3")] == list("griri")
    for name, behind in (("neowise", ""), ("allwise", "_ep")):
        assert dict(SURVEY_PRESETS[name].wide) == {
            f"W{k}": {f"w{k}mpro{behind}": "mag", f"w{k}sigmpro{behind}": "magerr"} for k in (1, 2, 3, 4)
        }  # fmt: skip


def test_the_layout_with_the_most_names_is_recognised():
    from sklearn_vartl.readers import _presets

    assert _presets.recognised(["JD", "V-C", "s1", "more"]) == "muniwin"
    assert _presets.recognised(["JD", "V-C"]) is None and _presets.recognised([]) is None
    names = ["MJD", "oid", "mag", "magerr", "catflags", "filtercode", "HJD", "MAG_0", "MER_0"]
    assert _presets.recognised(names) == "ztf"
    for name in ("ASAS-SN", "asassn", "Pan STARRS", "WISE", "EROS-2", "aavso_webobs"):
        assert _presets.survey_preset(name).survey
    with pytest.raises(ValueError, match="There is no preset 'sdss'; there are asas, "):
        _presets.survey_preset("sdss")


def test_the_error_of_a_preset_is_that_of_the_column_that_was_found():
    from sklearn_vartl.readers import _presets

    preset = SURVEY_PRESETS["ogle"]
    found = _presets.named_by_preset(preset, ["HJD", "V", "e_I", "e_V"], [])
    assert found == {"time": "HJD", "mag": "V", "magerr": "e_V"}
    assert _presets.named_by_preset(preset, ["HJD", "V", "e_I"], []) == {"time": "HJD", "mag": "V"}
    flagged = _presets.named_by_preset(SURVEY_PRESETS["ztf"], ["hmjd", "mag", "catflags"], ["oid"])
    assert flagged == {"time": "hmjd", "mag": "mag", "id": "oid", "reject:catflags": "catflags"}


def test_each_value_of_a_preset_has_errors_of_its_own():
    from sklearn_vartl.readers import _presets

    for name, preset in SURVEY_PRESETS.items():
        for value in {"mag", "flux"} & preset.columns.keys():
            errors = preset.columns.get(value + "err")
            assert errors is None or len(errors) == len(preset.columns[value]), name
    dasch = SURVEY_PRESETS["dasch"]
    # Of two calibrations the error of the other one is none; whatever their capitals, of two of its own the first.
    for errors, own in (
        ("magcal_iso_rms", None), ("magcal_iso_rms magcal_local_error", "magcal_local_error"),
        ("magcal_local_error magcal_local_rms", "magcal_local_rms"), ("Magcal_Local_RMS", "Magcal_Local_RMS"),
    ):  # fmt: skip
        for mag in ("magcal_local", "MAGCAL_LOCAL"):
            names = ["date_jd", mag, *errors.split()]
            found = _presets.named_by_preset(dasch, names, [])
            assert (found["mag"], found.get("magerr")) == (mag, own)
    assert (
        "in magcal_magdep or magcal_local or magcal_iso or mag;" in _presets.expected("dasch") + ";"
    )


def test_which_flux_is_magnitude_zero():
    from sklearn_vartl.readers import _presets

    def magnitude(provenance, survey=None, **options):
        X = LightCurves([0.0, 1.0, 2.0], [1.0, 10.0, 100.0], None, quantity="flux", survey=survey)
        X = _presets.as_magnitudes(X.replace(provenance=provenance), **options)
        return None if X.quantity == "flux" else round(float(X.mag[0]), 3)

    assert magnitude("layout of snana") == 27.5 and magnitude("layout of nothing") is None
    assert magnitude(None, columns="snana") == 27.5 and magnitude(None, columns="auto") is None
    assert magnitude(None, survey="SNANA") == 27.5 and magnitude(None) is None
    # Of Rubin there are two: whole fluxes, and differences.
    assert magnitude(None, survey="Rubin") is None
    assert magnitude("layout of tess") == 2.5 and magnitude(None, reference=100.0) == 5.0
    assert magnitude("layout of snana", reference=100.0) == 5.0
    mags = LightCurves([0.0], [14.0])
    assert _presets.as_magnitudes(mags) is mags
    assert _presets.reference_flux("wasp") == 1e6
    with pytest.raises(ValueError, match="'ogle' records no reference flux"):
        _presets.reference_flux("ogle")
