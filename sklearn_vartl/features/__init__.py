"""Features of light curves: the transformer, the sets and the table of definitions.

This room imports light_curves and periodogram; pipelines, networks, catalogues and the shell use it.
Nothing heavy is loaded before features are computed: the kernels are behind `_extraction`.
"""

from ._definitions import (
    SETS,
    UPSILON,
    UPSILON_PREFIX,
    FeatureDefinition,
    feature_definitions,
    listed_names,
)
from ._light_curve_features import LightCurveFeatures

__all__ = ["FeatureDefinition", "LightCurveFeatures", "feature_definitions"]
