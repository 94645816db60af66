"""Magnitudes from fluxes, and barycentric time stamps from geocentric ones."""

import numpy as np

from ._ragged import compress_offsets, segment_median
from ._validation import owned


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
    return array
