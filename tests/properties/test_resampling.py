"""Samplers and images of any stars: finite, drawn again alike, and nothing is written to."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_vartl.images import DmDtImage, PhaseImage
from sklearn_vartl.light_curves import LightCurves
from sklearn_vartl.resampling import RASLE, CadenceResampler, GPAugmenter

small = settings(max_examples=12, deadline=None, derandomize=True, database=None)
SAMPLERS = {
    "cadence": CadenceResampler(n_points=12, n_copies=2, random_state=0),
    "rasle": RASLE(random_state=0),
    "gp": GPAugmenter(random_state=0),
}


@st.composite
def surveys(draw):
    """Some stars of two unequal classes, with any magnitudes, errors and periods."""
    n_stars, n = draw(st.integers(3, 6)), 30
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scatter = draw(st.sampled_from([1e-3, 0.1, 3.0]))
    return LightCurves(
        draw(st.sampled_from([0.0, 55_000.0])) + rng.uniform(0, 500, n_stars * n),
        15 + scatter * rng.normal(size=n_stars * n),
        rng.uniform(0.001, 0.5, n_stars * n),
        np.arange(n_stars + 1) * n,
        labels=np.array(["RARE", *["COMMON"] * (n_stars - 1)], dtype=object),
        table={"period": rng.uniform(0.1, 400, n_stars)},
    )


@pytest.mark.parametrize("name", SAMPLERS)
@small
@given(X=surveys())
def test_new_stars_are_sound_and_drawn_again_alike(name, X):
    sampler = SAMPLERS[name]
    before = X.mag.copy()
    found, labels = sampler.fit_resample(X, X.labels)
    np.testing.assert_array_equal(X.mag, before)
    assert np.isfinite(found.time).all() and np.isfinite(found.mag).all()
    assert (found.magerr > 0).all()
    assert len(found) == len(labels) == len(sampler.groups_)
    np.testing.assert_array_equal(labels, X.labels[sampler.groups_])
    if name == "cadence":
        assert len(found) == 2 * len(X) and found.n_points.max() <= 12
    else:
        classes, counts = np.unique(labels.astype(str), return_counts=True)
        assert classes.tolist() == ["COMMON", "RARE"] and counts[0] == counts[1]
    again, _ = sampler.fit_resample(X, X.labels)
    assert again == found


@small
@given(X=surveys(), shift=st.sampled_from([0.5, -4.0]))
def test_images_know_nothing_of_zero_points(X, shift):
    for image in (PhaseImage(8, 8, period="period"), DmDtImage()):
        found = image.fit_transform(X)
        assert len(found) == len(X)
        assert np.isfinite(found).all() and (found >= 0).all()
        # Sums of doubles: a point at the edge of a pixel may go to the next one.
        moved = image.fit_transform(X.replace(mag=X.mag + shift))
        assert np.mean(found != moved) < 0.05
