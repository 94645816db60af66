"""Numbers, units and times: what a column's values mean, by its unit, its name and its values."""

import re

import numpy as np

from ..light_curves import float_points, plain_array

MJD = 2400000.5
SECONDS_IN_DAY = 86400.0

# "HJD-2450000", "BJD (TDB) - 2454833", "HJD(2450000+)", "JD_2450000", "HJD-2.45e6": the zero is in the name.
_OFFSET = re.compile(
    r"(?i)([hb]?m?jd\w*?)(?:\s*[(\[](?:tdb|tcb|utc|tt|tai)[)\]])?"
    r"(?:\s*[-–−_(+]{1,2}\s*|\s+|\s*_?minus_?\s*|\s*\(?(?:days )?since |)"
    r"(24\d{2}(?:,?\d{3})(?:\.\d+)?|2,4\d{2},\d{3}(?:\.\d+)?|2\.4\d*e\+?0?6|(?<=[^\d.])[45]\d{4}(?:\.\d+)?)(?!\d)"
)
# "days since 2015-01-01", "hours since 2015-01-01T12:00", "days after JD 2450000", "2450000+ HJD", "+2450000": the zero
# beside words that clocks are called by.
_SINCE = re.compile(
    r"(?i)(?P<unit>[a-z]*)[\s_]*(?:since|after|from)[\s_]+(?P<day>\d{4}[-_/]\d\d[-_/]\d\d)"
    r"(?:[T _]+(?P<clock>\d\d:\d\d(?::\d\d(?:\.\d*)?)?))?"
)
_ZERO = re.compile(r"(?<![\d.])(24\d{5}(?:\.\d+)?)(?!\d)")
_OF_CLOCKS = re.compile(
    r"(?i)(?:[hb]?m?jd|jd0|days?|d|t0?|time|since|after|from|minus|offset|zero|tdb|utc|tt|ut|in|[^a-z0-9]|_)*"
)
_BRACKET = re.compile(r"^(.*?)\s*[\[(]([^\[\]()]*)[\])]?\s*$")
# Names of barycentric and heliocentric clocks, and the scale that goes with them.
_CLOCKS = dict.fromkeys(("bjd", "bmjd", "mbjd", "bkjd", "btjd", "tbjd"), "bjd_tdb")
_CLOCKS |= dict.fromkeys(("hjd", "hmjd", "mhjd"), "hjd_utc")
_ZEROS = {"bkjd": 2454833.0, "btjd": 2457000.0, "tbjd": 2457000.0}
_TIME_UNITS = {
    unit: in_days
    for units, in_days in (
        ("s sec secs second seconds", 1 / SECONDS_IN_DAY),
        ("ms", 1e-3 / SECONDS_IN_DAY),
        ("min minute minutes", 1 / 1440.0),
        ("h hr hour hours", 1 / 24.0),
        ("yr year years", 365.25),
        ("d day days", 1.0),
    )
    for unit in units.split()
}
# Names of times in years.
_YEARS = {"year", "years", "decimalyear", "decyear", "yeardecimal", "fractionalyear"}
_MAG_UNITS = {"mmag": 1e-3, "millimag": 1e-3, "mmags": 1e-3, "umag": 1e-6, "mag": 1.0, "mags": 1.0}
# Relative fluxes: what one unit of the difference from the mean is worth.
_RELATIVE = {"ppm": 1e-6, "ppt": 1e-3, "percent": 1e-2, "%": 1e-2}
_FLUX_UNITS = {"jy": "Jy", "mjy": "mJy", "ujy": "uJy", "µjy": "uJy", "μjy": "uJy", "njy": "nJy"}
_JANSKYS = {"Jy": 1.0, "mJy": 1e-3, "uJy": 1e-6, "nJy": 1e-9}
# Units that values are converted from.
CONVERTED_UNITS = {*_TIME_UNITS, *_MAG_UNITS, *_RELATIVE, *_FLUX_UNITS}
CONVERTED_UNITS -= {"d", "day", "days", "mag", "mags"}

