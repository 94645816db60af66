"""The classification tasks on which features are chosen, and the learners that judge them."""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss, matthews_corrcoef
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

from sklearn_vartl import (
    FeatureScaler,
    FineTunedClassifier,
    TransferMLPClassifier,
    read_light_curves,
)

# Classes with fewer stars in a survey are left out, as is the ambiguous class of ASAS.
FEWEST = 16
AMBIGUOUS = "E"
# CRTS does not split long-period variables; its contact class holds semi-detached ones too.
CRTS_NAMES = {"LPV": "MIRA"}


@dataclass(frozen=True)
class Task:
    """Train on some stars, test on others; `names` are those of the columns."""

    name: str
    names: list
    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def read_surveys(folder, cap):
    """Capped surveys by name; Hipparcos and OGLE apart, lest a feature that tells them scores."""
    combined = read_light_curves(folder / "hipparcos_ogle.parquet")
    origin = np.asarray(combined.survey)
    raw = {
        "CRTS": read_light_curves(folder / "crts.parquet"),
        "ASAS": read_light_curves(folder / "asas.parquet"),
        "Hipparcos": combined[origin == "HIPPARCOS"],
        "OGLE": combined[origin == "OGLE"],
    }
    return {name: _capped(X, cap) for name, X in raw.items()}


def _capped(X, cap):
    rng = np.random.default_rng(0)
    labels = labels_of(X)
    classes, counts = np.unique(labels, return_counts=True)
    kept = classes[(counts >= FEWEST) & (classes != AMBIGUOUS)]
    chosen = [rng.permutation(np.flatnonzero(labels == c))[:cap] for c in kept]
    return X[np.sort(np.concatenate(chosen))]


def labels_of(X):
    """Classes as plain strings."""
    return np.asarray(X.labels, dtype=str)


def halves(surveys):
    """Indices of the stars for choosing and of those for reporting, each a dict by survey."""
    first, second = {}, {}
    for name, X in surveys.items():
        y = labels_of(X)
        first[name], second[name] = next(
            StratifiedKFold(2, shuffle=True, random_state=0).split(y, y)
        )
    return first, second


def inner_tasks(tables, surveys, names, part, n_folds=2):
    """Cross-validation folds within a part of each survey."""
    tasks = []
    for survey, X in surveys.items():
        F, y = tables[survey][part[survey]], labels_of(X)[part[survey]]
        folds = StratifiedKFold(n_folds, shuffle=True, random_state=1).split(F, y)
        tasks += [Task(survey, names, F[a], y[a], F[b], y[b]) for a, b in folds]
    return tasks


def outer_tasks(tables, surveys, names, first, second):
    """Train on the first half of each survey, test on the second."""
    tasks = []
    for survey, X in surveys.items():
        F, y, a, b = tables[survey], labels_of(X), first[survey], second[survey]
        tasks.append(Task(survey, names, F[a], y[a], F[b], y[b]))
    return tasks


def transfer_task(tables, surveys, names, part):
    """Train on CRTS, test on the classes of ASAS that it shares, without any label of ASAS."""
    y_source = labels_of(surveys["CRTS"])[part["CRTS"]]
    y_source = np.array([CRTS_NAMES.get(label, label) for label in y_source])
    y_target = labels_of(surveys["ASAS"])[part["ASAS"]]
    shared = np.intersect1d(y_source, y_target)
    a, b = np.isin(y_source, shared), np.isin(y_target, shared)
    source, target = tables["CRTS"][part["CRTS"]][a], tables["ASAS"][part["ASAS"]][b]
    return Task("CRTS to ASAS", names, source, y_source[a], target, y_target[b])


def transfer_draws(tables, surveys, names, sets, numbers=(40, 160, 640), draws=2):
    """Log loss and Matthews correlation after fine-tuning on so many labels, by set and number.

    The network learns all of CRTS, then some stars of the first half of ASAS, and is tested on the
    second half.
    """
    first, second = halves(surveys)
    y_source, y = labels_of(surveys["CRTS"]), labels_of(surveys["ASAS"])
    test = second["ASAS"]
    scores = {}
    for label, selected in sets.items():
        columns = [names.index(name) for name in selected]
        source = TransferMLPClassifier(random_state=0)
        source.fit(tables["CRTS"][:, columns], y_source)
        for number in numbers:
            results = []
            for draw in range(draws):
                a, _ = train_test_split(
                    first["ASAS"], train_size=number, stratify=y[first["ASAS"]], random_state=draw
                )
                model = FineTunedClassifier(FrozenEstimator(source), random_state=draw)
                model.fit(tables["ASAS"][a][:, columns], y[a])
                probability = model.predict_proba(tables["ASAS"][test][:, columns])
                predicted = model.classes_[probability.argmax(axis=1)]
                loss = log_loss(y[test], probability, labels=model.classes_)
                results.append((loss, matthews_corrcoef(y[test], predicted)))
            scores[label, number] = tuple(np.mean(results, axis=0))
    return scores


def boosted_tree():
    """Gradient-boosted trees."""
    return HistGradientBoostingClassifier(
        max_iter=40,
        learning_rate=0.15,
        max_leaf_nodes=12,
        min_samples_leaf=6,
        l2_regularization=1.0,
        random_state=0,
    )


def network():
    """A small network behind the package's scaler."""
    layers = MLPClassifier(
        (64,), alpha=0.3, batch_size=64, learning_rate_init=3e-3, max_iter=40, random_state=0
    )
    return make_pipeline(FeatureScaler(), layers)


LEARNERS = {"tree": boosted_tree, "network": network}


def fit_and_score(learner, task, columns):
    """Fitted model, log loss and Matthews correlation of one task with some columns."""
    model = LEARNERS[learner]()
    with warnings.catch_warnings():
        # The number of epochs is chosen, not the state of convergence.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(task.X_train[:, columns], task.y_train)
    probability = model.predict_proba(task.X_test[:, columns])
    predicted = model.classes_[probability.argmax(axis=1)]
    loss = log_loss(task.y_test, probability, labels=model.classes_)
    return model, loss, matthews_corrcoef(task.y_test, predicted)


def permuted_loss(model, task, columns, j):
    """Log loss when the values of column ``columns[j]`` are dealt out anew among the test stars."""
    X = task.X_test[:, columns]
    X[:, j] = np.random.default_rng(j).permutation(X[:, j])
    return log_loss(task.y_test, model.predict_proba(X), labels=model.classes_)
