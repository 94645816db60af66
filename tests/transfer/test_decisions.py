"""What is decided around the networks: classes of a target, what held-out stars tell, what a source says, columns.

No network is trained: stars, probabilities and models are given, and what comes of them is worked out by hand.
"""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.preprocessing import StandardScaler

from sklearn_vartl import FeatureScaler, TransferMLPClassifier
from sklearn_vartl.network import _jobs
from sklearn_vartl.network._jobs import Job
from sklearn_vartl.probabilities import Calibration, translation
from sklearn_vartl.transfer import _ensemble, _fitting, _gate, _model
from sklearn_vartl.transfer._ensemble_model import EnsembleModel
from sklearn_vartl.transfer._fitting import Stars, TrainingData
from sklearn_vartl.transfer._model import Advice, Memory, Model, Opinion

CLASSES = np.array(["EC", "ED", "NONVAR"])


def stars_of(y, weight=None, **more):
    y = np.asarray(y)
    X = np.arange(3.0 * len(y)).reshape(len(y), 3)
    stars = Stars.new(X, y, np.ones(len(y)) if weight is None else np.asarray(weight, float))
    return replace(stars, **{name: np.asarray(value) for name, value in more.items()})


# --- Which classes a target has


def known(n_transfers=0):
    """A model that remembers one star of EC and three of QSO."""
    memory = Memory(
        -np.ones((4, 3)), np.array(["EC", "QSO", "QSO", "QSO"]), np.array([9.0, 1, 1, 2])
    )
    return SimpleNamespace(
        n_transfers=n_transfers, classes=np.array(["EC", "QSO"]), memory=memory, seen=None
    )


def test_the_first_time_classes_without_a_label_weigh_as_an_average_one():
    stars, given = stars_of(["EC", "EC", "ED"], [0.25, 0.5, 9]), np.array(["EC", "ED", "QSO"])
    classes, both = _fitting.plan_classes(known(), stars, given, rare=["QSO"])
    assert_array_equal(classes, given)
    assert_array_equal(both.y[3:], ["QSO"] * 3)
    # The mean of 0.75 and 9, in the proportions of the remembered stars.
    assert_allclose(both.weight[3:], 4.875 * np.array([0.25, 0.25, 0.5]))
    assert both.stands_in.tolist() == [False] * 3 + [True] * 3
    _, named = _fitting.plan_classes(known(), stars, given, rare=[])
    assert not named.stands_in.any()
    # Where labels name all there is, nothing is remembered.
    assert _fitting.plan_classes(known(), stars, given[:2])[1] is stars


def test_later_all_is_remembered_and_classes_add_up():
    stars = stars_of(["ED", "ED"])
    classes, both = _fitting.plan_classes(known(2), stars, np.array(["ED"]), rare=["QSO"])
    assert_array_equal(classes, ["EC", "ED", "QSO"])
    assert_array_equal(both.weight[2:], [9, 1, 1, 2])
    assert not both.stands_in.any()


@pytest.mark.parametrize(
    "class_weight", [{"EC": 0, "ED": 0}, {"EC": -1.0}, {"ED": np.inf}, {"ED": np.nan}]
)
def test_weights_of_classes_leave_something(class_weight):
    estimator = SimpleNamespace(class_weight=class_weight)
    stars = stars_of(["EC", "ED"])
    with pytest.raises(ValueError, match="leaves no star a weight, or gives one that is negative"):
        _fitting.training_data(estimator, stars, CLASSES, stars.X)
    estimator.class_weight = {"EC": 0, "ED": 2}
    data = _fitting.training_data(estimator, stars, CLASSES, stars.X)
    assert (data.weight.tolist(), data.y.tolist(), data.n_classes) == ([0, 2], [0, 1], 3)


def test_classes_that_stand_in_have_a_tenth_of_the_odds():
    stars = stars_of(["EC", "NONVAR", "NONVAR"], stands_in=[False, True, False])
    data = _fitting.training_data(SimpleNamespace(class_weight=None), stars, CLASSES, stars.X)
    assert_allclose(data.odds, [1, 1, 0.1])


