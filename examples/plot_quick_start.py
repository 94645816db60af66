"""
Quick start
===========

Learn one survey, fine-tune on a few labels of another, look at the result.

The surveys are simulated, so that this runs anywhere; with your own files,
``read_light_curves("my_survey.parquet")`` takes the place of ``simulate_survey``.
"""

# %%
# Two surveys whose classes differ: Cepheids are in the source only, Miras in the target only.

import matplotlib.pyplot as plt
from sklearn.metrics import ConfusionMatrixDisplay, matthews_corrcoef
from sklearn.model_selection import train_test_split

from sklearn_vartl import LightCurveFeatures, TransferMLPClassifier, make_transfer_pipeline
from sklearn_vartl.datasets import simulate_survey

source = simulate_survey(
    600, "ogle3", classes=["RRAB", "RRC", "DSCT", "CEP", "EC", "ED"], random_state=0
)
target = simulate_survey(
    400, "asas", classes=["RRAB", "RRC", "DSCT", "MIRA", "EC", "ED"], random_state=1
)
few, others = train_test_split(target, train_size=0.1, stratify=target.labels, random_state=0)

# %%
# Forty labels of the target are enough to go on from what the source has taught.

model = make_transfer_pipeline(LightCurveFeatures(n_jobs=2), TransferMLPClassifier(random_state=0))
model.fit(source, source.labels)
model.partial_fit_target(few, few.labels)

predicted = model.predict(others)
print(f"{len(few)} labels: MCC {matthews_corrcoef(others.labels, predicted):.3f}")

# %%
# Which classes are confused with which.

ConfusionMatrixDisplay.from_predictions(
    others.labels, predicted, normalize="true", values_format=".2f", cmap="Blues", colorbar=False
)
plt.title(f"simulated stars, {len(few)} labels of the target")
plt.tight_layout()
plt.show()
