"""
Stars in several bands
======================

A new survey observes in several bands, each of them only a few times. One period from all bands
together is found where no band alone is enough, and a model learnt in one band still applies.

Everything is simulated: RR Lyrae stars, whose light rises steeply, and contact binaries, in two
bands.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline

from sklearn_vartl import LightCurveFeatures, LightCurves
from sklearn_vartl.ensemble import BandVotingClassifier

rng = np.random.default_rng(0)


def observe(n_stars, n_points, bands):
    """Stars of two classes with `n_points` in each band, and their periods."""
    label = np.array(["RRAB", "EW"])[np.arange(n_stars) % 2]
    period = np.where(
        label == "RRAB", rng.uniform(0.5, 0.8, n_stars), rng.uniform(0.3, 0.6, n_stars)
    )
    time, mag, band = [], [], []
    for i in range(n_stars):
        for name in bands:
            t = rng.uniform(0, 200, n_points)
            phase = t / period[i] % 1
            if label[i] == "RRAB":
                # Pulsation: the redder the band, the smaller the amplitude.
                shape = {"g": 1.0, "r": 0.7}[name] * np.clip(phase / 0.85, 0, (1 - phase) / 0.15)
            else:
                # Two stars of one temperature: the same in all bands.
                shape = 0.25 * np.cos(4 * np.pi * phase) + 0.03 * np.cos(2 * np.pi * phase)
            colour = {"g": 0.3 if label[i] == "RRAB" else 0.5, "r": 0.0}[name]
            time.append(t)
            mag.append(16 + colour + shape + rng.normal(0, 0.1, n_points))
            band += [name] * n_points
    curves = LightCurves(
        np.concatenate(time),
        np.concatenate(mag),
        np.full(len(band), 0.1),
        np.arange(n_stars + 1) * len(bands) * n_points,
        band=np.array(band, dtype=object),
        labels=label,
    )
    return curves, period


# %%
# The period
# ----------
# Fifteen points a band. An eclipsing binary counts as found at half its period as well, at which
# its two minima fall on each other.
X, period = observe(60, 15, ("g", "r"))
for bands in ("g", "r", ["g", "r"]):
    found = LightCurveFeatures(["shape_period"], bands=bands).fit_transform(X)[:, 0]
    right = np.minimum(np.abs(found / period - 1), np.abs(2 * found / period - 1)) < 0.01
    print(f"bands={bands!r}: {right.mean():.0%} of the periods are right")

# %%
# Features of all bands
# ---------------------
# The period is one; everything else exists once a band, and there is a colour.
features = LightCurveFeatures(["period", "amplitude", "skewness"], bands=["g", "r"])
table = features.set_output(transform="pandas").fit_transform(X)
print(table.round(2).head())

# %%
# A model of one band, applied to each
# ------------------------------------
# The source survey has one band. Its model is asked about each band of the new survey, and the
# probabilities are averaged. It is best in the band that it has learned, and falls short in the other one,
# where amplitudes are smaller; who does not know which band suits it loses little by asking both.
source, _ = observe(100, 60, ("g",))
model = make_pipeline(
    LightCurveFeatures(["period", "amplitude", "skewness", "double_evidence"]),
    RandomForestClassifier(random_state=0),
).fit(source.replace(band=None), source.labels)

X, _ = observe(60, 25, ("g", "r"))
for bands in (["g"], ["r"], ["g", "r"]):
    voting = BandVotingClassifier(FrozenEstimator(model), bands=bands).fit(X, X.labels)
    print(f"votes of {bands}: accuracy {voting.score(X, X.labels):.2f}")

# %%
# The light curve of one star, folded at the period of both bands
X.plot(0, period=features.transform(X).iloc[0, 0])
plt.show()
