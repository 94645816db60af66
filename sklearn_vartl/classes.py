"""Names of variable-star classes: synonyms, relations, `harmonise`, and the standard trees.

The standard names are those of the variability catalogues (RRAB, CEP, EC, ...), in capitals. The ground
floor: imports the checks alone. Every room that meets a class name asks here.
"""

import re
import warnings
from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from ._validation import is_missing_label

__all__ = [
    "CRTS_TAXONOMY",
    "VARIABLE_STAR_TAXONOMY",
    "group_of",
    "harmonise",
    "lineage",
    "related_classes",
]

# Other names of a class, whoever uses them.
_NAMES = {
    "RRAB": "RR_LYRAE_AB RRLYRAE_AB RRLYR_AB RR_LYR_AB RRL_FUNDAMENTAL "
    "RR_LYRAE_FUNDAMENTAL_MODE RRL_AB RRLAB RR_AB RR0 RRAB_BL BLAZHKO RRA RRB",
    "RRC": "RR_LYRAE_C RRLYRAE_C RRLYR_C RR_LYR_C "
    "RR_LYRAE_FIRST_OVERTONE RRL_C RRLC RR_C RR1 RRL_E RRE RR_E RRC_BL",
    "RRD": "RR_LYRAE_D RRLYRAE_D RRLYR_D RR_LYR_D "
    "RR_LYRAE_DOUBLE_MODE RRL_D RRLD RR_D RR01 ARRD RR_B RRD_BL",
    "RRLYR": "RRL RR RR_LYR RR_LYRAE RRLYRAE",
    "CEP": "CLASSICAL_CEPHEIDS CEPHEIDS_I DELTA_CEPHEID DELTA_CEPHEIDS CEPHEID_F CEPHEID_1O "
    "CEPH_F CEPH_1O DCEP DCEP_FU DCEP_FO DCEPS CEPHEID CLASSICAL_CEPHEID CCEP CEPH CEP_F "
    "CEP_1O DELTA_CEP DELTA_CEPHEI CEP_FU CEP_FO",
    "CEP_MULTI": "MULTIPLE_MODE_CEPHEID CEPH_OTHER DMCEP CEP_B DCEP_B DCEPS_B DCEP_MULTI CEP_F1O "
    "CEP_1O2O",
    "T2CEP": "POPULATION_II_CEPHEID T2CEPH CW CWA CWB CWB_B CWBS CWBS_B CW_FU CW_FO PTCEP "
    "TYPE_II_CEPHEID CEPII CEP_II "
    "T2 BL_HER BLHER W_VIR WVIR PWVIR PEC_WVIR T2CEP_BLHER T2CEP_WVIR",
    "ACEP": "ACEPH BLBOO ACEPS ACEP_B ANOMALOUS_CEPHEID ACEP_F ACEP_1O",
    "RVTAU": "RV RVA RVB RV_TAU RV_TAURI T2CEP_RVTAU",
    "DSCT": "D_SCT D_SCUTI DELTASCT DELTASCUTI DSCUTI DELTA_SCUTI_STAR "
    "DSCTC DSCTR HADS HADS_B LADS DELTA_SCUTI DELTA_SCT",
    "SXPHE": "SX_PHE SXPHE_B SX_PHOENICIS",
    "GDOR": "G_DOR GAMMADOR GAMMA_DOR GAMMA_DORADUS",
    "BCEP": "BETA_CEP BETA_CEPHEI BCEPS",
    "SPB": "SLOWLY_PULSATING_B_STARS SPBE SLOWLY_PULSATING_B",
    "LBOO": "LAMBDA_BOOTIS LAMBDA_BOOTIS_VARIABLE LAMBDA_BOO",
    "EC": "W_UMA_TYPE CONTACT_BINARY CONTACT_BINARIES OVERCONTACT OVER_CONTACT OVERCONTACT_BINARY CONTACT_SYSTEM "
    "CONTACT_SYSTEMS W_URSAE_MAJ W_URSAE_MAJORIS EB_EC EW EW_KE EW_KW EW_DW EW_RS CONTACT W_UMA WUMA "
    "ECL_C E_K",
    "ESD": "BETA_LYR_TYPE B_LYR BLYR BETALYR SEMIDETACHED_BINARY SEMI_DETACHED_BINARY "
    "SEMIDETACHED EB_ESD BETA_LYRAE BETA_LYR BET_LYR SEMI_DETACHED EA_SD EB_SD EW_SD EB_RS",
    "ED": "ALGOL_TYPE DETACHED_BINARY BETA_PER BETA_PERSEI EDB "
    "ALGOL_BETA_PERSEI EB_ED EA ALGOL DETACHED EA_D EA_DM EA_RS EA_UP EA_GS EA_WD ECL_D PCEB",
    "E": "ECLIPSING_BINARY ECLIPSING_BINARIES ECLBIN EBIN ECLIPSING_BIN ECLIPSE EBS "
    "CLOSE_BINARY_ECLIPSING_SYSTEMS EB ECL ECLIPSING EC_ESD ESD_EC ED_ESD ESD_ED EC_ED "
    "ED_EC EC_ED_ESD EA_EB EB_EW EA_EW "
    "ECL_NC E_RS",
    "ELL": "ELLIPSOIDAL ECL_ELL EL",
    "ROT": "ROTATOR ROTATING ROTATING_VARIABLE SPOTTED_STAR RS_CANUM_VENATICORUM "
    "RS RSCVN RS_CVN BY BYDRA BY_DRA FKCOM SPOTTED R SOLAR_LIKE ROTATIONAL",
    "ACV": "CP CHEMICALLY_PECULIAR CHEMICALLY_PECULIAR_STARS ALPHA2_CANUM_VENATICORUM ALPHA2_CVN "
    "ACV_CP ACVO MCP SXARI ACV_CP_MCP_ROAM_ROAP_SXARI "
    "ACV_CP_MCP_ROAM_ROAP_SXARI_ROT",
    "MIRA": "MIRA_VARIABLE MIRA_STAR OMICRON_CETI "
    "M LPV_MIRA_AGB_C LPV_MIRA_AGB_O MIRAS O_MIRA C_MIRA",
    "SR": "SEMIREGULAR_VARIABLE SEMI_REGULAR_VARIABLE "
    "SEMIREGULAR_PULSATING_VARIABLE SRV SRA SRB SRC SRD SRS LPV_SRV_AGB_C LPV_SRV_AGB_O "
    "SEMIREGULAR SEMI_REGULAR",
    "OSARG": "LPV_OSARG_AGB LPV_OSARG_RGB",
    "LPV": "L LB LC LONG_PERIOD LONG_PERIOD_VARIABLE LSP SARV",
    "PVSG": "PERIODICALLY_VARIABLE_SUPERGIANTS ACYG",
    "SDOR": "S_DORADUS LBV S_DOR",
    "BE": "BV GCAS BE_STAR",
    "TTAU": "T_TAURI TTS CTTS WTTS TTS_ROT INT INT_IT",
    "HAEBE": "HERBIG_AE_BE_STAR UXOR INA ISA HERBIG_AE_BE",
    "RCB": "RCRB DYPER",
    "WR": "WOLF_RAYET",
    "UV": "UVN FLARE FLARES",
    "UG": "UGER UGSS UGSU UGWZ UGZ DN DWARF_NOVA",
    "NOVA": "N NA NB NC NR",
    "AM": "POLAR",
    "CV": "CATACLYSMIC",
    "SN": "SNE SN_I SN_IA SN_II SUPERNOVA SN_IB SN_IC",
    "XB": "X_RAY_BINARY X HMXB LMXB XN XP XRAY_BINARY",
    "QSO": "AGN QUASAR BLLAC BLAZAR",
    "NONVAR": "NONVARIABLE NOT_VARIABLE NOTVAR CONSTANT_STAR NON_VARIABLES "
    "NON_VARIABLE CONSTANT CONST NON_VAR CST",
}


