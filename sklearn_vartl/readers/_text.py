"""Text: tables with separators, and folders of columns, one star a file."""

from urllib.parse import quote

import numpy as np

from ..light_curves import (
    LightCurves,
    check_distinct_ids,
    concatenate,
    point_columns,
    star_columns,
    to_pandas,
)
from ._assemble import assemble, numbers_and_limits
from ._columns import resolve
from ._long import from_long

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


SUFFIXES = (".dat", ".txt", ".lc")
# Beside the files: identifier, file, label, survey and per-star columns of each star.
_INDEX = "stars.csv"
_POSITIONS = ("time", "mag", "magerr")
_NUMBERS = ("time", "magerr", "fluxerr", "snr", "flag", "limit")


def read_text(path, columns):
    """One star from a file, or the stars of a folder: by its index, or each file by its name."""
    if not path.is_dir():
        return read_star(path, columns).replace(ids=[path.stem])
    index = _read_index(path / _INDEX) if (path / _INDEX).exists() else None
    if index is None:
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
    else:
        files = [path / name for name in index.pop("file")]
    if not files:
        raise ValueError(f"no files ending in {', '.join(SUFFIXES)}")
    X = concatenate([read_star(file, columns) for file in files])
    if index is None:
        return X.replace(ids=[file.stem for file in files])
    per_star = {"ids": index.pop("object_id"), "labels": index.pop("label", None)}
    survey = index.pop("survey", X.survey)
    return X.replace(**per_star, survey=survey, table=index or None)


def read_star(path, columns):
    """The star of one file, with the name of the file in every error."""
    try:
        return _parsed(path.read_text(encoding="utf-8").splitlines(), columns)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path.name}: {error}") from error


def _parsed(lines, columns):
    lines = [line.strip() for line in lines if line.strip()]
    data = [line for line in lines if not line.startswith("#")]
    comments = lines[: lines.index(data[0])] if data else lines
    delimiter = "," if "," in (data or [""])[0] else None
    names = None
    if data and not _is_number(_words_of(data[0], delimiter)[0]):
        names = _words_of(data.pop(0), delimiter)
    if not data:
        return _no_points(names, comments, columns)
    cells = np.loadtxt(data, dtype=str, delimiter=delimiter, comments=None, ndmin=2)
    width = cells.shape[1]
    if width < 2:
        raise ValueError("needs columns for time and magnitude")
    names = names or _names_in(comments, width)
    if names is None or (columns is None and width <= 3):
        # Up to three columns have one meaning, whatever a comment or header calls them.
        extra = [f"column{place}" for place in range(3, width)]
        names = names if _quantity(names, None) else [*_POSITIONS, *extra][:width]
    if len(names) != width:
        raise ValueError(f"the header has {len(names)} columns, the data have {width}")
    found = resolve(names, [], columns)
    points = {role: cells[:, names.index(name)] for role, name in found.of_points().items()}
    for role in set(points) & set(_NUMBERS):
        points[role], _ = numbers_and_limits(points[role], role)
    for role in {"flag", "limit"} & set(points):
        points[role] = points[role].astype(np.int64)
    return assemble(points, np.array([0, len(cells)]), {}, {}, found)


def _no_points(names, comments, columns):
    names = names or (_words_of(comments[-1].lstrip("# "), None) if comments else None)
    return LightCurves([], [], quantity=_quantity(names, columns) or "mag")


def _quantity(names, columns):
    """What columns of these names hold, None where time or value is not recognised."""
    try:
        return resolve(names or [], [], columns).quantity
    except ValueError:
        return None


def _names_in(comments, width):
    """Column names: the last comment with as many different words as there are columns."""
    for line in reversed(comments):
        text = line.lstrip("# ")
        words = _words_of(text, "," if "," in text else None)
        if len(words) == len(set(words)) == width:
            return words
    return None


def _words_of(line, delimiter):
    return [word.strip() for word in line.split(delimiter)]


def _is_number(word):
    try:
        float(word)
    except ValueError:
        return False
    return True


def _read_index(path):
    index = read_table(path, {"object_id", "file", "label", "survey"})
    missing = {"object_id", "file"} - set(index.columns)
    if missing:
        raise ValueError(f"{path.name} has no column {', '.join(sorted(missing))}")
    for name in index["file"]:
        # The index comes with the data: it must not lead to files elsewhere.
        if not isinstance(name, str) or "/" in name or "\\" in name or name in ("", ".", ".."):
            raise ValueError(f"{path.name} names {name!r}, which is no file of the folder")
    return {name: index[name].to_numpy() for name in index.columns}


def write_text(X, path):
    """A file of columns for each star, and an index with what belongs to the stars."""
    import pandas as pd

    check_distinct_ids(X)
    path.mkdir(parents=True, exist_ok=True)
    files = [quote(str(star), safe=" +-.,;()[]") + SUFFIXES[0] for star in X.ids]
    columns = point_columns(X)
    texts = {name: _words(values, name) for name, values in columns.items()}
    for position, file in enumerate(files):
        points = slice(X.offsets[position], X.offsets[position + 1])
        rows = zip(*(words[points] for words in texts.values()), strict=True)
        body = "".join(" ".join(row) + "\n" for row in rows)
        (path / file).write_text("# " + " ".join(columns) + "\n" + body, encoding="utf-8")
    index = star_columns(X)
    pd.DataFrame({"object_id": index.pop("object_id"), "file": files} | index).to_csv(
        path / _INDEX, index=False
    )


def _words(values, name):
    if values.dtype.kind == "b":
        values = values.astype(np.int64)
    # The shortest text that reads back as the same number.
    words = [repr(v) if isinstance(v, float) else str(v) for v in values.tolist()]
    broken = next((word for word in words if len(word.split()) != 1), None)
    if broken is not None:
        raise ValueError(f"{name} {broken!r} is not one word, which text files need: write Parquet")
    return words
