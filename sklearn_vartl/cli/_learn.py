"""`vartl train` and `vartl transfer`: learn a source survey, fine-tune on a target survey."""

from .._validation import warn_user
from ._arguments import (
    FORMATS,
    add_labels,
    add_light_curves,
    add_options,
    add_output,
    chosen_bands,
    command,
    counted,
    file_name,
    load_pipeline,
    model_path,
    parse_features,
    read_stars,
    split_names,
    warn,
)
from ._tables import check_folder, labelled_stars, read_weights

_TRAINING = f"""\
Learn the classes of a survey with many labels. The model that is written can classify stars of that
survey, and be fine-tuned on another one with `vartl transfer`.

{FORMATS}

  vartl train crts.parquet -o crts.vartl
  vartl train stars.csv --labels classes.csv -o source.vartl
  vartl train crts.parquet --ensemble -o crts.vartl"""

_TRANSFER = f"""\
Fine-tune a model on labelled stars of another survey. Its classes may be others; a few stars of each
are enough. The model is a file from `vartl train`, or one that comes with the package: crts, multi,
multi-ensemble, ogle3, universal, universal-ensemble (`vartl info crts` describes it).

{FORMATS}

  vartl transfer --source crts my_labelled_stars.csv -o my.vartl
  vartl transfer --source crts my_labelled_stars.csv --cv 5 -o my.vartl
  vartl transfer --source own.vartl asas.parquet --labels my_labels.csv -o asas.vartl
  vartl transfer --source crts my_labels.csv --unlabelled my_other_stars.parquet -o my.vartl
  vartl transfer --source crts stars.csv --labels labels.csv --weights doubts.csv -o my.vartl"""


def _add_training_arguments(parser):
    add_light_curves(parser, "light curves of the source survey")
    add_labels(parser)
    add_output(parser, "model to write, by custom .vartl")
    kind = parser.add_mutually_exclusive_group()
    add_options(kind, "--features")
    kind.add_argument(
        "--ensemble",
        action="store_true",
        help="networks on two sets of features and trees instead of networks alone: more accurate, "
        "several times slower",
    )
    add_options(parser, "--bands", "--outliers", "--random-state", "--jobs")


@command("train", "learn a source survey", _TRAINING, _add_training_arguments)
def train(arguments):
    """Run `vartl train`."""
    from ..persistence import save_model

    check_folder(arguments.output)
    X, n_left_out = labelled_stars(read_stars(arguments), arguments)
    model = new_pipeline(arguments).fit(X, X.labels)
    save_model(model, arguments.output, provenance={"source": describe(X, arguments)})
    if len(model.classes_) == 1:
        warn(f"all labels are {model.classes_[0]}: the model calls every star so")
    if not arguments.quiet:
        report(model, X, n_left_out, arguments.output)


def new_pipeline(arguments):
    """The pipeline that is asked for, unfitted."""
    from ..features import LightCurveFeatures
    from ..transfer import TransferMLPClassifier, make_ensemble_pipeline, make_transfer_pipeline

    shared = {"n_jobs": arguments.jobs, "verbose": not arguments.quiet}
    learning = {"random_state": arguments.random_state, **shared}
    if arguments.ensemble:
        if chosen_bands(arguments):
            raise ValueError(
                "--ensemble is of one band: --band NAME chooses one, --bands goes without --ensemble"
            )
        ensemble = make_ensemble_pipeline(on_error="nan", **learning)
        if arguments.outliers:
            ensemble.set_params(lightcurvefeatures__outliers=arguments.outliers)
        return ensemble
    features, bands = parse_features(arguments.features), chosen_bands(arguments)
    outliers = arguments.outliers or "drop"
    return make_transfer_pipeline(
        LightCurveFeatures(features, outliers=outliers, bands=bands, on_error="nan", **shared),
        TransferMLPClassifier(**learning),
    )


