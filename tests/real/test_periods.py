"""The period search on real stars: the catalogue's periods, and Miras not at one day."""

import numpy as np
import pytest

from sklearn_vartl.light_curves import clean
from sklearn_vartl.periodogram import physical_period, search_periods


def some(X, label, n_stars):
    chosen = np.flatnonzero(X.labels.astype(str) == label)
    every = max(1, len(chosen) // n_stars)
    return clean(X[chosen[::every][:n_stars]], 10)[0]


def search(X):
    return search_periods(X.time, X.mag, X.magerr, X.offsets)


def agrees(period, truth):
    return np.abs(period / truth - 1) < 0.01


@pytest.fixture(scope="module")
def crts_periods(real_survey):
    crts = real_survey("crts")
    found = {}
    for label in ("RRAB", "RRC", "RRD", "DSCT", "ACEP", "LPV", "EC", "ED", "ROT", "T2CEP"):
        X = some(crts, label, 60)
        found[label] = search(X), np.asarray(X.table["catalog_period"], dtype=float)
    return found


def test_pulsators_have_the_catalogue_period(crts_periods):
    share = {}
    for label in ("RRAB", "RRC", "RRD", "DSCT", "ACEP"):
        found, truth = crts_periods[label]
        share[label] = agrees(found.shape_period, truth).mean()
    assert np.mean(list(share.values())) >= 0.93, share


def test_within_a_factor_of_two_for_all_classes(crts_periods):
    share = {}
    for label, (found, truth) in crts_periods.items():
        right = [agrees(found.shape_period, factor * truth) for factor in (0.5, 1, 2)]
        share[label] = np.any(right, axis=0).mean()
    assert np.mean(list(share.values())) >= 0.94, share


def test_physical_period_with_the_class_known(crts_periods):
    share = {}
    for label, (found, truth) in crts_periods.items():
        period = physical_period(found.shape_period, found.double_evidence, label)
        share[label] = agrees(period, truth).mean()
    assert np.mean(list(share.values())) >= 0.85, share


def test_miras_are_not_taken_for_their_daily_aliases(real_survey):
    found = search(some(real_survey("asas"), "MIRA", 300))
    assert np.mean(found.shape_period < 60) <= 0.02


def test_shifts_and_order_change_nothing(real_survey, rng):
    from sklearn_vartl.light_curves import LightCurves

    X = some(real_survey("asas"), "RRAB", 8)
    here = search(X)
    there = search_periods(X.time + 12345.678, X.mag - 3.21, X.magerr, X.offsets)
    np.testing.assert_allclose(there.shape_period, here.shape_period, rtol=1e-6)
    np.testing.assert_allclose(there.double_evidence, here.double_evidence, atol=1e-3)
    order = np.concatenate([rng.permutation(np.arange(a, b)) for a, b in _segments(X)])
    shuffled = LightCurves(X.time[order], X.mag[order], X.magerr[order], X.offsets)
    np.testing.assert_array_equal(search(clean(shuffled, 10)[0]).shape_period, here.shape_period)


def _segments(X):
    return zip(X.offsets[:-1], X.offsets[1:], strict=True)