def test_a_target_of_one_class_is_told():
    with pytest.warns(UserWarning, match="all labels are EC: the model calls every star so"):
        _fitting.tell_of_a_single_class(SimpleNamespace(classes=CLASSES[:1]))
    _fitting.tell_of_a_single_class(SimpleNamespace(classes=CLASSES[:2]))


# --- What held-out stars tell


def test_of_a_source_nothing_that_earlier_stars_told_counts():
    told = Calibration(
        temperature=2.0, scores=np.array([0.5]), labels=np.array([1.0]), kept=np.array([0.0])
    )
    model = SimpleNamespace(
        calibration=told, n_transfers=1, seen=None, classes=np.array(["ED", "NONVAR"])
    )
    moved = _fitting.earlier_calibration(model, CLASSES)
    # ED and NONVAR are the second and third class now.
    assert (moved.labels.tolist(), moved.kept.tolist(), moved.found) == ([2.0], [1.0], None)
    assert (moved.temperature, moved.scores.tolist()) == (2.0, [0.5])
    for n_transfers, seen, same in ((0, None, False), (2, None, False), (2, np.empty(0), True)):
        other = SimpleNamespace(**vars(model) | {"n_transfers": n_transfers, "seen": seen})
        assert (_fitting.earlier_calibration(other, CLASSES).scores.size == 1) == same


def test_evidence_spares_nonvar_where_it_is_kept_without_a_label():
    """One star is none: the odds stay at two tenths; of more the odds are lowered."""
    y = ["EC", "EC", "NONVAR"]
    stars = stars_of(
        y, stands_in=[False, False, True], unseen=[True, True, False], still=[0, 0, np.nan]
    )
    found = _fitting.sparing_by_evidence(stars, CLASSES, Calibration())
    assert (found.kept.tolist(), found.kept_odds.tolist()) == ([2.0], [0.2])
    assert_allclose(found.lost, [0, 0])
    # A star that is still with a half is with a sixth at these odds; unseen and judged ones count alone.
    n = 400
    stars = stars_of(
        ["EC"] * n + ["NONVAR"], stands_in=[False] * n + [True], unseen=[False] + [True] * (n - 1) + [False],
        still=[0.5] * (n - 1) + [np.nan] * 2,
    )  # fmt: skip
    found = _fitting.sparing_by_evidence(stars, CLASSES, Calibration())
    assert_allclose(found.lost, np.full(n - 2, 1 / 6))
    assert 0 < found.kept_odds[0] < 0.2
    # Without evidence, or another class, it is as earlier stars told, if they told of the same classes.
    plain = replace(stars, still=None)
    assert _fitting.sparing_by_evidence(plain, CLASSES, Calibration()).kept is None
    earlier = Calibration(kept=np.array([2.0]), lost=np.array([0.3]), kept_odds=np.array([0.4]))
    same = _fitting.sparing_by_evidence(plain, CLASSES, earlier)
    assert (same.kept.tolist(), same.kept_odds.tolist()) == ([2.0], [0.4]) and not same.scores.size
    other = replace(earlier, kept=np.array([1.0]))
    assert _fitting.sparing_by_evidence(plain, CLASSES, other).kept is None


def held_out(stars, logits, rows, earlier=None, weight=None):
    y = np.searchsorted(CLASSES, stars.y)
    data = TrainingData(stars.X, y, stars.weight if weight is None else weight, stars.count, 3)
    earlier = Calibration() if earlier is None else earlier
    return _fitting.calibrate_held_out(logits, rows, data, stars, CLASSES, earlier)


def test_held_out_stars_find_the_temperature_and_are_remembered():
    stars = stars_of(["EC", "ED"] * 20)
    logits = np.where(np.arange(3) == np.searchsorted(CLASSES, stars.y)[:, None], 4.0, 0.0)
    logits[:4] = logits[:4, [1, 0, 2]]
    found = held_out(stars, [logits[:10], logits[10:]], [np.arange(10), np.arange(10, 40)])
    assert len(found.scores) == 40 and found.temperature > 1
    assert (found.scores > 0.5).sum() == 4 and found.kept is None
    assert (np.diff(found.scores) >= 0).all()