def _add_transfer_arguments(parser):
    parser.add_argument(
        "--source",
        metavar="MODEL",
        type=file_name,
        required=True,
        help="model to start from: a file, or crts, multi, multi-ensemble, ogle3, universal or universal-ensemble",
    )
    add_light_curves(parser, "light curves of the target survey")
    add_labels(parser)
    add_output(parser, "model to write, by custom .vartl")
    parser.add_argument(
        "--unlabelled",
        metavar="LIGHT_CURVES",
        type=file_name,
        help="more stars of the target survey, whose labels are not known or not read: where labels "
        "are few, those that the model is sure of teach it further",
    )
    parser.add_argument(
        "--weights",
        metavar="TABLE",
        type=file_name,
        help="what each label may weigh: a table with the columns object_id,weight, such as that of "
        "`vartl doubt`; a star that it does not name weighs 1, one of weight 0 is left out",
    )
    parser.add_argument(
        "--strategy",
        choices=("full", "head", "gradual"),
        help="which layers are trained (default: as the model says)",
    )
    parser.add_argument(
        "--keep",
        metavar="NAME,...",
        help="classes of the source that stay possible without a label; none: no class does "
        "(default: NONVAR,QSO where the source knows them, so that what is no periodic variable "
        "need not become one)",
    )
    parser.add_argument(
        "--cv",
        metavar="K",
        type=int,
        help="say how good it is on stars that it has not learned: fine-tunes K times more, each "
        "time without another part of the stars, and scores these beside a random forest",
    )
    add_options(parser, "--random-state", "--jobs")


@command(
    "transfer",
    "fine-tune a model on a few labels of another survey",
    _TRANSFER,
    _add_transfer_arguments,
)
def transfer(arguments):
    """Run `vartl transfer`."""
    from ..persistence import read_model_card, save_model

    check_folder(arguments.output)
    if arguments.weights is not None and arguments.cv is not None:
        raise ValueError(
            "--cv goes without --weights: weights by doubt have seen all labels. `vartl evaluate` judges the model "
            "on stars kept apart"
        )
    source = model_path(arguments.source)
    model = load_pipeline(source, arguments)
    provenance = read_model_card(source)["provenance"]
    X, n_left_out = labelled_stars(read_stars(arguments), arguments)
    further, told = _further(X, arguments)
    network = model.steps[-1][1].set_params(random_state=arguments.random_state)
    if arguments.strategy is not None:
        network.set_params(strategy=arguments.strategy)
    if arguments.keep is not None:
        network.set_params(keep=_kept(arguments.keep, network))
    if arguments.cv is not None:
        told["cross_validation"] = cross_scores(model, X, arguments.cv)
    model.partial_fit_target(X, X.labels, **further)
    target = describe(X, arguments) | told
    save_model(model, arguments.output, provenance=provenance | {"target": target})
    if not arguments.quiet:
        report(model, X, n_left_out, arguments.output)
    if arguments.cv is not None:
        _say_scores(target["cross_validation"])


def _further(X, arguments):
    """What a fine-tuning is given beside stars and labels, and what the model remembers of that."""
    given, told = {}, {}
    if arguments.weights is not None:
        given["sample_weight"] = read_weights(arguments.weights, X)
        told["weights"] = arguments.weights.name
    if arguments.unlabelled is not None:
        given["X_unlabelled"] = stars = read_stars(arguments, arguments.unlabelled)
        told["unlabelled"] = {"file": arguments.unlabelled.name, "n_stars": len(stars)}
    return given, told


def _kept(text, network):
    """The classes of the source that are named; none of them for "none"."""
    classes = network.classes_
    if network.is_transferred_:
        raise ValueError(
            "--keep is for the first fine-tuning of a source; this model has been fine-tuned, and "
            f"all its classes stay: {', '.join(map(str, classes))}"
        )
    names = [] if text.strip().lower() == "none" else split_names(text)
    known = {str(name): name for name in classes.tolist()}
    if unknown := [name for name in names if name not in known]:
        raise ValueError(
            f"--keep: {', '.join(unknown)} is no class of the source, whose classes are "
            f"{', '.join(known)}"
        )
    return tuple(known[name] for name in names)


