"""`vartl demo`, smaller than a user's, and `vartl warm-up`."""

import itertools
import re
from types import SimpleNamespace

import numpy as np
import pytest

from sklearn_vartl import _compiled, evaluation, load_model
from sklearn_vartl.cli import _demo
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.evaluation import transfer_curve
from sklearn_vartl.features import LightCurveFeatures, feature_definitions
from sklearn_vartl.light_curves import LightCurves
from tests.conftest import sine_light_curves


@pytest.mark.slow
def test_demo_compares_transfer_with_its_rivals_on_simulated_stars(vartl):
    code, text, progress = vartl("demo", "--stars", 200, "-j", 1)
    assert code == 0
    assert "simulated stars" in text
    rows = re.findall(
        r"(transfer|scratch|random forest) +([\d.-]+) +([\d.-]+) +([\d.-]+)$", text, re.M
    )
    assert [row[0] for row in rows] == ["transfer", "scratch", "random forest"] * 3
    for _, mcc, mc, f1 in rows:
        assert float(mc) == pytest.approx((float(mcc) + 1) / 2, abs=0.001)
        assert 0 < float(f1) <= 1
    # With all labels every method is far better than guessing.
    assert all(float(row[1]) > 0.5 for row in rows[-3:])
    assert re.search(r"model file of \d+\.\d MB, \d+ stars classified: MCC 0\.[4-9]", text)
    assert "features: 100%" in progress and "transfer curve: 100%" in progress


def test_the_table_of_the_demo_is_that_of_a_transfer_curve(folder, monkeypatch):
    monkeypatch.setattr(_demo, "FRACTIONS", (0.25, 1.0))
    # Trees that are made quickly.
    monkeypatch.setattr(_demo, "METHODS", ("transfer", "extra_trees"))
    model, target = load_model(folder / "source.vartl"), sine_light_curves(24, random_state=3)
    # Of the easy stars some are called wrong, so that the scores are not all one.
    labels = target.labels.copy()
    labels[:6] = "OTHER"
    target = target.replace(labels=labels)
    tables = []
    monkeypatch.setattr(
        evaluation,
        "transfer_curve",
        lambda *x, **y: tables.append(transfer_curve(*x, **y)) or tables[0],
    )
    text = _demo.comparison(model, target, jobs=1, seed=0, verbose=False)
    (table,) = tables
    assert set(table["split"]) == {0, 1}
    title, head, *lines = text.splitlines()
    assert "mean of two splits" in title
    assert head.split() == ["labels", "method", "MCC", "Mc", "macro", "F1"]
    assert [line[16:30].strip() for line in lines] == 2 * ["transfer", "extra trees"]
    # Half of the stars are the training stars; the number stands in the first line of a fraction.
    assert [line[:14].strip() for line in lines] == ["25% (6)", "", "100% (12)", ""]
    for line in lines:
        mcc, mc, f1 = map(float, line[30:].split())
        assert mc == pytest.approx((mcc + 1) / 2, abs=0.001) and 0 < f1 < 1
    last = table[(table["fraction"] == 1.0) & (table["method"] == "extra_trees")]
    assert f1 == pytest.approx(last["f1_macro"].mean(), abs=0.0006)
    assert len({line[30:] for line in lines}) > 2


def test_the_demo_fine_tunes_on_a_tenth_and_classifies_the_others(folder):
    model, target = load_model(folder / "source.vartl"), sine_light_curves(40, random_state=3)
    text = _demo.classified(model, target, 0)
    said = re.fullmatch(
        r"  4 labels, model file of (0\.\d) MB, 36 stars classified: MCC (0\.9\d\d|1\.000)", text
    )
    assert float(said[1]) == pytest.approx((folder / "source.vartl").stat().st_size / 1e6, abs=0.06)


