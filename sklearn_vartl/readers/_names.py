"""What columns are called: names by role, best first, and words within longer names; which holds the errors; cells.

Names are compared without capitals, blanks and marks (`base_name`). What values decide is decided elsewhere, but for
errors: they are positive, and not far larger than all that their values do.
"""

import re
import shlex

import numpy as np

from ..light_curves import POINT_COLUMNS, Doubt, plain_array
from ._units import (
    MISSING_NUMBERS,
    MISSING_WORDS,
    SHARE,
    WRITTEN_DATE,
    are_codes,
    base_name,
    brightness_unit,
    error_form,
    is_weight,
    named_unit,
)

# What pandas makes of an index without a name, without marks.
UNNAMED_INDEX = "indexlevel0"
# Names taken for a role, best first, without blanks and marks and whatever their case.
TIME = (
    *("time", "bjdtdb", "bjd", "bjdtt", "btjd", "bkjd", "tbjd", "hjd", "hmjd", "bmjd", "mjd"),
    *("datebartt", "datehel", "barytime", "barycentrictime", "mjdutc", "mjdtai", "midpointtai"),
    *("obsmjd", "mjdobs", "jd", "jdutc", "unixtime", "timeunix", "obsjd", "jdobs", "obstime"),
    *("timebjd", "timehjd", "timemjd", "timejd", "times", "timestamp", "datetime", "dateobs"),
    *("obsdate", "date", "epoch", "utdate", "utc", "juliandate", "julianday", "datum", "fecha"),
    *("zeit", "temps", "tiempo", "tempo", "jourjulien", "jj", "diajuliano", "dj", "giornogiuliano"),
    *("decimalyear", "decyear", "yeardecimal", "fractionalyear"),
    *("t", "timedays", "timeday", "timed", "timehours", "timehr", "timeminutes", "timemin"),
    *("timeseconds", "timesec", "timeyears", "timeyr"),
)
# A clock within a longer name, best first: "ant_mjd", "TMID_BJD", "jdmid".
CLOCK_IN_NAME = ("bjd", "hjd", "mjd", "jd")
# The same of stars and passbands: "ant_object_id", "ant_passband", "cfid".
STAR_IN_NAME = re.compile(r"(?:object|obj|star|source|target)(?:id|name)$|designation$")
OTHER_STAR = re.compile(r"comp|check|chk|ref|guide|stand")
BAND_IN_NAME = re.compile(r"(?:passband|filter|band|filterid|filtercode|(?<!con)(?<!r)fid)$")
NO_CLOCK = re.compile(r"corr|err|ref|first|last|start|end|zero|disc|exp(?!mid)|min|max|frac")
OF_DETECTIONS = ("detected", "isdetected", "detection", "isdetection")
# Of bands, or of stars.
COLOURS = ("color", "colour")
# Passbands by where they are in the spectrum.
WAVELENGTHS = ("wavelength", "effwavelength", "lambdaeff", "wave", "lambda", "wl")
POINT_NAMES = {
    "time": TIME,
    "mag": ("mag", "magnitude", "magnitudes", "mags", "helligkeit", "groesse", "gre", "magnitud",
            "magnitudine", "m"),
    "flux": ("flux", "fluxes", "f", "scienceflux", "pdcsapflux", "kspsapflux", "detflux", "corrflux", "sapflux"),
    "band": ("band", "filter", "filt", "passband", "bandpass", "filtername", "photfilter",
             "filtercode", "filterid", "fid", "bandname", "filters", *COLOURS, *WAVELENGTHS),
    "flag": ("flag", "bad", "isbad", "badflag", "rejected", "isrejected", "reject", "outlier",
             "isoutlier", "good", "isgood", "goodflag", "goodbad", "valid", "isvalid", "accepted", "included",
             "isincluded", "excluded", "exclude", "isexcluded",
             "discarded", "omitted", "usable", "isusable", "used", "isused", "use", "weight", "keep",
             "ok", "isok", "photok", "goodphot", "useinfit", "masked", "ismasked", "clipped", "isclipped", "saturated",
             "issaturated"),
    "limit": ("limit", "upperlimit", "isupperlimit", "islimit", "fainterthan", "isfainterthan",
              "uplim", "nondetection", "ul", "limitflag", "upperlim", "uplimit", "isupperlim", "isul",
              "nondet", "isnondetection", "isnondet", "lim", "islim", "ulim", "censored",
              "iscensored", "upper", "isupper", "belowlimit", *OF_DETECTIONS),
    "field": ("field", "camera", "cam"),
}  # fmt: skip
STAR_NAMES = {
    "id": ("objectid", "oid", "starid", "star", "starname", "sourceid", "objid", "targetid",
           "target", "targetname", "ticid", "tic", "kicid", "kic", "epicid", "epic", "asassnid",
           "masterid", "lcid", "allwisecntr", "cntrmf", "diaobjectid", "quickobjectid", "hip", "numericalid",
           "id", "name", "object", "objname", "objectname", "sourcename", "staridentifier", "designation", "iauname",
           "gaiaid", "gaiasourceid", "ztfid", "srcid", "variablename", "varname", "varid", "lightcurveid",
           "obj", "starno", "starnum", "starnumber", "objno", "objnum", "ident", "identifier",
           "mainid", "auid", "snid", "cid",
           "desig", "hd", "snname", "sn", "lcname", "koi", "ascc", "tyc", "thingid", "atoid", "nsvs", "linearid",
           "stern", "estrella", "toile", "etoile", "stella", UNNAMED_INDEX),
    "label": ("label",),
    "survey": ("survey",),
}  # fmt: skip
# Role of the columns by which a survey flags points, before their names.
REJECT = "reject:"
# Columns that part the numbers of stars, which may begin anew in each.
FIELDS = ("field", "fieldid", "ccd", "ccdid", "chip", "tile", "camera", "cam", "det", "detector")
# Columns that part a light curve: what was observed together may have a level of its own.
PARTS = (
    *("quarter", "sector", "campaign", "telescope", "tel", "instrument", "site", "observatory"),
    # Of the reports to the AAVSO: standard magnitudes, and those less the comparison star's.
    *("facility", "detector", "ccd", "run", "mtype"),
)
COORDINATES = re.compile(r"(?:ra|de|dec|decl|[ge]?l(?:on|at))j?(?:2000|deg|mean)?")
OFTEN_DETECTIONS = ("sourceid", "objid", "oid", "id")
ROLES = (*STAR_NAMES, "time", "mag", "magerr", "flux", "fluxerr", *POINT_COLUMNS)
# Columns that may name the stars, or where the measurements are from.
PERHAPS_STARS = (
    *("source", "src", "variable", "var", "lc", "curve", "lightcurve", "number", "num", "no", "nr"),
    "seq",
)
# Words of each row that name no star.
NO_STARS = re.compile(
    r"obs|tel|site|station|cam|inst|det|ccd|com|rem|note|flag|qual|stat|grade|type|class|chart|check|ref|surv|cat|ver|"
    r"date|day|time|night|file|frame|image|img|exp|sys|mode|pipe|prog|method|origin|facil|author|^ra|^de|sky|weather|"
    r"fil|band|color|colour|unit|group|season|sector|quarter|run|field|mtype|trans|user|path|url"
)
# Columns that tell the scale of each value: the zero point of a flux, or a unit.
ZERO_POINT = re.compile(r"(?:mag|phot|calib)?(?:zp|zeropoint|zpt|zpmag|zeropt)(?:diff|mag|ab)?")
UNIT_OF_POINT = re.compile(r"(?:mag|flux)?units?|(?:mag|zp|phot)sys(?:tem)?")
# Names of an error that say nothing of what it is the error of: their values must bear them out.
GENERAL_ERRORS = ("error", "err", "uncertainty", "sigma", "sig", "unc", "std", "stddev", "stderr",
                   "dm", "dmag", "merr", "mer", "dy", "yerr", "e", "s", "uncert", "photerr", "ferr", "df",
                   "sigmapsf", "errors", "photometricerror", "photometricuncertainty", "rms", "fehler",
                   "sd", "se", "noise",
                   "precision", "scatter", "incertidumbre", "incertitude", "incerteza",
                   "unsicherheit", "erreur", "errore", "erro", "u", "ef")  # fmt: skip
