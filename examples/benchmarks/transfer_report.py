"""The page and the figure that transfer.py writes."""

import os
import re

import numpy as np

TITLES = {
    "asas": "ASAS, eight classes",
    "hipparcos_ogle": "Hipparcos and OGLE",
    "hipparcos": "Hipparcos alone",
    "ogle": "OGLE alone",
    "early": "ASAS, the early survey",
    "labels": "ASAS, how labels are drawn",
    "unlabelled": "ASAS, development stars without labels given to the fine-tuning",
    "zero_shot": "ASAS without any of its labels",
    "conformal": "ASAS, sets of classes (alpha = 0.1)",
}
REMARKS = {
    "hipparcos_ogle": "Almost no class occurs in both surveys: whatever tells the two apart scores.",
    "early": "Labelled and test stars are cut, the source's are not; a season ends with a gap of 60 "
    "days, a year after 365. Stars with fewer than ten points left have no features: all methods get them "
    "as such, and they count (25% of the first seasons, which may begin shortly before a gap; 8% of the "
    "first years).",
    "labels": "Test stars are always all. As many labels are drawn at random as are drawn class by "
    "class, but for the two stars a class that stratified draws have at least. Classes without a "
    "label are wrong.",
    "unlabelled": "The test stars are not among those that are given.",
    "zero_shot": "Test stars of the six classes that the source has too (LPV taken for MIRA); the "
    "probabilities of its other classes are left out.",
    "conformal": "Coverage is the share of the test stars whose set holds their class; 0.9 is "
    "promised.",
}
METHODS = {
    "ensemble": "transfer, ensemble",
    "transfer": "transfer",
    "transfer_crts": "transfer, CRTS alone",
    "transfer_unlabelled": "transfer with unlabelled stars",
    "scratch": "same network from scratch",
    "scratch_source_scaler": "from scratch, source's scaler",
    "random_forest": "random forest",
    "extra_trees": "extra trees",
    "hist_gradient_boosting": "gradient boosting",
}
SCORES = {
    "matthews_corrcoef": "Matthews correlation (MCC)",
    "f1_macro": "Macro F1",
    "calibration_error": "Calibration error (15 bins, most probable class)",
    "coverage": "Coverage",
    "set_size": "Classes in a set",
}
HEAD = """\
# What transfer learning is worth

Written by

```sh
{command}
```

The source is {n_catalina} stars of CRTS (at most {cap} of a class) with {n_simulated} simulated ones
(`simulate_survey`: 22 classes, three cadences), for one method CRTS alone. A third of the target's
stars are test stars, the same ones throughout; doubles are on one side. The others are the
development stars, of which a share is labelled: at least two of each class, unless said otherwise.
Every method has the same labels. Cells are mean ± standard deviation over draws of the labels
({draws}): what another draw would change, not what other test
stars would.

Transfer is `TransferMLPClassifier` with its defaults, fine-tuned on the labels; the ensemble is
`TransferEnsembleClassifier` with networks on each set of features; forests have 300 trees,
gradient boosting is `HistGradientBoostingClassifier`. Features are the set "vartl"; "16 features" is the
set "upsilon". The package was developed on these surveys, and simulated stars were compared with ASAS
in their making: expect a little less on a survey it has never seen.
"""


def method_name(method):
    """What a method is called in tables."""
    plain = method.removesuffix("_upsilon")
    return METHODS.get(plain, plain) + (", 16 features" if plain != method else "")


def markdown(header, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def cell(values):
    """Mean and standard deviation over draws."""
    return without_zero(f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}")


def without_zero(text):
    """Numbers below one begin with their point."""
    return re.sub(r"\b0\.", ".", text)


def score_table(table, score):
    """Methods against fractions of the labels."""
    labels = table.groupby("fraction")["n_labels"].max()
    header = ["", *(f"{fraction:.0%} ({n} labels)" for fraction, n in labels.items())]
    rows = []
    for method in table["method"].unique():
        own = table[table["method"] == method].groupby("fraction")[score]
        rows.append([method_name(method), *(cell(values) for _, values in own)])
    return markdown(header, rows)


def score_tables(table, level):
    """One table for each score."""
    scores = [name for name in SCORES if name in table.columns]
    return "\n".join(f"{level} {SCORES[score]}\n\n{score_table(table, score)}" for score in scores)


def section(part, result):
    """A part of the page."""
    text = f"\n## {TITLES[part]}\n\n" + (f"{REMARKS[part]}\n\n" if part in REMARKS else "")
    if part == "zero_shot":
        return text + zero_shot_table(result)
    if isinstance(result, dict):
        tables = (f"### {title}\n\n{score_tables(t, '####')}" for title, t in result.items())
        return text + "\n".join(tables)
    return text + score_tables(result, "###")


def zero_shot_table(result):
    """Sources against scores."""
    names = ["accuracy", "matthews_corrcoef", "calibration_error"]
    n_stars = next(iter(result.values()))["n_stars"]
    header = [f"{n_stars} stars", "accuracy", "MCC", "calibration error"]
    rows = [
        [title, *(without_zero(f"{scores[name]:.3f}") for name in names)]
        for title, scores in result.items()
    ]
    return markdown(header, rows)


def page(results, surveys, draws, arguments):
    """The whole page as text."""
    n_catalina, n_all = (len(surveys.source(simulated)) for simulated in (False, True))
    head = HEAD.format(
        command=command(arguments),
        n_catalina=n_catalina,
        n_simulated=n_all - n_catalina,
        cap=surveys.cap,
        draws=draws,
    )
    picture = ""
    if arguments.figure:
        place = os.path.relpath(arguments.figure, arguments.output.parent)
        picture = f"\n![Matthews correlation against the share of labels]({place})\n"
    return head + picture + "".join(section(part, result) for part, result in results.items())


def command(arguments):
    """The command that gives this page, without the paths of the data."""
    words = ["OMP_NUM_THREADS=1 python examples/benchmarks/transfer.py"]
    words += ["--quick"] if arguments.quick else []
    words += ["--no-ensemble"] if arguments.no_ensemble else []
    if arguments.parts != arguments.all_parts:
        words.append(f"--parts {','.join(arguments.parts)}")
    words.append(f"--output {arguments.output}")
    words += [f"--figure {arguments.figure}"] if arguments.figure else []
    return " ".join(words)


def figure(results, path):
    """Transfer curves of the targets side by side."""
    from matplotlib.figure import Figure

    from sklearn_vartl.evaluation import TransferCurveDisplay

    shown = [part for part in ("asas", "hipparcos_ogle") if part in results]
    if not shown:
        return
    picture = Figure(figsize=(6.0 * len(shown), 4.8), layout="constrained")
    for ax, part in zip(np.atleast_1d(picture.subplots(1, len(shown))), shown, strict=True):
        table = results[part]
        table = table[~table["method"].str.endswith("_upsilon")]
        table = table.assign(method=table["method"].map(method_name))
        TransferCurveDisplay(table).plot(ax=ax, score="matthews_corrcoef")
        ax.set_title(f"CRTS to {TITLES[part]}")
        ax.grid(alpha=0.3)
    picture.savefig(path, dpi=120)
