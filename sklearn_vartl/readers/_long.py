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
from ._names import (
    COORDINATES,
    FIELDS,
    NO_STARS,
    OFTEN_DETECTIONS,
    PARTS,
    PERHAPS_STARS,
    POINT_NAMES,
    QUALITY,
    STAR_NAMES,
    UNNAMED_INDEX,
    NoLightCurves,
    in_shell,
    without,
    words_of,
)
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
    time_frame,
    unit_text,
)

# Rows that deciding what a column is looks at.
_SAMPLE = 100_000


def from_long(table, columns=None, about=None, star=None):
    """Light curves of a table with one row a point; stars in the order of first appearance.

    Parameters
    ----------
    table : mapping of str to array-like of shape (n_rows,)
        Columns by name. A star whose only row has neither time nor magnitude has no points.
    columns : mapping, str, Columns or None
        See `LightCurves.from_any`.
    about : dict, default=None
        Time scale and time zero as the table records them.
    star : str, default=None
        What the one star of a table without identifiers is called; None: such a table is refused.
    """
    table = _without_letters({str(name): table[name] for name in table}, columns)
    table = _with_calendar(table)
    wide = wide_preset(table, columns)
    if wide is not None:
        table = stack_rows({n: plain_array(values) for n, values in table.items()}, wide)
        columns = wide
    else:
        sides = side_by_side(table, columns, lambda name: table[name], list(table))
        if sides is not None:
            table, columns = stack_sides(table, sides), sides.columns
    found = resolve(table, table, columns, values=lambda name: _some(table[name]))
    if wide is None and sides is not None:
        found = replace(found, remarks=(*found.remarks, sides.remark))
    if wide is not None:
        found = replace(found, remarks=(*found.remarks, f"layout of {wide}, bands side by side"))
    preset = found.preset
    table, found = _with_time_of_day(table, found)
    if "id" in found.names:
        table, found = _without_summary(_without_blank_rows(table, found), found)
    if preset.star and "id" not in found.names and set(preset.star) <= table.keys():
        joined = ".".join(preset.star)
        table[joined] = _joined_names([plain_array(table[name]) for name in preset.star])
        found = replace(found, names=found.names | {"id": joined})
    about = (about or {}) | time_frame(table[found.names["time"]])
    points, units = {}, {}
    for role, name in found.of_points().items():
        values, unit = _converted(table[name], role, name, preset)
        table[name] = values
        if unit is not None:
            units[role] = unit
    n_rows = len(plain_array(table[found.names["time"]]))
    if "id" not in found.names:
        alone = isinstance(columns, Mapping) and "id" in without(columns)
        return _one_star(table, found, about, units, star, n_rows, alone)
    used = set(found.names.values())
    points = {role: plain_array(table[name]) for role, name in found.of_points().items()}
    codes, ids, ordered = _factorized(table[found.names["id"]], found.names["id"])
    offsets = offsets_of(np.bincount(codes, minlength=len(ids)))
    found = replace(found, doubts=(*found.doubts, *_numbered_anew(codes, ids, table, found)))
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
    for name in (name for name in table if name not in used):
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
        rows = (np.arange(n_rows) if order is None else order)[keep]
        error.args = tuple(_in_rows_of_table(each, rows) for each in error.args)
        raise
    if whole:
        X._doubts += tuple(_on_several_levels(X, table, found, order))
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
        if (
            "frac" in base_name(other)
            and (whole := _with_fraction(table[name], table[other])) is not None
        ):
            both = f"{name} + {other}"
            left = tuple(each for each in found.left_over if each != other)
            remarks = (*found.remarks, f"time from {name} and {other}")
            return {
                both if n == name else n: whole if n == name else v for n, v in table.items()
            }, replace(found, names=found.names | {"time": both}, left_over=left, remarks=remarks)
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
        left = tuple(each for each in found.left_over if each not in (day, clock))
        names = found.names | {"time": joined}
        remarks = (*found.remarks, f"time from {day} and {clock}")
        return table | {joined: np.array(both, dtype=object)}, replace(
            found, names=names, left_over=left, remarks=remarks
        )
    return table, found


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


