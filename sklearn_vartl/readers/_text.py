"""Tables of text: separators, comments, headers and encodings found out, pandas reads.

The same for ``.csv`` and for text files of one star: what a file is called decides nothing but the
name of a star that has no other. Folders of columns, one star a file, are written here too.
"""

import bz2
import csv
import gzip
import io
import lzma
import re
import zipfile
import zlib
from pathlib import PurePath
from urllib.parse import quote

import numpy as np

from ..light_curves import (
    LightCurves,
    check_distinct_ids,
    is_missing_label,
    owned,
    plain_array,
    point_columns,
    star_columns,
    to_pandas,
)
from ._columns import _STAR_NAMES, NoLightCurves, resolve, survey_preset, text_columns
from ._long import from_long
from ._presets import recognised
from ._units import MISSING_NUMBERS, base_name, placeholders

# Bytes from which the layout is found out.
_HEAD = 1 << 18
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_COMMENT = re.compile(r"\s*(#|%|//|!|\\)")
_RULE = re.compile(r"[\s\-=+|,;]*[-=]{2}[\s\-=+|,;]*")
_NUMBER = re.compile(r"[<>\[(]?[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?[:?)\]]?")
_PLAIN = re.compile(r"[+-]?\d*[.,]?\d+(?:[eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}[-/]\d\d?[-/]\d\d?([ T].*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_POSITIONS = ("time", "mag", "magerr")
_BLANKS = r"\s+"


class Layout:
    """How a file of text lays out its table.

    Attributes
    ----------
    encoding : str
    delimiter : str
        A character, or blanks of any number.
    decimal : str
        "." or ",".
    names : list of str or None
        Columns by the header; None where there is none.
    units : dict of str to str
        Units by column, where a line below the header tells them.
    n_skipped : int
        Lines before the first of the data.
    comment : str or None
        What opens comments among the data.
    comments : list of str
        Lines of comment before the data.
    rows : list of list of str
        Cells of the first rows.
    headed : bool
        Whether a row, and not a comment, names the columns.
    """

    def __init__(self, lines, encoding, header=None):
        self.encoding, self.units, self.names = encoding, {}, None
        numbered = [(i, line) for i, line in enumerate(lines) if line.strip()]
        self.comments = []
        start = 0
        for start, (_, line) in enumerate(numbered):  # noqa: B007
            if not _is_comment(line):
                break
            self.comments.append(line.strip())
        else:
            start = len(numbered)
        body = [(i, line) for i, line in numbered[start:] if not _is_comment(line)]
        marks = {_COMMENT.match(line)[1] for _, line in numbered[start:] if _COMMENT.match(line)}
        self.comment = next((mark for mark in ("#", "%", "!") if mark in marks), None)
        self.delimiter, self.decimal = _separators([line for _, line in body[:200]])
        rows = [self.cells(line) for _, line in body[:2000]]
        self.n_skipped = body[0][0] if body else len(lines)
        # A rule of dashes under, or above, the header is no row.
        while rows and _is_rule(body[len(body) - len(rows)][1]):
            rows.pop(0)
        place = len(body[:2000]) - len(rows)
        if rows and (header or _is_header(rows)):
            header = body[place][1]
            self.names = self._header_cells(header, rows)
            place += 1
            rows.pop(0)
            while rows and (_is_rule(body[place][1]) or _are_units(rows)):
                if not _is_rule(body[place][1]):
                    self.units = dict(
                        zip(self.names, (c.strip("()[] ") for c in rows[0]), strict=False)
                    )
                place += 1
                rows.pop(0)
            self.n_skipped = body[place][0] if place < len(body) else body[place - 1][0] + 1
        elif place:
            self.n_skipped = body[place][0] if place < len(body) else body[place - 1][0] + 1
        self.rows, self.headed = rows, self.names is not None
        if self.names is None and rows:
            self.names = self._commented_names(max(len(row) for row in rows))
        elif self.names is None and self.comments:
            self.names = _words_of(self.comments[-1].lstrip("#%!/\\ "))

    def cells(self, line):
        """Cells of a line."""
        if self.delimiter == _BLANKS:
            return line.split()
        if '"' in line:
            import csv

            return [c.strip() for c in next(csv.reader([line], delimiter=self.delimiter))]
        return [cell.strip() for cell in line.strip("\r\n").split(self.delimiter)]

    def _header_cells(self, line, rows):
        """Names of a header, which may have separators of its own."""
        names = self.cells(line)
        width = max((len(row) for row in rows[1:]), default=len(names))
        if self.delimiter == _BLANKS and "," in line:
            # Commas between the names, blanks between the values.
            other = [name.strip() for name in line.split(",")]
            names = other if len(other) == width else [name.strip(",") for name in names]
        return [name.strip().lstrip("#%").strip() or f"column{i}" for i, name in enumerate(names)]

    def _commented_names(self, width):
        """Column names: the last comment with as many different words as there are columns."""
        for line in reversed(self.comments):
            text = re.sub(r"^\s*(#|%|//|!|\\|--)+", "", line).strip()
            for words in (_words_of(text, self.delimiter), _words_of(text), text.split()):
                words = [word for word in words if word]
                if len(words) == len(set(words)) == width and not all(map(_is_value, words)):
                    return words
        return None


def _words_of(text, delimiter=None):
    if delimiter in (None, _BLANKS):
        return [w.strip() for w in text.split(",")] if "," in text else text.split()
    return [word.strip() for word in text.split(delimiter)]


def _is_comment(line):
    if _COMMENT.match(line):
        return True
    text = line.strip()
    # "-- HJD mag err": a comment; "--,--,5", "-- V1 2451.2 .01": missing values; "-----  ----": a rule.
    if not re.match(r"--+ *[A-Za-z]", text):
        return False
    return sum(map(_is_value, re.split(r"[\s,;|]+", text)[1:])) < 2


def _is_rule(line):
    return bool(_RULE.fullmatch(line.strip())) and not any(c.isalnum() for c in line)


def _is_value(cell):
    """Whether a cell is a number, a date or stands for none."""
    text = cell.strip().strip('"')
    return (
        text in MISSING_NUMBERS
        or _NUMBER.fullmatch(text) is not None
        or _DECIMAL_COMMA.fullmatch(text) is not None
        or _DATE.fullmatch(text) is not None
        or text.lower() in ("inf", "-inf", "+inf")
    )


def _is_header(rows):
    """Whether the first row names the columns: words where the others have numbers."""
    first, others = rows[0], rows[1:50]
    named = [not _is_value(cell) and cell != "" for cell in first]
    if not any(named) or any(_NUMBER.fullmatch(c.strip('"')) for c in first if "." in c):
        return False
    if not others:
        return sum(named) == len(first) or sum(map(_known, first)) > 1
    known = sum(map(_known, first))
    for place, is_name in enumerate(named):
        below = [row[place] for row in others if place < len(row)]
        if is_name and below and np.mean([_is_value(cell) for cell in below]) > 0.5:
            return True
    return known > 1 and all(named)


def _known(cell):
    return base_name(cell) in _USUAL


_USUAL = {
    *("time", "mjd", "hjd", "jd", "bjd", "hmjd", "date", "mag", "magnitude", "magerr", "err"),
    *("error", "flux", "fluxerr", "band", "filter", "id", "objectid", "name", "label", "emag"),
}


def _are_units(rows):
    """Whether a row below the header holds units: words over columns of numbers."""
    if len(rows) < 2:
        return False
    units = [cell.strip("()[] ").lower() for cell in rows[0]]
    known = {"d", "day", "days", "mag", "mmag", "s", "sec", "mjd", "jd", "hjd", "jy", "mjy", "ujy"}
    known |= {"", "none", "-", "--", "deg", "arcsec", "e-/s", "ppm", "ppt", "njy", "str", "float"}
    return bool(set(units) & {"d", "day", "days", "mag", "mmag", "mjd", "jd", "hjd"}) and all(
        unit in known for unit in units
    )


def _separators(lines):
    """What separates columns, and the mark of decimals."""
    lines = [line.rstrip("\r\n") for line in lines if not _is_rule(line)][-150:]
    if not lines:
        return ",", "."
    plain = [re.sub(r'"[^"]*"', '""', line) for line in lines]
    for delimiter in ("\t", ";", "|"):
        counts = [line.strip(" ").count(delimiter) for line in plain]
        if np.mean([count > 0 for count in counts]) >= 0.8:
            cells = [cell.strip() for line in plain for cell in line.split(delimiter)]
            return delimiter, _decimal(cells)
    counts = [line.count(",") for line in plain]
    if np.mean([count > 0 for count in counts]) >= 0.8:
        # "2450000,5  12,3": columns between blanks, decimal commas.
        words = [word for line in plain for word in line.split()]
        with_comma = [word for word in words if "," in word]
        comma_decimal = all(_DECIMAL_COMMA.fullmatch(word) for word in with_comma) and all(
            len(line.split()) > 1 for line in plain
        )
        if not comma_decimal:
            return ",", "."
        return _BLANKS, ","
    words = [word for line in plain for word in line.split()]
    return _BLANKS, _decimal(words)


def _decimal(cells):
    commas = sum(bool(_DECIMAL_COMMA.fullmatch(cell)) for cell in cells)
    points = sum(bool(re.fullmatch(r"[+-]?\d+\.\d*", cell)) for cell in cells)
    return "," if commas > points else "."


def open_text(path):
    """The bytes of a file, decompressed where it is compressed, whatever its suffix says."""
    with open(path, "rb") as file:
        start = file.read(6)
    if start[:2] == b"\x1f\x8b":
        return gzip.open(path, "rb")
    if start[:3] == b"BZh":
        return bz2.open(path, "rb")
    if start == b"\xfd7zXZ\x00":
        return lzma.open(path, "rb")
    if start[:4] == b"\x28\xb5\x2f\xfd":
        return _zstandard(path)
    if start[:4] == b"PK\x03\x04":
        return io.BytesIO(_unzipped(path))
    return open(path, "rb")


def _unzipped(path):
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if len(names) != 1:
                raise ValueError(f"the archive holds {len(names)} files, where one is due")
            return archive.read(names[0])
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise ValueError(f"not readable: {error}") from error


def _zstandard(path):
    try:
        from compression import zstd

        return zstd.open(path, "rb")
    except ImportError:
        pass
    try:
        import zstandard
    except ImportError as error:
        raise ImportError(
            f"{path.name} is compressed with zstd, which needs zstandard: pip install zstandard"
        ) from error
    return zstandard.open(path, "rb")


def head_of(path):
    """The first bytes of a file, decompressed.

    Raises
    ------
    ValueError
        If it cannot be decompressed.
    """
    try:
        with open_text(path) as file:
            return file.read(_HEAD)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise ValueError(f"not readable: {error}") from error


def _decoded(head):
    """The text of the first bytes and their encoding."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return head.decode(encoding, "ignore" if len(head) == _HEAD else "strict"), encoding
    if b"\0" in head:
        if head[1::2].count(0) > len(head) // 4 and not head[::2].count(0):
            return head.decode("utf-16-le", "ignore"), "utf-16-le"
        raise ValueError("this is no text: it holds zero bytes")
    try:
        return head.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if len(head) == _HEAD and error.start > len(head) - 4:
            return head[: error.start].decode("utf-8"), "utf-8"
        return head.decode("latin-1"), "latin-1"


def layout_of(path, header=None):
    """How a file of text is laid out, by its first lines; `header`: the first of them is one."""
    head = head_of(path)
    try:
        text, encoding = _decoded(head)
    except UnicodeDecodeError as error:
        raise ValueError(f"this is no text in {error.encoding}: {error.reason}") from error
    lines = re.split(r"\r\n|\n|\r", text)
    if len(head) == _HEAD and len(lines) > 1:
        lines.pop()
    return Layout(lines, encoding, header)


def read_text(path, columns):
    """Light curves of a table of text, which is one star called by the file's name without others."""
    layout = layout_of(path)
    star = stem_of(path)
    if not layout.rows:
        return _no_points(layout, columns, star)
    names, columns, remark = _names(layout, columns)
    table = _table(path, layout, names, text_columns(names, columns))
    X = from_long(_with_units(table, layout), columns, star=star)
    return X if remark is None else X.replace(provenance=f"{X.provenance}; {remark}")


def stem_of(path):
    """The name of a file without the suffixes of its format and compression."""
    name = path.name
    for suffix in (".gz", ".bz2", ".xz", ".zst", ".zip"):
        name = name.removesuffix(suffix)
    return PurePath(name).stem or path.name


def _no_points(layout, columns, star):
    """A file with a header alone: no stars, or one star without points."""
    names = layout.names or []
    try:
        found = resolve(names, names, columns)
    except ValueError:
        if layout.headed:
            raise
        if not layout.comments:
            raise NoLightCurves("No columns to parse: the file is empty") from None
        return LightCurves([], [], ids=[star])
    if "id" in found.names:
        return LightCurves([], [], offsets=[0], quantity=found.quantity)
    return LightCurves([], [], ids=[star], quantity=found.quantity)


def _names(layout, columns):
    """Names of the columns, by the header or by their places."""
    width = max(len(row) for row in layout.rows)
    if width < 2:
        raise NoLightCurves("needs columns for time and magnitude")
    if layout.names is not None and len(layout.names) > width and layout.delimiter == _BLANKS:
        raise ValueError(f"the header has {len(layout.names)} columns, the data have {width}")
    if layout.names is not None and len(layout.names) != width:
        filled = max(_width(row) for row in layout.rows)
        if filled > len(layout.names):
            raise ValueError(
                f"the header has {len(layout.names)} columns, the data have {filled}: rows have "
                "more fields than the header"
                if layout.delimiter != _BLANKS
                else f"the header has {len(layout.names)} columns, the data have {filled}"
            )
    if layout.names is not None:
        known = recognised(layout.names) if columns in (None, "auto") else None
        if known or not _says_nothing(layout.names, columns) or width > 3:
            return layout.names, columns, None
        # Words of a comment that no table uses for its columns: a remark, not a header.
        if layout.headed:
            return layout.names, columns, None
    return _by_place(layout, columns, width)


def _width(row):
    """Cells up to the last that holds something."""
    return next((len(row) - i for i, cell in enumerate(reversed(row)) if cell != ""), 0)


def _says_nothing(names, columns):
    """Whether none of these names is known for any role."""
    if columns is not None and columns != "auto":
        return False
    try:
        resolve(names, names, None)
    except NoLightCurves:
        return not any(_known(name) for name in names) and not any(
            re.search(r"flux|mag|jd|time|phase|count|err", base_name(name)) for name in names
        )
    except ValueError:
        return False
    return False


def _by_place(layout, columns, width):
    """Names for columns without a header: time, magnitude, error, by what the values can be."""
    rows = layout.rows
    if isinstance(columns, str) and columns != "auto":
        preset = survey_preset(columns)
        names = list(preset.headless) or [
            *(next(iter(preset.times)), (preset.columns.get("mag") or ("mag",))[0]),
            (preset.columns.get("magerr") or ("magerr",))[0],
        ]
        names += [f"column{place}" for place in range(len(names) + 1, width + 1)]
        _refuse_catalogue(rows)
        return names[:width], columns, "columns by their place"
    numbers = [f"column{place}" for place in range(1, width + 1)]
    if columns is not None and columns != "auto":
        return numbers, columns, None
    if width >= 17 and _is_aavso(rows):
        names = list(survey_preset("aavso").headless)
        names += numbers[len(names) :]
        return names[:width], "aavso", "layout of aavso without its header"
    _refuse_catalogue(rows)
    mag = _column(rows, 1)
    names = list(_POSITIONS[:width])
    if width > 2 and not _looks_like_error(_column(rows, 2), mag):
        names[2] = "column3"
    names += numbers[len(names) :]
    return names, None, "columns by their place: the file has no header"


def _refuse_catalogue(rows):
    """Refuse a table whose first two columns are no times and magnitudes."""
    if not (_looks_like_time(_column(rows, 0)) and _looks_like_magnitude(_column(rows, 1))):
        raise NoLightCurves(
            "no light curve: the file has no header, and its first two columns are no times and "
            f"magnitudes ({', '.join(rows[0][:4])}...). Name the columns by their places, as in "
            'columns={"time": "column2", "mag": "column3"} (in the shell --columns '
            "time=column2,mag=column3)"
        )


def _is_aavso(rows):
    words = sum(len(row) > 4 and row[4] != "" and not _is_value(row[4]) for row in rows)
    return words > len(rows) // 2 and _middle(_column(rows, 0)) > 2.0e6


def _column(rows, place):
    cells = [row[place].strip("<>[]():? ") if place < len(row) else "" for row in rows]
    values = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        if _NUMBER.fullmatch(cell) or _DECIMAL_COMMA.fullmatch(cell):
            values[i] = float(cell.replace(",", ".").replace("d", "e").replace("D", "E"))
        elif not _is_value(cell):
            values[i] = np.inf  # a word
        elif _DATE.fullmatch(cell):
            values[i] = 2451545.0 + i
    return values


def _middle(values):
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else np.nan


def _looks_like_time(values):
    # A word among the numbers is left to the reader, which names it.
    return np.mean(np.isfinite(values)) >= 0.5 and not (values < -1e4).any()


def _looks_like_magnitude(values):
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return len(values) < 3 or not np.isinf(values).all()
    far = placeholders(finite)
    finite = finite if far is None else finite[~far]
    return len(finite) == 0 or -40 < float(np.median(finite)) < 60


def _looks_like_error(values, mag):
    finite = values[np.isfinite(values)]
    if np.isinf(values).mean() > 0.5:
        return False
    if len(finite) < 5:
        return True
    far = placeholders(finite)
    finite = finite if far is None else finite[~far]
    finite = finite[(finite < 9) & (finite >= 0)]
    spread = np.ptp(mag[np.isfinite(mag)]) if np.isfinite(mag).any() else np.inf
    codes = np.array_equal(finite, np.floor(finite)) and len(finite) and finite.max() > 0
    return len(finite) > 0 and not codes and (spread == 0 or float(np.median(finite)) <= spread)


def _table(path, layout, names, text):
    """The columns by name; those in `text` stay text, whatever they look like."""
    if layout.delimiter != _BLANKS and layout.comment is None and layout.encoding[:5] == "utf-8":
        table = _by_arrow(path, layout, names, text)
        if table is not None:
            return table
    return _by_pandas(path, layout, names, text)


def _by_arrow(path, layout, names, text):
    """The table as pyarrow reads it, the fastest; None where it takes pandas to make sense of it."""
    import pyarrow as pa
    import pyarrow.csv as pc

    try:
        with open_text(path) as file:
            table = pc.read_csv(
                file,
                read_options=pc.ReadOptions(
                    column_names=names,
                    skip_rows=layout.n_skipped,
                    # A pool of one thread only adds to the work.
                    use_threads=pa.cpu_count() > 1,
                ),
                parse_options=pc.ParseOptions(delimiter=layout.delimiter),
                convert_options=pc.ConvertOptions(
                    column_types={name: pa.dictionary(pa.int32(), pa.string()) for name in text}
                    | dict.fromkeys(_of_decimals(layout, names, text), pa.float64()),
                    null_values=MISSING_NUMBERS,
                    strings_can_be_null=False,
                    decimal_point=layout.decimal,
                ),
            )
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError, OSError, EOFError, zlib.error):
        return None
    return {name: _of_arrow(table[name]) for name in names}


