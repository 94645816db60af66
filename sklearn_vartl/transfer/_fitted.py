"""Fitted attributes of the networks and of the ensemble."""

from ._checks import allows_nan
from ._priors import resolve_priors


class FittedMixin:
    """What `model_` and `source_model_` tell about themselves."""

    @property
    def classes_(self):
        """Classes that are predicted, sorted."""
        return self.model_.classes

    @property
    def source_classes_(self):
        """Classes learned by `fit`, sorted."""
        return self.source_model_.classes

    @property
    def is_transferred_(self):
        """Whether the present weights are fine-tuned ones."""
        return self.model_.n_transfers > 0

    @property
    def history_(self):
        """For each network one entry an epoch of the last training."""
        return list(self.model_.history)

    @property
    def priors_(self):
        """Class shares that predictions are made for, in the order of `classes_`."""
        priors = self._given_priors()
        return self.model_.shares if priors is None else priors

    @property
    def scaler_(self):
        """The fitted scaler, or None."""
        return self.model_.scaler

    def _given_priors(self):
        """Class shares to predict for; None where they are as in training."""
        if self.priors is None:
            return None
        if isinstance(self.priors, str) and self.priors == "em":
            return self.model_.estimated_priors
        return resolve_priors(self.priors, self.model_.classes, self.model_.prior)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = allows_nan(self)
        return tags
