"""What every sampler that makes light curves does."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score

from sklearn_vartl.features import LightCurveFeatures
from sklearn_vartl.resampling import RASLE, CadenceResampler, GPAugmenter
from sklearn_vartl.resampling._sampler import new_ids, stars_to_make
from sklearn_vartl.transfer import TransferPipeline, make_transfer_pipeline

SAMPLERS = pytest.mark.parametrize(
    "sampler",
    [RASLE(random_state=0), GPAugmenter(random_state=0)],
    ids=lambda sampler: type(sampler).__name__,
)


@SAMPLERS
def test_rare_classes_reach_the_size_of_the_largest(sampler, unequal):
    X, y = sampler.fit_resample(unequal, unequal.labels)
    assert len(X) == len(y) == 18
    assert np.unique(y, return_counts=True)[1].tolist() == [9, 9]
    assert sampler.sampling_strategy_ == {"RARE": 6}
    assert X[:12] == unequal
    np.testing.assert_array_equal(X.labels, y)


@SAMPLERS
def test_a_new_star_is_its_parent_drawn_anew(sampler, unequal):
    X, y = clone(sampler).fit(unequal, unequal.labels).fit_resample(unequal, unequal.labels)
    sampler.fit_resample(unequal, unequal.labels)
    groups = sampler.groups_
    np.testing.assert_array_equal(groups[:12], np.arange(12))
    # Parents take turns: three rare stars, two new ones each.
    assert np.bincount(groups[12:], minlength=12).tolist() == [0] * 9 + [2] * 3
    for star in range(12, 18):
        new, old = X[star], unequal[int(groups[star])]
        assert new.id.startswith(f"{old.id}/")
        assert y[star] == old.label
        np.testing.assert_array_equal(new.time, old.time)
        np.testing.assert_array_equal(new.magerr, old.magerr)
        assert np.all(new.mag != old.mag)
        assert np.std(new.mag - old.mag) < 0.05
    assert len(set(X.ids.tolist())) == 18


@SAMPLERS
def test_repeatable_by_random_state(sampler, unequal):
    first, second = (clone(sampler).fit_resample(unequal, unequal.labels)[0] for _ in range(2))
    other = clone(sampler).set_params(random_state=1).fit_resample(unequal, unequal.labels)[0]
    assert first == second
    assert first != other


@SAMPLERS
def test_nothing_to_make(sampler, unequal):
    rare = unequal[9:]
    X, y = sampler.fit_resample(rare, rare.labels)
    assert X == rare
    assert sampler.groups_.tolist() == [0, 1, 2]


@SAMPLERS
def test_missing_labels_are_refused(sampler, unequal):
    with pytest.raises(ValueError, match="positions 3"):
        sampler.fit_resample(unequal, [*["A"] * 3, None, *["B"] * 8])


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("auto", {"B": 3, "C": 4}),
        ("not majority", {"B": 3, "C": 4}),
        ("not minority", {"B": 3}),
        ("minority", {"C": 4}),
        ("all", {"B": 3, "C": 4}),
        ({"C": 3}, {"C": 2}),
        ({"A": 7, "B": 2}, {"A": 2}),
        (lambda y: {"B": (y == "A").sum()}, {"B": 3}),
    ],
)
def test_strategy(strategy, expected):
    y = np.array(["A"] * 5 + ["B"] * 2 + ["C"])
    assert stars_to_make(y, strategy) == expected


@pytest.mark.parametrize(("ratio", "expected"), [(0.5, {}), (0.625, {"B": 1}), (1, {"B": 4})])
def test_a_number_is_the_ratio_of_two_classes(ratio, expected):
    assert stars_to_make(np.array(["A"] * 8 + ["B"] * 4), ratio) == expected


@pytest.mark.parametrize("ratio", [-1.0, 0, 0.49, 1.01])
def test_a_ratio_below_the_present_one_or_above_one_is_refused(ratio):
    with pytest.raises(ValueError, match="must be between the present ratio 0.5 and 1"):
        stars_to_make(np.array(["A"] * 8 + ["B"] * 4), ratio)


def test_strategy_agrees_with_imbalanced_learn():
    imblearn = pytest.importorskip("imblearn.utils")
    y = np.array(["A"] * 7 + ["B"] * 4 + ["C"] * 2)
    two = y[y != "C"]
    for strategy in ("auto", "not majority", "not minority", "minority", "all", {"C": 6}):
        theirs = imblearn.check_sampling_strategy(strategy, y, "over-sampling")
        assert stars_to_make(y, strategy) == {k: v for k, v in theirs.items() if v}
    theirs = imblearn.check_sampling_strategy(0.9, two, "over-sampling")
    assert stars_to_make(two, 0.9) == dict(theirs)


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ("most", "must be one of"),
        ({"D": 3}, "no star"),
        ({"A": 2}, "removes none"),
        ({"C": 2.5}, "whole"),
        (0.5, "two classes"),
        (None, "must be one of"),
    ],
)
def test_wrong_strategies(strategy, message):
    with pytest.raises(ValueError, match=message):
        stars_to_make(np.array(["A"] * 5 + ["B"] * 2 + ["C"]), strategy)


class Recorder(ClassifierMixin, BaseEstimator):
    """A classifier that notes which stars it was trained and tested on."""

    seen = []

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.trained_ = X.ids
        return self

    def predict(self, X):
        # The parent's name stands before the stroke.
        Recorder.seen.append(([i.partition("/")[0] for i in self.trained_], X.ids.tolist()))
        return np.full(len(X), self.classes_[0])


@SAMPLERS
def test_no_copy_of_a_test_star_is_ever_in_training(sampler, unequal):
    Recorder.seen.clear()
    pipe = TransferPipeline([("sampler", sampler), ("classifier", Recorder())])
    cross_val_score(pipe, unequal, unequal.labels.astype(str), cv=StratifiedKFold(3))
    assert len(Recorder.seen) == 3
    for parents, tested in Recorder.seen:
        # Stars were made in the fold, and prediction made none.
        assert len(parents) > len(set(parents)) == 8
        assert len(tested) == 4
        assert not set(parents) & set(tested)


def test_resampling_before_the_split_would_be_noticed(unequal):
    """The proof above can fail: with stars made beforehand, copies of test stars are trained on."""
    Recorder.seen.clear()
    X, y = RASLE(random_state=0).fit_resample(unequal, unequal.labels)
    cross_val_score(Recorder(), X, y.astype(str), cv=StratifiedKFold(3))
    assert any({i.partition("/")[0] for i in t} & set(p) for p, t in Recorder.seen)


def test_light_curve_samplers_before_the_features(make_pulsators):
    X = make_pulsators(20, 6)
    y = X.labels.astype(str)
    pipe = make_transfer_pipeline(
        RASLE(random_state=0),
        LightCurveFeatures(["weighted_std", "period"]),
        LogisticRegression(),
    )
    assert cross_val_score(pipe, X, y, cv=3, scoring="balanced_accuracy").mean() > 0.9
    assert pipe.fit(X, y).predict(X).shape == (26,)


def test_new_stars_have_their_parents_weight(unequal):
    class Weighted(Recorder):
        def fit(self, X, y, sample_weight):
            self.weight_ = sample_weight
            return super().fit(X, y)

    weight = np.arange(12.0)
    sampler = RASLE(random_state=0)
    pipe = TransferPipeline([("sampler", sampler), ("classifier", Weighted())])
    pipe.fit(unequal, unequal.labels.astype(str), sample_weight=weight)
    np.testing.assert_array_equal(pipe[-1].weight_, weight[sampler.groups_])


def test_samplers_of_imbalanced_learn_after_the_features(make_pulsators):
    over_sampling = pytest.importorskip("imblearn.over_sampling")
    X = make_pulsators(20, 8)
    y = X.labels.astype(str)
    seen = []

    class Counting(LogisticRegression):
        def fit(self, X, y):
            seen.append(np.unique(y, return_counts=True)[1].tolist())
            return super().fit(X, y)

    pipe = make_transfer_pipeline(
        LightCurveFeatures(["weighted_std", "period"]),
        over_sampling.SMOTE(k_neighbors=2, random_state=0),
        Counting(),
    )
    scores = cross_val_score(pipe, X, y, cv=StratifiedKFold(4), scoring="balanced_accuracy")
    assert seen == [[15, 15]] * 4
    assert scores.mean() > 0.9


@SAMPLERS
def test_identifiers_stay_distinct_when_stars_are_made_twice(sampler, unequal):
    X, y = sampler.fit_resample(unequal, unequal.labels)
    more = {name: count + 4 for name, count in zip(*np.unique(y, return_counts=True), strict=True)}
    again, _ = clone(sampler).set_params(sampling_strategy=more).fit_resample(X, y)
    assert len(again) == 26 and len(set(again.ids.tolist())) == 26
    # Numbers go on where the first run ended.
    suffix = X.ids[12].partition("/")[2].rstrip("12")
    assert new_ids(["a", "b", "a"], suffix, [f"a/{suffix}1", f"a/{suffix}3"]) == [
        f"a/{suffix}2", f"b/{suffix}1", f"a/{suffix}4",
    ]  # fmt: skip


@SAMPLERS
def test_a_failed_run_leaves_the_sampler_as_it_was(sampler, unequal):
    sampler = clone(sampler)
    sampler.fit_resample(unequal, unequal.labels)
    groups, made = sampler.groups_, dict(sampler.sampling_strategy_)
    broken = unequal.replace(magerr=np.full(unequal.time.size, np.nan), mag=unequal.mag * np.nan)
    with pytest.raises(ValueError, match="star"):
        sampler.fit_resample(broken[[0, 1, 9, 10, 11]], ["A", "B", "B", "B", "B"])
    assert sampler.groups_ is groups and sampler.sampling_strategy_ == made


@pytest.mark.parametrize(
    "sampler", [RASLE(random_state="x"), GPAugmenter(kernel="x"), CadenceResampler(n_copies=0)]
)
def test_parameters_are_checked_in_fit(sampler, unequal):
    with pytest.raises(ValueError, match="parameter"):
        sampler.fit(unequal, unequal.labels)
