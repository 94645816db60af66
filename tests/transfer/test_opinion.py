"""What the source's networks say of a star keeps a say beside fine-tuned ones."""

from copy import deepcopy

import numpy as np
import pytest

from sklearn_vartl import TransferEnsembleClassifier, TransferMLPClassifier
from sklearn_vartl.transfer import _model
from sklearn_vartl.transfer._fitting import TrainingData
from sklearn_vartl.transfer._model import Advice

# Names that nothing relates to those of the source.
UNIONS = {"EC": "doubles", "ED": "doubles", "LPV": "singles", "RRAB": "singles"}


@pytest.fixture(scope="module")
def source(data, quick):
    return TransferMLPClassifier(**quick).fit(*data.source)


@pytest.fixture(scope="module")
def unions(survey):
    """A function (stars a class, seed) -> stars in classes that hold two of the source's each."""

    def draw(n, seed):
        X, y = survey(list(UNIONS), n, seed)
        return X, np.array([UNIONS[label] for label in y.tolist()], dtype=object)

    return draw


def tuned(source, X, y, **given):
    return deepcopy(source).partial_fit_target(X, y, **given)


def test_two_labels_a_class_tell_what_the_sources_classes_are_here(source, unions):
    with_opinion = tuned(source, *unions(1, 1))
    table, classes = with_opinion.model_.opinion.table, source.classes_.tolist()
    for name, union in UNIONS.items():
        column = with_opinion.classes_.tolist().index(union)
        assert table[classes.index(name), column] > 0.6


def test_it_is_weighed_against_the_networks(source, unions, networks_alone, monkeypatch):
    """Networks, each by itself, and the source's probabilities in the target's classes: a logarithmic pool."""
    X, few = unions(50, 2)[0], unions(2, 1)
    alone = tuned(source, *few).model_
    assert alone.opinion.say == 0
    monkeypatch.setattr(_model, "_FIRST_SAY", 0.6)
    joined = tuned(source, *few).model_
    say, told = joined.opinion.say, source.model_.predict_proba(X, "cpu") @ joined.opinion.table
    # Of one network, whose probabilities are those of its logits.
    pool = alone.predict_proba(X, "cpu") ** (1 - say / 2) * (told + 0.001) ** say
    expected = pool / pool.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(joined.predict_proba(X, "cpu"), expected, rtol=1e-5)
    np.testing.assert_array_equal(
        joined.predict_and_place(X, "cpu")[0], joined.predict_proba(X, "cpu")
    )


def test_the_more_labels_the_less_it_says(source, unions):
    says = [tuned(source, *unions(n, 1)).model_.opinion.say for n in (1, 5, 50)]
    # Of each class there are twice as many stars: it has two of the source's.
    assert says == pytest.approx([0.7 * 30 / (30 + 2 * n) for n in (1, 5, 50)])
    # Stars of an earlier call count, too.
    twice = tuned(tuned(source, *unions(5, 1)), *unions(5, 2))
    assert twice.model_.opinion.say == pytest.approx(0.7 * 30 / (30 + 20))


def test_the_source_is_asked_in_its_own_scale(source, unions):
    """A scaler that is fitted on the target is none of the source's."""
    X, y = unions(20, 1)
    model = deepcopy(source).set_params(transfer_scaler="target").partial_fit_target(X + 3.0, y)
    opinion = model.model_.opinion
    assert opinion.source is model.source_model_
    told = opinion.source.predict_proba(X, "cpu")
    np.testing.assert_array_equal(told, source.model_.predict_proba(X, "cpu"))


def test_weights_of_stars_are_those_of_the_table(source, unions):
    X, y = unions(20, 1)
    # Half of the stars say that all are doubles, and weigh nothing.
    both, wrong = np.vstack([X, X]), np.concatenate([y, np.full(len(y), "doubles", dtype=object)])
    weight = np.r_[np.ones(len(y)), np.full(len(y), 1e-9)]
    light = tuned(source, both, wrong, sample_weight=weight).model_.opinion.table
    np.testing.assert_allclose(light, tuned(source, X, y).model_.opinion.table, atol=0.05)


