"""Evidence that a star varies: a gate of its own, that the other networks do not see."""

import numpy as np
import pytest

from sklearn_vartl import (
    TransferEnsembleClassifier,
    TransferMLPClassifier,
)
from sklearn_vartl.persistence import ModelFileError
from sklearn_vartl.persistence._state import from_state, to_state
from sklearn_vartl.transfer._fitting import Stars
from sklearn_vartl.transfer._gate import held_out_still

SMALL = {"hidden_layer_sizes": (16,), "n_estimators": 1, "random_state": 0, "max_epochs": 20}


@pytest.fixture(scope="module")
def table():
    """Two features of two classes, and one that tells noise, which is all like the first class."""
    rng = np.random.default_rng(0)
    y = rng.choice(["EC", "NONVAR", "RRAB"], 600)
    kind = np.where(y == "RRAB", 2.0, -2.0)
    X = np.column_stack([kind, -kind]) + rng.standard_normal((600, 2))
    evidence = np.where(y == "NONVAR", 0.0, 6.0) + rng.standard_normal(600)
    return np.column_stack([X[:, 0], evidence, X[:, 1]]), y


@pytest.fixture(scope="module")
def models(table):
    mlp = TransferMLPClassifier(**SMALL, evidence=[1]).fit(*table)
    ensemble = TransferEnsembleClassifier(
        **SMALL, evidence=[1], views=[[0], [1]], n_trees=20, calibration=None
    )
    return {"mlp": mlp, "ensemble": ensemble.fit(*table)}


@pytest.mark.parametrize("name", ["mlp", "ensemble"])
def test_the_evidence_alone_tells_noise_and_the_rest_is_the_networks(models, table, name):
    model, (X, y) = models[name], table
    proba = model.predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)
    assert np.mean(model.predict(X) == y) > 0.9
    # Another value of the evidence changes NONVAR, and the shares of the others not.
    sure = X.copy()
    sure[:, 1] = 6.0
    noisy = X.copy()
    noisy[:, 1] = 0.0
    # Before what is far is softened.
    varies, still = model._probabilities(sure), model._probabilities(noisy)
    assert np.median(still[:, 1]) > 0.9
    np.testing.assert_allclose(
        varies[:, 0] / (varies[:, 0] + varies[:, 2]), still[:, 0] / (still[:, 0] + still[:, 2])
    )
    np.testing.assert_array_equal(model.embed(sure), model.embed(noisy))
    np.testing.assert_array_equal(model.novelty_score(sure), model.novelty_score(noisy))


@pytest.mark.parametrize("name", ["mlp", "ensemble"])
def test_saved_fine_tuned_and_gone_back_to(models, table, name):
    model, (X, y) = models[name], table
    proba = model.predict_proba(X)
    loaded = from_state(type(model), *to_state(model))
    np.testing.assert_array_equal(loaded.predict_proba(X), proba)
    kept = y != "NONVAR"
    loaded.partial_fit_target(X[kept][:60], y[kept][:60])
    assert loaded.classes_.tolist() == ["EC", "NONVAR", "RRAB"]
    again = from_state(type(model), *to_state(loaded))
    np.testing.assert_array_equal(again.predict_proba(X), loaded.predict_proba(X))
    again.partial_fit_target(X[:60], y[:60])
    noisy = X.copy()
    noisy[:, 1] = 0.0
    assert np.median(again.predict_proba(noisy)[:, 1]) > 0.9
    np.testing.assert_array_equal(loaded.reset_to_source().predict_proba(X), proba)


def test_priors_and_rows_without_features(models, table):
    model, (X, _) = models["mlp"], table
    X = X[:40].copy()
    X[0], X[1, 1] = np.nan, np.nan
    before = model.predict_proba(X)
    np.testing.assert_allclose(before[0], model.priors_)
    more = TransferMLPClassifier(**SMALL, evidence=[1], priors={"NONVAR": 0.9}).fit(*table)
    after = more.predict_proba(X)
    np.testing.assert_allclose(after[0], more.priors_)
    assert (after[2:, 1] > before[2:, 1]).all()


@pytest.mark.parametrize(
    ("evidence", "labels", "message"),
    [
        ([5], None, "evidence names the feature 5"),
        (["eta"], None, "without names"),
        ([0, 1, 2], None, "must leave the networks"),
        ([1], "EC", "needs stars of the class NONVAR"),
    ],
)
def test_evidence_that_cannot_be_is_refused(table, evidence, labels, message):
    X, y = table
    y = y if labels is None else np.where(y == "NONVAR", labels, y)
    with pytest.raises(ValueError, match=message):
        TransferMLPClassifier(**SMALL, evidence=evidence).fit(X, y)


