"""PhaseImage and DmDtImage."""

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from sklearn.base import clone

from sklearn_vartl import LightCurves
from sklearn_vartl.images import DmDtImage, PhaseImage


def sine(period=0.7, n=400, shift=0.0, ids=None):
    time = np.sort(np.random.default_rng(0).uniform(0, 100, n))
    mag = 15 + 0.5 * np.cos(2 * np.pi * (time / period + shift))
    return LightCurves(time, mag, np.full(n, 0.02), [0, n], table={"P": [period]})


def test_phase_image_shows_two_cycles_with_the_faintest_part_at_phase_zero():
    image = PhaseImage(16, 32, period="P").transform(sine())[0]
    assert image.shape == (16, 32) and image.min() == 0
    assert np.array_equal(image.max(axis=0), np.ones(32))
    assert np.allclose(image[:, :16], image[:, 16:])
    # mag = 15.5 is faint: row 0, at phases 0 and 1; the bright part in between is in the last row.
    assert image[0, 0] == image[0, 31] == image[15, 8] == 1
    assert image[15, 0] == image[0, 8] == 0


def test_phase_image_does_not_depend_on_the_zero_point_of_phase():
    one, other = (PhaseImage(16, 16, period="P").transform(sine(shift=s))[0] for s in (0, 0.3))
    assert np.mean(np.abs(one - other)) < 0.12
    assert np.mean(np.abs(one - np.roll(one, 3, axis=1))) > 0.2


def test_period_is_searched_where_none_is_given():
    X = sine()
    given = PhaseImage(16, 16, period="P").transform(X)
    assert np.mean(np.abs(PhaseImage(16, 16).transform(X) - given)) < 0.05


def test_dm_dt_counts_pairs():
    X = LightCurves([0.0, 1.0, 3.0], [15.0, 15.4, 14.9], None, [0, 3])
    image = DmDtImage(dt_edges=[0, 1.5, 2.5, 4], dm_edges=[-1, -0.3, 0, 1]).transform(X)[0]
    # Pairs: (+0.4, 1 d), (-0.1, 3 d), (-0.5, 2 d).
    assert image.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]


def test_dm_dt_of_many_points_is_the_plain_histogram(rng, monkeypatch):
    """In blocks of pairs and without those that are too far apart, counted as all at once."""
    n = 120
    time = rng.choice(400, n, replace=False) / 10
    mag = np.round(rng.normal(15, 0.5, n), 1)
    monkeypatch.setattr("sklearn_vartl.images._images._PAIRS", 50, raising=False)
    # Edges on which many pairs lie.
    edges = {"dt_edges": [0, 0.5, 1, 5, 10], "dm_edges": [-1, -0.5, 0, 0.5, 1]}
    image = DmDtImage(**edges).transform(LightCurves(time, mag, None, [0, n]))[0]
    order = np.argsort(time, kind="stable")
    earlier, later = np.triu_indices(n, k=1)
    wait = time[order][later] - time[order][earlier]
    change = mag[order][later] - mag[order][earlier]
    counts = np.histogram2d(change, wait, (edges["dm_edges"], edges["dt_edges"]))[0]
    assert counts.sum() > 500
    np.testing.assert_array_equal(image, (counts / counts.max()).astype(np.float32))