SYNONYMS = {other: name for name, others in _NAMES.items() for other in others.split()}


# General Catalogue of Variable Stars and its kind: EB is the beta Lyrae type.
_GCVS = {"EB": "ESD"}


# Names that mean something else in one survey or catalogue than elsewhere.
IN_SURVEY = {
    "GCVS": _GCVS,
    "VSX": _GCVS,
    "ASASSN": _GCVS,
    "ZTF": {"EB": "ESD"},
    # Modes of pulsation, which OGLE's lists of Cepheids have in place of a class; C and NC are the
    # contact and other eclipsing stars.
    "OGLE": {
        "F": "CEP",
        "1O": "CEP",
        "2O": "CEP",
        "F1O": "CEP_MULTI",
        "F_1O": "CEP_MULTI",
        "1O2O": "CEP_MULTI",
        "1O_2O": "CEP_MULTI",
        "F1O2O": "CEP_MULTI",
        "C": "EC",
        "NC": "E",
    },
    # Gaia's CEP are Cepheids of every type.
    "GAIA": {"CEP": "CEPHEIDS"},
    # Numbers of the southern catalogue (Drake et al. 2017), as "type 1". The northern one numbers
    # otherwise, so that a number alone tells nothing.
    "CRTS": {
        "TYPE_1": "RRAB",
        "TYPE_2": "RRC",
        "TYPE_3": "RRD",
        "TYPE_4": "RRAB",
        "TYPE_5": "EC",
        "TYPE_6": "ED",
        "TYPE_7": "ROT",
        "TYPE_8": "LPV",
        "TYPE_9": "DSCT",
        "TYPE_10": "ACEP",
        "TYPE_12": "T2CEP",
    },
}


