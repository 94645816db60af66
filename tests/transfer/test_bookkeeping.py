"""What stars weigh, which are remembered, held out and trained together, and what odds do: in closed form."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax
from sklearn.utils.class_weight import compute_sample_weight

from sklearn_vartl import FineTunedClassifier, TransferMLPClassifier
from sklearn_vartl.network import _jobs
from sklearn_vartl.network._jobs import Job
from sklearn_vartl.probabilities import Calibration
from sklearn_vartl.transfer import _fitting, _model
from sklearn_vartl.transfer._fitting import Stars, TrainingData
from sklearn_vartl.transfer._model import Memory

LAYERS = ["first", "second", "third", "head"]


@pytest.fixture
def stars():
    """Four EC, two ED and one SR, of other weights."""
    y = np.array(["EC", "EC", "EC", "EC", "ED", "ED", "SR"])
    X = np.arange(21.0).reshape(7, 3)
    return Stars.new(X, y, np.array([1.0, 1, 2, 4, 3, 5, 8]))


def test_layers_are_released_from_the_head_down_until_the_middle():
    # A third of one half of the epochs between two layers.
    assert _jobs.gradual(LAYERS, 12) == {"head": 0, "third": 2, "second": 4, "first": 6}
    assert _jobs.gradual(LAYERS, 13) == {"head": 0, "third": 2, "second": 4, "first": 6}
    assert _jobs.gradual(["head"], 12) == {"head": 0}
    assert _jobs.head(LAYERS, 12) == {"head": 0, "third": None, "second": None, "first": None}
    assert _jobs.full(LAYERS, 12) == dict.fromkeys(LAYERS, 0)


def test_balanced_weights_are_those_of_scikit_learn(stars):
    assert _fitting.class_factors(None, stars) == 1.0
    assert_array_equal(
        _fitting.class_factors({"ED": 3.0, "RRAB": 9.0}, stars), [1, 1, 1, 1, 3, 3, 1]
    )
    assert_allclose(
        _fitting.class_factors("balanced", stars), compute_sample_weight("balanced", stars.y)
    )
    # A star that stands for three is three stars.
    standing = replace(stars, count=np.array([1.0, 1, 1, 1, 3, 1, 1]))
    often = compute_sample_weight("balanced", [*stars.y, "ED", "ED"])[:7]
    assert_allclose(_fitting.class_factors("balanced", standing), often)


@pytest.mark.parametrize(
    ("sampling", "shares"),
    [
        # Weights of the classes: 8, 8, 8, none; the third with half of its odds.
        ("uniform", [0.4, 0.4, 0.2, 0]),
        # Mean weights: 2, 4, 8 at half of its odds, none.
        ("balanced", [0.2, 0.4, 0.4, 0]),
    ],
)
def test_shares_that_a_network_is_shown(stars, sampling, shares):
    y = np.array([0, 0, 0, 0, 1, 1, 2])
    odds = np.array([1.0, 1.0, 0.5, 1.0])
    data = TrainingData(stars.X, y, stars.weight, stars.count, 4, odds)
    assert_allclose(_fitting.shown_shares(data, sampling), shares)


def test_odds_multiply_probabilities(rng):
    logits, odds = rng.normal(size=(5, 3)).astype(np.float32), np.array([1.0, 0.1, 0.5])
    weights = {"head.bias": np.zeros(3, np.float32), "head.weight": np.ones((3, 2), np.float32)}
    bias = _jobs._with_odds(weights, odds)["head.bias"]
    assert bias.dtype == np.float32
    expected = softmax(logits, axis=1) * odds
    expected /= expected.sum(axis=1, keepdims=True)
    assert_allclose(softmax(logits + bias, axis=1), expected, rtol=1e-5)


def test_networks_on_as_many_stars_are_trained_together():
    jobs = [Job({}, np.arange(n), 0) for n in (5, 3, 5, 4)]
    assert _jobs._side_by_side(jobs) == [[1], [3], [0, 2]]


def test_stars_that_stand_in_weigh_a_tenth(stars):
    standing = replace(stars, stands_in=stars.y == "ED")
    assert_allclose(standing.lasting_weight, [1, 1, 2, 4, 0.3, 0.5, 8])


def test_a_remembered_star_stands_for_as_many_as_it_weighs_more(stars):
    memory = Memory(np.full((3, 3), -1.0), np.array(["EC", "ED", "MIRA"]), np.array([10.0, 2, 12]))
    assert stars.rehearsing(memory.only(["RRAB"])) is stars
    both = stars.rehearsing(memory, stand_in=np.array([False, True, False]))
    assert_array_equal(both.y[7:], memory.y)
    assert_array_equal(both.X[:, 0], [0, 3, 6, 9, 12, 15, 18, -1, -1, -1])
    assert_array_equal(both.weight, [*stars.weight, 10, 2, 12])
    # The mean weights: of EC 2, of ED 4, of all 24 / 7, which is for classes without a new star.
    assert_allclose(both.count, [1] * 7 + [5, 0.5, 12 * 7 / 24])
    assert_array_equal(both.unseen, [True] * 7 + [False] * 3)
    assert_array_equal(both.stands_in, [False] * 8 + [True, False])
    assert both.still is None
    judged = replace(stars, still=np.linspace(0, 0.6, 7)).rehearsing(memory)
    assert_allclose(judged.still, [*np.linspace(0, 0.6, 7), np.nan, np.nan, np.nan])
    assert_array_equal(judged.of(np.array([8, 1])).y, ["ED", "EC"])


def test_stars_with_a_known_fingerprint_are_seen(stars):
    assert stars.known_by(None) is stars
    seen = _model.fingerprints(stars.X[[2, 5]])
    assert_array_equal(np.flatnonzero(~stars.known_by(seen).unseen), [2, 5])


@pytest.mark.parametrize(("n_stars", "kept"), [(49, 49), (50, 50), (51, 50), (80, 50)])
def test_fifty_stars_of_a_class_are_remembered_with_the_weight_of_all(rng, n_stars, kept):
    y = np.array(["A"] * n_stars + ["B"] * 3)
    X, weight = np.arange(n_stars + 3.0)[:, None], rng.uniform(1, 2, n_stars + 3)
    weight[y == "B"] = 0
    memory = Memory.of(X, y, weight, rng)
    own = memory.y == "A"
    assert own.sum() == kept == len(np.unique(memory.X[own])) and (~own).sum() == 3
    assert memory.weight[own].sum() == pytest.approx(weight[y == "A"].sum())
    # In the proportions that they had.
    ratio = memory.weight[own] / weight[memory.X[own, 0].astype(int)]
    assert np.ptp(ratio) < 1e-12
    assert_array_equal(memory.weight[~own], [0, 0, 0])
    assert_array_equal(memory.X[:, 0], np.sort(memory.X[:, 0]))


def test_remembered_stars_with_the_shares_of_classes():
    memory = Memory(np.eye(5), np.array(["A", "B", "A", "C", "B"]), np.array([1.0, 2, 3, 4, 6]))
    weight = memory.weighed(np.array(["A", "B", "X"]), np.array([0.6, 0.3, 0.1]))
    assert_allclose(weight, [0.15, 0.075, 0.45, 0, 0.225])
    assert_array_equal(memory.only(["C", "A"]).weight, [1, 3, 4])
    assert_array_equal(memory.of_columns(np.array([3, 0])).X, np.eye(5)[:, [3, 0]])


@pytest.mark.parametrize(
    ("n_rows", "sizes"), [(0, []), (1, [1]), (4096, [4096]), (4097, [4096, 1]), (8192, [4096] * 2)]
)
def test_rows_are_passed_some_thousand_at_a_time(n_rows, sizes):
    found = list(_model.blocks(np.arange(n_rows)))
    assert [len(rows) for rows in found] == sizes
    assert_array_equal(np.concatenate([np.empty(0), *found]), np.arange(n_rows))


def test_networks_are_averaged_after_their_softmax(rng):
    logits = [rng.normal(0, 300, (6, 4)).astype(np.float32) for _ in range(3)]
    before = [each.copy() for each in logits]
    expected = np.mean([softmax(each.astype(float) / 2.5, axis=1) for each in logits], axis=0)
    assert_allclose(_model.mean_probability(logits, 2.5), expected, rtol=1e-12, atol=1e-300)
    assert_array_equal(logits, before)


def test_a_mean_probability_does_not_depend_on_other_stars():
    logits = [np.random.default_rng(k).normal(size=(20, 21)).astype(np.float32) for k in range(5)]
    alone = [_model.mean_probability([own[i : i + 1] for own in logits], 1.3) for i in range(20)]
    assert_array_equal(np.vstack(alone), _model.mean_probability(logits, 1.3))


@pytest.mark.parametrize(("n_features", "known"), [(3, False), (4, True), (5, True)])
def test_a_star_is_known_by_five_digits_of_four_features_or_more(n_features, known):
    X = np.array([[0.123456789, -98.7654321, 1e-7, 3.3e9, 2.5]])[:, :n_features]
    seen = _model.fingerprints(X)
    assert _model.are_among(X, seen).all()
    assert _model.are_among(X * (1 + 1e-7), seen).all() == known
    # In the fourth or fifth digit it is another star.
    assert not _model.are_among(X * (1 + 3e-5), seen).any()
    # Earlier versions knew all digits.
    assert _model.are_among(X, _model.fingerprints(X, exact=True)).all()


def test_rows_without_any_feature_are_not_usable():
    X = np.array([[np.nan, np.nan], [np.nan, 0.0], [1.0, 2.0]])
    assert_array_equal(_model.usable_rows(X), [False, True, True])


def test_held_out_stars_are_in_one_fold_each_and_never_seen_before(rng, stars):
    n = 60
    y = np.arange(n) % 2
    y[-1] = 2  # the only one of its class: no network that has not seen it knows the class
    own = Stars.new(rng.normal(size=(n, 3)), y, np.ones(n))
    own = replace(own, unseen=np.arange(n) >= 10)
    data = TrainingData(own.X, y, np.ones(n), np.ones(n), 3)
    jobs, held_out = _fitting.held_out_jobs(["one", "other"], data, own, rng)
    assert [job.start for job in jobs] == ["one", "other", "one", "other", "one"]
    assert_array_equal(np.sort(np.concatenate(held_out)), np.arange(10, n - 1))
    for job, rows in zip(jobs, held_out, strict=True):
        assert not set(job.rows) & set(rows) and set(range(10)) <= set(job.rows)
        assert 8 <= len(rows) <= 12
    assert len({job.seed for job in jobs}) == 5


def test_a_thousand_held_out_stars_are_enough(rng):
    for n, n_folds in ((2500, 2), (2000, 3), (5200, 1)):
        own = Stars.new(rng.normal(size=(n, 1)), np.arange(n) % 2, np.ones(n))
        # Of 2,000 stars two folds have 800, of 2,500 a thousand.
        data = TrainingData(own.X, own.y, np.ones(n), np.ones(n), 2)
        jobs, held_out = _fitting.held_out_jobs([None], data, own, rng)
        assert len(jobs) == len(held_out) == n_folds


def test_classes_that_no_label_names_yet():
    classes = np.array(["EC", "ED", "NONVAR", "QSO"])
    stars = Stars.new(np.zeros((4, 1)), np.array(["EC", "EC", "NONVAR", "QSO"]), np.ones(4))
    stars = replace(
        stars, unseen=np.array([1, 1, 0, 0], bool), stands_in=np.array([0, 0, 1, 1], bool)
    )
    assert_array_equal(_fitting.kept_classes(stars, classes, Calibration()), [2, 3])
    # An earlier call kept a class of which there is a star now, and one of which there is none.
    earlier = Calibration(kept=np.array([0.0, 1.0]))
    assert_array_equal(_fitting.kept_classes(stars, classes, earlier), [1, 2, 3])


def test_evidence_refines_some_rows(stars):
    classes = np.array(["EC", "NONVAR"])
    rows = np.array([5, 0])
    assert _fitting.refinement(stars, classes, rows) is None
    judged = replace(stars, still=np.array([0.75, 0, 0, 0, 0, np.nan, 0]))
    assert _fitting.refinement(judged, np.array(["EC", "ED"]), rows) is None
    refine = _fitting.refinement(judged, classes, rows)
    assert_allclose(refine(np.array([[0.5, 0.5], [0.9, 0.1]])), [[0.5, 0.5], [0.25, 0.75]])


@pytest.mark.parametrize(("odds", "told"), [(None, False), (0.1, False), (0.0999, True)])
def test_odds_that_were_lowered_below_a_tenth_are_told(recwarn, odds, told):
    known = SimpleNamespace(
        kept_odds=None if odds is None else np.array([1.0, odds]),
        kept=np.array([0.0, 2.0]),
        lost=np.zeros((7, 2)),
    )
    model = SimpleNamespace(calibration=known, classes=np.array(["A", "B", "C"]))
    _fitting.tell_of_lowered_odds(model)
    words = [str(warning.message) for warning in recwarn]
    assert len(words) == told
    if told:
        assert "of the 7 labelled stars that were judged look like A, C, which" in words[0]


@pytest.mark.parametrize(
    ("name", "bad"), [("label_smoothing", 1.0), ("label_smoothing", 1.5), ("label_smoothing", -0.1)]
)
def test_shares_of_a_network_are_below_one(name, bad, data, quick):
    with pytest.raises(ValueError, match=f"'{name}' parameter .* must be a float in the range"):
        TransferMLPClassifier(**quick, **{name: bad}).fit(*data.source)


@pytest.mark.parametrize("bad", [0.0, -0.5, 1.5])
def test_a_share_of_the_labels_is_above_nothing(bad, source, data):
    with pytest.raises(
        ValueError, match="'target_fraction' parameter .* must be a float in the range"
    ):
        FineTunedClassifier(source, target_fraction=bad).fit(*data.target)


@pytest.mark.parametrize(
    ("n_lost", "said"),
    [(1, r"1 of 9 stars has .* is left .*\(position 0\)\."), (2, r"2 of 9 stars have .* are .*s 0, 1\)\."),
     (5, r"\(positions 0, 1, 2, 3, 4\)\."), (6, r"\(positions 0, 1, 2, 3, 4, \.\.\.\)\.")],
)  # fmt: skip
def test_stars_without_features_are_counted_and_the_first_five_named(n_lost, said):
    X, y, weight = np.arange(18.0).reshape(9, 2), np.array(list("ABABABABA")), np.arange(9.0)
    X[:n_lost], X[8, 0] = np.nan, np.nan
    model = TransferMLPClassifier()
    with pytest.warns(UserWarning, match=said):
        found = model._check_stars(X, y, weight[::-1], reset=True)
    # The last has a feature, but no weight.
    assert_array_equal(found.X, X[n_lost:8])
    assert_array_equal(found.weight, weight[::-1][n_lost:8])
    assert found.unseen.all() and not found.stands_in.any()
    nobody = X[[0, 8]], y[[0, 8]], [1.0, 0.0]
    with (
        pytest.warns(UserWarning, match="1 of 2 stars has"),
        pytest.raises(ValueError, match="No star with features and a positive sample_weight"),
    ):
        model._check_stars(*nobody, reset=True)


@pytest.mark.parametrize("judged", [False, True])
def test_evidence_decides_how_likely_a_class_without_a_label_is_taken_to_be(judged, monkeypatch):
    asked = []
    monkeypatch.setattr(_fitting, "calibrate", lambda *given: asked.append(given))
    classes = np.array(["EC", "NONVAR", "QSO"])
    stars = Stars.new(np.zeros((4, 1)), np.array(["EC", "EC", "NONVAR", "QSO"]), np.arange(1.0, 5))
    few = np.array([False, False, True, True])
    stars = replace(stars, unseen=~few, stands_in=few, still=np.full(4, 0.3) if judged else None)
    data = TrainingData(stars.X, np.array([0, 0, 1, 2]), stars.weight, stars.count, 3)
    logits, rows = [np.zeros((1, 3)), np.ones((1, 3))], [np.array([1]), np.array([0])]
    _fitting.calibrate_held_out(logits, rows, data, stars, classes, Calibration())
    ((found, y, weight, _, refine, kept, odds),) = asked
    assert_array_equal(found, [[0, 0, 0], [1, 1, 1]])
    assert_array_equal(y, [0, 0])
    assert_array_equal(weight, [2, 1])
    # NONVAR and QSO; of the first alone the evidence tells.
    assert_array_equal(kept, [1, 2])
    assert (refine is not None) == judged
    assert_array_equal(odds, [_fitting.ODDS_BY_EVIDENCE if judged else 1.0, 1.0])
