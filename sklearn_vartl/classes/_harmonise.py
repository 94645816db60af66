"""Names of variable-star classes: the same class under other names, and relatives.

The standard names are those of the variability catalogues (RRAB, CEP, EC, ...), in capitals.
"""

import re

import numpy as np

from ._names import IN_SURVEY, SUPERCLASS, SYNONYMS


def harmonise(labels, survey=None, *, classes=None):
    """Translate the class names of a survey.

    Parameters
    ----------
    labels : array-like of shape (n,)
        Class names as the catalogue has them; missing labels (None, NaN) stay as they are.

    survey : str, default=None
        Survey or catalogue they come from, where a name has its own meaning there: "EB" is a
        beta Lyrae star in GCVS, VSX, ASAS-SN and ZTF, and any eclipsing binary elsewhere; "CEP" is
        a Cepheid of any type in Gaia; OGLE gives modes ("F", "1O"), CRTS
        numbers ("type 1").

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
    own = IN_SURVEY.get((survey or "").upper(), {})
    return own.get(name) or SYNONYMS.get(name, name)


def _normalise(label):
    return re.sub(r"[^A-Z0-9]+", "_", str(label).upper()).strip("_")


def _lineage(standard):
    """The class and its superclasses, from the narrowest up."""
    lineage = [standard]
    while lineage[-1] in SUPERCLASS:
        lineage.append(SUPERCLASS[lineage[-1]])
    return lineage
