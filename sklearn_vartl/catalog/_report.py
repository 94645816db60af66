"""What became of a run over a catalogue."""

from dataclasses import dataclass, field
from pathlib import Path


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

    Examples
    --------
    >>> from sklearn_vartl.catalog import CatalogReport
    >>> report = CatalogReport("classes.parquet", 10, {"RRAB": 8}, {"too few usable points": 2})
    >>> report.n_classified, report.complete
    (8, False)
    """

    output: Path
    n_stars: int
    classes: dict = field(default_factory=dict)
    flags: dict = field(default_factory=dict)
    broken: list = field(default_factory=list)

    @property
    def n_classified(self):
        """Stars with a class."""
        return self.n_stars - sum(self.flags.values())

    @property
    def complete(self):
        """Whether everything was read and every star has a class."""
        return not self.broken and not self.flags


def summed(output, parts):
    """One report of all parts: each the dict that its file carries (see `_parts_on_disk`)."""
    n_stars, classes, flags, broken = 0, {}, {}, []
    for part in parts:
        n_stars += part["n_stars"]
        for total, counts in ((classes, part["classes"]), (flags, part["flags"])):
            for name, count in counts.items():
                total[name] = total.get(name, 0) + count
        broken += part["broken"]
    return CatalogReport(output, n_stars, dict(sorted(classes.items())), flags, broken)
