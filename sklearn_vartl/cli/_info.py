"""`vartl info`: what a model or a file of light curves is."""

import zipfile

from . import _arguments

NAME = "info"
HELP = "describe a model or a file of light curves"
DESCRIPTION = f"""\
Describe a model (classes, features, what it was made from, library versions), or light curves
(counts, spans, classes, and what is wrong with them). No code in a model is run.

{_arguments.FORMATS}

  vartl info asas.vartl
  vartl info new_stars.csv"""


def add_arguments(parser):
    """Arguments of the command."""
    _arguments.add_light_curves(parser, "model or light curves")


def run(arguments):
    """Run the command."""
    path = arguments.light_curves
    if path.is_file() and (path.suffix == ".vartl" or zipfile.is_zipfile(path)):
        from ..persistence import read_model_card

        print("\n".join(_lines(read_model_card(path))))
        return
    X = _arguments.read_stars(arguments)
    print(X)
    problems = X.check()
    if len(problems) == 0:
        print("  nothing wrong was found")
        return
    stars = problems.groupby(["problem", "effect"], sort=False)["object_id"]
    for (problem, effect), ids in stars:
        print(f"  {problem} ({effect}): {len(ids)} stars, first {ids.iloc[0]!r}")


def _lines(entry, indent=""):
    """A nested description as lines of text, simple values beside their name."""
    for name, value in entry.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{name}:"
            yield from _lines(value, indent + "  ")
        elif isinstance(value, list):
            yield f"{indent}{name}: {', '.join(map(str, value)) or '-'}"
        else:
            yield f"{indent}{name}: {'-' if value in (None, {}) else value}"
