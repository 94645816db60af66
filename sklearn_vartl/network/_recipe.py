"""How a network is trained, as plain numbers."""

from dataclasses import dataclass

from ._slices import n_batches


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; TransferMLPClassifier documents the fields.

    Examples
    --------
    >>> from sklearn_vartl.network import Recipe
    >>> Recipe(batch_size=100, max_epochs=10, min_steps=200).n_epochs(500)
    40
    """

    learning_rate: float = 2e-3
    backbone_learning_rate: float = 2e-3
    weight_decay: float = 1.0
    label_smoothing: float = 0.02
    batch_size: int = 128
    max_epochs: int = 10
    min_steps: int = 200
    sampling: str = "uniform"
    patience: int | None = None
    frozen_norm: bool = False

    def n_epochs(self, n):
        """Number of epochs for n rows: `max_epochs`, or more to reach `min_steps`."""
        return max(self.max_epochs, -(-self.min_steps // n_batches(n, self.batch_size)))
