"""What a TransferPipeline asks of its last step, light curves turned into features before."""

from sklearn.utils.metaestimators import available_if

from ._steps import refuse_frozen


def last_step_has(*names):
    """Condition for `available_if`: the last step has all these methods."""

    def check(self):
        for name in names:
            getattr(self._final_estimator, name)
        return True

    return check


class LastStepMixin:
    """Methods of the last step beyond those of every classifier."""

    @available_if(last_step_has("reset_to_source"))
    def reset_to_source(self):
        """Forget every fine-tuning of the last step."""
        name, last = self.steps[-1]
        refuse_frozen(name, last, "reset_to_source")
        last.reset_to_source()
        return self

    @available_if(last_step_has("embed"))
    def embed(self, X):
        """Embedding of light curves by the last step; see TransferMLPClassifier.embed."""
        return self.steps[-1][1].embed(self._features(X))

    @available_if(last_step_has("flag_missing"))
    def flag_missing(self, X):
        """Mark the stars without any feature, for which only class priors are predicted."""
        return self.steps[-1][1].flag_missing(self._features(X))

    @available_if(last_step_has("predict_set"))
    def predict_set(self, X, **params):
        """Sets of classes that contain the true one with a given probability."""
        return self.steps[-1][1].predict_set(self._features(X), **params)

    @available_if(last_step_has("novelty_score"))
    def novelty_score(self, X):
        """How unlike the training stars each star is."""
        return self.steps[-1][1].novelty_score(self._features(X))

    @available_if(last_step_has("predict_or_abstain"))
    def predict_or_abstain(self, X, **params):
        """Classes, or `unknown` for stars that are too unsure or too unlike the training's."""
        return self.steps[-1][1].predict_or_abstain(self._features(X), **params)

    @available_if(last_step_has("estimate_priors"))
    def estimate_priors(self, X):
        """Estimate the class shares among light curves without labels; see the last step."""
        name, last = self.steps[-1]
        refuse_frozen(name, last, "estimate_priors")
        return last.estimate_priors(self._features(X))

    @property
    def source_classes_(self):
        """Classes learned by `fit`."""
        return self.steps[-1][1].source_classes_

    @property
    def is_transferred_(self):
        """Whether the last step has been fine-tuned."""
        return self.steps[-1][1].is_transferred_
