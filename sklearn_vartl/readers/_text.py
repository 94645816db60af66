"""Tables of text, read by pyarrow or pandas once their layout is known, and written.

The same for ``.csv`` and for text files of one star: what a file is called decides nothing but the
name of a star that has no other. Folders of columns, one star a file, are written here too.
"""

import csv
import io
import re
import tempfile
from pathlib import Path
from urllib.parse import quote

import numpy as np

from ..light_curves import (
    Doubt,
    LightCurves,
    check_distinct_ids,
    owned,
    plain_array,
    point_columns,
    star_columns,
    to_pandas,
)
from ._columns import Columns, resolve
from ._compressed import BROKEN, open_text, stem_of, text_of
from ._layout import BLANKS, column_names, layout_of
from ._long import from_long
from ._names import (
    BAND_IN_NAME,
    PLAIN_NUMBER,
    POINT_NAMES,
    STAR_IN_NAME,
    STAR_NAMES,
    NoLightCurves,
    is_comment,
    role_of,
    words_of,
)
from ._places import BY_PLACE, doubtful_places
from ._presets import recognised, survey_preset
from ._tables import from_table
from ._units import CONVERTED_UNITS, END_OF_FILE, MISSING_NUMBERS, base_name


def read_text(path, columns):
    """Light curves of a table of text, which is one star called by the file's name without others."""
    layout = layout_of(path)
    star = stem_of(path)
    if not layout.rows:
        return _no_points(layout, columns, star)
    names, columns, remark = column_names(layout, columns)
    text = text_columns(names, columns)
    table = read_columns(path, layout, names, text)
    table = _without_headers(_plain_numbers(table, text, layout.decimal), names)
    lists = {name: found for name in names if (found := _lists_in(table[name], name)) is not None}
    if len(lists) > 1:
        return from_table(
            {n: plain_array(v) for n, v in table.items()} | lists, columns, None, star
        )
    X = from_long(_with_units(table, layout), columns, _told_scale(layout), star)
    if layout.cut:
        mend = "take it out, or fetch the file anew"
        X._doubts += (Doubt("the last row is cut off, as of an unfinished download", mend),)
    X._doubts += tuple(_between_rows(X, layout.among))
    if remark is None:
        return X
    told = X.replace(provenance=f"{X.provenance}; {remark}")
    told._doubts = (*X._doubts, *_perhaps_fluxes(X, layout.comments))
    if remark == BY_PLACE and columns is None:
        told._doubts += tuple(doubtful_places(layout))
    return told


def _between_rows(X, comments):
    """That comments part the rows of one star, which may be several; those of a survey's files do not."""
    if comments and len(X) == 1 and X.survey is None:
        shown = comments[0] if len(comments[0]) <= 40 else comments[0][:37] + "..."
        told = f"comments between the rows, such as {shown!r}, are passed over"
        yield Doubt(told, "if they name stars or bands, name these in a column of each row")


_OF_FLUXES = re.compile(
    r"(?i)flux|\d?jy\b|\bcounts?\b|\brates?\b|e-?/s|electrons|\bppm\b|\bppt\b|intensit"
)


def _perhaps_fluxes(X, comments):
    """That magnitudes of a file without a header are small and positive, or its comments speak of fluxes."""
    value = X._arguments()["mag"]
    value = value[np.isfinite(value)]
    if X.quantity == "flux" or not len(value):
        return
    why = None
    if value.min() > 0 and value.max() < 2:
        why = "the magnitudes are all between 0 and 2, as relative fluxes and rates are"
    spoken = "\n".join(comments)
    if _OF_FLUXES.search(spoken) and not re.search("(?i)mag", spoken):
        why = f"a comment speaks of {_OF_FLUXES.search(spoken)[0]}, and the values are read as magnitudes"
    if why is not None:
        yield Doubt(
            why, "if they are, columns={'time': 'column1', 'flux': 'column2'} reads them as such"
        )


def _lists_in(values, name):
    """Lists that stand in the cells of a column, "[58000.1, null]", as pandas and archives write them; None without."""
    words = words_of(values)
    if not words or not all(word[:1] + word[-1:] in ("[]", "()") for word in words):
        return None
    if not any("," in word or " " in word for word in words):
        # "(14.2)": a limit.
        return None
    if any("..." in word for word in words):
        raise ValueError(
            f"the lists in {name} are cut short by '...': write them in full, or write Parquet"
        )
    place = {word: _list_of(word) for word in words}
    found = np.empty(len(values), dtype=object)
    found[:] = [place.get(value) for value in plain_array(values)]
    return found


