"""Light curves as an Arrow table: one row per star, lists of its points."""

import json

import numpy as np

from ._from_arrow import METADATA_KEY
from ._validation import POINT_COLUMNS


def to_arrow(X):
    """Identifier, label, survey, per-star columns, then a list column of each value of points."""
    import pyarrow as pa

    stars = {name: _array(values, name) for name, values in star_columns(X).items()}
    offsets = pa.array(X.offsets)
    lists = {
        name: pa.LargeListArray.from_arrays(offsets, _array(values, name))
        for name, values in point_columns(X).items()
    }
    both = stars.keys() & lists.keys()
    if both:
        raise ValueError(
            f"The per-star table has columns with the name of a column of points: {both}"
        )
    metadata = {METADATA_KEY: json.dumps(time_frame(X)).encode()}
    return pa.table(stars | lists).replace_schema_metadata(metadata)


def time_frame(X):
    """Time scale and zero, as far as known."""
    about = {"time_scale": X.time_scale, "time_zero": X.time_zero}
    return {name: value for name, value in about.items() if value is not None}


def star_columns(X):
    """Arrays with one value a star, by column name."""
    columns = {"object_id": X.ids}
    if X.labels is not None:
        columns["label"] = X.labels
    if X.survey is not None:
        survey = X.survey
        columns["survey"] = np.full(len(X), survey, object) if isinstance(survey, str) else survey
    return columns | {n: v for n, v in (X.table or {}).items() if n not in columns}


def point_columns(X):
    """Flat arrays with one value a point, by column name."""
    arguments = X._arguments()
    names = {"time": "time", "mag": X.quantity, "magerr": X.quantity + "err"}
    names |= {name: name for name in POINT_COLUMNS}
    return {names[key]: arguments[key] for key in names if arguments[key] is not None}


def _array(values, name):
    import pyarrow as pa

    try:
        if values.dtype.kind == "f":
            return pa.array(values)  # NaN stays NaN
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise TypeError(
            f"Column {name} holds values of several types, which no file can hold: {error}"
        ) from error
