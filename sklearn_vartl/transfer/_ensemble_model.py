"""What a TransferEnsembleClassifier has learned: networks on views of the features, and trees."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from scipy.special import softmax
from sklearn import config_context

from ..network import one_blas_thread
from ..probabilities import Calibration, NoveltyReference, log_proba, novelty_reference
from ._model import Learned, Memory, Model, scale

_NO_CHILD = -1
_DTYPES = {"first": "i", "left": "i", "right": "i", "feature": "i", "threshold": "f", "value": "f"}


@dataclass(frozen=True)
class Trees:
    """Nodes of all trees, one after the other; indices are int32, numbers float64."""

    first: np.ndarray  # root of each tree
    left: np.ndarray  # children of each node, -1 in a leaf; so is `right`
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray  # a star goes left where its input is not larger
    value: np.ndarray  # shares of the classes, shape (n_nodes, n_classes)

    def predict_proba(self, inputs: np.ndarray) -> np.ndarray:
        """Mean share of each class in the leaves of each row."""
        # Imports numba.
        from ._ensemble_kernel import mean_leaf

        return mean_leaf(
            np.ascontiguousarray(inputs, dtype=np.float32),
            *(self.first, self.left, self.right, self.feature, self.threshold, self.value),
        )

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The arrays by name."""
        return {name: getattr(self, name) for name in _DTYPES}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], n_inputs: int, n_classes: int) -> "Trees":
        """Rebuild trees, refusing arrays that would lead outside of themselves."""
        trees = cls(**{name: np.ascontiguousarray(arrays[name]) for name in _DTYPES})
        n = len(trees.left)
        here, inner = np.arange(n), trees.left != _NO_CHILD
        sound = (
            all(getattr(trees, name).dtype.kind == kind for name, kind in _DTYPES.items())
            and trees.first.ndim == 1
            and all(getattr(trees, a).shape == (n,) for a in ("right", "feature", "threshold"))
            and trees.value.shape == (n, n_classes)
            and len(trees.first) > 0
            and ((trees.first >= 0) & (trees.first < n)).all()
            # Children stand behind their parents: every way down ends.
            and all(
                ((child > here) & (child < n))[inner].all() for child in (trees.left, trees.right)
            )
            and ((trees.feature >= 0) & (trees.feature < n_inputs))[inner].all()
        )
        if not sound:
            raise ValueError("The arrays of the trees do not fit together: the state is damaged.")
        return trees


# How each kind of trees is grown. In the first leaves hold one class only, so that the weights of
# the classes decide which splits are good, not how probable a class is. The others know nothing of the
# source: where it is no help they are what a target's labels alone are worth.
KINDS: dict[str, dict[str, Any]] = {
    "trees": {"max_features": 0.3, "balanced": True},
    "forest": {"max_features": "sqrt", "balanced": False},
}


def grow(
    inputs: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray,
    n_classes: int,
    n_trees: int,
    seed: int,
    n_jobs: int | None = None,
    kind: str = "trees",
) -> Trees:
    """Grow extremely randomised trees of one of the `KINDS`; `y` holds indices of classes.

    They are those of scikit-learn's ExtraTreesClassifier, which takes a quarter longer for few stars: it makes,
    checks and sends off each tree as an estimator of its own.
    """
    classes, own = np.unique(y, return_inverse=True)
    if KINDS[kind]["balanced"]:
        # All classes have the same weight: scikit-learn's "balanced", which counts stars in its earlier versions.
        total = np.bincount(own, weights=weight)
        weight = weight * (total.sum() / (len(classes) * total))[own]
    seeds = np.random.RandomState(seed).randint(np.iinfo(np.int32).max, size=n_trees)
    parts = np.array_split(seeds, effective_n_jobs(n_jobs))
    grown_by = Parallel(n_jobs=n_jobs, prefer="threads")(
        delayed(_grow_some)(inputs, y, weight, part.tolist(), KINDS[kind]["max_features"])
        for part in parts
    )
    grown = [tree for part in grown_by for tree in part]
    first = np.cumsum([0] + [tree.node_count for tree in grown[:-1]])
    n_nodes = sum(tree.node_count for tree in grown)
    value = np.zeros((n_nodes, n_classes))
    shares = np.concatenate([tree.value[:, 0, :] for tree in grown])
    value[:, classes] = shares / shares.sum(axis=1, keepdims=True)
    return Trees(
        first=first.astype(np.int32),
        left=_children([tree.children_left for tree in grown], first),
        right=_children([tree.children_right for tree in grown], first),
        feature=np.concatenate([tree.feature for tree in grown]).astype(np.int32),
        threshold=np.concatenate([tree.threshold for tree in grown]),
        value=value,
    )


def _grow_some(inputs, y, weight, seeds, max_features):
    """A tree for each seed."""
    from sklearn.tree import ExtraTreeClassifier

    tree, grown = ExtraTreeClassifier(max_features=max_features), []
    with config_context(skip_parameter_validation=True):
        for tree.random_state in seeds:
            grown.append(tree.fit(inputs, y, sample_weight=weight, check_input=False).tree_)
    return grown


def _children(children, first):
    parts = [np.where(c < 0, _NO_CHILD, c + f) for c, f in zip(children, first, strict=True)]
    return np.concatenate(parts).astype(np.int32)


