"""
Choosing strategy and number of labels by cross-validation
==========================================================

``FineTunedClassifier`` is fine-tuning as ``fit``, so that ``GridSearchCV`` can compare: is it worth
labelling more stars, and shall all layers be trained or the last one only? The fitted source goes
into ``FrozenEstimator``: cross-validation clones its estimators, and ``clone`` would wipe what it
has learned.
"""

# %%
# The source. ``memory`` keeps the features of each light curve: the search would otherwise compute
# them again in every fold.

import tempfile

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV

from sklearn_vartl import (
    FineTunedClassifier,
    LightCurveFeatures,
    TransferMLPClassifier,
    make_transfer_pipeline,
)
from sklearn_vartl.datasets import simulate_survey

classes = ["RRAB", "RRC", "DSCT", "EC", "ED"]
source = simulate_survey(400, "ogle3", classes=classes, random_state=0)
target = simulate_survey(200, "asas", classes=classes, random_state=1)

with tempfile.TemporaryDirectory() as cache:
    model = make_transfer_pipeline(
        LightCurveFeatures(memory=cache, n_jobs=2),
        TransferMLPClassifier(n_estimators=1, random_state=0),
    )
    model.fit(source, source.labels)

    # %%
    # Six candidates, three folds.
    search = GridSearchCV(
        FineTunedClassifier(FrozenEstimator(model), random_state=0),
        {"target_fraction": [0.05, 0.2, 1.0], "strategy": ["full", "head"]},
        scoring="matthews_corrcoef",
        cv=3,
    )
    search.fit(target, target.labels)

# %%
# Bars are one standard deviation over the folds. Where those of two candidates overlap widely, take
# the cheaper one: fewer labels, or the last layer.

results = pd.DataFrame(search.cv_results_)
columns = ["param_target_fraction", "param_strategy", "mean_test_score", "std_test_score"]
print(results[columns].round(3).to_string(index=False))
print("best:", search.best_params_)

n_train = len(target) * 2 / 3
for strategy, rows in results.groupby("param_strategy"):
    plt.errorbar(
        n_train * rows["param_target_fraction"].astype(float),
        rows["mean_test_score"],
        rows["std_test_score"],
        fmt="o-",
        capsize=3,
        label=f'strategy="{strategy}"',
    )
plt.xscale("log")
plt.xlabel("labelled stars of the target")
plt.ylabel("Matthews correlation")
plt.title("simulated stars")
plt.legend()
plt.tight_layout()
plt.show()
