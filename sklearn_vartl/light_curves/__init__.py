"""Light curves: the container, indexing, ragged arrays, validation, cleaning, checks, display.

It imports the package's ground floor only; other forms and files are brought in by `readers`, which
stands on this room. Every other room works on what is made here.
"""

from importlib import import_module

from ._check import (
    Doubt,
    LightCurveWarning,
    doubtful_order,
    doubts,
    in_several_bands,
    reach,
    star_problems,
    tell,
    told_together,
)
from ._cleaning import clean, usable_points, valid_errors
from ._container import LightCurves, as_light_curves
from ._conversion import (
    METADATA_KEY,
    check_distinct_ids,
    concatenate,
    point_columns,
    star_columns,
    to_arrow,
    to_pandas,
)
from ._display import position_of, pyplot
from ._indexing import (
    LightCurve,
    compress_offsets,
    count_true,
    first_of_segment,
    gather_index,
    offsets_of,
    segment_median,
    segment_numbers,
    segment_reduce,
    segment_std,
)
from ._labels import match_identifiers
from ._validation import POINT_COLUMNS, float_points, owned, plain_array

__all__ = [
    "SURVEY_PRESETS",
    "LightCurve",
    "LightCurves",
    "SurveyPreset",
    "as_light_curves",
    "clean",
    "concatenate",
    "read_light_curves",
    "write_light_curves",
]

_OF_READERS = ("SURVEY_PRESETS", "SurveyPreset", "read_light_curves", "write_light_curves")


def __getattr__(name):
    if name in _OF_READERS:
        return getattr(import_module("sklearn_vartl.readers"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_OF_READERS})
