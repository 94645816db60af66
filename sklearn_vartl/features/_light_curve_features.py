"""The transformer from light curves to a table of features."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from inspect import signature
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils._param_validation import Interval, StrOptions

from .._estimators import fit_context
from .._validation import warn_user
from ..light_curves import as_light_curves, clean
from ._bands import BandExtractor, band_columns, check_bands, clean_bands, warn_absent, warn_mixed
from ._definitions import SEARCH_FAMILIES, resolve_columns


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
        - ``"upsilon"``: the sixteen features of UPSILoN-T, to the letter.
        - ``"evidence"``: what tells whether a star varies at all; it grows with the number of
          points, and no kind of star is known by it.
        - ``"all"``: every feature there is; those of the reference are named
          ``"upsilon:period"`` and so on.

        In a list, ``"feets:Name"`` names a feature of the feets package, and the name of a set all of
        its features: ``["vartl", "upsilon"]``.
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
    outliers : {"drop", "drop_all", "keep"}, default="drop"
        What to do with measurements that stand alone: far from all others of their star, and from their neighbours in
        time and in phase; see `sklearn_vartl.periodogram.search_periods`. The feature ``"n_outliers"`` counts them.

        - ``"drop"``: our own features do without them; the set ``"upsilon"`` is of all points, as it was published.
        - ``"drop_all"``: that set does without them, too.
        - ``"keep"``: all points take part.

        Features of feets are of all points. With a list of `bands` all features do without outliers.
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
    bands : str or list of str, default=None
        Photometric bands, see `LightCurves.bands`:

        - None: all points are of one band, whatever the light curves say.
        - A name: only the points in that band.
        - A list: one period from all its bands together, the other features band by band with
          suffixes such as ``"amplitude_g"``, and the colours of neighbours in the list, such as
          ``"colour_g_r"``, the difference of their mean magnitudes. A band in which a star has
          fewer than `min_observations` points has NaN; the star needs that many in all its bands.
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
        "outliers": [StrOptions({"drop", "drop_all", "keep"})],
        "on_error": [StrOptions({"raise", "nan"})],
        "n_jobs": [None, Integral],
        "memory": "no_validation",
        "passthrough": [None, list, tuple],
        "bands": [None, str, list, tuple],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        features: str | Sequence[str] = "vartl",
        *,
        period_engine: str = "auto",
        min_period: float = 0.03,
        max_period: float | None = None,
        oversampling: float = 3.0,
        min_observations: int = 10,
        outliers: Literal["drop", "drop_all", "keep"] = "drop",
        on_error: Literal["raise", "nan"] = "raise",
        n_jobs: int | None = None,
        memory: Any = None,
        passthrough: Sequence[str] | None = None,
        bands: str | Sequence[str] | None = None,
        verbose: int = 0,
    ) -> None:
        self.features = features
        self.period_engine = period_engine
        self.min_period = min_period
        self.max_period = max_period
        self.oversampling = oversampling
        self.min_observations = min_observations
        self.outliers = outliers
        self.on_error = on_error
        self.n_jobs = n_jobs
        self.memory = memory
        self.passthrough = passthrough
        self.bands = bands
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the parameters and the form of the light curves; nothing is learnt.

        Parameters
        ----------
        X : LightCurves, or any form with one entry per star
            Light curves.
        y : ignored
            Present for the convention.
        """
        check_bands(check_light_curves(X), self.bands, occur=True)
        self._columns()
        return self

    def transform(self, X: Any) -> NDArray[Any]:
        """Compute the features.

        Parameters
        ----------
        X : LightCurves, or any form with one entry per star
            Light curves in magnitudes.

        Returns
        -------
        ndarray of shape (n_stars, n_features), float64
            Or a data frame, after `set_output`. Single values are NaN where a feature is not
            defined, such as the period of a star whose time span is shorter than `min_period`.

        Raises
        ------
        ValueError
            For fluxes, an unknown feature, no stars, or, with ``on_error="raise"``, a star without
            features.
        OSError
            If `memory` cannot be read or written.
        """
        self._validate_params()
        X = check_light_curves(X)
        check_bands(X, self.bands)
        columns, names = self._columns()
        bands = self._several_bands
        if bands is not None:
            warn_absent(X, bands)
            cleaned, problems = clean_bands(X, bands, self.min_observations)
        else:
            warn_mixed(X, self.bands)
            only = X if self.bands is None else X.in_band(self.bands)
            cleaned, problems = clean(only, self.min_observations)
        report_problems(X, problems, self.on_error)
        good = np.setdiff1d(np.arange(len(X)), list(problems))
        table = np.full((len(X), len(names)), np.nan)
        n_columns = len(names) - len(self.passthrough or ())
        table[good, n_columns:] = passed_through(X, self.passthrough or ())[good]
        if good.size:
            usable = cleaned[good] if problems else cleaned
            table[good, :n_columns] = compute_features(usable, columns, self, bands)
        return table

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[Any]:
        """Names of the columns.

        Parameters
        ----------
        input_features : ignored
            Present for the convention: light curves have no feature names.

        Returns
        -------
        ndarray of shape (n_features,), object
        """
        return np.array(self._columns()[1], dtype=object)

    @property
    def _several_bands(self):
        """The bands that have columns of their own; None where there is one band, named or not."""
        return None if isinstance(self.bands, str) else self.bands

    def _columns(self):
        """The columns of one band, and the names of all that comes out."""
        columns = resolve_columns(self.features)
        bands = self._several_bands
        every = columns if bands is None else band_columns(columns, bands)
        passthrough = list(self.passthrough or ())
        names = [column.name for column in every] + passthrough
        if clashes := sorted({name for name in passthrough if names.count(name) > 1}):
            raise ValueError(
                f"passthrough names {', '.join(map(repr, clashes))}, which is a column already."
            )
        if not any(column.source in SEARCH_FAMILIES for column in columns):
            self._refuse_search_parameters()
        return columns, names

    def _refuse_search_parameters(self):
        """Parameters of the period search that are set where no column uses it."""
        defaults = signature(LightCurveFeatures).parameters
        search = ("min_period", "max_period", "oversampling")
        changed = [name for name in search if getattr(self, name) != defaults[name].default]
        if changed:
            raise ValueError(
                f"{', '.join(changed)} cannot be set with features={self.features!r}: none of these "
                "features comes from our period search, and the frequency grid of the 'upsilon' set "
                "is fixed by its definition."
            )

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        tags.requires_fit = False
        return tags


