"""
Probabilities that can be trusted
=================================

With ``calibration="temperature"`` a few stars are held out of fitting, class by class: probabilities
are corrected with them, and `predict_set` gives sets of classes that hold the true one as often as
asked for. With `priors` both can be had for another mix of classes.
"""

# %%
# A target survey where two kinds of eclipsing binaries are hard to tell apart.

import matplotlib.pyplot as plt
import numpy as np

from sklearn_vartl import LightCurveFeatures, TransferMLPClassifier
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.evaluation import ReliabilityDisplay, expected_calibration_error

classes = ["RRAB", "RRC", "EC", "ESD", "ED"]
features = LightCurveFeatures()
source = simulate_survey(200, "ogle3", classes=classes, random_state=0)
few = simulate_survey(150, "asas", classes=classes, random_state=1)
test = simulate_survey(200, "asas", classes=classes, random_state=2)

model = TransferMLPClassifier(n_estimators=2, calibration="temperature", random_state=0)
model.fit(features.transform(source), source.labels)
model.partial_fit_target(features.transform(few), few.labels)
X, y = features.transform(test), test.labels.astype(str)

# %%
# Probability of the predicted class against how often it is right; the larger a dot, the more stars. On
# the dashed line probabilities mean what they say.

ReliabilityDisplay.from_estimator(model, X, y, n_bins=6, name="temperature")
plt.title("simulated stars")
plt.show()
proba = model.predict_proba(X)
error = expected_calibration_error(y, proba, labels=model.classes_, n_bins=6)
print(f"expected calibration error {error:.3f}")

# %%
# Sets of classes: the surer they shall be, the larger they are.

truth = np.searchsorted(model.classes_, y)
for alpha in (0.2, 0.1, 0.05):
    sets = model.predict_set(X, alpha=alpha)
    covered = sets[np.arange(len(y)), truth].mean()
    print(f"promised {1 - alpha:.2f}, covered {covered:.2f}, {sets.sum(axis=1).mean():.2f} classes")

# %%
# The fewer stars are answered for, the more of the answers are right.

limits, given, right = np.linspace(0, 0.98, 25), [], []
for limit in limits:
    answer = model.predict_or_abstain(X, min_probability=limit, max_novelty=1.0)
    answered = answer != "unknown"
    given.append(answered.mean())
    right.append((answer[answered] == y[answered]).mean())
for k in (0, 12, 20, 24):
    print(
        f"at least {limits[k]:.2f}: {given[k]:.2f} of the stars answered, {right[k]:.2f} of them right"
    )
plt.figure()
plt.plot(given, right, "o-", markersize=3)
plt.xlabel("share of the stars that get an answer")
plt.ylabel("share of right answers")
plt.title("simulated stars")
plt.tight_layout()
plt.show()

# %%
# A survey where nine in ten are contact binaries, without any training.

print(dict(zip(model.classes_.tolist(), model.priors_.round(2).tolist(), strict=True)))
model.set_params(priors={"EC": 0.9})
print(dict(zip(model.classes_.tolist(), model.priors_.round(2).tolist(), strict=True)))
before, after = proba.argmax(axis=1), model.predict_proba(X).argmax(axis=1)
print(f"{np.mean(before != after):.2f} of the predictions change")
