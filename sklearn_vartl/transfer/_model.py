"""What a TransferMLPClassifier has learned, and predictions from it."""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from .. import network
from ._calibration import Calibration
from ._memory import Memory


@dataclass(frozen=True)
class Model:
    """Everything learned, as plain data; immutable, so that the source can be kept and shared.

    Attributes
    ----------
    members : tuple of dict of str -> ndarray
        Weights of each network.
    classes : ndarray of shape (n_classes,)
        Sorted.
    class_count : ndarray of shape (n_classes,)
        Summed weight of the training stars of each class.
    scaler : fitted transformer or None
    memory : Memory
        Remembered stars of each class.
    calibration : Calibration
        Temperature of the probabilities, and scores of the held-out stars.
    history : tuple of list of dict
        For each member one entry an epoch.
    n_transfers : int
        Number of fine-tunings behind it.
    """

    members: tuple
    classes: np.ndarray
    class_count: np.ndarray
    scaler: object
    memory: Memory
    calibration: Calibration = Calibration()
    history: tuple = ()
    n_transfers: int = 0

    @property
    def prior(self):
        """Share of each class in the training stars."""
        return self.class_count / self.class_count.sum()

    def predict_proba(self, X, device):
        """Class probabilities; a row without any feature gets the class priors."""
        proba = np.tile(self.prior, (len(X), 1))
        usable = usable_rows(X)
        if usable.any():
            inputs = scale(self.scaler, X[usable])
            logits = [network.network_logits(m, inputs, device) for m in self.members]
            proba[usable] = mean_probability(logits, self.calibration.temperature)
        return proba

    def embed(self, X, device):
        """Embeddings of the members side by side; NaN for a row without any feature."""
        usable = usable_rows(X)
        inputs = scale(self.scaler, X[usable])
        found = np.hstack([network.network_embedding(m, inputs, device) for m in self.members])
        out = np.full((len(X), found.shape[1]), np.nan, dtype=np.float32)
        out[usable] = found
        return out


def mean_probability(logits, temperature):
    """Mean over the members of the softmax of logits / temperature, float64."""
    return np.mean([softmax(z.astype(np.float64) / temperature, axis=1) for z in logits], axis=0)


def usable_rows(X):
    """Mark the rows with at least one feature."""
    return ~np.isnan(X).all(axis=1)


def scale(scaler, X):
    """Scaled inputs of the network, float32.

    Raises
    ------
    ValueError
        If the scaler hands on missing or infinite values.
    """
    if scaler is not None:
        X = scaler.transform(with_names(X, getattr(scaler, "feature_names_in_", None)))
    scaled = np.asarray(X, dtype=np.float64)
    if not np.isfinite(scaled).all():
        raise ValueError(
            f"The scaler {type(scaler).__name__} returned NaN or infinity. FeatureScaler() imputes "
            "missing values; other scalers need an imputer before them."
        )
    return scaled.astype(np.float32)


def with_names(X, names):
    """Give the columns the names they had, for scalers that choose columns by name."""
    if names is None:
        return X
    from pandas import DataFrame

    return DataFrame(X, columns=names, copy=False)
