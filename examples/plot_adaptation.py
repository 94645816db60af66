"""
A new survey without a single label
===================================

The same kind of stars, seen with more noise and fewer points. ``DomainAdapter`` aligns what the
source's network sees in them, without labels, and says where that would do harm.
"""

# %%
# Source and target differ in sampling, noise and filter, not in the classes.

import warnings

import matplotlib.pyplot as plt
from sklearn.metrics import matthews_corrcoef

from sklearn_vartl import LightCurveFeatures, TransferMLPClassifier
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.transfer import DomainAdapter

classes = ["RRAB", "RRC", "EC", "ED", "MIRA"]
source = simulate_survey(500, "ogle3", classes=classes, random_state=0)
target = simulate_survey(300, "asas", classes=classes, random_state=1)
features = LightCurveFeatures()
X_source, X = features.transform(source), features.transform(target)
model = TransferMLPClassifier(n_estimators=2, random_state=0).fit(X_source, source.labels)

# %%
# The first two hundred target stars are used without their labels, the others test.

names, scores = ["none"], [matthews_corrcoef(target.labels[200:], model.predict(X[200:]))]
for method in ("batchnorm", "coral", "autoencoder"):
    adapter = DomainAdapter(model, method=method, random_state=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        adapter.fit(X[:200], X_source=X_source, y_source=source.labels)
    names.append(method)
    scores.append(matthews_corrcoef(target.labels[200:], adapter.predict(X[200:])))
    print(f"{method}: MCC {scores[-1]:.3f}", *adapter.reasons_)

# %%
# What is gained or lost against the source as it is. Stars that the source's features describe as well
# as its own need no adaptation: look before using one, and label a few stars where that is possible.

bars = plt.bar(names, scores, color=["grey", "C0", "C0", "C0"])
plt.bar_label(bars, fmt="%.3f", padding=-16, color="white")
plt.axhline(scores[0], color="grey", linestyle=":")
plt.ylim(0, 1.1)
plt.ylabel("MCC without target labels")
plt.title("simulated stars")
plt.tight_layout()
plt.show()
