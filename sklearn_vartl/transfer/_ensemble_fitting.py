"""Training an ensemble: its views, networks, trees and calibration."""

import warnings
from dataclasses import replace

import numpy as np
from scipy.special import softmax
from sklearn.utils import check_random_state

from .. import network
from .._validation import encode
from ..preprocessing import FeatureScaler
from ..probabilities import Calibration, fit_temperature
from ._ensemble_model import EnsembleModel, grow, logarithms, scaled_inputs, tree_inputs
from ._fitting import TrainingData, calibration_jobs, fine_tune, learn, plan_classes, train_jobs
from ._mlp import TransferMLPClassifier
from ._model import Memory, map_heads, mean_probability, usable_rows


def resolve_views(views, n_features, names):
    """Positions of the features of each group.

    Parameters
    ----------
    views : sequence of sequences of str or int, or None
        None: one group of all features.
    n_features : int
    names : ndarray of str or None
        Names of the features.

    Returns
    -------
    groups : list of ndarray of int
        Sorted, each feature once.

    Raises
    ------
    ValueError
        If a group is empty or holds a feature that does not exist.
    """
    if views is None:
        return [np.arange(n_features)]
    groups = []
    for view in views:
        columns = [_position(column, n_features, names) for column in view]
        if not columns:
            raise ValueError(f"views holds a group without features: {views!r}.")
        groups.append(np.unique(columns))
    if not groups:
        raise ValueError("views holds no group: use None for one group of all features.")
    return groups


def scaled_columns(groups, scaler, n_features, n_inputs):
    """Positions of the groups among the scaled inputs.

    Parameters
    ----------
    groups : list of ndarray of int
        Positions among the features.
    scaler : fitted transformer or None
        Of others than FeatureScaler each feature must become one column.
    n_features, n_inputs : int
        Number of columns before and after the scaler.

    Returns
    -------
    views : tuple of ndarray of int

    Raises
    ------
    ValueError
        If it is not known which columns a feature has become.
    """
    if len(groups) == 1 and len(groups[0]) == n_features:
        return (np.arange(n_inputs),)
    origin = np.arange(n_features)
    if isinstance(scaler, FeatureScaler):
        # An angle becomes its sine and cosine; indicators of missing values follow.
        origin = np.repeat(origin, np.where(scaler.kinds_ == "circular", 2, 1))
        if scaler.add_indicator:
            origin = np.concatenate([origin, np.arange(n_features)])
    if len(origin) != n_inputs:
        raise ValueError(
            f"views needs a scaler that makes one column of each feature, or FeatureScaler; "
            f"{type(scaler).__name__} made {n_inputs} columns of {n_features} features."
        )
    return tuple(np.flatnonzero(np.isin(origin, group)) for group in groups)


def _position(column, n_features, names):
    if isinstance(column, str):
        found = [] if names is None else np.flatnonzero(np.asarray(names) == column)
        if len(found) != 1:
            known = "X has no names" if names is None else f"X has {list(names)}"
            raise ValueError(f"views names the feature {column!r}: {known}.")
        return int(found[0])
    if not 0 <= column < n_features:
        raise ValueError(f"views holds the feature {column!r}, X has {n_features}.")
    return int(column)


# Parameters that the networks have from the ensemble.
_SHARED = (
    "hidden_layer_sizes", "n_estimators", "strategy", "learning_rate", "backbone_learning_rate",
    "max_epochs", "min_steps", "device", "n_jobs", "verbose",
)  # fmt: skip


def learn_source(ensemble, stars, classes, scaler, device):
    """Train the networks of every view on a source survey.

    Parameters
    ----------
    ensemble : TransferEnsembleClassifier
        Its parameters are read.
    stars : Stars
    classes : ndarray
        Sorted; every label is among them.
    scaler : fitted transformer or None
    device : str

    Returns
    -------
    model : EnsembleModel
    """
    rng = _generator(ensemble)
    n_features, names = stars.X.shape[1], getattr(ensemble, "feature_names_in_", None)
    groups = resolve_views(ensemble.views, n_features, names)
    stars = replace(stars, X=scaled_inputs(scaler, stars.X))
    views = scaled_columns(groups, scaler, n_features, stars.X.shape[1])
    members = [_member(ensemble, _seed(rng)) for _ in views]
    networks = tuple(
        learn(member, replace(stars, X=stars.X[:, view]), classes, None, device)
        for member, view in zip(members, views, strict=True)
    )
    memory = Memory.of(stars.X, stars.y, stars.weight, rng)
    model = EnsembleModel(_remembering(memory, networks, views), views, scaler, memory)
    if ensemble.calibration is not None:
        starts = [[None] * len(network.members) for network in networks]
        calibration = held_out_calibration(members, model, starts, stars, None, device, rng)
        model = replace(model, calibration=calibration)
    return model


