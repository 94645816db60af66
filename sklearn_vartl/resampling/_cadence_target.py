"""What a survey's light curves look like: when it observed each star, and its errors."""

from dataclasses import dataclass

import numpy as np

from ..light_curves import as_light_curves, compress_offsets, usable_points, valid_errors

# Stars simulated where a survey is given by its name.
_N_SIMULATED = 200
_N_BINS = 20


@dataclass(frozen=True)
class TargetSurvey:
    """A survey to be imitated.

    Attributes
    ----------
    times : list of ndarray
        For each star its sorted time stamps from zero on, days.
    brightness : ndarray of shape (n_stars,)
        Median magnitude of each star.
    grid, error : ndarray of shape (n_bins,)
        Typical error at a magnitude; empty where the survey gives no errors.
    quantity : str
        "mag" or "flux".
    """

    times: list
    brightness: np.ndarray
    grid: np.ndarray
    error: np.ndarray
    quantity: str

    @classmethod
    def of(cls, target):
        """Describe light curves, or a simulated survey by its name.

        Raises
        ------
        ValueError
            If no star has two points, or there is no such survey.
        """
        if isinstance(target, str):
            from ..datasets import simulate_survey

            target = simulate_survey(
                _N_SIMULATED, target, classes=["RRAB", "EC", "NONVAR"], random_state=0
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

    def noise(self, mag, star):
        """Typical errors at the magnitudes of a star.

        Parameters
        ----------
        mag : ndarray of shape (n_points,)
        star : int
            The target star whose brightness the star gets, if its own never occurs here.

        Returns
        -------
        error : ndarray of shape (n_points,)
        """
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
