"""TransferMLPClassifier: a network learned on one survey and fine-tuned on another."""

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from os import PathLike
from typing import Any, Literal

from numpy.random import RandomState
from numpy.typing import ArrayLike
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from ..network import STRATEGIES
from ._base import TransferClassifier
from ._fitting import fine_tune, learn, plan_classes
from ._model import fingerprints, fit_scaler

POSITIVE = Interval(Real, 0, None, closed="neither")
NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
COUNT = Interval(Integral, 1, None, closed="left")
PARAMETER_CONSTRAINTS = {
    "hidden_layer_sizes": ["array-like", COUNT],
    "n_estimators": [COUNT],
    "strategy": [StrOptions(set(STRATEGIES))],
    "learning_rate": [POSITIVE],
    "backbone_learning_rate": [NOT_NEGATIVE, None],
    "weight_decay": [NOT_NEGATIVE],
    "label_smoothing": [Interval(Real, 0, 1, closed="left")],
    "batch_size": [Interval(Integral, 2, None, closed="left")],
    "max_epochs": [COUNT],
    "min_steps": [Interval(Integral, 0, None, closed="left")],
    "sampling": [StrOptions({"uniform", "balanced"})],
    "class_weight": [StrOptions({"balanced"}), dict, None],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 0.5, closed="right")],
    "n_iter_no_change": [COUNT],
    "calibration": [StrOptions({"temperature"}), None],
    "priors": [StrOptions({"balanced", "em"}), dict, "array-like", None],
    "evidence": ["array-like", None],
    "keep": ["array-like"],
    "scaler": [StrOptions({"auto"}), HasMethods(["fit", "transform"]), None],
    "transfer_scaler": [StrOptions({"source", "target"})],
    "device": [str],
    "n_jobs": [Integral, None],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
    "checkpoint": [str, PathLike, None],
}


