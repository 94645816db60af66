"""What `LightCurveFeatures` accepts, and what it says when it does not."""

import warnings

import numpy as np

from ..light_curves import as_light_curves


def check_light_curves(X):
    """`X` as light curves in magnitudes of at least one star.

    Raises
    ------
    ValueError
        For fluxes, and for no stars.
    """
    X = as_light_curves(X)
    if X.quantity != "mag":
        raise ValueError(
            "These light curves are fluxes; the features are defined on magnitudes. "
            "X.to_magnitudes(reference_flux) converts them where that is sound."
        )
    if len(X) == 0:
        raise ValueError("Found light curves of 0 stars while a minimum of 1 is required.")
    return X


def check_names(columns, passthrough):
    """Names of the whole output.

    Raises
    ------
    ValueError
        If a column that is passed through bears the name of another one.
    """
    names = [column.name for column in columns] + list(passthrough)
    clashes = sorted({name for name in passthrough if names.count(name) > 1})
    if clashes:
        raise ValueError(
            f"passthrough names {', '.join(map(repr, clashes))}, which is a column already."
        )
    return names


def refuse_search_parameters(given, defaults, features):
    """Raise ValueError where parameters of the period search were set but no column uses it."""
    changed = [name for name, value in given.items() if value != defaults[name]]
    if changed:
        raise ValueError(
            f"{', '.join(changed)} cannot be set with features={features!r}: none of these "
            "features comes from our period search, and the frequency grid of the 'upsilon' set "
            "is fixed by its definition."
        )


def report_problems(X, problems, on_error):
    """Raise ValueError for the first star without features, or warn once about all of them."""
    if not problems:
        return
    first = min(problems)
    named = f"star {X.ids[first]!r} (position {first}): {problems[first]}"
    if on_error == "raise":
        n_others = len(problems) - 1
        others = f", and {n_others} more star{'s' * (n_others > 1)}" if n_others else ""
        raise ValueError(
            f"No features for {named}{others}. X.check() lists what is wrong; drop these stars, or "
            "pass on_error='nan' to give them rows of NaN."
        )
    warnings.warn(
        f"{len(problems)} of {len(X)} stars have no features and get rows of NaN; the first is "
        f"{named}.",
        UserWarning,
        # The caller of `transform`, which scikit-learn wraps.
        stacklevel=4,
    )


def passed_through(X, names):
    """Columns of ``X.table`` as a float64 array of shape (n_stars, n_names).

    Raises
    ------
    ValueError
        If there is no such column, or it is not numeric.
    """
    table = X.table or {}
    columns = np.empty((len(X), len(names)))
    for j, name in enumerate(names):
        if name not in table:
            raise ValueError(
                f"passthrough: X.table has no column {name!r}; it has {sorted(table)}."
            )
        try:
            columns[:, j] = np.asarray(table[name], dtype=np.float64)
        except (TypeError, ValueError) as error:
            message = f"passthrough: the column {name!r} of X.table is not numeric."
            raise ValueError(message) from error
    return columns
