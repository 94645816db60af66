"""
Use UPSILoN-T's network
=======================

The network that Kim et al. (2021) published has learned OGLE and EROS-2 stars. ``load_upsilont`` reads
it as a classifier that takes the features ``"upsilon"``: it can classify at once, and be fine-tuned.

Its authors' four files (``state_dict.pt``, ``norm_params.pkl``, ``min_params.pkl`` and
``label_encoder.pkl``, in ``upsilont/model`` of https://github.com/dwkim78/UPSILoN-T) are read from
``data/upsilont_model``, or from ``upsilont_model`` in the folder that the environment
variable ``VARTL_DATA`` names. Without them this example says so and ends. The stars are real ones of
ASAS where the file is there, else simulated.
"""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import matthews_corrcoef

from sklearn_vartl import (
    LightCurveFeatures,
    TransferMLPClassifier,
    harmonise,
    load_upsilont,
    read_light_curves,
)
from sklearn_vartl.datasets import simulate_survey

DATA = Path(os.environ.get("VARTL_DATA", "data"))
CLASSES = ["RRAB", "RRC", "EC", "ED", "MIRA", "DSCT"]


def stars(n):
    """At most `n` stars of each class."""
    file = DATA / "light_curves" / "asas.parquet"
    if not file.exists():
        return simulate_survey(n * len(CLASSES), "asas", classes=CLASSES, random_state=0)
    X, rng = read_light_curves(file), np.random.default_rng(0)
    chosen = [rng.permutation(np.flatnonzero(X.labels == name))[:n] for name in CLASSES]
    return X[rng.permutation(np.concatenate(chosen))]


# %%
# Three ways to the same labels: the published network as it is, its answers translated by
# ``harmonise``; fine-tuned; and a network of the same size that starts from nothing.


def compare(folder, sizes=(12, 24, 48, 96)):
    """Score against number of labels."""
    network = load_upsilont(folder).set_params(random_state=0)
    print(f"{len(network.classes_)} classes:", *network.classes_)
    target = stars(100)
    X, y = LightCurveFeatures("upsilon").transform(target), target.labels
    test = slice(len(y) // 2, None)
    answer = harmonise(network.predict(X[test]), classes=CLASSES)
    scores = {"as published": [matthews_corrcoef(y[test], answer)] * len(sizes)}
    scores |= {"fine-tuned": [], "from scratch": []}
    for size in sizes:
        network.reset_to_source()
        network.partial_fit_target(X[:size], y[:size])
        scores["fine-tuned"].append(matthews_corrcoef(y[test], network.predict(X[test])))
        scratch = TransferMLPClassifier(n_estimators=1, random_state=0).fit(X[:size], y[:size])
        scores["from scratch"].append(matthews_corrcoef(y[test], scratch.predict(X[test])))
    return target.survey, sizes, scores


def show(survey, sizes, scores):
    """The same as a table and as a figure."""
    print(f"{'labels':14}", *(f"{size:5}" for size in sizes))
    for (name, values), style in zip(scores.items(), ("k:", "o-", "s--"), strict=True):
        print(f"{name:14}", *(f"{value:5.2f}" for value in values))
        plt.plot(sizes, values, style, label=name)
    plt.xscale("log")
    plt.xticks(sizes, sizes)
    plt.minorticks_off()
    plt.xlabel("labelled stars")
    plt.ylabel("Matthews correlation")
    plt.title(f"UPSILoN-T's network on {survey}")
    plt.legend()
    plt.tight_layout()
    plt.show()


# %%
# The network knows the classes already, of other surveys in other bands: a few labels set that right.

if (DATA / "upsilont_model" / "state_dict.pt").exists():
    show(*compare(DATA / "upsilont_model"))
else:
    print(f"UPSILoN-T's files are not in {DATA / 'upsilont_model'}: nothing to show.")
