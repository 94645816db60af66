"""Files of light curves, by their contents."""

import os
import re
import tempfile
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from .._files import complete_path
from .._validation import warn_user
from ..light_curves import LightCurves, concatenate, tell
from ._arrow import read_parquet, write_parquet
from ._compressed import BROKEN, head_of, is_archive, unpack, unpacked
from ._names import PASSBANDS, NoLightCurves, are_bands, named_by_bands
from ._tables import (
    read_ascii,
    read_fits,
    read_json,
    read_qdp,
    read_snana,
    read_votable,
)
from ._text import read_index, read_latex, read_text, read_vsnet, write_csv, write_text

_FORMATS = ("parquet", "csv", "text", "fits", "votable", "ecsv", "ipac", "cds", "json")
_WRITERS = {"parquet": write_parquet, "csv": write_csv, "text": write_text}
_FORMAT_OF_SUFFIX = {
    ".parquet": "parquet",
    ".parq": "parquet",
    ".pq": "parquet",
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **dict.fromkeys((".fits", ".fit", ".fts"), "fits"),
    **dict.fromkeys((".vot", ".votable", ".xml"), "votable"),
    ".ecsv": "ecsv",
    ".tbl": "ipac",
    ".qdp": "qdp",
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), "json"),
    **dict.fromkeys((".dat", ".txt", ".lc", ".mjd", ".time", ".tab", ".asc", ".ascii"), "text"),
}
# Beside the files of a folder: identifier, file, label, survey and per-star columns of each star.
_INDEX = "stars.csv"
_IS_LATEX = re.compile(rb"(?m)^[^%\n]*\\begin\{(?:tabular|longtable|deluxetable)")
_IS_QDP = re.compile(rb"(?im)^\s*read\s+[st]err(?:\s+\d+)+\s*$")
_DAMAGED = (TypeError, ValueError, OverflowError, *(each for each in BROKEN if each is not OSError))


def read_light_curves(
    path: str | os.PathLike,
    *,
    format: str | None = None,
    columns: Mapping | str | None = None,
) -> LightCurves:
    """Read light curves from files.

    Parameters
    ----------
    path : str or path-like
        A Parquet file (one row a star with list columns, or one row a point), a table of text with
        one row a point (``.csv``, ``.tsv``, ``.dat``, ``.txt``..., also compressed; separators,
        comments, header and encoding are found out), JSON (rows, or one a line, as brokers answer), or
        a folder of such files; a HATS catalogue.
        With astropy: FITS, VOTable, ECSV, IPAC and CDS tables (of these also with the ``ReadMe``
        beside them) with one row a point, or one row a star with arrays in its columns. A table
        without identifiers is one star, called by the file's name.
    format : {"parquet", "csv", "text", "fits", "votable", "ecsv", "ipac", "cds", "json"}, default=None
        None: by the contents. A folder is of the format of the files it holds.
    columns : mapping of str to str, or str, default=None
        Column names by role, or the name of a survey's preset, see `LightCurves.from_any`. None or
        "auto": the layout of a survey where the columns are unmistakably its own, else columns by
        their usual names; without a header time, magnitude and error by their places.
        ``X.provenance`` says what was decided.

    Returns
    -------
    LightCurves
        Columns with one value a star that play no role are in `table`.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If its contents are no light curves; the message names the file and what is wrong.

    See Also
    --------
    write_light_curves : The way back. Parquet keeps everything.

    Examples
    --------
    >>> from sklearn_vartl.light_curves import (
    ...     LightCurves, read_light_curves, write_light_curves)
    >>> import tempfile, pathlib
    >>> X = LightCurves([0.0, 1.0], [15.1, 15.3], ids=["a"], labels=["RRAB"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "stars.parquet"
    ...     write_light_curves(X, path)
    ...     read_light_curves(path) == X
    True
    """
    X = read_untold(path, format=format, columns=columns)
    tell(X)
    return X


def read_untold(path, *, format=None, columns=None):
    """What `read_light_curves` reads, of which `tell` says later what looks like a mistake."""
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file or folder {path}")
    _check_format(format)
    try:
        if path.suffix == ".vartl":
            raise NoLightCurves("this is a model, where light curves are due")
        read = _of_folder if path.is_dir() else _of_archive if is_archive(path) else _of_file
        X = read(path, format, columns)
    except _DAMAGED as error:
        kind = NoLightCurves if isinstance(error, NoLightCurves) else ValueError
        raise kind(f"{path}: {error}") from error
    return X