def _list_of(word):
    cells = [
        cell.strip("'\"") for cell in re.split(r"\s*,\s*|\s+", word.strip("[]() \r\n")) if cell
    ]
    small = [cell.lower() for cell in cells]
    if cells and set(small) <= {"true", "false"}:
        return np.array([cell == "true" for cell in small])
    try:
        return np.array([np.nan if cell in MISSING_NUMBERS else float(cell) for cell in small])
    except ValueError:
        return np.array(cells, dtype=object)


def _told_scale(layout):
    """The time scale that a report of the AAVSO tells in its comments."""
    told = any(re.match(r"(?i)\s*#\s*date\s*=\s*hjd\s*$", line) for line in layout.comments)
    return {"time_scale": "hjd_utc"} if told else {}


# Thousands apart: "2,450,000.5" or, with decimal commas, "2.450.000,5"; also blanks and apostrophes.
_THOUSANDS = {
    ".": re.compile(r"[+-]?\d{1,3}(?:[, '\u00a0\u2009\u202f]\d{3})+(?:\.\d*)?"),
    ",": re.compile(r"[+-]?\d{1,3}(?:[. '\u00a0\u2009\u202f]\d{3})+(?:,\d*)?"),
}


def _plain_numbers(table, text, decimal):
    """Words that are numbers written with decimal commas, or with thousands apart, as numbers."""
    found = dict(table)
    for name, values in table.items():
        words = None if name in text else words_of(values)
        if words is None or not any(decimal == "," or _THOUSANDS["."].fullmatch(w) for w in words):
            continue
        plain = [_plain_number(word, decimal) for word in words]
        if plain != words:
            place = dict(zip(words, plain, strict=True))
            found[name] = np.array(
                [place.get(v, v) if isinstance(v, str) else v for v in plain_array(values)],
                dtype=object,
            )
    return found


def _plain_number(word, decimal):
    if _THOUSANDS[decimal].fullmatch(word):
        word = re.sub("[^0-9+\\-" + decimal + "]", "", word)
    return re.sub(r"(?<=\d),(?=\d)", ".", word) if decimal == "," else word


def _without_headers(table, names):
    """A table without the rows that repeat its header, as files joined one after the other have them."""
    words = []
    for name in names:
        # Most tables have numbers in some column.
        words.append(words_of(table[name]))
        if words[-1] is None:
            return table
    repeated = True
    for name, own in zip(names, words, strict=True):
        own = [word for word in own if word.strip("\ufeff ").lower() == name.lower()]
        repeated = repeated & np.isin(plain_array(table[name]).astype(str), own)
    if not np.any(repeated):
        return table
    if not {base_name(name) for name in names} & set(STAR_NAMES["id"]):
        raise ValueError(
            f"the header is repeated {int(repeated.sum())} times: are these several stars, one after "
            "the other? Give each a file of its own, or a column that names it"
        )
    return {name: plain_array(values)[~repeated] for name, values in table.items()}


def _no_points(layout, columns, star):
    """A file with a header alone: no stars, or one star without points."""
    names = layout.names or []
    if layout.headed and layout.comment is not None:
        raise ValueError(
            f"all rows below the header begin with {layout.comment}, as comments do: where they are no comments, write "
            "the names of the stars in quotes, or without it"
        )
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


def read_columns(path, layout, names, text):
    """The columns by name; those in `text` stay text, whatever they look like."""
    if layout.delimiter != BLANKS and layout.comment is None and layout.encoding[:5] == "utf-8":
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
                # A file as it is, pyarrow reads faster by itself.
                pa.OSFile(str(path)) if isinstance(file, io.BufferedReader) else file,
                read_options=pc.ReadOptions(
                    column_names=names,
                    skip_rows=layout.n_skipped,
                    # A pool of one thread only adds to the work.
                    use_threads=pa.cpu_count() > 1,
                    # Fewer blocks have fewer dictionaries to be joined; larger ones miss the processor's memory.
                    block_size=1 << 22,
                ),
                parse_options=pc.ParseOptions(
                    delimiter=layout.delimiter, newlines_in_values=layout.multiline
                ),
                convert_options=pc.ConvertOptions(
                    column_types={name: pa.dictionary(pa.int32(), pa.string()) for name in text}
                    | dict.fromkeys(_of_decimals(layout, names, text), pa.float64()),
                    null_values=MISSING_NUMBERS,
                    strings_can_be_null=False,
                    decimal_point=layout.decimal,
                ),
            )
    except (*BROKEN, pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError):
        return None
    return {name: _of_arrow(table.column(place)) for place, name in enumerate(names)}


