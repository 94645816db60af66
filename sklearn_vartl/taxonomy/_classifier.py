"""TaxonomyClassifier."""

from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, _fit_context
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _num_samples, check_is_fitted

from ._nodes import (
    check_stars,
    check_tree_labels,
    conditional_proba,
    learn_tree,
    model_tree,
    node_labels,
    transfer_tree,
)
from ._tree import climb, descend, leaf_proba, proba_of_nodes


class TaxonomyPredictorMixin:
    """Everything that reads the fitted nodes and does not change them."""

    def predict(self, X):
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

    def predict_proba(self, X):
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

    def predict_path(self, X):
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

    def proba_by_node(self, X):
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

    def score_by_node(self, X, y, metric=balanced_accuracy_score):
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
        y = check_tree_labels(self, X, y)
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

    def _stops(self, conditional, proba):
        if self.routing == "hard":
            return descend(self.tree_, conditional, self.min_probability)
        return climb(self.tree_, proba, self.classes_.tolist(), self.min_probability)

    def _asked(self, X):
        """What the nodes say, and the probabilities of the leaves."""
        check_is_fitted(self)
        X = check_stars(self, X, reset=False)
        tree, classes = model_tree(self), self.classes_.tolist()
        conditional = conditional_proba(self.models_, tree, X, _num_samples(X))
        return conditional, leaf_proba(tree, conditional, classes, self.routing == "hard")


def _estimator_has(name):
    def check(self):
        getattr(self.estimator, name)
        return True

    return check


class TaxonomyClassifier(
    TaxonomyPredictorMixin, ClassifierMixin, MetaEstimatorMixin, BaseEstimator
):
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

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The leaves that are predicted, sorted.

    tree_ : Tree
        The part of the taxonomy that leads to them.

    models_ : dict of node -> fitted classifier

    is_transferred_ : bool
        Whether `partial_fit_target` has been called.

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
    }

    def __init__(
        self,
        estimator,
        taxonomy,
        *,
        routing="soft",
        sampler=None,
        calibration=None,
        min_probability=None,
    ):
        self.estimator = estimator
        self.taxonomy = taxonomy
        self.routing = routing
        self.sampler = sampler
        self.calibration = calibration
        self.min_probability = min_probability

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None):
        """Fit the classifiers of all nodes.

        Parameters
        ----------
        X : what `estimator` takes: array-like of shape (n_stars, n_features) or LightCurves

        y : array-like of shape (n_stars,)
            Classes of the taxonomy.

        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars, given to every node's classifier.

        Returns
        -------
        self : TaxonomyClassifier

        Raises
        ------
        ValueError
            If a label is missing or not in the taxonomy.
        """
        return learn_tree(self, X, y, sample_weight)

    @available_if(_estimator_has("partial_fit_target"))
    @_fit_context(prefer_skip_nested_validation=False)
    def partial_fit_target(self, X, y, sample_weight=None, classes=None, X_unlabelled=None):
        """Fine-tune the classifiers of all nodes that labelled stars of a target survey reach.

        The first call replaces the classes by the target's, later calls add to them, as in
        `TransferMLPClassifier`. Nodes that the source did not have are fitted on the target's stars.

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

        Returns
        -------
        self : TaxonomyClassifier

        Raises
        ------
        TypeError
            If the nodes are calibrated: held-out folds of the source know nothing of the target.
        ValueError
            If a label is missing, not in the taxonomy or not in `classes`.
        """
        return transfer_tree(self, X, y, sample_weight, classes, X_unlabelled)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self.estimator).input_tags
        tags.classifier_tags.multi_label = False
        return tags