def check_light_curves(X):
    """`X` as light curves in magnitudes of at least one star."""
    X = as_light_curves(X)
    if X.quantity != "mag":
        raise ValueError(
            "These light curves are fluxes; the features are defined on magnitudes. "
            "X.to_magnitudes(reference_flux) converts them where that is sound."
        )
    if len(X) == 0:
        raise ValueError("Found light curves of 0 stars while a minimum of 1 is required.")
    return X


def report_problems(X, problems, on_error):
    """Raise ValueError for the first star without features, or warn once about all of them."""
    if not problems:
        return
    first = min(problems)
    named = f"star {X.ids[first : first + 1].tolist()[0]!r} (position {first}): {problems[first]}"
    if on_error == "raise":
        n_others = len(problems) - 1
        others = f", and {n_others} more star{'s' * (n_others > 1)}" if n_others else ""
        raise ValueError(
            f"No features for {named}{others}. X.check() lists what is wrong; drop these stars, or "
            "pass on_error='nan' to give them rows of NaN."
        )
    many = (
        "have no features and get rows" if len(problems) > 1 else "has no features and gets a row"
    )
    warn_user(f"{len(problems)} of {len(X)} stars {many} of NaN; the first is {named}.")


def passed_through(X, names):
    """Columns of ``X.table`` as a float64 array of shape (n_stars, n_names)."""
    table = X.table or {}
    columns = np.empty((len(X), len(names)))
    for j, name in enumerate(names):
        if name not in table:
            raise ValueError(
                f"passthrough: X.table has no column {name!r}; it has {sorted(table)}."
            )
        try:
            columns[:, j] = np.asarray(table[name], dtype=np.float64)
        except (TypeError, ValueError) as error:
            message = f"passthrough: the column {name!r} of X.table is not numeric."
            raise ValueError(message) from error
    return columns


def compute_features(cleaned, columns, estimator, bands=None):
    """Feature table, shape (n_stars, n_columns), of clean light curves without empty ones.

    With `bands`, `cleaned` is a `BandSet` and the columns are those of `band_columns`.
    """
    # The kernels are behind these imports: numba takes half a second to load.
    from .. import __version__
    from .._compiled import HAS_NUMBA, compilation_shown
    from ._extraction import Extractor, RowCache, SearchSettings, cache_folder, extract

    settings = SearchSettings(
        engine=estimator.period_engine,
        min_period=estimator.min_period,
        max_period=estimator.max_period,
        oversampling=estimator.oversampling,
        outliers=estimator.outliers,
    )
    folder = cache_folder(estimator.memory)
    signature = (__version__, columns, settings)
    if bands is not None:
        signature += (tuple(bands), estimator.min_observations)
    cache = None if folder is None else RowCache(folder, signature)
    # The compiled kernels and torch release the GIL; the numpy engine and feets hold it much of the
    # time.
    holds_gil = (
        not HAS_NUMBA
        or settings.engine == "numpy"
        or any(column.source == "feets" for column in columns)
    )
    extractor = Extractor(columns, settings, cache)
    if bands is not None:
        extractor = BandExtractor(extractor, bands, estimator.min_observations)
    # A minute of silence is shown to someone who looks.
    with compilation_shown(bool(estimator.verbose) or sys.stderr.isatty()):
        return extract(
            cleaned,
            extractor,
            n_jobs=estimator.n_jobs,
            prefer="processes" if holds_gil else "threads",
            progress=bool(estimator.verbose),
        )
