"""Readers: files, tables, Arrow columns and astropy objects as light curves; presets of surveys.

It imports `light_curves` and the package's ground floor. Users reach it as `read_light_curves` and
`LightCurves.from_any`; the catalogue runs and the shell use it directly.
"""

from ._arrow import decide, from_arrow, is_list, is_struct
from ._columns import resolve
from ._files import is_data_file, read_light_curves, read_untold, write_light_curves
from ._forms import from_any, is_long
from ._labels import read_labels
from ._presets import SURVEY_PRESETS, SurveyPreset, as_magnitudes, reference_flux, survey_preset

__all__ = [
    "SURVEY_PRESETS",
    "SurveyPreset",
    "read_light_curves",
    "write_light_curves",
]
