"""How unseen.py makes a source of surveys: today's shipped recipe, and one of all surveys together."""

from functools import cache

import numpy as np
from unseen_methods import TRANSFERRED, unfitted
from unseen_surveys import shuffled

from sklearn_vartl import TransferMLPClassifier, harmonise
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


def multi(sources, method, features, *, quick):
    """The shipped model "multi": every label one class; real noise is real magnitudes in disorder."""
    sources = [survey for survey in sources if survey.name not in NOT_IN_MULTI]
    X, y = simulated(features, 20 if quick else 100, ())
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
    """All surveys with their own labels, as sets of classes, and random surveys."""
    per_class = 20 if quick else 200
    X, y = simulated(features, per_class // 4, ("random", per_class))
    tables, allowed = [X], [(name,) for name in y]
    for survey in sources:
        tables.append(survey.X)
        allowed += survey.allowed
        noise = shuffled_features(survey, features, 50 if quick else 200)
        tables.append(noise)
        allowed += [("NONVAR",)] * len(noise)
    X = np.concatenate(tables)[:, TRANSFERRED[method]]
    return learn_sets(unfitted(method), X, allowed)


RECIPES = {"multi": multi, "universal": universal}


def learn_sets(model, X, allowed, classes=CLASSES):
    """Learn stars of which each may be one of several classes.

    Where a survey does not part classes, a star counts for each of them by what the networks
    believe (expectation and maximisation), first those that learned only the stars of one class.

    Parameters
    ----------
    model : estimator
        Takes sample weights.
    X : ndarray of shape (n_stars, n_features)
    allowed : list of tuple of str
        For each star the classes it may be; stars of none of `classes` are left out.

    Returns
    -------
    model : estimator
        Fitted.
    """
    index = {name: k for k, name in enumerate(classes)}
    may = np.zeros((len(X), len(classes)), dtype=bool)
    for row, names in zip(may, allowed, strict=True):
        row[[index[name] for name in names if name in index]] = True
    known = may.any(axis=1) & ~np.isnan(X).all(axis=1)
    X, may = X[known], may[known]
    names, sure = np.array(classes), may.sum(axis=1) == 1
    share = may / may.sum(axis=1, keepdims=True)
    if not sure.all():
        quick = TransferMLPClassifier(n_estimators=1, max_epochs=5, random_state=0)
        rows = sure
        for _ in range(ROUNDS):
            quick.fit(*divided(X[rows], share[rows], names))
            found = np.zeros(may.shape)
            columns = [index[name] for name in quick.classes_]
            found[:, columns] = quick.predict_proba(X)
            share = np.where(sure[:, None], share, normalised(found * may, may))
            rows = np.ones(len(X), dtype=bool)
    return model.fit(*divided(X, share, names))


def normalised(share, may):
    """Shares that sum to one; equal ones where nothing was believed."""
    share = share + 1e-6 * may
    return share / share.sum(axis=1, keepdims=True)


def divided(X, share, names):
    """Each star once for each class it has a share of: features, labels, weights."""
    star, k = np.nonzero(share >= LEAST_SHARE)
    weight = share[star, k]
    return X[star], names[k], weight * np.where(names[k] == "NONVAR", NONVAR_WEIGHT, 1.0)


@cache
def simulated(features, per_class, random):
    """Features and classes of simulated stars: of each fixed cadence, and of random surveys."""
    stars = [
        simulate_survey(per_class * len(SIMULATED), cadence, classes=SIMULATED, random_state=0)
        for cadence in CADENCES
    ]
    if random:
        survey, n_random = random
        stars.append(simulate_survey(24 * n_random, survey, random_state=1))
    y = np.concatenate([survey.labels.astype(str) for survey in stars])
    X = np.concatenate([features.transform(survey) for survey in stars])
    y = harmonise(y, classes=CLASSES).astype(str)
    known = np.isin(y, CLASSES)
    return X[known], y[known]


def shuffled_features(survey, features, n_stars):
    """Features of some stars of a survey, their magnitudes in random order."""
    rng = np.random.default_rng(1)
    chosen = np.sort(rng.permutation(len(survey.stars))[:n_stars])
    return features.transform(shuffled(survey.stars[chosen], rng))
