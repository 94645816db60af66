"""What the transformers from light curves to images share."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context

from ..light_curves import as_light_curves, clean


class LightCurveImage(TransformerMixin, BaseEstimator):
    """A stateless transformer from light curves to images."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Check the parameters; nothing is learned.

        Parameters
        ----------
        X : LightCurves
        y : ignored

        Returns
        -------
        self
        """
        return self

    def _cleaned(self, X):
        """Cleaned light curves.

        Raises
        ------
        ValueError
            If a star has fewer than two usable points.
        """
        self._validate_params()
        cleaned, problems = clean(as_light_curves(X))
        if problems:
            position = min(problems)
            raise ValueError(
                f"Star {cleaned.ids[position]!r} (position {position}) has no image: "
                f"{problems[position]}. Leave such stars out."
            )
        return cleaned

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.two_d_array = False
        return tags


def each_star(X):
    """Time and magnitude of each star in turn."""
    for start, stop in zip(X.offsets[:-1], X.offsets[1:], strict=True):
        yield X.time[start:stop], X.mag[start:stop]


def shares(counts):
    """Counts divided by their largest, float32; a column or image without any stays zero."""
    return (counts / np.maximum(counts.max(), 1)).astype(np.float32)
