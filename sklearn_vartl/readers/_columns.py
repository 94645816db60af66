"""Which column of a table plays which role: the one place where that is decided.

A preset names its survey's columns. Without one, each role has names, best first; a name that is
written as here comes before the same in capitals, a filled column before an empty one, and the
values must be able to play the role: a limit is true or false, an error positive and smaller than
the spread of all values, an identifier not another one in each row. Where two columns of equal
rank are left, the choice is the user's, and the error shows what to write.
"""

import re
from dataclasses import dataclass

import numpy as np

from ..light_curves import POINT_COLUMNS, plain_array
from ._doubts import doubtful, on_several_scales, unused_by_preset
from ._names import (
    BAND_IN_NAME,
    CLOCK_IN_NAME,
    COLOURS,
    ERROR_WORDS,
    FIRST_CHOICE,
    FLUX_PATTERN,
    LESS_COMPARISON,
    LESS_VARIABLE,
    MAG_PATTERN,
    MORE_MAGS,
    NO_BRIGHTNESS,
    NO_CLOCK,
    OF_DETECTIONS,
    OFTEN_DETECTIONS,
    OTHER_STAR,
    PASSBANDS,
    POINT_NAMES,
    STAR_IN_NAME,
    STAR_NAMES,
    UNIT_OF_POINT,
    UNNAMED_INDEX,
    WAVELENGTHS,
    NoLightCurves,
    are_bands,
    changes,
    error_of,
    given_name,
    is_own_error,
    only_mark,
    ranked_by_name,
    role_of,
    tells_by_words,
    told_by,
    truth,
    unclear,
    words_of,
)
from ._presets import (
    SURVEY_PRESETS,
    SurveyPreset,
    named_by_preset,
    not_found,
    recognised,
    survey_preset,
)
from ._units import (
    are_codes,
    are_julian,
    are_whole_days,
    as_dates,
    base_name,
    is_magnitude,
    is_missing,
    is_time,
    numbers_and_limits,
    unit_text,
)


@dataclass(frozen=True)
class Columns:
    """Column names by role, what a survey's preset says of their contents, and why."""

    names: dict  # column by role
    preset: SurveyPreset
    left_over: tuple = ()  # columns that play no role
    remarks: tuple = ()  # what was decided beyond names, for the user to read
    doubts: tuple = ()  # what the user must be told

    @property
    def quantity(self):
        """What the light curves hold: "mag" or "flux"."""
        return "mag" if "mag" in self.names else "flux"

    def of_points(self):
        """Names by role of the columns with one value a point."""
        return {role: name for role, name in self.names.items() if role not in STAR_NAMES}

    def of_stars(self):
        """Names by role of the columns with one value a star."""
        return {role: name for role, name in self.names.items() if role in STAR_NAMES}


def resolve(point_names, star_names, columns=None, values=None):
    """The column for each role, as `Columns`.

    `point_names` are the columns with one value a point, `star_names` those with one value a star (of a table with one
    row a point the same ones). `columns` is a column by role, a preset's name, None or "auto" (the layout of a survey
    where it is unmistakable, else usual names), or what was decided before, which is taken as it is. Roles left out
    are found by usual names, except that a preset names all it needs; None as a name leaves a role out.
    `values` gives the values of a column of points, or some of them, by its name; None: names alone decide.
    """
    if isinstance(columns, Columns):
        return columns
    point_names, star_names = list(map(str, point_names)), list(map(str, star_names))
    remarks, given = (), columns
    if columns is None or columns == "auto":
        columns = recognised(point_names)
        remarks = (f"layout of {columns}",) if columns else ()
    table = _Table(point_names, star_names, values)
    if isinstance(columns, str):
        preset, asked = survey_preset(columns), {}
        search = _Search(table, named_by_preset(preset, point_names, star_names), asked)
        search.find_of_stars("label", STAR_NAMES["label"])
        search.find_of_stars("survey", STAR_NAMES["survey"])
        if "id" not in search.names and "id" in preset.columns:
            # Its own names are lacking; what else a survey calls an identifier is of detections.
            others = [name for name in STAR_NAMES["id"] if name not in OFTEN_DETECTIONS]
            search.find_of_stars("id", others)
        remarks += (preset.remark,) if preset.remark else ()
    else:
        preset = SurveyPreset(bands=_codes_of_bands(table))
        asked = {role_of(role): name for role, name in dict(columns or {}).items()}
        asked = {role: given_name(name, point_names + star_names) for role, name in asked.items()}
        named = {role: name for role, name in asked.items() if name is not None}
        search = _Search(table, named, asked)
        search.find_all()
        remarks += tuple(search.remarks)
    names = search.names
    in_points = {role for role, name in names.items() if name in table.points}
    if "time" not in in_points or not {"mag", "flux"} & in_points:
        raise NoLightCurves(not_found(table, columns, point_names, names))
    names, by_unit = _magnitudes_by_unit(table, names, columns)
    names, by_quantity = _one_quantity(table, names, columns)
    left = tuple(n for n in dict.fromkeys([*point_names, *star_names]) if n not in names.values())
    doubts = tuple(on_several_scales(table, names, left))
    if not isinstance(columns, str):
        doubts += tuple(doubtful(table, names, asked, left, remarks))
    elif given is not columns:
        doubts += tuple(unused_by_preset(table, names, left, columns))
    return Columns(names, preset, left, (*remarks, *by_unit, *by_quantity), doubts)


