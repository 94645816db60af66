"""Light curves as images, and image networks that are fine-tuned."""

from ._classifier import TransferImageClassifier
from ._images import DmDtImage, PhaseImage

__all__ = ["DmDtImage", "PhaseImage", "TransferImageClassifier"]
