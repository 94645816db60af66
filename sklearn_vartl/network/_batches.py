"""Batches for training: whole tensors cut by an index, which costs a fraction of a DataLoader."""

import numpy as np
import torch
from torch.utils.data import TensorDataset

from ._slices import batch_slices


def make_dataset(X, y, weight, device="cpu"):
    """Put inputs, class indices and weights on the device.

    Parameters
    ----------
    X : ndarray of shape (n, n_inputs)
    y : ndarray of int of shape (n,)
    weight : ndarray of shape (n,)
        Weights of the loss; they are divided by their mean here, so that the learning rate
        means the same whatever their unit.
    device : str or torch.device

    Returns
    -------
    dataset : torch.utils.data.TensorDataset
    """
    weight = np.asarray(weight, dtype=np.float64)
    return TensorDataset(
        torch.tensor(X, dtype=torch.float32, device=device),
        torch.tensor(y, dtype=torch.int64, device=device),
        torch.tensor(weight / weight.mean(), dtype=torch.float32, device=device),
    )


class TensorBatches:
    """Iterate over a dataset in batches ``(X, (y, weight))``, in a new order each time.

    Parameters
    ----------
    dataset : TensorDataset
        Inputs, class indices, weights.
    batch_size : int
    rng : numpy.random.Generator or None, default=None
        Source of the order; None keeps the rows as they are (for validation).
    sampling : {"uniform", "balanced"}, default="uniform"
        ``"balanced"`` draws rows with replacement so that each class is equally frequent.
    """

    def __init__(self, dataset, batch_size, rng=None, sampling="uniform"):
        self.dataset = dataset
        self.batch_size = batch_size
        self.rng = rng
        self.probability = None
        if sampling == "balanced":
            y = dataset.tensors[1].cpu().numpy()
            counts = np.bincount(y)
            self.probability = 1.0 / (np.count_nonzero(counts) * counts[y])

    def __iter__(self):
        n = len(self.dataset)
        X, y, weight = self.dataset.tensors
        for rows in batch_slices(n, self.batch_size):
            if rows.start == 0:
                order = torch.as_tensor(self._order(n), device=X.device)
            index = order[rows]
            yield X[index], (y[index], weight[index])

    def _order(self, n):
        if self.rng is None:
            return np.arange(n)
        if self.probability is None:
            return self.rng.permutation(n)
        return self.rng.choice(n, size=n, p=self.probability)
