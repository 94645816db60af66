"""From columns with known roles to light curves: missing values, limits, flags, units, time zero."""

import re

import numpy as np

from ..light_curves import Doubt, LightCurves, float_points, plain_array, reach, usable_points
from ._names import REJECT, only_mark, told_by
from ._presets import JD_OR_SHORT
from ._units import (
    FORM_IN_WORDS,
    as_dates,
    brightness_unit,
    clock,
    error_form,
    error_in_unit,
    error_of_form,
    middle_of,
    numbers_and_limits,
    shortened,
)

# Scatter of magnitude against flux (mag) below which one is taken for the logarithm of the other.
_SAME_STAR = 0.05
# Magnitudes further than this from the median, in a column of millimagnitudes, may be placeholders.
_FAR_IN_MMAG = 5.0


def assemble(points, offsets, stars, rest, columns, about=None, units=None):
    """Light curves from flat arrays of points by role, cut by offsets, and from values of the stars by role.

    `rest` are further columns of the stars by name, `columns` what was decided, `about` the time scale and zero that
    the source itself records, `units` those by role of the columns that say one and were not converted.
    """
    about, units = about or {}, units or {}
    preset, quantity, said = columns.preset, columns.quantity, {}
    time, zero, scale = _time(points["time"], columns, about, units, said)
    time, span = _known_times(time, said)
    value, error, limit, extent = _brightness(points, columns, units, said)
    flag = points.get("flag")
    flag = None if flag is None else _flags(flag, columns.names["flag"])
    for role, values in points.items():
        if role.startswith(REJECT):
            flag = _either(flag, preset.reject[role.removeprefix(REJECT)](values))
    X = LightCurves(
        time,
        value,
        error,
        offsets,
        ids=stars.get("id"),
        labels=stars.get("label"),
        survey=stars.get("survey", preset.survey),
        band=_band_names(points.get("band"), preset.bands),
        flag=flag,
        limit=limit,
        field=points.get("field"),
        quantity=quantity,
        table=rest or None,
        time_scale=about.get("time_scale", scale),
        time_zero=about.get("time_zero", zero),
        provenance=_provenance(columns, said, rest),
    )
    clock, words = columns.names["time"], said.get("time", "")
    dates = words.startswith("dates") or about.get("time_zero") == 2400000.5
    X._doubts = (*columns.doubts, *_days_alone(X, clock, dates))
    X._doubts += tuple(_doubtful_zero(X, clock, words, span))
    if quantity == "flux" and preset.survey is None:
        X._doubts += tuple(_around_zero(X, columns.names["flux"]))
    X._doubts += tuple(_repeated(X, extent, columns.names[quantity]))
    X._doubts += tuple(_fainter_without_errors(X, columns.names))
    if "errors of -1" in said:
        told = f"{said['errors of -1']} magnitudes with {columns.names['magerr']} of -1 are taken for upper limits"
        mend = 'columns={"magerr": None} reads them as measured, without the errors'
        X._doubts += (Doubt(f"{told}, as some surveys write them", mend),)
    X._reach["time"] = span
    if extent is not None:
        X._reach["mag"] = extent
    return X


def _known_times(time, said):
    """Times without those that stand for none, and their reach."""
    span = reach(time)
    absent = out_of_all_range(time, span, "time")
    if absent is None:
        return time, span
    shown = f"{int(absent.sum())} of {time[absent][0]:.12g} left out"
    said["time"] = f"{said['time']}; {shown}" if "time" in said else shown
    time = np.where(absent, np.nan, time)
    return time, reach(time)


