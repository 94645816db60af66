"""Damaged files: what the readers make of them.

Files of every form are written, then cut, flipped, spliced and stretched at random and read again. To
the description in a model file entries are added, too, at every level, and values exchanged; what is
read nevertheless predicts. Every reading must give a result or one of the documented exceptions, in a
limited time and memory, and leave no file behind.
The counts are those of docs/robustness.md.

    python examples/benchmarks/fuzz.py --seconds 60
    python examples/benchmarks/fuzz.py --rounds 25 --inputs 900 --record fuzz.json --keep broken/

The second reads in rounds, each with a seed of its own. What is recorded is not read again, so that a
run that was stopped goes on.
"""

import argparse
import faulthandler
import io
import json
import os
import pickle
import resource
import signal
import tarfile
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from sklearn_vartl import (
    FeatureScaler,
    LightCurveFeatures,
    LightCurves,
    TransferMLPClassifier,
    load_model,
    load_upsilont,
    make_transfer_pipeline,
    read_light_curves,
    save_model,
    write_light_curves,
)
from sklearn_vartl.persistence import ModelFileError, read_model_card


def use_model(path):
    """Load a model and predict with it: nothing of the computer's may come from the file."""
    model = load_model(path)
    for name, value in model.get_params().items():
        kept = name.rpartition("__")[2]
        if kept in LOCAL and value not in (None, False, 0, "auto"):
            raise AssertionError(f"{name}={value!r} comes from the file")
    if isinstance(model, FeatureScaler):
        model.transform(np.ones((2, model.n_features_in_)))
    elif hasattr(model, "steps"):
        model.predict(light_curves(np.random.default_rng(0)).replace(band=None)[[0, 2]])
    else:
        model.predict(np.ones((2, model.n_features_in_)))