def write_light_curves(
    X: LightCurves, path: str | os.PathLike, *, format: str | None = None
) -> None:
    """Write light curves to files.

    A file appears under its name only when it is complete.

    Parameters
    ----------
    X : LightCurves
    path : str or path-like
        File, or folder for the format "text".
    format : {"parquet", "csv", "text"}, default=None
        None: by the name; a name without suffix is a folder of text files. Parquet keeps
        everything. CSV and text lose time scale and zero, and turn identifiers into text; CSV
        repeats per-star columns on each row.

    Raises
    ------
    TypeError
        If `X` is not `LightCurves`.
    ValueError
        If the format cannot hold `X`: CSV and text need distinct identifiers.
    OSError
        If the file cannot be written.

    See Also
    --------
    read_light_curves : The way back.

    Examples
    --------
    >>> from sklearn_vartl.light_curves import LightCurves, write_light_curves
    >>> import tempfile, pathlib
    >>> X = LightCurves([0.0, 1.0], [15.1, 15.3], ids=["a"], labels=["RRAB"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "stars.csv"
    ...     write_light_curves(X, path)
    ...     print(path.read_text().splitlines()[0])
    object_id,label,time,mag
    """
    if not isinstance(X, LightCurves):
        raise TypeError(
            f"Only LightCurves are written, got {type(X).__name__}: use LightCurves.from_any"
        )
    path = Path(path)
    format = _format_to_write(path, format)
    if format not in _WRITERS:
        raise ValueError(f"{format} is only read; write one of {', '.join(_WRITERS)}")
    if format == "text":
        _WRITERS[format](X, path)
        return
    with complete_path(path) as part:
        _WRITERS[format](X, part)


def _check_format(format):
    if format is not None and format not in _FORMATS:
        raise ValueError(f"format must be one of {', '.join(_FORMATS)}, got {format!r}")


def _format_to_write(path, format):
    _check_format(format)
    known = format or _of_suffixes(path)
    if known is None and path.suffix:
        raise ValueError(
            f"the format is not told by the suffix {path.suffix!r}; say format=, one of "
            f"{', '.join(_WRITERS)}"
        )
    return known or "text"


def _of_suffixes(path):
    known = [_FORMAT_OF_SUFFIX[s.lower()] for s in path.suffixes if s.lower() in _FORMAT_OF_SUFFIX]
    return known[-1] if known else None


def _of_contents(path):
    """The format of a file by its first bytes."""
    head = head_of(path)
    if head.startswith((b"PAR1", b"PARE")):
        return "parquet"
    if head.startswith((b"SIMPLE  =", b"XTENSION=")):
        return "fits"
    start = head[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"<?xml", b"<VOTABLE", b"<votable", b"<!DOCTYPE VOTABLE")):
        return "votable"
    if start.startswith(b"# %ECSV"):
        return "ecsv"
    if re.match(rb"\[\s*\{\s*[\"}]|\{\s*\"", start):
        return "json"
    if re.search(rb"Byte-by-byte Description of file", head):
        return "cds"
    if _IS_LATEX.search(head):
        return "latex"
    if _IS_QDP.search(head):
        return "qdp"
    if re.search(rb"(?m)^VARLIST:", head) and re.search(rb"(?m)^OBS:", head):
        return "snana"
    if _IS_VSNET.match(head):
        return "vsnet"
    lines = [line for line in head.splitlines()[:3000] if line.strip()]
    first = next((line for line in lines if not line.startswith(b"\\")), b"")
    # Names, types, units and nulls; more lines between bars are a table of text.
    barred = sum(line.startswith(b"|") for line in lines[:100])
    if first.startswith(b"|") and first.rstrip().endswith(b"|") and barred <= 4:
        return "ipac"
    return "text"


# "UGEM 20041203.456 <142 Mhh".
_IS_VSNET = re.compile(
    # A star's name is no number: that is the time of a flux of as many digits as a date.
    rb"(?:#.*\n|\s*\n)*(?![+-]?\d*\.\d*[ \t])[^\s,;#]+[ \t]+(?:19|20)?\d{6}\.\d+"
    rb"[ \t]+<?[\d.]+:?[A-Za-z]*[ \t]+[A-Za-z]\S*"
)

