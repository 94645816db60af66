"""Simulated surveys: requests respected, periods that can be found, light curves like the class."""

import numpy as np
import pytest

from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.datasets._classes import CLASSES
from sklearn_vartl.datasets._surveys import SURVEYS
from sklearn_vartl.periodogram import lomb_scargle_power


def fold(star, period):
    """Mean magnitude in 20 bins of the fold, NaN where a bin is empty."""
    phase = np.mod(star.time / period, 1.0)
    k = np.minimum((phase * 20).astype(int), 19)
    return np.array([np.median(star.mag[k == j]) if (k == j).any() else np.nan for j in range(20)])


def strongest_frequency(star, f_min=0.001, f_max=12.0):
    df = 0.2 / np.ptp(star.time)
    n_freq = int((f_max - f_min) / df)
    power = lomb_scargle_power(star.time, star.mag, None, f_min=f_min, df=df, n_freq=n_freq)
    return f_min + df * int(np.argmax(power))


def same_stars(a, b):
    return (
        np.array_equal(a.time, b.time)
        and np.array_equal(a.mag, b.mag)
        and np.array_equal(a.magerr, b.magerr)
        and a.labels.tolist() == b.labels.tolist()
    )


@pytest.mark.parametrize("survey", SURVEYS)
def test_every_class_of_every_survey_gives_usable_light_curves(survey):
    stars = simulate_survey(2 * len(CLASSES), survey, classes=list(CLASSES), random_state=0)
    assert stars.labels.tolist() == list(CLASSES) * 2
    assert stars.n_points.min() >= 30
    assert np.isfinite(stars.mag).all() and (stars.magerr > 0).all()
    for star in stars:
        assert (np.diff(star.time) >= 0).all()


def test_default_classes_are_those_of_the_survey_in_equal_numbers():
    stars = simulate_survey(27, "asas", random_state=0)
    names, counts = np.unique(stars.labels.astype(str), return_counts=True)
    assert set(names) == set(SURVEYS["asas"].classes)
    assert (counts == 3).all()


def test_classes_can_have_shares():
    stars = simulate_survey(40, "crts", classes={"EC": 3, "RRC": 1, "RRAB": 0}, random_state=0)
    assert {label: int((stars.labels == label).sum()) for label in ("EC", "RRC", "RRAB")} == {
        "EC": 30,
        "RRC": 10,
        "RRAB": 0,
    }


def test_one_seed_gives_the_same_stars_whatever_their_number():
    few, many = (simulate_survey(n, "crts", random_state=3) for n in (15, 40))
    assert same_stars(few, many[:15])
    assert same_stars(few, simulate_survey(15, "crts", random_state=3))
    assert not same_stars(few, simulate_survey(15, "crts", random_state=4))


def test_two_surveys_with_one_seed_share_no_star():
    periods = [
        simulate_survey(10, survey, classes=["CEP"], random_state=0).table["true_period"]
        for survey in ("ogle3", "asas")
    ]
    assert not np.isin(periods[0], periods[1]).any()


def test_a_generator_as_random_state_moves_on():
    random_state = np.random.RandomState(0)
    first = simulate_survey(3, random_state=random_state)
    assert not same_stars(first, simulate_survey(3, random_state=random_state))


@pytest.mark.parametrize(
    "label, longest", [("RRAB", 1.1), ("RRC", 0.6), ("DSCT", 0.3), ("CEP", 250)]
)
def test_the_true_period_of_pulsators_is_the_strongest_one(label, longest):
    stars = simulate_survey(15, "ogle3", classes=[label], random_state=1)
    period = stars.table["true_period"]
    assert (period > 0).all() and period.max() < longest
    found = np.array([strongest_frequency(star, f_max=25.0) for star in stars])
    exact = np.abs(found * period - 1) < 0.01
    assert exact.mean() >= 0.8


def test_the_strongest_period_of_binaries_is_half_the_orbit():
    stars = simulate_survey(15, "ogle3", classes=["EC"], random_state=1)
    found = np.array([strongest_frequency(star) for star in stars])
    half = np.abs(found * stars.table["true_period"] - 2) < 0.02
    assert half.mean() >= 0.8


@pytest.mark.parametrize("label, lowest_ratio", [("EC", 0.5), ("ESD", 0.05), ("ED", 0.0)])
def test_folded_binaries_show_two_minima(label, lowest_ratio):
    stars = simulate_survey(30, "lsst", classes=[label], random_state=2)
    ratios = []
    for star, period in zip(stars, stars.table["true_period"], strict=True):
        curve = fold(star, period)
        bright = np.nanpercentile(curve, 20)
        first = np.nanargmax(curve)
        opposite = np.take(curve, np.arange(first + 7, first + 14), mode="wrap")
        ratios.append((np.nanmax(opposite) - bright) / (curve[first] - bright))
    assert np.median(ratios) > max(lowest_ratio, 0.05)


