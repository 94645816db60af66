"""The surveys of unseen.py: their stars, what their labels mean, and which are kept apart."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from sklearn_vartl import LightCurveFeatures, read_light_curves

# Survey -> file, and the name in it where a file holds several.
FILES = {
    "crts": ("crts", None),
    "asas": ("asas", None),
    "hipparcos": ("hipparcos_ogle", "HIPPARCOS"),
    "ogle": ("hipparcos_ogle", "OGLE"),
    "lmc_cepheids": ("lmc_cepheids", None),
    "gaia": ("gaia", None),
    "kepler": ("kepler", None),
}
TITLES = {
    "crts": "CRTS",
    "asas": "ASAS",
    "hipparcos": "Hipparcos",
    "ogle": "OGLE",
    "lmc_cepheids": "LMC Cepheids",
    "gaia": "Gaia",
    "kepler": "Kepler",
}
# The same stars of the Magellanic Clouds stand in both: neither is a source for the other.
APART = ({"ogle", "lmc_cepheids"},)

# Finest classes of all surveys by what they are to a person: the units of zero-shot figures.
GROUPS = {
    "RR Lyrae": ("RRAB", "RRC", "RRD"),
    "Cepheids": ("CEP", "CEP_MULTI", "T2CEP", "ACEP", "RVTAU"),
    "eclipsing": ("EC", "ESD", "ED"),
    "long-period": ("LPV", "MIRA", "SR", "OSARG"),
    "delta Scuti": ("DSCT", "BCEP", "SXPHE"),
    "g modes": ("GDOR", "SPB"),
    "rotating": ("ROT", "ACV", "ELL"),
    "not periodic": ("NONVAR", "SOLARLIKE"),
}
# What a label of a survey may be: where the survey did not part classes, a set of them.
RR_LYRAE, CEPHEIDS, ECLIPSING = GROUPS["RR Lyrae"], GROUPS["Cepheids"][:4], GROUPS["eclipsing"]
LABELS = {
    "crts": {"EC": ("EC", "ESD"), "RRAB_BL": ("RRAB",)},
    "asas": {"E": ECLIPSING, "MIRA": ("LPV",)},
    "hipparcos": {"CP": ("ACV",), "MIRA": ("LPV",), "SR": ("LPV",), "RVTAU": ("T2CEP",)}
    | {"SXPHE": ("DSCT",), "LBOO": ("DSCT",), "ELL": ("ROT",)},
    "ogle": {},
    "lmc_cepheids": {},
    "gaia": {"RRLYR": RR_LYRAE, "CEPHEID": CEPHEIDS, "E": ECLIPSING}
    | {"DSCT_GDOR_SXPHE": ("DSCT", "GDOR")},
    "kepler": {"DSCT": ("DSCT", "BCEP"), "GDOR": ("GDOR", "SPB"), "E": ECLIPSING}
    | {"CONTACT_ROT": ("EC", "ROT", "ACV"), "RRLYR_CEPHEID": RR_LYRAE + CEPHEIDS},
}
# The ambiguous class of ASAS is no class to be learned, and a class needs some stars.
NOT_LEARNED, FEWEST = {"asas": ("E",)}, 15
TEST_PARTS = 3
# MACHO observed from July 1992, so many days before JD 2450000, to January 2000.
MACHO_BEGINS = 1200
# What tells whether a star varies: a set, and what is had by name only.
EVIDENCE = ("evidence", "block_chance", "block_lag_chance")


@dataclass(frozen=True)
class Survey:
    """Labelled stars of a survey: features of both sets, labels, groups of the same star."""

    name: str
    stars: object
    X: np.ndarray
    groups: np.ndarray

    @cached_property
    def y(self):
        """Labels as the survey has them."""
        return self.stars.labels.astype(str)

    @cached_property
    def allowed(self):
        """For each star the classes it may be."""
        table = LABELS[self.name]
        return [table.get(label, (label,)) for label in self.y]

    @cached_property
    def learned(self):
        """Mask of the stars whose class is learned from few labels."""
        names, counts = np.unique(self.y, return_counts=True)
        kept = names[counts >= FEWEST]
        return np.isin(self.y, kept) & ~np.isin(self.y, NOT_LEARNED.get(self.name, ()))

    @cached_property
    def split(self):
        """Rows of the stars that may be labelled, and of the test stars; doubles on one side."""
        rows = np.flatnonzero(self.learned)
        folds = StratifiedGroupKFold(TEST_PARTS, shuffle=True, random_state=0)
        rest, test = next(iter(folds.split(rows, self.y[rows], self.groups[rows])))
        return rows[rest], rows[test]

    def draw(self, n_labels, seed):
        """Rows of `n_labels` labelled stars of each class (None: all of them)."""
        rest, _ = self.split
        if n_labels is None:
            return rest
        rng = np.random.default_rng([seed, n_labels])
        chosen = [
            rng.permutation(rest[self.y[rest] == label])[:n_labels] for label in np.unique(self.y)
        ]
        return np.sort(np.concatenate(chosen))


def read_survey(name, folder, cap, features):
    """The stars of a survey, at most `cap` of a class, with their features.

    Parameters
    ----------
    name : str
    folder : path
    cap : int
    features : LightCurveFeatures
        With a `memory`, so that a survey is computed once.
    """
    stars = capped(labelled_stars(folder, name), cap)
    X = features.transform(stars)
    periods = X[:, 0] if name == "lmc_cepheids" else None
    return Survey(name, stars, X, same_star(stars, periods))


def read_stars(folder, file):
    """The stars of a file, as they were observed."""
    stars = read_light_curves(folder / f"{file}.parquet")
    return forwards(stars) if file == "lmc_cepheids" else stars


def labelled_stars(folder, name):
    """The labelled stars of a survey."""
    file, survey = FILES[name]
    stars = read_stars(folder, file).labelled()
    return stars if survey is None else stars[np.asarray(stars.survey).astype(str) == survey]


def forwards(stars):
    """The LMC's Cepheids with MACHO's times the right way round, without stars that have each point twice.

    In the file they run backwards, days before JD 2450000 being positive: nights of Mount Stromlo (14 h UT) at
    10 h, the survey's end in 2000 in 1991, and slow rises with fast falls, as no Cepheid has them.
    """
    macho = np.asarray(stars.survey).astype(str) == "MACHO"
    first, last = (np.array([bound(star.time) for star in stars]) for bound in (np.min, np.max))
    twice = macho & (first < -MACHO_BEGINS) & (last > MACHO_BEGINS)
    star = np.repeat(np.arange(len(stars)), np.diff(stars.offsets))
    time = np.where(macho[star], -stars.time, stars.time)
    order = np.lexsort((time, star))
    mended = stars.replace(time=time[order], mag=stars.mag[order], magerr=stars.magerr[order])
    return mended[~twice]


def sources_of(target, names):
    """Surveys that a model may learn before it meets the target."""
    kept_out = {target}.union(*(pair for pair in APART if target in pair))
    return [name for name in names if name not in kept_out]


def both_sets(memory, n_jobs=None):
    """The extractor of both sets of features, and of the evidence behind them."""
    names = ["vartl", "upsilon", *EVIDENCE]
    return LightCurveFeatures(
        names, outliers="drop_all", on_error="nan", memory=memory, n_jobs=n_jobs
    )


def capped(stars, cap):
    """At most `cap` stars of each class."""
    labels, rng = stars.labels.astype(str), np.random.default_rng(0)
    chosen = [rng.permutation(np.flatnonzero(labels == c))[:cap] for c in np.unique(labels)]
    return stars[np.sort(np.concatenate(chosen))]


def same_star(stars, periods=None):
    """Number of the group of each star; those of the same magnitudes, or period, are one star.

    One Cepheid stands in several surveys of the Magellanic Clouds under other names: `periods`
    tells, to four digits.
    """
    if periods is not None:
        keys = [f"{period:.4g}" for period in periods]
    else:
        keys = [hashlib.md5(np.sort(star.mag).tobytes()).hexdigest() for star in stars]
    return np.unique(keys, return_inverse=True)[1]


def shuffled(stars, rng):
    """Magnitudes and their errors in random order: the noise of the survey, and no variable star."""
    pieces = zip(stars.offsets[:-1], stars.offsets[1:], strict=True)
    order = np.concatenate([first + rng.permutation(end - first) for first, end in pieces])
    return stars.replace(
        mag=stars.mag[order],
        magerr=stars.magerr[order],
        labels=np.full(len(stars), "NONVAR", dtype=object),
    )


NOISES = ("white", "nightly", "red", "seasonal", "bad nights")


def quoted(star):
    """Errors of a star, with the usual one where none is given, and the usual one."""
    given = np.isfinite(star.magerr) & (star.magerr > 0)
    usual = np.median(star.magerr[given]) if given.any() else 0.02
    return np.where(given, star.magerr, usual), usual


def beside_white(kind, time, rng):
    """Noise of unit size of one kind, at times from 0; none of the white kind."""
    if kind == "nightly":
        return rng.standard_normal(int(time.max()) + 1)[time.astype(int)]
    if kind == "seasonal":
        season = (time / 365.25 + rng.random()).astype(int)
        return rng.standard_normal(season.max() + 1)[season]
    if kind == "bad nights":
        n_nights = int(time.max()) + 1
        bad = rng.random(n_nights) < rng.uniform(0.003, 0.06)
        off = rng.choice([-1.0, 1.0], n_nights) * rng.standard_exponential(n_nights)
        return rng.uniform(2.0, 6.0) * (bad * off)[time.astype(int)]
    if kind == "red":
        return correlated(time, 10 ** rng.uniform(0, 2.3), rng)
    return np.zeros(len(time))


def noise_like(stars, rng):
    """Stars of a survey's times and errors that do not vary: each has one of five kinds of noise.

    White noise is what the errors say, wrong by up to a factor two; nightly, red and seasonal noise
    comes on top, half to three times as large, or few nights are off by several times as much.
    """
    mag, kinds = np.full(len(stars.mag), 15.0), []
    for i, star in enumerate(stars):
        part = slice(stars.offsets[i], stars.offsets[i + 1])
        time = np.asarray(star.time) - star.time.min()
        error, usual = quoted(star)
        kind = NOISES[i % len(NOISES)]
        more = usual * 10 ** rng.uniform(-0.3, 0.5)
        mag[part] += 2 ** rng.uniform(-1, 1) * error * rng.standard_normal(len(time))
        mag[part] += more * beside_white(kind, time, rng)
        kinds.append(kind)
    labels = np.full(len(stars), "NONVAR", dtype=object)
    return stars.replace(mag=mag, labels=labels), np.array(kinds)


def correlated(time, scale, rng):
    """Unit noise that forgets itself within `scale` days."""
    order = np.argsort(time, kind="stable")
    memory = np.exp(-np.diff(time[order], prepend=-np.inf) / scale)
    fresh, out, now = rng.standard_normal(len(time)), np.empty(len(time)), 0.0
    for i, keeps, new in zip(order, memory, fresh, strict=True):
        now = out[i] = keeps * now + np.sqrt(1.0 - keeps**2) * new
    return out
