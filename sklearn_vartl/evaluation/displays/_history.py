"""How the training of the networks went."""

from sklearn.pipeline import Pipeline

from ._axes import one_axes


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

    def __init__(self, history):
        self.history = history

    @classmethod
    def from_estimator(cls, estimator, *, ax=None):
        """Draw the last training of a classifier.

        Parameters
        ----------
        estimator : fitted TransferMLPClassifier or TransferPipeline
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        display : TrainingHistoryDisplay

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

    def plot(self, ax=None):
        """Draw the losses: solid in training, dashed on stars held out.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        display : TrainingHistoryDisplay
        """
        self.ax_ = ax = one_axes(ax, figsize=(7, 4))
        self.figure_ = ax.figure
        styles = {"train_loss": ("-", "training"), "valid_loss": ("--", "held-out stars")}
        for number, epochs in enumerate(self.history):
            for key, (style, label) in styles.items():
                points = [(each["epoch"], each[key]) for each in epochs if key in each]
                if points:
                    label = label if number == 0 else None
                    ax.plot(*zip(*points, strict=True), style, color=f"C{number}", label=label)
        ax.set(xlabel="epoch", ylabel="loss")
        ax.legend()
        return self