def _of_decimals(layout, names, text):
    """Columns that hold decimals as far as the first rows show, which spares trying other types."""
    found = []
    for place, name in enumerate(names):
        cells = [row[place] for row in layout.rows[:200] if place < len(row)]
        if name not in text and any(layout.decimal in cell for cell in cells):
            known = (cell in MISSING_NUMBERS or PLAIN_NUMBER.fullmatch(cell) for cell in cells)
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

    text = "".join(words)
    bare = text.isprintable() and " " not in text and "" not in words
    clean = words if bare else [word.strip().strip(END_OF_FILE) for word in words]
    if any(clean) and all(re.fullmatch(r"b(['\"]).*\1", word) for word in clean if word):
        # Bytes as Python prints them.
        clean = [word[2:-1] for word in clean]
    if any(clean) and all(re.fullmatch(r'="?[^"]*"?|\'[^\']*', word) for word in clean if word):
        # ="00012" and '00012: numbers that a spreadsheet is to leave alone.
        clean = [word.lstrip("='").strip('"') for word in clean]
    if clean and all(len(w) > 1 and w[0] == w[-1] == "'" for w in clean if w) and any(clean):
        clean = [word.strip("'").strip() for word in clean]
    unique = [word for word in dict.fromkeys(clean) if word]
    place = {word: i for i, word in enumerate(unique)}
    if clean != unique:
        codes = np.array([*(place.get(word, -1) for word in clean), -1], dtype=np.int32)[codes]
    return pd.Categorical.from_codes(codes, pd.Index(unique, dtype=object), validate=False)


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
    if layout.delimiter == BLANKS and len(table) and table.iloc[:, -1].isna().any():
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
            if number < layout.n_skipped or not line.strip() or is_comment(line):
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
    except BROKEN as error:
        raise ValueError(f"not readable: {error}") from error


def _exact_numbers(pandas):
    """Options with which pandas reads the nearest double; since 3.1 it does so by itself, and wants none."""
    version = tuple(map(int, pandas.__version__.split(".")[:2]))
    return {} if version >= (3, 1) else {"float_precision": "round_trip"}


def _with_units(table, layout):
    """Columns with the units that a line of the file tells in their names."""
    zero = re.compile(r"[hb]?m?jd\s*-\s*24\d{5}(\.\d+)?", re.IGNORECASE)
    units = {
        n: f"{n} [{u}]"
        for n, u in layout.units.items()
        if u.lower() in CONVERTED_UNITS or zero.fullmatch(u.strip())
    }
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
    index = read_columns(path, layout, names, {"object_id", "file", "label", "survey"} & set(names))
    for name in plain_array(index["file"]):
        # The index comes with the data: it must not lead to files elsewhere.
        if not isinstance(name, str) or "/" in name or "\\" in name or name in ("", ".", ".."):
            raise ValueError(f"{path.name} names {name!r}, which is no file of the folder")
    return {name: plain_array(values) for name, values in index.items()}


_BODY = re.compile(r"\\begin\{(tabular[*x]?|longtable|deluxetable\*?)\}(.*?)\\end\{\1\}", re.DOTALL)
# Rules between rows, titles, and what stands below the table.
_NO_CELLS = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot|startdata|enddata|tabletypesize|"
    r"tablewidth|tablecaption|caption|label|tablecomments|tablenotetext|tablenum|tablecolumns|rotate|centering|small|"
    r"footnotesize|scriptsize|cline|cmidrule|setlength|noalign)\b(?:\[[^\]]*\]|\([^)]*\))?(?:\{(?:[^{}]|\{[^{}]*\})*\})*"
)
_NOTES = re.compile(
    r"\\tablenotemark\{[^}]*\}|\\footnotemark(?:\[\w*\])?|\^\{?\\?[a-z]+\}?(?=\$|\s*$)"
)
_LOOKS = re.compile(r"\\(?:colhead|text\w*|math\w*|rm|bf|it|phn|phm|phs|phd|em)\b|\\[,;:!]|[${}]")
_SIGNS = {
    r"\pm": "\u00b1",
    r"\sigma": "sigma",
    r"\Delta": "d",
    r"\delta": "d",
    r"\_": "_",
    r"\%": "%",
    r"\&": "&",
    "~": " ",
    "\u2212": "-",
    **dict.fromkeys((r"\nodata", r"\ldots", r"\cdots", r"\dots"), ""),
}


