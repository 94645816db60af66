"""TransferPipeline: steps, weights, samplers, forwarding."""

import inspect
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_vartl.preprocessing import FeatureScaler
from sklearn_vartl.transfer import (
    FineTunedClassifier,
    TransferMLPClassifier,
    TransferPipeline,
    make_transfer_pipeline,
)


class Doubler(BaseEstimator):
    """A sampler that takes the first stars twice and tells so."""

    def fit_resample(self, X, y):
        index = np.r_[np.arange(len(y)), np.arange(10)]
        self.sample_indices_ = index
        return X[index], np.asarray(y)[index]


class Maker(BaseEstimator):
    """A sampler that makes a star."""

    def fit_resample(self, X, y):
        return np.vstack([X, X[:1] + 0.1]), np.append(y, y[:1])


class Counter(TransformerMixin, BaseEstimator):
    """Counts what it is asked to do."""

    fits, transforms = 0, 0

    def fit(self, X, y=None):
        self.fits, self.mean_ = self.fits + 1, np.mean(X, axis=0)
        return self

    def transform(self, X):
        self.transforms += 1
        return X - self.mean_


@pytest.fixture
def mlp(quick):
    return TransferMLPClassifier(**quick)


def test_a_warning_points_at_the_users_line_however_deep_it_arises(mlp, data):
    source = FrozenEstimator(make_transfer_pipeline(Counter(), mlp).fit(*data.source))
    with pytest.warns(UserWarning, match="the model calls every star so") as told:
        FineTunedClassifier(source).fit(data.target[0][:1], data.target[1][:1])
    assert told[0].filename == __file__


def test_fine_tuning_transforms_with_the_steps_of_the_source(mlp, data):
    pipe = make_transfer_pipeline(Counter(), mlp).fit(*data.source)
    counter = pipe.named_steps["counter"]
    centre = counter.mean_.copy()
    assert pipe.partial_fit_target(*data.target) is pipe
    assert counter.fits == 1
    np.testing.assert_array_equal(counter.mean_, centre)
    by_hand = clone(mlp).fit(data.source[0] - centre, data.source[1])
    by_hand.partial_fit_target(data.target[0] - centre, data.target[1])
    np.testing.assert_array_equal(
        pipe.predict_proba(data.test[0]), by_hand.predict_proba(data.test[0] - centre)
    )


class Plain(BaseEstimator):
    """A transformer with `fit` and `transform` alone, and no names of features."""

    def fit(self, X, y=None):
        self.mean_ = np.mean(X, axis=0)
        return self

    def transform(self, X):
        return X - self.mean_


def test_a_step_needs_fit_and_transform_alone(mlp, data):
    X, y = data.source
    pipe = make_transfer_pipeline(Plain(), mlp).fit(X, y)
    alone = clone(mlp).fit(X - X.mean(axis=0), y)
    np.testing.assert_array_equal(pipe.predict_proba(X), alone.predict_proba(X - X.mean(axis=0)))
    # A feature without a name is called by its position, through a fine-tuned copy as well.
    shifted = X + np.array([0, 0, 30, 0])
    assert pipe.drift_test(shifted).feature == 2
    tuned = FineTunedClassifier(FrozenEstimator(pipe)).fit(X, y)
    assert tuned.drift_test(shifted).feature == 2


def test_is_a_scikit_learn_pipeline(mlp, data):
    pipe = make_transfer_pipeline(StandardScaler(), "passthrough", StandardScaler(), mlp)
    assert isinstance(pipe, Pipeline)
    assert "StandardScaler" in pipe._repr_html_()
    pipe.set_params(transfermlpclassifier__max_epochs=3)
    pipe = clone(pipe).fit(*data.source)
    assert pipe[-1].max_epochs == 3
    assert pipe.classes_.tolist() == ["EC", "ED", "LPV", "RRAB"]
    assert pipe.n_features_in_ == 4
    assert pipe.score(*data.source) > 0.5
    assert isinstance(pipe[:3], TransferPipeline)
    # What comes after a step that is passed over is fitted.
    scaled = StandardScaler().fit(data.source[0]).transform(data.test[0])
    np.testing.assert_allclose(pipe[:3].transform(data.test[0]), scaled, atol=1e-12)
    again = pickle.loads(pickle.dumps(pipe))
    np.testing.assert_array_equal(again.predict(data.test[0]), pipe.predict(data.test[0]))