def test_without_a_held_out_star_what_earlier_ones_told_stands():
    stars = stars_of(["EC", "ED"])
    with pytest.warns(UserWarning, match="No star can be held out .*stay uncalibrated") as caught:
        assert held_out(stars, [], []).temperature == 1.0
    assert caught[0].filename == __file__
    earlier = Calibration(temperature=3.0, scores=np.array([0.1]), kept=np.array([2.0]))
    found = held_out(stars, [], [], earlier)
    # So does the class that was kept: no label names it now either.
    assert (found.temperature, found.scores.tolist(), found.kept) == (3.0, [0.1], np.array([2.0]))
    # Stars that weigh nothing tell nothing.
    found = held_out(stars, [np.zeros((1, 3))], [np.array([0])], earlier, weight=np.array([0.0, 1]))
    assert found.temperature == 3.0


def test_what_the_source_says_is_added_to_the_logits_of_held_out_stars(monkeypatch):
    monkeypatch.setattr(
        _fitting.network, "network_logits", lambda weights, inputs, device: weights + inputs
    )
    data = TrainingData(np.arange(8.0).reshape(4, 2), np.zeros(4, int), np.ones(4), np.ones(4), 2)
    jobs = [Job(None, np.array([0, 1]), 0)]
    rows = [np.array([2, 3])]
    silent = SimpleNamespace(opinion=lambda rows: None)
    (logits,) = _fitting.held_out_logits([(10.0, [])], jobs, rows, data, silent, "cpu")
    assert_array_equal(logits, [[14, 15], [16, 17]])
    asked = []
    opinion = Opinion(None, np.eye(2), 0.5)
    proba = np.array([[1, 0], [1, 0], [0.25, 0.75], [0, 1]])
    advice = SimpleNamespace(opinion=lambda rows: asked.append(rows) or opinion, proba=proba)
    (logits,) = _fitting.held_out_logits([(10.0, [])], jobs, rows, data, advice, "cpu")
    assert asked[0] is jobs[0].rows
    assert_allclose(logits, 0.75 * np.array([[14, 15], [16, 17]]) + 0.5 * np.log(proba[2:] + 1e-3))


# --- What a source says


class Source:
    """Two classes, probabilities that are given."""

    classes = np.array(["EC", "QSO"])

    def predict_proba(self, X, device):
        return np.column_stack([X[:, 0], 1 - X[:, 0]])


def test_an_opinion_takes_half_of_its_say_from_the_networks():
    table = np.array([[1.0, 0.0], [0.5, 0.5]])
    opinion = Opinion(Source(), table, 0.4)
    logits = [np.array([[2.0, -1.0]], np.float32)]
    (found,) = opinion.joined(logits, np.array([[0.2, 0.8]]))
    assert opinion.rest == 0.8 and found.dtype == np.float64
    assert_allclose(found, 0.8 * logits[0] + 0.4 * np.log([[0.601, 0.401]]))
    rare = Opinion(Source(), table, 0.4, np.array([1.0, 0.1]))
    (found,) = rare.joined(logits, np.array([[0.2, 0.8]]))
    assert_allclose(found, 0.8 * logits[0] + 0.4 * np.log([[0.601, 0.041]]))


def test_advice_counts_stars_and_their_shares():
    X, y = np.array([[0.9], [0.8], [0.1], [0.2]]), np.array([0, 0, 0, 1])
    data = TrainingData(X, y, np.array([1.0, 1, 2, 4]), np.array([1.0, 1, 1, 3]), 3)
    classes, none = np.array(["EC", "ED", "QSO"]), np.empty(0, dtype=int)
    advice = Advice.of(Source(), X, data, classes, none, "uniform", "cpu")
    assert_allclose(advice.proba[:, 0], X[:, 0])
    assert_array_equal(advice.weight, data.weight)
    told = advice.opinion()
    # Six stars, so many that all weigh as much as they are; a class without one as half a star.
    share = np.array([4.0, 4, 0]) * 6 / 8
    share[2] = 0.5
    start = np.tile(share / share.sum(), (2, 1))
    assert_allclose(told.table, translation(advice.proba, y, data.weight * 6 / 8, start))
    # Three stars a class: seven tenths of thirty in thirty-three.
    assert told.say == pytest.approx(0.7 * 30 / 33)
    # Of the last two rows four stars, of two classes.
    assert advice.opinion(np.array([2, 3])).say == pytest.approx(0.7 * 30 / 32)
    assert advice.opinion(np.array([], dtype=int)) is None
    balanced = Advice.of(Source(), X, data, classes, none, "balanced", "cpu")
    assert_allclose(balanced.weight, [0.25, 0.25, 0.5, 1])