MISSING_WORDS = {
    *("", "nan", "-nan", "none", "null", "na", "n/a", "n.a.", "nd", "n/d", "<na>", "nat", "indef"),
    *"-- --- ---- - \u2013 \u2014 ... .. . \u2026 ? * ** *** **** ~ _".split(),
    *("\\n", "masked", "undef", "undefined", "missing", "nodata", "no data", "untrusted"),
    *("blank", "nil", "void", "(null)", "<null>"),
    # Of spreadsheets, and of C on Windows.
    *("#n/a", "#n/a n/a", "#na", "#name?", "#value!", "#div/0!", "#ref!", "#num!", "#null!"),
    *("1.#qnan", "-1.#qnan", "1.#ind", "-1.#ind", "nan(ind)", "-nan(ind)"),
}
MISSING_NUMBERS = sorted(
    {spelled for w in MISSING_WORDS for spelled in (w, w.upper(), w.capitalize())}
    | {"NaN", "NaT", "<NA>", "-NaN"}
)
# Control-Z, with which DOS ended its files.
END_OF_FILE = "\x1a"


def base_name(name):
    """Name of a column in small letters without unit, blanks and marks: "flux (mJy)" is "flux"."""
    # Brokers put a letter before the names, as in "i:magpsf".
    text = re.sub(r"^[a-z]:(?=[A-Za-z])", "", str(name).strip().lstrip("#%").strip())
    text = re.sub(r"^[-\u2212](?=[A-Za-z])", "minus", text)
    text = re.sub(r"(?<=\w)(?:\^|\*\*)2|²", "sq", text)
    text = re.sub(r"(?i)\bs/n\b", "snr", text).replace("+/-", "err").replace("\u00b1", "err")
    text = re.sub(
        r"^(d|e|sigma|delta)\((?=mag\)$|flux\)$|\w\)$)", r"\1_", text, flags=re.IGNORECASE
    )
    found = _OFFSET.search(text)
    if found:
        return re.sub(r"[^0-9a-z]", "", found[1].lower())
    if _zero_in(text) is not None:
        clock = re.search(r"(?i)[hb]?m?jd(?!0)", text)
        return clock[0].lower() if clock else "time"
    bracket = _BRACKET.match(text)
    if bracket and bracket[1]:
        text = bracket[1]
    return re.sub(r"[^0-9a-zµμ]", "", text.lower())


def _zero_in(text):
    """Zero of a clock that its name tells as a Julian date or a day: (Julian date, its unit or None); None without."""
    if since := _SINCE.search(text):
        day = since["day"].replace("_", "-").replace("/", "-")
        try:
            stamp = np.datetime64(f"{day}T{since['clock'] or '00:00'}", "us")
        except ValueError:
            return None
        return MJD + (stamp - np.datetime64("1858-11-17", "us")) / np.timedelta64(1, "D"), since[
            "unit"
        ].lower()
    zero = _ZERO.search(text)
    if zero and _OF_CLOCKS.fullmatch(text.replace(zero[1], "")):
        return float(zero[1]), None
    return None


def named_unit(name):
    """The unit in brackets, or after the last blank or underscore of a name, else None."""
    text = str(name).strip()
    bracket = _BRACKET.match(text)
    if bracket and bracket[1]:
        return bracket[2].strip() or None
    last = re.split(r"[\s_]", text)[-1]
    known = last.lower() in {*_MAG_UNITS, *_RELATIVE, *_FLUX_UNITS} or (
        last.lower()
        in {"s", "sec", "secs", "seconds", "hours", "hr", "minutes", "min", "days", "years", "yr"}
    )
    return last if known and last.lower() not in ("mag", "mags") else None


def unit_text(values):
    """The unit that a column of astropy or of another library carries, as text; None without."""
    unit = getattr(values, "unit", None)
    if unit is None:
        unit = getattr(getattr(values, "dtype", None), "units", None)
    text = None if unit is None else str(unit).strip()
    return text or None


def days(time):
    """Time stamps in days: dates and astropy times as Modified Julian Dates, other units converted."""
    if hasattr(time, "mjd"):
        return time.mjd
    dates = as_dates(time)
    if dates is not None:
        return dates
    return in_unit(time, "day", "time")


