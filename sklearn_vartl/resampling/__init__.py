"""Samplers that make light curves."""

from ._cadence import CadenceResampler
from ._gp import GPAugmenter
from ._rasle import RASLE

__all__ = ["RASLE", "CadenceResampler", "GPAugmenter"]
