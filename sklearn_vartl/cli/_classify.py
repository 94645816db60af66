"""`vartl features` and `vartl classify`: light curves in, a table of one row a star out."""

from ..catalog import NOVEL, PARQUET, classify
from ..probabilities import DriftTest
from ._arguments import (
    FORMATS,
    add_light_curves,
    add_options,
    add_output,
    chosen_bands,
    command,
    counted,
    load_pipeline,
    parse_columns,
    parse_features,
    read_stars,
    split_names,
    warn,
)
from ._tables import TABLES, check_output, read_shares, write_table

_FEATURES = f"""\
Compute the features of light curves and write them as a table with one row a star.

{FORMATS}

  vartl features crts.parquet -o features.parquet
  vartl features stars.csv --features period,amplitude,skewness -o features.csv"""

_CLASSIFICATION = f"""\
Classify light curves with a model from `vartl train` or `vartl transfer`, or with one that comes with
the package: crts, multi, multi-ensemble, ogle3, universal, universal-ensemble. The table that is written
has one row a star: object_id, label (the most probable class), period (days, of the star as that
class has it), significance (-log10 of the period's false-alarm probability), n_points, flag (why a
star has no label), period_error (days), epoch (of maximum light for pulsating stars, of minimum for
others, in the time scale of the data), amplitude (mag), runner_up (the second best period) and
runner_up_gap (below 10 the choice is open), period_flag (day, month, year: the sampling makes this
frequency; open: the runner-up may be right, open:day, open:half... say what it would be; few: no
more than two eclipses were seen), of some models novelty (how unlike the stars it has learned a
star is), with --sets the possible classes (set), the largest probability (p_max), and for each
class its probability p_<class>. A star that cannot be classified (too few points, constant
magnitudes...) has no label, and the command then ends with 3. What is printed tells how many of the
classes should be right, by the probabilities, and whether the stars are still of the survey that a
model was fine-tuned on.

From Parquet with one row a star (a file, a folder, a HATS catalogue, a quoted glob) to Parquet (a
file, or a folder where OUT has no suffix) light curves go part by part, however many there are, and
an interrupted run goes on where it stopped when it is given again. What cannot be read of a damaged
file is told and passed over. With --band, --zero-flux, --priors em and --adapt all stars are in memory
at once.

With --adapt each star goes by its own answer and by those of the stars most like it in this survey: more
are right where the model has learned no star of the survey, or few. With labels of your own, fine-tune first
(vartl transfer, --unlabelled the other stars), and adapt that model.

{FORMATS}

  vartl classify --model universal new_stars.csv -o classes.csv
  vartl classify --model asas.vartl new_stars.parquet -o classes.csv
  vartl classify --model asas.vartl survey/ -o classes.parquet
  vartl classify --model universal --adapt new_stars.parquet -o classes.csv
  vartl classify --model asas.vartl --adapt new_stars.parquet -o classes.csv
  vartl classify --model multi stars.csv --exclude QSO,NONVAR --priors em -o classes.fits"""

_SOME_UNCLASSIFIED = 3
# Digits of a text table: no probability is known better, and rows still sum to one.
_DECIMALS = {"epoch": 5, "significance": 2, "runner_up_gap": 2, "novelty": 4, "p_": 5}
_UNITS = {"period": "d", "period_error": "d", "epoch": "d", "runner_up": "d", "amplitude": "mag"}
# Where a tenth of the stars are farther than one in a hundred should be, a word is said.
_MANY_FAR = 0.1


def _add_features_arguments(parser):
    add_light_curves(parser)
    add_output(parser, f"table to write: {TABLES}")
    add_options(parser, "--features", "--bands", "--outliers", "--jobs")


@command("features", "compute the features of light curves", _FEATURES, _add_features_arguments)
def features(arguments):
    """Run `vartl features`."""
    import pandas as pd

    from ..features import LightCurveFeatures

    check_output(arguments.output)
    X = read_stars(arguments)
    transformer = LightCurveFeatures(
        parse_features(arguments.features),
        outliers=arguments.outliers or "drop",
        bands=chosen_bands(arguments),
        on_error="nan",
        n_jobs=arguments.jobs,
        verbose=not arguments.quiet,
    )
    values = transformer.fit_transform(X)
    table = pd.DataFrame(values, columns=transformer.get_feature_names_out())
    table.insert(0, "object_id", X.ids)
    write_table(table, arguments.output)
    if not arguments.quiet:
        size = f"{counted(len(table), 'star')}, {counted(table.shape[1] - 1, 'feature')}"
        print(f"{size} -> {arguments.output}")