ERROR_WORDS = (
    r"(?:err(?:or)?s?|sig(?:ma)?(?:psf)?|unc(?:ert(?:ainty)?)?|std(?:dev|err)?|rms|dev(?:iation)?)"
)
QUALITY = re.compile(
    r"(?!.*(?:zp|ref|calib|corr))(?:[a-z]*flags?(?:mask)?\d?|ambiguous[a-z]*|qual[a-z]*|[a-z]*quality|[a-z]*status|bad[a-z]*|reject[a-z]*|mask|grade"
    r"|cloud[a-z]*|contam[a-z]*|blend[a-z]*|warn[a-z]*|cosmic[a-z]*|edge|dq|bitmask|info|problems?|discrepant|clean|[a-z]*clip|outl[a-z]*|[a-z]*errbits)"
)
OTHER_ERRORS = re.compile(r"flux|mag|ra|de|pos|cent|x|y|sky|bkg|zp|fwhm|time|period|temp")
ROLE_NAMES = {"objectid": "id", "starid": "id", "star": "id", "class": "label", "mjd": "time"}
ROLE_NAMES |= {"magnitude": "mag", "magerror": "magerr", "fluxerror": "fluxerr", "filter": "band"}
# Passbands that give a column of magnitudes its name; a column of errors beside it must bear it out.
PASSBANDS = {
    *("u", "b", "v", "r", "i", "g", "z", "y", "j", "h", "k", "ks", "rc", "ic", "hp", "hpmag", "kp"),
    *("bp", "rp", "bt", "vt", "w1", "w2", "w3", "w4", "tmag", "cv", "clear", "o", "c"),
}
MAG_PATTERN = re.compile(
    r"(?:[a-z]{1,4}|tess|[a-z]?s?aper|calib(?:rated)?|inst|corr|w[1-4]|delta|diff|average|mean|median|med|unforced)?"
    r"(?:mmag|mag|magnitude)(?:[a-z]|aper|psf|auto|best|corr|cal|ap|ap[0-9]|[0-9])?|mmag"
)
# The variable less the comparison star, and the other way about, which is upside down.
_VARIABLE, _COMPARISON = (
    r"(?:v|var(?:iable)?|obj(?:ect)?1?|target)",
    r"(?:c|comp(?:arison)?|ref)\d?",
)
LESS_COMPARISON = re.compile(rf"(?i){_VARIABLE} *[-\u2212] *{_COMPARISON}(?: *[(\[].*)?")
LESS_VARIABLE = re.compile(rf"(?i){_COMPARISON} *[-\u2212] *{_VARIABLE}(?: *[(\[].*)?")
MORE_MAGS = re.compile(
    MAG_PATTERN.pattern + "|" + MAG_PATTERN.pattern.removesuffix("?|mmag") + "?[a-z]{0,8}"
)
FLUX_PATTERN = re.compile(
    r"(?:[a-z0-9]{1,12})?flux(?:[a-z0-9]{1,10})?|u?n?m?jy|counts?|cts|adu|electrons|ppm|ppt"
    r"|(?:count|net)?rate|nmgy|nanomaggies"
)
# Of several brightnesses, the kinds that are taken, best first.
FIRST_CHOICE = (re.compile(r"dcmag$|^magdc|^mag(?=.*dc$)"), re.compile(r"psf"))
NO_BRIGHTNESS = re.compile(
    ERROR_WORDS
    + r"|image|lim|ref|zp|zero|comp|bkg|sky|sys(?!rem)|nr$|num|type|var$|^[eq](?=.*mag)|(?<!averag)emag"
    r"|flag|ratio|snr|status|^log|^ln"
)
WORDS = {"mag": "magnitude", "magerr": "error", "fluxerr": "error", "id": "star"}


