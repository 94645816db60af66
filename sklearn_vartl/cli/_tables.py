"""Tables in and out: labels, features, classes."""

import uuid
from pathlib import Path

from .._files import refuse_device

_PARQUET, _SEPARATORS = (".parquet", ".pq"), {".csv": ",", ".tsv": "\t"}


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


def write_table(table, path, decimals=None):
    """Write a DataFrame as Parquet or CSV, by the suffix; it appears only when complete.

    Parameters
    ----------
    table : DataFrame
    path : Path
    decimals : dict of str to int, default=None
        Decimals, as text, of columns whose name begins so; others have eight significant digits,
        Parquet all.
    """
    kind = _kind(path)
    part = path.with_name(f".{uuid.uuid4().hex}{''.join(path.suffixes[-2:])}")
    try:
        if kind in _PARQUET:
            table.to_parquet(part, index=False)
        else:
            rounded = {
                name: table[name].round(number)
                for start, number in (decimals or {}).items()
                for name in table.columns
                if name.startswith(start)
            }
            table.assign(**rounded).to_csv(
                part, index=False, sep=_SEPARATORS[kind], float_format="%.8g"
            )
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


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
        X = X.replace(labels=[labels.get(str(star)) for star in X.ids])
        if X.labels is None or len(X.labelled()) == 0:
            raise ValueError(
                f"{path}: none of its {len(labels)} object_ids is among the light curves, "
                f"whose first is {X.ids[0]!r}"
                if len(X)
                else f"{path}: there are no light curves to label"
            )
    labelled = X.labelled()
    if len(labelled) == 0:
        raise ValueError(
            "none of the light curves has a label: give a table with the columns object_id,label "
            "as --labels"
        )
    return labelled, len(X) - len(labelled)


def read_labels(path):
    """Labels by object_id, both as text.

    Raises
    ------
    ValueError
        If a column is not there, or an object_id has two labels.
    """
    import pandas as pd

    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, sep=_separator(path))
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no CSV table: {error}") from error
    missing = [name for name in ("object_id", "label") if name not in table.columns]
    if missing:
        raise ValueError(
            f"{path} has no column {' and no column '.join(missing)}; its columns are "
            f"{', '.join(map(str, table.columns))}"
        )
    table = table.loc[table["label"] != "", ["object_id", "label"]].drop_duplicates()
    twice = table.loc[table["object_id"].duplicated(), "object_id"]
    if len(twice):
        raise ValueError(f"{path} gives the star {twice.iloc[0]!r} two different labels")
    return dict(zip(table["object_id"], table["label"], strict=True))


def _separator(path):
    return "\t" if ".tsv" in Path(path).suffixes else ","


def _kind(path):
    # A compressed table has two suffixes, the first of which says what it is.
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    for suffix in (suffixes[-1:] + suffixes[:1]) if suffixes else []:
        if suffix in _PARQUET or suffix in _SEPARATORS:
            return suffix
    raise ValueError(f"{path}: a table's name must end in .parquet, .csv or .tsv (also .csv.gz)")