_READERS = {
    "parquet": read_parquet,
    "fits": read_fits,
    "votable": read_votable,
    "json": read_json,
    "latex": read_latex,
    "qdp": read_qdp,
    "snana": read_snana,
    "vsnet": read_vsnet,
    "text": read_text,
}


def _of_file(path, format, columns):
    told = _of_suffixes(path)
    if format in (None, "csv", "text"):
        try:
            found = _of_contents(path)
        except ValueError:
            if told in (None, "csv", "text"):
                raise
            # The reader of the format says what is wrong.
            found = told
        format = told if found == "text" and told not in (None, "ipac") else found
    if format in ("text", "cds") and (readme := _description(path)) is not None:
        return read_ascii(path, columns, "cds", readme=readme)
    if format in ("ecsv", "ipac", "cds"):
        return read_ascii(path, columns, format, unpacked(path, format.upper()))
    return _READERS.get(format, read_text)(path, columns)


def _of_archive(path, format, columns):
    """The light curves of the files of an archive, as of a folder."""
    with tempfile.TemporaryDirectory() as folder:
        # What is said of the folder names the archive.
        whole = Path(folder) / path.name
        whole.mkdir()
        return _of_folder(unpack(path, whole), format, columns)


def _description(path):
    """The ReadMe beside a table of the CDS, if it describes this file."""
    readme = path.with_name("ReadMe")
    if not readme.is_file():
        return None
    text = readme.read_text(encoding="utf-8", errors="replace")
    told = re.findall(r"(?m)^Byte-by-byte Description of file: *(.*)$", text)
    names = " ".join(told).replace(",", " ").split()
    return readme if any(fnmatch(path.name, name) for name in names) else None


def _of_folder(path, format, columns):
    if (path / _INDEX).exists() and format in (None, "text", "csv"):
        return _of_index(path, columns)
    files = _files_of(path, format)
    if parts := _parts_of(files, path):
        return read_parquet(path, columns, parts)
    # Those of Parquet are found in all folders below.
    below = [] if any(_of_suffixes(f) == "parquet" for f in files) else _files_below(path, format)
    if files and below:
        folders = sorted({file.relative_to(path).parts[0] for file in below})
        _tell_passed(folders, path, "are folders with more files")
    files = files or _distinct(below, path)
    if not files and format in (None, "text", "csv"):
        files = _without_suffix(path)
    if not files:
        raise NoLightCurves(
            "no files ending in .dat, .txt, .lc, .csv, .parquet, .fits or another suffix of light "
            "curves"
        )
    sets = _of_each(files, path, format, columns)
    _tell_odd_ones(sets, path)
    _refuse_units(sets)
    if len({X.quantity for X in sets}) > 1:
        one, other = (
            next(str(X.ids[0]) for X in sets if X.quantity == q and len(X)) for q in ("mag", "flux")
        )
        raise ValueError(
            f"{one} holds magnitudes and {other} fluxes: keep them in folders of their own"
        )
    X = concatenate(sets)
    _tell_repeated(X, sets)
    if len(sets) == len(X) and (doubt := _tell_bands(X.ids.astype(str))) is not None:
        X._doubts += (doubt,)
    return X


def _of_each(files, path, format, columns):
    """The light curves of each file of a folder that holds some; the others are told."""
    sets, passed = [], {}
    for file in files:
        try:
            sets.append(_of_file(file, format, columns))
        except NoLightCurves as error:
            passed[str(file.relative_to(path))] = error
        except _DAMAGED as error:
            raise ValueError(f"{file.relative_to(path)}: {error}") from error
    if not sets:
        name, reason = next(iter(passed.items()))
        raise NoLightCurves(f"{name}: {reason}") from reason
    if passed:
        why = "hold no light curves"
        if any("label" in Path(name).stem.lower() for name in passed):
            why += " (a table of labels is given by itself, as labels= or --labels)"
        _tell_passed(list(passed), path, why)
    return sets


def _tell_passed(names, path, why):
    shown = ", ".join(names[:5]) + (" and more" if len(names) > 5 else "")
    warn_user(f"Passed over {shown} in {path.resolve().name}, which {why}")


