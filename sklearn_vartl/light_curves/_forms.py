"""What light curves are made from and turned into; each form is loaded when it is asked for."""


class LightCurveForms:
    """Conversions, checks and plots of `LightCurves`."""

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
        from ._from_any import from_any

        given = {"ids": ids, "labels": labels, "survey": survey, "table": table}
        given |= {"time_scale": time_scale, "time_zero": time_zero}
        return from_any(X, columns, points=points, quantity=quantity, **given)

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
        from ._to_pandas import to_pandas

        return to_pandas(self)

    def to_arrow(self):
        """An Arrow table: one row a star, list columns of its points, shared without a copy.

        Returns
        -------
        pyarrow.Table of n_stars rows
        """
        from ._to_arrow import to_arrow

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
        from ._to_pandas import to_nested

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
            Flux of magnitude zero in the unit of the fluxes, or the name of a survey's preset that
            records it ("rubin").
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
        from ._flux import to_magnitudes

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
        from ._barycentre import to_barycentre

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
        from ._check import check

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
        from ._plot import plot_star

        return plot_star(self, star, period, ax)
