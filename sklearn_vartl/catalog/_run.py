"""One run over a catalogue: plan, parts, end."""

import shutil
from collections import Counter

from .._progress import progress_bar
from ._manifest import describe_run, differences, read_manifest, write_manifest
from ._parts_on_disk import (
    merge_parts,
    part_path,
    read_about,
    remove_unfinished,
    write_part,
)
from ._reading import light_curves_of, read_parts
from ._report import summed
from ._source import describe_file, find_files
from ._tables import arrow_table, output_schema


class Run:
    """What `classify_catalog` does; see there for the parameters."""

    def __init__(self, classifier, source, output, *, batch_size, columns, points):
        self.classifier = classifier
        self.output, self.columns, self.points = output, columns, points
        self.one_file = output.suffix in (".parquet", ".pq")
        self.folder = output.with_name(output.name + ".parts") if self.one_file else output
        self.files = [
            describe_file(name, path, batch_size, columns, classifier.passthrough)
            for name, path in find_files(source, output).items()
        ]
        readable = [file for file in self.files if file.problem is None]
        if not readable:
            raise ValueError(f"{self.files[0].path}: {self.files[0].problem}")
        self.schema = output_schema(classifier, [file.layout for file in readable])
        self.manifest = describe_run(classifier.model, self.files, batch_size, columns, points)

    def __call__(self, *, resume, verbose):
        """Do what is not done yet; return the CatalogReport."""
        done = read_about(self.output) if self.one_file and resume else None
        if done is not None and done["manifest"] == self.manifest and not done["broken"]:
            return summed(self.output, [done])
        self._prepare(resume)
        accounts = self._accounts()
        with _progress(self, accounts, verbose) as bar:
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
                # A part of which something could not be read is tried again.
                if path.exists() and (about := read_about(path)) and not about["broken"]:
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
        X, unreadable = light_curves_of(table, self.columns, self.points)
        columns = self.classifier(X)
        columns["flag"][unreadable] = "unreadable row"
        flags = Counter(columns["flag"].tolist())
        flags.pop("", None)
        classes = Counter(str(label) for label in columns["label"] if label is not None)
        about = {"n_stars": len(X), "classes": dict(classes), "flags": dict(flags)}
        several = len(self.files) > 1
        return arrow_table(self.schema, columns, table, rows, file, several), about

    def _finish(self, accounts):
        report = summed(self.output, [accounts[key] for key in sorted(accounts)])
        report.broken.extend(f"{f.name}: {f.problem}" for f in self.files if f.problem is not None)
        if self.one_file:
            about = {
                "manifest": self.manifest,
                "n_stars": report.n_stars,
                "classes": report.classes,
                "flags": report.flags,
                "broken": report.broken,
            }
            paths = [part_path(self.folder, *key) for key in sorted(accounts)]
            merge_parts(paths, self.schema, self.output, about)
            if not report.broken:
                shutil.rmtree(self.folder)
        return report


def _progress(run, accounts, verbose):
    total = sum(file.n_stars for file in run.files)
    known = {(n, part.number): part.n_stars for n, f in enumerate(run.files) for part in f.parts}
    # Stars that were done before count as done, and not in the rate.
    initial = sum(known[key] for key in accounts)
    return progress_bar(
        total=total,
        initial=initial,
        unit="star",
        desc="classify",
        visible=verbose,
        smoothing=0.05,
    )
