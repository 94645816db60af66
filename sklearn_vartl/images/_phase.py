"""PhaseImage: the folded light curve as an image."""

from numbers import Integral

import numpy as np
from sklearn.utils._param_validation import Interval

from ._base import LightCurveImage, each_star, shares


class PhaseImage(LightCurveImage):
    """Images of folded light curves.

    Two cycles from left to right, faint at the top (row 0) and bright at the bottom, the range of
    the magnitudes from the 2nd to the 98th percentile; the faintest part is put at phase zero.
    Each column is divided by its largest count, so that how often a phase was observed is not seen.

    Parameters
    ----------
    height, width : int, default=32
        Size of the images in pixels.

    period : str or None, default=None
        Column of ``X.table`` that holds the periods (days); None: they are searched.

    Examples
    --------
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> from sklearn_vartl.images import PhaseImage
    >>> stars = simulate_survey(3, "ogle3", classes=["RRAB"], random_state=0)
    >>> PhaseImage(period="true_period").fit_transform(stars).shape
    (3, 32, 32)
    """

    _parameter_constraints: dict = {
        "height": [Interval(Integral, 2, None, closed="left")],
        "width": [Interval(Integral, 2, None, closed="left")],
        "period": [str, None],
    }

    def __init__(self, height=32, width=32, *, period=None):
        self.height = height
        self.width = width
        self.period = period

    def transform(self, X):
        """Fold and draw.

        Parameters
        ----------
        X : LightCurves

        Returns
        -------
        images : ndarray of float32 of shape (n_stars, height, width)
            Between 0 and 1.

        Raises
        ------
        ValueError
            If a star has no usable points or no period, or the table no such column.
        """
        X = self._cleaned(X)
        period = self._periods(X)
        images = np.zeros((len(X), self.height, self.width), dtype=np.float32)
        for image, (time, mag), P in zip(images, each_star(X), period, strict=True):
            image[:] = self._draw((time / P) % 1.0, mag)
        return images

    def _draw(self, phase, mag):
        low, high = np.percentile(mag, [2, 98])
        level = np.clip((high - mag) / max(high - low, 1e-9), 0, 1)
        row = np.minimum((level * self.height).astype(int), self.height - 1)
        faintest = np.angle(np.sum((1 - level) ** 2 * np.exp(2j * np.pi * phase))) / (2 * np.pi)
        phase = (phase - faintest) % 1.0
        counts = np.zeros((self.height, self.width))
        for cycle in (0, 1):
            column = np.minimum(((phase + cycle) / 2 * self.width).astype(int), self.width - 1)
            np.add.at(counts, (row, column), 1)
        return np.column_stack([shares(column) for column in counts.T])

    def _periods(self, X):
        if self.period is None:
            from ..periodogram import search_periods

            period = search_periods(X.time, X.mag, X.magerr, X.offsets).period
        elif self.period not in (X.table or {}):
            raise ValueError(f"The table of these light curves has no column {self.period!r}.")
        else:
            period = np.asarray(X.table[self.period], dtype=np.float64)
        wrong = np.flatnonzero(~(period > 0) | ~np.isfinite(period))
        if wrong.size:
            raise ValueError(
                f"{wrong.size} stars have no period, the first {X.ids[wrong[0]]!r} (position "
                f"{wrong[0]}). Leave them out, or let the period be searched (period=None)."
            )
        return period
