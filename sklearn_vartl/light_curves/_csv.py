"""Long tables as comma-separated (or tab-separated) text."""

from ._columns import resolve
from ._from_long import from_long
from ._to_pandas import to_pandas

_MISSING = ["", "nan", "NaN", "NAN", "null", "NULL", "None", "NA", "N/A", "<NA>", "--"]
# Roles read as text whatever they look like: 007 is not 7, and a band may be called 1.
_TEXT_ROLES = ("id", "label", "survey", "band", "field")


def read_csv(path, columns):
    """Light curves of a table with one row a point; identifiers and labels are text."""
    import pandas as pd

    separator = "\t" if ".tsv" in path.suffixes else ","
    names = pd.read_csv(path, sep=separator, nrows=0).columns.tolist()
    found = resolve(names, names, columns).names
    text = {found[role] for role in _TEXT_ROLES if role in found}
    return from_long(read_table(path, text, sep=separator), columns)


def read_table(path, text, **options):
    """A table of text, in which the columns named in `text` stay text."""
    import pandas as pd

    names = pd.read_csv(path, nrows=0, **options).columns.tolist()
    # A class or a star may well be called "NA": only an empty field is missing in a column of text.
    missing = {name: [""] if name in text else _MISSING for name in names}
    table = pd.read_csv(
        path,
        dtype=dict.fromkeys(text, str),
        na_values=missing,
        keep_default_na=False,
        low_memory=False,
        **_exact_numbers(pd),
        **options,
    )
    if not isinstance(table.index, pd.RangeIndex):
        raise ValueError("rows have more fields than the header")
    return table


def _exact_numbers(pandas):
    """Options with which pandas reads the nearest double; since 3.1 it does so by itself, and wants none."""
    version = tuple(map(int, pandas.__version__.split(".")[:2]))
    return {} if version >= (3, 1) else {"float_precision": "round_trip"}


def write_csv(X, path):
    """A table with one row a point. Time scale and zero have no place in it."""
    separator = "\t" if ".tsv" in path.suffixes else ","
    to_pandas(X).to_csv(path, sep=separator, index=False)
