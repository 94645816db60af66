"""Displays of predictions: confusion in a taxonomy, recall, reliability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import confusion_matrix, recall_score

from ..classes import GROUPS, group_of, harmonise
from ._metrics import binned_confidence, expected_calibration_error
from ._star_displays import one_axes

if TYPE_CHECKING:
    from ..light_curves import LightCurves


class TaxonomyConfusionDisplay:
    """Confusion matrix with the classes of a group side by side and framed.

    Mistakes inside a frame are between relatives; those outside are the bad ones.

    Parameters
    ----------
    matrix : ndarray of shape (n_classes, n_classes)
        Stars of each true class (rows) predicted as each class (columns).
    classes : list
        In the order of rows and columns.
    groups : list of str
        Group of each class; equal ones are neighbours.

    Attributes
    ----------
    within_groups : float
        Share of the mistakes that stay inside a group; NaN without a mistake.
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from sklearn_vartl.evaluation import TaxonomyConfusionDisplay
    >>> groups = {"eclipsing": ["EC", "ED"], "RR Lyrae": ["RRAB", "RRC"]}
    >>> display = TaxonomyConfusionDisplay.from_predictions(
    ...     ["EC", "RRAB", "ED", "RRC"], ["ED", "RRAB", "ED", "EC"], groups=groups)
    >>> display.within_groups
    0.5
    """

    def __init__(self, matrix: NDArray[Any], classes: Sequence[Any], groups: Sequence[str]) -> None:
        self.matrix = np.asarray(matrix)
        self.classes = list(classes)
        self.groups = list(groups)
        same = np.equal.outer(np.array(self.groups, dtype=object), np.array(groups, dtype=object))
        wrong = self.matrix.sum() - np.trace(self.matrix)
        inside = self.matrix[same].sum() - np.trace(self.matrix)
        self.within_groups = float(inside / wrong) if wrong else np.nan

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: LightCurves | ArrayLike,
        y: ArrayLike,
        *,
        groups: Mapping[str, Sequence[Any]] | None = None,
        ax: Any = None,
    ) -> Self:
        """Predict, and draw the matrix.

        Parameters
        ----------
        estimator : fitted classifier
        X : LightCurves or array-like
            What it takes.
        y : array-like of shape (n_stars,)
            True classes.
        groups : dict of str to list of classes, default=None
            Groups and their classes, in the order of drawing; classes in none of them come last.
            They are compared as spelt. None: eclipsing, RR Lyrae, Cepheids and so on, whatever
            the classes are called, as `harmonise` translates them.
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        """
        return cls.from_predictions(y, estimator.predict(X), groups=groups, ax=ax)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        groups: Mapping[str, Sequence[Any]] | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw the matrix of given predictions.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_stars,)
            True and predicted classes.
        groups, ax
            As in `from_estimator`.

        Raises
        ------
        ValueError
            If a class is in two groups.
        """
        present = np.union1d(np.asarray(y_true), np.asarray(y_pred)).tolist()
        ordered, homes = _side_by_side(present, groups)
        matrix = confusion_matrix(y_true, y_pred, labels=ordered)
        return cls(matrix, ordered, homes).plot(ax=ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw counts, coloured by their share of the true class.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        """
        number = len(self.classes)
        side = 2 + 0.45 * number
        self.ax_ = ax = one_axes(ax, figsize=(side, side))
        self.figure_ = ax.figure
        share = self.matrix / np.maximum(self.matrix.sum(axis=1, keepdims=True), 1)
        ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
        for i, j in zip(*np.nonzero(self.matrix), strict=True):
            color = "white" if share[i, j] > 0.55 else "black"
            ax.text(j, i, self.matrix[i, j], ha="center", va="center", color=color, fontsize=8)
        ticks = {"ticks": range(number), "labels": [str(label) for label in self.classes]}
        ax.set_xticks(**ticks, rotation=90)
        ax.set_yticks(**ticks)
        ax.set(xlabel="predicted class", ylabel="true class")
        for name in dict.fromkeys(self.groups):
            rows = [k for k, group in enumerate(self.groups) if group == name]
            start, size = rows[0] - 0.5, len(rows)
            corners = np.array([0, 0, 1, 1, 0]), np.array([0, 1, 1, 0, 0])
            ax.plot(start + size * corners[0], start + size * corners[1], color="C3", linewidth=1.2)
        return self


def _side_by_side(present, groups):
    """The classes in the order of their groups (None: the usual ones), and the group of each."""
    if groups is None:
        home = {label: group_of(label) for label in present}
        # Within a group by its standard name: synonyms are neighbours.
        ordered = sorted(present, key=lambda label: str(harmonise([label])[0]))
    else:
        members = [label for group in groups.values() for label in group]
        if len(set(members)) != len(members):
            raise ValueError("groups: a class may be in one group only.")
        home = {label: name for name, group in groups.items() for label in group}
        ordered = [label for label in members if label in present]
        ordered += [label for label in present if label not in home]
    rank = {name: place for place, name in enumerate(GROUPS if groups is None else groups)}
    ordered.sort(key=lambda label: rank.get(home.get(label) or "", len(rank)))
    # A class without a group is its own.
    return ordered, [home.get(label) or str(label) for label in ordered]


# Points nearer than this would have their names written over each other.
_NEAR_RECALL, _NEAR_LOG_COUNT = 0.04, 0.15


@dataclass(eq=False)
class RecallDisplay:
    """Recall of each class against its number of stars.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
    count : ndarray of shape (n_classes,)
        Stars of each class.
    recall : ndarray of shape (n_classes,)
        Share of them that is found.
    error : ndarray of shape (n_classes,)
        Its standard error, from the number of stars alone (Wilson 1927).

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from sklearn_vartl.evaluation import RecallDisplay
    >>> display = RecallDisplay.from_predictions(["EC"] * 8 + ["ED"] * 2, ["EC"] * 9 + ["ED"])
    >>> display.recall
    array([1. , 0.5])
    """

    classes: NDArray[Any]
    count: NDArray[Any]
    recall: NDArray[Any]
    error: NDArray[Any]

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: LightCurves | ArrayLike,
        y: ArrayLike,
        *,
        ax: Any = None,
        name: str | None = None,
    ) -> Self:
        """Predict, and draw recall against class size.

        Parameters
        ----------
        estimator : fitted classifier
        X : LightCurves or array-like
            What it takes.
        y : array-like of shape (n_stars,)
            True classes.
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        name : str, default=None
            Name in the legend.
        """
        return cls.from_predictions(y, estimator.predict(X), ax=ax, name=name)

    @classmethod
    def from_predictions(
        cls, y_true: ArrayLike, y_pred: ArrayLike, *, ax: Any = None, name: str | None = None
    ) -> Self:
        """Draw recall against class size for given predictions.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_stars,)
            True and predicted classes.
        ax, name
            As in `from_estimator`.
        """
        y_true = np.asarray(y_true)
        classes, count = np.unique(y_true, return_counts=True)
        recall = recall_score(y_true, y_pred, labels=classes, average=None)
        # At a recall of 0 or 1 the usual standard error is zero, Wilson's is not.
        error = np.sqrt(recall * (1 - recall) / count + 1 / (4 * count**2)) / (1 + 1 / count)
        return cls(classes, count, recall, error).plot(ax=ax, name=name)

    def plot(self, ax: Any = None, *, name: str | None = None) -> Self:
        """Draw the points with their standard errors.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        name : str, default=None
            Name in the legend.
        """
        self.ax_ = ax = one_axes(ax, figsize=(7, 4))
        self.figure_ = ax.figure
        ax.errorbar(self.count, self.recall, self.error, fmt="o", capsize=2, label=name)
        for names, place in self._names_side_by_side():
            ax.annotate(names, place, xytext=(5, 4), textcoords="offset points", fontsize=9)
        ax.set_xscale("log")
        ax.set(xlabel="stars of the class", ylabel="recall", ylim=(-0.03, 1.08))
        if name is not None:
            ax.legend(loc="lower right")
        return self

    def _names_side_by_side(self):
        """Names and their places; of points too near for a name each, the names stand in one line."""
        places = []
        for label, x, y in zip(self.classes, self.count, self.recall, strict=True):
            for names, (other_x, other_y) in places:
                if abs(np.log(x / other_x)) < _NEAR_LOG_COUNT and abs(y - other_y) < _NEAR_RECALL:
                    names.append(str(label))
                    break
            else:
                places.append(([str(label)], (x, y)))
        return [(", ".join(names), place) for names, place in places]


@dataclass(eq=False)
class ReliabilityDisplay:
    """Share of right predictions against the probability of the predicted class.

    On the diagonal the probabilities mean what they say; below it the classifier is too sure of
    itself. The size of a point is the number of stars in its bin.

    Parameters
    ----------
    confidence, accuracy : ndarray of shape (n_bins,)
        Mean probability and share of right predictions of each bin; NaN where it is empty.
    count : ndarray of shape (n_bins,)
        Stars in each bin.
    error : float
        Expected calibration error.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    See Also
    --------
    expected_calibration_error : The same as one number.

    Examples
    --------
    >>> from sklearn_vartl.evaluation import ReliabilityDisplay
    >>> proba = [[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.1, 0.9]]
    >>> display = ReliabilityDisplay.from_predictions(["EC", "EC", "EC", "ED"], proba)
    >>> round(display.error, 3)
    0.25
    """

    confidence: NDArray[Any]
    accuracy: NDArray[Any]
    count: NDArray[Any]
    error: float

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: LightCurves | ArrayLike,
        y: ArrayLike,
        *,
        n_bins: int = 15,
        ax: Any = None,
        name: str | None = None,
    ) -> Self:
        """Predict, and draw the diagram.

        Parameters
        ----------
        estimator : fitted classifier with predict_proba
        X : LightCurves or array-like
            What it takes.
        y : array-like of shape (n_stars,)
            True classes.
        n_bins : int, default=15
            Bins of equal width.
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        name : str, default=None
            Name in the legend.
        """
        proba = estimator.predict_proba(X)
        return cls.from_predictions(
            y, proba, labels=estimator.classes_, n_bins=n_bins, ax=ax, name=name
        )

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_proba: ArrayLike,
        *,
        labels: ArrayLike | None = None,
        n_bins: int = 15,
        ax: Any = None,
        name: str | None = None,
    ) -> Self:
        """Draw the diagram of given probabilities.

        Parameters
        ----------
        y_true : array-like of shape (n_stars,)
            True classes.
        y_proba : array-like of shape (n_stars, n_classes)
        labels : array-like of shape (n_classes,), default=None
            Class of each column; None: the sorted classes of `y_true`.
        n_bins, ax, name
            As in `from_estimator`.

        Raises
        ------
        ValueError
            If the rows are no probabilities, or shapes do not agree.
        """
        error = expected_calibration_error(y_true, y_proba, labels=labels, n_bins=n_bins)
        y_true, y_proba = np.asarray(y_true), np.asarray(y_proba, dtype=float)
        labels = np.unique(y_true) if labels is None else np.asarray(labels)
        confidence, right, number = binned_confidence(y_true, y_proba, labels, n_bins)
        count = np.bincount(number, minlength=n_bins)
        filled = np.where(count, count, np.nan)
        mean = np.bincount(number, confidence, minlength=n_bins) / filled
        share = np.bincount(number, right, minlength=n_bins) / filled
        return cls(mean, share, count, error).plot(ax=ax, name=name)

    def plot(self, ax: Any = None, *, name: str | None = None) -> Self:
        """Draw the diagram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        name : str, default=None
            Name in the legend.
        """
        new = ax is None
        self.ax_ = ax = one_axes(ax, figsize=(5, 5))
        self.figure_ = ax.figure
        if new:
            ax.plot([0, 1], [0, 1], color="0.6", linestyle="--", linewidth=1)
        label = f"calibration error {self.error:.3f}"
        line = ax.plot(self.confidence, self.accuracy, linewidth=1)[0]
        ax.scatter(
            self.confidence,
            self.accuracy,
            s=15 + 200 * self.count / self.count.max(),
            color=line.get_color(),
            alpha=0.7,
            label=label if name is None else f"{name}: {label}",
        )
        ax.set(
            xlabel="probability of the predicted class",
            ylabel="share of right predictions",
            xlim=(0, 1.03),
            ylim=(0, 1.03),
            aspect="equal",
        )
        ax.legend(loc="best")
        return self