# Class -> the superclass it belongs to. All that the package knows of relations follows from this
# table: relatives, groups of displays, the standard tree.
SUPERCLASS = {
    "RRAB": "RRLYR", "RRC": "RRLYR", "RRD": "RRLYR",
    "CEP": "CEPHEIDS", "CEP_MULTI": "CEP", "ACEP": "CEPHEIDS", "T2CEP": "CEPHEIDS",
    "RVTAU": "T2CEP",
    "DSCT": "DSCUTIDS", "SXPHE": "DSCUTIDS", "LBOO": "DSCUTIDS",
    "GDOR": "GMODES", "SPB": "GMODES",
    "MIRA": "LPV", "SR": "LPV", "OSARG": "LPV",
    "EC": "E", "ESD": "E", "ED": "E",
    "ELL": "ROT", "ACV": "ROT",
    "TTAU": "YSO", "HAEBE": "YSO",
    "PVSG": "SUPERGIANTS", "SDOR": "SUPERGIANTS",
    "UG": "CV", "NOVA": "CV", "AM": "CV",
}  # fmt: skip


# What makes the stars vary; None: by what they are.
MECHANISM = {
    "PULSATING": ["RRLYR", "CEPHEIDS", "DSCUTIDS", "GMODES", "BCEP", "LPV"],
    "E": None,
    "ROT": None,
    "ERUPTIVE": ["YSO", "SUPERGIANTS", "BE", "WR", "RCB", "UV"],
    "CV": None,
    "SN": None,
    "XB": None,
    "QSO": None,
    "NONVAR": None,
}


# Names beside the standard one that surveys' labels often have, as classes of their own.
ALSO_SPELT = {"RRAB": ["RRAB_BL"], "ACV": ["CP"]}


# Groups a person thinks in, in the order of a figure.
GROUPS = {
    "eclipsing": ("E",),
    "rotational": ("ROT",),
    "RR Lyrae": ("RRLYR",),
    "Cepheids": ("CEPHEIDS",),
    "short-period pulsators": ("DSCUTIDS", "GMODES", "BCEP"),
    "long-period variables": ("LPV", "SUPERGIANTS"),
    "young and eruptive stars": ("YSO", "BE", "WR", "RCB", "UV"),
    "cataclysmic and exploding stars": ("CV", "SN", "XB"),
    "not periodic": ("NONVAR", "QSO"),
}


# Surveys and catalogues whose names need no table of their own.
PLAIN_SURVEYS = (
    "AAVSO ASAS ATLAS CATALINA COROT CSDR DASCH EROS EROS2 HATS HIPPARCOS K2 KEPLER LINEAR "
    "LSST MACHO MOA NEOWISE NSVS PANSTARRS PTF RUBIN SDSS SKYMAPPER SUPERWASP TESS TESSSPOC TRES "
    "UPSILON UPSILONT VVV VVVX WASP WISE"
).split()


def _leaves(name):
    """A class with its other spellings, then all classes below it; a superclass itself is none."""
    below = [child for child, parent in SUPERCLASS.items() if parent == name]
    own = [name, *ALSO_SPELT.get(name, [])] if not below or name in ("CEP", "T2CEP") else []
    return own + [leaf for child in below for leaf in _leaves(child)]


def _branch(name):
    leaves = _leaves(name)
    return None if leaves == [name] else leaves


# What varies and why. An inner node is a class of its own where a survey does not divide it: LPV
# in Catalina, E for eclipsing stars of unknown kind in ASAS.
VARIABLE_STAR_TAXONOMY = {
    cause: _branch(cause) if kinds is None else {kind: _branch(kind) for kind in kinds}
    for cause, kinds in MECHANISM.items()
}


