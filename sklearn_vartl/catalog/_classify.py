"""classify and classify_partition: the table of classes of light curves in memory."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..light_curves import LightCurves, tell
from ..readers import as_magnitudes, read_light_curves
from ._sources import find_layout
from ._star_classifier import StarClassifier

if TYPE_CHECKING:
    from pandas import DataFrame


def classify(
    model: Any,
    X: Any,
    *,
    classes: Sequence[Any] | None = None,
    exclude: Sequence[Any] | None = None,
    priors: Mapping[Any, float] | str | None = None,
    abstain: bool = False,
    purity: Mapping[Any, float] | float | None = None,
    alpha: float | None = None,
    adapt: bool = False,
    n_jobs: int | None = None,
) -> "DataFrame":
    """Classes, probabilities and periods of stars: the table that ``vartl classify`` writes.

    Parameters
    ----------
    model : fitted classifier, str or path-like
        One that computes features of light curves, or its file, as `classify_catalog` takes it.
    X : LightCurves, str or path-like, or what `LightCurves.from_any` takes
        Light curves, or the file or folder that holds them (`read_light_curves`).
    classes : sequence, default=None
        The only classes that are possible; None: all that the model knows.
    exclude : sequence, default=None
        Classes that are not possible. The probabilities of the others grow in proportion.
    priors : dict of class -> share, or {"em", "balanced"}, default=None
        Shares of the classes among these stars, as the parameter `priors` of
        TransferMLPClassifier; a class may have none, and those that are not named share the rest.
        "em" estimates them from these stars, or keeps those of the training, with a warning,
        where the estimate cannot be trusted.
    abstain : bool, default=False
        Call stars that are too unsure or too unlike the training's "unknown", as
        `predict_or_abstain` does. Their period is that of the most probable class.
    purity : float or dict of class -> float, default=None
        Call stars "unknown" whose probability is below what their class needs for such a share of its
        stars to be of it (`purity_thresholds`), as the stars held out of the model's training tell.
        Not with `classes`, `exclude` or `priors`.
    alpha : float, default=None
        Adds the column ``set``: the classes, joined by ``|``, that hold the true one with a
        probability of 1 - alpha (`predict_set`).
    adapt : bool, default=False
        Give each star the mean of its own probabilities and those of its neighbours among these
        stars (`DomainAdapter`): for a survey from which the model has learned no star. Ten stars or
        more; not with `abstain`, `purity` or `alpha`.
    n_jobs : int, default=None
        Number of threads that compute features, as in LightCurveFeatures.

    Returns
    -------
    table : DataFrame of n_stars rows
        ``object_id`` and the columns that `classify_catalog` describes: ``label``, ``period``...
        ``p_max`` and ``p_<class>``. Where a fine-tuned model has classified thirty stars or more,
        ``table.attrs["drift"]`` has the p-value, the outcome and the feature of its `drift_test`;
        ``table.attrs["adapted"]`` tells, where `adapt` was asked for, of how many stars and neighbours the
        means are, and how many stars changed their class (``n_stars``, ``n_neighbors``, ``n_changed``);
        ``table.attrs["outliers"]`` tells how many measurements stand alone and were left out, and of
        how many stars.

    Raises
    ------
    TypeError
        If the model takes no light curves, or cannot do what is asked.
    ValueError
        For an unknown class, if no class is left, for shares that are none, if there are no
        light curves or too few to adapt to, or if no held-out star tells of a purity.

    See Also
    --------
    classify_catalog : The same from files to files, however many stars there are.

    Examples
    --------
    >>> from sklearn_vartl import (
    ...     LightCurveFeatures, TransferMLPClassifier, classify, make_transfer_pipeline)
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> X = simulate_survey(24, "asas", classes=["RRAB", "MIRA"], random_state=0)
    >>> model = make_transfer_pipeline(
    ...     LightCurveFeatures(["amplitude", "shape_period"]),
    ...     TransferMLPClassifier((8,), n_estimators=1, random_state=0)).fit(X, X.labels)
    >>> classify(model, X[:3])["label"].tolist()
    ['RRAB', 'MIRA', 'RRAB']
    >>> classify(model, X[:3], exclude=["MIRA"])["p_RRAB"].tolist()
    [1.0, 1.0, 1.0]
    """
    import pandas as pd

    classifier = StarClassifier(
        model,
        n_jobs,
        classes=classes,
        exclude=exclude,
        priors=priors,
        abstain=abstain,
        purity=purity,
        alpha=alpha,
        adapt=adapt,
    )
    if isinstance(X, str | os.PathLike):
        X = read_light_curves(X)
    elif not isinstance(X, LightCurves):
        X = LightCurves.from_any(X)
    if not len(X):
        raise ValueError("there are no light curves to classify")
    tell(X)
    columns, found = classifier(as_magnitudes(X))
    table = pd.DataFrame({"object_id": X.ids} | columns)
    table.attrs["outliers"] = found.outliers
    if found.adapted is not None:
        table.attrs["adapted"] = found.adapted
    if found.drift is not None:
        table.attrs["drift"] = asdict(found.drift)
    return table


def classify_partition(
    model: Any,
    frame: Any,
    *,
    columns: Mapping[str, str] | str | None = None,
    points: str | None = None,
) -> "DataFrame":
    """Classify the light curves of a nested frame, one row a star.

    For whole frames of nested-pandas, and for the partitions of Dask and LSDB. An empty frame gives
    an empty result of the same columns and types, which is also what Dask takes as `meta`.

    Parameters
    ----------
    model : fitted classifier, str or path-like
        One that computes features of light curves, as `classify_catalog` takes it. The file of one,
        from `save_model`, is loaded once in each process: better on a cluster than sending the
        model along with every partition.
    frame : NestedFrame
        Light curves in a nested column.
    columns : mapping of str to str, or str, default=None
        Column names by role, or the name of a survey's preset, see `LightCurves.from_any`.
    points : str, default=None
        The nested column that holds the light curves, where there are several.

    Returns
    -------
    DataFrame of n_stars rows
        With the index of `frame`, its column of identifiers, if it has one, and the columns that
        `classify_catalog` describes.

    See Also
    --------
    classify_catalog : From files to files.

    Examples
    --------
    Light curves of a Dask or LSDB frame, whose `meta` is a frame without rows::

        work = functools.partial(classify_partition, "asas.vartl")
        classes = frame.map_partitions(work, meta=work(frame._meta))

    A frame of nested-pandas:

    >>> from sklearn_vartl import (
    ...     LightCurveFeatures, TransferMLPClassifier, make_transfer_pipeline)
    >>> from sklearn_vartl.catalog import classify_partition
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> X = simulate_survey(24, "asas", classes=["RRAB", "MIRA"], random_state=0)
    >>> model = make_transfer_pipeline(
    ...     LightCurveFeatures(["amplitude", "shape_period"]),
    ...     TransferMLPClassifier((8,), n_estimators=1, random_state=0)).fit(X, X.labels)
    >>> classify_partition(model, X[:3].to_nested())["label"].tolist()
    ['RRAB', 'MIRA', 'RRAB']
    """
    import pandas as pd
    import pyarrow as pa

    classifier = _classifier(model)
    layout = find_layout(pa.Schema.from_pandas(frame.iloc[:0]), columns, classifier.passthrough)
    X = LightCurves.from_any(frame, columns, points=points)
    told, _ = classifier(as_magnitudes(X, columns))
    table = pd.DataFrame({name: _series(values, frame.index) for name, values in told.items()})
    if layout.id_column is not None and layout.id_column in frame.columns:
        table.insert(0, layout.id_column, frame[layout.id_column])
    return table


def _series(values, index):
    import pandas as pd

    # Text of one type whatever is in it, so that empty partitions are like the others.
    return pd.Series(values, index, dtype="str" if values.dtype == object else None)


def _classifier(model):
    if isinstance(model, str | os.PathLike):
        path = os.path.abspath(os.fspath(model))
        return _from_file(path, os.stat(path).st_mtime_ns)
    return StarClassifier(model)


@lru_cache(maxsize=4)
def _from_file(path, modified):
    return StarClassifier(path)
