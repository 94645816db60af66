"""A logarithmic pool: how much say each of several classifiers has, as held-out stars tell."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

# Spread of a weight before any star is seen: thirty stars move weights a little, thousands as far as
# they like. Chosen on stars of four surveys that no figure in the documentation is of.
_SPREAD = 0.1


def fit_weights(
    log_probas: Sequence[np.ndarray],
    y: np.ndarray,
    weight: np.ndarray | None = None,
    *,
    centre: np.ndarray,
    spread: float = _SPREAD,
) -> np.ndarray:
    """The most probable weights of a logarithmic pool, where each is normal beforehand.

    Parameters
    ----------
    log_probas : sequence of ndarray of shape (n, n_classes)
        Logarithms of the probabilities of each classifier, none of which has seen the stars.
    y : ndarray of int of shape (n,)
        Their classes.
    weight : ndarray of shape (n,), default=None
        Weights of the stars; None: all alike.
    centre : ndarray of shape (n_classifiers,)
        What the weights are thought to be beforehand.
    spread : float, default=0.1
        How far each may be from that.

    Returns
    -------
    weights : ndarray of shape (n_classifiers,)
        Not negative, sum one: how sure the pool may be is left to a temperature.

    References
    ----------
    .. [1] Genest, C., Zidek, J. (1986). "Combining probability distributions: a critique and an
       annotated bibliography". Statistical Science 1, 114.

    Examples
    --------
    One classifier knows the classes of 400 stars, another one guesses:

    >>> import numpy as np
    >>> from sklearn_vartl.probabilities import fit_weights
    >>> y = np.arange(400) % 2
    >>> knows, guesses = np.log(np.where(np.eye(2)[y] == 1, 0.9, 0.1)), np.log(np.full((400, 2), 0.5))
    >>> bool(fit_weights([knows, guesses], y, centre=np.array([0.5, 0.5]))[0] > 0.55)
    True
    """
    logs, stars = np.stack(log_probas), np.arange(len(y))
    share = np.full(len(y), 1.0 / len(y)) if weight is None else weight / weight.sum()
    own = logs[:, stars, y]

    def loss(weights):
        found = log_softmax(np.tensordot(weights, logs, 1), axis=1)
        expected = np.einsum("nk,pnk->pn", np.exp(found), logs)
        moved = (weights - centre) / spread
        value = -share @ found[stars, y] + 0.5 * moved @ moved / len(y)
        return value, (expected - own) @ share + moved / spread / len(y)

    bounds = [(0.0, None)] * len(logs)
    weights = minimize(loss, centre, jac=True, bounds=bounds, method="L-BFGS-B").x
    return weights / weights.sum() if weights.sum() > 0 else centre / centre.sum()
