"""What is wrong with light curves, star by star."""

import ast
import re
import shlex
import warnings
from dataclasses import dataclass, replace

import numpy as np

from .._validation import users_level
from ..classes import misspelt
from ._cleaning import (
    MAX_TIME_DISTANCE,
    finite_values,
    measured_points,
    sorted_and_merged,
    steps_in_time,
    stray_times,
    unusable_stars,
    usable_points,
    valid_errors,
)
from ._indexing import count_true, segment_ends, segment_numbers, segment_reduce

_COLUMNS = ("position", "object_id", "problem", "n_affected", "n_points", "effect")
_DAY_IN_SECONDS = 86400.0


def check(X, min_observations=10):
    """What `LightCurves.check` does."""
    import pandas as pd

    found = [*point_problems(X), *star_problems(X, min_observations), *hints(X)]
    n_points = X.n_points
    rows = [
        (int(star), X.ids[star], problem, int(affected[star]), int(n_points[star]), effect)
        for problem, effect, stars, affected in found
        for star in np.flatnonzero(stars)
    ]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    return table.sort_values("position", kind="stable", ignore_index=True)


def point_problems(X):
    """What cleaning mends: (problem, effect, mask of stars, number of affected points)."""
    value, offsets = X._arguments()["mag"], X.offsets
    name = {"mag": "magnitude", "flux": "flux"}[X.quantity]
    masks = {
        "time not finite": ~np.isfinite(X.time),
        f"{name} not finite": ~finite_values(value),
        "flagged": None if X.flag is None else X.flag != 0,
        "upper limit": X.limit,
        "time stamp far from the others": stray_times(X.time, offsets, measured_points(X)),
    }
    for problem, mask in masks.items():
        if mask is not None:
            yield _counted(problem, "dropped", count_true(mask, offsets))
    usable = X.select_points(usable_points(X))
    back, _ = steps_in_time(usable.time, usable.offsets)
    yield _counted("not sorted by time", "sorted", count_true(back, usable.offsets))
    merged = sorted_and_merged(usable)
    yield _counted("duplicate point", "merged", usable.n_points - merged.n_points)
    error = merged._arguments()["magerr"]
    if error is not None:
        bad = count_true(~valid_errors(error), merged.offsets)
        yield _counted("error not positive and finite", "replaced", bad)


def star_problems(X, min_observations):
    """What makes a star unusable: (problem, effect, mask of stars, number of points)."""
    usable = sorted_and_merged(X.select_points(usable_points(X)))
    for problem, stars in unusable_stars(usable, min_observations).items():
        yield problem, "unusable", stars, X.n_points


def hints(X):
    """What cleaning leaves alone but looks like a mistake: (problem, effect, stars, points)."""
    n_points = X.n_points
    if X.quantity == "mag":
        # Surveys write 99.999 or -99 for "not measured".
        with np.errstate(invalid="ignore"):
            placeholder = count_true(np.abs(X.mag) > 50, X.offsets)
        yield _counted("magnitude beyond 50, a placeholder?", "hint", placeholder)
    with np.errstate(over="ignore"):
        for problem, stars in doubtful_times(X.time, X.offsets).items():
            yield problem, "hint", stars, n_points
    _, place, count = np.unique(X.ids.astype(str), return_inverse=True, return_counts=True)
    yield "identifier not unique", "hint", count[place] > 1, n_points


def doubtful_times(time, offsets):
    """Masks, shape (n_stars,), of stars whose time stamps look like no days, by what they are."""
    n_points = np.diff(offsets)
    finite = np.isfinite(time)
    first, last = segment_ends(time, offsets, finite)
    span = last - first
    # Taken as days, most points in seconds are further than a century from the others.
    stray = count_true(stray_times(time, offsets, finite), offsets)
    seconds = (span > MAX_TIME_DISTANCE) & (2 * stray > n_points)
    seconds &= span / _DAY_IN_SECONDS < MAX_TIME_DISTANCE
    years = (first > 1850) & (last < 2150) & (span > 0) & (span < 150) & (n_points > 2 * span)
    single = np.where(finite, time, 0.0).astype(np.float32)
    coarse = (single == time) & (np.spacing(np.abs(single)) > 1e-3)
    rounded = (count_true(coarse | ~finite, offsets) == n_points) & (span > 0)
    return {
        "time in seconds?": seconds,
        "time in years?": years,
        "time of single precision, of day lost?": rounded,
    }