def _refuse_units(sets):
    """Refuse files whose fluxes are in different units."""
    first = {}
    for X in sets:
        unit = re.search(r"flux <- [^;]*?\((n?u?m?Jy)\)", X.provenance or "")
        if len(X):
            first.setdefault(unit and unit[1], str(X.ids[0]))
    if len(first) > 1 and sets[0].quantity == "flux":
        (one, star), (other, second) = list(first.items())[:2]
        raise ValueError(
            f"the fluxes of {star} are in {one or 'an unknown unit'}, those of {second} in "
            f"{other or 'an unknown one'}: keep them in folders of their own"
        )


def _tell_repeated(X, sets):
    """Warn of stars that are in several files, as the sectors of a spacecraft are."""
    if len(sets) < 2:
        return
    ids, counts = np.unique(X.ids.astype(str), return_counts=True)
    several = np.flatnonzero(counts > 1)
    if len(several):
        star = str(ids[several[0]])
        warn_user(
            f"{len(several)} star{'s are' if len(several) > 1 else ' is'} in several files, each read as a light "
            f"curve of its own (first: {star!r}, {counts[several[0]]} times): for one light curve a star write its "
            "points to one file",
        )


_BAND_BEHIND = re.compile(r"(.+)[_. -]([A-Za-z]\w?)")


def _tell_bands(names):
    """Warn of files such as V1_I and V1_V, of one star in several bands."""
    if are_bands(names):
        return named_by_bands(list(names))
    parts = [_BAND_BEHIND.fullmatch(name) for name in names]
    if not all(part and part[2].lower() in PASSBANDS for part in parts):
        return None
    stars, counts = np.unique([part[1] for part in parts], return_counts=True)
    if (counts > 1).any():
        star = stars[counts > 1][0]
        own = ", ".join(name for name, part in zip(names, parts, strict=True) if part[1] == star)
        warn_user(
            f"Each file is read as a star of its own, and their names end with bands ({own}): read the files of one "
            "band, or write a table with columns that name star and band",
        )
    return None


def _tell_odd_ones(sets, path):
    """Warn of files without a header that have other columns than most: catalogues, perhaps."""
    columns = [re.search(r"left over: [^;]*|$", X.provenance or "")[0] for X in sets]
    usual = max(columns, key=columns.count)
    odd = [
        str(X.ids[0])
        for X, own in zip(sets, columns, strict=True)
        if own != usual and len(X) and "the file has no header" in X.provenance
    ]
    if 0 < len(odd) < len(sets) / 2:
        warn_user(
            f"{', '.join(odd[:5])}{' and more' if len(odd) > 5 else ''} in {path.resolve().name} have other "
            "columns than the other files: take them out of the folder where they are no light curves",
        )


def _files_below(path, format):
    """The files of the folders below a folder; what cannot be opened is passed over, with a warning."""
    closed, files = [], []
    for root, folders, _ in os.walk(path, onerror=lambda error: closed.append(error.filename)):
        folders[:] = sorted(name for name in folders if name[0] not in "._")
        if Path(root) != path:
            files += _files_of(Path(root), format)
    if closed:
        _tell_passed(
            [str(Path(name).relative_to(path)) for name in closed], path, "cannot be opened"
        )
    return files


def _distinct(files, path):
    """Files of several folders, none of which has the name of another one."""
    names = {}
    for file in files:
        other = names.setdefault(file.name, file)
        if other is not file:
            raise ValueError(
                f"{other.parent.relative_to(path)} and {file.parent.relative_to(path)} both hold a "
                f"{file.name}: of two bands, or of two stars? Read these folders one by one"
            )
    return files


