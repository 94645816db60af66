"""How surveys lay out their light curves: column names, time zero, missing values, bad points.

A preset is data, no code path of its own: a survey is added by adding an entry to the table.
"""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from ._names import STAR_NAMES, first_of, likely_roles
from ._units import AB_ZERO_FLUX, MJD

# Julian dates that a survey gives in full or less 2,450,000, file by file.
JD_OR_SHORT = "jd"
# Role of the columns that flag points, before their names.
REJECT = "reject:"


@dataclass(frozen=True)
class SurveyPreset:
    """The layout of one survey's light curves.

    Attributes
    ----------
    survey : str or None
        Name of the survey.
    times : mapping of str to (float or "jd", str) or (float, str, float)
        The columns that may hold the time, best first: Julian date of their zero, time scale, and how many of their
        units are a day where they are no days.
    columns : mapping of str to tuple of str
        The columns that may play each other role, best first.
    reject : mapping of str to callable
        The points that the survey itself advises against: for a column, a function from its values
        to a mask.
    missing_above : float
        Magnitudes from this value on stand for "not measured".
    limit_error_above : float
        Magnitudes with an error from this value on are upper limits.
    bands : mapping
        Names of the bands by the survey's codes.
    reference_flux : float, "median" or None
        Flux of magnitude zero in the survey's unit; "median": of each star, its median flux.
    flux_unit : str or None
        The survey's unit of flux; columns that say another one are converted.
    wide : mapping of str to mapping
        For surveys that put the bands side by side, by band: each column of the band and the column
        of the layout with a `band` column that it stands for.
    missing_below : float
        Magnitudes up to this value stand for "not measured".
    limit_without_error : bool
        Whether a magnitude without an error is an upper limit.
    star : tuple of str
        Columns that name a star together, joined by dots.
    signatures : tuple of tuple of str
        Columns that, all of them together, no other table has: how the layout is recognised.
    headless : tuple of str
        Names of the columns of files without a header.
    remark : str or None
        What a user should know of the values.

    Examples
    --------
    >>> from sklearn_vartl.light_curves import SURVEY_PRESETS, LightCurves, SurveyPreset
    >>> isinstance(SURVEY_PRESETS["asas"], SurveyPreset)
    True
    >>> table = {"HJD": [2500.5, 2501.5], "MAG_0": [12.1, 99.999], "MER_0": [0.1, 0.1]}
    >>> LightCurves.from_any([table], columns="asas").survey
    'ASAS'
    """

    survey: str | None = None
    times: Mapping[str, tuple] = field(default_factory=dict)
    columns: Mapping[str, tuple] = field(default_factory=dict)
    reject: Mapping[str, Callable] = field(default_factory=dict)
    missing_above: float = np.inf
    limit_error_above: float = np.inf
    bands: Mapping = field(default_factory=dict)
    reference_flux: float | str | None = None
    flux_unit: str | None = None
    wide: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing_below: float = -np.inf
    limit_without_error: bool = False
    star: tuple[str, ...] = ()
    signatures: tuple[tuple[str, ...], ...] = ()
    headless: tuple[str, ...] = ()
    remark: str | None = None


def _true(values):
    # Tables written as text hold flags as words.
    words = np.char.lower(np.asarray(values).astype(str))
    return np.isin(words, ("true", "1", "1.0", "t", "yes"))


def _any_of(*codes):
    return lambda values: np.isin(np.asarray(values).astype(str), codes)


def _bit(bit):
    return lambda values: (
        (np.nan_to_num(np.asarray(values, dtype=float)).astype(np.int64) & bit) != 0
    )


def _above(limit):
    return lambda values: np.nan_to_num(np.asarray(values, dtype=float)) > limit


def _quality(values):
    return np.nan_to_num(np.asarray(values, dtype=float)) != 0


def _names(text):
    return tuple(text.split("|")) if text else ()


def _preset(survey, times, signatures=(), headless="", columns=None, **settings):
    """A preset whose names are written in one text, with bars between them."""
    return SurveyPreset(
        survey=survey,
        times={name: clock for names, clock in times.items() for name in _names(names)},
        columns={role: _names(names) for role, names in (columns or {}).items()},
        signatures=tuple(map(_names, signatures)),
        headless=_names(headless),
        **settings,
    )


