"""The kernels that break ties of a slow variable with its daily aliases."""

import numpy as np
import pytest

from sklearn_vartl.periodogram._candidates import daily_tie, prefer_slow, window_power
from sklearn_vartl.periodogram._fits import standardised

NIGHTLY = np.arange(60.0)


def star(time):
    return standardised(time, np.sin(time), np.ones(len(time)))


def work(time):
    return np.empty((2, len(time)))


def test_the_window_is_its_definition(rng):
    time, weight = np.sort(rng.uniform(0, 50, 40)), rng.uniform(0.5, 2, 40)
    found = window_power(standardised(time, time, weight), 0.37, work(time))
    expected = np.abs(np.average(np.exp(2j * np.pi * 0.37 * time), weights=weight)) ** 2
    assert found == pytest.approx(expected, abs=1e-6)


def test_nights_confuse_a_frequency_with_its_aliases_and_no_other():
    assert daily_tie(star(NIGHTLY), 1.02, 0.02, work(NIGHTLY)) == pytest.approx(1, abs=1e-6)
    assert daily_tie(star(NIGHTLY), 0.98, 0.02, work(NIGHTLY)) == pytest.approx(1, abs=1e-6)
    assert daily_tie(star(NIGHTLY), 0.7, 0.02, work(NIGHTLY)) == 0


# The prior is 16 ln(1.02 / 0.02) = 62.9, near two a day 16 ln(2.02 / 0.02) / 4 = 18.5, near three 20.1, near four 84.9:
# an alias that is better by more is believed.
@pytest.mark.parametrize(
    ("fast", "behind", "swapped"),
    [
        (1.02, 0.5, True),
        (1.02, 62.0, True),
        (1.02, 64.0, False),
        (2.02, 18.0, True),
        (2.02, 19.0, False),
        (1.98, 18.0, True),
        (1.98, 19.0, False),
        (3.02, 20.0, True),
        (3.02, 20.5, False),
        (4.02, 84.0, True),
        (4.02, 85.5, False),
    ],
)
def test_a_slow_candidate_changes_places_with_an_alias_that_is_little_better(fast, behind, swapped):
    score = np.array([behind, 0.0])
    prefer_slow(star(NIGHTLY), np.array([0.02, fast]), score, work(NIGHTLY))
    assert score.tolist() == ([0.0, behind] if swapped else [behind, 0.0])


def test_without_a_tie_the_better_one_stays(rng):
    time = np.sort(rng.uniform(0, 60, 200))
    score = np.array([30.0, 0.0])
    prefer_slow(star(time), np.array([0.02, 1.02]), score, work(time))
    assert score.tolist() == [30.0, 0.0]


def test_fast_candidates_are_left_alone():
    score = np.array([0.5, 0.0])
    prefer_slow(star(NIGHTLY), np.array([0.2, 1.2]), score, work(NIGHTLY))
    assert score.tolist() == [0.5, 0.0]
