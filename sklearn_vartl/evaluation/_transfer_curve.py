"""Score against number of target labels, for transfer and its rivals."""

from numbers import Real

import numpy as np
from sklearn.model_selection import check_cv
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import _num_samples

from ..transfer._labels import check_labels
from ..transfer._splits import stratified_fraction
from ._methods import resolve_baselines, split_source
from ._scores import resolve_scoring, score


def transfer_curve(
    source,
    X_target,
    y_target,
    *,
    fractions=(0.01, 0.05, 0.1, 0.25, 0.5, 1.0),
    baselines=("scratch", "random_forest"),
    cv=5,
    scoring=None,
    groups=None,
    n_jobs=None,
    random_state=None,
    verbose=0,
):
    """Measure what transfer is worth at several numbers of target labels.

    Each split of `cv` sets test stars aside. Of the other stars a stratified fraction, at least two
    of each class, are the labels: with these same stars the source is fine-tuned and every
    baseline is fitted, and all are scored on the test stars. The light curves are turned into
    features once, by the source's own fitted steps.

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
        - "random_forest", "hist_gradient_boosting": of scikit-learn;
        - ``{"name": classifier}``: any classifier with `predict_proba`, fitted on features.

        In a dict, None stands for the known baseline of the name.
    cv : int, splitter or iterable, default=5
        How test stars are set aside, as everywhere in scikit-learn; a number is that of stratified
        folds.
    scoring : str, sequence of str, or dict, default=None
        Scores: "matthews_corrcoef", "Mc", "f1_macro", "balanced_accuracy", "log_loss",
        "calibration_error" (None: all of these), the names of scikit-learn's scorers, or
        ``{"name": callable(estimator, X, y)}``.
    groups : array-like of shape (n_stars,), default=None
        Passed to `cv`: stars of one group stay on one side. Catalogues list some stars twice.
    n_jobs : int, default=None
        Number of fits at the same time. The result does not depend on it.
    random_state : int, RandomState instance or None, default=None
        Decides the draws of labels and the fits.
    verbose : int, default=0
        Show a progress bar.

    Returns
    -------
    table : DataFrame
        One row for each fraction, method and split: ``fraction``, ``method``, ``split``,
        ``n_labels``, and a column for each score.

    Raises
    ------
    TypeError
        If the source cannot be fine-tuned.
    ValueError
        If a fraction, a baseline or a score is not known, or a label is missing.

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
    methods = resolve_baselines(baselines)
    scorers = resolve_scoring(scoring)
    features, classifier = split_source(source)
    y = check_labels(y_target, _num_samples(X_target))
    X = features(X_target)
    splits = list(check_cv(cv, y, classifier=True).split(X, y, groups))
    seeds = check_random_state(random_state).randint(np.iinfo(np.int32).max, size=len(splits))
    tasks = [
        (fraction, name, number, labelled, test, seed)
        for fraction in fractions
        for number, ((train, test), seed) in enumerate(zip(splits, seeds.tolist(), strict=True))
        for labelled in [_draw(train, y, fraction, seed)]
        for name in methods
    ]
    run = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_fit_and_score)(methods[name], classifier, X, y, labelled, test, scorers, seed)
        for _, name, _, labelled, test, seed in tasks
    )
    scores = list(_with_progress(run, len(tasks), verbose))
    return pd.DataFrame(
        {
            "fraction": fraction,
            "method": name,
            "split": number,
            "n_labels": len(labelled),
            **found,
        }
        for (fraction, name, number, labelled, _, _), found in zip(tasks, scores, strict=True)
    )


def _fit_and_score(method, source, X, y, labelled, test, scorers, seed):
    model = method(source, _safe_indexing(X, labelled), y[labelled], seed)
    return score(model, _safe_indexing(X, test), y[test], scorers)


def _draw(train, y, fraction, seed):
    # The same seed for each fraction: what differs between fractions is their size.
    return train[stratified_fraction(y[train], fraction, np.random.default_rng(seed))]


def _check_fractions(fractions):
    fractions = [fractions] if isinstance(fractions, Real) else list(fractions)
    for fraction in fractions:
        if not isinstance(fraction, Real) or not 0 < fraction <= 1:
            raise ValueError(f"fractions must be above 0 and at most 1, got {fraction!r}.")
    if not fractions:
        raise ValueError("fractions is empty.")
    return [float(fraction) for fraction in fractions]


def _with_progress(run, total, verbose):
    if not verbose:
        return run
    from tqdm.auto import tqdm

    return tqdm(run, total=total, desc="transfer curve", unit="fit")
