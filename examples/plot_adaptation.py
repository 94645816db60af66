"""
A new survey without a single label
===================================

A source that has learned Catalina's light curves meets the first stars of the Rubin observatory. ``DomainAdapter``
lets each star hear its neighbours among the new survey's stars; no label is needed, and no star of the source.
"""

# %%
# Source and target differ in sampling, noise and filter, not in the classes.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import matthews_corrcoef

from sklearn_vartl import LightCurveFeatures, TransferMLPClassifier
from sklearn_vartl.adaptation import DomainAdapter
from sklearn_vartl.datasets import simulate_survey

classes = ["RRAB", "RRC", "EC", "ED", "MIRA", "SR", "ROT"]
source = simulate_survey(700, "crts", classes=classes, random_state=2)
target = simulate_survey(700, "lsst", classes=classes, random_state=4)
features = LightCurveFeatures()
X_source, X = features.transform(source), features.transform(target)
model = TransferMLPClassifier(n_estimators=2, random_state=0).fit(X_source, source.labels)

# %%
# All target stars are shown without their labels, which then tell what was gained.

adapter = DomainAdapter(model).fit(X)
before, after = model.predict(X), adapter.predict(X)
for name, found in (("as it is", before), ("adapted", after)):
    print(f"source {name}: MCC {matthews_corrcoef(target.labels, found):.3f}")
print(f"{adapter.n_neighbors_} neighbours of each of {adapter.n_stars_} stars")

# %%
# Which stars changed their class: most of them lie where two classes meet. Between other surveys less is
# gained, and some pairs lose a little: `what it reaches <../adaptation.html#what-it-reaches>`__.

changed = before != after
better, worse = (changed & (found == target.labels) for found in (after, before))
print(
    f"{changed.sum()} stars changed class, {better.sum()} to the right one, {worse.sum()} from it"
)

E = np.asarray(model.embed(X), dtype=float)
E = (E - E.mean(axis=0)) @ np.linalg.svd(E - E.mean(axis=0), full_matrices=False)[2][:2].T
for label in classes:
    own = target.labels == label
    plt.scatter(*E[own].T, s=8, alpha=0.6, label=label)
plt.scatter(*E[better].T, s=60, facecolors="none", edgecolors="k", label="now right")
plt.scatter(*E[worse].T, s=50, marker="x", color="r", label="now wrong")
plt.xlabel("first principal component of the embedding")
plt.ylabel("second principal component")
plt.legend(ncols=3, fontsize="small")
plt.tight_layout()
plt.show()
