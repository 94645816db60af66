"""
Training the models that come with the package
==============================================

The commands that made ``sklearn_vartl/pretrained/*.vartl``. "ogle3" needs nothing but the package; the
others need the light curves of the surveys (``--data``)::

    OMP_NUM_THREADS=1 python examples/pretrain.py ogle3 -o ogle3.vartl
    OMP_NUM_THREADS=1 python examples/pretrain.py crts -o crts.vartl --data FOLDER
    OMP_NUM_THREADS=1 python examples/pretrain.py multi -o multi.vartl --data FOLDER
    OMP_NUM_THREADS=1 python examples/pretrain.py multi-ensemble -o multi-ensemble.vartl --data FOLDER
    OMP_NUM_THREADS=1 python examples/pretrain.py universal -o universal.vartl --data FOLDER
    OMP_NUM_THREADS=1 python examples/pretrain.py universal-ensemble -o universal-ensemble.vartl --data FOLDER

"universal" is the recipe of the benchmark that leaves one survey out (``benchmarks/unseen.py``). With
``--kinds FILE`` the networks that tell the kinds of stars are those of an earlier file, and the evidence alone
is learned anew.
One thread a library: thread pools fight over small problems, and change the last digits. So do other
processors, whose compiled code adds in another order: the card names the one that was used.
"""

# %%

import argparse
import sys
from pathlib import Path

import numpy as np
from llvmlite.binding import get_host_cpu_name
from sklearn.base import clone
from sklearn.metrics import matthews_corrcoef
from sklearn.model_selection import train_test_split

from sklearn_vartl import (
    LightCurveFeatures,
    TransferMLPClassifier,
    harmonise,
    load_model,
    make_ensemble_pipeline,
    make_transfer_pipeline,
    read_light_curves,
    save_model,
)
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.light_curves import concatenate
from sklearn_vartl.persistence import read_model_card

CATALINA = "Catalina Surveys Southern periodic variables (Drake et al. 2017, MNRAS 469, 3688)"
DEBOSSCHER = "Hipparcos and OGLE variables of Debosscher et al. 2007 (A&A 475, 1159)"
CEPHEIDS = "Cepheids of the LMC from OGLE-IV (Soszynski et al. 2015), EROS-2 and MACHO"
GAIA = "Gaia DR3 epoch photometry (Gaia Collaboration 2022) with the classes of its own classifier"
KEPLER = "Kepler quarter 9, the training set of the T'DA group (Audenaert et al. 2021)"
SIMULATED = (
    "simulate_survey, from the OGLE-III catalogue of variable stars (Udalski et al. 2008, "
    "Acta Astron. 58, 69)"
)

# Cadences of the simulated stars: dense and faint, sparse and bright, clumped.
CADENCES = ("ogle3", "asas", "hipparcos")
SIMULATED_CLASSES = (
    *("RRAB", "RRAB_BL", "RRC", "RRD", "CEP", "CEP_MULTI", "T2CEP", "ACEP", "DSCT", "MIRA", "SR"),
    *("EC", "ESD", "ED", "ELL", "ROT", "ACV", "GDOR", "SPB", "BCEP", "QSO", "NONVAR"),
)
# What the classes of all sources are called in "multi": no source knows every finer one.
MULTI_CLASSES = (
    *("RRAB", "RRC", "RRD", "CEP", "CEP_MULTI", "T2CEP", "ACEP", "DSCT", "LPV", "EC", "ESD", "ED"),
    *("ROT", "ACV", "GDOR", "SPB", "BCEP", "PVSG", "WR", "QSO", "NONVAR"),
)

# To call noise a variable star is worse than the other way round.
NONVAR_WEIGHT = 3.0

# %%
# What each model learns: light curves with labels, and in words what they are.


def crts_stars(args):
    """Every class of the Catalina survey, large ones thinned."""
    stars = read_light_curves(args.data / "crts.parquet")
    return capped(stars, args.cap, np.random.default_rng(0)), CATALINA


def ogle3_stars(args):
    """Simulated stars alone: every class with every cadence, and more that do not vary."""
    n_stars = args.per_class * len(SIMULATED_CLASSES)
    variable = [
        simulate_survey(n_stars, cadence, classes=SIMULATED_CLASSES, random_state=0)
        for cadence in CADENCES
    ]
    constant = [
        simulate_survey(args.constant, cadence, classes=["NONVAR"], random_state=1)
        for cadence in CADENCES
    ]
    return concatenate([*variable, *constant]), f"{SIMULATED}; cadences: {', '.join(CADENCES)}"


