# Made by docs/make_stubs.py from the docstrings.

from collections.abc import Mapping
from collections.abc import Sequence
from numpy.random import RandomState
from pandas import DataFrame
from sklearn_vartl.light_curves import LightCurves
from typing import Any
from typing import Literal

__all__ = ["load_ogle3_catalog", "simulate_survey"]
def load_ogle3_catalog(*, columns: Sequence[str] | None = ..., as_frame: bool = ...) -> DataFrame | dict[Any, Any]: ...
def simulate_survey(n_stars: int, survey: Literal["ogle3", "asas", "crts", "hipparcos", "lsst"] = ..., *, classes: Sequence[str] | Mapping[Any, Any] | None = ..., random_state: int | RandomState | None = ...) -> LightCurves: ...
