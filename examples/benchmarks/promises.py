"""Whether what a fine-tuned model promises holds: sets of classes, expected accuracy, purity, drift.

    python examples/benchmarks/promises.py ASAS.parquet GAIA.parquet KEPLER.parquet

A shipped model is fine-tuned on some labels a class of each survey in turn, several times. Its other stars
count so that every class has the same share, as among the labels.
"""

import argparse

import numpy as np

from sklearn_vartl import load_pretrained, read_light_curves

CAP, ALPHA, PURITY, SAMPLE = 450, 0.1, 0.95, 100
# Too few stars, and a class that others may be (ASAS).
LEFT_OUT = ("BCEP", "E")


def stars_of(path, model, rng):
    """Features and labels of at most `CAP` stars a class."""
    X = read_light_curves(path).labelled()
    y = X.labels.astype(str)
    classes = [name for name in np.unique(y) if name not in LEFT_OUT]
    rows = [rng.permutation(np.flatnonzero(y == name))[:CAP] for name in classes]
    rows = np.sort(np.concatenate(rows))
    features = model[0].set_params(on_error="nan").transform(X[rows])
    known = ~np.isnan(features).all(axis=1)
    return features[known], y[rows][known]


def draw(model, X, y, n_labels, rng):
    """What one draw of the labels gives; NaN for a purity where no star is sure enough."""
    classes = [name for name in np.unique(y) if np.sum(y == name) >= 2 * n_labels]
    labelled = [rng.permutation(np.flatnonzero(y == name))[:n_labels] for name in classes]
    labelled = np.concatenate(labelled)
    others = np.setdiff1d(np.flatnonzero(np.isin(y, classes)), labelled)
    model.partial_fit_target(X[labelled], y[labelled])
    X, y = X[others], y[others]
    place = np.searchsorted(model.classes_, y)
    weight = 1.0 / np.bincount(place)[place]
    found, proba = model.predict(X), model.predict_proba(X)
    right = found == y
    thresholds = np.array([model.purity_thresholds(PURITY)[name] for name in found])
    sure = proba.max(axis=1) >= thresholds
    expected = proba.max(axis=1)
    samples = [
        X[rng.choice(len(X), SAMPLE, replace=False, p=weight / weight.sum())] for _ in range(10)
    ]
    return (
        np.average(model.predict_set(X, ALPHA)[np.arange(len(y)), place], weights=weight),
        np.average(expected, weights=weight) - np.average(right, weights=weight),
        np.average(right[sure], weights=weight[sure]) if sure.any() else np.nan,
        np.mean([model.drift_test(sample).drifted for sample in samples]),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("surveys", nargs="+")
    parser.add_argument("--model", default="multi")
    parser.add_argument("--labels", type=int, default=20)
    parser.add_argument("--draws", type=int, default=4)
    given = parser.parse_args()
    print("survey: coverage, expected minus true share right, purity, drift told; standard errors")
    for path in given.surveys:
        rng = np.random.default_rng(0)
        pipeline = load_pretrained(given.model)
        X, y = stars_of(path, pipeline, rng)
        rows = []
        for seed in range(given.draws):
            model = pipeline[-1].reset_to_source()
            model.set_params(calibration="temperature", random_state=seed)
            rows.append(draw(model, X, y, given.labels, rng))
        mean, spread = (
            np.mean(rows, axis=0),
            np.std(rows, axis=0, ddof=1) if len(rows) > 1 else None,
        )
        error = "" if spread is None else f" +- {np.round(spread / np.sqrt(len(rows)), 3).tolist()}"
        print(f"{path}: {np.round(mean, 3).tolist()}{error}", flush=True)


if __name__ == "__main__":
    main()
