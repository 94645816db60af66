"""TransferCurveDisplay: what is drawn is what is in the table."""

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.evaluation import TransferCurveDisplay

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")


@pytest.fixture
def table():
    rows = [
        (fraction, method, split, int(100 * fraction), base + 0.1 * fraction + 0.02 * split, 0.3)
        for fraction in (1.0, 0.1)
        for method, base in (("transfer", 0.8), ("other", 0.7))
        for split in (0, 1)
    ]
    names = ["fraction", "method", "split", "n_labels", "matthews_corrcoef", "log_loss"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


def test_points_are_means_and_bars_standard_deviations(table):
    display = TransferCurveDisplay(table).plot()
    assert list(display.lines_) == ["transfer", "other"]
    line, _, (bars,) = display.lines_["transfer"]
    np.testing.assert_allclose(line.get_xdata(), [0.1, 1.0])
    np.testing.assert_allclose(line.get_ydata(), [0.82, 0.91])
    half = np.std([0.0, 0.02], ddof=1)
    for segment, mean in zip(bars.get_segments(), [0.82, 0.91], strict=True):
        np.testing.assert_allclose(segment[:, 1], [mean - half, mean + half])
    title = display.ax_.get_legend().get_title().get_text()
    assert title == "mean and standard deviation of 2 splits"
    assert display.ax_.get_ylabel() == "Matthews correlation"


def test_an_axes_and_a_score_may_be_given(table):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    display = TransferCurveDisplay(table).plot(ax=ax, score="log_loss")
    assert display.ax_ is ax and display.figure_ is ax.figure
    np.testing.assert_allclose(display.lines_["other"][0].get_ydata(), 0.3)


def test_from_estimator_measures_and_plots(source, target):
    display = TransferCurveDisplay.from_estimator(
        source, *target, fractions=[0.1, 1.0], baselines=[], cv=2, scoring="Mc", random_state=0
    )
    mean = display.table.groupby("fraction")["Mc"].mean()
    np.testing.assert_allclose(display.lines_["transfer"][0].get_ydata(), mean)


def test_a_single_split_has_no_bars_but_a_line(table):
    display = TransferCurveDisplay(table[table["split"] == 0]).plot()
    assert np.isfinite(display.lines_["transfer"][0].get_ydata()).all()


def test_wrong_tables_and_scores_are_refused(table):
    with pytest.raises(ValueError, match="lacks the columns \\['split'\\]"):
        TransferCurveDisplay(table.drop(columns="split"))
    with pytest.raises(ValueError, match="'Mc' is no score of the table"):
        TransferCurveDisplay(table).plot(score="Mc")