def _brightness(points, columns, units, said):
    """Values, errors and limits, and the reach of the values where they are as they came."""
    preset, quantity = columns.preset, columns.quantity
    given, limit = numbers_and_limits(points[quantity], columns.names[quantity])
    error = points.get(quantity + "err")
    if error is not None:
        error, _ = numbers_and_limits(error, columns.names[quantity + "err"])
    if limit is not None:
        said["upper limits"] = f"{int(limit.sum())} magnitudes written as such"
    if "limit" in points:
        limit = _either(limit, _truth(points["limit"], columns.names["limit"]))
        said["limit"] = columns.names["limit"]
    factor = 1.0
    if quantity == "mag":
        factor, _, _ = brightness_unit(columns.names["mag"], units.get("mag"), "mag")
    if error is not None and (form := error_form(columns.names[quantity + "err"])):
        error = error_of_form(error, form, given, quantity)
        said[quantity + "err"] = FORM_IN_WORDS.get(form, form)
    # Of single precision where they come so, which takes half the time.
    extent = reach(_shortest(points[quantity], given))
    value, error, limit = _measured(given, extent, error, limit, preset, quantity, factor, said)
    value, error = _in_unit(value, error, columns, units, said)
    if "snr" in points and error is None:
        snr = float_points(points["snr"], "signal to noise")
        with np.errstate(divide="ignore"):
            error = 2.5 / np.log(10) / snr
    if "snr flux" in points:
        error = _error_of_flux(value, points, columns, said)
    if preset.limit_without_error and error is not None:
        limit = _either(limit, np.isfinite(value) & ~np.isfinite(error))
    return value, error, limit, extent if value is given else None


def _days_alone(X, name, dates):
    """That the time of the day is missing: dates are bare, or most points share a whole number of days."""
    # Of nearly all light curves the first points tell that they have one.
    some = X.time[:100][np.isfinite(X.time[:100])]
    if not np.array_equal(some, np.floor(some)):
        return
    time = X.time[np.isfinite(X.time)]
    if len(time) < 5:
        return
    star = np.repeat(np.arange(len(X)), X.n_points)
    if X.band is not None:
        star = star + len(X) * np.unique(X.band.astype(str), return_inverse=True)[1]
    star = star[np.isfinite(X.time)]
    order = np.lexsort((time, star))
    again = (np.diff(time[order]) == 0) & (np.diff(star[order]) == 0)
    if 2 * again.sum() > len(time) and np.array_equal(time, np.floor(time)):
        yield Doubt(
            f"{name} holds days without the time of the day, {again.sum()} points share theirs",
            "give times to the second",
        )
    elif (dates or X.time_zero == 0.0 or np.median(time) > 4e4) and np.array_equal(
        time, np.floor(time)
    ):
        yield Doubt(
            f"{name} holds {'dates' if dates else 'days'} without the time of the day",
            "periods of days and less need times to the second",
        )


def _doubtful_zero(X, name, words, extent):
    """Clocks that are no days since a zero that is known: phases, and seconds of unknown origin."""
    lowest, highest, _ = extent
    if "seconds since 1970" in words and not re.search("(?i)unix|posix|epoch|stamp", name):
        first, last = (np.datetime64(int(86400 * each), "s") for each in (lowest, highest))
        yield Doubt(
            f"{name} is taken for {words.split(',')[0]}, from {str(first)[:10]} to {str(last)[:10]}",
            "if these are no such dates, its zero is another one, as GPS has it; periods are right all the same",
        )
    elif len(X.time) >= _ENOUGH_PHASES and _are_phases(X.time, lowest, highest):
        yield Doubt(
            f"all times in {name} are between {lowest:.3g} and {highest:.3g}, as phases are",
            "periods take times in days",
        )


# Share of negative fluxes that noise does not make of a star that is seen.
_NEGATIVE = 0.3
# Points of one value that are no chance.
_AGAIN = 3


def _repeated(X, extent, name):
    """That one value comes again and again, far from all others, as what stands for "not measured" does."""
    value = X._arguments()["mag"]
    lowest, highest, _ = reach(value) if extent is None else extent
    if not highest - lowest > _FAR_FROM_OTHERS and X.quantity == "mag":
        return
    for extreme in (lowest, highest):
        again = value == extreme
        if not _AGAIN <= np.count_nonzero(again) < len(value) / 2:
            continue
        again &= usable_points(X)
        others = value[~again & np.isfinite(value)]
        gap = np.abs(others - extreme).min(initial=np.inf)
        far = _FAR_FROM_OTHERS if X.quantity == "mag" else np.ptp(others) if len(others) else np.inf
        if np.count_nonzero(again) >= _AGAIN and far < gap < np.inf:
            star = X.ids[np.searchsorted(X.offsets, np.flatnonzero(again)[0], side="right") - 1]
            yield Doubt(
                f"{np.count_nonzero(again)} values of {name} are {extreme:.12g}, far from all others: not measured?",
                "take these rows out, if so",
                star=star,
            )


