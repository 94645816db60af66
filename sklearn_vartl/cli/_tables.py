"""Tables in and out: labels, features, classes."""

import sys
import uuid

from .._files import refuse_device
from ..light_curves import match_identifiers
from ..readers import read_labels

_PARQUET, _SEPARATORS = (".parquet", ".pq"), {".csv": ",", ".tsv": "\t"}
_JSON = (".jsonl", ".ndjson")
_ASTROPY = {".fits": "fits", ".fit": "fits", ".vot": "votable", ".xml": "votable"}
_ASTROPY |= {".ecsv": "ascii.ecsv"}
#: The suffixes, in words.
TABLES = ".parquet, .csv, .tsv, .jsonl, .fits, .vot or .ecsv"


def check_output(path):
    """Refuse an output that could not be written, before hours of work.

    Raises
    ------
    ValueError
        If the suffix is none of a table.
    FileNotFoundError
        If the folder does not exist.
    """
    _kind(path)
    check_folder(path)


def check_folder(path):
    """Refuse an output in a folder that does not exist, and a device."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent} to write {path.name} to")
    refuse_device(path)


def write_table(table, path, decimals=None, units=None):
    """Write a DataFrame in the format of the suffix; it appears only when complete.

    Parameters
    ----------
    table : DataFrame
    path : Path
    decimals : dict of str to int, default=None
        Decimals, as text, of columns whose name begins so; others have eight significant digits,
        Parquet, FITS and VOTable all.
    units : dict of str to str, default=None
        Units of columns, for the formats that keep them.
    """
    kind = _kind(path)
    part = path.with_name(f".{uuid.uuid4().hex}{''.join(path.suffixes[-2:])}")
    try:
        if kind in _PARQUET:
            table.to_parquet(part, index=False)
        elif kind in _ASTROPY:
            own = table if kind != ".ecsv" else _rounded(table, decimals)
            _to_astropy(own, units or {}).write(part, format=_ASTROPY[kind])
        elif kind in _JSON:
            lines = _rounded(table, decimals).to_json(
                orient="records", lines=True, double_precision=15
            )
            part.write_text(lines.strip("\n") + "\n", encoding="utf-8")
        else:
            _rounded(table, decimals).to_csv(
                part, index=False, sep=_SEPARATORS[kind], float_format="%.8g"
            )
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _rounded(table, decimals):
    """The table with the digits that mean something."""
    rounded = {
        name: table[name].round(number)
        for start, number in (decimals or {}).items()
        for name in table.columns
        if name.startswith(start)
    }
    return table.assign(**rounded)


def _to_astropy(table, units):
    from astropy.table import Table

    columns = {}
    for name in table.columns:
        values = table[name].to_numpy()
        if values.dtype.kind not in "biuf":
            # Text, and none as the empty one: these formats know no missing text.
            values = table[name].astype(object).where(table[name].notna(), "").astype(str)
            values = values.to_numpy(dtype=str)
            # A column of empty texts has no width, which FITS cannot write.
            values = values.astype("U1") if values.dtype.itemsize == 0 else values
        columns[name] = values
    return Table(columns, units={name: unit for name, unit in units.items() if name in columns})


def read_table(path):
    """A table that `write_table` wrote, as a DataFrame; identifiers are text.

    Raises
    ------
    OSError
        If there is no such file.
    ValueError
        If it is no table of classes.
    """
    import pandas as pd

    kind, text = _kind(path), {"object_id": str, "label": str}
    if kind in _PARQUET:
        table = pd.read_parquet(path)
    elif kind in _JSON:
        table = pd.read_json(path, lines=True, dtype=text)
    elif kind in _ASTROPY:
        from astropy.table import Table

        table = Table.read(path, format=_ASTROPY[kind]).to_pandas()
    else:
        table = pd.read_csv(path, sep=_SEPARATORS[kind], dtype=text)
    if missing := {"object_id", "label", "period"} - {*table.columns}:
        raise ValueError(f"{path} is no table of classes: it has no {', '.join(sorted(missing))}")
    return table


def read_shares(path):
    """Shares of classes: class -> share, from a CSV table with the columns class and share.

    Raises
    ------
    OSError
        If there is no such file.
    ValueError
        If it is no such table, or a class stands there twice.
    """
    import pandas as pd

    table = pd.read_csv(path, dtype={"class": str}, skipinitialspace=True)
    if not {"class", "share"} <= {*table.columns} or not len(table):
        raise ValueError(f"{path}: class shares are a table with the columns class,share")
    if (twice := table["class"][table["class"].duplicated()]).size:
        raise ValueError(f"{path}: class {twice.iloc[0]!r} stands there twice")
    return dict(zip(table["class"], table["share"].tolist(), strict=True))


def labelled_stars(X, path):
    """The stars that have a label, their own or one from a table.

    Parameters
    ----------
    X : LightCurves
    path : path-like or None
        CSV table with the columns ``object_id`` and ``label``; None takes the labels of `X`.

    Returns
    -------
    X : LightCurves
        Labelled stars only.
    n_left_out : int
        Stars without a label.

    Raises
    ------
    ValueError
        If no star has a label, or the table is no table of labels.
    """
    if path is not None:
        labels = read_labels(path)
        position, unmatched = match_identifiers(list(labels), X.ids)
        if labels and len(X) and unmatched == len(labels):
            raise ValueError(
                f"{path}: none of its {len(labels)} object_ids is among the light curves, "
                f"whose first is {str(X.ids[0])!r}"
            )
        if not len(X):
            raise ValueError(f"{path}: there are no light curves to label")
        if unmatched:
            print(
                f"vartl: warning: {unmatched} of {len(labels)} labels in {path} belong to no star",
                file=sys.stderr,
            )
        given = list(labels.values())
        X = X.replace(labels=[None if place < 0 else given[place] for place in position])
    labelled = X.labelled()
    if len(labelled) == 0:
        raise ValueError(
            "none of the light curves has a label: give a table with the columns object_id,label "
            "as --labels"
        )
    return labelled, len(X) - len(labelled)


def _kind(path):
    # A compressed table has two suffixes, the first of which says what it is.
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    for suffix in (suffixes[-1:] + suffixes[:1]) if suffixes else []:
        if suffix in (*_PARQUET, *_SEPARATORS, *_JSON, *_ASTROPY):
            return suffix
    raise ValueError(f"{path}: a table's name must end in {TABLES} (also .csv.gz)")
