"""GPAugmenter: new stars from a Gaussian process on a folded light curve."""

import numpy as np
from sklearn.utils._param_validation import StrOptions

from ..features import LightCurveFeatures
from ..light_curves import clean, gather_index
from ._gp_fit import fit_folded_process
from ._sampler import LightCurveSampler, refuse

_FEWEST_POINTS = 10


class GPAugmenter(LightCurveSampler):
    """New stars drawn from Gaussian processes fitted to folded light curves.

    A process with a Matern-5/2 kernel and white noise is fitted to each parent's magnitudes over
    phase. A new star has its parent's time stamps and period, a smooth curve drawn from the
    process's posterior at the observed phases, and noise of the size that the fit found.
    Whatever does not repeat with the period is noise to the process.

    The fit takes time with the cube of the number of points: .15 seconds a parent with 300 points,
    3 with 1,000.

    Parameters
    ----------
    sampling_strategy : str, float, dict or callable, default="auto"
        Which classes get new stars and how many, as in imbalanced-learn: "auto" and
        "not majority" bring all classes to the size of the largest, "minority" and "not minority"
        the smallest or all but it; a dict of class -> wanted number of stars; for two classes the
        wanted ratio of their sizes; a callable that makes such a dict of `y`.

    kernel : {"periodic", "matern"}, default="periodic"
        "periodic" puts the phases on a circle, so that the curve closes; "matern" leaves them on
        a line, as published.

    period_column : str, default="period"
        Column of `X.table` that holds the period in days. Where there is no such column, the
        period of each parent is searched as for the features.

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
    RASLE : Draws within the errors, without a model and without a period.

    Notes
    -----
    Points that the cleaning policy drops (flagged, not finite, doubles) are not in new stars. A
    star with fewer than ten others, or without a period, cannot be a parent.

    References
    ----------
    .. [1] Hosenie, Z. et al. (2020). "Imbalance learning for variable star classification".
       MNRAS 493, 6050.

    Examples
    --------
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> from sklearn_vartl.resampling import GPAugmenter
    >>> X = simulate_survey(4, "hipparcos", classes={"RRAB": 3, "DSCT": 1}, random_state=0)
    >>> gp = GPAugmenter(period_column="true_period", random_state=0)
    >>> X_new, y_new = gp.fit_resample(X, X.labels)
    >>> y_new.tolist(), gp.groups_[4:].tolist() == [y_new.tolist().index("DSCT")] * 2
    (['RRAB', 'RRAB', 'DSCT', 'RRAB', 'DSCT', 'DSCT'], True)
    """

    _suffix = "gp"

    _parameter_constraints: dict = {
        **LightCurveSampler._parameter_constraints,
        "kernel": [StrOptions({"periodic", "matern"})],
    }

    def __init__(
        self,
        sampling_strategy="auto",
        *,
        kernel="periodic",
        period_column="period",
        random_state=None,
    ):
        self.sampling_strategy = sampling_strategy
        self.kernel = kernel
        self.period_column = period_column
        self.random_state = random_state

    def _make(self, X, parents, rng):
        stars, which = np.unique(parents, return_inverse=True)
        own, problems = clean(X[stars], _FEWEST_POINTS)
        first = next(iter(problems.values()), "")
        refuse(X, stars, list(problems), f"cannot be fitted: {first}")
        period = self._periods(own, X, stars)
        arguments = own._arguments()
        time, value, error = (arguments[name] for name in ("time", "mag", "magerr"))
        _, offsets = gather_index(own.offsets, which)
        drawn = np.empty(offsets[-1])
        # Star by star, so that only one fit is held; its draws follow each other.
        for i in range(len(stars)):
            points = slice(own.offsets[i], own.offsets[i + 1])
            phase = (time[points] - time[points].min()) / period[i] % 1.0
            process = fit_folded_process(
                phase, value[points], error[points], self.kernel == "periodic"
            )
            for j in np.flatnonzero(which == i):
                drawn[offsets[j] : offsets[j + 1]] = process.draw(rng)
        # The cleaning gives errors to stars that have none; the new stars are like their parents.
        without = {"magerr": None} if X._arguments()["magerr"] is None else {}
        return own[which].replace(mag=drawn, **without)

    def _periods(self, own, X, stars):
        period = self._catalogued_periods(own)
        if period is None:
            period = LightCurveFeatures(["period"]).fit_transform(own)[:, 0]
        with np.errstate(invalid="ignore"):
            without = np.flatnonzero(~((period > 0) & (period < np.inf)))
        refuse(X, stars, without, "has no period to fold with")
        return period