def _codes_of_bands(table):
    """Names of bands by ZTF's codes, where the columns are those of its alerts, in whatever table of a broker."""
    bases = {base_name(name) for name in table.points}
    return SURVEY_PRESETS["ztf"].bands if bases >= {"fid", "magpsf"} else {}


def _magnitudes_by_unit(table, names, columns):
    """Roles where a column of units says that what is called a flux are magnitudes, as "ABMag"."""
    if "mag" in names or isinstance(columns, str) or "flux" in (columns or {}):
        return names, ()
    for name in table.points if table.values else ():
        if name not in names.values() and UNIT_OF_POINT.fullmatch(base_name(name)):
            units = {str(unit).strip() for unit in table.words(name) if not is_missing(unit)} - {""}
            if units and all(
                re.fullmatch(r"(?i)(?:ab|vega|st)?[ _]?mags?", unit) for unit in units
            ):
                roles = {"flux": "mag", "fluxerr": "magerr"}
                remark = f"{names['flux']} are magnitudes, as {name} says"
                return {roles.get(role, role): each for role, each in names.items()}, (remark,)
    return names, ()


class _Table:
    """Names, and as much of the values as deciding takes."""

    def __init__(self, points, stars, values):
        self.points, self.stars = list(points), list(stars)
        self.values, self._known = values, {}

    def numbers(self, name):
        """Values of a column of points as numbers; None where unknown or no numbers."""
        if self.values is None or name not in self.points:
            return None
        if name not in self._known:
            try:
                values = self.values(name)
                dates = as_dates(values)
                values = plain_array(values) if dates is None else dates
                self._known[name] = numbers_and_limits(values, name)[0]
            except (TypeError, ValueError):
                self._known[name] = None
        return self._known[name]

    def may_be_numbers(self, name):
        """Whether a column of points holds numbers, as far as its values are known."""
        return self.values is None or self.numbers(name) is not None

    def unit(self, name):
        """The unit that a column carries; None without."""
        return None if self.values is None else unit_text(self.values(name))

    def words(self, name):
        """Values as they are; None where they are not known."""
        return None if self.values is None else plain_array(self.values(name))

    def filled(self, name):
        """Share of the values that are there; 1 where they are not known."""
        numbers = self.numbers(name)
        if numbers is None:
            return 1.0
        if len(numbers) == 0:
            return 0.0
        return float(np.mean(np.isfinite(numbers)))


