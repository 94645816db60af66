"""classify_catalog: Parquet to Parquet, resumed after an interruption."""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from numbers import Integral
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from .._files import BEING_WRITTEN, complete
from .._progress import progress_bar
from ..light_curves import tell
from ..persistence import encode
from ..probabilities import AccuracyEstimate, DriftTest, add_sums, estimate_of_sums
from ._sources import PARQUET, describe_file, find_files, light_curves_of, read_parts
from ._star_classifier import StarClassifier

# Above it are 5% of the stars of a survey like that of the training.
NOVEL = 0.95

# Share of false alarms of the drift test, all parts together.
_DRIFT_LEVEL = 0.05


@dataclass(frozen=True)
class CatalogReport:
    """What `classify_catalog` wrote, and what it could not classify.

    Attributes
    ----------
    output : Path
        The Parquet file or folder.
    n_stars : int
        Rows written.
    classes : dict of str to int
        How many stars each class was given.
    flags : dict of str to int
        Why stars have no class, and how many.
    broken : list of str
        The row groups and files that could not be read; their stars are not in the output.
    n_novel : int or None
        Stars with a class whose ``novelty`` is above 0.95, as that of one star in twenty is in a
        survey like that of the training; None where the model tells no novelty.
    expected : AccuracyEstimate or None
        What to expect of the classes, by the probabilities that are written; None where no star has
        a class.
    drift : DriftTest or None
        Whether the stars are of the survey that the model was fine-tuned on, by the part that is
        least like it, of as many as there are; None where no part had thirty stars with a class, or
        the model cannot tell.
    n_outliers, n_with_outliers : int
        Measurements of the stars with a class that stand alone and were left out
        (`LightCurveFeatures`), and how many stars have such.

    Examples
    --------
    >>> from sklearn_vartl.catalog import CatalogReport
    >>> report = CatalogReport("classes.parquet", 10, {"RRAB": 8}, {"too few usable points": 2})
    >>> report.n_classified, report.complete
    (8, False)
    """

    output: Path
    n_stars: int
    classes: dict[str, int] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    n_novel: int | None = None
    expected: AccuracyEstimate | None = None
    drift: DriftTest | None = None
    n_outliers: int = 0
    n_with_outliers: int = 0

    @property
    def n_classified(self) -> int:
        """Stars with a class."""
        return self.n_stars - sum(self.flags.values())

    @property
    def complete(self) -> bool:
        """Whether everything was read and every star has a class."""
        return not self.broken and not self.flags


def _together(parts):
    """What all parts say of themselves together, in the form of one, see `Run._classify`."""
    classes: Counter[str] = Counter()
    flags: Counter[str] = Counter()
    for part in parts:
        classes.update(part["classes"])
        flags.update(part["flags"])
    novel = [part.get("n_novel") for part in parts]
    sums = [part["sums"] for part in parts if part.get("sums") is not None]
    drift = _drifted([DriftTest(**part["drift"]) for part in parts if part.get("drift")])
    return {
        "n_stars": sum(part["n_stars"] for part in parts),
        "classes": dict(sorted(classes.items())),
        "flags": dict(flags),
        "broken": [text for part in parts for text in part["broken"]],
        "n_novel": None if None in novel or not novel else sum(novel),
        "sums": add_sums(sums) if sums else None,
        "drift": None if drift is None else asdict(drift),
        # What an earlier version wrote does not tell.
        "outliers": [
            sum(part.get("outliers", (0, 0))[which] for part in parts) for which in (0, 1)
        ],
    }


def _drifted(tests):
    """Of several tests the one that tells most, as probable as the best of so many."""
    if not tests:
        return None
    worst = min(tests, key=lambda test: test.p_value)
    p_value = min(1.0, worst.p_value * len(tests))
    return DriftTest(p_value, p_value < _DRIFT_LEVEL, worst.feature)


# --- What a run writes: tables, parts on disk, and the manifest that lets it resume

