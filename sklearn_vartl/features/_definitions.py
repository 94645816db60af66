"""The table of all features: every name, its family, its definition and the sets it belongs to."""

from dataclasses import dataclass

from ._definitions_folded import ECLIPSES, FOLDED, FOURIER, PERIOD, RESIDUALS
from ._definitions_magnitude import MAGNITUDE
from ._definitions_upsilon import FURTHER, SET
from ._sets import VARTL

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


def _ours(rows):
    return [
        FeatureDefinition(name, family, text, formula, ("vartl",) if name in VARTL else ())
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
