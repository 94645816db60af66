"""`vartl info`: what a model or a file of light curves is."""

import zipfile

from . import _arguments

DESCRIPTION = f"""\
Describe a model (classes and their counts, features, settings, what it was made from, scores, licence
and citation as far as they were recorded, library versions), or light curves
(counts, spans, classes, and what is wrong with them). No code in a model is run.

{_arguments.FORMATS}

  vartl info asas.vartl
  vartl info asas.vartl --card > README.md
  vartl info crts                      a model that comes with the package
  vartl info new_stars.csv"""


def add_arguments(parser):
    """Arguments of the command."""
    _arguments.add_light_curves(parser, "model or light curves", as_they_are=True)
    parser.add_argument("--card", action="store_true", help="a model's card in Markdown")


def run(arguments):
    """Run the command."""
    from ..pretrained import list_pretrained

    path = arguments.light_curves
    # What is neither is more likely a misspelt file of light curves than a model.
    if path.name in list_pretrained():
        path = _arguments.model_path(path)
    if path.is_file() and (path.suffix == ".vartl" or _is_archive(path)):
        from ..persistence import model_card, read_model_card

        if arguments.card:
            print(model_card(path).rstrip())
        else:
            print("\n".join(_lines(read_model_card(path))))
        return
    if arguments.card:
        raise ValueError(f"{path} is no model: only models have a card")
    X = _arguments.read_stars(arguments, as_they_are=True)
    print(X)
    for line in (X.provenance or "").splitlines():
        print("  read: " + line.replace("; ", "\n        "))
    problems = X.check()
    if len(problems) == 0:
        print("  nothing wrong was found")
        return
    stars = problems.groupby(["problem", "effect"], sort=False)["object_id"]
    for (problem, effect), ids in stars:
        print(f"  {problem} ({effect}): {len(ids)} stars, first {ids.iloc[0]!r}")


def _is_archive(path):
    try:
        return zipfile.is_zipfile(path)
    except zipfile.BadZipFile:
        return True


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


INFO = _arguments.Command(
    "info",
    "describe a model or a file of light curves",
    DESCRIPTION,
    add_arguments,
    run,
    computes=False,
)
