"""FITS, VOTable and ECSV files, read with astropy."""

import warnings
from contextlib import contextmanager

from ..light_curves import concatenate
from ._columns import resolve
from ._presets import MJD
from ._stars import from_stars, id_in
from ._tables import columns_of, from_table, vectors_of
from ._wide import is_wide

FITS_SUFFIXES = (".fits", ".fit", ".fts")
VOTABLE_SUFFIXES = (".vot", ".votable", ".xml")
_REFERENCE = {"BARYCENTER": "bjd_", "SOLARSYSTEM": "bjd_", "HELIOCENTER": "hjd_"}


def read_fits(path, columns):
    """Light curves of the tables of a FITS file, or of the files of a folder."""
    return _of_folder(path, FITS_SUFFIXES, columns, _fits_tables)


def read_votable(path, columns):
    """Light curves of the tables of a VOTable file, or of the files of a folder."""
    return _of_folder(path, VOTABLE_SUFFIXES, columns, _votable_tables)


def read_ecsv(path, columns):
    """Light curves of an ECSV file, whose columns may hold arrays."""
    return _of_tables(_ecsv_tables(path), columns, path)


def is_ecsv(path):
    """Whether a file of text, maybe compressed, starts as ECSV files do."""
    import gzip
    import zlib

    with path.open("rb") as file:
        start = file.read(2)
    try:
        with (gzip.open if start == b"\x1f\x8b" else open)(path, "rb") as file:
            return file.read(7) == b"# %ECSV"
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"not readable: {error}") from error


def _of_folder(path, suffixes, columns, tables):
    if not path.is_dir():
        return _of_tables(tables(path), columns, path)
    files = sorted(file for file in path.iterdir() if _is_of(file, suffixes))
    if not files:
        raise ValueError(f"no files ending in {', '.join(suffixes)}")
    sets = []
    for file in files:
        try:
            sets.append(_of_tables(tables(file), columns, file))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{file.name}: {error}") from error
    return concatenate(sets)


def _is_of(file, suffixes):
    return any(suffix.lower() in suffixes for suffix in file.suffixes[-2:])


def _of_tables(tables, columns, path):
    """The light curves of all tables of a file that hold any."""
    if not tables:
        raise ValueError("the file holds no table")
    chosen = tables
    if len(tables) > 1:
        chosen = [each for each in tables if _holds_light_curves(each[1], columns)]
    if not chosen:
        there = "; ".join(f"{name}: {', '.join(table.colnames)}" for name, table, _ in tables)
        raise ValueError(f"no table holds time and magnitude or flux; the columns are {there}")
    stem = path.name.split(".")[0]
    sets = []
    for number, (_, table, about) in enumerate(chosen):
        default = stem if len(chosen) == 1 else f"{stem}_{number}"
        # A preset knows its survey's time frame better than a header.
        about = {} if isinstance(columns, str) else about
        sets.append(_of_one_table(table, columns, about, default))
    return concatenate(sets)


def _holds_light_curves(table, columns):
    try:
        _resolved(table, columns)
    except ValueError:
        return False
    return True


def _resolved(table, columns):
    vectors = vectors_of(columns_of(table))
    if is_wide(table.colnames, columns):
        return None
    stars = [name for name in table.colnames if name not in vectors]
    return resolve(vectors or table.colnames, stars if vectors else table.colnames, columns)


def _of_one_table(table, columns, about, default_id):
    found = _resolved(table, columns)
    known = table.colnames if found is None else found.names
    if vectors_of(columns_of(table)) or "id" in known or "source_id" in known:
        return from_table(table, columns, about)
    X = from_stars([table], columns).replace(**about)
    star = id_in(table.meta)
    return X.replace(ids=[default_id if star is None else star])


@contextmanager
def _quiet(kind):
    """Astropy's complaints about units and headers are no concern of ours; a cut file is."""
    try:
        from astropy.utils.exceptions import AstropyWarning
    except ImportError as error:
        raise ImportError(f"{kind} files need astropy: pip install astropy") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyWarning)
        warnings.filterwarnings("error", "File may have been truncated")
        try:
            yield
        except ImportError:
            raise
        except Exception as error:
            # Damaged files raise whatever the parser stumbled over.
            text = str(error).strip().split("\n")[0] or type(error).__name__
            raise ValueError(f"not readable as {kind}: {text}") from error


def _fits_tables(path):
    with _quiet("FITS"):
        from astropy.io import fits
        from astropy.table import Table

        tables = []
        with fits.open(path, memmap=False) as file:
            primary = dict(file[0].header)
            for hdu in file:
                if isinstance(hdu, fits.BinTableHDU | fits.TableHDU):
                    table = Table.read(hdu)
                    header = primary | dict(hdu.header)
                    table.meta = {**header, **table.meta}
                    tables.append((hdu.name or "table", table, _fits_time_frame(header)))
        return tables


def _fits_time_frame(header):
    """Time scale and zero by the keywords of a FITS header."""
    about = {}
    scale = str(header.get("TIMESYS", "")).strip().lower()
    reference = str(header.get("TREFPOS", header.get("TIMEREF", ""))).strip().upper()
    for key, origin in (("BJDREF", 0.0), ("JDREF", 0.0), ("MJDREF", MJD)):
        parts = [header[name] for name in (key, key + "I", key + "F") if name in header]
        if parts:
            about["time_zero"] = origin + float(sum(parts))
            reference = "BARYCENTER" if key == "BJDREF" else reference
            break
    if scale and scale != "local":
        about["time_scale"] = _REFERENCE.get(reference, "") + scale
    return about


def _votable_tables(path):
    with _quiet("VOTable"):
        from astropy.io.votable import parse

        file = parse(path, verify="ignore")
        systems = {system.ID: system for system in file.iter_timesys()}
        tables = []
        for number, element in enumerate(file.iter_tables()):
            if element.fields:
                table = element.to_table(use_names_over_ids=True)
                about = _votable_time_frame(element.fields, systems)
                tables.append((element.name or f"table {number}", table, about))
        return tables


def _votable_time_frame(fields, systems):
    """Time scale and zero by the TIMESYS that a column of times refers to."""
    system = next((systems[field.ref] for field in fields if field.ref in systems), None)
    if system is None:
        return {}
    about = {}
    if system.timeorigin is not None:
        about["time_zero"] = float(system.timeorigin)
    if system.timescale:
        prefix = _REFERENCE.get(str(system.refposition).upper(), "")
        about["time_scale"] = prefix + system.timescale.lower()
    return about


def _ecsv_tables(path):
    with _quiet("ECSV"):
        from astropy.table import Table

        return [(path.name, Table.read(path, format="ascii.ecsv"), {})]
