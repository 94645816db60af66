"""Whether "not variable" is a matter of evidence: variables that are called NONVAR, noise that is not.

    python examples/benchmarks/not_variable.py FOLDER

Real stars of each survey in FOLDER, a random 600 of them: the share that a shipped model calls NONVAR, with
its standard error, and the share with the right group of classes. "With evidence" are stars whose period is
beyond that of 99 in 100 light curves of noise at the times of the same survey (`block_lag_chance`): what is
called NONVAR among them could have been known better; a star without may be as constant as the noise is, for
all that its points tell.

Then noise at the times and with the errors of real stars, 100 of each kind, that is called variable at all, or
periodic (neither NONVAR nor QSO nor SOLARLIKE). White noise is what the errors say, or twice or half as much; nightly,
red (1 to 200 days) and seasonal noise are as much again on top (``--ratio``), or, with ``--ratio spread``, half
to three times the quoted errors.
"""

import argparse
from pathlib import Path

import numpy as np
from unseen_methods import zero_shot
from unseen_surveys import (
    FILES,
    NOISES,
    TITLES,
    Survey,
    beside_white,
    labelled_stars,
    quoted,
    same_star,
)

from sklearn_vartl import LightCurveFeatures, load_model, load_pretrained
from sklearn_vartl.light_curves import concatenate

# Surveys at whose times noise is shown; what is with evidence, each tells by noise of its own.
CADENCES = ("asas", "crts", "hipparcos", "gaia")
FACTORS = (1.0, 2.0, 0.5)
APERIODIC = ("NONVAR", "QSO", "SOLARLIKE")
BEYOND = "block_lag_chance"


def read(name, folder, n_stars):
    """A random sample of the labelled stars of a survey."""
    stars = labelled_stars(folder, name)
    chosen = np.random.default_rng(0).permutation(len(stars))[:n_stars]
    return stars[np.sort(chosen)]


def noise(stars, kind, factor, ratio, rng):
    """Noise at the times of some stars: `factor` times the quoted errors, and what is not white on top."""
    mag = np.full(len(stars.mag), 15.0)
    for i, star in enumerate(stars):
        part = slice(stars.offsets[i], stars.offsets[i + 1])
        time = np.asarray(star.time) - star.time.min()
        error, usual = quoted(star)
        more = usual * (
            10 ** rng.uniform(-0.3, 0.5) if ratio == "spread" else factor * float(ratio)
        )
        mag[part] += factor * error * rng.standard_normal(len(time))
        mag[part] += more * beside_white(kind, time, rng)
    return stars.replace(mag=mag, labels=np.full(len(stars), "NONVAR", dtype=object))


def noise_of(stars, n_stars, ratio):
    """Noise of every kind and factor at the times of some stars, and which is which."""
    rng = np.random.default_rng(77)
    base = stars[np.sort(rng.permutation(len(stars))[:n_stars])]
    cases = [(kind, factor) for kind in NOISES for factor in FACTORS]
    parts = [noise(base, kind, factor, ratio, rng) for kind, factor in cases]
    return concatenate(parts), np.repeat(np.arange(len(cases)), len(base)), cases


def percent(hits):
    """A share in percent and its standard error."""
    share = np.mean(hits)
    return f"{100 * share:.1f} +- {100 * np.sqrt(share * (1 - share) / len(hits)):.1f}"


def load(name):
    """A shipped model, or one in a file."""
    return load_model(name) if name.endswith(".vartl") else load_pretrained(name)


def judge(model, columns, tables):
    """Print what a model says of the real stars and of the noise.

    Parameters
    ----------
    model : TransferPipeline
    columns : list of str
        Names of the features.
    tables : dict of survey -> (Survey, noise features, case of each, cases)
    """
    shown = [columns.index(name) for name in model[0].get_feature_names_out()]
    beyond, classifier = columns.index(BEYOND), model[-1]
    print(
        "| survey | variables | called NONVAR (%) | with evidence (%) | of these NONVAR (%) | right group |"
    )
    print("|---|---|---|---|---|---|")
    for name, (survey, noisy, _, _) in tables.items():
        proba = classifier.predict_proba(survey.X[:, shown])
        scores = zero_shot(proba, classifier.classes_, survey)
        varies = survey.y != "SOLARLIKE"
        still = (classifier.predict(survey.X[:, shown]) == "NONVAR")[varies]
        sure = (survey.X[:, beyond] < np.nanquantile(noisy[:, beyond], 0.01))[varies]
        print(
            f"| {TITLES[name]} | {varies.sum()} | {percent(still)} | {100 * sure.mean():.0f} | "
            f"{percent(still[sure])} | {scores['right']:.3f} |"
        )
    print(
        "\n| noise at the times of | kind | errors right | twice as much | half as much | periodic, all |"
    )
    print("|---|---|---|---|---|---|")
    for name in CADENCES:
        _, noisy, case, cases = tables[name]
        found = classifier.predict(noisy[:, shown])
        for kind in NOISES:
            own = [np.flatnonzero(case == cases.index((kind, factor))) for factor in FACTORS]
            shares = [percent(found[rows] != "NONVAR") for rows in own]
            periodic = percent(~np.isin(found[np.concatenate(own)], APERIODIC))
            print(f"| {TITLES[name]} | {kind} | {' | '.join(shares)} | {periodic} |")
        print(f"| {TITLES[name]} | all | {percent(found != 'NONVAR')} | | | |")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", nargs="+", default=["universal"], help="names or files")
    parser.add_argument("--stars", type=int, default=600, help="of each survey at most")
    parser.add_argument("--noise", type=int, default=100, help="light curves of each kind")
    parser.add_argument(
        "--ratio", default="1", help="noise that is not white over white, or 'spread'"
    )
    args = parser.parse_args()
    models = {name: load(name) for name in args.models}
    wanted = [name for model in models.values() for name in model[0].get_feature_names_out()]
    columns = list(dict.fromkeys([*wanted, BEYOND]))
    features, tables = LightCurveFeatures(columns, on_error="nan"), {}
    for name in FILES:
        stars = read(name, args.folder, args.stars)
        survey = Survey(name, stars, features.transform(stars), same_star(stars))
        of_noise, case, cases = noise_of(stars, args.noise, args.ratio)
        tables[name] = survey, features.transform(of_noise), case, cases
    for name, model in models.items():
        print(f"\n{name}\n")
        judge(model, columns, tables)


if __name__ == "__main__":
    main()
