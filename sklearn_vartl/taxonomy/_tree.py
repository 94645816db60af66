"""Trees of classes, and the way of probabilities through them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np

ROOT = "root"


@dataclass(frozen=True)
class Tree:
    """A tree of named nodes.

    Attributes
    ----------
    parent : dict
        Node -> the node above it, for every node but the root.
    children : dict
        Inner node -> tuple of the nodes below it; the root first.
    """

    parent: dict[Any, Any]
    children: dict[Any, tuple]

    def path(self, node: Any) -> tuple:
        """The nodes from below the root down to this one."""
        path = []
        while node != ROOT:
            path.append(node)
            node = self.parent[node]
        return tuple(reversed(path))

    def pruned(self, classes: Iterable) -> "Tree":
        """The part of the tree that leads to these classes.

        Parameters
        ----------
        classes : iterable
            Leaves, or inner nodes: one that none of the others is below becomes a leaf.
        """
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
    """A tree from nested mappings.

    Parameters
    ----------
    taxonomy : mapping
        Node -> what is below it: a mapping of the same kind, or a list of leaves; None or nothing
        makes a leaf.

    Returns
    -------
    Tree

    Raises
    ------
    TypeError
        If it is no such mapping, or one node has names and numbers below it.
    ValueError
        If a node stands in it twice, or there is none.
    """
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
    """Probabilities of the leaves.

    Parameters
    ----------
    tree : Tree
        Of the classifiers.
    conditional : dict of node -> ndarray of shape (n_stars, n_children)
    classes : list
        Leaves, in the order of the columns.
    hard : bool
        Whether a star goes to its most probable child alone, so that the decisions above its last
        node count as certain; otherwise probabilities multiply along the path.

    Returns
    -------
    proba : ndarray of shape (n_stars, n_classes)
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
    """Probability of every node below the root: the sum over its leaves.

    Returns
    -------
    proba : dict of node -> ndarray of shape (n_stars,)
        In the order of the tree, from the top.
    """
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
