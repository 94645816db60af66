"""What a run writes is what the model predicts, whatever kind of model it is."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sklearn_vartl import (
    FeatureScaler,
    FineTunedClassifier,
    LightCurveFeatures,
    TransferMLPClassifier,
    classify_catalog,
    make_transfer_pipeline,
    write_light_curves,
)
from sklearn_vartl.catalog._star_classifier import StarClassifier
from sklearn_vartl.taxonomy import TaxonomyClassifier

from .conftest import FEATURES, sines

TREE = {"Slow": ["LONG", "MIDDLE"], "SHORT": None}


def three_classes(n_stars, seed=0):
    """Sines whose slow class has two parts that nobody can tell apart."""
    X = sines(n_stars, seed=seed)
    slow = np.flatnonzero(X.labels == "LONG")
    labels = X.labels.astype("U6")
    labels[slow[::2]] = "MIDDLE"
    return X.replace(labels=labels)


def network(**params):
    return TransferMLPClassifier((8,), n_estimators=1, max_epochs=10, random_state=0, **params)


def features(**params):
    return LightCurveFeatures(FEATURES, max_period=30.0, **params)


class Contrary(LogisticRegression):
    """Predicts the least probable class: what `predict` says is not what `predict_proba` says."""

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmin(axis=1)]


def tree(estimator, **params):
    return TaxonomyClassifier(estimator, TREE, **params)


def search(model):
    return GridSearchCV(model, {"logisticregression__C": [0.1]}, cv=2)


MODELS = {
    "transfer pipeline": lambda: make_transfer_pipeline(features(), FeatureScaler(), network()),
    "frozen last step": lambda: make_transfer_pipeline(features(), network()),
    "sklearn pipeline": lambda: make_pipeline(
        features(on_error="nan"), StandardScaler(), RandomForestClassifier(20, random_state=0)
    ),
    "another opinion": lambda: make_pipeline(features(), Contrary()),
    "tree of features": lambda: make_pipeline(
        features(), tree(LogisticRegression(C=0.1), min_probability=0.6)
    ),
    "tree sent down": lambda: make_transfer_pipeline(
        features(), tree(network(), routing="hard", min_probability=0.7)
    ),
    "tree of light curves": lambda: tree(
        make_pipeline(features(), LogisticRegression(C=0.1)), min_probability=0.6
    ),
    "search": lambda: search(make_pipeline(features(), LogisticRegression())),
}


def written(model, X, tmp_path):
    write_light_curves(X.replace(labels=None), tmp_path / "stars.parquet")
    report = classify_catalog(model, tmp_path / "stars.parquet", tmp_path / "classes.parquet")
    assert report.complete
    return pd.read_parquet(tmp_path / "classes.parquet"), report


def assert_as_predicted(model, X, tmp_path):
    table, report = written(model, X, tmp_path)
    assert_array_equal(table["label"], model.predict(X))
    columns = [f"p_{name}" for name in model.classes_]
    assert_allclose(table[columns], model.predict_proba(X), rtol=1e-5, atol=1e-7)
    assert table["period"].between(0.1, 60).all() and table["significance"].gt(0).any()
    counts = table["label"].astype(str).value_counts().to_dict()
    assert report.classes == counts
    return table


@pytest.mark.parametrize("kind", MODELS)
def test_every_kind_of_model(kind, tmp_path):
    stars = three_classes(60)
    model = MODELS[kind]().fit(stars, stars.labels)
    if kind == "frozen last step":
        model.steps[-1] = ("network", FrozenEstimator(model[-1]))
    table = assert_as_predicted(model, three_classes(24, seed=1), tmp_path)
    if "tree" in kind:
        # Nodes that are no class: the two slow classes are alike.
        assert {"Slow", "root"} & set(table["label"])
    if kind == "another opinion":
        least = model.classes_[table[[f"p_{n}" for n in model.classes_]].to_numpy().argmin(axis=1)]
        assert_array_equal(table["label"], least)


@pytest.mark.parametrize("kind", ["transfer pipeline", "tree sent down"])
def test_fine_tuned(kind, tmp_path):
    stars, target = three_classes(60), three_classes(30, seed=2)
    source = MODELS[kind]().fit(stars, stars.labels)
    model = FineTunedClassifier(FrozenEstimator(source)).fit(target, target.labels)
    table = assert_as_predicted(model, three_classes(24, seed=1), tmp_path)
    assert ("novelty" in table) == (kind == "transfer pipeline")
    X = three_classes(24, seed=1)
    if kind == "transfer pipeline":
        assert_allclose(table["novelty"], model.novelty_score(X), rtol=1e-5)
    frozen = FrozenEstimator(model)
    again = tmp_path / "frozen"
    again.mkdir()
    assert written(frozen, X, again)[0].equals(table)


def test_classes_that_are_numbers_and_nodes_that_are_names(tmp_path):
    stars = three_classes(60)
    y = np.unique(stars.labels, return_inverse=True)[1]
    numbered = {10: [0, 1], 2: None}
    last = TaxonomyClassifier(LogisticRegression(C=0.1), numbered, min_probability=0.6)
    model = make_pipeline(features(), last).fit(stars, y)
    X = three_classes(24, seed=1)
    table, _ = written(model, X, tmp_path)
    assert_array_equal(table["label"], [str(node) for node in model.predict(X)])
    assert {"10", "2"} <= set(table["label"])
    last.min_probability = None
    again = tmp_path / "again"
    again.mkdir()
    written(model, X, again)
    found = pq.read_table(again / "classes.parquet")["label"].to_pylist()
    assert found == model.predict(X).tolist()
    assert {type(label) for label in found} == {int}


def test_stars_whose_period_is_not_defined_are_classified_all_the_same(tmp_path):
    """Where the model makes its own features, the catalogue's period is none of its business."""
    stars = three_classes(60)
    inner = make_pipeline(
        LightCurveFeatures(["amplitude", "skewness"]), FeatureScaler(), LogisticRegression(C=0.1)
    )
    model = tree(inner).fit(stars, stars.labels)
    X = three_classes(6, seed=1)
    short = X.replace(time=X.time * 1e-4)
    table, _ = written(model, short, tmp_path)
    assert_array_equal(table["label"], model.predict(short))
    assert table["period"].isna().all()
    assert_allclose(table["p_LONG"], model.predict_proba(short)[:, 0])


