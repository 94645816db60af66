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
from sklearn_vartl.evaluation import expected_calibration_error

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
# Probability of the predicted class against how often it is right.

proba = model.predict_proba(X)
right = model.classes_[proba.argmax(axis=1)] == y
number = np.digitize(proba.max(axis=1), np.linspace(0, 1, 8))
for k in np.unique(number):
    plt.plot(proba.max(axis=1)[number == k].mean(), right[number == k].mean(), "o", color="C0")
plt.plot([0, 1], [0, 1], ":", color="grey")
plt.xlabel("probability of the predicted class")
plt.ylabel("share of right predictions")
plt.title("simulated stars")
plt.tight_layout()
plt.show()
error = expected_calibration_error(y, proba, labels=model.classes_)
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

for limit in (0.0, 0.5, 0.8, 0.95):
    answer = model.predict_or_abstain(X, min_probability=limit, max_novelty=1.0)
    given = answer != "unknown"
    score = (answer[given] == y[given]).mean()
    print(f"at least {limit:.2f}: {given.mean():.2f} of the stars, {score:.2f} of them right")

# %%
# A survey where nine in ten are contact binaries, without any training.

print(dict(zip(model.classes_, model.priors_.round(2), strict=True)))
model.set_params(priors={"EC": 0.9})
print(dict(zip(model.classes_, model.priors_.round(2), strict=True)))
before, after = proba.argmax(axis=1), model.predict_proba(X).argmax(axis=1)
print(f"{np.mean(before != after):.2f} of the predictions change")