def _counted(problem, effect, affected):
    return problem, effect, affected > 0, affected


class LightCurveWarning(UserWarning):
    """What in light curves looks like a mistake, and the option that mends it.

    Attributes
    ----------
    shell : str
        The same in the words of the command.
    """

    def __init__(self, message, shell=None):
        super().__init__(message)
        self.shell = message if shell is None else shell


@dataclass(frozen=True)
class Doubt:
    """Something that looks like a mistake."""

    what: str
    python: str  # what mends it
    # The same in the words of the command; None: what these are follows from the other ones.
    shell: str | None = None
    star: object = None  # identifier of the first star of which it is true; None: it is true of all

    def __post_init__(self):
        if self.shell is None:
            object.__setattr__(self, "shell", in_shell(self.python))


_COLUMNS_OPTION = re.compile(r"""(columns=)?\{(?:"[^"]*"|'[^']*'|[^{}"'])*\}""")


def in_shell(advice):
    """Advice in the words of the command: columns={"id": "star", "mag": None} is --columns id=star,mag=none."""

    def option(found):
        columns = ast.literal_eval(found[0].removeprefix("columns="))
        named = {None: "none", ...: "NAME"}
        pairs = ",".join(f"{role}={named.get(name, name)}" for role, name in columns.items())
        return "--columns " * bool(found[1]) + shlex.quote(pairs)

    return _COLUMNS_OPTION.sub(option, advice.replace("before reading", "in the file"))


_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,.:-]*(?:e[-+]?\d+)?%?(?!\w)")


def told_together(names, doubts):
    """Doubts of several sets of light curves, each once; of some sets alone, with the first of them by its name.

    Counts and dates may be others in each: those of the first are told.
    """
    found = {}
    for name, of_one in zip(names, doubts, strict=True):
        for doubt in dict.fromkeys(of_one):
            key = _NUMBER.sub("", doubt.what), doubt.python
            first = replace(doubt, star=name) if doubt.star is None else doubt
            found.setdefault(key, []).append((first, doubt))
    # What is true of all stars of each set is so of all.
    return tuple(one[0][1] if len(one) >= len(doubts) else one[0][0] for one in found.values())


# Points of a star that may lie elsewhere before two time scales are suspected.
_FEW = 0.1
_LARGEST_AMPLITUDE = 20.0
_TOO_FEW_TO_TELL = 20


def doubts(X, *, in_bands=False):
    """What in light curves looks like a mistake, worst first; `in_bands`: several bands in a star are meant."""
    return [
        *X._doubts,
        *_doubtful_clocks(X),
        *_doubtful_values(X),
        *_around_one(X),
        *_doubtful_errors(X),
        *_rounded_ids(X),
        *_misspelt_labels(X),
        *_losses(X),
        *_mixtures(X, in_bands),
    ]


def tell(X, *, in_bands=False):
    """One warning about all that looks like a mistake (see `doubts`), once for the same light curves."""
    if X._told:
        return
    X._told = True
    found = doubts(X, in_bands=in_bands)
    if found:
        where = [f" (first: {each.star!r})" if each.star is not None else "" for each in found]
        pairs = list(zip(found, where, strict=True))
        python = "; ".join(f"{each.what}{first}: {each.python}" for each, first in pairs)
        shell = "; ".join(f"{each.what}{first}: {each.shell}" for each, first in pairs)
        head = "These light curves look as if something were wrong. "
        warnings.warn(LightCurveWarning(head + python, head + shell), stacklevel=users_level())


def _stars(n):
    return f"{n:,} star{'' if n == 1 else 's'}"


def _plain(star):
    return star.item() if isinstance(star, np.generic) else star