# What stands for a flag that is set, or not set, in tables written by hand.
_LIMITS = {"<", ">", "\u2264", "\u2265", "ul", "upperlimit", "upperlim", "nondetection"}
_NO_LIMITS = {"=", "detection", "detected", "det", *MISSING_WORDS}
_TRUE = {"true", "t", "yes", "y", "1", "1.0", "[", "limit", "upper", *_LIMITS}
_FALSE = {"false", "f", "no", "n", "0", "0.0", *_NO_LIMITS}
# Names of columns that say so of the good points, and words that do so whatever the name.
_GOOD_NAME = re.compile(
    r"(?:is|phot)?(?:good|valid|detect|usable|accepted|includ|weight$|use(?!r)|keep$|ok$)"
)
_BAD_WORDS = {
    *("badquality", "upperlim", "bad", "reject", "rejected", "invalid", "outlier", "unusable")
}
_GOOD_WORDS = {"good", "ok", "valid", "accepted", "usable"}


class NoLightCurves(ValueError):
    """Columns among which there is no time or no brightness."""


def are_bands(names):
    """Whether these are several passbands."""
    small = {re.sub(r"[^a-z0-9]", "", str(name).lower()) for name in names}
    prefix = r"(?:ztf|lsst|sdss|ps1?|atlas|gaia|johnson|bessell|cousins|sloan|des)?"
    return len(small) > 1 and all(
        name and re.sub(rf"^{prefix}(?=.)", "", name) in PASSBANDS for name in small
    )


