"""What light curves are turned into: magnitudes, barycentric times, tables of Arrow and pandas; several sets as one."""

import json

import numpy as np

from ._check import told_together
from ._indexing import compress_offsets, offsets_of, segment_median
from ._validation import POINT_COLUMNS, owned


def to_magnitudes(X, reference_flux, min_signal_to_noise):
    """What `LightCurves.to_magnitudes` does."""
    if X.quantity == "mag":
        return X
    median = isinstance(reference_flux, str) and reference_flux == "median"
    zero_flux = _median_flux(X) if median else _zero_flux(reference_flux)
    if X.fluxerr is None:
        return X.replace(mag=owned(magnitude(X.flux, zero_flux)), magerr=None, quantity="mag")
    flux, error = X.flux, X.fluxerr
    with np.errstate(invalid="ignore"):
        faint = flux < min_signal_to_noise * error
    bright = np.where(faint, np.maximum(flux, 0.0) + min_signal_to_noise * error, flux)
    with np.errstate(divide="ignore", invalid="ignore"):
        magerr = 2.5 / np.log(10) * error / bright
    return X.replace(
        mag=owned(magnitude(bright, zero_flux)),
        magerr=owned(magerr),
        limit=owned(faint if X.limit is None else faint | X.limit),
        quantity="mag",
    )


def magnitude(flux, zero_flux):
    """``-2.5 log10(flux / zero_flux)``; NaN where the flux is not positive."""
    positive = np.where(flux > 0, flux, np.nan)
    return -2.5 * np.log10(positive / zero_flux)


def _median_flux(X):
    """Median flux of each point's star, NaN where it is not positive: the flux of a difference."""
    good = np.isfinite(X.flux)
    if X.flag is not None and (good & (X.flag == 0)).any():
        good &= X.flag == 0
    median = segment_median(X.flux[good], compress_offsets(good, X.offsets))
    return np.repeat(np.where(median > 0, median, np.nan), X.n_points)


def _zero_flux(reference_flux):
    if not (np.isreal(reference_flux) and 0 < reference_flux < np.inf):
        raise ValueError(f"reference_flux must be a positive number, got {reference_flux!r}")
    return float(reference_flux)


_CORRECTED = ("hjd", "bjd")


def to_barycentre(X, ra, dec):
    """What `LightCurves.to_barycentre` does."""
    if X.time_zero is None:
        raise ValueError(
            "The Julian date of time zero is unknown; for MJD: X.replace(time_zero=2400000.5)"
        )
    scale = (X.time_scale or "utc").lower()
    if scale.startswith(_CORRECTED):
        raise ValueError(f"The time stamps are {X.time_scale} already")
    directions = unit_vectors(_degrees(X, ra, "ra"), _degrees(X, dec, "dec"))
    finite = np.isfinite(X.time)
    time = X.time.copy()
    direction = np.repeat(directions, X.n_points, axis=0)[finite]
    time[finite] = barycentric(time[finite], X.time_zero, scale, direction)
    return X.replace(time=owned(time), time_scale="bjd_tdb")


def unit_vectors(ra, dec):
    """Directions, shape (n, 3), from right ascension and declination in degrees."""
    ra, dec = np.radians(ra), np.radians(dec)
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)


def barycentric(time, time_zero, scale, direction):
    """Barycentric dynamical time of geocentric time stamps, on the same zero.

    The delay is the Earth's barycentric position along the direction of the star, in light days;
    astropy's built-in ephemeris gives it without any download.
    """
    try:
        from astropy import constants, units
        from astropy.coordinates import get_body_barycentric
        from astropy.time import Time
    except ImportError as error:
        raise ImportError("Barycentric times need astropy: pip install astropy") from error
    clock = Time(time_zero, time, format="jd", scale=scale)
    earth = get_body_barycentric("earth", clock, ephemeris="builtin").xyz
    delay = (direction * (earth / constants.c).to_value(units.day).T).sum(axis=1)
    # Subtracting the zero part by part keeps the precision of short time stamps.
    return (clock.tdb.jd1 - time_zero) + clock.tdb.jd2 + delay


def _degrees(X, values, name):
    if isinstance(values, str):
        if X.table is None or values not in X.table:
            raise ValueError(f"The per-star table has no column {values!r} for {name} in degrees")
        values = X.table[values]
    array = np.asarray(values, dtype=np.float64)
    if array.shape != X.shape:
        raise ValueError(f"{name} has shape {array.shape} for {len(X)} stars")
    bad = ~np.isfinite(array)
    if bad.any():
        star = int(np.argmax(bad))
        raise ValueError(f"Star {X.ids[star]!r} (position {star}) has no {name}")
    outside = np.abs(array) > {"ra": 360.0, "dec": 90.0}[name]
    if outside.any():
        star = int(np.argmax(outside))
        raise ValueError(
            f"Star {X.ids[star]!r} (position {star}) has {name}={array[star]:g}, which is outside the sky in degrees"
        )
    return array


