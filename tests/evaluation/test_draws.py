"""Which stars become labels, and that no double of a test star does."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.frozen import FrozenEstimator
from sklearn.preprocessing import FunctionTransformer

from sklearn_vartl.evaluation import transfer_curve
from sklearn_vartl.evaluation._draws import draw_labels, resolve_draw, split_source
from sklearn_vartl.transfer import TransferPipeline


class Positions(ClassifierMixin, BaseEstimator):
    """Remembers the first feature of the stars it was fitted and scored on."""

    fitted, scored = [], []

    def fit(self, X, y):
        self.fitted.append(np.asarray(X)[:, 0])
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        self.scored.append(np.asarray(X)[:, 0])
        return np.tile(np.eye(len(self.classes_))[0], (len(X), 1))


@pytest.fixture
def positions():
    Positions.fitted.clear(), Positions.scored.clear()
    return {"positions": Positions()}


@pytest.fixture
def stars():
    """Two hundred stars whose first feature is their position; one class in twenty is rare."""
    y = np.where(np.arange(200) % 20 == 0, "ED", np.where(np.arange(200) % 2 == 0, "EC", "RRAB"))
    X = np.random.default_rng(0).normal(size=(200, 3))
    X[:, 0] = np.arange(200)
    return X, y


@pytest.fixture
def measure(source, stars, positions):
    """transfer_curve of the recording baseline; the source is fine-tuned as cheaply as can be."""
    source = FewSteps(source)

    def call(**changes):
        arguments = {"fractions": [0.1], "baselines": positions, "cv": 2, "scoring": "Mc"}
        return transfer_curve(source, *stars, **arguments | {"random_state": 0} | changes)

    return call


class FewSteps(ClassifierMixin, BaseEstimator):
    """A source whose fine-tuning takes no time."""

    unlabelled = []

    def __init__(self, source=None):
        self.source = source
        self.classes_ = source.classes_

    def fit(self, X, y):
        return self

    def partial_fit_target(self, X, y, X_unlabelled=None):
        self.unlabelled.append(X_unlabelled)
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.tile(np.eye(len(self.classes_))[0], (len(X), 1))


def test_draws_differ_and_share_their_test_stars(measure, stars):
    table = measure(n_draws=3, cv=[(np.arange(100), np.arange(100, 200))])
    labels = Positions.fitted
    assert table["draw"].tolist() == [0, 0, 1, 1, 2, 2]
    assert len(labels) == 3
    assert not np.array_equal(labels[0], labels[1]) and not np.array_equal(labels[0], labels[2])
    for scored in Positions.scored:
        assert_array_equal(scored, np.arange(100, 200))


def test_more_draws_begin_with_the_same_ones(measure):
    measure(n_draws=1)
    first = [labels.copy() for labels in Positions.fitted]
    Positions.fitted.clear()
    measure(n_draws=2)
    # Two splits: draws 0 and 1 of the first, then those of the second.
    assert_array_equal(Positions.fitted[0], first[0])
    assert_array_equal(Positions.fitted[2], first[1])


def test_random_draws_are_of_the_size_asked_for_and_may_miss_a_class(measure, stars):
    table = measure(fractions=[0.05], draw="random", n_draws=10)
    assert set(table["n_labels"]) == {5}
    assert set(table["n_classes"]) == {2, 3}
    assert (table["n_labels"] == np.repeat([len(f) for f in Positions.fitted], 2)).all()
    stratified = measure(fractions=[0.05], n_draws=10)
    assert set(stratified["n_classes"]) == {3}


@pytest.mark.parametrize("as_mask", [True, False])
def test_labels_come_from_allowed_stars_only(measure, as_mask):
    allowed = np.arange(0, 200, 5)
    draw = np.isin(np.arange(200), allowed) if as_mask else allowed
    table = measure(fractions=[0.1, 1.0], draw=draw)
    for labels in Positions.fitted:
        assert np.isin(labels, allowed).all()
    # A tenth of the hundred training stars, and all that are allowed where these are fewer.
    assert set(table.loc[table["fraction"] == 0.1, "n_labels"]) == {10}
    assert table.loc[table["fraction"] == 1.0, "n_labels"].sum() == 2 * len(allowed)


def test_a_function_chooses_the_labels(measure):
    measure(draw=lambda train, fraction, rng: train[: int(2 * fraction * len(train))])
    for labels, scored in zip(Positions.fitted, Positions.scored, strict=True):
        train = np.setdiff1d(np.arange(200), scored)
        assert_array_equal(labels, train[:20])


@pytest.mark.parametrize(
    "draw, message",
    [
        ("brightest", 'must be "stratified", "random"'),
        (np.ones(3, dtype=bool), "mask of 3 entries does not fit 200 stars"),
        ([5, 500], "Star 500 is out of range"),
        ([0.5], "positions or a boolean mask"),
        (np.arange(6).reshape(3, 2), r"got int64 of shape \(3, 2\)"),
        (np.int64(3), r"got int64 of shape \(\)"),
        ([0], "fewer than two classes"),
        (lambda train, fraction, rng: np.arange(200), "stars that are no training stars"),
        (lambda train, fraction, rng: [*train[:9], 303, 200], r"2 stars .* \(first: 200\)"),
        (lambda train, fraction, rng: train / 2, "must return positions"),
    ],
)
def test_wrong_draws_say_what_is_wrong(measure, draw, message):
    with pytest.raises(ValueError, match=message):
        measure(draw=draw)


def test_number_of_draws_is_checked(measure):
    with pytest.raises(ValueError, match="n_draws must be a positive whole number, got 0"):
        measure(n_draws=0)


def test_doubles_of_test_stars_never_train(source, stars, positions):
    X, y = stars
    X[:, 0] = np.arange(200) // 2  # each star twice ...
    X[1::2] = X[::2]
    X[:2] = np.nan  # ... but stars without features are not each other's doubles
    X[2:4, 1] = np.nan
    test = np.arange(0, 200, 4)
    splits = [(np.setdiff1d(np.arange(200), test), test)]
    arguments = {"fractions": [1.0], "baselines": positions, "cv": splits, "scoring": "Mc"}
    table = transfer_curve(FewSteps(source), X, y, **arguments)
    assert not np.isin(Positions.fitted[0], X[test, 0][1:]).any()
    # Of 150 training stars the doubles of 49 test stars leave; star 1 has no features and stays.
    assert table["n_labels"].tolist() == [101, 101]


def test_groups_stay_together_whatever_the_splitter(measure):
    groups = np.arange(200) // 4
    for cv in (4, [(np.arange(2, 200), np.arange(2))]):
        Positions.fitted.clear(), Positions.scored.clear()
        measure(fractions=[1.0], cv=cv, groups=groups)
        for labels, scored in zip(Positions.fitted, Positions.scored, strict=True):
            assert not np.isin(labels // 4, scored // 4).any()
    with pytest.raises(ValueError, match="groups has the shape \\(3,\\)"):
        measure(groups=[0, 1, 2])
    with pytest.raises(ValueError, match="Split 0 has 0 training"):
        measure(groups=np.zeros(200), cv=[(np.arange(100), np.arange(100, 200))])


def test_unlabelled_stars_are_the_training_stars_without_label(measure, stars):
    FewSteps.unlabelled.clear()
    test = np.arange(100, 200)
    table = measure(X_unlabelled="rest", fractions=[0.1, 1.0], cv=[(np.arange(100), test)])
    methods = ["transfer", "transfer_unlabelled", "positions"]
    assert table["method"].tolist() == methods * 2
    few, given, all_labels, nothing = FewSteps.unlabelled
    assert few is None and all_labels is None and nothing is None
    rest = np.setdiff1d(np.arange(100), Positions.fitted[0])
    assert_array_equal(given[:, 0], rest)


def test_unlabelled_stars_may_be_given(measure, stars):
    FewSteps.unlabelled.clear()
    further = stars[0][:7] + 1
    measure(X_unlabelled=further, cv=[(np.arange(100), np.arange(100, 200))])
    assert_array_equal(FewSteps.unlabelled[1], further)


def test_unlabelled_stars_teach_the_network(source, target):
    table = transfer_curve(
        source, *target, fractions=[0.1], baselines=[], cv=2, X_unlabelled="rest",
        scoring="log_loss", random_state=0,
    )  # fmt: skip
    found = table.pivot(index="split", columns="method", values="log_loss")
    assert (found["transfer"] != found["transfer_unlabelled"]).all()


def test_wrong_unlabelled_stars_say_what_is_wrong(measure, source, target):
    for word in ("all", "unlabelled", ""):
        with pytest.raises(ValueError, match='X_unlabelled must be "rest" or stars'):
            measure(X_unlabelled=word)

    class Old(FewSteps):
        def partial_fit_target(self, X, y):
            return self

    with pytest.raises(TypeError, match="partial_fit_target of Old takes no X_unlabelled"):
        transfer_curve(Old(source), *target, X_unlabelled="rest")


def test_the_last_step_of_a_source_learns_from_what_all_others_make(source):
    steps = [FunctionTransformer(lambda X: 2 * X), FunctionTransformer(lambda X: X + 1), source]
    for first in (0, 1, 2):
        model = TransferPipeline([(f"step{k}", step) for k, step in enumerate(steps)][first:])
        features, last = split_source(FrozenEstimator(model))
        assert last is source
        # 2 x + 1, x + 1 and x of 3.
        assert features(np.full((1, 3), 3.0))[0, 0] == (7.0, 4.0, 3.0)[first]


def test_a_draw_with_two_classes_is_taken_and_one_with_a_single_class_is_repeated():
    train, allowed = np.arange(100), np.arange(0, 100, 2)
    mixed, rare = np.arange(100) % 4 < 2, np.arange(100) == 42
    for draw, among in (("random", train), (allowed, allowed)):
        # The first draw of this seed, which has stars of both classes.
        first = np.random.default_rng(5).choice(among, 10, replace=False)
        drawn = draw_labels(resolve_draw(draw, 100), train, mixed, 0.1, 5)
        assert_array_equal(drawn, np.sort(first))
        # Ten of all have the one star in ten draws at most, and of fifty in five.
        drawn = draw_labels(resolve_draw(draw, 100), train, rare, 0.1, 5)
        assert 42 in drawn and len(drawn) == 10


def test_a_draw_of_a_single_class_is_given_up():
    draw = resolve_draw("random", 100)
    with pytest.raises(ValueError, match="0.1 of 100 training stars holds 10 stars of fewer than"):
        draw_labels(draw, np.arange(100), np.zeros(100), 0.1, 0)