def changes(numbers):
    """Whether values change from row to row more often than from star to star."""
    return numbers is None or 3 * np.count_nonzero(np.diff(numbers)) > len(numbers)


def named_by_bands(names):
    """That stars are called by bands, and may be one star."""
    mend = "of one star in several bands make one table, with a column that names the band"
    return Doubt(f"the stars are called {', '.join(map(str, names[:4]))}, as bands are", mend)


def role_of(role):
    """A role by any of its names."""
    text = re.sub(r"[^a-z]", "", str(role).lower())
    text = ROLE_NAMES.get(text, text)
    if text not in ROLES:
        raise ValueError(
            f"columns names unknown roles {[str(role)]}; the roles are {', '.join(ROLES)}"
        )
    return text


def without(columns):
    """The roles that the user leaves out."""
    return {
        role_of(role)
        for role, name in columns.items()
        if name is None or str(name).lower() == "none"
    }


def given_name(name, available):
    """A name that the user gives, as the table has it; None and "none" leave the role out."""
    if name is None:
        return None
    name = str(name)
    if name in available:
        return name
    if name.strip().lower() in ("none", ""):
        return None
    close = {each for each in available if each.strip() == name.strip()}
    close = close or {each for each in available if each.strip().lower() == name.strip().lower()}
    # A line of units below the header has put them behind the name.
    close = close or {each for each in available if each.split(" [")[0].strip() == name.strip()}
    if len(close) == 1:
        return close.pop()
    raise NoLightCurves(
        f"There is no column {name}; there are {', '.join(dict.fromkeys(available))}"
    )


def first_of(names, available):
    """The first of these names that is there, whatever its capitals."""
    exact = next((name for name in names if name in available), None)
    if exact is not None:
        return exact
    lower = {}
    for name in available:
        lower.setdefault(name.lower(), []).append(name)
    for name in names:
        if len(name) > 1 and len(lower.get(name.lower(), ())) == 1:
            return lower[name.lower()][0]
    return None


def ranked_by_name(names, available, taken):
    """The columns that bear one of these names: as written here before other spellings."""
    bases = {}
    for place, name in enumerate(available):
        if name not in taken:
            bases.setdefault(base_name(name), []).append((place, name))
    ranked = []
    for name in names:
        for _, found in sorted(bases.get(name, ()), key=lambda each: (each[1] != name, each[0])):
            if found not in ranked:
                ranked.append(found)
    return ranked


