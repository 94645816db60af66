"""TaxonomyClassifier."""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing, check_random_state, get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _num_samples, check_is_fitted, validate_data

from .._validation import (
    FromProba,
    HasSource,
    as_before_on_error,
    changes_model,
    check_labels,
    check_weights,
    encode,
    fit_context,
    sorted_classes,
    union,
    warn_user,
)
from ..light_curves import LightCurves
from ._tree import (
    Models,
    Tree,
    climb,
    conditional_proba,
    descend,
    fine_tune_nodes,
    fit_nodes,
    leaf_proba,
    node_labels,
    parse_tree,
    proba_of_nodes,
)


@dataclass(frozen=True)
class TaxonomyModel:
    """What a `TaxonomyClassifier` has learned."""

    tree: Tree  # the part of the taxonomy that leads to the classes
    classes: np.ndarray  # its leaves, sorted
    models: Models
    flat: bool  # whether there is one classifier of all classes
    n_transfers: int = 0  # number of fine-tunings


class TaxonomyClassifier(HasSource, FromProba, ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Classify along a tree of classes.

    Parameters
    ----------
    estimator : classifier with `predict_proba`
        Cloned for every node of the tree with more than one child; what it takes as X, this takes.
    taxonomy : dict
        Node -> what is below it: a dict of the same kind, a list of classes, or None for a class.
        `VARIABLE_STAR_TAXONOMY` and `CRTS_TAXONOMY` are ready made. Classes that the training
        stars lack are left out. A label may be an inner node: where nothing below it occurs it is
        a class like others (LPV where nobody tells Mira from semi-regular stars), otherwise its
        stars teach only the nodes above.
    routing : {"flat", "soft", "hard"}, default="soft"
        "flat" is one classifier of all classes, and the tree only adds up its probabilities;
        "soft" multiplies the probabilities along the path; "hard" sends a star down the most
        probable child alone, so that an error at the top is never mended. A fitted classifier may
        be switched between "soft" and "hard", whose nodes are the same.
    sampler : object with `fit_resample` or None, default=None
        Cloned and run on the training stars of every node, and there only: one of imbalanced-learn
        on features, `RASLE` or `GPAugmenter` on light curves.
    calibration : {"sigmoid", "isotonic", "temperature"} or None, default=None
        Calibrate every node's probabilities with stars held out of its training by
        ``CalibratedClassifierCV`` in up to five folds; "temperature" needs scikit-learn 1.8. Held
        out stars are real ones with the training's class shares: calibration undoes what a
        sampler does to them, and with it the gain in balanced accuracy.
    min_probability : float or None, default=None
        A star whose leaf is less probable than this is given the nearest node above it that is
        not ("hard": it goes down only to children at least that probable at their node); "root"
        where there is none. None: always a leaf.
    random_state : int, RandomState instance or None, default=None
        Seeds everything random in the nodes' estimators and samplers; None: as they are seeded.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The leaves that are predicted, sorted.
    tree_ : Tree
        The part of the taxonomy that leads to them.
    models_ : dict of node -> fitted classifier
    source_classes_ : ndarray
        The leaves learned by `fit`.
    is_transferred_ : bool
        Whether `partial_fit_target` has been called.
    model_, source_model_ : TaxonomyModel
        All that is learned: as it is now, and as `fit` left it.
    n_features_in_ : int
        Number of features seen in `fit`, where X is a matrix.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X had names that are all strings.

    Notes
    -----
    On the Catalina southern variables a tree does not beat one flat classifier, and a hard tree is
    worse: see ``docs/rare_classes.md``. What it gives is probabilities at every level, and an
    answer for stars whose exact class is not certain.

    References
    ----------
    .. [1] Hosenie, Z. et al. (2020). "Imbalance learning for variable star classification".
       MNRAS 493, 6050.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_vartl.taxonomy import TaxonomyClassifier
    >>> X, number = make_blobs(n_samples=120, centers=3, random_state=3)
    >>> y = [["EC", "ED", "RRAB"][i] for i in number]
    >>> tree = {"Eclipsing": ["EC", "ED"], "RRAB": None}
    >>> clf = TaxonomyClassifier(LogisticRegression(), tree).fit(X, y)
    >>> clf.predict_path([X[number == 1].mean(axis=0)]).tolist()
    [('Eclipsing', 'ED')]
    >>> sorted(clf.proba_by_node(X))
    ['EC', 'ED', 'Eclipsing', 'RRAB']
    """

    _parameter_constraints: dict = {
        "estimator": [HasMethods(["fit", "predict_proba"])],
        "taxonomy": [dict],
        "routing": [StrOptions({"flat", "soft", "hard"})],
        "sampler": [HasMethods(["fit_resample"]), None],
        "calibration": [StrOptions({"sigmoid", "isotonic", "temperature"}), None],
        "min_probability": [Interval(Real, 0, 1, closed="both"), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Any,
        taxonomy: dict,
        *,
        routing: Literal["flat", "soft", "hard"] = "soft",
        sampler: Any = None,
        calibration: Literal["sigmoid", "isotonic", "temperature"] | None = None,
        min_probability: float | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.estimator = estimator
        self.taxonomy = taxonomy
        self.routing = routing
        self.sampler = sampler
        self.calibration = calibration
        self.min_probability = min_probability
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the classifiers of all nodes.

        Parameters
        ----------
        X : what `estimator` takes: array-like of shape (n_stars, n_features) or LightCurves
        y : array-like of shape (n_stars,)
            Classes of the taxonomy.
        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars, given to every node's classifier.

        Raises
        ------
        ValueError
            If a label is missing or not in the taxonomy.
        """
        with as_before_on_error(self):
            X = self._stars(X, reset=True)
            y = self._labels(X, y)
            tree, classes = self._pruned(np.unique(y))
            X, y, weight = self._usable(tree, X, y, sample_weight)
            flat = self.routing == "flat"
            models = fit_nodes(self, _followed(tree, flat), X, y, weight, self._rng())
            self.model_ = self.source_model_ = TaxonomyModel(tree, classes, models, flat)
        return self

    @changes_model
    @available_if(lambda self: hasattr(self.estimator, "partial_fit_target"))
    @fit_context(prefer_skip_nested_validation=False)
    def partial_fit_target(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        classes: Any = None,
        X_unlabelled: Any = None,
    ) -> Self:
        """Fine-tune the classifiers of all nodes that labelled stars of a target survey reach.

        The first call replaces the classes by the target's, later calls add to them, as in
        `TransferMLPClassifier`. Nodes that the source did not have are fitted on the target's stars.
        Parameters of `estimator` that were set after `fit` hold. After an error the classifier is
        what it was before.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features) or LightCurves
            Stars of the target survey.
        y : array-like of shape (n_stars,)
            Their classes, which may lack many of the source's.
        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars.
        classes : array-like, default=None
            Classes of the target, where `y` does not show them all.
        X_unlabelled : array-like or LightCurves, default=None
            Further stars of the target; they help the classifier at the root.

        Raises
        ------
        TypeError
            If the nodes are calibrated: held-out folds of the source know nothing of the target.
        ValueError
            If a label is missing, not in the taxonomy or not in `classes`.
        """
        check_is_fitted(self)
        self._check_routing()
        before = self.model_
        X = self._stars(X, reset=False)
        y = self._labels(X, y)
        if X_unlabelled is not None:
            X_unlabelled = self._stars(X_unlabelled, reset=False)
        if any(isinstance(model, CalibratedClassifierCV) for model in before.models.values()):
            raise TypeError(
                "Calibrated nodes cannot be fine-tuned: pass calibration=None, and an estimator "
                "that calibrates itself, such as TransferMLPClassifier(calibration='temperature')."
            )
        given = np.unique(y) if classes is None else sorted_classes(classes)
        self._check_known(given)
        encode(y, given)
        if before.n_transfers:
            given = union(before.classes, given)
        tree, leaves = self._pruned(given)
        X, y, weight = self._usable(tree, X, y, sample_weight)
        models = fine_tune_nodes(
            self,
            before.models,
            _followed(tree, before.flat),
            X,
            y,
            weight,
            X_unlabelled,
            self._rng(),
        )
        self.model_ = TaxonomyModel(tree, leaves, models, before.flat, before.n_transfers + 1)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predict the class of each star, or with `min_probability` a node above it.

        Parameters
        ----------
        X : as in `fit`

        Returns
        -------
        y : ndarray of shape (n_stars,)
            Members of `classes_`; with `min_probability` an object array of nodes.
        """
        conditional, proba = self._asked(X)
        if self.min_probability is None:
            return self.classes_[proba.argmax(axis=1)]
        return np.array([*self._stops(conditional, proba), None], dtype=object)[:-1]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict the probabilities of the leaves.

        Parameters
        ----------
        X : as in `fit`

        Returns
        -------
        proba : ndarray of shape (n_stars, n_classes)
            Columns in the order of `classes_`.
        """
        return self._asked(X)[1]

    def predict_path(self, X: Any) -> np.ndarray:
        """Predict the nodes that each star passes, from below the root to the predicted one.

        Parameters
        ----------
        X : as in `fit`

        Returns
        -------
        paths : ndarray of tuple objects of shape (n_stars,)
            Of different lengths; an empty one is a star that stops at the root.
        """
        nodes = self.predict(X).tolist()
        paths = np.empty(len(nodes), dtype=object)
        for i, node in enumerate(nodes):
            paths[i] = self.tree_.path(node)
        return paths

    def proba_by_node(self, X: Any) -> dict[Any, np.ndarray]:
        """Predict the probability of every node below the root.

        Parameters
        ----------
        X : as in `fit`

        Returns
        -------
        proba : dict of node -> ndarray of shape (n_stars,)
            A node's probability is the sum over the leaves below it.
        """
        proba = self._asked(X)[1]
        return proba_of_nodes(self.tree_, proba, self.classes_.tolist())

    def score_by_node(
        self, X: Any, y: Any, metric: Callable[..., float] = balanced_accuracy_score
    ) -> dict[Any, float]:
        """Score every node's decision on the stars that belong there.

        Parameters
        ----------
        X : as in `fit`
        y : array-like of shape (n_stars,)
            True classes.
        metric : callable(y_true, y_pred) -> float, default=balanced_accuracy_score
            Takes the names of the children that the stars belong to and are sent to.

        Returns
        -------
        scores : dict of node -> float
            For nodes with several children; NaN where no star of `y` belongs.
        """
        conditional, proba = self._asked(X)
        y = self._labels(X, y)
        nodes = proba_of_nodes(self.tree_, proba, self.classes_.tolist())
        scores = {}
        for node, children in self.tree_.children.items():
            if len(children) < 2:
                continue
            stars, labels = node_labels(self.tree_, node, y)
            if self.routing == "flat":
                share = np.column_stack([nodes[child] for child in children])
            else:
                share = conditional[node]
            sent = np.array(list(children))[share[stars].argmax(axis=1)]
            scores[node] = float(metric(labels, sent)) if stars.size else np.nan
        return scores

    @property
    def tree_(self) -> Tree:
        """The part of the taxonomy that leads to `classes_`."""
        return self.model_.tree

    @property
    def models_(self) -> Models:
        """Node -> its fitted classifier."""
        return self.model_.models

    def _stops(self, conditional, proba):
        if self.routing == "hard":
            return descend(self.tree_, conditional, self.min_probability)
        return climb(self.tree_, proba, self.classes_.tolist(), self.min_probability)

    def _asked(self, X):
        """What the nodes say, and the probabilities of the leaves."""
        check_is_fitted(self)
        self._check_routing()
        X, model = self._stars(X, reset=False), self.model_
        tree = _followed(model.tree, model.flat)
        conditional = conditional_proba(model.models, tree, X, _num_samples(X))
        hard = self.routing == "hard"
        return conditional, leaf_proba(tree, conditional, model.classes.tolist(), hard)

    def _check_routing(self):
        if (self.routing == "flat") != self.model_.flat:
            raise ValueError(
                f"routing={self.routing!r} has other nodes than were fitted: fit again, or switch "
                "between 'soft' and 'hard' only."
            )

    def _stars(self, X, *, reset):
        """X as a matrix; light curves, frames and what goes into a pipeline as they are."""
        tags = get_tags(self).input_tags
        # The tags of a pipeline do not tell what its first step takes.
        own = isinstance(self.estimator, Pipeline) or not tags.two_d_array
        if own or isinstance(X, LightCurves) or hasattr(X, "columns"):
            validate_data(self, X, reset=reset, skip_check_array=True)
            return X
        return validate_data(
            self,
            X,
            reset=reset,
            dtype=None,
            accept_sparse="csr" if tags.sparse else False,
            ensure_all_finite="allow-nan" if tags.allow_nan else True,
        )

    def _labels(self, X, y):
        """The labels as an array, all of them nodes of the taxonomy."""
        y = check_labels(y, _num_samples(X))
        self._check_known(sorted_classes(y))
        return y

    def _check_known(self, names):
        tree = parse_tree(self.taxonomy)
        unknown = [name for name in names.tolist() if name not in tree.parent]
        if unknown:
            raise ValueError(
                f"y contains the labels {unknown}, which are not in the taxonomy: translate them "
                "with harmonise(labels, survey, classes=...), or add them to the tree."
            )

    def _pruned(self, names):
        """The tree that leads to these nodes, and its leaves in their order."""
        tree = parse_tree(self.taxonomy).pruned(names.tolist())
        leaves = set(tree.leaves())
        return tree, np.array([n for n in names.tolist() if n in leaves], names.dtype)

    def _usable(self, tree, X, y, sample_weight):
        """Without the stars that no node can learn from: flat routing has no use for inner nodes."""
        weight = None if sample_weight is None else check_weights(sample_weight, X)
        coarse = np.isin(y, tree.coarse(np.unique(y).tolist()))
        if self.routing != "flat" or not coarse.any():
            return X, y, weight
        warn_user(
            f"{np.count_nonzero(coarse)} of {len(y)} stars are labelled with inner nodes "
            f"({', '.join(map(str, np.unique(y[coarse])))}) and left out: flat routing has no "
            "classifier that could learn from them."
        )
        keep = np.flatnonzero(~coarse)
        return _safe_indexing(X, keep), y[keep], None if weight is None else weight[keep]

    def _rng(self):
        return None if self.random_state is None else check_random_state(self.random_state)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self.estimator).input_tags
        tags.classifier_tags.multi_label = False
        return tags


def _followed(tree, flat):
    """The tree that the classifiers follow: with flat routing, all classes below the root."""
    return tree.flattened() if flat else tree