def _spacecraft(survey, zero, fluxes, signatures, **errors):
    """Light-curve files of Kepler, K2 and TESS: fluxes of the pipelines, best first."""
    return _preset(
        survey,
        {"TIME|time|T|Time": (zero, "bjd_tdb")},
        signatures,
        columns={
            "flux": fluxes,
            "fluxerr": "|".join(errors.get(name, name + "_ERR") for name in _names(fluxes)),
        },
        # Of K2SFF, points taken while the thrusters fired.
        reject=dict.fromkeys(
            _names("QUALITY|SAP_QUALITY|MOVING|TESS_flags|TGLC_flags|DQUALITY"), _quality
        ),
        reference_flux="median",
    )


def _side_by_side(**bands):
    """Columns of magnitude and error by band."""
    return {band: {mag: "mag", error: "magerr"} for band, (mag, error) in bands.items()}


def _gaia_band(start, time, *rejects):
    """Columns of one band in Gaia's array and transit layouts, by the column of its long layout."""
    return {
        time: "time",
        start + "_mag": "mag",
        start + "_flux_over_error": "flux_over_error",
        **{name: name for name in rejects},
    }


_GAIA_BANDS = {
    "G": _gaia_band(
        "g_transit", "g_transit_time", "variability_flag_g_reject", "photometry_flag_noisy_data"
    ),
    "BP": _gaia_band(
        "bp", "bp_obs_time", "variability_flag_bp_reject", "photometry_flag_bp_reject"
    ),
    "RP": _gaia_band(
        "rp", "rp_obs_time", "variability_flag_rp_reject", "photometry_flag_rp_reject"
    ),
}
# What the observatory's documentation of the flags advises to leave out.
_RUBIN_REJECT = dict.fromkeys(
    _names(
        "psfFlux_flag|invalidPsfFlag|pixelFlags_bad|pixelFlags_saturatedCenter|pixelFlags_suspectCenter"
    ),
    _true,
)
_RUBIN_TIMES = {"midpointMjdTai": (MJD, "tai"), "expMidptMJD": (MJD, "tai")}

# Columns of a download of the AAVSO, which may come without its header.
_AAVSO = (
    "JD|Magnitude|Uncertainty|HQuncertainty|Band|Observer Code|Comment Code(s)|Comp Star 1|Comp Star 2|Charts|"
    "Comments|Transfomed|Airmass|Validation Flag|Cmag|Kmag|HJD|Star Name"
)
# Columns of the reports that observers send to the AAVSO, whose header is a comment and may be missing.
AAVSO_EXTENDED = _names(
    "NAME|DATE|MAG|MERR|FILT|TRANS|MTYPE|CNAME|CMAG|KNAME|KMAG|AMASS|GROUP|CHART|NOTES"
)
AAVSO_VISUAL = _names("NAME|DATE|MAG|COMMENTCODE|COMP1|COMP2|CHART|NOTES")

