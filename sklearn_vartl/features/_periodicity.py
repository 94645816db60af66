"""The period and how firmly the light curve speaks for it."""

import numpy as np

COLUMNS = (
    "period",
    "shape_period",
    "power",
    "log10_fap",
    "double_evidence",
    "eclipse_evidence",
    "runner_up_ratio",
    "runner_up_gap",
)


def periodicity(block):
    """Table of shape (n_stars, 8), in the order of `COLUMNS`."""
    periods = block.periods
    counts = np.diff(block.offsets)
    return np.column_stack(
        [
            periods.period,
            periods.shape_period,
            periods.power,
            periods.log10_fap,
            # Per point: evidence grows with the number of points, which describes the survey.
            periods.double_evidence / counts,
            periods.eclipse_evidence / counts,
            periods.runner_up[:, 0] / periods.shape_period,
            periods.runner_up_gap[:, 0] / counts,
        ]
    )
