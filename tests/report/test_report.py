"""The page about a model: complete, self-contained, and readable in a browser."""

import re
import shutil
import subprocess
from base64 import b64decode
from copy import deepcopy
from html.parser import HTMLParser
from io import BytesIO

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.preprocessing import FunctionTransformer

from sklearn_vartl import (
    LightCurveFeatures,
    LightCurves,
    TransferMLPClassifier,
    TransferPipeline,
    make_transfer_pipeline,
)
from sklearn_vartl.cli import main
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.persistence import save_model
from sklearn_vartl.report import report
from sklearn_vartl.report._report import predictions, summary

# Where the pictures of stars are not what is tested: each takes a tenth of a second.
FEW_PICTURES = {"n_mistakes": 1, "n_novel": 1, "n_sheet": 0}


class Page(HTMLParser):
    """Texts, images and whatever the page would load."""

    def __init__(self, text):
        super().__init__()
        self.headings, self.images, self.loaded, self._tag = [], [], [], None
        self.text = text
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self._tag = tag
        if tag == "img":
            self.images.append(attrs)
        self.loaded += [attrs[k] for k in ("src", "href") if k in attrs]

    def handle_data(self, data):
        if self._tag in ("h1", "h2"):
            self.headings.append(data)
            self._tag = None


@pytest.fixture(scope="module")
def survey():
    return simulate_survey(60, "asas", classes=["RRAB", "EC", "MIRA"], random_state=0)


@pytest.fixture(scope="module")
def model(survey):
    network = TransferMLPClassifier((16,), n_estimators=1, min_steps=30, random_state=0)
    known = survey[np.flatnonzero(survey.labels[:40] != "MIRA")]
    return make_transfer_pipeline(LightCurveFeatures(), network).fit(known, known.labels)


@pytest.fixture(scope="module")
def path(model, survey, tmp_path_factory):
    y = survey.labels[40:].copy()
    y[0] = None
    file = tmp_path_factory.mktemp("report") / "report.html"
    return report(model, survey[40:], y, file, n_mistakes=3, n_novel=2, title="A <new> survey")


@pytest.fixture(scope="module")
def page(path):
    return Page(path.read_text(encoding="utf-8"))


def test_has_its_sections(page):
    assert page.headings[0] == "A <new> survey"
    assert "A &lt;new&gt; survey" in page.text
    assert {"Summary", "Classes", "Most confident mistakes", "Model", "Training"} <= set(
        page.headings
    )
    assert "Contact sheet" in page.headings


def test_counts_what_was_left_out(page):
    assert "1 star left out: no label" in page.text
    assert "19 labelled stars" in page.text


def test_names_the_class_that_the_model_does_not_know(page):
    assert "does not know MIRA" in page.text


def test_holds_its_images(page):
    from PIL import Image

    assert len(page.images) >= 5 + 3
    for image in page.images:
        assert image["alt"]
        data = image["src"].removeprefix("data:image/png;base64,")
        assert Image.open(BytesIO(b64decode(data))).width > 100


def test_loads_nothing(page):
    assert all(source.startswith("data:") for source in page.loaded)
    assert "http" not in re.sub(r"data:image/png;base64,[^\"]+", "", page.text)


def test_stars_that_the_model_has_learned_are_told(model, survey):
    X = survey[[*np.flatnonzero(survey.labels[:40] != "MIRA")[:8], *range(40, 52)]]
    with pytest.warns(UserWarning, match="has learned 8 of these 20 stars: scores on them are too"):
        found = predictions(model, X, X.labels)
    assert summary(found)["texts"] == [
        "The model has learned 8 of these stars: the scores are too good."
    ]
    found = predictions(model, X, X.labels, unseen=True)
    assert summary(found)["texts"] == ["8 stars left out: learned by the model."]
    assert found.X.ids.tolist() == X.ids[8:].tolist() and found.n_learned == 0
    with pytest.raises(ValueError, match="has learned all 8 stars: none is left"):
        predictions(model, X[:8], X.labels[:8], unseen=True)


@pytest.mark.filterwarnings("ignore:the model has learned")
def test_leaves_no_figure_open(model, survey, tmp_path):
    before = plt.get_fignums()
    report(
        model, survey[:8], survey.labels[:8], tmp_path / "r.html", **FEW_PICTURES | {"n_sheet": 1}
    )
    assert plt.get_fignums() == before


