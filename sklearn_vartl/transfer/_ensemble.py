"""TransferEnsembleClassifier: fine-tuned networks, trees that know the source and a forest, pooled."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any, Literal

import numpy as np
from numpy.random import RandomState
from numpy.typing import ArrayLike
from sklearn.utils._param_validation import Interval

from .._validation import column_positions, encode, new_generator
from ..network import train_jobs
from ..preprocessing import FeatureScaler
from ..probabilities import Calibration, fit_weights, log_proba
from ._base import TransferClassifier
from ._ensemble_model import KINDS, EnsembleModel, grow, scaled_inputs, tree_inputs
from ._fitting import (
    Stars,
    calibrate_held_out,
    earlier_calibration,
    fine_tune,
    held_out_jobs,
    held_out_logits,
    kept_classes,
    learn,
    plan_classes,
    sparing_by_evidence,
    training_data,
)
from ._mlp import PARAMETER_CONSTRAINTS, TransferMLPClassifier, gate_networks
from ._model import (
    Advice,
    Memory,
    all_seen,
    fingerprints,
    fit_scaler,
    map_heads,
    mean_probability,
    usable_rows,
)

# Parameters that the networks have from the ensemble.
_SHARED = (
    "hidden_layer_sizes", "n_estimators", "strategy", "learning_rate", "backbone_learning_rate",
    "max_epochs", "min_steps", "sampling", "class_weight", "early_stopping", "validation_fraction",
    "n_iter_no_change", "device", "n_jobs", "verbose",
)  # fmt: skip
_OF_NETWORKS = (
    *_SHARED, "calibration", "priors", "evidence", "keep", "scaler", "transfer_scaler", "random_state",
)  # fmt: skip


class TransferEnsembleClassifier(TransferClassifier):
    """Pool of fine-tuned networks, of trees that know the source, and of a forest that does not.

    `fit` learns a source survey, `partial_fit_target` fine-tunes on few labels of a target survey
    whose classes may be others, `predict_proba` classifies. The parts are:

    - for each group of features networks as in TransferMLPClassifier;
    - from the first fine-tuning on, two forests of extremely randomised trees grown on the target's
      labels: one sees all features and the probabilities of the source's networks, the other the
      features alone.

    The mean is one of logarithms. How much say each part has is told by labelled stars that are
    left out: with few labels all have about the same, with many the better ones more. The mean is
    calibrated on the same stars.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(64, 128, 256)
        Widths of the hidden layers of each network.
    n_estimators : int, default=5
        Number of networks on each group of features.
    views : sequence of sequences of str or int, or None, default=None
        Groups of features, by name or position, each with its own networks. Groups that measure
        the same in other ways (two period searches) err differently, and their average is better
        than either. The trees see what the first group's networks think. None: one group of all.
    n_trees : int, default=200
        Number of extremely randomised trees in each forest; 0 leaves both out.
    strategy, learning_rate, backbone_learning_rate, max_epochs, min_steps
        How the networks are trained, as in TransferMLPClassifier.
    sampling : {"uniform", "balanced"}, default="uniform"
        "balanced" draws the networks' stars with replacement so that each class is equally
        frequent. The trees weigh classes alike in any case.
    class_weight : {"balanced"}, dict or None, default=None
        Weights of the classes in the networks' loss, as everywhere in scikit-learn.
    early_stopping, validation_fraction, n_iter_no_change
        When the training of a network stops, as in TransferMLPClassifier.
    calibration : {"temperature"} or None, default="temperature"
        "temperature" weighs the parts, and sharpens or softens their mean, so that held-out stars
        become most likely. It takes up to five further networks on each group of features. Only
        stars are held out that the networks have not learned from before; what those of earlier
        calls told is kept. None: all parts have the same say.
    priors, keep, scaler
        As in TransferMLPClassifier.
    evidence : list of str or int, or None, default=None
        Columns that tell whether a star varies at all, as in TransferMLPClassifier. `views` counts
        the columns that are left.
    transfer_scaler : {"source", "target"}, default="source"
        Whether fine-tuning keeps the source's scaler, or the first one fits another on the
        target, which later ones keep. Only with the source's do the inputs mean what the backbones
        have learned.
    device : str, default="auto"
        Where torch trains and predicts, as in TransferMLPClassifier.
    n_jobs : int or None, default=None
        Number of networks and trees made at the same time. The result does not depend on it.
    random_state : int, RandomState instance or None, default=None
        With an int, fits are repeatable bit for bit on one machine's CPU.
    verbose : int or bool, default=0
        Show progress bars over the networks.

    Attributes
    ----------
    part_weights_ : dict of str -> float
        How much say each part has: the networks of each group, the trees, the forest.
    model_, source_model_ : EnsembleModel
        What is known now, and what was known after `fit`.
    classes_, source_classes_, priors_, is_transferred_, history_, scaler_
        As in TransferMLPClassifier.
    n_features_in_, feature_names_in_
        As in TransferMLPClassifier.

    See Also
    --------
    TransferMLPClassifier : The networks alone, several times faster.

    References
    ----------
    .. [1] Geurts, P., Ernst, D., Wehenkel, L. (2006). "Extremely randomized trees". Machine
       Learning 63, 3.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferEnsembleClassifier
    >>> X, y = make_blobs(n_samples=300, centers=3, n_features=4, random_state=0)
    >>> clf = TransferEnsembleClassifier((16,), n_estimators=1, n_trees=10, calibration=None,
    ...                                  random_state=0).fit(X[:200], y[:200])
    >>> X_target = X + 0.5                       # another instrument, and class 3 is new
    >>> y_target = [[1, 2, 3][label] for label in y]
    >>> clf.partial_fit_target(X_target[:60], y_target[:60]).classes_
    array([1, 2, 3])
    >>> clf.predict_proba(X_target[60:]).shape
    (240, 3)
    """

    _parameter_constraints: dict = {
        **{name: PARAMETER_CONSTRAINTS[name] for name in _OF_NETWORKS},
        "views": ["array-like", None],
        "n_trees": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(
        self,
        hidden_layer_sizes: int | ArrayLike = (64, 128, 256),
        *,
        n_estimators: int = 5,
        views: Sequence[Any] | None = None,
        n_trees: int = 200,
        strategy: Literal["full", "head", "gradual"] = "full",
        learning_rate: float = 2e-3,
        backbone_learning_rate: float | None = None,
        max_epochs: int = 10,
        min_steps: int = 200,
        sampling: Literal["uniform", "balanced"] = "uniform",
        class_weight: Literal["balanced"] | Mapping | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        calibration: Literal["temperature"] | None = "temperature",
        priors: Literal["balanced", "em"] | Mapping | ArrayLike | None = None,
        evidence: Sequence[str | int] | None = None,
        keep: Sequence[Any] = ("NONVAR", "QSO"),
        scaler: Any = "auto",
        transfer_scaler: Literal["source", "target"] = "source",
        device: str = "auto",
        n_jobs: int | None = None,
        random_state: int | RandomState | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.n_estimators = n_estimators
        self.views = views
        self.n_trees = n_trees
        self.strategy = strategy
        self.learning_rate = learning_rate
        self.backbone_learning_rate = backbone_learning_rate
        self.max_epochs = max_epochs
        self.min_steps = min_steps
        self.sampling = sampling
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.calibration = calibration
        self.priors = priors
        self.evidence = evidence
        self.keep = keep
        self.scaler = scaler
        self.transfer_scaler = transfer_scaler
        self.device = device
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def _learn(self, stars, classes, scaler, device):
        rng = new_generator(self.random_state)
        n_features, names = stars.X.shape[1], self._shown_names()
        groups = resolve_views(self.views, n_features, names)
        seen = np.unique(fingerprints(stars.X))
        stars = replace(stars, X=scaled_inputs(scaler, stars.X))
        views = scaled_columns(groups, scaler, n_features, stars.X.shape[1])
        members = [self._member(rng) for _ in views]
        networks = [
            learn(member, replace(stars, X=stars.X[:, view]), classes, None, device)
            for member, view in zip(members, views, strict=True)
        ]
        memory = Memory.of(stars.X, stars.y, stars.weight, rng)
        networks = _remembering(memory, networks, views)
        model = EnsembleModel(networks, views, scaler, memory, seen=seen)
        if self.calibration is None:
            return model
        starts = [[None] * len(network.members) for network in networks]
        return judged_by_held_out_stars(members, model, starts, stars, None, None, device, rng)

    def _gate_networks(self):
        return gate_networks(self)

    def _fine_tune(self, stars, given, rare, device, X_unlabelled):
        rng, model = new_generator(self.random_state), self.model_
        teacher, scaler = self.source_model_.networks[0], model.scaler
        if self.transfer_scaler == "target" and not model.n_transfers:
            scaler = fit_scaler(scaler, stars.X, self._shown_names())
        stars = stars.known_by(model.seen)
        seen = all_seen(model, fingerprints(stars.X))
        stars = replace(stars, X=scaled_inputs(scaler, stars.X))
        # Files of the first versions know the seen stars by what they remember alone.
        stars = stars.known_by(fingerprints(model.memory.X))
        classes, stars = plan_classes(model, stars, given, rare)
        if X_unlabelled is not None:
            X_unlabelled = scaled_inputs(scaler, X_unlabelled[usable_rows(X_unlabelled)])
        members, views = [self._member(rng) for _ in model.views], model.views
        networks = [
            fine_tune(
                member,
                network,
                source,
                # What evidence tells, the whole judges.
                replace(stars, X=stars.X[:, view], still=None),
                classes,
                None,
                device,
                None if X_unlabelled is None else X_unlabelled[:, view],
            )
            for member, network, source, view in zip(
                members, model.networks, self.source_model_.networks, views, strict=True
            )
        ]
        grower, grown = None, {}
        if self.n_trees:
            told = teacher.predict_proba(stars.X[:, views[0]], device)
            grower = _Grower(stars, told, self, _seed(rng))
            trees = grower(encode(stars.y, classes), len(classes))
            grown = dict(zip(KINDS, trees, strict=True))
        memory = Memory.of(stars.X, stars.y, stars.lasting_weight, rng)
        networks = _remembering(memory, networks, views)
        tuned = EnsembleModel(networks, views, scaler, memory, teacher=teacher, seen=seen, **grown)
        if self.calibration is None:
            earlier = earlier_calibration(model, classes)
            return replace(tuned, calibration=sparing_by_evidence(stars, classes, earlier))
        starts = [map_heads(network, classes) for network in model.networks]
        return judged_by_held_out_stars(members, tuned, starts, stars, grower, model, device, rng)

    def _compared(self, shown):
        inputs = scaled_inputs(self.model_.scaler, shown)
        origin = column_origin(self.model_.scaler, shown.shape[1])
        if len(origin) != inputs.shape[1]:
            origin = np.full(inputs.shape[1], -1)
        return inputs, origin

    def _member(self, rng):
        """The networks of a group of features as a classifier of its own."""
        shared = {name: getattr(self, name) for name in _SHARED}
        return TransferMLPClassifier(scaler=None, random_state=_seed(rng), **shared)

    @property
    def part_weights_(self) -> dict[str, float]:
        """How much say each part has."""
        names, weights = self.model_.part_names, self.model_.weights
        if weights is None:
            return dict.fromkeys(names, 1.0 / len(names))
        return dict(zip(names, weights.tolist(), strict=True))


def _seed(rng):
    return int(rng.integers(2**31))


def _remembering(memory, networks, views):
    """The networks with the ensemble's memory instead of one of their own."""
    return tuple(
        replace(network, memory=memory.of_columns(view), seen=None)
        for network, view in zip(networks, views, strict=True)
    )


