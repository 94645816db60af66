"""Real surveys for the tests that need them; the project itself carries none."""

from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "light_curves"


@cache
def _survey(name):
    from sklearn_vartl.light_curves import read_light_curves

    return read_light_curves(FOLDER / f"{name}.parquet")


@pytest.fixture(scope="session")
def real_survey():
    """A function from the name of a survey ("crts", "asas", ...) to its light curves."""

    def load(name):
        path = FOLDER / f"{name}.parquet"
        if not path.exists():
            pytest.skip(
                f"the real light curves {path.name} are not here (looked in ../shared/data)"
            )
        return _survey(name)

    return load