# The tree of Hosenie et al. (2020) for the Catalina southern variables.
CRTS_TAXONOMY = {
    "Eclipsing": ["EC", "ED"],
    "ROT": None,
    "Pulsating": {
        "RR Lyrae": ["RRAB", "RRC", "RRD", "RRAB_BL"],
        "LPV": None,
        "DSCT": None,
        "Cepheids": ["ACEP", "T2CEP"],
    },
}


def harmonise(
    labels: ArrayLike, survey: str | None = None, *, classes: ArrayLike | None = None
) -> np.ndarray:
    """Translate the class names of a survey.

    Parameters
    ----------
    labels : array-like of shape (n,)
        Class names as the catalogue has them; missing labels (None, NaN) stay as they are, and None
        takes the place of those that are text, as "nan", "--" or "?".
    survey : str, default=None
        Survey or catalogue they come from, however it is spelt ("ASAS-SN", "asassn", "Gaia DR3"),
        where a name has its own meaning there: "EB" is a beta Lyrae star in GCVS, VSX, ASAS-SN and
        ZTF, and any eclipsing binary elsewhere; "CEP" is a Cepheid of any type in Gaia; OGLE gives
        modes ("F", "1O"), CRTS numbers ("type 1"). Without a survey, "EB" is a beta Lyrae star
        where "EA" or "EW" stand beside it, as in GCVS. A survey that is not known gets a warning:
        its names are taken in their usual meaning.
    classes : array-like of str, default=None
        Translate into these classes, for instance those of a model: a label becomes the class of
        the same meaning, else the superclass it belongs to (MIRA -> LPV), else the one class
        that belongs to it (LPV -> MIRA where no other long-period class is there). A label
        without such a class keeps its standard name.

    Returns
    -------
    names : ndarray of str objects of shape (n,)
        Standard names, or members of `classes`.

    Examples
    --------
    >>> from sklearn_vartl import harmonise
    >>> harmonise(["RRL_ab", "EB_EC", "CP", "RRAB_BL"])
    array(['RRAB', 'EC', 'ACV', 'RRAB'], dtype=object)
    >>> harmonise(["MIRA", "SR", "RRc"], classes=["LPV", "RRC"])
    array(['LPV', 'LPV', 'RRC'], dtype=object)
    >>> harmonise(["EB"], survey="ASAS-SN")
    array(['ESD'], dtype=object)
    """
    labels = np.asarray(labels, dtype=object)
    if any(isinstance(label, bytes) for label in labels.ravel()):
        words = [
            x.decode("utf-8", "replace") if isinstance(x, bytes) else x for x in labels.ravel()
        ]
        labels = np.array([*words, None], dtype=object)[:-1].reshape(labels.shape)
    candidates = None if classes is None else np.asarray(classes, dtype=object).tolist()
    different = {label for label in labels.ravel() if isinstance(label, str)}
    own = _names_of_survey(survey) if survey else _names_told_by_neighbours(different)
    named = {x: _translate(x, own, candidates) for x in different if not is_missing_label(x)}
    # What a mark of doubt alone leaves is no name either.
    known = {label: name for label, name in named.items() if not is_missing_label(name)}
    names = [known.get(x) if isinstance(x, str) else x for x in labels.ravel()]
    return np.array(names + [None], dtype=object)[:-1].reshape(labels.shape)


def related_classes(name: object, candidates: Iterable) -> list:
    """Those among `candidates` that are nearest in meaning to a class.

    Parameters
    ----------
    name : object
        Class; only strings have relatives.
    candidates : sequence

    Returns
    -------
    related : list
        Classes of the same meaning; else those of the smallest superclass that has any; empty
        where there are none.

    Examples
    --------
    >>> from sklearn_vartl.transfer import related_classes
    >>> related_classes("RRAB", ["RRC", "MIRA", "EW"])
    ['RRC']
    """
    if not isinstance(name, str):
        return []
    meanings = {c: _standard(c) for c in candidates if isinstance(c, str)}
    for ancestor in _lineage(_standard(name)):
        related = [c for c, meaning in meanings.items() if ancestor in _lineage(meaning)]
        if related:
            # Rows of the very class, where it is there, are better than those of sub-classes.
            return [c for c in related if meanings[c] == ancestor] or related
    return []


