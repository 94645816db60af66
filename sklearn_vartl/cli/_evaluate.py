"""`vartl evaluate` and `vartl report`: how well a model classifies labelled light curves."""

import json

from .._files import complete
from ._arguments import (
    FORMATS,
    add_labels,
    add_light_curves,
    add_options,
    add_output,
    command,
    counted,
    file_name,
    load_pipeline,
    model_path,
    prepare_pictures,
    read_stars,
)
from ._tables import check_folder, check_output, labelled_stars, standard_names, write_table

_EVALUATION = f"""\
Classify labelled light curves and compare: Matthews correlation, macro F1, balanced accuracy, log
loss, calibration error, a table of the classes and the confusion matrix. Stars without a label, and
stars that cannot be classified, are left out and counted. A label that is no class of the model
counts as wrong; --harmonise translates names of the same meaning (EW is EC, MIRA is LPV where the
model has no MIRA) before.

The stars must be others than those the model was made with: on its own it is always too good. Stars
that it has learned are recognised and counted; --unseen leaves them out.

{FORMATS}

  vartl evaluate --model asas.vartl stars.parquet --unseen
  vartl evaluate --model crts.vartl asas.parquet --labels labels.csv --harmonise -o report.json"""

_REPORT = f"""\
Classify labelled light curves and write one HTML page: scores, confusion matrix, calibration, what
the features are worth, the most confident mistakes with their light curves. The page needs no
network. The stars must be others than those the model was made with: those that it has learned are
recognised and counted; --unseen leaves them out.

{FORMATS}

  vartl report --model asas.vartl stars.parquet -o report.html"""


def _add_evaluation_arguments(parser):
    add_options(parser, "--model")
    add_light_curves(parser)
    add_labels(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=file_name,
        help="report to write as well: .json, or as a table .csv, .tsv or .parquet",
    )
    parser.add_argument(
        "--known-only",
        action="store_true",
        help="leave out stars whose label is no class of the model, instead of counting them wrong",
    )
    add_options(parser, "--unseen", "--jobs")


@command(
    "evaluate", "score a model on labelled light curves", _EVALUATION, _add_evaluation_arguments
)
def evaluate(arguments):
    """Run `vartl evaluate`."""
    output = arguments.output
    if output is not None:
        check_folder(output) if output.suffix == ".json" else _check_table(output)
    path = model_path(arguments.model)
    model = load_pipeline(path, arguments)
    X, n_without = labelled_stars(read_stars(arguments), arguments, teaching=False)
    report = {"model": path.name, "light_curves": arguments.light_curves.name}
    report |= scored(
        model,
        X,
        n_without,
        harmonised=arguments.harmonise,
        survey=arguments.survey,
        known_only=arguments.known_only,
        unseen=arguments.unseen,
    )
    if output is not None:
        _write(report, output)
    if output is None or not arguments.quiet:
        print(as_text(report))


def scored(model, X, n_without, *, harmonised, survey, known_only, unseen):
    """Everything that the command reports of labelled stars, of which `n_without` more had no label.

    With `harmonised` labels are translated into the classes of the model, as the survey has them (None: as `X` says).
    Stars whose label is no class of the model (`known_only`) and stars that it has learned (`unseen`) may be left out;
    a warning counts the latter where they are not.

    The dict has ``n_stars`` (scored), ``n_learned`` (of them, by the model), ``left_out`` (reason ->
    number), ``translated`` (label -> class), ``unknown_classes`` (label -> number of stars), and what
    `score_report` returns.
    """
    import numpy as np

    from ..evaluation import score_report
    from ..report import judged_stars

    last = model.steps[-1][1]
    classes = last.classes_.astype(str)
    y, translated = X.labels.astype(str), {}
    if harmonised:
        y, translated = _translated(X, survey, classes)
    known = np.isin(y, classes)
    if not known.any():
        raise ValueError(_nothing_in_common(X, classes, harmonised))
    left_out = {"no label": n_without} if n_without else {}
    if known_only and not known.all():
        left_out["label is no class of the model"] = int(np.sum(~known))
        X, y, known = X[known], y[known], known[known]
    inputs = model[:-1].transform(X)
    missing = last.flag_missing(inputs)
    left_out |= _reasons(X, missing, model.steps[0][1].min_observations)
    if missing.all():
        raise ValueError(f"none of the {len(X)} labelled stars can be classified: {left_out}")
    judged, n_learned = judged_stars(last, inputs, ~missing, unseen, left_out)
    names, counts = np.unique(y[judged & ~known], return_counts=True)
    return {
        "n_stars": int(judged.sum()),
        "n_learned": n_learned,
        "left_out": left_out,
        "translated": translated,
        "unknown_classes": dict(zip(names.tolist(), counts.tolist(), strict=True)),
        **score_report(y[judged], last.predict_proba(inputs)[judged], classes),
    }