def _of_decimals(layout, names, text):
    """Columns that hold decimals as far as the first rows show, which spares trying other types."""
    found = []
    for place, name in enumerate(names):
        cells = [row[place] for row in layout.rows[:200] if place < len(row)]
        if name not in text and any(layout.decimal in cell for cell in cells):
            known = (cell in MISSING_NUMBERS or _PLAIN.fullmatch(cell) for cell in cells)
            if all(known):
                found.append(name)
    return found


def _of_arrow(column):
    """Numbers as an array, words as categories."""
    import pyarrow as pa
    import pyarrow.types as pt

    kind = column.type
    if pt.is_null(kind):
        return np.full(len(column), np.nan)
    if pt.is_integer(kind) and column.null_count:
        column = column.cast(pa.float64(), safe=False)
    if pt.is_boolean(kind) and column.null_count:
        column, kind = column.cast(pa.string()), pa.string()
    if pt.is_string(kind):
        column = column.dictionary_encode()
    elif not pt.is_dictionary(kind):
        array = column.to_numpy()
        # Nobody else holds it, or what it is a view of: `LightCurves` need not copy it.
        if isinstance(array.base, np.ndarray):
            owned(array.base)
        return owned(array)
    column = column.unify_dictionaries().combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pa.array([], kind)
    codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return _categories(codes, column.dictionary.to_pylist())


