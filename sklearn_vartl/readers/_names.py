"""What columns are called: names by role, best first, and words within longer names; and which holds the errors.

Names are compared without capitals, blanks and marks (`base_name`). What values decide is decided elsewhere, but for
errors: they are positive, and not far larger than all that their values do.
"""

import re
import shlex

import numpy as np

from ..light_curves import POINT_COLUMNS, Doubt
from ._units import are_codes, base_name, brightness_unit, error_form, named_unit

# What pandas makes of an index without a name, without marks.
UNNAMED_INDEX = "indexlevel0"
# Names taken for a role, best first, without blanks and marks and whatever their case.
TIME = (
    *("time", "bjdtdb", "bjd", "bjdtt", "btjd", "bkjd", "tbjd", "hjd", "hmjd", "bmjd", "mjd"),
    *(
        "datebartt",
        "datehel",
        "barytime",
        "barycentrictime",
        "mjdutc",
        "mjdtai",
        "midpointtai",
        "obsmjd",
        "mjdobs",
        "jd",
        "jdutc",
        "obsjd",
        "jdobs",
        "obstime",
    ),
    *("timebjd", "timehjd", "timemjd", "timejd", "times", "timestamp", "datetime", "dateobs"),
    *(
        "obsdate",
        "date",
        "epoch",
        "utdate",
        "utc",
        "juliandate",
        "julianday",
        "datum",
        "fecha",
        "t",
    ),
    *(
        "timedays",
        "timeday",
        "timed",
        "timehours",
        "timehr",
        "timeminutes",
        "timemin",
        "timeseconds",
    ),
    *("timesec", "timeyears", "timeyr"),
)
# A clock within a longer name, best first: "ant_mjd", "TMID_BJD", "jdmid".
CLOCK_IN_NAME = ("bjd", "hjd", "mjd", "jd")
# The same of stars and passbands: "ant_object_id", "ant_passband", "cfid".
STAR_IN_NAME = re.compile(r"(?:object|obj|star|source|target)(?:id|name)$|designation$")
OTHER_STAR = re.compile(r"comp|check|chk|ref|guide|stand")
BAND_IN_NAME = re.compile(r"(?:passband|filter|band|filterid|filtercode|(?<!con)fid)$")
NO_CLOCK = re.compile(r"corr|err|ref|first|last|start|end|zero|disc|exp(?!mid)|min|max|frac")
OF_DETECTIONS = ("detected", "isdetected", "detection", "isdetection")
# Passbands by where they are in the spectrum.
WAVELENGTHS = ("wavelength", "effwavelength", "lambdaeff", "wave", "lambda", "wl")
POINT_NAMES = {
    "time": TIME,
    "mag": ("mag", "magnitude", "magnitudes", "mags", "helligkeit", "magnitud", "m"),
    "flux": ("flux", "fluxes", "f", "scienceflux", "pdcsapflux", "kspsapflux", "detflux", "corrflux", "sapflux"),
    "band": ("band", "filter", "filt", "passband", "bandpass", "filtername", "photfilter",
             "filtercode", "filterid", "fid", "bandname", "filters", "color", "colour", *WAVELENGTHS),
    "flag": ("flag", "bad", "isbad", "badflag", "rejected", "isrejected", "reject", "outlier",
             "isoutlier", "good", "isgood", "goodflag", "valid", "isvalid", "excluded", "exclude",
             "isexcluded", "discarded", "omitted", "usable", "isusable", "used", "isused", "use", "keep"),
    "limit": ("limit", "upperlimit", "isupperlimit", "islimit", "fainterthan", "isfainterthan",
              "uplim", "nondetection", "ul", "limitflag", "upperlim", "uplimit", "isupperlim", "isul",
              "nondet", "isnondetection", "isnondet", "lim", "islim", "ulim", *OF_DETECTIONS),
    "field": ("field", "camera", "cam"),
}  # fmt: skip
STAR_NAMES = {
    "id": ("objectid", "oid", "starid", "star", "starname", "sourceid", "objid", "targetid",
           "target", "targetname", "ticid", "tic", "kicid", "kic", "epicid", "epic", "asassnid",
           "masterid", "lcid", "allwisecntr", "cntrmf", "diaobjectid", "quickobjectid", "hip", "numericalid",
           "id", "name", "object", "objname", "objectname", "sourcename", "staridentifier", "designation",
           "gaiaid", "gaiasourceid", "ztfid", "srcid", "variablename", "varname", "varid", "lightcurveid",
           "obj", "starno", "starnum", "starnumber", "objno", "objnum",
           "stern", "estrella", "toile", "etoile", "stella", UNNAMED_INDEX),
    "label": ("label",),
    "survey": ("survey",),
}  # fmt: skip
# Columns that part the numbers of stars, which may begin anew in each.
FIELDS = ("field", "fieldid", "ccd", "ccdid", "chip", "tile", "camera", "cam", "det", "detector")
# Columns that part a light curve: what was observed together may have a level of its own.
PARTS = (
    *("quarter", "sector", "campaign", "telescope", "tel", "instrument", "site", "observatory"),
    *("facility", "detector", "ccd", "run"),
)
COORDINATES = re.compile(r"(?:ra|de|dec|decl)j?(?:2000|deg|mean)?")
OFTEN_DETECTIONS = ("sourceid", "objid", "oid", "id")
ROLES = (*STAR_NAMES, "time", "mag", "magerr", "flux", "fluxerr", *POINT_COLUMNS)
# Columns that may name the stars, or where the measurements are from.
PERHAPS_STARS = ("source", "src", "variable", "var", "lc", "curve", "lightcurve")
# Columns that tell the scale of each value: the zero point of a flux, or a unit.
ZERO_POINT = re.compile(r"(?:mag|phot|calib)?(?:zp|zeropoint|zpt|zpmag|zeropt)(?:diff|mag|ab)?")
UNIT_OF_POINT = re.compile(r"(?:mag|flux)?units?|(?:mag|zp|phot)sys(?:tem)?")
# Names of an error that say nothing of what it is the error of: their values must bear them out.
GENERAL_ERRORS = ("error", "err", "uncertainty", "sigma", "sig", "unc", "std", "stddev", "stderr",
                   "dm", "dmag", "merr", "mer", "dy", "yerr", "e", "s", "uncert", "photerr", "ferr", "df",
                   "sigmapsf", "errors", "photometricerror", "rms", "fehler")  # fmt: skip
