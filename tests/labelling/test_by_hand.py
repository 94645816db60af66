"""Labelling on a few stars, where every number can be had by hand."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_vartl import LightCurves
from sklearn_vartl.labelling import Explanation, doubtful_labels, explain, suggest_labels
from sklearn_vartl.labelling._doubt import contradictions, neighbour_shares, out_of_fold, trust
from sklearn_vartl.labelling._explain import _names, feature_effects
from sklearn_vartl.labelling._suggest import (
    is_labelled,
    last_step,
    margin,
    need,
    opinions,
    spread,
    whiten,
)


class Told:
    """A model whose embedding is the first columns of X and whose probabilities are the others."""

    def __init__(self, classes, n_dimensions=2):
        self.classes_, self.n_dimensions = np.asarray(classes), n_dimensions

    def embed(self, X):
        return np.asarray(X)[:, : self.n_dimensions]

    def predict_proba(self, X):
        return np.nan_to_num(np.asarray(X)[:, self.n_dimensions :])


def groups(centres, proba, size=20, scale=0.1, seed=0):
    """Stars around each centre, all of a group with the same probabilities."""
    rng = np.random.default_rng(seed)
    points = [centre + rng.normal(0, scale, (size, 2)) for centre in np.asarray(centres, float)]
    return np.column_stack([np.concatenate(points), np.repeat(proba, size, axis=0)])


@pytest.mark.parametrize("n_still", [0, 2])
def test_an_embedding_of_one_direction(rng, n_still):
    """A standard deviation of 16 becomes 4; directions in which nothing varies keep no spread."""
    one = rng.normal(size=(200, 1))
    embedding = np.hstack([16 * one / one.std(ddof=1), np.ones((200, n_still))])
    found = whiten(embedding, np.ones(200, bool), np.random.RandomState(0))
    assert found.shape == embedding.shape
    np.testing.assert_allclose(found.std(axis=0, ddof=1), [4.0] + n_still * [0.0], atol=1e-5)


def test_the_spread_of_each_direction_is_brought_half_way_to_one(rng):
    """Standard deviations of 16 and 1/81 become 4 and 1/9; a star without features stays out."""
    points = rng.normal(size=(500, 2))
    points -= points.mean(axis=0)
    points = np.linalg.qr(points)[0] * np.sqrt(499) * [16, 1 / 81]
    embedding = np.vstack([points, [np.nan, np.nan]])
    usable = np.isfinite(embedding).all(axis=1)
    found = whiten(embedding, usable, np.random.RandomState(0))
    assert np.isnan(found[500]).all()
    np.testing.assert_allclose(found[:500].std(axis=0, ddof=1), [4, 1 / 9], rtol=1e-6)


def test_embeddings_of_many_dimensions_keep_their_32_widest(rng):
    embedding = rng.normal(size=(60, 40)) * np.arange(40, 0, -1)
    found = whiten(embedding, np.ones(60, bool), np.random.RandomState(0))
    assert found.shape == (60, 32)


def test_rare_classes_doubts_and_distance_weigh():
    proba = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    # Shares .75 and .25, and a quarter for one star in four: 1 / sqrt(1) and 1 / sqrt(1 / 2).
    np.testing.assert_allclose(need(proba, None), [1, 1, 1, np.sqrt(2)])
    sure_and_unsure = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    flat = need(sure_and_unsure, None)
    # Once there are labels, rarity counts to the power of 3/4: here each class has half, and a third for one of three.
    flat *= (1 / 2 + 1 / 3) ** -0.25
    at_one = need(sure_and_unsure, np.ones(3))
    # All at the median distance count half; margins of 1, 0, 1 leave .05, 1.05, .05.
    np.testing.assert_allclose(at_one / flat, np.array([0.05, 1.05, 0.05]) * 0.51)
    far = need(sure_and_unsure, np.array([0.0, 1.0, 3.0]))
    np.testing.assert_allclose(far / flat, [0.05 * 0.01, 1.05 * 0.51, 0.05 * 0.76])
    # Twins of labelled stars: the distance says nothing.
    twins = need(sure_and_unsure, np.zeros(3))
    np.testing.assert_allclose(twins / flat, np.array([0.05, 1.05, 0.05]) * 1.01)


def test_the_margin_is_between_the_two_highest():
    np.testing.assert_allclose(margin(np.array([[0.2, 0.5, 0.3], [0.1, 0.0, 0.9]])), [0.2, 0.8])
    assert margin(np.array([[1.0], [1.0]])).tolist() == [1, 1]


def test_of_each_group_the_star_in_the_middle_the_heaviest_group_first():
    shape = np.array([[0, 0], [0.1, 0], [-0.1, 0], [0, 0.1], [0, -0.1]])
    points = np.vstack([shape, shape + 10, shape + [20, 0]])
    weight = np.repeat([1.0, 3.0, 2.0], 5)
    assert spread(points, weight, 3, np.random.RandomState(0)).tolist() == [5, 10, 0]
    # All stars are wanted: the weightiest first.
    assert spread(points[:3], np.array([1.0, 3.0, 2.0]), 3, None).tolist() == [1, 2, 0]


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_twins_fill_up_what_is_asked_for_by_weight():
    points = np.repeat([[0.0, 0.0], [5.0, 5.0]], 4, axis=0)
    weight = np.array([1, 2, 3, 4, 5, 6, 7, 8.0])
    found = spread(points, weight, 5, np.random.RandomState(0))
    assert len(set(found.tolist())) == 5
    # Two groups have one star each; the others are the heaviest that are left.
    first, rest = found[:2], found[2:]
    assert {int(k) // 4 for k in first} == {0, 1} and first[0] >= 4
    left = [k for k in range(7, -1, -1) if k not in first]
    assert rest.tolist() == left[:3]


def test_reasons_say_what_speaks_for_a_label():
    classes = ["EC", "ED", "MIRA", "RRAB"]
    proba = [[0.9, 0.05, 0.03, 0.02], [0.45, 0.4, 0.1, 0.05], [0.1, 0.1, 0.8, 0.0]]
    X = groups([(0, 0), (9, 0), (0, 9)], proba)
    X = X[[*range(20), *range(20, 40), 40, 41]]
    found = suggest_labels(Told(classes), X, 3, random_state=0)
    said = {int(k) // 20: reason for k, reason in zip(found.position, found.reason, strict=True)}
    assert said == {
        0: "typical of a group that looks like EC",
        1: "between EC and ED",
        # Two stars of 42, less than half of a quarter.
        2: "few stars look like MIRA",
    }
    row = found.to_pandas().set_index("id").loc[found.position[found.label == "MIRA"][0]]
    assert (row["p"], row["runner_up"], row["p_runner_up"]) == (0.8, "EC", 0.1)
    assert np.isnan(found.novelty).all()


@pytest.mark.parametrize(
    ("proba", "said"),
    [
        # 0.3 between the first and the second is enough to call it one of them.
        ([0.625, 0.375], "between A and B"),
        ([0.640625, 0.359375], "between A and B"),
        ([0.65625, 0.34375], "typical of a group that looks like A"),
        ([0.34375, 0.65625], "typical of a group that looks like B"),
    ],
)
def test_two_classes_are_named_where_neither_leads_by_three_tenths(proba, said):
    found = suggest_labels(Told(["A", "B"]), groups([(0, 0)], [proba]), 1, random_state=0)
    assert found.reason.tolist() == [said]


def test_a_class_alone_is_not_confused_with_itself():
    found = suggest_labels(Told(["A"]), groups([(0, 0)], [[1.0]]), 1, random_state=0)
    assert found.reason.tolist() == ["typical of a group that looks like A"]


@pytest.mark.parametrize(("n_rare", "rare"), [(9, True), (10, False)])
def test_a_class_is_rare_below_half_of_an_even_share(n_rare, rare):
    """Of 40 stars and two classes: below ten."""
    X = np.vstack([groups([(0, 0)], [[1.0, 0.0]])] * 2 + [groups([(9, 9)], [[0.0, 1.0]])])
    X = X[np.r_[: 40 - n_rare, 40 : 40 + n_rare]]
    found = suggest_labels(Told(["A", "B"]), X, 2, random_state=0)
    reason = dict(zip(found.label.tolist(), found.reason, strict=True))
    assert reason["A"] == "typical of a group that looks like A"
    assert reason["B"] == (
        "few stars look like B" if rare else "typical of a group that looks like B"
    )


def test_a_tenth_of_the_stars_is_far():
    """Of 21 stars at 0, 1, ..., 20 from the label, two lie above the quantile of 0.9, which is 18."""
    X = np.column_stack([np.r_[0.0, np.arange(21.0)], np.zeros(22), np.ones(22), np.zeros(22)])
    y = ["A", *[None] * 21]
    found = suggest_labels(Told(["A", "B"]), X, 21, y=y, random_state=0)
    far = found.position[found.reason == "unlike anything labelled"]
    assert sorted(far.tolist()) == [20, 21]


def test_what_is_far_from_every_label_is_called_so():
    X = groups([(0, 0), (50, 0)], [[0.9, 0.1], [0.9, 0.1]])
    X = X[:22]
    y = [None] * 22
    y[0] = "A"
    found = suggest_labels(Told(["A", "B"]), X, 3, y=y, random_state=0)
    reason = dict(zip(found.position.tolist(), found.reason, strict=True))
    far = [k for k in reason if k >= 20]
    assert far and all(reason[k] == "unlike anything labelled" for k in far)
    assert all("unlike" not in reason[k] for k in reason if k < 20)


def test_how_many_can_be_suggested():
    X = groups([(0, 0)], [[0.5, 0.5]], size=4)
    model = Told(["A", "B"])
    assert len(suggest_labels(model, X, 4, random_state=0)) == 4
    assert len(suggest_labels(model, X, 1, random_state=0)) == 1
    for n in (0, 5):
        with pytest.raises(ValueError, match=f"n={n}: take 1 to 4, the number of stars"):
            suggest_labels(model, X, n)
    with pytest.raises(ValueError, match="no star to suggest: all have a label"):
        suggest_labels(model, X, 1, y=["A"] * 4)
    with pytest.raises(ValueError, match=r"shape \(3,\), and there are 4 stars"):
        suggest_labels(model, X, 1, y=["A"] * 3)


def test_what_counts_as_a_label():
    y = ["A", "", None, np.nan, 0, "nan"]
    assert is_labelled(y, 6).tolist() == [True, False, False, False, True, False]
    assert not is_labelled(None, 3).any()


def test_light_curves_are_named_by_their_identifiers():
    X = LightCurves(np.arange(6.0), np.zeros(6), None, np.arange(7), ids=list("abcdef"))

    class Measured(Told):
        def embed(self, X):
            return np.column_stack([X.time, X.time**2])

        def predict_proba(self, X):
            return np.tile([0.7, 0.3], (len(X), 1))

    found = suggest_labels(Measured(["A", "B"]), X, 6, random_state=0)
    assert found.id.tolist() == [list("abcdef")[k] for k in found.position]


def test_what_contradicts_a_label():
    proba = np.array([[0.98, 0.0, 0.02], [0.48, 0.48, 0.04], [0.0, 0.98, 0.02], [0.2, 0.4, 0.4]])
    wrong, suggested, _ = contradictions(proba, np.array([0, 0, 0, 2]))
    np.testing.assert_allclose(wrong, [0.02, 0.52, 1.0, 0.6])
    assert suggested.tolist() == [2, 1, 1, 1]


def test_labels_weigh_as_they_are_trusted_beside_the_next_class():
    """Shares of 1 / 1.04, 1 / 2 and .02 / 1.02 with a floor of .02; the mean of a class is one."""
    proba = np.array([[0.98, 0.0, 0.02], [0.48, 0.48, 0.04], [0.0, 0.98, 0.02], [0.2, 0.4, 0.4]])
    share = np.array([1 / 1.04, 0.5, 0.02 / 1.02])
    np.testing.assert_allclose(trust(proba, np.array([0, 0, 0, 2])), [*(share / share.mean()), 1])


def test_what_the_first_round_doubts_teaches_the_second_less():
    """Each label weighs as trusted as it is, and a class as a whole as before."""
    weights = []

    class Weighing(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            weights.append((len(y), sample_weight))
            return super().fit(X, y, sample_weight)

    X = np.r_[np.linspace(-3, -1, 20), np.linspace(1, 3, 20)][:, None]
    y = np.repeat(["a", "b"], 20).astype(object)
    y[3] = "b"
    doubts = doubtful_labels(Weighing(), X, y, cv=2, random_state=0)
    assert doubts.position[0] == 3
    assert [given is None for _, given in weights] == [True, True, False, False]
    second = [given for _, given in weights[2:]]
    assert min(given.min() for given in second) < 0.2 < 0.8 < max(given.max() for given in second)
    np.testing.assert_allclose(np.concatenate(second).sum(), 40)
    assert doubts.weight[0] < 0.2 and doubts.weight[1:].min() > 0.5
    for label in ("a", "b"):
        np.testing.assert_allclose(doubts.weight[doubts.label == label].mean(), 1)


def test_an_issue_is_less_sure_than_usual_of_its_label_and_as_sure_as_usual_of_another():
    # Usual: A (.9 + .3 + .45 + .35) / 4 = .5, B .6.
    proba = np.array([[0.9, 0.1], [0.3, 0.7], [0.45, 0.55], [0.35, 0.65], [0.4, 0.6]])
    given = np.array([0, 0, 0, 0, 1])
    issue = contradictions(proba, given)[2]
    assert issue.tolist() == [False, True, False, True, False]
    # Below what is usual for both, the label still the more probable: no issue.
    low = np.array([[0.4, 0.3, 0.3], [0.9, 0.1, 0.0], [0.7, 0.3, 0.0], [0.0, 0.25, 0.75]])
    assert not contradictions(low, np.array([0, 0, 1, 1]))[2][0]
    # Surer than usual of its label: none, though the other class is as sure as it usually is.
    hard = np.array([[0.4, 0.6], [0.0, 1.0], [0.5, 0.5]])
    assert contradictions(hard, np.array([0, 0, 1]))[2].tolist() == [False, True, False]


def test_neighbours_vote_without_the_star_itself():
    embedding = np.array([[0.0, 0], [0.1, 0], [0, 0.1], [9, 9], [np.nan, 0]])
    given = np.array([0, 0, 1, 1, 0])
    shares = neighbour_shares(embedding, given, 2, np.random.RandomState(0))
    # Three others each; the star without an embedding knows nothing.
    third = 1 / 3
    np.testing.assert_allclose(
        shares, [[third, 2 * third], [third, 2 * third], [2 * third] + [third],
                 [2 * third, third], [0.5, 0.5]],
    )  # fmt: skip
    alone = neighbour_shares(np.array([[0.0, 1.0]]), np.array([0]), 2, np.random.RandomState(0))
    assert alone.tolist() == [[0.5, 0.5]]


def test_ten_neighbours_vote():
    embedding = np.column_stack([np.arange(30.0), np.zeros(30)])
    shares = neighbour_shares(embedding, np.arange(30) % 2, 2, np.random.RandomState(0))
    # In the middle of a row of alternating labels: 5 on each side, of which 3 and 2 differ.
    np.testing.assert_allclose(np.sort(shares[15]), [0.4, 0.6])


def test_no_star_is_predicted_by_a_model_that_has_seen_it():
    X = np.arange(12.0)[:, None]
    y = np.array(list("aaaaaabbbbbb"))
    # The nearest neighbour of a seen star is the star itself: its own label, never wrong.
    y[2] = "b"
    proba = out_of_fold(
        KNeighborsClassifier(1), X, y, np.array(["a", "b"]), 6, np.random.RandomState(0)
    )
    assert proba[2].tolist() == [1, 0]
    np.testing.assert_allclose(proba.sum(axis=1), 1)


def test_folds_hold_each_class_evenly():
    """Six stars of a class in three folds: every model has learned from four of them."""
    seen = []

    class Counting(LogisticRegression):
        def fit(self, X, y):
            seen.append(np.unique(y, return_counts=True)[1].tolist())
            return super().fit(X, y)

    X, y = np.arange(18.0)[:, None], np.repeat(["a", "b", "c"], 6)
    out_of_fold(Counting(), X, y, np.unique(y), 3, np.random.RandomState(0))
    assert seen == [[4, 4, 4]] * 3


def test_doubts_are_listed_with_what_they_rest_on():
    X = np.array([[0.0], [0.1], [0.2], [9.0], [9.1], [9.2], [9.3]])
    y = ["a", "a", "a", "b", "b", "b", "a"]
    doubts = doubtful_labels(KNeighborsClassifier(1), X, y, cv=7, random_state=0)
    assert (doubts.position[0], doubts.label[0], doubts.suggested[0]) == (6, "a", "b")
    assert (doubts.p_label[0], doubts.p_suggested[0]) == (0, 1)
    assert np.isnan(doubts.neighbours).all()
    assert (np.diff(doubts.p_wrong) <= 0).all()
    assert len(doubts) == len(doubts.to_pandas()) == 7
    for cv in (1, 8):
        with pytest.raises(ValueError, match=f"cv={cv} folds of 7"):
            doubtful_labels(KNeighborsClassifier(1), X, y, cv=cv)


def test_stars_that_a_model_calls_missing_are_passed_over_whatever_their_table_holds():
    class Needy(KNeighborsClassifier):
        """It asks for the first feature."""

        def flag_missing(self, X):
            return np.asarray(X)[:, 0] < 0

    X = np.array([[0.0], [0.1], [-0.2], [9.0], [9.1], [9.2]])
    with pytest.warns(UserWarning, match=r"1 of 6 labelled stars has no features .*position 2"):
        doubts = doubtful_labels(Needy(1), X, ["a"] * 3 + ["b"] * 3, cv=2, random_state=0)
    assert sorted(doubts.position) == [0, 1, 3, 4, 5]


def test_what_a_feature_says_is_its_part_of_the_log_odds(rng):
    """Of a logistic regression: the coefficient times the distance to the neighbourhood's mean."""
    X = rng.normal(size=(200, 3))
    y = np.where(X @ [1.0, -0.5, 0.0] + rng.normal(size=200) > 0, "up", "down")
    clf = LogisticRegression().fit(X, y)
    star, around = np.array([0.5, -1.0, 2.0]), X[:10]
    effect = feature_effects(clf.predict_proba, star, around, 1, 0)
    np.testing.assert_allclose(effect, clf.coef_[0] * (star - around.mean(axis=0)), rtol=1e-6)


