"""Features of light curves: the transformer, the sets and the table of definitions."""

from ._columns import SETS, feature_definitions, listed_names
from ._definitions import UPSILON_PREFIX, FeatureDefinition
from ._light_curve_features import LightCurveFeatures

__all__ = ["FeatureDefinition", "LightCurveFeatures", "feature_definitions"]