def test_dm_dt_of_a_long_light_curve_needs_little_memory(rng):
    n = 3000
    X = LightCurves(np.sort(rng.uniform(0, 3000, n)), rng.normal(15, 0.5, n), None, [0, n])
    image = DmDtImage()
    image.transform(X[:1])
    tracemalloc.start()
    image.transform(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # All 4.5 million pairs at once would take .3 GB.
    assert peak < 50e6


def test_the_edges_are_the_published_ones():
    """Mahabal et al. (2017), section III: pairs a little to both sides of each edge are parted by it."""
    days = "1/145 2/145 3/145 4/145 1/25 2/25 3/25 1.5 2.5 3.5 4.5 5.5 7 10 20 30 60 90 120 240 600 960 2000 4000"
    dt = np.array([float(Fraction(edge)) for edge in days.split()])
    dm = np.array([0, 0.1, 0.2, 0.3, 0.5, 1, 1.5, 2, 2.5, 3, 5, 8])
    dm = np.r_[-dm[:0:-1], dm]

    def bins(wait, change):
        time, mag = (np.column_stack([np.full(len(x), 10.0), 10.0 + x]) for x in (wait, change))
        stars = LightCurves(time.ravel(), mag.ravel(), None, np.arange(len(wait) + 1) * 2)
        return [np.argwhere(image).tolist() for image in DmDtImage().transform(stars)]

    for k, (column, beyond) in enumerate(zip(*(dt * (1 + s) for s in (-1e-4, 1e-4)), strict=True)):
        before, after = bins(np.array([column, beyond]), np.full(2, 0.05))
        assert before == ([[11, k - 1]] if k else []) and after == ([[11, k]] if k < 23 else [])
    for k, edge in enumerate(dm):
        before, after = bins(np.full(2, 8.0), edge + np.array([-1e-4, 1e-4]))
        assert before == ([[k - 1, 12]] if k else []) and after == ([[k, 12]] if k < 22 else [])


def test_edges_are_checked_in_fit(light_curves):
    with pytest.raises(ValueError, match="dm_edges must be"):
        DmDtImage(dm_edges=[1]).fit(light_curves)


def test_dm_dt_needs_no_zero_points(light_curves):
    moved = LightCurves(
        light_curves.time + 1000, light_curves.mag + 2, light_curves.magerr, light_curves.offsets
    )
    images = DmDtImage().fit_transform(light_curves)
    assert images.shape == (30, 22, 23)
    assert np.allclose(images, DmDtImage().fit_transform(moved), atol=0.2)
    assert images.max() == 1


@pytest.mark.parametrize("transformer", [PhaseImage(8, 8, period="true_period"), DmDtImage()])
def test_stars_do_not_depend_on_each_other(transformer, light_curves):
    transformer = clone(transformer)
    images = transformer.transform(light_curves)
    assert images.dtype == np.float32
    assert np.array_equal(images[3:5], transformer.transform(light_curves[3:5]))


@pytest.mark.parametrize(
    ("transformer", "message"),
    [
        (PhaseImage(period="none"), "no column 'none'"),
        (PhaseImage(1), "height"),
        (DmDtImage(dt_edges=[1, 0]), "dt_edges must be"),
    ],
)
def test_errors(transformer, message):
    with pytest.raises(ValueError, match=message):
        transformer.transform(sine())


def test_star_without_period_or_points_is_named():
    X = LightCurves(np.arange(40.0), np.sin(np.arange(40.0)), None, [0, 20, 40],
                    ids=["one", "two"], table={"P": [1.0, np.nan]})  # fmt: skip
    with pytest.raises(ValueError, match=r"'two' \(position 1\)"):
        PhaseImage(period="P").transform(X)
    empty = LightCurves([0.0, 1.0, 2.0], [1.0, 2.0, np.nan], None, [0, 2, 3], ids=["one", "two"])
    with pytest.raises(ValueError, match="'two'"):
        DmDtImage().transform(empty)


def test_pixels_are_the_histogram_of_phase_and_level(rng):
    """Counted by numpy's histogram; some points are outliers of either side, which lie in the end rows."""
    n, period, shape = 300, 3.7, (7, 12)
    time = np.sort(rng.uniform(0, 200, n))
    mag = 12 + 0.3 * np.sin(2 * np.pi * time / period) + 0.1 * np.sin(4 * np.pi * time / period)
    mag[::100] += 3.0
    mag[5::100] -= 3.0
    X = LightCurves(time, mag, np.full(n, 0.02), [0, n], table={"P": [period]})
    low, high = np.percentile(mag, [2, 98])
    level = np.clip((high - mag) / (high - low), 0, 1)
    turn = 2 * np.pi * time / period
    # The mean direction, in which the faint points count most.
    weight = (1 - level) ** 2
    zero = np.arctan2(np.sum(weight * np.sin(turn)), np.sum(weight * np.cos(turn)))
    phase = (turn - zero) / (2 * np.pi) % 1.0
    edges = np.linspace(0, 1, shape[0] + 1), np.linspace(0, 2, shape[1] + 1)
    counts = np.histogram2d(np.tile(level, 2), np.append(phase, phase + 1), edges)[0]
    assert (counts.max(axis=0) > 1).all()
    image = PhaseImage(*shape, period="P").transform(X)[0]
    np.testing.assert_allclose(image, counts / counts.max(axis=0), rtol=1e-6)


def test_default_edges_are_those_of_mahabal_2017(light_curves):
    exposures = [k / 145 for k in (1, 2, 3, 4)] + [k / 25 for k in (1, 2, 3)]
    nights = [1.5, 2.5, 3.5, 4.5, 5.5, 7, 10, 20, 30, 60, 90, 120, 240, 600, 960, 2000, 4000]
    changes = [0.1, 0.2, 0.3, 0.5, 1, 1.5, 2, 2.5, 3, 5, 8]
    both = [-change for change in changes[::-1]] + [0] + changes
    given = DmDtImage(exposures + nights, both)
    assert np.array_equal(DmDtImage().transform(light_curves), given.transform(light_curves))


def test_a_star_without_any_pair_in_the_image_is_black():
    X = LightCurves([0.0, 50.0, 120.0], [15.0, 15.4, 14.9], None, [0, 3])
    assert not DmDtImage(dt_edges=[0, 1], dm_edges=[-1, 1]).transform(X).any()
