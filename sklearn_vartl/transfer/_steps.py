"""Kinds of pipeline steps, and what each does in fitting and in prediction."""

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.utils import _safe_indexing


def is_skipped(step):
    """Whether a step does nothing."""
    return step is None or (isinstance(step, str) and step == "passthrough")


def is_sampler(step):
    """Whether a step draws or makes stars (in fitting only)."""
    return hasattr(step, "fit_resample")


def resample(name, sampler, X, y, sample_weight):
    """Run a sampler on the training stars.

    Parameters
    ----------
    name : str
        Name of the step, for messages.
    sampler : object with fit_resample
    X, y : training stars and labels
    sample_weight : ndarray or None
        Follow the stars where the sampler tells which ones it took (`sample_indices_`); a new
        star has its parent's weight where the sampler names it (`groups_`).

    Returns
    -------
    X, y, sample_weight

    Raises
    ------
    ValueError
        If there are weights and the sampler made stars without saying from which.
    """
    X_new, y_new = sampler.fit_resample(X, y)
    if sample_weight is None:
        return X_new, y_new, None
    indices = getattr(sampler, "sample_indices_", getattr(sampler, "groups_", None))
    if indices is None or len(indices) != len(y_new):
        raise ValueError(
            f"Step {name!r} ({type(sampler).__name__}) makes new stars, which have no "
            "sample_weight: fit without weights, or leave the step out."
        )
    return X_new, y_new, _safe_indexing(np.asarray(sample_weight), indices)


def refuse_frozen(name, step, method):
    """Raise where fine-tuning would change an estimator that its owner froze."""
    if isinstance(step, FrozenEstimator):
        raise TypeError(
            f"{method} would change the last step {name!r}, which is frozen "
            "(FrozenEstimator only blocks fit). Put the estimator itself into the pipeline, or "
            "fine-tune a copy with FineTunedClassifier(FrozenEstimator(model)).fit(X, y)."
        )


def check_intermediate(name, step):
    """Raise where a step before the last is neither a transformer nor a sampler."""
    if is_skipped(step) or is_sampler(step):
        return
    if not (
        hasattr(step, "transform") and (hasattr(step, "fit") or hasattr(step, "fit_transform"))
    ):
        raise TypeError(
            f"Step {name!r} ({type(step).__name__}) must have fit and transform, or fit_resample, "
            "or be 'passthrough': only the last step may be a classifier."
        )
