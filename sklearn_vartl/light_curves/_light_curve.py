"""One star: what iterating over `LightCurves` gives."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False, slots=True)
class LightCurve:
    """The measurements of one star, as read-only views into the `LightCurves` it came from.

    Unpacks as ``time, mag, magerr = light_curve``; for fluxes, ``mag`` and ``magerr`` hold the flux
    and its error and ``quantity`` says so.

    Attributes
    ----------
    time : ndarray of shape (n_obs,)
        Time stamps in days.
    mag : ndarray of shape (n_obs,)
        Magnitudes, or fluxes.
    magerr : ndarray of shape (n_obs,) or None
        Their errors.
    id : object
        Identifier of the star.
    label : object
        Its class, None where unknown.
    quantity : {"mag", "flux"}
        What `mag` holds.
    band, flag, limit, field : ndarray of shape (n_obs,) or None
        Further values of each point, see `LightCurves`.

    Examples
    --------
    >>> from sklearn_vartl.light_curves import LightCurves
    >>> star = LightCurves([0.0, 1.5], [15.1, 15.3], [0.02, 0.03], ids=["a"], labels=["RRAB"])[0]
    >>> star
    LightCurve(id='a', label='RRAB', 2 points, 1.5 d)
    >>> time, mag, magerr = star
    >>> magerr.tolist()
    [0.02, 0.03]
    """

    time: np.ndarray
    mag: np.ndarray
    magerr: np.ndarray | None = None
    id: Any = None
    label: Any = None
    quantity: str = "mag"
    band: np.ndarray | None = None
    flag: np.ndarray | None = None
    limit: np.ndarray | None = None
    field: np.ndarray | None = None

    def __iter__(self):
        return iter((self.time, self.mag, self.magerr))

    def __len__(self):
        return len(self.time)

    def __repr__(self):
        span = f", {np.ptp(self.time):.6g} d" if len(self.time) else ""
        label = f", label={self.label!r}" if self.label is not None else ""
        return f"LightCurve(id={self.id!r}{label}, {len(self.time)} points{span})"
