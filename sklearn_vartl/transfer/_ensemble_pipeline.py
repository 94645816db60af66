"""The most accurate pipeline from light curves to classes in one call."""

import numpy as np

from ._ensemble import TransferEnsembleClassifier
from ._pipeline import make_transfer_pipeline


def make_ensemble_pipeline(
    groups=("vartl", "upsilon"),
    *,
    on_error="raise",
    memory=None,
    n_jobs=None,
    random_state=None,
    verbose=0,
):
    """Build a TransferPipeline of features and an ensemble with networks on each group of them.

    More accurate than a pipeline of LightCurveFeatures and TransferMLPClassifier, and slower: it
    searches every period twice and trains four times as many networks.

    Parameters
    ----------
    groups : sequence of str or list of str, default=("vartl", "upsilon")
        For each group a set of features or a list of their names, as LightCurveFeatures takes
        them. The trees see all of them, and what the first group's networks think.

    on_error : {"raise", "nan"}, default="raise"
        What to do with stars that have no features; "nan" gives them the class shares.

    memory : str, path-like or joblib.Memory, default=None
        Folder where features are kept.

    n_jobs : int or None, default=None
        Number of threads for features, and of networks and trees made at the same time.

    random_state : int, RandomState instance or None, default=None
        With an int, fits are repeatable bit for bit on one machine's CPU.

    verbose : int, default=0
        Show progress bars.

    Returns
    -------
    pipeline : TransferPipeline
        Its steps are "lightcurvefeatures" and "transferensembleclassifier", whose other parameters
        ``set_params(transferensembleclassifier__n_trees=500)`` sets.

    Raises
    ------
    ValueError
        For an unknown feature, a feature in two groups, or no group.

    See Also
    --------
    TransferEnsembleClassifier : The ensemble.
    make_transfer_pipeline : Any other steps.

    Examples
    --------
    >>> from sklearn_vartl import make_ensemble_pipeline
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> source = simulate_survey(60, "ogle3", classes=["RRAB", "EC", "MIRA"], random_state=0)
    >>> target = simulate_survey(30, "asas", classes=["RRAB", "EC", "SPB"], random_state=1)
    >>> model = make_ensemble_pipeline(random_state=0)
    >>> fast = {"n_estimators": 1, "hidden_layer_sizes": (32,), "calibration": None}
    >>> model.set_params(**{f"transferensembleclassifier__{k}": v for k, v in fast.items()})
    TransferPipeline(...)
    >>> model = model.fit(source, source.labels)
    >>> model.partial_fit_target(target, target.labels).classes_.tolist()
    ['EC', 'RRAB', 'SPB']
    """
    from ..features import LightCurveFeatures

    groups = [[group] if isinstance(group, str) else list(group) for group in groups]
    names = [name for group in groups for name in group]
    features = LightCurveFeatures(
        names, on_error=on_error, memory=memory, n_jobs=n_jobs, verbose=verbose
    )
    features.get_feature_names_out()  # names the feature that is unknown or in two groups
    widths = [len(LightCurveFeatures(group).get_feature_names_out()) for group in groups]
    ends = np.cumsum(widths).tolist()
    views = [list(range(end - width, end)) for end, width in zip(ends, widths, strict=True)]
    ensemble = TransferEnsembleClassifier(
        views=views, n_jobs=n_jobs, random_state=random_state, verbose=verbose
    )
    return make_transfer_pipeline(features, ensemble)
