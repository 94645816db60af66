"""Classes without a label that fine-tuning keeps: what is no variable star."""

import numpy as np
import pytest

from sklearn_vartl import TransferEnsembleClassifier, TransferMLPClassifier
from sklearn_vartl.persistence._state import from_state, to_state
from sklearn_vartl.transfer._fitting import ODDS_WITHOUT_LABEL


@pytest.fixture(scope="module")
def quasars(survey, quick):
    """A source that knows QSO, which no label of the target names, and stars of the target."""
    source = survey(["RRAB", "EC", "QSO"], 100, 0)
    target = survey(["RRAB", "EC"], 12, 1, 0.4)
    return TransferMLPClassifier(**quick).fit(*source), target, survey(["QSO"], 100, 2, 0.4)


def test_what_the_source_knows_for_no_variable_stays(quasars):
    source, target, (X, _) = quasars
    source.reset_to_source().partial_fit_target(*target)
    assert source.classes_.tolist() == ["EC", "QSO", "RRAB"]
    assert np.mean(source.predict(X) == "QSO") > 0.8
    # A later call keeps what there is, and adds nothing.
    source.set_params(keep=()).partial_fit_target(*target)
    assert source.classes_.tolist() == ["EC", "QSO", "RRAB"]
    source.set_params(keep=("NONVAR", "QSO"))


@pytest.mark.parametrize("how", [{"keep": ()}, {"classes": ["EC", "RRAB"]}])
def test_two_ways_to_keep_nothing(quasars, how):
    source, target, _ = quasars
    given = {} if "keep" in how else how
    source.reset_to_source().set_params(keep=how.get("keep", ("NONVAR", "QSO")))
    assert source.partial_fit_target(*target, **given).classes_.tolist() == ["EC", "RRAB"]
    source.set_params(keep=("NONVAR", "QSO"))


def test_any_class_can_be_kept_and_classes_may_be_numbers(quasars, survey, quick):
    source, target, _ = quasars
    few = [part[target[1] == "EC"] for part in target]
    source.reset_to_source().set_params(keep=["RRAB"]).partial_fit_target(*few)
    assert source.classes_.tolist() == ["EC", "RRAB"]
    source.set_params(keep=("NONVAR", "QSO"))
    X, y = survey(["RRAB", "EC"], 30, 3)
    numbers = TransferMLPClassifier(**quick, keep=(7,)).fit(X, np.where(y == "EC", 7, 2))
    assert numbers.partial_fit_target(X[y != "EC"], np.full(30, 2)).classes_.tolist() == [2, 7]


def test_a_class_without_a_label_is_taken_to_be_rare(quasars):
    source, target, _ = quasars
    source.reset_to_source().partial_fit_target(*target)
    model = source.model_
    # Rehearsed as an average class of the target is, but counted as a rare one.
    expected = np.array([12.0, 12.0 * ODDS_WITHOUT_LABEL, 12.0])
    np.testing.assert_allclose(model.class_count, expected)
    np.testing.assert_allclose(model.shares, expected / expected.sum())
    assert model.memory.weight[model.memory.y == "QSO"].sum() == pytest.approx(expected[1])


def test_a_class_that_the_user_names_is_not(quasars):
    source, target, _ = quasars
    source.reset_to_source().partial_fit_target(*target, classes=["EC", "QSO", "RRAB"])
    np.testing.assert_allclose(source.model_.class_count, 12.0)


def test_the_odds_are_those_of_the_probabilities(quasars, monkeypatch):
    source, target, (X, _) = quasars
    proba = source.reset_to_source().partial_fit_target(*target).predict_proba(X)
    monkeypatch.setattr("sklearn_vartl.transfer._fitting.ODDS_WITHOUT_LABEL", 1.0)
    alike = source.reset_to_source().partial_fit_target(*target).predict_proba(X)
    ratio = (proba[:, 1] / proba[:, 0]) / (alike[:, 1] / alike[:, 0])
    # Farther stars' are softened, and odds with them.
    ratio = ratio[source.novelty_score(X) <= 0.99]
    np.testing.assert_allclose(ratio, ODDS_WITHOUT_LABEL, rtol=1e-3)


def test_the_ensemble_and_files_keep_them_too(quasars, survey, quick):
    _, target, (X, _) = quasars
    ensemble = TransferEnsembleClassifier(**quick, n_trees=20, calibration=None)
    ensemble.fit(*survey(["RRAB", "EC", "QSO"], 100, 0)).partial_fit_target(*target)
    assert ensemble.classes_.tolist() == ["EC", "QSO", "RRAB"]
    assert np.mean(ensemble.predict(X) == "QSO") > 0.8
    loaded = from_state(TransferEnsembleClassifier, *to_state(ensemble.set_params(keep=("QSO",))))
    assert loaded.keep == ("QSO",)
    np.testing.assert_array_equal(loaded.predict_proba(X), ensemble.predict_proba(X))
