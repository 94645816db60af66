"""Columns of a table of text without a header, by what their values can be: time, magnitude, error, band."""

from collections.abc import Mapping

import numpy as np

from ..light_curves import Doubt
from ._assemble import placeholders
from ._names import DECIMAL_COMMA, NUMBER, PASSBANDS, NoLightCurves, is_date, is_value, naming
from ._presets import aavso_upload, survey_preset
from ._units import middle_of

_POSITIONS = ("time", "mag", "magerr")
BY_PLACE = "columns by their place: the file has no header"


def by_place(layout, columns, width):
    """Names for columns without a header: time, magnitude, error, by what the values can be."""
    rows = layout.rows
    if isinstance(columns, str) and columns != "auto":
        preset = survey_preset(columns)
        names = list(preset.headless) or [
            *(next(iter(preset.times)), (preset.columns.get("mag") or ("mag",))[0]),
            (preset.columns.get("magerr") or ("magerr",))[0],
        ]
        names += [f"column{place}" for place in range(len(names) + 1, width + 1)]
        _refuse_catalogue(rows)
        return names[:width], columns, "columns by their place"
    numbers = [f"column{place}" for place in range(1, width + 1)]
    # Roles that are only left out name no column by its place.
    left_out = columns if isinstance(columns, Mapping) and set(columns.values()) <= {None} else None
    if columns is not None and columns != "auto" and left_out is None:
        return numbers, columns, None
    upload = aavso_upload(layout.comments)
    if upload is not None:
        names = [*upload, *numbers[len(upload) :]]
        return names[:width], "aavso", "layout of an AAVSO report without its header"
    if width >= 17 and _is_aavso(rows):
        names = list(survey_preset("aavso").headless)
        names += numbers[len(names) :]
        return names[:width], "aavso", "layout of aavso without its header"
    _refuse_catalogue(rows)
    mag = _column(rows, 1)
    names = list(_POSITIONS[:width])
    if width > 2 and not _looks_like_error(_column(rows, 2), mag):
        names[2] = "column3"
    names += numbers[len(names) :]
    for place in range(3, width):
        # "V", "I": that these are bands is plain without a name.
        words = {row[place].strip("'") for row in rows if place < len(row)} - {""}
        if words and all(word.lower() in PASSBANDS and word.isalpha() for word in words):
            names[place] = "band"
            break
    return names, left_out, BY_PLACE


def doubtful_places(layout):
    """That a file without a header may have its magnitudes, or more of them, in other columns."""
    width = max(len(row) for row in layout.rows)
    if len(layout.rows) < 5 or width < 3:
        return
    columns = [_column(layout.rows, place) for place in range(width)]
    if width == 3:
        yield from _doubtful_third(*columns[1:])
    for place in range(2, width - 1):
        mag, error = columns[place : place + 2]
        known = 5 < middle_of(mag) < 35 and _spread(mag) > 0
        if not known or _looks_like_error(mag, columns[place - 1]):
            continue
        if 0 < middle_of(error) < 0.5 and _spread(error) > 0 and _looks_like_error(error, mag):
            air = 1 <= np.nanmin(columns[1]) and np.nanmax(columns[1]) < 5
            air = ", which may be an air mass" if air else ""
            found = f'"column1", "mag": "column{place + 1}", "magerr": "column{place + 2}"'
            yield Doubt(
                f"the magnitudes are the second column{air}, and column {place + 1} looks like magnitudes with errors "
                "beside it, too",
                f'columns={{"time": {found}}} takes that one',
            )
            return


def _doubtful_third(mag, third):
    """That the last of three columns without names is read as errors and may be weights, or the other way about."""
    usable = third[np.isfinite(third)]
    if len({*usable}) < (13 if (usable == np.floor(usable)).all() else 5) or (usable < 0).any():
        return
    middle, mend = f"the third column, {np.median(usable):.3g} at its middle,", "leaves it out"
    if not _looks_like_error(third, mag):
        told = f"{middle} is not used: it does not look like errors of the magnitudes"
        mend += " for good; a header, such as time,mag,err [mmag], says what it is"
    elif np.median(usable) > 0.3:
        told = f"{middle} is read as errors of the magnitudes, and may be weights, phases or air masses"
    elif _are_weights(mag, third):
        told = f"{middle} is read as errors of the magnitudes, and looks like weights"
    else:
        return
    yield Doubt(told, f'columns={{"magerr": None}} {mend}')


def _are_weights(mag, values):
    """Whether numbers sum to one, or are the smaller the fainter the star, as errors of magnitudes never are."""
    from scipy.stats import spearmanr

    good = np.isfinite(mag) & np.isfinite(values)
    mag, values = mag[good], values[good]
    if abs(values.sum() - 1) < 1e-5 * len(values):
        return True
    return len(values) >= 20 and np.ptp(mag) > 0 and spearmanr(mag, values)[0] < -0.5


