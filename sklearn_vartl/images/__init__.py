"""Light curves as images, and image networks that are fine-tuned."""

from ._classifier import TransferImageClassifier
from ._dm_dt import DmDtImage
from ._phase import PhaseImage

__all__ = ["DmDtImage", "PhaseImage", "TransferImageClassifier"]