# So many tell what trees are worth on stars that were left out.
_ENOUGH_TREES = 100


class _Grower:
    """Grow the ensemble's trees, which see what the teacher told, and its forest on some of the stars."""

    def __init__(self, stars, told, ensemble, seed):
        self.inputs, self.weight, self.seed = tree_inputs(stars.X, told), stars.weight, seed
        # Of the inputs the forest sees the first alone, which are features.
        self.columns = {"trees": self.inputs.shape[1], "forest": stars.X.shape[1]}
        self.n_trees, self.n_jobs = ensemble.n_trees, ensemble.n_jobs

    def __call__(self, y, n_classes, rows=None):
        n_trees = self.n_trees if rows is None else min(self.n_trees, _ENOUGH_TREES)
        rows = slice(None) if rows is None else rows
        inputs, stars = self.inputs[rows], (y[rows], self.weight[rows])
        how = n_classes, n_trees, self.seed, self.n_jobs
        return [grow(inputs[:, : self.columns[kind]], *stars, *how, kind) for kind in KINDS]


def resolve_views(views, n_features, names):
    """Positions of the features of each group, sorted, each feature once."""
    if views is None:
        return [np.arange(n_features)]
    groups = [column_positions(view, "views", n_features, names) for view in views]
    if not groups:
        raise ValueError("views holds no group: use None for one group of all features.")
    if not all(map(len, groups)):
        raise ValueError(f"views holds a group without features: {views!r}.")
    return groups


