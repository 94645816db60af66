"""Bands side by side: a column for each band and quantity, as g_mag, g_err, r_mag, r_err, with and without a preset.

Either way a table becomes one of a row for each band and point. Without a preset, columns that differ by a
passband alone belong together: magnitudes or fluxes, their errors, perhaps their times.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..light_curves import offsets_of, plain_array, segment_numbers
from ._names import (
    CLOCK_IN_NAME,
    COORDINATES,
    ERROR_WORDS,
    NO_CLOCK,
    OFTEN_DETECTIONS,
    PASSBANDS,
    POINT_NAMES,
    QUALITY,
    STAR_NAMES,
    TIME,
    about_error,
    is_own_error,
    ranked_by_name,
    role_of,
)
from ._presets import recognised, survey_preset
from ._units import (
    base_name,
    error_form,
    is_missing,
    is_weight,
    missing_values,
    named_unit,
    numbers_and_limits,
    rows_of,
    unit_text,
)

_BANDS = PASSBANDS - {"tmag", "hpmag"}
_BANDS |= {"nuv", "fuv", "uvw1", "uvm2", "uvw2", "uvot", "red", "green", "blue", "zr", "zg", "zi"}
_HUBBLE = re.compile(r"f\d{3,4}[wmnlx]p?", re.IGNORECASE)
_KINDS = r"(?:psf|aper?|aperture|auto|kron|cal(?:ib(?:rated)?)?|corr|model|mean|forced)?"
_VALUES = {
    "mag": re.compile(rf"{_KINDS}mag(?:nitude)?s?{_KINDS}"),
    "flux": re.compile(rf"{_KINDS}flux(?:es)?{_KINDS}"),
}
# What may follow the letter of a band without a mark between them.
_WORD = re.compile(rf"(?i)(?:psf|aper?)?(?:mag|flux|dev|mjd|hjd|bjd|jd|time|snr|{ERROR_WORDS})")
# Letters that name other things too, beside one of the second they are bands: a check star, an aperture.
_WITH = {"c": {"o"}, "o": {"c"}, "k": {"j", "h"}, "t": set()}


@dataclass(frozen=True)
class SideBySide:
    """Columns of several bands."""

    # By band: its columns, and what they are called when they are stacked.
    bands: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # Stacked columns by role, and what the user asked for.
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def remark(self):
        """What was decided, for the user to read."""
        return "bands side by side: " + ", ".join(
            f"{band} <- {next(iter(names))}" for band, names in self.bands.items()
        )

    @property
    def names(self):
        """Columns of single bands."""
        return {name for names in self.bands.values() for name in names}


def side_by_side(points, columns, values, stars=()):
    """The bands of a table that has them side by side, or None.

    `points` are columns with one value a point, `stars` those of them that may name the stars; of what `columns` asks
    for, a brightness or a band leaves nothing to find; `values` gives the values of a column by its name.
    """
    if isinstance(columns, SideBySide):
        return columns
    points = [str(name) for name in points]
    asked = {} if columns in (None, "auto") else columns
    if not isinstance(asked, Mapping) or (not asked and recognised(points)):
        return None
    asked = {role_of(role): name for role, name in asked.items()}
    if {"mag", "flux", "band", "magerr", "fluxerr"} & asked.keys():
        return None
    # In brackets behind a name stands a unit, or a band: "mag[g]".
    bases = {base_name(name) for name in points if not _in_brackets(name)}
    if bases & {*POINT_NAMES["mag"], *POINT_NAMES["flux"], *POINT_NAMES["band"]}:
        return None
    groups = _groups(points)
    for quantity in ("mag", "flux"):
        clocked = "time" in asked or any(_is_clock(base_name(name)) for name in points)
        found = _of_quantity(groups, quantity, values, stars, clocked, bases)
        # What takes a look at all rows comes last.
        if found is not None and not _is_catalogue(stars, values):
            bands, roles = found
            return SideBySide(bands, {**roles, **asked})
    return None


def _in_brackets(name):
    """Whether a name ends with a band in brackets."""
    return (named_unit(name) or "").lower() in _BANDS


def _is_catalogue(stars, values):
    """Whether each row is another star, by its name or its place."""
    names = [name for name in STAR_NAMES["id"] if name not in OFTEN_DETECTIONS]
    for name in ranked_by_name(names, list(stars), set()):
        own = plain_array(values(name)).tolist()
        if len(own) > 2 and len(set(own)) == len(own):
            return True
    for name in stars:
        if COORDINATES.fullmatch(base_name(name)):
            where = plain_array(values(name))
            known = where[np.isfinite(where)] if where.dtype.kind == "f" else np.empty(0)
            if len(known) and np.ptp(known) > 1 and len(np.unique(known)) > len(known) // 2:
                return True
    return False


def _groups(names):
    """Columns by band, by what is left of their names without it."""
    groups = {}
    for name in names:
        for before, band, after in _splits(name):
            groups.setdefault((before, after), {})[band] = name
    return groups


def _splits(name):
    for start in range(len(name)):
        before = name[start - 1] if start else ""
        for end in range(start + 1, min(start + 6, len(name)) + 1):
            band, after = name[start:end], name[end:]
            if band.lower() not in _BANDS and not _HUBBLE.fullmatch(band):
                continue
            apart = not before.isalnum() or (before.islower() and band[0].isupper())
            if apart and (not after[:1].isalnum() or _WORD.match(after)):
                yield name[:start], band, after


def _are_bands(found):
    """Whether there are several, all different and none something else."""
    small = {band.lower() for band in found}
    return 1 < len(small) == len(found) and all(
        not (small & {letter}) or small & others for letter, others in _WITH.items()
    )


def _is_clock(base):
    named = any(kind in base for kind in CLOCK_IN_NAME) and not NO_CLOCK.search(base)
    return base in TIME or named


def _of_quantity(groups, quantity, values, stars, has_clock, bases_of_all):
    """The bands' columns of magnitudes or fluxes with their errors and times, and the roles; None where unclear."""
    bases = {key: base_name("".join(key).strip("-")) for key in groups}
    own = _of_values(groups, bases, quantity)
    if own is None:
        return None
    columns = {b: n for b, n in groups[own].items() if _can_be(values(n), quantity)}
    varying = {b: n for b, n in columns.items() if not _is_one_a_star(n, values, stars)}
    if not varying or len(columns) < len(groups[own]):
        return None
    errors = _errors(groups, bases, own, bases[own], quantity)
    clocks = [key for key, base in bases.items() if _is_clock(base)]
    clocks = [key for key in clocks if varying.keys() <= groups[key].keys()]
    if len(errors) > 1 or len(clocks) > 1 or not (clocks or has_clock):
        return None
    value = _stacked_name(quantity, own, varying, values)
    roles = {quantity: value, "band": "band"}
    bands = {band: {name: value} for band, name in varying.items()}

    def stack(key, called):
        for band in varying.keys() & groups[key].keys():
            bands[band][groups[key][band]] = called

    for key in errors:
        roles[quantity + "err"] = _stacked_name(quantity + "err", key, groups[key], values)
        stack(key, roles[quantity + "err"])
    for key in clocks:
        roles["time"] = _without_band(key)
        stack(key, roles["time"])
    # Flags and limits of each band, under their name without it.
    for key, base in bases.items():
        tells = base in (*POINT_NAMES["flag"], *POINT_NAMES["limit"]) or QUALITY.fullmatch(base)
        if tells and varying.keys() <= groups[key].keys() and base not in bases_of_all:
            stack(key, _without_band(key))
    return bands, roles


