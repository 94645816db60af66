"""Plot of a transfer curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from numpy.typing import ArrayLike

from ._metrics import SCORE_NAMES
from ._star_displays import one_axes
from ._transfer_curve import transfer_curve

if TYPE_CHECKING:
    from pandas import DataFrame

    from ..light_curves import LightCurves


_METHODS = {
    "transfer": "transfer",
    "scratch": "same network from scratch",
    "scratch_source_scaler": "from scratch, source's scaler",
    "transfer_unlabelled": "transfer with unlabelled stars",
    "random_forest": "random forest",
    "extra_trees": "extra trees",
    "hist_gradient_boosting": "gradient boosting",
}

_NO_SCORES = ("fraction", "method", "split", "draw", "n_labels", "n_classes")
_ERRORS = {"std": "standard deviation", "sem": "standard error"}


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
                       mean       std   sem  n_rows  n_labels
    fraction method
    0.1      transfer  0.91  0.014142  0.01       2       8.0
    1.0      transfer  0.95  0.000000  0.00       2      80.0
    """

    def __init__(self, table: DataFrame) -> None:
        missing = {"fraction", "method", "split", "n_labels"} - set(table.columns)
        if missing:
            raise ValueError(
                f"The table lacks the columns {sorted(missing)}: it must come from transfer_curve."
            )
        self.table = table

    @classmethod
    def from_estimator(
        cls,
        source: Any,
        X_target: LightCurves | ArrayLike,
        y_target: ArrayLike,
        *,
        ax: Any = None,
        score: str | None = None,
        error: Literal["std", "sem"] | None = "std",
        **params: Any,
    ) -> Self:
        """Measure a transfer curve and plot it.

        Parameters
        ----------
        source, X_target, y_target
            As in `transfer_curve`.
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        score : str, default=None
            Which score to plot; None: the first.
        error : {"std", "sem"} or None, default="std"
            What the bars are, see `plot`.
        **params
            Further parameters of `transfer_curve`.
        """
        table = transfer_curve(source, X_target, y_target, **params)
        return cls(table).plot(ax=ax, score=score, error=error)

    def summary(self, score: str) -> DataFrame:
        """Mean and spread over splits and draws.

        Parameters
        ----------
        score : str
            A column of the table.

        Returns
        -------
        summary : DataFrame
            Indexed by fraction and method; columns ``mean``, ``std`` (how far one split or draw is
            from another; NaN for a single one), ``sem`` (``std`` over the root of their number:
            how well the mean is known, if they were independent), ``n_rows`` (splits times draws),
            ``n_labels`` (mean).
        """
        if score not in self._scores():
            raise ValueError(f"{score!r} is no score of the table; it has {self._scores()}.")
        groups = self.table.groupby(["fraction", "method"], sort=False)
        return groups.agg(
            mean=(score, "mean"),
            std=(score, "std"),
            sem=(score, "sem"),
            n_rows=(score, "size"),
            n_labels=("n_labels", "mean"),
        )

    def plot(
        self,
        ax: Any = None,
        *,
        score: str | None = None,
        error: Literal["std", "sem"] | None = "std",
    ) -> Self:
        """Plot the curve.

        Points are means over splits and draws; the legend says what the bars are.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        score : str, default=None
            Which score to plot; None: the first of the table.
        error : {"std", "sem"} or None, default="std"
            Half the length of the bars: "std" is the standard deviation, what another draw or
            split would change; "sem" the standard error of the mean, for comparing methods, which
            is too small where splits share training stars (cross-validation). None: no bars.

        Raises
        ------
        ValueError
            If the table has no such score, or the bars are none of these.
        """
        if error is not None and error not in _ERRORS:
            raise ValueError(f'error must be "std", "sem" or None, got {error!r}.')
        score = self._scores()[0] if score is None else score
        summary = self.summary(score)
        self.ax_ = ax = one_axes(ax)
        self.figure_, self.lines_ = ax.figure, {}
        for method in self.table["method"].unique():
            line = summary.xs(method, level="method").sort_index()
            self.lines_[method] = ax.errorbar(
                line.index.to_numpy(),
                line["mean"].to_numpy(),
                # Of a single split there is no spread: no bars, rather than bars of length zero.
                yerr=None if error is None or line[error].isna().all() else line[error].to_numpy(),
                marker="o",
                capsize=2,
                label=_METHODS.get(method, method),
            )
        ax.set_xscale("log")
        ax.set_xticks(sorted(self.table["fraction"].unique()))
        ax.xaxis.set_major_formatter(lambda fraction, _: f"{100 * fraction:g}%")
        ax.minorticks_off()
        ax.set_xlabel("share of the target survey's labels")
        ax.set_ylabel(SCORE_NAMES.get(score, score))
        ax.legend(title=self._legend_title(error))
        return self

    def _legend_title(self, error):
        """What points and bars are, such as "mean and standard deviation of 5 draws"."""
        counts = {
            "splits": self.table["split"].nunique(),
            "draws": self.table["draw"].nunique() if "draw" in self.table else 1,
        }
        several = [f"{number} {name}" for name, number in counts.items() if number > 1]
        if not several:
            return "one split, one draw"
        over = " of " + " x ".join(several)
        return "mean" + over if error is None else f"mean and {_ERRORS[error]}{over}"

    def _scores(self):
        scores = [c for c in self.table.columns if c not in _NO_SCORES]
        if not scores:
            raise ValueError("The table has no column with a score.")
        return scores