def unclear(role, names):
    """What to say where several columns could play a role."""
    return (
        f"Several columns could be the {WORDS.get(role, role)}: {', '.join(names)}. Say which, as "
        f"in {naming({role: names[0]})}"
    )


def naming(columns):
    """How columns are named by their roles, in Python and in the shell."""
    python = ", ".join(f'"{role}": "{name}"' for role, name in columns.items())
    shell = shlex.quote(",".join(f"{role}={name}" for role, name in columns.items()))
    return f"columns={{{python}}} (in the shell --columns {shell})"


def taking(role, name, told="takes it", otherwise=None):
    """What comes of a column in a role, and of none in it."""
    mend = f'columns={{"{role}": {name!r}}} {told}'
    return mend if otherwise is None else f'{mend}, {{"{role}": None}} {otherwise}'


def is_own_error(base, own, word):
    """Whether a name is made of that of its values: "cmagpsf" and "csigmapsf", "V mag" and "V err"."""
    core = re.escape(own)
    within = core.replace(word, rf"(?:{word})?{ERROR_WORDS}") if own != word else core
    return bool(
        re.fullmatch(
            rf"(?:e|d|s|u|{ERROR_WORDS}|errorin|errorof){core}|{core}{ERROR_WORDS}|{core}e|{within}",
            base,
        )
    ) or (own.endswith(word) and base == own.removesuffix(word) + "e" + word)


def about_error(base, word):
    """Whether a name like "e_Vmag", "sigmag" or "mag_unc" is of an error."""
    rest = base.replace("magnitude", "mag")
    letters = r"[a-z0-9]{0,8}"
    return bool(
        re.fullmatch(rf"e{letters}{word}{letters}", rest)
        or re.search(ERROR_WORDS, rest)
        or re.fullmatch(rf"(?:d|s|u|delta){word}", rest)
        or re.fullmatch(rf"{word}e(?:r)?", rest)
        or re.fullmatch(rf"magpsferr|merr|{word}s[de]", rest)
    ) and not re.search(r"flag|zp|lim|ref|sys|calib", rest)


def likely_roles(free, known):
    """Which of these columns may be the time and the brightness, beside roles that are known; {} if none can."""
    example = dict(known)
    free = [n for n in free if not re.match(r"phase|ra$|dec$|row$|log|minus|exp", base_name(n))]
    free = [n for n in free if base_name(n) not in (*FIELDS, *PARTS)]
    for role, likely in (
        ("time", clocks := r"jd|date|time|day|epoch|year|mid"),
        ("mag", r"^(?!.*(?:err|lim|sig)).*mag"),
        ("flux", r"^(?!.*(?:err|lim|sig)).*(?:flux|rate|count)"),
        ("time", ""),
        ("mag", rf"^(?!.*(?:err|sig|unc|flag|{clocks}))"),
    ):
        if role not in example and not (role != "time" and {"mag", "flux"} & example.keys()):
            found = [name for name in free if re.search(likely, base_name(name))]
            if found:
                example[role] = found[0]
                free.remove(found[0])
    return example if "time" in example and len(example) > 1 else {}


def error_of(table, value_name, quantity, taken, names, remarks):
    """The column of errors of the magnitudes or fluxes that were chosen; a refused one is told."""
    tiers = _error_tiers(table, value_name, quantity, taken)
    if {"mag", "flux"} <= names.keys() and quantity == "flux":
        # A bare "err" beside both could belong to either: to the one that is used.
        tiers = tiers[:2]
    for tier, candidates in enumerate(tiers):
        reasons = {n: no_error(table, n, value_name, tier) for n in candidates}
        good = [n for n in candidates if reasons[n] is None]
        if not good:
            remarks += [f"{n} is no error: {why}" for n, why in reasons.items()]
            continue
        if tier == 2:
            good.sort(key=_generality)
        if len(good) > 1 and not _all_alike(table, good):
            exact = [n for n in good if n in ("magerr", "mag_err", "fluxerr", "flux_err")]
            if len(exact) != 1:
                raise ValueError(unclear(quantity + "err", good))
            good = exact
        return good[0]
    return None


