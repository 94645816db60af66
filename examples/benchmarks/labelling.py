"""Labels that are suggested against random ones and published choices, and planted errors.

    python examples/benchmarks/labelling.py STARS.parquet --model multi --drop E,BCEP

A model is taken that has not learned these stars. Of each start a third are test stars; labels are
asked for among the others, in growing numbers. Printed are MCC and macro F1 on the test stars, mean
and standard deviation over the starts, and the average precision of doubtful labels.

Choices: random; suggest (`suggest_labels`); margin and entropy; coreset (Sener & Savarese 2018,
greedy k-centres); typiclust (Hacohen et al. 2022); badge (Ash et al. 2020); balanced (equal numbers
of each class that is predicted). ``--probe`` judges them by a logistic regression on the model's
embedding and probabilities in place of fine-tuning: in a fiftieth of the time.

Planted errors alone, and what a fine-tuning gains where labels weigh as much as they are trusted:

    python examples/benchmarks/labelling.py STARS.parquet --model multi --half 1 --drop E,BCEP --sizes "" --starts 1
    python examples/benchmarks/labelling.py STARS.parquet --model multi --half 0 --drop E,BCEP --sizes "" --doubted 0 \
        --weighed 220 --starts 2 --networks 2
"""

import argparse
import copy
import time
import warnings
from dataclasses import replace

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    matthews_corrcoef,
    pairwise_distances_argmin_min,
)
from sklearn.model_selection import StratifiedKFold

from sklearn_vartl import load_pretrained, read_light_curves
from sklearn_vartl.labelling import doubtful_labels, suggest_labels

# Classes that catalogues take for each other.
LOOK_ALIKE = {
    "EC": ["ESD"],
    "ESD": ["EC", "ED"],
    "ED": ["ESD"],
    "RRC": ["EC", "RRAB"],
    "RRAB": ["RRC", "RRAB_BL"],
    "RRAB_BL": ["RRAB"],
    "RRD": ["RRC"],
    "ROT": ["EC"],
    "DSCT": ["RRC"],
    "ACV": ["DSCT"],
    "CEP": ["T2CEP", "ACEP"],
    "T2CEP": ["CEP", "ACEP"],
    "ACEP": ["CEP", "T2CEP"],
    "RRLYR": ["CEPHEID"],
    "CEPHEID": ["RRLYR"],
}


# --- What chooses: from stars, probabilities, places and the rows with a label to new rows


def by_margin(proba, points, rows, n, rng):
    """The least margins between the two most probable classes."""
    two = np.sort(proba, axis=1)
    return free_of(rows, np.argsort(two[:, -1] - two[:, -2], kind="stable"))[:n]


def by_entropy(proba, points, rows, n, rng):
    """The largest entropies."""
    return free_of(rows, np.argsort((proba * np.log(proba + 1e-12)).sum(axis=1)))[:n]