class _Search:
    """The search for the roles that the user did not name, by usual names and what the values are.

    `names` grows with each role that is found, so that no column plays two.
    """

    def __init__(self, table, names, asked):
        self.table, self.names, self.asked = table, dict(names), asked
        self.remarks = []

    @property
    def taken(self):
        return set(self.names.values())

    def find_all(self):
        """Find every role that the user left open."""
        if "time" not in self.asked:
            self._keep("time", self._time())
        self._find_brightness()
        for quantity in ("mag", "flux"):
            own = self.names.get(quantity)
            if own is not None and quantity + "err" not in self.asked:
                error = error_of(self.table, own, quantity, self.taken, self.names, self.remarks)
                self._keep(quantity + "err", error)
        for role in POINT_COLUMNS:
            if role not in self.asked:
                self._keep(role, self._of_points(role))
        for role in STAR_NAMES:
            if role not in self.asked:
                self.find_of_stars(role, STAR_NAMES[role])
        if "id" not in {*self.asked, *self.names}:
            within = [n for n in self.table.stars if STAR_IN_NAME.search(base_name(n))]
            within = [n for n in within if not OTHER_STAR.search(base_name(n))]
            self._keep("id", next((n for n in within if self._may_name_stars(n)), None))

    def find_of_stars(self, role, usual):
        """Find a column of stars that bears a usual name."""
        ranked = ranked_by_name(usual, self.table.stars, self.taken)
        if role == "id":
            # An index of numbers counts rows.
            counted = [name for name in ranked if base_name(name) in (UNNAMED_INDEX, "sn")]
            counted = [name for name in counted if self.table.numbers(name) is not None]
            ranked = [n for n in ranked if n not in counted and self._may_name_stars(n)]
        self._keep(role, next(iter(ranked), None))

    def _keep(self, role, name):
        if name is not None:
            self.names[role] = name

    def _may_name_stars(self, name):
        return name not in self.taken and not _of_detections(self.table, name)

    def _time(self):
        table = self.table
        ranked = ranked_by_name(POINT_NAMES["time"], table.points, self.taken)
        ranked = ranked or _clocks(table, self.taken)
        ranked = [n for n in ranked if table.may_be_numbers(n)] or ranked
        best = _fullest(table, sorted(ranked, key=lambda n: not is_time(table.numbers(n))))
        if best is None:
            return None
        if are_whole_days(table.numbers(best)):
            # Dates without the time of the day, beside a clock.
            finer = [n for n in _clocks(table, self.taken) if is_time(table.numbers(n))]
            best = next((n for n in finer if not are_whole_days(table.numbers(n))), best)
        return _running(table, best, self.taken, self.remarks)

    def _find_brightness(self):
        """Find magnitudes and fluxes, each unless the user asked for the other alone."""
        asked, table = self.asked, self.table
        if "mag" not in asked and asked.get("flux") is None:
            self._keep("mag", _brightness(table, "mag", self.taken))
        if "flux" not in asked and asked.get("mag") is None:
            try:
                flux = _brightness(table, "flux", self.taken)
            except ValueError:
                # Which of several fluxes matters only where they are read.
                if "mag" not in self.names or table.filled(self.names["mag"]) == 0:
                    raise
                return
            # A letter stands for fluxes only where nothing better is there.
            if flux is not None and not ("mag" in self.names and base_name(flux) == "f"):
                self.names["flux"] = flux

    def _of_points(self, role):
        """The column of a band, a flag, a limit or a field; None where there is none."""
        table, taken = self.table, self.taken
        # A band or field may be given once a star; time and magnitude may not.
        ranked = ranked_by_name(POINT_NAMES[role], table.points, taken)
        of_stars = ranked_by_name(POINT_NAMES[role], table.stars, {*taken, *ranked})
        # Once a star, a colour is the star's own.
        ranked += [n for n in of_stars if n in table.points or base_name(n) not in COLOURS]
        if role == "band":
            within = [n for n in table.points if BAND_IN_NAME.search(base_name(n))]
            ranked += [n for n in within if n not in {*taken, *ranked}]
        for name in ranked:
            reason = _unfit(table, role, name, "mag" if "mag" in self.names else "flux")
            if reason is None:
                return name
            self.remarks.append(f"{name} is no {role}: {reason}")
        if role in ("limit", "flag", "band"):
            # A column of "<" and blanks, of "bad" and "good", or of "V" and "B", says so whatever it is called.
            free = (name for name in table.points if name not in taken)
            return next((name for name in free if _tells(table, name, role)), None)
        return None


def _clocks(table, taken):
    """Columns with a clock within their names, the best only."""
    for kind in CLOCK_IN_NAME:
        found = [
            name for name in table.points
            if name not in taken and kind in base_name(name) and not NO_CLOCK.search(base_name(name))
        ]  # fmt: skip
        if found:
            return found
    return []


# Days that barycentric and geocentric times of one star differ by at most, and what is rounded beside.
_SAME_CLOCK = 0.1


def _running(table, name, taken, remarks):
    """The column of times: another one than this, which does not run along with the Julian dates beside it.

    So are hours of the night, seconds since a start, and numbers of epochs, called "time" beside a full date.
    """
    numbers = table.numbers(name)
    if numbers is None or are_julian(numbers):
        return name
    for other in _clocks(table, {*taken, name}):
        dates = table.numbers(other)
        if dates is None or len(dates) < 3 or not are_julian(dates) or are_whole_days(dates):
            continue
        apart = numbers - dates
        if not np.nanmax(np.abs(apart - np.nanmedian(apart)), initial=0) < _SAME_CLOCK:
            remarks.append(f"{name} is no time: it does not run along with {other}")
            return other
    return name


