"""The way of a `fit` through the package: python -m tests.trace_fit prints the table.

Counts the files and functions that a pipeline's `fit` passes, and how often the way changes file:
what a reader has to open, and how often to turn the page, to follow one call.
"""

import sys
from collections import Counter
from pathlib import Path

import numpy as np

import sklearn_vartl

PACKAGE = str(Path(sklearn_vartl.__file__).parent)


def light_curves(n_stars=40, n_points=60):
    """Sines of two classes, a list of (time, mag, magerr), and their labels."""
    rng = np.random.default_rng(0)
    stars, labels = [], []
    for k in range(n_stars):
        time = np.sort(rng.uniform(0, 300, n_points))
        period = 0.5 if k % 2 else 40.0
        mag = 15 + 0.3 * np.sin(2 * np.pi * time / period) + rng.normal(0, 0.02, n_points)
        stars.append((time, mag, np.full(n_points, 0.02)))
        labels.append("RRAB" if k % 2 else "LPV")
    return sklearn_vartl.LightCurves.from_any(stars), np.array(labels)


def trace(call):
    """(functions by file, number of changes of file) of the package's code during a call."""
    functions, where, changes = Counter(), [None], [0]

    def profile(frame, event, argument):
        code = frame.f_code
        if event not in ("call", "return") or not code.co_filename.startswith(PACKAGE):
            return
        if event == "call":
            functions[code.co_filename, code.co_qualname] += 1
        # Where the reader stands: in what is called, and after it where the call stands.
        frame = frame if event == "call" else frame.f_back
        here = frame.f_code.co_filename if frame else ""  # compiled code has no caller
        if here.startswith(PACKAGE) and here != where[0]:
            changes[0] += where[0] is not None
            where[0] = here

    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(None)
    return functions, changes[0]


def trace_of_fit():
    """Trace `fit` of a pipeline on light curves, everything compiled and imported before."""
    X, y = light_curves()
    model = sklearn_vartl.make_transfer_pipeline(
        sklearn_vartl.LightCurveFeatures(),
        sklearn_vartl.TransferMLPClassifier(
            (16,), n_estimators=3, min_steps=10, max_epochs=2, random_state=0
        ),
    )
    model.fit(X, y)
    return trace(lambda: model.fit(X, y))


if __name__ == "__main__":
    functions, changes = trace_of_fit()
    by_file = Counter()
    for (file, _), _ in functions.items():
        by_file[file] += 1
    for file, count in sorted(by_file.items()):
        print(f"{count:4d} functions  {Path(file).relative_to(PACKAGE)}")
    print(f"{len(by_file)} files, {len(functions)} functions, {changes} changes of file")
