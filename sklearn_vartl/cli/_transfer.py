"""`vartl transfer`: fine-tune a model on a target survey."""

from pathlib import Path

from . import _arguments
from ._tables import check_folder, labelled_stars
from ._train import describe, report

NAME = "transfer"
HELP = "fine-tune a model on a few labels of another survey"
DESCRIPTION = f"""\
Fine-tune a model on labelled stars of another survey. Its classes may be others; a few stars of each
are enough. The model is a file from `vartl train`, or one that comes with the package: crts, multi,
multi-ensemble, ogle3 (`vartl info crts` describes it).

{_arguments.FORMATS}

  vartl transfer --source crts my_labelled_stars.csv -o my.vartl
  vartl transfer --source own.vartl asas.parquet --labels my_labels.csv -o asas.vartl
  vartl transfer --source crts my_labels.csv --unlabelled my_other_stars.parquet -o my.vartl"""


def add_arguments(parser):
    """Arguments of the command."""
    parser.add_argument(
        "--source",
        metavar="MODEL",
        type=Path,
        required=True,
        help="model to start from: a file, or crts, multi, multi-ensemble or ogle3",
    )
    _arguments.add_light_curves(parser, "light curves of the target survey")
    _arguments.add_labels(parser)
    _arguments.add_output(parser, "model to write, by custom .vartl")
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
    _arguments.add_random_state(parser)
    _arguments.add_jobs(parser)


def run(arguments):
    """Run the command."""
    from ..persistence import read_model_card, save_model

    check_folder(arguments.output)
    source = _arguments.model_path(arguments.source)
    model = load_pipeline(source, arguments)
    provenance = read_model_card(source)["provenance"]
    X, n_left_out = labelled_stars(_arguments.read_stars(arguments), arguments.labels)
    unlabelled = None
    if arguments.unlabelled is not None:
        unlabelled = _arguments.read_stars(arguments, arguments.unlabelled)
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


def load_pipeline(path, arguments):
    """A model that takes light curves, set to the number of cores and progress that was asked for.

    Raises
    ------
    ValueError
        If the model takes something else.
    """
    from ..features import LightCurveFeatures
    from ..persistence import load_model
    from ..transfer import TransferPipeline

    model = load_model(_arguments.model_path(path))
    if not isinstance(model, TransferPipeline) or not isinstance(
        model.steps[0][1], LightCurveFeatures
    ):
        raise ValueError(f"{path} holds a {type(model).__name__} that takes no light curves")
    settings = {"n_jobs": arguments.jobs, "verbose": not arguments.quiet}
    model.steps[0][1].set_params(on_error="nan", **settings)
    model.steps[-1][1].set_params(**settings)
    return model