def _of_values(groups, bases, quantity):
    """The one group of columns that holds the magnitudes or fluxes; None where there is none, or several."""
    several = [key for key, columns in groups.items() if _are_bands(columns)]
    fitting = [key for key in several if _VALUES[quantity].fullmatch(bases[key])]
    if not fitting and quantity == "mag":
        # Called by the bands alone, or "j_m": only beside errors that are called so too.
        fitting = [key for key in several if bases[key] in ("", "m")]
        fitting = [key for key in fitting if _errors(groups, bases, key, bases[key], quantity)]
    return fitting[0] if len(fitting) == 1 else None


def _without_band(key):
    return "".join(key).strip("_ .-")


def _errors(groups, bases, own, of, quantity):
    """The columns that hold the errors: those that are called by the values before others."""
    other = "flux" if quantity == "mag" else "mag"
    found = []
    for key, base in bases.items():
        if key == own or other in base or not groups[key].keys() <= groups[own].keys():
            continue
        form = None if is_weight(error_form(base)) else error_form(base)
        plain = base in ("e", "d", "s") or re.fullmatch(rf"{ERROR_WORDS}|dev", base)
        named = is_own_error(base, of or quantity, quantity) or base == of + "dev"
        if named or plain or (form and base.removesuffix(form) in ("", of, quantity)):
            found.append((not named, key))
        elif quantity in base and about_error(base, quantity):
            found.append((True, key))
    best = min((rank for rank, _ in found), default=True)
    return [key for rank, key in found if rank == best]