def read_latex(path, columns):
    """Light curves of a table of LaTeX: a `tabular`, a `longtable`, or the `deluxetable` of the American journals.

    Its cells are written as text between tabs, and that is read.
    """
    text = re.sub(r"(?m)(?<!\\)%.*$", "", text_of(path))
    tables = _BODY.findall(text)
    if not tables:
        raise NoLightCurves("the table of LaTeX has no end")
    if len(tables) > 1:
        raise ValueError(
            f"the file holds {len(tables)} tables of LaTeX: give each a file of its own"
        )
    kind, body = tables[0]
    # How the columns are set: "{lcc}", "[t]{lcc}", "{\textwidth}{lcc}".
    n_braces = 2 if kind in ("tabular*", "tabularx") else 1
    body = re.sub(
        rf"^\s*(?:\[\w*\]|\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}}){{1,{n_braces + 1}}}", "", body, count=1
    )
    body = re.sub(r"\\tablehead\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}", r"\1\\\\", body)
    rows = re.split(r"\\\\(?:\[[^\]]*\])?|\\tabularnewline|\\cr\b", _NO_CELLS.sub("", body))
    rows = [[_without_commands(cell) for cell in re.split(r"(?<!\\)&", row)] for row in rows]
    lines = ["\t".join(row) for row in rows if any(row)]
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / f"{stem_of(path)}.tsv"
        plain.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_text(plain, columns)


def _without_commands(cell):
    """A cell of LaTeX as plain text."""
    cell = _LOOKS.sub("", _NOTES.sub("", cell))
    for mark, sign in _SIGNS.items():
        cell = cell.replace(mark, sign)
    return " ".join(cell.split())


_VSNET = re.compile(r"(\S+)\s+(\d*)(\d\d)(\d\d)(\.\d+)\s+(<?)([\d.]+)(:?)([A-Za-z]*)(?:\s.*)?")


def read_vsnet(path, columns):
    """Light curves of reports to VSNET: star, date in UT (YYYYMMDD.ddd), magnitude, observer.

    Magnitudes without a point are in tenths (142, 61), or hundredths (1420); letters behind them are the band.
    """
    if columns not in (None, "auto"):
        return read_text(path, columns)
    lines = text_of(path).splitlines()
    rows = []
    for line in (line.strip() for line in lines if line.strip() and not is_comment(line)):
        found = _VSNET.fullmatch(line)
        if not found or found[7].isdigit() and not 1 < len(found[7]) < 5:
            raise ValueError(
                f"no star, date, magnitude and observer, as VSNET writes them: {line!r:.60}"
            )
        star, year, month, day, part, limit, mag, _, band = found.groups()
        year = year if len(year) == 4 else ("19" if year > "50" else "20") + year
        mag = mag if "." in mag else str(int(mag) / (100 if len(mag) == 4 else 10))
        date = np.datetime64(f"{year}-{month}-{day}") - np.datetime64("1858-11-17")
        rows.append((star, float(date / np.timedelta64(1, "D")) + float(part), limit + mag, band))
    table = dict(zip(("id", "mjd", "mag", "band"), map(list, zip(*rows, strict=True)), strict=True))
    if not any(table["band"]):
        del table["band"]
    return from_table(table, None, {"time_scale": "utc"})


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


def text_columns(names, columns):
    """Columns whose values are text whatever they look like: 007 is not 7, a band may be called 1."""
    wanted = {*STAR_NAMES["id"], *STAR_NAMES["label"], *STAR_NAMES["survey"]}
    wanted |= {*POINT_NAMES["band"], *POINT_NAMES["field"]}
    bases = {name: base_name(name) for name in names}
    text = {
        name for name, base in bases.items()
        if base in wanted or STAR_IN_NAME.search(base) or BAND_IN_NAME.search(base)
    }  # fmt: skip
    if columns is None or columns == "auto":
        columns = recognised(names)
    if isinstance(columns, str):
        by_role = survey_preset(columns).columns
        for role in ("id", "band", "field"):
            text |= set(by_role.get(role, ())) & set(names)
        return text - {
            n for role in ("mag", "magerr", "flux", "fluxerr") for n in by_role.get(role, ())
        }
    if isinstance(columns, Columns):
        columns = columns.names
    for role, name in dict(columns or {}).items():
        if name is not None and role_of(role) in ("id", "label", "survey", "band", "field"):
            text |= {each for each in names if each.strip() == str(name).strip()}
        else:
            text.discard(name)
    return text
