"""`vartl demo`, smaller than a user's."""

import re

import pytest


@pytest.mark.slow
def test_demo_compares_transfer_with_its_rivals_on_simulated_stars(vartl):
    code, text, progress = vartl("demo", "--stars", 200, "-j", 1)
    assert code == 0
    assert "simulated stars" in text
    rows = re.findall(
        r"(transfer|scratch|random forest) +([\d.-]+) +([\d.-]+) +([\d.-]+)$", text, re.M
    )
    assert [row[0] for row in rows] == ["transfer", "scratch", "random forest"] * 3
    for _, mcc, mc, f1 in rows:
        assert float(mc) == pytest.approx((float(mcc) + 1) / 2, abs=0.001)
        assert 0 < float(f1) <= 1
    # With all labels every method is far better than guessing.
    assert all(float(row[1]) > 0.5 for row in rows[-3:])
    assert re.search(r"model file of \d+\.\d MB, \d+ stars classified: MCC 0\.[4-9]", text)
    assert "features: 100%" in progress and "transfer curve: 100%" in progress