def _doubtful_clocks(X):
    time, offsets = X.time, X.offsets
    if len(time) == 0:
        return
    lowest, highest, _ = _reach_of(X, "time")
    if highest - lowest > MAX_TIME_DISTANCE:
        mixed, seconds = _too_long(time, offsets, lowest, highest)
        if lowest < 1e5 and highest > 2.2e6:
            yield from _clocks_of_stars(time, X)
        if mixed:
            star, late, early = mixed[0]
            yield Doubt(
                f"{_stars(len(mixed))} mix{'es' if len(mixed) == 1 else ''} two time scales, {late} time stamps as JD "
                f"and {early} as MJD or another short form, of which one half is dropped",
                "bring the times to one scale before reading",
                star=_plain(X.ids[star]),
            )
        yield from _in_another_unit(X, seconds, "seconds")
    elif lowest > 1850 and highest < 2150:
        first, last = segment_ends(time, offsets, np.isfinite(time))
        span = np.where(np.isfinite(first), last - first, 0.0)
        years = np.flatnonzero((span > 0) & (np.diff(offsets) > 10 * np.maximum(span, 1.0)))
        # A spacecraft's days, such as TESS's BJD - 2457000, are evenly spaced.
        years = [star for star in years if not _is_even(time[offsets[star] : offsets[star + 1]])]
        yield from _in_another_unit(X, years, "years")


def _too_long(time, offsets, lowest, highest):
    """Of stars that are observed for too long, those that mix two clocks, with the points of each, and in seconds."""
    mixed, seconds = [], []
    for star in _spread_out(time, offsets, lowest, highest):
        points = time[offsets[star] : offsets[star + 1]]
        points = points[np.isfinite(points) & (np.abs(points) < 1e12)]
        if len(points) < 2 or np.ptp(points) <= MAX_TIME_DISTANCE:
            continue
        gap, late = _largest_gap(points)
        if abs(gap - 2.4e6) < 1.5e5 and _FEW <= late / len(points) <= 1 - _FEW:
            mixed.append((star, late, len(points) - late))
        elif np.ptp(points) / _DAY_IN_SECONDS < MAX_TIME_DISTANCE:
            far = np.abs(points - np.median(points)) > MAX_TIME_DISTANCE
            if 2 * far.sum() > len(points):
                seconds.append(star)
    return mixed, seconds


def _in_another_unit(X, stars, unit):
    """That times are no days, where those of half of the stars look so."""
    if not len(stars) or 2 * len(stars) < len(X):
        return
    if unit == "seconds":
        unless, mend = "", "divide them by 86400: X.replace(time=X.time / 86400)"
        shell = "write them in days, or name the unit in the header: time [s]"
    else:
        unless = ", unless they are days since JD 2457000 or so"
        mend = "multiply them by 365.25: X.replace(time=X.time * 365.25)"
        shell = "write them in days"
    told = f"the times of {_stars(len(stars))} look like {unit}{unless}"
    yield Doubt(told, mend, shell, star=_plain(X.ids[stars[0]]))


def _is_even(time):
    """Whether most points follow at one distance."""
    apart = np.diff(np.sort(time[np.isfinite(time)]))
    if not apart.size:
        return False
    typical = np.median(apart)
    return bool(np.mean(np.abs(apart - typical) < 0.05 * typical) > 0.5)


def _clocks_of_stars(time, X):
    """Stars of one table with full Julian dates beside stars with short ones.

    Surveys may differ in it, and light curves that were put together by a program.
    """
    # One name for all stars, or one a star.
    surveys = np.unique(np.asarray("" if X.survey is None else X.survey, dtype=str))
    if not X.provenance or len(surveys) > 1:
        return
    first, last = _extremes(time, X.offsets)
    long = np.flatnonzero((first > 2.2e6) & (last < 2.6e6))
    short = np.flatnonzero((first > -1e4) & (last < 1e5))
    if len(long) and len(short) and len(long) + len(short) > 0.9 * len(X):
        yield Doubt(
            f"the times of {_stars(len(long))} are full Julian dates, those of {_stars(len(short))} shorter",
            "read them apart, or bring their times to one scale",
            "bring the times to one scale in the file",
            star=_plain(X.ids[max(long[0], short[0])]),
        )


def in_several_bands(X):
    """Positions of the stars with points in more than one band; none where points carry no band."""
    if X.band is None:
        return np.empty(0, dtype=np.int64)
    star = segment_numbers(X.offsets)
    mixed = (X.band[1:] != X.band[:-1]) & (star[1:] == star[:-1])
    return np.unique(star[1:][mixed])


