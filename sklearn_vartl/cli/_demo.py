"""The first minutes: `vartl demo`, the whole job on simulated surveys; `vartl warm-up`, which compiles the kernels."""

import tempfile
import time
from pathlib import Path

import numpy as np

from ._arguments import add_options, command, file_name

_SHOWN = """\
Simulate two surveys, learn the first, fine-tune on a few labels of the second, and compare with the
same network from scratch and a random forest. Then save the model, load it and classify stars.
Nothing is downloaded."""

# Classes of both surveys; ACV and NONVAR are the target's alone, Cepheids the source's.
SOURCE_CLASSES = ("RRAB", "RRC", "DSCT", "CEP", "T2CEP", "EC", "ESD", "ED", "MIRA", "SR", "ROT")
TARGET_CLASSES = ("RRAB", "RRC", "DSCT", "EC", "ESD", "ED", "MIRA", "ACV", "NONVAR")
FRACTIONS = (0.03, 0.1, 1.0)
METHODS = ("transfer", "scratch", "random_forest")
SCORES = {"matthews_corrcoef": "MCC", "Mc": "Mc", "f1_macro": "macro F1"}


def _add_demo_arguments(parser):
    parser.add_argument(
        "--stars",
        metavar="N",
        type=int,
        default=1500,
        help="stars of the source survey; the target has half as many (default: %(default)s)",
    )
    add_options(parser, "--random-state", "--jobs")


@command(
    "demo", "the whole job on simulated surveys, in about a minute", _SHOWN, _add_demo_arguments
)
def demo(arguments):
    """Run `vartl demo`."""
    from ..features import LightCurveFeatures
    from ..transfer import TransferMLPClassifier, make_transfer_pipeline

    if arguments.stars < 100:
        raise ValueError(f"--stars must be at least 100, got {arguments.stars}")
    verbose, seed, jobs = not arguments.quiet, arguments.random_state, arguments.jobs
    step = _Steps(4, verbose)

    step("simulating two surveys: OGLE (I band) as the source, ASAS (V band) as the target")
    source, target = surveys(arguments.stars, seed)

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


def surveys(n_stars, seed):
    """So many stars of the source, and half as many other ones of the target."""
    from ..datasets import simulate_survey

    return (
        simulate_survey(n_stars, "ogle3", classes=SOURCE_CLASSES, random_state=seed),
        simulate_survey(n_stars // 2, "asas", classes=TARGET_CLASSES, random_state=seed + 1),
    )


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


_COMPILING = """\
Compile the numerical kernels, so that the first star of this installation does not wait for it.
What is compiled is kept in numba's cache. A package that was installed as a wheel brings its kernels
along, for common processors: there is nothing to compile then.

With --output the kernels are written to a folder as well, for other installations on processors that
can do what this one can: these find them where SKLEARN_VARTL_KERNELS names the folder.

  vartl warm-up
  vartl warm-up --output /shared/vartl_kernels"""


def _add_warm_up_arguments(parser):
    parser.add_argument(
        "-o", "--output", metavar="FOLDER", type=file_name, help="write the kernels here"
    )


@command(
    "warm-up",
    "compile the numerical kernels now, once per installation",
    _COMPILING,
    _add_warm_up_arguments,
)
def warm_up(arguments):
    """Run `vartl warm-up`."""
    from .. import _compiled

    if not _compiled.HAS_NUMBA:
        raise ImportError("nothing to compile: numba is not installed, or switched off")
    start = time.perf_counter()
    with _compiled.compilation_shown(not arguments.quiet):
        # What was compiled beforehand cannot be written again.
        with _compiled.compiled_anew(arguments.output is not None):
            exercise()
    if arguments.output is not None:
        path = _compiled.write_object_code(arguments.output)
        if not arguments.quiet:
            print(f"kernels -> {path}")
    if not arguments.quiet:
        print(
            f"ready after {time.perf_counter() - start:.0f} s; later starts load what was compiled"
        )


def exercise():
    """Do real work on a few stars, which needs every kernel: no list of kernels and types that could grow stale."""
    from ..datasets import simulate_survey
    from ..features import LightCurveFeatures
    from ..transfer import Trees

    # Visits far apart, narrow eclipses and outliers have kernels of their own.
    stars = simulate_survey(20, "hipparcos", classes=["ED"], random_state=0)
    # What ranks say of a period is computed where a feature asks for it alone: the commands do.
    for features in ("vartl", "upsilon", ["rank_log10_fap"]):
        LightCurveFeatures(features, on_error="nan").transform(stars)
    leaf = [np.array([number], dtype=np.int32) for number in (0, -1, -1, 0)]
    Trees(*leaf, np.zeros(1), np.ones((1, 2))).predict_proba(np.zeros((1, 1)))