def test_neighbours_are_told_by_distance_in_units_of_the_median():
    X = np.zeros((6, 4))
    X[:, 0] = [0, 1, 2, 3, 5, 8]
    X[:, 2:] = [0.3, 0.7]
    why = explain(
        Told(["A", "B"]), 0, X, ["A", "A", "B", "B", "A", None], n_neighbours=3, ids=list("uvwxyz")
    )
    assert (why.label, why.runner_up, why.p, why.p_runner_up) == ("B", "A", 0.7, 0.3)
    # Labelled others at 1, 2, 3 and 5: the median is 2.5.
    assert [entry[:3] for entry in why.neighbours] == [(1, "v", "A"), (2, "w", "B"), (3, "x", "B")]
    np.testing.assert_allclose([d for *_, d in why.neighbours], [0.4, 0.8, 1.2], rtol=1e-6)
    assert sorted(name for name, *_ in why.features) == [f"feature {k}" for k in range(4)]
    # What the model says rests on the probabilities alone, which all stars have alike.
    assert all(effect == 0 for *_, effect in why.features)
    with pytest.raises(IndexError, match="no star 6"):
        explain(Told(["A", "B"]), 6, X, ["A"] * 6)
    with pytest.raises(IndexError, match="no star 9"):
        explain(Told(["A", "B"]), 9, X, ["A"] * 6)
    with pytest.raises(IndexError, match="no star -1"):
        explain(Told(["A", "B"]), -1, X, ["A"] * 6)
    with pytest.raises(TypeError, match="star is a row of X, such as 0, got 'V1'"):
        explain(Told(["A", "B"]), "V1", X, ["A"] * 6)
    X[2, 0] = np.nan
    with pytest.raises(ValueError, match="has no features"):
        explain(Told(["A", "B"]), 2, X, ["A"] * 6)


