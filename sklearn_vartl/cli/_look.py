"""`vartl info` and `vartl plot`: what a model or a file of light curves is, and how its stars look."""

import zipfile

from .._files import complete
from ._arguments import (
    FORMATS,
    add_light_curves,
    add_options,
    add_output,
    command,
    counted,
    file_name,
    load_pipeline,
    model_path,
    positions_of,
    prepare_pictures,
    read_stars,
)
from ._tables import check_folder, read_table

_DESCRIBED = f"""\
Describe a model (classes and their counts, features, settings, what it was made from, scores, licence
and citation as far as they were recorded, library versions), or light curves
(counts, spans, classes, and what is wrong with them). No code in a model is run.

{FORMATS}

  vartl info asas.vartl
  vartl info asas.vartl --card > README.md
  vartl info crts                      a model that comes with the package
  vartl info new_stars.csv"""


def _add_info_arguments(parser):
    add_light_curves(parser, "model or light curves", as_they_are=True)
    parser.add_argument("--card", action="store_true", help="a model's card in Markdown")


@command(
    "info",
    "describe a model or a file of light curves",
    _DESCRIBED,
    _add_info_arguments,
    computes=False,
)
def info(arguments):
    """Run `vartl info`."""
    from ..pretrained import list_pretrained

    path = arguments.light_curves
    # What is neither is more likely a misspelt file of light curves than a model.
    if path.name in list_pretrained():
        path = model_path(path)
    if path.is_file() and (path.suffix == ".vartl" or _is_model(path)):
        from ..persistence import model_card, read_model_card

        card = arguments.card
        print(model_card(path).rstrip() if card else "\n".join(_lines(read_model_card(path))))
    elif arguments.card:
        raise ValueError(f"{path} is no model: only models have a card")
    else:
        X = read_stars(arguments, as_they_are=True)
        if not len(X):
            raise ValueError(f"{path} holds no light curves")
        _describe(X)


def _describe(X):
    """Print what light curves there are, how they were read, and what is wrong with them."""
    print(X)
    for line in (X.provenance or "").splitlines():
        print("  read: " + line.replace("; ", "\n        "))
    problems = X.check()
    if len(problems) == 0:
        # What looks like a mistake in the whole table is told as a warning.
        print("  nothing else was found" if X._doubts else "  nothing wrong was found")
        return
    stars = problems.groupby(["problem", "effect"], sort=False)["object_id"]
    for (problem, effect), ids in stars:
        print(f"  {problem} ({effect}): {counted(len(ids), 'star')}, first {str(ids.iloc[0])!r}")


def _is_model(path):
    """Whether this is an archive as models are, and not one of light curves."""
    try:
        if not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as archive:
            return "model.json" in archive.namelist()
    except (zipfile.BadZipFile, ValueError):
        # Who reads models says what is wrong with it.
        return True


def _lines(entry, indent=""):
    """A nested description as lines of text, simple values beside their name."""
    for name, value in entry.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{name}:"
            yield from _lines(value, indent + "  ")
        elif isinstance(value, list):
            yield f"{indent}{name}: {', '.join(map(str, value)) or '-'}"
        elif isinstance(value, float) and value.is_integer():
            # Numbers of stars, which weights may make broken.
            yield f"{indent}{name}: {value:.0f}"
        else:
            yield f"{indent}{name}: {'-' if value in (None, {}) else value}"


_PLOTS = f"""\
Draw stars, one a row: as measured, folded at the period that `vartl classify` reports, their
periodogram and their probabilities. What is said of them comes from a model (--model), or from a
table that `vartl classify` has written (--classes); without either they are folded at the period
that is found, and have no class. --sheet draws a contact sheet of a table instead: of each class
the most and the least certain stars and the most novel ones.

{FORMATS}

  vartl plot stars.parquet star_17 -o star_17.png
  vartl plot stars.parquet star_17 star_23 --model asas.vartl -o stars.png
  vartl plot stars.parquet star_17 --classes classes.parquet -o star_17.pdf
  vartl plot stars.parquet --sheet classes.parquet -o sheet.svg"""

_SUFFIXES = (".png", ".pdf", ".svg")
# More rows than these are no picture.
_MOST_STARS = 50


def _add_plot_arguments(parser):
    add_light_curves(parser)
    parser.add_argument(
        "stars",
        metavar="STAR",
        nargs="*",
        help=f"identifiers of the stars; default: all, up to {_MOST_STARS}",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--model", metavar="MODEL", type=file_name, help="model that classifies them"
    )
    source.add_argument(
        "--classes", metavar="TABLE", type=file_name, help="table that `vartl classify` has written"
    )
    source.add_argument(
        "--sheet",
        metavar="TABLE",
        type=file_name,
        help="such a table, for a contact sheet of classes",
    )
    add_output(parser, "picture to write: .png, .pdf or .svg")
    add_options(parser, "--jobs")


@command(
    "plot", "draw stars, or a contact sheet of classes, as a picture", _PLOTS, _add_plot_arguments
)
def plot(arguments):
    """Run `vartl plot`."""
    path = arguments.output
    if path.suffix.lower() not in _SUFFIXES:
        raise ValueError(f"{path}: a picture's name must end in {', '.join(_SUFFIXES)}")
    check_folder(path)
    if not arguments.light_curves.exists() and not arguments.light_curves.suffix:
        raise ValueError(
            f"There is no file or folder {arguments.light_curves}: the light curves come before the stars"
        )
    prepare_pictures()
    from ..report import plot_sheet, plot_stars

    X = read_stars(arguments)
    if arguments.sheet is not None:
        figure, what = plot_sheet(X, read_table(arguments.sheet)), "contact sheet"
    else:
        arguments.stars = arguments.stars or [str(name) for name in X.ids]
        if len(arguments.stars) > _MOST_STARS:
            raise ValueError(
                f"{len(arguments.stars)} stars are too many for a picture: name up to {_MOST_STARS}, or "
                "give a table with --sheet"
            )
        figure = plot_stars(X, _classified(X, arguments), arguments.stars)
        shown, more = arguments.stars[:5], len(arguments.stars) > 5
        what = counted(len(arguments.stars), "star") if more else ", ".join(shown)
    with complete(path) as file:
        figure.savefig(file, format=path.suffix[1:].lower(), dpi=110)
    if not arguments.quiet:
        print(f"{what} -> {path}")


def _classified(X, arguments):
    """The table of the stars that are drawn."""
    from ..catalog import classify

    if arguments.classes is not None:
        return read_table(arguments.classes)
    chosen = X[positions_of(arguments.stars, X, arguments.light_curves)]
    if arguments.model is None:
        return _with_periods(chosen, arguments)
    return classify(load_pipeline(arguments.model, arguments), chosen, n_jobs=arguments.jobs)


def _with_periods(X, arguments):
    """A table of stars without classes, with the period that is found of each."""
    from pandas import DataFrame

    from ..features import LightCurveFeatures

    finder = LightCurveFeatures(["period"], on_error="nan", n_jobs=arguments.jobs)
    period = finder.transform(X)[:, 0]
    flag = [f"period {p:.6g} d" if p > 0 else "no period" for p in period]
    return DataFrame({"object_id": X.ids, "label": None, "period": period, "flag": flag})
