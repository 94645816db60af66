"""`vartl suggest`, `vartl doubt` and `vartl explain`: labels to ask for, to doubt, and why."""

from ._arguments import (
    FORMATS,
    add_labels,
    add_light_curves,
    add_options,
    add_output,
    add_plot,
    command,
    counted,
    load_pipeline,
    positions_of,
    prepare_pictures,
    read_stars,
    warn,
)
from ._tables import TABLES, check_folder, check_output, labelled_stars, write_table

_SUGGEST = f"""\
List the stars whose labels would teach a model most: of each group of similar stars one, more of
rare classes and of those the model is unsure of. The model is a file, or multi, multi-ensemble...
Labels that are there already teach it first, and their stars are not listed: as the file of labels
grows, the same command goes on. The column label of the table is empty: fill it in, and the file
can be given as --labels; what the model takes the star for stands in predicted.

{FORMATS}

  vartl suggest --model multi-ensemble survey.parquet -n 40 -o to_label.csv
  vartl suggest --model multi-ensemble survey.parquet --labels labels.csv -n 40 -o to_label.csv"""

_DOUBT = f"""\
List labelled stars, the most doubtful label first: each is judged by models that have learned from
other stars, and by its neighbours. p_wrong is how doubtful a label is; is_issue marks those that
the usual certainty of their class contradicts.

{FORMATS}

  vartl doubt --model multi-ensemble survey.parquet --labels labels.csv -o doubts.csv"""

_EXPLAIN = f"""\
Say why a model gives a star its class: the labelled stars most like it, the features that speak for
and against (+0.50 behind a feature: by so much in the logarithm of the odds of class and runner-up),
the runner-up and what would decide. The labels are those among the light curves, or in the table of
--labels.

{FORMATS}

  vartl explain --model asas.vartl asas.parquet 149390"""

_MOST_DRAWN = 40
_DECIMALS = {"p": 5, "p_": 5, "novelty": 4, "neighbours": 2}


def _add_suggest_arguments(parser):
    add_options(parser, "--model")
    add_light_curves(parser, "light curves of all stars, labelled or not")
    add_labels(parser)
    parser.add_argument(
        "-n", metavar="N", type=int, default=40, help="stars to list (default: %(default)s)"
    )
    add_output(parser, f"table to write: {TABLES}")
    add_plot(parser, "draw the folded light curves on a sheet")
    add_options(parser, "--random-state", "--jobs")


@command("suggest", "list the stars to label next", _SUGGEST, _add_suggest_arguments)
def suggest(arguments):
    """Run `vartl suggest`."""
    from ..labelling import suggest_labels

    model, X, features, y = _measured(arguments, labels_needed=False)
    classifier = model.steps[-1][1]
    if y is not None:
        known = [label is not None for label in y]
        if not classifier.flag_seen(features[known]).all():
            classifier.set_params(random_state=arguments.random_state)
            classifier.partial_fit_target(features[known], y[known])
    found = suggest_labels(
        classifier, features, arguments.n, y=y, random_state=arguments.random_state
    )
    table = found.to_pandas()
    table["id"] = X.ids[found.position]
    # Read as a table of labels the file must not teach the model its own predictions.
    table = table.rename(columns={"label": "predicted"})
    table.insert(0, "label", "")
    _finish(table, X, model, arguments)
    if not arguments.quiet:
        print(f"{len(table)} of {counted(len(X), 'star')} to label -> {arguments.output}")
        counts = table["reason"].value_counts()
        width = max(map(len, counts.index))
        for reason, count in counts.items():
            print(f"  {reason:{width}} {count:6}")
        print(
            "Fill in the column label, add the rows to your table of labels, and go on with --labels"
        )


def _add_doubt_arguments(parser):
    add_options(parser, "--model")
    add_light_curves(parser, "light curves of labelled stars")
    add_labels(parser)
    add_output(parser, f"table to write: {TABLES}")
    parser.add_argument(
        "--folds", metavar="N", type=int, default=5, help="models to train (default: %(default)s)"
    )
    add_plot(parser, f"draw the {_MOST_DRAWN} most doubtful stars, folded, on a sheet")
    add_options(parser, "--random-state", "--jobs")


