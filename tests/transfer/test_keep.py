"""Classes without a label that fine-tuning keeps: what is no variable star."""

import copy

import numpy as np
import pytest

from sklearn_vartl import TransferEnsembleClassifier, TransferMLPClassifier
from sklearn_vartl.persistence import ModelFileError
from sklearn_vartl.persistence._state import from_state, to_state
from sklearn_vartl.transfer._fitting import ODDS_BY_EVIDENCE
from sklearn_vartl.transfer._model import ODDS_WITHOUT_LABEL

pytestmark = pytest.mark.filterwarnings("ignore:.* look like NONVAR")


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


def test_the_odds_are_those_of_the_probabilities(quasars, networks_alone, monkeypatch):
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


@pytest.fixture(scope="module")
def faint():
    """A source whose evidence tells noise from variables, and variables of which three in ten look like noise."""
    rng = np.random.default_rng(0)
    y = rng.choice(["EC", "NONVAR", "RRAB"], 600)
    kind = np.where(y == "RRAB", 3.0, -3.0)
    source = np.column_stack([kind, np.where(y == "NONVAR", 0.0, 4.0)]) + rng.standard_normal(
        (600, 2)
    )
    few = rng.choice(["EC", "RRAB"], 90)
    evidence = np.where(np.arange(90) % 10 < 3, 1.6, 6.0) + 0.1 * rng.standard_normal(90)
    target = np.column_stack(
        [np.where(few == "RRAB", 3.0, -3.0) + 0.3 * rng.standard_normal(90), evidence]
    )
    return (source, y), (target, few)


def _evidence(**how):
    sizes = {"hidden_layer_sizes": (16,), "n_estimators": 1, "max_epochs": 10, "min_steps": 60}
    sizes |= {"learning_rate": 1e-2, "random_state": 0}
    if how.pop("ensemble", False):
        return TransferEnsembleClassifier(**sizes, n_trees=20, evidence=[1], **how)
    return TransferMLPClassifier(**sizes, label_smoothing=0.0, evidence=[1], **how)


@pytest.mark.parametrize("ensemble", [False, True])
@pytest.mark.parametrize("calibration", [None, "temperature"])
def test_labelled_stars_are_hardly_lost_to_what_no_label_names(faint, ensemble, calibration):
    source, (X, y) = faint
    model = _evidence(ensemble=ensemble, calibration=calibration).fit(*source)
    assert np.mean(model.predict(X) == "NONVAR") > 0.2
    with pytest.warns(UserWarning, match="several of the 60 .* look like NONVAR") as warned:
        model.partial_fit_target(X[:60], y[:60])
    assert warned[0].filename == __file__
    told = model.model_.calibration
    # Of the labelled stars one is lost, as decisions have it.
    odds = (told.lost / (1.0 - told.lost) * told.kept_odds / ODDS_BY_EVIDENCE) ** 2
    assert np.sum(odds / (1.0 + odds)) == pytest.approx(1.0, rel=1e-6)
    assert np.mean(model.predict(X[60:]) == "NONVAR") < 0.1
    # What is noise beyond doubt is no variable star still.
    noise = np.column_stack([X[:, 0], np.full(90, -2.0)])
    assert np.mean(model.predict(noise) == "NONVAR") > 0.9
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1.0)
    again = from_state(type(model), *to_state(model))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    # Further labels count together with the first, and a label of the class itself ends it.
    again.partial_fit_target(X[60:], y[60:])
    later = again.model_.calibration
    assert len(later.lost) == 90
    np.testing.assert_array_equal(np.isin(told.lost, later.lost), True)
    again.partial_fit_target(noise[:9] + [[0.01, 0.0]], np.full(9, "NONVAR"))
    assert again.model_.calibration.kept_odds is None
    assert again.reset_to_source().model_.calibration.kept is None


