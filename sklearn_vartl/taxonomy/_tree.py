"""Trees of classes, the way of probabilities through them, and a classifier for each node."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import StratifiedKFold
from sklearn.utils import _safe_indexing

from .._validation import new_seed
from ..transfer import TransferPipeline

ROOT = "root"


@dataclass(frozen=True)
class Tree:
    """A tree of named nodes."""

    parent: dict[Any, Any]  # node -> the node above it, for every node but the root
    children: dict[Any, tuple]  # inner node -> the nodes below it; the root first

    def path(self, node: Any) -> tuple:
        """The nodes from below the root down to this one."""
        path = []
        while node != ROOT:
            path.append(node)
            node = self.parent[node]
        return tuple(reversed(path))

    def pruned(self, classes: Iterable) -> "Tree":
        """The part of the tree that leads to these classes; an inner node with none of them below becomes a leaf."""
        kept = {node for name in classes for node in self.path(name)}
        children = {
            node: tuple(child for child in below if child in kept)
            for node, below in self.children.items()
            if node == ROOT or node in kept
        }
        children = {node: below for node, below in children.items() if below}
        return Tree({c: node for node, below in children.items() for c in below}, children)

    def flattened(self) -> "Tree":
        """The same leaves right below the root."""
        leaves = self.leaves()
        return Tree(dict.fromkeys(leaves, ROOT), {ROOT: tuple(leaves)})

    def leaves(self) -> list:
        """Nodes with nothing below."""
        return [node for node in self.parent if node not in self.children]

    def coarse(self, names: Iterable) -> list:
        """Those names that are inner nodes here."""
        return [name for name in names if name in self.children]


def parse_tree(taxonomy: Mapping) -> Tree:
    """A tree from nested mappings, or lists of leaves, of what is below each node; None or nothing makes a leaf."""
    if not isinstance(taxonomy, Mapping):
        raise TypeError(f"A taxonomy is a nested dict of class names, got {taxonomy!r}.")
    parent: dict[Any, Any] = {}
    children: dict[Any, tuple] = {}
    _add(taxonomy, ROOT, parent, children)
    if not parent:
        raise ValueError("The taxonomy has no classes.")
    return Tree(parent, children)


def _add(below, node, parent, children):
    if isinstance(below, str) or not isinstance(below, Mapping | list | tuple | set | None):
        raise TypeError(
            f"Below {node!r} there must be a dict, a list of classes or None, got {below!r}."
        )
    names = list(below or ())
    if len({isinstance(name, Number) for name in names}) > 1:
        raise TypeError(f"Below {node!r} there must be names or numbers, not both: {names}.")
    for name in names:
        if name == ROOT or name in parent:
            raise ValueError(f"{name!r} stands in the taxonomy twice (the top is called {ROOT!r}).")
        parent[name] = node
    if names:
        children[node] = tuple(names)
    if isinstance(below, Mapping):
        for name, further in below.items():
            _add(further, name, parent, children)


def leaf_proba(tree: Tree, conditional: dict, classes: list, hard: bool) -> np.ndarray:
    """Probabilities of the leaves, (n_stars, n_classes).

    At each node the stars have conditional probabilities of its children, (n_stars, n_children), which multiply
    along the path; `hard`: a star goes to its most probable child alone, so that the decisions above its last node
    count as certain.
    """
    n_stars = len(conditional[ROOT])
    reached = {ROOT: np.ones(n_stars)}
    for node, children in tree.children.items():
        share = conditional[node]
        # Among leaves the share remains; an inner node takes a star whole or not at all.
        winner = share.argmax(axis=1)
        for j, child in enumerate(children):
            if not hard:
                reached[child] = reached[node] * share[:, j]
            elif child in tree.children:
                reached[child] = reached[node] * (winner == j)
            else:
                stays = np.isin(
                    winner, [k for k, c in enumerate(children) if c not in tree.children]
                )
                reached[child] = reached[node] * share[:, j] * stays
    proba = np.column_stack([reached[name] for name in classes])
    return proba / proba.sum(axis=1, keepdims=True)


def proba_of_nodes(tree: Tree, proba: np.ndarray, classes: list) -> dict[Any, np.ndarray]:
    """Probability of every node below the root, in the order of the tree: the sum over its leaves."""
    column = {name: j for j, name in enumerate(classes)}
    below: dict[Any, list[int]] = {name: [] for name in tree.parent}
    for leaf, j in column.items():
        for node in tree.path(leaf):
            below[node].append(j)
    return {node: np.minimum(proba[:, columns].sum(axis=1), 1.0) for node, columns in below.items()}


def climb(tree: Tree, proba: np.ndarray, classes: list, min_probability: float) -> list:
    """The most probable leaf, or the nearest node above it that is probable enough."""
    nodes = proba_of_nodes(tree, proba, classes)
    stops = [classes[j] for j in proba.argmax(axis=1)]
    for i, node in enumerate(stops):
        while node != ROOT and nodes[node][i] < min_probability:
            node = tree.parent[node]
        stops[i] = node
    return stops


def descend(tree: Tree, conditional: dict, min_probability: float) -> list:
    """Down the most probable children, as long as each is probable enough."""
    n_stars = len(conditional[ROOT])
    stops = [ROOT] * n_stars
    for i in range(n_stars):
        node = ROOT
        while node in tree.children:
            share = conditional[node][i]
            if share.max() < min_probability:
                break
            node = tree.children[node][int(share.argmax())]
        stops[i] = node
    return stops


_MOST_FOLDS = 5
# Parameters that hold estimators by name.
_COMPOSITIONS = ("steps", "estimators", "transformers", "transformer_list")

#: Node -> its fitted classifier.
Models = dict[Any, Any]


def node_labels(tree: Tree, node: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Stars (positions) that belong below a node and are known more closely, and the child of each."""
    depth = len(tree.path(node))
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

    Estimator, sampler and calibration of the `settings`, a TaxonomyClassifier, are cloned, and seeded by the rng,
    if any.
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
    whether an unlabelled star belongs below another node is not known. The parameters that the estimator of the
    `settings` has by now hold for the fine-tuning.
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
    """At each node the probabilities of its children, given that a star belongs there: rows sum to one."""
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
        alike = np.full_like(proba, 1.0 / len(children))
        conditional[node] = np.divide(proba, total, out=alike, where=total > 0)
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
    return model.set_params(**{name: new_seed(rng) for name in names})


def _weights(sample_weight, stars):
    return {} if sample_weight is None else {"sample_weight": sample_weight[stars]}