def as_dates(values):
    """Modified Julian Dates (UTC) of dates of numpy, pandas, Python or text; None for anything else."""
    dtype = getattr(values, "dtype", None)
    kind = getattr(dtype, "kind", "O")
    if kind == "m" or str(dtype).startswith("duration"):
        return _spans(values)
    if kind == "M" or str(dtype).startswith(("timestamp", "date32", "date64")):
        return _mjd_of(values)
    if kind not in "OUST" or len(values) == 0 or getattr(values, "ndim", 1) != 1:
        return None
    if hasattr(values, "unit") and (kind == "O" or values.unit is not None):
        return None
    if kind == "S":
        values = np.char.decode(plain_array(values), "utf-8", "replace")
    head = values.iloc[:100] if hasattr(values, "iloc") else values[:100]
    first = next((value for value in head if np.ndim(value) or not is_missing(value)), None)
    if hasattr(first, "isoformat") or type(first).__name__ == "datetime64":
        return _mjd_of(values)
    if isinstance(first, str) and _ISO_START.match(first):
        try:
            return _mjd_of(values)
        except ValueError:
            written = iso_dates(values)
            if written is None:
                raise
            return _mjd_of(written)
    if isinstance(first, str) and _DAY_OF_YEAR.fullmatch(first):
        return _of_days_of_years(values)
    if isinstance(first, str) and WRITTEN_DATE.fullmatch(first):
        written = iso_dates(values)
        return None if written is None else _mjd_of(written)
    return None


