"""The classes that can be simulated, and who draws them."""

from functools import partial

from ._aperiodic import draw_constant, draw_quasar
from ._binaries import draw_binary
from ._long_period import draw_long_period
from ._pulsators import draw_blazhko, draw_pulsator
from ._rotators import draw_non_radial, draw_peculiar, draw_spotted

_PULSATORS = ("RRAB", "RRC", "RRD", "CEP", "CEP_MULTI", "T2CEP", "ACEP", "DSCT")

# Each value draws one star: draw(rng, survey) -> Star.
CLASSES = {
    **{label: partial(draw_pulsator, label=label) for label in _PULSATORS},
    "RRAB_BL": draw_blazhko,
    **{label: partial(draw_long_period, label=label) for label in ("MIRA", "SR")},
    **{label: partial(draw_binary, label=label) for label in ("EC", "ESD", "ED", "ELL")},
    "ROT": draw_spotted,
    "ACV": draw_peculiar,
    **{label: partial(draw_non_radial, label=label) for label in ("GDOR", "SPB", "BCEP")},
    "QSO": draw_quasar,
    "NONVAR": draw_constant,
}


def _draw_lpv(rng, survey):
    """LPV: what a catalogue that does not part Miras from semi-regular stars calls both."""
    return CLASSES["MIRA" if rng.random() < 0.3 else "SR"](rng, survey)


CLASSES["LPV"] = _draw_lpv
