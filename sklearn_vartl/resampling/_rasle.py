"""RASLE: new stars from a star's own measurement errors."""

from collections.abc import Callable

import numpy as np

from ..light_curves import compress_offsets, gather_index, segment_median, segment_std, valid_errors
from ._sampler import LightCurveSampler, refuse


class RASLE(LightCurveSampler):
    """New stars whose magnitudes are drawn within the errors of a star of their class.

    A new star has its parent's time stamps and magnitudes drawn anew from normal distributions
    around the parent's, as wide as their errors. Where the stars carry a period, the new star's is
    drawn too, with a third of the uncertainty ``P sqrt(2 / (N snr^2))`` that N points of the
    star's signal-to-noise ratio leave, the ratio of its scatter to its typical error.

    The new noise adds to the noise that is there: the noise of a new star is sqrt(2) times its
    parent's.

    Parameters
    ----------
    sampling_strategy : str, float, dict or callable, default="auto"
        Which classes get new stars and how many, as in imbalanced-learn: "auto" and
        "not majority" bring all classes to the size of the largest, "minority" and "not minority"
        the smallest or all but it; a dict of class -> wanted number of stars; for two classes the
        wanted ratio of their sizes; a callable that makes such a dict of `y`.
    period_column : str, default="period"
        Column of `X.table` that holds the period in days. Where there is no such column, a
        period found in the new light curve differs by what the errors do to it.
    random_state : int, RandomState instance or None, default=None
        Decides the parents and the draws.

    Attributes
    ----------
    groups_ : ndarray of int of shape (n_stars + n_new,)
        Position of each returned star's parent; a star that was given is its own. A split that
        keeps groups together keeps copies of a test star out of training.
    sampling_strategy_ : dict of class -> int
        Number of new stars of each class.

    See Also
    --------
    GPAugmenter : Draws from a smooth model of the light curve instead.

    References
    ----------
    .. [1] Hosenie, Z. et al. (2020). "Imbalance learning for variable star classification".
       MNRAS 493, 6050.

    Examples
    --------
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> from sklearn_vartl.resampling import RASLE
    >>> X = simulate_survey(8, "crts", classes={"RRAB": 3, "ACEP": 1}, random_state=0)
    >>> X_new, y_new = RASLE(random_state=0).fit_resample(X, X.labels)
    >>> len(X_new), int((y_new == "ACEP").sum())
    (12, 6)
    """

    _suffix = "rasle"

    def __init__(
        self,
        sampling_strategy: str | float | dict | Callable[[np.ndarray], dict] = "auto",
        *,
        period_column: str = "period",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.period_column = period_column
        self.random_state = random_state

    def _make(self, X, parents, rng):
        stars, which = np.unique(parents, return_inverse=True)
        points, offsets = gather_index(X.offsets, stars)
        error = _usable_errors(X, stars, points, offsets)
        points, _ = gather_index(offsets, which)
        made = X[parents]
        value, error = made._arguments()["mag"], error[points]
        changes = {"mag": rng.normal(value, error)}
        period = self._catalogued_periods(made)
        if period is not None:
            sigma = period_uncertainty(period, value, error, made.offsets)
            drawn = rng.normal(period, np.nan_to_num(sigma) / 3.0)
            changes["table"] = {**made.table, self.period_column: np.abs(drawn)}
        return made.replace(**changes)


def _usable_errors(X, stars, points, offsets):
    """The stars' errors, what is not usable replaced by the star's median error."""
    held = X._arguments()["magerr"]
    if held is None:
        raise ValueError(
            "RASLE draws from the errors of the magnitudes, and these light curves have none: "
            "pass magerr, or use GPAugmenter, which finds the scatter itself."
        )
    error = held[points]
    valid = valid_errors(error)
    typical = segment_median(error[valid], compress_offsets(valid, offsets))
    refuse(X, stars, np.flatnonzero(np.isnan(typical)), "has no usable error to draw from")
    return np.where(valid, error, np.repeat(typical, np.diff(offsets)))


def period_uncertainty(
    period: np.ndarray, value: np.ndarray, error: np.ndarray, offsets: np.ndarray
) -> np.ndarray:
    """Uncertainty of periods, ``P sqrt(2 / (N snr^2))``; magnitudes that are not finite do not count.

    NaN for a star without scatter, points or period.
    """
    finite = np.isfinite(value)
    offsets = compress_offsets(finite, offsets)
    count = np.diff(offsets)
    scatter = segment_std(value[finite], offsets)
    snr = scatter / segment_median(error[finite], offsets)
    with np.errstate(divide="ignore", invalid="ignore"):
        sigma = period * np.sqrt(2.0 / (count * snr**2))
    return np.where(np.isfinite(sigma), sigma, np.nan)