def scaled_columns(groups, scaler, n_features, n_inputs):
    """Positions of groups of features among the scaled inputs.

    Of other scalers than FeatureScaler each feature must become one column.
    """
    if len(groups) == 1 and len(groups[0]) == n_features:
        return (np.arange(n_inputs),)
    origin = column_origin(scaler, n_features)
    if len(origin) != n_inputs:
        raise ValueError(
            f"views needs a scaler that makes one column of each feature, or FeatureScaler; "
            f"{type(scaler).__name__} made {n_inputs} columns of {n_features} features."
        )
    return tuple(np.flatnonzero(np.isin(origin, group)) for group in groups)


def column_origin(scaler: Any, n_features: int) -> np.ndarray:
    """From which feature each scaled input comes, where the scaler keeps features apart."""
    origin = np.arange(n_features)
    if isinstance(scaler, FeatureScaler):
        # An angle becomes its sine and cosine; indicators of missing values follow.
        origin = np.repeat(origin, np.where(scaler.kinds_ == "circular", 2, 1))
        if scaler.add_indicator:
            origin = np.concatenate([origin, np.arange(n_features)])
    return origin


def judged_by_held_out_stars(
    members: list[TransferMLPClassifier],
    model: EnsembleModel,
    starts: list[list],
    stars: Stars,
    grower: Any,
    before: EnsembleModel | None,
    device: str,
    rng: np.random.Generator,
) -> EnsembleModel:
    """Find the weights of the parts and the temperature that make held-out labels most likely.

    The parts of a source have the same say: its stars do not tell which of them a target needs. There are a
    member, with the parameters of its networks, and the weights they started from (None: new ones) for each view.
    The training stars are scaled, and `grower`, if any, grows trees on some rows of theirs. `before` is what was
    fine-tuned; None where a source is learned.
    """
    folds_seed, parts = int(rng.integers(2**31)), []
    earlier = Calibration() if before is None else earlier_calibration(before, model.classes)
    kept = kept_classes(stars, model.classes, earlier)
    for member, own, view, start in zip(members, model.networks, model.views, starts, strict=True):
        # Every view leaves out the same stars: doubles are judged by all inputs.
        data = training_data(member, stars, model.classes, stars.X)
        jobs, held_out = held_out_jobs(start, data, stars, np.random.default_rng(folds_seed))
        data = replace(data, inputs=stars.X[:, view].astype(np.float32))
        results = train_jobs(jobs, data, estimator=member, device=device)
        source = None if own.opinion is None else own.opinion.source
        inputs, how = stars.X[:, view], (kept, member.sampling, device)
        advice = Advice.of(source, inputs, data, model.classes, *how)
        logits = held_out_logits(results, jobs, held_out, data, advice, device)
        parts.append([mean_probability([found], 1.0) for found in logits])
    if grower is not None:
        grown = [grower(data.y, data.n_classes, job.rows) for job in jobs]
        for kind in zip(*grown, strict=True):
            judged = zip(kind, held_out, strict=True)
            parts.append([own.predict_proba(grower.inputs[rows]) for own, rows in judged])
    folds = [[log_proba(part) for part in fold] for fold in zip(*parts, strict=True)]
    weights = None
    if before is not None:
        weights = _weights_of_parts(folds, held_out, data, before, len(model.part_names))
    logits = [np.average(fold, axis=0, weights=weights) for fold in folds]
    calibration = calibrate_held_out(logits, held_out, data, stars, model.classes, earlier)
    return replace(model, calibration=calibration, weights=weights)


def _weights_of_parts(folds, held_out, data, before, n_parts):
    """As held-out stars have it; beforehand the same, or what earlier stars told."""
    rows = np.concatenate(held_out) if held_out else np.empty(0, dtype=int)
    centre = np.full(n_parts, 1.0 / n_parts)
    if before.weights is not None and len(before.weights) == n_parts:
        centre = before.weights
    if not data.weight[rows].any():
        return centre
    logs = [np.concatenate(part) for part in zip(*folds, strict=True)]
    return fit_weights(logs, data.y[rows], data.weight[rows], centre=centre)
