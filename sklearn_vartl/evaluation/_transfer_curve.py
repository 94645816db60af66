"""transfer_curve: scores against the number of labels, in a checkpoint that a killed run goes on from; its plot."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import joblib
import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import _num_samples

from .. import __version__
from .._progress import progress_bar
from .._validation import check_labels
from ._draws import draw_labels, make_splits, resolve_baselines, resolve_draw, split_source
from ._metrics import SCORE_NAMES, resolve_scoring, score
from ._star_displays import one_axes

if TYPE_CHECKING:
    from numpy.random import RandomState
    from pandas import DataFrame

    from ..light_curves import LightCurves

_KIND = "transfer_curve of sklearn_vartl"
_START = f'{{"kind": "{_KIND}"'.encode()

# What the parts of the header are called in an error message.
_PARTS = {
    "kind": "program",
    "version": "version of sklearn_vartl",
    "stars": "target stars",
    "source": "source",
    "scoring": "scoring",
}
_FIT_PARTS = {
    "labels": "draws of labels (cv, groups, draw, random_state)",
    "test": "test stars (cv, groups)",
    "unlabelled": "unlabelled stars (X_unlabelled)",
    "seed": "random_state",
    "method": "baseline of that name",
}


class Checkpoint:
    """Scores of finished fits in a file of JSON lines.

    The first line says what they were made of, which all have in common (`common_settings`). Each fit is one line,
    written at once: a line that a stop has torn is cut off when the file is opened again.
    """

    def __init__(self, path, settings):
        self.path = Path(path)
        self._fits = {}
        lines = self._complete_lines()
        if not lines:
            self._append(settings)
            return
        try:
            header, *fits = [json.loads(line) for line in lines]
            self._fits = {json.dumps(fit["fit"]): fit for fit in fits}
            kind = header["kind"]
        except (ValueError, KeyError, TypeError):
            kind = None
        if kind != _KIND:
            raise ValueError(f"{path} is no checkpoint of transfer_curve: give another name.")
        self._refuse_changes(header, settings, _PARTS)

    def find(self, fit, made_of):
        """Scores of a finished fit, or None; refused where it was made of something else."""
        known = self._fits.get(json.dumps(fit))
        if known is None:
            return None
        self._refuse_changes(known["made_of"], made_of, _FIT_PARTS)
        return known["scores"]

    def add(self, fit, made_of, scores):
        """Keep the scores of a fit."""
        self._append({"fit": fit, "made_of": made_of, "scores": scores})

    def _complete_lines(self):
        if not self.path.exists():
            return []
        content = self.path.read_bytes()
        complete = content.rfind(b"\n") + 1
        if not content.startswith(_START):
            return [content] if content else []
        if complete < len(content):
            os.truncate(self.path, complete)
        return content[:complete].splitlines()

    def _append(self, entry):
        line = json.dumps(entry) + "\n"
        with self.path.open("ab", buffering=0) as file:
            file.write(line.encode())
            os.fsync(file.fileno())

    def _refuse_changes(self, known, wanted, names):
        changed = [name for part, name in names.items() if known.get(part) != wanted.get(part)]
        if changed:
            raise ValueError(
                f"{self.path} was made with other settings ({', '.join(changed)}): give another "
                "name, or delete it to start anew."
            )


def common_settings(X, y, classifier, scorers):
    """What all fits of a transfer curve have in common, as something JSON can hold.

    The source is known by what it predicts for the first hundred stars, and by its parameters.
    """
    some = _safe_indexing(X, np.arange(min(100, len(y))))
    return {
        "kind": _KIND,
        "version": __version__,
        "stars": digest(X) + digest(y),
        "source": digest(classifier.predict_proba(some).astype(np.float32))
        + digest(describe(classifier)),
        "scoring": {
            name: wanted if isinstance(wanted, str) else _plain(wanted)
            for name, wanted in scorers.items()
        },
    }


def digest(values):
    """Short hash of an array, a text or anything that joblib can hash."""
    if hasattr(values, "dtype") or hasattr(values, "to_numpy"):
        # The same in one order in memory as in another.
        values = np.ascontiguousarray(values)
    return joblib.hash(values)[:16]


def describe(estimator):
    """Class and parameters of an estimator as text; what does not change results is left out."""
    parameters = estimator.get_params(deep=True)
    told = {
        name: type(value).__name__ if hasattr(value, "get_params") else _plain(value)
        for name, value in sorted(parameters.items())
        if name.rpartition("__")[2] not in ("n_jobs", "verbose", "memory")
    }
    return f"{type(estimator).__name__} {json.dumps(told)}"


def _plain(value):
    # Addresses differ from run to run.
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


@dataclass(frozen=True)
class Task:
    """One fit. Stars are positions; `rest` are the training stars that are not labels."""

    fraction: float
    method: str
    split: int
    draw: int
    labelled: np.ndarray
    rest: np.ndarray
    test: np.ndarray
    seed: int

    def row(self, y):
        """What the table says of the fit, apart from its scores."""
        return {
            "fraction": self.fraction,
            "method": self.method,
            "split": self.split,
            "draw": self.draw,
            "n_labels": len(self.labelled),
            "n_classes": len(np.unique(y[self.labelled])),
        }

    def told(self, method, unlabelled):
        """What a checkpoint knows the fit by, and what the result depends on."""
        uses_unlabelled = self.method == "transfer_unlabelled"
        return [self.fraction, self.method, self.split, self.draw], {
            "labels": digest(self.labelled),
            "test": digest(self.test),
            "unlabelled": unlabelled if uses_unlabelled else None,
            "seed": self.seed,
            "method": describe(method.estimator) if hasattr(method, "estimator") else self.method,
        }


def make_tasks(y, fractions, methods, splits, draw, seeds):
    """All fits in the order of the table; `seeds` has the shape (n_draws, n_splits)."""
    tasks = []
    for fraction in fractions:
        for split, (train, test) in enumerate(splits):
            for number, seed in enumerate(seeds[:, split].tolist()):
                labelled = draw_labels(draw, train, y, fraction, seed)
                rest = np.setdiff1d(train, labelled)
                tasks += [
                    Task(fraction, method, split, number, labelled, rest, test, seed)
                    for method in methods
                ]
    return tasks


def fit_and_score(task, method, source, X, y, X_unlabelled, scorers):
    """Scores of one fit; "rest" as `X_unlabelled` stands for the task's own."""
    if isinstance(X_unlabelled, str):
        X_unlabelled = _safe_indexing(X, task.rest) if task.rest.size else None
    X_labelled, y_labelled = _safe_indexing(X, task.labelled), y[task.labelled]
    model = method(source, X_labelled, y_labelled, task.seed, X_unlabelled)
    return score(model, _safe_indexing(X, task.test), y[task.test], scorers)


