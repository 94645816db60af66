"""Samplers that make light curves: new stars of rare classes, or stars as another survey sees them.

Imports `light_curves`, `features` (periods) and, for a survey given by name, `datasets`. Users put
them into a `TransferPipeline` or a `TaxonomyClassifier`; no room imports this one.
"""

from ._cadence import CadenceResampler
from ._gp import GPAugmenter
from ._rasle import RASLE

__all__ = ["RASLE", "CadenceResampler", "GPAugmenter"]
