"""Standard trees of variable-star classes, in the names that `harmonise` gives."""

from ._names import ALSO_SPELT, MECHANISM, SUPERCLASS


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
