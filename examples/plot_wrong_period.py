"""
Why is this period wrong?
=========================

A wrong period is often a simple multiple of the right one, or one of its daily aliases: 1/P off by whole
cycles a day. What is left are stars whose variation is lost in the noise, or does not repeat, as that of
many long-period variables. A table tells how often that happens, two pictures show why.

Real stars of CRTS with the periods of their catalogue are used where the file is at hand, else
simulated ones whose periods are known.
"""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_vartl import LightCurveFeatures, read_light_curves
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.evaluation import LightCurveDisplay, PeriodogramDisplay
from sklearn_vartl.periodogram import physical_period

file = Path(os.environ.get("VARTL_DATA", "data")) / "light_curves" / "crts.parquet"
if file.exists():
    X = read_light_curves(file)
    X = X[np.random.default_rng(0).permutation(len(X))[:800]]
    true = X.table["catalog_period"]
else:
    X = simulate_survey(400, "crts", random_state=0)
    true = X.table["true_period"]

# %%
# What was found beside what is right
# -----------------------------------
# The two minima of a contact binary look alike, so that without knowing its class the shorter period,
# of one minimum, is as good: ``physical_period`` doubles it where the class asks for it.

table = LightCurveFeatures(["shape_period", "double_evidence"]).transform(X)
found = physical_period(*table.T, X.labels)


def kind_of_error(found, true):
    """How a period is related to the right one."""
    if abs(found / true - 1) < 0.01:
        return "right"
    for name, factor in {"half": 0.5, "double": 2.0}.items():
        if abs(found / (factor * true) - 1) < 0.01:
            return name
    for multiple in (0.5, 1.0, 2.0):
        for days in (1.0027379, 1.0, 2.0, 3.0):
            for sign in (-1, 1):
                # An alias of the true frequency, or of half or twice that; turned over at zero.
                if abs(abs(multiple / true + sign * days) - 1 / found) < 0.002:
                    return "daily alias"
    return "other"


kinds = np.array([kind_of_error(*pair) for pair in zip(found, true, strict=True)])
columns = ["right", "half", "double", "daily alias", "other"]
print(f"{'class':9}{'stars':>6}", *(f"{name:>12}" for name in columns))
for name in np.unique(X.labels.astype(str)):
    rows = (X.labels == name) & np.isfinite(true)
    if rows.any():
        shares = (f"{np.mean(kinds[rows] == kind):>12.2f}" for kind in columns)
        print(f"{name:9}{rows.sum():>6}", *shares)

# %%
# One star
# --------
# The periodogram of a star that was found at an alias. Dotted lines are where daily aliases of the
# highest peak lie. What was found and what is right are one of these apart, and nearly as high.

from_whole = np.abs(1 / found - 1 / true) % 1.0
from_whole = np.minimum(from_whole, 1.0 - from_whole)
from_whole[kinds != "daily alias"] = np.inf
# Rather a star with one maximum a period.
from_whole[np.isin(X.labels.astype(str), ["EC", "ED", "ROT"])] += 1.0
star = int(np.argmin(from_whole))
print(
    f"star {X.ids[star]} ({X.labels[star]}): {found[star]:.6f} d found, {true[star]:.6f} d is right"
)
display = PeriodogramDisplay.from_light_curves(X, star, min_period=0.15)
for period, style, label in ((found[star], "xr", "found"), (true[star], "^k", "right")):
    display.ax_.plot(1 / period, 0.0, style, clip_on=False, zorder=3, label=label)
display.ax_.legend(loc="upper right")
plt.show()

# %%
# Folded on both. If the eye cannot tell which is right, no program can: only more nights, or another
# observatory, part aliases for good.

figure, axes = plt.subplots(2, 2, figsize=(10, 6.5), layout="constrained")
for row, period in zip(axes, (found[star], true[star]), strict=True):
    LightCurveDisplay.from_light_curves(X, star, period=period, ax=row)
axes[0, 1].set_title("the period that was found")
axes[1, 1].set_title("the right period")
plt.show()
