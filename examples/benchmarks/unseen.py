"""What the package is worth on a survey that nobody has looked at: each survey left out in turn.

    OMP_NUM_THREADS=1 python examples/benchmarks/unseen.py --output docs/unseen.md \\
        --figure docs/unseen.png

CRTS, ASAS, Hipparcos, OGLE, Cepheids of the LMC, Gaia and Kepler, each in turn the target that no
source has seen; models learn the others, and simulated stars. Without any label of the target: the
share of stars in the right group of classes, of variables called not variable, and what the model
believes of itself. Then with 5, 20 and 100 labels a class and all, as it is fine-tuned and adapted to
all stars of the survey besides (DomainAdapter), beside forests and boosting on
the same features (CatBoost and LightGBM where they are installed), the same network from scratch,
and UPSILoN-T's.

Features, sources and results (a line each) are kept in --cache: the same command goes on where it
was stopped. `--quick`
takes one draw of the labels, fewer stars and no boosting. ``--recipes "shipped multi,shipped
universal"`` learns no source: each model that comes with the package is judged on the surveys that
it has not learned from.
"""

import argparse
import json
import sys
import time
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import unseen_methods as methods
import unseen_recipes as recipes
import unseen_report as report
import unseen_surveys as surveys
from sklearn.frozen import FrozenEstimator

from sklearn_vartl.adaptation import DomainAdapter

DRAWS, LABELS = 5, (5, 20, 100, None)


class Results:
    """Lines of a file, one a task; what is there is not computed again."""

    def __init__(self, path):
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.rows = [json.loads(line) for line in lines]

    def once(self, key, compute):
        """The row of a task: found, or computed and kept."""
        if any(all(row.get(k) == v for k, v in key.items()) for row in self.rows):
            return
        start = time.process_time()
        row = key | compute() | {"seconds": round(time.process_time() - start, 2)}
        self.rows.append(row)
        with self.path.open("a") as file:
            file.write(json.dumps(row) + "\n")

    @property
    def table(self):
        """All rows as a table."""
        return pd.DataFrame(self.rows)


