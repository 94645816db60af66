"""Preprocessing of features: the FeatureScaler.

Imports the ground floor alone; `transfer`, `persistence` and users' pipelines use it.
"""

from ._scaler import FeatureScaler

__all__ = ["FeatureScaler"]