@pytest.mark.filterwarnings("ignore:the model has learned")
def test_a_perfect_model_has_no_mistakes(model, survey, tmp_path):
    found = model.predict(survey[:8])
    file = report(model, survey[:8], found, tmp_path / "r.html", **FEW_PICTURES)
    assert "There is no mistake." in file.read_text(encoding="utf-8")


def test_a_browser_shows_it_without_an_error(path, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("Chromium is not installed")
    picture = tmp_path / "page.png"
    run = subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--enable-logging=stderr",
            f"--user-data-dir={tmp_path / 'profile'}", "--window-size=420,900",
            f"--screenshot={picture}", path.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert picture.stat().st_size > 10_000
    assert "CONSOLE" not in run.stderr


class TestErrors:
    def test_light_curves_are_needed(self, model):
        with pytest.raises(TypeError, match="must be LightCurves"):
            report(model, np.zeros((3, 2)), ["EC"] * 3)

    def test_a_pipeline_is_needed(self, model, survey):
        with pytest.raises(TypeError, match="pipeline from light curves"):
            report(model.steps[-1][1], survey)

    def test_labels_must_be_as_many_as_stars(self, model, survey):
        with pytest.raises(ValueError, match=r"shape \(2,\), there are 60 stars"):
            report(model, survey, ["EC", "EC"])

    def test_a_label_is_needed(self, model, survey):
        with pytest.raises(ValueError, match="No star has a label"):
            report(model, survey, [None] * 60)


def test_the_command_writes_the_page(model, survey, tmp_path, capsys):
    from sklearn_vartl import write_light_curves

    save_model(model, tmp_path / "m.vartl")
    write_light_curves(survey[40:48], tmp_path / "stars.parquet")
    out = tmp_path / "page.html"
    arguments = ["report", "--model", tmp_path / "m.vartl", tmp_path / "stars.parquet", "-o", out]
    assert main([str(each) for each in arguments]) == 0
    assert "m on stars.parquet" in out.read_text(encoding="utf-8")
    assert "wrote" in capsys.readouterr().out


def test_a_star_with_nothing_to_draw_has_a_note_in_place_of_a_picture(survey):
    from sklearn_vartl.report._report import page, star_picture

    mag = survey.mag.copy()
    mag[survey.offsets[1] : survey.offsets[2]] = np.nan
    X = survey.replace(mag=mag)
    stars = [star_picture(X, 1, "RRAB <?>"), star_picture(X, 0, "RRAB")]
    found = Page(page("", "", [{"heading": "Stars", "stars": stars}]))
    assert len(found.images) == 1 and str(survey.ids[0]) in found.images[0]["alt"]
    assert f"<figcaption>RRAB &lt;?&gt;: Star {str(survey.ids[1])!r}" in found.text.replace(
        "&#39;", "'"
    )
    assert "<figcaption>RRAB</figcaption>" in found.text


def test_a_page_that_cannot_be_finished_leaves_the_old_one(model, survey, tmp_path, monkeypatch):
    from sklearn_vartl.report import _report

    file = tmp_path / "r.html"
    file.write_text("the page of yesterday")

    def full(handle):
        raise OSError("No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr("os.fsync", full)
        _report.report(model, survey[40:48], path=file, **FEW_PICTURES)
    assert file.read_text() == "the page of yesterday"
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_mistakes_come_in_the_order_of_confidence(survey):
    from sklearn_vartl.report._report import Predictions, mistakes, worst

    top = np.array([0.6, 0.9, 0.7, 0.8, 0.95])
    found = Predictions(
        X=survey[:5], features=np.zeros((5, 1)), y=np.array(["EC", "EC", "RRAB", "EC", "RRAB"]),
        proba=np.column_stack([1 - top, top]), classes=np.array(["EC", "RRAB"]), novelty=None,
        left_out={},
    )  # fmt: skip
    shown = [star["caption"] for star in mistakes(found, worst(found, 2), {})["stars"]]
    assert [caption.split(",")[0] for caption in shown] == [
        "called RRAB with probability 0.90",
        "called RRAB with probability 0.80",
    ]
    assert f"star {survey.ids[1]}" in mistakes(found, worst(found, 2), {})["stars"][0]["alt"]


def test_the_most_novel_stars_come_first_and_those_without_a_score_not_at_all(survey):
    from sklearn_vartl.report._report import Predictions, least_like, novel

    found = Predictions(
        X=survey[:4], features=np.zeros((4, 1)), y=np.array(["EC"] * 4), proba=np.ones((4, 1)),
        classes=np.array(["EC"]), novelty=np.array([0.2, np.nan, 0.9, 0.5]), left_out={},
    )  # fmt: skip
    shown = [
        star["caption"].split(";")[0] for star in novel(found, least_like(found, 4), {})["stars"]
    ]
    assert shown == ["novelty 0.900", "novelty 0.500", "novelty 0.200"]


def test_the_sheet_shows_each_class_and_no_star_twice(survey):
    from sklearn_vartl.report._report import Predictions, sheet_rows

    top = np.array([0.6, 0.9, 0.7, 0.8, 0.95, 0.51])
    proba = np.column_stack([1 - top, top])
    proba[5] = proba[5, ::-1]
    found = Predictions(
        X=survey[:6], features=np.zeros((6, 1)), y=np.array(["EC"] * 6), proba=proba,
        classes=np.array(["EC", "RRAB"]), novelty=np.array([0.1, 0.2, 0.9, 0.3, 0.4, np.nan]),
        left_out={},
    )  # fmt: skip
    assert sheet_rows(found, 0) == []
    assert sheet_rows(found, 1) == [
        ("RRAB", [("most certain", 4), ("least certain", 0), ("most novel", 2)]),
        ("EC", [("most certain", 5)]),
    ]


def test_stars_are_folded_at_the_period_that_classify_reports(model, survey):
    from sklearn_vartl import classify
    from sklearn_vartl.report._report import predictions, reported_periods, star_picture

    found = predictions(model, survey[40:50], survey.labels[40:50])
    periods = reported_periods(model, found, np.array([1, 3]))
    expected = classify(model, found.X)["period"].to_numpy()
    assert periods == {1: expected[1], 3: expected[3]}
    shown = star_picture(found.X, 1, "", "EC", 2 * expected[1])
    assert shown["image"] != star_picture(found.X, 1, "", "EC", expected[1])["image"]


@pytest.mark.parametrize(("label", "factor"), [("EW", 2), ("EC", 2), ("RRAB", 1)])
def test_stars_are_folded_as_their_class_demands(label, factor):
    from sklearn_vartl.evaluation import clean_star, searched_period

    time = np.sort(np.random.default_rng(0).uniform(0, 300, 200))
    X = LightCurves(time, 12 + 0.2 * np.sin(2 * np.pi * time / 0.31), np.full(200, 0.01))
    assert searched_period(clean_star(X, 0), label) == pytest.approx(0.31 * factor, rel=1e-3)


@pytest.fixture
def drawn(monkeypatch):
    """Figures on their way into the page."""
    from sklearn_vartl.report import _report

    figures, into_page = [], _report.figure

    def watch(figure, caption, alt, **options):
        figures.append(figure)
        return into_page(figure, caption, alt, **options)

    monkeypatch.setattr(_report, "figure", watch)
    return figures


def size(picture):
    from PIL import Image

    return Image.open(BytesIO(b64decode(picture["image"]))).size


def test_pictures_of_stars_hold_their_points(survey, drawn):
    from sklearn_vartl.report._report import star_picture

    star, period = survey[1], survey.table["true_period"][1]
    picture = star_picture(survey, 1, "a caption", None, period)
    assert picture["caption"] == "a caption" and size(picture) == (360, 250)
    (ax,) = drawn[-1].axes
    x, mag = np.array(ax.containers[0].lines[0].get_xydata()).T
    phase = (star.time - star.time[0]) / period % 1
    np.testing.assert_allclose(
        (x[: len(phase)] - x[0] - phase + phase[0] + 0.5) % 1, 0.5, atol=1e-6
    )
    np.testing.assert_allclose(x[len(phase) :] - x[: len(phase)], 1)
    np.testing.assert_allclose(mag, np.tile(star.mag, 2))
    # The curve of the fit goes over two cycles as well.
    (fit,) = [line for line in ax.lines if len(line.get_xdata()) != len(x)]
    at, value = fit.get_data()
    half = len(at) // 2
    np.testing.assert_allclose(at[half:] - at[:half], 1)
    np.testing.assert_array_equal(value[half:], value[:half])
    assert ax.get_xlabel() == f"phase ({period:.6g} d)" and ax.yaxis_inverted()
    assert (ax.get_ylabel(), ax.get_title()) == ("magnitude", str(survey.ids[1]))
    small = star_picture(survey, 1, "", None, float("nan"), small=True)
    (ax,) = drawn[-1].axes
    np.testing.assert_allclose(ax.containers[0].lines[0].get_xdata(), star.time)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (d)", "") and ax.yaxis_inverted()
    assert size(small) == (216, 160)
    # Points of a picture of half the size are smaller, too.
    large, little = (figure.axes[0].containers[0].lines[0] for figure in drawn[-2:])
    assert little.get_markersize() < large.get_markersize()


def test_cells_and_columns_of_a_table():
    from sklearn_vartl.report._report import page, table

    cells = table(("name", "n", "share", "none"), [["a", 1234, 0.5, None], ["b", None, 1.0, None]])
    assert cells["columns"] == [("name", False), ("n", True), ("share", True), ("none", False)]
    text = page("", "", [{"heading": "Table", "table": cells}])
    found = re.findall(r"<td[^>]*>([^<]*)</td>", text)
    assert [each.strip() for each in found] == ["a", "1,234", "0.500", "–", "b", "–", "1.000", "–"]


def predictions_of(survey, n, y, predicted, classes, novelty=None, **more):
    """Stars that are called so with certainty."""
    from sklearn_vartl.report._report import Predictions

    proba = (np.asarray(predicted)[:, None] == np.asarray(classes)).astype(float)
    return Predictions(
        X=survey[:n], features=np.zeros((n, 1)), y=np.asarray(y), proba=proba,
        classes=np.asarray(classes), novelty=novelty, left_out=more.pop("left_out", {}), **more,
    )  # fmt: skip


def test_scores_at_a_glance_by_hand(survey):
    """Two of three stars are right: balanced accuracy (1 + 1 / 2) / 2."""
    from sklearn_vartl.report._report import classes

    found = predictions_of(
        survey, 3, ["EC", "RRAB", "RRAB"], ["EC", "RRAB", "EC"], ["EC", "RRAB"],
        left_out={"no label": 0, "no feature can be computed": 1200},
    )  # fmt: skip
    told = summary(found)
    assert told["tiles"][0] == ("stars", "3")
    assert {"0.667", "0.750"} <= {value for _, value in told["tiles"]}
    assert told["texts"] == ["1,200 stars left out: no feature can be computed."]
    cells = classes(found)["table"]
    rows = {row[0]: row[1:] for row in cells["rows"]}
    assert rows["EC"] == pytest.approx([1, 2, 0.5, 1.0, 2 / 3], abs=5e-4)
    assert rows["RRAB"] == pytest.approx([2, 1, 1.0, 0.5, 2 / 3], abs=5e-4)
    assert classes(found)["texts"] == []
    strange = predictions_of(survey, 3, ["EC", "SR", "MIRA"], ["EC"] * 3, ["EC", "RRAB"])
    assert classes(strange)["texts"][0].startswith(
        "The model does not know MIRA, SR: 2 stars so called count as wrong."
    )
    strange = predictions_of(survey, 3, ["EC", "SR", "EC"], ["EC"] * 3, ["EC", "RRAB"])
    assert "know SR: 1 star so called counts as wrong." in classes(strange)["texts"][0]


def test_twelve_classes_at_most_stand_on_the_sheet(survey):
    from sklearn_vartl.report._report import contact_sheet, sheet_rows

    names = np.array([f"C{k:02d}" for k in range(14)])
    for n_classes, texts in ((12, 1), (13, 2), (14, 2)):
        # Two of each class but the last, which has one.
        called = np.repeat(names[:n_classes], 2)[:-1]
        found = predictions_of(survey, len(called), called, called, names)
        rows = sheet_rows(found, 1)
        assert len(rows) == 12
        if n_classes == 14:
            assert "C13" not in [label for label, _ in rows]
        told = contact_sheet(found, [(label, []) for label, _ in rows], {})
        if n_classes == 13:
            assert told["texts"][1] == "1 class of fewer stars is not shown."
        assert len(told["texts"]) == texts
        assert told["groups"][0]["heading"] == "C00: 2 stars"
    assert told["texts"][1] == "2 classes of fewer stars are not shown."


def test_without_novelty_the_sheet_has_two_kinds(survey):
    from sklearn_vartl.report._report import contact_sheet, least_like, sheet_rows

    found = predictions_of(survey, 4, ["EC"] * 4, ["EC"] * 4, ["EC"])
    rows = sheet_rows(found, 2)
    assert rows == [
        (
            "EC",
            [("most certain", 0), ("most certain", 1), ("least certain", 2), ("least certain", 3)],
        )
    ]
    assert least_like(found, 3).tolist() == []
    told = contact_sheet(found, [("EC", [("most certain", 2)])], {2: float("nan")})
    (star,) = told["groups"][0]["stars"]
    assert star["caption"] == "most certain: probability 1.00, labelled EC"
    assert size(star) == (216, 160) and str(survey.ids[2]) in star["alt"]


def test_models_that_classify_does_not_take_have_no_reported_periods(survey):
    from sklearn_vartl.report._report import reported_periods

    found = predictions_of(survey, 2, ["EC"] * 2, ["EC"] * 2, ["EC"])
    assert reported_periods(object(), found, np.array([], dtype=int)) == {}
    assert reported_periods(object(), found, np.array([0])) == {}


def test_importance_needs_a_star_of_a_known_class(survey):
    from sklearn_vartl.report._report import importance

    found = predictions_of(survey, 2, ["SR", "SR"], ["EC", "EC"], ["EC", "RRAB"])
    section = importance(found, None, ["amplitude"], 0)
    assert section["texts"] == ["No star has a class that the model knows."]


def test_classes_that_are_numbers_are_scored_as_text():
    """By hand: one of four is wrong, and the Matthews correlation 1 / sqrt(3)."""
    from sklearn.dummy import DummyClassifier
    from sklearn.tree import DecisionTreeClassifier

    from sklearn_vartl.report._report import _mcc_as_text

    X = np.array([[0.0], [0.0], [1.0], [1.0]])
    tree = DecisionTreeClassifier().fit(X, [7, 7, 8, 8])
    assert _mcc_as_text(tree, X, np.array(["7", "7", "8", "8"])) == 1.0
    assert _mcc_as_text(tree, X, np.array(["7", "8", "8", "8"])) == pytest.approx(1 / np.sqrt(3))
    one = DummyClassifier().fit(X, [7, 7, 7, 7])
    assert _mcc_as_text(one, X, np.array(["7", "7", "8", "8"])) == 0.0


def test_a_card_is_a_table_without_what_is_nested():
    from sklearn_vartl.report._report import model_card

    card = {
        "model": "Pipeline",
        "feature_names": ["a", "b"],
        "licence": None,
        "n_stars": 7,
        "scores": {"mcc": 1},
    }
    rows = [["model", "Pipeline"], ["feature names", "a, b"], ["licence", None], ["n stars", "7"]]
    assert model_card(card)["table"]["rows"] == rows


def test_stars_that_cannot_be_judged_are_refused_with_the_reason(model, survey):
    with pytest.raises(ValueError, match="X has no labels: pass y"):
        predictions(model, survey[40:42], None)
    constant = survey[40:42].replace(mag=np.full(survey[40:42].mag.size, 15.0))
    patient = deepcopy(model)
    patient[0].set_params(on_error="nan")
    with (
        pytest.warns(UserWarning, match="no features"),
        pytest.raises(ValueError, match="No labelled star can be classified"),
    ):
        predictions(patient, constant, constant.labels)


def test_a_model_is_a_pipeline_of_any_number_of_steps_before_a_classifier(
    monkeypatch, model, survey
):
    class Asked(Exception):
        pass

    def ask(*given):
        raise Asked

    monkeypatch.setattr("sklearn_vartl.report._report.predictions", ask)
    network = model.steps[-1]
    three = TransferPipeline([model.steps[0], ("same", FunctionTransformer()), network])
    for able in (model, three):
        with pytest.raises(Asked):
            report(able, survey, path="nowhere.html")
    for unable in (network[1], TransferPipeline([network])):
        with pytest.raises(TypeError, match="pipeline from light curves to a classifier"):
            report(unable, survey, path="nowhere.html")
