"""What samplers of light curves share: how many stars a class needs, and new identifiers."""

from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval, StrOptions

from .._estimators import fit_context
from .._validation import check_labels, new_generator
from ..light_curves import LightCurves, as_light_curves, concatenate

# What `sampling_strategy` may be called.
NAMED = ("auto", "not majority", "not minority", "minority", "all")
# Allowed kinds of `sampling_strategy`; what one means is checked with the classes at hand.
SAMPLING_STRATEGY = [StrOptions(set(NAMED)), Interval(Real, 0, 1, closed="right"), dict, callable]


def stars_to_make(y: np.ndarray, sampling_strategy: Any) -> dict[Any, int]:
    """Count the new stars of each class, of those that get some, in the order of the classes.

    As in imbalanced-learn a name enlarges the classes it names ("auto" is "not majority") to the size of the
    largest; a float, for two classes only, is the wanted ratio of the smaller to the larger; a dict gives the
    wanted number of stars of each class; a callable returns such a dict for `y`.
    """
    classes, sizes = np.unique(y, return_counts=True)
    present = dict(zip(classes.tolist(), sizes.tolist(), strict=True))
    if callable(sampling_strategy):
        sampling_strategy = sampling_strategy(y)
    if isinstance(sampling_strategy, str):
        wanted = _named(present, sampling_strategy)
    elif isinstance(sampling_strategy, Mapping):
        wanted = _checked(present, dict(sampling_strategy))
    elif isinstance(sampling_strategy, Real):
        wanted = _ratio(present, float(sampling_strategy))
    else:
        raise ValueError(
            f"sampling_strategy must be one of {', '.join(NAMED)}, a number, a dict or a callable, "
            f"got {sampling_strategy!r}."
        )
    return {c: wanted[c] - n for c, n in present.items() if wanted.get(c, n) > n}


def _named(present, name):
    if name not in NAMED:
        raise ValueError(f"sampling_strategy must be one of {', '.join(NAMED)}, got {name!r}.")
    largest, smallest = max(present, key=present.get), min(present, key=present.get)
    chosen = {
        "all": set(present),
        "minority": {smallest},
        "not minority": set(present) - {smallest},
    }.get(name, set(present) - {largest})
    return dict.fromkeys(chosen, present[largest])


def _checked(present, wanted):
    unknown = [c for c in wanted if c not in present]
    if unknown:
        raise ValueError(
            f"sampling_strategy names {unknown}, of which y has no star; "
            f"its classes are {list(present)}."
        )
    for name, count in wanted.items():
        if not isinstance(count, Integral) or count < present[name]:
            raise ValueError(
                f"sampling_strategy asks for {count!r} stars of {name!r}; it must be a whole "
                f"number not below the {present[name]} there are: a sampler that makes stars "
                "removes none."
            )
    return wanted


def _ratio(present, ratio):
    if len(present) != 2:
        raise ValueError(
            f"A number as sampling_strategy is for two classes, y has {len(present)}: "
            "pass a name or a dict of class -> number of stars."
        )
    smallest, largest = sorted(present, key=present.get)
    count = int(ratio * present[largest])
    if ratio > 1 or count < present[smallest]:
        raise ValueError(
            f"sampling_strategy={ratio:g} must be between the present ratio "
            f"{present[smallest] / present[largest]:g} and 1."
        )
    return {smallest: count}


class LightCurveSampler(BaseEstimator):
    """Base of samplers that make new light curves from the ones there are.

    A subclass has `sampling_strategy`, `period_column` and `random_state`, and `_make`.
    """

    sampling_strategy: Any
    period_column: str
    random_state: Any

    _parameter_constraints: dict = {
        "sampling_strategy": SAMPLING_STRATEGY,
        "period_column": [str],
        "random_state": ["random_state"],
    }

    # What a new star's identifier ends in.
    _suffix = "new"

    @fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X: Any, y: Any) -> tuple[LightCurves, np.ndarray]:
        """Add new stars to the classes that need them.

        Parameters
        ----------
        X : LightCurves, or any form with one entry per star
            Training stars.
        y : array-like of shape (n_stars,)
            Their classes.

        Returns
        -------
        X : LightCurves
            The stars as they were given, and after them the new ones.
        y : ndarray of shape (n_stars + n_new,)
            Their classes.

        Raises
        ------
        ValueError
            If a label is missing, or a star that new ones should be made from cannot be used; it
            is named.
        """
        X = as_light_curves(X)
        y = check_labels(y, len(X))
        counts = stars_to_make(y, self.sampling_strategy)
        rng = new_generator(self.random_state)
        drawn = [_take_turns(np.flatnonzero(y == c), count, rng) for c, count in counts.items()]
        parents = np.concatenate([np.empty(0, dtype=np.int64), *drawn])
        groups = np.concatenate([np.arange(len(X)), parents])
        if parents.size:
            made = self._make(X, parents, rng)
            made = made.replace(ids=new_ids(X.ids[parents], self._suffix, X.ids))
            X = concatenate([X, made])
        self.sampling_strategy_, self.groups_ = counts, groups
        return X, y[groups]

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any) -> Self:
        """Check the stars and the strategy; `fit_resample` does the work.

        Parameters
        ----------
        X : LightCurves, or any form with one entry per star
        y : array-like of shape (n_stars,)
        """
        X = as_light_curves(X)
        self.sampling_strategy_ = stars_to_make(check_labels(y, len(X)), self.sampling_strategy)
        return self

    def _make(self, X: LightCurves, parents: np.ndarray, rng: np.random.Generator) -> LightCurves:
        """One new star for each parent (positions in X); their identifiers do not matter."""
        raise NotImplementedError

    def _catalogued_periods(self, stars):
        """Periods from the stars' table (days), or None where it has no such column."""
        if stars.table is None or self.period_column not in stars.table:
            return None
        return np.asarray(stars.table[self.period_column], dtype=np.float64)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.target_tags.required = True
        return tags


def refuse(X: LightCurves, stars: np.ndarray, unusable: Any, reason: str) -> None:
    """Raise where some of the parents (`stars`, positions in X) cannot be used.

    `unusable` are positions among them, the reason is that of the first.
    """
    if len(unusable):
        first = stars[unusable[0]]
        raise ValueError(
            f"star {X.ids[first]!r} (position {first}) {reason}; {len(unusable)} of the "
            f"{len(stars)} stars that new ones are made from are so."
        )


def new_ids(parents: Iterable, suffix: str, taken: Iterable = ()) -> list[str]:
    """A name for each new star that tells its parent: "star7/rasle1", "star7/rasle2".

    Numbers go on where those of an earlier run, among the identifiers that are taken, end.
    """
    known = set(map(str, taken))
    last: dict[Any, int] = {}
    names = []
    for parent in parents:
        number = last.get(parent, 0) + 1
        while f"{parent}/{suffix}{number}" in known:
            number += 1
        last[parent] = number
        names.append(f"{parent}/{suffix}{number}")
    return names


def _take_turns(stars, count, rng):
    """Parents drawn evenly: none is drawn again before all the others were."""
    rounds = -(-count // len(stars))
    return np.concatenate([rng.permutation(stars) for _ in range(rounds)])[:count]