def fine_tune_ensemble(ensemble, model, teacher, stars, given, device, X_unlabelled=None):
    """Fine-tune the networks on a target survey and grow the trees there.

    Parameters
    ----------
    ensemble : TransferEnsembleClassifier
        Its parameters are read.
    model : EnsembleModel
        What was learned before.
    teacher : Model
        The source's networks of the first view.
    stars : Stars
        Labelled stars of this call.
    given : ndarray
        Classes of this call, sorted.
    device : str
    X_unlabelled : ndarray of shape (n, n_features), default=None

    Returns
    -------
    model : EnsembleModel
    """
    rng = _generator(ensemble)
    stars = replace(stars, X=scaled_inputs(model.scaler, stars.X))
    classes, stars = plan_classes(model, stars, given)
    if X_unlabelled is not None:
        X_unlabelled = scaled_inputs(model.scaler, X_unlabelled[usable_rows(X_unlabelled)])
    members = [_member(ensemble, _seed(rng)) for _ in model.views]
    networks = tuple(
        fine_tune(
            member,
            network,
            replace(stars, X=stars.X[:, view]),
            classes,
            None,
            device,
            None if X_unlabelled is None else X_unlabelled[:, view],
        )
        for member, network, view in zip(members, model.networks, model.views, strict=True)
    )
    grower, trees = None, None
    if ensemble.n_trees:
        grower = _Grower(
            tree_inputs(teacher, model.views[0], stars.X, device), ensemble, _seed(rng)
        )
        trees = grower(encode(stars.y, classes), stars.weight, len(classes))
    memory = Memory.of(stars.X, stars.y, stars.weight, rng)
    networks = _remembering(memory, networks, model.views)
    tuned = EnsembleModel(networks, model.views, model.scaler, memory, trees, teacher)
    if ensemble.calibration is None:
        return tuned
    starts = [map_heads(network, classes) for network in model.networks]
    calibration = held_out_calibration(members, tuned, starts, stars, grower, device, rng)
    return replace(tuned, calibration=calibration)


def _remembering(memory, networks, views):
    """The networks with the ensemble's memory instead of one of their own."""
    return tuple(
        replace(network, memory=memory.of_columns(view))
        for network, view in zip(networks, views, strict=True)
    )


class _Grower:
    """Grow the ensemble's trees on some of the stars."""

    def __init__(self, seen, ensemble, seed):
        self.seen, self.seed = seen, seed
        self.n_trees, self.n_jobs = ensemble.n_trees, ensemble.n_jobs

    def __call__(self, y, weight, n_classes, rows=slice(None)):
        return grow(
            self.seen[rows], y[rows], weight[rows], n_classes, self.n_trees, self.seed, self.n_jobs
        )


def _member(ensemble, seed):
    shared = {name: getattr(ensemble, name) for name in _SHARED}
    return TransferMLPClassifier(scaler=None, random_state=seed, **shared)


def _generator(ensemble):
    return np.random.default_rng(check_random_state(ensemble.random_state).randint(2**31 - 1))


def _seed(rng):
    return int(rng.integers(2**31))


def held_out_calibration(members, model, starts, stars, grower, device, rng):
    """Find the temperature that makes held-out labels most likely.

    Parameters
    ----------
    members : list of TransferMLPClassifier
        One for each view, with the parameters of its networks.
    model : EnsembleModel
        Its views and classes.
    starts : list of list of dict of str -> ndarray (or None)
        For each view the weights its networks started from.
    stars : Stars
        Training stars, scaled.
    grower : callable or None
        Grows trees on some rows.
    device : str
    rng : numpy.random.Generator

    Returns
    -------
    calibration : Calibration
        Temperature 1, with a warning, where no star could be held out.
    """
    y, classes = encode(stars.y, model.classes), model.classes
    logits, held_out = _held_out(
        members, model.views, starts, stars, y, len(classes), grower, device, rng
    )
    rows = np.concatenate(held_out) if held_out else np.empty(0, dtype=int)
    if not stars.weight[rows].any():
        warnings.warn(
            "No star can be held out for calibration='temperature' (a class needs two stars): "
            "the probabilities stay uncalibrated.",
            UserWarning,
            stacklevel=6,
        )
        return Calibration()
    temperature = fit_temperature(logits, y[rows], stars.weight[rows])
    proba = softmax(logits / temperature, axis=1)
    scores = 1.0 - proba[np.arange(len(rows)), y[rows]]
    order = np.argsort(scores)
    return Calibration(temperature, scores[order], y[rows][order].astype(np.float64))


def _held_out(members, views, starts, stars, y, n_classes, grower, device, rng):
    """Averaged logarithms of the probabilities of held-out stars, and their positions fold by fold."""
    folds_seed = int(rng.integers(2**31))
    parts, held_out = [], []
    for member, view, start in zip(members, views, starts, strict=True):
        data = TrainingData(stars.X[:, view].astype(np.float32), y, stars.weight, n_classes)
        # Every view leaves out the same stars: doubles are judged by all inputs.
        folds = np.random.default_rng(folds_seed)
        jobs, held_out = calibration_jobs(start, replace(data, inputs=stars.X), folds)
        if not jobs:
            return None, []
        fine_tuning = start[0] is not None
        results = train_jobs(jobs, data, estimator=member, fine_tuning=fine_tuning, device=device)
        logits = [
            network.network_logits(weights, data.inputs[rows], device)
            for (weights, _), rows in zip(results, held_out, strict=True)
        ]
        parts.append(mean_probability([np.concatenate(logits)], 1.0))
        inside = [job.rows for job in jobs]
    if grower is not None:
        trees = [grower(y, stars.weight, n_classes, rows) for rows in inside]
        found = [
            own.predict_proba(grower.seen[rows]) for own, rows in zip(trees, held_out, strict=True)
        ]
        parts.append(np.concatenate(found))
    return np.mean(logarithms(parts), axis=0), held_out
