"""Temperature scaling on stars left out of fitting."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from sklearn_vartl.network import network_logits
from sklearn_vartl.persistence._state import from_state, to_state
from sklearn_vartl.probabilities import Calibration
from sklearn_vartl.transfer import TransferMLPClassifier
from sklearn_vartl.transfer._fitting import Stars, TrainingData, calibrate_held_out, held_out_jobs


def _loss(clf, X, y):
    proba = clf.predict_proba(X)
    return -np.log(proba[np.arange(len(y)), np.searchsorted(clf.classes_, y)]).mean()


@pytest.fixture
def noisy(survey):
    """Overlapping classes, which an overtrained network is too sure of."""
    X, y = survey(["EC", "ED", "ESD"], 60, 0)
    return X + 2.5 * np.random.default_rng(1).normal(size=X.shape), y


def test_overtrained_networks_become_less_sure(quick, noisy, survey):
    X, y = survey(["EC", "ED", "ESD"], 300, 5)
    X = X + 2.5 * np.random.default_rng(2).normal(size=X.shape)
    params = quick | {"label_smoothing": 0.0, "min_steps": 150}
    plain = TransferMLPClassifier(**params).fit(*noisy)
    calibrated = TransferMLPClassifier(**params, calibration="temperature").fit(*noisy)
    assert plain.model_.calibration.temperature == 1.0
    assert calibrated.model_.calibration.temperature > 1.05
    assert _loss(calibrated, X, y) < _loss(plain, X, y)
    np.testing.assert_array_equal(calibrated.predict(X), plain.predict(X))


def _data(X, y, n_classes):
    stars = Stars.new(X, y, np.ones(len(y)))
    return TrainingData(X, y, stars.weight, stars.count, n_classes), stars


def test_folds_leave_stars_out_and_hold_each_out_once():
    rng = np.random.default_rng(0)
    data, stars = _data(rng.normal(size=(52, 3)), np.repeat([0, 1, 2], [40, 11, 1]), 3)
    jobs, held_out = held_out_jobs([None], data, stars, rng)
    assert len(jobs) == 5
    for job, outside in zip(jobs, held_out, strict=True):
        assert not set(job.rows) & set(outside)
        assert len(job.rows) >= 41
    # The only star of class 2 cannot be judged by a network that has never seen its class.
    assert sorted(np.concatenate(held_out)) == list(range(51))


def test_folds_hold_out_no_star_that_was_learned_before():
    rng = np.random.default_rng(0)
    data, stars = _data(rng.normal(size=(60, 3)), np.arange(60) % 2, 2)
    stars = replace(stars, unseen=np.arange(60) < 20)
    jobs, held_out = held_out_jobs(["a", "b"], data, stars, rng)
    assert sorted(np.concatenate(held_out)) == list(range(20))
    for job in jobs:
        assert set(range(20, 60)) < set(job.rows)
    assert [job.start for job in jobs] == ["a", "b", "a", "b", "a"]
    assert len({job.seed for job in jobs}) == 5
    assert held_out_jobs(["a"], data, replace(stars, unseen=stars.unseen & False), rng) == ([], [])


def test_many_stars_need_one_network_only():
    rng = np.random.default_rng(0)
    data, stars = _data(rng.normal(size=(6000, 2)), rng.integers(0, 3, 6000), 3)
    jobs, held_out = held_out_jobs([None], data, stars, rng)
    assert len(jobs) == 1
    assert len(held_out[0]) == pytest.approx(1200, abs=3)


def test_temperature_minimises_the_held_out_loss(noisy, quick):
    X, y = noisy
    clf = TransferMLPClassifier(**quick | {"label_smoothing": 0.0}, scaler=None).fit(X, y)
    rng = np.random.default_rng(0)
    index = np.searchsorted(clf.classes_, y)
    data = TrainingData(X, index, rng.uniform(0.1, 2, len(y)), np.ones(len(y)), 3)
    weights, rows = clf.model_.members[0], np.arange(0, len(y), 2)
    logits = network_logits(weights, X[rows]).astype(float)
    stars, own = Stars.new(X, y, data.weight), ([logits], [rows], data)
    calibration = calibrate_held_out(*own, stars, clf.classes_, Calibration())

    def loss(temperature):
        log_proba = log_softmax(logits / temperature, axis=1)[np.arange(len(rows)), index[rows]]
        own = -np.average(log_proba, weights=data.weight[rows])
        # log(temperature) is known to about 0.1 beforehand.
        return own + 0.5 * (np.log(temperature) / 0.1) ** 2 / len(rows)

    best = minimize_scalar(loss, bounds=(0.05, 20), method="bounded").x
    assert calibration.temperature == pytest.approx(best, rel=1e-3)
    proba = softmax(logits / best, axis=1)[np.arange(len(rows)), index[rows]]
    np.testing.assert_allclose(calibration.scores, np.sort(1 - proba), atol=1e-3)
    np.testing.assert_array_equal(calibration.labels, index[rows][np.argsort(1 - proba)])


def test_fine_tuning_is_calibrated_anew(data, quick):
    clf = TransferMLPClassifier(**quick, calibration="temperature").fit(*data.source)
    before = clf.model_.calibration.temperature
    clf.partial_fit_target(*data.target)
    assert clf.model_.calibration.temperature != before
    assert clf.reset_to_source().model_.calibration.temperature == before


def test_a_star_a_class_cannot_be_calibrated(quick, data):
    with pytest.warns(UserWarning, match="uncalibrated") as told:
        clf = TransferMLPClassifier(**quick, calibration="temperature").fit(np.eye(3), list("abc"))
    assert told[0].filename == __file__
    assert clf.model_.calibration.temperature == 1.0


def test_conformal_sets_keep_their_promise(quick, noisy, survey):
    clf = TransferMLPClassifier(**quick, calibration="temperature").fit(*noisy)
    X, y = survey(["EC", "ED", "ESD"], 500, 5)
    X = X + 2.5 * np.random.default_rng(2).normal(size=X.shape)
    truth = np.searchsorted(clf.classes_, y)
    sizes = []
    for alpha in (0.4, 0.2, 0.05):
        sets = clf.predict_set(X, alpha=alpha)
        covered = sets[np.arange(len(y)), truth].mean()
        # 180 held-out stars: the quantile itself has a standard error of up to .04.
        assert covered == pytest.approx(1 - alpha, abs=0.1)
        sizes.append(sets.sum(axis=1).mean())
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0] + 0.3


def test_sets_keep_their_promise_for_another_mix(quick, noisy, survey):
    clf = TransferMLPClassifier(**quick, calibration="temperature").fit(*noisy)
    X, y = survey(["EC", "ED", "ESD"], 600, 5)
    X = X + 2.5 * np.random.default_rng(2).normal(size=X.shape)
    mostly = np.flatnonzero((y == "ESD") | (np.arange(len(y)) % 12 == 0))
    X, truth = X[mostly], np.searchsorted(clf.classes_, y[mostly])
    shares = np.bincount(truth, minlength=3) / len(truth)

    def covered():
        return clf.predict_set(X, alpha=0.2)[np.arange(len(truth)), truth].mean()

    plain = covered()
    shifted = abs(clf.set_params(priors=shares) and covered() - 0.8)
    assert shifted < 0.1
    assert shifted < abs(plain - 0.8) + 0.02
    # A class that does not occur is in no set.
    assert not clf.set_params(priors={"ESD": 1.0}).predict_set(X)[:, :2].any()


def test_sets_where_nothing_can_be_promised(quick, noisy):
    X, y = noisy
    clf = TransferMLPClassifier(**quick, calibration="temperature").fit(X[:12], y[:12])
    assert clf.predict_set(X, alpha=0.01).all()
    clf.fit(X, y)
    assert clf.predict_set(np.full((1, 4), np.nan), alpha=0.5).all()


def test_sets_need_held_out_stars(quick, noisy):
    clf = TransferMLPClassifier(**quick).fit(*noisy)
    with pytest.raises(ValueError, match="calibration='temperature'"):
        clf.predict_set(noisy[0])
    clf.set_params(calibration="temperature").fit(*noisy)
    with pytest.raises(ValueError, match="alpha"):
        clf.predict_set(noisy[0], alpha=1.5)


def test_files_without_the_classes_of_held_out_stars(quick, noisy):
    clf = TransferMLPClassifier(**quick, calibration="temperature").fit(*noisy)
    state, arrays = to_state(clf)
    bad = arrays | {"source/held_out_labels": arrays["source/held_out_labels"] + 7}
    with pytest.raises(ValueError, match="none of the model's"):
        from_state(TransferMLPClassifier, state, bad)
    del arrays["source/held_out_labels"]
    again = from_state(TransferMLPClassifier, state, arrays)
    np.testing.assert_array_equal(again.predict_set(noisy[0]), clf.predict_set(noisy[0]))
    with pytest.raises(ValueError, match="priors=None"):
        again.set_params(priors="balanced").predict_set(noisy[0])
