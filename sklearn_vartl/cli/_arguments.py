"""Arguments that several commands share, and what is made of them."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..light_curves import SURVEY_PRESETS

FORMATS = """\
Light curves (LIGHT_CURVES) are read from
  - Parquet: one row a star with list columns time, mag, magerr, or one row a point;
  - CSV (also .csv.gz, .tsv): one row a point, columns object_id, time, mag[, magerr][, label];
  - text files (.dat, .txt, .lc), one star a file, or a folder or archive (.zip, .tar.gz) of them;
  - FITS, VOTable, ECSV, JSON, LaTeX and QDP.
Times are days, brightnesses magnitudes."""


@dataclass(frozen=True)
class Command:
    """One of the subcommands."""

    name: str  # as the user types it
    help: str  # in one line, and in full as `description`
    description: str
    add_arguments: Callable  # takes the parser of the subcommand
    run: Callable  # from the parsed arguments to an exit code, None for 0
    computes: bool  # whether it needs the compiled kernels, which may have to be compiled first


def command(name, help, description, add_arguments, *, computes=True):
    """A decorator that makes a subcommand of what runs it."""
    return lambda run: Command(name, help, description, add_arguments, run, computes)


def file_name(text):
    """The path of a file that is read or written; "-", which shells take for a stream, is none."""
    if text == "-":
        raise argparse.ArgumentTypeError(
            "nothing is read from standard input or written to standard output: give the name of a file"
        )
    return Path(text)


# Options that several commands have, each with its settings of argparse.
_OPTIONS = {
    "--model": {
        "metavar": "MODEL",
        "type": file_name,
        "required": True,
        "help": "model: a file, or the name of one that comes with the package, such as universal",
    },
    "--unseen": {"action": "store_true", "help": "leave out the stars that the model has learned"},
    "--features": {
        "metavar": "SET",
        "default": "vartl",
        "help": '"vartl", "upsilon", "all", or names separated by commas (default: %(default)s)',
    },
    "--bands": {
        "metavar": "NAME,NAME,...",
        "help": "one period from all these bands together, the other features band by band, and the "
        "colours of neighbours in the list; not with --band",
    },
    "--outliers": {
        "choices": ["drop", "drop_all", "keep"],
        "help": "measurements that stand alone, in time and in phase: left out of our own features (drop), of the set "
        '"upsilon" too (drop_all, the default of --ensemble), or kept (default: drop; n_outliers counts them)',
    },
    "--random-state": {
        "metavar": "SEED",
        "type": int,
        "default": 0,
        "help": "seed (default: %(default)s)",
    },
    "--jobs": {
        "metavar": "N",
        "type": int,
        "default": -1,
        "help": "number of cores to use (default: all)",
    },
}
_SHORT = {"--jobs": ["-j"]}


def add_options(parser, *names):
    """Options that several commands have."""
    for name in names:
        parser.add_argument(*_SHORT.get(name, []), name, **_OPTIONS[name])


def add_light_curves(parser, help="light curves", *, as_they_are=False):
    """The positional argument LIGHT_CURVES, how its columns are called, and what of it is read."""
    parser.add_argument("light_curves", metavar="LIGHT_CURVES", type=file_name, help=help)
    parser.add_argument(
        "--columns",
        metavar="ROLE=NAME,...",
        help="columns of other names, such as time=hjd,mag=vmag,id=star; or a survey's preset: "
        f"{', '.join(SURVEY_PRESETS)}",
    )
    if as_they_are:
        return
    parser.add_argument(
        "--band",
        metavar="NAME",
        help="use the points in this band alone, of light curves in several",
    )
    parser.add_argument(
        "--zero-flux",
        metavar="FLUX",
        type=flux,
        help="the light curves are fluxes, and this is the flux of magnitude zero; 'median': make "
        "magnitudes relative to each star's median flux",
    )


def add_labels(parser):
    """Where the labels are, and what is made of their names."""
    parser.add_argument(
        "--labels",
        metavar="CSV",
        type=file_name,
        help="table with the columns object_id,label; default: the labels among the light curves",
    )
    parser.add_argument(
        "--label-columns",
        metavar="id=NAME,label=NAME",
        help="columns of other names in that table (column1, column2... where it has no header)",
    )
    parser.add_argument(
        "--harmonise",
        action="store_true",
        help="translate the labels into standard names, or classes of the model that is judged: "
        "EW and W UMa are EC, RRab is RRAB",
    )
    parser.add_argument(
        "--survey",
        metavar="NAME",
        help="survey or catalogue the labels are from, where a name has a meaning of its own there "
        "(gcvs, asassn, ogle, gaia...; default: as the light curves say)",
    )


def add_output(parser, help):
    """The option -o."""
    parser.add_argument("-o", "--output", metavar="OUT", type=file_name, required=True, help=help)


def add_plot(parser, help):
    """The option --plot."""
    parser.add_argument("--plot", metavar="IMAGE", type=file_name, help=help)


def prepare_pictures():
    """Draw into files, without a window; a word beforehand where there is nothing to draw with."""
    try:
        import matplotlib
    except ImportError as error:
        raise ImportError("pictures need matplotlib: pip install matplotlib") from error
    matplotlib.use("Agg")


def chosen_bands(arguments):
    """The bands of --bands, or None."""
    bands = split_names(getattr(arguments, "bands", None))
    if bands and arguments.band is not None:
        raise ValueError(
            "--bands takes the features of several bands, --band those of one: give one of them"
        )
    return bands or None


def model_path(path):
    """The file of a model: as given, or else of the model of that name that comes with the package."""
    from ..pretrained import list_pretrained, pretrained_path

    if path.exists() or path.suffix or path.name != str(path):
        return path
    names = list_pretrained()
    if path.name not in names:
        raise ValueError(
            f"{path} is neither a file nor a model that comes with the package: {', '.join(names)}"
        )
    return pretrained_path(path.name)


def load_pipeline(path, arguments):
    """A model that takes light curves, set to the number of cores and progress that was asked for."""
    from ..features import LightCurveFeatures
    from ..persistence import load_model
    from ..transfer import TransferPipeline

    model = load_model(model_path(path))
    if not isinstance(model, TransferPipeline) or not isinstance(
        model.steps[0][1], LightCurveFeatures
    ):
        raise ValueError(f"{path} holds a {type(model).__name__} that takes no light curves")
    settings = {"n_jobs": arguments.jobs, "verbose": not arguments.quiet}
    model.steps[0][1].set_params(on_error="nan", **settings)
    # It tells its bands apart: that there are several is no mistake.
    arguments.in_bands = model.steps[0][1].bands is not None
    model.steps[-1][1].set_params(**settings)
    return model


def read_stars(arguments, path=None, *, as_they_are=False):
    """The light curves that the arguments name, or those of another file with the same columns."""
    from ..light_curves import tell
    from ..readers import as_magnitudes, read_untold

    path = arguments.light_curves if path is None else path
    columns = parse_columns(arguments.columns)
    X = read_untold(path, columns=columns)
    if as_they_are:
        tell(X)
        return X
    if not len(X):
        raise ValueError(f"{path} holds no light curves")
    bands = chosen_bands(arguments)
    for band in bands or ([] if arguments.band is None else [arguments.band]):
        if band not in (X.bands or ()):
            there = ", ".join(X.bands) if X.bands else "none: name their column, --columns band=..."
            raise ValueError(f"{path} has no band {band!r}; its bands are {there}")
    if arguments.band is not None:
        X = X.in_band(arguments.band)
    # Of what is left, once the band is chosen.
    tell(X, in_bands=bands is not None or getattr(arguments, "in_bands", False))
    X = as_magnitudes(X, columns, arguments.zero_flux)
    if X.quantity == "flux":
        raise ValueError(
            f"{path} holds fluxes: --zero-flux gives the flux of magnitude zero (--zero-flux median: "
            "magnitudes relative to each star's median flux), and so do the presets of surveys "
            "(--columns rubin)"
        )
    return X


def positions_of(stars, X, path):
    """Positions of the stars with these identifiers, those that are there: one at least."""
    import numpy as np

    found = np.flatnonzero(np.isin(np.asarray(X.ids).astype(str), stars))
    if not found.size:
        raise ValueError(f"{path} has no star {stars[0]!r}; its first is {str(X.ids[0])!r}")
    return found


def warn(text):
    """Say on standard error what the user should know."""
    print(f"vartl: warning: {text}", file=sys.stderr)


def counted(number, noun):
    """A number of things, in words."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def flux(text):
    """A flux as a number, or "median"."""
    return text if text == "median" else float(text)


def parse_columns(text):
    """``"time=hjd,mag=V"`` as a dict; a word without ``=`` is the name of a preset.

    Examples
    --------
    >>> parse_columns("time=hjd, mag=V")
    {'time': 'hjd', 'mag': 'V'}
    >>> parse_columns("ztf")
    'ztf'
    """
    if text is None:
        return None
    if "=" not in text:
        return text.strip()
    pairs = [part.partition("=") for part in text.split(",")]
    for role, equals, name in pairs:
        if not (equals and role.strip()):
            raise ValueError(f"--columns: {role + equals + name!r} is not of the form ROLE=NAME")
    # An empty name leaves the role out.
    return {role.strip(): name.strip() or None for role, _, name in pairs}


def split_names(text):
    """Names separated by commas; None where there are none."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def parse_features(text):
    """A set's name, or a list of names.

    Examples
    --------
    >>> parse_features("vartl"), parse_features("period, r21")
    ('vartl', ['period', 'r21'])
    """
    from ..features import SETS

    return text if text in SETS else split_names(text)
