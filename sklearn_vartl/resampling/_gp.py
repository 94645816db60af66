"""GPAugmenter: new light curves from a Gaussian process over the phase."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sklearn.gaussian_process.kernels import Matern
from sklearn.utils._param_validation import StrOptions

from ..features import LightCurveFeatures
from ..light_curves import clean, gather_index
from ._sampler import LightCurveSampler, refuse

# Length scales that are tried, in units of the phase: from the width of a narrow eclipse to a
# sine. And ratios of the process's variance to the noise's.
LENGTH_SCALES = np.geomspace(0.02, 2.0, 13)
VARIANCE_RATIOS = np.geomspace(1e-3, 1e6, 109)
_FEWEST_POINTS = 10
# A process is smooth: what it does between so many phases follows from what it does there, for the shortest
# length scale to a part in a thousand of its variance. Stars with more points are fitted through these.
_N_NODES = 256


class GPAugmenter(LightCurveSampler):
    """New stars drawn from Gaussian processes fitted to folded light curves.

    A process with a Matern-5/2 kernel and white noise is fitted to each parent's magnitudes over
    phase. A new star has its parent's time stamps and period, a smooth curve drawn from the
    process's posterior at the observed phases, and noise of the size that the fit found.
    Whatever does not repeat with the period is noise to the process.

    Parents with more than 256 points are fitted through as many phases, so that time and memory grow
    with the number of points, no faster: a second with 1,000 points, 3 with 8,000, 6 with 30,000.

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
        sampling_strategy: str | float | dict | Callable[[np.ndarray], dict] = "auto",
        *,
        kernel: Literal["periodic", "matern"] = "periodic",
        period_column: str = "period",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
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


@dataclass(frozen=True)
class FoldedProcess:
    """A fitted process: everything a draw at the observed phases needs."""

    mean: float  # mean magnitude
    curve: np.ndarray  # posterior mean at the observed phases
    root: np.ndarray  # of shape (n_points, rank): a matrix R with R R' the posterior covariance
    noise: np.ndarray  # standard deviation of the noise of each point
    length_scale: float  # of the kernel, in phase, as `amplitude` in magnitudes
    amplitude: float
    log_likelihood: float  # of the magnitudes

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """One light curve: a smooth curve of the posterior, and noise."""
        smooth = self.curve + self.root @ rng.standard_normal(self.root.shape[1])
        return smooth + self.noise * rng.standard_normal(len(smooth))


def fit_folded_process(
    phase: np.ndarray, value: np.ndarray, error: np.ndarray, periodic: bool
) -> FoldedProcess:
    """Fit a process with a Matern-5/2 kernel and white noise to magnitudes over phases, between 0 and 1.

    The noise has the shape of the errors, and its size is fitted: errors that are all too large
    or too small by a factor do no harm. One decomposition a length scale gives the likelihood for
    every ratio of signal to noise and the best amplitude in closed form, so that no optimiser can
    be trapped. With `periodic` the curve closes: phase 1 is phase 0.
    """
    weight = 1.0 / error**2
    weight = weight / weight.mean()
    mean = np.average(value, weights=weight)
    root_weight = np.sqrt(weight)
    scaled = (value - mean) * root_weight

    def modes(length):
        return _modes(phase, length, periodic, root_weight)

    # The modes of one length scale at a time are held.
    length = max(LENGTH_SCALES, key=lambda length: _profile(modes(length), scaled)[0])
    values, vectors = modes(length)
    log_likelihood, ratio, noise_variance = _profile((values, vectors), scaled)
    # In these coordinates signal and noise are independent, one number a direction.
    signal = ratio * values
    curve = vectors @ (signal / (signal + 1.0) * (vectors.T @ scaled))
    spread = np.sqrt(noise_variance * signal / (signal + 1.0))
    return FoldedProcess(
        mean=float(mean),
        curve=mean + curve / root_weight,
        root=vectors * spread / root_weight[:, None],
        noise=np.sqrt(noise_variance) / root_weight,
        length_scale=float(length),
        amplitude=float(np.sqrt(ratio * noise_variance)),
        log_likelihood=float(log_likelihood + np.log(root_weight).sum()),
    )


def correlation(
    phase: np.ndarray, other: np.ndarray, length_scale: float, periodic: bool
) -> np.ndarray:
    """Correlations of a process between phases, shape (n_phases, n_others).

    A closed curve is a process on the circle whose circumference is one: distances are chords.
    """

    def points(phase):
        if not periodic:
            return phase[:, None]
        angle = 2.0 * np.pi * phase
        return np.column_stack([np.cos(angle), np.sin(angle)]) / (2.0 * np.pi)

    return Matern(length_scale, nu=2.5)(points(phase), points(other))


def _modes(phase, length, periodic, root_weight):
    """Eigenvalues and eigenvectors of the covariance, in units of the noise; those that are not zero."""
    if len(phase) <= _N_NODES:
        covariance = (
            correlation(phase, phase, length, periodic) * root_weight[:, None] * root_weight
        )
        values, vectors = np.linalg.eigh(covariance)
        return np.maximum(values, 0.0), vectors
    nodes = (np.arange(_N_NODES) + 0.5) / _N_NODES
    values, vectors = _positive(correlation(nodes, nodes, length, periodic))
    root = correlation(phase, nodes, length, periodic) @ (vectors / np.sqrt(values))
    root *= root_weight[:, None]
    # With B = root the eigenvalues of B B' are those of B' B, which is small.
    values, vectors = _positive(root.T @ root)
    return values, root @ (vectors / np.sqrt(values))


def _positive(matrix):
    """Eigenvalues and eigenvectors without those that are zero but for rounding."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-12 * values[-1]
    return values[kept], vectors[:, kept]


def _profile(modes, scaled):
    """Best likelihood of a length scale, over the ratio of variances and the noise's size."""
    values, vectors = modes
    power = (vectors.T @ scaled) ** 2
    # In all other directions there is noise alone.
    rest = max(scaled @ scaled - power.sum(), 0.0)
    total = VARIANCE_RATIOS[:, None] * values + 1.0
    n_points = len(scaled)
    noise_variance = ((power / total).sum(axis=1) + rest) / n_points
    noise_variance = np.maximum(noise_variance, np.finfo(float).tiny)
    log_likelihood = -0.5 * (
        n_points * (np.log(2.0 * np.pi * noise_variance) + 1.0) + np.log(total).sum(axis=1)
    )
    k = int(np.argmax(log_likelihood))
    return log_likelihood[k], VARIANCE_RATIOS[k], noise_variance[k]