@pytest.mark.parametrize("calibration", [None, "temperature"])
def test_what_no_label_names_is_rarer_though_no_labelled_star_is_lost(faint, calibration):
    source, (X, y) = faint
    sure = X[:, 1] > 4
    model = _evidence(calibration=calibration).fit(*source).partial_fit_target(X[sure], y[sure])
    assert model.model_.calibration.kept_odds == ODDS_BY_EVIDENCE
    noisy = np.array([[3.0, 0.0]])
    still = model.gate_.still(noisy[:, 1:], "cpu")[0]
    odds = ODDS_BY_EVIDENCE * still / (1.0 - still)
    assert model.predict_proba(noisy)[0, 1] == pytest.approx(odds / (1.0 + odds), abs=1e-12)


def test_evidence_has_no_say_about_other_classes_without_a_label(faint):
    (source, kinds), (X, y) = faint
    noise = kinds == "NONVAR"
    quasar = noise & (np.arange(len(kinds)) % 2 == 0)
    shown = source + np.where(quasar[:, None], [20.0, 20.0], 0.0)
    model = _evidence(calibration="temperature").fit(shown, np.where(quasar, "QSO", kinds))
    still = source[noise & ~quasar][:20]
    model.partial_fit_target(np.concatenate([X, still]), np.r_[y, np.full(len(still), "NONVAR")])
    told = model.model_.calibration
    assert model.classes_[told.kept.astype(int)].tolist() == ["QSO"]
    assert told.kept_odds == 1.0


def test_class_shares_follow_the_odds(faint):
    source, (X, y) = faint
    model = _evidence().fit(*source).partial_fit_target(X, y)
    assert model.model_.calibration.kept_odds < 0.5
    counts = model.model_.class_count * [1, *model.model_.calibration.kept_odds, 1]
    np.testing.assert_allclose(model.model_.shares, counts / counts.sum())
    np.testing.assert_allclose(model.priors_, model.model_.shares)


@pytest.fixture(scope="module")
def saved(faint):
    source, target = faint
    return to_state(_evidence().fit(*source).partial_fit_target(*target))


@pytest.mark.parametrize(
    "damage",
    [
        {"held_out_kept_odds": np.array([0.0])},
        {"held_out_kept_odds": np.array([1.5])},
        {"held_out_kept_odds": np.array([0.5, 0.5])},
        {"held_out_kept_odds": None},
        {"held_out_kept": np.array([3.0])},
        {"held_out_kept": np.array([0.0, 1.0, 2.0])},
        {"held_out_lost": np.array([1.5])},
        {"held_out_lost": None},
    ],
)
def test_damaged_odds_are_refused(saved, damage):
    state, arrays = copy.deepcopy(saved)
    current = state["models"]["current"]
    prefix = next(name for name in arrays if name.endswith("held_out_kept")).removesuffix(
        "held_out_kept"
    )
    for name, value in damage.items():
        where, key = (arrays, prefix + name) if name.startswith("held") else (current, name)
        if value is None:
            del where[key]
        else:
            where[key] = value
    with pytest.raises(ModelFileError, match="kept without a label"):
        from_state(TransferMLPClassifier, state, arrays)


@pytest.mark.filterwarnings("ignore:the labels are numbers")
def test_names_are_not_kept_beside_numbers(quasars):
    source, (X, y), _ = quasars
    numbers = np.unique(y.astype(str), return_inverse=True)[1]
    source.reset_to_source()
    with pytest.raises(
        TypeError, match=r"labels are numbers, .* \['QSO'\], are names: .* keep=\(\)"
    ):
        source.partial_fit_target(X, numbers)
    assert source.set_params(keep=()).partial_fit_target(X, numbers).classes_.tolist() == [0, 1]
    source.set_params(keep=("NONVAR", "QSO"))


def test_files_with_one_number_for_all_odds_are_read(saved, faint):
    state, arrays = copy.deepcopy(saved)
    name = next(name for name in arrays if name.endswith("held_out_kept_odds"))
    odds = arrays.pop(name)
    state["models"]["current"]["kept_odds"] = float(odds[0])
    X = faint[1][0]
    np.testing.assert_array_equal(
        from_state(TransferMLPClassifier, state, arrays).predict_proba(X),
        from_state(TransferMLPClassifier, *saved).predict_proba(X),
    )