_ISO_START = re.compile(r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}")
# "2017-243.36", "2017-243T08:38:16", "2017:243:08:38:16": a year and its days, counted from 1.
_DAY_OF_YEAR = re.compile(
    r"\s*(?P<year>\d{4})[-:](?P<day>\d{3}(?:\.\d*)?)(?:[T: ](?P<clock>\d\d:\d\d(?::\d\d(?:\.\d*)?)?))?\s*Z?\s*"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = (
    r"(?:[T _,]+(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d*)?)?)\s*(?P<half>[ap]\.?m\.?)?)?"
    r"\s*(?P<zone>Z|UTC?|GMT|[+-]\d{2}:?\d{2})?\s*"
)
# "31.01.2020", "31 Jan 2020", "2020-Jan-31", "2020.01.31", "2020 01 31.25", "Jan 31, 2020", "20200131T040506".
WRITTEN_DATE = re.compile(
    r"\s*(?:(?P<year>\d{4})[ ./_-]?(?P<month>[a-z]{3,9}|(?<=[ ./_-])\d{1,2})[ ./_-]?"
    r"(?P<day>(?<=[ ./_a-z-])\d{1,2}(?P<part>\.\d+)?)"
    r"|(?P<first>\d{1,2})[ ./-]?(?P<second>[a-z]{3,9}|(?<=[ ./-])\d{1,2})[ ./,-]+(?P<year2>\d{4})"
    r"|(?P<name>[a-z]{3,9})\.?\s+(?P<day3>\d{1,2}),?\s+(?P<year3>\d{4})"
    r"|(?P<compact>\d{8})(?=T\d{6}))"
    r"(?:" + _CLOCK + r"|T(?P<short>\d{6}(?:\.\d+)?)Z?\s*)",
    re.IGNORECASE,
)


def iso_dates(values):
    """Dates in other spellings as ISO 8601; None where one is no date. 01/02/2020 is refused: which is the month?"""
    found, order = [], set()
    for value in plain_array(values):
        date = (
            None if is_missing(value) or not str(value).strip() else WRITTEN_DATE.fullmatch(value)
        )
        if date is None and not (is_missing(value) or str(value).strip().lower() in MISSING_WORDS):
            return None
        found.append(date)
        if date is not None and date["second"] and date["second"].isdigit():
            order |= {"day"} if int(date["first"]) > 12 else set()
            order |= {"month"} if int(date["second"]) > 12 else set()
    numeric = next((d for d in found if d and d["second"] and d["second"].isdigit()), None)
    if numeric is not None and len(order) != 1:
        raise ValueError(
            f"dates such as {numeric[0].strip()!r} may begin with the day or the month: write them as 2020-01-31 "
            "(dates are read as 2020-01-31 or 2020-01-31T12:00)"
        )
    texts = [None if date is None else _iso_of(date, "month" in order) for date in found]
    return (
        None
        if any(t is None and d is not None for t, d in zip(texts, found, strict=True))
        else texts
    )


def _iso_of(date, month_first):
    """One date in ISO 8601; None where its month is none."""
    if date["compact"]:
        text, clock = date["compact"], date["short"]
        clock = f"{clock[:2]}:{clock[2:4]}:{clock[4:]}"
        return f"{text[:4]}-{text[4:6]}-{text[6:]}T{clock}"
    year = date["year"] or date["year2"] or date["year3"]
    month = date["month"] or date["name"] or date["second"]
    day = date["day"] or date["day3"] or date["first"]
    if month_first and date["second"] and date["second"].isdigit():
        month, day = day, month
    if not month.isdigit():
        if month[:3].lower() not in _MONTHS:
            return None
        month = _MONTHS.index(month[:3].lower()) + 1
    day, _, part = day.partition(".")
    text = f"{year}-{int(month):02d}-{int(day):02d}"
    if date["clock"]:
        hour, rest = date["clock"].replace(",", ".").split(":", 1)
        if date["half"]:
            hour = int(hour) % 12 + 12 * (date["half"][0].lower() == "p")
        zone = date["zone"] or ""
        return f"{text}T{int(hour):02d}:{rest.rstrip('.')}{zone if zone[:1] in '+-' else ''}"
    return f"{text}.{part}" if part else text


def _of_days_of_years(values):
    """Modified Julian Dates of years and days of the year; None where one is written otherwise."""
    time = np.full(len(values), np.nan)
    for place, value in enumerate(plain_array(values)):
        if is_missing(value) or str(value).strip().lower() in MISSING_WORDS:
            continue
        date = _DAY_OF_YEAR.fullmatch(value) if isinstance(value, str) else None
        if date is None or not 1 <= float(date["day"]) < 367:
            return None
        start = np.datetime64(date["year"], "D") - np.datetime64("1858-11-17")
        parts = [float(part) for part in (date["clock"] or "0").split(":")]
        clock = sum(part / each for part, each in zip(parts, (24, 1440, 86400), strict=False))
        time[place] = start.astype(float) + float(date["day"]) - 1 + clock
    return time


def is_missing(value):
    # pandas.NA comes first: that it is not itself it cannot say.
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value


def first_word(values):
    """The first value of a column as text, where it is text or a date; None for anything else."""
    kind = getattr(getattr(values, "dtype", None), "kind", "O")
    if kind not in "OUTM" or hasattr(values, "unit") or hasattr(values, "mjd"):
        return None
    some = plain_array(values[:100])
    first = next((v for v in some if not is_missing(v)), None)
    if isinstance(first, np.datetime64):
        return str(first.astype("datetime64[s]"))
    return str(first) if isinstance(first, str) or hasattr(first, "isoformat") else None


def missing_values(values):
    """Mask of what is missing in any column."""
    import pandas as pd

    if hasattr(values, "mjd"):
        return np.zeros(len(values), dtype=bool)
    if isinstance(getattr(values, "dtype", None), pd.CategoricalDtype):
        # Without spelling out the words of millions of rows.
        return np.asarray((values.cat if hasattr(values, "cat") else values).codes) < 0
    return np.asarray(pd.isna(plain_array(values)))


def _mjd_of(values):
    import pandas as pd

    if hasattr(values, "mask") and not hasattr(values, "iloc"):
        values = plain_array(values)
    if not hasattr(values, "iloc"):
        dates = getattr(getattr(values, "dtype", None), "kind", "O") == "M"
        values = values if dates else np.asarray(values, dtype=object)
    series = pd.Series(values)
    if isinstance(series.dtype, pd.ArrowDtype):
        series = series.astype(object)
    part = 0.0
    if series.dtype.kind != "M" and isinstance(first_word(series), str):
        # "2017-09-04.35991": a day and its decimals.
        parts = series.astype(str).str.extract(r"^\s*(\d{4}[-/]\d{1,2}[-/]\d{1,2})(\.\d+)\s*$")
        if parts[0].notna().any():
            series = parts[0].where(parts[0].notna(), series)
            part = parts[1].astype(float).fillna(0.0).to_numpy()
    try:
        stamps = pd.to_datetime(
            series, utc=True, format=None if series.dtype.kind == "M" else "ISO8601"
        )
    except (ValueError, TypeError) as error:
        words = " ".join(str(error).split("\n")[0].split()).split(". You might")[0]
        if re.match(r"\d{1,2}:\d\d", first_word(series) or ""):
            words += ", a time of the day without its date"
        raise ValueError(
            f"a time is written as a date that is none: {words} (dates are read as 2020-01-31 or 2020-01-31T12:00)"
        ) from error
    whole = stamps.dt.tz_convert(None).to_numpy(dtype="datetime64[ns]")
    zero = np.datetime64("1858-11-17", "ns")
    time = np.full(len(whole), np.nan)
    there = ~np.isnat(whole)
    day = (whole[there] - zero).astype("timedelta64[D]")
    rest = (whole[there] - zero) - day
    time[there] = day.astype(np.int64) + rest.astype(np.int64) / 86400e9
    return time + part


def _spans(values):
    import pandas as pd

    spans = pd.to_timedelta(pd.Series(values))
    return (spans / pd.Timedelta(days=1)).to_numpy(dtype=np.float64)


def in_unit(values, wanted, name):
    """Values in the unit `wanted`, where they say a unit of their own that is known."""
    unit = getattr(values, "unit", None)
    if unit is None or wanted is None or type(unit).__name__ == "UnrecognizedUnit":
        return values
    if not hasattr(unit, "to"):
        return values
    try:
        factor = unit.to(wanted)
    except (AttributeError, TypeError, ValueError) as error:
        kind = "none of time" if wanted == "day" else f"not convertible to {wanted}"
        raise TypeError(f"{name} has the unit {unit}, which is {kind}") from error
    values = plain_array(getattr(values, "value", values))
    return values if factor == 1.0 else values * factor


def time_frame(time):
    """Time scale and zero that `days` gives an astropy time or dates, an empty dict for anything else."""
    if hasattr(time, "mjd"):
        # The formats of Kepler and TESS are barycentric, which an astropy scale cannot say.
        barycentric = getattr(time, "format", None) in ("bkjd", "btjd")
        return {"time_scale": "bjd_" * barycentric + time.scale, "time_zero": MJD}
    kind = getattr(getattr(time, "dtype", None), "kind", "O")
    if kind == "m":
        return {}
    return {"time_scale": "utc", "time_zero": MJD} if as_dates(time) is not None else {}


_SCALE = re.compile(r"(?:(?<=jd)|(?<![a-z]))(utc|tdb|tcb|tai|tt)(?![a-z])")
_JULIAN, _MODIFIED = ("bjd", "hjd", "jd"), ("mjd", "hmjd", "bmjd", "mhjd", "mbjd")


def clock(name, time, unit=None):
    """What a column of time stamps, "HJD", "BJD - 2454833" or "time_s", holds: (factor, zero, scale, words).

    `factor` is the days that one of its steps is, `zero` the Julian date of its zero as far as name and values tell,
    `words` say the same; `unit` is what the file says.
    """
    told = _zero_in(str(name)) or _zero_in(unit or "")
    offset = _OFFSET.search(str(name)) or (_OFFSET.search(unit) if unit else None)
    unit = unit or named_unit(name)
    kind, scale = _frame(name, unit, offset)
    middle = middle_of(time)
    if offset is not None:
        return _less_a_constant(offset, middle, scale)
    factor = 1.0 if told is None else _TIME_UNITS.get(told[1] or "d", 1.0)
    if told is not None and not middle * factor > 2.2e6:
        zero, step = told
        return factor, zero, scale, f"{step or 'days'} since JD {zero:.12g}"
    unit = "years" if base_name(name) in _YEARS else unit
    factor = _TIME_UNITS.get((unit or "").lower(), 1.0)
    if factor != 1.0:
        return factor, None, None, f"in {unit}, turned into days"
    if _are_calendar_days(name, time):
        raise ValueError(
            f"the times in {name} are written as days of the calendar or of the year, such as {middle:.14g}: write "
            "them as Julian dates, or as 2020-01-31T04:05:06"
        )
    return _since_1970(middle) or _by_size(kind, scale, middle)


def _frame(name, unit, offset):
    """The clock of a column, None without, and its scale: where it is counted, and how it ticks."""
    base = base_name(name)
    kind = _kind_of_clock(base, base_name(unit or ""), offset)
    scale = _CLOCKS.get(kind)
    said = _SCALE.search(f"{name} {unit or ''}".lower())
    if kind is not None and said:
        # "BJD_UTC", "HJD (TT)", "MJD_TAI".
        return kind, f"{scale[:4]}{said[1]}" if scale else said[1]
    if base.endswith("tai"):
        return kind or "mjd", "tai"
    return kind, scale


def _less_a_constant(offset, middle, scale):
    """A clock by what its name takes from the date, unless the dates are in full all the same."""
    named = float(offset[2].replace(",", ""))
    words = f"{offset[1].upper()} - {named:.12g}"
    if middle > 2.2e6:
        return 1.0, 0.0, scale, f"JD in full, though {words} is its name"
    return 1.0, named + MJD if named < 1e5 else named, scale, words


def _since_1970(middle):
    """The clock of computers, by the size of its numbers; None for another."""
    for words, step in (
        *(("", 1.0), ("thousandths of ", 1e-3)),
        *(("millionths of ", 1e-6), ("billionths of ", 1e-9)),
    ):
        # No clock of astronomers goes so far: 2001 to 2096, as computers count.
        if 1e9 < middle * step < 4e9:
            words += "seconds since 1970, turned into days"
            return step / SECONDS_IN_DAY, 2440587.5, "utc", words
    return None


def _by_size(kind, scale, middle):
    """A clock of days by the size of its numbers: names alone tell no zero."""
    if kind in _ZEROS and 0 < middle < 20000:
        return 1.0, _ZEROS[kind], scale, kind.upper()
    # Beyond are no dates, as seconds since the start of a spacecraft.
    if 2.0e6 < middle < 3.0e6:
        return 1.0, 0.0, scale, "JD"
    if kind in _MODIFIED and 10000 < middle < 1e5:
        return 1.0, MJD, scale, "MJD"
    if kind in _JULIAN and 40000 < middle < 90000:
        return 1.0, 2400000.0, scale, f"{kind.upper()} - 2400000"
    short = kind in _JULIAN and 0 < middle < 20000
    return 1.0, None, None, f"{kind.upper()} less a constant" if short else "days"


def _kind_of_clock(base, unit, offset):
    """The clock that a name begins or ends with, or its unit, "Barycentric MJD", "BJD_TDB"; None without."""
    unit = _SCALE.sub("", unit)
    for kind in ("hmjd", "bmjd", "mhjd", "mbjd", *_ZEROS):
        if base.startswith(kind):
            return kind
    if offset is not None:
        return _SCALE.sub("", base_name(offset[1]))
    for kind in ("bjd", "hjd", "mjd", "jd"):
        if base.startswith(kind) or base.endswith(kind):
            return kind
    return next((k for k in ("bmjd", "hmjd", *_CLOCKS, "mjd", "jd") if unit.endswith(k)), None)


def _are_calendar_days(name, time):
    """Whether numbers are 20200131.25 or 20200131040506, of a date 200131 (year, month and day), or 2020031.25."""
    some = time[:: max(1, len(time) // 1000)]
    some = some[np.isfinite(some)]
    if len(some) == 0 or not 1e5 < some.min() or some.max() > 2.2e13:
        return False
    if 1.8e6 < some.min() and some.max() < 2.2e6:
        # 2020031.25: no star was observed at so small a Julian date.
        return bool(np.all((some % 1000 >= 1) & (some % 1000 < 367)))
    some = some / 1e6 if some.min() > 1.8e13 else some
    short = some.max() < 1e6 and re.search("date|night", base_name(name))
    if not short and (some.min() < 1.8e7 or some.max() > 2.2e7):
        return False
    day = some.astype(np.int64)
    month, day = day // 100 % 100, day % 100
    return bool(np.all((month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)))


def middle_of(values):
    """The median of values, of many those from all over them; NaN where there are none."""
    some = values[:: max(1, len(values) // 10000)]
    some = some[np.isfinite(some)]
    return float(np.median(some)) if len(some) else np.nan


def brightness_unit(name, unit, quantity):
    """How values become magnitudes or fluxes of use: (factor, offset, words).

    Millimagnitudes become magnitudes; fluxes in parts per million of the mean become relative ones.
    """
    told = (unit or named_unit(name) or "").lower()
    base = base_name(name)
    if quantity == "mag":
        # "Vmmag" and "delta_mmag", but not WASP's "TAMMAG2".
        if not told and re.search(r"(?:^|[^a-z])[a-z]?mmag", str(name).lower()):
            told = "mmag"
        factor = _MAG_UNITS.get(told, 1.0)
        return factor, 0.0, None if factor == 1.0 else f"in {told}, turned into magnitudes"
    for word, factor in _RELATIVE.items():
        if told == word or (not told and base.endswith(word)):
            return factor, 1.0, f"in {word} of the mean, turned into relative flux"
    return 1.0, 0.0, _FLUX_UNITS.get(told)


# "rel_err", which is the error over the flux; "rel_flux_err" is that of a relative flux.
SHARE = re.compile(r"(?:rel(?:ative)?|frac(?:tional)?)(?=err|unc|sig|std)")
_FORMS = re.compile(
    r"(?:^sn|i(?:n)?var|invvar|inversevariance|variance|(?<=.)var|snr|s2n|signaltonoise|weights?|^w(?:ts?)?"
    r"|(?<=.)sq(?:uared?)?)$|^(?:i(?:n)?|invi?)?var(?:iance)?(?:of)?(?=mag|flux)"
)


FORM_IN_WORDS = dict.fromkeys(("sn", "snr", "s2n", "signaltonoise"), "signal to noise")
FORM_IN_WORDS |= dict.fromkeys(("sq", "square", "squared"), "squared")


def error_form(name):
    """What a column tells an error by, "snr", "ivar" or "var" as it is called; None for none of these."""
    found = _FORMS.search(base_name(name))
    return found[0] if found else None


def is_weight(form):
    """Whether this form of an error is a weight, which may be 1 / error^2 or any other: only the user knows."""
    return form is not None and form.startswith("w")


def error_of_form(error, form, value, quantity):
    """Errors from a signal to noise, a variance or its inverse, as a weight is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if FORM_IN_WORDS.get(form) == "signal to noise":
            return np.abs((2.5 / np.log(10) if quantity == "mag" else value) / error)
        return np.sqrt(1 / error if form.startswith(("i", "w")) else error)


def error_in_unit(error, name, unit, value, unit_of_value, quantity):
    """Errors in the unit of their values, and what was done: errors may be in percent, or in another unit.

    `unit` is what the table records, `unit_of_value` that of fluxes, as "mJy".
    """
    told = (unit or named_unit(name) or "").lower()
    share = next(
        (w for w in _RELATIVE if told == w or (not told and base_name(name).endswith(w))), None
    )
    # A star that is fainter by a small share is fainter by so many magnitudes.
    of_one = 2.5 / np.log(10) if quantity == "mag" else np.abs(value)
    if share is not None:
        return error * _RELATIVE[share] * of_one, f"in {share} of the flux"
    if not told and SHARE.match(base_name(name)):
        return error * of_one, "as a share of the flux"
    if quantity == "mag":
        factor, _, words = brightness_unit(name, unit, quantity)
        return error if factor == 1.0 else error * factor, words
    own = _FLUX_UNITS.get(told)
    if own is None or unit_of_value not in _JANSKYS or own == unit_of_value:
        return error, None
    return error * (_JANSKYS[own] / _JANSKYS[unit_of_value]), f"{own}, turned into {unit_of_value}"


# "<14.2", "[14.2]", "12.3:", "14.2 (UL)", "2.4D+05", with a minus of typography.
_WRITTEN = re.compile(
    r"((?:[<>\u2264\u2265\[(]|fainter than|lt\b)\s*(?:[<>=~]\s*)*)?=?~?\s*"
    r"([+\-\u2212]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?|[+-]?inf(?:inity)?)"
    r"\s*(?:[:?*])*\s*[\])]?(\s*(?:[<>]|\(?(?:ul|upper limit|u\.l\.)\)?)|\s*(?:mags?))?\s*",
    re.IGNORECASE,
)


def shortened(value):
    """A value for a message, of which a long one is cut."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def numbers_and_limits(values, name):
    """Values as numbers, and the mask of those written as limits ("<14.2"), or None.

    "<", ">", "[" or "(" before a magnitude make it an upper limit of the brightness; a colon or a
    question mark behind one an uncertain measurement, which is one all the same.
    """
    array = np.asarray(values) if not hasattr(values, "mask") else values
    if array.dtype.kind not in "OUST":
        return float_points(values, name), None
    objects = plain_array(array)
    if objects.dtype.kind != "O":
        return float_points(objects, name), None
    import pandas as pd

    # All at once what is plainly a number; one by one what is left.
    number = pd.to_numeric(pd.Series(objects), errors="coerce").to_numpy(np.float64).copy()
    limit = np.zeros(len(objects), dtype=bool)
    for place in np.flatnonzero(np.isnan(number)):
        value = objects[place]
        if not isinstance(value, str):
            if value is not None and not isinstance(value, float):
                raise TypeError(f"{name} must be real numbers, got {value!r}")
            continue
        text = value.strip().strip(END_OF_FILE)
        if text.lower() in MISSING_WORDS:
            continue
        found = _WRITTEN.fullmatch(text)
        if found is None:
            dates = " (dates are read as 2020-01-31 or 2020-01-31T12:00)"
            hint = dates if re.search(r"\d[./-]\d+[./-]\d|\d{8}T\d", text) else ""
            raise ValueError(
                f"{name} is not a number: {shortened(value)}{hint} in row {place + 1}; one number a cell, or none "
                "where nothing is measured"
            )
        limit[place] = bool(found[1] or (found[3] and "mag" not in found[3].lower()))
        number[place] = float(re.sub("[dD]", "e", found[2].replace("\u2212", "-")))
    return number, limit if limit.any() else None


def rows_of(values, which):
    """Some rows of a column, of pandas or not."""
    return values.iloc[which] if hasattr(values, "iloc") else values[which]


def are_codes(numbers):
    """Whether all numbers are whole."""
    finite = numbers[np.isfinite(numbers)]
    return bool(np.array_equal(finite, np.floor(finite)))


def are_states(numbers):
    """Whether whole numbers may tell a state, of which 0 is one; errors in millimagnitudes are all positive."""
    return are_codes(numbers) and not np.nanmin(numbers) > 0


def is_time(numbers):
    """Whether values can be time stamps: not all the same, and no numbers of rows."""
    if numbers is None:
        return True
    finite = numbers[np.isfinite(numbers)]
    if len(finite) < 3:
        return len(finite) > 0
    if np.ptp(finite) == 0:
        return False
    counting = np.array_equal(finite, finite[0] + np.arange(len(finite))) and finite[0] in (0, 1)
    return not counting


def are_whole_days(numbers):
    """Whether times tell no time of the day."""
    return numbers is not None and len(numbers) > 2 and are_codes(numbers)


def is_magnitude(numbers):
    """Whether values can be magnitudes, as far as their size tells."""
    if numbers is None:
        return True
    finite = numbers[np.isfinite(numbers)]
    return len(finite) > 0 and float(np.median(np.abs(finite))) < 1e5


def are_julian(numbers):
    """Whether values are Julian dates, in full, less 2,400,000 or modified; of the night's seconds some are fewer."""
    finite = numbers[np.isfinite(numbers) & (numbers > 0)]
    if len(finite) == 0 or np.ptp(finite) == 0:
        return False
    first, last = float(np.min(finite)), float(np.max(finite))
    return (2.4e6 < first and last < 2.5e6) or (15000 < first and last < 80000)