def _fainter_without_errors(X, names):
    """That magnitudes without an error are fainter than all with one, as limits are that nothing else tells."""
    if X.quantity == "flux" or X.magerr is None or (known := X.magerr > 0).all():
        return
    measured = usable_points(X)
    n_without = np.diff(np.append(0, np.cumsum(measured & ~known))[X.offsets])
    for star in np.flatnonzero(n_without >= _AGAIN):
        points = slice(X.offsets[star], X.offsets[star + 1])
        mag, with_error, usable = X.mag[points], known[points], measured[points]
        others = mag[usable & with_error]
        without = mag[usable & ~with_error]
        if len(others) >= _AGAIN <= len(without) and np.percentile(without, 25) > others.max():
            yield Doubt(
                f"magnitudes without an error in {names.get('magerr', 'the errors')} are fainter than those with one: "
                "upper limits?",
                'say which points are limits by a column "limit" of 0 and 1, or take them out',
                star=X.ids[star],
            )
            return


def _around_zero(X, name):
    """That fluxes are differences, or relative ones less 1."""
    value = X.flux[np.isfinite(X.flux)]
    if len(value) >= _ENOUGH_PHASES and np.mean(value < 0) > _NEGATIVE:
        yield Doubt(
            f"{np.mean(value < 0):.0%} of the fluxes in {name} are negative, as of differences or of relative fluxes "
            "less 1, which are no magnitudes",
            "add what was taken off, such as 1 to relative fluxes",
            "add what was taken off, such as 1 to relative fluxes, in the file",
        )


def _limits_by_error(value, error):
    """Mask of magnitudes with an error of -1 beside others with one, as BHTOM and Swift write limits; None without."""
    if error is None or not reach(error)[0] <= -1.0:
        return None
    marked = (error == -1.0) & np.isfinite(value)
    return marked if marked.any() and (error > 0).any() else None


_ENOUGH_PHASES = 10


def _are_phases(time, lowest, highest):
    """Whether times are between -0.5 and 1, and go up and down, or over all of it."""
    if not (lowest >= -0.5 and highest <= 1 and highest - lowest > 0.6):
        return False
    return highest - lowest > 0.9 or 4 * np.count_nonzero(np.diff(time) < 0) > len(time)


def _shortest(values, converted):
    """Numbers as they came, if they came as numbers of numpy, else as they were converted."""
    plain = isinstance(values, np.ndarray) and values.dtype == np.float32
    return values if plain and not isinstance(values, np.ma.MaskedArray) else converted


def _time(values, columns, about, units, said):
    """Time stamps in days, with the Julian date of their zero and their scale."""
    name, preset = columns.names["time"], columns.preset
    dates = as_dates(values)
    if dates is not None:
        said["time"] = "dates, turned into MJD"
        return dates, 2400000.5, "utc"
    if plain_array(values).dtype.kind in "OUST":
        values = _time_words(values, name)
    time = float_points(values, "time", unit="day")
    if name in preset.times:
        zero, scale, *units_a_day = preset.times[name]
        if units_a_day and middle_of(time) > units_a_day[0]:
            # Those of a column that says its unit are days already.
            time = time / units_a_day[0]
        if zero == JD_OR_SHORT:
            middle = middle_of(time)
            zero = None if np.isnan(middle) else 0.0 if middle > 2.0e6 else 2450000.0
        elif zero == 0.0 and 0 < middle_of(time) < 2.0e6:
            # Full Julian dates were expected.
            zero = 2400000.0 if 30000 < middle_of(time) < 90000 else None
        said["time"] = "days" if zero is None else f"JD - {zero:.12g}" if zero else "JD"
        return time, zero, scale
    factor, zero, scale, words = clock(name, time, units.get("time"))
    if "time_zero" in about:
        zero = None
    said["time"] = words
    if factor != 1.0:
        time = time * factor
    return time, zero, scale


def _time_words(values, name):
    try:
        return numbers_and_limits(values, name)[0]
    except ValueError as error:
        told = re.search(r"is not a number: (.*? in row \d+)", str(error))
        word = next(v for v in plain_array(values) if isinstance(v, str))
        raise TypeError(
            "time must be real numbers of days, or dates such as 2020-01-31T04:05:06: column "
            f"{name} holds {told[1] if told else shortened(word)}"
        ) from None