def by_coreset(proba, points, rows, n, rng):
    """Greedy k-centres: always the star farthest from all that have a label."""
    chosen = [] if len(rows) else [int(rng.integers(len(points)))]
    away = pairwise_distances_argmin_min(points, points[[*rows, *chosen]])[1]
    while len(chosen) < n:
        chosen.append(int(np.argmax(away)))
        away = np.minimum(away, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return np.array(chosen)


def by_typiclust(proba, points, rows, n, rng):
    """The most typical stars of the largest clusters without a label."""
    count = n + len(rows)
    groups = MiniBatchKMeans(count, n_init=3, random_state=int(rng.integers(2**31))).fit(points)
    size = np.bincount(groups.labels_, minlength=count)
    size[groups.labels_[rows]] = -1
    chosen = []
    for group in np.argsort(-size, kind="stable")[:n]:
        inside = np.flatnonzero(groups.labels_ == group)
        if len(inside) and size[group] > 0:
            away = np.linalg.norm(points[inside] - points[inside].mean(axis=0), axis=1)
            chosen.append(int(inside[away.argmin()]))
    spare = free_of([*rows, *chosen], rng.permutation(len(points)))
    return np.concatenate([chosen, spare[: n - len(chosen)]]).astype(int)


def by_badge(proba, points, rows, n, rng):
    """k-means++ among the gradients of the last layer; inner products are those of two factors."""
    gradient = proba.copy()
    gradient[np.arange(len(proba)), proba.argmax(axis=1)] -= 1.0
    norms = (gradient**2).sum(axis=1) * (points**2).sum(axis=1)
    free = free_of(rows, np.arange(len(points)))
    chosen, away = [int(free[norms[free].argmax()])], np.full(len(points), np.inf)
    while len(chosen) < n:
        last = chosen[-1]
        inner = (gradient @ gradient[last]) * (points @ points[last])
        away = np.minimum(away, np.maximum(norms + norms[last] - 2 * inner, 0.0))
        away[chosen] = 0.0
        chosen.append(int(rng.choice(free, p=away[free] / away[free].sum())))
    return np.array(chosen)


def by_balance(proba, points, rows, n, rng):
    """As many stars of each predicted class as there are, chance within."""
    predicted, chosen = proba.argmax(axis=1), []
    spare = free_of(rows, rng.permutation(len(points)))
    order = {label: list(spare[predicted[spare] == label]) for label in np.unique(predicted)}
    count = dict.fromkeys(order, 0) | {k: int((predicted[rows] == k).sum()) for k in order}
    while len(chosen) < n:
        label = min((label for label in order if order[label]), key=count.get)
        chosen.append(int(order[label].pop()))
        count[label] += 1
    return np.array(chosen)


def free_of(rows, order):
    """The order without the rows that have a label."""
    return order[~np.isin(order, rows)]


METHODS = {
    "margin": by_margin,
    "entropy": by_entropy,
    "coreset": by_coreset,
    "typiclust": by_typiclust,
    "badge": by_badge,
    "balanced": by_balance,
}


# --- What learns


class Probe:
    """A logistic regression on a source's embedding and log probabilities, as if fine-tuned."""

    def __init__(self, source, F):
        self.points, self.classes_ = places(source, F), source.classes_
        self.place = {row.tobytes(): k for k, row in enumerate(F)}
        self.proba, self.learner = source.predict_proba(F), None

    def learned(self, F, y):
        """A copy that has learned these stars."""
        other = copy.copy(self)
        scale = 3 / np.sqrt((self.points**2).sum(axis=1).mean())
        other.inputs = np.hstack([self.points * scale, (np.log(self.proba + 1e-3) + 3) / 3])
        learner = LogisticRegression(max_iter=300) if len(set(y)) > 1 else DummyClassifier()
        other.learner = learner.fit(other.inputs[self._rows(F)], y)
        other.classes_ = other.learner.classes_
        return other

    def _rows(self, F):
        return [self.place[row.tobytes()] for row in F]

    def embed(self, F):
        """Where the source sees the stars."""
        return self.points[self._rows(F)]

    def predict_proba(self, F):
        """Probabilities of the source, or of what was learned."""
        rows = self._rows(F)
        return self.learner.predict_proba(self.inputs[rows]) if self.learner else self.proba[rows]

    def predict(self, F):
        """The most probable classes."""
        return self.classes_[self.predict_proba(F).argmax(axis=1)]


def places(model, F):
    """The main directions of the embedding, each scaled by the root of its spread."""
    embedding = np.asarray(model.embed(F), dtype=float)
    left, spread, _ = np.linalg.svd(embedding - embedding.mean(axis=0), full_matrices=False)
    return left[:, :32] * np.sqrt(spread[:32] * np.sqrt(len(F)))


def learned(source, F, y, seed):
    """The source, fine-tuned."""
    if isinstance(source, Probe):
        return source.learned(F, y)
    model = copy.deepcopy(source).set_params(calibration=None, random_state=seed)
    return model.partial_fit_target(F, y)


def curve(source, F, y, sizes, method, seed):
    """MCC and macro F1 with growing numbers of labels."""
    order = np.random.default_rng(seed).permutation(len(y))
    test, pool = order[: len(y) // 3], order[len(y) // 3 :]
    rows, model, scores = np.array([], dtype=int), source, []
    rng = np.random.default_rng(seed)
    present = {"labels": np.unique(y[test]), "average": "macro", "zero_division": 0}
    for size in sizes:
        new = size - len(rows)
        if method == "random":
            # The permutation that parts the stars has them in random order already.
            rows = np.arange(size)
        elif method == "suggest":
            known = np.full(len(pool), None, dtype=object)
            known[rows] = y[pool[rows]]
            found = suggest_labels(model, F[pool], new, y=known, random_state=seed)
            rows = np.concatenate([rows, found.position])
        else:
            F_pool = F[pool]
            where = places(model, F_pool), rows, new, rng
            rows = np.concatenate([rows, METHODS[method](model.predict_proba(F_pool), *where)])
        model = learned(source, F[pool[rows]], y[pool[rows]], seed)
        guess = model.predict(F[test])
        scores.append([matthews_corrcoef(y[test], guess), f1_score(y[test], guess, **present)])
    return scores


def swapped(y, kind, share, rng):
    """Labels of which such a share is another class, any or one that looks alike."""
    given, classes = y.astype(object), np.unique(y)
    alike = {a: [b for b in others if b in classes] for a, others in LOOK_ALIKE.items()}
    alike = {label: others for label, others in alike.items() if others and label in classes}
    some = rng.permutation(len(y))
    if kind == "look-alike":
        some = some[np.isin(y[some], list(alike))]
    for star in some[: int(len(y) * share)]:
        given[star] = rng.choice(
            classes[classes != y[star]] if kind == "uniform" else alike[y[star]]
        )
    return given.astype(str)


def planted(source, F, y, kind, seed=1, n_stars=1500):
    """How well errors in five labels of a hundred are found: their number, then each method's."""
    rng = np.random.default_rng(seed)
    some = rng.permutation(len(y))[:n_stars]
    F, y = F[some], y[some]
    given = swapped(y, kind, 0.05, rng)
    wrong = given != y
    if not wrong.any():
        return None
    doubts = doubtful_labels(source, F, given, random_state=seed)
    found = np.empty(len(y))
    found[doubts.position] = doubts.p_wrong
    ranks = found, *confident_learning(source, F, given, seed)
    return [wrong.sum(), *(average_precision_score(wrong, rank) for rank in ranks)]


def weighed(source, F, y, kind, seed, n_labels):
    """MCC and macro F1 of labels as they are, and where they weigh what `doubtful_labels` says."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    test, some = order[: len(y) // 3], order[len(y) // 3 :][:n_labels]
    given = y[some] if kind == "as they are" else swapped(y[some], kind, 0.1, rng)
    doubts = doubtful_labels(source, F[some], given, random_state=seed)
    weight = np.zeros(n_labels)
    weight[doubts.position] = doubts.weight
    present = {"labels": np.unique(y[test]), "average": "macro", "zero_division": 0}
    scores = []
    for weights in (None, weight):
        model = copy.deepcopy(source).set_params(random_state=seed)
        held = slice(None) if weights is None else weights > 0
        model.partial_fit_target(
            F[some][held], given[held], sample_weight=None if weights is None else weights[held]
        )
        guess = model.predict(F[test])
        scores += [matthews_corrcoef(y[test], guess), f1_score(y[test], guess, **present)]
    return scores


def confident_learning(source, F, given, seed):
    """What cleanlab ranks by: self-confidence, which is its default, and the normalised margin."""
    proba, label = held_out_probabilities(source, F, given, seed)
    every = np.arange(len(F))
    own = proba[every, label]
    proba[every, label] = -1.0
    return 1 - own, proba.max(axis=1) - own


def held_out_probabilities(source, F, given, seed):
    """Probabilities of each star by a model that learned from the other folds, and its label's column."""
    proba, classes = np.zeros((len(F), len(set(given)))), np.unique(given)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    for train, left in folds.split(F, given):
        model = copy.deepcopy(source).set_params(calibration=None, random_state=seed)
        model.partial_fit_target(F[train], given[train], classes=np.unique(given[train]))
        place = np.searchsorted(classes, model.classes_)
        proba[np.ix_(left, place)] = model.predict_proba(F[left])
    return proba, np.searchsorted(classes, given)


def print_time(source, F, y, n_stars):
    """Seconds of processor time for 40 suggestions among so many stars, before and after 46 labels."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, len(F), n_stars)
    many = F[rows] * (1 + 1e-3 * rng.standard_normal((n_stars, F.shape[1])))
    known = np.full(n_stars, None, dtype=object)
    for count in (0, 46):
        known[:count] = y[rows[:count]]
        begin = time.process_time()
        suggest_labels(source, many, 40, y=known, random_state=0)
        took = time.process_time() - begin
        print(f"40 suggestions among {n_stars} stars, {count} labels: {took:.1f} s", flush=True)


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stars", help="light curves with labels")
    parser.add_argument("--model", default="multi", help="a shipped model")
    parser.add_argument("--sizes", default="20,46,100,220", help='numbers of labels; "": none')
    parser.add_argument("--weighed", type=int, default=0, help="labels that weigh what is trusted")
    parser.add_argument("--networks", type=int, help="so many networks of the model alone")
    parser.add_argument("--methods", default="random,suggest", help=f"and {', '.join(METHODS)}")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--doubted", type=int, default=1500, help="stars among which errors hide")
    parser.add_argument("--drop", default="", help="labels to leave out, such as ambiguous ones")
    parser.add_argument("--half", type=int, choices=(0, 1), help="one half of the stars alone")
    parser.add_argument("--probe", action="store_true", help="a regression in place of fine-tuning")
    parser.add_argument("--many", type=int, help="time suggestions among so many stars, alone")
    parser.add_argument("--cache", help="folder where features are kept between runs")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    stars = read_light_curves(arguments.stars).labelled()
    model = load_pretrained(arguments.model)
    source = model[-1]
    if arguments.networks is not None:
        members = source.model_.members[: arguments.networks]
        source.model_ = replace(source.model_, members=members)
    model[0].set_params(memory=arguments.cache)
    F, y = np.asarray(model[:-1].transform(stars)), stars.labels.astype(str)
    names, counts = np.unique(y, return_counts=True)
    # Of fewer than eight stars neither a choice nor a score can tell.
    usable = np.isin(y, names[counts >= 8]) & ~np.isin(y, arguments.drop.split(","))
    usable &= ~source.flag_missing(F)
    F, y = F[usable], y[usable]
    if source.flag_seen(F).any():
        raise SystemExit(f"{arguments.model} has learned some of these stars: take another model")
    if arguments.half is not None:
        half = np.random.default_rng(123).permutation(len(y))[arguments.half :: 2]
        F, y = F[half], y[half]
    if arguments.many:
        print_time(source, F, y, arguments.many)
        return
    sizes = [int(size) for size in arguments.sizes.split(",") if size and int(size) < len(y) // 2]
    learner = Probe(source, F) if arguments.probe else source
    names, seeds = arguments.methods.split(","), range(arguments.starts)
    runs: dict = {name: [] for name in names}
    for seed in seeds if sizes else ():
        for name in names:
            runs[name].append(curve(learner, F, y, sizes, name, seed))
            shown = "  ".join(f"{mcc:.3f} {f1:.3f}" for mcc, f1 in runs[name][-1])
            print(f"start {seed}  {name:10} {shown}", flush=True)
    for name in names if sizes else ():
        mean, spread = np.mean(runs[name], axis=0), np.std(runs[name], axis=0)
        for size, (mcc, f1), (of_mcc, of_f1) in zip(sizes, mean, spread, strict=True):
            print(
                f"{name:10} {size:4} labels  MCC {mcc:.3f} +- {of_mcc:.3f}  "
                f"macro F1 {f1:.3f} +- {of_f1:.3f}"
            )
    ranks = "p_wrong", "self-confidence", "margin"
    for kind in ("uniform", "look-alike") if arguments.doubted else ():
        n = arguments.doubted
        found = [planted(source, F, y, kind, seed, n) for seed in seeds]
        if found[0] is not None:
            errors, *scores = np.mean(found, axis=0)
            shown = "  ".join(
                f"{name} {score:.3f}" for name, score in zip(ranks, scores, strict=True)
            )
            print(f"{kind:10} {errors:.0f} errors  average precision: {shown}", flush=True)
    for kind in ("as they are", "look-alike", "uniform") if arguments.weighed else ():
        found = [weighed(source, F, y, kind, seed, arguments.weighed) for seed in seeds]
        plain, with_weights = np.mean(found, axis=0).reshape(2, 2)
        print(
            f"{kind:11} {arguments.weighed} labels  MCC, macro F1: {plain[0]:.3f}, {plain[1]:.3f}  "
            f"with weights {with_weights[0]:.3f}, {with_weights[1]:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