def _categories(codes, words):
    """Words without the blanks around them; an empty one is missing."""
    import pandas as pd

    clean = [word.strip() for word in words]
    unique = [word for word in dict.fromkeys(clean) if word]
    place = {word: i for i, word in enumerate(unique)}
    if clean != unique:
        codes = np.array([*(place.get(word, -1) for word in clean), -1], dtype=np.int32)[codes]
    return pd.Categorical.from_codes(codes, categories=pd.Index(unique, dtype=object))


def _by_pandas(path, layout, names, text):
    import pandas as pd

    width = max(len(names), max(len(row) for row in layout.rows))
    extra = [f"\0{place}" for place in range(len(names), width)]
    # Only an empty field is missing in a column of text: a star may well be called "NA".
    missing = {n: [""] if n in text else MISSING_NUMBERS for n in [*names, *extra]}
    options = {
        "sep": layout.delimiter,
        "decimal": layout.decimal,
        "header": None,
        "names": [*names, *extra],
        "skiprows": layout.n_skipped,
        "comment": layout.comment,
        "dtype": dict.fromkeys(text, str),
        "na_values": missing,
        "keep_default_na": False,
        "skipinitialspace": True,
        "low_memory": False,
        "index_col": False,
        **_exact_numbers(pd),
    }
    table = _parsed(path, layout.encoding, options)
    if layout.delimiter == _BLANKS and len(table) and table.iloc[:, -1].isna().any():
        _refuse_short_rows(path, layout, width)
    filled = [name for name in extra if table[name].notna().any()]
    if filled:
        raise ValueError("rows have more fields than the header")
    found = {}
    for name in names:
        found[name] = table[name]
        if name in text:
            codes, words = pd.factorize(table[name])
            found[name] = _categories(codes.astype(np.int32), list(map(str, words)))
    return found


