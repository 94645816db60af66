"""The photometric bands of light curves."""

import numpy as np


def band_names(X):
    """Names of the bands that occur, sorted; None where the points carry no band."""
    if X.band is None:
        return None
    return sorted({str(name) for name in set(X.band.tolist()) if name is not None})


def of_band(X, band):
    """Mask, shape (n_points,), of the points in one band."""
    if X.band is None:
        raise ValueError(
            f"These light curves carry no bands, so there is no band {band!r}: name their column, "
            'as in LightCurves.from_any(table, columns={"band": ...}), or pass LightCurves(band=...)'
        )
    band_of_points = X.band if X.band.dtype == object else X.band.astype(str)
    mask = band_of_points == str(band)
    if band_of_points is X.band and not mask.any():
        # Bands that are numbers among objects.
        mask = X.band.astype(str) == str(band)
    return np.asarray(mask, dtype=bool)
