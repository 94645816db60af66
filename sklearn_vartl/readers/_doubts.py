"""What is told, or refused, and never decided: names that values gainsay, and several stars, bands or levels as one."""

import re

import numpy as np

from ..light_curves import Doubt, plain_array
from ._names import (
    COORDINATES,
    ERROR_WORDS,
    FIELDS,
    FIRST_CHOICE,
    FLUX_PATTERN,
    LESS_VARIABLE,
    MORE_MAGS,
    NO_BRIGHTNESS,
    NO_STARS,
    OF_DETECTIONS,
    OFTEN_DETECTIONS,
    OTHER_ERRORS,
    PARTS,
    PERHAPS_STARS,
    POINT_NAMES,
    QUALITY,
    STAR_NAMES,
    UNIT_OF_POINT,
    UNNAMED_INDEX,
    ZERO_POINT,
    NoLightCurves,
    changes,
    is_own_error,
    naming,
    no_error,
    taking,
    told_by,
    words_of,
)
from ._presets import SURVEY_PRESETS
from ._units import (
    are_codes,
    are_states,
    base_name,
    error_form,
    is_missing,
    is_weight,
    missing_values,
    numbers_and_limits,
)


def on_several_scales(table, names, left):
    """Columns that tell another zero point, or another unit, of some of the values of a band."""
    if table.values is None:
        return
    for name in left:
        zero_point = "flux" in names and ZERO_POINT.fullmatch(base_name(name))
        if name not in table.points or not (zero_point or UNIT_OF_POINT.fullmatch(base_name(name))):
            continue
        numbers = table.numbers(name) if zero_point else None
        scales = table.words(name) if numbers is None else np.round(numbers, 3)
        band = names.get("band")
        bands = table.words(band) if band in table.points else np.zeros(len(scales))
        pairs = zip(bands.tolist(), scales.tolist(), strict=True)
        told = {(band, scale) for band, scale in pairs if not is_missing(scale)}
        if len(told) > len({band for band, _ in told}):
            mend = "bring them to one" + ", as flux * 10**(-0.4 * (zp - 25))" * bool(zero_point)
            yield Doubt(
                f"{name} has several values: the {'fluxes' if 'flux' in names else 'magnitudes'} are on several "
                f"{'zero points' if zero_point else 'scales'}",
                f"{mend}, before reading",
            )


_OF_ALERTS = re.compile(r"(?:\w:)?magpsf|ant_mag")


def doubtful(table, names, asked, left, remarks):
    """What looks right by its name, and is not."""
    mag = names.get("mag", "")
    # Of ZTF's alerts; elsewhere "mag_psf" is the whole light.
    alerts = any(base_name(name) == "isdiffpos" for name in table.points)
    if "mag" not in asked and (
        _OF_ALERTS.fullmatch(mag) or (alerts and base_name(mag) in ("magpsf", "mag"))
    ):
        yield Doubt(
            f"{mag} is the magnitude of a difference image, not the star's",
            f'ask for corrected magnitudes, or say columns={{"mag": {mag!r}}}',
        )
    if LESS_VARIABLE.fullmatch(mag):
        told = f"{mag} is the comparison star less the variable, which grows as the star brightens"
        yield Doubt(told, "change its sign, and call it V-C")
    for name in left:
        base = base_name(name)
        told = next((each for each in remarks if each.startswith(f"{name} is no ")), None)
        if told is None:
            continue
        words, error = table.numbers(name) is None, names.keys() & {"magerr", "fluxerr"}
        if "mag" in base and "far larger" in told:
            yield Doubt(f"{told}, and may be magnitudes", taking("mag", name))
        elif (
            base in POINT_NAMES["limit"]
            and base not in OF_DETECTIONS
            and words
            and table.words(name) is not None
        ):
            yield Doubt(
                told,
                'say which points are limits by a column of 0 and 1, or columns={"limit": None}',
            )
        elif base in ("err", "error", "errors", "uncertainty", "sigma") and not (
            error or words or are_states(table.numbers(name))
        ):
            yield Doubt(told, taking("magerr", name, "takes it all the same", "does not"))
            return
    yield from _squares(names, asked)
    yield from _chosen(table, names, asked, left)
    yield from _perhaps_better(table, names, asked, left)
    yield from _unused(table, names, asked, left)