SURVEY_PRESETS = MappingProxyType(
    {
        "asas": _preset(
            "ASAS",
            {"HJD": (JD_OR_SHORT, "hjd_utc")},
            ["HJD|MAG_0|MER_0"],
            columns={"mag": "MAG_0", "magerr": "MER_0"},
            reject={"GRADE": _any_of("D")},
            missing_above=29.0,
        ),
        "crts": _preset(
            "CRTS",
            {"MJD|mjd": (MJD, "utc")},
            ["MasterID|Mag|Magerr|MJD", "InputID|Mag|Magerr|MJD"],
            "MJD|Mag|Magerr|Blend",
            columns={"id": "InputID|MasterID", "mag": "Mag|mag", "magerr": "Magerr|magerr"},
        ),
        "ogle": _preset(
            "OGLE",
            {"HJD|time|hjd": (JD_OR_SHORT, "hjd_utc")},
            headless="time|mag|magerr",
            columns={"id": "ID|id", "mag": "I|V|mag|magnitude", "magerr": "e_I|e_V|magerr|error"},
            missing_above=90.0,
        ),
        "asassn": _preset(
            "ASAS-SN",
            {"HJD|hjd": (0.0, "hjd_utc"), "jd|JD": (0.0, "utc")},
            [
                "HJD|UT Date|Camera|mag|mag_err",
                "jd|cam|mag|mag_err|asas_sn_id",
                "hjd|camera|mag|mag_err|flux|flux_err",
                "jd|camera|mag|mag_err|phot_filter",
                "jd|cam|mag|mag_err|limit|quality",
                "JD|Mag|Mag Error|Limit|Camera|Quality",
            ],
            columns={
                "id": "asas_sn_id|asassn_name",
                "mag": "mag|Mag",
                "magerr": "mag_err|Mag Error",
                "band": "Filter|phot_filter|filter",
                "field": "Camera|camera|cam",
            },
            reject={"quality": _any_of("B"), "Quality": _any_of("B")},
            missing_above=90.0,
            limit_error_above=90.0,
        ),
        "atlas": _preset(
            "ATLAS",
            {"MJD|mjd": (MJD, "utc")},
            ["uJy|duJy|F", "uJy|duJy|m|dm"],
            columns={"flux": "uJy", "fluxerr": "duJy", "band": "F|filter"},
            reject={"err": _quality},
            reference_flux=AB_ZERO_FLUX * 1e6,
            remark="forced photometry: fluxes, of the difference image unless reduced ones were "
            "asked for; m and dm are left out",
        ),
        "ztf": _preset(
            "ZTF",
            {
                "hmjd": (MJD, "hjd_utc"),
                "hjd": (0.0, "hjd_utc"),
                "mjd": (MJD, "utc"),
                "jd": (0.0, "utc"),
                "ant_mjd": (MJD, "utc"),
            },
            [
                "oid|mag|magerr|catflags|filtercode",
                "hmjd|mag|magerr|catflags",
                "mjd|fid|magpsf_corr|sigmapsf_corr_ext",
                "mjd|fid|mag_corr|e_mag_corr_ext",
                "ant_mjd|ant_passband|ant_mag_corrected|ant_magerr_corrected",
                "jd|forcediffimflux|forcediffimfluxunc",
            ],
            columns={
                "id": "objectid|objectId|oid|ps1_objid",
                # Corrected for the light of the reference image first: brokers call the magnitude of the
                # difference "mag" beside it.
                "mag": "mag_corr|ant_mag_corrected|mag|magpsf_corr",
                # The error for extended sources: the star was in the reference image too.
                "magerr": "e_mag_corr_ext|ant_magerr_corrected|magerr|sigmapsf_corr_ext",
                "flux": "forcediffimflux",
                "fluxerr": "forcediffimfluxunc",
                "band": "filterid|filtercode|band|fid|filter|ant_passband",
                "field": "fieldid|field",
            },
            # Bit 15: the photometry of this epoch is likely affected by clouds or moonlight.
            # The service of forced photometry advises against images of such quality, noise and seeing.
            reject={
                "catflags": _bit(32768),
                "dubious": _true,
                "infobitssci": _above(33554431),
                "scisigpix": _above(25),
                "sciinpseeing": _above(4),
            },
            missing_above=90.0,
            bands={
                code: band
                for band, codes in (("g", "1|zg|ZTF_g"), ("r", "2|zr|ZTF_r"), ("i", "3|zi|ZTF_i"))
                for code in _names(codes)
            },
        ),
        "rubin": _preset(
            "Rubin",
            _RUBIN_TIMES,
            [
                "midpointMjdTai|scienceFlux|scienceFluxErr",
                "midpointMjdTai|scienceFlux|band",
                "expMidptMJD|psfFlux|psfDiffFlux",
                "midpointMjdTai|psfFlux|psfDiffFlux",
            ],
            columns={
                "id": "diaObjectId|objectId",
                # Where there is a scienceFlux, psfFlux is that of the difference image.
                "flux": "scienceFlux|psfFlux",
                "fluxerr": "scienceFluxErr|psfFluxErr",
                "band": "band",
            },
            reject={"forced_PsfFlux_flag": _true, **_RUBIN_REJECT},
            # Fluxes in nanojansky; AB magnitude 31.4 is one of them.
            reference_flux=10 ** (31.4 / 2.5),
            flux_unit="nJy",
        ),
        "rubin_difference": _preset(
            "Rubin",
            _RUBIN_TIMES,
            # Of DIA sources without the whole flux, psfFlux is that of the difference image.
            ["diaSourceId|psfFlux", "diaForcedSourceId|psfFlux"],
            columns={
                "id": "diaObjectId|objectId",
                "flux": "psfDiffFlux|psfFlux",
                "fluxerr": "psfDiffFluxErr|psfFluxErr",
                "band": "band",
            },
            reject=dict.fromkeys(
                _names("psfDiffFlux_flag|diff_PixelFlags_nodataCenter|isDipole"), _true
            )
            | _RUBIN_REJECT,
            # No reference flux: the light of the template is missing from a difference.
            flux_unit="nJy",
            remark="fluxes of the difference image, from which the template's light is missing",
        ),
        "gaia": _preset(
            "Gaia",
            {"time": (2455197.5, "bjd_tcb")},
            ["g_transit_time|g_transit_mag", "band|time|mag|flux_over_error"],
            columns={
                "id": "source_id|SOURCE_ID",
                "mag": "mag",
                "magerr": "mag_err|mag_error",
                "snr": "flux_over_error",
                "band": "band",
            },
            reject=dict.fromkeys(
                (
                    *("rejected_by_photometry", "rejected_by_variability"),
                    *(f"variability_flag_{band}_reject" for band in ("g", "bp", "rp")),
                    "photometry_flag_noisy_data",
                    *(f"photometry_flag_{band}_reject" for band in ("bp", "rp")),
                ),
                _true,
            ),
            wide=_GAIA_BANDS,
        ),
        "aavso": _preset(
            "AAVSO",
            {"JD|DATE|jd": (0.0, "utc")},
            [
                "JD|Magnitude|Uncertainty|Band",
                "NAME|DATE|MAG|MERR|FILT",
                "STARID|DATE|MAGNITUDE|MAGERR|FILTER",
                "NAME|DATE|MAG|COMMENTCODE",
            ],
            _AAVSO,
            columns={
                "id": "Star Name|NAME|STARID|Star",
                "mag": "Magnitude|MAG|magnitude|mag|MAGNITUDE",
                "magerr": "Uncertainty|MERR|uncertainty|magerr|MAGERR",
                "band": "Band|FILT|band|FILTER",
                "limit": "fainterthan|FainterThan",
            },
            reject={"Validation Flag": _any_of("T")},
            missing_above=90.0,
        ),
        "panstarrs": _preset(
            "Pan-STARRS",
            # The middle of the exposure.
            {"obsTime|obstime": (MJD, "tai")},
            ["obsTime|psfFlux|psfFluxErr|filterID", "obsTime|psfFlux|psfFluxErr|psfQfPerfect"],
            columns={
                "id": "objID|objid",
                "flux": "psfFlux",
                "fluxerr": "psfFluxErr",
                "band": "filterType|filterID|filter",
            },
            # The share of the star's light, as a point of light spreads it, that fell on good pixels.
            reject={"psfQfPerfect": lambda v: ~(np.asarray(v, float) > 0.9)},
            bands=dict(zip("12345", "grizy", strict=True)),
            reference_flux=AB_ZERO_FLUX,
            flux_unit="Jy",
            remark="fluxes of a fitted point spread function; those within apertures are left out",
        ),
        "ptf": _preset(
            "PTF",
            {"obsmjd": (MJD, "utc")},
            ["obsmjd|mag_autocorr|magerr_auto"],
            columns={"id": "oid", "mag": "mag_autocorr", "magerr": "magerr_auto", "band": "fid"},
            reject={"goodflag": lambda v: np.asarray(v, float) == 0},
            bands={"1": "g", "2": "R"},
        ),
        "kepler": _spacecraft(
            "Kepler",
            2454833.0,
            "PDCSAP_FLUX|SAP_FLUX|FLUX",
            ["TIME|PDCSAP_FLUX|SAP_QUALITY"],
        ),
        # FCOR: corrected fluxes of K2SFF; EVEREST's are FLUX, with the errors of the raw ones.
        "k2": _spacecraft(
            "K2",
            2454833.0,
            "PDCSAP_FLUX|FLUX|FCOR|SAP_FLUX",
            ["T|FRAW|FCOR|MOVING", "TIME|FLUX|FRAW|FRAW_ERR|QUALITY"],
            FLUX="FRAW_ERR",
        ),
        "tess": _spacecraft(
            "TESS",
            2457000.0,
            "PDCSAP_FLUX|KSPSAP_FLUX|DET_FLUX|CORR_FLUX|FLUX_CORR|PSF_FLUX_COR|SAP_FLUX|aperture_flux|FLUX",
            [
                "TIME|PDCSAP_FLUX|QUALITY",
                "TIME|KSPSAP_FLUX|QUALITY",
                "TIME|DET_FLUX|DET_FLUX_ERR|QUALITY",
                "TIME|RAW_FLUX|CORR_FLUX|QUALITY",
                "TIME|FLUX_RAW|FLUX_CORR|PIXEL_QUALITY",
                "TIME|PSF_FLUX_RAW|PSF_FLUX_COR|DQUALITY",
                "time|aperture_flux|cal_aper_flux|TGLC_flags",
            ],
            # Of eleanor, one error for all of its fluxes.
            CORR_FLUX="FLUX_ERR",
        ),
        "macho": _preset(
            "MACHO",
            {"dateobs|MJD|time": (MJD, "utc")},
            ["dateobs|rmag|rerr|bmag|berr"],
            "MJD|Mag|Err",
            columns={"mag": "mag|Mag", "magerr": "magerr|Err", "band": "band", "id": "star"},
            missing_below=-90.0,
            missing_above=90.0,
            wide=_side_by_side(R=("rmag", "rerr"), B=("bmag", "berr")),
            star=("fieldid", "tileid", "seqn"),
        ),
        "eros": _preset(
            "EROS-2",
            {"date": (2450000.0, "hjd_utc"), "HJD|time": (JD_OR_SHORT, "hjd_utc")},
            ["MagR|ErMagR|MagB|ErMagB"],
            "date|MagR|ErMagR|MagB|ErMagB",
            columns={"mag": "mag", "magerr": "magerr", "band": "band", "id": "erosid"},
            missing_above=90.0,
            wide=_side_by_side(R=("MagR", "ErMagR"), B=("MagB", "ErMagB")),
        ),
        "neowise": _preset(
            "NEOWISE",
            {"mjd": (MJD, "utc")},
            ["mjd|w1mpro|w1sigmpro"],
            # source_id is of each detection.
            columns={
                "mag": "mag",
                "magerr": "magerr",
                "band": "band",
                "id": "allwise_cntr|cntr_mf|source_id_mf",
            },
            reject={"qual_frame": lambda v: np.nan_to_num(np.asarray(v, float), nan=1.0) == 0},
            limit_without_error=True,
            wide=_side_by_side(**{f"W{k}": (f"w{k}mpro", f"w{k}sigmpro") for k in range(1, 5)}),
        ),
        "allwise": _preset(
            "AllWISE",
            {"mjd": (MJD, "utc")},
            ["mjd|w1mpro_ep|w1sigmpro_ep"],
            columns={
                "mag": "mag",
                "magerr": "magerr",
                "band": "band",
                "id": "source_id_mf|cntr_mf",
            },
            limit_without_error=True,
            wide=_side_by_side(
                **{f"W{k}": (f"w{k}mpro_ep", f"w{k}sigmpro_ep") for k in range(1, 5)}
            ),
        ),
        "snana": _preset(
            "SNANA",
            {"MJD": (MJD, "utc")},
            ["MJD|FLUXCAL|FLUXCALERR"],
            columns={
                "flux": "FLUXCAL",
                "fluxerr": "FLUXCALERR",
                "band": "FLT|BAND",
                "id": "SNID|CID",
            },
            # Fluxes are calibrated to a zero point of 27.5.
            reference_flux=10 ** (27.5 / 2.5),
        ),
        "dasch": _preset(
            "DASCH",
            {
                "HJD|hjd|ExposureDate|Date|date|date_jd|time": (0.0, "hjd_utc"),
                "JD|jd": (0.0, "utc"),
            },
            ["magcal_magdep", "magcal_iso|limiting_mag_local"],
            columns={
                "mag": "magcal_magdep|magcal_local|magcal_iso|mag",
                "magerr": "magcal_magdep_rms|magcal_local_rms|magcal_local_error|magcal_iso_rms|rms|magerr",
                "field": "series",
            },
            missing_above=90.0,
        ),
        "wasp": _preset(
            "WASP",
            # Of the FITS files, seconds since 2004.
            {"HJD": (0.0, "hjd_utc"), "TMID": (2453005.5, "hjd_utc", 86400.0)},
            ["TMID|TAMFLUX2|TAMFLUX2_ERR"],
            columns={
                "mag": "TAMMAG2",
                "magerr": "TAMMAG2_ERR",
                "flux": "TAMFLUX2",
                "fluxerr": "TAMFLUX2_ERR",
            },
            # A millionth of Vega's flux is a magnitude of 15.
            reference_flux=1e6,
            remark="corrected for systematic errors (TAMUZ); FLUX2 and MAG2 are left out",
        ),
        "cdips": _preset(
            "CDIPS",
            {"TMID_BJD": (0.0, "bjd_tdb")},
            ["TMID_BJD|IRM1|TFA1"],
            columns={"mag": "PCA2|IRM2", "magerr": "IRE2|IRE2"},
            remark="the second aperture, without what neighbours share (PCA2); the others are left out",
        ),
        "gphoton": _preset(
            "GALEX",
            # Seconds since the zero of GPS, without its leap seconds.
            {"t_mean": (2444244.5, "utc", 86400.0)},
            ["t_mean|mag_bgsub|mag_bgsub_err_1|mag_bgsub_err_2"],
            # The error towards fainter magnitudes, the larger one.
            columns={"id": "objid", "mag": "mag_bgsub", "magerr": "mag_bgsub_err_2"},
            reject={"flags": _quality},
            remark="magnitudes above the background near the star (mag_bgsub); the others are left out",
        ),
        "astroimagej": _preset(
            "AstroImageJ",
            {
                "BJD_TDB": (0.0, "bjd_tdb"),
                "HJD_UTC": (0.0, "hjd_utc"),
                "JD_UTC": (0.0, "utc"),
                "J.D.-2400000": (2400000.0, "utc"),
            },
            [f"{clock}|rel_flux_T1" for clock in ("BJD_TDB", "JD_UTC", "J.D.-2400000")],
            columns={"flux": "rel_flux_T1", "fluxerr": "rel_flux_err_T1"},
            reference_flux="median",
            remark="the first target of AstroImageJ, T1; other stars are left out",
        ),
        "muniwin": _preset(
            "Muniwin",
            {"JDHEL": (0.0, "hjd_utc"), "JD": (0.0, "utc")},
            ["JD|V-C|s1", "JDHEL|V-C|s1"],
            columns={"mag": "V-C", "magerr": "s1"},
            missing_above=90.0,
            remark="magnitudes less those of the comparison star, of Muniwin; other stars are left out",
        ),
    }
)