ID_COLUMN = "object_id"
# Under this key of a file's metadata stands what became of its stars, or the run it belongs to.
ABOUT = b"sklearn_vartl.catalog"
MANIFEST = "_manifest.json"
_FORMAT = "sklearn_vartl catalogue"
_KINDS = {
    "period": "float64",
    "significance": "float64",
    "n_points": "int64",
    "flag": "string",
    "period_error": "float64",
    "epoch": "float64",
    "amplitude": "float64",
    "runner_up": "float64",
    "runner_up_gap": "float64",
    "period_flag": "string",
}


def output_schema(classifier, layouts):
    """Schema of the output; identifiers that are of different types in the files become text."""
    import pyarrow as pa

    kinds = {layout.id_type for layout in layouts}
    fields = [
        (ID_COLUMN, kinds.pop() if len(kinds) == 1 else pa.string()),
        ("label", classifier.label_type),
    ]
    fields += [(name, getattr(pa, _KINDS[name])()) for name in _KINDS]
    if classifier.has_novelty:
        fields.append(("novelty", pa.float64()))
    if classifier.alpha is not None:
        fields.append(("set", pa.string()))
    names = classifier.probability_columns
    return pa.schema([*fields, *((name, pa.float64()) for name in names)])


def arrow_table(schema, columns, source, rows, file, several):
    """The classifier's columns, with the identifiers of the source, as an Arrow table."""
    import pyarrow as pa

    id_field = schema.field(0)
    if file.layout.id_column is not None:
        ids = source[file.layout.id_column].cast(id_field.type)
    else:
        prefix = f"{file.name}:" if several else ""
        ids = pa.array([f"{prefix}{row}" for row in rows], id_field.type)
    arrays = [
        pa.array(columns[field.name], field.type, from_pandas=False) for field in list(schema)[1:]
    ]
    return pa.table([ids, *arrays], schema=schema)


def part_path(folder, file_number, part_number):
    """File of a part; sorted by name, parts stand in the order of the source."""
    return folder / f"part-{file_number:06d}-{part_number:06d}.parquet"


def write_part(path, table, about):
    """Write a part with its account `about`, a dict that JSON can express, and its name."""
    import pyarrow.parquet as pq

    with complete(path) as file:
        about = about | {"part": path.name}
        table = table.replace_schema_metadata({ABOUT: json.dumps(about).encode()})
        pq.write_table(table, file, compression="zstd")


def read_about(path):
    """The account of a file that `write_part` or `merge_parts` wrote; None where there is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_schema(path).metadata or {}
        return json.loads(metadata[ABOUT])
    except (OSError, KeyError, ValueError, pa.ArrowException):
        return None


def merge_parts(paths, schema, path, about):
    """Write the rows of many files into one, a row group for each."""
    import pyarrow.parquet as pq

    schema = schema.with_metadata({ABOUT: json.dumps(about).encode()})
    with complete(path) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for part in paths:
            writer.write_table(pq.read_table(part).cast(schema))


def remove_unfinished(folder):
    """Remove what a killed process was writing."""
    for path in folder.glob(f"{BEING_WRITTEN}*"):
        path.unlink(missing_ok=True)


def describe_run(classifier, files, batch_size, columns, points):
    """The manifest of a run, as JSON can hold it."""
    # Not at the top: the package's own __init__ imports this module.
    from .. import __version__

    return {
        "format": _FORMAT,
        "sklearn_vartl": __version__,
        "model": model_fingerprint(classifier.given),
        "settings": classifier.settings,
        "batch_size": int(batch_size),
        "columns": columns if columns is None or isinstance(columns, str) else dict(columns),
        "points": points,
        "files": [[file.name, file.fingerprint] for file in files],
    }


def model_fingerprint(model):
    """A hash of what a model gives: its steps, parameters and weights."""
    try:
        node, arrays = encode(model)
    except TypeError:
        # Steps that have no plain form.
        return joblib.hash(model)
    digest = hashlib.blake2b(json.dumps(node, sort_keys=True).encode(), digest_size=16)
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode() + array.tobytes())
    return digest.hexdigest()


def write_manifest(folder, manifest):
    """Write the manifest of a folder of parts."""
    with complete(folder / MANIFEST) as file:
        file.write(json.dumps(manifest, indent=1).encode())


def read_manifest(folder):
    """The manifest in a folder, None where there is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("format") == _FORMAT else None


