"""From the estimator's parameters to the work; imported late, since it loads the kernels."""

from .. import __version__
from .._compiled import HAS_NUMBA
from ._band_extraction import BandExtractor
from ._block import SearchSettings
from ._cache import RowCache, cache_folder
from ._compilation import announce_compilation
from ._extraction import Extractor, extract


def run(cleaned, columns, estimator, bands=None):
    """Feature table, shape (n_stars, n_columns), of clean light curves without empty ones.

    With `bands`, `cleaned` is a `BandSet` and the columns are those of `band_columns`.
    """
    settings = SearchSettings(
        engine=estimator.period_engine,
        min_period=estimator.min_period,
        max_period=estimator.max_period,
        oversampling=estimator.oversampling,
    )
    folder = cache_folder(estimator.memory)
    signature = (__version__, columns, settings)
    if bands is not None:
        signature += (tuple(bands), estimator.min_observations)
    cache = None if folder is None else RowCache(folder, signature)
    announce_compilation(columns, estimator.verbose)
    # The compiled kernels and torch release the GIL; the numpy engine and feets hold it much of the
    # time.
    holds_gil = (
        not HAS_NUMBA
        or settings.engine == "numpy"
        or any(column.source == "feets" for column in columns)
    )
    extractor = Extractor(columns, settings, cache)
    if bands is not None:
        extractor = BandExtractor(extractor, bands, estimator.min_observations)
    return extract(
        cleaned,
        extractor,
        n_jobs=estimator.n_jobs,
        prefer="processes" if holds_gil else "threads",
        progress=bool(estimator.verbose),
    )
