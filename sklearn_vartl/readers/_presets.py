"""How surveys lay out their light curves: column names, time zero, missing values, bad points.

A preset is data, no code path of its own: a survey is added by adding an entry to the table.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ._names import REJECT, STAR_NAMES, first_of, likely_roles, naming

# Julian dates that a survey gives in full or less 2,450,000, file by file.
JD_OR_SHORT = "jd"


@dataclass(frozen=True)
class SurveyPreset:
    """The layout of one survey's light curves.

    Attributes
    ----------
    survey : str or None
        Name of the survey.
    times : mapping of str to (float or "jd", str) or (float, str, float)
        The columns that may hold the time, best first: Julian date of their zero, time scale, and how many of their
        units are a day where they are no days.
    columns : mapping of str to tuple of str
        The columns that may play each other role, best first; an error stands where its values do, and values that may
        have one of several errors stand there as often.
    reject : mapping of str to callable
        The points that the survey itself advises against: for a column, a function from its values
        to a mask.
    missing_above : float
        Magnitudes from this value on stand for "not measured".
    limit_error_above : float
        Magnitudes with an error from this value on are upper limits.
    bands : mapping
        Names of the bands by the survey's codes.
    reference_flux : float, "median" or None
        Flux of magnitude zero in the survey's unit; "median": of each star, its median flux.
    flux_unit : str or None
        The survey's unit of flux; columns that say another one are converted.
    wide : mapping of str to mapping
        For surveys that put the bands side by side, by band: each column of the band and the column
        of the layout with a `band` column that it stands for.
    missing_below : float
        Magnitudes up to this value stand for "not measured".
    limit_without_error : bool
        Whether a magnitude without an error is an upper limit.
    star : tuple of str
        Columns that name a star together, joined by dots.
    signatures : tuple of tuple of str
        Columns that, all of them together, no other table has: how the layout is recognised.
    headless : tuple of str
        Names of the columns of files without a header.
    remark : str or None
        What a user should know of the values.
    letters : tuple of str
        Columns with a character for each of the bands side by side, in their order.
    passed : tuple of str
        Columns of the survey's that look as if they told bad points, and are not used.

    Examples
    --------
    >>> from sklearn_vartl.light_curves import SURVEY_PRESETS, LightCurves, SurveyPreset
    >>> isinstance(SURVEY_PRESETS["asas"], SurveyPreset)
    True
    >>> table = {"HJD": [2500.5, 2501.5], "MAG_0": [12.1, 99.999], "MER_0": [0.1, 0.1]}
    >>> LightCurves.from_any([table], columns="asas").survey
    'ASAS'
    """

    survey: str | None = None
    times: Mapping[str, tuple] = field(default_factory=dict)
    columns: Mapping[str, tuple] = field(default_factory=dict)
    reject: Mapping[str, Callable] = field(default_factory=dict)
    missing_above: float = np.inf
    limit_error_above: float = np.inf
    bands: Mapping = field(default_factory=dict)
    reference_flux: float | str | None = None
    flux_unit: str | None = None
    wide: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing_below: float = -np.inf
    limit_without_error: bool = False
    star: tuple[str, ...] = ()
    signatures: tuple[tuple[str, ...], ...] = ()
    headless: tuple[str, ...] = ()
    remark: str | None = None
    letters: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()


def _true(values):
    # Tables written as text hold flags as words.
    words = np.char.lower(np.asarray(values).astype(str))
    return np.isin(words, ("true", "1", "1.0", "t", "yes"))


def _rule(text):
    """The function from values to a mask that a rule stands for; `presets.toml` says how rules are written."""
    if text == "true":
        return _true
    if text == "0":
        return lambda values: np.asarray(values, dtype=float) == 0
    if text == "set":
        return lambda values: np.nan_to_num(np.asarray(values, dtype=float)) != 0
    what, _, number = text.rpartition(" ")
    if what == "is":
        return lambda values: np.asarray(values).astype(str) == number
    if what == "no":
        return lambda values: ~np.isin(np.asarray(values).astype(str), (number, ""))
    if what == "bit":
        return lambda values: (
            (np.nan_to_num(np.asarray(values, dtype=float)).astype(np.int64) & int(number)) != 0
        )
    if what == "up to":
        return lambda values: np.asarray(values, dtype=float) <= float(number)
    above = what == "above"
    # What is no number is above nothing.
    return lambda values: (np.asarray(values, dtype=float) > float(number)) == above


def _names(text):
    return tuple(text.split("|"))


def _each(entry):
    """The values of an entry for each of the names that its keys hold."""
    return {name: value for names, value in entry.items() for name in _names(names)}


# What an entry of `presets.toml` becomes, where it is not taken as it is: the attribute, and how.
_CONVERTED = {
    "times": ("times", lambda entry: {n: tuple(clock) for n, clock in _each(entry).items()}),
    "columns": ("columns", lambda entry: {role: _names(text) for role, text in entry.items()}),
    "signatures": ("signatures", lambda entry: tuple(map(_names, entry))),
    "headless": ("headless", _names),
    "star": ("star", _names),
    "letters": ("letters", _names),
    "passed": ("passed", _names),
    "reject": ("reject", lambda entry: {n: _rule(text) for n, text in _each(entry).items()}),
    "bands": ("bands", _each),
    "sides": ("wide", lambda entry: {b: {m: "mag", e: "magerr"} for b, (m, e) in entry.items()}),
    "zero_point": ("reference_flux", lambda entry: 10 ** (entry / 2.5)),
}


def _preset(entry):
    given = {}
    for name, value in entry.items():
        attribute, convert = _CONVERTED.get(name, (name, lambda value: value))
        given[attribute] = convert(value)
    return SurveyPreset(**given)


# Columns of the reports that observers send to the AAVSO, whose header is a comment and may be missing.
AAVSO_EXTENDED = _names(
    "NAME|DATE|MAG|MERR|FILT|TRANS|MTYPE|CNAME|CMAG|KNAME|KMAG|AMASS|GROUP|CHART|NOTES"
)
AAVSO_VISUAL = _names("NAME|DATE|MAG|COMMENTCODE|COMP1|COMP2|CHART|NOTES")
_TABLE = Path(__file__).with_name("presets.toml").read_text(encoding="utf-8")
SURVEY_PRESETS = MappingProxyType(
    {name: _preset(entry) for name, entry in tomllib.loads(_TABLE).items()}
)


def recognised(names):
    """Name of the preset whose layout these columns have unmistakably, or None."""
    there = set(map(str, names))
    fitting = [
        (len(signature), preset)
        for preset, layout in SURVEY_PRESETS.items()
        for signature in layout.signatures
        if there >= set(signature)
    ]
    return max(fitting, default=(0, None))[1]


def survey_preset(name):
    """The preset of a survey, whatever the case and the hyphens of its name."""
    known = {re.sub(r"[^a-z0-9]", "", key): key for key in SURVEY_PRESETS}
    key = re.sub(r"[^a-z0-9]", "", name.lower())
    key = {"wise": "neowise", "eros2": "eros", "aavsowebobs": "aavso"}.get(key, key)
    if key not in known:
        raise ValueError(f"There is no preset {name!r}; there are {', '.join(SURVEY_PRESETS)}")
    return SURVEY_PRESETS[known[key]]


def named_by_preset(preset, point_names, star_names):
    """Column by role, as a preset names them; REJECT and a column for each that flags points."""
    available = list(dict.fromkeys([*point_names, *star_names]))
    wanted = {"time": tuple(preset.times), **preset.columns}
    found = {
        role: first_of(names, star_names if role in STAR_NAMES else available)
        for role, names in wanted.items()
    }
    for value in {"mag", "flux"} & found.keys():
        # The errors of the very column that was found, not of another one.
        pairs = zip(wanted[value], wanted.get(value + "err", ()), strict=False)
        own = [error for name, error in pairs if name.lower() == str(found[value]).lower()]
        found[value + "err"] = first_of(own, available)
    found |= {REJECT + name: name for name in preset.reject if name in available}
    return {role: name for role, name in found.items() if name is not None}


def expected(name):
    """What columns a preset expects, in words."""
    preset = survey_preset(name)
    values = {
        **dict.fromkeys(preset.columns.get("mag", ())),
        **dict.fromkeys(preset.columns.get("flux", ())),
    }
    sides = "; ".join(f"{band}: {', '.join(each)}" for band, each in preset.wide.items() if band)
    return (
        f"The preset {name!r} expects the time in {' or '.join(preset.times)} and the magnitude or "
        f"flux in {' or '.join(values)}{f' (side by side {sides})' if sides else ''}"
    )


def not_found(table, columns, available, names):
    """What to say of a table without time or brightness, with the columns that may be meant."""
    there = ", ".join(available) or "none"
    if isinstance(columns, str):
        return f"{expected(columns)}; the columns of points are: {there}"
    lacking = " and ".join(
        word
        for word, roles in (("time", {"time"}), ("brightness", {"mag", "flux"}))
        if not roles & names.keys()
    )
    free = [name for name in table.points if name not in names.values()]
    if table.values is not None:
        free = [name for name in free if table.numbers(name) is not None] or free
    example = likely_roles(free, {r: n for r, n in names.items() if r in ("time", "mag", "flux")})
    return (
        f"Time and magnitude (or flux) not found (no {lacking}): are these light curves? "
        f"the columns of points are: {there}. "
        + (f"Name them, as in {naming(example)}, or give" if example else "Give")
        + f" the name of a survey's preset: {', '.join(SURVEY_PRESETS)}. Of "
        "stars or bands side by side, or one a row, make a table with one row a point and a column that names them."
    )


def aavso_upload(comments):
    """Columns of the extended or the visual format of the AAVSO, where the comments tell it."""
    for line in comments:
        found = re.match(r"\s*#\s*type\s*=\s*(extended|visual)\b", line, re.IGNORECASE)
        if found:
            return AAVSO_EXTENDED if found[1].lower() == "extended" else AAVSO_VISUAL
    return None


def reference_flux(name):
    """The flux of magnitude zero that a survey's preset records."""
    known = survey_preset(name).reference_flux
    if known is None:
        raise ValueError(f"The preset {name!r} records no reference flux; give a number")
    return known