def _squares(names, asked):
    """That errors called by a 2, which their values are not, may be squares, or those of other values."""
    for value in ("mag", "flux"):
        error = names.get(value + "err")
        if error is None or value + "err" in asked or error_form(error) is not None:
            continue
        if re.search(r"[a-z]2$", base_name(error)) and "2" not in base_name(names[value]):
            told = f"{error} may be squares, or the errors of other values than {names[value]}, and is read as errors"
            yield Doubt(told, taking(value + "err", error, "takes it all the same", "does not"))


_BETTER = re.compile(
    r"calib|cal(?=mag)|(?<=mag)cal|corr(?:ected)?|cor(?=mag|flux)|detrend(?:ed)?|stand(?:ard)?|std(?=mag)|clean(?:ed)?"
)


def _chosen(table, names, asked, left):
    """That one of several brightnesses was chosen by its kind."""
    value = "mag" if "mag" in names else "flux"
    base, pattern = base_name(names.get(value, "")), MORE_MAGS if value == "mag" else FLUX_PATTERN
    kind = next((kind for kind in FIRST_CHOICE if kind.search(base)), None)
    if kind is None or value in asked:
        return
    others = [
        name for name in left
        if pattern.fullmatch(base_name(name)) and not NO_BRIGHTNESS.search(base_name(name))
        and table.numbers(name) is not None and changes(table.numbers(name))
    ]  # fmt: skip
    if others:
        told = f"{names[value]} is read, and not {' or '.join(others)}"
        yield Doubt(told, taking(value, others[0], "takes another one"))


def _perhaps_better(table, names, asked, left):
    """That a calibrated or corrected brightness, with errors of its own, stands beside the one that is read."""
    value = "mag" if "mag" in names else "flux"
    plain = re.fullmatch(
        "(?:inst(?:r(?:umental)?)?|raw)?(?:mag(?:nitude)?|flux)", base_name(names.get(value, ""))
    )
    if value in asked or not plain:
        return
    bases = [base_name(name) for name in left]
    for name, base in zip(left, bases, strict=True):
        named = (
            value in base
            and _BETTER.search(base)
            and not NO_BRIGHTNESS.search(_BETTER.sub("", base))
        )
        numbers = table.numbers(name) if named else None
        if numbers is None or not (
            any(is_own_error(each, base, value) for each in bases)
            or _are_as_large(numbers, table.numbers(names[value]), value)
        ):
            continue
        if not np.allclose(numbers, table.numbers(names[value]), equal_nan=True):
            told = f"{names[value]} is read, and {name} may be better"
            yield Doubt(told, taking(value, name))
            return


def _are_as_large(numbers, others, value):
    """Whether values differ from others by less than a magnitude as a rule, and from each other."""
    both = np.isfinite(numbers) & np.isfinite(others)
    numbers, others = numbers[both], others[both]
    if len(numbers) < 3 or not changes(numbers):
        return False
    one, other = np.median(numbers), np.median(others)
    return abs(one - other) < (1.0 if value == "mag" else 0.6 * abs(other))


def unused_flags(table, names, left):
    """Columns that look as if they told bad points; "q_Hp" is of "Hp" in the tables of the CDS."""
    value = base_name(names.get("mag") or names.get("flux"))
    # What is one a star, as "VarFlag" of a catalogue, tells no points.
    for name in (name for name in left if name in table.points):
        base = base_name(name)
        of_cds = re.match("[qf]_", name) and base[1:] == value
        named = of_cds or base in POINT_NAMES["flag"] or QUALITY.fullmatch(base)
        if named and _are_of_quality(table, name):
            yield name


def unused_by_preset(table, names, left, preset):
    """That a column may tell bad points, of which the layout that was recognised knows nothing."""
    known = SURVEY_PRESETS[preset].passed
    flags = [name for name in unused_flags(table, names, left) if name not in known]
    if flags:
        mend = f'without the rows where it is not 0 they are left out, columns="{preset}" keeps them all'
        yield Doubt(f"{flags[0]} may tell which points are bad, and is not used", mend)


