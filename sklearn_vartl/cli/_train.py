"""`vartl train`: learn a source survey."""

from . import _arguments
from ._features import parse_features
from ._tables import check_folder, labelled_stars

NAME = "train"
HELP = "learn a source survey"
DESCRIPTION = f"""\
Learn the classes of a survey with many labels. The model that is written can classify stars of that
survey, and be fine-tuned on another one with `vartl transfer`.

{_arguments.FORMATS}

  vartl train crts.parquet -o crts.vartl
  vartl train stars.csv --labels classes.csv -o source.vartl
  vartl train crts.parquet --ensemble -o crts.vartl"""


def add_arguments(parser):
    """Arguments of the command."""
    _arguments.add_light_curves(parser, "light curves of the source survey")
    _arguments.add_labels(parser)
    _arguments.add_output(parser, "model to write, by custom .vartl")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--features",
        metavar="SET",
        default="vartl",
        help='"vartl", "upsilon", "all", or names separated by commas (default: %(default)s)',
    )
    kind.add_argument(
        "--ensemble",
        action="store_true",
        help="networks on two sets of features and trees instead of networks alone: more accurate, "
        "several times slower",
    )
    _arguments.add_random_state(parser)
    _arguments.add_jobs(parser)


def run(arguments):
    """Run the command."""
    from ..persistence import save_model

    check_folder(arguments.output)
    X, n_left_out = labelled_stars(_arguments.read_stars(arguments), arguments.labels)
    model = new_pipeline(arguments).fit(X, X.labels)
    save_model(model, arguments.output, provenance={"source": describe(X, arguments)})
    if not arguments.quiet:
        report(model, X, n_left_out, arguments.output)


def new_pipeline(arguments):
    """The pipeline that is asked for, unfitted."""
    from ..features import LightCurveFeatures
    from ..transfer import (
        TransferMLPClassifier,
        make_ensemble_pipeline,
        make_transfer_pipeline,
    )

    shared = {"n_jobs": arguments.jobs, "verbose": not arguments.quiet}
    learning = {"random_state": arguments.random_state, **shared}
    if arguments.ensemble:
        return make_ensemble_pipeline(on_error="nan", **learning)
    features = parse_features(arguments.features)
    return make_transfer_pipeline(
        LightCurveFeatures(features, on_error="nan", **shared), TransferMLPClassifier(**learning)
    )


def describe(X, arguments):
    """What a model remembers of the light curves it was made with."""
    import numpy as np

    names, counts = np.unique(X.labels.astype(str), return_counts=True)
    survey = X.survey if X.survey is None or isinstance(X.survey, str) else "several"
    return {
        "file": arguments.light_curves.name,
        "survey": survey,
        "n_stars": len(X),
        "n_points": int(X.n_points.sum()),
        "classes": dict(zip(names.tolist(), counts.tolist(), strict=True)),
    }


def report(model, X, n_left_out, output):
    """Say what was learned."""
    without = f" ({n_left_out} stars without a label were left out)" if n_left_out else ""
    print(f"learned {len(model.classes_)} classes from {len(X)} stars{without} -> {output}")
    print("  " + ", ".join(map(str, model.classes_)))
