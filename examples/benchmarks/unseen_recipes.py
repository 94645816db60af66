"""How unseen.py makes a source of surveys: today's shipped recipe, and one of all surveys together."""

from dataclasses import replace
from functools import cache

import numpy as np
from unseen_methods import TRANSFERRED, VARTL, unfitted
from unseen_surveys import noise_like, shuffled

from sklearn_vartl import TransferMLPClassifier, harmonise, load_pretrained
from sklearn_vartl.datasets import simulate_survey

CADENCES = ("ogle3", "asas", "hipparcos")
SIMULATED = (
    *("RRAB", "RRAB_BL", "RRC", "RRD", "CEP", "CEP_MULTI", "T2CEP", "ACEP", "DSCT", "MIRA", "SR"),
    *("EC", "ESD", "ED", "ELL", "ROT", "ACV", "GDOR", "SPB", "BCEP", "QSO", "NONVAR"),
)
# Names of the classes of every source: none knows every finer one.
CLASSES = (
    *("RRAB", "RRC", "RRD", "CEP", "CEP_MULTI", "T2CEP", "ACEP", "DSCT", "LPV", "EC", "ESD", "ED"),
    *("ROT", "ACV", "GDOR", "SPB", "BCEP", "PVSG", "WR", "QSO", "NONVAR", "SOLARLIKE"),
)
NOT_IN_MULTI = ("asas", "lmc_cepheids", "gaia", "kepler")
# To call noise a variable star is worse than the other way round.
NONVAR_WEIGHT = 3.0
# Rounds in which sets of classes are divided by what the networks believe, and the least share.
ROUNDS, LEAST_SHARE = 2, 0.03
RANDOM_SEEDS = (10, 11, 12)
# Simulated stars of a class of "universal", for each of these. On surveys that are no source three times a hundred were
# measured to be better, and three times as many steps of training on a hundred were not. They weigh, as noise does, as
# much as a hundred would: where they weigh more, other stars of the sources lose.
PER_CLASS, SIMULATED_WEIGHT = 300, 1 / 3
# How common the classes are in a survey that is not known, as weights in the loss: what a catalogue
# of variables holds, from many; sources are drawn evenly. A factor is kept within the limits.
COMMON = {
    **dict.fromkeys(("EC", "ED", "RRAB", "LPV"), 3.0),
    **dict.fromkeys(("DSCT", "CEP"), 2.0),
    **dict.fromkeys(("RRC", "ROT"), 1.5),
    **dict.fromkeys(("ESD", "GDOR", "NONVAR"), 1.0),
    **dict.fromkeys(("ACV", "QSO", "SOLARLIKE"), 0.7),
    **dict.fromkeys(("CEP_MULTI", "SPB", "T2CEP"), 0.5),
    **dict.fromkeys(("RRD",), 0.4),
    **dict.fromkeys(("BCEP", "ACEP"), 0.25),
    **dict.fromkeys(("PVSG", "WR"), 0.1),
}
LEAST_FACTOR, MOST_FACTOR = 0.1, 10.0
# Networks that learned softened labels are less sure of a survey than they are right. With their logits divided by
# this, confidence is nearest to the share right over the seven surveys that were left out, and the log loss as low as
# with .9. Ensembles are told by held-out stars.
TEMPERATURE = {"transfer": 0.8}


def multi(sources, method, features, *, quick):
    """What "multi" has learned, with evidence: a label is a class, real noise is magnitudes in disorder."""
    sources = [survey for survey in sources if survey.name not in NOT_IN_MULTI]
    X, y = simulated(features, 20 if quick else 100)
    tables, labels = [X], [y]
    for survey in sources:
        tables.append(survey.X)
        labels.append(survey.y)
        noise = shuffled_features(survey, features, 100 if quick else 500)
        tables.append(noise)
        labels.append(np.full(len(noise), "NONVAR"))
    y = harmonise(np.concatenate(labels), classes=CLASSES[:-1]).astype(str)
    known = np.isin(y, CLASSES[:-1])
    weight = np.where(y == "NONVAR", NONVAR_WEIGHT, 1.0)
    X = np.concatenate(tables)[known][:, TRANSFERRED[method]]
    return unfitted(method).fit(X, y[known], sample_weight=weight[known])


def universal(sources, method, features, *, quick):
    """The shipped model "universal": all surveys with the labels they have, and random surveys."""
    X, allowed, worth = universal_stars(sources, features, 20 if quick else PER_CLASS)
    known, share = class_shares(X[:, VARTL], allowed)
    rows, y, weight = divided(X[known][:, TRANSFERRED[method]], share, worth=worth[known])
    return surer(unfitted(method).fit(rows, y, sample_weight=weight), method)


def surer(model, method):
    """A source whose probabilities are as sure of surveys like none of its own as they are right."""
    learned = model.model_
    found = learned.calibration.temperature * TEMPERATURE.get(method, 1.0)
    calibration = replace(learned.calibration, temperature=found)
    model.model_ = model.source_model_ = replace(learned, calibration=calibration)
    return model


def universal_stars(sources, features, per_class):
    """Features of all stars that "universal" learns, the classes that each may be, and what it weighs."""
    X, y = random_surveys(features, per_class)
    tables, allowed, worth = [X], [(name,) for name in y], [np.full(len(y), SIMULATED_WEIGHT)]
    for survey in sources:
        noise = [noise_features(survey, features, 4 * per_class)[0]]
        noise.append(shuffled_features(survey, features, 2 * per_class))
        n_noise = sum(map(len, noise))
        tables += [survey.X, *noise]
        allowed += [*survey.allowed, *[("NONVAR",)] * n_noise]
        worth += [np.ones(len(survey.X)), np.full(n_noise, SIMULATED_WEIGHT)]
    return np.concatenate(tables), allowed, np.concatenate(worth)


