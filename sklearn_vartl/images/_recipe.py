"""Recipe: how an image network is trained."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How an image network is trained.

    Attributes
    ----------
    head_rate, backbone_rate : float
        Largest learning rates.
    weight_decay : float
    batch_size, max_epochs, min_steps : int
    strategy : {"full", "head", "gradual"}
    fine_tuning : bool
        Whether batch normalisation stays as it is.
    """

    head_rate: float
    backbone_rate: float
    weight_decay: float
    batch_size: int
    max_epochs: int
    min_steps: int
    strategy: str
    fine_tuning: bool

    @classmethod
    def of(cls, estimator, fine_tuning):
        """The recipe that a `TransferImageClassifier` has for its source, or for fine-tuning."""
        rate = estimator.learning_rate
        slower = estimator.backbone_learning_rate or 0.3 * rate
        return cls(
            head_rate=rate,
            backbone_rate=slower if fine_tuning else rate,
            weight_decay=estimator.weight_decay,
            batch_size=estimator.batch_size,
            max_epochs=estimator.max_epochs,
            min_steps=estimator.min_steps,
            strategy=estimator.strategy if fine_tuning else "full",
            fine_tuning=fine_tuning,
        )
