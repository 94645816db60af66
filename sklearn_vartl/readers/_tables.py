"""astropy tables, structured arrays and dicts; the files that astropy reads (FITS, VOTable, ECSV, IPAC, CDS), and JSON.

One row is a point, or a star with vectors.
"""

import io
import json
import warnings
from collections.abc import Mapping
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np

from ..light_curves import Doubt, concatenate, offsets_of, plain_array
from ._arrow import from_arrow
from ._columns import resolve
from ._compressed import stem_of, text_of, unpacked
from ._long import from_long
from ._names import PASSBANDS, POINT_NAMES, NoLightCurves, are_bands, named_by_bands
from ._presets import survey_preset
from ._sides import wide_preset
from ._units import MJD, base_name, days, in_unit, time_frame, unit_text


def has_columns(X):
    """Whether X is a dict of columns, an astropy table or a structured array."""
    return (
        isinstance(X, Mapping)
        or hasattr(X, "colnames")
        or getattr(getattr(X, "dtype", None), "names", None) is not None
    )


def columns_of(X):
    """Columns by name."""
    if isinstance(X, Mapping):
        return dict(X)
    names = X.colnames if hasattr(X, "colnames") else X.dtype.names
    return {name: X[name] for name in names}


def vectors_of(table):
    """Names of the columns that hold an array in each row."""
    return [name for name, values in table.items() if _is_vector(values)]


def from_table(X, columns=None, about=None, star=None):
    """Light curves of a mapping, an astropy table or a structured array.

    A row is a point, or a star where columns hold arrays (of one length for all stars, padded with NaN, or of each
    star's own). `about` is the time scale and zero, where known from elsewhere, `star` what the one star of a table
    without identifiers is called.
    """
    table = columns_of(X)
    vectors = vectors_of(table)
    if not vectors:
        return from_long(table, columns, about, star)
    about = dict(about or {})
    for name in vectors:
        about |= time_frame(table[name])
    # Times, and fluxes in the unit of a preset, are converted where they are flattened.
    units = {name: unit_text(table[name]) for name in table if not _is_in(table[name], "day")}
    return from_arrow(_arrow_table(table, vectors, columns), columns, None, about, units)


def _is_in(values, unit):
    """Whether values have a unit of this kind."""
    own = getattr(values, "unit", None)
    return unit is not None and bool(getattr(own, "is_equivalent", lambda _: False)(unit))


def _is_vector(values):
    if getattr(values, "ndim", 1) == 2:
        return True
    if getattr(getattr(values, "dtype", None), "kind", "O") != "O" or hasattr(values, "mjd"):
        return False
    first = next((value for value in values if value is not None), None)
    return isinstance(first, np.ndarray | list | tuple) and np.ndim(first) == 1


def _arrow_table(table, vectors, columns):
    """The table with its vectors as Arrow lists."""
    import pyarrow as pa

    named = isinstance(columns, str) and columns != "auto"
    unit = survey_preset(columns).flux_unit if named else None
    flat, lengths = {}, {}
    for name in vectors:
        flat[name], lengths[name] = _flattened(table[name], name, unit)
    padding = _padding(flat, lengths, vectors)
    arrays = {}
    for name in table:
        if name not in flat:
            arrays[name] = pa.array(plain_array(table[name]), from_pandas=True)
            continue
        values, length = flat[name], lengths[name]
        if padding is not None:
            values, length = values[~padding.ravel()], (~padding).sum(axis=1)
        whole = pa.array(values, from_pandas=values.dtype.kind != "f")
        arrays[name] = pa.LargeListArray.from_arrays(pa.array(offsets_of(length)), whole)
    return pa.table(arrays)


def _flattened(values, name, flux_unit):
    """A column of arrays as (values of all rows, number of values of each row)."""
    if getattr(values, "ndim", 1) == 2 and hasattr(values, "shape"):
        lengths = np.full(values.shape[0], values.shape[1])
        rows = [_in_known_unit(values, name, flux_unit)]
        rows = [plain_array(rows[0]).reshape(-1)]
    else:
        rows = [np.empty(0) if row is None else plain_array(row) for row in values]
        deep = next((place for place, row in enumerate(rows) if row.ndim != 1), None)
        if deep is not None:
            raise ValueError(
                f"The star at position {deep} has an array of shape {rows[deep].shape} in column "
                f"{name}; its points are one array"
            )
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        rows = [row for row in rows if len(row)]
    flat = np.concatenate(rows) if rows else np.empty(0)
    if getattr(values, "ndim", 1) == 1:
        told = SimpleNamespace(value=flat, unit=getattr(values, "unit", None))
        flat = _in_known_unit(told, name, flux_unit)
        flat = getattr(flat, "value", flat)
    return flat, lengths


