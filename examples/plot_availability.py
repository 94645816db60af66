"""
Some stars have no period
=========================

One model for each pattern of inputs at hand: half of the stars come without the features of a period.
"""

# %%
# Two blocks of features, one of them missing for half of the stars.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split

from sklearn_vartl import LightCurveFeatures
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.ensemble import AvailabilityEnsemble

stars = simulate_survey(500, "ogle3", classes=["RRAB", "RRC", "EC", "ED", "MIRA"], random_state=0)
names = ["skewness", "weighted_std", "kurtosis", "amplitude90", "period", "r21"]
X = LightCurveFeatures(names).fit_transform(stars)
X[np.random.default_rng(0).random(len(X)) < 0.5, 4:] = np.nan
X_train, X_test, y_train, y_test = train_test_split(X, stars.labels, random_state=0)

# %%
# The model for stars with a period, and the one for all.

blocks = {"moments": slice(0, 4), "period": [4, 5]}
model = AvailabilityEnsemble(blocks, cv=3, random_state=0).fit(X_train, y_train)
patterns = np.array(["+".join(pattern) for pattern in model.patterns(X_test)])
proba, predicted = model.predict_proba(X_test), model.predict(X_test)
for pattern in np.unique(patterns):
    rows = patterns == pattern
    score = balanced_accuracy_score(y_test[rows], predicted[rows])
    chosen = model.models_[tuple(pattern.split("+"))].chosen
    print(f"{pattern}: {score:.3f} ({chosen}, {rows.sum()} stars)")
    plt.hist(proba[rows].max(axis=1), np.linspace(0, 1, 11), alpha=0.5, label=pattern)

# Where the period is known, answers are surer.
plt.xlabel("probability of the answer")
plt.ylabel("stars")
plt.title("simulated stars")
plt.legend(loc="upper left")
plt.tight_layout()
plt.show()
