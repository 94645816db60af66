"""`report`: one HTML page about a model, from texts, tables and figures to the file."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import matthews_corrcoef
from sklearn.pipeline import Pipeline

from .._files import complete
from .._validation import missing_labels, warn_user
from ..catalog import classify
from ..evaluation import (
    SCORE_NAMES,
    FeatureImportanceDisplay,
    LightCurveDisplay,
    RecallDisplay,
    ReliabilityDisplay,
    TaxonomyConfusionDisplay,
    TrainingHistoryDisplay,
    clean_star,
    draw_folded,
    plain_times,
    score_report,
    searched_period,
)
from ..light_curves import LightCurves, pyplot
from ..persistence import describe, library_versions
from ._plots import SHEET_COLUMNS, sheet_stars

# Stars whose features are permuted: enough for a picture, and quick.
_MOST_PERMUTED = 1000
# Classes on the contact sheet: the page stays small enough to be mailed.
_MOST_CLASSES = 12


@dataclass(frozen=True)
class Predictions:
    """What the report is about: stars that have a label and could be classified."""

    X: object  # LightCurves
    features: np.ndarray  # what the classifier takes, (n_stars, n_features)
    y: np.ndarray  # their classes, as text
    proba: np.ndarray  # (n_stars, n_classes)
    classes: np.ndarray  # of the model, as text
    novelty: np.ndarray | None
    left_out: dict  # reason -> number of the stars that are not among them
    n_learned: int = 0  # stars among them that the model has learned

    @property
    def predicted(self):
        """Most probable class of each star."""
        return self.classes[self.proba.argmax(axis=1)]


def report(
    model: Any,
    X: LightCurves,
    y: Sequence | np.ndarray | None = None,
    path: str | os.PathLike = "report.html",
    *,
    title: str | None = None,
    n_mistakes: int = 20,
    n_novel: int = 8,
    n_sheet: int = 2,
    unseen: bool = False,
    random_state: int = 0,
) -> Path:
    """Write one HTML page about a model: scores, figures, its worst mistakes.

    The page holds everything it shows; no network is needed to read it.

    Parameters
    ----------
    model : fitted pipeline
        Takes light curves, its last step predicts probabilities; such as a TransferPipeline.
    X : LightCurves
        Stars the model was not made with: on its own it is always too good. Those that it has
        learned are recognised, and a warning counts them.
    y : array-like of shape (n_stars,), default=None
        Their classes; None takes ``X.labels``. Stars without one are left out and counted.
    path : str or path, default="report.html"
        File to write. It appears when the page is complete, in the place of an existing one.
    title : str, default=None
        Heading of the page; None names model and survey.
    n_mistakes : int, default=20
        Most confident mistakes shown with their folded light curves.
    n_novel : int, default=8
        Stars shown that are least like what the model has learned, where it has `novelty_score`.
    n_sheet : int, default=2
        Most certain, least certain and most novel stars of each class on the contact sheet; 0: no
        sheet. It has the twelve most frequent classes.
    unseen : bool, default=False
        Whether stars that the model has learned are left out.
    random_state : int, default=0
        Decides the permutations of the features.

    Returns
    -------
    path : Path
        The file.

    Raises
    ------
    TypeError
        If `X` are no light curves or the model takes none.
    ValueError
        If no star has a label, or none that has can be classified.
    ImportError
        If matplotlib is missing.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn_vartl import LightCurveFeatures, TransferMLPClassifier, make_transfer_pipeline
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> from sklearn_vartl.report import report
    >>> X = simulate_survey(24, "asas", classes=["RRAB", "EC"], random_state=0)
    >>> features = LightCurveFeatures(["amplitude", "shape_period"])
    >>> network = TransferMLPClassifier((8,), n_estimators=1, min_steps=20, random_state=0)
    >>> model = make_transfer_pipeline(features, network).fit(X[:16], X.labels[:16])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = report(model, X[16:], path=f"{folder}/report.html", n_mistakes=2, n_novel=1)
    ...     "<h1>" in file.read_text(encoding="utf-8")
    True
    """
    if not isinstance(X, LightCurves):
        raise TypeError(f"X must be LightCurves, got {type(X).__name__}.")
    if not isinstance(model, Pipeline) or len(model.steps) < 2:
        raise TypeError("model must be a pipeline from light curves to a classifier.")
    found = predictions(model, X, X.labels if y is None else y, unseen)
    classifier = model.steps[-1][1]
    card = describe(model)
    wrong, strange = worst(found, n_mistakes), least_like(found, n_novel)
    sheet = sheet_rows(found, n_sheet)
    rows = np.unique([*wrong, *strange, *(row for _, own in sheet for _, row in own)]).astype(int)
    periods = reported_periods(model, found, rows)
    sections = [
        summary(found),
        classes(found),
        confusion(found),
        recall(found),
        reliability(found),
        importance(found, classifier, card["feature_names"], random_state),
        mistakes(found, wrong, periods),
    ]
    if found.novelty is not None:
        sections.append(novel(found, strange, periods))
    if sheet:
        sections.append(contact_sheet(found, sheet, periods))
    if hasattr(classifier, "history_"):
        sections.append(history(classifier))
    sections += [model_card(card), libraries()]
    survey = f" on {X.survey}" if isinstance(X.survey, str) else ""
    title = f"{card['model']}{survey}" if title is None else title
    lead = f"{_counted(len(found.y), 'labelled star')}, {len(found.classes)} classes known to the model."
    path = Path(path)
    with complete(path) as file:
        file.write(page(title, lead, sections).encode("utf-8"))
    return path


def page(title, lead, sections):
    """A whole HTML document, with nothing loaded from elsewhere.

    Sections have a ``heading``, and what there is of ``tiles`` (captions and texts), ``texts``, ``table``
    (from `table`), ``figures`` and ``stars`` (from `figure`), and ``groups``, each with a
    heading and stars of its own.
    """
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader("sklearn_vartl.report", "."), autoescape=True)
    environment.filters["cell"] = _cell
    template = environment.get_template("_page.html")
    return template.render(title=title, lead=lead, sections=sections)


def predictions(model, X, y, unseen=False):
    """Classify the labelled stars; with `unseen` without those that the model has learned."""
    y, labelled = _labels(X, y)
    features = np.asarray(model[:-1].transform(X[np.flatnonzero(labelled)]), dtype=float)
    usable = ~np.isnan(features).all(axis=1)
    if not usable.any():
        raise ValueError("No labelled star can be classified.")
    classifier = model.steps[-1][1]
    left_out = {
        "no label": int((~labelled).sum()),
        "no feature can be computed": int((~usable).sum()),
    }
    judged, n_learned = judged_stars(classifier, features, usable, unseen, left_out)
    stars = np.flatnonzero(labelled)[judged]
    features = features[judged]
    novelty = classifier.novelty_score(features) if hasattr(classifier, "novelty_score") else None
    return Predictions(
        X=X[stars],
        features=features,
        y=y[stars].astype(str),
        proba=classifier.predict_proba(features),
        classes=np.asarray(classifier.classes_).astype(str),
        novelty=novelty,
        left_out=left_out,
        n_learned=n_learned,
    )


def _labels(X, y):
    """The labels as an array, and which stars have one."""
    if y is None:
        raise ValueError("X has no labels: pass y.")
    y = np.asarray(y, dtype=object)
    if y.shape != (len(X),):
        raise ValueError(f"y has the shape {y.shape}, there are {len(X)} stars.")
    labelled = ~missing_labels(y)
    if not labelled.any():
        raise ValueError("No star has a label.")
    return y, labelled


def judged_stars(classifier, features, usable, unseen, left_out):
    """Which of the usable stars a model is judged on, and how many of these it has learned, which is told.

    With `unseen` it is not judged on any that it has learned: `left_out` (reason -> number) counts them.

    Raises
    ------
    ValueError
        If it has learned all of them.
    """
    if not hasattr(classifier, "flag_seen"):
        return usable, 0
    learned = usable & np.asarray(classifier.flag_seen(features))
    n_learned, n_stars = int(learned.sum()), int(usable.sum())
    if not n_learned:
        return usable, 0
    if not unseen:
        warn_user(
            f"the model has learned {n_learned} of these {n_stars} stars: scores on them are too good; "
            "unseen=True leaves them out"
        )
        return usable, n_learned
    left_out["learned by the model"] = n_learned
    if n_learned == n_stars:
        raise ValueError(f"the model has learned all {n_stars} stars: none is left to judge it on")
    return usable & ~learned, 0


def _counted(number, noun):
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def summary(found):
    """Scores at a glance, and what was left out."""
    scores = score_report(found.y, found.proba, found.classes)["scores"]
    shown = [("stars", f"{len(found.y):,}")]
    # Mc says the same as the correlation.
    kinds = [kind for kind in SCORE_NAMES if kind != "Mc" and scores.get(kind) is not None]
    shown += [(SCORE_NAMES[kind], f"{scores[kind]:.3f}") for kind in kinds]
    texts = [f"{_counted(n, 'star')} left out: {why}." for why, n in found.left_out.items() if n]
    if found.n_learned:
        learned = (
            f"The model has learned {found.n_learned:,} of these stars: the scores are too good."
        )
        texts.insert(0, learned)
    return {"heading": "Summary", "tiles": shown, "texts": texts}


def classes(found):
    """Precision and recall of each class, and classes that the model does not know."""
    rows = score_report(found.y, found.proba, found.classes)["classes"]
    keys = ("class", "n_stars", "n_predicted", "precision", "recall", "f1")
    header = ("class", "stars", "predicted", "precision", "recall", "F1")
    unknown = sorted(set(found.y) - set(found.classes))
    texts = []
    if unknown:
        number = int(np.isin(found.y, unknown).sum())
        texts.append(
            f"The model does not know {', '.join(unknown)}: {_counted(number, 'star')} so called "
            f"count{'s' * (number == 1)} as wrong. "
            "Fine-tune it with some of them, or translate the names with harmonise."
        )
    cells = table(header, [[row[key] for key in keys] for row in rows])
    return {"heading": "Classes", "texts": texts, "table": cells}


def confusion(found):
    """Confusion matrix with related classes side by side."""
    display = TaxonomyConfusionDisplay.from_predictions(found.y, found.predicted)
    caption = "Rows are true classes, columns predicted ones; frames hold related classes."
    if not np.isnan(display.within_groups):
        caption += f" {display.within_groups:.0%} of the mistakes stay inside a frame."
    drawn = figure(display.figure_, caption, "confusion matrix")
    return {"heading": "What is taken for what", "figures": [drawn]}


def recall(found):
    """Recall against class size."""
    display = RecallDisplay.from_predictions(found.y, found.predicted)
    drawn = figure(display.figure_, "Bars are standard errors.", "recall against class size")
    return {"heading": "Recall and class size", "figures": [drawn]}


def reliability(found):
    """Reliability diagram."""
    display = ReliabilityDisplay.from_predictions(found.y, found.proba, labels=found.classes)
    caption = "Below the diagonal the model is too sure of itself. Size: stars in the bin."
    drawn = figure(display.figure_, caption, "reliability diagram")
    return {"heading": "Are the probabilities right?", "figures": [drawn]}


def importance(found, classifier, names, random_state):
    """Permutation importance of the families of features."""
    section = {"heading": "Which features matter"}
    stars = np.random.default_rng(random_state).permutation(len(found.y))[:_MOST_PERMUTED]
    stars = stars[np.isin(found.y[stars], found.classes)]
    if not len(stars):
        return section | {"texts": ["No star has a class that the model knows."]}
    display = FeatureImportanceDisplay.from_estimator(
        classifier,
        found.features[stars],
        found.y[stars],
        names=names,
        groups="family",
        scoring=_mcc_as_text,
        n_repeats=3,
        random_state=random_state,
    )
    caption = "What the Matthews correlation loses when a family of features is permuted."
    return section | {
        "figures": [figure(display.figure_, caption, "importance of feature families")]
    }


def _mcc_as_text(classifier, X, y):
    """Matthews correlation with classes compared as text, as those of the report are."""
    return matthews_corrcoef(y, np.asarray(classifier.predict(X)).astype(str))


def reported_periods(model, found, rows):
    """Position -> the period that `classify` reports of a star; NaN where it reports none.

    Empty for a model that `classify` does not take: its stars are searched when they are drawn.
    """
    if not len(rows):
        return {}
    try:
        table = classify(model, found.X[rows])
    except TypeError:
        return {}
    return dict(zip(rows.tolist(), table["period"].astype(float).tolist(), strict=True))


def worst(found, number):
    """Positions of the most confident mistakes."""
    wrong = np.flatnonzero(found.predicted != found.y)
    return wrong[np.argsort(-found.proba.max(axis=1)[wrong], kind="stable")][:number]


def mistakes(found, rows, periods):
    """The most confident mistakes with their light curves."""
    section = {"heading": "Most confident mistakes"}
    if not (found.predicted != found.y).any():
        return section | {"texts": ["There is no mistake."]}
    top = found.proba.max(axis=1)
    captions = {
        i: f"called {found.predicted[i]} with probability {top[i]:.2f}, labelled {found.y[i]}"
        for i in rows
    }
    stars = _pictures(found, captions, periods)
    return section | {"texts": ["Some may be mistakes of the labels."], "stars": stars}


def _pictures(found, captions, periods):
    """Stars by their positions, each folded at the period of the class that it is called."""
    return [
        star_picture(found.X, i, caption, found.predicted[i], periods.get(int(i)))
        for i, caption in captions.items()
    ]


def least_like(found, number):
    """Positions of the stars least like those the model has learned from."""
    if found.novelty is None:
        return np.empty(0, dtype=int)
    order = np.argsort(-found.novelty, kind="stable")[:number]
    return order[~np.isnan(found.novelty[order])]


def novel(found, rows, periods):
    """The stars least like those the model has learned from."""
    captions = {
        i: f"novelty {found.novelty[i]:.3f}; called {found.predicted[i]}, labelled {found.y[i]}"
        for i in rows
    }
    stars = _pictures(found, captions, periods)
    return {"heading": "Stars unlike the training stars", "stars": stars}


def sheet_rows(found, n_each):
    """Of the most frequent classes the stars to show: a list of (class, [(kind, position)])."""
    import pandas as pd

    if not n_each:
        return []
    table = pd.DataFrame({"label": found.predicted, "p_max": found.proba.max(axis=1)})
    if found.novelty is not None:
        table["novelty"] = found.novelty
    kinds = SHEET_COLUMNS[: 2 if found.novelty is None else 3]
    headings = [kind for kind in kinds for _ in range(n_each)]
    sheet = []
    for label in table["label"].value_counts().index[:_MOST_CLASSES]:
        chosen = sheet_stars(table[table["label"] == label], kinds, n_each)
        own = zip(headings, chosen, strict=True)
        sheet.append((label, [(kind, int(row)) for kind, row in own if row is not None]))
    return sheet


def contact_sheet(found, sheet, periods):
    """Of each class its most and least certain and its most novel stars."""
    groups = []
    for label, own in sheet:
        stars = [
            star_picture(
                found.X,
                row,
                f"{kind}: probability {found.proba[row].max():.2f}, labelled {found.y[row]}",
                label,
                periods.get(row),
                small=True,
            )
            for kind, row in own
        ]
        number = int((found.predicted == label).sum())
        groups.append({"heading": f"{label}: {_counted(number, 'star')}", "stars": stars})
    texts = ["Of the stars that are called so, folded at the period that vartl classify reports."]
    left = len(set(found.predicted)) - len(sheet)
    if left:
        classes_are = "class of fewer stars is" if left == 1 else "classes of fewer stars are"
        texts.append(f"{left} {classes_are} not shown.")
    return {"heading": "Contact sheet", "texts": texts, "groups": groups}


def history(classifier):
    """Loss against epoch."""
    display = TrainingHistoryDisplay.from_estimator(classifier)
    drawn = figure(display.figure_, "The last training, one line a network.", "training history")
    return {"heading": "Training", "figures": [drawn]}


def model_card(card):
    """What the model is, as a table."""
    rows = [
        (name.replace("_", " "), ", ".join(map(str, value)) if isinstance(value, list) else value)
        for name, value in card.items()
        if not isinstance(value, dict)
    ]
    cells = table(("", ""), [[name, None if v is None else str(v)] for name, v in rows])
    return {"heading": "Model", "table": cells}


def libraries():
    """The versions that the page was made with."""
    versions = [(name, version) for name, version in library_versions().items() if version]
    return {"heading": "Made with", "table": table(("library", "version"), versions)}


def table(header, rows):
    """A table for `page`: its columns and whether they hold numbers, which stand to the right."""
    rows = [list(row) for row in rows]
    numeric = [
        any(isinstance(row[k], int | float) for row in rows)
        and all(row[k] is None or isinstance(row[k], int | float) for row in rows)
        for k in range(len(header))
    ]
    return {"columns": list(zip(header, numeric, strict=True)), "rows": rows}


def _cell(value):
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def figure(drawn, caption, alt, *, dpi=110):
    """A matplotlib figure, which is closed, as an image in the page; `alt` is for those who do not see it."""
    buffer = BytesIO()
    drawn.savefig(buffer, format="png", dpi=dpi)
    pyplot().close(drawn)
    return {"image": b64encode(buffer.getvalue()).decode(), "caption": caption, "alt": alt}


def star_picture(X, position, caption, label=None, period=None, *, small=False):
    """A star folded on its period; as measured where there is none; a note where nothing is left.

    The period is NaN for none; None: that of a star of the class `label` is searched. Small pictures are among many.
    """
    try:
        star = clean_star(X, int(position))
    except ValueError as error:
        return {"image": None, "caption": f"{caption}: {error}"}
    size = (2.7, 2.0) if small else (3.6, 2.5)
    drawn, ax = pyplot().subplots(figsize=size, layout="constrained")
    period = searched_period(star, label) if period is None else period
    style = {"fmt": ".", "markersize": 2 if small else 3, "elinewidth": 0.5, "alpha": 0.7}
    if np.isnan(period):
        ax.errorbar(*star, **style)
        plain_times(ax, 3)
    else:
        draw_folded(ax, LightCurveDisplay(star, period), **style)
        ax.set_xlabel(f"phase ({period:.6g} d)")
    ax.yaxis.set_inverted(True)
    if not small:
        ax.set_ylabel("magnitude")
    ax.set_title(str(star.id), fontsize=9)
    return figure(drawn, caption, f"light curve of star {star.id}", dpi=80 if small else 100)