def test_what_is_kept_without_a_label_is_the_sources_own():
    X, y = np.array([[0.9], [0.1], [0.5]]), np.array([0, 0, 2])
    data = TrainingData(X, y, np.ones(3), np.ones(3), 3)
    advice = Advice.of(
        Source(), X, data, np.array(["EC", "ED", "QSO"]), np.array([2]), "balanced", "cpu"
    )
    assert_array_equal(advice.weight, [0.5, 0.5, 0])
    assert_array_equal(advice.start, [[0, 0, 0], [0, 0, 1]])
    table = advice.opinion().table
    assert table[0, 2] == 0 and table[1, 2] > 0
    assert advice.opinion(np.array([2])) is None
    nobody = Advice.of(None, X, data, CLASSES, np.empty(0, int), "uniform", "cpu")
    assert nobody.opinion() is None and nobody.proba.shape == (3, 0)


# --- Models


def model(**more):
    given = {"members": (), "classes": CLASSES, "class_count": np.array([2.0, 6, 0])}
    return Model(
        **given
        | {"scaler": None, "memory": Memory(np.empty((0, 3)), CLASSES[:0], np.empty(0))}
        | more
    )


def test_shares_of_a_model():
    assert_allclose(model().prior, [0.25, 0.75, 0])
    assert_allclose(model().shares, [0.25, 0.75, 0])
    shown = model(trained_shares=np.array([0.5, 0.25, 0.25]))
    assert_allclose(shown.shares, [0.5, 0.25, 0.25])
    spared = replace(
        shown, calibration=Calibration(kept=np.array([2.0]), kept_odds=np.array([0.2]))
    )
    assert_allclose(spared.shares, np.array([0.5, 0.25, 0.05]) / 0.8)


@pytest.mark.parametrize(
    ("keep", "given", "classes"),
    [
        ((), ["ED"], ["ED"]),
        (("NONVAR", "QSO"), ["ED"], ["ED", "NONVAR"]),
        (("NONVAR",), ["ED", "NONVAR"], ["ED", "NONVAR"]),
        (("QSO",), ["ED", "ZZ"], ["ED", "ZZ"]),
    ],
)
def test_classes_that_are_kept_are_those_that_the_source_knows(keep, given, classes):
    assert model().with_kept(np.array(given), keep).tolist() == classes


def test_purities_are_of_known_classes_and_of_those_that_are_named():
    held = {"scores": np.linspace(0, 0.4, 50), "labels": np.zeros(50), "found": np.zeros(50)}
    own = model(calibration=Calibration(**held, sure=1 - np.linspace(0, 0.4, 50)))
    found = own.purity_thresholds({"EC": 0.9})
    assert list(found) == CLASSES.tolist() and (found["ED"], found["NONVAR"]) == (0.0, 0.0)
    assert 0 < found["EC"] < 1
    assert set(own.purity_thresholds(0.9)) == set(CLASSES)
    with pytest.raises(ValueError, match=r"purity names \['XX'\], the classes are \['EC', 'ED'"):
        own.purity_thresholds({"EC": 0.5, "XX": 0.5})
    for bad in (1.5, 0.0, -1.0):
        with pytest.raises(ValueError, match="purity"):
            own.purity_thresholds({"EC": bad})


