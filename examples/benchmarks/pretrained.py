"""What the models that come with the package are worth on a survey they have never seen.

Accuracy on ASAS without one ASAS label, Matthews correlation coefficient (MCC) after fine-tuning on
5% of the labels beside the same network from scratch, and how many light curves of pure noise get
a periodic class:

    python examples/benchmarks/pretrained.py ASAS.parquet

What it costs to keep the classes NONVAR and QSO in fine-tuning, and what it is good for:

    python examples/benchmarks/pretrained.py ASAS.parquet --kept
"""

import argparse

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import f1_score, matthews_corrcoef
from sklearn.model_selection import train_test_split

from sklearn_vartl import (
    FineTunedClassifier,
    LightCurveFeatures,
    TransferMLPClassifier,
    load_pretrained,
    read_light_curves,
)
from sklearn_vartl.datasets import simulate_survey

SIX = ("RRAB", "RRC", "DSCT", "EC", "ED", "MIRA")
EIGHT = (*SIX, "ESD", "ACV")
NOT_PERIODIC = ("NONVAR", "QSO")
N_VARTL = len(LightCurveFeatures("vartl").get_feature_names_out())
# Classes of the sources that lie within one of the target's, or are the same under another name.
PARTS = {"CP": "ACV", "SR": "MIRA", "LPV": "MIRA", "RRAB_BL": "RRAB"}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", nargs="?", default="data/light_curves/asas.parquet")
    parser.add_argument("--draws", type=int, default=5, help="draws of the labels")
    parser.add_argument("--fraction", type=float, default=0.05, help="labelled share of the target")
    parser.add_argument(
        "--noise", type=int, default=1000, help="light curves of noise of each kind"
    )
    parser.add_argument("--kept", action="store_true", help="measure fine-tuning with keep alone")
    parser.add_argument("--cache", help="folder where features are kept between runs")
    parser.add_argument("--jobs", type=int, help="processes for the features")
    return parser.parse_args()


def shuffled(stars, n_stars, rng):
    """Some of the light curves with their magnitudes in random order."""
    stars = stars[np.sort(rng.permutation(len(stars))[:n_stars])]
    pieces = zip(stars.offsets[:-1], stars.offsets[1:], strict=True)
    order = np.concatenate([first + rng.permutation(end - first) for first, end in pieces])
    return stars.replace(mag=stars.mag[order], magerr=stars.magerr[order])


def own(network, X):
    """The columns of the features that a network takes; None takes those of the set "vartl"."""
    return X[:, : N_VARTL if network is None else network.n_features_in_]


def among(proba, classes, wanted):
    """Probabilities of the target's classes: parts summed, other classes of the source left out."""
    found = np.zeros((len(proba), len(wanted)))
    for column, name in zip(proba.T, classes, strict=True):
        name = PARTS.get(name, name)
        if name in wanted:
            found[:, wanted.index(name)] += column
    return found


def zero_shot(network, X, y, wanted):
    """Accuracy without a label of the target: as predicted, and with estimated class shares."""
    chosen = np.isin(y, wanted)
    X, y, found = own(network, X[chosen]), y[chosen], []
    for priors in (None, "em"):
        network.set_params(priors=priors)
        if priors is not None:
            network.estimate_priors(X)
        proba = among(network.predict_proba(X), network.classes_, wanted)
        found.append(np.mean(np.array(wanted)[proba.argmax(axis=1)] == y))
    network.set_params(priors=None).reset_to_source()
    return found


def draws(X, y, args):
    """Labelled stars and the others, several times."""
    for seed in range(args.draws):
        yield seed, train_test_split(X, y, train_size=args.fraction, stratify=y, random_state=seed)


def periodic(network, X):
    """Share of the stars that get a class of periodic variables."""
    return np.mean(~np.isin(network.predict(own(network, X)), NOT_PERIODIC))


def fine_tuned(network, X, y, args):
    """Mean and standard deviation of the MCC on the stars without labels; None: from scratch."""
    scores = []
    for seed, (X_few, X_rest, y_few, y_rest) in draws(own(network, X), y, args):
        if network is None:
            classifier = TransferMLPClassifier(random_state=seed)
        else:
            # The classes of the target alone, as the network from scratch has them.
            classifier = FineTunedClassifier(
                FrozenEstimator(network), fine_tune_params={"keep": ()}, random_state=seed
            )
        predicted = classifier.fit(X_few, y_few).predict(X_rest)
        scores.append(matthews_corrcoef(y_rest, predicted))
    return np.mean(scores), np.std(scores)


