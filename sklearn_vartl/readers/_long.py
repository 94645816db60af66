"""Long tables: one row per point, a column that says whose point it is.

Tables with a column for each band and quantity are first stacked to tables with a column that names
the band.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from numbers import Number

import numpy as np

from ..light_curves import Doubt, doubtful_order, offsets_of, plain_array
from ._assemble import assemble
from ._columns import resolve
from ._doubts import (
    each_its_own,
    numbered_anew,
    perhaps_stars,
    refuse_catalogue,
    refuse_several,
    several_places,
    told_beside,
)
from ._names import POINT_NAMES, is_rule, without, words_of
from ._sides import side_by_side, stack_rows, stack_sides, wide_preset
from ._units import (
    WRITTEN_DATE,
    are_whole_days,
    base_name,
    days,
    first_word,
    in_unit,
    is_missing,
    missing_values,
    numbers_and_limits,
    rows_of,
    time_frame,
    unit_text,
)

# Rows that deciding what a column is looks at.
_SAMPLE = 100_000


def from_long(table, columns=None, about=None, star=None):
    """Light curves of a table with one row a point; stars in the order of first appearance.

    A star whose only row has neither time nor magnitude has no points. `about` is the time scale and zero that the
    table records, `star` what the one star of a table without identifiers is called; None: such a table is refused.
    """
    table = _without_letters({str(name): table[name] for name in table}, columns)
    table = _with_calendar(_without_rule(table))
    table, parted = _with_errors_apart(table)
    table, columns, remark = _in_rows_of_bands(table, columns)
    found = resolve(table, table, columns, values=lambda name: _some(table[name]))
    if remark is not None:
        found = replace(found, remarks=(*found.remarks, remark))
    found = replace(found, remarks=(*found.remarks, *parted))
    table, found = _with_time_of_day(table, found)
    if "id" in found.names:
        table = _without_blank_rows(table, found)
    table, found = _without_summary(table, found)
    joined = found.preset.star
    if joined and "id" not in found.names and set(joined) <= table.keys():
        name = ".".join(joined)
        table[name] = _joined_names([plain_array(table[part]) for part in joined])
        found = replace(found, names=found.names | {"id": name})
    about = (about or {}) | time_frame(table[found.names["time"]])
    units = {}
    for role, name in found.of_points().items():
        table[name], unit = _converted(table[name], role, name, found.preset)
        if unit is not None:
            units[role] = unit
    if "id" not in found.names:
        alone = isinstance(columns, Mapping) and "id" in without(columns)
        return _one_star(table, found, about, units, star, alone)
    return _several_stars(table, found, about, units)


def _in_rows_of_bands(table, columns):
    """A table of one band a row, of one that may have them side by side, what is asked of it, and what was done."""
    wide = wide_preset(table, columns)
    if wide is not None:
        table = stack_rows({n: plain_array(values) for n, values in table.items()}, wide)
        return table, wide, f"layout of {wide}, bands side by side"
    sides = side_by_side(table, columns, lambda name: table[name], list(table))
    if sides is None:
        return table, columns, None
    return stack_sides(table, sides), sides.columns, sides.remark


def _several_stars(table, found, about, units):
    """Light curves of a table that says whose each row is."""
    points = {role: plain_array(table[name]) for role, name in found.of_points().items()}
    codes, ids, ordered = _factorized(table[found.names["id"]], found.names["id"])
    offsets = offsets_of(np.bincount(codes, minlength=len(ids)))
    found = replace(found, doubts=(*found.doubts, *numbered_anew(codes, ids, table, found)))
    order = None
    if not ordered and len(codes) and np.diff(codes).min(initial=0) < 0:
        # Stable: the points of a star stay in the order of the table.
        order = np.argsort(codes, kind="stable")
        points = {role: values[order] for role, values in points.items()}
    stars = {"id": ids}
    for role, name in found.of_stars().items():
        if role != "id":
            stars[role] = _one_a_star(*_ordered(table[name], order), offsets, ids, name)
    rest = {}
    for name in (name for name in table if name not in found.names.values()):
        values, words = _ordered(table[name], order)
        if _same_as_first(values, offsets):
            first = values[offsets[:-1]]
            rest[name] = first if words is None else words[first]
    empty = _empty_stars(points["time"], points[found.quantity], offsets)
    whole, keep = not empty.any(), slice(None)
    if not whole:
        keep = ~np.repeat(empty, np.diff(offsets))
        points = {role: values[keep] for role, values in points.items()}
        offsets = offsets_of(np.where(empty, 0, np.diff(offsets)))
    try:
        X = assemble(points, offsets, stars, rest, found, about, units)
    except (TypeError, ValueError) as error:
        rows = (np.arange(len(codes)) if order is None else order)[keep]
        error.args = tuple(_in_rows_of_table(each, rows) for each in error.args)
        raise
    if whole:
        X._doubts += tuple(told_beside(X, table, found, order))
    return _told_of_order(X)


def _without_letters(table, columns):
    """Columns of alerts of Rubin by their own names, where a broker has put "r:" before them."""
    if isinstance(columns, Mapping) or "r:midpointMjdTai" not in table:
        return table
    own = {name.removeprefix("r:") for name in table}
    return table if len(own) < len(table) else {n.removeprefix("r:"): v for n, v in table.items()}


def _in_rows_of_table(text, rows):
    """A complaint that counts rows by star, with those of the table."""
    if not isinstance(text, str):
        return text
    return re.sub(r"(?<=in row )\d+", lambda told: str(rows[int(told[0]) - 1] + 1), text)


def _told_of_order(X):
    X._doubts += tuple(doubtful_order(X))
    return X


def _with_time_of_day(table, found):
    """Days and times of the day in columns of their own, as "2020-01-31" and "04:05:06", as one."""
    name = found.names["time"]
    for other in found.left_over:
        if "frac" in base_name(other):
            whole = _with_fraction(table[name], table[other])
            if whole is not None:
                joined = f"{name} + {other}"
                table = {joined if n == name else n: v for n, v in table.items()}
                return table | {joined: whole}, _timed_by(found, joined, name, other)
    pairs = [(name, other) for other in found.left_over] + [(o, name) for o in found.left_over]
    for day, clock in pairs:
        words = [first_word(table[each]) for each in (day, clock)]
        if None in words or not _TIME_OF_DAY.fullmatch(words[1]):
            continue
        if not (_DAY.fullmatch(words[0]) or _is_written_day(words[0])):
            continue
        both = [
            None if is_missing(d) or is_missing(c) else f"{_day_of(d)} {str(c).strip()}"
            for d, c in zip(plain_array(table[day]), plain_array(table[clock]), strict=True)
        ]
        joined = f"{day} {clock}"
        table = table | {joined: np.array(both, dtype=object)}
        return table, _timed_by(found, joined, day, clock)
    return table, found


def _timed_by(found, joined, day, clock):
    """The columns, of which a new one tells the time that two told."""
    return replace(
        found,
        names=found.names | {"time": joined},
        left_over=tuple(each for each in found.left_over if each not in (day, clock)),
        remarks=(*found.remarks, f"time from {day} and {clock}"),
    )


def _with_fraction(days_, parts):
    """Whole days with their decimals, which another column holds; None where these are something else."""
    try:
        whole, part = (numbers_and_limits(plain_array(each), "time")[0] for each in (days_, parts))
    except (TypeError, ValueError):
        return None
    finite = part[np.isfinite(part)]
    fits = are_whole_days(whole) and len(finite) and 0 <= finite.min() and finite.max() < 1
    return whole + part if fits else None


_DAY = re.compile(r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[T ]00:00:00(?:\.0*)?)?\s*")


def _is_written_day(word):
    found = WRITTEN_DATE.fullmatch(word)
    return found is not None and not (found["clock"] or found["part"] or found["compact"])


def _day_of(value):
    text = str(value).strip()
    return text[:10] if _DAY.fullmatch(text) else text


_TIME_OF_DAY = re.compile(r"\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d*)?)?\s*")


_CLOCK_PARTS = {"hour": 24.0, "minute": 1440.0, "second": 86400.0}


# "15.32±0.02", "15.32 +/- 0.02", r"15.32 \pm 0.02"; "15.32(2)", whose last digits are uncertain, "15.32(0.02)".
_WITH_ERROR = re.compile(
    r"([+-]?\d+(?:\.(\d*))?)\s*(?:(?:\u00b1|\+/?-|\\pm)\s*(\d*\.?\d+)|\((\d*\.?\d+)\))"
)


def _with_errors_apart(table):
    """Values and errors that share a cell in columns of their own; what was parted, in words."""
    found, remarks = {}, []
    for name, values in table.items():
        words = words_of(values)
        parted = [_WITH_ERROR.fullmatch(word.strip()) for word in words or ()]
        if sum(map(bool, parted)) <= len(parted) / 2:
            found[name] = values
            continue
        value, error = {}, {}
        for word, cell in zip(words, parted, strict=True):
            value[word] = cell[1] if cell else word
            if cell:
                # Without a point of its own, the error counts in the last digits of the value.
                whole = cell[4] is not None and "." not in cell[4]
                error[word] = float(cell[3] or cell[4]) / (10 ** len(cell[2] or "") if whole else 1)
        own = re.split(r"\s*(?:\u00b1|\+/?-|\\pm)", name)[0] or name
        beside = next(n for n in (f"e_{own}", f"{own}_err", f"{own} err") if n not in table)
        cells = plain_array(values)
        found[own] = np.array([value.get(cell, cell) for cell in cells], dtype=object)
        found[beside] = np.array([error.get(cell, np.nan) for cell in cells], dtype=float)
        remarks.append(f"{beside} was in the cells of {name}")
    return found, remarks


def _with_calendar(table):
    """Year, month and day, or year and day of the year, in columns of their own, perhaps with a clock, as one date."""
    bases = {base_name(name): name for name in table}
    if bases.keys() & set(POINT_NAMES["time"]):
        return table
    of_year = next((each for each in ("doy", "dayofyear", "yday") if each in bases), None)
    dates = ("year", "month", "day") if of_year is None else ("year", of_year)
    if not bases.keys() >= set(dates):
        return table
    clocks = [each for each in _CLOCK_PARTS if each in bases]
    names = [bases[each] for each in (*dates, *clocks)]
    parts = [numbers_and_limits(plain_array(table[name]), name)[0] for name in names]
    if of_year is not None:
        # Its days go on from the first of January.
        parts.insert(1, np.ones(len(parts[0])))
    there = np.isfinite(parts[:3]).all(axis=0)
    year, month = (np.where(there, part, 1).astype(int) for part in parts[:2])
    if (month < 1).any() or (month > 12).any() or (year[there] < 1800).any() or (year > 2200).any():
        return table
    start = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    days = (
        (start.astype("datetime64[D]") - np.datetime64("1858-11-17")).astype(float) + parts[2] - 1
    )
    for part, each in zip(parts[3:], clocks, strict=True):
        days = days + part / _CLOCK_PARTS[each]
    joined = " ".join(names)
    rest = {name: values for name, values in table.items() if name not in names}
    return rest | {f"mjd ({joined})": np.where(there, days, np.nan)}


def _without_blank_rows(table, found):
    """A table without rows that have neither identifier nor time nor brightness."""
    ids = table[found.names["id"]]
    blank = missing_values(ids)
    if not blank.any():
        return table
    for role in ("time", found.quantity):
        blank &= missing_values(table[found.names[role]])
    if not blank.any():
        return table
    return {name: values[~blank] for name, values in table.items()}


_SUMMARY = re.compile(
    r"\W*(?:(?:grand )?total|sum|mean|average|avg|median|std(?:dev|ev)?|min|max|count|end|eof|summe|mittel(?:wert)?"
    r"|\d+ rows?\b.*)\W*",
    re.IGNORECASE,
)


def _without_rule(table):
    """A table without the line that databases and reStructuredText draw below it."""
    first = next(iter(table.values()), ())
    if hasattr(first, "mjd") or getattr(first, "ndim", 1) != 1 or not len(first):
        return table
    last = plain_array(rows_of(first, slice(-1, None)))[0]
    if not (isinstance(last, str) and is_rule(last)):
        return table
    below = [plain_array(rows_of(values, slice(-1, None)))[0] for values in table.values()]
    if not all(is_missing(cell) or (isinstance(cell, str) and is_rule(cell)) for cell in below):
        return table
    return {name: rows_of(values, slice(-1)) for name, values in table.items()}


def _without_summary(table, found):
    """A table without the rows at its end that sum up the others: "Total", "Mean", "(24 rows affected)"."""
    name = found.names["id" if "id" in found.names else "time"]
    if hasattr(table[name], "mjd") or getattr(table[name], "ndim", 1) != 1:
        return table, found
    words = plain_array(rows_of(table[name], slice(-6, None))).tolist()
    first = next(iter(table))
    if first != name and words and is_missing(words[-1]):
        # A word alone in its row stands in the first column.
        words = plain_array(rows_of(table[first], slice(-6, None))).tolist()
    n_rows = 0
    while (
        n_rows < len(words)
        and isinstance(own := words[-1 - n_rows], str)
        and _SUMMARY.fullmatch(own)
    ):
        n_rows += 1
    told = words[len(words) - n_rows :]
    if n_rows == 0 or n_rows == len(words) or len(set(told)) < n_rows:
        return table, found
    doubt = Doubt(
        f"the last row{'s' * (n_rows > 1)} ({', '.join(told)}) only sum{'s' * (n_rows == 1)} up the others, "
        f"and {'are' if n_rows > 1 else 'is'} left out",
        f"take {'them' if n_rows > 1 else 'it'} out of the table",
        f"take {'them' if n_rows > 1 else 'it'} out of the file",
    )
    return {n: rows_of(v, slice(-n_rows)) for n, v in table.items()}, replace(
        found, doubts=(*found.doubts, doubt)
    )


def _joined_names(parts):
    words = [[f"{v:.12g}" if isinstance(v, float) else str(v) for v in p.tolist()] for p in parts]
    return np.array([".".join(each) for each in zip(*words, strict=True)], dtype=object)


def _some(values):
    """A column, or rows from all over it where there are very many."""
    step = -(-len(values) // _SAMPLE)
    return values if step <= 1 else rows_of(values, slice(None, None, step))


def _converted(values, role, name, preset):
    """A column in the unit that its role wants, and the unit where that is left to its name."""
    if role == "time":
        unit = unit_text(values)
        values = days(values)
        return values, None if getattr(values, "unit", None) is None else unit
    if role in ("flux", "fluxerr") and preset.flux_unit is not None:
        return in_unit(values, preset.flux_unit, name), None
    return values, unit_text(values)


def _one_star(table, found, about, units, star, alone):
    """A table without identifiers as one star; `alone`: it is known that it is."""
    if star is None:
        detections = [n for n in found.left_over if base_name(n) in ("id", "sourceid", "objectid")]
        hint = f" ({', '.join(detections)} is another one in each row)" if detections else ""
        raise ValueError(
            f"No column tells the stars apart among {', '.join(table)}{hint}. Name it, as in "
            'columns={"id": "star"} (in the shell --columns id=star); a single star is a list of '
            "one: [table] or [(time, mag, magerr)]."
        )
    points = {role: plain_array(table[name]) for role, name in found.of_points().items()}
    n_rows = len(points["time"])
    if not alone:
        refuse_catalogue(table, found, n_rows)
        refuse_several(table, points["time"], found)
        more = (
            *perhaps_stars(table, found, n_rows),
            *several_places(table, found, n_rows),
            *each_its_own(table, found, n_rows),
        )
        found = replace(found, doubts=(*found.doubts, *more))
    found = _without_labels_of_points(table, found, n_rows)
    stars = {"id": np.array([star], dtype=object)}
    offsets = np.array([0, n_rows])
    for role, name in found.of_stars().items():
        values = (plain_array(table[name]), None)
        stars[role] = _one_a_star(*values, offsets, stars["id"], name) if n_rows else None
    rest = {}
    for name in found.left_over:
        values = plain_array(table[name])
        if n_rows and _same_as_first(values, offsets):
            rest[name] = values[:1]
    stars = {role: values for role, values in stars.items() if values is not None}
    X = assemble(points, offsets, stars, rest, found, about, units)
    X._doubts += tuple(told_beside(X, table, found, None))
    return X if alone else _told_of_order(X)


def _without_labels_of_points(table, found, n_rows):
    """What is another one in each row is no label of the star: a label of its images, perhaps."""
    name = found.names.get("label")
    if n_rows < 2 or name is None or len(set(plain_array(table[name]).tolist())) < n_rows:
        return found
    return replace(
        found,
        names={role: other for role, other in found.names.items() if role != "label"},
        left_over=(*found.left_over, name),
        remarks=(*found.remarks, f"{name} is no label: another one in each row"),
    )


def _factorized(values, name):
    """The number of each row's star, the stars in the order of first appearance, and whether it is
    known that the rows are in this order."""
    import pandas as pd

    if isinstance(getattr(values, "dtype", None), pd.CategoricalDtype):
        codes = np.asarray(values.cat.codes if hasattr(values, "cat") else values.codes)
        words = values.cat.categories if hasattr(values, "cat") else values.categories
        order, ordered = np.arange(len(words)), _in_order(codes, len(words))
        if not ordered:
            codes, order = pd.factorize(codes)
            order = np.asarray(order)
            codes = np.where(order[codes] == -1, -1, codes) if (order == -1).any() else codes
        ids = np.array([*words, None], dtype=object)[order]
    else:
        values = _as_text(plain_array(values))
        codes, ids = pd.factorize(values)
        ordered = False
    if len(codes) and codes.min() < 0:
        raise ValueError(
            f"{np.sum(codes < 0)} rows have no identifier in column {name}; "
            f"the first is row {int(np.argmin(codes))}: write it in each row"
        )
    return codes, np.asarray(ids), ordered


def _in_order(codes, n_words):
    """Whether all rows of a star are together, and the stars in the order of their numbers."""
    if len(codes) == 0 or codes[0] != 0 or codes[-1] != n_words - 1:
        return False
    step = np.diff(codes)
    return len(step) == 0 or bool(step.min() >= 0 and step.max() <= 1)


def _as_text(values):
    """Bytes as the text they are, and numbers among words, which pandas makes of long files, as words."""
    kinds = set(map(type, values)) if values.dtype == object else set()
    if str in kinds and any(issubclass(kind, Number) for kind in kinds):
        values = np.array([_number_as_text(v) for v in values], dtype=object)
    if values.dtype == object and any(isinstance(v, bytes) for v in values[:100]):
        text = np.empty(len(values), dtype=object)
        text[:] = [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values]
        return text
    return values


def _number_as_text(value):
    if not isinstance(value, Number) or isinstance(value, bool) or value != value:
        return value
    return str(int(value)) if float(value).is_integer() else str(value)


def _ordered(values, order):
    """Values in the order of the stars; of categories their numbers, and the words of these."""
    import pandas as pd

    words = None
    if isinstance(getattr(values, "dtype", None), pd.CategoricalDtype):
        values = values.cat if hasattr(values, "cat") else values
        # The last, of number -1, is the missing one.
        words = np.array([*values.categories, None], dtype=object)
        values = np.asarray(values.codes)
    values = plain_array(values)
    return values if order is None else values[order], words


def _one_a_star(values, words, offsets, ids, name):
    """The value that all rows of a star share; missing in some of its rows is allowed."""
    import pandas as pd

    chosen = values[offsets[:-1]]
    if _same_as_first(values, offsets):
        return chosen if words is None else words[chosen]
    values = values if words is None else words[values]
    there = ~pd.isna(values)
    stars = np.repeat(np.arange(len(ids)), np.diff(offsets))
    with_value, first = np.unique(stars[there], return_index=True)
    chosen = np.full(len(ids), None, dtype=object)
    chosen[with_value] = values[there][first]
    differs = there & (values != chosen[stars])
    if differs.any():
        star = stars[differs][0]
        raise ValueError(
            f"Star {ids[star]!r} (position {star}) has several values in column {name}: "
            f"{chosen[star]!r} and {values[differs][0]!r}"
        )
    return chosen


def _same_as_first(values, offsets):
    """Whether all rows have the value of their star's first row; numbers that are NaN are alike."""
    n_stars = len(offsets) - 1
    if n_stars and len(values) > 20 * n_stars:
        # Most columns of points show it in a few stars already.
        some = slice(0, int(offsets[min(n_stars, 20)]))
        few = values[some]
        if not _alike(few, offsets[: min(n_stars, 20) + 1]):
            return False
    return _alike(values, offsets)


def _alike(values, offsets):
    import pandas as pd

    first = np.repeat(values[offsets[:-1]], np.diff(offsets))
    same = np.asarray(values == first)
    if same.all():
        return True
    return bool(np.all(same | (pd.isna(values) & pd.isna(first))))


def _empty_stars(time, value, offsets):
    import pandas as pd

    empty = np.diff(offsets) == 1
    first = offsets[:-1][empty]
    empty[empty] = pd.isna(time[first]) & pd.isna(value[first])
    return empty
