"""Data to start with: the OGLE-III catalogue of variable stars and simulated surveys."""

from ._ogle3 import load_ogle3_catalog
from ._simulate import simulate_survey

__all__ = ["load_ogle3_catalog", "simulate_survey"]