def _stacked_name(role, key, columns, values):
    """What the columns of all bands are called, with the unit that they share."""
    units = {unit_text(values(n)) or named_unit(n) for n in columns.values() if not _in_brackets(n)}
    if len(units) > 1:
        raise ValueError(
            f"the columns {', '.join(columns.values())} are in different units: "
            f"{', '.join(sorted(map(str, units)))}"
        )
    unit = next(iter(units), None)
    form = error_form(base_name("".join(key)))
    return f"{role.removesuffix('err')}_{form}" if form else f"{role} [{unit}]" if unit else role


def _can_be(values, quantity):
    try:
        numbers = numbers_and_limits(plain_array(values), quantity)[0]
    except (TypeError, ValueError):
        return False
    measured = numbers[np.isfinite(numbers)]
    return quantity == "flux" or len(measured) == 0 or abs(float(np.median(measured))) < 100


def _is_one_a_star(name, values, stars):
    """Whether values are one a star, as magnitudes of a catalogue are."""
    import pandas as pd

    ids = ranked_by_name(STAR_NAMES["id"], list(stars), set())
    own = plain_array(values(name))
    star = plain_array(values(ids[0])) if ids else np.zeros(len(own))
    if len(own) < 3:
        return False
    if ids and len(set(star.tolist())) == len(star):
        star = np.zeros(len(own))
    different = pd.Series(own).groupby(star).nunique(dropna=False)
    return bool(different.max() <= 1) and not pd.isna(pd.Series(own)).all()


def stack_sides(table, sides):
    """One row a band and point. A row without a measurement in any band is kept once."""
    own = sides.names
    there = {}
    for band, names in sides.bands.items():
        there[band] = ~_unmeasured(table[next(iter(names))], "mag" in names.values())
    nowhere = ~np.logical_or.reduce(list(there.values()))
    there[next(iter(there))] |= nowhere
    rows = [np.flatnonzero(each) for each in there.values()]
    found = {
        name: rows_of(values, np.concatenate(rows))
        for name, values in table.items()
        if name not in own
    }
    for called in dict.fromkeys(n for names in sides.bands.values() for n in names.values()):
        parts = []
        for names, places in zip(sides.bands.values(), rows, strict=True):
            column = next((name for name, new in names.items() if new == called), None)
            parts.append(
                np.full(len(places), np.nan)
                if column is None
                else plain_array(table[column])[places]
            )
        found[called] = np.concatenate(parts)
    bands = [np.full(len(r), band, object) for band, r in zip(there, rows, strict=True)]
    return found | {"band": np.concatenate(bands)}


def _unmeasured(values, are_magnitudes):
    if missing_values(values).all():
        return np.ones(len(values), dtype=bool)
    value, limit = numbers_and_limits(plain_array(values), "brightness")
    with np.errstate(invalid="ignore"):
        # 99.999 and -99 of a band that was not observed.
        absent = ~np.isfinite(value) | (are_magnitudes & (np.abs(value) >= 90))
    return absent if limit is None else absent & ~limit


def wide_preset(point_names, columns):
    """Name of the preset of which these columns are those side by side, or None."""
    asked = isinstance(columns, str) and columns != "auto"
    if columns is None or columns == "auto":
        columns = recognised(point_names)
    if not isinstance(columns, str):
        return None
    preset = survey_preset(columns)
    names = set(point_names)
    clocks = {n for each in preset.wide.values() for n in each if each[n] in preset.times}
    known = brightnesses(preset) | (clocks if asked else set())
    if names & set(preset.columns.get("mag", ())) or not names & known:
        return None
    return columns