def test_the_demo_fine_tunes_on_half_as_many_stars_with_seeds_of_their_own():
    source, target = _demo.surveys(47, 3)
    assert (len(source), len(target)) == (47, 23)
    assert {*source.labels} == {*_demo.SOURCE_CLASSES}
    assert {*target.labels} == {*_demo.TARGET_CLASSES}
    # The next seed is that of its own source.
    again, _ = _demo.surveys(47, 4)
    assert not np.array_equal(again.mag[:50], source.mag[:50])
    twin = simulate_survey(23, "asas", classes=_demo.TARGET_CLASSES, random_state=4)
    np.testing.assert_array_equal(target.mag, twin.mag)


def test_the_demo_compares_few_labels_and_all():
    """A tenth of the labels is what it fine-tunes on at last; fractions of stars grow, and end with all."""
    assert 0.1 in _demo.FRACTIONS and _demo.FRACTIONS[-1] == 1.0
    assert all(0 < less < more for less, more in itertools.pairwise(_demo.FRACTIONS))
    # Half of the 750 stars train: of nine classes there are labels in each fraction.
    assert _demo.FRACTIONS[0] * 375 > len(_demo.TARGET_CLASSES)


def test_the_demo_needs_stars(vartl):
    code, out, errors = vartl("demo", "--stars", 99)
    assert (code, out) == (1, "") and "--stars must be at least 100, got 99" in errors


@pytest.mark.skipif(not _compiled.HAS_NUMBA, reason="there is nothing to compile without numba")
def test_warm_up_says_that_all_is_ready(vartl):
    code, out, errors = vartl("warm-up")
    assert code == 0 and re.fullmatch(r"ready after \d+ s; later starts .*\n", out)
    # Where nothing has been compiled yet, it is told what is.
    assert all("compiling" in line for line in errors.splitlines())
    assert vartl("warm-up", "-q") == (0, "", "")


@pytest.mark.skipif(not _compiled.HAS_NUMBA, reason="there is nothing to compile without numba")
def test_warm_up_needs_every_kernel_of_other_stars_and_of_trees(monkeypatch):
    called, call = set(), _compiled.Kernel.__call__

    def noted(kernel, *arguments):
        types = [getattr(each, "dtype", type(each)) for each in arguments]
        called.add((kernel.name, *map(str, types)))
        return call(kernel, *arguments)

    monkeypatch.setattr(_compiled.Kernel, "__call__", noted)
    _demo.exercise()
    at_warm_up = called.copy()
    called.clear()
    rng = np.random.default_rng(0)
    pulsating = np.sort(rng.uniform(0, 500, 120))
    # Narrow eclipses, which a periodogram does not see, and two visits, years apart.
    eclipsing = np.sort(rng.uniform(0, 500, 400))
    visited = np.sort(np.append(rng.uniform(0, 20, 80), rng.uniform(1500, 1520, 80)))
    dips = (eclipsing / 7.3 % 1 < 0.03) + 0.9 * ((eclipsing / 7.3 + 0.4) % 1 < 0.03)
    time = np.concatenate([pulsating, eclipsing, visited])
    shapes = np.sin(2 * np.pi * pulsating / 0.61), dips, np.sin(2 * np.pi * visited / 1.7)
    mag = 15 + np.concatenate(shapes) + rng.normal(0, 0.03, 680)
    X = LightCurves(time, mag, np.full(680, 0.03), offsets=[0, 120, 520, 680])
    # All there are: those in no set, which the commands ask for by name, too.
    every = [definition.name for definition in feature_definitions()]
    LightCurveFeatures(every).transform(X)
    missing = sorted(name for name, *_ in called - at_warm_up)
    assert len(called) > 20 and missing == []
    assert any(name.startswith("sklearn_vartl.transfer.") for name, *_ in at_warm_up)


def test_warm_up_needs_numba(vartl, monkeypatch):
    monkeypatch.setattr(_compiled, "HAS_NUMBA", False)
    code, out, errors = vartl("warm-up")
    assert (code, out) == (1, "") and "numba is not installed, or switched off" in errors