def _unused(table, names, asked, left):
    """Columns that look as if they told bad points or errors, where no other does."""
    flags = [*unused_flags(table, names, left)]
    if flags and "flag" in names and "flag" not in asked:
        mend = 'make one column of 0 and 1 of both, and say columns={"flag": ...}'
        yield Doubt(
            f"{flags[0]} may tell more bad points than {names['flag']}, and is not used", mend
        )
    elif flags and "flag" not in asked:
        name = flags[0]
        mend = f'columns={{"flag": {name!r}}} leaves points out where it is not 0, '
        if table.numbers(name) is None and told_by(table.words(name), name) is None:
            mend = "say which by a column of 0 and 1; columns="
        yield Doubt(
            f"{name} may tell which points are bad, and is not used",
            f'{mend}{{"flag": None}} keeps them all',
        )
    value = "mag" if "mag" in names else "flux"
    if names.keys() & {value + "err", "snr", "snr flux"} or value + "err" in asked:
        return
    errors = [
        name
        for name in left
        if re.search(rf"^{ERROR_WORDS}|{ERROR_WORDS}$", base_name(name))
        and not OTHER_ERRORS.search(base_name(name))
        and table.numbers(name) is not None
        and not are_codes(table.numbers(name))
        and no_error(table, name, names[value], 2) is None
    ]
    errors = errors or _like_errors(table, names[value], value, left)
    weights = [] if errors else [name for name in left if is_weight(error_form(name))]
    if weights:
        mend = taking(value + "err", weights[0], "takes it if it is 1 / error^2", "does not")
        yield Doubt(f"no errors are read, and {weights[0]} may tell them", mend)
    if errors:
        mend = taking(value + "err", errors[0], otherwise="does not")
        yield Doubt(f"no errors are read, and {errors[0]} may hold them", mend)


# What is small and positive beside magnitudes, too.
_NO_ERRORS = re.compile(
    r"air|fwhm|seeing|ell|elong|sky|back|bkg|bg|phase|colou?r|exp|chi|sharp|round|ext|abs|corr|zp|zero|time|jd|day|date"
    r"|prob|score|temp|shift|^d[xy]|frac|^ra|^de(?:c|$)|pos|cen|class|period|freq|amp|noise|snr|limit|flat|dark|column\d"
    r"|bias|gain|depth|dist|sep|ratio|red|alt|az|moon|sun|cloud|humid|wind|focus|psf|aper|rad|width$(?<!halfwidth)|lat|lon"
)


def _like_errors(table, value_name, value, left):
    """Columns whose values may be the errors, whatever they are called: the one behind the values, else one alone."""
    numbers = table.numbers(value_name)
    if numbers is None or len(numbers) < 10:
        return []
    numbers = numbers[np.isfinite(numbers)]
    # Errors of magnitudes are shares of a flux, but for a factor of 1.09.
    size = 1.0 if value == "mag" else float(np.median(np.abs(numbers))) if len(numbers) else 0.0
    behind = table.points[table.points.index(value_name) + 1 :][:1]
    bases = {base_name(each) for each in left}
    found = []
    for name in left:
        own, base = table.numbers(name), base_name(name)
        # Of fluxes, other columns have any size.
        if own is None or _NO_ERRORS.search(base) or (value == "flux" and name not in behind):
            continue
        if is_weight(error_form(name)):
            continue
        if any(is_own_error(base, each, value) for each in bases - {base}):
            continue
        own = own[np.isfinite(own)]
        varies = len(own) >= 10 and len(np.unique(own)) > 2 and not are_codes(own)
        if varies and own.min() > 0 and np.percentile(own, 90) < min(0.3 * size, np.ptp(numbers)):
            found.append(name)
    return behind if behind and behind[0] in found else found


