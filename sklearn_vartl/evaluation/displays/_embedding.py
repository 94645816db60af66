"""Source and target stars in the network's space, before and after transfer."""

from copy import deepcopy

import numpy as np
from sklearn.decomposition import PCA

from ._axes import several_axes


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

    def __init__(self, panels, y_source, y_target):
        self.panels = panels
        self.y_source = np.asarray(y_source)
        self.y_target = np.asarray(y_target)

    @classmethod
    def from_estimator(cls, estimator, X_source, y_source, X_target, y_target, *, ax=None):
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

        Returns
        -------
        display : EmbeddingDisplay
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

    def plot(self, ax=None):
        """Draw a panel for each network: source stars as dots, target stars as crosses.

        Parameters
        ----------
        ax : sequence of matplotlib Axes, default=None
            As many as panels; None makes a new figure.

        Returns
        -------
        display : EmbeddingDisplay
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
    from ._axes import pyplot

    table = pyplot().get_cmap("tab20")
    return [table(k % 20) for k in range(number)]
