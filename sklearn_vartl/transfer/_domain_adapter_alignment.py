"""Aligning what a network sees in the target's stars with what it sees in the source's."""

import numpy as np
from scipy.linalg import eigh
from scipy.special import softmax
from sklearn.linear_model import Ridge

# Variance that is added to every axis, as a share of the mean one: axes of no variance stay finite.
_RIDGE = 0.03


class Standard:
    """Mean and standard deviation of each column."""

    def __init__(self, E):
        self.mean, self.scale = E.mean(axis=0), E.std(axis=0)
        self.scale[self.scale == 0] = 1.0

    def __call__(self, E):
        return (E - self.mean) / self.scale


class Coral:
    """Give target rows the source's mean and covariance (Sun et al. 2016)."""

    def __init__(self, source, target):
        self.mean, self.goal = target.mean(axis=0), source.mean(axis=0)
        self.matrix = _power(_covariance(target), -0.5) @ _power(_covariance(source), 0.5)

    def __call__(self, E):
        return (E - self.mean) @ self.matrix + self.goal


def _covariance(E):
    C = np.atleast_2d(np.cov(E, rowvar=False))
    return C + _RIDGE * max(np.trace(C) / len(C), 1e-12) * np.eye(len(C))


def _power(C, exponent):
    values, vectors = eigh(C)
    return (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T


class Autoencoder:
    """Encoder of an auto-encoder that was trained on source and target rows together."""

    def __init__(self, E, width, n_steps, seed):
        import torch
        from torch import nn

        from ..network import one_thread

        with one_thread(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            n = E.shape[1]
            encoder = nn.Sequential(nn.Linear(n, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))
            decoder = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, n))
            parameters = [*encoder.parameters(), *decoder.parameters()]
            optimizer = torch.optim.Adam(parameters, lr=2e-3)
            rng = np.random.default_rng(seed)
            rows = torch.tensor(E, dtype=torch.float32)
            for _ in range(n_steps):
                batch = rows[torch.as_tensor(rng.integers(len(rows), size=min(256, len(rows))))]
                # Noise on the input: the code must not follow what is noise in either survey.
                noisy = batch + 0.1 * torch.randn(batch.shape)
                loss = nn.functional.mse_loss(decoder(encoder(noisy)), batch)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            self.layers = [
                (layer.weight.detach().numpy().copy(), layer.bias.detach().numpy().copy())
                for layer in (encoder[0], encoder[2])
            ]

    def __call__(self, E):
        (W1, b1), (W2, b2) = self.layers
        return np.maximum(E @ W1.T + b1, 0) @ W2.T + b2


class SourceHead:
    """A linear head that answers to source stars what the source answers."""

    def __init__(self, Z, proba):
        # A penalty that hardly counts but where columns repeat each other.
        self.ridge = Ridge(alpha=1.0).fit(Z, np.log(np.maximum(proba, 1e-6)))

    def predict_proba(self, Z):
        return softmax(self.ridge.predict(Z).reshape(len(Z), -1), axis=1)


def renormalised(member, inputs):
    """Weights of a network whose batch normalisation has the statistics of these inputs.

    Parameters
    ----------
    member : dict of str to ndarray
        Weights of a network of `TransferMLPClassifier`.
    inputs : ndarray of shape (n, n_inputs)

    Returns
    -------
    member : dict of str to ndarray
    """
    member = dict(member)
    X = np.asarray(inputs, dtype=np.float64)
    layers = [name.removesuffix(".linear.weight") for name in member if ".linear.weight" in name]
    for layer in layers:
        X = np.maximum(X @ member[f"{layer}.linear.weight"].T + member[f"{layer}.linear.bias"], 0)
        mean, var = X.mean(axis=0), X.var(axis=0)
        member[f"{layer}.norm.running_mean"] = mean.astype(np.float32)
        member[f"{layer}.norm.running_var"] = var.astype(np.float32)
        X = (X - mean) / np.sqrt(var + 1e-5)
        X = X * member[f"{layer}.norm.weight"] + member[f"{layer}.norm.bias"]
    return member
