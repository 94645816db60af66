"""The parts of DomainAdapter, where what is right is known in closed form."""

import numpy as np
import pytest
import torch
from scipy.special import ndtr, softmax

from sklearn_vartl import TransferMLPClassifier
from sklearn_vartl.adaptation import (
    Aligned,
    DomainAdapter,
    SourceHead,
    _domain_auc,
    _label_shift,
    _linear,
    harm,
    renormalised,
)
from sklearn_vartl.network import initial_weights, network_embedding, replace_head


class Told:
    """A source whose embedding is X, and which takes X's columns for the logarithms of its odds."""

    classes_ = np.array(["A", "B", "C"])

    def embed(self, X):
        return X

    def predict_proba(self, X):
        return softmax(X, axis=1)


def one_hot(counts):
    """Stars of which a source of the kind above is sure."""
    return 100.0 * np.repeat(np.eye(3), counts, axis=0)


@pytest.mark.parametrize("shift", [0.0, 0.8])
def test_surveys_are_told_apart_as_well_as_normal_deviates_at_that_distance(shift, rng):
    X_source, X = rng.normal(size=(2000, 2)), rng.normal(size=(1500, 2)) + [shift, 0.0]
    # A star without features is no way of telling surveys apart, nor an error.
    X[0] = np.nan
    found = _domain_auc(Told(), X, X_source, 0)
    assert found == pytest.approx(ndtr(shift / np.sqrt(2)), abs=0.04)


def test_sorted_surveys_are_told_apart_as_well_as_others(rng):
    """By class, as tables often are: each fold would have learned from other classes than it is judged on."""
    X_source, X = (
        one_hot(counts) + rng.normal(size=(200, 3)) for counts in ([80, 60, 60], [20, 60, 120])
    )
    X[:, 0] += 30
    mixed = rng.permutation(200)
    found = [_domain_auc(Told(), X[rows], X_source[rows], 0) for rows in (mixed, np.arange(200))]
    assert min(found) > 0.6


def test_stars_that_would_have_to_change_class_by_hand():
    X_source, y_source = one_hot([5, 3, 2]), np.repeat(["A", "B", "C"], [5, 3, 2])
    # Three in ten for one, one in ten for the other.
    aligned = Told()
    aligned.predict_proba = lambda X: np.tile([0.4, 0.3, 0.3], (len(X), 1))
    found = _label_shift(aligned, Told(), one_hot([2, 3, 5]), X_source, y_source)
    assert found == pytest.approx((0.3 + 0.1) / 2, abs=1e-6)
    # Half of the A are called B: the predictions of 40% and 60% are 80% and 20% of stars.
    said = np.repeat([[1.0, 0, 0], [0, 1.0, 0]], [4, 6], axis=0)
    confused = Told()
    confused.predict_proba = lambda X: said[: len(X)]
    y_source = np.repeat(["A", "B"], [8, 2])
    assert _label_shift(confused, confused, said, said, y_source) == pytest.approx(0, abs=1e-6)
    flipped = Told()
    flipped.predict_proba = lambda X: said if len(X) == 10 else np.tile([[0.25, 0.75, 0]], (3, 1))
    # A quarter says A, so that half are A.
    shift = _label_shift(flipped, flipped, said[:3], said, y_source)
    assert shift == pytest.approx(0.3, abs=1e-6)


def test_of_a_survey_with_the_same_stars_nothing_is_lost_and_the_reasons_say_why(rng):
    """Embeddings are the same; batch normalisation has nothing to learn where there is none."""
    X_source = one_hot([40, 30, 30]) + rng.normal(size=(100, 3))
    y_source = np.repeat(["A", "B", "C"], [40, 30, 30])

    class Source(Told):
        def _renormalised(self, X):
            return self

    X = one_hot([10, 30, 60]) + rng.normal(size=(100, 3)) + [30.0, 0.0, 0.0]
    adapter = DomainAdapter(Source(), method="batchnorm")
    checks, reasons = harm(adapter, Aligned(Source()), Source(), 0, X, X_source, y_source)
    assert checks["loss_without_shift"] == 0
    assert checks["label_shift"] == pytest.approx(0.3, abs=1e-6)
    (reason,) = reasons
    assert reason.startswith("About 30% of the stars would have to change class")
    # The same survey again: nothing to adapt, and that alone.
    checks, reasons = harm(adapter, Aligned(Source()), Source(), 0, X_source, X_source, y_source)
    (reason,) = reasons
    assert reason.startswith("The surveys cannot be told apart (AUC 0.")
    assert checks["label_shift"] == pytest.approx(0, abs=1e-6)


