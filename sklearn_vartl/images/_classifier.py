"""TransferImageClassifier: image networks that are fine-tuned on few images of a target."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from numbers import Integral, Real
from os import PathLike
from typing import Any, Literal, Self

import numpy as np
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import network
from .._estimators import HasSource, as_before_on_error, changes_model, fit_context
from .._validation import (
    check_labels,
    check_weights,
    encode,
    new_seed,
    sorted_classes,
    union,
    unmasked,
)
from ..network import map_head, resolve_device

_POSITIVE = Interval(Real, 0, None, closed="neither")
_COUNT = Interval(Integral, 1, None, closed="left")
# Images of each class that later fine-tunings rehearse.
_REMEMBERED = 20
# Where none is given, the backbone learns this much slower than the head in fine-tuning.
_BACKBONE_SHARE = 0.3


@dataclass(frozen=True)
class ImageModel:
    """What a `TransferImageClassifier` has learned."""

    weights: dict[str, np.ndarray]
    classes: np.ndarray
    shape: tuple[int, ...]  # (height, width, channels) of the images
    mean: np.ndarray  # units of the images, shape (1, channels, 1, 1), as is `scale`
    scale: np.ndarray
    # Images, classes and weights that later fine-tunings rehearse; None: there was none yet.
    memory: tuple[np.ndarray, np.ndarray, np.ndarray] | None
    history: list[dict]  # one entry an epoch of the last training
    n_transfers: int = 0  # number of fine-tunings

    def scaled(self, X):
        """Images in the network's units."""
        return ((X - self.mean) / self.scale).astype(np.float32)


