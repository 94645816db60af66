"""Files of light curves, by format."""

import os
import zlib
from pathlib import Path

from .._files import refuse_device
from ..light_curves import LightCurves
from ._arrow import read_parquet, write_parquet
from ._astropy import FITS_SUFFIXES, VOTABLE_SUFFIXES, is_ecsv, read_ecsv, read_fits, read_votable
from ._text import SUFFIXES, read_csv, read_text, write_csv, write_text


def _read_csv(path, columns):
    # Gaia's files of light curves are named .csv.gz and are ECSV.
    return read_ecsv(path, columns) if is_ecsv(path) else read_csv(path, columns)


_READERS = {
    "parquet": read_parquet,
    "csv": _read_csv,
    "text": read_text,
    "fits": read_fits,
    "votable": read_votable,
    "ecsv": read_ecsv,
}
_WRITERS = {"parquet": write_parquet, "csv": write_csv, "text": write_text}
_FORMAT_OF_SUFFIX = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".ecsv": "ecsv",
    **dict.fromkeys(FITS_SUFFIXES, "fits"),
    **dict.fromkeys(VOTABLE_SUFFIXES, "votable"),
    **dict.fromkeys(SUFFIXES, "text"),
}


def read_light_curves(path, *, format=None, columns=None):
    """Read light curves from files.

    Parameters
    ----------
    path : str or path-like
        A Parquet file or folder of them (one row a star with list columns, or one row a point), a
        CSV table with one row a point (``.csv``, ``.tsv``, also compressed as ``.csv.gz``), a text
        file of one star (``.dat``, ``.txt``, ``.lc``), or a folder of such files. With astropy:
        FITS (``.fits``), VOTable (``.vot``, ``.xml``) and ECSV tables with one row a point, or one
        row a star with arrays in its columns; a table without identifiers is one star.
    format : {"parquet", "csv", "text", "fits", "votable", "ecsv"}, default=None
        None: by the name; a folder is of the format of the files it holds.
    columns : mapping of str to str, or str, default=None
        Column names by role, or the name of a survey's preset, see `LightCurves.from_any`. Text
        files without a header have the columns "time", "mag", "magerr".

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
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file or folder {path}")
    try:
        return _READERS[_format(path, format)](path, columns)
    except (TypeError, ValueError, OverflowError, EOFError, zlib.error) as error:
        raise ValueError(f"{path}: {error}") from error


def write_light_curves(X, path, *, format=None):
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
    format = _format(path, format)
    if format not in _WRITERS:
        raise ValueError(f"{format} is only read; write one of {', '.join(_WRITERS)}")
    if format == "text":
        _WRITERS[format](X, path)
        return
    refuse_device(path)
    # The suffix stays last: it tells pandas how to compress.
    part = path.with_name(".part-" + path.name)
    try:
        _WRITERS[format](X, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _format(path, format):
    if format is not None:
        if format not in _READERS:
            raise ValueError(f"format must be one of {', '.join(_READERS)}, got {format!r}")
        return format
    if path.is_dir():
        if any(file.suffix in (".parquet", ".pq") for file in path.rglob("*")):
            return "parquet"
        formats = {_of_suffixes(file) for file in path.iterdir()} & {"fits", "votable"}
        return formats.pop() if len(formats) == 1 else "text"
    found = _of_suffixes(path)
    if found is not None:
        return found
    if not path.suffix:
        return "text"
    raise ValueError(
        f"the format is not told by the suffix {path.suffix!r}; say format=, one of "
        f"{', '.join(_READERS)}"
    )


def _of_suffixes(path):
    known = [_FORMAT_OF_SUFFIX[s.lower()] for s in path.suffixes if s.lower() in _FORMAT_OF_SUFFIX]
    return known[-1] if known else None