def brightnesses(preset):
    """Columns of magnitudes of all bands of a preset."""
    return {n for names in preset.wide.values() for n, target in names.items() if target == "mag"}


def wide_columns(columns):
    """Names of the columns of points in the wide layout of a survey's preset."""
    preset = survey_preset(columns)
    names = {name for names in preset.wide.values() for name in names}
    return names | preset.reject.keys() | set(preset.times)


def stack_rows(table, columns, *, keep_rows=True):
    """One row a band and point in the layout of a survey, from one row a point, whatever the order.

    A row with neither time nor magnitude in a band, as of a band that was not observed, has no point there; nor has one
    without magnitude where the bands share their times. `keep_rows`: a row without any point, which may be all there is
    of a star, is kept.
    """
    preset = survey_preset(columns)
    wide = preset.wide
    in_bands = {name for names in wide.values() for name in names}
    shared = {name: values for name, values in table.items() if name not in in_bands}
    common = next((name for name in preset.times if name in shared), None)
    letters = {n: _by_letters(table[n], table, wide) for n in preset.letters if n in table}
    parts, used = [], np.zeros(len(next(iter(table.values()))), dtype=bool)
    for band, names in wide.items():
        own = {target: table[name] for name, target in names.items() if name in table}
        clock = next((own[name] for name in preset.times if name in own), None)
        if "mag" not in own or (clock is None and common is None):
            continue
        if clock is None:
            there = ~_placeholders(own["mag"], preset)
        else:
            there = ~(missing_values(clock) & missing_values(own["mag"]))
        used |= there
        own |= {name: values[band] for name, values in letters.items()}
        parts.append((shared | own | {"band": np.full(len(there), band, object)}, there))
    if not parts:
        raise ValueError(
            f"The preset {columns!r} found no band with both time and magnitude; it knows "
            + "; ".join(f"{band}: {', '.join(names)}" for band, names in wide.items())
        )
    if keep_rows:
        parts[0][1][~used] = True
    names = dict.fromkeys(name for part, _ in parts for name in part)
    return {
        name: np.concatenate([_column(part, name)[there] for part, there in parts])
        for name in names
    }


def _by_letters(values, table, wide):
    """The character that each band has in a word of one for each, as "0H00"; "" where there is none."""
    # As a number, a word has lost the zeros before it.
    n_bands = sum(any(name in table for name in names) for names in wide.values())
    words = [
        ""
        if is_missing(value)
        else value
        if isinstance(value, str)
        else f"{int(value):0{n_bands}d}"
        for value in plain_array(values).tolist()
    ]
    return {
        band: np.array([word[place : place + 1] for word in words])
        for place, band in enumerate(wide)
    }


def _placeholders(values, preset):
    value, _ = numbers_and_limits(values, "mag")
    with np.errstate(invalid="ignore"):
        return np.isnan(value) | (value >= preset.missing_above) | (value <= preset.missing_below)


def _column(part, name):
    """A column of one band; a value that a band does not have is a flag not set, or missing."""
    if name in part:
        return part[name]
    if name in ("magerr", "flux_over_error"):
        return np.full(len(part["band"]), np.nan)
    return np.full(len(part["band"]), False)


_STAR = "\0star"


def stack_side_points(points, offsets, sides):
    """What `stack_sides` does, for flat arrays cut by offsets: (points, offsets)."""
    return _stack_points(points, offsets, lambda table: stack_sides(table, sides))


def stack_points(points, offsets, columns):
    """What `stack_rows` does, for flat arrays cut by offsets: (points, offsets)."""
    return _stack_points(points, offsets, lambda table: stack_rows(table, columns, keep_rows=False))


def _stack_points(points, offsets, stack):
    """Band after band in each star."""
    stacked = stack({**points, _STAR: segment_numbers(offsets)})
    star = stacked.pop(_STAR)
    order = np.argsort(star, kind="stable")
    lengths = np.bincount(star, minlength=len(offsets) - 1)
    return {name: values[order] for name, values in stacked.items()}, offsets_of(lengths)
