"""
Stars of a class that was never seen
====================================

A classifier gives every star one of its classes. `novelty_score` says how many of the training stars
are less unusual than a star, and `predict_or_abstain` calls the most unusual ones unknown.
"""

# %%
# Quasars and Mira stars are in the target survey, but in no training set.

import matplotlib.pyplot as plt
import numpy as np

from sklearn_vartl import LightCurveFeatures, TransferMLPClassifier, make_transfer_pipeline
from sklearn_vartl.datasets import simulate_survey

classes = ["RRAB", "RRC", "DSCT", "EC", "ED"]
source = simulate_survey(300, "ogle3", classes=classes, random_state=0)
few = simulate_survey(150, "asas", classes=classes, random_state=1)
known = simulate_survey(150, "asas", classes=classes, random_state=2)
unknown = {
    name: simulate_survey(60, "asas", classes=[name], random_state=3) for name in ("MIRA", "QSO")
}

model = make_transfer_pipeline(
    LightCurveFeatures(), TransferMLPClassifier(n_estimators=2, random_state=0)
)
model.fit(source, source.labels)
model.partial_fit_target(few, few.labels)

# %%
# The score of stars like those of the training is spread evenly between 0 and 1.

scores = {"known classes": model.novelty_score(known)}
scores |= {name: model.novelty_score(stars) for name, stars in unknown.items()}
for name, score in scores.items():
    weights = np.full(len(score), 1.0 / len(score))
    plt.hist(score, bins=np.linspace(0, 1, 21), weights=weights, histtype="step", label=name)
plt.axvline(0.9, color="grey", linestyle=":", label="limit of the default")
plt.xlabel("novelty score")
plt.ylabel("share of the stars")
plt.title("simulated stars")
plt.legend()
plt.tight_layout()
plt.show()

# %%
# The default refuses what is more unusual than nine in ten training stars.

for name, stars in {"known classes": known, **unknown}.items():
    refused = model.predict_or_abstain(stars) == "unknown"
    print(f"{name}: {refused.mean():.2f} unknown")
