"""CadenceResampler: the light curves of one survey as another would have taken them."""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval

from .._validation import check_labels, fit_context, new_generator
from ..light_curves import (
    LightCurves,
    as_light_curves,
    compress_offsets,
    offsets_of,
    usable_points,
    valid_errors,
)
from ._sampler import new_ids

# Stars simulated where a survey is given by its name.
_N_SIMULATED = 200
# Bins of magnitude, with equally many points, in which a survey's typical error is taken.
_N_BINS = 20
_POSITIVE = Interval(Real, 0, None, closed="neither")


class CadenceResampler(BaseEstimator):
    """Thin and blur light curves until they look like another survey's.

    A classifier that has learned long, precise light curves is at a loss with the first forty
    points of a new survey. Here each star is cut to a random window as long as the light curve of
    a random star of the target, keeps the points nearest to that star's time stamps, and gets
    Gaussian noise where the target is noisier at that brightness. Nothing is invented: points and
    times are the star's own, so that a star with fewer points than the target's keeps all of its
    window.

    As a step of a `TransferPipeline` it acts in fitting only.

    Parameters
    ----------
    target : LightCurves, str or None, default=None
        Light curves of the survey to imitate, labels not needed; or the name of a survey that
        `simulate_survey` knows. None: what the other parameters say.
    n_points : int, default=None
        Points of each star at most; None: as many as a random star of the target.
    baseline : float, default=None
        Length of the window in days; None: that of a random star of the target, or everything.
    noise : float or callable, default=None
        Error of a point in the survey to imitate: a number, or a function of the magnitudes; None:
        the target's typical error at each magnitude. A star fainter or brighter than any of the
        target gets the errors of the target star whose time stamps it takes.
    n_copies : int, default=1
        Light curves made of each star, each from another window.
    random_state : int, RandomState instance or None, default=None
        Decides windows, target stars and noise.

    Attributes
    ----------
    groups_ : ndarray of int of shape (n_stars * n_copies,)
        Position in X of each returned star's parent. A split that keeps groups together keeps
        copies of a test star out of training.

    See Also
    --------
    RASLE : New stars within the errors of the old ones.

    Examples
    --------
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> from sklearn_vartl.resampling import CadenceResampler
    >>> X = simulate_survey(6, "crts", classes=["RRAB", "EC"], random_state=0)
    >>> sampler = CadenceResampler(n_points=40, baseline=400.0, n_copies=2, random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, X.labels)
    >>> len(X_new), int(X_new.n_points.max())
    (12, 40)
    >>> sampler.groups_.tolist()
    [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    """

    _parameter_constraints: dict = {
        "target": "no_validation",
        "n_points": [Interval(Integral, 1, None, closed="left"), None],
        "baseline": [_POSITIVE, None],
        "noise": [Interval(Real, 0, None, closed="left"), callable, None],
        "n_copies": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        target: LightCurves | str | None = None,
        *,
        n_points: int | None = None,
        baseline: float | None = None,
        noise: float | Callable[[np.ndarray], Any] | None = None,
        n_copies: int = 1,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.target = target
        self.n_points = n_points
        self.baseline = baseline
        self.noise = noise
        self.n_copies = n_copies
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the stars; `fit_resample` does the work.

        Parameters
        ----------
        X : LightCurves, or any form with one entry per star
        y : ignored
        """
        as_light_curves(X)
        return self

    def fit_resample(self, X: Any, y: Any) -> tuple[LightCurves, np.ndarray]:
        """Make the light curves the target survey would have of these stars.

        Parameters
        ----------
        X : LightCurves, or any form with one entry per star
            Training stars; they are not changed.
        y : array-like of shape (n_stars,)
            Their classes.

        Returns
        -------
        X : LightCurves
            `n_copies` light curves of each star, in the order of the stars, in place of the given
            ones; their labels are `y`.
        y : ndarray of shape (n_stars * n_copies,)
            Their classes.

        Raises
        ------
        ValueError
            If a label is missing, the target cannot be imitated, or holds fluxes where X holds
            magnitudes.
        """
        X = as_light_curves(X)
        y = check_labels(y, len(X))
        made = self.resample(X)
        return made.replace(labels=y[self.groups_]), y[self.groups_]

    @fit_context(prefer_skip_nested_validation=True)
    def resample(self, X: Any) -> LightCurves:
        """The same without classes.

        Parameters
        ----------
        X : LightCurves, or any form with one entry per star

        Returns
        -------
        X : LightCurves
            `n_copies` light curves of each star, in the order of the stars. A star without a
            usable point stays without.
        """
        X = as_light_curves(X)
        target = None if self.target is None else TargetSurvey.of(self.target)
        if target is not None and target.quantity != X.quantity:
            raise ValueError(
                f"target holds {target.quantity}, X holds {X.quantity}: convert one of them first."
            )
        rng = new_generator(self.random_state)
        groups = np.repeat(np.arange(len(X)), self.n_copies)
        time, usable = X.time, usable_points(X)
        points, models = [], []
        for parent in groups.tolist():
            own = np.flatnonzero(usable[X.offsets[parent] : X.offsets[parent + 1]])
            own += X.offsets[parent]
            own = own[np.argsort(time[own], kind="stable")]
            model = None if target is None else int(rng.integers(len(target.times)))
            points.append(own[self._choose(time[own], target, model, rng)])
            models.append(model)
        made = self._measured(X, groups, points, target, models, rng)
        self.groups_ = groups
        return made

    def _choose(self, time, target, model, rng):
        """Positions of the points that one new star keeps."""
        if not time.size:
            return np.empty(0, dtype=np.int64)
        stamps = None if model is None else target.times[model]
        if stamps is not None and self.n_points is not None and self.n_points < len(stamps):
            stamps = np.sort(rng.choice(stamps, self.n_points, replace=False))
        n_wanted = self.n_points or (len(time) if stamps is None else len(stamps))
        length = self.baseline
        if length is None:
            length = time[-1] - time[0] if stamps is None else np.ptp(target.times[model])
        # A star that was observed for less time than the target's has their pattern, shrunk.
        extent = min(length, time[-1] - time[0])
        window = choose_window(time, length, n_wanted, rng)
        time = time[window]
        if stamps is None:
            n_kept = min(n_wanted, len(time))
            return window.start + np.sort(rng.choice(len(time), n_kept, replace=False))
        stamps = time[0] + stamps * (extent / np.ptp(target.times[model]))
        return window.start + match_points(time, stamps)

    def _measured(self, X, groups, points, target, models, rng):
        """The new stars, with the noise of the target."""
        kept = np.concatenate([np.empty(0, dtype=np.int64), *points])
        offsets = offsets_of([len(own) for own in points])
        columns = X._arguments()
        mag = columns["mag"][kept]
        had = columns["magerr"]
        before = np.full(len(kept), np.nan) if had is None else had[kept]
        known = np.where(valid_errors(before), before, 0.0)
        wanted = np.zeros(len(kept))
        for i, model in enumerate(models):
            star = slice(offsets[i], offsets[i + 1])
            wanted[star] = self._error(mag[star], target, model)
        added = np.sqrt(np.maximum(wanted**2 - known**2, 0.0))
        error = np.where(added > 0, np.hypot(known, added), before)
        made = X[groups]
        changes = {
            name: None if columns[name] is None else columns[name][kept]
            for name in ("band", "flag", "limit", "field")
        }
        return made.replace(
            time=X.time[kept],
            mag=mag + added * rng.standard_normal(len(kept)),
            magerr=error if had is not None or added.any() else None,
            offsets=offsets,
            ids=new_ids(made.ids, "cut"),
            **changes,
        )

    def _error(self, mag, target, model):
        """Errors that the points of a new star should have."""
        if callable(self.noise):
            return np.asarray(self.noise(mag), dtype=np.float64)
        if self.noise is not None:
            return np.full(len(mag), float(self.noise))
        return np.zeros(len(mag)) if target is None else target.noise(mag, model)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags


@dataclass(frozen=True)
class TargetSurvey:
    """A survey to be imitated."""

    times: list[np.ndarray]  # for each star its sorted time stamps from zero on, days
    brightness: np.ndarray  # median magnitude of each star
    # Magnitudes of which `error` has the typical error; empty where the survey gives none.
    grid: np.ndarray
    error: np.ndarray
    quantity: str  # "mag" or "flux"

    @classmethod
    def of(cls, target: Any) -> "TargetSurvey":
        """Describe light curves, or a simulated survey by its name."""
        if isinstance(target, str):
            from ..datasets import simulate_survey

            name: Any = target
            target = simulate_survey(
                _N_SIMULATED, name, classes=["RRAB", "EC", "NONVAR"], random_state=0
            )
        X = as_light_curves(target)
        keep = usable_points(X)
        columns, offsets = X._arguments(), compress_offsets(keep, X.offsets)
        time, mag = columns["time"][keep], columns["mag"][keep]
        pieces = [slice(a, b) for a, b in zip(offsets[:-1], offsets[1:], strict=True) if b - a > 1]
        times = [np.sort(time[piece]) for piece in pieces]
        times = [stamps - stamps[0] for stamps in times]
        kept = [i for i, stamps in enumerate(times) if stamps[-1] > 0]
        if not kept:
            raise ValueError("target has no star with two points at different times to imitate.")
        brightness = np.array([np.median(mag[pieces[i]]) for i in kept])
        error = np.empty(0) if columns["magerr"] is None else columns["magerr"][keep]
        grid, error = _typical_errors(mag, error)
        return cls([times[i] for i in kept], brightness, grid, error, X.quantity)

    def noise(self, mag: np.ndarray, star: int) -> np.ndarray:
        """Typical errors at the magnitudes of a star, moved to a target star's brightness if its own never occurs."""
        if not self.grid.size:
            return np.zeros(len(mag))
        middle = np.median(mag) if len(mag) else 0.0
        if not self.brightness.min() <= middle <= self.brightness.max():
            mag = mag - middle + self.brightness[star]
        return np.interp(mag, self.grid, self.error)


def _typical_errors(mag, error):
    """Median error in bins of magnitude with equally many points."""
    if not error.size:
        return np.empty(0), np.empty(0)
    good = valid_errors(error)
    mag, error = mag[good], error[good]
    order = np.argsort(mag, kind="stable")
    bins = [b for b in np.array_split(order, _N_BINS) if b.size]
    grid = np.array([np.median(mag[b]) for b in bins])
    return grid, np.array([np.median(error[b]) for b in bins])


def choose_window(
    time: np.ndarray, length: float, n_wanted: int, rng: np.random.Generator
) -> slice:
    """Choose a window of a light curve (sorted times) of this length, in days, at random: a slice of its points.

    Windows of fewer points than wanted are taken only where there is no better one.
    """
    end = np.searchsorted(time, time + length, side="right")
    count = end - np.arange(len(time))
    # A window that reaches beyond the last point is shorter than it should be.
    whole = time + length <= max(time[-1], time[0] + length)
    count = np.where(whole, count, 0)
    enough = np.flatnonzero(count >= min(n_wanted, count.max()))
    first = int(rng.choice(enough))
    return slice(first, int(end[first]))


def match_points(time: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """For each wanted time the nearest point, none twice: positions in `time`, sorted. Both are sorted."""
    if len(wanted) >= len(time):
        return np.arange(len(time))
    taken = np.zeros(len(time), dtype=bool)
    while len(wanted):
        free = np.flatnonzero(~taken)
        nearest = _nearest(time[free], wanted)
        # Of several that want one point the nearest gets it; the others look further.
        order = np.lexsort((np.abs(time[free][nearest] - wanted), nearest))
        first = np.ones(len(order), dtype=bool)
        first[1:] = nearest[order][1:] != nearest[order][:-1]
        served = np.zeros(len(wanted), dtype=bool)
        served[order[first]] = True
        taken[free[nearest[served]]] = True
        wanted = wanted[~served]
    return np.flatnonzero(taken)


def _nearest(time, wanted):
    """Position in sorted `time` of the point nearest to each wanted time."""
    right = np.clip(np.searchsorted(time, wanted), 1, max(len(time) - 1, 1))
    right = np.minimum(right, len(time) - 1)
    left = np.maximum(right - 1, 0)
    return np.where(wanted - time[left] <= time[right] - wanted, left, right)