def _mixtures(X, in_bands):
    """Points of several bands, or of fields with zero points of their own, in one light curve."""
    if not in_bands and len(several := in_several_bands(X)):
        shown = ", ".join(X.bands[:6]) + (", ..." if len(X.bands) > 6 else "")
        richest = max(X.bands, key=lambda name: np.count_nonzero(X.band == name))
        yield Doubt(
            f"points of several bands ({shown}) in {_stars(len(several))}",
            f"take one, X.in_band({richest!r}), or LightCurveFeatures(bands=[...])",
            f"--band {richest}",
            star=_plain(X.ids[several[0]]),
        )
        return
    if X.field is None or X.quantity != "mag":
        return
    apart = [star for star in range(min(len(X), _LOOKED_AT)) if _fields_apart(X, star)]
    if apart:
        yield Doubt(
            f"the fields or cameras of {_stars(len(apart))} have different zero points",
            "bring them to one, or take the points of one: X.select_points(X.field == ...)",
            "bring them to one in the file",
            star=_plain(X.ids[apart[0]]),
        )


# Stars whose fields are compared, and points that a field needs.
_LOOKED_AT, _ENOUGH = 200, 10


def _fields_apart(X, star):
    """Whether fields that were observed at the same time differ by far more than they scatter."""
    points = slice(X.offsets[star], X.offsets[star + 1])
    field, time, mag = X.field[points], X.time[points], X.mag[points]
    good = np.isfinite(time) & np.isfinite(mag)
    found = []
    for name in dict.fromkeys(field[good].tolist()):
        own = good & (field == name)
        if own.sum() >= _ENOUGH:
            middle = np.median(mag[own])
            spread = np.median(np.abs(mag[own] - middle))
            found.append((time[own].min(), time[own].max(), middle, spread))
    for i, (start, end, middle, spread) in enumerate(found):
        for begin, stop, other, scatter in found[:i]:
            shared = min(end, stop) - max(start, begin)
            if shared > 0.5 * min(end - start, stop - begin) and abs(middle - other) > max(
                6 * max(spread, scatter), 0.1
            ):
                return True
    return False


_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d\d")


def _rounded_ids(X):
    """Identifiers that a spreadsheet, or single numbers, have rounded."""
    some = X.ids[:2000].tolist()
    rounded = [
        own
        for own in some
        if (isinstance(own, str) and _ROUNDED.fullmatch(own))
        or (isinstance(own, float) and abs(own) >= 2.0**53)
    ]
    if rounded:
        yield Doubt(
            "identifiers are rounded, so that several stars may pass for one",
            "write them as text, or as 64-bit integers",
            "write them as text in the file",
            star=rounded[0],
        )


def _misspelt_labels(X):
    """Labels that would become classes of their own by a slip of the finger."""
    if X.labels is None:
        return
    for label, meant in misspelt(X.labels.tolist()).items():
        stars = np.flatnonzero(X.labels == label)
        yield Doubt(
            f"the label {label!r} of {_stars(len(stars))} looks like {meant} misspelt",
            "it is a class of its own unless it is corrected: X.replace(labels=...)",
            "it is a class of its own unless it is corrected",
            star=_plain(X.ids[stars[0]]),
        )


def reach(values):
    """Least and largest of values, NaN left out, and whether all are finite; NaN where none is there."""
    if len(values) == 0:
        return np.nan, np.nan, True
    lowest, highest = values.min(), values.max()
    whole = bool(np.isfinite(lowest) and np.isfinite(highest))
    if np.isnan(lowest):
        lowest, highest = np.fmin.reduce(values), np.fmax.reduce(values)
    return float(lowest), float(highest), whole


def _reach_of(X, name):
    """The same of all time stamps or magnitudes, looked for once."""
    if name not in X._reach:
        X._reach[name] = reach(X._arguments()[name])
    return X._reach[name]