# Where a file of ours records what its columns cannot say.
METADATA_KEY = b"sklearn_vartl.light_curves"


def to_arrow(X):
    """Identifier, label, survey, per-star columns, then a list column of each value of points."""
    import pyarrow as pa

    stars = {name: _array(values, name) for name, values in star_columns(X).items()}
    offsets = pa.array(X.offsets)
    lists = {
        name: pa.LargeListArray.from_arrays(offsets, _array(values, name))
        for name, values in point_columns(X).items()
    }
    both = stars.keys() & lists.keys()
    if both:
        raise ValueError(
            f"The per-star table has columns with the name of a column of points: {both}"
        )
    metadata = {METADATA_KEY: json.dumps(time_frame(X)).encode()}
    return pa.table(stars | lists).replace_schema_metadata(metadata)


def time_frame(X):
    """Time scale and zero, as far as known."""
    about = {"time_scale": X.time_scale, "time_zero": X.time_zero}
    return {name: value for name, value in about.items() if value is not None}


def star_columns(X):
    """Arrays with one value a star, by column name."""
    columns = {"object_id": X.ids}
    if X.labels is not None:
        columns["label"] = X.labels
    if X.survey is not None:
        survey = X.survey
        columns["survey"] = np.full(len(X), survey, object) if isinstance(survey, str) else survey
    return columns | {n: v for n, v in (X.table or {}).items() if n not in columns}


def point_columns(X):
    """Flat arrays with one value a point, by column name."""
    arguments = X._arguments()
    names = {"time": "time", "mag": X.quantity, "magerr": X.quantity + "err"}
    names |= {name: name for name in POINT_COLUMNS}
    return {names[key]: arguments[key] for key in names if arguments[key] is not None}


def _array(values, name):
    import pyarrow as pa

    try:
        if values.dtype.kind == "f":
            return pa.array(values)  # NaN stays NaN
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise TypeError(
            f"Column {name} holds values of several types, which no file can hold: {error}"
        ) from error


def to_pandas(X):
    """One row a point; a star without points has one row without time and magnitude."""
    import pandas as pd

    check_distinct_ids(X)
    lengths = np.maximum(X.n_points, 1)
    offsets = offsets_of(lengths)
    filled = np.ones(offsets[-1], dtype=bool)
    filled[offsets[:-1][X.n_points == 0]] = False
    data = {name: np.repeat(values, lengths) for name, values in star_columns(X).items()}
    for name, values in point_columns(X).items():
        if filled.all():
            data[name] = values
            continue
        empty = {"f": np.nan, "b": False, "i": 0, "u": 0}.get(values.dtype.kind)
        data[name] = np.full(len(filled), empty, dtype=values.dtype)
        data[name][filled] = values
    table = pd.DataFrame(data, copy=True)
    table.attrs = time_frame(X)
    return table


def to_nested(X, name):
    """One row a star, its points nested in one column."""
    try:
        import nested_pandas as npd
    except ImportError as error:
        raise ImportError(
            "to_nested needs nested-pandas: pip install 'sklearn_vartl[catalog]'"
        ) from error
    import pandas as pd
    import pyarrow as pa

    table = to_arrow(X)
    nested = list(point_columns(X))
    stars = table.drop_columns(nested).to_pandas()
    struct = pa.StructArray.from_arrays([_list_array(table[n]) for n in nested], names=nested)
    stars[name] = pd.Series(struct, dtype=npd.NestedDtype(struct.type), index=stars.index)
    frame = npd.NestedFrame(stars)
    frame.attrs = time_frame(X)
    return frame


def _list_array(column):
    """nested-pandas takes lists with 32-bit offsets only."""
    import pyarrow as pa

    column = column.combine_chunks()
    return column.cast(pa.list_(column.type.value_type))


def check_distinct_ids(X):
    """Refuse identifiers that repeat, for forms that tell stars apart by nothing else."""
    seen = {}
    for position, star in enumerate(X.ids.tolist()):
        if star in seen:
            raise ValueError(
                f"Identifier {star!r} belongs to the stars at positions {seen[star]} and "
                f"{position}; a table of points needs distinct ones: X.replace(ids=...)"
            )
        seen[star] = position