def test_the_steps_of_the_demo_and_what_they_hand_on(vartl, monkeypatch):
    """Of whole surveys it takes minutes: what makes and judges models is put in its place."""
    from sklearn_vartl import features, transfer

    made, shown = {}, []

    class Fitted:
        def __init__(self, features, network):
            self.steps, made["fitted"] = [("features", features), ("network", network)], self

        def fit(self, X, y):
            self.learned = len(X), len(y)

    def kept(name):
        def make(*arguments, **settings):
            own = made[name] = SimpleNamespace(**settings)
            own.set_params = vars(own).update
            return own

        return make

    stars = np.arange(9), np.arange(4)
    monkeypatch.setattr(features, "LightCurveFeatures", kept("features"))
    monkeypatch.setattr(transfer, "TransferMLPClassifier", kept("network"))
    monkeypatch.setattr(transfer, "make_transfer_pipeline", Fitted)

    def surveys(n_stars, seed):
        made["asked"] = n_stars, seed
        return tuple(_Survey(each) for each in stars)

    monkeypatch.setattr(_demo, "surveys", surveys)
    monkeypatch.setattr(_demo, "comparison", lambda *a, **k: shown.append(k) or "the table")
    monkeypatch.setattr(_demo, "classified", lambda model, target, seed: f"seed {seed}")
    code, out, _ = vartl("demo", "--stars", 100, "--random-state", 7, "-j", 3)
    assert code == 0 and made["asked"] == (100, 7) and made["fitted"].learned == (9, 9)
    assert re.sub(r"in \d+ s", "in 0 s", out).splitlines() == [
        "[1/4] simulating two surveys: OGLE (I band) as the source, ASAS (V band) as the target",
        f"[2/4] learning the source: 9 stars, {len(_demo.SOURCE_CLASSES)} classes",
        f"[3/4] fine-tuning on the target: 4 stars, {len(_demo.TARGET_CLASSES)} classes",
        "the table",
        "[4/4] saving the model fine-tuned on 10% of the labels, loading it, classifying the others",
        "seed 7", "done in 0 s",
    ]  # fmt: skip
    assert shown == [{"jobs": 3, "seed": 7, "verbose": True}]
    # The curve shows its own progress, and has the cores.
    network = made["network"]
    assert (network.verbose, network.n_jobs, network.random_state) == (0, None, 7)
    assert network.n_estimators == 3
    assert (made["features"].verbose, made["features"].n_jobs) == (True, 3)
    assert vartl("demo", "--stars", 100, "-q")[1] == "the table\nseed 0\n"


class _Survey:
    def __init__(self, labels):
        self.labels = labels

    def __len__(self):
        return len(self.labels)


@pytest.mark.parametrize("output", [None, "kernels"])
def test_warm_up_tells_its_time_and_where_kernels_are(vartl, monkeypatch, tmp_path, output):
    # From 100 to 104 seconds of a clock that stands somewhere.
    clock = iter([100.0, 104.0] * 2)
    monkeypatch.setattr(_demo.time, "perf_counter", lambda: next(clock))
    anew = []
    monkeypatch.setattr(_demo, "exercise", lambda: anew.append(bool(_compiled._ANEW)))
    monkeypatch.setattr(_compiled, "HAS_NUMBA", True)
    monkeypatch.setattr(_compiled, "write_object_code", lambda folder: folder / "own")
    options = [] if output is None else ["-o", tmp_path / output]
    code, out, _ = vartl("warm-up", *options)
    said = [] if output is None else [f"kernels -> {tmp_path / output / 'own'}"]
    assert code == 0
    assert out.splitlines() == [*said, "ready after 4 s; later starts load what was compiled"]
    assert vartl("warm-up", "-q", *options) == (0, "", "")
    # What was compiled beforehand cannot be written again.
    assert anew == [output is not None] * 2 and not _compiled._ANEW
