"""Are the probabilities what they say?"""

import numpy as np

from .._metrics import expected_calibration_error
from ._axes import one_axes


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

    def __init__(self, confidence, accuracy, count, error):
        self.confidence = confidence
        self.accuracy = accuracy
        self.count = count
        self.error = error

    @classmethod
    def from_estimator(cls, estimator, X, y, *, n_bins=15, ax=None, name=None):
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

        Returns
        -------
        display : ReliabilityDisplay
        """
        proba = estimator.predict_proba(X)
        return cls.from_predictions(
            y, proba, labels=estimator.classes_, n_bins=n_bins, ax=ax, name=name
        )

    @classmethod
    def from_predictions(cls, y_true, y_proba, *, labels=None, n_bins=15, ax=None, name=None):
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

        Returns
        -------
        display : ReliabilityDisplay

        Raises
        ------
        ValueError
            If the rows are no probabilities, or shapes do not agree.
        """
        error = expected_calibration_error(y_true, y_proba, labels=labels, n_bins=n_bins)
        y_true, y_proba = np.asarray(y_true), np.asarray(y_proba, dtype=float)
        labels = np.unique(y_true) if labels is None else np.asarray(labels)
        confidence = y_proba.max(axis=1)
        right = labels[y_proba.argmax(axis=1)] == y_true
        number = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
        count = np.bincount(number, minlength=n_bins)
        filled = np.where(count, count, np.nan)
        mean = np.bincount(number, confidence, minlength=n_bins) / filled
        share = np.bincount(number, right, minlength=n_bins) / filled
        return cls(mean, share, count, error).plot(ax=ax, name=name)

    def plot(self, ax=None, *, name=None):
        """Draw the diagram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        name : str, default=None
            Name in the legend.

        Returns
        -------
        display : ReliabilityDisplay
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