def multi_stars(args):
    """Catalina, Hipparcos, OGLE and simulated stars, and real light curves in disorder."""
    catalina, _ = crts_stars(args)
    bright = read_light_curves(args.data / "hipparcos_ogle.parquet")
    simulated, how = ogle3_stars(args)
    rng = np.random.default_rng(1)
    chosen = np.sort(rng.permutation(len(catalina))[: args.constant])
    shuffled = [shuffle(stars, rng) for stars in (catalina[chosen], bright)]
    stars = concatenate([catalina, bright, simulated, *shuffled])
    stars = stars.replace(labels=harmonise(stars.labels, classes=MULTI_CLASSES))
    known = np.isin(stars.labels.astype(str), MULTI_CLASSES)
    return stars[known], f"{CATALINA}; {DEBOSSCHER}; {how}; NONVAR also real, magnitudes shuffled"


def train_universal(args):
    """Every survey but ASAS with the labels it has, which may be sets of classes; random surveys."""
    sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
    import unseen_recipes as recipes
    import unseen_surveys as surveys
    from unseen_methods import TRANSFERRED, VARTL, unfitted

    args.per_class = args.per_class or recipes.PER_CLASS
    features = surveys.both_sets(args.cache, args.jobs)
    names = [name for name in surveys.FILES if name != "asas"]
    sources = [surveys.read_survey(name, args.data, args.cap, features) for name in names]
    X, allowed, worth = recipes.universal_stars(sources, features, args.per_class)
    method, sets = "transfer", ["vartl", *surveys.EVIDENCE]
    if args.source == "universal-ensemble":
        method, sets = "ensemble", ["vartl", "upsilon", *surveys.EVIDENCE]
    transformer = LightCurveFeatures(sets, outliers=features.outliers, on_error="nan")
    model = make_transfer_pipeline(transformer, unfitted(method))
    known, share = recipes.class_shares(X[:, VARTL], allowed)
    X, worth = X[known][:, TRANSFERRED[method]], worth[known]
    # Stars of one class alone can be judged.
    classes = np.array(recipes.CLASSES)
    y, sure = classes[share.argmax(axis=1)], share.max(axis=1) == 1
    train_rows, test = train_test_split(
        np.arange(len(y)), test_size=0.2, stratify=y, random_state=0
    )
    test = test[sure[test]]
    data = f"{'; '.join([CATALINA, DEBOSSCHER, CEPHEIDS, GAIA, KEPLER])}; {SIMULATED}, its own cadence and random "
    data += "surveys; real NONVAR are shuffled"
    if args.kinds:
        learn_evidence(model, load_model(args.kinds), recipes.divided(X, share, worth=worth))
        return model, data, y, read_model_card(args.kinds)["provenance"]["scores"]
    alone = clone(model[-1]).set_params(n_estimators=1)
    rows, labels, weight = recipes.divided(
        X[train_rows], share[train_rows], worth=worth[train_rows]
    )
    alone.fit(rows, labels, sample_weight=weight)
    score = matthews_corrcoef(y[test], alone.predict(X[test]))
    rows, labels, weight = recipes.divided(X, share, worth=worth)
    model[0].fit(simulate_survey(1, random_state=0))
    recipes.surer(model[-1].fit(rows, labels, sample_weight=weight), method)
    return model, data, y, {
        "matthews_corrcoef": round(score, 3),
        "of": "one network, learned from four fifths of the stars, on those of the other fifth "
        "whose label is one class",
    }  # fmt: skip


def learn_evidence(model, earlier, learned):
    """Fit a model whose networks for the kinds of stars are those of an earlier one: the evidence is learned anew."""
    (rows, labels, weight), classifier = learned, model[-1]
    whole = classifier.get_params()
    # What is learned of the kinds is not kept.
    classifier.set_params(n_estimators=1, max_epochs=1, min_steps=0)
    model[0].fit(simulate_survey(1, random_state=0))
    classifier.fit(rows, labels, sample_weight=weight).set_params(**whole)
    classifier.model_ = classifier.source_model_ = earlier[-1].source_model_


UNIVERSAL = ("universal", "universal-ensemble")
SOURCES = {
    "crts": crts_stars,
    "ogle3": ogle3_stars,
    "multi": multi_stars,
    "multi-ensemble": multi_stars,
}