def _measured(value, extent, error, limit, preset, quantity, factor, said):
    """Values and errors without those that stand for "not measured", and the limits that errors tell."""
    limit = _limits_of_errors(value, error, limit, preset, quantity, said)
    unmeasured = _unmeasured(value, extent, error, preset, quantity, factor)
    if unmeasured.any():
        shown = ", ".join(f"{v:.12g}" for v in np.unique(value[unmeasured])[:3])
        said["not measured"] = (
            f"{int(unmeasured.sum())} {'magnitudes' if quantity == 'mag' else 'fluxes'} of {shown}"
        )
        value = np.where(unmeasured, np.nan, value)
    return value, None if error is None else _measured_errors(error, quantity, factor), limit


def _limits_of_errors(value, error, limit, preset, quantity, said):
    """The mask of limits, with those that have an error of -1, or one that a survey gives them."""
    if error is not None and preset.limit_error_above < np.inf:
        with np.errstate(invalid="ignore"):
            limited = error >= preset.limit_error_above
            if quantity == "mag":
                limited &= (value < preset.missing_above) | ~np.isfinite(value)
        limit = _either(limit, limited) if limited.any() or limit is not None else limit
    if quantity == "mag" and (marked := _limits_by_error(value, error)) is not None:
        limit = _either(limit, marked)
        said["errors of -1"] = int(marked.sum())
    return limit


def _unmeasured(value, extent, error, preset, quantity, factor):
    """Mask of the values that stand for "not measured"."""
    masks = [np.zeros(len(value), dtype=bool), out_of_all_range(value, extent, quantity)]
    if quantity == "flux" and error is not None:
        # -1 beside -1, or 0 beside 0.
        masks.append((value == error) & (value <= 0))
    if quantity == "mag":
        # 9.9999 beside 9.9999: no star has such an error.
        masks += [] if error is None else [(value == error) & (value > _NO_ERROR)]
        masks += [value >= preset.missing_above] if preset.missing_above < np.inf else []
        masks += [value <= preset.missing_below] if preset.missing_below > -np.inf else []
        found = placeholders(value, extent)
        if found is not None and factor != 1.0:
            # 99 thousandths of a magnitude may well be measured, if the others are as small.
            others = value[~found & np.isfinite(value)]
            if len(others):
                found &= np.abs(value - np.median(others)) * factor > _FAR_IN_MMAG
        masks += [found, _lone_zeros(value, extent, factor), _without_error(value, error, factor)]
    return np.logical_or.reduce([mask for mask in masks if mask is not None])


def _measured_errors(error, quantity, factor):
    """Errors without those that stand for "not measured", as 9.999, or that nobody measures."""
    absent = out_of_all_range(error, reach(error), "flux")
    error = error if absent is None else np.where(absent, np.nan, error)
    if quantity != "mag" or not _out_of_range(error):
        return error
    wrong = (error <= -9.0) | np.isin(error.round(5), (9.9, 9.99, 9.999, 9.9999, 100.0))
    found = placeholders(error)
    wrong = wrong if found is None else wrong | found
    wrong &= (error * factor > 9.0) | (error <= -9.0)
    return np.where(wrong, np.nan, error) if wrong.any() else error


# Errors of magnitudes from here on stand for none.
_NO_ERROR = 3.0
# Magnitudes of exactly these values, far from all others, stand for "not measured".
_LONE = (0.0, -1.0, -9.0, -9.9, -9.99, -9.999)
_FAR_FROM_OTHERS = 3.0


def _lone_zeros(value, extent, factor):
    """Mask of 0, -1, -9... where every other magnitude is beyond 3; None where there are none."""
    if not extent[0] <= 0:
        return None
    lone = np.isin(value, _LONE)
    others = value[~lone & np.isfinite(value)]
    if not lone.any() or len(others) == 0 or others.min() * factor < _FAR_FROM_OTHERS:
        return None
    return lone


