"""Magnitudes from fluxes."""

import numpy as np

from ._columns import survey_preset
from ._validation import owned


def to_magnitudes(X, reference_flux, min_signal_to_noise):
    """What `LightCurves.to_magnitudes` does."""
    if X.quantity == "mag":
        return X
    zero_flux = _zero_flux(reference_flux)
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


def _zero_flux(reference_flux):
    if isinstance(reference_flux, str):
        known = survey_preset(reference_flux).reference_flux
        if known is None:
            raise ValueError(
                f"The preset {reference_flux!r} records no reference flux; give a number"
            )
        return known
    if not (np.isreal(reference_flux) and 0 < reference_flux < np.inf):
        raise ValueError(f"reference_flux must be a positive number, got {reference_flux!r}")
    return float(reference_flux)