def _with_calendar(table):
    """Year, month and day in columns of their own, perhaps with hour, minute and second, as one date."""
    bases = {base_name(name): name for name in table}
    if bases.keys() & set(POINT_NAMES["time"]) or not {"year", "month", "day"} <= bases.keys():
        return table
    names = [
        bases[each]
        for each in ("year", "month", "day", "hour", "minute", "second")
        if each in bases
    ]
    parts = [numbers_and_limits(plain_array(table[name]), name)[0] for name in names]
    there = np.isfinite(parts[:3]).all(axis=0)
    year, month = (np.where(there, part, 1).astype(int) for part in parts[:2])
    if (month < 1).any() or (month > 12).any() or (year < 1800).any() or (year > 2200).any():
        return table
    start = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    days = (
        (start.astype("datetime64[D]") - np.datetime64("1858-11-17")).astype(float) + parts[2] - 1
    )
    for part, name in zip(parts[3:], names[3:], strict=True):
        days = days + part / {"hour": 24.0, "minute": 1440.0, "second": 86400.0}[base_name(name)]
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


def _without_summary(table, found):
    """A table without the rows at its end that sum up the others: "Total", "Mean", "(24 rows affected)"."""
    ids = table[found.names["id"]]
    last = plain_array(_rows(ids, slice(-6, None))).tolist()
    n_rows = 0
    while (
        n_rows < len(last) and isinstance(own := last[-1 - n_rows], str) and _SUMMARY.fullmatch(own)
    ):
        n_rows += 1
    if n_rows == 0 or n_rows == len(last) or len(set(last[-n_rows:])) < n_rows:
        return table, found
    doubt = Doubt(
        f"the last row{'s' * (n_rows > 1)} ({', '.join(last[-n_rows:])}) only sum{'s' * (n_rows == 1)} up the others, "
        "and are left out",
        None,
        "take them out of the table",
        "take them out of the file",
    )
    return {n: _rows(v, slice(-n_rows)) for n, v in table.items()}, replace(
        found, doubts=(*found.doubts, doubt)
    )


