"""The whole comparison of transfer learning: from CRTS to ASAS, Hipparcos and OGLE.

    OMP_NUM_THREADS=1 python examples/benchmarks/transfer.py --output docs/benchmark.md \\
        --figure docs/benchmark.png

Features come from the light curves. Every method has the same labelled stars and the same test
stars. Takes up to an hour on two cores, `--quick` five minutes. What is finished is kept in --cache,
and the same command goes on where it was stopped; `--parts asas,early` runs some parts only.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd
import transfer_report as report
import transfer_tasks as tasks

from sklearn_vartl.evaluation import transfer_curve

SHARED_DATA = Path("data/light_curves")
FILES = {"crts": "CRTS", "asas": "ASAS", "hipparcos_ogle": "Hipparcos and OGLE"}
NETWORKS = ["scratch", "scratch_source_scaler"]
# Parts with many draws.
MAIN = ("asas", "hipparcos_ogle")
PEERS = ["random_forest", "extra_trees", "hist_gradient_boosting"]
# Draws of the labels in a whole run: more where figures are compared with those of others.
DRAWS, MANY_DRAWS = 3, 5
SCORES = ["matthews_corrcoef", "f1_macro", "calibration_error"]
# Shares of the labels: of a whole run, and of a quick one.
FRACTIONS = {
    "asas": ((0.01, 0.05, 0.1, 0.25, 0.5, 1.0), (0.01, 0.1)),
    "small": ((0.1, 0.25, 0.5, 1.0), (0.1, 1.0)),
    "early": ((0.01, 0.05, 1.0), (0.01, 0.1)),
    "few": ((0.01, 0.05, 0.1), (0.01, 0.1)),
}


class Benchmark:
    """Settings of a run, and the parts it is made of."""

    def __init__(self, surveys, arguments):
        self.surveys, self.cache, self.quick = surveys, arguments.cache, arguments.quick
        self.ensemble = not arguments.no_ensemble
        self.n_jobs, self.verbose = arguments.jobs, not arguments.quiet

    @property
    def draws(self):
        """Number of draws, in words."""
        main = " and ".join(report.TITLES[part] for part in MAIN)
        return "2" if self.quick else f"{MANY_DRAWS} in {main}, {DRAWS} elsewhere"

    def curve(self, name, target, features, source, fractions, baselines=(), **changes):
        """One transfer curve; finished fits are in the checkpoint of its name."""
        if self.verbose:
            print(name, file=sys.stderr, flush=True)
        fractions = FRACTIONS[fractions][self.quick]
        settings = {"cv": [target.split], "scoring": SCORES, "groups": target.groups} | changes
        return transfer_curve(
            source,
            self.surveys.features(target.stars, features),
            target.y,
            fractions=fractions,
            baselines=baselines,
            n_draws=2 if self.quick else MANY_DRAWS if name.split("-")[0] in MAIN else DRAWS,
            checkpoint=self.cache / f"{name}{'-quick' if self.quick else ''}.jsonl",
            n_jobs=self.n_jobs,
            random_state=0,
            verbose=self.verbose,
            **settings,
        )

    def comparison(
        self, name, target, fractions, networks=NETWORKS, peers=PEERS, *,
        ensemble=True, upsilon=True, **changes,
    ):  # fmt: skip
        """All methods on our features, the ensemble, and the peers on the reference's features."""
        network = self.surveys.network("vartl")
        tables = [
            self.curve(name, target, "vartl", network, fractions, [*networks, *peers], **changes)
        ]
        if ensemble and self.ensemble:
            source = self.surveys.ensemble()
            table = self.curve(f"{name}-ensemble", target, "both", source, fractions, **changes)
            tables.insert(0, table.assign(method="ensemble"))
        if name in MAIN and networks is NETWORKS:
            network = self.surveys.network("vartl", simulated=False)
            table = self.curve(f"{name}-crts", target, "vartl", network, fractions, **changes)
            tables.append(table.assign(method="transfer_crts"))
        if upsilon:
            network = self.surveys.network("upsilon")
            table = self.curve(
                f"{name}-upsilon", target, "upsilon", network, fractions, peers, **changes
            )
            tables.append(table.assign(method=table["method"] + "_upsilon"))
        return pd.concat(tables, ignore_index=True)

    def asas(self):
        """ASAS, eight classes."""
        return self.comparison("asas", self.surveys.target("asas"), "asas")

    def small(self, name):
        """Hipparcos and OGLE, together or apart."""
        target, together = self.surveys.target(name), name == "hipparcos_ogle"
        return self.comparison(name, target, "small", ensemble=together)

    def early(self):
        """ASAS at the beginning of the survey: labelled and test stars have few points."""
        cuts = {
            "first 40 points": tasks.first_points(40),
            "first 100 points": tasks.first_points(100),
            "first season": tasks.first_season,
            "first year": tasks.first_year,
        }
        tables = {}
        for title, keep in cuts.items():
            target = self.surveys.target("asas").cut(keep)
            name = f"early-{title.replace(' ', '-')}"
            tables[title] = self.comparison(name, target, "early", ["scratch"], ["random_forest"])
        return tables

    def labels(self):
        """ASAS with labels that are not drawn class by class."""
        target = self.surveys.target("asas")
        draws = {
            # The fits of the stratified draws are those of the part "asas".
            "stratified": ("asas", "stratified"),
            "at random": ("random", "random"),
            "at random from the brightest fifth": ("bright", target.brightest_fifth),
        }
        return {
            title: self.comparison(
                name, target, "few", ["scratch"], ["random_forest", "extra_trees"], upsilon=False,
                draw=draw,
            )
            for title, (name, draw) in draws.items()
        }  # fmt: skip

    def unlabelled(self):
        """ASAS, the development stars without labels given to the fine-tuning."""
        target, network = self.surveys.target("asas"), self.surveys.network("vartl")
        return self.curve("unlabelled", target, "vartl", network, "few", X_unlabelled="rest")

    def zero_shot(self):
        """ASAS without any of its labels: the six classes that CRTS has too, test stars."""
        target = self.surveys.target("asas")
        test = target.split[1]
        sources = {
            "network": ("vartl", self.surveys.network("vartl")),
            "network, CRTS alone": ("vartl", self.surveys.network("vartl", simulated=False)),
            "ensemble": ("both", self.surveys.ensemble() if self.ensemble else None),
            "network, 16 features": ("upsilon", self.surveys.network("upsilon")),
        }
        return {
            title: tasks.zero_shot(
                source, self.surveys.features(target.stars, features)[test], target.y[test]
            )
            for title, (features, source) in sources.items()
            if source is not None
        }

    def conformal(self):
        """Sets of classes that shall hold the true one for nine stars of ten, ASAS."""
        network = self.surveys.network("vartl", calibration="temperature")
        scoring = {"coverage": tasks.coverage, "set_size": tasks.set_size}
        scoring |= {"calibration_error": "calibration_error"}
        return self.curve(
            "conformal", self.surveys.target("asas"), "vartl", network, "small", scoring=scoring
        )

    def run(self, part):
        """The results of a part."""
        return (
            self.small(part) if part in tasks.FEWEST and part != "asas" else getattr(self, part)()
        )