def _translated(X, survey, classes):
    """Labels as classes of the model, and which names have changed."""
    labels, names = X.labels.astype(str), standard_names(X, survey, classes.tolist())
    changed = sorted({*zip(labels.tolist(), names.tolist(), strict=True)})
    return names, {label: name for label, name in changed if label != name}


def _nothing_in_common(X, classes, harmonised):
    remedy = ""
    if not harmonised and set(_translated(X, None, classes)[0]) & set(classes):
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


def as_text(report):
    """The report as lines for a terminal."""
    from ..evaluation import SCORE_NAMES

    lines = [f"{counted(report['n_stars'], 'star')} scored", *_remarks(report), ""]
    for name, value in report["scores"].items():
        lines.append(f"  {SCORE_NAMES[name]:28}{_number(value):>7}")
    lines += ["", *_classes(report["classes"]), "", *_confusion(report["confusion"])]
    return "\n".join(lines)


def _remarks(report):
    """What must be known to read the scores."""
    lines = []
    for why, count in report["left_out"].items():
        lines.append(f"  left out: {count} ({why})")
    if report["translated"]:
        pairs = ", ".join(f"{label} as {name}" for label, name in report["translated"].items())
        lines.append(f"  labels read {pairs}")
    if report["unknown_classes"]:
        counts = ", ".join(f"{name} ({n})" for name, n in report["unknown_classes"].items())
        lines.append(
            f"  no classes of the model, so always wrong (and not in the log loss): {counts}"
        )
    return lines


def _classes(rows):
    """The table of the classes as lines."""
    import pandas as pd

    table = pd.DataFrame(rows, [row["class"] for row in rows]).drop(columns="class")
    table = table.rename(columns={"n_stars": "stars", "n_predicted": "predicted"})
    shares = {name: table[name].map(_number) for name in ("precision", "recall", "f1")}
    return _lines(table.assign(**shares), "class")


def _confusion(confusion):
    """The matrix as lines, without classes that no star has (rows) or is given (columns)."""
    import pandas as pd

    labels = confusion["labels"]
    table = pd.DataFrame(confusion["counts"], labels, labels)
    table = table.loc[table.any(axis=1), table.any(axis=0)]
    # A dot for zero, so that what is confused stands out.
    return _lines(table.astype(object).where(table > 0, "."), "true \\ predicted")


def _lines(table, corner):
    return table.rename_axis(columns=corner).to_string().splitlines()


def _number(value):
    return "-" if value is None or value != value else f"{value:.3f}"


def as_table(report):
    """The report as a DataFrame with one number a row.

    Columns are ``quantity``, ``class`` (true class; none for what is of all stars), ``predicted``
    (for the confusion matrix) and ``value``.
    """
    import pandas as pd

    rows = [("n_stars", None, None, report["n_stars"])]
    rows += [(f"left out: {why}", None, None, count) for why, count in report["left_out"].items()]
    rows += [(name, None, None, value) for name, value in report["scores"].items()]
    for row in report["classes"]:
        rows += [(name, row["class"], None, row[name]) for name in row if name != "class"]
    labels, counts = report["confusion"]["labels"], report["confusion"]["counts"]
    rows += [
        ("confusion", true, predicted, count)
        for true, line in zip(labels, counts, strict=True)
        for predicted, count in zip(labels, line, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["quantity", "class", "predicted", "value"])
    return table.astype({"value": float})


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


def _add_report_arguments(parser):
    add_options(parser, "--model")
    add_light_curves(parser)
    add_labels(parser)
    add_output(parser, "page to write, by custom .html")
    add_options(parser, "--unseen", "--random-state", "--jobs")


@command(
    "report",
    "write an HTML page about a model: scores, figures, mistakes",
    _REPORT,
    _add_report_arguments,
)
def write_report(arguments):
    """Run `vartl report`."""
    check_folder(arguments.output)
    prepare_pictures()
    from ..report import report

    path = model_path(arguments.model)
    model = load_pipeline(path, arguments)
    X, _ = labelled_stars(read_stars(arguments), arguments, teaching=False)
    if arguments.harmonise:
        classes = model.classes_.astype(str).tolist()
        X = X.replace(labels=standard_names(X, arguments.survey, classes))
    title = f"{path.stem} on {arguments.light_curves.name}"
    report(
        model,
        X,
        path=arguments.output,
        title=title,
        unseen=arguments.unseen,
        random_state=arguments.random_state,
    )
    if not arguments.quiet:
        print(f"wrote {arguments.output}")