def concatenate(sets):
    """Join several sets of light curves into one, stars in the order given.

    Labels, errors and flags that one set lacks are missing for its stars; so are columns of the
    per-star table. Time stamps are brought to the first known time zero.

    Parameters
    ----------
    sets : sequence of LightCurves
        At least one, all of magnitudes or all of fluxes.

    Returns
    -------
    LightCurves
        Its `survey` is an array where the surveys differ; the time scale is None where they do, and
        the time zero where that of one set is unknown.

    Raises
    ------
    ValueError
        If there is none, or magnitudes and fluxes are mixed.

    Examples
    --------
    >>> from sklearn_vartl.light_curves import LightCurves, concatenate
    >>> crts = LightCurves([0.0, 1.0], [15.1, 15.3], ids=["a"], labels=["EC"], survey="CRTS")
    >>> asas = LightCurves([0.0, 2.0], [9.1, 9.3], ids=["b"], survey="ASAS")
    >>> both = concatenate([crts, asas])
    >>> both.survey.tolist(), both.labels.tolist()
    (['CRTS', 'ASAS'], ['EC', None])
    """
    sets = list(sets)
    if not sets:
        raise ValueError("No light curves to join")
    if len(sets) == 1:
        return sets[0]
    if len({X.quantity for X in sets}) > 1:
        raise ValueError("Magnitudes and fluxes cannot be joined; use .to_magnitudes(...) first")
    parts = [X._arguments() for X in sets]
    zero = next((X.time_zero for X in sets if X.time_zero is not None), None)
    joined = {
        "time": np.concatenate([_at_zero(X, zero) for X in sets]),
        "mag": np.concatenate([part["mag"] for part in parts]),
        "offsets": offsets_of(np.concatenate([X.n_points for X in sets])),
        "ids": np.concatenate([X.ids.astype(object) for X in sets]),
    }
    n_points = [len(X.time) for X in sets]
    n_stars = [len(X) for X in sets]
    for name in ("magerr", *POINT_COLUMNS):
        filler = {"magerr": np.nan, "flag": False, "limit": False}.get(name)
        joined[name] = _joined([part[name] for part in parts], n_points, filler)
    joined["labels"] = _joined([X.labels for X in sets], n_stars, None)
    surveys = [star_columns(X).get("survey") for X in sets]
    joined["survey"] = _joined(surveys, n_stars, None)
    names = dict.fromkeys(name for X in sets for name in X.table or ())
    tables = [X.table or {} for X in sets]
    joined["table"] = {n: _column([t.get(n) for t in tables], n_stars) for n in names} or None
    scales = {X.time_scale for X in sets}
    whole = type(sets[0])(
        **{name: owned(v) if isinstance(v, np.ndarray) else v for name, v in joined.items()},
        quantity=sets[0].quantity,
        time_scale=scales.pop() if len(scales) == 1 else None,
        time_zero=zero if all(X.time_zero is not None for X in sets if len(X.time)) else None,
        provenance=_provenance(sets),
    )
    first = [X.ids[0] if len(X) else None for X in sets]
    whole._doubts = told_together(first, [X._doubts for X in sets])
    return whole


def _provenance(sets):
    """What was decided, once where it is the same for all."""
    lines = list(dict.fromkeys(X.provenance for X in sets if X.provenance is not None))
    more = f"\nand {len(lines) - 3} others" if len(lines) > 3 else ""
    return "\n".join(lines[:3]) + more if lines else None


def _at_zero(X, zero):
    if X.time_zero is None or X.time_zero == zero:
        return X.time
    return X.time + (X.time_zero - zero)


def _joined(arrays, lengths, filler):
    """One array; a part that is None is filled. None when all are."""
    if all(array is None for array in arrays):
        return None
    filled = [
        np.full(length, filler, dtype=object if filler is None else None)
        if array is None
        else array
        for array, length in zip(arrays, lengths, strict=True)
    ]
    kinds = {array.dtype.kind for array in filled}
    # Joining text with numbers would otherwise turn the numbers into text.
    return np.concatenate([a.astype(object) for a in filled] if "O" in kinds else filled)


def _column(arrays, lengths):
    """A column of the table: numbers that are missing are NaN, anything else None."""
    kinds = {array.dtype.kind for array in arrays if array is not None}
    missing = any(array is None for array in arrays)
    if missing and kinds <= set("fiu"):
        arrays = [None if array is None else array.astype(np.float64) for array in arrays]
        return _joined(arrays, lengths, np.nan)
    return _joined(arrays, lengths, None)
