"""The sequence of light curves that every part of the package works on."""

from collections.abc import Sequence
from importlib import import_module
from types import MappingProxyType

import numpy as np

from ._check import check, tell
from ._conversion import to_arrow, to_barycentre, to_magnitudes, to_nested, to_pandas
from ._display import describe, describe_html, plot_star
from ._indexing import is_one_star, one_star, star_index, take_points, take_stars
from ._labels import star_labels
from ._validation import (
    POINT_COLUMNS,
    checked_offsets,
    float_points,
    owned,
    point_column,
    star_ids,
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


_NO_MATRIX = (
    "Light curves are no matrix: their stars have different numbers of points. Estimators that "
    "turn X into a matrix (bagging, SelfTrainingClassifier, permutation_importance, plain "
    "classifiers) need the features: put LightCurveFeatures before them in a pipeline, or pass "
    "LightCurveFeatures().fit_transform(X)."
)


class LightCurves(Sequence):
    """An immutable sequence of light curves, held as flat arrays cut by offsets.

    Star ``i`` has the points ``offsets[i]`` to ``offsets[i + 1]`` of `time`, `mag` and `magerr`.
    Nothing is cleaned on construction: `check` says what is wrong with the data, and the features
    clean what they use. Writeable arrays are copied; read-only arrays, such as those of Arrow, are
    shared.

    Integers, slices, boolean masks and integer arrays index the stars, as does ``X[index, ...]``,
    so that light curves pass as ``X`` through `cross_val_score`, `GridSearchCV`,
    `train_test_split`, `learning_curve`, stacking and calibration. Estimators that turn ``X`` into
    a matrix themselves (bagging, self-training, `permutation_importance`) take the features
    instead.

    Parameters
    ----------
    time : array-like of shape (n_points,)
        Time stamps of all stars, one star after the other, in days.
    mag : array-like of shape (n_points,)
        Magnitudes, or fluxes with ``quantity="flux"``.
    magerr : array-like of shape (n_points,), default=None
        Errors of `mag`.
    offsets : array-like of int of shape (n_stars + 1,), default=None
        Where each star starts, and the number of points last; None: the arrays are one star.
    ids : array-like of shape (n_stars,), default=None
        Identifiers; None: "0", "1", ...
    labels : array-like of shape (n_stars,), mapping or Series, default=None
        Classes; None, NaN, a blank, "--" or "?" where one is unknown. A mapping, or a Series indexed
        by identifier, gives them by identifier.
    survey : str or array-like of shape (n_stars,), default=None
        Name of the survey, or the survey of each star.
    band : array-like of shape (n_points,), default=None
        Photometric band of each point.
    flag : array-like of bool or int of shape (n_points,), default=None
        Non-zero: the point is not to be used.
    limit : array-like of bool of shape (n_points,), default=None
        True: `mag` is an upper limit, not a measurement.
    field : array-like of shape (n_points,), default=None
        Field, camera or aperture of each point, which may differ in their zero points.
    quantity : {"mag", "flux"}, default="mag"
        What `mag` holds.
    table : mapping or DataFrame, default=None
        Further columns with one value a star: coordinates, colours, periods...
    time_scale : str, default=None
        Time scale of the time stamps as far as known, such as "hjd_utc" or "bjd_tdb".
    time_zero : float, default=None
        Julian date of ``time == 0`` where known, such as 2400000.5 for MJD.
    provenance : str, default=None
        Where the numbers come from, in words; readers write it.

    Raises
    ------
    ValueError
        If the lengths do not agree, or the offsets do not cut the points.
    TypeError
        If time stamps or magnitudes are no real numbers.

    See Also
    --------
    LightCurves.from_any : Lists, tables, Arrow columns and astropy objects as light curves.
    read_light_curves : Files as light curves.

    Examples
    --------
    >>> from sklearn_vartl.light_curves import LightCurves
    >>> X = LightCurves(
    ...     time=[0.0, 1.0, 2.0, 0.0, 1.5], mag=[15.1, 15.3, 15.2, 12.0, 12.4],
    ...     offsets=[0, 3, 5], ids=["a", "b"], labels=["RRAB", None],
    ... )
    >>> len(X), X.n_points.tolist()
    (2, [3, 2])
    >>> X[0]
    LightCurve(id='a', label='RRAB', 3 points, 2 d)
    >>> X[[1, 0]].ids.tolist()
    ['b', 'a']
    """

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
        provenance=None,
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
        self._provenance = None if provenance is None else str(provenance)
        # Whether the user has been told what looks like a mistake in these light curves.
        self._told = False
        # What reading found doubtful, which the light curves themselves do not show.
        self._doubts = ()
        # Least and largest value by column, once somebody has looked for them.
        self._reach = {}

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
            "provenance": self._provenance,
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
        changed = type(self)(**(self._arguments() | changes))
        # Other values may be wrong in another way; what reading found has been told.
        changed._told = self._told and not {"time", "mag"} & changes.keys()
        changed._doubts = self._doubts if changed._told == self._told else ()
        return changed

    def __eq__(self, other):
        if not isinstance(other, LightCurves):
            return NotImplemented
        # Where the numbers come from makes no difference between them.
        own, others = self._arguments(), other._arguments()
        return _same(own | {"provenance": None}, others | {"provenance": None})

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
    def provenance(self):
        """What reading decided, in words: which column is what, units, limits, what was left over.

        None for light curves that were not read from columns.
        """
        return self._provenance

    @property
    def table(self):
        """Further per-star columns: a read-only mapping of arrays of shape (n_stars,), or None."""
        return None if self._table is None else MappingProxyType(self._table)

    def __len__(self):
        return len(self._offsets) - 1

    def __getitem__(self, index):
        if is_one_star(index):
            return one_star(self._arguments(), index)
        return self.replace(**take_stars(self._arguments(), star_index(index, len(self))))

    def __array__(self, dtype=None, copy=None):
        raise TypeError(_NO_MATRIX)

    def __repr__(self):
        return describe(self)

    def _repr_html_(self):
        return describe_html(self)

    @property
    def shape(self):
        """``(n_stars,)``, as scikit-learn asks of X."""
        return (len(self),)

    @property
    def n_points(self):
        """Number of points of each star, shape (n_stars,)."""
        return self._offsets[1:] - self._offsets[:-1]

    def labelled(self):
        """The stars with a label, in their order."""
        return self[self._has_label()]

    def unlabelled(self):
        """The stars without a label, in their order."""
        return self[~self._has_label()]

    def _has_label(self):
        if self._labels is None:
            return np.zeros(len(self), dtype=bool)
        return np.array([label is not None for label in self._labels], dtype=bool)

    def select_points(self, keep):
        """The same stars with only the points where `keep` is true.

        Parameters
        ----------
        keep : array-like of bool of shape (n_points,)
            Which points of the flat arrays to keep, for instance ``X.band == "V"``.

        Returns
        -------
        LightCurves
            As many stars as before; a star may be left without points.

        Examples
        --------
        >>> from sklearn_vartl.light_curves import LightCurves
        >>> X = LightCurves([0.0, 1.0, 2.0], [15.1, 15.3, 15.2], band=["V", "I", "V"])
        >>> X.select_points(X.band == "V").n_points.tolist()
        [2]
        """
        return self.replace(**take_points(self._arguments(), keep))

    @property
    def bands(self):
        """Names of the bands that occur, sorted, or None where the points carry none."""
        if self.band is None:
            return None
        return sorted({str(name) for name in set(self.band.tolist()) if name is not None})

    def in_band(self, band):
        """The same stars with only their points in one band.

        Parameters
        ----------
        band : str
            Name of the band.

        Returns
        -------
        LightCurves
            As many stars as before; a star not observed in the band has no points.

        Raises
        ------
        ValueError
            If the points carry no band.

        Examples
        --------
        >>> from sklearn_vartl.light_curves import LightCurves
        >>> X = LightCurves([0.0, 1.0, 2.0], [15.1, 15.3, 15.2], band=["V", "I", "V"])
        >>> X.bands, X.in_band("V").n_points.tolist()
        (['I', 'V'], [2])
        """
        return self.select_points(_of_band(self, band))

    @classmethod
    def from_any(
        cls,
        X,
        columns=None,
        *,
        points=None,
        quantity=None,
        ids=None,
        labels=None,
        survey=None,
        table=None,
        time_scale=None,
        time_zero=None,
    ):
        """Light curves from any usual form.

        Parameters
        ----------
        X : object
            One entry per star: a sequence of ``(time, mag)`` or ``(time, mag, magerr)`` tuples, of
            arrays of shape (n_obs, 2) or (n_obs, 3), of tables, astropy ``TimeSeries`` or ``Table``
            or lightkurve objects; a nested-pandas frame; an Arrow table or column of lists, of
            list<struct> or struct of lists; an astropy ``Table``, structured array or dict whose
            columns hold arrays. One row per point: a DataFrame, ``Table``, structured array or dict
            of columns; its stars keep the order of their first row. A time series by itself is one
            star.
        columns : mapping of str to str, or str, default=None
            The column for each role: "time", "mag", "magerr", "flux", "fluxerr", "band", "flag",
            "limit", "field" for points; "id", "label", "survey" for stars. Roles left out are found
            by their usual names. Or the name of a survey's preset, see `SURVEY_PRESETS`. Further
            columns with one value a star go to `table`; other columns of points are left out.
        points : str, default=None
            The nested column that holds the light curves, where there are several.
        quantity : {"mag", "flux"}, default=None
            What tuples and arrays hold; None: magnitudes. Tables tell by their columns.
        ids, labels, survey, table, time_scale, time_zero : default=None
            As in `LightCurves`, instead of what `X` itself says.

        Returns
        -------
        LightCurves

        Raises
        ------
        TypeError, ValueError
            If the form is unknown, columns are not found, or a star's arrays differ in length; the
            message names the star.

        Examples
        --------
        >>> import pandas as pd
        >>> from sklearn_vartl.light_curves import LightCurves
        >>> table = pd.DataFrame(
        ...     {"star": ["b", "b", "a"], "HJD": [0.0, 1.0, 0.5], "Vmag": [12.0, 12.4, 15.1]}
        ... )
        >>> roles = {"id": "star", "time": "HJD", "mag": "Vmag"}
        >>> LightCurves.from_any(table, roles, labels={"a": "RRAB"}).labels.tolist()
        [None, 'RRAB']
        """
        given = {"ids": ids, "labels": labels, "survey": survey, "table": table}
        given |= {"time_scale": time_scale, "time_zero": time_zero}
        found = _readers().from_any(X, columns, points=points, quantity=quantity, **given)
        if found is not X:
            tell(found)
        return found

    def to_pandas(self):
        """A long table: one row a point, with the per-star columns repeated.

        A star without points has one row without time and magnitude, so that it is not lost.

        Returns
        -------
        DataFrame of shape (n_points, n_columns)
            Columns "object_id", "label", "survey" and those of the per-star table, then "time",
            "mag" (or "flux"), "magerr" ("fluxerr") and what else the points carry.

        Raises
        ------
        ValueError
            If identifiers repeat: rows of different stars could not be told apart.
        """
        return to_pandas(self)

    def to_arrow(self):
        """An Arrow table: one row a star, list columns of its points, shared without a copy.

        Returns
        -------
        pyarrow.Table of n_stars rows
        """
        return to_arrow(self)

    def to_nested(self, name="light_curve"):
        """A nested-pandas frame: one row a star, its points nested in one column.

        Parameters
        ----------
        name : str, default="light_curve"
            Name of the nested column.

        Returns
        -------
        nested_pandas.NestedFrame of n_stars rows
        """
        return to_nested(self, name)

    def to_magnitudes(self, reference_flux, *, min_signal_to_noise=3.0):
        """Magnitudes from fluxes; faint points become upper limits.

        A magnitude of a flux near its noise is biased and its error meaningless, so points below
        `min_signal_to_noise` are kept as limits at that many errors above their flux (or above
        zero, if that is higher); features leave limits out. Without errors, fluxes that are not
        positive become NaN.

        Parameters
        ----------
        reference_flux : float or str
            Flux of magnitude zero in the unit of the fluxes; the name of a survey's preset that
            records it ("rubin", "atlas"); or "median": of each star its own median flux, the
            natural choice for relative fluxes (presets "kepler", "tess"), whose magnitudes are then
            relative too.
        min_signal_to_noise : float, default=3.0
            Flux over error below which a point is a limit.

        Returns
        -------
        LightCurves
            With ``quantity="mag"``; light curves of magnitudes are returned as they are.

        Examples
        --------
        >>> from sklearn_vartl.light_curves import LightCurves
        >>> X = LightCurves([0.0, 1.0], [100.0, -2.0], [1.0, 2.0], quantity="flux")
        >>> magnitudes = X.to_magnitudes(reference_flux=1e10)
        >>> magnitudes.mag.round(2).tolist(), magnitudes.limit.tolist()
        ([20.0, 23.05], [False, True])
        """
        if isinstance(reference_flux, str) and reference_flux != "median":
            reference_flux = _readers().reference_flux(reference_flux)
        return to_magnitudes(self, reference_flux, min_signal_to_noise)

    def to_barycentre(self, ra="ra", dec="dec"):
        """Time stamps as at the barycentre of the solar system, from geocentric ones.

        The light travel time across the Earth's orbit is up to 8.3 minutes, which smears periods
        below a tenth of a day. The place on Earth (21 ms) is left out.

        Parameters
        ----------
        ra, dec : str or array-like of shape (n_stars,), default="ra", "dec"
            Right ascension and declination in degrees, or their columns in the per-star table.

        Returns
        -------
        LightCurves
            With ``time_scale="bjd_tdb"``.

        Raises
        ------
        ValueError
            If the time zero is unknown, the times are already heliocentric or barycentric, or
            coordinates are missing.
        """
        return to_barycentre(self, ra, dec)

    def check(self, min_observations=10):
        """What cleaning finds in these light curves, star by star.

        Parameters
        ----------
        min_observations : int, default=10
            Fewest usable points of a star.

        Returns
        -------
        DataFrame
            One row for each star and problem, with the columns "position", "object_id", "problem",
            "n_affected" (points), "n_points" and "effect" (what cleaning does about it). Empty when
            nothing was found.

        Examples
        --------
        >>> from sklearn_vartl.light_curves import LightCurves
        >>> X = LightCurves([0.0, 2.0, 1.0, 1.0], [15.0, 15.1, float("nan"), 15.2], ids=["a"],
        ...                 offsets=[0, 4])
        >>> X.check(min_observations=3)[["object_id", "problem", "n_affected", "effect"]]
          object_id               problem  n_affected   effect
        0         a  magnitude not finite           1  dropped
        1         a    not sorted by time           1   sorted
        """
        return check(self, min_observations)

    def plot(self, star=0, period=None, *, ax=None):
        """Plot one star over time, or folded.

        Parameters
        ----------
        star : int or str, default=0
            Position of the star, or its identifier.
        period : float, default=None
            Period in days to fold with; two cycles are drawn.
        ax : matplotlib Axes, default=None
            Where to draw; None: a new figure.

        Returns
        -------
        matplotlib Axes

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        return plot_star(self, star, period, ax)


def as_light_curves(X):
    """Light curves as they are, or made from a form with one entry per star.

    This is how transformers read their ``X``. A long table is refused: its rows are points, so that
    labels and sample weights, which have one entry a star, would not belong to its rows.

    Parameters
    ----------
    X : LightCurves or any form of `LightCurves.from_any` with one entry per star

    Returns
    -------
    LightCurves

    Raises
    ------
    TypeError
        If `X` is a long table, a matrix of features or nothing that holds light curves.

    Examples
    --------
    >>> from sklearn_vartl.light_curves import as_light_curves
    >>> as_light_curves([([0.0, 1.0], [15.1, 15.3])]).n_points.tolist()
    [2]
    """
    if isinstance(X, LightCurves):
        return X
    if _readers().is_long(X):
        raise TypeError(
            "A table with one row per point cannot be X: labels have one entry a star, not one a "
            'row. Convert it first: X = LightCurves.from_any(table, columns={"id": ..., "time": '
            '..., "mag": ..., "magerr": ...}), whose stars keep the order of their first row.'
        )
    return LightCurves.from_any(X)


def _readers():
    """The room of other forms and of presets; it stands on this one, so it is called by its name."""
    return import_module("sklearn_vartl.readers")


def _of_band(X, band):
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
