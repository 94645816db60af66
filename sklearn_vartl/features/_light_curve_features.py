"""The transformer from light curves to a table of features."""

import warnings
from inspect import signature
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.utils._param_validation import Interval, StrOptions

from ..light_curves import as_light_curves, clean
from ._columns import needs_search, resolve_columns


class LightCurveFeatures(TransformerMixin, BaseEstimator):
    """Features of variable stars from their light curves.

    One row a star. Light curves are cleaned first (see `sklearn_vartl.light_curves.clean`), so the
    order in which the points were given does not matter, and neither do the number of jobs, the
    order of the stars or which others come along. The transformer is stateless: `transform` may be
    called without `fit`.

    Parameters
    ----------
    features : str or list of str, default="vartl"
        A set or the names of features. Sets:

        - ``"vartl"``: our own set; nothing in it depends on the zero points of time and magnitude
          or describes the observing.
        - ``"vartl-small"``: the part of it that is best where labels are very few.
        - ``"upsilon"``: the sixteen features of UPSILoN-T, to the letter.
        - ``"all"``: every feature there is; those of the reference are named
          ``"upsilon:period"`` and so on.

        In a list, ``"feets:Name"`` names a feature of the feets package.
        `sklearn_vartl.features.feature_definitions` describes them all.
    period_engine : str, default="auto"
        Who computes periodograms: ``"numba"``, ``"numpy"``, ``"torch"``, ``"torch:cuda"``;
        ``"auto"`` takes numba where it is installed.
    min_period : float, default=0.03
        Shortest period searched (days).
    max_period : float, default=None
        Longest period searched (days); None: the time spanned by each star's points.
    oversampling : float, default=3.0
        Frequencies searched per width of a peak, ``1 / T``.
    min_observations : int, default=10
        Fewest usable points of a star.
    on_error : {"raise", "nan"}, default="raise"
        What to do with stars that have no features: too few points, all magnitudes equal and so on.
        ``"nan"`` gives them a row of NaN and one warning for all.
    n_jobs : int, default=None
        Number of threads (processes for the numpy engine and for feets); None is one unless in a
        `joblib.parallel_config` context, -1 all.
    memory : str, path-like or joblib.Memory, default=None
        Folder where features are kept, found again by the content of each light curve, so that a
        grid search computes each star once.
    passthrough : list of str, default=None
        Columns of ``X.table`` to append to the features.
    verbose : int, default=0
        Show a progress bar.

    See Also
    --------
    sklearn_vartl.features.feature_definitions : What each feature is.

    Notes
    -----
    For output as a data frame call ``set_output(transform="pandas")``; its index is the position
    of the star.

    References
    ----------
    Kim, D.-W. & Bailer-Jones, C. A. L. 2016, "A package for the automated classification of
    periodic variable stars", A&A 587, A18.
    Kim, D.-W., Yeo, D., Bailer-Jones, C. A. L. & Lee, G. 2021, "Deep transfer learning for the
    classification of variable sources", A&A 653, A22.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl import LightCurveFeatures, LightCurves
    >>> time = np.sort(np.random.default_rng(0).uniform(0, 100, 200))
    >>> X = LightCurves(time, 15 + 0.3 * np.sin(2 * np.pi * time / 0.57), np.full(200, 0.01))
    >>> transformer = LightCurveFeatures(["period", "amplitude"])
    >>> transformer.fit_transform(X).round(3)
    array([[0.57, 0.3 ]])
    >>> transformer.get_feature_names_out()
    array(['period', 'amplitude'], dtype=object)
    """

    _parameter_constraints: dict = {
        "features": [str, list, tuple],
        "period_engine": [str],
        "min_period": [Interval(Real, 0, None, closed="neither")],
        "max_period": [None, Interval(Real, 0, None, closed="neither")],
        "oversampling": [Interval(Real, 1, None, closed="left")],
        "min_observations": [Interval(Integral, 7, None, closed="left")],
        "on_error": [StrOptions({"raise", "nan"})],
        "n_jobs": [None, Integral],
        "memory": "no_validation",
        "passthrough": [None, list, tuple],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        features="vartl",
        *,
        period_engine="auto",
        min_period=0.03,
        max_period=None,
        oversampling=3.0,
        min_observations=10,
        on_error="raise",
        n_jobs=None,
        memory=None,
        passthrough=None,
        verbose=0,
    ):
        self.features = features
        self.period_engine = period_engine
        self.min_period = min_period
        self.max_period = max_period
        self.oversampling = oversampling
        self.min_observations = min_observations
        self.on_error = on_error
        self.n_jobs = n_jobs
        self.memory = memory
        self.passthrough = passthrough
        self.verbose = verbose

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Check the parameters and the form of the light curves; nothing is learnt.

        Parameters
        ----------
        X : LightCurves, or any form with one entry per star
            Light curves.
        y : ignored
            Present for the convention.

        Returns
        -------
        self : LightCurveFeatures
        """
        self._light_curves(X)
        self._columns()
        return self

    def transform(self, X):
        """Compute the features.

        Parameters
        ----------
        X : LightCurves, or any form with one entry per star
            Light curves in magnitudes.

        Returns
        -------
        ndarray of shape (n_stars, n_features), float64
            Or a data frame, after `set_output`.

        Raises
        ------
        ValueError
            For fluxes, an unknown feature, no stars, or, with ``on_error="raise"``, a star without
            features.
        """
        self._validate_params()
        X = self._light_curves(X)
        columns = self._columns()
        cleaned, problems = clean(X, self.min_observations)
        self._report(X, problems)
        good = np.setdiff1d(np.arange(len(X)), list(problems))
        n_passed = len(self.passthrough or ())
        table = np.full((len(X), len(columns) + n_passed), np.nan)
        if n_passed:
            table[good, len(columns) :] = self._passed_through(X)[good]
        if good.size:
            table[good, : len(columns)] = self._extract(
                cleaned[good] if problems else cleaned, columns
            )
        return table

    def get_feature_names_out(self, input_features=None):
        """Names of the columns.

        Parameters
        ----------
        input_features : ignored
            Present for the convention: light curves have no feature names.

        Returns
        -------
        ndarray of shape (n_features,), object
        """
        names = [column.name for column in self._columns()]
        return np.array([*names, *(self.passthrough or ())], dtype=object)

    def _columns(self):
        columns = resolve_columns(self.features)
        if not needs_search(columns):
            self._refuse_search_parameters()
        passed = list(self.passthrough or ())
        names = [column.name for column in columns] + passed
        clashes = sorted({name for name in passed if names.count(name) > 1})
        if clashes:
            raise ValueError(
                f"passthrough names {', '.join(map(repr, clashes))}, which is a column already."
            )
        return columns

    def _refuse_search_parameters(self):
        parameters = signature(type(self).__init__).parameters
        changed = [
            name
            for name in ("min_period", "max_period", "oversampling")
            if getattr(self, name) != parameters[name].default
        ]
        if changed:
            raise ValueError(
                f"{', '.join(changed)} cannot be set with features={self.features!r}: none of "
                "these features comes from our period search, and the frequency grid of the "
                "'upsilon' set is fixed by its definition."
            )

    def _light_curves(self, X):
        X = as_light_curves(X)
        if X.quantity != "mag":
            raise ValueError(
                "These light curves are fluxes; the features are defined on magnitudes. "
                "X.to_magnitudes(reference_flux) converts them where that is sound."
            )
        if len(X) == 0:
            raise ValueError("Found light curves of 0 stars while a minimum of 1 is required.")
        return X

    def _report(self, X, problems):
        if not problems:
            return
        first = min(problems)
        named = f"star {X.ids[first]!r} (position {first}): {problems[first]}"
        n_others = len(problems) - 1
        others = f", and {n_others} more star{'s' * (n_others > 1)}" if n_others else ""
        if self.on_error == "raise":
            raise ValueError(
                f"No features for {named}{others}. X.check() lists what is wrong; drop these "
                "stars, or pass on_error='nan' to give them rows of NaN."
            )
        warnings.warn(
            f"{len(problems)} of {len(X)} stars have no features and get rows of NaN; the first is "
            f"{named}.",
            UserWarning,
            stacklevel=3,
        )

    def _passed_through(self, X):
        table = X.table or {}
        columns = []
        for name in self.passthrough:
            if name not in table:
                raise ValueError(
                    f"passthrough: X.table has no column {name!r}; it has {sorted(table)}."
                )
            try:
                columns.append(np.asarray(table[name], dtype=np.float64))
            except (TypeError, ValueError) as error:
                raise ValueError(
                    f"passthrough: the column {name!r} of X.table is not numeric."
                ) from error
        return np.column_stack(columns)

    def _extract(self, cleaned, columns):
        # The kernels are behind this import: numba takes half a second to load.
        from ._run import run

        return run(cleaned, columns, self)

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        tags.requires_fit = False
        return tags
