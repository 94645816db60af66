"""Random surveys and the kinds of stars in them: each by what physics says of it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from sklearn_vartl.datasets import _classes, simulate_survey
from sklearn_vartl.datasets._surveys import (
    FAMILIES,
    MAX_POINTS,
    MIN_POINTS,
    NOISE_RANGE,
    RandomPhotometry,
    draw_survey,
    thin,
)

DENSE = np.arange(0, 27.0, 1 / 48)
YEARS = np.sort(np.random.default_rng(5).uniform(0, 3000.0, 2500))
V_BAND = SimpleNamespace(blueness=1.0, periods={}, photometry=SimpleNamespace(noise=0.01))


def seen(draw, time, rng, n_stars=30, survey=V_BAND):
    """Stars of a kind, and their magnitudes at the times."""
    stars = [draw(rng, survey) for _ in range(n_stars)]
    return stars, np.array([star.brightness(time, rng) for star in stars])


def power(time, mag, frequency):
    """Share of the variance in a sine of each frequency, least squares at evenly spread times."""
    mag = mag - mag.mean()
    wave = np.exp(-2j * np.pi * np.outer(frequency, time))
    return np.abs(wave @ mag) ** 2 * 2 / (len(mag) * np.sum(mag**2))


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(0)
    surveys = [draw_survey(rng) for _ in range(400)]
    return surveys, [thin(rng, *s.cadence.times(rng, s.span))[0] for s in surveys]


def test_random_surveys_cover_cadences_spans_numbers_and_noise(drawn):
    surveys, times = drawn
    assert {s.family for s in surveys} == set(FAMILIES)
    span = np.array([np.ptp(t) if len(t) else 0.0 for t in times])
    counts = np.array([len(t) for t in times])
    noise = np.array([s.photometry.white for s in surveys])
    assert span.max() > 25 * 365 and np.percentile(span, 10) < 60
    assert counts.max() <= MAX_POINTS and np.percentile(counts, 95) > 2000
    assert np.percentile(counts, 5) < 3 * MIN_POINTS
    assert noise.min() >= NOISE_RANGE[0] and noise.max() <= NOISE_RANGE[1]
    assert noise.max() > 300 * np.percentile(noise, 5)
    for time in times:
        assert (np.diff(time) >= 0).all()


def test_each_family_observes_as_it_says(drawn):
    steps = {family: [] for family in FAMILIES}
    for survey, time in zip(*drawn, strict=True):
        if len(time) > 40:
            steps[survey.family].append(np.median(np.diff(time)))
    typical = {family: np.median(values) for family, values in steps.items()}
    assert typical["space, dense"] < 0.06
    assert typical["four a night"] < 0.1 < 0.5 < typical["nightly"]
    # Passes in pairs: most steps are hours or weeks.
    pairs = [
        np.mean((gap > 0.01) & (gap < 0.12))
        for survey, time in zip(*drawn, strict=True)
        if survey.family == "space, sparse" and len(gap := np.diff(time)) > 60
    ]
    assert 0.2 < np.median(pairs) < 0.8


def test_errors_are_right_wrong_or_not_given():
    rng = np.random.default_rng(1)
    ratios = []
    for _ in range(300):
        photometry = draw_survey(rng).photometry
        time = np.arange(200.0)
        mag, error, _ = photometry.measure(rng, time, time.astype(int), np.zeros(200))
        if np.isnan(error).all():
            ratios.append(np.nan)
        else:
            ratios.append(np.median(error) / photometry.white)
    ratios = np.array(ratios)
    assert 0.03 < np.isnan(ratios).mean() < 0.2
    wrong = np.abs(np.log(ratios[~np.isnan(ratios)])) > np.log(1.3)
    assert 0.15 < wrong.mean() < 0.5


QUIET = RandomPhotometry(
    white=0.01,
    **dict.fromkeys(("floor", "nightly", "slow", "tail", "trend", "jump"), 0.0),
    **dict.fromkeys(("outliers", "bad_nights"), (0.0, 5.0)),
    faint_share=0.5,
    quoted=(1.0, 0.0),
)


def test_noise_is_as_large_as_it_says_and_jumps_stay():
    photometry = replace(QUIET, jump=1.0)
    time = np.arange(4000.0)
    mag, error, kept = photometry.measure(
        np.random.default_rng(2), time, time.astype(int), np.full(4000, 12.0)
    )
    assert kept.all() and np.allclose(error, 0.01)
    step = np.argmax(np.diff(mag))
    assert np.median(mag[step + 1 :]) - np.median(mag[: step + 1]) == pytest.approx(1.0, abs=0.01)
    assert np.std(mag[: step + 1]) == pytest.approx(0.01, rel=0.2)


def test_the_points_of_a_bad_night_are_off_together():
    photometry = replace(QUIET, bad_nights=(0.2, 50.0), faint_share=1.0)
    time = np.arange(4000.0) / 4
    mag, *_ = photometry.measure(
        np.random.default_rng(3), time, time.astype(int), np.full(4000, 12.0)
    )
    nights = mag.reshape(1000, 4)
    assert np.std(nights - nights.mean(axis=1)[:, None]) == pytest.approx(
        0.01 * 0.75**0.5, rel=0.05
    )
    off = nights.mean(axis=1) - 12.0
    # Noise of a night's mean is .005; few deviations are as small.
    assert np.mean(off > 0.02) == pytest.approx(0.2, abs=0.04)
    assert np.mean(off[off > 0.02]) == pytest.approx(0.5, rel=0.2)
    assert np.min(off) > -0.02


def test_simulated_stars_vary_beyond_the_noise_of_their_survey():
    stars = simulate_survey(30, "random", random_state=0)
    table, labels = stars.table, stars.labels.astype(str)
    assert (stars.n_points >= MIN_POINTS).all() and np.isfinite(stars.mag).all()
    variable = ~np.isin(labels, ["NONVAR", "QSO"])
    evidence = table["amplitude"] / table["noise"] * np.sqrt(stars.n_points)
    # Not even the worst plate is wrong by more than any star varies.
    assert max(np.ptp(star.mag) for star in stars) < 12
    # The last tries take what they find.
    assert np.mean(evidence[variable] > 4) > 0.95
    assert set(table["cadence"]) <= set(FAMILIES)
    few = simulate_survey(5, "random", random_state=0)
    np.testing.assert_array_equal(few.mag, stars.mag[: len(few.mag)])


def test_what_has_no_period_is_seen_for_longer_than_a_trend_takes():
    stars = simulate_survey(20, "random", classes=["LB", "QSO"], random_state=0)
    span = np.array([np.ptp(star.time) for star in stars])
    assert span[stars.labels == "LB"].min() > 60 and span[stars.labels == "QSO"].min() > 30
    assert set(stars.table["cadence"]) & {"nightly", "microlensing", "plates"}


def test_small_giants_have_the_periods_and_amplitudes_of_osarg():
    rng = np.random.default_rng(3)
    stars, mag = seen(_classes.draw_small_giant, YEARS, rng, 60)
    period = np.array([star.period for star in stars])
    assert 10 < np.median(period) < 60
    spread = mag.std(axis=1)
    assert 0.003 < np.median(spread) < 0.05
    # Redder than noise: neighbours in time are alike.
    eta = np.mean(np.diff(mag, axis=1) ** 2, axis=1) / mag.var(axis=1)
    assert np.median(eta) < 0.5


def test_irregular_giants_have_no_period():
    rng = np.random.default_rng(4)
    time = YEARS[::5]
    stars, mag = seen(_classes.draw_irregular, time, rng, 15)
    assert all(np.isnan(star.period) for star in stars)
    frequency = np.arange(1 / 300, 0.2, 1 / 6000)
    assert np.median([power(time, m, frequency).max() for m in mag]) < 0.35
    lag = np.array([np.corrcoef(m[:-1], m[1:])[0, 1] for m in mag])
    assert np.median(lag) > 0.7


def test_granulation_of_giants_is_stronger_and_slower_than_that_of_the_sun():
    def of(nu_max):
        rng = np.random.default_rng(6)
        old, _classes._NU_MAX = _classes._NU_MAX, (nu_max * 0.99, nu_max, nu_max * 1.01)
        try:
            _, mag = seen(_classes.draw_solar_like, DENSE, rng, 12)
        finally:
            _classes._NU_MAX = old
        eta = np.mean(np.diff(mag, axis=1) ** 2, axis=1) / mag.var(axis=1)
        return np.median(mag.std(axis=1)), np.median(eta)

    giant, dwarf = of(30.0), of(900.0)
    # sigma falls as nu_max to the power -0.6.
    assert giant[0] / dwarf[0] == pytest.approx(30**0.609, rel=0.4)
    assert giant[1] < 0.5 * dwarf[1]


def test_oscillations_stand_around_the_frequency_of_maximum_power():
    rng = np.random.default_rng(7)
    old, _classes._NU_MAX = _classes._NU_MAX, (79.0, 80.0, 81.0)
    try:
        _, mag = seen(_classes.draw_solar_like, DENSE, rng, 30)
    finally:
        _classes._NU_MAX = old
    frequency = np.arange(3, 16, 1 / 27) / 1.0
    mean = np.mean([power(DENSE, m, frequency) for m in mag], axis=0)
    centre = 80 * 86400e-6
    near = mean[np.abs(frequency - centre) < 1.0].mean()
    above = mean[frequency > 12].mean()
    below = mean[(frequency > 4) & (frequency < 5)].mean()
    assert near > 3 * above and near > below


def test_small_pulsators_are_sums_of_sines_with_their_periods():
    rng = np.random.default_rng(8)
    for label, (low, high) in {"DSCT": (0.01, 0.4), "GDOR": (0.2, 5.0)}.items():
        draw = _classes.VARIETIES[label][1]
        stars, mag = seen(draw, DENSE, rng, 25)
        period = np.array([star.period for star in stars])
        assert (period > low).all() and (period < high).all()
        amplitude = np.array([star.amplitude for star in stars])
        assert np.median(amplitude) < 0.03
        assert (np.ptp(mag, axis=1) <= amplitude * 1.001).all()
        # No mode is faster than the strongest one by more than its neighbours are.
        slow = power(DENSE, mag[0], np.array([1 / period[0]]))
        assert slow[0] > 0.1


def test_cepheids_of_three_modes_have_the_ratios_of_their_periods():
    rng = np.random.default_rng(9)
    stars, _ = seen(_classes.VARIETIES["CEP_MULTI"][1], DENSE, rng, 20)
    ratio = np.array([star.second_period / star.period for star in stars])
    ratio = np.minimum(ratio, 1 / ratio)
    # Second over first overtone .80, third .68, first over fundamental mode .72 (Petersen diagram).
    assert ((ratio > 0.64) & (ratio < 0.84)).all()
    one = stars[0]
    time = np.sort(rng.uniform(0, 200, 800))
    frequency = np.arange(0.2, 8, 0.001)
    spectrum = power(time, one.brightness(time, rng), frequency)
    assert abs(frequency[spectrum.argmax()] * one.period - 1) < 0.01


def test_narrow_eclipses_take_a_small_part_of_the_cycle():
    rng = np.random.default_rng(10)
    phase = np.arange(4000) / 4000
    widths, depths = [], []
    for _ in range(40):
        star = _classes.draw_narrow_eclipses(rng, V_BAND)
        mag = star.brightness(phase * star.period, rng)
        out = np.median(mag)
        eclipsed = mag - out > 0.3 * (mag.max() - out)
        widths.append(eclipsed.mean())
        depths.append(mag.max() - out)
    assert np.percentile(widths, 90) < 0.12 and np.median(widths) < 0.07
    assert np.median(depths) > 0.05


def test_orbits_of_less_than_two_days_are_circles(monkeypatch):
    monkeypatch.setattr(_classes, "_binary", lambda rng, binary, period: (period, binary))
    rng = np.random.default_rng(22)
    drawn = [_classes.draw_narrow_eclipses(rng, V_BAND) for _ in range(200)]
    for inside, share in ((lambda p: p < 2, 0.0), (lambda p: p > 2, 0.6)):
        own = [binary.eccentricity for period, binary in drawn if inside(period)]
        assert len(own) > 20 and np.mean(np.array(own) > 0) == pytest.approx(share, abs=0.12)
        assert max(own) <= 0.6


def test_small_contact_binaries_have_two_waves_an_orbit():
    rng = np.random.default_rng(11)
    phase = np.arange(512) / 512
    found = []
    for _ in range(20):
        star = _classes.draw_small_contact(rng, V_BAND)
        assert star.amplitude < 0.35
        mag = star.brightness(phase * star.period, rng)
        found.append(np.argmax(np.abs(np.fft.rfft(mag))[1:6]) + 1)
    assert np.mean(np.array(found) == 2) > 0.9


def test_evolving_spots_keep_their_period_and_not_their_shape():
    rng = np.random.default_rng(12)
    stars, mag = seen(_classes.draw_evolving_spots, np.arange(0, 400.0, 0.05), rng, 15)
    alike = []
    for star, m in zip(stars, mag, strict=True):
        turn = max(int(round(star.period / 0.05)), 1)
        next_turn = np.corrcoef(m[:-turn], m[turn:])[0, 1]
        many = min(60 * turn, len(m) // 2)
        alike.append((next_turn, np.corrcoef(m[:-many], m[many:])[0, 1]))
    next_turn, later = np.median(alike, axis=0)
    assert next_turn > 0.6 and later < next_turn - 0.2


@pytest.mark.parametrize(
    ("draw", "periods"),
    [
        (_classes.draw_evolving_spots, (0.4, 6, 30)), (_classes.draw_narrow_eclipses, (1, 4, 30)),
        (_classes.VARIETIES["DSCT"][1], (0.03, 0.075, 0.2)), (_classes.VARIETIES["GDOR"][1], (0.4, 0.8, 1.8)),
        (_classes.VARIETIES["SPB"][1], (0.6, 1.5, 3.5)), (_classes.VARIETIES["BCEP"][1], (0.1, 0.17, 0.27)),
    ],
)  # fmt: skip
def test_periods_are_those_that_such_stars_have(draw, periods):
    """Nine in ten between the limits in days, half of them below the middle one."""
    rng = np.random.default_rng(21)
    drawn = [draw(rng, V_BAND).period for _ in range(400)]
    np.testing.assert_allclose(np.log(np.percentile(drawn, [5, 50, 95]) / periods), 0, atol=0.35)


def test_artefacts_follow_the_sky_and_not_the_star():
    rng = np.random.default_rng(13)
    assert np.isnan(_classes.draw_artefact(rng, V_BAND).period)
    night = np.arange(0, 600.0)
    hours = rng.uniform(-0.15, 0.15, 600)
    airmass = _classes._airmass(np.random.default_rng(14))
    assert np.ptp(airmass(night[:2], rng)) < 0.05  # the next night at the same hour
    assert np.ptp(airmass(night + hours, rng)) > 0.3
    moon = _classes._moonlight(rng)
    np.testing.assert_allclose(moon(night, rng), moon(night + 29.530589, rng), atol=1e-9)
    seasons = _classes._seasons(rng)(np.arange(0, 3000.0), np.random.default_rng(1))
    assert 4 <= np.count_nonzero(np.abs(np.diff(seasons)) > 0.1) <= 9
    jumps = _classes._jumps(rng)(np.arange(0, 3000.0), np.random.default_rng(1))
    assert 1 <= np.count_nonzero(np.diff(jumps)) <= 4


@pytest.mark.parametrize("seed", range(4))
def test_moonlight_is_a_power_of_the_share_that_the_sun_shines_on(seed):
    days = np.arange(0, 29.530589, 0.01)
    light = _classes._moonlight(np.random.default_rng(seed))(days, None)
    lit = (1 + np.cos(2 * np.pi * (days - days[light.argmax()]) / 29.530589)) / 2
    # The moon is full once a month: of two units then, and of this power on other days.
    half = np.abs(lit - 0.5).argmin()
    power = np.log(light[half] / 2) / np.log(lit[half])
    assert 1 <= power <= 6.05
    np.testing.assert_allclose(light, 2 * lit**power, atol=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_airmass_is_a_wave_a_day_and_its_first_overtone(seed):
    offsets = _classes._airmass(np.random.default_rng(seed))
    for day in (1.0, 0.99726957):  # of the sun, or of the stars
        terms = np.abs(np.fft.rfft(offsets(np.arange(64) / 64 * day, None))) / 32
        if terms[3:].max() < 1e-3:
            break
    assert terms[:2] == pytest.approx([0, 2], abs=1e-3) and 0 <= terms[2] <= 1
    assert terms[3:].max() < 1e-3


@pytest.mark.parametrize("seed", range(4))
def test_seasons_are_a_wave_a_year_and_a_zero_point_of_each(seed):
    rng = np.random.default_rng(seed)
    offsets, days = _classes._seasons(rng), np.arange(0, 5 * 365.25, 7.0)
    values, turn = offsets(days, rng), 2 * np.pi * days / 365.25
    found = []
    # Quarters of a year, few of which hold the turn of a year.
    for part in np.array_split(np.arange(len(days)), 20):
        columns = np.stack([np.ones(len(part)), np.cos(turn[part]), np.sin(turn[part])], axis=1)
        fitted = np.linalg.lstsq(columns, values[part], rcond=None)[0]
        if np.abs(columns @ fitted - values[part]).max() < 1e-9:
            found.append(fitted)
    zero, *wave = np.transpose(found)
    assert 14 <= len(found) < 20 and 4 <= len(np.unique(zero.round(6))) <= 6
    assert np.ptp(wave, axis=1).max() < 1e-9 and 0 < np.hypot(*found[0][1:]) < 1


def test_blends_lose_amplitude_by_the_share_of_the_star():
    rng = np.random.default_rng(15)
    star = _classes.draw_small_pulsator(rng, V_BAND, "DSCT")
    blend = _classes.blended(np.random.default_rng(16), star)
    ratio = np.ptp(blend.brightness(DENSE, rng)) / np.ptp(star.brightness(DENSE, rng))
    assert 0.1 < ratio < 0.95
    assert ratio == pytest.approx(blend.amplitude / star.amplitude, rel=0.02)
    assert blend.period == star.period