def test_scaled_inputs_are_single_and_finite():
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert _model.scale(None, X).dtype == np.float32
    assert_allclose(_model.scale(StandardScaler().fit(X), X), [[-1, -1], [1, 1]])
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="The scaler NoneType returned NaN or infinity"):
            _model.scale(None, np.array([[1.0, bad]]))


def test_a_scaler_is_fitted_anew_under_the_names_of_columns():
    X, scaler = np.array([[1.0, 2.0], [3.0, 8.0]]), StandardScaler()
    assert _model.fit_scaler(None, X, None) is None
    fitted = _model.fit_scaler(scaler, X, np.array(["a", "b"]))
    assert fitted is not scaler and not hasattr(scaler, "mean_")
    assert fitted.feature_names_in_.tolist() == ["a", "b"] and fitted.mean_.tolist() == [2, 5]
    assert isinstance(_model.fit_scaler("auto", X, None), FeatureScaler)
    assert _model.with_names(X, None) is X


def test_what_was_learned_before_stays_learned():
    stars = np.array([7, 3, 7], np.uint64)
    assert _model.all_seen(SimpleNamespace(seen=None), stars).tolist() == [3, 7]
    assert _model.all_seen(SimpleNamespace(seen=np.array([5], np.uint64)), stars).tolist() == [
        3,
        5,
        7,
    ]


# --- One network of many


def prepared(start=None, fraction=0.0, sampling="uniform", rows=slice(None)):
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(40, 3)).astype(np.float32)
    inputs[:, 1] = 5.0
    y = np.arange(40) % 2
    count = np.where(np.arange(40) == 0, 4.0, 1.0)
    data = TrainingData(inputs, y, 2 * count, count, 2)
    job = Job(start, np.arange(40)[rows], 7)
    return data, _jobs._prepared(job, data, (4,), fraction, sampling)


def test_a_network_starts_where_it_is_told_or_anew():
    start, rows = {"head.bias": np.zeros(2)}, slice(5, None)
    data, (own, learned, valid, probability, seed) = prepared(start, rows=rows)
    assert own is start and valid is None and probability is None and 0 <= seed < 2**63
    for found, whole in zip(learned, (data.inputs, data.y, data.weight), strict=True):
        assert_array_equal(found, whole[rows])
    new = prepared()[1][0]
    assert new["backbone.0.linear.weight"].shape == (4, 3)
    # What never changes says nothing: from it no weight starts.
    assert (new["backbone.0.linear.weight"][:, 1] == 0).all()
    assert (new["backbone.0.linear.weight"][:, [0, 2]] != 0).all()
    assert prepared()[1][4] == prepared()[1][4]


def test_some_stars_are_left_out_to_stop_by():
    _, (_, learned, valid, _, _) = prepared(fraction=0.2)
    assert len(valid[1]) == 8 and len(learned[1]) == 32
    assert_array_equal(np.bincount(valid[1]), [4, 4])
    assert len(valid) == 3 and (valid[2] >= 2).all()


def test_a_star_that_stands_for_four_is_drawn_as_often_and_weighs_as_one():
    _, (_, learned, _, probability, _) = prepared(sampling="balanced")
    assert_array_equal(learned[2], np.full(40, 2.0))
    assert probability[0] == pytest.approx(4 * probability[2])
    assert probability[::2].sum() == pytest.approx(probability[1::2].sum())


# --- Groups of features, and evidence


@pytest.mark.parametrize(
    ("views", "found"),
    [(None, [[0, 1, 2]]), ([[2, 0, 2], ["b"]], [[0, 2], [1]]), ([["a", 1]], [[0, 1]])],
)
def test_groups_of_features_are_sorted_positions(views, found):
    names = np.array(["a", "b", "c"])
    assert [list(view) for view in _ensemble.resolve_views(views, 3, names)] == found
    for bad, said in (([], "holds no group"), ([[0], []], "a group without features: .*, ..")):
        with pytest.raises(ValueError, match=said):
            _ensemble.resolve_views(bad, 3, names)