def transfer_curve(
    source: Any,
    X_target: LightCurves | ArrayLike,
    y_target: ArrayLike,
    *,
    fractions: float | Sequence[float] = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0),
    baselines: Any = ("scratch", "random_forest"),
    cv: Any = 5,
    n_draws: int = 1,
    draw: Literal["stratified", "random"] | ArrayLike | Callable[..., Any] = "stratified",
    X_unlabelled: Any = None,
    scoring: str | Sequence[str] | Mapping[Any, Any] | None = None,
    groups: ArrayLike | None = None,
    checkpoint: str | PathLike[str] | None = None,
    n_jobs: int | None = None,
    random_state: int | RandomState | None = None,
    verbose: int = 0,
) -> DataFrame:
    """Measure what transfer is worth at several numbers of target labels.

    Each split of `cv` sets test stars aside. A fraction of the other stars are the labels: with
    these same stars the source is fine-tuned and every baseline is fitted, and all are scored on
    the test stars. The light curves are turned into features once, by the source's own fitted
    steps.

    Parameters
    ----------
    source : fitted TransferPipeline or TransferMLPClassifier
        What is fine-tuned, always from the same start; it is not changed. It may be wrapped in
        ``FrozenEstimator``.
    X_target : LightCurves or array-like of shape (n_stars, n_features)
        Stars of the target survey, as the source takes them.
    y_target : array-like of shape (n_stars,)
        Their classes.
    fractions : sequence of float
        Shares of the training stars that are used as labels, each above 0 and at most 1.
    baselines : sequence of str, sequence of (str, classifier) or dict, optional
        What transfer is compared with:

        - "scratch": the source's network, new, with its own scaler;
        - "scratch_source_scaler": the same with the source's fitted scaler, which shows how much
          of the gain is the scaler's;
        - "random_forest", "extra_trees" (300 trees each), "hist_gradient_boosting": of
          scikit-learn;
        - ``{"name": classifier}``: any classifier with `predict_proba`, fitted on features.

        In a dict, None stands for the known baseline of the name.
    cv : int, splitter or iterable, default=5
        How test stars are set aside, as everywhere in scikit-learn; a number is that of stratified
        folds. ``[(train, test)]`` keeps the same test stars for all draws.
    n_draws : int, default=1
        How many times labels are drawn for each fraction and split.
    draw : {"stratified", "random"}, array-like or callable, default="stratified"
        How labels are drawn from the training stars of a split:

        - "stratified": the fraction of each class, at least two of each;
        - "random": without regard to class, so that rare ones may be missing, whose test stars
          then count as wrong; a draw of one class alone is drawn again;
        - array-like: positions or mask of the stars that may be labels, for instance the
          brightest fifth. As many as the fraction of all training stars are drawn from them at
          random, or all where they are fewer;
        - ``function(train, fraction, rng)``: returns those of the positions `train` that are the
          labels.
    X_unlabelled : "rest" or like `X_target`, default=None
        With it there is one more method, "transfer_unlabelled": the fine-tuning is also given
        stars without labels. "rest" gives the split's training stars whose label was not drawn;
        the test stars are never given.
    scoring : str, sequence of str, or dict, default=None
        Scores: "matthews_corrcoef", "Mc", "f1_macro", "balanced_accuracy", "log_loss",
        "calibration_error" (None: all of these), the names of scikit-learn's scorers, or
        ``{"name": callable(estimator, X, y)}``. "f1_macro" is the mean over the classes that test stars
        have, as "balanced_accuracy" is; a star called something else is missed in its own.
    groups : array-like of shape (n_stars,), default=None
        Stars of one group stay on one side: catalogues list some stars twice. A number as `cv`
        then is that of stratified group folds, and stars that share a group with a test star
        never train. Stars with identical features are kept apart in the same way without `groups`.
    checkpoint : path-like, default=None
        File that keeps the scores of finished fits. The same call goes on where it was stopped;
        more fractions, draws and baselines may be asked for. It needs an int as `random_state`.
    n_jobs : int, default=None
        Number of fits at the same time. The result does not depend on it.
    random_state : int, RandomState instance or None, default=None
        Decides the draws of labels and the fits.
    verbose : int, default=0
        Show a progress bar.

    Returns
    -------
    table : DataFrame
        One row for each fraction, method, split and draw: ``fraction``, ``method``, ``split``,
        ``draw``, ``n_labels``, ``n_classes`` (with labels), and a column for each score.

    Raises
    ------
    TypeError
        If the source cannot be fine-tuned.
    ValueError
        If a fraction, a baseline, a score or a draw is not known, a label is missing, a draw has
        fewer than two classes, or the checkpoint was made with other settings.

    See Also
    --------
    TransferCurveDisplay : Draws the table.
    FineTunedClassifier : For choosing fractions or strategies with GridSearchCV.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier
    >>> from sklearn_vartl.evaluation import transfer_curve
    >>> X, y = make_blobs(n_samples=400, centers=3, cluster_std=3.0, random_state=0)
    >>> source = TransferMLPClassifier((16,), n_estimators=1, random_state=0).fit(X[:300], y[:300])
    >>> table = transfer_curve(source, X[300:] + 0.1, y[300:], fractions=[0.1, 1.0], cv=2,
    ...                        baselines=["random_forest"], scoring="Mc", random_state=0)
    >>> table[["fraction", "method", "split", "n_labels"]].head(3)
       fraction         method  split  n_labels
    0       0.1       transfer      0         6
    1       0.1  random_forest      0         6
    2       0.1       transfer      1         6
    """
    import pandas as pd

    fractions = _check_fractions(fractions)
    if not isinstance(n_draws, Integral) or n_draws < 1:
        raise ValueError(f"n_draws must be a positive whole number, got {n_draws!r}.")
    methods = resolve_baselines(baselines, X_unlabelled is not None)
    scorers = resolve_scoring(scoring)
    features, classifier = split_source(source)
    _check_unlabelled(X_unlabelled, classifier)
    if checkpoint is not None and not isinstance(random_state, Integral):
        raise ValueError(
            "A checkpoint needs an int as random_state: otherwise the next call draws other labels."
        )
    y = check_labels(y_target, _num_samples(X_target))
    draw = resolve_draw(draw, len(y))
    X = features(X_target)
    if X_unlabelled is not None and not isinstance(X_unlabelled, str):
        X_unlabelled = features(X_unlabelled)
    splits = make_splits(cv, X, y, groups)
    shape = n_draws, len(splits)
    seeds = check_random_state(random_state).randint(np.iinfo(np.int32).max, size=shape)
    tasks = make_tasks(y, fractions, list(methods), splits, draw, seeds)
    fits = [
        delayed(fit_and_score)(task, methods[task.method], classifier, X, y, X_unlabelled, scorers)
        for task in tasks
    ]
    kept, told = None, [()] * len(tasks)
    if checkpoint is not None:
        kept = Checkpoint(checkpoint, common_settings(X, y, classifier, scorers))
        unlabelled = None if X_unlabelled is None else digest(X_unlabelled)
        told = [task.told(methods[task.method], unlabelled) for task in tasks]
    scores = _run(fits, kept, told, n_jobs, verbose)
    return pd.DataFrame(task.row(y) | found for task, found in zip(tasks, scores, strict=True))


