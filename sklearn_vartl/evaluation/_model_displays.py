"""Displays of a model: embedding, training history, feature importance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.decomposition import PCA
from sklearn.inspection import permutation_importance
from sklearn.pipeline import Pipeline

from ..light_curves import pyplot
from ._star_displays import one_axes, several_axes

if TYPE_CHECKING:
    from numpy.random import RandomState

    from ..light_curves import LightCurves


class EmbeddingDisplay:
    """Two main axes of what the networks see, for source and target stars.

    Parameters
    ----------
    panels : dict of str to (ndarray of shape (n_source, 2), ndarray of shape (n_target, 2))
        Title of each panel, and positions of the stars in it.
    y_source, y_target : ndarray
        Their classes.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        Set by `plot`.
    figure_ : matplotlib Figure
        Set by `plot`.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier
    >>> from sklearn_vartl.evaluation import EmbeddingDisplay
    >>> X, y = make_blobs(n_samples=100, centers=3, random_state=0)
    >>> clf = TransferMLPClassifier((8,), n_estimators=1, random_state=0).fit(X[:60], y[:60])
    >>> clf = clf.partial_fit_target(X[60:] + 1, y[60:])
    >>> display = EmbeddingDisplay.from_estimator(clf, X[:60], y[:60], X[60:] + 1, y[60:])
    >>> list(display.panels)
    ['before transfer', 'after transfer']
    """

    def __init__(
        self,
        panels: Mapping[str, tuple[NDArray[Any], NDArray[Any]]],
        y_source: ArrayLike,
        y_target: ArrayLike,
    ) -> None:
        self.panels = panels
        self.y_source = np.asarray(y_source)
        self.y_target = np.asarray(y_target)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X_source: LightCurves | ArrayLike,
        y_source: ArrayLike,
        X_target: LightCurves | ArrayLike,
        y_target: ArrayLike,
        *,
        ax: Sequence[Any] | None = None,
    ) -> Self:
        """Embed stars of both surveys and draw them.

        Parameters
        ----------
        estimator : fitted TransferMLPClassifier or TransferPipeline
            Where it was fine-tuned, a panel for the source's network comes first.
        X_source, X_target : LightCurves or array-like
            Stars, as the estimator takes them.
        y_source, y_target : array-like of shape (n_stars,)
            Their classes.
        ax : sequence of matplotlib Axes, default=None
            As many as panels; None makes a new figure.
        """
        networks = {"after transfer" if estimator.is_transferred_ else "source": estimator}
        if estimator.is_transferred_:
            networks = {"before transfer": deepcopy(estimator).reset_to_source()} | networks
        panels = {}
        for title, network in networks.items():
            source, target = network.embed(X_source), network.embed(X_target)
            usable = np.concatenate([source, target])
            main = PCA(2, svd_solver="full").fit(usable[~np.isnan(usable).any(axis=1)])
            panels[title] = _projected(main, source), _projected(main, target)
        return cls(panels, y_source, y_target).plot(ax=ax)

    def plot(self, ax: Sequence[Any] | None = None) -> Self:
        """Draw a panel for each network: source stars as dots, target stars as crosses.

        Parameters
        ----------
        ax : sequence of matplotlib Axes, default=None
            As many as panels; None makes a new figure.
        """
        number = len(self.panels)
        self.axes_ = several_axes(ax, number, figsize=(1.5 + 4.5 * number, 4.5))
        self.figure_ = self.axes_[0].figure
        classes = np.union1d(self.y_source, self.y_target)
        colors = _colors(len(classes))
        for axes, (title, (source, target)) in zip(self.axes_, self.panels.items(), strict=True):
            for label, color in zip(classes, colors, strict=True):
                of_source, of_target = (
                    source[self.y_source == label],
                    target[self.y_target == label],
                )
                axes.scatter(*of_source.T, s=8, color=color, alpha=0.5, linewidths=0)
                axes.scatter(*of_target.T, s=24, color=color, marker="x", linewidths=1)
                axes.scatter([], [], color=color, label=str(label))
            axes.set(title=title, xlabel="first component", ylabel="second component")
        self.axes_[0].scatter([], [], s=8, color="0.3", label="source: dots")
        self.axes_[0].scatter([], [], s=24, color="0.3", marker="x", label="target: crosses")
        self.figure_.legend(
            *self.axes_[0].get_legend_handles_labels(), loc="outside right upper", fontsize=8
        )
        return self


def _projected(main, embedding):
    found = np.full((len(embedding), 2), np.nan)
    usable = ~np.isnan(embedding).any(axis=1)
    if usable.any():
        found[usable] = main.transform(embedding[usable])
    return found


def _colors(number):
    table = pyplot().get_cmap("tab20")
    return [table(k % 20) for k in range(number)]


class TrainingHistoryDisplay:
    """Loss against epoch, one line a network.

    Parameters
    ----------
    history : list of list of dict
        The ``history_`` of a TransferMLPClassifier.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier
    >>> from sklearn_vartl.evaluation import TrainingHistoryDisplay
    >>> X, y = make_blobs(n_samples=60, centers=2, random_state=0)
    >>> clf = TransferMLPClassifier((8,), n_estimators=2, random_state=0).fit(X, y)
    >>> display = TrainingHistoryDisplay.from_estimator(clf)
    >>> len(display.history)
    2
    """

    def __init__(self, history: Sequence[Any]) -> None:
        self.history = history

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None) -> Self:
        """Draw the last training of a classifier.

        Parameters
        ----------
        estimator : fitted TransferMLPClassifier or TransferPipeline
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        Raises
        ------
        TypeError
            If it keeps no history.
        """
        last = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
        if not hasattr(last, "history_"):
            raise TypeError(
                f"{type(last).__name__} has no history_: it is not fitted, or no network."
            )
        return cls(last.history_).plot(ax=ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw the losses: solid in training, dashed on stars held out.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        """
        self.ax_ = ax = one_axes(ax)
        self.figure_ = ax.figure
        styles = {"train_loss": ("-", "training"), "valid_loss": ("--", "held-out stars")}
        for number, epochs in enumerate(self.history):
            for key, (style, label) in styles.items():
                points = [(each["epoch"], each[key]) for each in epochs if key in each]
                if points:
                    shown = label if number == 0 else None
                    ax.plot(*zip(*points, strict=True), style, color=f"C{number}", label=shown)
        ax.set(xlabel="epoch", ylabel="loss")
        ax.legend()
        return self


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

    def __init__(self, names: ArrayLike, importances: ArrayLike) -> None:
        self.names = np.asarray(names, dtype=object)
        self.importances = np.asarray(importances)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        names: ArrayLike | None = None,
        groups: ArrayLike | str | None = None,
        scoring: str | Callable[..., Any] = "matthews_corrcoef",
        n_repeats: int = 5,
        random_state: int | RandomState | None = None,
        ax: Any = None,
    ) -> Self:
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

        Raises
        ------
        ValueError
            If names or groups are not as many as features.
        """
        known = _names(estimator, X, names)
        table: Any = X if hasattr(X, "iloc") else np.asarray(X, dtype=float)
        if len(known) != table.shape[1]:
            raise ValueError(f"There are {len(known)} names for {table.shape[1]} features.")
        if groups is None:
            found = permutation_importance(
                estimator, table, y, scoring=scoring, n_repeats=n_repeats, random_state=random_state
            )
            return cls(known, found.importances).plot(ax=ax)
        group = _families(known) if isinstance(groups, str) else np.asarray(groups, dtype=object)
        if len(group) != table.shape[1]:
            raise ValueError(f"There are {len(group)} groups for {table.shape[1]} features.")
        found = _grouped(estimator, table, y, group, scoring, n_repeats, random_state)
        return cls(*found).plot(ax=ax)

    def plot(self, ax: Any = None, *, max_shown: int = 20) -> Self:
        """Draw a bar for each, the most important on top.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        max_shown : int, default=20
            Bars at most.
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
    from ..features import feature_definitions

    families = {each.name: each.family for each in feature_definitions()}
    return np.array([families.get(name, "other") for name in names], dtype=object)


def _grouped(estimator, X, y, groups, scoring, n_repeats, random_state):
    from sklearn.metrics import check_scoring
    from sklearn.utils import check_random_state

    rng = check_random_state(random_state)
    scorer = check_scoring(estimator, scoring)
    whole = scorer(estimator, X, y)
    as_given = partial(type(X), columns=X.columns) if hasattr(X, "iloc") else np.asarray
    X = np.asarray(X, dtype=float)
    names = np.array(list(dict.fromkeys(groups)), dtype=object)
    lost = np.empty((len(names), n_repeats))
    for row, name in enumerate(names):
        columns = np.flatnonzero(groups == name)
        for repeat in range(n_repeats):
            permuted = X.copy()
            permuted[:, columns] = X[rng.permutation(len(X))][:, columns]
            lost[row, repeat] = whole - scorer(estimator, as_given(permuted), y)
    return names, lost
