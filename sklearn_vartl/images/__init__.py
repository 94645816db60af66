"""Light curves as images, and image networks that are fine-tuned.

Imports `light_curves`, `periodogram` and `network`; torch is loaded when a network first trains or
predicts. Users and `adaptation` (through the classifier it is given) use it.
"""

from ._classifier import TransferImageClassifier
from ._images import DmDtImage, PhaseImage

__all__ = ["DmDtImage", "PhaseImage", "TransferImageClassifier"]