def recognised(names):
    """Name of the preset whose layout these columns have unmistakably, or None."""
    there = set(map(str, names))
    fitting = [
        (len(signature), preset)
        for preset, layout in SURVEY_PRESETS.items()
        for signature in layout.signatures
        if there >= set(signature)
    ]
    return max(fitting, default=(0, None))[1]


def survey_preset(name):
    """The preset of a survey, whatever the case and the hyphens of its name."""
    known = {re.sub(r"[^a-z0-9]", "", key): key for key in SURVEY_PRESETS}
    key = re.sub(r"[^a-z0-9]", "", name.lower())
    key = {"wise": "neowise", "eros2": "eros", "aavsowebobs": "aavso"}.get(key, key)
    if key not in known:
        raise ValueError(f"There is no preset {name!r}; there are {', '.join(SURVEY_PRESETS)}")
    return SURVEY_PRESETS[known[key]]


def named_by_preset(preset, point_names, star_names):
    """Column by role, as a preset names them; REJECT and a column for each that flags points."""
    available = list(dict.fromkeys([*point_names, *star_names]))
    wanted = {"time": tuple(preset.times), **preset.columns}
    found = {
        role: first_of(names, star_names if role in STAR_NAMES else available)
        for role, names in wanted.items()
    }
    for value in {"mag", "flux"} & found.keys():
        # The error of the very column that was found, not of another one.
        errors = wanted.get(value + "err", ())
        if found[value] in wanted[value] and len(errors) == len(wanted[value]):
            own = errors[wanted[value].index(found[value])]
            found[value + "err"] = own if own in available else None
    found |= {REJECT + name: name for name in preset.reject if name in available}
    return {role: name for role, name in found.items() if name is not None}


