"""One partition of a frame: what nested-pandas, Dask and LSDB call."""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..light_curves import LightCurves
from ..readers import as_magnitudes
from ._sources import find_layout
from ._star_classifier import StarClassifier

if TYPE_CHECKING:
    from pandas import DataFrame


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
    found = classifier(as_magnitudes(X, columns))
    table = pd.DataFrame({name: _series(values, frame.index) for name, values in found.items()})
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