def _without_error(value, error, factor):
    """Mask of one whole number beyond all other magnitudes that alone has errors of 0; None without."""
    if error is None or not (none := error == 0).any():
        return None
    none &= np.isfinite(value)
    if not none.any():
        return None
    some, others = np.unique(value[none]), value[~none & np.isfinite(value)]
    if (
        len(some) == 1
        and some[0] == 0
        and 2 * np.count_nonzero(error > 0) > len(error)
        and (others != 0).all()
    ):
        # A magnitude and an error of 0, of which no other is.
        return none
    if len(some) > 1 or len(others) < 5 or some[0] * factor % 1 or some[0] * factor < 20:
        return None
    return none if (some[0] - others.max()) * factor > _FAR_FROM_OTHERS else None


def _out_of_range(error):
    lowest, highest, _ = reach(error)
    return highest > 9.0 or lowest <= -9.0


def _in_unit(value, error, columns, units, said):
    quantity = columns.quantity
    name = columns.names[quantity]
    factor, offset, words = brightness_unit(name, units.get(quantity), quantity)
    if columns.preset.flux_unit and quantity == "flux":
        words = columns.preset.flux_unit
    if words:
        said[quantity] = words
    if factor != 1.0 or offset:
        value = value * factor
        if offset and abs(float(np.nanmedian(value)) if np.isfinite(value).any() else 0.0) < 0.5:
            value = value + offset
        if error is not None:
            own = units.get(quantity + "err")
            error_name = columns.names[quantity + "err"]
            own_factor, _, _ = brightness_unit(error_name, own, quantity)
            # An error without a unit of its own has that of its values.
            error = error * (own_factor if own_factor != 1.0 or own else factor)
    elif error is not None:
        error, words = error_in_unit(
            error,
            columns.names[quantity + "err"],
            units.get(quantity + "err"),
            value,
            said.get(quantity),
            quantity,
        )
        if words:
            said[quantity + "err"] = words
    return value, error


def _error_of_flux(value, points, columns, said):
    """Errors of magnitudes from the flux beside them, where it is the same measurement."""
    flux, _ = numbers_and_limits(points["snr flux"], columns.names["snr flux"])
    error, _ = numbers_and_limits(points["snr error"], columns.names["snr error"])
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = value + 2.5 * np.log10(np.where(flux > 0, flux, np.nan))
        finite = difference[np.isfinite(difference)]
        if len(finite) == 0 or np.median(np.abs(finite - np.median(finite))) > _SAME_STAR:
            said["magerr"] = "none: the fluxes are not those of the magnitudes"
            return None
        return 2.5 / np.log(10) * error / np.abs(flux)


def _truth(values, name):
    known = told_by(values, name)
    if known is None and (mark := only_mark(values)) is not None:
        known = np.array([v == v and str(v).strip() == mark for v in plain_array(values)])
    if known is None:
        array = plain_array(values)
        raise ValueError(
            f"column {name} cannot say which points are upper limits: it holds "
            f"{array[0]!r}, where true or false is due; leave it out with "
            'columns={"limit": None} (in the shell --columns limit=none)'
        )
    return known


def _flags(values, name):
    """Flags as integers or truth values; a blank is no flag."""
    array = plain_array(values)
    known = told_by(array, name)
    if known is not None:
        return known
    if array.dtype.kind in "iu":
        return array
    try:
        numbers, _ = numbers_and_limits(array, name)
    except ValueError as error:
        raise ValueError(
            f"flag holds words, so that it cannot say which points are bad: {error}; leave it out "
            'with columns={"flag": None} (in the shell --columns flag=none)'
        ) from error
    return np.nan_to_num(numbers).astype(np.int64)


def _either(first, second):
    return second if first is None else (np.asarray(first) != 0) | second


def _band_names(band, names):
    if band is None:
        return None
    if not names:
        return plain_array(band)
    codes, inverse = np.unique(np.asarray(band).astype(str), return_inverse=True)
    return np.array([names.get(code, code) for code in codes], dtype=object)[inverse]


