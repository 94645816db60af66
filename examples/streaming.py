"""
One star at a time
==================

A broker hands out one light curve after the other; the model answers each at once.
"""

# %%
# A model as it would come from ``load_model("survey.vartl")``.

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sklearn_vartl import (
    LightCurveFeatures,
    LightCurves,
    TransferMLPClassifier,
    make_transfer_pipeline,
)
from sklearn_vartl.datasets import simulate_survey

X = simulate_survey(300, "asas", classes=["RRAB", "EC", "MIRA"], random_state=0)
model = make_transfer_pipeline(LightCurveFeatures(), TransferMLPClassifier(random_state=0))
model.fit(X, X.labels)

# %%
# The stream: one star's times, magnitudes and errors. The first call loads libraries and compiles.

stream = simulate_survey(100, "asas", classes=["RRAB", "EC", "MIRA"], random_state=1)


def classify(star):
    """Most probable class of one star."""
    proba = model.predict_proba(LightCurves(star.time, star.mag, star.magerr))
    return model.classes_[proba[0].argmax()]


classify(stream[0])
waits = []
for star in stream:
    start = time.process_time()
    label = classify(star)
    waits.append(1e3 * (time.process_time() - start))
print(f"{np.median(waits):.1f} ms of processor time a star (median of {len(waits)})")

# %%
# Several threads may ask the same model.

with ThreadPoolExecutor(4) as pool:
    labels = list(pool.map(classify, stream))
print(f"{np.mean(np.array(labels) == stream.labels):.0%} right")
