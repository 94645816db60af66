"""
A classifier from a dozen labels
================================

A source model that comes with the package, fine-tuned on a few labelled stars of a new survey, beside
the same network that has nothing but these stars.
"""

# %%
# The new survey: here a simulated one, so that the example runs anywhere. "crts" has learned real
# stars of another survey.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import matthews_corrcoef

from sklearn_vartl import (
    LightCurveFeatures,
    TransferMLPClassifier,
    load_pretrained,
    make_transfer_pipeline,
)
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.resampling import CadenceResampler

classes = ["RRAB", "RRC", "DSCT", "EC", "ED", "MIRA"]
stars = simulate_survey(400, "asas", classes=classes, random_state=1)
test = stars[200:]

# %%
# `partial_fit_target` goes on from what the source knows; a model is loaded anew for each number of
# labels. Features are computed once.

sizes = [12, 48, 192]
model = load_pretrained("crts")
features, network = model[0], model[-1]
X, y = features.transform(stars), stars.labels
scores = {"from crts": [], "from scratch": []}
for size in sizes:
    network.reset_to_source().set_params(random_state=0)
    network.partial_fit_target(X[:size], y[:size])
    scores["from crts"].append(matthews_corrcoef(y[200:], network.predict(X[200:])))
    scratch = TransferMLPClassifier(random_state=0).fit(X[:size], y[:size])
    scores["from scratch"].append(matthews_corrcoef(y[200:], scratch.predict(X[200:])))

for name, values in scores.items():
    print(
        f"{name:14}",
        *(f"{n} labels: {value:.2f}  " for n, value in zip(sizes, values, strict=True)),
    )
    plt.plot(sizes, values, "o-", label=name)
plt.xscale("log")
plt.xticks(sizes, sizes)
plt.minorticks_off()
plt.xlabel("labelled stars of the new survey")
plt.ylabel("Matthews correlation")
plt.title("simulated stars")
plt.legend()
plt.tight_layout()
plt.show()

# %%
# A survey with few points: the source's stars are cut to its cadence before they are learned.

source = simulate_survey(180, "ogle3", classes=classes, random_state=0)
first_season = test.select_points(np.concatenate([np.arange(n) < 40 for n in test.n_points]))
for name, steps in {
    "as it is": [],
    "cut": [CadenceResampler(first_season, random_state=0)],
}.items():
    network = TransferMLPClassifier(n_estimators=2, random_state=0)
    pipeline = make_transfer_pipeline(*steps, LightCurveFeatures(on_error="nan"), network)
    pipeline.fit(source, source.labels)
    score = matthews_corrcoef(first_season.labels, pipeline.predict(first_season))
    print(f"source {name}: {score:.2f} on light curves of forty points")
