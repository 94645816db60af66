"""What is made of numbers is what was made of them when decisions.json was written: constants that were chosen by
measurement have no closed form, and none changes by oversight.

After a change that is meant (CHANGELOG.md tells of it): ``python -m tests.golden.test_decisions --write``.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import sklearn
import torch
from sklearn.linear_model import LogisticRegression

from sklearn_vartl import (
    LightCurveFeatures,
    LightCurves,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
)
from sklearn_vartl.adaptation import DomainAdapter
from sklearn_vartl.ensemble import (
    AvailabilityEnsemble,
    Expert,
    ExpertCascade,
    LogitBoostClassifier,
    RotationForestClassifier,
    crossmatch,
)
from sklearn_vartl.evaluation import transfer_curve
from sklearn_vartl.features import SETS
from sklearn_vartl.images import DmDtImage, PhaseImage, TransferImageClassifier
from sklearn_vartl.labelling import doubtful_labels, explain, suggest_labels
from sklearn_vartl.periodogram import period_table, search_periods
from sklearn_vartl.preprocessing import FeatureScaler
from sklearn_vartl.probabilities import (
    calibrate,
    class_distance,
    column_drift,
    em_shares,
    estimate_shares,
    expected_accuracy,
    fit_weights,
    novelty_reference,
    prediction_sets,
    share_below,
)
from sklearn_vartl.resampling import RASLE, CadenceResampler, GPAugmenter
from sklearn_vartl.taxonomy import TaxonomyClassifier

FILE = Path(__file__).with_name("decisions.json")

# Of sums in other orders, and of networks, whose steps multiply roundings.
TOLERANCE, OF_SEARCHES, OF_NETWORKS = 1e-5, 1e-3, 2e-3

VERSIONS = {"torch": torch.__version__.partition("+")[0], "scikit-learn": sklearn.__version__}

CENTRES = {"EC": (0, 0, 0, 0), "LPV": (3, 0, 1, 0), "NONVAR": (0, 3, 0, 1), "RRAB": (2, 2, -1, 0)}
SMALL = {"hidden_layer_sizes": (8, 4), "n_estimators": 1, "max_epochs": 5, "random_state": 0}
SMALL |= {"min_steps": 60, "learning_rate": 3e-2}


def blobs(n, seed=0, shift=0.0, classes=tuple(CENTRES)):
    """Stars of four features, the last one always a little like noise."""
    rng = np.random.default_rng(seed)
    share = 1.0 / np.arange(1, len(classes) + 1)
    y = rng.choice(classes, size=n, p=share / share.sum())
    return np.array([CENTRES[name] for name in y]) + rng.normal(size=(n, 4)) + shift, y


def unsure(n, n_classes=3, seed=0):
    """Probabilities of stars, and classes that are drawn from them, the first half as often."""
    rng = np.random.default_rng(seed)
    proba = rng.dirichlet([0.6, 0.4, 0.3][:n_classes], size=n)
    return proba, np.array([rng.choice(n_classes, p=row) for row in proba])


def waves(n_stars=6, n_points=40, seed=0):
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(0, 300, (n_stars, n_points)), axis=1)
    period = rng.uniform(0.4, 20, n_stars)
    angle = 2 * np.pi * time / period[:, None]
    mag = 14 + np.arange(n_stars)[:, None] + 0.4 * np.sin(angle) + 0.15 * np.sin(2 * angle)
    error = rng.uniform(0.01, 0.03, mag.shape)
    return LightCurves(
        time.ravel(), (mag + error * rng.normal(size=mag.shape)).ravel(), error.ravel(),
        np.arange(n_stars + 1) * n_points, ids=[f"s{k}" for k in range(n_stars)],
        labels=np.array(["A", "A", "A", "A", "B", "B"])[:n_stars], table={"period": period},
    )  # fmt: skip


SHAPES = {
    "sine": lambda p: 0.3 * np.cos(2 * np.pi * p),
    "saw": lambda p: 0.8 * np.where(p < 0.2, 1 - 5 * p, (p - 0.2) / 0.8),
    "contact": lambda p: 0.2 * np.cos(4 * np.pi * p) + 0.05 * np.cos(2 * np.pi * p),
    "detached": lambda p: 0.6 * _dip(p, 0.5, 0.03) + 0.3 * _dip(p, 0.0, 0.03),
    "eccentric": lambda p: 0.5 * _dip(p, 0.3, 0.02) + 0.4 * _dip(p, 0.65, 0.05),
    "transit": lambda p: 0.1 * _dip(p, 0.1, 0.015),
    "pulse": lambda p: 0.4 * np.exp(-((p - 0.5) ** 2) / 0.002) + 0.1 * np.sin(2 * np.pi * p),
    "noise": lambda p: 0.0 * p,
}


def _dip(phase, centre, half):
    """One in the middle of an eclipse, zero outside it."""
    away = np.abs((phase - centre + 0.5) % 1 - 0.5)
    return np.clip(1.5 - 1.5 * away / half, 0.0, 1.0)


CADENCES = ("random", "visits", "dense", "few", "long")


def _times(cadence, rng):
    nights = np.sort(rng.choice(300, 60, replace=False))
    return {
        "random": lambda: np.sort(rng.uniform(0, 400, 150)),
        "visits": lambda: (nights[:40, None] + 0.35 + 0.007 * np.arange(4)).ravel(),
        "dense": lambda: 0.03 * np.arange(800) + 2.0 * (np.arange(800) > 400),
        "few": lambda: np.sort(rng.uniform(0, 200, 14)),
        "long": lambda: np.sort(rng.uniform(0, 3000, 250)),
    }[cadence]()


def variable_stars(cadence):
    """Each shape at three periods, measured so; the slowest have a trend."""
    rng, parts = np.random.default_rng(7), []
    for curve in SHAPES.values():
        for period in (0.3171, 3.713, 47.1):
            time = _times(cadence, rng)
            error = rng.uniform(0.01, 0.02, time.size)
            mag = 15 + curve(time / period % 1) + error * rng.normal(size=time.size)
            parts.append((time, mag + (0.002 * time if period > 47 else 0.0), error))
    if cadence == "random":
        # A choice by a hair's breadth, which another processor may make otherwise.
        del parts[13]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return LightCurves(*columns, np.cumsum([0, *(len(part[0]) for part in parts)]))


def turned(values):
    """Few numbers that tell an array, and the order of its elements."""
    values = np.nan_to_num(np.asarray(values, dtype=np.float64).ravel(), nan=-7.0)
    turn = np.cos(np.arange(values.size))
    return [len(values), float(values @ turn), float(np.abs(values).sum()), *values[:6].tolist()]


def of_light_curves(X):
    return turned(X.n_points) + turned(X.time) + turned(X.mag) + turned(X.magerr)


# --- What is recorded, by room


def features():
    """A few numbers a feature and cadence, of all its stars."""
    names, found = list(dict.fromkeys([*SETS["vartl"], *SETS["evidence"]])), {}
    for cadence in CADENCES:
        X = variable_stars(cadence)
        table = LightCurveFeatures(names, on_error="nan").fit_transform(X)
        found[cadence] = {name: turned(column) for name, column in zip(names, table.T, strict=True)}
    X = variable_stars("random")
    X = X.replace(band=np.resize(["g", "r"], len(X.time)).astype(object))
    table = LightCurveFeatures(["shape_period", "power", "skewness"], bands=["g", "r"])
    found["bands"] = [*map(turned, table.fit_transform(X).T)]
    return found


def periods():
    found = {}
    for cadence in CADENCES:
        X = variable_stars(cadence)
        search = search_periods(X.time, X.mag, X.magerr, X.offsets)
        table = period_table(search, np.resize(["EC", "RRAB", "MIRA", "NONVAR"], len(X)).tolist())
        found[cadence] = {name: _column(values) for name, values in table.items()}
        found[cadence]["runner-up"] = turned(search.runner_up) + turned(search.runner_up_gap)
    return found


def _column(values):
    values = np.asarray(values)
    if values.dtype.kind == "f":
        # Where less than a cycle was seen, the fit runs away, to another place with every rounding.
        values = np.where(values > 1e3, 1e3, values)
    return values.tolist() if values.dtype.kind in "OU" else turned(values)


def probabilities():
    proba, y = unsure(80)
    logits = np.log(np.maximum(proba, 1e-9)) * 1.7
    weight = np.linspace(0.5, 2.0, 80)
    novelty = 1.0 - 10.0 ** -np.linspace(0.1, 4.0, 80)
    estimate = expected_accuracy(proba, np.array(["A", "B", "C"]), novelty, purity=0.8)
    rng, trained = np.random.default_rng(3), np.array([0.5, 0.3, 0.2])
    embeddings = [rng.normal(size=(60, 3)), rng.normal(size=(60, 2)) ** 3]
    reference = novelty_reference(embeddings, np.arange(60) % 3, np.linspace(1.0, 3.0, 60))
    distance = np.array([0.0, 0.01, 0.1, 1.0, 3.0, 10.0, 100.0, 1e4])
    found = calibrate(logits, y, weight)
    later = calibrate(0.3 * logits[:30], y[:30], weight[:30], found)
    logs = [np.log(np.maximum(p, 1e-4)) for p in (proba, unsure(80, seed=1)[0])]
    tables = rng.normal(size=(50, 2)), rng.normal(0.3, 1.2, size=(40, 2))
    half, sure = np.array([0.5, 0.5]), rng.dirichlet([0.1, 0.1, 0.3], size=200)
    return {
        "expected": [estimate.share_right, estimate.share_far, *estimate.purity.values()]
        + [*estimate.completeness.values(), *estimate.threshold.values()],
        "drift": column_drift(tables[0], np.linspace(0.2, 3.0, 50), tables[1]).tolist(),
        "temperature": [found.temperature, later.temperature, *turned(later.scores)],
        "weights": fit_weights(logs, y, centre=half).tolist()
        + fit_weights(logs, y, weight, centre=half).tolist(),
        "sets": prediction_sets(found, proba, 0.2, np.array([0.1, 0.2, 0.7])).sum(axis=0).tolist()
        + prediction_sets(found, proba, 0.2).sum(axis=0).tolist(),
        "shares": [
            *em_shares(proba, trained),
            *em_shares(proba[:12], trained, sharpness=1.0, prior_stars=10 * trained),
            *estimate_shares(sure, trained)[0],
        ],
        "refused": [estimate_shares(proba, trained)[1], estimate_shares(proba[:12], trained)[1]],
        "novelty": [
            *share_below(reference, distance),
            *class_distance(reference.spaces, embeddings)[:5],
            *turned(reference.distance), *turned(reference.share),
        ],
    }  # fmt: skip


def preprocessing():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 5))
    X[:, 1], X[:, 2] = np.exp(2 * X[:, 1]), X[:, 2] ** 3
    X[:, 3] = np.round(X[:, 3])
    X[::7, 4] = np.nan
    scaler = FeatureScaler().fit(X)
    new = np.vstack([X[:5], 1e3 * X[5:9], np.full((1, 5), np.nan)])
    plain = FeatureScaler(log=None, clip=3.0, center="mean", scale="std", impute="mean").fit(X)
    return {"scaled": scaler.transform(new).tolist(), "plain": plain.transform(new).tolist()}


def resampling():
    X, target = waves(), waves(n_stars=5, n_points=25, seed=1)
    cadence = CadenceResampler(target, n_copies=2, random_state=0)
    return {
        "cadence": of_light_curves(cadence.resample(X)),
        "own": of_light_curves(CadenceResampler(n_points=12, random_state=0).resample(X)),
        "noise": of_light_curves(CadenceResampler(noise=0.05, random_state=0).resample(X)),
        "gp": of_light_curves(GPAugmenter(random_state=0).fit_resample(X, X.labels)[0]),
        "rasle": of_light_curves(RASLE(random_state=0).fit_resample(X, X.labels)[0]),
    }


def images():
    X = waves()
    return {
        "phase": turned(PhaseImage(12, 16, period="period").transform(X)),
        "pairs": turned(DmDtImage().transform(X)),
    }


def networks_of_images():
    X, y = blobs(60)
    pictures = np.repeat(np.repeat(X.reshape(60, 2, 2), 4, axis=1), 4, axis=2)
    model = TransferImageClassifier(channels=(4,), max_epochs=2, min_steps=20, random_state=0)
    model.fit(pictures[:40], y[:40])
    before = model.predict_proba(pictures[40:44])
    model.set_params(strategy="gradual").partial_fit_target(pictures[40:], y[40:])
    return {"before": before.tolist(), "after": model.predict_proba(pictures[:4]).tolist()}


def network():
    X, y = blobs(120)
    target, labels = blobs(40, seed=1, shift=0.5, classes=("EC", "RRAB", "NONVAR"))
    test = blobs(6, seed=2, shift=0.5)[0]
    found = {}
    for name, options, more in (
        ("plain", {"calibration": "temperature"}, {}),
        ("balanced", {"sampling": "balanced", "class_weight": "balanced", "strategy": "head"}, {}),
        ("early", {"early_stopping": True, "n_iter_no_change": 1, "strategy": "gradual"}, {}),
        ("evidence", {"evidence": [3], "calibration": "temperature"}, {}),
        ("kept", {}, {"classes": ["EC", "RRAB", "LPV"]}),
        ("unlabelled", {"priors": "em"}, {"X_unlabelled": blobs(60, seed=4, shift=0.5)[0]}),
    ):
        model = TransferMLPClassifier(**SMALL | options).fit(X, y)
        few = np.isin(labels, more.get("classes", labels))
        found[name] = [model.predict_proba(test[:2]).tolist()]
        model.partial_fit_target(target[few], labels[few], **more)
        model.partial_fit_target(target[few][:8], labels[few][:8])
        found[name] += [model.predict_proba(test).tolist(), model.priors_.tolist()]
        found[name] += [model.novelty_score(test).tolist(), model.model_.calibration.temperature]
    return found


def ensemble():
    X, y = blobs(100)
    target, labels = blobs(30, seed=1, shift=0.5, classes=("EC", "RRAB"))
    test = blobs(6, seed=2, shift=0.5)[0]
    options = SMALL | {"views": [[0, 1, 2], [1, 2, 3]], "n_trees": 8}
    model = TransferEnsembleClassifier(**options).fit(X, y)
    before = model.predict_proba(test[:2])
    model.partial_fit_target(target, labels)
    return {
        "before": before.tolist(), "after": model.predict_proba(test).tolist(),
        "weights": model.part_weights_,
        "novelty": model.novelty_score(test).tolist(),
    }  # fmt: skip


def labelling():
    X, y = blobs(90)
    model = TransferMLPClassifier(**SMALL).fit(X[:50], y[:50])
    wrong = y.copy()
    wrong[[3, 30]] = "LPV", "EC"
    suggested = suggest_labels(model, X[50:], 6, random_state=0)
    doubts = doubtful_labels(model, X[:60], wrong[:60], cv=2, random_state=0)
    return {
        "suggested": [*suggested.position.tolist(), *suggested.reason.tolist()],
        "doubts": [*doubts.position[:5].tolist(), *doubts.p_wrong[:5].tolist()],
        "explained": str(explain(model, 60, X, np.where(np.arange(90) < 50, y, None))),
    }


def adaptation():
    X, y = blobs(150)
    source = TransferMLPClassifier(**SMALL).fit(X, y)
    target = 1.5 * blobs(100, seed=1)[0] + 1.0
    return DomainAdapter(source).fit(target).predict_proba(target[:4]).tolist()


def classical():
    """What is trained with scikit-learn's classifiers and trees."""
    X, y = blobs(150)
    new, found = blobs(50, seed=2)[0], {}
    gaps = X.copy()
    gaps[::2, 0], gaps[1::3, 3] = np.nan, np.nan
    for name, model, table in (
        ("rotation", RotationForestClassifier(5, random_state=0), X),
        ("boosting", LogitBoostClassifier(6, random_state=0), X),
        (
            "cascade",
            ExpertCascade(
                [
                    Expert(LogisticRegression(), [0, 3]),
                    Expert(LogisticRegression(C=10.0), [0, 1, 2], cost=5.0),
                ],
                budget=3.0,
                random_state=0,
            ),
            X,
        ),
        (
            "availability",
            AvailabilityEnsemble(
                {"a": [0], "b": [1, 2], "c": [3]},
                {"linear": LogisticRegression(), "sure": LogisticRegression(C=100.0)},
                cv=3,
                random_state=0,
            ),
            gaps,
        ),
        (
            "taxonomy",
            TaxonomyClassifier(
                LogisticRegression(),
                {"Variable": {"Pulsating": ["LPV", "RRAB"], "EC": None}, "NONVAR": None},
                calibration="temperature",
                min_probability=0.6,
                random_state=0,
            ),
            X,
        ),
    ):
        weight = np.linspace(0.5, 1.5, len(y))
        model.fit(table, y, weight)
        found[name] = [turned(model.predict_proba(new)), model.predict(new[:6]).tolist()]
    rng = np.random.default_rng(0)
    left, right = (
        np.column_stack([rng.uniform(10, 10.5, n), rng.uniform(-60, -59.8, n)]) for n in (80, 120)
    )
    right[:40] = left[:40] + rng.normal(0, 2e-4, size=(40, 2))
    match = crossmatch(left, right, 3.0)
    found["match"] = [*turned(match.index), *turned(match.separation), *turned(match.n_candidates)]
    found["match"] += [*turned(match.ambiguous), match.chance_rate, match.false_match_share]
    return found