def _in_known_unit(values, name, flux_unit):
    """Times in days and fluxes in the survey's unit; anything else as it is."""
    if hasattr(values, "mjd"):
        return days(values)
    wanted = next((unit for unit in ("day", flux_unit) if _is_in(values, unit)), None)
    return in_unit(values, wanted, name)


def _padding(flat, lengths, vectors):
    """Mask, shape (n_stars, width), of the ends of rows where every number is missing, or None."""
    widths = {tuple(lengths[name]) for name in vectors}
    numbers = [flat[name] for name in vectors if flat[name].dtype.kind == "f"]
    if len(widths) > 1 or not numbers:
        return None
    length = lengths[vectors[0]]
    if len(length) == 0 or np.ptp(length) > 0:
        return None
    empty = np.logical_and.reduce([np.isnan(values) for values in numbers])
    empty = empty.reshape(len(length), -1)
    return np.logical_and.accumulate(empty[:, ::-1], axis=1)[:, ::-1]


_REFERENCE = {"BARYCENTER": "bjd_", "SOLARSYSTEM": "bjd_", "HELIOCENTER": "hjd_"}
_KINDS = {"ecsv": "ECSV", "ipac": "IPAC", "cds": "CDS", "mrt": "MRT"}


def read_fits(path, columns):
    """Light curves of the tables of a FITS file."""
    return _of_tables(_fits_tables(path), columns, path)


def read_votable(path, columns):
    """Light curves of the tables of a VOTable file."""
    return _of_tables(_votable_tables(path), columns, path)


def read_ascii(path, columns, kind, source=None, readme=None):
    """Light curves of a file of text that describes its own columns: of the `kind` "ecsv", "ipac", "cds" or "mrt".

    `source` are the bytes of a compressed file; `readme` describes the columns of a table of the CDS, where that
    is another file.
    """
    described = {} if readme is None else {"readme": str(readme)}
    with _quiet(_KINDS[kind]):
        from astropy.table import Table

        table = Table.read(
            str(path) if source is None else source.decode("utf-8"),
            format=f"ascii.{kind}",
            **described,
        )
    return _of_tables([(path.name, table, {})], columns, path)


def read_snana(path, columns):
    """Light curves of SNANA's files of text: words with a colon say what follows.

    VARLIST names the columns, each OBS is a point, SNID the star.
    """
    import pandas as pd

    lines = text_of(path).splitlines()
    star, names, rows = stem_of(path), [], []
    for line in lines:
        key, _, rest = line.partition("#")[0].partition(":")
        cells = rest.split()
        if key == "SNID" and cells:
            star = cells[0]
        elif key == "VARLIST":
            if names and cells != names:
                raise ValueError(
                    "the stars have different columns (VARLIST): write a file for each"
                )
            names = cells
        elif key == "OBS":
            if len(cells) != len(names):
                raise ValueError(
                    f"VARLIST names {len(names)} columns, and an OBS has {len(cells)}: {line[:60]!r}"
                )
            rows.append([star, *cells])
    table = pd.DataFrame(rows, columns=["SNID", *names], dtype=object)
    numbers = {name: pd.to_numeric(table[name], errors="coerce") for name in names}
    # "null" and "nan" are missing among numbers.
    table = {n: v if v.notna().any() else table[n] for n, v in numbers.items()} | {
        "SNID": table["SNID"]
    }
    return from_table(table, columns, star=star)