def test_forwarded_methods_and_attributes(mlp, data):
    pipe = make_transfer_pipeline(StandardScaler(), mlp).fit(*data.source)
    before = pipe.predict_proba(data.test[0])
    pipe.partial_fit_target(*data.target)
    Z = pipe[0].transform(data.test[0])
    np.testing.assert_array_equal(pipe.embed(data.test[0]), pipe[-1].embed(Z))
    gaps = np.vstack([data.test[0][:2], np.full(4, np.nan)])
    assert pipe.flag_missing(gaps).tolist() == [False, False, True]
    assert pipe.is_transferred_
    assert pipe.source_classes_.tolist() == ["EC", "ED", "LPV", "RRAB"]
    assert pipe.reset_to_source() is pipe
    np.testing.assert_array_equal(pipe.predict_proba(data.test[0]), before)


def test_methods_the_last_step_lacks_are_not_there(data):
    pipe = make_transfer_pipeline(StandardScaler(), LogisticRegression())
    for name in ("partial_fit_target", "embed", "flag_missing", "reset_to_source", "predict_set"):
        assert not hasattr(pipe, name), name
    assert not hasattr(pipe, "transform")
    assert pipe.fit(*data.source).score(*data.source) > 0.9


def test_sample_weight_reaches_the_last_step_in_both_calls(mlp, survey):
    X, _ = survey(["EC"], 60, 3)
    X, y = np.repeat(X, 2, axis=0), np.tile(["EC", "ED"], 60).astype(object)
    for heavy, light in (("EC", "ED"), ("ED", "EC")):
        weight = np.where(y == heavy, 1.0, 0.001)
        # Long enough to unlearn the labels of the first call, which the second one contradicts.
        network = clone(mlp).set_params(min_steps=400, weight_decay=0.01)
        pipe = make_transfer_pipeline(StandardScaler(), network)
        assert (pipe.fit(X, y, sample_weight=weight).predict(X) == heavy).all()
        weight = np.where(y == light, 1.0, 0.001)
        assert (pipe.partial_fit_target(X, y, sample_weight=weight).predict(X) == light).all()


def test_arguments_of_a_step(mlp, data):
    pipe = make_transfer_pipeline(StandardScaler(), mlp)
    weight = np.where(data.source[1] == "EC", 3.0, 1.0)
    pipe.fit(*data.source, standardscaler__sample_weight=weight)
    expected = np.average(data.source[0], axis=0, weights=weight)
    np.testing.assert_allclose(pipe[0].mean_, expected)
    with pytest.raises(ValueError, match="step__argument.*'standardscaler'"):
        pipe.fit(*data.source, weights=weight)


def test_samplers_run_in_fitting_only(mlp, data):
    pipe = make_transfer_pipeline(StandardScaler(), Doubler(), mlp).fit(*data.source)
    Z = StandardScaler().fit_transform(data.source[0])
    index = np.r_[np.arange(400), np.arange(10)]
    expected = clone(mlp).fit(Z[index], data.source[1][index])
    np.testing.assert_array_equal(pipe.predict_proba(data.source[0]), expected.predict_proba(Z))
    pipe.partial_fit_target(*data.target)
    assert len(pipe[1].sample_indices_) == len(data.target[1]) + 10
    assert pipe.predict(data.test[0]).shape == (400,)