def kept(args):
    """Print the scores of fine-tuning with and without `keep`, and who gets a periodic class."""
    target = read_light_curves(args.target).labelled()
    y = target.labels.astype(str)
    models = {
        name: load_pretrained(name)
        for name in ("multi", "universal", "multi-ensemble", "universal-ensemble")
    }
    every = [name for model in models.values() for name in model[0].get_feature_names_out()]
    names = list(dict.fromkeys(every))
    features = LightCurveFeatures(names, on_error="nan", n_jobs=args.jobs, memory=args.cache)
    half = args.noise // 2
    noise = [shuffled(target, args.noise, np.random.default_rng(0))]
    noise += [simulate_survey(half, "asas", classes=["NONVAR"], random_state=99)]
    noise += [simulate_survey(half, "asas", classes=["QSO"], random_state=98)]
    X, *noise = [features.transform(stars) for stars in (target, *noise)]
    chosen = np.isin(y, EIGHT)
    X, y = X[chosen], y[chosen]
    print("| model | keep | MCC | macro F1 | real | shuffled | constant | quasars |")
    print("|---|---|---|---|---|---|---|---|")
    for name, model in models.items():
        columns, network = [names.index(f) for f in model[0].get_feature_names_out()], model[-1]
        for keep in ((), NOT_PERIODIC):
            rows = []
            for seed, (X_few, X_rest, y_few, y_rest) in draws(X[:, columns], y, args):
                network.reset_to_source().set_params(random_state=seed, keep=keep)
                predicted = network.partial_fit_target(X_few, y_few).predict(X_rest)
                f1 = f1_score(y_rest, predicted, average="macro", labels=EIGHT)
                shares = [
                    np.mean(~np.isin(network.predict(Z), NOT_PERIODIC))
                    for Z in (X_rest, *(other[:, columns] for other in noise))
                ]
                rows.append([matthews_corrcoef(y_rest, predicted), f1, *shares])
            mcc, f1, *shares = np.mean(rows, axis=0)
            cells = " | ".join(f"{share:.1%}" for share in shares)
            print(f"| `{name}` | `{keep}` | {mcc:.3f} | {f1:.3f} | {cells} |", flush=True)


def main():
    """Measure and print."""
    args = parse_arguments()
    if args.kept:
        return kept(args)
    target = read_light_curves(args.target).labelled()
    # What the ensemble takes; its first columns are what the others take.
    sets = ["vartl", "upsilon"]
    features = LightCurveFeatures(sets, on_error="nan", n_jobs=args.jobs, memory=args.cache)
    X, y = features.transform(target), target.labels.astype(str)
    rng = np.random.default_rng(0)
    noise = [
        features.transform(shuffled(target, args.noise, rng)),
        features.transform(
            simulate_survey(args.noise, "asas", classes=["NONVAR"], random_state=99)
        ),
    ]
    names = ("ogle3", "multi", "crts", "multi-ensemble")
    networks = {name: load_pretrained(name)[-1] for name in names}

    print('| model | classes | accuracy | with `priors="em"` |\n|---|---|---|---|')
    tasks = [(name, SIX) for name in ("crts", "ogle3", "multi", "multi-ensemble")]
    tasks += [(name, EIGHT) for name in ("ogle3", "multi", "multi-ensemble")]
    for name, classes in tasks:
        plain, estimated = zero_shot(networks[name], X, y, classes)
        print(f"| `{name}` | {len(classes)} | {plain:.3f} | {estimated:.3f} |", flush=True)

    chosen = np.isin(y, EIGHT)
    X, y = X[chosen], y[chosen]
    print(f"\n| fine-tuned on {args.fraction:.0%} of the labels | MCC | +- |\n|---|---|---|")
    for name in ("scratch", *names):
        mean, spread = fine_tuned(networks.get(name), X, y, args)
        print(f"| {name} | {mean:.3f} | {spread:.3f} |", flush=True)

    print("\n| model | stars | shuffled | simulated noise |\n|---|---|---|---|")
    for name in ("multi", "multi-ensemble", "ogle3"):
        shares = " | ".join(f"{periodic(networks[name], stars):.1%}" for stars in (X, *noise))
        print(f"| `{name}` as it is | {shares} |", flush=True)


if __name__ == "__main__":
    main()