ERROR_WORDS = (
    r"(?:err(?:or)?s?|sig(?:ma)?(?:psf)?|unc(?:ert(?:ainty)?)?|std(?:dev|err)?|rms|dev(?:iation)?)"
)
QUALITY = re.compile(
    r"(?!.*(?:zp|ref|calib|corr))(?:[a-z]*flags?\d?|qual[a-z]*|[a-z]*quality|[a-z]*status|bad[a-z]*|reject[a-z]*|mask|grade)"
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
    r"(?:[a-z]{1,4}|tess|aper|calib(?:rated)?|inst|corr|w[1-4]|delta|diff|average|mean|unforced)?"
    r"(?:mmag|mag|magnitude)(?:[a-z]|aper|psf|auto|best|corr|cal|ap|[0-9])?|mmag"
)
MORE_MAGS = re.compile(
    MAG_PATTERN.pattern + "|" + MAG_PATTERN.pattern.removesuffix("?|mmag") + "?[a-z]{0,8}"
)
FLUX_PATTERN = re.compile(
    r"(?:[a-z0-9]{1,12})?flux(?:[a-z0-9]{1,10})?|u?n?m?jy|counts?|cts|adu|electrons|ppm|ppt"
    r"|(?:count|net)?rate|nmgy|nanomaggies"
)
NO_BRIGHTNESS = re.compile(
    ERROR_WORDS
    + r"|image|lim|ref|zp|zero|comp|bkg|sky|sys|nr$|num|type|var$|^[eq](?=.*mag)|(?<!averag)emag"
    r"|flag|ratio|snr|status|^log|^ln"
)
WORDS = {"mag": "magnitude", "magerr": "error", "fluxerr": "error", "id": "star"}


class NoLightCurves(ValueError):
    """Columns among which there is no time or no brightness."""


def are_bands(names):
    """Whether these are several passbands."""
    small = {re.sub(r"[^a-z0-9]", "", str(name).lower()) for name in names}
    prefix = r"(?:ztf|lsst|sdss|ps1?|atlas|gaia|johnson|bessell|cousins|sloan|des)?"
    return len(small) > 1 and all(
        name and re.sub(rf"^{prefix}(?=.)", "", name) in PASSBANDS for name in small
    )


def named_by_bands(names):
    """That stars are called by bands, and may be one star."""
    mend = "of one star in several bands make one table, with a column that names the band"
    return Doubt(
        f"the stars are called {', '.join(map(str, names[:4]))}, as bands are", None, mend, mend
    )


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
        f'in columns={{"{role}": "{names[0]}"}} (in the shell {in_shell(role, names[0])})'
    )


def in_shell(role, name):
    """The option that names the column of a role, quoted where the shell needs it."""
    return f"--columns {shlex.quote(f'{role}={name}')}"


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
        or re.fullmatch(r"magpsferr|merr|magsd", rest)
    ) and not re.search(r"flag|zp|lim|ref|sys|calib", rest)


def likely_roles(free, known):
    """Which of these columns may be the time and the brightness, beside roles that are known; {} if none can."""
    example = dict(known)
    free = [n for n in free if not re.match(r"phase|ra$|dec$|row$|log|minus", base_name(n))]
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
    if error_form(name) == "sn" and are_codes(finite):
        return "its values are whole numbers"
    if np.mean(finite > 0) < 0.5:
        return "most of its values are not positive"
    # "err [mmag]" beside magnitudes.
    units = [brightness_unit(n, table.unit(n), "mag")[0] for n in (name, value_name)]
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
