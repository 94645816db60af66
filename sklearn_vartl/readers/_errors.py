"""Which column holds the errors of the magnitudes or fluxes that were chosen.

By its name, and by its values: errors are positive, and not far larger than all that their values do.
"""

import re

import numpy as np

from ._names import GENERAL_ERRORS, about_error, is_own_error, unclear
from ._units import base_name, brightness_unit, error_form, named_unit


def error_of(table, value_name, value, taken, names, remarks):
    """The column of errors of the magnitudes or fluxes that were chosen; a refused one is told."""
    own = base_name(value_name)
    word = "mag" if value == "mag" else "flux"
    other = "flux" if value == "mag" else "mag"
    tiers = [[], [], [], []]
    for name in table.points:
        if name in taken:
            continue
        base = base_name(name)
        if base == own or (other in base and other not in own):
            continue
        if is_own_error(base, own, word):
            tiers[0].append(name)
        elif word in base and about_error(base, word):
            tiers[1].append(name)
        elif re.sub(r"(?<=.)(?:percent|ppm|ppt)$", "", base) in GENERAL_ERRORS:
            tiers[2].append(name)
        elif (form := error_form(name)) and base.removesuffix(form) in ("", own, word):
            tiers[3].append(name)
    both = {"mag", "flux"} <= names.keys()
    if both:
        # A bare "err" beside both could belong to either: to the one that is used.
        tiers[2:] = tiers[2:] if value == "mag" else [[], []]
    for tier, candidates in enumerate(tiers):
        reasons = {n: no_error(table, n, value_name, tier) for n in candidates}
        good = [n for n in candidates if reasons[n] is None]
        if not good:
            remarks += [f"{n} is no error: {why}" for n, why in reasons.items() if why]
        if tier == 2:
            good.sort(key=lambda n: next(
                i for i, each in enumerate(GENERAL_ERRORS) if base_name(n).startswith(each)
            ))  # fmt: skip
        if len(good) > 1 and not _all_alike(table, good):
            exact = [n for n in good if n in ("magerr", "mag_err", "fluxerr", "flux_err")]
            if len(exact) != 1:
                raise ValueError(unclear(word + "err", good))
            good = exact
        if good:
            return good[0]
    return None


def no_error(table, name, value_name, tier):
    """Why values cannot be the errors of what they belong to; None where they can.

    A name made of that of the values needs no look, one that tells the error of a magnitude or a flux only positive
    values; a general word, such as sigma, may belong to something else and is not far larger than the values' range.
    """
    error = table.numbers(name)
    if table._values is None:
        return None
    if error is None:
        return "its values are no numbers"
    finite = error[np.isfinite(error)]
    if tier == 0 or len(finite) == 0:
        return None
    if np.mean(finite > 0) < 0.5:
        return "most of its values are not positive"
    # "err [mmag]" beside magnitudes.
    units = [brightness_unit(n, None, "mag")[0] for n in (name, value_name)]
    finite = finite * (units[0] / units[1] if units[0] != 1.0 else 1.0)
    value = table.numbers(value_name)
    if value is None or tier == 3 or named_unit(name) in ("%", "percent", "ppm", "ppt"):
        return None
    value = value[np.isfinite(value) & (np.abs(value) < 1e30)]
    # 9.999 and 99 among them stand for "not measured".
    # A magnitude that is called one of errors, "mag_std", is larger than any.
    least = 0.0 if tier == 2 else 3.0 if "mag" in base_name(value_name) else np.inf
    if len(value) >= 5 and np.percentile(finite[finite > 0], 25) > max(3 * np.ptp(value), least):
        return f"its values are far larger than the range of {value_name}"
    return None


def _all_alike(table, names):
    first = table.numbers(names[0])
    return first is not None and all(
        np.array_equal(first, table.numbers(name), equal_nan=True) for name in names[1:]
    )