def read_qdp(path, columns):
    """Light curves of QDP: the columns as a comment names them, else time and rate by their places."""
    lines = text_of(path).splitlines()
    with _quiet("QDP"):
        from astropy.table import Table, vstack

        # Lines of NO part the table.
        n_tables = 1 + sum(set(line.split()) == {"NO"} for line in lines)
        tables = [Table.read(lines, format="ascii.qdp", table_id=i) for i in range(n_tables)]
    for table in tables:
        table.meta.clear()
    table = vstack([each for each in tables if len(each)])
    for name in [n.removesuffix("_perr") for n in table.colnames if n.endswith("_perr")]:
        # An error up and one down, with its sign.
        sides = [np.ma.filled(table[f"{name}_{side}"], np.nan) for side in ("perr", "nerr")]
        table[f"{name}_err"] = np.abs(sides).mean(axis=0)
        table.remove_columns([f"{name}_perr", f"{name}_nerr"])
    places = [name for name in table.colnames if not name.endswith("_err")]
    told = [line.strip("! ").split() for line in lines if line.startswith("!")]
    clocks = [{*map(base_name, names)} & {*POINT_NAMES["time"]} for names in told]
    fitting = [n for n, c in zip(told, clocks, strict=True) if c and len(set(n)) == len(places)]
    told = fitting[-1] if fitting else None
    if told:
        for place, name in zip(places, told, strict=True):
            for end in ("", "_err"):
                if place + end in table.colnames:
                    table.rename_column(place + end, name + end)
        return from_table(table, columns, star=stem_of(path))
    if columns is not None:
        return from_table(table, columns, star=stem_of(path))
    columns = {"time": "col1", "flux": "col2"}
    columns |= {"fluxerr": "col2_err"} if "col2_err" in table.colnames else {}
    X = from_table(table, columns, star=stem_of(path))
    X._doubts += (
        Doubt(
            "the columns have no names, and the second is read as a flux",
            'columns={"time": "col1", "mag": "col2"} reads magnitudes',
        ),
    )
    return X


_AS_RECORDS = '; write them as [{"time": 58000.5, "mag": 14.2}, ...]'


def read_json(path, columns):
    """Light curves of JSON: rows (a list of records, or one a line), or columns with lists of values.

    A record that holds rows itself, as brokers answer, is one star: what else it says is true of all
    its rows.
    """
    packed = unpacked(path, "JSON")
    text = (path.read_bytes() if packed is None else packed).decode("utf-8-sig")
    try:
        found = json.loads(text)
    except ValueError:
        try:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise ValueError(f"not readable as JSON: {error}") from error
    found = _as_rows(_within_answer(found))
    passed_over = set()
    if isinstance(found, dict) and _rows_in(found) is None:
        table = _of_lists(found)
    else:
        rows = []
        for record in [found] if isinstance(found, dict) else found:
            own, not_read = _of_record(record)
            rows += own
            passed_over |= not_read
        names = dict.fromkeys(name for row in rows for name in row)
        table = {name: [row.get(name) for row in rows] for name in names}
    if not table:
        raise NoLightCurves("the file holds no rows")
    table = {name: _plain_column(values) for name, values in table.items()}
    X = from_table(table, columns, star=stem_of(path))
    if passed_over:
        X = X.replace(provenance=f"{X.provenance}; not read: {', '.join(sorted(passed_over))}")
    return X


def _of_lists(found):
    """Columns of a record of lists of one length; what else it says is true of all rows."""
    table = {name: values for name, values in found.items() if isinstance(values, list)}
    if not table or len(set(map(len, table.values()))) > 1:
        raise NoLightCurves(
            f"no rows and no columns of one length among {', '.join(found)}{_AS_RECORDS}"
        )
    n_rows = len(next(iter(table.values())))
    return table | {name: [found[name]] * n_rows for name in found if name not in table}


def _of_record(record):
    """The rows of a record, which is one itself or holds those of a star, and the names in it that are not read."""
    if not isinstance(record, dict):
        raise NoLightCurves(f"rows are records with names, got {record!r:.60}{_AS_RECORDS}")
    name = _rows_in(record)
    if name is None:
        inner = _lists_within(record)
        return ([_with_clock(record)] if inner is None else inner), set()
    single = _single(record)
    # An alert holds its own measurement beside the earlier ones.
    own = [
        n for n in _NEWEST
        if isinstance(record.get(n), dict) and record[n].keys() & record[name][0].keys()
    ]  # fmt: skip
    rows = [single | _with_clock(row) for row in (*record[name], *(record[n] for n in own))]
    return rows, record.keys() - {*single, name, *own}


def _single(record):
    """What a record says itself, without the lists and dicts in it."""
    return {n: v for n, v in record.items() if not isinstance(v, list | dict)}


