"""What each part of the ensemble is worth on surveys that its source has not learned, and the pool.

    OMP_NUM_THREADS=1 python examples/benchmarks/ensemble_parts.py

The parts of `multi-ensemble` are fine-tuned on some labels a class as TransferEnsembleClassifier
does it; beside them stand forests that know nothing of the source. Printed is Matthews correlation on
test stars, mean and standard deviation over the draws of the labels. `--inner` splits the stars that
may be labelled once more: what was chosen, was chosen there.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.metrics import matthews_corrcoef
from sklearn.model_selection import StratifiedGroupKFold
from unseen_methods import BOTH
from unseen_recipes import NOT_IN_MULTI
from unseen_surveys import both_sets, read_survey

from sklearn_vartl import TransferMLPClassifier, load_pretrained, network
from sklearn_vartl._splits import stratified_folds
from sklearn_vartl.network._jobs import Job, train_jobs
from sklearn_vartl.probabilities import fit_weights, log_proba
from sklearn_vartl.transfer._ensemble_model import grow, scaled_inputs, tree_inputs
from sklearn_vartl.transfer._fitting import Stars, training_data
from sklearn_vartl.transfer._model import map_heads, mean_probability, usable_rows

N_FOLDS, N_NETWORKS, CAP = 5, 3, 600
PARTS = ("networks 0", "networks 1", "trees", "forest")
PEERS = {"random forest": RandomForestClassifier, "extra trees": ExtraTreesClassifier}


def split(survey, draw, inner):
    """Rows that may be labelled, and test stars."""
    rest, test = survey.split
    if inner:
        folds = StratifiedGroupKFold(3, shuffle=True, random_state=1)
        own = list(folds.split(rest, survey.y[rest], survey.groups[rest]))[draw % 3]
        rest, test = (rest[rows] for rows in own)
    usable = usable_rows(survey.X[:, BOTH])
    return rest[usable[rest]], test[usable[test]]


def drawn(y, rest, n_labels, draw):
    """Rows of so many labelled stars of each class."""
    rng = np.random.default_rng([draw, n_labels])
    chosen = [rng.permutation(rest[y[rest] == label])[:n_labels] for label in np.unique(y)]
    return np.sort(np.concatenate(chosen))


def of_networks(model, view, inputs, stars, classes, folds, test, seed):
    """Probabilities of held-out stars and of test stars by the networks of one view."""
    learner = TransferMLPClassifier(scaler=None, random_state=seed, n_estimators=N_NETWORKS)
    starts = map_heads(model, classes)
    data = training_data(learner, stars, classes, inputs)
    data = replace(data, inputs=inputs[:, view].astype(np.float32))
    jobs = [Job(starts[k % N_NETWORKS], rows, 10 + k) for k, (rows, _) in enumerate(folds)]
    jobs += [Job(start, np.arange(len(stars.y)), 50 + k) for k, start in enumerate(starts)]
    weights = [found for found, _ in train_jobs(jobs, data, estimator=learner, device="cpu")]

    def proba(own, X):
        return mean_probability([network.network_logits(w, X, "cpu") for w in own], 1.0)

    held = np.empty((len(stars.y), len(classes)))
    for own, (_, rows) in zip(weights, folds, strict=False):
        held[rows] = proba([own], data.inputs[rows])
    return held, proba(weights[len(folds) :], test[:, view].astype(np.float32))


def of_trees(kind, seen, y, n_classes, folds, test):
    """The same by trees."""
    held, weight = np.empty((len(y), n_classes)), np.ones(len(y))
    for inside, rows in folds:
        own = grow(seen[inside], y[inside], weight[inside], n_classes, 100, 0, kind=kind)
        held[rows] = own.predict_proba(seen[rows])
    return held, grow(seen, y, weight, n_classes, 200, 1, kind=kind).predict_proba(test)


def scores(model, survey, n_labels, draw, inner):
    """Matthews correlation of each part, of the pool, and of the peers."""
    rest, test = split(survey, draw, inner)
    rows = drawn(survey.y, rest, n_labels, draw)
    X, X_test = survey.X[rows][:, BOTH], survey.X[test][:, BOTH]
    classes, y = np.unique(survey.y[rows], return_inverse=True)
    inputs, others = scaled_inputs(model.scaler, X), scaled_inputs(model.scaler, X_test)
    fold = stratified_folds(y, N_FOLDS, np.random.default_rng(draw), inputs)
    folds = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(N_FOLDS)]
    stars = Stars.new(inputs, survey.y[rows], np.ones(len(y)))
    parts = [
        of_networks(own, view, inputs, stars, classes, folds, others, draw)
        for own, view in zip(model.networks, model.views, strict=True)
    ]
    first, view = model.networks[0], model.views[0]
    seen, seen_test = (
        tree_inputs(own, first.predict_proba(own[:, view], "cpu")) for own in (inputs, others)
    )
    for kind, width in (("trees", seen.shape[1]), ("forest", inputs.shape[1])):
        own = seen[:, :width], y, len(classes), folds, seen_test[:, :width]
        parts.append(of_trees(kind, *own))
    held, found = (np.array([log_proba(p) for p in side]) for side in zip(*parts, strict=True))
    weights = fit_weights(list(held), y, centre=np.full(len(parts), 1.0 / len(parts)))
    found = dict(zip(PARTS, found, strict=True)) | {"ensemble": np.tensordot(weights, found, 1)}
    answers = {name: classes[proba.argmax(axis=1)] for name, proba in found.items()}
    for name, peer in PEERS.items():
        answers[name] = peer(300, random_state=0).fit(X, survey.y[rows]).predict(X_test)
    return {name: matthews_corrcoef(survey.y[test], own) for name, own in answers.items()}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("data/light_curves"))
    parser.add_argument("--cache", default="build/unseen", help="folder where features are kept")
    parser.add_argument("--targets", default=",".join(NOT_IN_MULTI))
    parser.add_argument("--labels", default="5,20,100")
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--inner", action="store_true", help="without the test stars")
    args = parser.parse_args()
    features, model = both_sets(args.cache), load_pretrained("multi-ensemble")[-1].model_
    for target in args.targets.split(","):
        survey = read_survey(target, args.data, CAP, features)
        for n_labels in map(int, args.labels.split(",")):
            draws = [scores(model, survey, n_labels, k, args.inner) for k in range(args.draws)]
            print(f"{target}, {n_labels} labels a class")
            for name in draws[0]:
                own = [draw[name] for draw in draws]
                print(f"  {name:14} {np.mean(own):.3f} +- {np.std(own):.3f}")


if __name__ == "__main__":
    main()
