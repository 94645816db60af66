"""What the networks and their ensemble share: checks, learning and predicting methods."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from .._estimators import FromProba, HasSource, as_before_on_error, changes_model, fit_context
from .._validation import (
    check_labels,
    check_share,
    check_table,
    check_weights,
    new_generator,
    sorted_classes,
    warn_user,
)
from ..network import check_layer_sizes, prediction_device, resolve_device
from ..probabilities import (
    AccuracyEstimate,
    DriftTest,
    abstain,
    check_priors,
    column_drift,
    estimate_shares,
    expected_accuracy,
    prediction_sets,
    resolve_priors,
    reweight,
    soften_far,
)
from ._fitting import Stars, tell_of_a_single_class, tell_of_lowered_odds, tell_of_numbers
from ._gate import Gate, evidence_columns, held_out_still, learn_gate
from ._model import are_among, fingerprints, fit_scaler, usable_rows


class TransferClassifier(HasSource, FromProba, ClassifierMixin, BaseEstimator):
    """Base of the classifiers that learn a source, are fine-tuned on a target, and go back.

    A subclass has the parameters `scaler`, `device`, `priors`, `evidence`, `keep`, `class_weight` and `calibration`,
    and the methods `_learn` and `_fine_tune`, which return what is known then; `fit` and
    `partial_fit_target` assign it when all is done.

    Attributes
    ----------
    gate_ : Gate or None
        What was learned by `fit` of whether a star varies; no fine-tuning changes it.
    """

    gate_: Gate | None = None

    # What every subclass has as a parameter.
    scaler: Any
    device: Any
    priors: Any
    evidence: Any
    keep: Any
    calibration: Any
    class_weight: Any
    random_state: Any
    n_features_in_: int
    feature_names_in_: NDArray[Any]

    @abstractmethod
    def _learn(self, stars, classes, scaler, device):
        """What is known after `fit`."""

    @abstractmethod
    def _gate_networks(self):
        """The classifier whose networks learn whether a star varies."""

    @abstractmethod
    def _fine_tune(self, stars, given, rare, device, X_unlabelled):
        """What is known after `partial_fit_target`."""

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
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
        check_layer_sizes(self.hidden_layer_sizes)
        with as_before_on_error(self):
            self.gate_ = None
            stars = self._check_stars(X, y, sample_weight, reset=True)
            device = resolve_device(self.device)
            if self.evidence is not None:
                columns = evidence_columns(self.evidence, stars.X.shape[1], self._names())
                networks, still = self._gate_networks(), None
                self.gate_ = learn_gate(networks, stars, columns, device)
                if self.calibration is not None:
                    still = held_out_still(
                        networks, stars, columns, device, new_generator(self.random_state)
                    )
                stars = replace(stars, X=self._shown(stars.X), still=still)
            classes = sorted_classes(stars.y)
            self._check_class_weight(classes.tolist())
            scaler = fit_scaler(self.scaler, stars.X, self._shown_names())
            self.model_ = self._learn(stars, classes, scaler, device)
            self.source_model_ = self.model_
        return self

    @changes_model
    @fit_context(prefer_skip_nested_validation=False)
    def partial_fit_target(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        classes: ArrayLike | None = None,
        X_unlabelled: ArrayLike | None = None,
    ) -> Self:
        """Fine-tune on labelled stars of a target survey.

        The first call replaces the classes by the target's and those of `keep`: known ones keep
        their row of the head, new ones start from their relatives' (`harmonise` tells which names
        belong together). Later calls go on from the present weights and add classes; remembered stars
        of the earlier calls are rehearsed, so that a class missing from `y` is not forgotten.
        What the source's networks say, in the classes of the target as its labels translate them, keeps a
        say in predictions, the more the fewer labels there are.
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
            Classes of the target survey, where `y` does not show them all; they are all there is
            then, and `keep` adds none. A class of the source without a star in `y` is kept alive by
            the source's stars; one that has no star in the source either cannot be learned yet: it
            keeps a place, and a per cent or two of the probability.
        X_unlabelled : array-like of shape (n_unlabelled, n_features), default=None
            Features of further target stars. Those that the fine-tuned networks are sure of
            get the predicted class, and the networks' fine-tuning is repeated with them. With
            ``priors="em"`` the class shares are estimated from them, too.

        Raises
        ------
        NotFittedError
            If there is no source to start from.
        ValueError
            If the number of features is not the source's, a label is missing or not in `classes`.

        Warns
        -----
        UserWarning
            If labels are numbers and the classes of the source names, if all labels are of one class, or if classes
            that no label names will hardly be found any more.
        """
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(
                f"This {type(self).__name__} has no source to start from: call fit(X, y) with the "
                "source survey before partial_fit_target."
            )
        stars = self._check_stars(X, y, sample_weight, reset=False)
        if self.gate_ is not None:
            # No fine-tuning changes the gate: it has not learned from these stars.
            still = self.gate_.still(stars.X[:, self.gate_.columns], resolve_device(self.device))
            stars = replace(stars, X=self._shown(stars.X), still=still)
        if X_unlabelled is not None:
            X_unlabelled = self._shown(self._check_features(X_unlabelled, reset=False))
        named = sorted_classes(stars.y if classes is None else classes)
        keeps = classes is None and not self.is_transferred_
        tell_of_numbers(self.classes_, named)
        given = self.model_.with_kept(named, self.keep) if keeps else named
        rare = np.setdiff1d(given, named)
        known = [*given.tolist(), *self.classes_.tolist(), *self.source_classes_.tolist()]
        self._check_class_weight(list(dict.fromkeys(known)))
        device = resolve_device(self.device)
        self.model_ = self._fine_tune(stars, given, rare, device, X_unlabelled)
        tell_of_lowered_odds(self.model_)
        tell_of_a_single_class(self.model_)
        if X_unlabelled is not None and isinstance(self.priors, str) and self.priors == "em":
            self.estimate_priors(X_unlabelled)
        return self

    @property
    def history_(self) -> list[list[dict]]:
        """For each network one entry an epoch of the last training."""
        return list(self.model_.history)

    @property
    def priors_(self) -> NDArray[Any]:
        """Class shares that predictions are made for, in the order of `classes_`."""
        priors = self._given_priors()
        return self.model_.shares if priors is None else priors

    @property
    def scaler_(self) -> Any:
        """The fitted scaler, or None."""
        return self.model_.scaler

    def _given_priors(self):
        """Class shares to predict for; None where they are as in training."""
        if self.priors is None:
            return None
        if isinstance(self.priors, str) and self.priors == "em":
            return self.model_.estimated_priors
        return resolve_priors(self.priors, self.model_.classes, self.model_.prior)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Predict the most probable class.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)

        Returns
        -------
        y : ndarray of shape (n_stars,)
        """
        # Softened or not, the most probable class is the same; given shares are applied to softened ones.
        proba = self._probabilities(self._asked(X), self._given_priors())
        return self.classes_[proba.argmax(axis=1)]

    def predict_proba(self, X: ArrayLike) -> NDArray[Any]:
        """Predict class probabilities.

        They say less the farther a star is from all that the model has learned: beyond 99 in 100
        training stars (`novelty_score`) their logarithms shrink with the distance. The most probable
        class stays, unless `priors` have the more to say.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)
            A row that is NaN throughout gets the shares of the classes in the training stars;
            `flag_missing` tells which rows these are.

        Returns
        -------
        proba : ndarray of float64 of shape (n_stars, n_classes)
            Columns in the order of `classes_`.

        Raises
        ------
        ValueError
            If `priors` does not fit the classes.
        """
        return self._probabilities(self._asked(X), self._given_priors(), softened=True)

    def _probabilities(self, X, priors=None, *, softened=False):
        """Probabilities of checked features, for other class shares than the training's if given.

        Far from home they are softened before class shares have their say; that of no given shares
        may leave it out where the most probable class alone is wanted.
        """
        return self._judged(X, priors, softened=softened or priors is not None)[0]

    def _judged(self, X, priors, *, softened):
        """Probabilities of checked features, and with `softened` their novelty, for the work of one."""
        device, shown = prediction_device(self.device), self._shown(X)
        usable, novelty = usable_rows(shown), None
        # The published network of UPSILoN-T remembers no star to be far from.
        if softened and len(self.model_.memory.y):
            proba, novelty = self.model_.predict_and_place(shown, device)
        else:
            proba = self.model_.predict_proba(shown, device)
        if self.gate_ is not None:
            proba[usable] = self.gate_.refine(
                proba[usable], self.classes_, X[usable][:, self.gate_.columns], device
            )
        proba[usable] = self.model_.calibration.spare(proba[usable])
        if novelty is not None:
            proba = soften_far(proba, novelty)
        if priors is not None:
            proba[usable] = reweight(proba[usable], self.model_.shares, priors)
            proba[~usable] = priors
        return proba, novelty

    def _probabilities_and_novelty(self, X):
        """What `predict_proba` and `novelty_score` say of checked features."""
        proba, novelty = self._judged(X, self._given_priors(), softened=True)
        if novelty is None:
            # Says that there is no star to be far from.
            novelty = self._novelty(X)
        return proba, novelty

    def _shown(self, X):
        """What the networks see of checked features: all but the evidence."""
        return X if self.gate_ is None else np.delete(X, self.gate_.columns, axis=1)

    def _compared(self, shown):
        """Features as the memory has them, and from which feature each column comes (-1: several)."""
        return shown, np.arange(shown.shape[1])

    def _shown_names(self):
        """Names of these features, or None."""
        names = self._names()
        return None if names is None else self._shown(names[None])[0]

    def _names(self):
        return getattr(self, "feature_names_in_", None)

    def predict_set(self, X: ArrayLike, alpha: float = 0.1) -> NDArray[Any]:
        """Predict sets of classes that hold the true one with probability 1 - alpha.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)
        alpha : float, default=0.1
            Share of stars whose set may miss the true class, between 0 and 1. The promise holds
            for stars drawn like the labelled ones of the training; with `priors`, for stars of
            each class drawn so, whose classes have these shares.

        Returns
        -------
        sets : ndarray of bool of shape (n_stars, n_classes)
            Whether each class is in the star's set. A set may be empty; that of a row without
            any feature holds every class.

        Raises
        ------
        ValueError
            If no star was held out of fitting (`calibration` was None).
        """
        check_share("alpha", alpha)
        features = self._asked(X)
        proba = self._probabilities(features)
        sets = prediction_sets(self.model_.calibration, proba, alpha, self._given_priors())
        sets[~usable_rows(self._shown(features))] = True
        return sets

    def embed(self, X: ArrayLike) -> NDArray[Any]:
        """Output of the backbones: what the networks see in a star.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)

        Returns
        -------
        embedding : ndarray of float32 of shape (n_stars, n_estimators * last hidden width)
            The networks' embeddings side by side; NaN for a row without any feature.
        """
        features = self._asked(X)  # says first where nothing is fitted
        return self.model_.embed(self._shown(features), prediction_device(self.device))

    def novelty_score(self, X: ArrayLike) -> NDArray[Any]:
        """How unlike the training stars each star is.

        The distance from the nearest class in the embedding, in units of the scatter within the
        classes, is compared with those of remembered training stars.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)

        Returns
        -------
        novelty : ndarray of float64 of shape (n_stars,)
            Share of the training stars that are less unusual, between 0 and 1: above 0.95 are
            5% of the stars of a survey like that of the training. NaN for a row without any
            feature.

        Raises
        ------
        ValueError
            If the model remembers no star.
        """
        return self._novelty(self._asked(X))

    def _novelty(self, X):
        """`novelty_score` of checked features."""
        return self.model_.novelty(self._shown(X), prediction_device(self.device))

    def accuracy_estimate(self, X: ArrayLike, purity: float = 0.95) -> AccuracyEstimate:
        """What to expect of `predict` for stars without labels.

        The mean of the probabilities that `predict_proba` gives. Set `calibration`, and `priors`
        where the shares of the classes are not as in training.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)
        purity : float, default=0.95
            Share of the stars of a class that should be of it above its `threshold`.

        Returns
        -------
        estimate : AccuracyEstimate
            The expected share right, purity and completeness of each class, and the probability
            that a star needs for the purity that is asked for.

        Raises
        ------
        ValueError
            If no star has a feature, the model remembers no star, or `purity` is not between 0 and 1.
        """
        check_share("purity", purity)
        features = self._usable(X)
        if not len(features):
            raise ValueError("No star has a feature: there is nothing to expect.")
        proba, novelty = self._probabilities_and_novelty(features)
        return expected_accuracy(proba, self.classes_, novelty, purity)

    def drift_test(self, X: ArrayLike, level: float = 0.05) -> DriftTest:
        """Whether stars are drawn from the survey that the model has learned last.

        Each feature is compared with those of remembered training stars, which count by the shares
        of the classes among the new ones: other shares alone are no drift.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)
            Not the stars that were learned.
        level : float, default=0.05
            Share of false alarms, between 0 and 1. The features are correlated: it is less.

        Raises
        ------
        ValueError
            If no star has a feature, or the model remembers no star.
        """
        check_share("level", level)
        features = self._usable(X)
        model, memory = self.model_, self.model_.memory
        if not len(features) or not len(memory.y):
            missing = "No star has a feature" if len(memory.y) else "The model remembers no star"
            raise ValueError(f"{missing}: there is nothing to compare.")
        proba = self._probabilities(features)
        shares, _ = estimate_shares(proba, model.shares)
        shares = proba.mean(axis=0) if shares is None else shares
        weight = memory.weighed(model.classes, shares)
        inputs, origin = self._compared(self._shown(features))
        p_values = column_drift(memory.X, weight, inputs)
        p_value = min(1.0, float(p_values.min()) * len(p_values))
        return DriftTest(p_value, p_value < level, self._feature(origin[p_values.argmin()]))

    def _feature(self, shown):
        """Name or position of one of the features that the networks see; None for -1."""
        if shown < 0:
            return None
        column = int(self._shown(np.arange(self.n_features_in_)[None])[0, shown])
        names = self._names()
        return column if names is None else str(names[column])

    def predict_or_abstain(
        self,
        X: ArrayLike,
        *,
        min_probability: float = 0.5,
        max_novelty: float = 0.9,
        purity: float | Mapping[Any, float] | None = None,
        unknown: Any = "unknown",
    ) -> NDArray[Any]:
        """Predict the most probable class where the star is known enough.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)
        min_probability : float, default=0.5
            Stars whose most probable class is less probable are `unknown`.
        max_novelty : float, default=0.9
            So are stars with a larger `novelty_score`, and rows without any feature. Of stars like
            those of the training, about one in ten is lost at the default.
        purity : float, dict of class -> float, or None, default=None
            Share of the stars of each class that should be of it: stars below the class's threshold
            (`purity_thresholds`) are `unknown`, too. Of a dict the classes that are not named have
            none.
        unknown : object, default="unknown"
            What they are called; no name of a class.

        Returns
        -------
        y : ndarray of shape (n_stars,)
            Of dtype object where classes are numbers and `unknown` is a name.

        Raises
        ------
        ValueError
            If `unknown` is a class, a limit is not between 0 and 1, the model remembers no
            star, or `purity` is asked for and no held-out star tells.
        """
        features, thresholds = self._asked(X), None
        if purity is not None:
            thresholds = np.array(list(self.purity_thresholds(purity).values()))
        proba, novelty = self._probabilities_and_novelty(features)
        return abstain(
            proba,
            novelty,
            self.classes_,
            min_probability=min_probability,
            max_novelty=max_novelty,
            unknown=unknown,
            thresholds=thresholds,
        )

    def purity_thresholds(self, purity: float | Mapping[Any, float] = 0.95) -> dict[Any, float]:
        """Least probability from which on the stars of a class are as pure as is wished.

        The stars that were held out for `calibration` tell; they are kept with the model, and in its
        file. The promise holds for stars drawn like the labelled ones of the last training.

        Parameters
        ----------
        purity : float or dict of class -> float, default=0.95
            Share of the stars with a class that should be of it, between 0 and 1.

        Returns
        -------
        thresholds : dict of class -> float
            In the order of `classes_`. Infinite where not even the surest stars are so pure; 0 for
            a class that the dict does not name.

        Raises
        ------
        ValueError
            If no held-out star tells, `purity` is not between 0 and 1 or names an unknown class, or
            `priors` are set: the held-out stars have the shares of the training.

        Examples
        --------
        >>> from sklearn.datasets import make_blobs
        >>> from sklearn_vartl import TransferMLPClassifier
        >>> X, y = make_blobs(n_samples=400, centers=3, random_state=0)
        >>> clf = TransferMLPClassifier(
        ...     (16,), n_estimators=1, calibration="temperature", random_state=0
        ... ).fit(X[:200], y[:200])
        >>> thresholds = clf.purity_thresholds(0.95)
        >>> sorted(thresholds), 0 < thresholds[0] < 1
        ([0, 1, 2], True)
        >>> bool((clf.predict_or_abstain(X[200:], purity=0.95, max_novelty=1) == "unknown").any())
        True
        """
        check_is_fitted(self)
        if self._given_priors() is not None:
            raise ValueError(
                "The held-out stars tell how pure classes are for the shares of the training: set "
                "priors=None, or take the threshold of accuracy_estimate, which knows of priors."
            )
        return self.model_.purity_thresholds(purity)

    @changes_model
    def estimate_priors(self, X: ArrayLike) -> NDArray[Any]:
        """Estimate the class shares among stars without labels.

        With ``priors="em"`` predictions are for these shares from then on, until the next
        `partial_fit_target` or `reset_to_source`.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)
            Stars drawn like those that will be predicted.

        Returns
        -------
        shares : ndarray of shape (n_classes,)
            In the order of `classes_`; the shares of the training, with a warning that says why,
            where the estimate cannot be trusted.
        """
        proba = self._probabilities(self._usable(X))
        model = self.model_
        shares, refusal = estimate_shares(proba, model.shares)
        self.model_ = replace(model, estimated_priors=shares)
        if shares is None:
            warn_user(f"The class shares stay those of the training: {refusal}.")
            return model.shares.copy()
        return shares.copy()

    def flag_missing(self, X: ArrayLike) -> NDArray[Any]:
        """Mark the rows without any feature, for which only class priors are predicted.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)

        Returns
        -------
        flag : ndarray of bool of shape (n_stars,)
        """
        return ~usable_rows(self._shown(self._asked(X)))

    def flag_seen(self, X: ArrayLike) -> NDArray[Any]:
        """Mark the rows that the model has learned from, as labelled stars of any of its trainings.

        Scores on such stars are too good. They are recognised by 64-bit fingerprints of their
        features, of five digits each; files of the first versions know the remembered stars only, and those of
        later ones stars whose features are the same to the last bit.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)

        Returns
        -------
        flag : ndarray of bool of shape (n_stars,)
            False for a row without any feature.
        """
        features, model = self._shown(self._asked(X)), self.model_
        # An ensemble remembers scaled stars.
        known = are_among(self._compared(features)[0], fingerprints(model.memory.X))
        if model.seen is not None:
            known |= are_among(features, model.seen)
        return usable_rows(features) & known

    def _check_features(self, X, *, reset):
        return check_table(self, X, allow_nan=self._allows_nan(), reset=reset)

    def _asked(self, X):
        """Checked features of the stars that a fitted classifier is asked about."""
        check_is_fitted(self)
        return self._check_features(X, reset=False)

    def _usable(self, X):
        """Those that show the networks a feature."""
        features = self._asked(X)
        return features[usable_rows(self._shown(features))]

    def _check_class_weight(self, known):
        """Refuse weights of classes that are none, or that are no numbers."""
        weights = self.class_weight if isinstance(self.class_weight, dict) else {}
        if unknown := [name for name in weights if name not in known]:
            raise ValueError(f"class_weight names {unknown}, the classes are {known}.")
        if any(isinstance(weight, str) for weight in weights.values()):
            raise ValueError(f"class_weight must be numbers, got {weights}.")

    def _check_stars(self, X, y, sample_weight, *, reset):
        """Checked training stars, without those of weight zero and, which is told, those without a feature."""
        X = self._check_features(X, reset=reset)
        y = check_labels(y, len(X), unlabelled_argument=None if reset else "X_unlabelled")
        weight = check_weights(sample_weight, X)
        usable = usable_rows(X)
        if not usable.all():
            lost = np.flatnonzero(~usable)
            have, are = ("has", "is") if len(lost) == 1 else ("have", "are")
            warn_user(
                f"{len(lost)} of {len(X)} stars {have} no feature (all are NaN) and {are} left out of fitting "
                f"(position{'s' * (len(lost) > 1)} {', '.join(map(str, lost[:5]))}{', ...' * (len(lost) > 5)})."
            )
        keep = usable & (weight > 0)
        if not keep.any():
            raise ValueError("No star with features and a positive sample_weight is left to fit.")
        return Stars.new(X[keep], y[keep], weight[keep])

    def _allows_nan(self):
        """Whether missing features are allowed: where the scaler takes them."""
        if self.scaler is None:
            return False
        return isinstance(self.scaler, str) or get_tags(self.scaler).input_tags.allow_nan

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self._allows_nan()
        return tags