class TransferImageClassifier(HasSource, ClassifierMixin, BaseEstimator):
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
        Decides initial weights, dropout and the order of the images.

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
    model_, source_model_ : ImageModel
        All that is learned: as it is now, and as `fit` left it.

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
        backbone: str = "residual",
        *,
        channels: Sequence[int] = (16, 32, 64),
        weights: str | PathLike | None = None,
        strategy: Literal["full", "head", "gradual"] = "full",
        learning_rate: float = 2e-3,
        backbone_learning_rate: float | None = None,
        weight_decay: float = 0.01,
        batch_size: int = 64,
        max_epochs: int = 8,
        min_steps: int = 150,
        device: str = "auto",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
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

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn a source.

        Parameters
        ----------
        X : array-like of shape (n, height, width), (n, height, width, channels) or (n, width)
            Images; of two dimensions, images of one row.
        y : array-like of shape (n,)
            Classes.
        sample_weight : array-like of shape (n,), default=None
            Weights of the images in the loss; those of weight zero are left out.
        """
        from ._networks import new_weights

        if self.backbone == "residual" and self.weights is not None:
            raise ValueError("weights are for torchvision models; backbone='residual' has none.")
        with as_before_on_error(self):
            X, y, weight = self._labelled(X, y, sample_weight, reset=True)
            seed = new_seed(self.random_state)
            classes, shape = sorted_classes(y), (*X.shape[2:], X.shape[1])
            model = ImageModel(
                weights=new_weights(self._maker(shape, self.weights), len(classes), seed),
                classes=classes,
                shape=shape,
                mean=X.mean(axis=(0, 2, 3), keepdims=True),
                scale=np.maximum(X.std(axis=(0, 2, 3), keepdims=True), 1e-6),
                memory=None,
                history=[],
            )
            self.model_ = self.source_model_ = self._trained(model, X, y, weight, seed)
        return self

    @changes_model
    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit_target(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        classes: Any = None,
        X_unlabelled: Any = None,
    ) -> Self:
        """Fine-tune on labelled images of a target.

        The first call replaces the classes by the target's, later ones add to them; remembered
        images keep classes alive that a later call lacks. After an error the classifier is what it
        was before.

        Parameters
        ----------
        X : array-like of shape (n, height, width[, channels])
            Images of the source's shape.
        y : array-like of shape (n,)
            Classes.
        sample_weight : array-like of shape (n,), default=None
            Weights of the images in the loss; those of weight zero are left out.
        classes : array-like, default=None
            Classes of the target, where `y` does not show them all.
        X_unlabelled : None
            Images without labels cannot be learned from here.

        Raises
        ------
        ValueError
            If the shape is not the source's, a label is missing or not in `classes`, or
            `X_unlabelled` is given.
        """
        check_is_fitted(self)
        if X_unlabelled is not None:
            raise ValueError(
                "TransferImageClassifier learns from labelled images only: pass X_unlabelled=None. "
                "DomainAdapter(FrozenEstimator(model)) adapts a source to images without labels."
            )
        given = None if classes is None else sorted_classes(classes)
        X, y, weight = self._labelled(X, y, sample_weight, reset=False)
        given = sorted_classes(y) if given is None else given
        encode(y, given)
        before = self.model_
        if before.memory is not None:
            given = union(before.classes, given)
            X, y, weight = (
                np.concatenate([new, old])
                for new, old in zip((X, y, weight), before.memory, strict=True)
            )
        rows = np.concatenate([np.flatnonzero(y == c)[:_REMEMBERED] for c in given])
        model = replace(
            before,
            weights=map_head(before.weights, before.classes, given),
            classes=given,
            memory=(X[rows], y[rows], weight[rows]),
            n_transfers=before.n_transfers + 1,
        )
        self.model_ = self._trained(model, X, y, weight, new_seed(self.random_state))
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each image, shape (n,)."""
        logits = self._apply(X)
        return self.classes_[logits.argmax(axis=1)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Class probabilities, shape (n, n_classes), columns in the order of `classes_`."""
        return softmax(self._apply(X), axis=1)

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Logarithms of the class probabilities, shape (n, n_classes)."""
        return log_softmax(self._apply(X), axis=1)

    def embed(self, X: Any) -> np.ndarray:
        """Output of the backbone: what the network sees in an image, shape (n, width)."""
        return self._apply(X, embedding=True)

    @property
    def image_shape_(self) -> tuple[int, ...]:
        """Height, width and channels of the images."""
        return self.model_.shape

    @property
    def history_(self) -> list[dict]:
        """One entry an epoch of the last training."""
        return self.model_.history

    @property
    def weights_(self) -> dict[str, np.ndarray]:
        """The network's weights."""
        return self.model_.weights

    def _trained(self, model, X, y, weight, seed):
        """The model after training: fine-tuning if it has a source."""
        from ._networks import train

        tuning = model.n_transfers > 0
        rate = self.learning_rate
        slower = self.backbone_learning_rate or _BACKBONE_SHARE * rate
        weights, history = train(
            self._maker(model.shape),
            model.weights,
            (model.scaled(X), encode(y, model.classes), weight),
            recipe=network.Recipe(
                learning_rate=rate,
                backbone_learning_rate=slower if tuning else rate,
                weight_decay=self.weight_decay,
                batch_size=self.batch_size,
                max_epochs=self.max_epochs,
                min_steps=self.min_steps,
                frozen_norm=tuning,
            ),
            strategy=self.strategy if tuning else "full",
            seed=seed,
            device=resolve_device(self.device),
        )
        return replace(model, weights=weights, history=history)

    def _apply(self, X, embedding=False):
        from ._networks import apply

        check_is_fitted(self)
        X = self.model_.scaled(self._images(X, reset=False))
        device = resolve_device(self.device)
        return apply(self._maker(self.image_shape_), self.weights_, X, device, embedding=embedding)

    def _labelled(self, X, y, sample_weight, *, reset):
        """Checked images, labels and weights, without images of weight zero."""
        X = self._images(X, reset=reset)
        y = check_labels(y, len(X))
        weight = check_weights(sample_weight, X)
        return X[weight > 0], y[weight > 0], weight[weight > 0]

    def _images(self, X, *, reset):
        """Images as float64 of shape (n, channels, height, width)."""
        X = validate_data(self, unmasked(X), dtype=np.float64, allow_nd=True, reset=reset)
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

    def _maker(self, shape, weights=None):
        """A function that makes a network of a number of classes."""
        from ._networks import make_network

        channels = tuple(self.channels)
        return partial(make_network, self.backbone, channels, shape[2], weights=weights)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