def _fullest(table, names):
    """The first whose values are there, as far as those of any other are."""
    if not names:
        return None
    most = max(table.filled(name) for name in names)
    return next(name for name in names if table.filled(name) >= min(0.9 * most, 1.0))


def _brightness(table, role, taken):
    """The column of magnitudes or of fluxes; None where there is none."""
    names = ranked_by_name(POINT_NAMES[role], table.points, taken)
    if role == "mag":
        # A single letter that is all text, or a status, is no magnitude.
        numbers = [n for n in names if table.may_be_numbers(n)]
        names = numbers or [n for n in names if len(base_name(n)) > 1]
    if not names:
        return _brightness_by_pattern(table, role, taken)
    if role == "flux":
        names = [n for n in names if table.filled(n) > 0] or names
    elif table.numbers(names[0]) is not None:
        names = sorted(names, key=lambda n: not is_magnitude(table.numbers(n)))
    return _fullest(table, names)


def _brightness_by_pattern(table, role, taken):
    """The column whose name has a magnitude or flux within it, or is a band's; None where there is none."""
    names = []
    for name in table.points:
        base = base_name(name)
        fits = (MORE_MAGS if role == "mag" else FLUX_PATTERN).fullmatch(base)
        if fits and name not in taken and not NO_BRIGHTNESS.search(base):
            names += [name] * table.may_be_numbers(name)
    if role == "mag":
        # An unusual name, as "mag_opt", needs an error of its own where there is a usual one.
        usual = [n for n in names if MAG_PATTERN.fullmatch(base_name(n))]
        bases = [base_name(each) for each in table.points]
        if usual:
            names = [
                n for n in names
                if n in usual or any(is_own_error(base, base_name(n), "mag") for base in bases)
            ]  # fmt: skip
        names = names or _differential(table, taken) or _in_bands(table, taken)
    names = [n for n in names if table.filled(n) > 0] or names[:1]
    if len(names) > 1:
        # What is one a star, as a mean or a magnitude of a catalogue, is no light curve beside others.
        names = [n for n in names if changes(table.numbers(n))] or names
    if len(names) > 1:
        if (best := _first_choice(names)) is None:
            raise ValueError(unclear(role, names))
        return best
    return names[0] if names else None


def _first_choice(names):
    """Of several brightnesses of a star the one that is right for a variable point of light; None where none is.

    The whole one (`dc_mag`) before those of difference images, a fitted point spread function before apertures.
    """
    for kind in FIRST_CHOICE:
        found = [name for name in names if kind.search(base_name(name))]
        if len(found) == 1:
            return found[0]
    return None


def _differential(table, taken):
    """The variable less the comparison star, "V-C", unless V is a band, as beside "B-C"."""
    free = [name for name in table.points if name not in taken and table.may_be_numbers(name)]
    bands = (re.fullmatch(r"(?i)([a-z]) *[-\u2212] *c\d?(?: *[(\[].*)?", name) for name in free)
    if any(found and found[1].lower() in PASSBANDS - {"v", "k"} for found in bands):
        return []
    return [name for name in free if LESS_COMPARISON.fullmatch(name)]


def _in_bands(table, taken):
    """Columns that are called by a passband, as "V", and have a column of errors, or an "err" alone."""
    bases = {base_name(name) for name in table.points}
    found = []
    for name in table.points:
        base = base_name(name)
        # "x" and "y" are where the star is on the detector.
        place = base == "y" and "x" in bases or LESS_VARIABLE.fullmatch(name)
        if base not in PASSBANDS or place or name in taken or table.numbers(name) is None:
            continue
        core = re.escape(base)
        own = rf"(?:e|d|s|u|{ERROR_WORDS}){core}|{core}{ERROR_WORDS}|{core}e"
        has_error = any(re.fullmatch(own, each) for each in bases)
        values = table.numbers(name)
        values = values[np.isfinite(values)]
        plausible = len(values) > 0 and -30 < float(np.median(values)) < 60
        # Beside a flux, a bare "err" is its own.
        general = (
            {"err", "error", "merr", "dmag", "magerr", "sigma"} if "flux" not in bases else set()
        )
        if plausible and (has_error or bases & general):
            found.append(name)
    return found