def _are_of_quality(table, name):
    """Whether values are codes of which 0 is one of several, or a few short words."""
    numbers = table.numbers(name)
    if numbers is not None:
        finite = numbers[np.isfinite(numbers)]
        return are_codes(finite) and (finite == 0).any() and (finite != 0).any()
    words = table.words(name)
    if words is None:
        return False
    some = {str(v).strip() for v in words if v is not None and v == v} - {""}
    known = told_by(words, name)
    return 2 <= len(some) <= 10 and max(map(len, some)) <= 12 and (known is None or known.any())


# --- Several stars, bands or levels in one light curve


def numbered_anew(codes, ids, table, found):
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
                f"where they are others, name the stars by both: {name} and {found.names['id']} in one column",
            )
            return


# Points that a part of a light curve needs to be compared, and stars that are looked at.
_ENOUGH_POINTS, _MANY_POINTS, LOOKED_AT = 5, 100, 20


def told_beside(X, table, found, order):
    """What other columns of points tell of the values; `order`: of the rows of `table`, where they were sorted."""
    yield from on_several_levels(X, table, found, order)
    yield from counted_longer(X, table, found, order)


def on_several_levels(X, table, found, order):
    """That the parts of light curves, of sectors or telescopes, lie on levels of their own.

    Codes that come by turns may be of bands, whose levels differ by less than the star varies.
    """
    for name in (n for n in found.left_over if n in table):
        base = base_name(name)
        known = base in PARTS
        if not known and (found.preset.survey or not _may_part(table[name], base)):
            continue
        part = plain_array(table[name]) if order is None else plain_array(table[name])[order]
        value = X._arguments()["mag"]
        for star in range(min(len(X), LOOKED_AT)):
            points = np.arange(X.offsets[star], X.offsets[star + 1])
            if X.band is not None and len(points):
                # Bands are told by themselves.
                points = points[X.band[points] == X.band[points[0]]]
            apart = _apart(value[points], part[points], 0.1 if X.quantity == "mag" else None)
            if apart or (known and _shifted(X.time[points], value[points], part[points])):
                yield _level_doubt(name, X.ids[star], X.quantity, known)
                return
            if not known and base not in PERHAPS_STARS and _are_codes_by_turns(part[points], base):
                what = f"{name} has several codes by turns, and is not used"
                yield Doubt(what, _stars_or_bands(name), star=X.ids[star])
                return


def _level_doubt(name, star, quantity, known):
    """That parts are on levels of their own; `known`: they can be no stars or bands."""
    mend = "bring them to one, as by dividing fluxes by their median, before reading"
    mend = mend if known else f"{_stars_or_bands(name)}; else {mend}"
    values = "magnitudes" if quantity == "mag" else "fluxes"
    return Doubt(f"the {values} of each {name} are on a level of their own", mend, star=star)


def _stars_or_bands(name):
    """How to say that a column names stars, or bands."""
    return f'columns={{"id": {name!r}}} if it names stars, {{"band": {name!r}}} if bands'


# Numbers of instruments, of their parts and of what was measured.
_NO_CODES = re.compile(
    r"^n(?:o|um)?(?:of)?[a-z]*(?:obs|exp|pix|stack|comb|frame|image|img|star|used|det)|count|visit|bin|seq|iter|weight|order"
    r"|amp|quad|pier|side|site|tel|cam|ccd|chip|inst|night|run|orbit|season|version|degree"
)


def _are_codes_by_turns(part, base):
    """Whether a light curve has the whole numbers from 0 or 1 on, 6 at most, by turns."""
    if part.dtype.kind not in "fiu" or _NO_CODES.search(base):
        return False
    part = part[np.isfinite(part)]
    if len(part) < _ENOUGH_ROWS:
        return False
    codes, counts = np.unique(part, return_counts=True)
    counted = codes[0] in (0, 1) and np.array_equal(codes, codes[0] + np.arange(len(codes)))
    often = len(codes) > 1 and 2 * len(codes) * counts.min() >= len(part)
    return bool(counted and 2 <= len(codes) <= 6 and often and _come_by_turns(part))


def _come_by_turns(values):
    return 4 * np.count_nonzero(values[1:] != values[:-1]) > len(values)


