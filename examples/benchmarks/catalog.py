"""Whole catalogues, Parquet to Parquet: stars a second and peak memory, and what a survey would take.

Simulated stars are classified by a fitted model with 1 and 2 workers; each run is a process of its
own. The features alone are timed on the same stars, and from the largest run follows an estimate for
10^9 stars.

    python examples/benchmarks/catalog.py
    python examples/benchmarks/catalog.py --stars 1000,10000,100000 --workers 1,2
    python examples/benchmarks/catalog.py --input data/light_curves/crts.parquet
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402
import json  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

# Distinct stars that are simulated; larger catalogues repeat them.
DISTINCT = 1000
SURVEY_STARS = 1e9


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stars", default="1000,10000", help="sizes, separated by commas")
    parser.add_argument("--workers", default="1,2", help="numbers of threads")
    parser.add_argument("--input", help="a Parquet file with one row a star, instead of simulated")
    parser.add_argument("--model", help="a model from save_model, instead of a small new one")
    parser.add_argument("--batch-size", type=int, default=8192)
    parser.add_argument("--job", nargs=5, help=argparse.SUPPRESS)
    return parser.parse_args()


def make_model(path):
    """A model of the usual size; how well it knows the classes plays no part here."""
    from sklearn_vartl import (
        LightCurveFeatures,
        TransferMLPClassifier,
        make_transfer_pipeline,
        save_model,
    )
    from sklearn_vartl.datasets import simulate_survey

    X = simulate_survey(200, "asas", random_state=0)
    model = make_transfer_pipeline(
        LightCurveFeatures(on_error="nan"), TransferMLPClassifier(random_state=0, max_epochs=1)
    )
    save_model(model.fit(X, X.labels), path)


def make_catalog(path, n_stars):
    """A file of `n_stars` simulated stars, the distinct ones again and again."""
    import pyarrow.parquet as pq

    from sklearn_vartl.datasets import simulate_survey

    table = simulate_survey(min(DISTINCT, n_stars), "asas", random_state=1).to_arrow()
    table = table.select(["object_id", "time", "mag", "magerr"])
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for start in range(0, n_stars, table.num_rows):
            writer.write_table(table.slice(0, n_stars - start))


def job(what, model, source, output, settings):
    """One run in this process; prints its times and memory as JSON."""
    from sklearn_vartl import classify_catalog, load_model, read_light_curves

    n_jobs, batch_size = json.loads(settings)
    # Light curves of a few stars first: libraries load and kernels compile.
    model = load_model(model)
    features = model[0].set_params(n_jobs=n_jobs, on_error="nan", verbose=0)
    first = read_light_curves(source)[:64] if what == "features" else None
    if first is None:
        from sklearn_vartl.datasets import simulate_survey

        first = simulate_survey(64, "asas", random_state=2)
    model.predict_proba(first)
    start, cpu = time.perf_counter(), time.process_time()
    if what == "features":
        n_stars = len(features.transform(read_light_curves(source)))
    else:
        report = classify_catalog(
            model, source, output, n_jobs=n_jobs, batch_size=batch_size, resume=False
        )
        n_stars = report.n_stars
    found = {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    print(json.dumps(found | {"stars": n_stars, "memory": peak_memory()}))


def peak_memory():
    """Peak memory of this process (MB)."""
    status = Path("/proc/self/status")
    if status.exists():
        # On Linux what getrusage says starts from the peak of the process that started this one.
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 2**10
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (2**20 if sys.platform == "darwin" else 2**10)


def run(what, model, source, output, n_jobs, batch_size):
    """A run in a process of its own."""
    arguments = [what, model, source, output, json.dumps([n_jobs, batch_size])]
    done = subprocess.run(
        [sys.executable, __file__, "--job", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main():
    arguments = parse_arguments()
    if arguments.job:
        job(*arguments.job)
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        model = arguments.model or folder / "model.vartl"
        if arguments.model is None:
            make_model(model)
        if arguments.input:
            sources = [Path(arguments.input)]
        else:
            sources = []
            for n_stars in map(int, arguments.stars.split(",")):
                sources.append(folder / f"stars{n_stars}.parquet")
                make_catalog(sources[-1], n_stars)
        report(arguments, model, sources, folder)


def report(arguments, model, sources, folder):
    """Print the table, and what follows from its last line."""
    print("| stars | workers | s | stars/s | CPU ms a star | peak MB | CPU of features alone |")
    print("|---|---|---|---|---|---|---|")
    for source in sources:
        for n_jobs in map(int, arguments.workers.split(",")):
            settings = n_jobs, arguments.batch_size
            found = run("catalog", model, source, folder / "classes.parquet", *settings)
            alone = run("features", model, source, folder / "none", *settings)
            n_stars, cpu = found["stars"], found["cpu"]
            print(
                f"| {n_stars:,} | {n_jobs} | {found['wall']:.1f} | {n_stars / found['wall']:.0f} | "
                f"{1e3 * cpu / n_stars:.2f} | {found['memory']:.0f} | {alone['cpu'] / cpu:.0%} "
                f"(catalogue / features: wall {found['wall'] / alone['wall']:.2f}, "
                f"CPU {cpu / alone['cpu']:.2f}) |",
                flush=True,
            )
    hours = SURVEY_STARS * cpu / n_stars / 3600
    size = source.stat().st_size / n_stars
    print(
        f"\nFor 10^9 such stars: {hours:,.0f} core hours, {hours / 1000:.1f} hours on 1,000 cores, "
        f"and {SURVEY_STARS * size / 1e12:.1f} TB to read.\n"
        "Assumed: as many points a star over as long a time; cores as fast as this one, with "
        "nothing else to do; one process for each few cores on its own share of the files; and "
        "disks that keep up."
    )


if __name__ == "__main__":
    main()
