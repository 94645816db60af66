"""Tables of the benchmark of imbalance."""

import numpy as np
from sklearn.metrics import f1_score, matthews_corrcoef, recall_score

# Balanced accuracies of random forests in Hosenie et al. (2020): SMOTE, RASLE, GpFit.
PUBLISHED = {
    "root": (0.775, 0.771, 0.755),
    "Eclipsing": (0.940, 0.930, 0.936),
    "Pulsating": (0.973, 0.971, 0.978),
    "RR Lyrae": (0.709, 0.622, 0.602),
    "Cepheids": (0.902, 0.891, 0.913),
}
RARE = ["RRD", "RRAB_BL", "DSCT", "ACEP"]


def print_nodes(features, scores):
    """Balanced accuracy of each node on the test stars that belong there."""
    print(f"\nBalanced accuracy by node, features: {features}")
    print(f"{'':32}" + "".join(f"{node:>11}" for node in PUBLISHED))
    for k, name in enumerate(("SMOTE", "RASLE", "GpFit")):
        print(f"{'published, ' + name:32}" + "".join(f"{p[k]:11.3f}" for p in PUBLISHED.values()))
    for name, nodes in scores.items():
        print(f"{name:32}" + "".join(f"{nodes[node]:11.3f}" for node in PUBLISHED))


def print_end_to_end(features, rows):
    """Scores of all classes, and the recall of the rare ones."""
    print(f"\nEleven classes end to end, features: {features}")
    head = ["bal. acc.", "macro F1", "MCC", "G-mean", *RARE]
    print(f"{'':32}{'routing':>8}" + "".join(f"{name:>10}" for name in head))
    for (name, routing), (y, predicted) in rows.items():
        classes = np.unique(y)
        recall = recall_score(y, predicted, labels=classes, average=None, zero_division=0)
        values = [
            recall.mean(),
            f1_score(y, predicted, labels=classes, average="macro", zero_division=0),
            matthews_corrcoef(y, predicted),
            np.prod(recall) ** (1 / len(recall)),
            *(recall[classes == rare][0] for rare in RARE),
        ]
        print(f"{name:32}{routing:>8}" + "".join(f"{value:10.3f}" for value in values))
    print("Recall of every class, flat:", flush=True)
    print(f"{'':32}" + "".join(f"{name:>8}" for name in classes))
    for (name, routing), (y, predicted) in rows.items():
        if routing == "flat":
            recall = recall_score(y, predicted, labels=classes, average=None, zero_division=0)
            print(f"{name:32}" + "".join(f"{value:8.2f}" for value in recall))