def differences(old, new):
    """In what two runs differ, in words; empty where one can go on from the other.

    A file that could not be read before may have been mended since.
    """
    words = {
        "sklearn_vartl": "the version of sklearn_vartl",
        "model": "the model",
        "settings": "classes, priors, abstain, purity or alpha",
        "batch_size": "batch_size",
        "columns": "columns",
        "points": "points",
    }
    found = [word for key, word in words.items() if old.get(key) != new[key]]
    before, now = dict(old.get("files", [])), dict(new["files"])
    if list(before) != list(now):
        found.append("the list of files")
    changed = [n for n in now if before.get(n) is not None and before[n] != now[n]]
    if changed:
        found.append(f"the contents of {changed[0]}")
    return found


class Run:
    """What `classify_catalog` does; see there for the parameters."""

    def __init__(self, classifier, source, output, *, batch_size, columns, points):
        self.classifier, self.told = classifier, False
        self.output, self.columns, self.points = output, columns, points
        self.one_file = output.suffix in PARQUET
        self.folder = output.with_name(output.name + ".parts") if self.one_file else output
        self.files = [
            describe_file(name, path, batch_size, columns, classifier.passthrough)
            for name, path in find_files(source, output).items()
        ]
        readable = [file for file in self.files if file.problem is None]
        if not readable:
            raise ValueError(f"{self.files[0].path}: {self.files[0].problem}")
        self.schema = output_schema(classifier, [file.layout for file in readable])
        self.manifest = describe_run(classifier, self.files, batch_size, columns, points)

    def __call__(self, *, resume, verbose):
        """Do what is not done yet; return the CatalogReport."""
        done = read_about(self.output) if self.one_file and resume else None
        if done is not None and done["manifest"] == self.manifest and not done["broken"]:
            return self._report(_together([done]))
        self._prepare(resume)
        accounts = self._accounts()
        total = sum(file.n_stars for file in self.files)
        # Stars that were done before count as done, and not in the rate.
        done = sum(about["n_stars"] for about in accounts.values())
        how = {"unit": "star", "desc": "classify", "visible": verbose, "smoothing": 0.05}
        with progress_bar(total=total, initial=done, **how) as bar:
            for number, file in enumerate(self.files):
                self._classify_file(number, file, accounts, bar)
        return self._finish(accounts)

    def _prepare(self, resume):
        """A folder that holds parts of this run only."""
        if not self.output.parent.is_dir():
            raise FileNotFoundError(f"There is no folder {self.output.parent} to write to")
        old = read_manifest(self.folder) if self.folder.is_dir() else None
        if old is None and self.folder.exists() and any(self.folder.iterdir()):
            raise ValueError(
                f"{self.folder} holds other things: give an empty folder, or a new one"
            )
        if old is not None and not resume:
            shutil.rmtree(self.folder)
        elif old is not None and (found := differences(old, self.manifest)):
            raise ValueError(
                f"{self.folder} holds parts of another run; it differs in {', '.join(found)}. "
                "resume=False begins anew and removes them"
            )
        self.folder.mkdir(exist_ok=True)
        remove_unfinished(self.folder)
        write_manifest(self.folder, self.manifest)

    def _accounts(self):
        """What the parts on disk say of themselves, by file and part."""
        accounts = {}
        for number, file in enumerate(self.files):
            for part in file.parts:
                path = part_path(self.folder, number, part.number)
                # A part of which something could not be read is tried again, and so is one that is a copy of another.
                if path.exists() and (about := read_about(path)) and not about["broken"]:
                    if about.get("part") == path.name and about["n_stars"] == part.n_stars:
                        accounts[number, part.number] = about
        return accounts

    def _classify_file(self, number, file, accounts, bar):
        pending = {part.number for part in file.parts if (number, part.number) not in accounts}
        if not pending:
            return
        for part, table, rows, broken in read_parts(file, pending):
            columns, about = self._classify(file, table, rows)
            about["broken"] = broken
            write_part(part_path(self.folder, number, part.number), columns, about)
            accounts[number, part.number] = about
            bar.update(part.n_stars)

    def _classify(self, file, table, rows):
        """The output of some rows, and its account."""
        settled = file.layout.settled
        X, unreadable = light_curves_of(table, self.columns, self.points, settled)
        if not self.told:
            # Once, of the first stars: what is wrong with a survey is wrong with them.
            self.told = True
            tell(X)
        columns, found = self.classifier(X)
        columns["flag"][unreadable] = "unreadable row"
        flags = Counter(columns["flag"].tolist())
        flags.pop("", None)
        classes = Counter(str(label) for label in columns["label"] if label is not None)
        about = {"n_stars": len(X), "classes": dict(classes), "flags": dict(flags)}
        if "novelty" in columns:
            novel = np.asarray(columns["novelty"], dtype=float) > NOVEL
            about["n_novel"] = int((novel & (columns["flag"] == "")).sum())
        about["sums"], about["outliers"] = found.sums, found.outliers
        about["drift"] = None if found.drift is None else asdict(found.drift)
        several = len(self.files) > 1
        return arrow_table(self.schema, columns, table, rows, file, several), about

    def _finish(self, accounts):
        keys = sorted(accounts)
        told = _together([accounts[key] for key in keys])
        told["broken"] += [f"{f.name}: {f.problem}" for f in self.files if f.problem is not None]
        if self.one_file:
            paths = [part_path(self.folder, *key) for key in keys]
            merge_parts(paths, self.schema, self.output, {"manifest": self.manifest, **told})
            if not told["broken"]:
                shutil.rmtree(self.folder)
        return self._report(told)

    def _report(self, told):
        sums, drift, names = told["sums"], told["drift"], self.classifier.classes.tolist()
        return CatalogReport(
            self.output,
            *(told[name] for name in ("n_stars", "classes", "flags", "broken", "n_novel")),
            None if sums is None else estimate_of_sums(sums, names),
            None if drift is None else DriftTest(**drift),
            *told["outliers"],
        )