class TransferMLPClassifier(TransferClassifier):
    """Neural network classifier for transfer learning between surveys.

    `fit` learns a source survey, `partial_fit_target` fine-tunes on few labels of a target survey
    whose classes may be others, `predict_proba` classifies. The network is a backbone of hidden
    layers (linear, ReLU, batch normalisation) and a linear head with one row a class; several of
    them, trained from different random starts, are averaged.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(64, 128, 256)
        Widths of the backbone's layers.
    n_estimators : int, default=5
        Number of networks whose probabilities are averaged.
    strategy : {"full", "head", "gradual"}, default="full"
        What `partial_fit_target` trains: all layers, the head only, or the head first and the
        layers below it one after the other.
    learning_rate : float, default=2e-3
        Largest learning rate of the one-cycle schedule, in fine-tuning that of the head.
    backbone_learning_rate : float or None, default=None
        The same for the backbone in fine-tuning; None is 0.1 times `learning_rate`.
    weight_decay : float, default=1.0
        Weight decay of AdamW, which is decoupled: a step shrinks weights by this times the
        learning rate.
    label_smoothing : float, default=0.02
        Share of each label spread over all classes in training.
    batch_size : int, default=128
        Stars a step.
    max_epochs : int, default=10
        Passes over the training stars. A network that learns a large source survey by heart has
        less to offer to a target.
    min_steps : int, default=200
        With few stars training goes on beyond `max_epochs` until this number of steps.
    sampling : {"uniform", "balanced"}, default="uniform"
        "balanced" draws stars with replacement so that each class is equally frequent.
    class_weight : {"balanced"}, dict or None, default=None
        Weights of the classes in the loss, as everywhere in scikit-learn; a remembered star counts
        as all those that it stands for.
    early_stopping : bool, default=False
        Hold stars out of each network's training, keep the epoch with the lowest loss on them and
        stop after `n_iter_no_change` epochs without improvement.
    validation_fraction : float, default=0.1
        Share of each class held out by `early_stopping`.
    n_iter_no_change : int, default=10
        Patience of `early_stopping`.
    calibration : {"temperature"} or None, default=None
        "temperature" divides the logits by a number that makes held-out stars most likely. It is
        found with up to five further networks, each of which leaves a fold of the stars out. Only
        stars are held out that the networks have not learned from before; what those of earlier
        calls told is kept.
    priors : {"balanced", "em"}, dict of class -> share, array-like or None, default=None
        Class shares among the stars that are predicted. None takes them to be as in training,
        "balanced" to be equal; an array-like is in the order of `classes_`, a Series with the
        classes as its index is a dict; classes that a dict leaves out share what remains. "em"
        estimates them from stars without labels: those of
        ``partial_fit_target(X_unlabelled=...)`` or `estimate_priors`; until then they are as in
        training. Nothing is trained anew: ``set_params(priors=...)`` acts at once.
    evidence : list of str or int, or None, default=None
        Columns that tell whether a star varies at all, by name or position: those
        of the set "evidence" of LightCurveFeatures. Networks of their own learn
        from these columns alone which stars are NONVAR, and no other network sees them. They set
        the probability of NONVAR as long as this is a class; the others refine the rest.
    keep : sequence of classes, default=("NONVAR", "QSO")
        Classes of the source that the first `partial_fit_target` keeps, where the source knows
        them and the target has no label of them: those of stars that are no periodic variables,
        which hardly ever have a label and would get the class of a variable else. Remembered stars
        of the source keep them alive. Their odds in the fine-tuned networks are a tenth of those of a class with
        labels (a fifth where `evidence` decides), and less where several labelled stars, judged by `evidence`
        or held out for `calibration`, would be lost to them; a warning tells where they are much less. ``()``
        keeps none.
    scaler : {"auto"}, transformer or None, default="auto"
        What turns features into inputs: "auto" is ``FeatureScaler()``, None nothing.
    transfer_scaler : {"source", "target"}, default="source"
        Whether fine-tuning keeps the source's scaler or fits a new one on the target. Only with
        the source's do the inputs mean what the backbone has learned.
    device : str, default="auto"
        Where torch trains: "auto" takes a GPU if there is one; otherwise torch's names. Predictions
        need no torch on "auto" and "cpu"; on a GPU that is named they are computed there.
    n_jobs : int or None, default=None
        Number of networks trained at the same time; those of a fine-tuning are trained side by side by
        one worker anyway. The result does not depend on it.
    random_state : int, RandomState instance or None, default=None
        Decides initial weights, order of the stars, splits. With an int, fits are repeatable bit
        for bit on one machine's CPU.
    verbose : int or bool, default=0
        Show a progress bar over the networks.
    checkpoint : str, path-like or None, default=None
        Folder where the networks of a long training are kept while it lasts, made if need be. A
        `fit` or `partial_fit_target` that was stopped goes on when it is called again with the
        same stars and parameters: networks that were ready are read, and the result has the same
        bits as one that was not stopped; `n_jobs` may differ. Anything else begins anew in files of
        its own, so that clones in a cross-validation can share the folder. A training removes its
        files when it is done; those of one that is never taken up again stay. Needs
        `random_state`.

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
        For each network one entry an epoch of the last training: ``epoch``, ``train_loss``,
        ``learning_rate`` and, with `early_stopping`, ``valid_loss``.
    scaler_ : transformer or None
        The fitted scaler.
    model_, source_model_ : Model
        What is known now, and what was known after `fit`.
    n_features_in_ : int
        Number of features seen in `fit`.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where `X` had names that are all strings.

    See Also
    --------
    make_transfer_pipeline : The same for light curves, with features computed.
    FineTunedClassifier : Fine-tuning as `fit`, for cross-validation.

    References
    ----------
    .. [1] Kim, D.-W. et al. (2021). "Deep transfer learning for the classification of variable
       sources". A&A 653, A22.
    .. [2] Smith, L. N., Topin, N. (2019). "Super-convergence: very fast training of neural
       networks using large learning rates". SPIE 11006.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier
    >>> X, y = make_blobs(n_samples=300, centers=3, n_features=4, random_state=0)
    >>> clf = TransferMLPClassifier((16,), n_estimators=1, random_state=0).fit(X[:200], y[:200])
    >>> clf.score(X[200:], y[200:]) > 0.8
    True
    >>> X_target = X + 0.5                       # another instrument, and class 3 is new
    >>> y_target = [[1, 2, 3][label] for label in y]
    >>> clf.partial_fit_target(X_target[:60], y_target[:60]).classes_
    array([1, 2, 3])
    >>> clf.predict_proba(X_target[60:]).shape
    (240, 3)
    """

    _parameter_constraints: dict = PARAMETER_CONSTRAINTS

    def __init__(
        self,
        hidden_layer_sizes: int | ArrayLike = (64, 128, 256),
        *,
        n_estimators: int = 5,
        strategy: Literal["full", "head", "gradual"] = "full",
        learning_rate: float = 2e-3,
        backbone_learning_rate: float | None = None,
        weight_decay: float = 1.0,
        label_smoothing: float = 0.02,
        batch_size: int = 128,
        max_epochs: int = 10,
        min_steps: int = 200,
        sampling: Literal["uniform", "balanced"] = "uniform",
        class_weight: Literal["balanced"] | Mapping | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        calibration: Literal["temperature"] | None = None,
        priors: Literal["balanced", "em"] | Mapping | ArrayLike | None = None,
        evidence: Sequence[str | int] | None = None,
        keep: Sequence[Any] = ("NONVAR", "QSO"),
        scaler: Any = "auto",
        transfer_scaler: Literal["source", "target"] = "source",
        device: str = "auto",
        n_jobs: int | None = None,
        random_state: int | RandomState | None = None,
        verbose: int | bool = 0,
        checkpoint: str | PathLike | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.n_estimators = n_estimators
        self.strategy = strategy
        self.learning_rate = learning_rate
        self.backbone_learning_rate = backbone_learning_rate
        self.weight_decay = weight_decay
        self.label_smoothing = label_smoothing
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.min_steps = min_steps
        self.sampling = sampling
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.calibration = calibration
        self.priors = priors
        self.evidence = evidence
        self.keep = keep
        self.scaler = scaler
        self.transfer_scaler = transfer_scaler
        self.device = device
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.checkpoint = checkpoint

    def _learn(self, stars, classes, scaler, device):
        return learn(self, stars, classes, scaler, device)

    def _gate_networks(self):
        return gate_networks(self)

    def _fine_tune(self, stars, given, rare, device, X_unlabelled):
        model = self.model_
        # Files of the first versions know the seen stars by what they remember alone.
        stars = stars.known_by(model.seen).known_by(fingerprints(model.memory.X))
        classes, stars = plan_classes(model, stars, given, rare)
        scaler = model.scaler
        if self.transfer_scaler == "target":
            scaler = fit_scaler(scaler, stars.X, self._shown_names())
        source = self.source_model_
        return fine_tune(self, model, source, stars, classes, scaler, device, X_unlabelled)


# Few numbers tell noise: small networks are enough.
_OF_GATE: dict[str, Any] = {"hidden_layer_sizes": (64, 64), "n_estimators": 3, "max_epochs": 30}


def gate_networks(classifier: TransferClassifier) -> TransferMLPClassifier:
    """The networks that learn the evidence for a classifier."""
    shared: dict[str, Any] = {
        name: getattr(classifier, name) for name in ("evidence", "device", "n_jobs", "random_state")
    }
    return TransferMLPClassifier(**_OF_GATE, **shared)