def test_an_angle_is_two_inputs_and_gaps_are_inputs_of_their_own():
    X = np.random.default_rng(0).uniform(0, 1, (20, 3))
    X[3, 0] = np.nan
    groups = [np.array([0]), np.array([1, 2])]
    for indicator, origin in ((True, [0, 1, 1, 2, 0, 1, 2]), (False, [0, 1, 1, 2])):
        scaler = FeatureScaler(circular={1: 1.0}, add_indicator=indicator).fit(X)
        n_inputs = scaler.transform(X).shape[1]
        assert _ensemble.column_origin(scaler, 3).tolist() == origin
        first, second = _ensemble.scaled_columns(groups, scaler, 3, n_inputs)
        assert first.tolist() == [i for i, j in enumerate(origin) if j == 0]
        assert sorted([*first, *second]) == list(range(len(origin)))
        # One group of all features is all inputs, whatever the scaler made of them.
        (whole,) = _ensemble.scaled_columns([np.arange(3)], None, 3, n_inputs)
        assert whole.tolist() == list(range(n_inputs))
    with pytest.raises(ValueError, match="StandardScaler made 4 columns of 3 features"):
        _ensemble.scaled_columns(groups, StandardScaler(), 3, 4)
    # A part of the features is a part, also if there is one group only.
    (part,) = _ensemble.scaled_columns([np.array([0, 2])], None, 3, 3)
    assert part.tolist() == [0, 2]


@pytest.mark.parametrize(("before", "centre"), [(None, [0.5, 0.5]), ([0.9, 0.1], [0.9, 0.1])])
def test_parts_weigh_as_held_out_stars_have_it(before, centre):
    before = SimpleNamespace(weights=None if before is None else np.array(before))
    data = TrainingData(np.empty((9, 0)), np.arange(9) % 2, np.ones(9), np.ones(9), 2)
    assert_allclose(_ensemble._weights_of_parts([], [], data, before, 2), centre)
    # Of another number of parts the earlier weights say nothing.
    assert_allclose(_ensemble._weights_of_parts([], [], data, before, 3), np.full(3, 1 / 3))
    weightless = replace(data, weight=np.zeros(9))
    rows = [np.arange(9)]
    good = np.log(np.where(np.arange(2) == data.y[:, None], 0.9, 0.1))
    folds = [[good, -good]]
    assert_allclose(_ensemble._weights_of_parts(folds, rows, weightless, before, 2), centre)
    found = _ensemble._weights_of_parts(folds, rows, data, before, 2)
    assert found.sum() == pytest.approx(1) and found[0] > centre[0]


@pytest.mark.parametrize("evidence", [[], [0, 1, 2]])
def test_evidence_is_some_of_the_features(evidence):
    assert _gate.evidence_columns([2, 0], 3, None).tolist() == [0, 2]
    with pytest.raises(
        ValueError, match="must leave the networks some of the 3 features, and hold"
    ):
        _gate.evidence_columns(evidence, 3, None)


def test_stars_that_vary_are_taken_to_be_45_in_100(monkeypatch):
    """Of those that have evidence; whatever they weighed among each other they still do."""
    told = {}

    def learn(estimator, stars, classes, scaler, device):
        told.update(stars=stars, classes=classes, scaler=scaler)
        return model(seen=np.array([1], np.uint64))

    monkeypatch.setattr(_gate, "learn", learn)
    stars = stars_of(["EC", "NONVAR", "ED", "NONVAR", "EC"], [1, 2, 3, 4, 5])
    X = stars.X.copy()
    X[4, 1:] = np.nan
    estimator = SimpleNamespace(evidence=[1, 2])
    gate = _gate.learn_gate(estimator, replace(stars, X=X), np.array([1, 2]), "cpu")
    own = told["stars"]
    assert own.y.tolist() == [True, False, True, False] and told["classes"].tolist() == [
        False,
        True,
    ]
    # Four stars: 1.8 vary, in parts of 1 to 3, and 2.2 do not, in parts of 2 to 4.
    assert_allclose(own.weight, [0.45, 2.2 / 3, 1.35, 4.4 / 3])
    assert_array_equal(own.X, X[:4, 1:])
    assert gate.model.seen is None and gate.columns.tolist() == [1, 2]
    assert_array_equal(stars.weight, [1, 2, 3, 4, 5])