def _in_rows(columns):
    """A row a point of lists of values by name."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _name_a_clock(names):
    """Whether one of these names is of the time."""
    return not {base_name(name) for name in names}.isdisjoint(POINT_NAMES["time"])


def _within_answer(found):
    """What an answer of a server holds, {"data": {"reply": {...}}}, where nothing else in it has rows."""
    if isinstance(found, dict) and len(found) > 1 and not found.keys() & {*_ROWS, *_NEWEST}:
        if all(map(_are_rows, found.values())):
            # Rows of stars, or bands, by name.
            name = "band" if are_bands(found) else "object_id"
            return [{name: own} | row for own, rows in found.items() for row in rows]
    while isinstance(found, dict) and _rows_in(found) is None:
        inner = [each for each in found.values() if isinstance(each, dict | list)]
        if len(inner) != 1 or not isinstance(inner[0], dict) or not inner[0]:
            break
        # Of one star by its name, the name is wanted.
        if not {"data", "reply", "result", "results", "response"} & found.keys():
            break
        found = inner[0]
    return found


def _as_rows(found):
    """What `DataFrame.to_json` writes, and dicts of stars, as rows; anything else as it is."""
    if not isinstance(found, dict) or not found:
        return found
    if (rows := _of_split(found)) is not None:
        return rows
    inner = list(found.values())
    if not all(isinstance(each, dict) and each for each in inner):
        return found
    if all(_rows_in(each) is not None for each in inner):
        return [{"object_id": star} | each for star, each in found.items()]
    if all(len({len(v) for v in each.values() if isinstance(v, list)}) == 1 for each in inner):
        return _of_stars_with_lists(found)
    nested = any(isinstance(v, list | dict) for each in inner for v in each.values())
    if nested or any(each.keys() != inner[0].keys() for each in inner):
        return found
    if _name_a_clock(found):
        return _in_rows({name: list(each.values()) for name, each in found.items()})
    return inner if _name_a_clock(inner[0]) else found


def _of_split(found):
    """Rows below a list of the names of their columns, of which archives say more; None where these are not all."""
    listed = [n for n in ("columns", "metadata", "fields") if isinstance(found.get(n), list)]
    if not listed or not isinstance(found.get("data"), list):
        return None
    names = [str(n.get("name") if isinstance(n, dict) else n) for n in found[listed[0]]]
    if not all(isinstance(row, list) and len(row) == len(names) for row in found["data"]):
        return None
    return [dict(zip(names, row, strict=True)) for row in found["data"]]


def _of_stars_with_lists(found):
    """A row a point of stars, or bands, by name that have lists of their points."""
    rows = []
    for star, each in found.items():
        single = _single(each)
        names = {} if id_in(single) is not None else {"object_id": star}
        names = {"band": star} if are_bands(found) else names
        points = {n: v for n, v in each.items() if isinstance(v, list)}
        rows += [names | single | row for row in _in_rows(points)]
    return rows


# What brokers call the rows of a star's measurements, best first.
_NEWEST = ("candidate", "diaSource")
_ROWS = (
    *("detections", "candidates", "prv_candidates", "prvDiaSources", "diaSourcesList"),
    *("lightcurve", "light_curve", "photometry", "data"),
)


def _lists_within(record):
    """The rows of a record whose lists of one length are in a dict, {"name": "a", "data": {"mjd": [...]}}."""
    dicts = [v for v in record.values() if isinstance(v, dict)]
    columns = [v for v in dicts if v and all(isinstance(each, list) for each in v.values())]
    if len(columns) != 1 or len(set(map(len, columns[0].values()))) > 1:
        return None
    return [_single(record) | row for row in _in_rows(columns[0])]


def _with_clock(record):
    """A record with the dict in it that tells the time, where it does not itself, {"id": 1, "body": {"jd": ...}}."""
    if not _name_a_clock(record):
        for name, inner in record.items():
            if isinstance(inner, dict) and _name_a_clock(inner):
                return {n: v for n, v in record.items() if n != name} | inner
    return record


def _are_rows(value):
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _rows_in(record):
    """The name of the rows that a record holds; None where it holds none."""
    inner = [n for n, v in record.items() if _are_rows(v)]
    if len(inner) > 1 and not set(inner) & set(_ROWS):
        raise ValueError(f"several lists of rows, {', '.join(inner)}: keep one in the file")
    return next((name for name in _ROWS if name in inner), inner[0] if inner else None)


def _plain_column(values):
    """Values of JSON as an array: numbers with NaN where one is missing, anything else as it is."""
    values = [_of_database(v) if isinstance(v, dict) and len(v) == 1 else v for v in values]
    if all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in values):
        if not any(v is None for v in values):
            return np.array(values)
        if not all(v is None or isinstance(v, int) for v in values):
            return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    column = np.empty(len(values), dtype=object)
    # {"id": 110, "name": "g-ZTF"}; what else a record holds can be compared as text.
    column[:] = [
        (v["name"] if "name" in v else json.dumps(v)) if isinstance(v, dict) else v for v in values
    ]
    return column


def _of_database(value):
    """What {"$numberDouble": "14.2"} of MongoDB holds; anything else as it is."""
    (kind, inner), *_ = value.items()
    if not kind.startswith("$") or isinstance(inner, dict | list):
        return value
    try:
        return {"$numberDouble": float, "$numberDecimal": float, "$numberLong": int}.get(kind, str)(
            inner
        )
    except ValueError:
        return value


_ID_KEYS = ("object_id", "id", "LABEL", "OBJECT", "OBJNAME", "TARGETID", "name")


def id_in(meta):
    """The identifier that a header gives, None where it has none."""
    return next((meta[key] for key in _ID_KEYS if key in meta), None)


def _of_tables(tables, columns, path):
    """The light curves of all tables of a file that hold any."""
    if not tables:
        raise NoLightCurves("the file holds no table")
    chosen = tables
    if len(tables) > 1:
        chosen = [each for each in tables if _holds_light_curves(each[1], columns)]
    if not chosen:
        there = "; ".join(f"{name}: {', '.join(table.colnames)}" for name, table, _ in tables)
        raise NoLightCurves(f"no table holds time and magnitude or flux; the columns are {there}")
    chosen, remark = _versions_of_one(chosen)
    stem = stem_of(path)
    sets = []
    names = _names_of(chosen, stem)
    for default, (_, table, about) in zip(names, chosen, strict=True):
        # A preset knows its survey's time frame better than a header.
        about = {} if isinstance(columns, str) and columns != "auto" else about
        star = id_in(table.meta)
        sets.append(from_table(table, columns, about, str(default if star is None else star)))
    X = concatenate(sets)
    if remark is None:
        own = [name for name, _, _ in chosen]
        X._doubts += (named_by_bands(own),) if are_bands(own) else ()
        return X
    told = X.replace(provenance=f"{X.provenance}; {remark}")
    told._doubts = X._doubts
    if not any("APER" in name.upper() for name, _, _ in tables):
        mend = "write stars at the same times to files of their own"
        told._doubts += (Doubt(f"of tables with the same times one is read: {remark}", mend),)
    return told


def _names_of(tables, stem):
    """What the stars of a file's tables are called that do not say it: as the file, by the table's name or number."""
    if len(tables) == 1:
        return [stem]
    names = [name for name, _, _ in tables]
    if len(set(names)) < len(names):
        return [f"{stem}_{number}" for number in range(len(names))]
    bands = any(name.lower() in PASSBANDS for name in names)
    return [f"{stem}_{name}" for name in names] if bands else names


def _versions_of_one(tables):
    """The first of several tables with the same columns and the same times: they are of one star."""
    if len(tables) < 2 or any(t.colnames != tables[0][1].colnames for _, t, _ in tables):
        return tables, None
    first = tables[0][1]
    if len({len(table) for _, table, _ in tables}) > 1 or vectors_of(columns_of(first)):
        return tables, None
    clock = next((name for name in first.colnames if name.upper() in ("T", "TIME")), None)
    if clock is None or len(first) < 3:
        return tables, None
    times = [plain_array(table[clock]) for _, table, _ in tables]
    if times[0].dtype.kind != "f" or not all(
        np.array_equal(times[0], each, equal_nan=True) for each in times[1:]
    ):
        return tables, None
    names = ", ".join(name for name, _, _ in tables[1:4])
    return tables[:1], (
        f"the first of {len(tables)} light curves of the same star, {tables[0][0]}, and not {names}"
        f"{' and more' if len(tables) > 4 else ''}"
    )


def _holds_light_curves(table, columns):
    vectors = vectors_of(columns_of(table))
    if wide_preset(vectors or table.colnames, columns) is not None:
        return True
    stars = [name for name in table.colnames if name not in vectors]
    try:
        resolve(vectors or table.colnames, stars if vectors else table.colnames, columns)
    except NoLightCurves:
        # Of what could be several columns, the reading itself complains.
        return False
    return True


@contextmanager
def _quiet(kind):
    """Astropy's complaints about units and headers are no concern of ours; a cut file is."""
    try:
        from astropy.utils.exceptions import AstropyWarning
    except ImportError as error:
        raise ImportError(f"{kind} files need astropy: pip install astropy") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyWarning)
        warnings.filterwarnings("error", "File may have been truncated")
        try:
            yield
        except ImportError:
            raise
        except Exception as error:
            # Damaged files raise whatever the parser stumbled over.
            text = str(error).strip().split("\n")[0] or type(error).__name__
            raise ValueError(f"not readable as {kind}: {text}") from error


