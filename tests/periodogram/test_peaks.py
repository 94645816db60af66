"""Peaks: their definition, by a plain reference; batches; summaries."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_vartl.periodogram import highest_peaks, lomb_scargle_power
from sklearn_vartl.periodogram._engine import select_peaks

engines = pytest.mark.parametrize("engine", ["numba", "numpy", "torch"])


def plain_peaks(power, n_peaks, min_separation):
    """The definition, word for word."""
    last = len(power) - 1
    maxima = [
        j
        for j in range(len(power))
        if (j == 0 or power[j] > power[j - 1]) and (j == last or power[j] >= power[j + 1])
    ]
    maxima.sort(key=lambda j: (-power[j], j))
    chosen = []
    for j in maxima:
        if len(chosen) < n_peaks and all(abs(j - other) >= min_separation for other in chosen):
            chosen.append(j)
    return chosen


@pytest.mark.parametrize("min_separation", [1, 2, 7, 60, 1000])
@pytest.mark.parametrize("n_peaks", [1, 3, 50])
@pytest.mark.parametrize("levels", [4, 10_000])
def test_selection(min_separation, n_peaks, levels):
    rng = np.random.default_rng(levels)
    for size in (1, 2, 3, 500):
        power = rng.integers(levels, size=size) / levels  # few levels: plateaus and ties
        expected = plain_peaks(power, n_peaks, min_separation)
        assert_array_equal(select_peaks(power, n_peaks, min_separation), expected)


def block(seed=0, counts=(60, 0, 3, 120, 61, 900), n_freq=7001):
    """A block of stars with an empty one in it, and their grids."""
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    time = np.concatenate([np.sort(rng.uniform(0, 300, n)) for n in counts])
    mag = rng.normal(size=len(time)) + np.sin(2 * np.pi * time * 2.345)
    weight = rng.uniform(0.5, 2, len(time))
    grid = {
        "f_min": rng.uniform(0.001, 0.002, len(counts)),
        "df": rng.uniform(0.0009, 0.0011, len(counts)),
        "n_freq": rng.integers(n_freq // 2, n_freq, len(counts)),
    }
    return (time, mag, weight, offsets), grid


@engines
@pytest.mark.parametrize("fit_mean", [False, True])
@pytest.mark.parametrize(
    ("n_peaks", "min_separation"), [(1, 1), (10, 4), (10, 300), (200, 1), (5, 5000)]
)
def test_peaks_are_those_of_the_power(engine, fit_mean, n_peaks, min_separation):
    (time, mag, weight, offsets), grid = block()
    search = {"fit_mean": fit_mean, "n_peaks": n_peaks, "min_separation": min_separation}
    found = highest_peaks(time, mag, weight, offsets, **grid, **search, engine=engine)
    assert found.index.shape == found.power.shape == (6, n_peaks)
    assert found.median is None
    for i in (0, 3, 4, 5):
        part = slice(offsets[i], offsets[i + 1])
        power = lomb_scargle_power(
            time[part], mag[part], weight[part], fit_mean=fit_mean, engine=engine,
            **{name: values[i] for name, values in grid.items()},
        )  # fmt: skip
        expected = plain_peaks(power, n_peaks, min_separation)
        index = found.index[i][found.index[i] >= 0]
        # Sorted by exact power: neighbours in the list may have changed places.
        assert_array_equal(np.sort(index), np.sort(expected))
        assert_allclose(found.power[i, : len(index)], power[index], atol=2e-5)
        assert np.all(np.diff(found.power[i, : len(index)]) <= 0)
        assert np.all(np.isnan(found.power[i, len(index) :]))


@engines
def test_empty_and_constant_stars(engine):
    time = np.arange(20.0)
    mag = np.concatenate([np.zeros(10), np.sin(np.arange(10))])
    found = highest_peaks(
        time, mag, None, [0, 0, 10, 20], f_min=0.01, df=0.01, n_freq=40,
        fit_mean=True, n_peaks=2, min_separation=3, engine=engine, summary=True,
    )  # fmt: skip
    assert_array_equal(found.index[:2], -1)
    assert np.all(np.isnan(found.power[:2]))
    assert np.all(np.isnan(found.median[:2])) and np.all(np.isnan(found.std[:2]))
    assert found.index[2, 0] >= 0 and np.isfinite(found.median[2])


@engines
def test_no_stars(engine):
    none = np.empty(0)
    found = highest_peaks(
        none, none, None, [0], f_min=none, df=none, n_freq=none,
        fit_mean=True, n_peaks=2, min_separation=3, engine=engine,
    )  # fmt: skip
    assert found.index.shape == (0, 2)


@engines
def test_batch_and_order_do_not_matter(engine):
    (time, mag, weight, offsets), grid = block()
    search = {
        "fit_mean": True,
        "n_peaks": 10,
        "min_separation": 4,
        "summary": True,
        "engine": engine,
    }
    together = highest_peaks(time, mag, weight, offsets, **grid, **search)
    order = np.array([5, 2, 3, 1, 0, 4])
    points = np.concatenate([np.arange(offsets[i], offsets[i + 1]) for i in order])
    counts = np.diff(offsets)[order]
    shuffled = highest_peaks(
        time[points], mag[points], weight[points], np.concatenate([[0], np.cumsum(counts)]),
        **{name: values[order] for name, values in grid.items()}, **search,
    )  # fmt: skip
    # Exactly, but for torch's products, which round differently for other sizes of a batch.
    rtol = 1e-5 if engine == "torch" else 0
    for name in ("index", "power", "median", "std"):
        assert_allclose(getattr(shuffled, name), getattr(together, name)[order], rtol=rtol)
    for i in range(6):
        part = slice(offsets[i], offsets[i + 1])
        alone = highest_peaks(
            time[part], mag[part], weight[part], [0, counts[order.tolist().index(i)]],
            **{name: values[i] for name, values in grid.items()}, **search,
        )  # fmt: skip
        for name in ("index", "power", "median", "std"):
            assert_allclose(getattr(alone, name)[0], getattr(together, name)[i], rtol=rtol)


@engines
def test_summary(engine):
    (time, mag, weight, offsets), grid = block(counts=(150, 40))
    found = highest_peaks(
        time, mag, weight, offsets, **grid,
        fit_mean=False, n_peaks=1, min_separation=1, engine=engine, summary=True,
    )  # fmt: skip
    for i in range(2):
        part = slice(offsets[i], offsets[i + 1])
        power = lomb_scargle_power(
            time[part], mag[part], weight[part], fit_mean=False, engine=engine,
            **{name: values[i] for name, values in grid.items()},
        )  # fmt: skip
        assert_allclose(found.median[i], np.median(power), rtol=1e-6)
        assert_allclose(found.std[i], np.std(power), rtol=1e-6)


def test_threads_share_nothing():
    """Blocks of stars computed at the same time in several threads give what they give one after the other."""
    from concurrent.futures import ThreadPoolExecutor

    blocks = [block(seed) for seed in range(6)]

    def run(arguments):
        arrays, grid = arguments
        return highest_peaks(*arrays, **grid, fit_mean=True, n_peaks=5, min_separation=4).index

    with ThreadPoolExecutor(3) as pool:
        for together, alone in zip(pool.map(run, blocks), map(run, blocks), strict=True):
            assert_array_equal(together, alone)


@pytest.mark.parametrize(
    ("offsets", "message"),
    [([1, 5], "run from 0"), ([0, 4], "run from 0"), ([0, 3, 2, 5], "not decrease")],
)
def test_bad_offsets(offsets, message):
    with pytest.raises(ValueError, match=message):
        highest_peaks(
            np.arange(5.0), np.arange(5.0), None, offsets, f_min=0.1, df=0.1, n_freq=9,
            fit_mean=True, n_peaks=1, min_separation=1,
        )  # fmt: skip


@pytest.mark.parametrize("change", [{"n_peaks": 0}, {"min_separation": 0}])
def test_bad_search(change):
    with pytest.raises(ValueError, match="must be at least 1"):
        highest_peaks(
            np.arange(5.0), np.arange(5.0), None, [0, 5], f_min=0.1, df=0.1, n_freq=9, fit_mean=True,
            **{"n_peaks": 1, "min_separation": 1, **change},
        )  # fmt: skip
