"""`vartl features`: light curves in, a table of features out."""

from . import _arguments
from ._tables import check_output, write_table

NAME = "features"
HELP = "compute the features of light curves"
DESCRIPTION = f"""\
Compute the features of light curves and write them as a table with one row a star.

{_arguments.FORMATS}

  vartl features crts.parquet -o features.parquet
  vartl features stars.csv --features period,amplitude,skewness -o features.csv"""


def add_arguments(parser):
    """Arguments of the command."""
    _arguments.add_light_curves(parser)
    _arguments.add_output(parser, "table to write: .parquet, .csv or .tsv")
    parser.add_argument(
        "--features",
        metavar="SET",
        default="vartl",
        help='"vartl", "upsilon", "all", or names separated by commas (default: %(default)s)',
    )
    _arguments.add_jobs(parser)


def run(arguments):
    """Run the command."""
    from ..features import LightCurveFeatures

    check_output(arguments.output)
    X = _arguments.read_stars(arguments)
    transformer = LightCurveFeatures(
        parse_features(arguments.features),
        on_error="nan",
        n_jobs=arguments.jobs,
        verbose=not arguments.quiet,
    )
    table = transformer.set_output(transform="pandas").transform(X)
    table.insert(0, "object_id", X.ids)
    write_table(table, arguments.output)
    if not arguments.quiet:
        print(f"{len(table)} stars, {table.shape[1] - 1} features -> {arguments.output}")


def parse_features(text):
    """A set's name, or a list of names.

    Examples
    --------
    >>> parse_features("vartl"), parse_features("period, r21")
    ('vartl', ['period', 'r21'])
    """
    from ..features import SETS

    return text if text in SETS else [name.strip() for name in text.split(",")]
