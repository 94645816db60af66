"""`vartl train` and `vartl transfer`: learn a source survey, fine-tune on a target survey."""

from pathlib import Path

from ._arguments import (
    FORMATS,
    Command,
    add_features,
    add_jobs,
    add_labels,
    add_light_curves,
    add_output,
    add_random_state,
    load_pipeline,
    model_path,
    parse_features,
    read_stars,
)
from ._tables import check_folder, labelled_stars

_TRAINING = f"""\
Learn the classes of a survey with many labels. The model that is written can classify stars of that
survey, and be fine-tuned on another one with `vartl transfer`.

{FORMATS}

  vartl train crts.parquet -o crts.vartl
  vartl train stars.csv --labels classes.csv -o source.vartl
  vartl train crts.parquet --ensemble -o crts.vartl"""

_TRANSFER = f"""\
Fine-tune a model on labelled stars of another survey. Its classes may be others; a few stars of each
are enough. The model is a file from `vartl train`, or one that comes with the package: crts, multi,
multi-ensemble, ogle3, universal (`vartl info crts` describes it).

{FORMATS}

  vartl transfer --source crts my_labelled_stars.csv -o my.vartl
  vartl transfer --source own.vartl asas.parquet --labels my_labels.csv -o asas.vartl
  vartl transfer --source crts my_labels.csv --unlabelled my_other_stars.parquet -o my.vartl"""


def _add_training_arguments(parser):
    add_light_curves(parser, "light curves of the source survey")
    add_labels(parser)
    add_output(parser, "model to write, by custom .vartl")
    kind = parser.add_mutually_exclusive_group()
    add_features(kind)
    kind.add_argument(
        "--ensemble",
        action="store_true",
        help="networks on two sets of features and trees instead of networks alone: more accurate, "
        "several times slower",
    )
    add_random_state(parser)
    add_jobs(parser)


def train(arguments):
    """Run `vartl train`."""
    from ..persistence import save_model

    check_folder(arguments.output)
    X, n_left_out = labelled_stars(read_stars(arguments), arguments.labels)
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


def _add_transfer_arguments(parser):
    parser.add_argument(
        "--source",
        metavar="MODEL",
        type=Path,
        required=True,
        help="model to start from: a file, or crts, multi, multi-ensemble, ogle3 or universal",
    )
    add_light_curves(parser, "light curves of the target survey")
    add_labels(parser)
    add_output(parser, "model to write, by custom .vartl")
    parser.add_argument(
        "--unlabelled",
        metavar="LIGHT_CURVES",
        type=Path,
        help="more stars of the target survey, whose labels are not known or not read: where labels "
        "are few, those that the model is sure of teach it further",
    )
    parser.add_argument(
        "--strategy",
        choices=("full", "head", "gradual"),
        help="which layers are trained (default: as the model says)",
    )
    add_random_state(parser)
    add_jobs(parser)


def transfer(arguments):
    """Run `vartl transfer`."""
    from ..persistence import read_model_card, save_model

    check_folder(arguments.output)
    source = model_path(arguments.source)
    model = load_pipeline(source, arguments)
    provenance = read_model_card(source)["provenance"]
    X, n_left_out = labelled_stars(read_stars(arguments), arguments.labels)
    unlabelled = None
    if arguments.unlabelled is not None:
        unlabelled = read_stars(arguments, arguments.unlabelled)
    network = model.steps[-1][1].set_params(random_state=arguments.random_state)
    if arguments.strategy is not None:
        network.set_params(strategy=arguments.strategy)
    model.partial_fit_target(X, X.labels, X_unlabelled=unlabelled)
    target = describe(X, arguments)
    if unlabelled is not None:
        target["unlabelled"] = {"file": arguments.unlabelled.name, "n_stars": len(unlabelled)}
    save_model(model, arguments.output, provenance=provenance | {"target": target})
    if not arguments.quiet:
        report(model, X, n_left_out, arguments.output)


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


TRAIN = Command("train", "learn a source survey", _TRAINING, _add_training_arguments, train)
TRANSFER = Command(
    "transfer",
    "fine-tune a model on a few labels of another survey",
    _TRANSFER,
    _add_transfer_arguments,
    transfer,
)
