"""crossmatch: separation, ambiguity, matches by chance."""

import sys

import numpy as np
import pytest

from sklearn_vartl.ensemble import CrossMatch, crossmatch

pytest.importorskip("astropy", reason="astropy is an extra")
ARCSEC = 1 / 3600


def test_nearest_within_the_radius():
    left = [[10, 60], [20, 0], [30, -5]]
    right = [[30, -5 + 3 * ARCSEC], [10 + 2 * ARCSEC, 60], [20, 0.5]]
    match = crossmatch(left, right, 2.5)
    assert match.index.tolist() == [1, -1, -1]
    # Two arcsec of right ascension at declination 60 are one on the sky.
    assert match.separation == pytest.approx([1.0, np.nan, np.nan], abs=1e-3, nan_ok=True)
    assert match.matched.tolist() == [True, False, False]
    assert match.n_candidates.tolist() == [1, 0, 0] and not match.ambiguous.any()


def test_right_ascension_wraps_around():
    assert crossmatch([[359.9999, 0]], [[0.0001, 0]], 1.0).separation[0] == pytest.approx(0.72)


def test_ambiguity_on_either_side():
    right = [[10, 0], [10, ARCSEC], [20, 0]]
    left = [[10, 0.1 * ARCSEC], [20, ARCSEC], [20, -ARCSEC], [40, 0]]
    match = crossmatch(left, right, 2.0)
    assert match.n_candidates.tolist() == [2, 1, 1, 0]
    assert match.ambiguous.tolist() == [True, True, True, False]


def test_chance_rate_follows_the_density(rng):
    """Expected: 1 - exp(-density x area of the circle)."""
    side, radius = 0.5, 4.0
    left, right = (rng.uniform(0, side, (4000, 2)) for _ in range(2))
    match = crossmatch(left, right, radius)
    expected = 1 - np.exp(-4000 / side**2 * np.pi * (radius * ARCSEC) ** 2)
    assert match.chance_rate == pytest.approx(expected, rel=0.1)
    assert match.matched.mean() == pytest.approx(expected, rel=0.15)
    assert match.false_match_share > 0.8
    same = crossmatch(left, left, radius)
    assert same.matched.all() and same.false_match_share < 0.01


def test_tables_and_empty_catalogues():
    table = {"ra": [1.0, 2.0], "dec": [0.0, 0.0]}
    assert crossmatch(table, table, 1.0).index.tolist() == [0, 1]
    empty = crossmatch(table, np.empty((0, 2)), 1.0)
    assert empty.index.tolist() == [-1, -1] and np.isnan(empty.false_match_share)
    assert empty.n_candidates.tolist() == [0, 0] and not empty.ambiguous.any()
    assert empty.chance_rate == 0 and np.isnan(empty.separation).all()
    nobody = crossmatch(np.empty((0, 2)), table, 1.0)
    assert len(nobody.index) == 0 and np.isnan(nobody.false_match_share)


@pytest.mark.parametrize(
    ("left", "radius", "message"),
    [
        ([[0, 91]], 1, "outside the sky"),
        ([[400, 0]], 1, "outside the sky"),
        ([[0, 0], [361.5, 0], [400, 0]], 1, "2 positions .* at row 1"),
        ([[0, 0]], 3600, "radius must be between 0 and 3600 arcsec, got 3600"),
        ([[0, np.nan]], 1, "missing"),
        ([[0, 0]], 0, "radius"),
        ([[0, 0]], -1, "radius"),
        ([[0, 0]], 5000, "radius"),
        # Not read as three sources: a row of each coordinate, and further columns.
        ([[10, 20, 30], [1, 2, 3]], 1, r"shape \(2, 3\).*column_stack"),
        ([[10, 20, 0.1, 0.2]], 1, r"shape \(1, 4\)"),
        ([10, 20], 1, r"shape \(2,\)"),
    ],
)
def test_errors(left, radius, message):
    with pytest.raises(ValueError, match=message):
        crossmatch(left, [[0, 0]], radius)


def test_the_largest_radius_and_right_ascension():
    assert crossmatch([[361, 0]], [[1, 0]], 3599.9, n_offsets=0).separation[0] < 1e-6


def test_without_astropy_a_word_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "astropy", None)
    with pytest.raises(ImportError, match="crossmatch needs astropy: pip install astropy"):
        crossmatch([[0, 0]], [[0, 0]], 1)


def test_chance_is_looked_for_ten_radii_away_in_each_direction():
    # One neighbour, ten radii to the north: one of eight directions meets it.
    right = [[10, 0], [10, 20 * ARCSEC]]
    assert crossmatch([[10, 0]], right, 2.0).chance_rate == 1 / 8
    assert crossmatch([[10, 0]], right, 2.0, n_offsets=4).chance_rate == 1 / 4
    assert crossmatch([[10, 0]], right, 2.0, n_offsets=0).chance_rate == 0
    # To the east.
    assert crossmatch([[10, 0]], [[10 + 20 * ARCSEC, 0]], 2.0).chance_rate == 1 / 8
    assert crossmatch([[10, 0]], [[10, 16 * ARCSEC]], 2.0).chance_rate == 0


@pytest.mark.parametrize(("distance", "inside"), [(1.9999, True), (2.0001, False)])
def test_the_radius_is_the_largest_separation(distance, inside):
    match = crossmatch([[10, 0]], [[10, distance * ARCSEC]], 2.0)
    assert match.matched[0] == inside and match.n_candidates[0] == inside


def test_share_of_false_matches():
    def share(n_found, chance):
        index = np.where(np.arange(10) < n_found, 0, -1)
        return CrossMatch(index, index, index, index, chance).false_match_share

    # Of ten, 6 found: 5 + 0.2 x 5, so that one of six is by chance.
    assert share(6, 0.2) == pytest.approx(1 / 6)
    assert share(2, 0.5) == 1 and share(10, 1.0) == 1 and share(1, 2.0) == 1
    assert share(10, 0.5) == 0 and np.isnan(share(0, 0.2)) and np.isnan(share(0, 1.0))
