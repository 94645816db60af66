"""Features are those of the version that made golden_features.json, to 1e-6 of their size.

The stars are in the file itself. After a change that is meant (CHANGELOG.md tells of it):
``python tests/golden/test_golden.py --write``. Probabilities of a frozen model are those of
tests/persistence/test_formats.py.
"""

import json
import platform
import sys
from pathlib import Path

import numpy as np
import pytest

from sklearn_vartl import LightCurveFeatures, LightCurves, __version__

FILE = Path(__file__).with_name("golden_features.json")
SETS = ("vartl", "upsilon")
TOLERANCE = 1e-6
# The engines' own tolerance: they find the same peaks with other roundings.
ENGINE_TOLERANCE = 1e-3


def stars():
    """Five kinds of light curves, rounded as surveys do."""
    rng = np.random.default_rng(20)
    parts = []
    for kind, n in [("sine", 180), ("saw", 240), ("eclipses", 400), ("noise", 150), ("trend", 90)]:
        time = np.sort(rng.uniform(0, 400, n))
        phase = time / {"sine": 0.6137, "saw": 5.366, "eclipses": 2.871}.get(kind, 1.0) % 1
        shape = {
            "sine": 0.3 * np.sin(2 * np.pi * phase),
            "saw": 0.8 * np.where(phase < 0.2, 1 - 5 * phase, (phase - 0.2) / 0.8),
            "eclipses": 0.6 * (abs(phase - 0.5) < 0.04) + 0.3 * (phase < 0.04),
            "noise": 0.0 * phase,
            "trend": 0.004 * time,
        }[kind]
        error = rng.uniform(0.01, 0.03, n)
        mag = 15 + shape + error * rng.normal(size=n)
        parts.append([kind, *(np.round(v, 5).tolist() for v in (time, mag, error))])
    return parts


def light_curves(parts):
    ids, *columns = zip(*parts, strict=True)
    offsets = np.cumsum([0, *(len(time) for time in columns[0])])
    return LightCurves(*(np.concatenate(c) for c in columns), offsets, ids=ids)


def compute(X, features, **options):
    table = LightCurveFeatures(features, **options)
    return dict(zip(table.get_feature_names_out(), table.transform(X).T.tolist(), strict=True))


@pytest.mark.parametrize("features", SETS)
def test_features_are_what_they_were(features):
    frozen = json.loads(FILE.read_text())
    _compare(
        frozen["features"][features], compute(light_curves(frozen["stars"]), features), TOLERANCE
    )


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_features_of_the_other_engines(engine):
    frozen = json.loads(FILE.read_text())
    found = compute(light_curves(frozen["stars"]), "vartl", period_engine=engine)
    _compare(frozen["features"]["vartl"], found, ENGINE_TOLERANCE)


def _compare(expected, found, tolerance):
    assert list(found) == list(expected)
    for name in expected:
        # None stands for a missing value, which JSON does not know.
        known = np.array(expected[name], dtype=np.float64)
        np.testing.assert_allclose(
            found[name], known, rtol=tolerance, atol=tolerance * 1e-3, err_msg=name
        )


if __name__ == "__main__" and sys.argv[1:] == ["--write"]:
    parts = stars()
    X = light_curves(parts)
    versions = {"sklearn_vartl": __version__, "python": platform.python_version()}
    for name in ("numpy", "numba", "scipy"):
        versions[name] = __import__(name).__version__
    tables = {features: compute(X, features) for features in SETS}
    for table in tables.values():
        for name, values in table.items():
            table[name] = [None if np.isnan(v) else v for v in values]
    FILE.write_text(json.dumps({"versions": versions, "features": tables, "stars": parts}) + "\n")
