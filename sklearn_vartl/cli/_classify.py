"""`vartl classify`: light curves in, classes and probabilities out."""

import sys
from pathlib import Path

from . import _arguments
from ._tables import check_output, write_table
from ._transfer import load_pipeline

NAME = "classify"
HELP = "classify light curves"
DESCRIPTION = f"""\
Classify light curves with a model from `vartl train` or `vartl transfer`. The table that is written
has one row a star: object_id, label (the most probable class), period (days, of the star as that
class has it), n_points, and for each class its probability p_<class>. A star that cannot be
classified (too few points, constant magnitudes...) has no label, and the command then ends with 3.

{_arguments.FORMATS}

  vartl classify --model asas.vartl new_stars.parquet -o classes.csv"""

_SOME_UNCLASSIFIED = 3


def add_arguments(parser):
    """Arguments of the command."""
    parser.add_argument("--model", metavar="MODEL", type=Path, required=True, help="trained model")
    _arguments.add_light_curves(parser)
    _arguments.add_output(parser, "table to write: .parquet, .csv or .tsv")
    _arguments.add_jobs(parser)


def run(arguments):
    """Run the command."""
    check_output(arguments.output)
    model = load_pipeline(arguments.model, arguments)
    X = _arguments.read_stars(arguments)
    table = classify(model, X)
    write_table(table, arguments.output)
    n_unclassified = int(table["label"].isna().sum())
    if not arguments.quiet:
        print(f"{len(table) - n_unclassified} of {len(table)} stars -> {arguments.output}")
        for label, count in table["label"].value_counts().items():
            print(f"  {label:12} {count:8}")
    if n_unclassified:
        print(
            f"vartl: warning: {n_unclassified} of {len(table)} stars could not be classified; they "
            "have no label",
            file=sys.stderr,
        )
        return _SOME_UNCLASSIFIED
    return 0


def classify(model, X):
    """Classes, probabilities and periods of stars.

    Parameters
    ----------
    model : fitted TransferPipeline whose first step is a LightCurveFeatures
    X : LightCurves

    Returns
    -------
    table : DataFrame
        ``object_id``, ``label`` (missing where a star has no features), ``period``, ``n_points``
        and ``p_<class>`` for each class.
    """
    import numpy as np
    import pandas as pd

    extractor, last = model.steps[0][1], model.steps[-1][1]
    features = np.asarray(extractor.transform(X), dtype=np.float64)
    inputs = features
    for _, step in model.steps[1:-1]:
        if hasattr(step, "transform"):
            inputs = step.transform(inputs)
    proba = last.predict_proba(inputs)
    unknown = last.flag_missing(inputs)
    label = last.classes_[proba.argmax(axis=1)].astype(object)
    label[unknown] = None
    proba[unknown] = np.nan
    table = pd.DataFrame(
        {
            "object_id": X.ids,
            "label": label,
            "period": _periods(extractor, features, X, label),
            "n_points": X.n_points,
        }
    )
    for name, column in zip(last.classes_, proba.T, strict=True):
        table[f"p_{name}"] = column
    return table


def _periods(extractor, features, X, label):
    """Period of each star: twice that of its shape where the class demands it."""
    from sklearn.base import clone

    from ..periodogram import physical_period

    wanted = ["shape_period", "double_evidence"]
    names = extractor.get_feature_names_out().tolist()
    if not set(wanted) <= set(names):
        # Another set of features: the search is run for the period alone.
        extractor = clone(extractor).set_params(features=wanted, passthrough=None)
        features, names = extractor.transform(X), wanted
    columns = [features[:, names.index(name)] for name in wanted]
    return physical_period(*columns, label)
