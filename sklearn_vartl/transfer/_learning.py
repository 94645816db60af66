"""fit, partial_fit_target and reset_to_source of the networks and of the ensemble."""

from sklearn.base import _fit_context
from sklearn.utils.validation import check_is_fitted

from ..network import resolve_device
from ._checks import check_features, check_has_source, check_stars, fit_scaler
from ._labels import sorted_classes
from ._priors import check_priors


class LearningMixin:
    """Everything that leads to `source_model_`, from there to another `model_`, and back.

    A class has ``_learn(stars, classes, scaler, device)`` and ``_fine_tune(stars, given, device,
    X_unlabelled)``, which return what is known then.
    """

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None):
        """Learn a source survey.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)
            Features; NaN marks a missing one. Stars without any feature are left out with one
            warning.

        y : array-like of shape (n_stars,)
            Classes: strings or numbers.

        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars in the loss; a star of weight zero takes no part.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If a label is missing, a weight negative, no star has a feature, `views` holds features
            that are not there, or there is a checkpoint without `random_state` or a damaged one.
        OSError
            If the checkpoint cannot be written.
        """
        if self.priors is not None and not isinstance(self.priors, str):
            check_priors(self.priors)
        stars = check_stars(self, X, y, sample_weight, reset=True)
        device = resolve_device(self.device)
        scaler = fit_scaler(self.scaler, stars.X, self)
        self.model_ = self._learn(stars, sorted_classes(stars.y), scaler, device)
        self.source_model_ = self.model_
        return self

    @_fit_context(prefer_skip_nested_validation=False)
    def partial_fit_target(self, X, y, sample_weight=None, classes=None, X_unlabelled=None):
        """Fine-tune on labelled stars of a target survey.

        The first call replaces the classes by the target's: known ones keep their row of the
        head, new ones start from their relatives' (`harmonise` tells which names belong
        together). Later calls go on from the present weights and add classes; remembered stars
        of the earlier calls are rehearsed, so that a class missing from `y` is not forgotten.
        Batch normalisation keeps the source's statistics. The trees of an ensemble are grown
        anew.

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
            get the predicted class, and the networks' fine-tuning is repeated with them. With
            ``priors="em"`` the class shares are estimated from them, too.

        Returns
        -------
        self : object

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
        self.model_ = self._fine_tune(stars, given, resolve_device(self.device), X_unlabelled)
        if X_unlabelled is not None and isinstance(self.priors, str) and self.priors == "em":
            self.estimate_priors(X_unlabelled)
        return self

    def reset_to_source(self):
        """Forget every fine-tuning.

        Returns
        -------
        self : object
            As it was after `fit`.
        """
        check_is_fitted(self)
        self.model_ = self.source_model_
        return self
