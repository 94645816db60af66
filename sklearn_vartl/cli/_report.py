"""`vartl report`: a page about a model."""

from pathlib import Path

from . import _arguments
from ._tables import check_folder, labelled_stars
from ._transfer import load_pipeline

NAME = "report"
HELP = "write an HTML page about a model: scores, figures, mistakes"
DESCRIPTION = f"""\
Classify labelled light curves and write one HTML page: scores, confusion matrix, calibration, what
the features are worth, the most confident mistakes with their light curves. The page needs no
network. The stars must be others than those the model was made with.

{_arguments.FORMATS}

  vartl report --model asas.vartl stars.parquet -o report.html"""


def add_arguments(parser):
    """Arguments of the command."""
    parser.add_argument("--model", metavar="MODEL", type=Path, required=True, help="trained model")
    _arguments.add_light_curves(parser)
    _arguments.add_labels(parser)
    _arguments.add_output(parser, "page to write, by custom .html")
    _arguments.add_random_state(parser)
    _arguments.add_jobs(parser)


def run(arguments):
    """Run the command."""
    check_folder(arguments.output)
    import matplotlib

    # No window is opened: the figures go into the page.
    matplotlib.use("Agg")
    from ..report import report

    path = _arguments.model_path(arguments.model)
    model = load_pipeline(path, arguments)
    X, _ = labelled_stars(_arguments.read_stars(arguments), arguments.labels)
    title = f"{path.stem} on {arguments.light_curves.name}"
    report(model, X, path=arguments.output, title=title, random_state=arguments.random_state)
    if not arguments.quiet:
        print(f"wrote {arguments.output}")