def advice(source, X, y, sampling="uniform", kept=()):
    classes = np.unique([*y, *kept])
    index, ones = np.searchsorted(classes, y), np.ones(len(y))
    data = TrainingData(X.astype(np.float32), index, ones, ones, len(classes))
    positions = np.searchsorted(classes, list(kept))
    return Advice.of(source.model_, X, data, classes, positions, sampling, "cpu"), classes


def test_held_out_stars_have_no_part_in_the_opinion(source, unions):
    X, y = unions(20, 1)
    rows = np.arange(40)
    other = y.copy()
    other[40:] = "doubles"
    told = [advice(source, X, labels)[0].opinion(rows) for labels in (y, other)]
    np.testing.assert_array_equal(told[0].table, told[1].table)
    everything = advice(source, X, other)[0].opinion()
    assert abs(everything.table - told[0].table).max() > 0.1
    assert advice(source, X, y)[0].opinion(np.arange(0)) is None


def test_balanced_sampling_shows_all_classes_alike(source, unions):
    """What the table implies are the shares that the networks are shown."""
    X, y = unions(20, 1)
    rows = np.r_[np.flatnonzero(y == "doubles")[:5], np.flatnonzero(y == "singles")]
    X, y = X[rows], y[rows]
    shares = []
    for sampling in ("uniform", "balanced"):
        asked = advice(source, X, y, sampling)[0]
        weight = asked.weight / asked.weight.sum()
        told = weight @ (asked.proba @ asked.opinion().table)
        shares.append(told[0])
    assert shares == pytest.approx([5 / 45, 0.5], abs=0.03)


def test_a_kept_class_is_the_sources_own_and_no_other(source, survey):
    X, y = survey(["EC", "ED"], 2, 1)
    asked, classes = advice(source, X, y, kept=["RRAB"])
    table, known = asked.opinion().table, source.classes_.tolist()
    rrab = classes.tolist().index("RRAB")
    assert table[known.index("RRAB"), rrab] > 0.7
    assert table[:, rrab].sum() == table[known.index("RRAB"), rrab]
    np.testing.assert_allclose(table.sum(axis=1), 1.0)


def test_the_source_says_less_of_what_no_label_names_but_not_of_noise(source, survey):
    X, y = survey(["EC", "ED"], 2, 1)
    asked, classes = advice(source, X, y, kept=["NONVAR", "RRAB"])
    odds = dict(zip(classes.tolist(), asked.opinion().odds.tolist(), strict=True))
    assert odds == {"EC": 1.0, "ED": 1.0, "NONVAR": 1.0, "RRAB": 0.1}


def test_a_class_without_a_star_keeps_a_place(source, survey):
    X, y = survey(["EC", "ED"], 20, 1)
    model = tuned(source, X, y, classes=["EC", "ED", "new"])
    column = model.classes_.tolist().index("new")
    assert (model.model_.opinion.table[:, column] > 0).all()
    assert 0 < model.predict_proba(X)[:, column].mean() < 0.1


def test_an_ensemble_asks_the_source_of_each_view(data, unions, quick):
    own = {name: quick[name] for name in ("hidden_layer_sizes", "n_estimators", "random_state")}
    ensemble = TransferEnsembleClassifier(**own, n_trees=5, views=[[0, 1, 2, 3], [0, 1]])
    ensemble.fit(*data.source)
    assert all(part.opinion is None for part in ensemble.model_.networks)
    ensemble.partial_fit_target(*unions(5, 1))
    for part, before in zip(ensemble.model_.networks, ensemble.source_model_.networks, strict=True):
        assert part.opinion.source is before
    assert ensemble.reset_to_source().model_.networks[0].opinion is None