def _error_tiers(table, value_name, quantity, taken):
    """Columns that are errors by their names: of these values, of such values, of anything, or told in another form."""
    own, other = base_name(value_name), "flux" if quantity == "mag" else "mag"
    bases = {base_name(name) for name in table.points} - {own}
    tiers = [[], [], [], []]
    for name in table.points:
        base, form = base_name(name), error_form(name)
        if name in taken or base == own or (other in base and other not in own):
            continue
        if form is not None and form.startswith("sq"):
            # The square of what is an error by the rest of its name.
            base = base.removesuffix(form)
        base = SHARE.sub("", base)
        if is_own_error(base, own, quantity):
            tiers[0].append(name)
            continue
        # One that is made of the name of another column is the error of that.
        of_another = any(is_own_error(base, each, quantity) for each in bases - {base})
        if quantity in base and about_error(base, quantity):
            tiers[1] += [name] * (not of_another)
        elif re.sub(r"(?<=.)(?:percent|ppm|ppt|psf|tot(?:al)?)$", "", base) in GENERAL_ERRORS:
            tiers[2] += [name] * (not of_another)
        elif form and base.removesuffix(form).removeprefix(form) in ("", own, quantity):
            tiers[3] += [name] * (not is_weight(form))
    return tiers


def _generality(name):
    """The place of a name among the words for any error."""
    base = SHARE.sub("", base_name(name))
    return next(i for i, word in enumerate(GENERAL_ERRORS) if base.startswith(word))


def no_error(table, name, value_name, tier):
    """Why values cannot be the errors of what they belong to; None where they can.

    A name made of that of the values needs no look, one that tells the error of a magnitude or a flux only positive
    values; a general word, such as sigma, may belong to something else and is not far larger than the values' range.
    """
    error = table.numbers(name)
    if table.values is None:
        return None
    if error is None:
        return "its values are no numbers"
    finite = error[np.isfinite(error)]
    if tier == 0 or len(finite) == 0:
        return None
    if error_form(name) == "sn" and are_codes(finite):
        return "its values are whole numbers"
    if np.mean(finite > 0) < 0.5:
        return "most of its values are not positive"
    # "err [mmag]" beside magnitudes.
    units = [brightness_unit(n, table.unit(n), "mag")[0] for n in (name, value_name)]
    finite = finite * (units[0] / units[1] if units[0] != 1.0 else 1.0)
    value = table.numbers(value_name)
    if tier == 3 and (error_form(name) or "").startswith("var"):
        # The magnitude of a variable is called "var_mag", too.
        tier, finite = 2, np.sqrt(np.abs(finite))
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


def truth(values):
    """Values as truth values; None where they are something else, such as numbers."""
    array = plain_array(values)
    if array.dtype.kind == "b":
        return array
    if array.dtype.kind in "fiu":
        known = np.isnan(array) if array.dtype.kind == "f" else np.zeros(len(array), dtype=bool)
        known |= (array == 0) | (array == 1)
        return None if not known.all() else array == 1
    return _among(array, _TRUE, _FALSE)


def _among(array, true, false):
    """Mask of the words that are of the first kind; None where one is of neither."""
    words = ["" if v is None else str(v).strip().lower() for v in array]
    words = [re.sub(r"(?<=[a-z])[\s_\-]+(?=[a-z])", "", w) if len(w) > 3 else w for w in words]
    unique, inverse = np.unique(np.array(words, dtype=object).astype(str), return_inverse=True)
    if not set(unique.tolist()) <= true | false:
        return None
    return np.isin(unique, list(true))[inverse]


def told_by(values, name):
    """The points that a column tells, the bad ones or the limits, where its name or words may mean the others.

    None where its values are not true or false.
    """
    array = plain_array(values)
    bad = bad_words(array)
    if bad is not None and bad.any():
        return bad
    known = truth(array)
    return ~known if known is not None and _GOOD_NAME.match(base_name(name)) else known