def test_probabilities_are_needed(tmp_path):
    stars = three_classes(30)
    model = FrozenEstimator(make_pipeline(features(), SVC()).fit(stars, stars.labels))
    write_light_curves(stars, tmp_path / "stars.parquet")
    with pytest.raises(TypeError, match="no class probabilities"):
        classify_catalog(model, tmp_path / "stars.parquet", tmp_path / "classes.parquet")
    with pytest.raises(TypeError, match="takes no light curves"):
        classify_catalog(LogisticRegression(), tmp_path / "stars.parquet", tmp_path / "classes")


def with_parallaxes(n_stars, seed):
    """Stars of which the parallax alone tells the class."""
    X = sines(n_stars, seed=seed)
    near = np.random.default_rng(seed).random(n_stars) < 0.5
    return X.replace(
        labels=np.where(near, "NEAR", "FAR"), table={"parallax": np.where(near, 9.0, 1.0)}
    )


def test_a_model_is_given_the_columns_of_a_table_that_it_reads(tmp_path):
    stars, others = with_parallaxes(16, 0), with_parallaxes(8, 1)
    model = make_pipeline(
        features(passthrough=["parallax"]), StandardScaler(), LogisticRegression(C=100.0)
    )
    model.fit(stars, stars.labels)
    table = assert_as_predicted(model, others, tmp_path)
    assert_array_equal(table["label"], others.labels)
    # Of several pipelines each has its own.
    parts = [
        (f"{names}", make_pipeline(features(passthrough=names), LogisticRegression()))
        for names in (None, ["parallax"], ["ra", "parallax"])
    ]
    stars = stars.replace(table={"parallax": stars.table["parallax"], "ra": np.arange(16.0)})
    model = VotingClassifier(parts, voting="soft").fit(stars, stars.labels)
    assert sorted(StarClassifier(model).passthrough) == ["parallax", "ra"]


@pytest.mark.parametrize("model", [LightCurveFeatures, TransferMLPClassifier, len, 3])
def test_what_is_no_estimator_takes_no_light_curves(model):
    with pytest.raises(TypeError, match=f"{type(model).__name__} takes no light curves"):
        StarClassifier(model)


def test_of_several_pipelines_the_strictest_decides_who_has_enough_points():
    X = sines(20)
    for least in ((8, 15), (15, 8)):
        parts = [
            (f"of {n}", make_pipeline(features(min_observations=n), LogisticRegression()))
            for n in least
        ]
        both = VotingClassifier(parts, voting="soft").fit(X, X.labels)
        assert StarClassifier(both)._extractor.min_observations == 15
