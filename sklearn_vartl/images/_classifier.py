"""TransferImageClassifier."""

from copy import copy
from functools import partial
from numbers import Integral, Real
from os import PathLike

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from .._validation import check_labels, encode, sorted_classes, union
from ..network import map_head, resolve_device
from ._training import Recipe


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


_POSITIVE = Interval(Real, 0, None, closed="neither")


_COUNT = Interval(Integral, 1, None, closed="left")


# Images of each class that later fine-tunings rehearse.
_REMEMBERED = 20


class TransferImageClassifier(ImageNetworkUser):
    """Classifier of images for transfer learning.

    `fit` learns a source, `partial_fit_target` fine-tunes on few labelled images of a target whose
    classes may be others. Any images will do: those of `PhaseImage` and `DmDtImage`, cutouts,
    spectra as images of one row.

    Parameters
    ----------
    backbone : str, default="residual"
        "residual" is a small residual network; any other name is a torchvision model, such as
        "densenet201".

    channels : tuple of int, default=(16, 32, 64)
        Widths of the stages of "residual"; each halves the image but the first.

    weights : str, path or None, default=None
        Where a torchvision model starts: None from random weights, "download" from torchvision's
        own, otherwise from a file with its state dict.

    strategy : {"full", "head", "gradual"}, default="full"
        What `partial_fit_target` trains: everything, the head only, or the head for the first half
        of the epochs and then everything. Batch normalisation is never trained by it.

    learning_rate : float, default=2e-3
        Largest learning rate of the one-cycle schedule, in fine-tuning that of the head.

    backbone_learning_rate : float or None, default=None
        That of the backbone in fine-tuning; None: 0.3 times `learning_rate`.

    weight_decay : float, default=0.01
        Weight decay of AdamW.

    batch_size : int, default=64
        Images a step.

    max_epochs : int, default=8
        Passes over the images.

    min_steps : int, default=150
        With few images training goes on until this number of steps.

    device : str, default="auto"
        Where torch computes.

    random_state : int, RandomState instance or None, default=None
        Decides initial weights and the order of the images.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Classes that are predicted: the target's after `partial_fit_target`.

    source_classes_ : ndarray
        Classes learned by `fit`.

    image_shape_ : tuple of (height, width, channels)
        Shape of the images.

    is_transferred_ : bool
        Whether `partial_fit_target` has been called.

    history_ : list of dict
        One entry an epoch of the last training.

    weights_ : dict of str to ndarray
        The network's weights.

    References
    ----------
    .. [1] Awang Iskandar, D. N. F. et al. (2020). "Classification of planetary nebulae through deep
       transfer learning". Galaxies 8, 88.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.images import TransferImageClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(60) % 2
    >>> X = rng.normal(size=(60, 8, 8))
    >>> X[y == 1, :4] += 2.0
    >>> clf = TransferImageClassifier(channels=(8,), min_steps=40, random_state=0).fit(X, y)
    >>> clf.partial_fit_target(X[:20] + 0.1, ["up" if i else "down" for i in y[:20]]).classes_
    array(['down', 'up'], dtype='<U4')
    """

    _parameter_constraints: dict = {
        "backbone": [str],
        "channels": ["array-like"],
        "weights": [str, PathLike, None],
        "strategy": [StrOptions({"full", "head", "gradual"})],
        "learning_rate": [_POSITIVE],
        "backbone_learning_rate": [_POSITIVE, None],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "batch_size": [Interval(Integral, 2, None, closed="left")],
        "max_epochs": [_COUNT],
        "min_steps": [Interval(Integral, 0, None, closed="left")],
        "device": [str],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        backbone="residual",
        *,
        channels=(16, 32, 64),
        weights=None,
        strategy="full",
        learning_rate=2e-3,
        backbone_learning_rate=None,
        weight_decay=0.01,
        batch_size=64,
        max_epochs=8,
        min_steps=150,
        device="auto",
        random_state=None,
    ):
        self.backbone = backbone
        self.channels = channels
        self.weights = weights
        self.strategy = strategy
        self.learning_rate = learning_rate
        self.backbone_learning_rate = backbone_learning_rate
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.min_steps = min_steps
        self.device = device
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y):
        """Learn a source.

        Parameters
        ----------
        X : array-like of shape (n, height, width), (n, height, width, channels) or (n, width)
            Images; of two dimensions, images of one row.

        y : array-like of shape (n,)
            Classes.

        Returns
        -------
        self : TransferImageClassifier
        """
        if self.backbone == "residual" and self.weights is not None:
            raise ValueError("weights are for torchvision models; backbone='residual' has none.")
        X = self._images(X, reset=True)
        y = check_labels(y, len(X))
        self.image_shape_ = (*X.shape[2:], X.shape[1])
        self._mean = X.mean(axis=(0, 2, 3), keepdims=True)
        self._scale = np.maximum(X.std(axis=(0, 2, 3), keepdims=True), 1e-6)
        self.classes_ = self.source_classes_ = sorted_classes(y)
        self.is_transferred_ = False
        self._memory = (X[:0], y[:0])
        self._train(None, X, y, fine_tuning=False)
        self._source = (self.weights_, self.classes_)
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit_target(self, X, y, classes=None):
        """Fine-tune on labelled images of a target.

        The first call replaces the classes by the target's, later ones add to them; remembered
        images keep classes alive that a later call lacks.

        Parameters
        ----------
        X : array-like of shape (n, height, width[, channels])
            Images of the source's shape.

        y : array-like of shape (n,)
            Classes.

        classes : array-like, default=None
            Classes of the target, where `y` does not show them all.

        Returns
        -------
        self : TransferImageClassifier

        Raises
        ------
        ValueError
            If the shape is not the source's, or a label is missing or not in `classes`.
        """
        check_is_fitted(self)
        X = self._images(X, reset=False)
        y = check_labels(y, len(X))
        given = sorted_classes(y if classes is None else classes)
        encode(y, given)
        if self.is_transferred_:
            given = union(self.classes_, given)
        start = map_head(self.weights_, self.classes_, given)
        X = np.concatenate([X, self._memory[0]])
        labels = np.concatenate([y, self._memory[1]]) if len(self._memory[1]) else y
        self.classes_, self.is_transferred_ = given, True
        self._train(start, X, labels, fine_tuning=True)
        last = [np.flatnonzero(labels == c)[:_REMEMBERED] for c in given]
        rows = np.concatenate(last)
        self._memory = (X[rows], labels[rows])
        return self

    def _train(self, start, X, y, *, fine_tuning):
        from ._training import train

        self.weights_, self.history_ = train(
            self._maker(None if fine_tuning else self.weights),
            start,
            self._scaled(X),
            encode(y, self.classes_),
            recipe=Recipe.of(self, fine_tuning),
            seed=check_random_state(self.random_state).randint(2**31 - 1),
            device=resolve_device(self.device),
        )

    def reset_to_source(self):
        """Forget every fine-tuning."""
        check_is_fitted(self)
        self.weights_, self.classes_ = self._source
        self.is_transferred_, self._memory = False, (self._memory[0][:0], self._memory[1][:0])
        return self
