"""DomainAdapter: adaptation without labels of the target."""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_vartl import TransferMLPClassifier, adaptation, make_transfer_pipeline
from sklearn_vartl.adaptation import Coral, DomainAdapter
from sklearn_vartl.images import TransferImageClassifier

METHODS = ["batchnorm", "coral", "autoencoder"]


def stars(n=600, seed=0):
    """Three classes that differ in two of four features."""
    rng = np.random.default_rng(seed)
    y = np.array(["A", "B", "C"])[rng.integers(3, size=n)]
    X = rng.normal(size=(n, 4))
    X[:, 0] += 3 * (y == "A") - 3 * (y == "B")
    X[:, 1] += 3 * (y == "C")
    return X, y


def seen_elsewhere(X):
    """Another zero point and scale."""
    return 1.6 * X + np.array([2.5, -1.5, 1.0, 0.0])


@pytest.fixture(scope="module")
def source():
    return TransferMLPClassifier((16, 8), n_estimators=2, random_state=0).fit(*stars())


def adapter(source, method, **parameters):
    return DomainAdapter(source, method=method, random_state=0, **parameters)


@pytest.mark.filterwarnings("ignore:.*Adapted all the same:UserWarning")
@pytest.mark.parametrize("method", METHODS)
def test_adaptation_recovers_a_third_of_what_the_shift_costs(source, method):
    X_source, y_source = stars()
    X, y = stars(seed=1)
    X = seen_elsewhere(X)
    before = source.score(X[300:], y[300:])
    model = adapter(source, method, when_harmful="adapt")
    model.fit(X[:300], X_source=X_source, y_source=y_source)
    best = TransferMLPClassifier((16, 8), n_estimators=2, random_state=0).fit(X[:300], y[:300])
    best = best.score(X[300:], y[300:])
    assert best > before + 0.08
    assert model.adapted_ and model.score(X[300:], y[300:]) > (2 * before + best) / 3
    assert model.checks_["domain_auc"] > 0.8


@pytest.mark.parametrize("method", METHODS)
def test_labels_of_the_target_are_not_read(source, method):
    X_source, y_source = stars()
    X, y = stars(seed=1)
    X = seen_elsewhere(X)
    options = {"X_source": X_source, "y_source": y_source}
    with_y, without = (
        adapter(source, method, max_loss=1.0).fit(X, labels, **options) for labels in (y, None)
    )
    assert np.array_equal(with_y.predict_proba(X), without.predict_proba(X))


@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_adapted_where_there_is_no_shift(source, method):
    X, y = stars(seed=1)
    model = adapter(source, method, max_loss=1.0)
    with pytest.warns(UserWarning, match="nothing to adapt.*stays as it is"):
        model.fit(X, X_source=stars()[0], y_source=stars()[1])
    assert not model.adapted_ and model.checks_["domain_auc"] < 0.55
    assert np.array_equal(model.predict_proba(X), source.predict_proba(X))
    assert np.array_equal(model.embed(X), source.embed(X))


def test_label_shift_is_noticed(source):
    X, y = stars(1500, seed=1)
    X = X[(y == "A") | (np.arange(1500) % 10 == 0)]
    model = adapter(source, "coral", max_loss=1.0)
    with pytest.warns(UserWarning, match="class shares"):
        model.fit(X, X_source=stars()[0], y_source=stars()[1])
    assert not model.adapted_ and model.checks_["label_shift"] > 0.2


def test_adapting_all_the_same_hurts_as_foretold(source):
    X, y = stars(1500, seed=1)
    few = (y == "A") | (np.arange(1500) % 10 == 0)
    model = adapter(source, "coral", when_harmful="adapt")
    with pytest.warns(UserWarning, match="Adapted all the same"):
        model.fit(X[few], X_source=stars()[0], y_source=stars()[1])
    assert model.adapted_ and model.score(X[few], y[few]) < source.score(X[few], y[few])