def _files_of(path, format):
    """The files of a folder that may hold light curves, all of one format."""
    if format in (None, "parquet"):
        hats = any((path / name).exists() for name in ("hats.properties", "properties", "dataset"))
        below = sorted((path / "dataset" if (path / "dataset").is_dir() else path).rglob("*"))
        parquet = [f for f in below if _of_suffixes(f) == "parquet" and is_data_file(f, path)]
        if hats or path.name == "dataset":
            parquet = [file for file in parquet if "Npix=" in str(file)] or parquet
        if parquet:
            if format is None and not hats:
                _tell_of_another_format(path)
            return parquet
    kinds = _by_kind(path)
    if format is not None:
        wanted = "text" if format in ("csv", "text", "ipac", "ecsv", "cds") else format
        return kinds.get(wanted, [])
    most = max(kinds, key=lambda kind: len(kinds[kind]), default=None)
    others = [file.name for kind, files in kinds.items() if kind != most for file in files]
    if others:
        # Tables of labels beside FITS files; the many are the light curves.
        if len(kinds[most]) < 2 * len(others):
            shown = ", ".join(f"{len(files)} of {kind}" for kind, files in kinds.items())
            raise ValueError(f"the folder holds files of several formats ({shown}): say format=")
        _tell_passed(others, path, "is of another format")
    return kinds.get(most, [])


def _by_kind(path):
    """Files of a folder by what their names say they are."""
    kinds = {}
    for file in sorted(path.iterdir()):
        kind = (
            _of_suffixes(file) if file.is_file() and not file.name.startswith((".", "_")) else None
        )
        if kind is not None and re.match(r"(?i)(readme|licen[cs]e)", file.name) is None:
            kind = "text" if kind in ("csv", "ipac", "ecsv") else kind
            kinds.setdefault(kind, []).append(file)
    return kinds


def _tell_of_another_format(path):
    """Name what may be light curves beside those in Parquet; a table of labels is none."""
    others = [
        file.name
        for kind, files in _by_kind(path).items()
        for file in files
        if kind != "parquet" and re.search(r"(?i)label|class|target|catalog", file.name) is None
    ]
    if others:
        why = "are of another format than the Parquet files there"
        _tell_passed(others, path, why)


# Folders of HATS catalogues, by places in the sky.
_PIXELS = {"Norder", "Dir", "Npix"}


def _parts_of(files, path):
    """Columns in the names of the folders of a Parquet table in parts, as in "object_id=17/part-0.parquet"."""
    names = [part.partition("=")[0] for f in files for part in f.relative_to(path).parts[:-1]]
    parted = all("=" in part for f in files for part in f.relative_to(path).parts[:-1])
    return [] if not parted or _PIXELS & set(names) else list(dict.fromkeys(names))


# Suffixes of what lies beside light curves.
_NO_LIGHT_CURVES = re.compile(
    r"(?i)\.(md|rst|py|ipynb|sh|html?|pdf|png|jpe?g|gif|svg|ps|eps|log|ya?ml|toml|ini|cfg|tex|npz?|h5|hdf5?|"
    r"pickle|pkl|joblib|db|sqlite|xlsx?|ods|docx?|feather|properties|vartl|pt|onnx|tar|tgz|bak|tmp|part|md5|sha\d+)$|~$"
)
_ASIDE = re.compile(r"(?i)(readme|licen[cs]e|copying|makefile|changelog|notes?)\b")


def _without_suffix(path):
    """Files of text with suffixes of their own, or none, as ASAS has them ("000006+2553.2")."""
    found = []
    for file in sorted(path.iterdir()):
        name = re.sub(r"\.(gz|bz2|xz|zst|zip)$", "", file.name)
        aside = _NO_LIGHT_CURVES.search(name) or _ASIDE.match(name) or name[0] in "._"
        if file.is_file() and not aside and file.stat().st_size and b"\0" not in head_of(file):
            found.append(file)
    return found


def is_data_file(file, root):
    """Whether a file below a folder is data: no metadata, nothing being written, no thumbnail of a HATS catalogue."""
    hidden = any(part[0] in "._" for part in file.relative_to(root).parts)
    return not hidden and file.is_file() and file.name != "data_thumbnail.parquet"


def _of_index(path, columns):
    index = read_index(path / _INDEX)
    sets = []
    for name in index.pop("file"):
        try:
            sets.append(_of_file(path / name, "text", columns))
        except _DAMAGED as error:
            raise ValueError(f"{name}: {error}") from error
    per_star = {"ids": index.pop("object_id"), "labels": index.pop("label", None)}
    if not sets:
        raise NoLightCurves(f"{_INDEX} names no file")
    X = concatenate(sets)
    if len(X) != len(per_star["ids"]):
        raise ValueError(f"the files hold {len(X)} stars, {_INDEX} names {len(per_star['ids'])}")
    return X.replace(**per_star, survey=index.pop("survey", X.survey), table=index or None)
