"""What a TransferEnsembleClassifier has learned, and predictions from it."""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from ._calibration import Calibration
from ._ensemble_trees import Trees
from ._memory import Memory
from ._model import Model, scale, usable_rows
from ._priors import reweight

# Below this a probability says nothing but "no": its logarithm would only be noise.
_SMALLEST = 1e-4


@dataclass(frozen=True)
class EnsembleModel:
    """Everything learned, as plain data; immutable, so that the source can be kept and shared.

    Attributes
    ----------
    networks : tuple of Model
        The networks of each view; their inputs are scaled already.
    views : tuple of ndarray of int
        Columns of the scaled inputs that each of them sees.
    scaler : fitted transformer or None
    memory : Memory
        Remembered stars of each class, scaled.
    trees : Trees or None
        None before the first fine-tuning.
    teacher : Model or None
        The source's networks of the first view, whose probabilities the trees see.
    calibration : Calibration
    estimated_priors : ndarray of shape (n_classes,) or None
        Class shares estimated from unlabelled stars.
    """

    networks: tuple
    views: tuple
    scaler: object
    memory: Memory
    trees: Trees | None = None
    teacher: Model | None = None
    calibration: Calibration = Calibration()
    estimated_priors: np.ndarray | None = None

    @property
    def classes(self):
        """Classes that are predicted, sorted."""
        return self.networks[0].classes

    @property
    def class_count(self):
        """Summed weight of the training stars of each class."""
        return self.networks[0].class_count

    @property
    def prior(self):
        """Share of each class in the training stars."""
        return self.networks[0].prior

    @property
    def shares(self):
        """Class shares that the probabilities imply."""
        return self.networks[0].shares

    @property
    def n_transfers(self):
        """Number of fine-tunings behind it."""
        return self.networks[0].n_transfers

    @property
    def history(self):
        """For each network one entry an epoch."""
        return tuple(epochs for model in self.networks for epochs in model.history)

    def predict_proba(self, X, device, priors=None):
        """Class probabilities; a row without any feature gets the class priors.

        `priors` are class shares among the stars in X, where they are not as in training.
        """
        proba = np.tile(self.prior if priors is None else priors, (len(X), 1))
        usable = usable_rows(X)
        if usable.any():
            logits = np.mean(self.parts(X[usable], device), axis=0)
            found = softmax(logits / self.calibration.temperature, axis=1)
            proba[usable] = found if priors is None else reweight(found, self.shares, priors)
        return proba

    def parts(self, X, device):
        """Logarithms of the probabilities: one array for each view's networks, then the trees'.

        Every row of X has a feature.
        """
        inputs = scaled_inputs(self.scaler, X)
        found = [
            network.predict_proba(inputs[:, view], device)
            for network, view in zip(self.networks, self.views, strict=True)
        ]
        if self.trees is not None:
            seen = tree_inputs(self.teacher, self.views[0], inputs, device)
            found.append(self.trees.predict_proba(seen))
        return logarithms(found)

    def novelty(self, X, device):
        """Share of training stars that are less unusual; NaN for a row without any feature."""
        out, usable = np.full(len(X), np.nan), usable_rows(X)
        inputs = scaled_inputs(self.scaler, X[usable])
        out[usable] = self.networks[0].novelty(inputs[:, self.views[0]], device)
        return out

    def embed(self, X, device):
        """Embeddings of all networks side by side; NaN for a row without any feature."""
        usable = usable_rows(X)
        inputs = scaled_inputs(self.scaler, X[usable])
        found = [
            network.embed(inputs[:, view], device)
            for network, view in zip(self.networks, self.views, strict=True)
        ]
        out = np.full((len(X), sum(e.shape[1] for e in found)), np.nan, dtype=np.float32)
        out[usable] = np.hstack(found)
        return out


def scaled_inputs(scaler, X):
    """Scaled inputs, rounded as the networks take them."""
    return scale(scaler, X).astype(np.float64)


def tree_inputs(teacher, view, inputs, device):
    """What the trees see: scaled features, and what the source's networks make of them."""
    opinion = logarithms([teacher.predict_proba(inputs[:, view], device)])
    return np.hstack([inputs, *opinion]).astype(np.float32)


def logarithms(parts):
    """Logarithms of the probabilities of each part, for their mean.

    The trees spread their probabilities widely. A mean of logarithms keeps that from making the
    whole unsure where the networks agree.
    """
    return [np.log(np.maximum(proba, _SMALLEST)) for proba in parts]