@command("doubt", "list the labels to doubt", _DOUBT, _add_doubt_arguments)
def doubt(arguments):
    """Run `vartl doubt`."""
    import numpy as np

    from ..labelling import doubtful_labels

    model, X, features, y = _measured(arguments)
    # They have been told.
    y[~np.isfinite(features).any(axis=1)] = None
    found = doubtful_labels(
        model.steps[-1][1], features, y, cv=arguments.folds, random_state=arguments.random_state
    )
    table = found.to_pandas()
    table["id"] = X.ids[found.position]
    _finish(table, X, model, arguments)
    if not arguments.quiet:
        n_issues = int(table["is_issue"].sum())
        print(
            f"{n_issues} of {counted(len(table), 'label')} look{'s' * (n_issues == 1)} wrong "
            f"(is_issue); all of them, the most doubtful first -> {arguments.output}"
        )


def _add_explain_arguments(parser):
    add_options(parser, "--model")
    add_light_curves(parser, "light curves of the star and of labelled stars")
    parser.add_argument("star", metavar="STAR", help="identifier of the star")
    add_labels(parser)
    add_options(parser, "--jobs")


@command("explain", "say why a star has its class", _EXPLAIN, _add_explain_arguments)
def explain(arguments):
    """Run `vartl explain`."""
    from ..labelling import explain as explain_star

    model, X, features, y = _measured(arguments)
    place = positions_of([arguments.star], X, arguments.light_curves)
    names = list(model[:-1].get_feature_names_out())
    why = explain_star(
        model.steps[-1][1], int(place[0]), features, y, feature_names=names, ids=X.ids
    )
    print(f"{arguments.star}: {why}")


def _measured(arguments, labels_needed=True):
    """The model, the stars, their features and their labels, None where there is none."""
    import numpy as np

    from ..light_curves import match_identifiers

    if "output" in arguments:
        check_output(arguments.output)
        if arguments.plot is not None:
            check_folder(arguments.plot)
            prepare_pictures()
    model = load_pipeline(arguments.model, arguments)
    X, y = read_stars(arguments), None
    own = X.labels is not None and len(X.labelled())
    if labels_needed or arguments.labels is not None or own:
        labelled, _ = labelled_stars(X, arguments)
        position, _ = match_identifiers(list(labelled.ids), X.ids)
        y = np.array([None if k < 0 else labelled.labels[k] for k in position], dtype=object)
    features = np.asarray(model[:-1].transform(X), dtype=float)
    empty = int((~np.isfinite(features).any(axis=1)).sum())
    if empty:
        have, are = ("has", "is") if empty == 1 else ("have", "are")
        warn(f"{empty} of {counted(len(X), 'star')} {have} no features and {are} passed over")
    return model, X, features, y


def _finish(table, X, model, arguments):
    """Add the periods that `vartl classify` reports, write the table, draw the sheet."""
    from ..catalog import classify

    table.insert(0, "object_id", table.pop("id"))
    rows = table.pop("position").to_numpy()
    table["period"] = classify(model, X[rows], n_jobs=arguments.jobs)["period"].to_numpy(float)
    write_table(table, arguments.output, _DECIMALS)
    if arguments.plot is not None:
        _draw(X, rows[:_MOST_DRAWN], table, arguments.plot)


def _draw(X, rows, table, path):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    n_rows = -(-len(rows) // 5)
    figure = Figure(figsize=(15, 2.7 * n_rows), layout="constrained")
    FigureCanvasAgg(figure)
    for k, row in enumerate(rows):
        ax = figure.add_subplot(n_rows, 5, k + 1)
        period = float(table["period"][k])
        X.plot(int(row), period if period > 0 else None, ax=ax)
        if "reason" in table:
            why = table["reason"][k]
        else:
            why = f"{table['label'][k]}, rather {table['suggested'][k]}"
        # Two lines: beside its neighbour there is no room for one.
        ax.set_title(f"{table['object_id'][k]}\n{why}", fontsize=8)
        ax.set_ylabel("")
        if period > 0:
            ax.set_xlabel(f"phase ({period:.6g} d)")
        ax.locator_params(axis="x", nbins=4)
    figure.savefig(path)