def _spread_out(time, offsets, lowest, highest):
    """Positions of the stars with time stamps far from those of most."""
    some = time[:: max(1, len(time) // 10000)]
    some = some[np.isfinite(some)]
    middle = np.median(some) if len(some) else 0.0
    far = []
    # Most often, one side is out of reach.
    if highest > middle + MAX_TIME_DISTANCE:
        far.append(np.flatnonzero(time > middle + MAX_TIME_DISTANCE))
    if lowest < middle - MAX_TIME_DISTANCE:
        far.append(np.flatnonzero(time < middle - MAX_TIME_DISTANCE))
    far = np.concatenate(far) if far else np.empty(0, dtype=np.int64)
    return np.unique(np.searchsorted(offsets, far, side="right") - 1)


def _largest_gap(time):
    """The largest gap between time stamps, and the number of those behind it."""
    ordered = np.sort(time)
    steps = np.diff(ordered)
    place = int(np.argmax(steps))
    return float(steps[place]), len(ordered) - place - 1


def _doubtful_values(X):
    if X.quantity != "mag":
        return
    value, offsets = X.mag, X.offsets
    if len(value) == 0:
        return
    lowest, highest, whole = _reach_of(X, "mag")
    if not whole:
        value = np.where(np.isfinite(value), value, np.nan)
        lowest, highest, _ = reach(value)
    if highest - lowest <= _LARGEST_AMPLITUDE and -50 <= lowest and highest <= 50:
        return
    low, high = _extremes(value, offsets)
    with np.errstate(invalid="ignore", over="ignore"):
        beyond = (high > 50) | (low < -50)
        wide = (high - low > _LARGEST_AMPLITUDE) & ~beyond
    if beyond.any():
        yield _beyond_all(X, value, beyond)
    if wide.any():
        yield Doubt(
            f"more than {_LARGEST_AMPLITUDE:.0f} mag between the magnitudes of "
            f"{_stars(int(wide.sum()))}, which no star has",
            "look at X.provenance for the columns that were read, and name others by columns=",
            "look at vartl info for the columns that were read, and name others by --columns",
            star=_plain(X.ids[int(np.argmax(wide))]),
        )


# How near to one the median, or the mean, of a normalised flux is, in how many stars it is looked for, and how many
# points that takes.
_MEDIAN_NEAR_ONE, _MEAN_NEAR_ONE, _STARS_NEAR_ONE, _POINTS_NEAR_ONE = 0.01, 0.002, 20, 10


def _around_one(X):
    """That magnitudes are around 1 in all stars, as normalised fluxes are, and no magnitudes written to a hundredth."""
    if X.quantity != "mag":
        return
    n_stars = min(len(X), _STARS_NEAR_ONE)
    parts = [X.mag[X.offsets[star] : X.offsets[star + 1]] for star in range(n_stars)]
    parts = [own[np.isfinite(own)] for own in parts]
    parts = [own for own in parts if len(own) >= _POINTS_NEAR_ONE]
    if parts and all(_is_normalised(own) for own in parts):
        yield Doubt(
            "the magnitudes are around 1, as fluxes divided by their mean are",
            'if they are such, columns={"flux": ...} reads them, and LightCurves(..., quantity="flux") holds them',
            "if they are such, --columns flux=NAME reads them",
        )


def _is_normalised(value):
    near = abs(np.median(value) - 1) < _MEDIAN_NEAR_ONE or abs(value.mean() - 1) < _MEAN_NEAR_ONE
    return near and value.min() > 0 and not np.allclose(value, value.round(2), atol=1e-6)


def _beyond_all(X, value, beyond):
    """That magnitudes of these stars are none: placeholders, or, where nearly all are such, other values."""
    star = int(np.argmax(beyond))
    own = value[X.offsets[star] : X.offsets[star + 1]]
    if np.mean(np.abs(own[np.isfinite(own)]) > 50) < 0.9:
        what = "placeholders such as 99.999"
        python = "X.replace(mag=np.where(np.abs(X.mag) > 50, np.nan, X.mag))"
        shell = "leave these rows out of the file"
    else:
        what = "fluxes or millimagnitudes"
        python = 'columns={"flux": ...} for fluxes, a column named "mag [mmag]" for mmag'
        shell = "--columns flux=NAME for fluxes, a column named mag[mmag] for mmag"
    told = f"magnitudes beyond 50 in {_stars(int(beyond.sum()))}, {what}"
    return Doubt(told, python, shell, star=_plain(X.ids[star]))


def _extremes(values, offsets):
    """The least and the largest value of each star."""
    return segment_reduce(np.fmin, values, offsets), segment_reduce(np.fmax, values, offsets)


def _doubtful_errors(X):
    """Errors that are larger than all that the magnitudes do: magnitudes, perhaps, or other units."""
    if X.quantity != "mag" or X.magerr is None or len(X.time) == 0:
        return
    error = X.magerr
    if not _reach_of(X, "magerr")[1] > 1.0:
        return
    low, high = _extremes(np.where(np.isfinite(X.mag), X.mag, np.nan), X.offsets)
    with np.errstate(invalid="ignore"):
        large = error > np.repeat(np.maximum(3 * (high - low), 1.0), X.n_points)
    stars = np.flatnonzero(
        (2 * count_true(large, X.offsets) > X.n_points) & (X.n_points >= _FEW_POINTS)
    )
    if 2 * len(stars) > len(X):
        yield Doubt(
            f"the errors of {_stars(len(stars))} are larger than all that their magnitudes do",
            "magnitudes and errors may be exchanged, or in different units",
            star=_plain(X.ids[stars[0]]),
        )


# Points below which nothing is said of the order of a star's points.
_FEW_POINTS = 6


def doubtful_order(X):
    """Several light curves in one: times that begin anew, or that come again with other values."""
    time = X.time
    if len(time) < 2:
        return
    step = np.diff(time)
    odd = step <= 0
    odd[X.offsets[1:-1][(X.offsets[1:-1] > 0) & (X.offsets[1:-1] < len(time))] - 1] = False
    if not odd.any():
        return
    value = X._arguments()["mag"]
    for points in (X.band, X.field):
        if points is not None:
            odd &= points[1:] == points[:-1]
    with np.errstate(invalid="ignore"):
        again = np.append(odd & (step == 0) & (np.abs(np.diff(value)) > 0), False)
    whole = time == np.floor(time)
    n_points = X.n_points
    twice = 4 * count_true(again & ~whole, X.offsets) >= n_points
    back = count_true(np.append(odd & (step < 0), False), X.offsets)
    few = np.flatnonzero((back > 0) & (5 * back <= n_points) & (n_points >= _FEW_POINTS))
    anew = [star for star in few[:_LOOKED_AT] if _begins_anew(time, X.offsets, odd, star)]
    several = np.flatnonzero(twice & (n_points >= _FEW_POINTS))
    for stars, what in (
        (several, "several values at the same times in {}"),
        (anew, "the times of {} begin anew: several runs of points, one after the other"),
    ):
        if len(stars):
            yield Doubt(
                f"{what.format(_stars(len(stars)))}: of several stars, bands or apertures?",
                'columns={"id": ...} or {"band": ...} names the column that tells them apart',
                star=_plain(X.ids[stars[0]]),
            )
            return


def _begins_anew(time, offsets, odd, star):
    """Whether each run of a star's points goes over most of the time of the one before it."""
    start, end = offsets[star], offsets[star + 1]
    cuts = start + 1 + np.flatnonzero(odd[start : end - 1] & (np.diff(time[start:end]) < 0))
    runs = np.split(time[start:end], cuts - start)
    if min(map(len, runs)) < 3:
        return False
    spans = [(run[0], run[-1]) for run in runs]
    return all(
        min(before[1], after[1]) - max(before[0], after[0])
        > 0.5 * min(before[1] - before[0], after[1] - after[0])
        for before, after in zip(spans, spans[1:], strict=False)
    )


def _losses(X):
    """More than half of all points dropped."""
    if len(X.time) < _TOO_FEW_TO_TELL:
        return
    if X.flag is None and X.limit is None:
        # Cheap, since nearly all light curves come this way.
        if _reach_of(X, "mag")[2] and _reach_of(X, "time")[2]:
            return
    measured = measured_points(X)
    if 2 * np.count_nonzero(measured) >= len(measured):
        return
    lost = count_true(~measured, X.offsets)
    star = int(np.argmax(lost))
    parts = {
        "flagged": X.flag is not None and int((X.flag != 0).sum()),
        "upper limits": X.limit is not None and int(X.limit.sum()),
        "not finite": int((~np.isfinite(X.time) | ~finite_values(X._arguments()["mag"])).sum()),
    }
    shown = ", ".join(f"{count:,} {name}" for name, count in parts.items() if count)
    if parts["flagged"] or parts["upper limits"]:
        mend = 'columns={"flag": None, "limit": None} reads them without flags and limits'
        shell = "--columns flag=none,limit=none reads them without flags and limits"
    else:
        mend = "X.provenance says which columns were read; columns= names others"
        shell = "vartl info says which columns were read; --columns names others"
    what = f"{int(lost.sum()):,} of {len(measured):,} points are left out ({shown})"
    yield Doubt(what, mend, shell, star=_plain(X.ids[star]))
