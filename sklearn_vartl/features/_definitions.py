"""The table of all features: every name, its family, its definition and the sets it belongs to."""

from dataclasses import dataclass

from ._definitions_folded import ECLIPSES, FOLDED, FOURIER, PERIOD, RESIDUALS
from ._definitions_magnitude import MAGNITUDE
from ._definitions_upsilon import FURTHER, SET
from ._sets import VARTL, VARTL_SMALL

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


def _sets_of(name):
    return tuple(
        label for label, names in (("vartl", VARTL), ("vartl-small", VARTL_SMALL)) if name in names
    )


def _ours(rows):
    return [
        FeatureDefinition(name, family, text, formula, _sets_of(name))
        for name, family, text, formula in rows
    ]


def _reference(rows, sets):
    return [
        FeatureDefinition(UPSILON_PREFIX + name, family, text, formula, sets)
        for name, family, text, formula in rows
    ]


DEFINITIONS = {
    definition.name: definition
    for definition in (
        *_reference(SET, ("upsilon",)),
        *_reference(FURTHER, ()),
        *_ours((*MAGNITUDE, *PERIOD, *FOURIER, *FOLDED, *RESIDUALS, *ECLIPSES)),
    )
}


def feature_definitions(features="all"):
    """What the features are.

    Parameters
    ----------
    features : str or list of str, default="all"
        A set or names of features, as `LightCurveFeatures` takes them; features of feets are not in
        the table.

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
    from ._columns import resolve_columns

    prefix = UPSILON_PREFIX if features == "upsilon" else ""
    return [DEFINITIONS[prefix + column.name] for column in resolve_columns(features)]