def curve():
    source = TransferMLPClassifier(**SMALL).fit(*blobs(100))
    X, y = blobs(60, seed=1, shift=0.5, classes=("EC", "RRAB", "NONVAR"))
    options = {"fractions": (0.3, 1.0), "cv": 2, "random_state": 0, "baselines": ("scratch",)}
    table = transfer_curve(source, X, y, **options)
    return {name: table[name].tolist() for name in table}


ROOMS = {
    "features": (features, OF_SEARCHES),
    "periods": (periods, OF_SEARCHES),
    "probabilities": (probabilities, TOLERANCE),
    "preprocessing": (preprocessing, TOLERANCE),
    "resampling": (resampling, TOLERANCE),
    "images": (images, TOLERANCE),
    "networks of images": (networks_of_images, OF_NETWORKS),
    "network": (network, OF_NETWORKS),
    "ensemble": (ensemble, OF_NETWORKS),
    "classical": (classical, OF_NETWORKS),
    "curve": (curve, OF_NETWORKS),
    "labelling": (labelling, OF_NETWORKS),
    "adaptation": (adaptation, OF_NETWORKS),
}


def compute(room):
    with warnings.catch_warnings():
        # Of stars so few; other tests ask for them.
        warnings.simplefilter("ignore", UserWarning)
        return ROOMS[room][0]()


def flat(value):
    """The leaves of what stands in the file, in their order."""
    if isinstance(value, dict):
        value = [item for name in value for item in (name, value[name])]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in flat(item)]
    return [value if isinstance(value, str) or value is None else float(value)]


@pytest.mark.parametrize("room", ROOMS)
def test_decisions_are_what_they_were(room):
    frozen = json.loads(FILE.read_text())
    if ROOMS[room][1] == OF_NETWORKS and frozen["versions"] != VERSIONS:
        pytest.skip("other versions of these libraries draw other random numbers")
    expected, found = flat(frozen["rooms"][room]), flat(compute(room))
    assert [v for v in found if isinstance(v, str)] == [v for v in expected if isinstance(v, str)]
    numbers = [[v for v in values if not isinstance(v, str)] for values in (found, expected)]
    tolerance = ROOMS[room][1]
    np.testing.assert_allclose(*numbers, rtol=tolerance, atol=tolerance * 1e-2)


if __name__ == "__main__" and sys.argv[1:] == ["--write"]:
    rooms = {room: compute(room) for room in ROOMS}
    text = json.dumps({"versions": VERSIONS, "rooms": rooms}, default=float)
    FILE.write_text(text.replace("], ", "],\n") + "\n")
