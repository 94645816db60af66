"""Light curves: the container, its cleaning policy, readers and writers."""

from ._clean import clean
from ._concatenate import concatenate
from ._container import LightCurves
from ._from_any import as_light_curves
from ._io import read_light_curves, write_light_curves
from ._light_curve import LightCurve
from ._presets import SURVEY_PRESETS, SurveyPreset

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
