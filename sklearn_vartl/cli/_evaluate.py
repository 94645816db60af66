"""`vartl evaluate`: how well a model classifies labelled light curves."""

import json
from pathlib import Path

from .._files import complete
from . import _arguments
from ._evaluate_text import as_table, as_text
from ._tables import check_folder, check_output, labelled_stars, write_table
from ._transfer import load_pipeline

NAME = "evaluate"
HELP = "score a model on labelled light curves"
DESCRIPTION = f"""\
Classify labelled light curves and compare: Matthews correlation, macro F1, balanced accuracy, log
loss, calibration error, a table of the classes and the confusion matrix. Stars without a label, and
stars that cannot be classified, are left out and counted. A label that is no class of the model
counts as wrong; --harmonise translates names of the same meaning (EW is EC, MIRA is LPV where the
model has no MIRA) before.

The stars must be others than those the model was made with: on its own it is always too good.

{_arguments.FORMATS}

  vartl evaluate --model asas.vartl stars.parquet
  vartl evaluate --model crts.vartl asas.parquet --labels labels.csv --harmonise -o report.json"""


def add_arguments(parser):
    """Arguments of the command."""
    parser.add_argument("--model", metavar="MODEL", type=Path, required=True, help="trained model")
    _arguments.add_light_curves(parser)
    _arguments.add_labels(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=Path,
        help="report to write as well: .json, or as a table .csv, .tsv or .parquet",
    )
    parser.add_argument(
        "--harmonise",
        action="store_true",
        help="translate the labels into the classes of the model",
    )
    parser.add_argument(
        "--known-only",
        action="store_true",
        help="leave out stars whose label is no class of the model, instead of counting them wrong",
    )
    _arguments.add_jobs(parser)


def run(arguments):
    """Run the command."""
    output = arguments.output
    if output is not None:
        check_folder(output) if output.suffix == ".json" else _check_table(output)
    path = _arguments.model_path(arguments.model)
    model = load_pipeline(path, arguments)
    X, n_without = labelled_stars(_arguments.read_stars(arguments), arguments.labels)
    report = {"model": path.name, "light_curves": arguments.light_curves.name}
    report |= evaluate(
        model, X, n_without, harmonised=arguments.harmonise, known_only=arguments.known_only
    )
    if output is not None:
        _write(report, output)
    if output is None or not arguments.quiet:
        print(as_text(report))


def evaluate(model, X, n_without=0, *, harmonised=False, known_only=False):
    """Everything that the command reports.

    Parameters
    ----------
    model : fitted TransferPipeline whose first step is a LightCurveFeatures
    X : LightCurves
        All of them labelled.
    n_without : int, default=0
        Number of stars that had no label, for the count of those left out.
    harmonised : bool, default=False
        Whether labels are translated into the classes of the model.
    known_only : bool, default=False
        Whether stars whose label is no class of the model are left out.

    Returns
    -------
    report : dict
        ``n_stars`` (scored), ``left_out`` (reason -> number), ``translated`` (label -> class),
        ``unknown_classes`` (label -> number of stars), and what `score_report` returns.

    Raises
    ------
    ValueError
        If no star is left to score, or no label is a class of the model.
    """
    import numpy as np

    from ..evaluation import score_report

    last = model.steps[-1][1]
    classes = last.classes_.astype(str)
    y, translated = _translated(X, classes) if harmonised else (X.labels.astype(str), {})
    known = np.isin(y, classes)
    if not known.any():
        raise ValueError(_nothing_in_common(X, classes, harmonised))
    left_out = {"no label": n_without} if n_without else {}
    if known_only and not known.all():
        left_out["label is no class of the model"] = int(np.sum(~known))
        X, y, known = X[known], y[known], known[known]
    inputs = model._features(X)
    missing = last.flag_missing(inputs)
    left_out |= _reasons(X, missing, model.steps[0][1].min_observations)
    if missing.all():
        raise ValueError(f"none of the {len(X)} labelled stars can be classified: {left_out}")
    proba = last.predict_proba(inputs)[~missing]
    names, counts = np.unique(y[~missing & ~known], return_counts=True)
    return {
        "n_stars": int(np.sum(~missing)),
        "left_out": left_out,
        "translated": translated,
        "unknown_classes": dict(zip(names.tolist(), counts.tolist(), strict=True)),
        **score_report(y[~missing], proba, classes),
    }


def _translated(X, classes):
    """Labels as classes of the model, and which names have changed."""
    import numpy as np

    from ..transfer import harmonise

    labels = X.labels.astype(str)
    surveys = np.broadcast_to(np.asarray(X.survey, dtype=object), labels.shape)
    names = labels.copy().astype(object)
    for survey in {*surveys.tolist()}:
        own = np.array([name == survey for name in surveys])
        names[own] = harmonise(labels[own].astype(object), survey, classes=classes.tolist())
    names = names.astype(str)
    changed = sorted({*zip(labels.tolist(), names.tolist(), strict=True)})
    return names, {label: name for label, name in changed if label != name}


def _nothing_in_common(X, classes, harmonised):
    remedy = ""
    if not harmonised and set(_translated(X, classes)[0]) & set(classes):
        remedy = "; --harmonise finds classes of the same meaning"
    return (
        f"none of the labels ({', '.join(sorted({*X.labels.astype(str)}))}) is a class of the "
        f"model ({', '.join(classes)}){remedy}"
    )


def _reasons(X, missing, min_observations):
    """Why stars could not be classified: reason -> number."""
    import numpy as np

    if not missing.any():
        return {}
    table = X.check(min_observations)
    table = table[(table["effect"] == "unusable") & table["position"].isin(np.flatnonzero(missing))]
    counts = table.drop_duplicates("position")["problem"].value_counts().to_dict()
    others = int(missing.sum()) - sum(counts.values())
    return counts | ({"no features": others} if others else {})


def _check_table(path):
    try:
        check_output(path)
    except ValueError as error:
        raise ValueError(f"{path}: a report's name must end in .json, .csv or .tsv") from error


def _write(report, path):
    if path.suffix != ".json":
        write_table(as_table(report), path)
        return
    with complete(path) as file:
        file.write((json.dumps(report, indent=2, ensure_ascii=False) + "\n").encode())
