"""What unseen.py compares: sources of every kind, and learners that start from few labels."""

from functools import cache

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import f1_score, matthews_corrcoef
from unseen_surveys import EVIDENCE, GROUPS

from sklearn_vartl import (
    FineTunedClassifier,
    LightCurveFeatures,
    TransferMLPClassifier,
    load_upsilont,
    make_ensemble_pipeline,
)
from sklearn_vartl.adaptation import DomainAdapter
from sklearn_vartl.evaluation import expected_calibration_error

N_VARTL = len(LightCurveFeatures("vartl").get_feature_names_out())
# Networks of each group of features in the ensemble: as in the models that are shipped.
IN_ENSEMBLE = 3
N_BOTH = len(LightCurveFeatures(["vartl", "upsilon"]).get_feature_names_out())
N_EVIDENCE = len(LightCurveFeatures(list(EVIDENCE)).get_feature_names_out())
VARTL, BOTH, UPSILON = slice(0, N_VARTL), slice(0, N_BOTH), slice(N_VARTL, N_BOTH)
# The evidence stands behind the sets.
WITH_EVIDENCE = np.r_[0:N_VARTL, N_BOTH : N_BOTH + N_EVIDENCE]


def forest(seed):
    """A random forest as most would take it."""
    return RandomForestClassifier(300, random_state=seed)


def extra_trees(seed):
    """Extremely randomised trees."""
    return ExtraTreesClassifier(300, random_state=seed)


def hist_gradient_boosting(seed):
    """Scikit-learn's boosting."""
    return HistGradientBoostingClassifier(random_state=seed)


def catboost(seed):
    """CatBoost with its defaults, fewer trees."""
    from catboost import CatBoostClassifier

    return CatBoostClassifier(300, random_seed=seed, thread_count=1, verbose=0,
                              allow_writing_files=False)  # fmt: skip


def lightgbm(seed):
    """LightGBM with its defaults; leaves as small as few labels need."""
    from lightgbm import LGBMClassifier

    return LGBMClassifier(random_state=seed, n_jobs=1, verbose=-1, min_child_samples=5)


def scratch(seed):
    """The package's network, which knows nothing."""
    return TransferMLPClassifier(random_state=seed)


# Learners on the target's labels alone, and their features.
PEERS = {
    "random_forest": (forest, BOTH),
    "extra_trees": (extra_trees, BOTH),
    "hist_gradient_boosting": (hist_gradient_boosting, BOTH),
    "catboost": (catboost, BOTH),
    "lightgbm": (lightgbm, BOTH),
    "scratch": (scratch, VARTL),
}
OPTIONAL = ("catboost", "lightgbm")
# Sources, by what learns them, and their features.
TRANSFERRED = {"transfer": WITH_EVIDENCE, "ensemble": slice(None), "upsilont": UPSILON}


def columns_of(method, model=None):
    """The columns that a method sees: a shipped model without evidence sees fewer."""
    if method in PEERS:
        return PEERS[method][1]
    seen = {N_VARTL: VARTL, N_BOTH: BOTH}
    return seen.get(getattr(model, "n_features_in_", None), TRANSFERRED[method])


def unfitted(method):
    """A network or an ensemble that is to learn the sources."""
    if method == "transfer":
        evidence = list(range(N_VARTL, N_VARTL + N_EVIDENCE))
        return TransferMLPClassifier(random_state=0, evidence=evidence)
    ensemble = make_ensemble_pipeline(random_state=0)[-1]
    evidence = list(range(N_BOTH, N_BOTH + N_EVIDENCE))
    return ensemble.set_params(n_estimators=IN_ENSEMBLE, evidence=evidence)


@cache
def upsilont(folder):
    """UPSILoN-T's published network."""
    return load_upsilont(folder)


def learner(method, source, seed):
    """What learns a few labels: from a source, or by itself."""
    if method in PEERS:
        return PEERS[method][0](seed)
    return FineTunedClassifier(FrozenEstimator(source), random_state=seed)


def learned(method, source, survey, labelled):
    """What has learned the labelled stars of a survey, but for those without a feature."""
    X = survey.X[:, columns_of(method, source)]
    labelled = labelled[~np.isnan(X[labelled]).all(axis=1)]
    return clone(learner(method, source, seed=0)).fit(X[labelled], survey.y[labelled])


