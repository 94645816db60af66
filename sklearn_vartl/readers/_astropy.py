"""FITS, VOTable, ECSV, IPAC and CDS tables, read with astropy."""

import warnings
from contextlib import contextmanager

import numpy as np

from ..light_curves import concatenate, plain_array
from ._columns import NoLightCurves, resolve
from ._stars import id_in
from ._tables import columns_of, from_table, vectors_of
from ._text import stem_of
from ._units import MJD
from ._wide import wide_preset

_REFERENCE = {"BARYCENTER": "bjd_", "SOLARSYSTEM": "bjd_", "HELIOCENTER": "hjd_"}
_KINDS = {"ecsv": "ECSV", "ipac": "IPAC", "cds": "CDS", "mrt": "MRT"}


def read_fits(path, columns):
    """Light curves of the tables of a FITS file."""
    return _of_tables(_fits_tables(path), columns, path)


def read_votable(path, columns):
    """Light curves of the tables of a VOTable file."""
    return _of_tables(_votable_tables(path), columns, path)


def read_ascii(path, columns, kind, source=None):
    """Light curves of a file of text that describes its own columns.

    Parameters
    ----------
    path : Path
    columns : mapping, str or None
    kind : {"ecsv", "ipac", "cds", "mrt"}
    source : str, default=None
        The text, where the file is compressed; None: astropy reads the file.
    """
    with _quiet(_KINDS[kind]):
        from astropy.table import Table

        table = Table.read(str(path) if source is None else source, format=f"ascii.{kind}")
    return _of_tables([(path.name, table, {})], columns, path)


def _of_tables(tables, columns, path):
    """The light curves of all tables of a file that hold any."""
    if not tables:
        raise NoLightCurves("the file holds no table")
    chosen = tables
    if len(tables) > 1:
        chosen = [each for each in tables if _holds_light_curves(each[1], columns)]
    if not chosen:
        there = "; ".join(f"{name}: {', '.join(table.colnames)}" for name, table, _ in tables)
        raise NoLightCurves(f"no table holds time and magnitude or flux; the columns are {there}")
    chosen, remark = _versions_of_one(chosen)
    stem = stem_of(path)
    sets = []
    for number, (_, table, about) in enumerate(chosen):
        default = stem if len(chosen) == 1 else f"{stem}_{number}"
        # A preset knows its survey's time frame better than a header.
        about = {} if isinstance(columns, str) and columns != "auto" else about
        star = id_in(table.meta)
        sets.append(from_table(table, columns, about, str(default if star is None else star)))
    X = concatenate(sets)
    return X.replace(provenance=f"{X.provenance}; {remark}") if remark else X


def _versions_of_one(tables):
    """The first of several tables with the same columns and the same times: they are of one star."""
    if len(tables) < 2 or any(t.colnames != tables[0][1].colnames for _, t, _ in tables):
        return tables, None
    first = tables[0][1]
    if len({len(table) for _, table, _ in tables}) > 1 or vectors_of(columns_of(first)):
        return tables, None
    clock = first.colnames[0] if first.colnames[0].upper() in ("T", "TIME") else None
    clock = clock or next((n for n in first.colnames if n.upper() in ("T", "TIME")), None)
    if clock is None or len(first) < 3 or getattr(first[clock], "ndim", 1) != 1:
        return tables, None
    times = [plain_array(table[clock]) for _, table, _ in tables]
    if times[0].dtype.kind != "f" or not all(
        np.array_equal(times[0], each, equal_nan=True) for each in times[1:]
    ):
        return tables, None
    names = ", ".join(name for name, _, _ in tables[1:4])
    return tables[:1], (
        f"the first of {len(tables)} light curves of the same star, {tables[0][0]}, and not {names}"
        f"{' and more' if len(tables) > 4 else ''}"
    )


def _holds_light_curves(table, columns):
    vectors = vectors_of(columns_of(table))
    if wide_preset(vectors or table.colnames, columns) is not None:
        return True
    stars = [name for name in table.colnames if name not in vectors]
    try:
        resolve(vectors or table.colnames, stars if vectors else table.colnames, columns)
    except NoLightCurves:
        # Of what could be several columns, the reading itself complains.
        return False
    return True


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
