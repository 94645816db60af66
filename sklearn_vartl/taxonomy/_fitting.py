"""Fitting and fine-tuning a TaxonomyClassifier."""

import warnings

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing, get_tags
from sklearn.utils.validation import _num_samples, check_is_fitted, validate_data

from ..light_curves import LightCurves
from ..transfer._labels import check_labels, encode, sorted_classes, union
from ..transfer._weighting import check_weights
from ._nodes import fine_tune_nodes, fit_nodes
from ._tree import parse_tree


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