def _refuse_short_rows(path, layout, width):
    """Between blanks, nothing tells which cell of a shorter row is missing."""
    with open_text(path) as file, io.TextIOWrapper(file, layout.encoding, newline="") as text:
        for number, line in enumerate(text):
            if number < layout.n_skipped or not line.strip() or _is_comment(line):
                continue
            cells = line.split(layout.comment)[0].split() if layout.comment else line.split()
            if len(cells) < width:
                raise ValueError(
                    f"the number of columns changed from {width} to {len(cells)} in line "
                    f"{number + 1}, and blanks do not tell which value is missing"
                )


def _parsed(path, encoding, options):
    import pandas as pd

    try:
        with open_text(path) as file, io.TextIOWrapper(file, encoding, newline="") as text:
            return pd.read_csv(text, **options)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise ValueError(f"this is no text in {encoding}") from None
        return _parsed(path, "latin-1", options)
    except pd.errors.ParserError as error:
        words = " ".join(str(error).split())
        raise ValueError(f"rows have more fields than the header: {words}") from error
    except pd.errors.EmptyDataError as error:
        raise NoLightCurves(str(error)) from error
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise ValueError(f"not readable: {error}") from error


def _exact_numbers(pandas):
    """Options with which pandas reads the nearest double; since 3.1 it does so by itself, and wants none."""
    version = tuple(map(int, pandas.__version__.split(".")[:2]))
    return {} if version >= (3, 1) else {"float_precision": "round_trip"}


