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
MODELS = ("crts", "ogle3", "multi", "multi-ensemble", "universal", "universal-ensemble")
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


class Table:
    """Features of all models, once for each star; a model sees its own columns."""

    def __init__(self, names, args):
        self.models = {name: load_pretrained(name) for name in names}
        every = [name for model in self.models.values() for name in features_of(model)]
        self.names = list(dict.fromkeys(every))
        how = {"on_error": "nan", "n_jobs": args.jobs, "memory": args.cache}
        self.extractor = LightCurveFeatures(self.names, **how)

    def columns(self, name):
        """Of a model; "scratch" takes those of the set "vartl"."""
        wanted = features_of(self.models["multi" if name == "scratch" else name])
        return [self.names.index(feature) for feature in wanted]


def features_of(model):
    """Names of the features that a model takes."""
    return model[0].get_feature_names_out().tolist()


def among(proba, classes, wanted):
    """Probabilities of the target's classes: parts summed, other classes of the source left out."""
    found = np.zeros((len(proba), len(wanted)))
    for column, name in zip(proba.T, classes, strict=True):
        name = PARTS.get(name, name)
        if name in wanted:
            found[:, wanted.index(name)] += column
    return found


def zero_shot(network, X, y, wanted):
    """Accuracy without a label of the target: any answer, the target's classes alone, and with estimated shares."""
    chosen = np.isin(y, wanted)
    X, y = X[chosen], y[chosen]
    answers = [PARTS.get(name, name) for name in network.predict(X).tolist()]
    found = [np.mean(np.array(answers) == y)]
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
    return np.mean(~np.isin(network.predict(X), NOT_PERIODIC))


def fine_tuned(network, X, y, args):
    """Mean and standard deviation of the MCC on the stars without labels; None: from scratch."""
    scores = []
    for seed, (X_few, X_rest, y_few, y_rest) in draws(X, y, args):
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
    table = Table(("multi", "universal", "multi-ensemble", "universal-ensemble"), args)
    half = args.noise // 2
    noise = [shuffled(target, args.noise, np.random.default_rng(0))]
    noise += [simulate_survey(half, "asas", classes=["NONVAR"], random_state=99)]
    noise += [simulate_survey(half, "asas", classes=["QSO"], random_state=98)]
    X, *noise = [table.extractor.transform(stars) for stars in (target, *noise)]
    chosen = np.isin(y, EIGHT)
    X, y = X[chosen], y[chosen]
    print("| model | keep | MCC | macro F1 | real | shuffled | constant | quasars |")
    print("|---|---|---|---|---|---|---|---|")
    for name, model in table.models.items():
        columns, network = table.columns(name), model[-1]
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
    table = Table(MODELS, args)
    X, y = table.extractor.transform(target), target.labels.astype(str)
    rng = np.random.default_rng(0)
    constant = simulate_survey(args.noise, "asas", classes=["NONVAR"], random_state=99)
    noise = [shuffled(target, args.noise, rng), constant]
    noise = [table.extractor.transform(stars) for stars in noise]
    networks = {name: model[-1] for name, model in table.models.items()} | {"scratch": None}

    print(
        '| model | classes | any answer | one of these | with `priors="em"` |\n|---|---|---|---|---|'
    )
    for classes in (SIX, EIGHT):
        for name in MODELS:
            # The classes of CRTS are those six.
            if name != "crts" or classes == SIX:
                scores = zero_shot(networks[name], X[:, table.columns(name)], y, classes)
                cells = " | ".join(f"{score:.3f}" for score in scores)
                print(f"| `{name}` | {len(classes)} | {cells} |", flush=True)

    print("\n| model | stars | shuffled | simulated noise |\n|---|---|---|---|")
    chosen = np.isin(y, EIGHT)
    for name in MODELS[1:]:
        tables = [Z[:, table.columns(name)] for Z in (X[chosen], *noise)]
        shares = " | ".join(f"{periodic(networks[name], Z):.1%}" for Z in tables)
        print(f"| `{name}` as it is | {shares} |", flush=True)

    X, y = X[chosen], y[chosen]
    print(f"\n| fine-tuned on {args.fraction:.0%} of the labels | MCC | +- |\n|---|---|---|")
    for name in ("scratch", *MODELS):
        mean, spread = fine_tuned(networks[name], X[:, table.columns(name)], y, args)
        print(f"| {name} | {mean:.3f} | {spread:.3f} |", flush=True)


if __name__ == "__main__":
    main()
