"""Whether unsupervised adaptation would do harm."""

import numpy as np
from scipy.optimize import nnls
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import matthews_corrcoef, roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.utils import _safe_indexing

from ._domain_adapter_alignment import Standard

# A linear model tells two samples of one survey apart this well by chance.
_NO_SHIFT = 0.55
_MUCH_LABEL_SHIFT = 0.2


def harm(adapter, aligned, X, X_source, y_source):
    """Measure what speaks against adaptation.

    Parameters
    ----------
    adapter : DomainAdapter
    aligned : what its `_align` returned
    X : target stars
    X_source, y_source : source stars and labels

    Returns
    -------
    checks : dict of str to float
    reasons : list of str
    """
    y_source = np.asarray(y_source)
    checks = {
        "loss_without_shift": _loss_without_shift(adapter, X_source, y_source),
        "domain_auc": _domain_auc(adapter.source_, X, X_source),
        "label_shift": _label_shift(adapter, aligned, X, X_source, y_source),
    }
    reasons = []
    if checks["loss_without_shift"] > adapter.max_loss:
        reasons.append(
            f"Where held-out source stars play the target, {adapter.method!r} costs "
            f"{checks['loss_without_shift']:.3f} MCC."
        )
    if checks["domain_auc"] < _NO_SHIFT:
        reasons.append(
            f"The surveys cannot be told apart (AUC {checks['domain_auc']:.2f}): there is nothing "
            "to adapt."
        )
    if checks["label_shift"] > _MUCH_LABEL_SHIFT:
        reasons.append(
            f"About {checks['label_shift']:.0%} of the stars would have to change class to make "
            "the surveys' class shares equal, which adaptation takes for granted."
        )
    return checks, reasons


def _loss_without_shift(adapter, X_source, y_source):
    """MCC of the source minus that of the adapted one on source stars held out of adaptation."""
    rng = np.random.default_rng(adapter._seed)
    role = rng.permutation(len(y_source)) % 3
    learn, play, test = (np.flatnonzero(role == k) for k in range(3))
    rows = [_safe_indexing(X_source, index) for index in (learn, play, test)]
    fitted = adapter._align(rows[1], rows[0], y_source[learn])
    scores = []
    # The unadapted counterpart has learned from the same stars.
    tuned = isinstance(fitted, tuple)
    without = adapter._align(rows[0], rows[0], y_source[learn]) if tuned else None
    for model in (without, fitted):
        predicted = adapter.classes_[adapter._proba_by(model, rows[2]).argmax(axis=1)]
        scores.append(matthews_corrcoef(y_source[test], predicted))
    return float(scores[0] - scores[1])


def _domain_auc(source, X, X_source):
    """Cross-validated AUC of a linear model that tells the embeddings of the surveys apart."""
    E = [np.nan_to_num(np.asarray(source.embed(Z), np.float64)) for Z in (X_source, X)]
    which = np.repeat([0, 1], [len(e) for e in E])
    Z = np.vstack(E)
    Z = Standard(Z)(Z)
    model = LogisticRegression(C=0.01, class_weight="balanced", max_iter=100, tol=1e-2)
    score = cross_val_predict(model, Z, which, cv=3, method="decision_function")
    return float(roc_auc_score(which, score))


def _label_shift(adapter, aligned, X, X_source, y_source):
    """Total variation between the class shares of the source's stars and the target's.

    The target's shares solve ``confusion @ shares = shares of the predictions`` with the source's
    confusion (Lipton et al. 2018), as least squares over shares. The mean of two estimates: with
    the source's predictions a difference in the features passes for one in the shares, with
    adapted ones a difference in the shares is partly taken away.
    """
    classes = adapter.classes_
    said = adapter.source_.predict_proba(X_source)
    there = np.flatnonzero(np.isin(classes, y_source))
    confusion = np.column_stack([said[y_source == classes[k]].mean(axis=0) for k in there])
    trained = np.array([np.mean(y_source == classes[k]) for k in there])
    distances = []
    for model in (None, aligned):
        shares = nnls(confusion, adapter._proba_by(model, X).mean(axis=0))[0]
        shares = shares / max(shares.sum(), 1e-12)
        distances.append(float(np.abs(shares - trained).sum() / 2))
    return sum(distances) / 2