def shuffle(stars, rng):
    """Magnitudes and their errors in random order: the noise of the survey, and no variable star."""
    pieces = zip(stars.offsets[:-1], stars.offsets[1:], strict=True)
    order = np.concatenate([first + rng.permutation(end - first) for first, end in pieces])
    return stars.replace(
        mag=stars.mag[order],
        magerr=stars.magerr[order],
        labels=np.full(len(stars), "NONVAR", dtype=object),
    )


def capped(stars, cap, rng):
    """At most `cap` stars of each class."""
    labels = stars.labels.astype(str)
    chosen = [rng.permutation(np.flatnonzero(labels == c))[:cap] for c in np.unique(labels)]
    return stars[np.sort(np.concatenate(chosen))]


# %%
# Training, the same for all.


def unfitted(source):
    """The pipeline of the model of this name, before it has learned anything."""
    if source.endswith("-ensemble"):
        # Three networks on each of two groups of features: five would not fit into two megabytes.
        fewer = {"transferensembleclassifier__n_estimators": 3}
        return make_ensemble_pipeline(on_error="nan", random_state=0).set_params(**fewer)
    return make_transfer_pipeline(
        LightCurveFeatures(on_error="nan"), TransferMLPClassifier(random_state=0)
    )


def train(stars, args):
    """A pipeline from light curves to classes, and how well one network of each group does."""
    model = unfitted(args.source)
    features, classifier = (step for _, step in model.steps)
    # How many cores it was made with is nothing that the model's user should inherit. To learn from all points and
    # to be asked without outliers was measured to be as good as to learn without them.
    extractor = clone(features).set_params(n_jobs=args.jobs, memory=args.cache, outliers="keep")
    X, y = extractor.fit_transform(stars), stars.labels.astype(str)
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.2, stratify=y, random_state=0
    )
    alone = clone(classifier).set_params(n_estimators=1).fit(X_train, y_train)
    scores = {
        "matthews_corrcoef": round(matthews_corrcoef(y_test, alone.predict(X_test)), 3),
        "of": "one network, learned from four fifths of the stars, on the other fifth",
    }
    weight = np.where(y == "NONVAR", NONVAR_WEIGHT, 1.0)
    features.fit(stars[:1])
    classifier.fit(X, y, sample_weight=weight)
    return model, scores


def main():
    """Train one model and save it."""
    args = parse_arguments()
    if args.source in UNIVERSAL:
        args.cap = args.cap or 600
        model, data, labels, scores = train_universal(args)
    else:
        args.cap, args.per_class = args.cap or 2000, args.per_class or 250
        stars, data = SOURCES[args.source](args)
        model, scores = train(stars, args)
        labels = stars.labels.astype(str)
    names, counts = np.unique(labels, return_counts=True)
    provenance = {
        "name": args.source,
        "data": data,
        "n_stars": len(labels),
        "n_stars_of_each_class": dict(zip(names.tolist(), counts.tolist(), strict=True)),
        "command": f"OMP_NUM_THREADS=1 python examples/pretrain.py {args.source} --cap {args.cap} "
        f"--per-class {args.per_class} --constant {args.constant}"
        + (f" --kinds {args.kinds.name}" if args.kinds else ""),
        "scores": scores,
        "processor": get_host_cpu_name(),
    }
    output = args.output or Path(f"{args.source}.vartl")
    save_model(model, output, provenance=provenance)
    size = output.stat().st_size / 1e6
    print(f"{len(labels)} stars of {len(names)} classes -> {output} ({size:.2f} MB)")


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[2])
    parser.add_argument(
        "source", nargs="?", choices=sorted([*SOURCES, *UNIVERSAL]), default="ogle3"
    )
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--data", type=Path, default=Path("data/light_curves"))
    parser.add_argument("--cap", type=int, help="stars of a survey's class at most")
    parser.add_argument("--per-class", type=int, help="simulated, for each cadence")
    parser.add_argument("--constant", type=int, default=1000, help="more NONVAR, for each source")
    parser.add_argument(
        "--kinds", type=Path, help="universal: a file whose other networks are kept"
    )
    parser.add_argument("--cache", help="folder where features are kept between runs")
    parser.add_argument("--jobs", type=int, help="processes for the features")
    args = parser.parse_args()
    if args.kinds and args.source != "universal":
        parser.error("--kinds is for universal")
    return args


if __name__ == "__main__":
    main()