def shipped(name, method):
    """A model as it comes with the package, without its step from light curves to features."""
    return load_pretrained(SHIPPED[name][0][method])[-1]


# Shipped models by what they are named here, and the surveys that they have learned from.
SHIPPED = {
    "shipped multi": (
        {"transfer": "multi", "ensemble": "multi-ensemble"},
        ("crts", "hipparcos", "ogle"),
    ),
    "shipped universal": (
        {"transfer": "universal", "ensemble": "universal-ensemble"},
        ("crts", "hipparcos", "ogle", "lmc_cepheids", "gaia", "kepler"),
    ),
}


def judges(recipe, method, target):
    """Whether there is such a model, and the target is a survey that it has not learned from."""
    if recipe not in SHIPPED:
        return True
    models, learned = SHIPPED[recipe]
    return method in models and target not in learned


RECIPES = {"multi": multi, "universal": universal} | dict.fromkeys(SHIPPED, shipped)


def class_shares(X, allowed, classes=CLASSES):
    """How much of each star belongs to each class, where a survey does not part them.

    A star that may be of several classes counts for each by what a network believes (expectation
    and maximisation); the first one learns the stars of one class only.

    Parameters
    ----------
    X : ndarray of shape (n_stars, n_features)
    allowed : list of tuple of str
        For each star the classes it may be.

    Returns
    -------
    known : ndarray of bool of shape (n_stars,)
        Which stars are of one of `classes` and have a feature.
    share : ndarray of shape (n_known, n_classes)
        Rows sum to one.
    """
    index = {name: k for k, name in enumerate(classes)}
    may = np.zeros((len(X), len(classes)), dtype=bool)
    for row, names in zip(may, allowed, strict=True):
        row[[index[name] for name in names if name in index]] = True
    known = may.any(axis=1) & ~np.isnan(X).all(axis=1)
    X, may = X[known], may[known]
    sure = may.sum(axis=1) == 1
    share, rows = may / may.sum(axis=1, keepdims=True), sure
    for _ in range(0 if sure.all() else ROUNDS):
        network = TransferMLPClassifier(n_estimators=1, max_epochs=5, random_state=0)
        inputs, y, weight = divided(X[rows], share[rows], classes)
        network.fit(inputs, y, sample_weight=weight)
        believed = np.full(may.shape, 1e-6)
        believed[:, [index[name] for name in network.classes_]] += network.predict_proba(X)
        share = believed * may / (believed * may).sum(axis=1, keepdims=True)
        rows = np.ones(len(X), dtype=bool)
    return known, share


def divided(X, share, classes=CLASSES, worth=None):
    """Each star once for each class it has a share of: features, labels, weights, whose mean is one."""
    star, k = np.nonzero(share >= LEAST_SHARE)
    weight = share[star, k] * (1.0 if worth is None else worth[star])
    total = np.bincount(k, weights=weight, minlength=len(classes))
    factor = np.array([COMMON[name] for name in classes]) / np.maximum(total, 1e-9)
    factor = np.clip(factor / np.average(factor, weights=total), LEAST_FACTOR, MOST_FACTOR)
    weight *= factor[k]
    return X[star], np.array(classes)[k], weight / weight.mean()


@cache
def random_surveys(features, per_class):
    """Features and classes of the simulated stars of "universal"."""
    with_blazhko_in_rrab = [name for name in SIMULATED if name != "RRAB_BL"]
    stars = [simulate_survey(15 * per_class, "ogle3", classes=with_blazhko_in_rrab, random_state=0)]
    n_random = 24 * per_class
    stars += [simulate_survey(n_random, "random", random_state=seed) for seed in RANDOM_SEEDS]
    # Noise of every size and cadence. A step that has no factor in common with the number of classes
    # meets them all.
    rng = np.random.default_rng(2)
    stars += [shuffled(own[::5], rng) for own in stars[1:]]
    stars.append(simulate_survey(9 * per_class, "random", classes=["NONVAR"], random_state=5))
    # White, nightly, red and seasonal noise at many cadences: those of the sources are few, and what
    # is evidence at one may be nothing at another.
    noisy = simulate_survey(60 * per_class, "random", random_state=6)
    stars.append(noise_like(noisy, np.random.default_rng(6))[0])
    y = harmonise(np.concatenate([own.labels for own in stars]), classes=CLASSES).astype(str)
    return np.concatenate([features.transform(own) for own in stars]), y


@cache
def simulated(features, per_class):
    """Features and classes of simulated stars, of each fixed cadence."""
    stars = [
        simulate_survey(per_class * len(SIMULATED), cadence, classes=SIMULATED, random_state=0)
        for cadence in CADENCES
    ]
    y = harmonise(np.concatenate([own.labels for own in stars]), classes=CLASSES[:-1]).astype(str)
    X = np.concatenate([features.transform(own) for own in stars])
    known = np.isin(y, CLASSES[:-1])
    return X[known], y[known]


def shuffled_features(survey, features, n_stars):
    """Features of some stars of a survey, their magnitudes in random order."""
    rng = np.random.default_rng(1)
    chosen = np.sort(rng.permutation(len(survey.stars))[:n_stars])
    return features.transform(shuffled(survey.stars[chosen], rng))


def noise_features(survey, features, n_stars):
    """Features of noise at the times of some stars of a survey, and the kind of each."""
    rng = np.random.default_rng(3)
    chosen = np.sort(rng.permutation(len(survey.stars))[:n_stars])
    stars, kinds = noise_like(survey.stars[chosen], rng)
    return features.transform(stars), kinds
