"""
Simulate my survey
==================

How many points a star does a planned survey need? No star has been observed yet, but its number of
points, duration and photometric error are known: stars of a dense simulated survey are cut to them.
"""

# %%
# Stars of known class and period, as OGLE would have seen them.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import matthews_corrcoef

from sklearn_vartl import LightCurveFeatures
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.resampling import CadenceResampler

classes = ["RRAB", "RRC", "DSCT", "EC", "ED", "MIRA"]
stars = simulate_survey(480, "ogle3", classes=classes, random_state=0)
print(stars)

# %%
# The survey to be: two years, errors of 0.03 mag, growing towards faint stars.


def error(mag):
    """Photometric error (mag) of a point of magnitude `mag`."""
    return np.hypot(0.03, 0.01 * 10 ** (0.4 * (mag - 18.0)))


numbers = [20, 40, 80, 160]
surveys = {
    n: CadenceResampler(n_points=n, baseline=730.0, noise=error, random_state=0).resample(stars)
    for n in numbers
}

# %%
# One star, as more and more of it is seen.

rrab = int(np.flatnonzero(stars.labels == "RRAB")[0])
figure, axes = plt.subplots(1, len(numbers), figsize=(12, 3.2), sharey=True)
for ax, (n, X) in zip(axes, surveys.items(), strict=True):
    X.plot(rrab, period=stars.table["true_period"][rrab], ax=ax)
    ax.set_title(f"{n} points")
    ax.set_ylabel("magnitude" if n == numbers[0] else "")
    ax.set_xlabel("phase")
figure.tight_layout()
plt.show()

# %%
# What can be known of the stars: how often the period is found (or half or twice it), and how well
# classes are told apart, by a classifier that has learned stars of the very same survey.

found, scores = [], []
true = stars.table["true_period"]
half = len(stars) // 2
strict_period = ~np.isin(stars.labels.astype(str), ["MIRA"])
for X in surveys.values():
    features = LightCurveFeatures(on_error="nan")
    table = features.fit_transform(X)
    period = table[:, list(features.get_feature_names_out()).index("period")]
    ratio = (period / true)[strict_period]
    found.append(np.mean(np.min(np.abs(ratio[:, None] / [0.5, 1.0, 2.0] - 1), axis=1) < 0.01))
    table = np.nan_to_num(table, nan=-9.0)
    forest = ExtraTreesClassifier(300, random_state=0).fit(table[:half], stars.labels[:half])
    scores.append(matthews_corrcoef(stars.labels[half:], forest.predict(table[half:])))

print("points a star  ", *(f"{n:5}" for n in numbers))
print("periods found  ", *(f"{value:5.2f}" for value in found))
print("class, MCC     ", *(f"{value:5.2f}" for value in scores))
plt.figure()
plt.plot(numbers, found, "o-", label="share of periods found")
plt.plot(numbers, scores, "s--", label="classes, Matthews correlation")
plt.xscale("log")
plt.xticks(numbers, numbers)
plt.minorticks_off()
plt.ylim(0, 1)
plt.xlabel("points a star")
plt.ylabel("share, or correlation")
plt.title("simulated stars, two years, 0.03 mag")
plt.legend(loc="lower right")
plt.tight_layout()
plt.show()
