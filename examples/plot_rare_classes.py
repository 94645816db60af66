"""
Rare classes: new stars, and a tree that stops in time
======================================================

Stars are made inside a pipeline, where they never reach a test star; a tree of classes answers with
the group where the class is not certain.
"""

# %%
# Many RR Lyrae stars, few anomalous Cepheids and delta Scuti stars.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import recall_score
from sklearn.model_selection import cross_val_predict

from sklearn_vartl import LightCurveFeatures, make_transfer_pipeline
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.resampling import RASLE
from sklearn_vartl.taxonomy import VARIABLE_STAR_TAXONOMY, TaxonomyClassifier

shares = {"RRAB": 10, "RRC": 6, "EC": 8, "ED": 4, "ACEP": 1, "DSCT": 1}
X = simulate_survey(300, "crts", classes=shares, random_state=0)
y = X.labels.astype(str)

# %%
# A sampler of light curves stands before the features. In cross-validation it sees the training
# stars of each fold only: a copy of a test star cannot be learned by heart. Of the rare classes more stars
# are found; the common ones pay for it with a few of theirs.

forest = RandomForestClassifier(200, random_state=0)
features = LightCurveFeatures(["period", "amplitude", "r21", "skewness", "minimum_cos2"])
pipelines = {
    "as it is": make_transfer_pipeline(features, forest),
    "RASLE": make_transfer_pipeline(
        RASLE({"ACEP": 40, "DSCT": 40}, random_state=0), features, forest
    ),
}
classes = np.unique(y)
width = 0.8 / len(pipelines)
for k, (name, pipeline) in enumerate(pipelines.items()):
    predicted = cross_val_predict(pipeline, X, y, cv=3)
    recall = recall_score(y, predicted, labels=classes, average=None)
    plt.bar(np.arange(len(classes)) + k * width, recall, width, label=name)
    print(name, dict(zip(classes.tolist(), recall.round(2).tolist(), strict=True)))
plt.xticks(np.arange(len(classes)) + width / 2, classes)
plt.ylabel("share of the class that is found (recall)")
plt.ylim(0, 1.2)
plt.title("simulated stars")
plt.legend(ncols=2, loc="upper center")
plt.tight_layout()
plt.show()

# %%
# With `min_probability` a star that could be several things is given the node above them.

tree = TaxonomyClassifier(pipelines["as it is"], VARIABLE_STAR_TAXONOMY, min_probability=0.8)
tree.fit(X, y)
new = simulate_survey(60, "crts", classes=shares, random_state=1)
nodes, counts = np.unique(tree.predict(new).astype(str), return_counts=True)
print(dict(zip(nodes.tolist(), counts.tolist(), strict=True)))
