"""Arguments that several commands share, and what is made of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..light_curves import SURVEY_PRESETS

FORMATS = """\
Light curves (LIGHT_CURVES) are read from
  - Parquet: one row a star with list columns time, mag, magerr, or one row a point;
  - CSV (also .csv.gz, .tsv): one row a point, columns object_id, time, mag[, magerr][, label];
  - a folder of text files (.dat, .txt, .lc), one star a file.
Times are days, brightnesses magnitudes."""


@dataclass(frozen=True)
class Command:
    """One of the subcommands.

    Attributes
    ----------
    name, help, description : str
        As the user types it, in one line, and in full.
    add_arguments : callable
        Takes the parser of the subcommand.
    run : callable
        From the parsed arguments to an exit code, None for 0.
    """

    name: str
    help: str
    description: str
    add_arguments: Callable
    run: Callable


def add_light_curves(parser, help="light curves"):
    """The positional argument LIGHT_CURVES, and how its columns are called."""
    parser.add_argument("light_curves", metavar="LIGHT_CURVES", type=Path, help=help)
    parser.add_argument(
        "--columns",
        metavar="ROLE=NAME,...",
        help="columns of other names, such as time=hjd,mag=vmag,id=star; or a survey's preset: "
        f"{', '.join(SURVEY_PRESETS)}",
    )


def add_labels(parser):
    """The option --labels."""
    parser.add_argument(
        "--labels",
        metavar="CSV",
        type=Path,
        help="table with the columns object_id,label; default: the labels among the light curves",
    )


def add_output(parser, help):
    """The option -o."""
    parser.add_argument("-o", "--output", metavar="OUT", type=Path, required=True, help=help)


def add_model(parser):
    """The option --model."""
    parser.add_argument("--model", metavar="MODEL", type=Path, required=True, help="trained model")


def add_features(parser):
    """The option --features."""
    parser.add_argument(
        "--features",
        metavar="SET",
        default="vartl",
        help='"vartl", "upsilon", "all", or names separated by commas (default: %(default)s)',
    )


def add_jobs(parser):
    """The option --jobs."""
    parser.add_argument(
        "-j",
        "--jobs",
        metavar="N",
        type=int,
        default=-1,
        help="number of cores to use (default: all)",
    )


def add_random_state(parser):
    """The option --random-state."""
    parser.add_argument(
        "--random-state", metavar="SEED", type=int, default=0, help="seed (default: %(default)s)"
    )


def model_path(path):
    """The file of a model: as given, or of the model of that name that comes with the package.

    Parameters
    ----------
    path : Path
        A file comes before a name.

    Returns
    -------
    path : Path

    Raises
    ------
    ValueError
        If a word without a suffix is neither.
    """
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
    """A model that takes light curves, set to the number of cores and progress that was asked for.

    Raises
    ------
    ValueError
        If the model takes something else.
    """
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
    model.steps[-1][1].set_params(**settings)
    return model


def read_stars(arguments, path=None, *, as_they_are=False):
    """The light curves that the arguments name, or those of another file with the same columns."""
    from ..readers import as_magnitudes, read_light_curves

    columns, reference = parse_columns(arguments.columns), None
    if isinstance(columns, dict):
        reference = reference_of(columns.pop("reference_flux", None))
    X = read_light_curves(arguments.light_curves if path is None else path, columns=columns)
    if X.quantity == "mag" or as_they_are:
        return X
    magnitudes = as_magnitudes(X, columns, reference)
    if magnitudes.quantity == "flux":
        raise ValueError(
            "these light curves are fluxes, and nothing tells their magnitudes. For magnitudes "
            "relative to each star's median flux add reference_flux=median to --columns, for "
            "others the flux of magnitude zero: --columns reference_flux=3631e6"
        )
    return magnitudes


def reference_of(text):
    """The flux of magnitude zero as a number, or a name ("median", a preset)."""
    try:
        return text if text is None else float(text)
    except ValueError:
        return text


def parse_columns(text):
    """``"time=hjd,mag=V"`` as a dict; a word without ``=`` is the name of a preset.

    Raises
    ------
    ValueError
        If a part is neither.

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


def parse_features(text):
    """A set's name, or a list of names.

    Examples
    --------
    >>> parse_features("vartl"), parse_features("period, r21")
    ('vartl', ['period', 'r21'])
    """
    from ..features import SETS

    return text if text in SETS else [name.strip() for name in text.split(",")]