def cross_scores(model, X, n_folds):
    """What a fine-tuned model is worth on stars that it has not learned, beside a random forest.

    The source stays as it is; all stars are labelled. The scores are ``n_folds``, ``n_stars``, and of
    ``fine-tuned`` and ``random forest`` the ``mcc`` and ``f1_macro`` as a mean and a standard deviation over the folds.
    """
    import warnings

    import numpy as np
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.frozen import FrozenEstimator
    from sklearn.model_selection import StratifiedKFold

    from ..evaluation import make_splits
    from ..transfer import FineTunedClassifier

    last, y = model.steps[-1][1], X.labels.astype(str)
    features = model[:-1].transform(X)
    usable = ~last.flag_missing(features)
    features, y = np.asarray(features)[usable], y[usable]
    names, counts = np.unique(y, return_counts=True)
    if n_folds < 2 or len(names) < 2 or counts.max() < n_folds:
        raise ValueError(
            f"--cv {n_folds} needs two classes, two folds or more, and a class of at least so many "
            f"stars as folds; there are "
            + ", ".join(f"{name} {count}" for name, count in zip(names, counts, strict=True))
        )
    if n_learned := int(last.flag_seen(features).sum()):
        warn_user(
            f"the source has learned {n_learned} of these {len(y)} stars: its scores are too good"
        )
    if rare := names[counts < n_folds].tolist():
        warn_user(f"classes of fewer than {n_folds} stars are not in every fold: {', '.join(rare)}")
    seed = last.random_state
    judged = {
        "fine-tuned": FineTunedClassifier(
            FrozenEstimator(last), fine_tune_params={"verbose": 0}, random_state=seed
        ),
        "random forest": RandomForestClassifier(500, random_state=seed, n_jobs=last.n_jobs),
    }
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # Said above, once and for all folds.
        warnings.filterwarnings("ignore", "The least populated class")
        # A star that the table lists twice must not be learned and scored.
        splits = make_splits(folds, features, y, None)
    scores = _scores_of_folds(judged, splits, features, y, visible=bool(last.verbose))
    return {"n_folds": n_folds, "n_stars": len(y), **scores}


def _scores_of_folds(judged, splits, features, y, *, visible):
    """Of each classifier the `mcc` and `f1_macro` on the stars left out, mean and standard deviation over the folds."""
    import numpy as np
    from sklearn.metrics import f1_score, matthews_corrcoef

    from .._progress import progress_bar

    found = {name: [] for name in judged}
    for learned, others in progress_bar(
        splits, visible=visible, unit="fold", desc="cross-validation"
    ):
        for name, classifier in judged.items():
            predicted = classifier.fit(features[learned], y[learned]).predict(features[others])
            predicted = predicted.astype(str)
            present = {"labels": np.unique(y[others]), "average": "macro", "zero_division": 0}
            mcc = matthews_corrcoef(y[others], predicted)
            found[name].append([mcc, f1_score(y[others], predicted, **present)])
    scores = {}
    for name, values in found.items():
        told = zip(np.mean(values, axis=0), np.std(values, axis=0, ddof=1), strict=True)
        rounded = [[round(float(mean), 4), round(float(spread), 4)] for mean, spread in told]
        scores[name] = dict(zip(("mcc", "f1_macro"), rounded, strict=True))
    return scores


def _say_scores(scores):
    print(
        f"on stars not learned ({scores['n_folds']} folds of {scores['n_stars']} stars, "
        "mean +- spread of the folds)"
    )
    for name in ("fine-tuned", "random forest"):
        texts = ["{:.3f} +- {:.3f}".format(*scores[name][key]) for key in ("mcc", "f1_macro")]
        print(f"  {name:14} MCC {texts[0]}   macro F1 {texts[1]}")


def describe(X, arguments):
    """What a model remembers of the light curves it was made with."""
    import numpy as np

    names, counts = np.unique(X.labels.astype(str), return_counts=True)
    survey = X.survey if X.survey is None or isinstance(X.survey, str) else "several"
    return {
        "file": arguments.light_curves.name,
        "survey": survey,
        "n_stars": len(X),
        "n_points": int(X.n_points.sum()),
        "classes": dict(zip(names.tolist(), counts.tolist(), strict=True)),
    }


def report(model, X, n_left_out, output):
    """Say what was learned."""
    import numpy as np

    were = "was" if n_left_out == 1 else "were"
    left_out = f" ({counted(n_left_out, 'star')} without a label {were} left out)"
    without = left_out if n_left_out else ""
    names, counts = np.unique(X.labels.astype(str), return_counts=True)
    many = "class" if len(names) == 1 else "classes"
    print(f"learned {len(names)} {many} from {counted(len(X), 'star')}{without} -> {output}")
    print("  " + ", ".join(f"{name} {count}" for name, count in zip(names, counts, strict=True)))
    if kept := [str(name) for name in model.classes_ if str(name) not in names]:
        print(f"  kept from the source, without a label: {', '.join(kept)}")