def bad_words(values):
    """Mask of the words that tell bad points, beside those of good ones; None where one is neither."""
    array = plain_array(values)
    if array.dtype.kind in "biufmM":
        return None
    return _among(array, _BAD_WORDS, _GOOD_WORDS | MISSING_WORDS)


def limit_words(values):
    """Whether words tell upper limits, at least one of them; False where one tells something else."""
    array = plain_array(values)
    limits = None if array.dtype.kind in "biufmM" else _among(array, _LIMITS, _NO_LIMITS)
    return False if limits is None else bool(limits.any()) or None


def tells_by_words(values, role):
    """Whether a column tells limits by its words, "<" and blanks, or bad points, "bad" and "good"."""
    some = values[:100]
    if getattr(getattr(some, "dtype", None), "kind", "O") in "biufmM":
        return False
    # Most columns show at their top that they hold something else.
    if role == "flag":
        return bool(
            bad_words(some) is not None and (bad := bad_words(values)) is not None and bad.any()
        )
    return limit_words(some) is not False and bool(limit_words(values))


def only_mark(values):
    """The one word that a column holds beside blanks, such as "UL" or "<"; None where it is otherwise."""
    array = plain_array(values)
    if array.dtype.kind != "O":
        return None
    words = {str(v).strip() for v in array if v is not None and v == v}
    blank = len(words) != len(words := words - {""}) or any(v is None or v != v for v in array)
    mark = next(iter(words)) if len(words) == 1 else None
    return mark if blank and mark and not mark[0].isdigit() else None


def words_of(values):
    """The different words of a column; None for one of numbers."""
    values = getattr(values, "cat", values)
    if hasattr(values, "categories"):
        return list(values.categories)
    if getattr(getattr(values, "dtype", None), "kind", None) not in ("O", "U", "T"):
        return None
    return list(dict.fromkeys(v for v in plain_array(values).tolist() if isinstance(v, str)))


# --- Cells of text: comments, rules, numbers, dates

COMMENT = re.compile(r"\s*(#|%|//|!|\\)")
_RULE = re.compile(r"[\s\-=+|,;]*[-=]{2}[\s\-=+|,;]*")
NUMBER = re.compile(r"[<>\[(]?[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?[:?)\]]?")
PLAIN_NUMBER = re.compile(r"[+-]?\d*[.,]?\d+(?:[eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}[-/]\d\d?[-/]\d\d?([ T].*)?")
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


def is_comment(line):
    if line[:1].isdigit():
        return False
    if COMMENT.match(line):
        return True
    text = line.strip()
    # "-- HJD mag err": a comment; "--,--,5", "-- V1 2451.2 .01": missing values; "-----  ----": a rule.
    # "c HJD flux": a comment of Fortran's.
    # "* HJD mag", "; HJD mag": comments, too; "* alf Ori,2451.2,14.1" is a star.
    if not re.match(r"--+ *[A-Za-z]|[cC](?: +[A-Za-z]| *-{3,})|\*+ *[A-Za-z]|; +\w[^;]*$", text):
        return False
    words = re.split(r"[\s,;|]+", text)[1:]
    return sum(is_value(word) and any(map(str.isdigit, word)) for word in words) < 2


def is_rule(line):
    return not line[:1].isalnum() and bool(_RULE.fullmatch(line.strip()))


def is_value(cell):
    """Whether a cell is a number, a date or stands for none."""
    text = cell.strip().strip('"')
    return (
        text in MISSING_NUMBERS
        or NUMBER.fullmatch(text) is not None
        or DECIMAL_COMMA.fullmatch(text) is not None
        or is_date(text)
        or text.lower() in ("inf", "-inf", "+inf")
    )


def is_date(text):
    return _DATE.fullmatch(text) is not None or WRITTEN_DATE.fullmatch(text) is not None
