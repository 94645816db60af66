"""Scores, names and matches of catalogues, against their definitions written plainly."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sklearn_vartl.ensemble import crossmatch
from sklearn_vartl.evaluation import expected_calibration_error, mc_score
from sklearn_vartl.transfer import harmonise

small = settings(max_examples=40, deadline=None, derandomize=True, database=None)
classes = st.sampled_from(["EC", "ED", "RRAB"])
pairs = st.lists(st.tuples(classes, classes), min_size=1, max_size=30).map(
    # The coefficient is of two classes or more.
    lambda drawn: [("EC", "EC"), ("ED", "RRAB"), *drawn]
)


@small
@given(pairs=pairs, order=st.randoms(use_true_random=False))
def test_the_score_lies_between_zero_and_one_and_knows_no_order(pairs, order):
    true, found = map(list, zip(*pairs, strict=True))
    score = mc_score(true, found)
    assert 0 <= score <= 1
    assert mc_score(found, true) == score
    order.shuffle(pairs)
    again = mc_score(*map(list, zip(*pairs, strict=True)))
    np.testing.assert_allclose(again, score, atol=1e-12)
    assert mc_score(true, true) == 1.0


@small
@given(
    weights=arrays(float, (12, 3), elements=st.floats(0.01, 1)),
    true=arrays(int, 12, elements=st.integers(0, 2)),
    n_bins=st.integers(1, 20),
)
def test_the_calibration_error_is_its_definition(weights, true, n_bins):
    proba = weights / weights.sum(axis=1, keepdims=True)
    confidence, right = proba.max(axis=1), proba.argmax(axis=1) == true
    # A bin holds its lower edge, the last one both.
    place = np.minimum(np.floor(confidence * n_bins), n_bins - 1)
    expected = sum(
        abs(right[place == k].sum() - confidence[place == k].sum()) for k in np.unique(place)
    )
    found = expected_calibration_error(true, proba, labels=[0, 1, 2], n_bins=n_bins)
    np.testing.assert_allclose(found, expected / 12, atol=1e-9)


@small
@given(names=st.lists(st.text(max_size=12), max_size=8))
def test_names_once_in_order_stay_in_order(names):
    once = harmonise(names)
    assert list(harmonise(once)) == list(once)
    assert len(once) == len(names)


def separations(left, right):
    """Great circles in arcsec, (n_left, n_right), from unit vectors."""

    def vectors(place):
        ra, dec = np.radians(place).T
        return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)

    chord = np.linalg.norm(vectors(left)[:, None] - vectors(right), axis=2)
    return np.degrees(2 * np.arcsin(np.clip(chord / 2, 0, 1))) * 3600


places = st.integers(1, 8).flatmap(
    lambda n: arrays(float, (n, 2), elements=st.floats(0, 0.002), unique=True)
)


@small
@given(left=places, right=places, pole=st.sampled_from([0.0, 60.0, 89.9]))
def test_the_match_is_the_nearest_within_the_radius(left, right, pole):
    left, right = left + [359.999, pole], right + [359.999, pole]
    match = crossmatch(left, right, radius=3.0)
    distance = separations(left, right)
    found = distance.min(axis=1) <= 3.0
    # Rounding decides who is exactly at the edge.
    clear = (abs(distance - 3.0) > 1e-6).all(axis=1)
    np.testing.assert_array_equal(match.matched[clear], found[clear])
    both = clear & found
    np.testing.assert_allclose(match.separation[both], distance.min(axis=1)[both], atol=1e-6)
    np.testing.assert_array_equal(match.n_candidates[clear], (distance <= 3.0).sum(axis=1)[clear])
