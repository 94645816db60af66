"""Plot of a transfer curve."""

from ._transfer_curve import transfer_curve

_LABELS = {
    "matthews_corrcoef": "Matthews correlation",
    "Mc": "$M_c$ = (MCC + 1) / 2",
    "f1_macro": "macro F1",
    "balanced_accuracy": "balanced accuracy",
    "log_loss": "log loss",
    "calibration_error": "expected calibration error",
}
_METHODS = {
    "transfer": "transfer",
    "scratch": "same network from scratch",
    "scratch_source_scaler": "from scratch, source's scaler",
    "random_forest": "random forest",
    "hist_gradient_boosting": "gradient boosting",
}


class TransferCurveDisplay:
    """Score against the share of target labels, one line a method.

    It is best made by `from_estimator`, or from a table of `transfer_curve`.

    Parameters
    ----------
    table : DataFrame
        What `transfer_curve` returned.

    Attributes
    ----------
    table : DataFrame
    ax_ : matplotlib Axes
        Set by `plot`.
    figure_ : matplotlib Figure
        Set by `plot`.
    lines_ : dict of str -> matplotlib ErrorbarContainer
        Set by `plot`; by method.

    See Also
    --------
    transfer_curve : Makes the table.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_vartl.evaluation import TransferCurveDisplay
    >>> table = pd.DataFrame({
    ...     "fraction": [0.1, 0.1, 1.0, 1.0], "method": ["transfer"] * 4, "split": [0, 1, 0, 1],
    ...     "n_labels": [8, 8, 80, 80], "Mc": [0.90, 0.92, 0.95, 0.95]})
    >>> TransferCurveDisplay(table).summary("Mc")
                   mean       std  n_splits  n_labels
    fraction method
    0.1      transfer  0.91  0.014142         2       8.0
    1.0      transfer  0.95  0.000000         2      80.0
    """

    def __init__(self, table):
        missing = {"fraction", "method", "split", "n_labels"} - set(table.columns)
        if missing:
            raise ValueError(
                f"The table lacks the columns {sorted(missing)}: it must come from transfer_curve."
            )
        self.table = table

    @classmethod
    def from_estimator(cls, source, X_target, y_target, *, ax=None, score=None, **params):
        """Measure a transfer curve and plot it.

        Parameters
        ----------
        source, X_target, y_target
            As in `transfer_curve`.
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        score : str, default=None
            Which score to plot; None: the first.
        **params
            Further parameters of `transfer_curve`.

        Returns
        -------
        display : TransferCurveDisplay
        """
        table = transfer_curve(source, X_target, y_target, **params)
        return cls(table).plot(ax=ax, score=score)

    def summary(self, score):
        """Mean and standard deviation over the splits.

        Parameters
        ----------
        score : str
            A column of the table.

        Returns
        -------
        summary : DataFrame
            Indexed by fraction and method; columns ``mean``, ``std`` (of the splits, not of their
            mean), ``n_splits``, ``n_labels`` (mean).
        """
        self._check_score(score)
        groups = self.table.groupby(["fraction", "method"], sort=False)
        return groups.agg(
            mean=(score, "mean"),
            std=(score, "std"),
            n_splits=(score, "size"),
            n_labels=("n_labels", "mean"),
        )

    def plot(self, ax=None, *, score=None):
        """Plot the curve.

        Points are means over the splits, bars one standard deviation of the splits to each side.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        score : str, default=None
            Which score to plot; None: the first of the table.

        Returns
        -------
        display : TransferCurveDisplay
        """
        import matplotlib.pyplot as plt
        from matplotlib.ticker import PercentFormatter

        score = self._scores()[0] if score is None else score
        summary = self.summary(score)
        if ax is None:
            _, ax = plt.subplots()
        self.ax_, self.figure_, self.lines_ = ax, ax.figure, {}
        for method in self.table["method"].unique():
            line = summary.xs(method, level="method").sort_index()
            self.lines_[method] = ax.errorbar(
                line.index.to_numpy(),
                line["mean"].to_numpy(),
                yerr=line["std"].fillna(0.0).to_numpy(),
                marker="o",
                capsize=2,
                label=_METHODS.get(method, method),
            )
        ax.set_xscale("log")
        ax.set_xticks(sorted(self.table["fraction"].unique()))
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
        ax.minorticks_off()
        ax.set_xlabel("share of the target survey's labels")
        ax.set_ylabel(_LABELS.get(score, score))
        n_splits = int(summary["n_splits"].max())
        ax.legend(title=f"mean and standard deviation of {n_splits} splits")
        return self

    def _scores(self):
        scores = [
            c for c in self.table.columns if c not in ("fraction", "method", "split", "n_labels")
        ]
        if not scores:
            raise ValueError("The table has no column with a score.")
        return scores

    def _check_score(self, score):
        if score not in self._scores():
            raise ValueError(f"{score!r} is no score of the table; it has {self._scores()}.")