#: Kind of file -> function that reads it, and what it may raise.
READERS = {
    "csv": (read_light_curves, (ValueError, OSError)),
    "parquet": (read_light_curves, (ValueError, OSError)),
    "fits": (read_light_curves, (ValueError, OSError)),
    "votable": (read_light_curves, (ValueError, OSError)),
    "ecsv": (read_light_curves, (ValueError, OSError)),
    "text": (read_light_curves, (ValueError, OSError)),
    "survey": (read_light_curves, (ValueError, OSError)),
    "json": (read_light_curves, (ValueError, OSError)),
    "archive": (read_light_curves, (ValueError, OSError)),
    "model": (load_model, (ModelFileError, OSError)),
    # Star and model may not fit, which prediction says.
    "model entries": (use_model, (ValueError, TypeError, OSError)),
    "model card": (read_model_card, (ModelFileError, OSError)),
    "upsilont": (
        lambda path: load_upsilont(path.parent),
        (ValueError, OSError, pickle.UnpicklingError),
    ),
}
# Parameters that concern the computer at work, which no file may set.
LOCAL = ("memory", "checkpoint", "n_jobs", "device", "verbose")
# What numbers are replaced by: limits, signs, things that are no number.
WORDS = [b"nan", b"inf", b"-1", b"0", b"1e308", b"99999999999999999999", b"", b",", b"\n", b'"']
WORDS += [b"\x00", b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff\xff\xff\xff\x7f"]
WORDS += [b"\xff\xfe", b"<", b"#"]


class TooSlow(BaseException):
    """Not an Exception: what catches every exception must not catch this."""


def light_curves(rng):
    """Three stars with all that files can hold, one without points."""
    n = 24
    return LightCurves(
        np.sort(rng.uniform(0, 100, n)),
        rng.normal(15, 0.2, n),
        np.full(n, 0.02),
        [0, 14, 14, n],
        ids=["a1", "007", "b c"],
        labels=["RRAB", None, "EC"],
        survey="TEST",
        band=np.array(["V", "I"])[np.arange(n) % 2],
        flag=np.arange(n) % 5 == 0,
        table={"ra": [1.5, 2.5, np.nan]},
    )


def write_seeds(folder):
    """Sound files of every kind; returns kind -> list of paths."""
    rng = np.random.default_rng(0)
    X = light_curves(rng)
    seeds = {"csv": [], "parquet": [], "text": []}
    for name in ("a.csv", "a.tsv", "a.csv.gz", "a.parquet"):
        path = folder / name
        write_light_curves(X, path)
        seeds["parquet" if name.endswith("parquet") else "csv"].append(path)
    long = folder / "long.parquet"
    X.to_pandas().to_parquet(long)
    seeds["parquet"].append(long)
    for name, text in {
        "plain.dat": "# HJD mag err\n2.0 11.0 0.1\n3.5  >12.0\t0.2\n4.0 11.5 0.1\n",
        "header.txt": "HJD, mag, err, band\n1.0,10.0,0.1,V\n2.0,11.0,0.2,I\n",
        "bare.lc": "1.5 10.0\n2.5 11.0\n",
    }.items():
        (folder / name).write_text(text)
        seeds["text"].append(folder / name)
    seeds |= _astropy_seeds(X, folder)
    seeds["survey"] = _survey_seeds(folder / "surveys")
    seeds["json"] = _json_seeds(folder)
    seeds["archive"] = _archive_seeds(seeds["text"] + seeds["parquet"][:1], folder)
    seeds["model"] = seeds["model entries"] = seeds["model card"] = _model_seeds(X, folder)
    seeds["upsilont"] = _upsilont_seeds(folder / "upsilont", rng)
    return seeds


def _astropy_seeds(X, folder):
    from astropy.table import Table

    table = Table.from_pandas(X.to_pandas()[["object_id", "time", "mag", "magerr"]].dropna())
    wide = Table({"object_id": ["a", "b"], "time": np.ones((2, 5)), "mag": np.ones((2, 5))})
    paths = {
        "fits": [folder / "long.fits", folder / "wide.fits"],
        "votable": [folder / "long.vot", folder / "wide.xml"],
        "ecsv": [folder / "long.ecsv"],
    }
    table.write(paths["fits"][0])
    wide.write(paths["fits"][1])
    table.write(paths["votable"][0], format="votable")
    wide.write(paths["votable"][1], format="votable", tabledata_format="binary2")
    table.write(paths["ecsv"][0], format="ascii.ecsv")
    return paths


def _json_seeds(folder):
    """Rows, columns, and what a broker answers."""
    rows = [{"mjd": 58000.5 + i, "mag": 12.5 + i / 8, "magerr": 0.02} for i in range(6)]
    texts = {
        "rows.json": json.dumps(rows),
        "lines.jsonl": "\n".join(
            json.dumps({"object_id": f"s{i % 2}"} | row) for i, row in enumerate(rows)
        ),
        "columns.json": json.dumps({name: [row[name] for row in rows] for name in rows[0]}),
        "answer.json": json.dumps(
            {"oid": "Z1", "detections": rows, "non_detections": [{"mjd": 1}]}
        ),
        "alert.json": json.dumps({"objectId": "Z2", "candidate": rows[0], "prv_candidates": rows}),
        "bands.json": json.dumps({b: {n: [r[n] for r in rows] for n in rows[0]} for b in "gr"}),
        "reply.json": json.dumps({"data": {"reply": {"name": "s", "photometry": rows}}}),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [folder / name for name in texts]


def _archive_seeds(files, folder):
    """Archives of several files."""
    paths = [folder / name for name in ("all.zip", "all.tar", "all.tar.gz")]
    with zipfile.ZipFile(paths[0], "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files[:3]:
            archive.write(file, f"stars/{file.name}")
    for path in paths[1:]:
        with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as archive:
            for file in files[:2]:
                archive.add(file, f"stars/{file.name}")
    return paths


def _survey_seeds(folder):
    """Files as surveys lay them out."""
    folder.mkdir()
    rows = range(1, 9)
    texts = {
        "sky.csv": "HJD,UT Date,Camera,FWHM,Limit,mag,mag_err,flux(mJy),flux_err\n"
        + "".join(f"2457449.{i},2016-03-01.6,bd,1.6,15.1,11.{i},0.01,67.{i},0.7\n" for i in rows)
        + "2457450.1,2016-03-02.6,bd,1.6,15.1,>15.1,99.99,0.1,0.7\n",
        "forced.txt": "###MJD m dm uJy duJy F err\n"
        + "".join(f"5910{i}.5 -21.7 1.4 {i}7 10 o 0\n" for i in rows),
        "sides.csv": "id,mjd,g_mag,g_err,g_flag,r_mag,r_err,r_flag\n"
        + "".join(f"s{i % 2},5810{i}.5,12.{i},0.02,0,11.{i},0.03,{i // 7}\n" for i in rows),
        "alerts.csv": "r:diaObjectId,r:diaSourceId,r:midpointMjdTai,r:band,r:psfFlux,r:psfFluxErr\n"
        + "".join(f"7,{i},6110{i}.5,g,1{i}00.5,3.5\n" for i in rows),
        "transits.csv": "transit_id,g_transit_time,g_transit_mag,g_transit_flux_over_error,"
        "bp_obs_time,bp_mag,bp_flux_over_error\n"
        + "".join(f"1,170{i}.5,10.{i},400,170{i}.6,,\n" for i in rows),
        "headless.csv": "".join(
            f"2451230.{i},<12.{i},,,Visual,OB,,,,,,No,,G,,,,U Sco\n" for i in rows
        ),
        "sides.time": "#   date  MagR ErMagR MagB ErMagB\n"
        + "".join(f"29{i}.9 17.1{i} 0.04 99.999 9.999\n" for i in rows),
        "search.tbl": "\\fixlen = T\n|   mjd  |w1mpro|w1sigmpro|\n| double |double| double  |\n"
        + "|        | mag  |   mag   |\n|  null  | null |  null   |\n"
        + "".join(f" 5679{i}.1  10.{i}1      0.01 \n" for i in rows),
        "supernova.DAT": "SURVEY: TEST\nSNID: 17\nNOBS: 8\nVARLIST: MJD FLT FLUXCAL FLUXCALERR\n"
        + "".join(f"OBS: 5710{i}.5 {'gr'[i % 2]} 1{i}.5 1.5\n" for i in rows)
        + "END:\n",
        "levels.csv": ",g,,r,\nMJD,mag,err,mag,err\n"
        + "".join(f"5710{i}.5,12.{i},0.02,11.{i},0.03\n" for i in rows),
        "listed.txt": "# 1 MAG  Magnitude [mag]\n# 2 ERR\n# 3 HJD\n"
        + "".join(f"12.{i} 0.02 245710{i}.5\n" for i in rows),
        "german.csv": "Stern;Zeit;HJD;mag;err\n"
        + "".join(f"a;{i};{i},5;1{i},25;0,02\n" for i in rows),
        "starbase.db": "# remark\nJD\tmagcal_magdep\trms\n--\t-------------\t---\n"
        + "".join(f"241500{i}.5\t12.{i}\t0.1\n" for i in rows),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return sorted(folder.iterdir())


def _model_seeds(X, folder):
    rng = np.random.default_rng(1)
    features, y = rng.normal(size=(40, 3)), np.repeat(["a", "b"], 20)
    network = TransferMLPClassifier((4,), n_estimators=1, max_epochs=1, min_steps=1, random_state=0)
    models = {
        "scaler": FeatureScaler().fit(features),
        "network": network.fit(features, y),
        "pipeline": make_transfer_pipeline(
            LightCurveFeatures(["amplitude", "skewness"], min_observations=7), network
        ).fit(X.replace(band=None)[[0, 2] * 10], np.repeat(["a", "b"], 10)),
    }
    for name, model in models.items():
        save_model(model, folder / f"{name}.vartl")
    return [folder / f"{name}.vartl" for name in models]


def _upsilont_seeds(folder, rng):
    """A folder as UPSILoN-T's authors distribute theirs, with random numbers in small."""
    import torch
    from sklearn.preprocessing import LabelEncoder

    folder.mkdir()
    widths, tensors = (16, 8, 8, 8, 3), {}
    for k in range(1, 5):
        tensors[f"fc{k}.weight"] = torch.tensor(rng.normal(size=(widths[k], widths[k - 1])))
        tensors[f"fc{k}.bias"] = torch.tensor(rng.normal(size=widths[k]))
    for k in range(1, 6):
        for part in ("weight", "bias", "running_mean", "running_var"):
            tensors[f"bn{k}.{part}"] = torch.tensor(rng.uniform(0.5, 1.5, widths[k - 1]))
    torch.save(tensors, folder / "state_dict.pt")
    for name, content in {
        "norm_params": [rng.normal(size=16), rng.uniform(0.5, 2, 16)],
        "min_params": {f"min_{name}": np.float64(0.01) for name in ("amplitude", "period")},
        "label_encoder": LabelEncoder().fit(np.array(["a", "b", "c"], dtype=object)),
    }.items():
        (folder / f"{name}.pkl").write_bytes(pickle.dumps(content, protocol=3))
    return sorted(folder.iterdir())


def mutate(data, rng):
    """One to four random damages."""
    data = bytearray(data)
    for _ in range(rng.integers(1, 5)):
        n = max(len(data), 1)
        a, b = np.sort(rng.integers(0, n, 2))
        b = min(b, a + 64)
        match rng.integers(8):
            case 0:
                del data[rng.integers(0, n) :]
            case 1 if data:
                data[rng.integers(0, len(data))] ^= 1 << rng.integers(8)
            case 2 if data:
                data[rng.integers(0, len(data))] = rng.integers(256)
            case 3:
                del data[a:b]
            case 4:
                data[a:a] = data[a:b] * int(rng.integers(1, 20))
            case 5:
                data[a:b] = rng.bytes(b - a)
            case 6:
                data[a : a + rng.integers(1, 9)] = WORDS[rng.integers(len(WORDS))]
            case 7:
                # Numbers of the headers, where the damage is worst: digits for digits.
                digits = [i for i, value in enumerate(data[:4096]) if 48 <= value <= 57]
                if digits:
                    data[digits[rng.integers(len(digits))]] = rng.integers(48, 58)
    return bytes(data)


def mutate_entries(data, rng):
    """A model file with an entry more, or another value, somewhere in its description."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        document, arrays = (
            json.loads(archive.read("model.json")),
            archive.read("arrays.safetensors"),
        )
    for _ in range(rng.integers(1, 3)):
        places = list(_places(document))
        # Parameters are where an entry would do something.
        params = [node["params"] for node in places if isinstance(node, dict) and "params" in node]
        places += 5 * [node for node in params if isinstance(node, dict)]
        node = places[rng.integers(len(places))]
        if isinstance(node, list):
            if node:
                node[rng.integers(len(node))] = _value(rng)
        elif rng.random() < 0.6 or not node:
            names = [*LOCAL, "params", "state", "steps", "class", "invented"]
            node[names[rng.integers(len(names))]] = _value(rng)
        else:
            node[list(node)[rng.integers(len(node))]] = _value(rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("model.json", json.dumps(document))
        archive.writestr("arrays.safetensors", arrays)
    return out.getvalue()


def _places(node):
    yield node
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict | list):
            yield from _places(child)


def _value(rng):
    values = ["made_by_a_model_file", "cuda", "", None, True, -1, 2, 0.5, 10**12, 10**30, 1e308]
    values += [float("nan"), float("-inf"), [], [[]], {}, {"pairs": []}, ["a", 1], "x" * 10_000]
    return values[rng.integers(len(values))]


def outcome(kind, path, limit=5.0):
    """("read" or "refused", None), or ("broken", what happened). Time is the processor's."""
    read, documented = READERS[kind]

    def stop(*_):
        raise TooSlow(f"more than {limit} seconds")

    there = set(os.listdir())
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read(path)
        if set(os.listdir()) != there:
            return "broken", f"files appeared: {sorted(set(os.listdir()) - there)[:3]}"
        return "read", None
    except documented:
        return "refused", None
    except (Exception, TooSlow) as error:
        return "broken", f"{type(error).__name__}: {str(error)[:120]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def fuzz(kind, seeds, n_inputs, seconds, rng, keep=None):
    """Read damaged copies; returns counts of outcomes, problems -> count, and the slowest."""
    counts, problems, slowest, start = Counter(), Counter(), 0.0, time.monotonic()
    contents = [seed.read_bytes() for seed in seeds]
    while sum(counts.values()) < n_inputs and time.monotonic() - start < seconds:
        which = rng.integers(len(seeds))
        change = mutate_entries if kind == "model entries" else mutate
        path, data = seeds[which], change(contents[which], rng)
        path.write_bytes(data)
        faulthandler.dump_traceback_later(120, exit=True)
        begin = time.process_time()
        what, problem = outcome(kind, path)
        slowest = max(slowest, time.process_time() - begin)
        counts[what] += 1
        path.write_bytes(contents[which])
        if problem is not None:
            if keep is not None and problems[problem] == 0:
                (keep / f"{kind.replace(' ', '_')}-{sum(counts.values())}-{path.name}").write_bytes(
                    data
                )
            problems[problem] += 1
    faulthandler.cancel_dump_traceback_later()
    return counts, problems, slowest


def run_round(kind, seeds, random_state, args):
    """One kind of file and one seed: what is recorded of it."""
    rng = np.random.default_rng([random_state, list(READERS).index(kind)])
    seconds = args.seconds / len(args.kinds)
    counts, problems, slowest = fuzz(kind, seeds[kind], args.inputs, seconds, rng, args.keep)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"counts": counts, "problems": problems, "slowest": slowest, "gigabytes": memory}


def table(record, kinds):
    """Yield the lines of the report."""
    yield "| files | inputs | read | refused | broken | slowest (s) |"
    yield "|---|---|---|---|---|---|"
    for kind in kinds:
        rounds = [done for key, done in record.items() if key.startswith(f"{kind}:")]
        counts = sum((Counter(done["counts"]) for done in rounds), Counter())
        numbers = [counts.total(), counts["read"], counts["refused"], counts["broken"]]
        slowest = max((done["slowest"] for done in rounds), default=0)
        yield f"| {kind} | {' | '.join(map(str, numbers))} | {slowest:.2f} |"
        for problem, n in sum((Counter(done["problems"]) for done in rounds), Counter()).items():
            yield f"  {n} x {problem}"
    yield f"\nLargest memory in use: {max(r['gigabytes'] for r in record.values()):.2f} GB"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=10**9, help="of a kind and round")
    parser.add_argument("--seconds", type=float, default=1e9, help="a round at most")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--random-state", type=int, default=0, help="of the first round")
    parser.add_argument("--gigabytes", type=float, default=8, help="limit of address space")
    parser.add_argument("--kinds", nargs="*", default=list(READERS), choices=list(READERS))
    parser.add_argument("--keep", type=Path, help="folder for inputs that break a reader")
    parser.add_argument("--record", type=Path, help="file of what has been read so far")
    args = parser.parse_args()
    if args.inputs == 10**9 and args.seconds == 1e9:
        args.seconds = 60
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)
    record = json.loads(args.record.read_text()) if args.record and args.record.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        seeds = write_seeds(Path(folder))
        limit = int(args.gigabytes * 2**30)
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
        for random_state in range(args.random_state, args.random_state + args.rounds):
            for kind in args.kinds:
                key = f"{kind}:{random_state}"
                if key not in record:
                    record[key] = run_round(kind, seeds, random_state, args)
                if args.record:
                    args.record.write_text(json.dumps(record))
    print(*table(record, args.kinds), sep="\n")


if __name__ == "__main__":
    main()
