"""Features kept on disk."""

import sqlite3

import joblib
import numpy as np
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from sklearn_vartl.features import LightCurveFeatures, _extraction

NAMES = ["skewness", "period", "amplitude"]


@pytest.fixture
def counted(monkeypatch):
    """A list that receives the number of stars of each computation."""
    counts = []
    compute = _extraction.Extractor.compute

    def counting(self, X):
        counts.append(len(X))
        return compute(self, X)

    monkeypatch.setattr(_extraction.Extractor, "compute", counting)
    return counts


def test_each_star_is_computed_once(light_curves, tmp_path, counted):
    transformer = LightCurveFeatures(NAMES, memory=tmp_path)
    first = transformer.transform(light_curves[:20])
    assert sum(counted) == 20
    second = transformer.transform(light_curves[10:])
    assert sum(counted) == 30
    np.testing.assert_array_equal(first[10:], second[:10])
    np.testing.assert_array_equal(second, LightCurveFeatures(NAMES).transform(light_curves[10:]))


def test_the_key_is_the_content_not_the_order_of_the_points(light_curves, tmp_path, counted):
    transformer = LightCurveFeatures(NAMES, memory=str(tmp_path))
    star = light_curves[0]
    expected = transformer.transform([tuple(star)])
    order = np.random.default_rng(0).permutation(len(star))
    shuffled = transformer.transform([tuple(values[order] for values in star)])
    np.testing.assert_array_equal(shuffled, expected)
    assert counted == [1]
    changed = np.array(star.mag)
    changed[7] += 1e-9
    transformer.transform([(star.time, changed, star.magerr)])
    assert counted == [1, 1]


@pytest.mark.parametrize(
    "changed", [{"min_period": 0.1}, {"features": ["skewness"]}, {"period_engine": "numpy"}]
)
def test_other_parameters_are_other_entries(light_curves, tmp_path, counted, changed):
    LightCurveFeatures(NAMES, memory=tmp_path).transform(light_curves[:3])
    LightCurveFeatures(**{"features": NAMES} | changed, memory=tmp_path).transform(light_curves[:3])
    assert counted == [3, 3]


def test_a_joblib_memory(light_curves, tmp_path, counted):
    memory = joblib.Memory(tmp_path, verbose=0)
    for _ in range(2):
        LightCurveFeatures(NAMES, memory=memory).transform(light_curves[:5])
    LightCurveFeatures(NAMES, memory=joblib.Memory(None)).transform(light_curves[:5])
    assert counted == [5, 5]


def test_cross_validation_computes_each_star_once(light_curves, tmp_path, counted):
    model = make_pipeline(LightCurveFeatures(NAMES, memory=tmp_path), KNeighborsClassifier(3))
    scores = cross_val_score(model, light_curves, light_curves.labels, cv=3)
    assert scores.mean() > 0.9
    assert sum(counted) == len(light_curves)


def test_several_threads_share_the_file(light_curves, tmp_path, monkeypatch):
    monkeypatch.setattr(_extraction, "_STARS_PER_BLOCK", 3)
    expected = LightCurveFeatures(NAMES).transform(light_curves)
    for _ in range(2):
        transformer = LightCurveFeatures(NAMES, memory=tmp_path, n_jobs=4)
        np.testing.assert_array_equal(transformer.transform(light_curves), expected)
    (path,) = tmp_path.glob("*.sqlite")
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM rows").fetchone() == (len(light_curves),)
    connection.close()


def test_a_file_that_is_no_cache_is_refused_with_a_remedy(light_curves, tmp_path):
    transformer = LightCurveFeatures(["skewness"], memory=tmp_path)
    transformer.transform(light_curves[:1])
    (path,) = tmp_path.glob("*.sqlite")
    path.write_bytes(b"rubbish" * 1000)
    with pytest.raises(OSError, match=f"{path} cannot be used .*: delete it, or give another"):
        transformer.transform(light_curves[:1])
