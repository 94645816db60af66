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
from unseen_surveys import FILES, NOISES, TITLES, Survey, correlated, same_star

from sklearn_vartl import LightCurveFeatures, load_model, load_pretrained, read_light_curves
from sklearn_vartl.light_curves import concatenate

CADENCES = ("asas", "crts", "hipparcos", "gaia")
FACTORS = (1.0, 2.0, 0.5)
APERIODIC = ("NONVAR", "QSO", "SOLARLIKE")
BEYOND = "block_lag_chance"


def read(name, folder, n_stars):
    """A random sample of the labelled stars of a survey."""
    file, survey = FILES[name]
    stars = read_light_curves(folder / f"{file}.parquet").labelled()
    if survey is not None:
        stars = stars[np.asarray(stars.survey).astype(str) == survey]
    chosen = np.random.default_rng(0).permutation(len(stars))[:n_stars]
    return stars[np.sort(chosen)]


def noise(stars, kind, factor, ratio, rng):
    """Noise at the times of some stars: `factor` times the quoted errors, and what is not white on top."""
    mag = np.full(len(stars.mag), 15.0)
    for i, star in enumerate(stars):
        part = slice(stars.offsets[i], stars.offsets[i + 1])
        time = np.asarray(star.time) - star.time.min()
        given = np.isfinite(star.magerr) & (star.magerr > 0)
        usual = np.median(star.magerr[given]) if given.any() else 0.02
        error = np.where(given, star.magerr, usual)
        more = usual * (
            10 ** rng.uniform(-0.3, 0.5) if ratio == "spread" else factor * float(ratio)
        )
        mag[part] += factor * error * rng.standard_normal(len(time))
        if kind == "nightly":
            mag[part] += more * rng.standard_normal(int(time.max()) + 1)[time.astype(int)]
        elif kind == "seasonal":
            season = (time / 365.25 + rng.random()).astype(int)
            mag[part] += more * rng.standard_normal(season.max() + 1)[season]
        elif kind == "red":
            mag[part] += more * correlated(time, 10 ** rng.uniform(0, 2.3), rng)
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


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="universal", help="a shipped one's name, or a file")
    parser.add_argument("--stars", type=int, default=600, help="of each survey at most")
    parser.add_argument("--noise", type=int, default=100, help="light curves of each kind")
    parser.add_argument(
        "--ratio", default="1", help="noise that is not white over white, or 'spread'"
    )
    args = parser.parse_args()
    path = Path(args.model)
    model = load_model(path) if path.suffix == ".vartl" else load_pretrained(args.model)
    wanted, classes = model[0].get_feature_names_out().tolist(), model[-1].classes_.astype(str)
    features = LightCurveFeatures(list(dict.fromkeys([*wanted, BEYOND])), on_error="nan")
    shown = [features.get_feature_names_out().tolist().index(name) for name in wanted]
    beyond = features.get_feature_names_out().tolist().index(BEYOND)
    tables = {name: read(name, args.folder, args.stars) for name in FILES}
    called, lines = {}, []
    for name, stars in tables.items():
        X = features.transform(stars)
        of_noise, case, cases = noise_of(stars, args.noise, args.ratio)
        noisy = features.transform(of_noise)
        proba = model[-1].predict_proba(X[:, shown])
        survey = Survey(name, stars, X, same_star(stars))
        scores = zero_shot(proba, classes, survey)
        varies = survey.y != "SOLARLIKE"
        still = (model[-1].predict(X[:, shown]) == "NONVAR")[varies]
        sure = (X[:, beyond] < np.nanquantile(noisy[:, beyond], 0.01))[varies]
        lines.append(
            f"| {TITLES[name]} | {varies.sum()} | {percent(still)} | {100 * sure.mean():.0f} | "
            f"{percent(still[sure])} | {scores['right']:.3f} |"
        )
        called[name] = model[-1].predict(noisy[:, shown]), case
    print(
        "| survey | variables | called NONVAR (%) | with evidence (%) | of these NONVAR (%) | right group |"
    )
    print("|---|---|---|---|---|---|")
    print("\n".join(lines))
    print(
        "\n| noise at the times of | kind | errors right | twice as much | half as much | periodic, all |"
    )
    print("|---|---|---|---|---|---|")
    for name in CADENCES:
        found, case = called[name]
        for kind in NOISES:
            own = [np.flatnonzero(case == cases.index((kind, factor))) for factor in FACTORS]
            shares = [percent(found[rows] != "NONVAR") for rows in own]
            periodic = percent(~np.isin(found[np.concatenate(own)], APERIODIC))
            print(f"| {TITLES[name]} | {kind} | {' | '.join(shares)} | {periodic} |")
    for name in CADENCES:
        print(
            f"{TITLES[name]}: {percent(called[name][0] != 'NONVAR')}% of all its noise is called variable"
        )


if __name__ == "__main__":
    main()
