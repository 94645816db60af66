"""`vartl demo`: the whole job on simulated surveys."""

import tempfile
import time
from pathlib import Path

from ._arguments import Command, add_jobs, add_random_state

DESCRIPTION = """\
Simulate two surveys, learn the first, fine-tune on a few labels of the second, and compare with the
same network from scratch and a random forest. Then save the model, load it and classify stars.
Nothing is downloaded."""

# Classes of both surveys; ACV and NONVAR are the target's alone, Cepheids the source's.
SOURCE_CLASSES = ("RRAB", "RRC", "DSCT", "CEP", "T2CEP", "EC", "ESD", "ED", "MIRA", "SR", "ROT")
TARGET_CLASSES = ("RRAB", "RRC", "DSCT", "EC", "ESD", "ED", "MIRA", "ACV", "NONVAR")
FRACTIONS = (0.03, 0.1, 1.0)
METHODS = ("transfer", "scratch", "random_forest")
SCORES = {"matthews_corrcoef": "MCC", "Mc": "Mc", "f1_macro": "macro F1"}


def add_arguments(parser):
    """Arguments of the command."""
    parser.add_argument(
        "--stars",
        metavar="N",
        type=int,
        default=1500,
        help="stars of the source survey; the target has half as many (default: %(default)s)",
    )
    add_random_state(parser)
    add_jobs(parser)


def run(arguments):
    """Run the command."""
    from ..datasets import simulate_survey
    from ..features import LightCurveFeatures
    from ..transfer import TransferMLPClassifier, make_transfer_pipeline

    if arguments.stars < 100:
        raise ValueError(f"--stars must be at least 100, got {arguments.stars}")
    verbose, seed, jobs = not arguments.quiet, arguments.random_state, arguments.jobs
    step = _Steps(4, verbose)

    step("simulating two surveys: OGLE (I band) as the source, ASAS (V band) as the target")
    source = simulate_survey(arguments.stars, "ogle3", classes=SOURCE_CLASSES, random_state=seed)
    target = simulate_survey(
        arguments.stars // 2, "asas", classes=TARGET_CLASSES, random_state=seed + 1
    )

    step(f"learning the source: {len(source)} stars, {len(SOURCE_CLASSES)} classes")
    model = make_transfer_pipeline(
        LightCurveFeatures(on_error="nan", n_jobs=jobs, verbose=verbose),
        TransferMLPClassifier(n_estimators=3, n_jobs=jobs, random_state=seed, verbose=verbose),
    )
    model.fit(source, source.labels)
    model.steps[-1][1].set_params(verbose=0, n_jobs=None)

    step(f"fine-tuning on the target: {len(target)} stars, {len(TARGET_CLASSES)} classes")
    print(comparison(model, target, jobs=jobs, seed=seed, verbose=verbose))

    step("saving the model fine-tuned on 10% of the labels, loading it, classifying the others")
    print(classified(model, target, seed))
    step.done()


def comparison(model, target, *, jobs, seed, verbose):
    """Table of scores, a line for each fraction and method."""
    from sklearn.model_selection import StratifiedShuffleSplit

    from ..evaluation import transfer_curve

    table = transfer_curve(
        model,
        target,
        target.labels,
        fractions=FRACTIONS,
        baselines=METHODS[1:],
        cv=StratifiedShuffleSplit(2, test_size=0.5, random_state=seed),
        scoring=list(SCORES),
        n_jobs=jobs,
        random_state=seed,
        verbose=verbose,
    )
    mean = table.groupby(["fraction", "method"])[["n_labels", *SCORES]].mean()
    lines = [
        "simulated stars (mean of two splits; transfer and scratch are the same network)",
        f"{'labels':>14}  {'method':14}" + "".join(f"{name:>10}" for name in SCORES.values()),
    ]
    for fraction in FRACTIONS:
        for method in METHODS:
            row = mean.loc[(fraction, method)]
            count = f"{fraction:.0%} ({row['n_labels']:.0f})" if method == METHODS[0] else ""
            scores = "".join(f"{row[name]:10.3f}" for name in SCORES)
            lines.append(f"{count:>14}  {method.replace('_', ' '):14}{scores}")
    return "\n".join(lines)


def classified(model, target, seed):
    """Fine-tune, save, load and classify; what a user's own script does."""
    from sklearn.metrics import matthews_corrcoef
    from sklearn.model_selection import train_test_split

    from ..persistence import load_model, save_model

    few, others = train_test_split(
        target, train_size=0.1, stratify=target.labels, random_state=seed
    )
    model.partial_fit_target(few, few.labels)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "asas.vartl"
        save_model(model, path)
        size = path.stat().st_size
        model = load_model(path)
    mcc = matthews_corrcoef(others.labels, model.predict(others))
    return (
        f"  {len(few)} labels, model file of {size / 1e6:.1f} MB, {len(others)} stars classified: "
        f"MCC {mcc:.3f}"
    )


class _Steps:
    """Says what is done, and how long it took."""

    def __init__(self, total, verbose):
        self.total, self.verbose = total, verbose
        self.number, self.start = 0, time.perf_counter()

    def __call__(self, text):
        self.number += 1
        if self.verbose:
            print(f"[{self.number}/{self.total}] {text}", flush=True)

    def done(self):
        """Say the time of all steps."""
        if self.verbose:
            print(f"done in {time.perf_counter() - self.start:.0f} s")


DEMO = Command(
    "demo",
    "the whole job on simulated surveys, in about a minute",
    DESCRIPTION,
    add_arguments,
    run,
)
