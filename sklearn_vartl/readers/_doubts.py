"""What looks right by its name and is not, and what is left over though it may be of use: told, never decided."""

import re

import numpy as np

from ..light_curves import Doubt
from ._names import (
    ERROR_WORDS,
    NO_BRIGHTNESS,
    OF_DETECTIONS,
    OTHER_ERRORS,
    POINT_NAMES,
    QUALITY,
    UNIT_OF_POINT,
    ZERO_POINT,
    in_shell,
    is_own_error,
    no_error,
    told_by,
)
from ._units import are_codes, are_states, base_name, is_missing


def on_several_scales(table, names, left):
    """Columns that tell another zero point, or another unit, of some of the values of a band."""
    if table._values is None:
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
                None,
                f"{mend}, before reading",
                f"{mend}, in the file",
            )


def doubtful(table, names, asked, left, remarks):
    """What looks right by its name, and is not."""
    mag = names.get("mag", "")
    if base_name(mag) in ("magpsf", "mag") and "mag" not in asked:
        if any(base_name(name) == "isdiffpos" for name in table.points):
            yield Doubt(
                f"{mag} is the magnitude of a difference image, not the star's",
                None,
                f'ask for corrected magnitudes, or say columns={{"mag": "{base_name(mag)}"}}',
                f"ask for corrected magnitudes, or say --columns mag={base_name(mag)}",
            )
    for name in left:
        base = base_name(name)
        told = next((each for each in remarks if each.startswith(f"{name} is no ")), None)
        if told is None:
            continue
        if "mag" in base and "far larger" in told:
            python, shell = (
                f'columns={{"mag": {name!r}}} takes it',
                f"{in_shell('mag', name)} takes it",
            )
            yield Doubt(f"{told}, and may be magnitudes", None, python, shell)
            continue
        words = table.numbers(name) is None
        error = names.get("mag", names.get("flux", "")) and names.keys() & {"magerr", "fluxerr"}
        if (
            base in POINT_NAMES["limit"]
            and base not in OF_DETECTIONS
            and words
            and table.words(name) is not None
        ):
            yield Doubt(
                told,
                None,
                'say which points are limits by a column of 0 and 1, or columns={"limit": None}',
                "say which points are limits by a column of 0 and 1, or --columns limit=none",
            )
        elif base in ("err", "error", "errors", "uncertainty", "sigma") and not (
            error or words or are_states(table.numbers(name))
        ):
            yield Doubt(
                told,
                None,
                f'columns={{"magerr": {name!r}}} takes it all the same, {{"magerr": None}} does not',
                f"{in_shell('magerr', name)} takes it all the same, magerr=none does not",
            )
            return
    yield from _perhaps_better(table, names, asked, left)
    yield from _unused(table, names, asked, left)


_BETTER = re.compile(
    r"calib|cal(?=mag)|(?<=mag)cal|corr(?:ected)?|detrend(?:ed)?|stand(?:ard)?|std(?=mag)|clean(?:ed)?"
)


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
        if numbers is None or not any(is_own_error(each, base, value) for each in bases):
            continue
        if not np.allclose(numbers, table.numbers(names[value]), equal_nan=True):
            yield Doubt(
                f"{names[value]} is read, and {name} may be better",
                None,
                f'columns={{"{value}": {name!r}}} takes it',
                f"{in_shell(value, name)} takes it",
            )
            return


def _unused(table, names, asked, left):
    """Columns that look as if they told bad points or errors, where no other does."""
    flags = [name for name in left if QUALITY.fullmatch(base_name(name))]
    flags = [name for name in flags if _are_of_quality(table, name)]
    if flags and "flag" not in names and "flag" not in asked:
        name = flags[0]
        python, shell = f'columns={{"flag": {name!r}}}', in_shell("flag", name)
        bad = " leaves points out where it is not 0, "
        if table.numbers(name) is None and told_by(table.words(name), name) is None:
            python = shell = "say which by a column of 0 and 1; "
            bad = ""
        yield Doubt(
            f"{name} may tell which points are bad, and is not used",
            None,
            f'{python}{bad}{{"flag": None}} keeps them all',
            f"{shell}{bad}{'--columns ' * (not bad)}flag=none keeps them all",
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
    if errors:
        yield Doubt(
            f"no errors are read, and {errors[0]} may hold them",
            None,
            f'columns={{"{value}err": {errors[0]!r}}} takes it, {{"{value}err": None}} does not',
            f"{in_shell(value + 'err', errors[0])} takes it, {value}err=none does not",
        )


# What is small and positive beside magnitudes, too.
_NO_ERRORS = re.compile(
    r"air|fwhm|seeing|ell|elong|sky|back|bkg|bg|phase|colou?r|exp|chi|sharp|round|ext|abs|corr|zp|zero|time|jd|day|date"
    r"|prob|score|temp|shift|^d[xy]|frac|^ra|^de(?:c|$)|pos|cent|class|period|freq|amp|noise|snr|limit|flat|dark|column\d"
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
    found = []
    for name in left:
        own = table.numbers(name)
        if (
            own is None
            or _NO_ERRORS.search(base_name(name))
            or (value == "flux" and name not in behind)
        ):
            continue
        own = own[np.isfinite(own)]
        varies = len(own) >= 10 and len(np.unique(own)) > 2 and not are_codes(own)
        if varies and own.min() > 0 and np.percentile(own, 90) < min(0.3 * size, np.ptp(numbers)):
            found.append(name)
    return behind if behind and behind[0] in found else found if len(found) == 1 else []


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
