"""The sequence of light curves that every part of the package works on."""

from collections.abc import Sequence

import numpy as np

from ._arrays import LightCurveArrays
from ._bands import band_names, of_band
from ._forms import LightCurveForms
from ._indexing import is_one_star, one_star, star_index, take_points, take_stars
from ._representation import describe, describe_html

_NO_MATRIX = (
    "Light curves are no matrix: their stars have different numbers of points. Estimators that "
    "turn X into a matrix (bagging, SelfTrainingClassifier, permutation_importance, plain "
    "classifiers) need the features: put LightCurveFeatures before them in a pipeline, or pass "
    "LightCurveFeatures().fit_transform(X)."
)


class LightCurves(LightCurveForms, LightCurveArrays, Sequence):
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
    labels : array-like of shape (n_stars,), default=None
        Classes; None or NaN where one is unknown.
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
        return band_names(self)

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
        return self.select_points(of_band(self, band))
