"""Processes made in every way, threads, searches in parallel, copies of estimators."""

import io
import multiprocessing
import pickle
import warnings
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import joblib
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV

from sklearn_vartl import (
    FineTunedClassifier,
    LightCurveFeatures,
    LightCurves,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    make_transfer_pipeline,
)

QUICK = {
    "hidden_layer_sizes": (8,),
    "n_estimators": 1,
    "max_epochs": 3,
    "min_steps": 1,
    "random_state": 0,
}


def survey(seed, shift=0.0):
    """Sines of two amplitudes and some noise."""
    rng = np.random.default_rng(seed)
    n, points = 30, 40
    time = np.sort(rng.uniform(0, 30, (n, points)), axis=1)
    size = np.repeat([0.2, 1.0], n // 2)
    mag = size[:, None] * np.sin(2 * np.pi * time / rng.uniform(0.5, 2, (n, 1))) + 15 + shift
    mag += rng.normal(0, 0.02, mag.shape)
    return LightCurves(
        time.ravel(),
        mag.ravel(),
        np.full(mag.size, 0.02),
        np.arange(n + 1) * points,
        labels=np.repeat(["a", "b"], n // 2),
    )


SOURCE, TARGET = survey(0), survey(1, 0.5)


def pipeline(classifier=None):
    features = LightCurveFeatures(["period", "amplitude", "skewness"])
    return make_transfer_pipeline(features, classifier or TransferMLPClassifier(**QUICK))


@pytest.fixture(scope="module")
def fitted():
    return pipeline().fit(SOURCE, SOURCE.labels)


@pytest.mark.parametrize(
    "method", ["fork", "spawn", pytest.param("forkserver", marks=pytest.mark.slow)]
)
def test_processes_made_in_every_way(fitted, method):
    """After the parent has computed: what it holds of torch and numba must not hang a child."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} on this system")
    expected = fitted.predict_proba(TARGET)
    with warnings.catch_warnings():
        # Newer Pythons warn of forking a process that has threads.
        warnings.simplefilter("ignore", DeprecationWarning)
        with multiprocessing.get_context(method).Pool(2) as pool:
            found = pool.map_async(fitted.predict_proba, [TARGET, TARGET[:7]]).get(300)
    np.testing.assert_array_equal(found[0], expected)
    np.testing.assert_allclose(found[1], expected[:7], atol=1e-6)


def test_threads_predict_and_train_at_once(fitted):
    expected = fitted.predict_proba(TARGET)

    def work(i):
        if i % 4:
            return fitted.predict_proba(TARGET)
        return pipeline().fit(SOURCE, SOURCE.labels).predict_proba(TARGET)

    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(work, range(12)):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.slow
def test_a_search_in_two_processes():
    grid = {
        "transfermlpclassifier__learning_rate": [1e-3, 1e-2],
        "lightcurvefeatures__features": [["amplitude"], ["amplitude", "skewness"]],
    }
    one, two = (
        GridSearchCV(pipeline(), grid, cv=2, n_jobs=n).fit(SOURCE, SOURCE.labels) for n in (1, 2)
    )
    assert one.best_params_ == two.best_params_
    np.testing.assert_array_equal(
        one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"]
    )
    np.testing.assert_array_equal(one.predict_proba(TARGET), two.predict_proba(TARGET))


def joblib_copy(estimator):
    file = io.BytesIO()
    joblib.dump(estimator, file)
    return joblib.load(io.BytesIO(file.getvalue()))


def estimators():
    return {
        "network": (pipeline(), "transfer"),
        "ensemble": (
            pipeline(TransferEnsembleClassifier(n_trees=5, **QUICK)),
            "transfer",
        ),
        "fine-tuned": (
            FineTunedClassifier(FrozenEstimator(pipeline().fit(SOURCE, SOURCE.labels))),
            "fit",
        ),
    }


@pytest.mark.parametrize(
    "copy", [lambda e: pickle.loads(pickle.dumps(e)), deepcopy, joblib_copy],
    ids=["pickle", "deepcopy", "joblib"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["network", "ensemble", "fine-tuned"])
def test_copies_of_unfitted_fitted_and_transferred(kind, copy):
    original, how = estimators()[kind]
    again = copy(original)
    with pytest.raises(NotFittedError):
        again.predict(TARGET)
    for model in (original, again):
        model.fit(SOURCE, SOURCE.labels)
    same(original, again)
    same(original, copy(original))
    if how == "transfer":
        again = copy(original)
        for model in (original, again):
            model.partial_fit_target(TARGET, TARGET.labels)
        same(original, again)
        again = copy(original)
        same(original, again)
        same(original.reset_to_source(), again.reset_to_source())


def same(one, other):
    np.testing.assert_array_equal(one.predict_proba(TARGET), other.predict_proba(TARGET))
    assert one.classes_.tolist() == other.classes_.tolist()
