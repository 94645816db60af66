"""
Who needs a period?
===================

A cascade of two classifiers: the cheap one is shown features without a period, the expensive one
the full set. Only the stars that gain from it are shown to the expensive one.
"""

# %%
# Simulated stars, and two experts that compute their features from the light curves on demand.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split

from sklearn_vartl import LightCurveFeatures
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.ensemble import Expert, ExpertCascade

stars = simulate_survey(500, "ogle3", classes=["RRAB", "RRC", "EC", "ED", "MIRA"], random_state=0)
train, test = train_test_split(stars, stratify=stars.labels, random_state=0)
forest = RandomForestClassifier(60, min_samples_leaf=2, random_state=0)
cheap = ["skewness", "weighted_std", "kurtosis", "amplitude90", "stetson_k"]
experts = [
    Expert(forest, LightCurveFeatures(cheap), cost=1.0),
    Expert(forest, LightCurveFeatures([*cheap, "period", "r21"]), cost=20.0),
]

# %%
# The same stars with a larger and larger budget.

budgets, scores = [1, 5, 9, 13, 17, 21], []
for budget in budgets:
    cascade = ExpertCascade(experts, budget=budget, random_state=0).fit(train, train.labels)
    proba, route = cascade.ask(test)
    answer = cascade.classes_[proba.argmax(axis=1)]
    scores.append(balanced_accuracy_score(test.labels, answer))
    asked = np.mean(route == 2)
    print(f"budget {budget:2}: {scores[-1]:.3f}, {asked:.0%} of the stars needed a period")

plt.plot(budgets, scores, "o-")
plt.xlabel("mean cost a star")
plt.ylabel("balanced accuracy")
plt.title("simulated stars")
plt.tight_layout()
plt.show()