def expected(name):
    """What columns a preset expects, in words."""
    preset = survey_preset(name)
    values = (*preset.columns.get("mag", ()), *preset.columns.get("flux", ()))
    sides = "; ".join(f"{band}: {', '.join(each)}" for band, each in preset.wide.items() if band)
    return (
        f"The preset {name!r} expects the time in {' or '.join(preset.times)} and the magnitude or "
        f"flux in {' or '.join(values)}{f' (side by side {sides})' if sides else ''}"
    )


def not_found(table, columns, available, names):
    """What to say of a table without time or brightness, with the columns that may be meant."""
    there = ", ".join(available) or "none"
    if isinstance(columns, str):
        return f"{expected(columns)}; the columns of points are: {there}"
    lacking = " and ".join(
        word
        for word, roles in (("time", {"time"}), ("brightness", {"mag", "flux"}))
        if not roles & names.keys()
    )
    free = [name for name in table.points if name not in names.values()]
    if table.values is not None:
        free = [name for name in free if table.numbers(name) is not None] or free
    example = likely_roles(free, {r: n for r, n in names.items() if r in ("time", "mag", "flux")})
    python = ", ".join(f'"{role}": "{name}"' for role, name in example.items())
    shell = shlex.quote(",".join(f"{role}={name}" for role, name in example.items()))
    return (
        f"Time and magnitude (or flux) not found (no {lacking}): are these light curves? "
        f"the columns of points are: {there}. "
        + (
            f"Name them, as in columns={{{python}}} (in the shell --columns {shell}), or give"
            if example
            else "Give"
        )
        + f" the name of a survey's preset: {', '.join(SURVEY_PRESETS)}. Of "
        "stars or bands side by side, or one a row, make a table with one row a point and a column that names them."
    )


