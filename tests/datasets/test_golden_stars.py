"""Simulated stars are those of the version that made golden_stars.json: a seed is a promise.

After a change that is meant (CHANGELOG.md tells of it): ``python tests/datasets/test_golden_stars.py --write``.
"""

import json
import sys
import zlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.datasets._classes import CLASSES
from sklearn_vartl.datasets._surveys import SURVEYS

FILE = Path(__file__).with_name("golden_stars.json")
# Two stars of each class: some branches are taken by few stars only.
NUMBERS = dict.fromkeys([*SURVEYS, "random"], 2 * len(CLASSES))


def numbers(survey):
    """What tells a light curve: its points, and what the table says of it."""
    X = simulate_survey(NUMBERS[survey], survey, classes=list(CLASSES), random_state=11)
    rows = []
    for k, star in enumerate(X):
        # Sums that depend on the order of the points too.
        turn = np.cos(np.arange(len(star.time)))
        # Stars without errors have none; few are without points.
        rows.append(
            [len(star.time), *(float(np.nansum(v * turn)) for v in (star.time, star.mag, star.magerr))]
            + [v if isinstance(v := X.table[name][k], str) else float(v) for name in X.table]
        )  # fmt: skip
    return rows


@pytest.mark.parametrize("survey", NUMBERS)
def test_simulated_stars_are_what_they_were(survey):
    frozen = json.loads(FILE.read_text())[survey]
    for found, row in zip(numbers(survey), frozen, strict=True):
        words = [v for v in row if isinstance(v, str)]
        assert [v for v in found if isinstance(v, str)] == words
        expected = [v for v in row if not isinstance(v, str)]
        values = [v for v in found if not isinstance(v, str)]
        assert values == pytest.approx(expected, rel=1e-4, nan_ok=True)


def fingerprint(survey):
    """Of all that is known of a survey: of many ranges two stars of a class reach one end or none."""
    return zlib.crc32(json.dumps(asdict(SURVEYS[survey])).encode())


@pytest.mark.parametrize("survey", SURVEYS)
def test_what_is_known_of_a_survey_is_what_it_was(survey):
    assert fingerprint(survey) == json.loads(FILE.read_text())["surveys"][survey]


def write():
    rounded = {
        survey: [
            [v if isinstance(v, str) else float(f"{v:.7g}") for v in row] for row in numbers(survey)
        ]
        for survey in NUMBERS
    }
    rounded["surveys"] = {survey: fingerprint(survey) for survey in SURVEYS}
    text = json.dumps(rounded).replace("]], ", "]],\n").replace("], [", "],\n[")
    FILE.write_text(text + "\n")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("give --write to renew the file")
    write()