def classify_catalog(
    model: Any,
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    columns: Mapping[str, str] | str | None = None,
    points: str | None = None,
    batch_size: int = 8192,
    classes: Sequence[Any] | None = None,
    exclude: Sequence[Any] | None = None,
    priors: Mapping[Any, float] | str | None = None,
    abstain: bool = False,
    purity: Mapping[Any, float] | float | None = None,
    alpha: float | None = None,
    n_jobs: int | None = None,
    resume: bool = True,
    verbose: int = 0,
) -> CatalogReport:
    """Classify light curves in Parquet files, and write the classes to Parquet.

    Stars are read, classified and written part by part, so that the memory needed does not depend
    on how many there are. Each part appears on disk complete or not at all. A run that was killed
    goes on where it stopped when it is called again with the same arguments, and ends with the same
    rows as one that was never interrupted.

    Parameters
    ----------
    model : fitted classifier, str or path-like
        One that computes features of light curves: a pipeline that begins with LightCurveFeatures,
        a FineTunedClassifier of one, a TaxonomyClassifier of such pipelines; or the file of one,
        from `save_model`. What it predicts is what is written.
    source : str or path-like
        A Parquet file with one row a star (list columns, a list of structs or a struct of lists), a
        folder of such files, a HATS catalogue, or a glob such as ``"survey/*.parquet"``.
    output : str or path-like
        A name that ends in .parquet or .pq: one file, which appears when all is done; its parts
        wait beside it, in a folder of that name with ``.parts``. Any other name: a folder of parts,
        which is a Parquet data set.
    columns : mapping of str to str, or str, default=None
        Column names by role, or the name of a survey's preset, see `LightCurves.from_any`.
    points : str, default=None
        The nested column that holds the light curves, where there are several.
    batch_size : int, default=8192
        Most stars of a part. Stars with very many points go in smaller parts.
    classes, exclude, priors, abstain, purity, alpha
        As in `classify`; class shares cannot be estimated here (``priors="em"``), where no part
        shows all stars.
    n_jobs : int, default=None
        Number of threads that compute features. None is one unless in a `joblib.parallel_config`
        context, whose backend is used; -1 all.
    resume : bool, default=True
        Go on from the parts that are there. False begins anew.
    verbose : int, default=0
        Show a progress bar with rate and time left.

    Returns
    -------
    report : CatalogReport
        Its `complete` tells whether every star has a class; `flags` and `broken` say why not.

    Raises
    ------
    FileNotFoundError
        If there is no Parquet file.
    ValueError
        If no file holds light curves, or `output` holds a run of another model, of other light
        curves or settings.
    TypeError
        If the model takes no light curves.

    See Also
    --------
    classify : The same table from light curves in memory.
    classify_partition : The same for the partitions of Dask, nested-pandas and LSDB.

    Notes
    -----
    Columns: ``object_id`` (of stars without identifiers their row, after the file's name where there
    are several), ``label`` (the model's prediction: with `min_probability` of a TaxonomyClassifier
    a node of the tree), ``period`` (days, of the star as its class has it), ``significance`` (-log10
    of the period's false-alarm probability), ``n_points`` (usable ones), ``flag`` (why there is no class; empty
    where there is one), ``period_error``, ``epoch``, ``amplitude``, ``runner_up``,
    ``runner_up_gap`` and ``period_flag`` (see `sklearn_vartl.periodogram.period_table`), ``novelty``
    where the model tells how unlike its training stars a star is, ``set`` (with
    `alpha`: the classes that are possible, joined by ``|``), ``p_max`` and ``p_<class>``. A star without
    a class has no period and no probabilities, one of a class without period (NONVAR, QSO) no
    period.

    A row group that cannot be read is reported and passed over; a later call tries it again.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import pyarrow.parquet as pq
    >>> from sklearn_vartl import (
    ...     LightCurveFeatures, TransferMLPClassifier, classify_catalog, make_transfer_pipeline,
    ...     write_light_curves)
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> X = simulate_survey(24, "asas", classes=["RRAB", "MIRA"], random_state=0)
    >>> model = make_transfer_pipeline(
    ...     LightCurveFeatures(["amplitude", "shape_period"]),
    ...     TransferMLPClassifier((8,), n_estimators=1, min_steps=20, random_state=0))
    >>> model = model.fit(X, X.labels)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     folder = pathlib.Path(folder)
    ...     write_light_curves(X, folder / "stars.parquet")
    ...     report = classify_catalog(model, folder / "stars.parquet", folder / "classes.parquet")
    ...     table = pq.read_table(folder / "classes.parquet")
    >>> report.n_stars, report.complete
    (24, True)
    >>> table.column_names
    ['object_id', 'label', 'period', 'significance', 'n_points', 'flag',
     'period_error', 'epoch', 'amplitude', 'runner_up', 'runner_up_gap', 'period_flag', 'novelty',
     'p_max', 'p_MIRA', 'p_RRAB']
    """
    if not isinstance(batch_size, Integral) or isinstance(batch_size, bool) or batch_size < 1:
        raise ValueError(f"batch_size must be a positive integer, got {batch_size!r}")
    if isinstance(priors, str) and priors == "em":
        raise ValueError(
            "priors='em' needs all stars at once: use classify, or give the shares that "
            "estimate_priors finds in a sample"
        )
    classifier = StarClassifier(
        model,
        n_jobs,
        classes=classes,
        exclude=exclude,
        priors=priors,
        abstain=abstain,
        purity=purity,
        alpha=alpha,
    )
    run = Run(
        classifier, source, Path(output), batch_size=int(batch_size), columns=columns, points=points
    )
    return run(resume=resume, verbose=verbose)
