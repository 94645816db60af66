"""ImageNetworkUser: what a trained image network is asked, and the images it is shown."""

from copy import copy
from functools import partial

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..network import resolve_device


class ImageNetworkUser(ClassifierMixin, BaseEstimator):
    """Base of a classifier that asks an image network.

    A subclass has the parameters `backbone`, `channels` and `device`, and its `fit` sets `weights_`,
    `classes_`, `image_shape_` and the units of the images, `_mean` and `_scale`.
    """

    def predict_proba(self, X):
        """Class probabilities, columns in the order of `classes_`."""
        return softmax(self._apply(X), axis=1)

    def predict(self, X):
        """The most probable class of each image."""
        logits = self._apply(X)
        return self.classes_[logits.argmax(axis=1)]

    def embed(self, X):
        """Output of the backbone: what the network sees in an image, shape (n, width)."""
        return self._apply(X, embedding=True)

    def _renormalised(self, X):
        """A copy whose batch normalisation has the statistics of other images."""
        from ._training import renormalise

        check_is_fitted(self)
        X = self._scaled(self._images(X, reset=False))
        adapted = copy(self)
        device = resolve_device(self.device)
        adapted.weights_ = renormalise(self._maker(), self.weights_, X, device)
        return adapted

    def _apply(self, X, embedding=False):
        from ._training import apply

        check_is_fitted(self)
        X = self._scaled(self._images(X, reset=False))
        device = resolve_device(self.device)
        return apply(self._maker(), self.weights_, X, device, embedding=embedding)

    def _scaled(self, X):
        return ((X - self._mean) / self._scale).astype(np.float32)

    def _images(self, X, *, reset):
        """Images as float64 of shape (n, channels, height, width)."""
        X = validate_data(self, X, dtype=np.float64, allow_nd=True, reset=reset)
        if X.ndim == 2:
            X = X[:, None, :]
        if X.ndim == 3:
            X = X[..., None]
        if X.ndim != 4:
            raise ValueError(f"Images have 2 to 4 dimensions (n, h, w, c); X has {X.ndim}.")
        if not reset and X.shape[1:] != self.image_shape_:
            raise ValueError(
                f"The images have the shape {X.shape[1:]} (height, width, channels), but the "
                f"source's have {self.image_shape_}."
            )
        return np.moveaxis(X, 3, 1)

    def _maker(self, weights=None):
        from ._networks import build

        n_channels = self.image_shape_[2]
        channels = tuple(self.channels)
        return partial(
            build, self.backbone, channels, n_channels, len(self.classes_), weights=weights
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
