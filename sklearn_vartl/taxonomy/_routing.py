"""From the probabilities at the nodes to those of classes, and where a star stops."""

import numpy as np

from ._tree import ROOT


def leaf_proba(tree, conditional, classes, hard):
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


def proba_of_nodes(tree, proba, classes):
    """Probability of every node below the root: the sum over its leaves.

    Returns
    -------
    proba : dict of node -> ndarray of shape (n_stars,)
        In the order of the tree, from the top.
    """
    column = {name: j for j, name in enumerate(classes)}
    below = {name: [] for name in tree.parent}
    for leaf, j in column.items():
        for node in tree.path(leaf):
            below[node].append(j)
    return {node: np.minimum(proba[:, columns].sum(axis=1), 1.0) for node, columns in below.items()}


def climb(tree, proba, classes, min_probability):
    """The most probable leaf, or the nearest node above it that is probable enough."""
    nodes = proba_of_nodes(tree, proba, classes)
    stops = [classes[j] for j in proba.argmax(axis=1)]
    for i, node in enumerate(stops):
        while node != ROOT and nodes[node][i] < min_probability:
            node = tree.parent[node]
        stops[i] = node
    return stops


def descend(tree, conditional, min_probability):
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
