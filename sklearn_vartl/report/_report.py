"""`report`: the page about a model."""

from pathlib import Path

import numpy as np
from sklearn.pipeline import Pipeline

from ..light_curves import LightCurves
from ..persistence import describe, library_versions
from . import _sections
from ._page import page, table


def report(
    model, X, y=None, path="report.html", *, title=None, n_mistakes=20, n_novel=8, random_state=0
):
    """Write one HTML page about a model: scores, figures, its worst mistakes.

    The page holds everything it shows; no network is needed to read it.

    Parameters
    ----------
    model : fitted pipeline
        Takes light curves, its last step predicts probabilities; such as a TransferPipeline.
    X : LightCurves
        Stars the model was not made with: on its own it is always too good.
    y : array-like of shape (n_stars,), default=None
        Their classes; None takes ``X.labels``. Stars without one are left out and counted.
    path : str or path, default="report.html"
        File to write; an existing one is replaced.
    title : str, default=None
        Heading of the page; None names model and survey.
    n_mistakes : int, default=20
        Most confident mistakes shown with their folded light curves.
    n_novel : int, default=8
        Stars shown that are least like what the model has learned, where it has `novelty_score`.
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
    >>> network = TransferMLPClassifier((8,), n_estimators=1, min_steps=20, random_state=0)
    >>> model = make_transfer_pipeline(LightCurveFeatures(), network).fit(X[:16], X.labels[:16])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = report(model, X[16:], path=f"{folder}/report.html", n_mistakes=2, n_novel=1)
    ...     "<h1>" in file.read_text(encoding="utf-8")
    True
    """
    if not isinstance(X, LightCurves):
        raise TypeError(f"X must be LightCurves, got {type(X).__name__}.")
    if not isinstance(model, Pipeline) or len(model.steps) < 2:
        raise TypeError("model must be a pipeline from light curves to a classifier.")
    found = predictions(model, X, X.labels if y is None else y)
    classifier = model.steps[-1][1]
    card = describe(model)
    sections = [
        ("Summary", _sections.summary(found)),
        ("Classes", _sections.classes(found)),
        ("What is taken for what", _sections.confusion(found)),
        ("Recall and class size", _sections.recall(found)),
        ("Are the probabilities right?", _sections.reliability(found)),
        (
            "Which features matter",
            _sections.importance(found, classifier, card["feature_names"], random_state),
        ),
        ("Most confident mistakes", _sections.mistakes(found, n_mistakes)),
    ]
    if found.novelty is not None:
        sections.append(("Stars unlike the training stars", _sections.novel(found, n_novel)))
    if hasattr(classifier, "history_"):
        sections.append(("Training", _sections.history(classifier)))
    sections.append(("Model", _sections.model_card(card)))
    libraries = [(name, version) for name, version in library_versions().items() if version]
    sections.append(("Made with", table(("library", "version"), libraries)))
    survey = "" if X.survey is None or not isinstance(X.survey, str) else f" on {X.survey}"
    title = f"{card['model']}{survey}" if title is None else title
    lead = f"{len(found.y):,} labelled stars, {len(found.classes)} classes known to the model."
    path = Path(path)
    path.write_text(page(title, lead, sections), encoding="utf-8")
    return path


def predictions(model, X, y):
    """Classify the labelled stars.

    Parameters
    ----------
    model : fitted pipeline
    X : LightCurves
    y : array-like or None

    Returns
    -------
    found : Predictions

    Raises
    ------
    ValueError
        If there are no labels, or not as many as stars, or no labelled star can be classified.
    """
    if y is None:
        raise ValueError("X has no labels: pass y.")
    y = np.asarray(y, dtype=object)
    if y.shape != (len(X),):
        raise ValueError(f"y has the shape {y.shape}, there are {len(X)} stars.")
    labelled = np.array([label is not None and label == label for label in y], dtype=bool)
    if not labelled.any():
        raise ValueError("No star has a label.")
    features = np.asarray(model[:-1].transform(X[np.flatnonzero(labelled)]), dtype=float)
    usable = ~np.isnan(features).all(axis=1)
    if not usable.any():
        raise ValueError("No labelled star can be classified.")
    stars = np.flatnonzero(labelled)[usable]
    features = features[usable]
    classifier = model.steps[-1][1]
    novelty = classifier.novelty_score(features) if hasattr(classifier, "novelty_score") else None
    return _sections.Predictions(
        X=X[stars],
        features=features,
        y=y[stars].astype(str),
        proba=classifier.predict_proba(features),
        classes=np.asarray(classifier.classes_).astype(str),
        novelty=novelty,
        left_out={
            "no label": int((~labelled).sum()),
            "no feature can be computed": int((~usable).sum()),
        },
    )