def _with_units(table, layout):
    """Columns with the units that a line of the file tells in their names."""
    known = ("mmag", "s", "sec", "ppm", "ppt", "mjy", "ujy", "njy", "jy")
    units = {n: f"{n} [{u}]" for n, u in layout.units.items() if u.lower() in known}
    return {units.get(name, name): values for name, values in table.items()}


def read_index(path):
    """The index of a folder: identifier, file, label, survey and per-star columns of each star."""
    layout = layout_of(path, header=True)
    names = layout.names or []
    missing = {"object_id", "file"} - set(names)
    if missing:
        raise ValueError(f"{path.name} has no column {', '.join(sorted(missing))}")
    if not layout.rows:
        return {name: np.empty(0, dtype=object) for name in names}
    index = _table(path, layout, names, {"object_id", "file", "label", "survey"} & set(names))
    for name in plain_array(index["file"]):
        # The index comes with the data: it must not lead to files elsewhere.
        if not isinstance(name, str) or "/" in name or "\\" in name or name in ("", ".", ".."):
            raise ValueError(f"{path.name} names {name!r}, which is no file of the folder")
    return {name: plain_array(values) for name, values in index.items()}


def read_labels(path):
    """A table of labels: those of the stars that have one, by identifier, both as text.

    Separators, comments and encoding are found out, and the columns may be called as among light
    curves, "label" also "class" or "type". Of a table of two columns without such names the first
    is the identifier.

    Raises
    ------
    ValueError
        If a column is not there, or a star has two labels.
    """
    try:
        layout = layout_of(path, header=True)
    except ValueError as error:
        raise ValueError(f"{path} is no CSV table: {error}") from error
    names = layout.names or []
    if not names or not all(name.isprintable() for name in names):
        raise ValueError(f"{path} is no CSV table of labels")
    bases = {base_name(name): name for name in reversed(names)}
    star = next((bases[base] for base in _STAR_NAMES["id"] if base in bases), None)
    words = ("label", "labels", "class", "classname", "vartype", "variabilitytype", "type")
    label = next((bases[base] for base in words if base in bases), None)
    lacking = [what for what, found in (("object_id", star), ("label", label)) if found is None]
    if lacking:
        raise ValueError(
            f"{path} has no column {' and no column '.join(lacking)}; its columns are "
            f"{', '.join(names) or 'none'}"
        )
    if not layout.rows:
        return {}
    table = _table(path, layout, names, {star, label})
    labels = {}
    for own, given in zip(plain_array(table[star]), plain_array(table[label]), strict=True):
        if own is None or is_missing_label(given):
            continue
        if labels.setdefault(own, given) != given:
            raise ValueError(f"{path} gives the star {own!r} two different labels")
    return labels