def _add_classify_arguments(parser):
    add_options(parser, "--model")
    add_light_curves(parser)
    add_output(parser, f"table to write: {TABLES}; or a folder")
    parser.add_argument(
        "--classes", metavar="NAME,...", help="the only classes that are possible (default: all)"
    )
    parser.add_argument("--exclude", metavar="NAME,...", help="classes that are not possible")
    parser.add_argument(
        "--priors",
        metavar="em|balanced|CSV",
        help="shares of the classes among these stars: em estimates them, balanced makes them "
        "equal, a table has the columns class,share (default: as the model learned them)",
    )
    parser.add_argument(
        "--abstain",
        action="store_true",
        help='call stars "unknown" that are too unsure or too unlike those the model has learned',
    )
    parser.add_argument(
        "--purity",
        metavar="SHARE",
        type=float,
        help='call stars "unknown" unless such a share of those as sure are of their class, as the '
        "stars held out of the model's training tell",
    )
    parser.add_argument(
        "--sets",
        metavar="ALPHA",
        type=float,
        help="add a column with the classes that hold the true one for all but this share of stars",
    )
    parser.add_argument(
        "--adapt",
        action="store_true",
        help="adapt the probabilities to these stars, each to its neighbours among them, without labels (ten stars "
        "or more; not with --abstain, --purity or --sets)",
    )
    parser.add_argument(
        "--batch-size",
        metavar="N",
        type=int,
        default=8192,
        help="most stars in memory at once, Parquet to Parquet (default: %(default)s)",
    )
    parser.add_argument(
        "--no-resume", action="store_true", help="begin anew where an interrupted run left parts"
    )
    add_options(parser, "--jobs")


@command("classify", "classify light curves", _CLASSIFICATION, _add_classify_arguments)
def run_classify(arguments):
    """Run `vartl classify`."""
    # Light curves that are changed first, and what needs all stars, go in one piece.
    whole = arguments.band is not None or arguments.zero_flux is not None
    whole |= arguments.priors == "em" or arguments.adapt
    in_parts = not whole and _is_catalog(arguments.light_curves)
    if not (in_parts and _is_folder(arguments.output)):
        check_output(arguments.output)
    model = load_pipeline(arguments.model, arguments)
    options = _options(model, arguments)
    if in_parts and (arguments.output.suffix in PARQUET or _is_folder(arguments.output)):
        return _classify_catalog(model, options, arguments)
    X = read_stars(arguments)
    table = classify(model, X, n_jobs=arguments.jobs, adapt=arguments.adapt, **options)
    adapted = table.attrs.pop("adapted", None)
    drift, outliers = table.attrs.pop("drift", None), table.attrs.pop("outliers")
    write_table(table, arguments.output, _DECIMALS, _UNITS)
    n_classified = int(table["label"].notna().sum())
    n_novel = int((table["novelty"] > NOVEL).sum()) if "novelty" in table else None
    _say_result(n_classified, len(table), table["label"].value_counts(), arguments, n_novel)
    if n_classified and not arguments.quiet:
        _say_outliers(*outliers)
        if adapted is not None:
            _say_adapted(**adapted)
        _say_expected(_expected(table[table["label"].notna()], model.classes_))
        _say_drift(None if drift is None else DriftTest(**drift))
    flags = table["flag"][table["flag"] != ""].value_counts().to_dict()
    return _exit_code(len(table) - n_classified, len(table), flags)


def _options(model, arguments):
    """What may be asked of the classes, as `classify` takes it."""
    known = {str(name): name for name in model.classes_}
    priors = arguments.priors
    if priors not in (None, "em", "balanced"):
        priors = {known.get(name, name): share for name, share in read_shares(priors).items()}
    return {
        "classes": split_names(arguments.classes),
        "exclude": split_names(arguments.exclude),
        "priors": priors,
        "abstain": arguments.abstain,
        "purity": arguments.purity,
        "alpha": arguments.sets,
    }