def _fits_tables(path):
    packed = unpacked(path, "FITS")
    with _quiet("FITS"):
        from astropy.io import fits
        from astropy.table import Table

        tables = []
        with fits.open(path if packed is None else io.BytesIO(packed), memmap=False) as file:
            primary = dict(file[0].header)
            for hdu in file:
                if isinstance(hdu, fits.BinTableHDU | fits.TableHDU):
                    table = Table.read(hdu)
                    header = primary | dict(hdu.header)
                    table.meta = {**header, **table.meta}
                    _take_time_unit(table, header)
                    _join_times(table, header)
                    tables.append((hdu.name or "table", table, _fits_time_frame(header)))
        return tables


def _join_times(table, header):
    """Times in two parts, days and their decimals, as astropy writes them."""
    for number, name in enumerate(table.colnames, 1):
        scale = str(header.get(f"TCTYP{number}", "")).strip().lower()
        parts = table[name]
        if scale in ("utc", "tai", "tt", "tdb", "tcb", "tcg", "ut1") and parts.shape[1:] == (2,):
            from astropy.time import Time

            table[name] = Time(*np.asarray(parts, float).T, format="jd", scale=scale)


def _take_time_unit(table, header):
    """The unit of times that only the header tells, as those of satellites in seconds do."""
    for name in table.colnames:
        if name.upper() == "TIME" and table[name].unit is None and table[name].dtype.kind in "fiu":
            table[name].unit = {"s": "s", "sec": "s", "d": "d"}.get(
                str(header.get("TIMEUNIT", "")).strip().lower()
            )


