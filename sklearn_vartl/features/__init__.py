"""Features of light curves: the transformer, the sets and the table of definitions."""

from ._columns import feature_definitions
from ._definitions import FeatureDefinition
from ._light_curve_features import LightCurveFeatures

__all__ = ["FeatureDefinition", "LightCurveFeatures", "feature_definitions"]
