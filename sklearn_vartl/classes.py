"""Names of variable-star classes: synonyms, relations, `harmonise`, and the standard trees.

The standard names are those of the variability catalogues (RRAB, CEP, EC, ...), in capitals. The ground
floor: imports the checks alone. Every room that meets a class name asks here.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from ._validation import is_missing_label, warn_user

__all__ = [
    "CRTS_TAXONOMY",
    "VARIABLE_STAR_TAXONOMY",
    "group_of",
    "harmonise",
    "lineage",
    "related_classes",
]

_TABLE = tomllib.loads(Path(__file__).with_name("classes.toml").read_text(encoding="utf-8"))
SYNONYMS = {other: name for name, each in _TABLE["synonyms"].items() for other in each.split()}
# Names that mean something else in one survey or catalogue than elsewhere; surveys that need no table of their own.
IN_SURVEY, PLAIN_SURVEYS = _TABLE["in_survey"], _TABLE["plain_surveys"].split()
# Class -> the superclass it belongs to. All that the package knows of relations follows from this
# table: relatives, groups of displays, the standard tree.
SUPERCLASS = {child: name for name, below in _TABLE["below"].items() for child in below}
# Names beside the standard one that are classes of their own; groups, in the order of a figure.
ALSO_SPELT, GROUPS = _TABLE["also_spelt"], _TABLE["groups"]


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
    cause: {kind: _branch(kind) for kind in kinds} if kinds else _branch(cause)
    for cause, kinds in _TABLE["mechanism"].items()
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
    words = {*SYNONYMS, *SYNONYMS.values(), *SUPERCLASS, *SUPERCLASS.values(), *_TABLE["mechanism"]}
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
    for known in (*IN_SURVEY, *PLAIN_SURVEYS):
        # Releases and phases: "Gaia DR3", "OGLE-IV", "ASAS3".
        if re.fullmatch(known + r"(E?DR)?([0-9]+[A-Z]?|[IVX]+)?", name):
            return IN_SURVEY.get(known, {})
    warn_user(
        f"The survey {survey!r} is not known: its class names are taken in their usual meaning. "
        f"Surveys with names of their own: {', '.join(sorted(IN_SURVEY))}."
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