def _numbered_anew(codes, ids, table, found):
    """That the same numbers name other stars in each field, where the table goes through one field after the other."""
    import pandas as pd

    if len(ids) < 2 or not all(re.fullmatch(r"\d{1,6}", str(own)) for own in ids[:20]):
        return
    for name in (found.names.get("field"), *found.left_over):
        if name is None or base_name(name) not in FIELDS:
            continue
        fields = pd.factorize(plain_array(table[name]))[0]
        n_fields = fields.max(initial=0) + 1
        if n_fields < 2 or np.count_nonzero(np.diff(fields)) != n_fields - 1:
            continue
        pairs = np.unique(codes.astype(np.int64) * n_fields + fields)
        n_again = np.count_nonzero(np.bincount(pairs // n_fields) > 1)
        if n_again > 1 and 2 * n_again >= len(ids):
            yield Doubt(
                f"{n_again} numbers of stars come again in another {name}, and are read as the same stars",
                None,
                f"where they are others, name the stars by both: {name} and {found.names['id']} in one column",
                f"where they are others, name the stars by both: {name} and {found.names['id']} in one column",
            )
            return


def _joined_names(parts):
    words = [[f"{v:.12g}" if isinstance(v, float) else str(v) for v in p.tolist()] for p in parts]
    return np.array([".".join(each) for each in zip(*words, strict=True)], dtype=object)


def _some(values):
    """A column, or rows from all over it where there are very many."""
    step = -(-len(values) // _SAMPLE)
    return values if step <= 1 else _rows(values, slice(None, None, step))


def _rows(values, which):
    return values.iloc[which] if hasattr(values, "iloc") else values[which]


def _converted(values, role, name, preset):
    """A column in the unit that its role wants, and the unit where that is left to its name."""
    if role == "time":
        unit = unit_text(values)
        values = days(values)
        return values, None if getattr(values, "unit", None) is None else unit
    if role in ("flux", "fluxerr") and preset.flux_unit is not None:
        return in_unit(values, preset.flux_unit, name), None
    return values, unit_text(values)


def _one_star(table, found, about, units, star, n_rows, alone):
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
    if not alone:
        _refuse_catalogue(table, found, n_rows)
        _refuse_several(table, points["time"], found)
        more = (
            *_perhaps_stars(table, found, n_rows),
            *_several_places(table, found, n_rows),
            *_each_its_own(table, found, n_rows),
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
    X._doubts += tuple(_on_several_levels(X, table, found, None))
    return X if alone else _told_of_order(X)


# Points that a part of a light curve needs to be compared, and stars that are looked at.
_ENOUGH_POINTS, _MANY_POINTS, _LOOKED_AT = 5, 100, 20


def _on_several_levels(X, table, found, order):
    """That the parts of light curves, of sectors or telescopes, lie on levels of their own."""
    for name in found.left_over:
        known = base_name(name) in PARTS
        if not known and (found.preset.survey or not _may_part(table[name], base_name(name))):
            continue
        part = plain_array(table[name]) if order is None else plain_array(table[name])[order]
        value = X._arguments()["mag"]
        for star in range(min(len(X), _LOOKED_AT)):
            points = np.arange(X.offsets[star], X.offsets[star + 1])
            if X.band is not None and len(points):
                # Bands are told by themselves.
                points = points[X.band[points] == X.band[points[0]]]
            if _apart(value[points], part[points], 0.1 if X.quantity == "mag" else None):
                values = "magnitudes" if X.quantity == "mag" else "fluxes"
                yield Doubt(
                    f"the {values} of each {name} are on a level of their own",
                    X.ids[star],
                    "bring them to one, as by dividing fluxes by their median, before reading",
                    "bring them to one, as by dividing fluxes by their median, in the file",
                )
                return


def _may_part(values, base):
    """Whether words or whole numbers, a few of them, may tell stars, bands or instruments apart."""
    if QUALITY.fullmatch(base) or base in (*POINT_NAMES["flag"], *POINT_NAMES["limit"]):
        return False
    some = plain_array(_rows(values, slice(0, 1000)))
    if some.dtype.kind not in "OUTiu" or len(set(some.tolist())) > 50:
        return False
    return not hasattr(values, "categories") or len(values.categories) <= 50


def _apart(value, part, least):
    """Whether parts differ by far more than they scatter, or of many points, than the halves of each."""
    parts = [value[(part == each) & np.isfinite(value)] for each in dict.fromkeys(part.tolist())]
    parts = [own for own in parts if len(own) >= _ENOUGH_POINTS]
    if len(parts) < 2:
        return False
    levels = np.array([np.median(own) for own in parts])
    scatter = [np.median(np.abs(own - level)) for own, level in zip(parts, levels, strict=True)]
    least = 0.02 * abs(np.median(levels)) if least is None else least
    if np.ptp(levels) > max(6 * max(scatter), least):
        return True
    # A star that varies slowly has other halves, too; of one that varies fast the medians are all alike.
    n_points = min(map(len, parts))
    halves = [np.ptp([np.mean(half) for half in np.array_split(own, 2)]) for own in parts]
    chance = max(np.std(own) for own in parts) / np.sqrt(n_points)
    return n_points >= _MANY_POINTS and np.ptp([np.mean(own) for own in parts]) > max(
        3 * max(halves), 5 * chance, least
    )


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


# The time in the rows between the stars of SNANA's PHOT files.
_SNANA_END = -777.0


def _refuse_several(table, time, found):
    """Refuse several stars one after the other, whose column of names was not recognised.

    A column that cuts the rows into blocks, at whose borders the time goes back, tells them.
    """
    time = numbers_and_limits(time, "time")[0] if time.dtype.kind == "O" else time
    if time.dtype.kind not in "fiu" or len(time) < 6:
        return
    if np.count_nonzero(time == _SNANA_END) > 1:
        raise ValueError(
            f"rows of {_SNANA_END:.0f} part several stars, as SNANA writes them: name the stars in a column, by the "
            "SNID, PTROBS_MIN and PTROBS_MAX of the HEAD file"
        )
    back = np.diff(time) < 0
    if not back.any():
        return
    for name in found.left_over:
        values = plain_array(table[name])
        if values.dtype.kind not in "OiuUf":
            continue
        border = values[1:] != values[:-1]
        n_blocks = int(np.sum(border)) + 1
        if not 2 <= n_blocks <= len(time) // 3 or n_blocks != len(set(values.tolist())):
            continue
        if np.mean(back[border]) > 0.5 and not back[~border].any():
            raise ValueError(
                f"The rows are of {n_blocks} stars, it seems: the time begins anew with each value "
                f'of {name}. Say so, as in columns={{"id": {name!r}}} (in the shell '
                f'{in_shell("id", name)}), or in columns={{"id": None}} (in the shell '
                "--columns id=none) where they are one star."
            )


def _perhaps_stars(table, found, n_rows):
    """That a column such as "source" may name the stars, or only where the measurements are from.

    So may one of words in each row, by turns.
    """
    for name in found.left_over:
        base = base_name(name)
        words = found.preset.survey is None and words_of(table[name]) is not None
        words = words and not NO_STARS.search(base)
        if not words and base not in PERHAPS_STARS:
            continue
        values = plain_array(table[name])
        names = {v for v in values.tolist() if not is_missing(v) and v != ""}
        by_turns = np.count_nonzero(values[1:] != values[:-1]) > len(names) - 1
        if base not in PERHAPS_STARS and not (by_turns and not missing_values(table[name]).any()):
            continue
        if 2 <= len(names) <= n_rows // 3:
            yield Doubt(
                f"{name} has {len(names)} values, and the rows are read as one star",
                None,
                f'columns={{"id": {name!r}}} if it names the stars, {{"id": None}} if it does not',
                f"{in_shell('id', name)} if it names the stars, id=none if it does not",
            )


# Rows from which on others in each of them are no chance.
_ENOUGH_ROWS = 10
_PERIODS = re.compile(r"(?:var)?per(?:iod)?(?:d|days?)?|freq(?:uency)?")


def _refuse_catalogue(table, found, n_rows):
    """Refuse a table whose rows are stars: each has a place of its own in the sky, or a period."""
    if n_rows < _ENOUGH_ROWS:
        return
    for name in found.left_over:
        place = COORDINATES.fullmatch(base_name(name))
        if not place and not _PERIODS.fullmatch(base_name(name)):
            continue
        values = plain_array(table[name])
        known = values[np.isfinite(values)] if values.dtype.kind == "f" else np.empty(0)
        apart = 2 * len(np.unique(known)) > n_rows
        if apart and (np.ptp(known) > 1 if place else (known > 0).all()):
            raise NoLightCurves(
                f"no light curves: each row has another {name}, as a catalogue of stars has. If the rows are points of "
                'one star, say so by columns={"id": None} (in the shell --columns id=none)'
            )


def _each_its_own(table, found, n_rows):
    """That each row bears another name of a star, as in a catalogue."""
    for name in found.left_over:
        base = base_name(name)
        if base not in STAR_NAMES["id"] or base in (*OFTEN_DETECTIONS, UNNAMED_INDEX):
            continue
        words = plain_array(table[name]).tolist()
        own = n_rows >= _ENOUGH_ROWS and len(set(words)) == n_rows
        if own and not any("." in str(word) for word in words):
            yield Doubt(
                f"{name} is another one in each row, as in a catalogue, and the rows are read as one star",
                None,
                'columns={"id": None} if they are points of one star',
                "--columns id=none if they are points of one star",
            )
            return


# Degrees that a star may seem to move, by errors and by its own motion.
_PLACES = 0.02


def _several_places(table, found, n_rows):
    """That rows of one star are at a few places of the sky."""
    for name in found.left_over:
        if not COORDINATES.fullmatch(base_name(name)):
            continue
        where = plain_array(table[name])
        if where.dtype.kind != "f" or not np.isfinite(where).any():
            continue
        away = np.abs(where - np.nanmedian(where)) > _PLACES
        n_places = len(np.unique(np.round(where[np.isfinite(where)] / _PLACES)))
        if 10 * np.count_nonzero(away) > n_rows and n_places <= n_rows // 3:
            yield Doubt(
                f"{name} tells {n_places} places of the sky, and the rows are read as one star",
                None,
                'name the stars in a column, and say columns={"id": ...}',
                "name the stars in a column, and say --columns id=NAME",
            )
            return


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
