"""A few remembered stars of each class, so that a later call does not erase what is known.

A network fine-tuned on stars of some classes only soon calls everything one of them. Rehearsing
stars of the other classes prevents that (Rebuffi et al. 2017, iCaRL).
"""

from dataclasses import dataclass

import numpy as np

STARS_PER_CLASS = 50


@dataclass(frozen=True)
class Memory:
    """Remembered stars: unscaled features, class labels, and the weight each stands for."""

    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, X, y, weight, rng):
        """Remember at most `STARS_PER_CLASS` random stars of each class.

        The kept stars carry the total weight of their class.
        """
        kept, kept_weight = [], []
        for label in np.unique(y):
            members = np.flatnonzero(y == label)
            chosen = members
            if members.size > STARS_PER_CLASS:
                chosen = np.sort(rng.choice(members, size=STARS_PER_CLASS, replace=False))
            kept.append(chosen)
            share = weight[chosen] if weight[chosen].sum() > 0 else np.ones(chosen.size)
            kept_weight.append(share * weight[members].sum() / share.sum())
        kept = np.concatenate(kept)
        return cls(X[kept], y[kept], np.concatenate(kept_weight))

    def only(self, classes):
        """The memory of some classes."""
        keep = np.isin(self.y, classes)
        return Memory(self.X[keep], self.y[keep], self.weight[keep])

    def of_columns(self, columns):
        """The same stars, some of their features."""
        return Memory(self.X[:, columns], self.y, self.weight)

    def rehearse(self, X, y, weight):
        """Append the remembered stars to new ones."""
        if not len(self.y):
            return X, y, weight
        return (
            np.concatenate([X, self.X]),
            np.concatenate([y, self.y]),
            np.concatenate([weight, self.weight]),
        )
