# Made by docs/make_stubs.py from the docstrings.

from numpy.typing import ArrayLike
from numpy.typing import NDArray
from typing import Any

__all__ = ["Peaks", "PeriodSearch", "frequency_grid", "highest_peaks", "lomb_scargle_power", "physical_period", "search_joint_periods", "search_periods", "upsilon_grid"]
class Peaks(object):
    index: Any
    power: Any
    median: NDArray[Any] | None
    std: NDArray[Any] | None
    def __init__(self, index: Any, power: Any, median: Any = ..., std: Any = ...) -> None: ...
class PeriodSearch(object):
    shape_period: NDArray[Any]
    period: NDArray[Any]
    uncertainty: NDArray[Any]
    power: NDArray[Any]
    log10_fap: NDArray[Any]
    double_evidence: NDArray[Any]
    eclipse_evidence: NDArray[Any]
    runner_up: NDArray[Any]
    runner_up_gap: NDArray[Any]
    def __init__(self, shape_period: Any, period: Any, uncertainty: Any, power: Any, log10_fap: Any, double_evidence: Any, eclipse_evidence: Any, runner_up: Any, runner_up_gap: Any) -> None: ...
def frequency_grid(time_span: ArrayLike, *, min_period: float = ..., max_period: float | None = ..., oversampling: float = ...) -> tuple[Any, ...]: ...
def highest_peaks(time: ArrayLike, mag: ArrayLike, weight: ArrayLike | None, offsets: ArrayLike, *, f_min: Any, df: Any, n_freq: Any, fit_mean: bool, n_peaks: int, min_separation: int, engine: str = ..., summary: bool = ...) -> Peaks: ...
def lomb_scargle_power(time: ArrayLike, mag: ArrayLike, weight: ArrayLike | None = ..., *, f_min: float, df: float, n_freq: int, fit_mean: bool = ..., engine: str = ...) -> tuple[Any, ...]: ...
def physical_period(period: ArrayLike, evidence: ArrayLike, label: ArrayLike | str | None = ...) -> NDArray[Any]: ...
def search_joint_periods(bands: Any, *, min_period: Any = ..., max_period: Any = ..., oversampling: Any = ..., engine: Any = ...) -> tuple[Any, ...]: ...
def search_periods(time: ArrayLike, mag: ArrayLike, magerr: ArrayLike, offsets: ArrayLike, *, min_period: float = ..., max_period: float | None = ..., oversampling: float = ..., engine: str = ...) -> PeriodSearch: ...
def upsilon_grid(time_span: ArrayLike, n_points: ArrayLike) -> tuple[Any, ...]: ...
