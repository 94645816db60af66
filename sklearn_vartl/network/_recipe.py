"""How many batches an epoch has, and which rows are in each."""

from dataclasses import dataclass


def n_batches(n, batch_size):
    """Number of batches an epoch of n rows has."""
    return len(batch_slices(n, batch_size))


def batch_slices(n, batch_size):
    """Cut n rows into batches; a last row alone joins the batch before it.

    Batch normalisation has no variance to learn from a single row.
    """
    starts = list(range(0, n, batch_size))
    if len(starts) > 1 and n - starts[-1] == 1:
        starts.pop()
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], n], strict=True)]


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
