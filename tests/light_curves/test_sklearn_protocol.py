"""Light curves as X in scikit-learn's model selection, stacking and calibration."""

import numpy as np
import pytest
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
    learning_curve,
    train_test_split,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.utils import _safe_indexing, indexable, resample, shuffle
from sklearn.utils.validation import _num_samples

from sklearn_vartl.light_curves import LightCurves, as_light_curves, clean


class Roughness(TransformerMixin, BaseEstimator):
    """Mean square step between neighbours, near 0 for the slow stars and large for the fast."""

    def __init__(self, power=1):
        self.power = power

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        X = as_light_curves(X)
        steps = [np.mean(np.diff(star.mag) ** 2) for star in X]
        return np.column_stack([np.power(steps, self.power), X.n_points])

    def __sklearn_is_fitted__(self):
        return True


@pytest.fixture(scope="module")
def stars():
    """Forty stars: a smooth trend, or white noise."""
    rng = np.random.default_rng(0)
    time = np.sort(rng.uniform(0, 100, (40, 30)), axis=1)
    smooth = np.arange(40) % 2 == 0
    mag = np.where(smooth[:, None], time / 100, rng.uniform(0, 1, time.shape))
    labels = np.where(smooth, "SMOOTH", "ROUGH")
    return LightCurves(time.ravel(), mag.ravel(), offsets=np.arange(41) * 30, labels=labels)


@pytest.fixture
def model():
    return make_pipeline(Roughness(), GaussianNB())


def test_scikit_learn_counts_stars(stars):
    assert _num_samples(stars) == 40
    X, y = indexable(stars, stars.labels)
    assert X is stars
    assert len(y) == 40


@pytest.mark.parametrize(
    "index",
    [[0, 5, 5], np.array([3, 1]), slice(2, 6), np.arange(40) < 3, [True] * 40],
)
def test_safe_indexing(stars, index):
    part = _safe_indexing(stars, index)
    assert isinstance(part, LightCurves)
    assert part.ids.tolist() == stars.ids[index].tolist()


def test_shuffle_and_resample(stars):
    X, y = shuffle(stars, stars.labels, random_state=0)
    assert X.labels.tolist() == y.tolist()
    X, y = resample(stars, stars.labels, n_samples=10, random_state=0)
    assert len(X) == 10
    assert X.labels.tolist() == y.tolist()


def test_train_test_split(stars):
    train, test, y_train, y_test = train_test_split(
        stars, stars.labels, stratify=stars.labels, test_size=10, random_state=0
    )
    assert (len(train), len(test)) == (30, 10)
    assert train.labels.tolist() == y_train.tolist()
    assert test.labels.tolist() == y_test.tolist()
    assert not set(train.ids) & set(test.ids)


def test_cross_validation(stars, model):
    assert cross_val_score(model, stars, stars.labels, cv=4).mean() > 0.95
    assert np.mean(cross_val_predict(model, stars, stars.labels, cv=4) == stars.labels) > 0.95


def test_grid_search(stars, model):
    search = GridSearchCV(model, {"roughness__power": [1, 0.5]}, cv=3)
    search.fit(stars, stars.labels)
    assert search.best_score_ > 0.95
    assert search.predict(stars[:4]).tolist() == stars.labels[:4].tolist()


def test_worker_processes_see_the_same_light_curves(stars):
    # Arrays above max_nbytes reach the workers as read-only memory maps.
    parts = Parallel(n_jobs=2, max_nbytes=1)(delayed(clean)(stars[i::2]) for i in range(2))
    for i, (cleaned, problems) in enumerate(parts):
        assert cleaned == clean(stars[i::2])[0]
        assert problems == {}


def test_learning_curve(stars, model):
    cv = StratifiedKFold(3, shuffle=True, random_state=0)
    sizes, _, scores = learning_curve(
        model, stars, stars.labels, cv=cv, train_sizes=[0.5, 1.0], shuffle=True, random_state=0
    )
    assert sizes.tolist() == [13, 26]
    assert scores[-1].mean() > 0.95


def test_calibration(stars, model):
    calibrated = CalibratedClassifierCV(model, cv=3).fit(stars, stars.labels)
    assert calibrated.predict_proba(stars).shape == (40, 2)
    assert calibrated.score(stars, stars.labels) > 0.95


def test_stacking_and_voting(stars, model):
    members = [("bayes", model), ("line", make_pipeline(Roughness(0.5), LogisticRegression()))]
    stacked = StackingClassifier(members, cv=3).fit(stars, stars.labels)
    assert stacked.score(stars, stars.labels) > 0.95
    voted = VotingClassifier(members, voting="soft").fit(stars, stars.labels)
    assert voted.score(stars, stars.labels) > 0.95


def test_numbers_as_classes(stars, model):
    numbered = stars.replace(labels=(stars.labels == "ROUGH").astype(int))
    assert cross_val_score(model, numbered, numbered.labels, cv=3).mean() > 0.95


@pytest.mark.parametrize("meta", [BaggingClassifier, SelfTrainingClassifier])
def test_what_makes_a_matrix_of_X_says_what_to_do(stars, model, meta):
    with pytest.raises(TypeError, match="put LightCurveFeatures before them"):
        meta(model).fit(stars, stars.labels)


def test_permutation_importance_says_what_to_do(stars, model):
    model.fit(stars, stars.labels)
    with pytest.raises(TypeError, match="need the features"):
        permutation_importance(model, stars, stars.labels)


def test_a_plain_classifier_says_what_to_do(stars):
    with pytest.raises(TypeError, match="Light curves are no matrix"):
        GaussianNB().fit(stars, stars.labels)