def test_weights_follow_the_stars_through_a_sampler(mlp, data):
    weight = np.linspace(0.5, 2, 400)
    pipe = make_transfer_pipeline(Doubler(), mlp).fit(*data.source, sample_weight=weight)
    index = np.r_[np.arange(400), np.arange(10)]
    expected = clone(mlp).fit(
        data.source[0][index], data.source[1][index], sample_weight=weight[index]
    )
    np.testing.assert_array_equal(
        pipe.predict_proba(data.test[0]), expected.predict_proba(data.test[0])
    )
    with pytest.raises(ValueError, match="'maker'.*no sample_weight"):
        make_transfer_pipeline(Maker(), mlp).fit(*data.source, sample_weight=weight)
    with pytest.raises(ValueError, match="sample_weight"):
        make_transfer_pipeline(Doubler(), mlp).fit(*data.source, sample_weight=np.ones(401))


def test_unlabelled_stars_are_transformed_too(mlp, data):
    pipe = make_transfer_pipeline(StandardScaler(), mlp).fit(*data.source)
    by_hand = pickle.loads(pickle.dumps(pipe[-1]))
    pipe.partial_fit_target(
        *data.target, X_unlabelled=data.test[0], classes=pipe.classes_.tolist() + ["ESD"]
    )
    Z = pipe[0].transform
    by_hand.partial_fit_target(
        Z(data.target[0]),
        data.target[1],
        X_unlabelled=Z(data.test[0]),
        classes=["EC", "ED", "ESD", "LPV", "RRAB"],
    )
    np.testing.assert_array_equal(
        pipe.predict_proba(data.test[0]), by_hand.predict_proba(Z(data.test[0]))
    )


def test_a_frozen_last_step_is_refused_and_unchanged(mlp, data):
    mlp.fit(*data.source)
    before = mlp.predict_proba(data.test[0])
    pipe = make_transfer_pipeline(FunctionTransformer(), FrozenEstimator(mlp))
    with pytest.raises(TypeError, match=r"frozen.*FineTunedClassifier\(FrozenEstimator"):
        pipe.partial_fit_target(*data.target)
    with pytest.raises(TypeError, match="frozen"):
        pipe.reset_to_source()
    np.testing.assert_array_equal(mlp.predict_proba(data.test[0]), before)


@pytest.mark.parametrize(
    ("steps", "error", "message"),
    [
        ([], ValueError, "empty"),
        ([("a", LogisticRegression()), ("b", LogisticRegression())], TypeError, "fit_resample"),
        ([("a", StandardScaler()), ("a", LogisticRegression())], ValueError, "not unique"),
        ([("a", StandardScaler), ("b", LogisticRegression())], TypeError, "class"),
    ],
)
def test_wrong_steps_are_refused(steps, error, message, data):
    with pytest.raises(error, match=message):
        TransferPipeline(steps).fit(*data.source)


def test_fitted_transformers_are_cached(mlp, data, tmp_path):
    pipe = make_transfer_pipeline(StandardScaler(), mlp, memory=str(tmp_path))
    first = pipe.fit(*data.source).predict_proba(data.test[0])
    assert not hasattr(pipe.steps[0], "mean_")
    assert any(tmp_path.rglob("output.pkl"))
    np.testing.assert_array_equal(pipe.fit(*data.source).predict_proba(data.test[0]), first)


def test_verbose_prints_the_steps(mlp, data, capsys):
    make_transfer_pipeline(StandardScaler(), mlp, verbose=True).fit(*data.source)
    assert "(step 1 of 2) Processing standardscaler" in capsys.readouterr().out


class Weighed(TransformerMixin, BaseEstimator):
    """Remembers the weights it was given, and counts."""

    def fit(self, X, y=None, sample_weight=None):
        self.weight_, self.asked_ = sample_weight, getattr(self, "asked_", 0)
        return self

    def transform(self, X):
        self.asked_ += 1
        return X


def test_there_is_no_fit_predict(mlp):
    pipe = make_transfer_pipeline(StandardScaler(), mlp)
    assert not hasattr(pipe, "fit_predict")
    with pytest.raises(AttributeError, match="fit and predict"):
        pipe.fit_predict(np.eye(2), [0, 1])