def test_embed_is_aligned(source):
    X_source, y_source = stars()
    X = seen_elsewhere(stars(seed=1)[0])
    model = adapter(source, "coral", max_loss=1.0).fit(X, X_source=X_source, y_source=y_source)
    E = model.embed(X)
    assert np.abs(E.mean(axis=0)).max() < 1e-6
    model = adapter(source, "autoencoder", n_components=5, max_loss=1.0)
    assert model.fit(X, X_source=X_source, y_source=y_source).embed(X).shape == (600, 5)


@pytest.mark.parametrize("method", METHODS)
def test_source_and_data_are_not_changed(source, method):
    X_source, y_source = stars()
    X = seen_elsewhere(stars(seed=1)[0])
    X.flags.writeable = X_source.flags.writeable = False
    before = deepcopy(source)
    adapter(source, method, max_loss=1.0).fit(X, X_source=X_source, y_source=y_source)
    assert np.array_equal(source.predict_proba(X), before.predict_proba(X))


@pytest.mark.filterwarnings("ignore:.*stays as it is:UserWarning")
@pytest.mark.parametrize("method", [*METHODS, "skipped"])
def test_a_fitted_adapter_does_not_follow_its_source(source, method):
    X_source, y_source = stars()
    X = seen_elsewhere(stars(seed=1)[0])
    own = deepcopy(source)
    # Without any shift nothing is adapted: the source's own answers count.
    target = X_source if method == "skipped" else X
    model = adapter(own, METHODS[1] if method == "skipped" else method, max_loss=1.0)
    model.fit(target, X_source=X_source, y_source=y_source)
    assert model.adapted_ == (method != "skipped")
    proba, embedding = model.predict_proba(X), model.embed(X)
    own.partial_fit_target(X[:60], np.where(y_source[:60] == "A", "D", "E"))
    assert model.classes_.tolist() == ["A", "B", "C"]
    assert np.array_equal(model.predict_proba(X), proba)
    assert np.array_equal(model.embed(X), embedding)
    # Nor does the source follow its adapter.
    again = deepcopy(own)
    model.source_.partial_fit_target(X[:60], y_source[:60])
    assert np.array_equal(own.predict_proba(X), again.predict_proba(X))


def test_a_fit_that_fails_leaves_the_fitted_adapter_as_it_was(source):
    X_source, y_source = stars()
    X = seen_elsewhere(stars(seed=1)[0])
    model = adapter(source, "coral", max_loss=1.0).fit(X, X_source=X_source, y_source=y_source)
    before = model.predict_proba(X)
    pipeline = make_pipeline(StandardScaler(), source).fit(X_source, y_source)
    model.set_params(source=make_transfer_pipeline(pipeline[0], source), method="batchnorm")
    with pytest.raises(ValueError, match="needs a TransferMLPClassifier"):
        model.fit(X, X_source=X_source, y_source=y_source)
    assert np.array_equal(model.predict_proba(X), before)


def test_random_numbers_of_torch_are_the_callers_own(source, monkeypatch):
    """Same results in threads as one after the other, and the caller's stream goes on as it was."""
    monkeypatch.setattr(adaptation, "_STEPS", 60)
    X_source, y_source = stars(240)
    X = seen_elsewhere(stars(240, seed=1)[0])

    def probabilities(seed):
        model = DomainAdapter(source, method="autoencoder", max_loss=1.0, random_state=seed)
        return model.fit(X, X_source=X_source, y_source=y_source).predict_proba(X)

    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    expected = [probabilities(seed) for seed in (0, 1)]
    assert torch.equal(torch.random.get_rng_state(), before)
    # The caller's seed decides nothing, another `random_state` does.
    torch.manual_seed(4)
    assert np.array_equal(probabilities(0), expected[0])
    assert not np.array_equal(expected[0], expected[1])
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(probabilities, [0, 1, 0, 1]))
    for k in range(4):
        assert np.array_equal(found[k], expected[k % 2])


def test_coral_gives_the_source_s_mean_and_covariance():
    rng = np.random.default_rng(0)
    mix = rng.normal(size=(3, 3))
    source_rows, target = rng.normal(size=(4000, 3)) @ mix + 2.0, rng.normal(size=(3000, 3)) - 1.0
    moved = Coral(source_rows, target)(target)
    assert np.allclose(moved.mean(axis=0), source_rows.mean(axis=0))
    # But for the ridge, which is small beside the variances.
    far = np.abs(np.cov(moved.T) - np.cov(source_rows.T)).max()
    assert far < 0.05 * np.trace(np.cov(source_rows.T)) / 3


