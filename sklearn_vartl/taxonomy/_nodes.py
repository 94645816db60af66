"""One classifier a node: fitting and fine-tuning a tree."""

import warnings

import numpy as np
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing, get_tags
from sklearn.utils.validation import _num_samples, check_is_fitted, validate_data

from .._validation import check_labels, check_weights, encode, sorted_classes, union
from ..light_curves import LightCurves
from ..transfer import TransferPipeline
from ._tree import ROOT, parse_tree

_MOST_FOLDS = 5


def node_labels(tree, node, y):
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


def fit_nodes(settings, tree, X, y, sample_weight):
    """Fit a classifier at every node that has several children.

    Parameters
    ----------
    settings : TaxonomyClassifier
        Its estimator, sampler and calibration are cloned.
    tree : Tree
    X, y, sample_weight : training stars

    Returns
    -------
    models : dict of node -> fitted classifier
    """
    models = {}
    for node, children in tree.children.items():
        if len(children) > 1:
            stars, labels = node_labels(tree, node, y)
            models[node] = _fitted(settings, node, X, stars, labels, sample_weight)
    return models


def fine_tune_nodes(settings, models, tree, X, y, sample_weight, X_unlabelled):
    """Fine-tune the classifier of every node that target stars reach.

    A node that is new, or had a single child in the source, is fitted on the target's stars. A
    node without target stars stays as it is. `X_unlabelled` goes to the root's classifier only:
    whether an unlabelled star belongs below another node is not known.

    Parameters
    ----------
    models : dict of node -> fitted classifier
        Changed in place.
    tree : Tree
        Of the target's classes.
    """
    for node, children in tree.children.items():
        stars, labels = node_labels(tree, node, y)
        if len(children) < 2 or (node in models and not stars.size):
            continue
        if node not in models:
            missing = sorted(set(children) - set(labels.tolist()), key=str)
            if missing:
                raise ValueError(
                    f"The classes below {node!r} are new, and there is no star of {missing} to "
                    "learn them from: leave them out of classes."
                )
            models[node] = _fitted(settings, node, X, stars, labels, sample_weight)
            continue
        given = {} if node != ROOT or X_unlabelled is None else {"X_unlabelled": X_unlabelled}
        models[node].partial_fit_target(
            _safe_indexing(X, stars),
            labels,
            classes=np.array(sorted(children)),
            **_weights(sample_weight, stars),
            **given,
        )


def conditional_proba(models, tree, X, n_stars):
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


def _fitted(settings, node, X, stars, labels, sample_weight):
    model = _node_model(settings, node, labels)
    return model.fit(_safe_indexing(X, stars), labels, **_weights(sample_weight, stars))


def _node_model(settings, node, labels):
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


def _weights(sample_weight, stars):
    return {} if sample_weight is None else {"sample_weight": np.asarray(sample_weight)[stars]}


def check_stars(classifier, X, *, reset):
    """X as a matrix; light curves, frames and what goes into a pipeline as they are."""
    tags = get_tags(classifier).input_tags
    # The tags of a pipeline do not tell what its first step takes.
    own = isinstance(classifier.estimator, Pipeline) or not tags.two_d_array
    if own or isinstance(X, LightCurves) or hasattr(X, "columns"):
        validate_data(classifier, X, reset=reset, skip_check_array=True)
        return X
    return validate_data(
        classifier,
        X,
        reset=reset,
        dtype=None,
        accept_sparse="csr" if tags.sparse else False,
        ensure_all_finite="allow-nan" if tags.allow_nan else True,
    )


def check_tree_labels(classifier, X, y):
    """The labels as an array, all of them nodes of the taxonomy."""
    y = check_labels(y, _num_samples(X))
    _check_known(parse_tree(classifier.taxonomy), sorted_classes(y))
    return y


def learn_tree(classifier, X, y, sample_weight):
    """Fit a classifier's nodes."""
    X = check_stars(classifier, X, reset=True)
    y = check_tree_labels(classifier, X, y)
    _set_classes(classifier, np.unique(y))
    X, y, sample_weight = _usable(classifier, X, y, sample_weight)
    classifier.models_ = fit_nodes(classifier, model_tree(classifier), X, y, sample_weight)
    classifier.is_transferred_ = False
    return classifier


def transfer_tree(classifier, X, y, sample_weight, classes, X_unlabelled):
    """Fine-tune a classifier's nodes on stars of a target."""
    check_is_fitted(classifier)
    X = check_stars(classifier, X, reset=False)
    y = check_tree_labels(classifier, X, y)
    if X_unlabelled is not None:
        X_unlabelled = check_stars(classifier, X_unlabelled, reset=False)
    if any(isinstance(model, CalibratedClassifierCV) for model in classifier.models_.values()):
        raise TypeError(
            "Calibrated nodes cannot be fine-tuned: pass calibration=None, and an estimator that "
            "calibrates itself, such as TransferMLPClassifier(calibration='temperature')."
        )
    given = np.unique(y) if classes is None else sorted_classes(classes)
    _check_known(parse_tree(classifier.taxonomy), given)
    encode(y, given)
    _set_classes(
        classifier, union(classifier.classes_, given) if classifier.is_transferred_ else given
    )
    X, y, sample_weight = _usable(classifier, X, y, sample_weight)
    tree = model_tree(classifier)
    fine_tune_nodes(classifier, classifier.models_, tree, X, y, sample_weight, X_unlabelled)
    classifier.is_transferred_ = True
    return classifier


def model_tree(classifier):
    """The tree that the classifiers follow: with flat routing, all classes below the root."""
    return classifier.tree_.flattened() if classifier.routing == "flat" else classifier.tree_


def _check_known(tree, names):
    unknown = [name for name in names.tolist() if name not in tree.parent]
    if unknown:
        raise ValueError(
            f"y contains the labels {unknown}, which are not in the taxonomy: translate them with "
            "harmonise(labels, survey, classes=...), or add them to the tree."
        )


def _set_classes(classifier, names):
    tree = parse_tree(classifier.taxonomy).pruned(names.tolist())
    classifier.tree_ = tree
    classifier.classes_ = np.array([n for n in names.tolist() if n in tree.leaves()], names.dtype)


def _usable(classifier, X, y, sample_weight):
    """Without the stars that no node can learn from: flat routing has no use for inner nodes."""
    if sample_weight is not None:
        sample_weight = check_weights(sample_weight, X)
    coarse = np.isin(y, classifier.tree_.coarse(np.unique(y).tolist()))
    if classifier.routing != "flat" or not coarse.any():
        return X, y, sample_weight
    warnings.warn(
        f"{np.count_nonzero(coarse)} of {len(y)} stars are labelled with inner nodes "
        f"({', '.join(map(str, np.unique(y[coarse])))}) and left out: flat routing has no "
        "classifier that could learn from them.",
        UserWarning,
        stacklevel=5,
    )
    keep = np.flatnonzero(~coarse)
    weight = None if sample_weight is None else sample_weight[keep]
    return _safe_indexing(X, keep), y[keep], weight
