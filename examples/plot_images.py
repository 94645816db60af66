"""
Light curves as images
======================

Folded light curves become images; a small residual network learns them from one survey and is
fine-tuned on a few stars of another.
"""

# %%
# The periods are taken from the table; without ``period=`` they would be searched.

import matplotlib.pyplot as plt
from sklearn.metrics import matthews_corrcoef
from sklearn.model_selection import train_test_split

from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.images import DmDtImage, PhaseImage, TransferImageClassifier

classes = ["RRAB", "RRC", "EC", "ED"]
source = simulate_survey(400, "ogle3", classes=classes, random_state=0)
target = simulate_survey(200, "asas", classes=classes, random_state=1)
phase = PhaseImage(16, 24, period="true_period")
few, rest = train_test_split(target, train_size=0.2, stratify=target.labels, random_state=0)

model = TransferImageClassifier(channels=(8, 16), min_steps=100, random_state=0)
model.fit(phase.transform(source), source.labels)
model.partial_fit_target(phase.transform(few), few.labels)
predicted = model.predict(phase.transform(rest))
print(f"{len(few)} labels: MCC {matthews_corrcoef(rest.labels, predicted):.3f}")

# %%
# A star of each class as both kinds of image.

fig, axes = plt.subplots(2, 4, figsize=(9, 4))
images = phase.transform(source[:4]), DmDtImage().transform(source[:4])
for row, drawn in zip(axes, images, strict=True):
    for ax, image, label in zip(row, drawn, source.labels[:4], strict=True):
        ax.imshow(image, aspect="auto")
        ax.set(title=label, xticks=[], yticks=[])
axes[0, 0].set(xlabel="phase, two cycles", ylabel="magnitude")
axes[1, 0].set(xlabel="time difference", ylabel="magnitude difference")
plt.tight_layout()
plt.show()
