"""DmDtImage: changes of magnitude against the time between them."""

import numpy as np

from ._base import LightCurveImage, each_star, shares

# Edges of Mahabal et al. (2017): days, and magnitudes mirrored at zero.
_DT = (
    *(1 / 145, 2 / 145, 3 / 145, 4 / 145, 1 / 25, 2 / 25, 3 / 25, 1.5, 2.5, 3.5, 4.5, 5.5, 7),
    *(10, 20, 30, 60, 90, 120, 240, 600, 960, 2000, 4000),
)
_DM = (0.1, 0.2, 0.3, 0.5, 1, 1.5, 2, 2.5, 3, 5, 8)


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

    def __init__(self, dt_edges=None, dm_edges=None):
        self.dt_edges = dt_edges
        self.dm_edges = dm_edges

    def transform(self, X):
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
        dt = _edges(_DT if self.dt_edges is None else self.dt_edges, "dt_edges")
        mirrored = [-edge for edge in reversed(_DM)] + [0, *_DM]
        dm = _edges(mirrored if self.dm_edges is None else self.dm_edges, "dm_edges")
        X = self._cleaned(X)
        images = np.zeros((len(X), len(dm) - 1, len(dt) - 1), dtype=np.float32)
        for image, (time, mag) in zip(images, each_star(X), strict=True):
            earlier, later = np.triu_indices(len(time), k=1)
            change, wait = mag[later] - mag[earlier], time[later] - time[earlier]
            image[:] = shares(np.histogram2d(change, wait, (dm, dt))[0])
        return images


def _edges(edges, name):
    edges = np.asarray(edges, dtype=np.float64)
    if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise ValueError(f"{name} must be at least two increasing numbers, got {edges}.")
    return edges
