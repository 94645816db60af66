"""Images of light curves: PhaseImage and DmDtImage."""

from collections.abc import Iterator
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils._param_validation import Interval

from .._estimators import fit_context
from ..light_curves import LightCurves, as_light_curves, clean, gather_index, offsets_of

# Edges of Mahabal et al. (2017): days, and magnitudes mirrored at zero.
_DT = (
    *(1 / 145, 2 / 145, 3 / 145, 4 / 145, 1 / 25, 2 / 25, 3 / 25, 1.5, 2.5, 3.5, 4.5, 5.5, 7),
    *(10, 20, 30, 60, 90, 120, 240, 600, 960, 2000, 4000),
)
_DM = (0.1, 0.2, 0.3, 0.5, 1, 1.5, 2, 2.5, 3, 5, 8)
# Pairs of points that are looked at together: some ten megabytes.
_PAIRS = 2**17


class LightCurveImage(TransformerMixin, BaseEstimator):
    """A stateless transformer from light curves to images."""

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the parameters; nothing is learned.

        Parameters
        ----------
        X : LightCurves
        y : ignored
        """
        return self

    def _cleaned(self, X):
        """Cleaned light curves."""
        self._validate_params()
        cleaned, problems = clean(as_light_curves(X))
        if problems:
            position = min(problems)
            raise ValueError(
                f"Star {cleaned.ids[position]!r} (position {position}) has no image: "
                f"{problems[position]}. Leave such stars out."
            )
        return cleaned

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.two_d_array = False
        return tags


def each_star(X: LightCurves) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Time and magnitude of each star in turn."""
    for start, stop in zip(X.offsets[:-1], X.offsets[1:], strict=True):
        yield X.time[start:stop], X.mag[start:stop]


def shares(counts: np.ndarray) -> np.ndarray:
    """Counts divided by their largest, float32; a column or image without any stays zero."""
    return (counts / np.maximum(counts.max(), 1)).astype(np.float32)


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

    def __init__(self, height: int = 32, width: int = 32, *, period: str | None = None) -> None:
        self.height = height
        self.width = width
        self.period = period

    def transform(self, X: Any) -> np.ndarray:
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


class DmDtImage(LightCurveImage):
    """Images of the changes of magnitude in all pairs of points.

    The row is the change of the magnitude from the earlier to the later point, the column the time
    between them; no period is needed. Pairs beyond the last edges are left out.

    Parameters
    ----------
    dt_edges : array-like or None, default=None
        Increasing edges of the columns (days); None: those of [1]_.
    dm_edges : array-like or None, default=None
        Increasing edges of the rows (magnitudes); None: those of [1]_.

    References
    ----------
    .. [1] Mahabal, A. et al. (2017). "Deep-learnt classification of light curves". IEEE SSCI.

    Examples
    --------
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> from sklearn_vartl.images import DmDtImage
    >>> stars = simulate_survey(3, "ogle3", classes=["RRAB"], random_state=0)
    >>> DmDtImage().fit_transform(stars).shape
    (3, 22, 23)
    """

    _parameter_constraints: dict = {
        "dt_edges": ["array-like", None],
        "dm_edges": ["array-like", None],
    }

    def __init__(
        self, dt_edges: ArrayLike | None = None, dm_edges: ArrayLike | None = None
    ) -> None:
        self.dt_edges = dt_edges
        self.dm_edges = dm_edges

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the parameters; nothing is learned.

        Parameters
        ----------
        X : LightCurves
        y : ignored

        Raises
        ------
        ValueError
            If edges do not increase.
        """
        self._edges()
        return super().fit(X, y)

    def transform(self, X: Any) -> np.ndarray:
        """Count the pairs.

        Parameters
        ----------
        X : LightCurves

        Returns
        -------
        images : ndarray of float32 of shape (n_stars, n_dm, n_dt)
            Between 0 and 1.

        Raises
        ------
        ValueError
            If edges do not increase, or a star has no usable points.
        """
        dt, dm = self._edges()
        X = self._cleaned(X)
        images = np.zeros((len(X), len(dm) - 1, len(dt) - 1), dtype=np.float32)
        for image, (time, mag) in zip(images, each_star(X), strict=True):
            image[:] = shares(count_pairs(time, mag, dt, dm))
        return images

    def _edges(self):
        mirrored = [*(-edge for edge in reversed(_DM)), 0, *_DM]
        return (
            _increasing(_DT if self.dt_edges is None else self.dt_edges, "dt_edges"),
            _increasing(mirrored if self.dm_edges is None else self.dm_edges, "dm_edges"),
        )


def count_pairs(time: np.ndarray, mag: np.ndarray, dt: np.ndarray, dm: np.ndarray) -> np.ndarray:
    """Count the pairs of points, in the order of time, by the change (rows) and the time (columns) between them.

    The edges `dt` and `dm` bound the bins; the last ones belong to the last bin.
    """
    n = len(time)
    counts = np.zeros((len(dm) - 1, len(dt) - 1))
    # Points beyond the last edge are left out; a rounding error farther, as the exact comparison
    # is the histogram's.
    farthest = np.nextafter(time + dt[-1], np.inf)
    stop = np.searchsorted(time, farthest, side="right")
    offsets = offsets_of(np.maximum(stop - np.arange(n) - 1, 0))
    first = 0
    while first < n:
        # As many earlier points as make a block of pairs, at least one.
        last = int(np.searchsorted(offsets, offsets[first] + _PAIRS, side="right")) - 1
        rows = np.arange(first, min(max(last, first + 1), n))
        earlier = np.repeat(rows, np.diff(offsets)[rows])
        later = earlier + 1 + gather_index(offsets, rows)[0] - offsets[earlier]
        change, wait = mag[later] - mag[earlier], time[later] - time[earlier]
        counts += np.histogram2d(change, wait, (dm, dt))[0]
        first = rows[-1] + 1
    return counts


def _increasing(edges, name):
    edges = np.asarray(edges, dtype=np.float64)
    if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise ValueError(f"{name} must be at least two increasing numbers, got {edges}.")
    return edges
