"""Fine-tuning every node of a TaxonomyClassifier."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression

from sklearn_vartl import FineTunedClassifier
from sklearn_vartl.taxonomy import TaxonomyClassifier
from sklearn_vartl.transfer import TransferMLPClassifier, make_transfer_pipeline

SHIFT = np.array([0.0, 0.8, 0.0, -0.8])


@pytest.fixture(scope="module")
def mlp():
    return TransferMLPClassifier(
        (16,), n_estimators=1, max_epochs=10, min_steps=60, learning_rate=1e-2, random_state=0
    )


@pytest.fixture(params=["flat", "soft", "hard"])
def source(request, mlp, tree, data):
    return TaxonomyClassifier(mlp, tree, routing=request.param).fit(*data)


def test_every_node_is_fine_tuned(source, stars, data):
    target = {"EC": 15, "ED": 15, "RRAB": 15, "RRC": 15, "LPV": 15}
    test = stars(dict.fromkeys(target, 100), 2, SHIFT)
    before = source.score(*test)
    assert not source.is_transferred_
    assert source.partial_fit_target(*stars(target, 1, SHIFT)) is source
    assert source.is_transferred_
    assert all(model.is_transferred_ for model in source.models_.values())
    assert source.score(*test) > max(before, 0.85)


def test_classes_that_the_target_lacks_leave(source, stars):
    X, y = stars({"EC": 15, "RRAB": 15, "RRC": 15}, 1, SHIFT)
    source.partial_fit_target(X, y)
    assert source.classes_.tolist() == ["EC", "RRAB", "RRC"]
    assert source.predict_proba(X).shape == (45, 3)
    assert source.score(X, y) > 0.8
    assert sorted(source.tree_.children.get("Eclipsing", ())) == ["EC"]
    # A later call adds a class, and does not erase those it lacks.
    X_new, y_new = stars({"ED": 20}, 3, SHIFT)
    source.partial_fit_target(X_new, y_new)
    assert source.classes_.tolist() == ["EC", "ED", "RRAB", "RRC"]
    test = stars({"EC": 60, "ED": 60, "RRAB": 60, "RRC": 60}, 4, SHIFT)
    predicted = source.predict(test[0])
    for name in source.classes_:
        assert np.mean(predicted[test[1] == name] == name) > 0.5, name


def test_classes_by_name_are_kept_alive(source, stars):
    X, y = stars({"EC": 15, "RRAB": 15, "RRC": 15}, 1)
    source.partial_fit_target(X, y, classes=["EC", "ED", "RRAB", "RRC"])
    assert source.classes_.tolist() == ["EC", "ED", "RRAB", "RRC"]
    X, y = stars({"ED": 50}, 5)
    assert source.score(X, y) > 0.7
    with pytest.raises(ValueError, match="LPV"):
        source.partial_fit_target(*stars({"LPV": 5}), classes=["EC"])


def test_nodes_that_the_source_lacks_are_fitted_on_the_target(mlp, tree, stars):
    clf = TaxonomyClassifier(mlp, tree).fit(*stars({"EC": 40, "LPV": 40}))
    assert list(clf.models_) == ["root"]
    X, y = stars({"EC": 30, "ED": 30, "LPV": 30, "RRAB": 30}, 1)
    clf.partial_fit_target(X, y)
    assert clf.score(X, y) > 0.85
    assert not clf.models_["Eclipsing"].is_transferred_
    # A node of one class, RR Lyrae here, has nothing to decide.
    assert set(clf.models_) == {"root", "Eclipsing", "Pulsating"}
    other = TaxonomyClassifier(mlp, tree).fit(*stars({"EC": 40, "LPV": 40}))
    with pytest.raises(ValueError, match=r"no star of \['ED'\]"):
        other.partial_fit_target(*stars({"EC": 10, "LPV": 10}), classes=["EC", "ED", "LPV"])


class Told(LogisticRegression):
    """Is told what the networks would learn from, and learns nothing more of it."""

    def partial_fit_target(self, X, y, **given):
        self.told = (len(X), {name: np.asarray(value).tolist() for name, value in given.items()})
        return self


def test_what_each_node_is_fine_tuned_with(tree, data, stars):
    """The stars below it, its children as classes, their weights; stars without a label at the root alone."""
    X, y = stars({"EC": 8, "ED": 6, "RRAB": 4, "RRC": 2}, 1, SHIFT)
    weight, unlabelled = np.arange(20.0), stars({"EC": 3}, 2)[0]
    clf = TaxonomyClassifier(Told(), tree).fit(*data)
    clf.partial_fit_target(X, y, sample_weight=weight, X_unlabelled=unlabelled)
    told = {node: model.told for node, model in clf.models_.items() if hasattr(model, "told")}
    eclipsing = np.isin(y, ["EC", "ED"])
    assert told == {
        "root": (20, {"classes": ["Eclipsing", "Pulsating"], "sample_weight": weight.tolist(),
                      "X_unlabelled": unlabelled.tolist()}),
        "Eclipsing": (14, {"classes": ["EC", "ED"], "sample_weight": weight[eclipsing].tolist()}),
        "RR Lyrae": (6, {"classes": ["RRAB", "RRC"], "sample_weight": weight[~eclipsing].tolist()}),
    }  # fmt: skip
    assert not any(hasattr(model, "told") for model in clf.source_model_.models.values())
    without = TaxonomyClassifier(Told(), tree).fit(*data).partial_fit_target(X, y)
    assert without.models_["root"].told[1] == {"classes": ["Eclipsing", "Pulsating"]}
    with pytest.raises(ValueError, match="X has 3 features"):
        clf.partial_fit_target(X, y, X_unlabelled=unlabelled[:, :3])
    assert clf.n_features_in_ == 4


def test_pipelines_as_nodes(mlp, tree, data, stars):
    from sklearn_vartl.preprocessing import FeatureScaler

    pipe = make_transfer_pipeline(FeatureScaler(), clone(mlp).set_params(scaler=None))
    clf = TaxonomyClassifier(pipe, tree).fit(*data)
    assert clf.partial_fit_target(*stars({"EC": 9, "ED": 9}, 1)).classes_.tolist() == ["EC", "ED"]
    assert clf.models_["Eclipsing"].is_transferred_


def test_what_cannot_be_fine_tuned(mlp, tree, data):
    assert not hasattr(TaxonomyClassifier(LogisticRegression(), tree), "partial_fit_target")
    calibrated = TaxonomyClassifier(mlp, tree, calibration="sigmoid").fit(*data)
    with pytest.raises(TypeError, match="Calibrated nodes"):
        calibrated.partial_fit_target(*data)


class Breaking(TransferMLPClassifier):
    """Learns a source, and fails below the root of a target."""

    def partial_fit_target(self, X, y, **params):
        if "RRAB" in y:
            raise RuntimeError("out of memory")
        return super().partial_fit_target(X, y, **params)


def test_a_failed_fine_tuning_changes_nothing(mlp, tree, data, stars):
    clf = TaxonomyClassifier(Breaking(**mlp.get_params()), tree).fit(*data)
    X, y = stars({"EC": 15, "RRAB": 15, "RRC": 15}, 1, SHIFT)
    before = clf.predict_proba(X)
    with pytest.raises(RuntimeError, match="out of memory"):
        clf.partial_fit_target(X, y)
    assert clf.classes_.tolist() == ["EC", "ED", "LPV", "RRAB", "RRC"]
    assert not clf.is_transferred_
    # The root, which had been fine-tuned by then, as well.
    np.testing.assert_array_equal(clf.predict_proba(X), before)
    # And a label that is in the tree, of a class that cannot be learned.
    with pytest.raises(ValueError, match="no star of"):
        other = TaxonomyClassifier(mlp, tree).fit(*stars({"EC": 40, "LPV": 40}))
        other.partial_fit_target(*stars({"EC": 9, "LPV": 9}), classes=["EC", "ED", "LPV"])
    assert other.classes_.tolist() == ["EC", "LPV"]
    assert other.score(*stars({"EC": 40, "LPV": 40})) > 0.9


def test_reset_to_source(source, stars, data):
    before = source.predict_proba(data[0])
    source.partial_fit_target(*stars({"EC": 15, "RRAB": 15}, 1, SHIFT))
    assert source.source_classes_.tolist() == ["EC", "ED", "LPV", "RRAB", "RRC"]
    source.reset_to_source()
    assert not source.is_transferred_
    np.testing.assert_array_equal(source.predict_proba(data[0]), before)


def test_a_random_state_seeds_every_node(mlp, tree, data, stars):
    def proba(random_state):
        clf = TaxonomyClassifier(mlp, tree, random_state=random_state).fit(*data)
        first = clf.predict_proba(data[0])
        seeds = [model.random_state for model in clf.models_.values()]
        return first, clf.partial_fit_target(*target).predict_proba(data[0]), seeds

    target = stars({"EC": 15, "ED": 15, "RRAB": 15, "RRC": 15}, 1, SHIFT)
    one, same, other = proba(1), proba(1), proba(2)
    assert len(set(one[2])) == 4
    for k in (0, 1):
        np.testing.assert_array_equal(one[k], same[k])
        assert not np.array_equal(one[k], other[k])
    assert {m.random_state for m in TaxonomyClassifier(mlp, tree).fit(*data).models_.values()} == {
        0
    }


def test_a_copy_is_fine_tuned_with_a_random_state(mlp, tree, data, stars):
    frozen = FrozenEstimator(TaxonomyClassifier(mlp, tree).fit(*data))
    X, y = stars({"EC": 15, "ED": 15, "RRAB": 15}, 1, SHIFT)
    one, same, other = (
        FineTunedClassifier(frozen, random_state=seed).fit(X, y).predict_proba(X)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_parameters_that_are_set_after_fit_hold(mlp, tree, data, stars):
    X, y = stars({"EC": 15, "ED": 15, "RRAB": 15, "RRC": 15}, 1, SHIFT)
    clf = TaxonomyClassifier(mlp, tree).fit(*data)
    clf.set_params(estimator__strategy="head").partial_fit_target(X, y)
    for node in ("root", "Eclipsing"):
        source, tuned = clf.source_model_.models[node], clf.models_[node]
        before, after = source.model_.members[0], tuned.model_.members[0]
        changed = {name for name in before if not np.array_equal(before[name], after[name])}
        assert changed and all(name.startswith("head") for name in changed), node


def test_routing_that_was_not_fitted_is_refused(mlp, tree, data):
    X, y = data
    flat = TaxonomyClassifier(LogisticRegression(), tree, routing="flat").fit(X, y)
    with pytest.raises(ValueError, match="routing='soft' has other nodes"):
        flat.set_params(routing="soft").predict(X)
    soft = TaxonomyClassifier(LogisticRegression(), tree).fit(X, y)
    with pytest.raises(ValueError, match="routing='flat' has other nodes"):
        soft.set_params(routing="flat").predict(X)
    assert soft.set_params(routing="hard").score(X, y) > 0.9
    with pytest.raises(ValueError, match="X has 3 features"):
        soft.predict(X[:, :3])
    assert soft.n_features_in_ == 4
    frame = pd.DataFrame(X, columns=list("abcd"))
    named = TaxonomyClassifier(LogisticRegression(), tree).fit(frame, y)
    with pytest.raises(ValueError, match="feature names"):
        named.predict(frame.rename(columns={"a": "z"}))
    assert named.feature_names_in_.tolist() == list("abcd")
    source = TaxonomyClassifier(mlp, tree).fit(X, y).set_params(routing="flat")
    with pytest.raises(ValueError, match="routing='flat' has other nodes"):
        source.partial_fit_target(X, y)


def test_what_was_given_to_classes_that_the_target_lacks_is_shared_again(mlp, tree, data, stars):
    """A node without target stars stays, and its children that are left have all of it."""
    clf = TaxonomyClassifier(mlp, tree).fit(*data)
    X, y = stars({"EC": 15, "ED": 15, "RRAB": 15}, 1)
    clf.partial_fit_target(X, y)
    clf = TaxonomyClassifier(mlp, tree).fit(*data)
    clf.partial_fit_target(X, y, classes=["EC", "ED", "RRAB", "RRC"])
    # "Pulsating" has one child now, RR Lyrae: whoever is pulsating is one.
    nodes = clf.proba_by_node(data[0])
    np.testing.assert_allclose(nodes["Pulsating"], nodes["RR Lyrae"])
    np.testing.assert_allclose(clf.predict_proba(data[0]).sum(axis=1), 1)


def test_a_fit_that_fails_changes_nothing(source, data):
    X, y = data
    before = source.predict_proba(X)
    with pytest.raises(ValueError, match="NOWHERE"):
        source.fit(X[:, :2], np.full(len(X), "NOWHERE"))
    np.testing.assert_array_equal(source.predict_proba(X), before)