def _classify_catalog(model, options, arguments):
    from ..catalog import classify_catalog

    report = classify_catalog(
        model,
        arguments.light_curves,
        arguments.output,
        columns=parse_columns(arguments.columns),
        batch_size=arguments.batch_size,
        n_jobs=arguments.jobs,
        resume=not arguments.no_resume,
        verbose=not arguments.quiet,
        **options,
    )
    if not report.n_stars and not report.broken:
        raise ValueError(f"{arguments.light_curves} holds no light curves")
    classes = sorted(report.classes.items(), key=lambda item: -item[1])
    _say_result(report.n_classified, report.n_stars, dict(classes), arguments, report.n_novel)
    if report.expected is not None and not arguments.quiet:
        _say_outliers(report.n_outliers, report.n_with_outliers)
        _say_expected(report.expected)
        _say_drift(report.drift)
    for what in report.broken:
        warn(f"passed over {what}")
    code = _exit_code(report.n_stars - report.n_classified, report.n_stars, report.flags)
    return code or (_SOME_UNCLASSIFIED if report.broken else 0)


def _say_result(n_classified, n_stars, classes, arguments, n_novel=None):
    if not arguments.quiet:
        novel = "" if n_novel is None else f", {n_novel} of them novel (above {NOVEL})"
        have = "has" if n_classified == 1 else "have"
        stars = counted(n_stars, "star")
        print(f"{n_classified} of {stars} {have} a class{novel} -> {arguments.output}")
        for label, count in classes.items():
            print(f"  {label:12} {count:8}")


def _say_outliers(n_points, n_stars):
    if n_points:
        stand, were = ("stand", "were") if n_points > 1 else ("stands", "was")
        print(
            f"{counted(n_points, 'measurement')} of {counted(n_stars, 'star')} {stand} alone and {were} "
            "left out (a model trained with --outliers keep keeps them)"
        )


def _say_adapted(n_stars, n_neighbors, n_changed):
    have = "has" if n_changed == 1 else "have"
    print(
        f"adapted to these stars: each goes by itself and its {n_neighbors} neighbours among {n_stars}; {n_changed} "
        f"{have} another class than without --adapt, and probabilities are rather too low"
    )


def _expected(table, classes):
    """What to expect of the most probable classes of a table."""
    import numpy as np

    from ..probabilities import expected_accuracy

    proba = table[[f"p_{name}" for name in classes]].to_numpy(dtype=float)
    novelty = table["novelty"].to_numpy() if "novelty" in table else np.zeros(len(table))
    return expected_accuracy(proba, np.asarray(classes), novelty)


def _say_expected(found):
    """How many of the most probable classes should be right."""
    unlike = f"; {found.share_far:.0%} are unlike all that the model has learned: do not rely on it"
    far = unlike if found.share_far >= _MANY_FAR else ""
    print(f"expected: {found.share_right:.1%} of the most probable classes are right{far}")
    for name, count in found.n_predicted.items():
        if count:
            print(
                f"  {name!s:12} purity {found.purity[name]:.2f}, "
                f"completeness {found.completeness[name]:.2f}"
            )


def _say_drift(drift):
    """Whether the stars are of the survey that the model was fine-tuned on."""
    if drift is None:
        return
    if drift.drifted:
        print(
            f"these stars are unlike those the model was fine-tuned on (p = {drift.p_value:.1g}, "
            f"most of all in {drift.feature}): fine-tune it on some of them"
        )
    else:
        print(f"like the stars the model was fine-tuned on (p = {drift.p_value:.2g})")


def _exit_code(n_unclassified, n_stars, flags=None):
    if not n_unclassified:
        return 0
    reasons = ", ".join(f"{why}: {counted(n, 'star')}" for why, n in (flags or {}).items())
    warn(
        f"{n_unclassified} of {counted(n_stars, 'star')} could not be classified; "
        f"{'it has' if n_unclassified == 1 else 'they have'} no label"
        + (f" ({reasons})" if reasons else "")
    )
    return _SOME_UNCLASSIFIED


def _is_catalog(path):
    """Whether light curves are Parquet files with one row a star."""
    from ..catalog import find_files, holds_stars

    if path.suffix not in PARQUET and not path.is_dir() and not set("*?[") & set(str(path)):
        return False
    try:
        files = find_files(path, None)
    except FileNotFoundError:
        # Nothing, or a folder of text files: the reader knows what to say.
        return False
    return any(holds_stars(file) for file in files.values())


def _is_folder(path):
    return not path.suffix or path.is_dir()
