"""Names of variable-star classes: the same class under other names, and relatives.

The standard names are those of the variability catalogues (RRAB, CEP, EC, ...), in capitals.
"""

import re

import numpy as np

# Other names of a class -> standard name, after `_normalise`.
_SYNONYMS = {
    "RRL_AB": "RRAB", "RR_AB": "RRAB", "RR0": "RRAB", "RRAB_BL": "RRAB", "BLAZHKO": "RRAB",
    "RRL_C": "RRC", "RR_C": "RRC", "RR1": "RRC", "RRL_E": "RRC", "RRE": "RRC",
    "RRL_D": "RRD", "RR_D": "RRD", "RR01": "RRD",
    "RRL": "RRLYR", "RR": "RRLYR", "RR_LYRAE": "RRLYR",
    "CEPH_F": "CEP", "CEPH_1O": "CEP", "DCEP": "CEP", "DCEP_FU": "CEP", "DCEP_FO": "CEP",
    "DCEPS": "CEP", "CEPHEID": "CEP", "CLASSICAL_CEPHEID": "CEP", "CCEP": "CEP", "CEPH": "CEP",
    "CEPH_OTHER": "CEP_MULTI", "DMCEP": "CEP_MULTI", "CEP_B": "CEP_MULTI",
    "T2CEPH": "T2CEP", "CW": "T2CEP", "CWA": "T2CEP", "CWB": "T2CEP", "PTCEP": "T2CEP",
    "TYPE_II_CEPHEID": "T2CEP", "ACEPH": "ACEP", "BLBOO": "ACEP",
    "DSCTC": "DSCT", "HADS": "DSCT", "DELTA_SCUTI": "DSCT", "SX_PHE": "SXPHE",
    "GAMMA_DOR": "GDOR", "BETA_CEP": "BCEP", "LAMBDA_BOO": "LBOO",
    "EB_EC": "EC", "EW": "EC", "CONTACT": "EC", "W_UMA": "EC",
    "EB_ESD": "ESD", "BETA_LYRAE": "ESD", "SEMI_DETACHED": "ESD",
    "EB_ED": "ED", "EA": "ED", "ALGOL": "ED", "DETACHED": "ED",
    "EB": "E", "ECL": "E", "ECLIPSING": "E", "EC_ESD": "E", "ED_ESD": "E", "EC_ED_ESD": "E",
    "ELLIPSOIDAL": "ELL", "RS": "ROT", "SPOTTED": "ROT",
    "CP": "ACV", "ALPHA2_CVN": "ACV", "ACV_CP": "ACV",
    "M": "MIRA", "LPV_MIRA_AGB_C": "MIRA", "LPV_MIRA_AGB_O": "MIRA",
    "SRV": "SR", "SRA": "SR", "SRB": "SR", "SRC": "SR", "SRD": "SR",
    "LPV_SRV_AGB_C": "SR", "LPV_SRV_AGB_O": "SR",
    "LPV_OSARG_AGB": "OSARG", "LPV_OSARG_RGB": "OSARG",
    "BV": "BE", "GCAS": "BE", "NON_VARIABLE": "NONVAR", "CONSTANT": "NONVAR", "CONST": "NONVAR",
    "AGN": "QSO", "QUASAR": "QSO", "RV": "RVTAU", "RV_TAURI": "RVTAU", "T_TAURI": "TTAU",
}  # fmt: skip

# Names that mean something else in one survey or catalogue.
_IN_SURVEY = {
    "VSX": {"EB": "ESD"},
    "ASAS-SN": {"EB": "ESD"},
    "ZTF": {"EB": "ESD"},
}

# Class -> the superclass it belongs to.
_SUPERCLASS = {
    "RRAB": "RRLYR", "RRC": "RRLYR", "RRD": "RRLYR",
    "CEP_MULTI": "CEP", "CEP": "CEPHEIDS", "ACEP": "CEPHEIDS", "T2CEP": "CEPHEIDS",
    "RVTAU": "T2CEP",
    "DSCT": "DSCUTIDS", "SXPHE": "DSCUTIDS", "LBOO": "DSCUTIDS",
    "GDOR": "GMODES", "SPB": "GMODES",
    "EC": "E", "ESD": "E", "ED": "E",
    "ELL": "ROT", "ACV": "ROT",
    "MIRA": "LPV", "SR": "LPV", "OSARG": "LPV", "PVSG": "SUPERGIANTS", "SDOR": "SUPERGIANTS",
    "TTAU": "YSO", "HAEBE": "YSO",
}  # fmt: skip


def harmonise(labels, survey=None, *, classes=None):
    """Translate the class names of a survey.

    Parameters
    ----------
    labels : array-like of shape (n,)
        Class names as the catalogue has them; missing labels (None, NaN) stay as they are.

    survey : str, default=None
        Survey or catalogue they come from, where a name has its own meaning there ("EB" is a
        beta Lyrae star in VSX, ASAS-SN and ZTF, and any eclipsing binary elsewhere).

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
    candidates = None if classes is None else list(classes)
    known = {}
    for label in labels.ravel():
        if isinstance(label, str) and label not in known:
            known[label] = _translate(label, survey, candidates)
    names = [known[x] if isinstance(x, str) else x for x in labels.ravel()]
    return np.array(names + [None], dtype=object)[:-1].reshape(labels.shape)


def related_classes(name, candidates):
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


def _translate(label, survey, candidates):
    standard = _standard(label, survey)
    if candidates is None:
        return standard
    if label in candidates:
        return label
    for ancestor in _lineage(standard):
        for candidate in candidates:
            if _standard(candidate) == ancestor:
                return candidate
    below = [c for c in candidates if standard in _lineage(_standard(c))]
    return below[0] if len(below) == 1 else standard


def _standard(label, survey=None):
    name = _normalise(label)
    own = _IN_SURVEY.get((survey or "").upper(), {})
    return own.get(name) or _SYNONYMS.get(name, name)


def _normalise(label):
    return re.sub(r"[^A-Z0-9]+", "_", str(label).upper()).strip("_")


def _lineage(standard):
    """The class and its superclasses, from the narrowest up."""
    lineage = [standard]
    while lineage[-1] in _SUPERCLASS:
        lineage.append(_SUPERCLASS[lineage[-1]])
    return lineage