def test_fit_transform_transforms_once(data):
    pipe = make_transfer_pipeline(Weighed(), Counter(), StandardScaler())
    found = pipe.fit_transform(*data.source)
    assert (pipe[0].asked_, pipe[1].transforms, pipe[1].fits) == (1, 1, 1)
    np.testing.assert_array_equal(found, pipe.transform(data.source[0]))
    sampled = make_transfer_pipeline(Doubler(), StandardScaler())
    assert sampled.fit_transform(*data.source).shape == data.source[0].shape
    assert pipe.set_params(standardscaler="passthrough").fit(*data.source) is pipe


def test_steps_learn_themselves_or_with_a_memory_their_copies(data, tmp_path):
    """As in scikit-learn: what is read from a cache must not have changed the caller's step."""
    for memory in (None, str(tmp_path)):
        first = StandardScaler()
        pipe = make_transfer_pipeline(first, LogisticRegression(), memory=memory).fit(*data.target)
        assert (pipe[0] is first) == hasattr(first, "mean_") == (memory is None)
        np.testing.assert_allclose(pipe[0].mean_, data.target[0].mean(axis=0))


def test_weights_go_where_they_were_requested(mlp, data, quick):
    X, y = data.source
    weight = np.where(y == "EC", 5.0, 1.0)
    with config_context(enable_metadata_routing=True):
        wanted = clone(mlp).set_fit_request(sample_weight=True)
        first = Weighed().set_fit_request(sample_weight=True)
        pipe = make_transfer_pipeline(first, wanted).fit(X, y, sample_weight=weight)
        np.testing.assert_array_equal(first.weight_, weight)
        np.testing.assert_allclose(pipe.priors_, clone(mlp).fit(X, y, weight).priors_)
        few = weight[:40] * np.arange(1, 41)
        pipe.partial_fit_target(X[:40], y[:40], sample_weight=few)
        assert pipe.model_.class_count.sum() == pytest.approx(few.sum())
        # A sampler's stars bring their weights along.
        first = Weighed().set_fit_request(sample_weight=True)
        make_transfer_pipeline(Doubler(), first, wanted).fit(X, y, sample_weight=weight)
        assert len(first.weight_) == 410

        unwanted = clone(mlp).set_fit_request(sample_weight=False)
        first = Weighed().set_fit_request(sample_weight=True)
        pipe = make_transfer_pipeline(first, unwanted).fit(X, y, sample_weight=weight)
        np.testing.assert_array_equal(first.weight_, weight)
        np.testing.assert_allclose(pipe.priors_, 0.25)
        pipe.partial_fit_target(X[:40], y[:40], sample_weight=few)
        assert pipe.model_.class_count.sum() == 40
        # As in scikit-learn's own pipelines, weights that nobody wants are an error.
        refused = Weighed().set_fit_request(sample_weight=False)
        with pytest.raises(TypeError, match="not routed to any object"):
            make_transfer_pipeline(refused, unwanted).fit(X, y, sample_weight=weight)

        undecided = make_transfer_pipeline(Weighed().set_fit_request(sample_weight=False), mlp)
        with pytest.raises(UnsetMetadataPassedError, match="set_fit_request"):
            undecided.fit(X, y, sample_weight=weight)
        assert undecided.fit(X, y).score(X, y) > 0.5