def _refuse_catalogue(rows):
    """Refuse a table whose first two columns are no times and magnitudes."""
    if len(rows[0]) > max(20, 3 * len(rows)):
        raise NoLightCurves(
            f"the table has {len(rows[0])} columns and {len(rows)} rows: it lies on its side, it seems. Write one row "
            "a point, with a column that names the star"
        )
    fits = _looks_like_time(_column(rows, 0)) and _looks_like_magnitude(_column(rows, 1))
    if not fits or _is_no_clock(rows):
        example = _places(rows)
        if len({*example.values()}) < len(example):
            raise NoLightCurves(
                f"no light curve: no two columns hold numbers ({', '.join(rows[0][:4])}...); labels are given "
                "beside light curves, as labels= (in the shell --labels)"
            )
        raise NoLightCurves(
            "no light curve: the file has no header, and its first two columns are no times and "
            f"magnitudes ({', '.join(rows[0][:4])}...). Name the columns by their places, as in {naming(example)}"
        )


def _is_no_clock(rows):
    """Whether the first column hardly changes, as coordinates do, while another one holds Julian dates."""
    first = _column(rows, 0)
    if not _spread(first) < 1 or middle_of(first) > 1000:
        return False
    for place in range(2, len(rows[0])):
        values = _column(rows, place)
        if (4e4 < middle_of(values) < 7e4 or 2.4e6 < middle_of(values) < 2.5e6) and _spread(
            values
        ) > 1:
            return True
    return False


def _spread(values):
    finite = values[np.isfinite(values)]
    return float(np.ptp(finite)) if len(finite) else np.nan


def _places(rows):
    """What columns without names may be: words a star's name, large numbers the time, magnitudes behind it."""
    columns = [_column(rows, place) for place in range(len(rows[0]))]
    words = [place for place, values in enumerate(columns) if np.isinf(values).mean() > 0.5]
    times = [
        place
        for place, values in enumerate(columns)
        if middle_of(values) > 1000 and _looks_like_time(values) and (values % 1 != 0).any()
    ]
    time = times[0] if times else max(0, min(1, len(columns) - 2))
    # The next numbers: errors look like magnitudes, too, but stand behind what they are errors of.
    numbers = [place for place, values in enumerate(columns) if np.isfinite(values).mean() > 0.5]
    place = next((p for p in numbers if p > time), max(time - 1, 0))
    value = "mag" if _looks_like_magnitude(columns[place]) else "flux"
    found = {"time": f"column{time + 1}", value: f"column{place + 1}"}
    return {"id": f"column{words[0] + 1}"} | found if words and words[0] < time else found


def _is_aavso(rows):
    words = sum(len(row) > 4 and row[4] != "" and not is_value(row[4]) for row in rows)
    return words > len(rows) // 2 and middle_of(_column(rows, 0)) > 2.0e6


def _column(rows, place):
    cells = [row[place].strip("<>[]():? ") if place < len(row) else "" for row in rows]
    values = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        if NUMBER.fullmatch(cell) or DECIMAL_COMMA.fullmatch(cell):
            values[i] = float(cell.replace(",", ".").replace("d", "e").replace("D", "E"))
        elif not is_value(cell):
            values[i] = np.inf  # a word
        elif is_date(cell):
            values[i] = 2451545.0 + i
    return values


def _looks_like_time(values):
    # A word among the numbers is left to the reader, which names it.
    if np.mean(np.isfinite(values)) < 0.5 or (values < -1e4).any():
        return False
    return len(values) < 3 or np.ptp(values[np.isfinite(values)]) > 0


def _looks_like_magnitude(values):
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return len(values) < 3 or not np.isinf(values).all()
    far = placeholders(finite)
    finite = finite if far is None else finite[~far]
    return len(finite) == 0 or -40 < float(np.median(finite)) < 60


def _looks_like_error(values, mag):
    finite = values[np.isfinite(values)]
    if np.isinf(values).mean() > 0.5:
        return False
    if len(finite) < 5:
        return True
    far = placeholders(finite)
    finite = finite if far is None else finite[~far]
    finite = finite[(finite < 9) & (finite >= 0)]
    spread = np.ptp(mag[np.isfinite(mag)]) if np.isfinite(mag).any() else np.inf
    codes = np.array_equal(finite, np.floor(finite)) and len(finite) and finite.max() > 0
    return len(finite) > 0 and not codes and (spread == 0 or float(np.median(finite)) <= spread)