@dataclass(frozen=True)
class EnsembleModel(Learned):
    """Everything learned, as plain data; immutable, so that the source can be kept and shared."""

    networks: tuple  # a Model for each view; its inputs are scaled already
    views: tuple  # columns of the scaled inputs that each of them sees
    scaler: object  # a fitted transformer, or None
    memory: Memory  # remembered stars of each class, scaled
    # Extremely randomised trees that see what the teacher thinks; None before the first fine-tuning.
    trees: Trees | None = None
    # The source's networks of the first view, whose probabilities the trees see.
    teacher: Model | None = None
    calibration: Calibration = Calibration()
    estimated_priors: np.ndarray | None = None  # class shares estimated from unlabelled stars
    seen: np.ndarray | None = None  # as in Model, of the networks
    # Such trees that do not see it. Files of the first versions have none, those of later ones a random forest
    # that saw it, too.
    forest: Trees | None = None
    weights: np.ndarray | None = None  # how much say each part has; sum one. None: all the same

    @property
    def classes(self) -> np.ndarray:
        """Classes that are predicted, sorted."""
        return self.networks[0].classes

    @property
    def class_count(self) -> np.ndarray:
        """Summed weight of the training stars of each class."""
        return self.networks[0].class_count

    @property
    def prior(self) -> np.ndarray:
        """Share of each class in the training stars."""
        return self.networks[0].prior

    @property
    def shares(self) -> np.ndarray:
        """Class shares that the probabilities imply."""
        return self.calibration.spare(self.networks[0].shares[None])[0]

    @property
    def n_transfers(self) -> int:
        """Number of fine-tunings behind it."""
        return self.networks[0].n_transfers

    @property
    def history(self) -> tuple:
        """For each network one entry an epoch."""
        return tuple(epochs for model in self.networks for epochs in model.history)

    def probabilities(self, X: np.ndarray, device: str) -> np.ndarray:
        """Probabilities of some thousand rows that have a feature."""
        return self._pooled(self.parts(X, device))

    def predict_and_embed(self, X: np.ndarray, device: str) -> tuple[np.ndarray, list[np.ndarray]]:
        """Probabilities and embeddings of some thousand rows."""
        inputs = scaled_inputs(self.scaler, X)
        told = self._told(inputs, device)
        seen = [
            network.predict_and_embed(inputs[:, view], device, known)
            for network, view, known in self._each(told)
        ]
        proba = self._pooled(self._with_trees([p for p, _ in seen], inputs, told))
        return proba, [e for _, each in seen for e in each]

    def _pooled(self, parts):
        logits = np.average(parts, axis=0, weights=self.weights)
        return softmax(logits / self.calibration.temperature, axis=1)

    def parts(self, X: np.ndarray, device: str) -> list[np.ndarray]:
        """Logarithms of the probabilities: of each view's networks, of the trees, of the forest.

        Of some thousand rows that have a feature.
        """
        inputs = scaled_inputs(self.scaler, X)
        told = self._told(inputs, device)
        found = [
            network.probabilities(inputs[:, view], device, known)
            for network, view, known in self._each(told)
        ]
        return self._with_trees(found, inputs, told)

    def _told(self, inputs, device):
        """What the teacher says, or None."""
        if self.teacher is None:
            return None
        return self.teacher.predict_proba(inputs[:, self.views[0]], device)

    def _each(self, told):
        """The networks of each view, the view, and what the source of their opinion says, where the teacher told."""
        for network, view in zip(self.networks, self.views, strict=True):
            taught = network.opinion is not None and network.opinion.source is self.teacher
            yield network, view, told if taught else None

    def _with_trees(self, found, inputs, told):
        """Logarithms of these probabilities, and of those of the trees."""
        if told is not None:
            seen = tree_inputs(inputs, told)
            grown = [trees for trees in (self.trees, self.forest) if trees is not None]
            found += [trees.predict_proba(seen) for trees in grown]
        # The trees spread their probabilities widely. A mean of logarithms keeps that from making
        # the whole unsure where the networks agree.
        return [log_proba(proba) for proba in found]

    @property
    def part_names(self) -> list[str]:
        """What each part is."""
        grown = {"trees": self.trees, "forest": self.forest}
        networks = [f"networks {k}" for k in range(len(self.networks))]
        return networks + [name for name, trees in grown.items() if trees is not None]

    @cached_property
    def novelty_reference(self) -> NoveltyReference:
        """What distances of the remembered stars say: the networks of all views have a say."""
        seen = self._embeddings(self.memory.X, "cpu")
        with one_blas_thread():
            return novelty_reference(seen, self.memory.y, self.memory.weight)

    def _embeddings(self, inputs, device):
        """Of every network of every view."""
        parts = zip(self.networks, self.views, strict=True)
        return [e for network, view in parts for e in network.embeddings(inputs[:, view], device)]

    def embeddings(self, X: np.ndarray, device: str) -> list[np.ndarray]:
        """What each network of each view sees in rows that have a feature."""
        return self._embeddings(scaled_inputs(self.scaler, X), device)


def scaled_inputs(scaler: Any, X: np.ndarray) -> np.ndarray:
    """Scaled inputs, rounded as the networks take them."""
    return scale(scaler, X).astype(np.float64)


def tree_inputs(inputs: np.ndarray, told: np.ndarray) -> np.ndarray:
    """What the trees see: scaled features, and what the teacher, the source's networks, makes of them."""
    return np.hstack([inputs, log_proba(told)]).astype(np.float32)
