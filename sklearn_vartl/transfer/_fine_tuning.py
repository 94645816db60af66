"""The fine-tuning methods of TransferMLPClassifier."""

from sklearn.base import _fit_context
from sklearn.utils.validation import check_is_fitted

from ..network import resolve_device
from ._checks import check_features, check_has_source, check_stars, fit_scaler
from ._fitting import fine_tune
from ._head import map_head
from ._labels import sorted_classes
from ._rehearsal import plan_classes


class FineTuningMixin:
    """Everything that leads from `source_model_` to another `model_` and back."""

    @_fit_context(prefer_skip_nested_validation=False)
    def partial_fit_target(self, X, y, sample_weight=None, classes=None, X_unlabelled=None):
        """Fine-tune on labelled stars of a target survey.

        The first call replaces the classes by the target's: known ones keep their row of the
        head, new ones start from their relatives' (`harmonise` tells which names belong
        together). Later calls go on from the present weights and add classes; remembered stars
        of the earlier calls are rehearsed, so that a class missing from `y` is not forgotten.
        Batch normalisation keeps the source's statistics.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)
            The source's features of the target's stars.

        y : array-like of shape (n_stars,)
            Their classes; none may be missing.

        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars.

        classes : array-like, default=None
            Classes of the target survey, where `y` does not show them all. A class of the source
            without a star in `y` is kept alive by the source's stars.

        X_unlabelled : array-like of shape (n_unlabelled, n_features), default=None
            Features of further target stars. Those that the fine-tuned networks are sure of
            get the predicted class, and the fine-tuning is repeated with them. With
            ``priors="em"`` the class shares are estimated from them, too.

        Returns
        -------
        self : TransferMLPClassifier

        Raises
        ------
        NotFittedError
            If there is no source to start from.
        ValueError
            If the number of features is not the source's, a label is missing or not in `classes`.
        """
        check_has_source(self)
        stars = check_stars(self, X, y, sample_weight, reset=False)
        if X_unlabelled is not None:
            X_unlabelled = check_features(self, X_unlabelled, reset=False)
        given = sorted_classes(stars.y if classes is None else classes)
        model = self.model_
        classes, stars = plan_classes(model, stars, given)
        scaler = model.scaler
        if self.transfer_scaler == "target":
            scaler = fit_scaler(scaler, stars.X, self)
        starts = [map_head(weights, model.classes, classes) for weights in model.members]
        device = resolve_device(self.device)
        self.model_ = fine_tune(self, model, starts, stars, classes, scaler, device, X_unlabelled)
        if X_unlabelled is not None and isinstance(self.priors, str) and self.priors == "em":
            self.estimate_priors(X_unlabelled)
        return self

    def reset_to_source(self):
        """Forget every fine-tuning.

        Returns
        -------
        self : TransferMLPClassifier
            As it was after `fit`.
        """
        check_is_fitted(self)
        self.model_ = self.source_model_
        return self
