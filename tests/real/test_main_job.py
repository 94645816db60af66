"""The main job on real light curves: learn CRTS, fine-tune on a few ASAS labels, classify, save, load."""

import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import matthews_corrcoef
from sklearn.model_selection import GridSearchCV, train_test_split

from sklearn_vartl import (
    FineTunedClassifier,
    LightCurveFeatures,
    TransferMLPClassifier,
    load_model,
    make_transfer_pipeline,
    save_model,
)


def few_of_each(X, classes, most):
    """The first `most` stars of each class."""
    labels = np.asarray(X.labels)
    return X[np.sort(np.concatenate([np.flatnonzero(labels == name)[:most] for name in classes]))]


@pytest.fixture(scope="module")
def surveys(real_survey):
    """Some CRTS stars to learn from, some ASAS stars to move to."""
    source = few_of_each(real_survey("crts"), ["RRAB", "RRC", "DSCT", "EC", "ED", "LPV"], 40)
    target = few_of_each(real_survey("asas"), ["RRAB", "RRC", "DSCT", "EC", "ED", "MIRA"], 40)
    return source, target


@pytest.fixture(scope="module")
def model(surveys):
    """A pipeline that has learned the source."""
    source, _ = surveys
    network = TransferMLPClassifier(n_estimators=1, max_epochs=30, random_state=0)
    return make_transfer_pipeline(LightCurveFeatures(), network).fit(source, source.labels)


@pytest.fixture(scope="module")
def search(model, surveys):
    """A grid search over the share of target labels and the strategy, light curves as X."""
    _, target = surveys
    grid = {"target_fraction": [0.05, 1.0], "strategy": ["full"]}
    tuned = FineTunedClassifier(FrozenEstimator(model), max_epochs=15, random_state=0)
    return GridSearchCV(tuned, grid, cv=2).fit(target, target.labels)


def test_transfer_classifies_stars_of_the_target(model, surveys):
    _, target = surveys
    train, test = train_test_split(
        np.arange(len(target)), train_size=60, stratify=target.labels, random_state=0
    )
    tuned = FineTunedClassifier(FrozenEstimator(model), random_state=0)
    tuned.fit(target[train], target.labels[train])
    assert "LPV" not in tuned.classes_ and "MIRA" in tuned.classes_
    mcc = matthews_corrcoef(target.labels[test], tuned.predict(target[test]))
    assert mcc > 0.75


def test_grid_search_prefers_more_labels(search):
    results = search.cv_results_
    score = {
        fraction: np.mean(results["mean_test_score"][results["param_target_fraction"] == fraction])
        for fraction in (0.05, 1.0)
    }
    assert score[1.0] > score[0.05]
    assert search.best_score_ > 0.8


def test_best_estimator_is_the_same_in_another_process(search, surveys, tmp_path):
    _, target = surveys
    joblib.dump(search.best_estimator_, tmp_path / "best.joblib")
    joblib.dump(target[:50], tmp_path / "stars.joblib")
    code = (
        "import sys, joblib, numpy as np\n"
        "folder = sys.argv[1]\n"
        "model = joblib.load(folder + '/best.joblib')\n"
        "stars = joblib.load(folder + '/stars.joblib')\n"
        "np.save(folder + '/proba.npy', model.predict_proba(stars))\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    there = np.load(tmp_path / "proba.npy")
    np.testing.assert_array_equal(there, search.predict_proba(target[:50]))


def test_saved_without_pickle_the_model_is_the_same(model, surveys, tmp_path):
    _, target = surveys
    path = tmp_path / "source.vartl"
    save_model(model, path)
    again = load_model(path)
    np.testing.assert_array_equal(
        again.predict_proba(target[:50]), model.predict_proba(target[:50])
    )
    np.testing.assert_array_equal(again.classes_, model.classes_)
