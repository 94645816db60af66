"""The same tests for every engine, against astropy's exact periodogram.

Tolerance: the engines work in single precision with a spreading kernel whose aliases are at most
3e-5 of a point's term and add up at random, so powers (between 0 and 1) are right to a few 1e-6;
2e-5 leaves room for few points in like positions, where they add up in step.
"""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_vartl.periodogram import highest_peaks, lomb_scargle_power
from sklearn_vartl.periodogram._numpy_engine import OVERSAMPLING, kernel_transform, spreading

ENGINES = ["numba", "numpy", "torch"]
TOLERANCE = 2e-5

engines = pytest.mark.parametrize("engine", ENGINES)


def exact_power(time, mag, weight, frequency, fit_mean):
    """Astropy's direct sums in double precision."""
    timeseries = pytest.importorskip("astropy.timeseries")
    error = None if weight is None else 1 / np.sqrt(weight)
    model = timeseries.LombScargle(time, mag, error, fit_mean=fit_mean, center_data=True)
    return model.power(frequency, method="slow")


def star(n_points=200, sampling="uniform", span=2000.0, seed=0):
    rng = np.random.default_rng(seed)
    if sampling == "uniform":
        time = rng.uniform(0, span, n_points)
    elif (
        sampling == "nights"
    ):  # four exposures a night, half the year: what spreads onto few grid rows
        night = rng.choice(
            np.flatnonzero(np.arange(span) % 365 < 180), -(-n_points // 4), replace=False
        )
        time = (night[:, None] + 0.1 * rng.random() + 0.007 * np.arange(4)).ravel()[:n_points]
    elif sampling == "two clumps":
        time = np.where(rng.random(n_points) < 0.5, 0, span) + rng.normal(0, 3, n_points)
    time = np.sort(time)
    mag = 15 + 0.4 * np.sin(2 * np.pi * time / 0.6123) + rng.normal(0, 0.2, n_points)
    return time, mag, 1 / rng.uniform(0.05, 0.3, n_points) ** 2


def check(time, mag, weight, engine, *, f_min, df, n_freq, fit_mean, tolerance=TOLERANCE):
    power = lomb_scargle_power(
        time, mag, weight, f_min=f_min, df=df, n_freq=n_freq, fit_mean=fit_mean, engine=engine
    )
    assert power.shape == (n_freq,)
    assert power.dtype == np.float64
    some = np.unique(np.linspace(0, n_freq - 1, 300_000 // (len(time) + 100)).astype(int))
    expected = exact_power(time, mag, weight, f_min + df * some, fit_mean)
    assert_allclose(power[some], expected, atol=tolerance, rtol=0)
    return power


@engines
@pytest.mark.parametrize("sampling", ["uniform", "nights", "two clumps"])
@pytest.mark.parametrize(
    ("fit_mean", "weighted"), [(False, False), (True, True), (True, False), (False, True)]
)
def test_power_is_astropys(engine, sampling, fit_mean, weighted):
    time, mag, weight = star(sampling=sampling)
    df = 1 / (3 * (time[-1] - time[0]))
    # 20,011 is prime: a whole number of chunks in no engine.
    check(
        time,
        mag,
        weight if weighted else None,
        engine,
        f_min=df,
        df=df,
        n_freq=20_011,
        fit_mean=fit_mean,
    )


def test_the_kernel_is_as_exact_as_it_says():
    """Of a point between the rows of the time grid, at all frequencies of a chunk, against its own turn."""
    position, frequency = (
        np.linspace(-3, 3, 121),
        np.linspace(-0.5, 0.5, 101)[:, None] / OVERSAMPLING,
    )
    first, weights = spreading(position)
    spread = 0.0
    for row, weight in enumerate(weights):
        spread = spread + weight * np.exp(2j * np.pi * frequency * (first + row))
    aliases = spread / kernel_transform(frequency) - np.exp(2j * np.pi * frequency * position)
    assert np.abs(aliases).max() < 3.2e-5
    assert np.sqrt(np.mean(np.abs(aliases) ** 2)) < 4e-6
    assert np.abs(aliases[25:76]).max() < 4e-6


@engines
@pytest.mark.parametrize("oversampling", [0.05, 0.7, 1.0, 2.5, 10.0, 40.0])
def test_any_step(engine, oversampling):
    time, mag, weight = star()
    df = 1 / (oversampling * (time[-1] - time[0]))
    check(time, mag, weight, engine, f_min=0.123, df=df, n_freq=2000, fit_mean=True)


@engines
@pytest.mark.parametrize("n_points", [3, 4, 10, 1000, 5000])
def test_any_number_of_points(engine, n_points):
    time, mag, weight = star(n_points)
    df = 1 / (3 * (time[-1] - time[0]))
    # With few points the normal equations are often close to singular, and the error grows with the
    # inverse of their determinant, up to 100, beyond which sums are direct.
    tolerance = TOLERANCE if n_points > 10 else 100 * TOLERANCE
    n_freq = 5000 if n_points < 5000 else 100_000
    how = {"f_min": df, "df": df, "n_freq": n_freq, "tolerance": tolerance}
    check(time, mag, weight, engine, **how, fit_mean=False)
    if n_points > 3:
        check(time, mag, weight, engine, **how, fit_mean=True)


@engines
@pytest.mark.parametrize("n_freq", [1, 2, 3, 191, 192, 193, 4609])
def test_any_number_of_frequencies(engine, n_freq):
    time, mag, weight = star()
    check(time, mag, weight, engine, f_min=1.63, df=1e-4, n_freq=n_freq, fit_mean=True)


@engines
def test_low_frequencies(engine):
    """Much less than one cycle in the whole time span: nearly singular, so computed in double precision."""
    time, mag, weight = star()
    check(time, mag, weight, engine, f_min=1e-6, df=1e-6, n_freq=3000, fit_mean=True)


@engines
def test_zero_points_do_not_matter(engine):
    """The engines subtract the first time and the mean magnitude before anything is rounded."""
    time, mag, weight = star()
    time = np.round(time * 2**20) / 2**20  # so that the shift itself rounds nothing
    grid = {"f_min": 0.01, "df": 1e-4, "n_freq": 30_000, "engine": engine}
    reference = lomb_scargle_power(time, mag, weight, **grid)
    assert_array_equal(lomb_scargle_power(time + 2_450_000.0, mag, weight, **grid), reference)
    assert_allclose(lomb_scargle_power(time, mag + 1000.0, weight, **grid), reference, atol=1e-6)
    assert_allclose(lomb_scargle_power(time, 1e6 * mag, weight, **grid), reference, atol=1e-6)


@engines
def test_order_of_points_does_not_matter(engine):
    time, mag, weight = star()
    order = np.random.default_rng(1).permutation(len(time))
    grid = {"f_min": 0.01, "df": 1e-4, "n_freq": 5000, "engine": engine}
    assert_array_equal(
        lomb_scargle_power(time[order], mag[order], weight[order], **grid),
        lomb_scargle_power(time, mag, weight, **grid),
    )


@engines
@pytest.mark.parametrize("fit_mean", [False, True])
def test_even_sampling(engine, fit_mean):
    """At whole cycles a day a star observed once a day shows nothing: no division by zero, no false peak."""
    time = np.arange(100.0)
    mag = np.random.default_rng(0).normal(size=100)
    power = lomb_scargle_power(
        time, mag, f_min=0.01, df=0.005, n_freq=400, fit_mean=fit_mean, engine=engine
    )
    assert np.all((power >= 0) & (power <= 1))
    assert power[198] < 1e-6  # exactly one cycle a day
    regular = np.abs((np.arange(400) * 0.005 + 0.01) % 0.5) > 0.01
    regular &= np.abs((np.arange(400) * 0.005 + 0.01) % 0.5) < 0.49
    frequency = (0.01 + 0.005 * np.arange(400))[regular]
    expected = exact_power(time, mag, None, frequency, fit_mean)
    assert_allclose(power[regular], expected, atol=TOLERANCE)


@engines
def test_times_all_equal(engine):
    power = lomb_scargle_power(
        np.full(5, 3.0), np.arange(5.0), f_min=0.1, df=0.1, n_freq=50, engine=engine
    )
    assert_allclose(power, 0, atol=1e-6)


@engines
def test_constant_magnitudes_have_no_power(engine):
    power = lomb_scargle_power(
        np.arange(9.0), np.full(9, 12.3), f_min=0.1, df=0.1, n_freq=5, engine=engine
    )
    assert np.all(np.isnan(power))


@engines
def test_callers_arrays_stay_as_they_are(engine):
    arrays = star()
    copies = [array.copy() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    lomb_scargle_power(*arrays, f_min=0.01, df=1e-4, n_freq=100, engine=engine)
    for array, copy in zip(arrays, copies, strict=True):
        assert_array_equal(array, copy)


@engines
def test_no_warnings(engine):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        power = lomb_scargle_power(*star(5), f_min=0.01, df=0.01, n_freq=500, engine=engine)
    assert np.isfinite(power).all()


def test_engines_find_the_same_peaks():
    stars = [
        star(n, sampling, seed=n) for n in (40, 150, 900) for sampling in ("uniform", "nights")
    ]
    time, mag, weight = (np.concatenate(column) for column in zip(*stars, strict=True))
    offsets = np.cumsum([0] + [len(one[0]) for one in stars])
    grid = {"f_min": 1e-3, "df": 1.6e-4, "n_freq": 40_000}
    search = {"fit_mean": True, "n_peaks": 10, "min_separation": 4}
    found = {
        engine: highest_peaks(
            time, mag, weight, offsets, **grid, **search, summary=True, engine=engine
        )
        for engine in ENGINES
    }
    for engine in ENGINES[1:]:
        # Where two peaks are equally high to 1e-6 their order is chance.
        assert np.mean(found[engine].index == found["numba"].index) > 0.9
        assert_array_equal(found[engine].index[:, 0], found["numba"].index[:, 0])
        # Peaks' powers are computed again in double precision.
        assert_allclose(found[engine].power, found["numba"].power, atol=TOLERANCE)
        assert_allclose(found[engine].power[:, 0], found["numba"].power[:, 0], rtol=1e-10)
        assert_allclose(found[engine].median, found["numba"].median, rtol=1e-3)
        assert_allclose(found[engine].std, found["numba"].std, rtol=1e-4)


@pytest.mark.parametrize("batch", [1, 140_000])
def test_as_many_stars_go_together_as_there_is_room_for(batch, monkeypatch):
    """A star whose grid alone is more than a batch goes alone."""
    from sklearn_vartl.periodogram import _torch_engine

    time, mag, weight = star(60, span=100.0)
    times, mags, weights = zip(*((time, mag**k, weight) for k in range(1, 6)), strict=True)
    arrays = [np.concatenate(parts) for parts in (times, mags, weights)]
    grid = {"f_min": 0.01, "df": 0.003, "n_freq": np.array([900, 4000, 2500, 4000, 100])}
    options = {"n_peaks": 3, "min_separation": 2, "fit_mean": True, "engine": "torch", **grid}
    together = highest_peaks(*arrays, np.arange(6) * 60, **options)
    sizes = []

    class Told(_torch_engine._Batch):
        def power(self):
            sizes.append(len(self.f_min))
            return super().power()

    monkeypatch.setattr(_torch_engine, "BATCH", batch)
    monkeypatch.setattr(_torch_engine, "_Batch", Told)
    found = highest_peaks(*arrays, np.arange(6) * 60, **options)
    assert_array_equal(found.index, together.index)
    assert_allclose(found.power, together.power, atol=TOLERANCE)
    # A star of 4000 frequencies, 240 of them at a time, takes up to 4000 + 240 * 256 numbers.
    assert sum(sizes) == 5 and max(sizes) == (1 if batch == 1 else 2)
    for k in range(5):
        frequency = 0.01 + 0.003 * found.index[k]
        assert_allclose(
            found.power[k],
            exact_power(times[k], mags[k], weights[k], frequency, True),
            atol=TOLERANCE,
        )


def test_auto_is_the_compiled_engine():
    time, mag, weight = star()
    grid = {"f_min": 0.01, "df": 1e-4, "n_freq": 1000}
    assert_array_equal(
        lomb_scargle_power(time, mag, weight, **grid),
        lomb_scargle_power(time, mag, weight, **grid, engine="numba"),
    )


@pytest.mark.parametrize("device", ["meta", "warp"])
def test_a_device_that_cannot_be_had(device):
    said = f"engine='torch:{device}' cannot be used here .*; engine='auto' or 'torch' can"
    with pytest.raises(ValueError, match=said):
        lomb_scargle_power(*star(), f_min=0.01, df=1e-4, n_freq=100, engine=f"torch:{device}")


@pytest.mark.parametrize("engine", ["fortran", "numpy:cuda", ""])
def test_unknown_engine(engine):
    with pytest.raises(ValueError, match="engine must be one of 'auto', 'numpy', 'numba', 'torch'"):
        lomb_scargle_power(*star(), f_min=0.01, df=1e-4, n_freq=100, engine=engine)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": np.array([0.0, np.nan, 2.0])}, "time is not finite at position 1"),
        ({"mag": np.array([0.0, 1.0, np.inf])}, "mag is not finite at position 2"),
        ({"weight": np.array([0.0, 1.0, 1.0])}, "weight must be positive; it is 0.0 at position 0"),
        ({"mag": np.zeros(2)}, "equal length"),
        ({"df": 0.0}, "grid of star 0 is not usable"),
        ({"f_min": -1.0}, "grid of star 0 is not usable"),
        ({"n_freq": 0}, "grid of star 0 is not usable"),
        # Of a single point, too, which has no power.
        ({**dict.fromkeys(("time", "mag", "weight"), np.ones(1)), "df": 0.0}, "grid of star 0"),
    ],
)
def test_bad_arguments(change, message):
    arguments = {
        "time": np.array([0.0, 1.0, 2.5]),
        "mag": np.array([1.0, 0.0, 2.0]),
        "weight": np.ones(3),
        "f_min": 0.1,
        "df": 0.1,
        "n_freq": 10,
    }
    with pytest.raises(ValueError, match=message):
        lomb_scargle_power(**{**arguments, **change})
