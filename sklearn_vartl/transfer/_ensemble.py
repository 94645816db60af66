"""TransferEnsembleClassifier: fine-tuned networks and trees that know the source, averaged."""

from numbers import Integral

from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils._param_validation import Interval

from ._base import LearningMixin, TransferPredictorMixin
from ._ensemble_fitting import fine_tune_ensemble, learn_source
from ._mlp import PARAMETER_CONSTRAINTS

_OF_NETWORKS = (
    "hidden_layer_sizes", "n_estimators", "strategy", "learning_rate", "backbone_learning_rate",
    "max_epochs", "min_steps", "calibration", "priors", "scaler", "device", "n_jobs", "random_state",
    "verbose",
)  # fmt: skip


class TransferEnsembleClassifier(
    LearningMixin, TransferPredictorMixin, ClassifierMixin, BaseEstimator
):
    """Average of fine-tuned networks and of trees that know the source.

    `fit` learns a source survey, `partial_fit_target` fine-tunes on few labels of a target survey
    whose classes may be others, `predict_proba` classifies. These parts have equal say:

    - for each group of features networks as in TransferMLPClassifier;
    - from the first fine-tuning on, extremely randomised trees grown on the target's labels, which
      see all features and the probabilities of the source's networks.

    The mean is one of logarithms, calibrated on stars that are left out.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(64, 128, 256)
        Widths of the hidden layers of each network.

    n_estimators : int, default=5
        Number of networks on each group of features.

    views : sequence of sequences of str or int, or None, default=None
        Groups of features, by name or position, each with its own networks. Groups that measure
        the same in other ways (two period searches) err differently, and their average is better
        than either. The trees see what the first group's networks think. None: one group of all.

    n_trees : int, default=200
        Number of trees; 0 leaves them out.

    strategy : {"full", "head", "gradual"}, default="full"
        What fine-tuning trains: all layers, the head only, or the head first and the layers below
        it one after the other.

    learning_rate : float, default=2e-3
        Largest learning rate of the one-cycle schedule, in fine-tuning that of the head.

    backbone_learning_rate : float or None, default=None
        The same for the backbone in fine-tuning; None is 0.1 times `learning_rate`.

    max_epochs : int, default=10
        Passes over the training stars.

    min_steps : int, default=200
        With few stars training goes on beyond `max_epochs` until this number of steps.

    calibration : {"temperature"} or None, default="temperature"
        "temperature" sharpens or softens the averaged probabilities so that held-out stars become
        most likely. It takes up to five further networks on each group of features.

    priors : {"balanced", "em"}, dict of class -> share, array-like or None, default=None
        Class shares among the stars that are predicted, as in TransferMLPClassifier.

    scaler : {"auto"}, transformer or None, default="auto"
        What turns features into inputs: "auto" is ``FeatureScaler()``, None nothing. It is fitted
        on the source and kept.

    device : str, default="auto"
        Where torch computes: "auto" takes a GPU if there is one; otherwise torch's names.

    n_jobs : int or None, default=None
        Number of networks and trees made at the same time. The result does not depend on it.

    random_state : int, RandomState instance or None, default=None
        With an int, fits are repeatable bit for bit on one machine's CPU.

    verbose : int or bool, default=0
        Show progress bars over the networks.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Classes that are predicted: the target's after `partial_fit_target`.

    source_classes_ : ndarray
        Classes learned by `fit`.

    priors_ : ndarray of shape (n_classes,)
        Class shares that predictions are made for.

    is_transferred_ : bool
        Whether `partial_fit_target` has been called.

    history_ : list of list of dict
        For each network one entry an epoch of the last training.

    scaler_ : transformer or None
        The fitted scaler.

    model_, source_model_ : EnsembleModel
        What is known now, and what was known after `fit`.

    n_features_in_ : int
        Number of features seen in `fit`.

    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where `X` had names that are all strings.

    See Also
    --------
    TransferMLPClassifier : The networks alone, several times faster.

    References
    ----------
    .. [1] Geurts, P., Ernst, D., Wehenkel, L. (2006). "Extremely randomized trees". Machine
       Learning 63, 3.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferEnsembleClassifier
    >>> X, y = make_blobs(n_samples=300, centers=3, n_features=4, random_state=0)
    >>> clf = TransferEnsembleClassifier((16,), n_estimators=1, n_trees=10, calibration=None,
    ...                                  random_state=0).fit(X[:200], y[:200])
    >>> X_target = X + 0.5                       # another instrument, and class 3 is new
    >>> y_target = [[1, 2, 3][label] for label in y]
    >>> clf.partial_fit_target(X_target[:60], y_target[:60]).classes_
    array([1, 2, 3])
    >>> clf.predict_proba(X_target[60:]).shape
    (240, 3)
    """

    _parameter_constraints: dict = {
        **{name: PARAMETER_CONSTRAINTS[name] for name in _OF_NETWORKS},
        "views": ["array-like", None],
        "n_trees": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(
        self,
        hidden_layer_sizes=(64, 128, 256),
        *,
        n_estimators=5,
        views=None,
        n_trees=200,
        strategy="full",
        learning_rate=2e-3,
        backbone_learning_rate=None,
        max_epochs=10,
        min_steps=200,
        calibration="temperature",
        priors=None,
        scaler="auto",
        device="auto",
        n_jobs=None,
        random_state=None,
        verbose=0,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.n_estimators = n_estimators
        self.views = views
        self.n_trees = n_trees
        self.strategy = strategy
        self.learning_rate = learning_rate
        self.backbone_learning_rate = backbone_learning_rate
        self.max_epochs = max_epochs
        self.min_steps = min_steps
        self.calibration = calibration
        self.priors = priors
        self.scaler = scaler
        self.device = device
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def _learn(self, stars, classes, scaler, device):
        return learn_source(self, stars, classes, scaler, device)

    def _fine_tune(self, stars, given, device, X_unlabelled):
        teacher = self.source_model_.networks[0]
        return fine_tune_ensemble(self, self.model_, teacher, stars, given, device, X_unlabelled)