def test_a_feature_takes_the_values_of_the_fifty_nearest_stars(rng):
    """Labelled or not; of what the first of two classes has, the logarithm of each is the log odds."""
    X = np.column_stack([np.arange(70.0), np.zeros(70), rng.uniform(0.1, 1, (70, 2))])
    X[[5, 60], 0] = np.nan, 5.0
    X[0, 2:] = 0.8, 0.3
    near = [k for k in [*range(1, 51), 60] if k != 5]
    why = explain(Told(["A", "B"]), 0, X, ["A", "B", *[None] * 68])
    effect = {name: by for name, _, by in why.features}
    first, second = np.log(X[near, 2:]).mean(axis=0)
    assert len(near) == 50
    assert effect["feature 2"] == pytest.approx(np.log(0.8) - first)
    assert effect["feature 3"] == pytest.approx(second - np.log(0.3))
    assert [effect["feature 0"], effect["feature 1"]] == pytest.approx([0, 0])
    assert [position for position, *_ in why.neighbours] == [1]
    assert why.neighbours[0][3] == 1


def test_opinions_do_not_depend_on_how_many_stars_are_asked_at_once(monkeypatch):
    X = groups([(0, 0), (9, 0)], [[0.9, 0.1], [0.2, 0.8]])
    at_once = opinions(Told(["A", "B"]), X, np.random.RandomState(0))
    monkeypatch.setattr("sklearn_vartl.labelling._suggest._BLOCK", 7)
    for found, expected in zip(
        opinions(Told(["A", "B"]), X, np.random.RandomState(0)), at_once, strict=True
    ):
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_an_explanation_reads():
    features = [(f"f{k}", 1.23456 * k, effect) for k, effect in
                enumerate([2.0, -1.5, 1.0, 0.6, 0.5, 0.4, 0.3, -0.2, 0.004])]  # fmt: skip
    text = str(Explanation("EC", 0.8, "ED", 0.15, [(3, "a", "EC", 0.4)], features))
    assert text.splitlines() == [
        "EC (0.800), runner-up ED (0.150)",
        "nearest labelled stars:",
        "  a  EC  at 0.40",
        "features for EC rather than ED:",
        "  f0 = 0  +2.00",
        "  f2 = 2.469  +1.00",
        "  f3 = 3.704  +0.60",
        "  f4 = 4.938  +0.50",
        "  f5 = 6.173  +0.40",
        "features against EC rather than ED:",
        "  f1 = 1.235  -1.50",
        "  f7 = 8.642  -0.20",
        "what would decide: f0 and f2, measured better",
    ]
    nothing = str(Explanation("EC", 0.8, "ED", 0.15, [], [("f", 1.0, 0.001)]))
    assert nothing.endswith("no single feature; a label of a star near it")


def test_the_features_of_a_classifier_are_those_that_the_steps_before_it_make(rng):
    X, y = rng.normal(3, 2, (30, 4)), np.arange(30) % 2
    alone = make_pipeline(LogisticRegression()).fit(X, y)
    classifier, features = last_step(alone, X)
    assert classifier is alone[-1] and features is X
    three = make_pipeline(StandardScaler(), PCA(2), LogisticRegression()).fit(X, y)
    classifier, features = last_step(three, X)
    assert classifier is three[-1]
    np.testing.assert_array_equal(features, three[:-1].transform(X))
    assert _names(three, classifier, None) == ["pca0", "pca1"]
    assert _names(three, classifier, ["one", "two"]) == ["one", "two"]
    assert _names(alone, alone[-1], None) is None