@pytest.mark.parametrize("without", ["NONVAR", "EC RRAB", "NONVAR EC RRAB"])
def test_evidence_that_one_side_alone_has_is_refused(table, without):
    """From stars that vary alone nothing is learned but that everything does."""
    X, y = table[0].copy(), table[1]
    X[np.isin(y, without.split()), 1] = np.nan
    with pytest.raises(ValueError, match="NONVAR and others that have it"):
        TransferMLPClassifier(**SMALL, evidence=[1]).fit(X, y)


def test_evidence_of_one_star_judges_no_other(table):
    """What is left without the fold of the one star that tells cannot be learned from."""
    X, y = table[0][:60].copy(), table[1][:60]
    first, *others = np.flatnonzero(y == "NONVAR")
    X[others, 1] = np.nan
    # Without that star's fold nothing is judged by the rest; in other folds all is.
    quick = SMALL | {"max_epochs": 2, "min_steps": 60}
    model = TransferMLPClassifier(**quick, evidence=[1]).fit(X, y)
    stars = Stars.new(X, y, np.ones(60))
    still = held_out_still(model, stars, np.array([1]), "cpu", np.random.default_rng(0))
    assert np.isnan(still[[first, *others]]).all()
    assert 0 < np.isnan(still[y != "NONVAR"]).mean() < 0.5
    assert model.gate_.still(X[[first]][:, [1]], "cpu") > 0.5


def test_damaged_gates_are_refused(models):
    state, arrays = to_state(models["mlp"])
    for columns in ([3], [1, 1], [0, 1, 2], [], ["1"]):
        damaged = {**state, "gate": {**state["gate"], "columns": columns}}
        with pytest.raises(ModelFileError):
            from_state(TransferMLPClassifier, damaged, arrays)


@pytest.mark.parametrize("cls", [TransferMLPClassifier, TransferEnsembleClassifier])
def test_sets_follow_the_evidence(table, cls):
    """Of a star that does not vary a set holds NONVAR as often as promised, whoever held out."""
    X, y = table
    more = {"n_trees": 10, "views": None} if cls is TransferEnsembleClassifier else {}
    model = cls(**SMALL, **more, evidence=[1], calibration="temperature").fit(X[:400], y[:400])
    assert model.classes_.tolist() == ["EC", "NONVAR", "RRAB"]

    def held(X, y):
        sets = model.predict_set(X, alpha=0.1)
        return sets, sets[np.arange(len(y)), np.searchsorted(model.classes_, y)]

    sets, right = held(X[400:], y[400:])
    # The scores of 400 stars: the promise is kept to two standard errors.
    assert 0.84 < right.mean() < 0.985
    # What the evidence is sure of, sets are, too: the networks see no difference from EC.
    still = np.repeat([[-2.0, 0.0, 2.0]], 5, axis=0)
    varies = np.repeat([[-2.0, 6.0, 2.0]], 5, axis=0)
    assert model.predict_set(still)[:, 1].all() and not model.predict_set(still)[:, 0].any()
    assert not model.predict_set(varies)[:, 1].any() and model.predict_set(varies)[:, 0].all()
    # Fine-tuning judges its stars by the same evidence.
    model.partial_fit_target(X[:200] + 0.01, y[:200])
    _, right = held(X[400:], y[400:])
    assert 0.84 < right.mean() < 0.985


def test_no_star_is_judged_by_evidence_that_learned_from_it(table, monkeypatch):
    from sklearn_vartl.transfer import _gate

    X, y = table
    learned, judged = [], []
    learn_gate, still = _gate.learn_gate, _gate.Gate.still

    def watch(estimator, stars, columns, device):
        learned.append(set(stars.X[:, 0]))
        return learn_gate(estimator, stars, columns, device)

    def judge(self, evidence, device):
        judged.append(set(evidence[:, 0]))
        return still(self, evidence, device)

    monkeypatch.setattr(_gate, "learn_gate", watch)
    monkeypatch.setattr(_gate.Gate, "still", judge)
    rng = np.random.default_rng(0)
    stars = _gate.Stars.new(X, y, np.ones(len(y)))
    estimator = TransferMLPClassifier(**SMALL | {"max_epochs": 2}, evidence=[0])
    found = _gate.held_out_still(estimator, stars, np.array([0]), "cpu", rng)
    assert len(learned) == 5 and not any(a & b for a, b in zip(learned, judged, strict=True))
    assert set.union(*judged) == set(X[:, 0]) and not np.isnan(found).any()
