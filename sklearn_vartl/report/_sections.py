"""The sections of the report, each a function of what was predicted."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import matthews_corrcoef

from ..evaluation import (
    FeatureImportanceDisplay,
    RecallDisplay,
    ReliabilityDisplay,
    TaxonomyConfusionDisplay,
    TrainingHistoryDisplay,
    score_report,
)
from ._page import figure, paragraph, table, tiles
from ._stars import gallery, star_picture

# Stars whose features are permuted: enough for a picture, and quick.
_MOST_PERMUTED = 1000


@dataclass(frozen=True)
class Predictions:
    """What the report is about.

    Attributes
    ----------
    X : LightCurves
        Stars that have a label and could be classified.
    features : ndarray of shape (n_stars, n_features)
        What the classifier takes.
    y : ndarray of str of shape (n_stars,)
        Their classes.
    proba : ndarray of shape (n_stars, n_classes)
    classes : ndarray of str of shape (n_classes,)
    novelty : ndarray of shape (n_stars,) or None
    left_out : dict of str to int
        Reason and number of the stars that are not among them.
    """

    X: object
    features: np.ndarray
    y: np.ndarray
    proba: np.ndarray
    classes: np.ndarray
    novelty: np.ndarray | None
    left_out: dict

    @property
    def predicted(self):
        """Most probable class of each star."""
        return self.classes[self.proba.argmax(axis=1)]


_NAMES = {
    "accuracy": "accuracy",
    "matthews_corrcoef": "Matthews correlation",
    "f1_macro": "macro F1",
    "balanced_accuracy": "balanced accuracy",
    "log_loss": "log loss",
    "calibration_error": "calibration error",
}


def summary(found):
    """Scores at a glance, and what was left out."""
    scores = score_report(found.y, found.proba, found.classes)["scores"]
    shown = [("stars", f"{len(found.y):,}")]
    shown += [(_NAMES[k], f"{scores[k]:.3f}") for k in _NAMES if scores.get(k) is not None]
    text = [paragraph(f"{n:,} stars left out: {why}.") for why, n in found.left_out.items() if n]
    return tiles(shown) + "".join(text)


def classes(found):
    """Precision and recall of each class, and classes that the model does not know."""
    rows = score_report(found.y, found.proba, found.classes)["classes"]
    keys = ("class", "n_stars", "n_predicted", "precision", "recall", "f1")
    header = ("class", "stars", "predicted", "precision", "recall", "F1")
    unknown = sorted(set(found.y) - set(found.classes))
    text = ""
    if unknown:
        number = int(np.isin(found.y, unknown).sum())
        text = paragraph(
            f"The model does not know {', '.join(unknown)}: these {number:,} stars count as wrong. "
            "Fine-tune it with some of them, or translate the names with harmonise."
        )
    return text + table(header, [[row[key] for key in keys] for row in rows])


def model_card(card):
    """What the model is, as a table."""
    rows = [
        (name.replace("_", " "), ", ".join(map(str, value)) if isinstance(value, list) else value)
        for name, value in card.items()
        if not isinstance(value, dict)
    ]
    return table(("", ""), [[name, None if v is None else str(v)] for name, v in rows])


def confusion(found):
    """Confusion matrix with related classes side by side."""
    display = TaxonomyConfusionDisplay.from_predictions(found.y, found.predicted)
    caption = "Rows are true classes, columns predicted ones; frames hold related classes."
    if not np.isnan(display.within_groups):
        caption += f" {display.within_groups:.0%} of the mistakes stay inside a frame."
    return figure(display.figure_, caption, "confusion matrix")


def reliability(found):
    """Reliability diagram."""
    display = ReliabilityDisplay.from_predictions(found.y, found.proba, labels=found.classes)
    caption = "Below the diagonal the model is too sure of itself. Size: stars in the bin."
    return figure(display.figure_, caption, "reliability diagram")


def recall(found):
    """Recall against class size."""
    display = RecallDisplay.from_predictions(found.y, found.predicted)
    return figure(display.figure_, "Bars are standard errors.", "recall against class size")


def importance(found, classifier, names, random_state):
    """Permutation importance of the families of features."""
    stars = np.random.default_rng(random_state).permutation(len(found.y))[:_MOST_PERMUTED]
    stars = stars[np.isin(found.y[stars], found.classes)]
    if not len(stars):
        return paragraph("No star has a class that the model knows.")
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
    return figure(display.figure_, caption, "importance of feature families")


def history(classifier):
    """Loss against epoch."""
    display = TrainingHistoryDisplay.from_estimator(classifier)
    return figure(display.figure_, "The last training, one line a network.", "training history")


def mistakes(found, number):
    """The most confident mistakes with their light curves."""
    wrong = np.flatnonzero(found.predicted != found.y)
    if not wrong.size:
        return paragraph("There is no mistake.")
    top = found.proba.max(axis=1)
    wrong = wrong[np.argsort(-top[wrong], kind="stable")][:number]
    pictures = [
        star_picture(
            found.X,
            i,
            f"called {found.predicted[i]} with probability {top[i]:.2f}, labelled {found.y[i]}",
        )
        for i in wrong
    ]
    return paragraph("Some may be mistakes of the labels.") + gallery(pictures)


def novel(found, number):
    """The stars least like those the model has learned from."""
    order = np.argsort(-found.novelty, kind="stable")[:number]
    order = order[~np.isnan(found.novelty[order])]
    pictures = [
        star_picture(
            found.X,
            i,
            f"novelty {found.novelty[i]:.3f}; called {found.predicted[i]}, labelled {found.y[i]}",
        )
        for i in order
    ]
    return gallery(pictures)


def _mcc_as_text(classifier, X, y):
    """Matthews correlation with classes compared as text, as those of the report are."""
    return matthews_corrcoef(y, np.asarray(classifier.predict(X)).astype(str))
