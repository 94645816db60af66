"""
How many labels do I need?
==========================

A transfer curve: score against the number of target labels, beside the same network from scratch
(with its own scaler and with the source's) and a random forest.
"""

# %%
# A source that is learned once.

import matplotlib.pyplot as plt

from sklearn_vartl import LightCurveFeatures, TransferMLPClassifier, make_transfer_pipeline
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.evaluation import TransferCurveDisplay

classes = ["RRAB", "RRC", "DSCT", "EC", "ED", "MIRA"]
source = simulate_survey(600, "ogle3", classes=classes, random_state=0)
target = simulate_survey(400, "asas", classes=classes, random_state=1)

model = make_transfer_pipeline(
    LightCurveFeatures(n_jobs=2), TransferMLPClassifier(n_estimators=2, random_state=0)
)
model.fit(source, source.labels)

# %%
# Every method is fitted with the same labelled stars and tested on the same others. Bars are one
# standard deviation over the splits: what another draw of labels would change.

display = TransferCurveDisplay.from_estimator(
    model,
    target,
    target.labels,
    fractions=[0.05, 0.2, 1.0],
    baselines=["scratch", "scratch_source_scaler", "random_forest"],
    cv=2,
    scoring=["matthews_corrcoef", "f1_macro"],
    n_jobs=2,
    random_state=0,
)
print(display.summary("matthews_corrcoef"))
plt.title("simulated stars")
plt.show()
