"""Scaling of light-curve features."""

from ._scaler import FeatureScaler

__all__ = ["FeatureScaler"]