def aavso_upload(comments):
    """Columns of the extended or the visual format of the AAVSO, where the comments tell it."""
    for line in comments:
        found = re.match(r"\s*#\s*type\s*=\s*(extended|visual)\b", line, re.IGNORECASE)
        if found:
            return AAVSO_EXTENDED if found[1].lower() == "extended" else AAVSO_VISUAL
    return None


def reference_flux(name):
    """The flux of magnitude zero that a survey's preset records."""
    known = survey_preset(name).reference_flux
    if known is None:
        raise ValueError(f"The preset {name!r} records no reference flux; give a number")
    return known


def as_magnitudes(X, columns=None, reference=None):
    """Magnitudes of light curves, of fluxes as far as it is known how; fluxes still, where nothing tells how.

    With `columns` they were read: a preset may record its flux of magnitude zero, or that its fluxes are relative
    ("kepler", "tess"), so that magnitudes are relative to each star's median flux. `reference` is the flux of magnitude
    zero that the user gives, the name of a preset, or "median".
    """
    if X.quantity == "mag":
        return X
    if reference is None:
        layout = re.search(r"layout of (\w+)", X.provenance or "")
        if isinstance(columns, str) and columns != "auto":
            reference = survey_preset(columns).reference_flux
        elif layout and layout[1] in SURVEY_PRESETS:
            reference = SURVEY_PRESETS[layout[1]].reference_flux
        else:
            known = [
                preset.reference_flux
                for preset in SURVEY_PRESETS.values()
                if preset.survey == X.survey and preset.signatures
            ]
            # Of whole fluxes and of differences of one survey nobody knows which these are.
            reference = known[0] if len(known) == 1 else None
    if reference is None:
        return X
    how = "each star's median flux" if reference == "median" else f"a flux of {reference}"
    return X.to_magnitudes(reference).replace(
        provenance=f"{X.provenance}; fluxes turned into magnitudes, {how} as magnitude zero"
    )
