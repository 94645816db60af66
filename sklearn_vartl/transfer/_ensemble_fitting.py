"""From checked stars to an EnsembleModel: views, networks, trees, calibration."""

from dataclasses import replace

import numpy as np
from sklearn.utils import check_random_state

from ._classifier import TransferMLPClassifier
from ._ensemble_calibration import held_out_calibration
from ._ensemble_model import EnsembleModel, scaled_inputs, tree_inputs
from ._ensemble_trees import grow
from ._ensemble_views import resolve_views, scaled_columns
from ._fitting import fine_tune, learn
from ._head import map_heads
from ._labels import encode
from ._memory import Memory
from ._model import usable_rows
from ._rehearsal import plan_classes

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
