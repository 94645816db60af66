"""A confusion matrix whose related classes stand together."""

import numpy as np
from sklearn.metrics import confusion_matrix

from ._axes import one_axes


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

    def __init__(self, matrix, classes, groups):
        self.matrix = np.asarray(matrix)
        self.classes = list(classes)
        self.groups = list(groups)
        same = np.equal.outer(np.array(self.groups, dtype=object), np.array(groups, dtype=object))
        wrong = self.matrix.sum() - np.trace(self.matrix)
        inside = self.matrix[same].sum() - np.trace(self.matrix)
        self.within_groups = float(inside / wrong) if wrong else np.nan

    @classmethod
    def from_estimator(cls, estimator, X, y, *, groups=None, ax=None):
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
            None: eclipsing, RR Lyrae, Cepheids and so on, by the names of this package.
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        display : TaxonomyConfusionDisplay
        """
        return cls.from_predictions(y, estimator.predict(X), groups=groups, ax=ax)

    @classmethod
    def from_predictions(cls, y_true, y_pred, *, groups=None, ax=None):
        """Draw the matrix of given predictions.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_stars,)
            True and predicted classes.
        groups, ax
            As in `from_estimator`.

        Returns
        -------
        display : TaxonomyConfusionDisplay

        Raises
        ------
        ValueError
            If a class is in two groups.
        """
        groups = GROUPS if groups is None else groups
        members = [label for group in groups.values() for label in group]
        if len(set(members)) != len(members):
            raise ValueError("groups: a class may be in one group only.")
        present = np.union1d(np.asarray(y_true), np.asarray(y_pred)).tolist()
        home = {label: name for name, group in groups.items() for label in group}
        # A class without a group is its own.
        ordered = [label for label in members if label in present]
        ordered += [label for label in present if label not in home]
        matrix = confusion_matrix(y_true, y_pred, labels=ordered)
        return cls(matrix, ordered, [home.get(each, str(each)) for each in ordered]).plot(ax=ax)

    def plot(self, ax=None):
        """Draw counts, coloured by their share of the true class.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        display : TaxonomyConfusionDisplay
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


GROUPS = {
    "eclipsing": ["EC", "ESD", "ED", "E", "EB"],
    "rotational": ["ELL", "ROT", "ACV", "CP"],
    "RR Lyrae": ["RRAB", "RRAB_BL", "RRC", "RRD"],
    "Cepheids": ["CEP", "CEP_MULTI", "ACEP", "T2CEP", "RVTAU"],
    "short-period pulsators": ["DSCT", "SXPHE", "GDOR", "SPB", "BCEP"],
    "long-period variables": ["MIRA", "SR", "LPV", "PVSG"],
    "not periodic": ["NONVAR", "QSO"],
}