def _provenance(columns, said, rest):
    """What was decided, in a line."""
    quantity, names = columns.quantity, columns.names
    error, parts = quantity + "err", []
    for role in ("id", "time", quantity, error, "band", "field", "flag", "label", "survey"):
        name = names.get(role)
        if role == error:
            name = name or names.get("snr") or names.get("snr error")
        if name is None and role not in ("time", quantity, error):
            continue
        told = f" ({said[role]})" if role in said and name is not None else ""
        parts.append(f"{role} <- {name or 'none'}{told}")
    parts.append(f"upper limits <- {said.get('limit') or said.get('upper limits') or 'none'}")
    rejected = [name for role, name in names.items() if role.startswith(REJECT)]
    if rejected:
        parts.append(f"flagged by {', '.join(rejected)}")
    told = [", ".join(parts)]
    if "not measured" in said:
        told.append(f"taken as not measured: {said['not measured']}")
    told += columns.remarks
    if rest:
        told.append(f"one value a star: {', '.join(list(rest)[:12])}")
    left = [name for name in columns.left_over if name not in rest]
    if left:
        more = f" and {len(left) - 20} more" if len(left) > 20 else ""
        told.append(f"left over: {', '.join(left[:20])}{more}")
    return "; ".join(told)


_NINES = re.compile(r"-?9{2,}(\.9+0*|\.0*)?|-?9\.9+0*|-?9{2,}\.0+")
_COMMON = np.array([99.0, 99.9, 99.99, 99.999, 99.9999, 999.0, 999.9, 999.99, 9999.0, 99999.0])


def placeholders(value, known=None):
    """Mask of magnitudes that only stand for "not measured": 99.999, 9999, -99.9, or None.

    `known`: their `reach`, where it has been looked for.
    """
    lowest, highest, _ = reach(value) if known is None else known
    if not (lowest < -50 or highest > 50):
        return None
    with np.errstate(invalid="ignore"):
        far = np.abs(value) > 50
    unique, inverse = np.unique(value[far], return_inverse=True)
    if len(unique) > 50 or not np.isfinite(unique).all():
        nines = np.isin(np.abs(unique), _COMMON)
    else:
        nines = np.array([_NINES.fullmatch(f"{v:.12g}") is not None for v in unique])
        with np.errstate(over="ignore"):
            single = unique.astype(np.float32)
        nines |= np.array([_NINES.fullmatch(f"{v:.7g}") is not None for v in single])
    mask = np.zeros(len(value), dtype=bool)
    mask[far] = nines[inverse]
    return mask if mask.any() else None


# The largest numbers of 15, 16, 31 and 32 bits, and the least of 16 and 32, with or without decimals.
_FULL = re.compile(r"-?0*(?:3276[78]|65535|214748364[78]|4294967295)0*")


def _is_full(extreme):
    return _FULL.fullmatch(f"{extreme:.12g}".replace(".", "")) is not None


def out_of_all_range(value, extent, quantity):
    """Mask of what nobody measures, where others are: 1e20, -9.999995e8; far from all others -999 and, as a time, 0.

    So do the largest numbers of integers, such as 32.767, where they are far from others or come again.

    None where there are none; `extent`: the `reach` of the values; `quantity`: "mag", "flux" or "time".
    """
    beyond, usual = (1e5, 1e5) if quantity == "mag" else (1e19, 1e12)
    mask = np.zeros(len(value), dtype=bool)
    lowest, highest, _ = extent
    for extreme in (lowest, highest):
        if _is_full(extreme):
            full = value == extreme
            others = value[~full & np.isfinite(value)]
            again = quantity == "flux" and np.count_nonzero(full) > 1
            if len(others) > 4 and (again or np.abs(others - extreme).min() > np.ptp(others)):
                mask |= full
    with np.errstate(invalid="ignore"):
        if max(-lowest, highest) >= beyond and np.nanmedian(np.abs(value)) < usual:
            mask |= np.abs(value) >= beyond
        # No star sends -1e10 where the others send 100; differences of fluxes may well be -10,001.
        if quantity == "flux" and -lowest > max(1e3 * abs(highest), 1e8):
            mask |= value == lowest
        for extreme in (lowest, highest) if quantity != "mag" else ():
            none = quantity == "time" and extreme in (0.0, -1.0)
            if abs(extreme) > 1e7 or (quantity == "flux" and 0 < extreme < 9999):
                continue
            if not none and _NINES.fullmatch(f"{extreme:.7g}") is None:
                continue
            others = value[(value != extreme) & np.isfinite(value) & ~mask]
            # Days since the first visit begin with 0.
            far = 1000.0 if none else 0.0
            if len(others) > 4 and np.abs(others - extreme).min() > max(np.ptp(others), far) > 0:
                mask |= value == extreme
    return mask if mask.any() else None