def write_csv(X, path):
    """A table with one row a point. Time scale and zero have no place in it."""
    separator = "\t" if ".tsv" in [suffix.lower() for suffix in path.suffixes] else ","
    table = to_pandas(X)
    table.to_csv(path, sep=separator, index=False, quoting=_quoting(table))


def write_text(X, path):
    """A file of columns for each star, and an index with what belongs to the stars."""
    import pandas as pd

    check_distinct_ids(X)
    path.mkdir(parents=True, exist_ok=True)
    files = [quote(str(star), safe=" +-.,;()[]") + ".dat" for star in X.ids]
    columns = point_columns(X)
    texts = {name: _words(values, name) for name, values in columns.items()}
    for position, file in enumerate(files):
        points = slice(X.offsets[position], X.offsets[position + 1])
        rows = zip(*(words[points] for words in texts.values()), strict=True)
        body = "".join(" ".join(row) + "\n" for row in rows)
        (path / file).write_text("# " + " ".join(columns) + "\n" + body, encoding="utf-8")
    index = star_columns(X)
    table = pd.DataFrame({"object_id": index.pop("object_id"), "file": files} | index)
    table.to_csv(path / "stars.csv", index=False, quoting=_quoting(table))


def _quoting(table):
    """How text is quoted: always where a word may pass for a comment or hold another separator."""
    words = {
        str(word)
        for name in table
        if table[name].dtype.kind not in "biuf"
        for word in table[name].unique()
    }
    plain = all(re.fullmatch(r"\w[\w.+\-:/% ]*", word) for word in words)
    return csv.QUOTE_MINIMAL if plain else csv.QUOTE_NONNUMERIC


def _words(values, name):
    if values.dtype.kind == "b":
        values = values.astype(np.int64)
    # The shortest text that reads back as the same number.
    words = [repr(v) if isinstance(v, float) else str(v) for v in values.tolist()]
    broken = next((word for word in words if len(word.split()) != 1), None)
    if broken is not None:
        raise ValueError(f"{name} {broken!r} is not one word, which text files need: write Parquet")
    return words
