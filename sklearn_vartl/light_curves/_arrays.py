"""What light curves are made of: validated, read-only arrays and their names."""

from types import MappingProxyType

import numpy as np

from ._validation import (
    POINT_COLUMNS,
    checked_offsets,
    float_points,
    owned,
    point_column,
    star_ids,
    star_labels,
    star_table,
    survey_name,
)

_WRONG_QUANTITY = {
    "mag": "These light curves hold magnitudes, not fluxes: use .mag and .magerr.",
    "flux": (
        "These light curves hold fluxes, not magnitudes. Turn them into magnitudes with "
        ".to_magnitudes(reference_flux=...), which says what becomes of faint and negative fluxes."
    ),
}


class LightCurveArrays:
    """Storage of `LightCurves`: checks and freezes the arrays, names them, copies and compares."""

    def __init__(
        self,
        time,
        mag,
        magerr=None,
        offsets=None,
        *,
        ids=None,
        labels=None,
        survey=None,
        band=None,
        flag=None,
        limit=None,
        field=None,
        quantity="mag",
        table=None,
        time_scale=None,
        time_zero=None,
    ):
        if quantity not in ("mag", "flux"):
            raise ValueError(f'quantity must be "mag" or "flux", got {quantity!r}')
        self._time = float_points(time, "time", unit="day")
        self._value = float_points(mag, quantity)
        self._error = None if magerr is None else float_points(magerr, quantity + "err")
        n_points = len(self._time)
        for name, array in ((quantity, self._value), (quantity + "err", self._error)):
            if array is not None and len(array) != n_points:
                raise ValueError(f"{name} has {len(array)} points, time has {n_points}")
        self._offsets = checked_offsets(offsets, n_points)
        points = {"band": band, "flag": flag, "limit": limit, "field": field}
        self._points = {name: point_column(points[name], name, n_points) for name in POINT_COLUMNS}
        n_stars = len(self._offsets) - 1
        self._ids = star_ids(ids, n_stars)
        self._labels = star_labels(labels, self._ids)
        self._survey = survey_name(survey, n_stars)
        self._table = star_table(table, n_stars)
        self._quantity = quantity
        self._time_scale = None if time_scale is None else str(time_scale)
        self._time_zero = None if time_zero is None else float(time_zero)

    def _arguments(self):
        """Everything held, by the names of the constructor's parameters."""
        return {
            "time": self._time,
            "mag": self._value,
            "magerr": self._error,
            "offsets": self._offsets,
            **self._points,
            "ids": self._ids,
            "labels": self._labels,
            "survey": self._survey,
            "quantity": self._quantity,
            "table": self._table,
            "time_scale": self._time_scale,
            "time_zero": self._time_zero,
        }

    def replace(self, **changes):
        """A copy with some of the constructor's parameters changed; the arrays kept are shared.

        Examples
        --------
        >>> from sklearn_vartl.light_curves import LightCurves
        >>> X = LightCurves([0.0, 1.0], [15.1, 15.3], labels=["RRAB"])
        >>> X.replace(labels=["RRC"]).labels.tolist()
        ['RRC']
        """
        return type(self)(**(self._arguments() | changes))

    def __eq__(self, other):
        if not isinstance(other, LightCurveArrays):
            return NotImplemented
        return _same(self._arguments(), other._arguments())

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self):
        # Through the constructor: a read-only mark on an array does not survive pickling.
        return _rebuild, (type(self), self._arguments())

    @property
    def offsets(self):
        """Where each star starts in the flat arrays, int64 of shape (n_stars + 1,)."""
        return self._offsets

    @property
    def time(self):
        """Time stamps of all stars in days, shape (n_points,)."""
        return self._time

    @property
    def mag(self):
        """Magnitudes of all stars, shape (n_points,)."""
        return self._only("mag", self._value)

    @property
    def magerr(self):
        """Errors of the magnitudes, shape (n_points,), or None."""
        return self._only("mag", self._error)

    @property
    def flux(self):
        """Fluxes of all stars, shape (n_points,)."""
        return self._only("flux", self._value)

    @property
    def fluxerr(self):
        """Errors of the fluxes, shape (n_points,), or None."""
        return self._only("flux", self._error)

    def _only(self, quantity, values):
        # An AttributeError: hasattr answers truly and magnitudes are never made by accident.
        if quantity != self._quantity:
            raise AttributeError(_WRONG_QUANTITY[self._quantity])
        return values

    @property
    def band(self):
        """Photometric band of each point, shape (n_points,), or None."""
        return self._points["band"]

    @property
    def flag(self):
        """Non-zero where a point is not to be used, shape (n_points,), or None."""
        return self._points["flag"]

    @property
    def limit(self):
        """True where a value is an upper limit, shape (n_points,), or None."""
        return self._points["limit"]

    @property
    def field(self):
        """Field, camera or aperture of each point, shape (n_points,), or None."""
        return self._points["field"]

    @property
    def ids(self):
        """Identifiers of the stars, shape (n_stars,)."""
        return self._ids

    @property
    def labels(self):
        """Classes, shape (n_stars,), None where one is missing; None when no star has one."""
        return self._labels

    @property
    def survey(self):
        """Name of the survey, or array of shape (n_stars,) where stars of several are together."""
        return self._survey

    @property
    def quantity(self):
        """What the light curves hold: "mag" or "flux"."""
        return self._quantity

    @property
    def time_scale(self):
        """Time scale of the time stamps as far as known."""
        return self._time_scale

    @property
    def time_zero(self):
        """Julian date of ``time == 0`` where known."""
        return self._time_zero

    @property
    def table(self):
        """Further per-star columns: a read-only mapping of arrays of shape (n_stars,), or None."""
        return None if self._table is None else MappingProxyType(self._table)


def _rebuild(kind, arguments):
    return kind(**{name: _read_only(value) for name, value in arguments.items()})


def _read_only(value):
    # Arrays just unpickled belong to nobody else: marking them saves the constructor's copy.
    if isinstance(value, dict):
        return {name: _read_only(entry) for name, entry in value.items()}
    return owned(value) if isinstance(value, np.ndarray) else value


def _same(first, second):
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(_same(first[k], second[k]) for k in first)
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        floats = first.dtype.kind == "f" and second.dtype.kind == "f"
        return np.array_equal(first, second, equal_nan=floats)
    return first is second or (type(first) is type(second) and bool(first == second))