def test_an_axis_without_variance_does_not_explode():
    """A unit that never fires in one survey: its rows stay in the source's range."""
    rng = np.random.default_rng(0)
    source_rows, target = rng.normal(size=(200, 4)), rng.normal(size=(200, 4))
    target[:, 2] = 0.5
    view = Coral(source_rows, target)
    assert np.abs(view(target)).max() < 8
    # The next star has a little of it: a hundredth of the other axes' scatter.
    other = target.copy()
    other[:, 2] += 0.01
    assert np.abs(view(other) - view(target)).max() < 0.2
    constant = np.ones((50, 2))
    assert np.isfinite(Coral(constant, constant)(constant)).all()


def test_shares_where_a_class_is_missing_among_the_source_stars(source):
    """A class of the source that the given stars lack takes no part in the shares."""
    X_source, y_source = stars(900)
    some = y_source != "C"
    X, y = stars(900, seed=1)
    X = seen_elsewhere(X[y != "C"])
    model = adapter(source, "coral", max_loss=1.0)
    model.fit(X, X_source=X_source[some], y_source=y_source[some])
    assert model.checks_["label_shift"] < 0.1


def test_own_classifier_that_knows_fewer_classes(source):
    X_source, y_source = stars(900)
    some = y_source != "B"
    X, y = stars(900, seed=1)
    X, y = seen_elsewhere(X)[y != "B"], y[y != "B"]
    model = adapter(source, "coral", classifier=LogisticRegression(), max_loss=1.0)
    model.fit(X, X_source=X_source[some], y_source=y_source[some])
    assert (model.predict_proba(X)[:, 1] == 0).all()
    assert model.score(X, y) > 0.9


def test_clone_and_repeat(source):
    X_source, y_source = stars()
    X = seen_elsewhere(stars(seed=1)[0])
    model = adapter(FrozenEstimator(source), "autoencoder", max_loss=1.0)
    X, X_source, y_source = X[:200], X_source[:200], y_source[:200]
    one, two = (clone(model).fit(X, X_source=X_source, y_source=y_source) for _ in range(2))
    assert np.array_equal(one.predict_proba(X), two.predict_proba(X))


def test_star_without_features(source):
    X_source, y_source = stars()
    X = seen_elsewhere(stars(seed=1)[0])
    model = adapter(source, "coral", max_loss=1.0).fit(X, X_source=X_source, y_source=y_source)
    nothing = np.vstack([np.full((1, 4), np.nan), X[:2]])
    assert np.array_equal(model.predict_proba(nothing)[0], source.predict_proba(nothing)[0])


@pytest.mark.filterwarnings("ignore:.*Adapted all the same:UserWarning")
@pytest.mark.parametrize("method", METHODS)
def test_images(method):
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = rng.normal(0, 0.5, (200, 8, 8))
    X[y == 1, :4] += 1.5
    source = TransferImageClassifier(channels=(8,), min_steps=60, random_state=0).fit(X, y)
    target = 2.0 * X + 1.5
    model = adapter(source, method, when_harmful="adapt").fit(target, X_source=X, y_source=y)
    assert model.score(target, y) > max(0.9, source.score(target, y) - 0.01)


def test_errors(source):
    X, y = stars(60)
    with pytest.raises(ValueError, match="does not know the classes"):
        DomainAdapter(source).fit(X, X_source=X, y_source=np.where(y == "A", "D", y))
    with pytest.raises(ValueError, match="ten stars"):
        DomainAdapter(source).fit(X[:5], X_source=X, y_source=y)
    with pytest.raises(ValueError, match="missing labels"):
        DomainAdapter(source).fit(X, X_source=X, y_source=[None, *y[1:]])
    with pytest.raises(ValueError, match="source"):
        DomainAdapter(object()).fit(X, X_source=X, y_source=y)