def test_what_is_frozen_is_never_fine_tuned(mlp, data):
    mlp.fit(*data.source)
    pipe = make_transfer_pipeline(FunctionTransformer(), mlp)
    known = mlp.model_
    for frozen in (
        FrozenEstimator(mlp),
        FrozenEstimator(pipe),
        FrozenEstimator(FrozenEstimator(mlp)),
    ):
        for method, arguments in {
            "partial_fit_target": data.target,
            "reset_to_source": (),
            "estimate_priors": data.test[:1],
        }.items():
            assert hasattr(frozen, method)
            with pytest.raises(TypeError, match=f"{method} would change .*frozen.*FineTuned"):
                getattr(frozen, method)(*arguments)
        assert (frozen.predict(data.test[0]) == mlp.predict(data.test[0])).all()
    assert mlp.model_ is known
    assert not hasattr(FrozenEstimator(LogisticRegression()), "partial_fit_target")
    # The estimator itself, and what inspects its class, see plain methods.
    assert mlp.partial_fit_target(*data.target).is_transferred_
    assert "X_unlabelled" in inspect.signature(TransferMLPClassifier.partial_fit_target).parameters
    assert TransferPipeline.partial_fit_target.__doc__.startswith("Fine-tune")


def test_a_classifier_that_cannot_be_fine_tuned_says_which_can():
    forest = make_transfer_pipeline(StandardScaler(), RandomForestClassifier(2))
    assert not hasattr(forest, "partial_fit_target") and not hasattr(forest, "colour")
    with pytest.raises(AttributeError, match="RandomForestClassifier, cannot be fine-tuned: Trans"):
        forest.partial_fit_target(np.zeros((4, 2)), ["a", "b"] * 2)


@pytest.mark.parametrize("routing", [False, True])
def test_idle_steps_change_nothing(mlp, data, routing):
    """Nothing goes by the place of a step other than the last."""
    X, y = data.source
    weight = np.linspace(0.5, 2.0, len(y))
    mlp.set_params(min_steps=10)
    answers = []
    with config_context(enable_metadata_routing=routing):
        if routing:
            mlp.set_fit_request(sample_weight=True)
        for idle in ((), ("passthrough", FunctionTransformer(), "passthrough")):
            pipe = make_transfer_pipeline(*idle, FunctionTransformer(np.arctan), *idle, mlp)
            pipe.fit(X, y, sample_weight=weight)
            before = pipe.predict_proba(data.target[0])
            pipe.partial_fit_target(X[:40] + 0.5, y[:40], sample_weight=weight[:40])
            answers.append((before, pipe.predict_proba(data.target[0]), pipe.model_.class_count))
    for alone, among in zip(*answers, strict=True):
        np.testing.assert_array_equal(alone, among)


class Draws:
    """A sampler, which hands out the stars as they are."""

    def fit_resample(self, X, y):
        return X, y


def test_a_feature_has_the_name_that_the_step_before_the_last_gives_it():
    """Whatever stands between them that makes no features; a step without names leaves the position."""
    X = pd.DataFrame({"a": [0.0, 1.0, 3.0], "b": [1.0, 5.0, 2.0]})
    named = FeatureScaler(circular={"b": 2.0}, add_indicator=False).fit(X)
    last = TransferMLPClassifier()
    nothing = [("none", None), ("same", "passthrough"), ("draws", Draws())]
    for between in ([], nothing):
        pipeline = TransferPipeline([("first", named), *between, ("last", last)])
        found = [pipeline._name_of(position) for position in range(3)]
        assert found == named.get_feature_names_out().tolist() and found[0] == "a"
    # The last one that makes features has the say.
    second = FeatureScaler(add_indicator=False).fit(X[["b"]])
    pipeline = TransferPipeline([("first", named), ("second", second), ("last", last)])
    assert pipeline._name_of(0) == "b"
    for steps in ([], nothing, [("plain", Draws())]):
        assert TransferPipeline([*steps, ("last", last)])._name_of(1) == 1


@pytest.mark.parametrize(
    ("name", "value"), [("steps", {"last": 1}), ("memory", 5), ("verbose", "loudly")]
)
def test_parameters_are_checked_by_their_names(mlp, data, name, value):
    pipe = TransferPipeline([("last", mlp)]).set_params(**{name: value})
    with pytest.raises(ValueError, match=f"The '{name}' parameter of TransferPipeline must be"):
        pipe.fit(*data.source)