def _run(fits, kept, told, n_jobs, verbose):
    """Scores of all fits; those that a checkpoint knows, by what is told of each, are not done again."""
    scores = [None if kept is None else kept.find(*each) for each in told]
    wanted = [i for i, found in enumerate(scores) if found is None]
    run = Parallel(n_jobs=n_jobs, return_as="generator")(fits[i] for i in wanted)
    bar = progress_bar(run, visible=verbose, total=len(wanted), desc="transfer curve", unit="fit")
    for i, found in zip(wanted, bar, strict=True):
        scores[i] = found
        if kept is not None:
            kept.add(*told[i], found)
    return scores


def _check_fractions(fractions):
    fractions = [fractions] if isinstance(fractions, Real) else list(fractions)
    for fraction in fractions:
        if not isinstance(fraction, Real) or not 0 < fraction <= 1:
            raise ValueError(f"fractions must be above 0 and at most 1, got {fraction!r}.")
    if not fractions:
        raise ValueError("fractions is empty.")
    return [float(fraction) for fraction in fractions]


def _check_unlabelled(X_unlabelled, classifier):
    if X_unlabelled is None:
        return
    if isinstance(X_unlabelled, str) and X_unlabelled != "rest":
        raise ValueError(f'X_unlabelled must be "rest" or stars, got {X_unlabelled!r}.')
    if "X_unlabelled" not in signature(classifier.partial_fit_target).parameters:
        raise TypeError(f"partial_fit_target of {type(classifier).__name__} takes no X_unlabelled.")


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