def _tells(table, name, role):
    if role != "band" or table.values is None:
        return table.values is not None and tells_by_words(table.values(name), role)
    words = words_of(table.values(name))
    few = {word for word in words or () if not is_missing(word)} - {""}
    base = base_name(name)
    other = re.search("grade|qual|class|type|observer|^sp|det|ccd|cam|tel|site|side", base)
    other = other or STAR_IN_NAME.search(base)
    other = other or base in (*STAR_NAMES["id"], *STAR_NAMES["label"])
    return len(few) <= 12 and not other and are_bands(few)


def _unfit(table, role, name, quantity):
    """Why the values of a column cannot play this role; None where they can."""
    if table.values is None or name not in table.points:
        return None
    if role == "limit":
        if quantity == "flux" and base_name(name) in OF_DETECTIONS:
            return "a flux that is no detection is measured all the same"
        values = table.words(name)
        marked = truth(values) is not None or only_mark(values) is not None
        return None if marked else "its values are not true or false"
    if role == "flag":
        values = table.words(name)
        if told_by(values, name) is not None:
            return None
        if base_name(name) != "flag":
            return "its values are not true or false"
        numbers = table.numbers(name)
        if numbers is None:
            return "its values are words; say which points are bad by a column of 0 and 1"
        return None if are_codes(numbers) else "its values are no integers"
    if role == "band":
        # A number that goes up and down, such as the width of a filter, names no band.
        numbers = table.numbers(name)
        if numbers is not None and len(numbers):
            whole = are_codes(numbers) or base_name(name) in WAVELENGTHS
            if len(np.unique(numbers[np.isfinite(numbers)])) > 20 or not whole:
                return "its values are numbers of another kind"
        if base_name(name) in COLOURS and _is_colour_of_stars(table, name):
            return "it is one a star, as the star's own colour is"
    return None


def _is_colour_of_stars(table, name):
    """Whether words that are no passbands are the same in all rows of each star."""
    stars = ranked_by_name(STAR_NAMES["id"], table.stars, {name})
    stars = [n for n in stars if n in table.points and not _of_detections(table, n)]
    words = table.words(name).tolist()
    if not stars or are_bands({str(word) for word in words}):
        return False
    star = table.words(stars[0]).tolist()
    return len(set(star)) == len(set(zip(star, map(str, words), strict=True)))


def _of_detections(table, name):
    """Whether a column has another value in each row, or in each row of a band, so that it names no stars."""
    if table.values is None or name not in table.points:
        return False
    values = table.words(name).tolist()
    if len(values) < 10 or len(set(values[:1000])) < min(len(values), 1000) / 10:
        return False
    if "band" in table.points:
        # Once a band, where these stood side by side.
        values = list(zip(values, table.words("band").tolist(), strict=True))
    return len(set(values)) == len(values)


def _is_of_stars(table, names):
    """Whether the magnitudes are one a star, as a catalogue gives them, beside fluxes that change."""
    import pandas as pd

    mag, flux = table.numbers(names["mag"]), table.numbers(names["flux"])
    if mag is None or flux is None:
        return False
    star = names.get("id")
    star = table.words(star) if star in table.points else np.zeros(len(mag))
    different = pd.DataFrame({"star": star, "mag": mag, "flux": flux}).groupby("star").nunique()
    return different["mag"].max() <= 1 < different["flux"].max()


def _one_quantity(table, names, columns):
    """Magnitudes where a table has both, unless they are empty or the flux was asked for."""
    if not ("mag" in names and "flux" in names):
        return names, ()
    asked = {} if columns is None or isinstance(columns, str) else {role_of(r) for r in columns}
    remarks = ()
    without = "mag" if "flux" in asked and "mag" not in asked else "flux"
    if without == "flux" and table.filled(names["mag"]) == 0.0 and table.filled(names["flux"]) > 0:
        without = "mag"
        remarks = (f"{names['mag']} is empty, so the fluxes of {names['flux']} are read",)
    elif without == "flux" and "mag" not in asked and _is_of_stars(table, names):
        without = "mag"
        remarks = (
            f"{names['mag']} is the same at all times, so the fluxes of {names['flux']} are read",
        )
    kept = {role: name for role, name in names.items() if not role.startswith(without)}
    if without == "flux" and "magerr" not in kept and "snr" not in kept and "fluxerr" in names:
        kept["snr flux"], kept["snr error"] = names["flux"], names["fluxerr"]
        remarks += (f"errors of the magnitudes from {names['flux']} and {names['fluxerr']}",)
    elif without == "flux":
        remarks += (f"the fluxes of {names['flux']} are not read",)
    return kept, remarks
