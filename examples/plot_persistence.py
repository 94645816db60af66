"""
Keep a model, hand it on
========================

A model file holds no pickle: whoever opens it runs no foreign code, and later versions of the package
read it. What was learned, and what it was learned from, is written in it.
"""

# %%
# A source model, and what it says of a survey.

import json
import tempfile
from pathlib import Path

import numpy as np

from sklearn_vartl import (
    LightCurveFeatures,
    TransferMLPClassifier,
    load_model,
    make_transfer_pipeline,
    save_model,
)
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.persistence import ModelFileError, read_model_card

source = simulate_survey(200, "ogle3", classes=["RRAB", "RRC", "EC", "CEP"], random_state=0)
target = simulate_survey(80, "asas", classes=["RRAB", "RRC", "EC", "MIRA"], random_state=1)
model = make_transfer_pipeline(
    LightCurveFeatures(), TransferMLPClassifier(n_estimators=2, random_state=0)
)
model.fit(source, source.labels)

# %%
# One file. Provenance is free text for those who get it.

folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "source.vartl"
save_model(model, path, provenance={"source": "simulated OGLE-III", "contact": "you@example.org"})
print(f"{path.stat().st_size / 1024:.0f} kB")

# %%
# The description can be read without the weights.

card = read_model_card(path)
print(json.dumps(card, indent=1, default=str)[:900], "...")

# %%
# What comes back gives the same probabilities to the last bit, and can be fine-tuned on.

loaded = load_model(path)
same = np.array_equal(model.predict_proba(target), loaded.predict_proba(target))
print("the same probabilities:", same)
for one in (model, loaded):
    one.partial_fit_target(target[:40], target.labels[:40])
print(
    "also after fine-tuning:", np.array_equal(*(m.predict_proba(target) for m in (model, loaded)))
)

# %%
# A damaged file is refused with the reason; nothing half-read comes back.

path.write_bytes(path.read_bytes()[:-1000])
try:
    load_model(path)
except ModelFileError as error:
    print("ModelFileError:", str(error).replace(folder.name, "..."))
folder.cleanup()