class Benchmark:
    """Surveys, sources without the target, and the tasks of each target."""

    def __init__(self, args):
        self.args = args
        self.features = surveys.both_sets(args.cache, args.jobs)
        name = f"results{'-quick' if args.quick else ''}.jsonl"
        self.results = Results(args.cache / name)

    @cached_property
    def surveys(self):
        """All surveys by name."""
        found = {}
        learned = any(recipe not in recipes.SHIPPED for recipe in self.args.recipes)
        for name, (file, _) in surveys.FILES.items():
            if not learned and name not in self.args.targets:
                continue
            if not (self.args.data / f"{file}.parquet").exists():
                print(f"{name}: there is no {file}.parquet", file=sys.stderr)
                continue
            self.say(f"features of {name}")
            found[name] = surveys.read_survey(name, self.args.data, self.args.cap, self.features)
        return found

    def source(self, recipe, method, target):
        """A model that has learned all surveys but the target and those with its stars.

        It is kept in a file: a run that goes on does not learn it again.
        """
        if recipe in recipes.SHIPPED:
            return recipes.shipped(recipe, method)
        size = f"{self.args.cap}{'-quick' if self.args.quick else ''}"
        file = self.args.cache / f"{recipe}-{method}-without-{target}-{size}.joblib"
        if file.exists():
            return joblib.load(file)
        self.say(f"{target}: {method} learns the others ({recipe})")
        others = [self.surveys[name] for name in surveys.sources_of(target, self.surveys)]
        model = recipes.RECIPES[recipe](others, method, self.features, quick=self.args.quick)
        joblib.dump(model, file.with_suffix(".part"))
        file.with_suffix(".part").replace(file)
        return model

    def zero_shot(self, target, recipe, method):
        """Without a label."""
        survey = self.surveys[target]
        model = self.model(recipe, method, target)
        columns = methods.columns_of(method, model)
        proba = model.predict_proba(survey.X[:, columns])
        scores = methods.zero_shot(proba, model.classes_, survey)
        n_stars = 60 if self.args.quick else 300
        noise, kinds = recipes.noise_features(survey, self.features, n_stars)
        of_kind = {kind: noise[kinds == kind] for kind in np.unique(kinds)}
        of_kind["shuffled"] = recipes.shuffled_features(survey, self.features, n_stars)
        for kind, X in of_kind.items():
            proba = model.predict_proba(X[:, columns])
            called, sure = methods.called_periodic(proba, model.classes_)
            scores |= {kind: called, f"{kind}_sure": sure}
        return scores

    def adapted(self, target, recipe, method):
        """Without a label, adapted to all stars of the target."""
        survey = self.surveys[target]
        model = self.model(recipe, method, target)
        X = survey.X[:, methods.columns_of(method, model)]
        adapter = DomainAdapter(FrozenEstimator(model)).fit(X)
        return methods.zero_shot(adapter.predict_proba(X), adapter.classes_, survey)

    def model(self, recipe, method, target):
        """The model of a recipe, kept while its target is the same."""
        key = recipe, method, target
        if getattr(self, "_last", (None, None))[0] != key:
            self._last = key, self.source(recipe, method, target)
        return self._last[1]

    def run(self, target):
        """All tasks of a target."""
        survey = self.surveys[target]
        for recipe in self.args.recipes:
            for method in ("transfer", "ensemble"):
                if method not in self.args.methods or not recipes.judges(recipe, method, target):
                    continue
                key = {"task": "zero_shot", "target": target, "method": method, "recipe": recipe}
                self.results.once(key, partial(self.zero_shot, target, recipe, method))
                task = partial(self.adapted, target, recipe, method)
                self.results.once(key | {"task": "adapted"}, task)
                self.curve(survey, method, recipe)
        for method in self.args.methods:
            if method in ("transfer", "ensemble"):
                continue
            self.curve(survey, method, None)

    def curve(self, survey, method, recipe):
        """One method with every number of labels."""
        for n_labels in self.args.labels:
            for draw in range(self.args.draws):
                if n_labels is None and draw:
                    continue  # all the labels are one draw
                key = {"task": "few", "target": survey.name, "method": method, "recipe": recipe}
                key |= {"labels": n_labels or 0, "draw": draw}
                task = partial(self.few, survey, method, recipe, n_labels, draw)
                self.results.once(key, task)
                if recipe is not None:
                    self.results.once(key | {"task": "few_adapted"}, partial(task, adapted=True))

    def few(self, survey, method, recipe, n_labels, draw, adapted=False):
        """Scores of one method with one draw of the labels, adapted to all stars of the survey or not."""
        labelled, source = survey.draw(n_labels, draw), None
        if method == "upsilont":
            source = methods.upsilont(self.args.upsilont)
        elif method not in methods.PEERS:
            source = self.model(recipe, method, survey.name)
        key = survey.name, method, recipe, n_labels, draw
        if getattr(self, "_tuned", (None, None))[0] != key:
            self._tuned = key, methods.learned(method, source, survey, labelled)
        model = self._tuned[1]
        return methods.few_labels(method, source, survey, labelled, model, adapted=adapted)

    def say(self, text):
        """Progress."""
        if not self.args.quiet:
            print(text, file=sys.stderr, flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = Path("data")
    parser.add_argument("--data", type=Path, default=shared / "light_curves")
    parser.add_argument("--upsilont", type=Path, default=shared / "upsilont_model")
    parser.add_argument("--cache", type=Path, default=Path("build/unseen"))
    parser.add_argument("--targets", help="default: all")
    parser.add_argument("--methods", help="default: all that are installed")
    parser.add_argument("--recipes", default="universal", help=f"of {', '.join(recipes.RECIPES)}")
    parser.add_argument("--labels", help="default: 5,20,100,all; 'none': without labels alone")
    parser.add_argument("--draws", type=int, help=f"of the labels; default: {DRAWS}, quick: 1")
    parser.add_argument("--cap", type=int, help="stars of a class at most")
    parser.add_argument("--quick", action="store_true", help="one draw, fewer stars")
    parser.add_argument("--jobs", type=int, help="processes for the features")
    parser.add_argument("--output", type=Path, help="page to write (Markdown)")
    parser.add_argument("--figure", type=Path, help="figure to write (PNG)")
    parser.add_argument("-q", "--quiet", action="store_true")
    args = parser.parse_args()
    args.given = sys.argv[1:]
    known = [*methods.TRANSFERRED, *methods.PEERS]
    if not args.upsilont.exists():
        known.remove("upsilont")
    for name in methods.OPTIONAL:
        if args.quick or find_spec(name) is None:
            known.remove(name)
    args.methods = args.methods.split(",") if args.methods else known
    args.recipes = args.recipes.split(",")
    args.targets = args.targets.split(",") if args.targets else list(surveys.FILES)
    labels = args.labels or ",".join(str(n or "all") for n in LABELS)
    args.labels = [None if n == "all" else int(n) for n in labels.split(",") if n != "none"]
    args.draws = args.draws or (1 if args.quick else DRAWS)
    args.cap = args.cap or (200 if args.quick else 1200)
    for given, choices, option in (
        (args.methods, [*methods.TRANSFERRED, *methods.PEERS], "--methods"),
        (args.targets, list(surveys.FILES), "--targets"),
        (args.recipes, list(recipes.RECIPES), "--recipes"),
    ):
        unknown = [name for name in given if name not in choices]
        if unknown:
            parser.error(f"{option}: {', '.join(unknown)} is none of {', '.join(choices)}")
    return args


def asked_for(table, args):
    """Of all results those that this command asks for."""
    labels = [n or 0 for n in args.labels]
    # Without labels alone there are no such columns yet.
    table = table.reindex(columns=table.columns.union(["labels", "draw"], sort=False))
    zero_shot = table["task"].isin(["zero_shot", "adapted"])
    asked = zero_shot | (table["labels"].isin(labels) & (table["draw"] < args.draws))
    asked &= table["target"].isin(args.targets) & table["method"].isin(args.methods)
    return table[asked & (table["recipe"].isna() | table["recipe"].isin(args.recipes))]


def main():
    """Run what is missing, print and write the page."""
    args = parse_arguments()
    args.cache.mkdir(parents=True, exist_ok=True)
    benchmark = Benchmark(args)
    for target in args.targets:
        if target in benchmark.surveys:
            benchmark.run(target)
    table = asked_for(benchmark.results.table, args)
    page = report.page(table, args)
    print(page)
    if args.output:
        args.output.write_text(page, encoding="utf-8")
    if args.figure:
        report.figure(table, args.figure)


if __name__ == "__main__":
    main()