def as_magnitudes(X, columns=None, reference=None):
    """Magnitudes of light curves, of fluxes as far as it is known how; fluxes still, where nothing tells how.

    With `columns` they were read: a preset may record its flux of magnitude zero, or that its fluxes are relative
    ("kepler", "tess"), so that magnitudes are relative to each star's median flux. `reference` is the flux of magnitude
    zero that the user gives, the name of a preset, or "median".
    """
    if X.quantity == "mag":
        return X
    if reference is None:
        layout = re.search(r"layout of (\w+)", X.provenance or "")
        if isinstance(columns, str) and columns != "auto":
            reference = survey_preset(columns).reference_flux
        elif layout and layout[1] in SURVEY_PRESETS:
            reference = SURVEY_PRESETS[layout[1]].reference_flux
        else:
            known = [
                preset.reference_flux
                for preset in SURVEY_PRESETS.values()
                if preset.survey == X.survey and preset.signatures
            ]
            # Of whole fluxes and of differences of one survey nobody knows which these are.
            reference = known[0] if len(known) == 1 else None
    if reference is None:
        return X
    how = "each star's median flux" if reference == "median" else f"a flux of {reference}"
    return X.to_magnitudes(reference).replace(
        provenance=f"{X.provenance}; fluxes turned into magnitudes, {how} as magnitude zero"
    )
