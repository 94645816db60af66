"""Which features the classifier uses."""

import numpy as np
from sklearn.inspection import permutation_importance

from ._axes import one_axes


class FeatureImportanceDisplay:
    """What the score loses when a feature, or a whole family of features, is permuted.

    Features that say the same hide behind each other: each alone loses little. Their family,
    permuted together, shows what it is worth.

    Parameters
    ----------
    names : ndarray of shape (n_groups,)
    importances : ndarray of shape (n_groups, n_repeats)

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn_vartl.evaluation import FeatureImportanceDisplay
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> y = X[:, 1] > 0
    >>> forest = RandomForestClassifier(20, random_state=0).fit(X, y)
    >>> display = FeatureImportanceDisplay.from_estimator(forest, X, y, random_state=0)
    >>> str(display.names[display.importances.mean(axis=1).argmax()])
    'feature 1'
    """

    def __init__(self, names, importances):
        self.names = np.asarray(names, dtype=object)
        self.importances = np.asarray(importances)

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        names=None,
        groups=None,
        scoring="matthews_corrcoef",
        n_repeats=5,
        random_state=None,
        ax=None,
    ):
        """Permute features and draw what that costs.

        Parameters
        ----------
        estimator : fitted classifier
            One that takes features, such as the last step of a pipeline.
        X : array-like of shape (n_stars, n_features)
            Features of stars that were not in training.
        y : array-like of shape (n_stars,)
            Their classes.
        names : array-like of str, default=None
            Names of the features; None: the columns of `X`, the estimator's
            ``feature_names_in_``, or numbers.
        groups : array-like of shape (n_features,) or "family", default=None
            Features of one group are permuted together; "family" takes the families of
            `LightCurveFeatures` by `names`. None: each feature for itself.
        scoring : str or callable, default="matthews_corrcoef"
            As everywhere in scikit-learn.
        n_repeats : int, default=5
            Permutations of each.
        random_state : int, RandomState instance or None, default=None
            Decides the permutations.
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        display : FeatureImportanceDisplay

        Raises
        ------
        ValueError
            If names or groups are not as many as features.
        """
        names = _names(estimator, X, names)
        X = np.asarray(X, dtype=float)
        if len(names) != X.shape[1]:
            raise ValueError(f"There are {len(names)} names for {X.shape[1]} features.")
        if groups is None:
            found = permutation_importance(
                estimator, X, y, scoring=scoring, n_repeats=n_repeats, random_state=random_state
            )
            return cls(names, found.importances).plot(ax=ax)
        groups = _families(names) if isinstance(groups, str) else np.asarray(groups, dtype=object)
        if len(groups) != X.shape[1]:
            raise ValueError(f"There are {len(groups)} groups for {X.shape[1]} features.")
        found = _grouped(estimator, X, y, groups, scoring, n_repeats, random_state)
        return cls(*found).plot(ax=ax)

    def plot(self, ax=None, *, max_shown=20):
        """Draw a bar for each, the most important on top.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        max_shown : int, default=20
            Bars at most.

        Returns
        -------
        display : FeatureImportanceDisplay
        """
        mean, spread = self.importances.mean(axis=1), self.importances.std(axis=1)
        order = np.argsort(mean)[-max_shown:]
        self.ax_ = ax = one_axes(ax, figsize=(7, 1 + 0.25 * len(order)))
        self.figure_ = ax.figure
        ax.barh(self.names[order].astype(str), mean[order], xerr=spread[order], color="C0")
        ax.axvline(0, color="0.3", linewidth=0.8)
        ax.set(xlabel="loss of the score when permuted")
        return self


def _names(estimator, X, names):
    if names is not None:
        return np.asarray(names, dtype=object)
    if hasattr(X, "columns"):
        return np.asarray(X.columns, dtype=object)
    known = getattr(estimator, "feature_names_in_", None)
    if known is not None:
        return np.asarray(known, dtype=object)
    return np.array([f"feature {k}" for k in range(np.shape(X)[1])], dtype=object)


def _families(names):
    from ...features import feature_definitions

    families = {each.name: each.family for each in feature_definitions()}
    return np.array([families.get(name, "other") for name in names], dtype=object)


def _grouped(estimator, X, y, groups, scoring, n_repeats, random_state):
    from sklearn.metrics import check_scoring
    from sklearn.utils import check_random_state

    rng = check_random_state(random_state)
    scorer = check_scoring(estimator, scoring)
    whole = scorer(estimator, X, y)
    names = np.array(list(dict.fromkeys(groups)), dtype=object)
    lost = np.empty((len(names), n_repeats))
    for row, name in enumerate(names):
        columns = np.flatnonzero(groups == name)
        for repeat in range(n_repeats):
            permuted = X.copy()
            permuted[:, columns] = X[rng.permutation(len(X))][:, columns]
            lost[row, repeat] = whole - scorer(estimator, permuted, y)
    return names, lost