def test_the_gate_decides_about_nonvar_alone():
    def predict_proba(X, device):
        return np.column_stack([X[:, 0], 1 - X[:, 0]])

    gate = _gate.Gate(np.array([1]), SimpleNamespace(predict_proba=predict_proba))
    evidence = np.array([[0.8], [np.nan], [0.0]])
    assert_allclose(gate.still(evidence, "cpu"), [0.8, np.nan, 0.0])
    proba = np.array([[0.3, 0.3, 0.4], [0.2, 0.3, 0.5], [0.25, 0.25, 0.5]])
    found = gate.refine(proba, CLASSES, evidence, "cpu")
    # Without evidence a row stays as the networks have it.
    assert_allclose(found, [[0.1, 0.1, 0.8], [0.2, 0.3, 0.5], [0.5, 0.5, 0.0]])
    assert gate.refine(proba, np.array(["EC", "ED", "RRAB"]), evidence, "cpu") is proba


def test_networks_of_the_gate_are_small_and_their_own():
    from sklearn_vartl.transfer._mlp import gate_networks

    own = TransferMLPClassifier((8,), n_estimators=9, evidence=[1], n_jobs=2, random_state=3)
    found = gate_networks(own).get_params()
    assert (found["hidden_layer_sizes"], found["n_estimators"], found["max_epochs"]) == (
        (64, 64),
        3,
        30,
    )
    assert (found["evidence"], found["n_jobs"], found["random_state"]) == ([1], 2, 3)


def test_parts_of_an_ensemble_are_pooled_and_then_calibrated():
    """The mean is one of logarithms, by the weights of the parts, and sharper or softer by the temperature."""
    proba = np.array([[[0.2, 0.8], [0.5, 0.5]], [[0.6, 0.4], [0.9, 0.1]]])
    logs, memory = list(np.log(proba)), model().memory
    for weights, temperature in ((None, 1.0), (None, 2.0), (np.array([0.25, 0.75]), 0.5)):
        own = EnsembleModel(
            (), (), None, memory, calibration=Calibration(temperature), weights=weights
        )
        mean = np.average(logs, axis=0, weights=weights)
        expected = np.exp(mean) ** (1 / temperature)
        expected /= expected.sum(axis=1, keepdims=True)
        assert_allclose(own._pooled(logs), expected)


def test_parts_of_an_ensemble_are_named_in_the_order_of_their_weights():
    own = EnsembleModel((model(), model()), (), None, model().memory, forest="a forest")
    assert own.part_names == ["networks 0", "networks 1", "forest"]
    assert replace(own, trees="trees").part_names == ["networks 0", "networks 1", "trees", "forest"]
    # What is known of classes and shares is what the first group of features knows.
    shown = model(trained_shares=np.array([0.5, 0.25, 0.25]), n_transfers=2, history=(1, 2))
    own = replace(own, networks=(shown, replace(shown, history=(3,))))
    assert own.classes is CLASSES and own.n_transfers == 2 and own.history == (1, 2, 3)
    assert_allclose(own.prior, [0.25, 0.75, 0])
    assert_array_equal(own.class_count, [2, 6, 0])
    spared = Calibration(kept=np.array([2.0]), kept_odds=np.array([0.2]))
    assert_allclose(replace(own, calibration=spared).shares, np.array([0.5, 0.25, 0.05]) / 0.8)


@pytest.mark.parametrize(
    ("given", "fine_tuning", "backbone"),
    [(None, True, 0.002), (None, False, 0.02), (0.5, True, 0.5), (0.5, False, 0.02), (0, True, 0)],
)
def test_how_fast_the_backbone_learns(given, fine_tuning, backbone):
    estimator = TransferMLPClassifier(learning_rate=0.02, backbone_learning_rate=given)
    recipe = _jobs._options(estimator, fine_tuning, "cpu")["recipe"]
    # A tenth of the head's where nothing is said; a new network has one rate.
    assert recipe.learning_rate == 0.02 and recipe.backbone_learning_rate == pytest.approx(backbone)