# Part -> the file that it needs besides the source.
PARTS = {
    "asas": "asas",
    "hipparcos_ogle": "hipparcos_ogle",
    "hipparcos": "hipparcos_ogle",
    "ogle": "hipparcos_ogle",
    "early": "asas",
    "labels": "asas",
    "unlabelled": "asas",
    "zero_shot": "asas",
    "conformal": "asas",
}
QUICK_PARTS = ("asas", "hipparcos_ogle", "zero_shot")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, title in FILES.items():
        option, default = f"--{name.replace('_', '-')}", SHARED_DATA / f"{name}.parquet"
        parser.add_argument(option, type=Path, default=default, help=f"light curves of {title}")
    parser.add_argument(
        "--parts", help=f"default: {','.join(PARTS)}, or of a quick run {','.join(QUICK_PARTS)}"
    )
    parser.add_argument("--quick", action="store_true", help="fewer source stars, labels, draws")
    parser.add_argument("--no-ensemble", action="store_true", help="networks and trees alone")
    parser.add_argument("--cache", type=Path, default=Path("build/transfer_benchmark"))
    parser.add_argument("--output", type=Path, help="page to write (Markdown)")
    parser.add_argument("--figure", type=Path, help="figure to write (PNG)")
    parser.add_argument("--jobs", type=int, default=2, help="fits at a time (default: 2)")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")
    arguments = parser.parse_args()
    default = QUICK_PARTS if arguments.quick else PARTS
    arguments.all_parts = list(default)
    arguments.parts = [p.strip() for p in (arguments.parts or ",".join(default)).split(",")]
    unknown = [part for part in arguments.parts if part not in PARTS]
    if unknown:
        parser.error(f"--parts: {', '.join(unknown)} is none of {', '.join(PARTS)}")
    return arguments


def main():
    """Run the parts whose files are there, print and write the page."""
    arguments = parse_arguments()
    paths = {name: getattr(arguments, name) for name in FILES}
    for name in [name for name, path in paths.items() if not path.exists()]:
        print(f"{FILES[name]}: there is no file {paths.pop(name)}", file=sys.stderr)
    parts = [p for p in arguments.parts if "crts" in paths and PARTS[p] in paths]
    if not parts:
        print("Nothing to do: --crts and a target are needed.", file=sys.stderr)
        return
    arguments.cache.mkdir(parents=True, exist_ok=True)
    cap = 300 if arguments.quick else 2000
    surveys = tasks.Surveys(paths, arguments.cache, cap, arguments.jobs)
    benchmark = Benchmark(surveys, arguments)
    results = {}
    for part in parts:
        results[part] = benchmark.run(part)
        print(report.section(part, results[part]), flush=True)
    if arguments.figure:
        report.figure(results, arguments.figure)
    if arguments.output:
        page = report.page(results, surveys, benchmark.draws, arguments)
        arguments.output.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