def _may_part(values, base):
    """Whether words or whole numbers, a few of them, may tell stars, bands or instruments apart."""
    if QUALITY.fullmatch(base) or base in (*POINT_NAMES["flag"], *POINT_NAMES["limit"]):
        return False
    some = plain_array(values.iloc[:1000] if hasattr(values, "iloc") else values[:1000])
    whole = some.dtype.kind in "iu" or (some.dtype.kind == "f" and are_codes(some))
    if not (whole or some.dtype.kind in "OUT") or len(set(some.tolist())) > 50:
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


# Neighbours of two parts that are enough to compare them, and how far from chance a shift must be, and of which share
# of the range of the values.
_ENOUGH_PAIRS, _SURE, _LEAST_SHIFT = 20, 4.0, 0.1


def _shifted(time, value, part):
    """Whether of neighbours in time, of two parts that come by turns, one part's are brighter than chance has it.

    So are shifts found that are smaller than the variation, which both of them see.
    """
    there = np.isfinite(time) & np.isfinite(value)
    order = np.argsort(time[there], kind="stable")
    value, part = value[there][order], part[there][order]
    names, counts = np.unique(part.astype(str), return_counts=True)
    if len(names) < 2 or not len(value):
        return False
    one, other = (part.astype(str) == names[place] for place in np.argsort(counts)[-2:])
    step = np.diff(value)
    forth, back = one[:-1] & other[1:], other[:-1] & one[1:]
    # As many one way as the other, so that a star that fades is no shift.
    n_pairs = min(np.count_nonzero(forth), np.count_nonzero(back))
    if 2 * n_pairs < _ENOUGH_PAIRS:
        return False
    ways = [step[forth][:n_pairs], -step[back][:n_pairs]]
    shift, chance = np.mean(ways), np.std(ways) / np.sqrt(2 * n_pairs)
    extent = np.ptp(np.percentile(value, (5, 95)))
    return bool(abs(shift) > max(_SURE * chance, _LEAST_SHIFT * extent))


# Names of exposure times, and how surely brightness goes as they do, in its standard errors.
_EXPOSURES = re.compile(
    r"(?:t|tot(?:al)?|eff(?:ective)?)?(?:exp(?:osure)?(?:time|t|s|sec)?|expt(?:ime)?|int(?:egration|egr?)?time)s?"
    r"|texp|tint|itime"
)
_GROWS, _LEAST_GROWTH = 5.0, 0.3


def counted_longer(X, table, found, order):
    """That stars are the brighter the longer the exposures, as counts are that nobody divided by their times."""
    for name in (n for n in found.left_over if n in table and not found.preset.survey):
        if not _EXPOSURES.fullmatch(base_name(name)):
            continue
        exposure = plain_array(table[name]) if order is None else plain_array(table[name])[order]
        if exposure.dtype.kind not in "fiu":
            continue
        value = X._arguments()["mag"]
        for star in range(min(len(X), LOOKED_AT)):
            points = slice(X.offsets[star], X.offsets[star + 1])
            if _grows(value[points], np.asarray(exposure[points], dtype=float), X.quantity):
                values = "magnitudes" if X.quantity == "mag" else "fluxes"
                told = f"the {values} go as {name} does, as counts of whole exposures do"
                mend = (
                    f"add 2.5 * log10({name}) to them"
                    if X.quantity == "mag"
                    else f"divide them by {name}"
                )
                yield Doubt(told, f"{mend} before reading", star=X.ids[star])
                return


def _grows(value, exposure, quantity):
    """Whether brightness is proportional to the exposure, within a third."""
    there = np.isfinite(value) & np.isfinite(exposure) & (exposure > 0)
    there &= (value > 0) | (quantity == "mag")
    if np.count_nonzero(there) < 2 * _ENOUGH_POINTS:
        return False
    longer = np.log(exposure[there])
    brighter = -0.4 * np.log(10) * value[there] if quantity == "mag" else np.log(value[there])
    longer, brighter = longer - longer.mean(), brighter - brighter.mean()
    if np.ptp(longer) < _LEAST_GROWTH:
        return False
    slope = longer @ brighter / (longer @ longer)
    error = np.std(brighter - slope * longer) / np.sqrt(longer @ longer)
    return bool(abs(slope - 1) < 1 / 3 and slope > _GROWS * error)


