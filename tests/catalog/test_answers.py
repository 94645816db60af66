"""What a catalogue says of each star, by a model that knows its answers: features and networks are left out."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklearn_vartl import LightCurveFeatures, LightCurves
from sklearn_vartl.catalog import _classify
from sklearn_vartl.catalog._star_classifier import (
    StarClassifier,
    _by_text,
    _divided,
    _extractors,
    _left_out,
    _unwrapped,
    check,
)
from sklearn_vartl.features import UPSILON_PREFIX
from sklearn_vartl.probabilities import DriftTest
from sklearn_vartl.transfer import FineTunedClassifier, TransferPipeline

from .conftest import sines


class Known(ClassifierMixin, BaseEstimator):
    """Three classes, of which a star of large amplitude is rather the second."""

    classes_ = np.array(["A", "B", "C"])
    is_transferred_ = True

    def __init__(self, priors=None):
        self.priors = priors

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def predict_proba(self, X):
        # float32, as networks give them.
        large = np.asarray(X)[:, :1] > 0.5
        return np.where(large, [[0.2, 0.7, 0.1]], [[0.6, 0.3, 0.1]]).astype(np.float32)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_or_abstain(self, X, min_probability=0.65, max_novelty=0.9, purity=None):
        self.asked = (min_probability, max_novelty, purity)
        proba = self.predict_proba(X)
        return np.where(proba.max(axis=1) < min_probability, "unknown", self.predict(X))

    def purity_thresholds(self, purity):
        return dict.fromkeys(self.classes_, purity)

    def predict_set(self, X, alpha):
        return self.predict_proba(X) > alpha

    def novelty_score(self, X):
        return np.asarray(X)[:, 0].astype(np.float32)

    def drift_test(self, X):
        return DriftTest(0.5, False, 0)


class Plain(Known):
    """The same without novelty and drift."""

    novelty_score = drift_test = property()


def model(last=None, names=("amplitude", "skewness"), **params):
    features = LightCurveFeatures(list(names), **params)
    last = Known() if last is None else last
    return TransferPipeline(
        [("features", features), ("last", last.fit(np.zeros((2, len(names))), None))]
    )


def stars(n=4, n_points=12):
    """Sines of amplitudes that grow: the second half is large."""
    time = np.tile(np.arange(n_points) * 0.37, n)
    size = np.repeat(np.where(np.arange(n) < n / 2, 0.2, 1.0), n_points)
    mag = 12 + size * np.sin(time) + 0.01 * np.cos(9 * time)
    return LightCurves(time, mag, np.full(len(time), 0.01), np.arange(n + 1) * n_points)


@pytest.fixture
def quick(monkeypatch):
    """No period is searched for: it has nothing to do with what is asked here."""
    monkeypatch.setattr("sklearn_vartl.catalog._star_classifier._PERIOD_COLUMNS", ("amplitude",))
    monkeypatch.setattr(StarClassifier, "_periods", lambda self, X, table, label: {})


def test_labels_probabilities_and_novelty_are_those_of_the_model(quick):
    X = stars()
    table, found = StarClassifier(model())(X)
    assert table["label"].tolist() == ["A", "A", "B", "B"]
    np.testing.assert_allclose(table["p_max"], [0.6, 0.6, 0.7, 0.7], rtol=1e-6)
    np.testing.assert_allclose(table["p_C"], 0.1, rtol=1e-6)
    assert {table[name].dtype for name in ("p_max", "p_A", "novelty", "period")} == {
        np.dtype(float)
    }
    np.testing.assert_allclose(table["novelty"], model()[0].transform(X)[:, 0], rtol=1e-6)
    assert table["n_points"].tolist() == [12] * 4 and set(table["flag"]) == {""}
    assert found.sums["n_stars"] == 4 and found.sums["n_predicted"] == [2, 2, 0]
    # Four stars are too few to tell of a drift.
    assert found.drift is None and found.adapted is None and found.outliers == (0, 0)
    assert "novelty" not in StarClassifier(model(Plain()))(X)[0]


def test_thirty_stars_of_a_model_that_was_fine_tuned_tell_of_a_drift(quick):
    judge = StarClassifier(model())
    for n, told in ((29, False), (30, True), (33, True), (4, False)):
        assert (judge(stars(n))[1].drift is not None) == told
    assert StarClassifier(model(Plain()))(stars(30))[1].drift is None
    assert judge(stars(30))[1].drift == DriftTest(0.5, False, "amplitude")
    untuned = Known()
    untuned.is_transferred_ = False
    assert StarClassifier(model(untuned))(stars(30))[1].drift is None


def test_stars_without_features_have_a_flag_and_no_answer(quick):
    X = stars(4)
    limit = np.zeros(48, dtype=bool)
    limit[13:24] = True
    mag = X.mag.copy()
    mag[36:] = 12.0
    judge = StarClassifier(model(min_observations=8), alpha=0.15)
    table, found = judge(X.replace(limit=limit, mag=mag))
    assert table["flag"].tolist() == ["", "too few usable points", "", "all magnitudes equal"]
    assert table["label"].tolist() == ["A", None, "B", None]
    assert table["set"].tolist() == ["A|B", "", "A|B", ""]
    assert table["n_points"].tolist() == [12, 1, 12, 12]
    for name in ("novelty", "p_max", "p_A", "period", "amplitude"):
        assert np.isnan(table[name]).tolist()[1::2] == [True, True], name
    assert found.sums["n_stars"] == 2
    # Where no star is left nothing is told of the stars before.
    nobody, found = judge(X.replace(limit=np.ones(48, dtype=bool)))
    assert found.sums is None and set(nobody["flag"]) == {"too few usable points"}
    assert list(nobody) == list(table) and len(judge(X[:0])[0]["label"]) == 0


def test_what_abstaining_and_purity_ask_the_model_for(quick):
    last = Known()
    table, _ = StarClassifier(model(last), abstain=True)(stars())
    assert table["label"].tolist() == ["unknown", "unknown", "B", "B"]
    assert last.asked == (0.65, 0.9, None)
    # For a purity alone neither a limit of probability nor one of novelty.
    table, _ = StarClassifier(model(last), purity=0.8)(stars())
    assert last.asked == (0.0, 1.0, 0.8) and set(table["label"]) == {"A", "B"}
    StarClassifier(model(last), purity=0.8, abstain=True)(stars())
    assert last.asked == (0.65, 0.9, 0.8)


def test_the_type_of_labels_is_that_of_the_classes_unless_others_may_be_told(quick):
    last = Known()
    last.classes_ = np.array([3, 5, 9])
    assert StarClassifier(model(last)).label_type == pa.int64()
    assert StarClassifier(model(last)).probability_columns == ["p_max", "p_3", "p_5", "p_9"]
    assert StarClassifier(model(last))(stars())[0]["label"].tolist() == [3, 3, 5, 5]
    assert StarClassifier(model(last), abstain=True).label_type == pa.string()
    last.min_probability = 0.5
    nodes = StarClassifier(model(FrozenEstimator(last)))
    assert nodes.label_type == pa.string()
    assert nodes(stars())[0]["label"].tolist() == ["3", "3", "5", "5"]
    last.min_probability = None
    assert StarClassifier(model(last)).label_type == pa.int64()


def test_a_class_may_be_called_max(quick):
    last = Known()
    last.classes_ = np.array(["a", "max", "z"])
    judge = StarClassifier(model(last))
    assert judge.probability_columns == ["p_a", "p_max", "p_z"]
    np.testing.assert_allclose(judge(stars())[0]["p_max"], [0.3, 0.3, 0.7, 0.7], rtol=1e-6)


def test_features_of_the_model_and_of_the_catalogue_are_computed_once():
    judge = StarClassifier(model(names=["amplitude", "period"], n_jobs=3, verbose=1), n_jobs=2)
    assert judge._names[:2] == ["amplitude", "period"] and judge._own == [0, 1]
    assert len(set(judge._names)) == len(judge._names) and "n_outliers" in judge._names
    extractor = judge._extractor
    assert (extractor.on_error, extractor.n_jobs, extractor.verbose) == ("nan", 2, 0)
    assert extractor.passthrough is None and judge.passthrough == []
    # In a list some of the reference's features bear a prefix, which in their set they do not.
    front = LightCurveFeatures("upsilon")
    judge = StarClassifier(TransferPipeline([("features", front), ("last", Known())]))
    own = [judge._names[i].removeprefix(UPSILON_PREFIX) for i in judge._own]
    assert own == front.get_feature_names_out().tolist()
    assert any(judge._names[i].startswith(UPSILON_PREFIX) for i in judge._own)


def test_measurements_that_stand_alone_are_counted_in_all_bands(quick):
    judge = StarClassifier(model())
    judge._names = ["n_outliers_V", "amplitude", "n_outliers_I", "n_outliers2", "my_n_outliers"]
    table = np.array([[1, 9, 2, 9, 9], [0, 9, np.nan, 9, 9], [0, 9, 4, 9, 9]], dtype=float)
    assert judge._outliers(table) == (7, 2)
    judge._names = ["n_outliers"]
    assert judge._outliers(np.array([[3.0], [np.nan]])) == (3, 1)


def test_settings_are_all_that_rows_depend_on(quick):
    assert StarClassifier(model()).settings == StarClassifier(model(), n_jobs=2).settings
    changes = [{"classes": ["A", "B"]}, {"abstain": True}, {"purity": 0.9}, {"alpha": 0.1}]
    found = [str(StarClassifier(weighable(), **change).settings) for change in [{}, *changes]]
    assert len(set(found)) == 5


def weighable():
    last = Known()
    last.priors_ = np.array([0.5, 0.3, 0.2])
    return model(last)


def test_classes_that_are_left_out_have_no_share_and_the_others_theirs(quick):
    given = weighable()
    judge = StarClassifier(given, exclude=["C"])
    assert judge.model[-1].priors == {"A": 0.5, "B": 0.3, "C": 0.0}
    assert given[-1].priors is None and judge.model[-1] is not given[-1]
    judge = StarClassifier(given, priors={"A": 1.0})
    assert judge.model[-1].priors == {"A": 1.0} and given[-1].priors is None
    given[-1].priors_ = np.array([0.0, 0.0, 1.0])
    with pytest.raises(ValueError, match="gives all of the classes that remain no share"):
        StarClassifier(given, exclude=["C"])
    # What estimates shares has none yet.
    assert StarClassifier(given, exclude=["C"], priors="em").model[-1].priors == "em"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"alpha": 0}, "alpha must be between 0 and 1, got 0"),
        ({"alpha": 1}, "alpha must be between 0 and 1, got 1"),
        ({"alpha": -0.1}, "alpha must be between 0 and 1, got -0.1"),
        ({"alpha": 1.5}, "alpha must be between 0 and 1, got 1.5"),
        ({"alpha": 0.1, "adapt": True}, "adapt goes neither with abstain"),
        ({"purity": 0.9, "adapt": True}, "adapt goes neither with abstain"),
        ({"adapt": True}, "TransferPipeline has no embed"),
        ({"classes": ["A", "Q"], "exclude": ["P"]}, "P, Q: no class of the model, .* are A, B, C"),
        ({"exclude": ["A", "B", "C"]}, "no class of the model is left"),
        ({"classes": ["A"], "exclude": "A"}, "no class of the model is left"),
        ({"classes": []}, "no class of the model is left"),
    ],
)
def test_what_cannot_be_asked_for(settings, said, quick):
    with pytest.raises((TypeError, ValueError), match=said):
        StarClassifier(model(), **settings)


@pytest.mark.parametrize(
    ("classes", "exclude", "left_out"),
    [
        (None, None, []),
        (["A"], None, ["B", "C"]),
        ("A", None, ["B", "C"]),
        (None, "C", ["C"]),
        (["B", "A"], ["B"], ["B", "C"]),
        (["A", "B", "C"], [], []),
    ],
)
def test_classes_that_are_left_out(classes, exclude, left_out):
    assert _left_out(Known(), classes, exclude) == left_out
    numbers = SimpleNamespace(classes_=np.array([1, 2]))
    assert _left_out(numbers, [2], None) == _left_out(numbers, None, ["1"]) == ["1"]


def test_shares_are_told_as_text_and_plain_numbers():
    assert _by_text({1: np.float32(0.25), "a": 1}) == {"1": 0.25, "a": 1}
    assert type(_by_text({1: np.float32(0.25)})["1"]) is float
    assert _by_text(np.array([0.5, 0.5])) == [0.5, 0.5] and _by_text(None) is None
    assert _by_text("balanced") == "balanced" and _by_text(0.9) == 0.9


def test_who_answers_inside_of_others():
    last = LogisticRegression()
    tuned = FineTunedClassifier(last)
    tuned.model_ = FrozenEstimator(last)
    search = GridSearchCV(last, {})
    search.best_estimator_ = tuned
    assert _unwrapped(FrozenEstimator(search)) is last and _unwrapped(last) is last
    features = LightCurveFeatures(["amplitude"])
    piped = make_pipeline(FrozenEstimator(features), last)
    assert _divided(piped)[0] is features and _divided(piped)[1].steps == piped.steps[1:]
    for other in (make_pipeline(last, last), make_pipeline(features), last):
        assert _divided(other) == (None, other)
    assert _extractors(search) == [] and _extractors(piped) == [features]
    assert _extractors(make_pipeline(piped, piped)) == [features, features]
    with pytest.raises(TypeError, match="LogisticRegression takes no light curves"):
        check(last, [])
    with pytest.raises(TypeError, match="The last step, LightCurveFeatures, gives no class prob"):
        check(make_pipeline(features), [features])


def test_a_file_of_a_model_is_loaded_again_when_it_was_written_again(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(_classify, "StarClassifier", lambda path: made.append(path) or len(made))
    _classify._from_file.cache_clear()
    path = tmp_path / "m.vartl"
    path.touch()
    assert _classify._classifier(path) == _classify._classifier(str(path)) == 1
    import os

    os.utime(path, (1, 1))
    assert _classify._classifier(path) == 2 and set(made) == {str(path)}
    others = [tmp_path / f"{k}.vartl" for k in range(4)]
    for other in others:
        other.touch()
    # Four are kept: the oldest goes when a fifth comes.
    for other in [path, *others[:3], path, *others[:3]]:
        _classify._classifier(other)
    assert len(made) == 5
    _classify._classifier(others[3])
    _classify._classifier(path)
    assert len(made) == 7
    _classify._from_file.cache_clear()


def test_no_star_that_can_be_read_is_told_of_in_memory():
    with pytest.raises(ValueError, match="there are no light curves to classify"):
        _classify.classify(model(), sines(2)[:0])


def test_partitions_keep_their_index_and_their_column_of_identifiers(quick):
    pytest.importorskip("nested_pandas", reason="nested-pandas is not installed")
    X = stars()
    frame = X.replace(ids=list("abcd")).to_nested("lc")
    table = _classify.classify_partition(model(), frame)
    assert table.columns[:2].tolist() == ["object_id", "label"]
    assert table["object_id"].tolist() == list("abcd") and table["label"].tolist() == list("AABB")
    assert table.index.equals(frame.index) and str(table["label"].dtype)[:3] in ("str", "obj")
    # Where identifiers are the index they stay there; without any there is no such column.
    index = pd.Index(frame["object_id"], name="object_id")
    bare = frame[["lc"]]
    named = _classify.classify_partition(model(), bare.set_axis(index))
    assert named.index.tolist() == list("abcd") and named.columns[0] == "label"
    without = _classify.classify_partition(model(), bare)
    assert without.columns[0] == "label" and len(without) == 4
    assert _classify.classify_partition(model(), frame.iloc[:0]).dtypes.equals(table.dtypes)