def test_the_minima_of_detached_binaries_are_narrow_and_those_of_contact_ones_are_not():
    skew = {}
    for label in ("EC", "ED"):
        stars = simulate_survey(30, "lsst", classes=[label], random_state=3)
        skew[label] = np.median([_skewness(star.mag) for star in stars])
    assert skew["ED"] > skew["EC"] + 0.5


def _skewness(mag):
    low, high = np.percentile(mag, [1, 99])
    mag = np.clip(mag, low, high)
    return np.mean(((mag - mag.mean()) / mag.std()) ** 3)


def test_double_mode_stars_have_the_period_ratio_of_their_class():
    table = simulate_survey(40, "ogle3", classes=["RRD"], random_state=0).table
    ratio = table["true_period"] / table["second_period"]
    ratio = np.minimum(ratio, 1 / ratio)
    assert np.median(ratio) == pytest.approx(0.745, abs=0.01)


def test_rrab_rise_faster_than_they_decline():
    """The maximum follows the minimum within less than half a period."""
    stars = simulate_survey(20, "ogle3", classes=["RRAB"], random_state=5)
    rise = []
    for star, period in zip(stars, stars.table["true_period"], strict=True):
        curve = fold(star, period)
        rise.append((np.nanargmin(curve) - np.nanargmax(curve)) % 20 / 20)
    assert np.median(rise) < 0.4


def test_amplitudes_are_larger_in_v_than_in_i():
    in_i, in_v = (
        np.median(simulate_survey(60, s, classes=["RRC"], random_state=0).table["amplitude"])
        for s in ("ogle3", "asas")
    )
    assert 1.3 < in_v / in_i < 1.9


def test_what_does_not_vary_has_no_period_and_only_noise():
    stars = simulate_survey(20, "ogle3", classes=["NONVAR", "QSO"], random_state=0)
    assert np.isnan(stars.table["true_period"]).all()
    constant, quasars = (
        np.median([np.std(star.mag) / np.median(star.magerr) for star in stars[k::2]])
        for k in (0, 1)
    )
    assert constant < 1.5 and quasars > 1.5 * constant


def test_long_period_variables_are_slow():
    stars = simulate_survey(20, "crts", classes=["LPV"], random_state=0)
    assert (stars.table["true_period"] > 50).all()
    for star in stars:
        dm = np.diff(star.mag)[np.diff(star.time) < 0.1]
        assert np.median(np.abs(dm)) < 0.3 * np.std(star.mag)


def test_no_stars_at_all():
    assert len(simulate_survey(0, "asas", random_state=0)) == 0


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"survey": "kepler"}, "Unknown survey 'kepler'.*ogle3"),
        ({"classes": ["RRAB", "RRX"]}, "Unknown class RRX.*RRAB"),
        ({"classes": []}, "at least one class"),
        ({"classes": {"EC": -1, "ED": 2}}, "shares that are not negative"),
        ({"n_stars": -1}, "whole number that is not negative"),
        ({"n_stars": 2.5}, "whole number"),
        ({"classes": {"EC": np.nan, "ED": 2}}, "finite shares"),
        ({"classes": {"EC": np.inf, "ED": 2}}, "finite shares"),
        ({"classes": {"EC": "many"}}, "finite shares"),
    ],
)
def test_wrong_requests_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulate_survey(**{"n_stars": 3, "random_state": 0, **arguments})


def test_thirty_points_are_enough_of_a_star(monkeypatch):
    """The first star with as many is taken, those with fewer are drawn anew."""
    from types import SimpleNamespace

    from sklearn_vartl.datasets import _simulate

    n_kept = iter([29, 30, 31])
    flat = SimpleNamespace(brightness=lambda time, rng: np.zeros(len(time)))
    monkeypatch.setattr(_simulate, "_draw", lambda *given: flat)
    monkeypatch.setattr(_simulate, "_would_be_found", lambda *given: True)
    plan = SimpleNamespace(
        magnitudes={None: (14.0, 15.0, 16.0)},
        cadence=SimpleNamespace(
            span=(90.0, 100.0, 110.0), times=lambda rng, span: (np.arange(60.0), np.arange(60))
        ),
        photometry=SimpleNamespace(
            measure=lambda rng, time, night, true: (true, true, np.arange(60) < next(n_kept))
        ),
    )
    rng = np.random.default_rng(0)
    for n in (30, 31):
        assert _simulate._observe(rng, plan=plan, label="RRAB")[2].tolist() == [*range(n)]