def test_what_a_method_costs_is_measured_on_stars_it_has_not_seen(rng):
    """A source that is always right; once adapted it answers at random: all is lost."""
    X, y = one_hot([60, 60, 60]), np.repeat(["A", "B", "C"], 60)
    X += np.arange(180)[:, None] / 100
    seen = []

    class Source(Told):
        def _renormalised(self, X):
            seen.append(X)
            return Wrong()

    class Wrong(Told):
        def predict_proba(self, X):
            seen.append(X)
            return np.tile([1.0, 0, 0], (len(X), 1))

    source = Source()
    far = X[::-1] + [0, 0, 500.0]
    checks, reasons = harm(
        DomainAdapter(source, method="batchnorm"), Aligned(source), source, 0, far, X, y
    )
    # Correlations of one and of zero.
    assert checks["loss_without_shift"] == pytest.approx(1.0)
    assert reasons[0].endswith("'batchnorm' costs 1.000 MCC.")
    play, test = seen
    assert len(play) == len(test) == 60
    assert not np.isin(play[:, 0], test[:, 0]).any()


def test_normalised_activations_have_the_mean_and_spread_that_were_learned(rng):
    member = initial_weights(4, (6, 5), np.ones(3), rng)
    for k, width in enumerate((6, 5)):
        member[f"backbone.{k}.norm.weight"] = rng.uniform(0.5, 2, width).astype(np.float32)
        member[f"backbone.{k}.norm.bias"] = rng.normal(size=width).astype(np.float32)
    X = 30 * rng.normal(size=(400, 4)) + 5
    adapted = renormalised(member, X)
    for depth in (1, 2):
        # The networks of one and of two layers.
        part = {name: w for name, w in adapted.items() if depth == 2 or "backbone.1" not in name}
        width = (6, 5)[depth - 1]
        E = network_embedding(replace_head(part, np.zeros((3, width)), np.zeros(3)), X)
        layer = f"backbone.{depth - 1}.norm"
        fires = adapted[f"{layer}.running_var"] > 0.1
        assert fires.sum() >= 3
        np.testing.assert_allclose(E.mean(axis=0), member[f"{layer}.bias"], atol=1e-3)
        spread = E.std(axis=0)[fires]
        np.testing.assert_allclose(spread, member[f"{layer}.weight"][fires], rtol=1e-3)
    # What was learned from labels stays.
    assert all(adapted[name] is w for name, w in member.items() if "running" not in name)


def test_layers_start_as_torchs_own():
    """Uniform within one over the square root of the number of inputs, weights and biases."""
    layer = _linear(16, 5000, torch.Generator().manual_seed(0))
    own = torch.nn.Linear(16, 5000)
    for values, expected in ((layer.weight, own.weight), (layer.bias, own.bias)):
        values, expected = values.detach().numpy(), expected.detach().numpy()
        for share in (0.0, 0.1, 0.5, 0.9, 1.0):
            assert np.quantile(values, share) == pytest.approx(
                np.quantile(expected, share), abs=0.02
            )


def test_a_head_answers_as_the_source_and_shrinks_by_one_star(rng):
    """Ridge regression with a penalty of one, solved by its normal equations."""
    Z, classes = rng.normal(size=(30, 3)), Told.classes_
    proba = softmax(Z @ rng.normal(size=(3, 3)) + [0.3, 0.0, -1.0], axis=1)
    proba[0] = [0.0, 0.25, 0.75]
    target = np.log(np.maximum(proba, 1e-6))
    centred = Z - Z.mean(axis=0)
    slope = np.linalg.solve(centred.T @ centred + np.eye(3), centred.T @ (target - target.mean(0)))
    expected = softmax(centred @ slope + target.mean(axis=0), axis=1)
    np.testing.assert_allclose(SourceHead(Z, proba, classes).predict_proba(Z), expected)


@pytest.mark.filterwarnings("ignore:.*Adapted all the same:UserWarning")
def test_ten_stars_are_enough():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 2)), np.arange(40) % 2
    source = TransferMLPClassifier((4,), n_estimators=1, min_steps=1, max_epochs=1, random_state=0)
    adapter = DomainAdapter(source.fit(X, y), when_harmful="adapt", random_state=0)
    for target, known in ((9, 40), (40, 9)):
        with pytest.raises(ValueError, match="at least ten stars"):
            adapter.fit(X[:target], X_source=X[:known], y_source=y[:known])
    assert adapter.fit(X[:10] + 9, X_source=X[:10], y_source=y[:10]).adapted_