# The time in the rows between the stars of SNANA's PHOT files.
_SNANA_END = -777.0


def refuse_several(table, time, found):
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
    rows = slice(None)
    if (name := found.names.get("band")) is not None:
        # In each band the times begin anew.
        band = plain_array(table[name])
        rows = np.flatnonzero(band == band[:1])
        time = time[rows]
    back = np.diff(time) < 0
    if not back.any():
        return
    for name in found.left_over:
        values = plain_array(table[name])[rows]
        if values.dtype.kind not in "OiuUf":
            continue
        border = values[1:] != values[:-1]
        n_blocks = int(np.sum(border)) + 1
        if not 2 <= n_blocks <= len(time) // 3 or n_blocks != len(set(values.tolist())):
            continue
        if np.mean(back[border]) > 0.5 and not back[~border].any():
            raise ValueError(
                f"The rows are of {n_blocks} stars, it seems: the time begins anew with each value "
                f'of {name}. Say so, as in {naming({"id": name})}, or in columns={{"id": None}} (in the shell '
                "--columns id=none) where they are one star."
            )


def perhaps_stars(table, found, n_rows):
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
                taking("id", name, "if it names the stars", "if it does not"),
            )


# Rows from which on others in each of them are no chance.
_ENOUGH_ROWS = 10
_PERIODS = re.compile(r"(?:var)?per(?:iod)?(?:d|days?)?|freq(?:uency)?")


def refuse_catalogue(table, found, n_rows):
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


def each_its_own(table, found, n_rows):
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
                'columns={"id": None} if they are points of one star',
            )
            return


# Degrees that a star may seem to move, by errors and by its own motion.
_PLACES = 0.02
_ON_DETECTOR = re.compile(
    r"(?:ccd|pix(?:el)?|pos|img)?[xy](?:fits|image|img|pix(?:el)?|cen(?:t(?:er|re|roid)?)?|centroid|pos(?:ition)?|ccd|win)?\w?"
)


def several_places(table, found, n_rows):
    """That rows of one star are at a few places of the sky, or by turns at a few of the detector."""
    for name in found.left_over:
        sky = COORDINATES.fullmatch(base_name(name))
        if not sky and not _ON_DETECTOR.fullmatch(base_name(name)):
            continue
        where = plain_array(table[name])
        if (words := words_of(table[name])) is not None:
            # Sexagesimal ones: each word is a place.
            where = 1e3 * np.array([words.index(v) if v in words else np.nan for v in where])
        if where.dtype.kind not in "fiu" or not np.isfinite(where).any():
            continue
        n_places = _n_by_turns(where, 0.001 if sky else 3.0)
        if sky and n_places < 2:
            away = np.abs(where - np.nanmedian(where)) > _PLACES
            n_places = len(np.unique(np.round(where[np.isfinite(where)] / _PLACES)))
            n_places *= 10 * np.count_nonzero(away) > n_rows
        if 2 <= n_places <= n_rows // 3:
            yield Doubt(
                f"{name} tells {n_places} places of the {'sky' if sky else 'detector'}, and the rows are read as one "
                "star",
                'name the stars in a column, and say columns={"id": ...}',
            )
            return


def _n_by_turns(where, least):
    """The number of places, small and far from each other, at which rows are by turns; 0 where it is otherwise."""
    known = where[np.isfinite(where)]
    ordered = np.sort(known)
    gaps = np.diff(ordered)
    cuts = np.flatnonzero(gaps > max(least, 0.1 * (ordered[-1] - ordered[0])))
    clusters = np.split(ordered, cuts + 1)
    if len(cuts) == 0 or min(map(len, clusters)) < max(3, len(known) / (4 * len(clusters))):
        return 0
    apart = gaps[cuts].min() > 10 * max(map(np.ptp, clusters))
    place = np.searchsorted(ordered[cuts], known, side="left")
    return len(clusters) if apart and _come_by_turns(place) else 0
