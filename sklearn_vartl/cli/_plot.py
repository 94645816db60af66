"""`vartl plot`: stars with what is said of them, and contact sheets, as a picture."""

from pathlib import Path

from .._files import complete
from ._arguments import (
    FORMATS,
    Command,
    add_jobs,
    add_light_curves,
    add_output,
    load_pipeline,
    read_stars,
)
from ._tables import check_folder, read_table

_PLOTS = f"""\
Draw stars, one a row: as measured, folded at the period that `vartl classify` reports, their
periodogram and their probabilities. What is said of them comes from a model (--model), or from a
table that `vartl classify` has written (--classes). --sheet draws a contact sheet of a table
instead: of each class the most and the least certain stars and the most novel ones.

{FORMATS}

  vartl plot stars.parquet star_17 star_23 --model asas.vartl -o stars.png
  vartl plot stars.parquet star_17 --classes classes.parquet -o star_17.pdf
  vartl plot stars.parquet --sheet classes.parquet -o sheet.svg"""

_SUFFIXES = (".png", ".pdf", ".svg")
# More rows than these are no picture.
_MOST_STARS = 50


def _add_arguments(parser):
    add_light_curves(parser)
    parser.add_argument("stars", metavar="STAR", nargs="*", help="identifiers of the stars")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--model", metavar="MODEL", type=Path, help="model that classifies them")
    source.add_argument(
        "--classes", metavar="TABLE", type=Path, help="table that `vartl classify` has written"
    )
    source.add_argument(
        "--sheet", metavar="TABLE", type=Path, help="such a table, for a contact sheet of classes"
    )
    add_output(parser, "picture to write: .png, .pdf or .svg")
    add_jobs(parser)


def plot(arguments):
    """Run `vartl plot`."""
    path = arguments.output
    if path.suffix.lower() not in _SUFFIXES:
        raise ValueError(f"{path}: a picture's name must end in {', '.join(_SUFFIXES)}")
    check_folder(path)
    if arguments.sheet is None and not arguments.stars:
        raise ValueError("name the stars to draw, or give a table with --sheet")
    if len(arguments.stars) > _MOST_STARS:
        raise ValueError(f"{len(arguments.stars)} stars are too many for a picture: {_MOST_STARS}")
    import matplotlib

    # No window is opened: the picture goes into the file.
    matplotlib.use("Agg")
    from ..report import plot_sheet, plot_stars

    X = read_stars(arguments)
    if arguments.sheet is not None:
        figure, what = plot_sheet(X, read_table(arguments.sheet)), "contact sheet"
    else:
        figure = plot_stars(X, _classified(X, arguments), arguments.stars)
        what = ", ".join(arguments.stars)
    with complete(path) as file:
        figure.savefig(file, format=path.suffix[1:].lower(), dpi=110)
    if not arguments.quiet:
        print(f"{what} -> {path}")


def _classified(X, arguments):
    """The table of the stars that are drawn."""
    import numpy as np

    from ..catalog import classify

    if arguments.classes is not None:
        return read_table(arguments.classes)
    model = load_pipeline(arguments.model, arguments)
    chosen = np.flatnonzero(np.isin(np.asarray(X.ids).astype(str), arguments.stars))
    if not chosen.size:
        raise ValueError(f"{arguments.light_curves} has no star {arguments.stars[0]!r}")
    return classify(model, X[chosen], n_jobs=arguments.jobs)


PLOT = Command(
    "plot", "draw stars, or a contact sheet of classes, as a picture", _PLOTS, _add_arguments, plot
)
