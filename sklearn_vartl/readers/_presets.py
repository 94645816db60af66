"""How surveys lay out their light curves: column names, time zero, missing values, bad points.

A preset is data, no code path of its own: a survey is added by adding an entry to the table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

MJD = 2400000.5
# Julian dates that a survey gives in full or less 2,450,000, file by file.
JD_OR_SHORT = "jd"


@dataclass(frozen=True)
class SurveyPreset:
    """The layout of one survey's light curves.

    Attributes
    ----------
    survey : str or None
        Name of the survey.
    times : mapping of str to (float or "jd", str)
        The columns that may hold the time, best first: Julian date of their zero and time scale.
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
    reference_flux : float or None
        Flux of magnitude zero in the survey's unit.
    flux_unit : str or None
        The survey's unit of flux; columns that say another one are converted.
    wide : mapping of str to mapping
        For surveys that put the bands side by side, by band: each column of the band and the column
        of the layout with a `band` column that it stands for.

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
    reference_flux: float | None = None
    flux_unit: str | None = None
    wide: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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


def _gaia_band(start, time, *rejects):
    """Columns of one band in Gaia's array and transit layouts, by the column of its long layout."""
    return {
        time: "time",
        start + "_mag": "mag",
        start + "_flux_over_error": "flux_over_error",
        **{name: name for name in rejects},
    }


# What the observatory's documentation of the flags advises to leave out.
_RUBIN_REJECT = {
    "psfFlux_flag": _true,
    "invalidPsfFlag": _true,
    "pixelFlags_bad": _true,
    "pixelFlags_saturatedCenter": _true,
    "pixelFlags_suspectCenter": _true,
}
_RUBIN: dict[str, Any] = {
    "times": {"midpointMjdTai": (MJD, "tai"), "expMidptMJD": (MJD, "tai")},
    "flux_unit": "nJy",
}
# The columns of the light-curve files of Kepler and TESS.
_SPACECRAFT: dict[str, Any] = {
    "columns": {
        "flux": ("PDCSAP_FLUX", "SAP_FLUX"),
        "fluxerr": ("PDCSAP_FLUX_ERR", "SAP_FLUX_ERR"),
    },
    "reject": {"QUALITY": lambda values: np.nan_to_num(np.asarray(values, dtype=float)) != 0},
}
_GAIA_WIDE_REJECTS = (
    "variability_flag_g_reject",
    "variability_flag_bp_reject",
    "variability_flag_rp_reject",
    "photometry_flag_noisy_data",
    "photometry_flag_bp_reject",
    "photometry_flag_rp_reject",
)

SURVEY_PRESETS = MappingProxyType(
    {
        "asas": SurveyPreset(
            survey="ASAS",
            times={"HJD": (JD_OR_SHORT, "hjd_utc")},
            columns={"mag": ("MAG_0",), "magerr": ("MER_0",)},
            reject={"GRADE": _any_of("D")},
            missing_above=29.0,
        ),
        "crts": SurveyPreset(
            survey="CRTS",
            times={"MJD": (MJD, "utc")},
            columns={"id": ("InputID", "MasterID"), "mag": ("Mag",), "magerr": ("Magerr",)},
        ),
        "ogle": SurveyPreset(
            survey="OGLE",
            times={"HJD": (JD_OR_SHORT, "hjd_utc"), "time": (JD_OR_SHORT, "hjd_utc")},
            columns={
                "id": ("ID", "id"),
                "mag": ("I", "V", "mag"),
                "magerr": ("e_I", "e_V", "magerr"),
            },
            missing_above=90.0,
        ),
        "asassn": SurveyPreset(
            survey="ASAS-SN",
            times={"HJD": (0.0, "hjd_utc"), "hjd": (0.0, "hjd_utc"), "jd": (0.0, "utc")},
            columns={
                "id": ("asas_sn_id", "asassn_name"),
                "mag": ("mag",),
                "magerr": ("mag_err",),
                "band": ("Filter", "phot_filter"),
                "field": ("Camera", "camera"),
            },
            reject={"quality": _any_of("B")},
            limit_error_above=90.0,
        ),
        "ztf": SurveyPreset(
            survey="ZTF",
            times={"hmjd": (MJD, "hjd_utc"), "hjd": (0.0, "hjd_utc"), "mjd": (MJD, "utc")},
            columns={
                "id": ("objectid", "objectId", "oid", "ps1_objid"),
                "mag": ("mag",),
                "magerr": ("magerr",),
                "band": ("filterid", "filtercode", "band", "fid"),
                "field": ("fieldid", "field"),
            },
            # Bit 15: the photometry of this epoch is likely affected by clouds or moonlight.
            reject={"catflags": _bit(32768)},
            bands={"1": "g", "2": "r", "3": "i", "zg": "g", "zr": "r", "zi": "i"},
        ),
        "rubin": SurveyPreset(
            survey="Rubin",
            columns={
                "id": ("diaObjectId", "objectId"),
                # Where there is a scienceFlux, psfFlux is that of the difference image.
                "flux": ("scienceFlux", "psfFlux"),
                "fluxerr": ("scienceFluxErr", "psfFluxErr"),
                "band": ("band",),
            },
            reject={"forced_PsfFlux_flag": _true, **_RUBIN_REJECT},
            # Fluxes in nanojansky; AB magnitude 31.4 is one of them.
            reference_flux=10 ** (31.4 / 2.5),
            **_RUBIN,
        ),
        "rubin_difference": SurveyPreset(
            survey="Rubin",
            columns={
                "id": ("diaObjectId", "objectId"),
                "flux": ("psfDiffFlux", "psfFlux"),
                "fluxerr": ("psfDiffFluxErr", "psfFluxErr"),
                "band": ("band",),
            },
            reject={
                "psfDiffFlux_flag": _true,
                "diff_PixelFlags_nodataCenter": _true,
                "isDipole": _true,
                **_RUBIN_REJECT,
            },
            # No reference flux: the light of the template is missing from a difference.
            **_RUBIN,
        ),
        "gaia": SurveyPreset(
            survey="Gaia",
            times={"time": (2455197.5, "bjd_tcb")},
            columns={
                "id": ("source_id", "SOURCE_ID"),
                "mag": ("mag",),
                "snr": ("flux_over_error",),
                "band": ("band",),
            },
            reject={
                "rejected_by_photometry": _true,
                "rejected_by_variability": _true,
                **dict.fromkeys(_GAIA_WIDE_REJECTS, _true),
            },
            wide={
                "G": _gaia_band(
                    "g_transit",
                    "g_transit_time",
                    "variability_flag_g_reject",
                    "photometry_flag_noisy_data",
                ),
                "BP": _gaia_band(
                    "bp", "bp_obs_time", "variability_flag_bp_reject", "photometry_flag_bp_reject"
                ),
                "RP": _gaia_band(
                    "rp", "rp_obs_time", "variability_flag_rp_reject", "photometry_flag_rp_reject"
                ),
            },
        ),
        "kepler": SurveyPreset(
            survey="Kepler", times={"TIME": (2454833.0, "bjd_tdb")}, **_SPACECRAFT
        ),
        "tess": SurveyPreset(survey="TESS", times={"TIME": (2457000.0, "bjd_tdb")}, **_SPACECRAFT),
    }
)