def _fits_time_frame(header):
    """Time scale and zero by the keywords of a FITS header."""
    about = {}
    scale = str(header.get("TIMESYS", "")).strip().lower()
    reference = str(header.get("TREFPOS", header.get("TIMEREF", ""))).strip().upper()
    for key, origin in (("BJDREF", 0.0), ("JDREF", 0.0), ("MJDREF", MJD)):
        parts = [header[name] for name in (key, key + "I", key + "F") if name in header]
        if parts:
            about["time_zero"] = origin + float(sum(parts))
            reference = "BARYCENTER" if key == "BJDREF" else reference
            break
    if scale and scale != "local":
        about["time_scale"] = _REFERENCE.get(reference, "") + scale
    return about


def _votable_tables(path):
    packed = unpacked(path, "VOTable")
    with _quiet("VOTable"):
        from astropy.io.votable import parse

        file = parse(path if packed is None else io.BytesIO(packed), verify="ignore")
        systems = {system.ID: system for system in file.iter_timesys()}
        tables = []
        for number, element in enumerate(file.iter_tables()):
            if element.fields:
                table = element.to_table(use_names_over_ids=True)
                about = _votable_time_frame(element.fields, systems)
                tables.append((element.name or f"table {number}", table, about))
        return tables


def _votable_time_frame(fields, systems):
    """Time scale and zero by the TIMESYS that a column of times refers to."""
    system = next((systems[field.ref] for field in fields if field.ref in systems), None)
    if system is None:
        return {}
    about = {}
    if system.timeorigin is not None:
        about["time_zero"] = float(system.timeorigin)
    if system.timescale:
        prefix = _REFERENCE.get(str(system.refposition).upper(), "")
        about["time_scale"] = prefix + system.timescale.lower()
    return about
