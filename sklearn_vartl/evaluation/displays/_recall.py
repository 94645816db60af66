"""Which classes suffer from being rare?"""

import numpy as np
from sklearn.metrics import recall_score

from ._axes import one_axes


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

    def __init__(self, classes, count, recall, error):
        self.classes = classes
        self.count = count
        self.recall = recall
        self.error = error

    @classmethod
    def from_estimator(cls, estimator, X, y, *, ax=None, name=None):
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

        Returns
        -------
        display : RecallDisplay
        """
        return cls.from_predictions(y, estimator.predict(X), ax=ax, name=name)

    @classmethod
    def from_predictions(cls, y_true, y_pred, *, ax=None, name=None):
        """Draw recall against class size for given predictions.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_stars,)
            True and predicted classes.
        ax, name
            As in `from_estimator`.

        Returns
        -------
        display : RecallDisplay
        """
        y_true = np.asarray(y_true)
        classes, count = np.unique(y_true, return_counts=True)
        recall = recall_score(y_true, y_pred, labels=classes, average=None, zero_division=0)
        # At a recall of 0 or 1 the usual standard error is zero, Wilson's is not.
        error = np.sqrt(recall * (1 - recall) / count + 1 / (4 * count**2)) / (1 + 1 / count)
        return cls(classes, count, recall, error).plot(ax=ax, name=name)

    def plot(self, ax=None, *, name=None):
        """Draw the points with their standard errors.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        name : str, default=None
            Name in the legend.

        Returns
        -------
        display : RecallDisplay
        """
        self.ax_ = ax = one_axes(ax, figsize=(7, 4))
        self.figure_ = ax.figure
        ax.errorbar(self.count, self.recall, self.error, fmt="o", capsize=2, label=name)
        for label, x, y in zip(self.classes, self.count, self.recall, strict=True):
            ax.annotate(str(label), (x, y), xytext=(5, 4), textcoords="offset points", fontsize=9)
        ax.set_xscale("log")
        ax.set(xlabel="stars of the class", ylabel="recall", ylim=(-0.03, 1.08))
        if name is not None:
            ax.legend(loc="lower right")
        return self
