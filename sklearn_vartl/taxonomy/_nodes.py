"""One classifier a node: fitting, fine-tuning and asking those of a tree."""

from copy import deepcopy
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import StratifiedKFold
from sklearn.utils import _safe_indexing

from ..transfer import TransferPipeline
from ._tree import ROOT, Tree

_MOST_FOLDS = 5
# Parameters that hold estimators by name.
_COMPOSITIONS = ("steps", "estimators", "transformers", "transformer_list")

#: Node -> its fitted classifier.
Models = dict[Any, Any]


def node_labels(tree: Tree, node: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Stars that belong below a node and are known more closely, and the child of each.

    Parameters
    ----------
    tree : Tree
    node : node with children
    y : ndarray of shape (n_stars,)

    Returns
    -------
    stars : ndarray of int
    labels : ndarray of the same length
    """
    depth = 0 if node == ROOT else len(tree.path(node))
    child = {}
    for name in np.unique(y).tolist():
        path = tree.path(name) if name in tree.parent else ()
        if len(path) > depth and (depth == 0 or path[depth - 1] == node):
            child[name] = path[depth]
    stars = np.flatnonzero(np.isin(y, list(child))) if child else np.empty(0, dtype=np.int64)
    return stars, np.array([child[name] for name in y[stars].tolist()])


def fit_nodes(
    settings: Any,
    tree: Tree,
    X: Any,
    y: np.ndarray,
    sample_weight: np.ndarray | None,
    rng: np.random.RandomState | None,
) -> Models:
    """Fit a classifier at every node that has several children.

    Parameters
    ----------
    settings : TaxonomyClassifier
        Its estimator, sampler and calibration are cloned.
    tree : Tree
    X, y, sample_weight : training stars
    rng : numpy.random.RandomState or None
        Seeds of the nodes' estimators; None: their own.

    Returns
    -------
    models : dict of node -> fitted classifier
    """
    models = {}
    for node, children in tree.children.items():
        if len(children) > 1:
            stars, labels = node_labels(tree, node, y)
            model = _seeded(_new_model(settings, node, labels), rng)
            weights = _weights(sample_weight, stars)
            models[node] = model.fit(_safe_indexing(X, stars), labels, **weights)
    return models


def fine_tune_nodes(
    settings: Any,
    models: Models,
    tree: Tree,
    X: Any,
    y: np.ndarray,
    sample_weight: np.ndarray | None,
    X_unlabelled: Any,
    rng: np.random.RandomState | None,
) -> Models:
    """Fine-tune copies of the classifiers of the nodes that target stars reach.

    A node that is new, or had a single child in the source, is fitted on the target's stars. A
    node without target stars stays as it is. `X_unlabelled` goes to the root's classifier only:
    whether an unlabelled star belongs below another node is not known.

    Parameters
    ----------
    settings : TaxonomyClassifier
        The parameters its estimator has by now hold for the fine-tuning.
    models : dict of node -> fitted classifier
        They are not changed.
    tree : Tree
        Of the target's classes.
    X, y, sample_weight, X_unlabelled : stars of the target
    rng : numpy.random.RandomState or None
        Seeds of the nodes' estimators; None: their own.

    Returns
    -------
    models : dict of node -> fitted classifier
    """
    tuned = dict(models)
    for node, children in tree.children.items():
        stars, labels = node_labels(tree, node, y)
        if len(children) < 2 or (node in models and not stars.size):
            continue
        own, weights = _safe_indexing(X, stars), _weights(sample_weight, stars)
        if node not in models:
            missing = sorted(set(children) - set(labels.tolist()), key=str)
            if missing:
                raise ValueError(
                    f"The classes below {node!r} are new, and there is no star of {missing} to "
                    "learn them from: leave them out of classes."
                )
            model = _seeded(_new_model(settings, node, labels), rng)
            tuned[node] = model.fit(own, labels, **weights)
            continue
        model = deepcopy(models[node]).set_params(**_plain(_new_model(settings, node, labels)))
        if node == ROOT and X_unlabelled is not None:
            weights["X_unlabelled"] = X_unlabelled
        tuned[node] = _seeded(model, rng).partial_fit_target(
            own, labels, classes=np.array(sorted(children)), **weights
        )
    return tuned


def conditional_proba(models: Models, tree: Tree, X: Any, n_stars: int) -> dict[Any, np.ndarray]:
    """At each node the probabilities of its children, given that a star belongs there.

    Returns
    -------
    conditional : dict of node -> ndarray of shape (n_stars, n_children)
        Columns in the order of `tree.children[node]`; rows sum to one.
    """
    conditional = {}
    for node, children in tree.children.items():
        if len(children) == 1:
            conditional[node] = np.ones((n_stars, 1))
            continue
        model = models[node]
        proba = np.zeros((n_stars, len(children)))
        column = {name: j for j, name in enumerate(model.classes_.tolist())}
        known = model.predict_proba(X)
        for j, name in enumerate(children):
            if name in column:
                proba[:, j] = known[:, column[name]]
        total = proba.sum(axis=1, keepdims=True)
        # Where all was given to classes that the target lacks, nothing is known of the others.
        safe = np.where(total > 0, total, 1.0)
        conditional[node] = np.where(total > 0, proba / safe, 1.0 / len(children))
    return conditional


def _new_model(settings, node, labels):
    model = clone(settings.estimator)
    if settings.sampler is not None:
        model = TransferPipeline([("sampler", clone(settings.sampler)), ("estimator", model)])
    if settings.calibration is None:
        return model
    names, counts = np.unique(labels, return_counts=True)
    if counts.min() < 2:
        raise ValueError(
            f"calibration needs two stars of each class, at {node!r} there is one of "
            f"{names.tolist()[counts.argmin()]!r}."
        )
    # Made inside the folds, new stars never calibrate: the held-out stars are real ones.
    folds = StratifiedKFold(min(_MOST_FOLDS, int(counts.min())))
    return CalibratedClassifierCV(model, method=settings.calibration, cv=folds)


def _plain(model):
    """Parameters of a model and what it is made of, without the parts themselves."""
    return {
        name: value
        for name, value in model.get_params().items()
        if not hasattr(value, "get_params") and name.rpartition("__")[2] not in _COMPOSITIONS
    }


def _seeded(model, rng):
    """The model with seeds for everything random in it."""
    if rng is None:
        return model
    names = sorted(n for n in model.get_params() if n.rpartition("__")[2] == "random_state")
    return model.set_params(**{name: rng.randint(np.iinfo(np.int32).max) for name in names})


def _weights(sample_weight, stars):
    return {} if sample_weight is None else {"sample_weight": sample_weight[stars]}
