"""Class shares of stars without labels, estimated from what a classifier says of them."""

import numpy as np

# Chosen on development surveys; docs/probabilities.md tells what each is for.
SHARPNESS = 0.7
MIN_STARS = 10
MAX_CHANGE = 0.15
_STARS = 10.0
_SHARE = 0.15
_MAX_ITER = 300


def estimate_shares(proba, trained):
    """Estimate class shares, or refuse where the estimate cannot be trusted.

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes)
        Probabilities of the unlabelled stars, where the classes have the shares `trained`.
    trained : ndarray of shape (n_classes,)

    Returns
    -------
    shares : ndarray of shape (n_classes,) or None
        None where the estimate is refused.
    reason : str
        Why it is refused; empty where it is not.
    """
    if len(proba) < MIN_STARS:
        return None, f"{len(proba)} stars are too few ({MIN_STARS} are needed)"
    shares = em_shares(proba, trained)
    # The classifier's counts differ from the true shares by its share of errors at most: an estimate
    # that is farther away says that the probabilities, not the shares, are what changed.
    counts = np.bincount(proba.argmax(axis=1), minlength=len(trained)) / len(proba)
    distance = np.abs(shares - counts).sum() / 2
    limit = min(1.0 - proba.max(axis=1).mean(), MAX_CHANGE) + 1.0 / np.sqrt(len(proba))
    if distance > limit:
        return None, (
            f"the estimated shares differ by {distance:.2f} from those of the predicted classes, "
            f"more than errors explain ({limit:.2f})"
        )
    gain = held_out_gain(proba, trained)
    if gain <= 0:
        return None, (
            "stars left out of the estimate become no likelier by it "
            f"(mean log-likelihood {gain:+.4f})"
        )
    return shares, ""


def em_shares(proba, trained):
    """Class shares that make the stars most likely, by expectation maximisation.

    The probabilities are sharpened first, which leads the estimate from that of [1]_ some way
    towards counting the predicted classes: where probabilities are flatter than they should be,
    the estimate of [1]_ runs away into a few classes. A Dirichlet prior around the shares of the
    training keeps small samples from saying too much.

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes)
    trained : ndarray of shape (n_classes,)

    Returns
    -------
    shares : ndarray of shape (n_classes,)

    References
    ----------
    .. [1] Saerens, M., Latinne, P., Decaestecker, C. (2002). "Adjusting the outputs of a
       classifier to new a priori probabilities: a simple procedure". Neural Computation 14, 21.
    """
    n = len(proba)
    likelihood = _likelihood(proba, trained)
    strength = _STARS + _SHARE * n
    shares = trained.copy()
    for _ in range(_MAX_ITER):
        # Sum over the stars of likelihood / (likelihood @ shares), which times the shares is the
        # sum of the posteriors: one pass over the matrix instead of three.
        inverse = 1.0 / np.maximum(likelihood @ shares, 1e-300)
        new = (shares * (inverse @ likelihood) + strength * trained) / (n + strength)
        converged = np.abs(new - shares).sum() < 1e-6
        shares = new
        if converged:
            break
    return shares / shares.sum()


def held_out_gain(proba, trained):
    """Mean log-likelihood that the estimate wins on stars it has not seen.

    Shares are estimated from every other star and judged on the rest, and the other way round.
    """
    likelihood, gains = _likelihood(proba, trained), []
    for half in (0, 1):
        rest = likelihood[1 - half :: 2]
        before, after = rest @ trained, rest @ em_shares(proba[half::2], trained)
        gains.append(np.log(np.maximum(after, 1e-300)) - np.log(np.maximum(before, 1e-300)))
    return float(np.concatenate(gains).mean())


def _likelihood(proba, trained):
    """How likely each star is in each class, up to a factor a star; 0 for classes never seen."""
    sharp = np.maximum(proba, 1e-12) ** (1.0 / SHARPNESS)
    sharp /= sharp.sum(axis=1, keepdims=True)
    return np.where(trained > 0, sharp / np.where(trained > 0, trained, 1.0), 0.0)
