"""The stars of the OGLE-III catalogue that simulated pulsators are drawn from."""

from functools import lru_cache

import numpy as np

from ._ogle3 import load_ogle3_catalog

FIELDS = (
    *("P_1", "A_1", "R21_1", "phi21_1", "R31_1", "phi31_1"),
    *("P_2", "A_2", "R21_2", "phi21_2", "R31_2", "phi31_2"),
    *("P_3", "A_3"),
)
# Share of a class, to either side in period, among which a star of a given period is drawn.
_NEIGHBOURS = 0.02
# The class names of the package as (type, subtypes) of the catalogue.
_MEMBERS = {
    "RRAB": ("RRLyr", ("RRab",)),
    "RRC": ("RRLyr", ("RRc", "RRe")),
    "RRD": ("RRLyr", ("RRd",)),
    "CEP": ("Cep", ("F", "1", "2")),
    "CEP_MULTI": ("Cep", ("F1", "12")),
    "T2CEP": ("T2Cep", ("BLHer", "WVir", "RVTau", "pWVir")),
    "ACEP": ("aCep", ("F", "1")),
    "DSCT": ("DSCT", ("S", "F1")),
    "MIRA": ("LPV", ("Mira",)),
    "SR": ("LPV", ("SRV",)),
}


@lru_cache(maxsize=1)
def pulsator_pools():
    """For each class, its rows of the catalogue by period, an array of shape (n_rows, len(FIELDS)).

    Read once in a process (about three seconds), then kept; 15 MB.
    """
    data = load_ogle3_catalog(columns=["Type", "Subtype", *FIELDS], as_frame=False)
    pools = {}
    for label, (kind, subtypes) in _MEMBERS.items():
        rows = (data["Type"] == kind) & np.isin(data["Subtype"].astype(str), subtypes)
        rows &= np.isfinite(data["P_1"]) & np.isfinite(data["A_1"])
        pool = np.column_stack([data[name][rows] for name in FIELDS])
        pools[label] = pool[np.argsort(pool[:, 0], kind="stable")]
        pools[label].setflags(write=False)
    return pools


def draw_row(rng, label, period=None):
    """A random star of a class as a dict of its catalogue values, NaN where missing.

    With `period`, one of the stars closest to it in period, its periods scaled to that.
    """
    pool = pulsator_pools()[label]
    if period is None:
        k = rng.integers(len(pool))
    else:
        around = max(3, int(_NEIGHBOURS * len(pool)))
        k = np.searchsorted(pool[:, 0], period) + rng.integers(-around, around + 1)
    row = dict(zip(FIELDS, pool[np.clip(k, 0, len(pool) - 1)].tolist(), strict=True))
    if period is not None:
        scale = period / row["P_1"]
        row.update({name: row[name] * scale for name in ("P_1", "P_2", "P_3")})
    return row
