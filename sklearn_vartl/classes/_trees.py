"""Standard trees of variable-star classes, in the names that `harmonise` gives."""

# What varies and why. An inner node is a class of its own where a survey does not divide it: LPV
# in Catalina, E for eclipsing stars of unknown kind in ASAS.
VARIABLE_STAR_TAXONOMY = {
    "PULSATING": {
        "RRLYR": ["RRAB", "RRAB_BL", "RRC", "RRD"],
        "CEPHEIDS": ["CEP", "CEP_MULTI", "ACEP", "T2CEP", "RVTAU"],
        "DSCUTIDS": ["DSCT", "SXPHE", "LBOO"],
        "GMODES": ["GDOR", "SPB"],
        "BCEP": None,
        "LPV": ["MIRA", "SR", "OSARG"],
    },
    "E": ["EC", "ESD", "ED"],
    "ROT": ["ELL", "ACV", "CP"],
    "ERUPTIVE": {
        "YSO": ["TTAU", "HAEBE"],
        "SUPERGIANTS": ["PVSG", "SDOR"],
        "BE": None,
        "WR": None,
        "RCB": None,
        "UV": None,
    },
    "CV": ["UG", "NOVA", "AM"],
    "SN": None,
    "XB": None,
    "QSO": None,
    "NONVAR": None,
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