def few_labels(method, source, survey, labelled, model, *, adapted=False):
    """Scores on the survey's test stars of a model that has learned the labelled ones.

    `adapted`: each star goes by its own answer and those of the stars of the survey that are most like it.
    """
    # What has no feature, no tree takes: it counts, as the commonest class.
    X = survey.X[:, columns_of(method, source)]
    _, test = survey.split
    usable = ~np.isnan(X).all(axis=1)
    labelled = labelled[usable[labelled]]
    if adapted:
        model = DomainAdapter(FrozenEstimator(model.model_)).fit(X)
    truth, proba = survey.y[test], np.zeros((len(test), len(model.classes_)))
    seen = usable[test]
    proba[seen] = model.predict_proba(X[test][seen])
    names, counts = np.unique(survey.y[labelled], return_counts=True)
    proba[~seen, np.searchsorted(model.classes_, names[counts.argmax()])] = 1.0
    predicted = np.asarray(model.classes_).astype(str)[proba.argmax(axis=1)]
    return {
        "n_labels": len(labelled),
        # Of the survey's classes: that others are predicted is a mistake, and no class.
        "f1_macro": f1_score(truth, predicted, labels=np.unique(truth), average="macro"),
        "mcc": matthews_corrcoef(truth, predicted),
        "calibration_error": expected_calibration_error(
            truth, proba, labels=np.asarray(model.classes_).astype(str)
        ),
        "confidence_excess": float(proba.max(axis=1).mean() - np.mean(predicted == truth)),
    }


def called_periodic(proba, classes):
    """Shares of stars without a period that are called periodic, and that are so with P > .7.

    Parameters
    ----------
    proba : ndarray of shape (n_stars, n_classes)
    classes : sequence of str
    """
    aperiodic = np.isin(np.asarray(classes).astype(str), ["NONVAR", "QSO", "SOLARLIKE"])
    periodic = ~aperiodic[proba.argmax(axis=1)]
    return float(periodic.mean()), float((periodic & (proba.max(axis=1) > 0.7)).mean())


def zero_shot(proba, classes, survey):
    """How good probabilities are without a label of the target, by groups of classes.

    Parameters
    ----------
    proba : ndarray of shape (n_stars, n_classes)
    classes : sequence of str
        Of the universal set.
    survey : Survey

    Returns
    -------
    scores : dict
        "right": share of the stars with the right group of classes, "balanced": its mean over the
        labels; "nonvar": variables that are called not variable, "not_periodic": those called that
        or a quasar; "confidence_excess": mean
        probability of the group minus the share right; "own_classes": share right among the
        survey's own classes, where these are classes of the source.
    """
    classes = np.asarray(classes).astype(str)
    group_of = {name: group for group, names in GROUPS.items() for name in names}
    group_of |= {"CP": "rotating", "E": "eclipsing"}
    names = np.array([group_of.get(name, name) for name in classes])
    different = np.unique(names)
    summed = np.column_stack([proba[:, names == name].sum(axis=1) for name in different])
    top = different[summed.argmax(axis=1)]
    best = np.where(names == top[:, None], proba, -1.0).argmax(axis=1)
    right, judged = np.zeros(len(proba), bool), np.zeros(len(proba), bool)
    for i, allowed in enumerate(survey.allowed):
        groups = {group_of.get(name) for name in allowed}
        judged[i] = None not in groups
        # Where a label covers part of a group only, the finer class decides.
        whole = {g for g in groups if g != "eclipsing" or {"ED", "ESD"} & set(allowed)}
        right[i] = top[i] in whole or classes[best[i]] in allowed
    periodic = judged & ~np.isin(survey.y, ["SOLARLIKE", "NONVAR"])
    found = summed.max(axis=1)
    by_label = [right[judged & (survey.y == y)].mean() for y in np.unique(survey.y[judged])]
    nonvar = classes[best] == "NONVAR"
    kept = survey.learned
    labels = np.unique(survey.y[kept])
    told = [survey.allowed[np.flatnonzero(survey.y == label)[0]] for label in labels]
    among = np.column_stack([proba[:, np.isin(classes, names)].sum(axis=1) for names in told])
    own = labels[among.argmax(axis=1)] == survey.y
    return {
        "n_stars": int(judged.sum()),
        "right": float(right[judged].mean()),
        "balanced": float(np.mean(by_label)),
        "own_labels": float(own[kept].mean()),
        "nonvar": float(nonvar[periodic].mean()),
        "not_periodic": float(np.isin(classes[best], ["NONVAR", "QSO", "SOLARLIKE"])[periodic].mean()),
        "confidence_excess": float(found[judged].mean() - right[judged].mean()),
        "by_label": {
            y: round(float(right[judged & (survey.y == y)].mean()), 3)
            for y in np.unique(survey.y[judged])
        },
    }  # fmt: skip