def lineage(label: str, survey: str | None = None) -> list[str]:
    """A class by its standard name, and its superclasses from the narrowest up.

    Parameters
    ----------
    label : str
        Class in any spelling that `harmonise` knows.
    survey : str, default=None
        As in `harmonise`.

    Examples
    --------
    >>> from sklearn_vartl.classes import lineage
    >>> lineage("W_Ursae_Maj")
    ['EC', 'E']
    """
    return _lineage(_standard(label, _names_of_survey(survey) if survey else {}))


def group_of(label: object) -> str | None:
    """The group of classes that a person thinks in: "eclipsing", "RR Lyrae", "Cepheids", ...

    None for a class that no group holds.

    Examples
    --------
    >>> from sklearn_vartl.classes import group_of
    >>> group_of("EA/SD"), group_of("Mira"), group_of("my own class")
    ('eclipsing', 'long-period variables', None)
    """
    if not isinstance(label, str):
        return None
    above = _lineage(_standard(label))
    return next((group for group, heads in GROUPS.items() if set(heads) & set(above)), None)


def misspelt(labels: Iterable) -> dict:
    """Labels that no survey uses and that are one slip of the finger from one that is in use.

    What is no text, or shorter than four letters, is passed over; the others have the name that was meant, probably.

    Examples
    --------
    >>> from sklearn_vartl.classes import misspelt
    >>> misspelt(["Mira", "Mria", "Cephied", "EC", "my class"])
    {'Mria': 'MIRA', 'Cephied': 'CEPHEID'}
    """
    known = _known_names()
    meant = {}
    # Few different ones, of many stars.
    for label in (each for each in dict.fromkeys(labels) if isinstance(each, str)):
        name = _normalise(label)
        if len(name) >= _SHORTEST and name not in known:
            near = sorted(known & _one_slip_away(name))
            if near:
                meant[label] = near[0]
    return meant


# Shorter names are one slip from each other: EA, EB, EC, ED.
_SHORTEST = 4


@cache
def _known_names():
    words = {*SYNONYMS, *SYNONYMS.values(), *SUPERCLASS, *SUPERCLASS.values(), *MECHANISM}
    words.update(name for names in IN_SURVEY.values() for pair in names.items() for name in pair)
    return frozenset(words)


def _one_slip_away(name):
    """Words of letters that one letter more, less, other or exchanged with the next makes of a name."""
    cuts = [(name[:i], name[i:]) for i in range(len(name) + 1)]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    slips = {left + right[1:] for left, right in cuts if right[:1].isalpha()}
    slips |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    slips |= {left + c + right[1:] for left, right in cuts if right[:1].isalpha() for c in letters}
    slips |= {left + c + right for left, right in cuts for c in letters}
    return {word for word in slips if len(word) >= _SHORTEST}


def _translate(label, own, candidates):
    standard = _standard(label, own)
    if candidates is None:
        return standard
    if label in candidates:
        return label
    for ancestor in _lineage(standard):
        for candidate in candidates:
            if isinstance(candidate, str) and _standard(candidate) == ancestor:
                return candidate
    below = [c for c in candidates if isinstance(c, str) and standard in _lineage(_standard(c))]
    return below[0] if len(below) == 1 else standard


def _standard(label, own=None):
    """The standard name; `own` are names with a meaning of their own where the label is from."""
    name = _normalise(label)
    return (own or {}).get(name) or SYNONYMS.get(name, name)


def _names_of_survey(survey):
    """Names with a meaning of their own in a survey; a warning where the survey is not known."""
    name = re.sub(r"[^A-Z0-9]+", "", str(survey).upper())
    for known in sorted({*IN_SURVEY, *PLAIN_SURVEYS}, key=len, reverse=True):
        # Releases and phases: "Gaia DR3", "OGLE-IV", "ASAS3".
        if re.fullmatch(known + r"(E?DR)?([0-9]+[A-Z]?|[IVX]+)?", name):
            return IN_SURVEY.get(known, {})
    warnings.warn(
        f"The survey {survey!r} is not known: its class names are taken in their usual meaning. "
        f"Surveys with names of their own: {', '.join(sorted(IN_SURVEY))}.",
        UserWarning,
        stacklevel=3,
    )
    return {}


def _names_told_by_neighbours(labels):
    names = {_normalise(label) for label in labels}
    return IN_SURVEY["GCVS"] if names & {"EA", "EW"} else {}


def _normalise(label):
    return re.sub(r"[^A-Z0-9]+", "_", str(label).upper()).strip("_")


def _lineage(standard):
    lineage = [standard]
    while lineage[-1] in SUPERCLASS:
        lineage.append(SUPERCLASS[lineage[-1]])
    return lineage
