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
    assert display.ax_.get_ylabel() == "Matthews correlation (MCC)"
    display.figure_.canvas.draw()
    assert [tick.get_text() for tick in display.ax_.get_xticklabels()] == ["10%", "100%"]


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
    assert not display.lines_["transfer"].has_yerr
    assert display.ax_.get_legend().get_title().get_text() == "one split, one draw"


def test_bars_are_what_the_legend_says(table):
    draws = pd.concat([table.assign(draw=d, log_loss=0.3 + 0.1 * d) for d in range(3)])
    draws = draws[draws["split"] == 0]
    for error, name, half in (
        ("std", "standard deviation", 0.1),
        ("sem", "standard error", 0.1 / np.sqrt(3)),
    ):
        display = TransferCurveDisplay(draws).plot(score="log_loss", error=error)
        segment = display.lines_["transfer"][2][0].get_segments()[0]
        np.testing.assert_allclose(segment[:, 1], [0.4 - half, 0.4 + half])
        title = display.ax_.get_legend().get_title().get_text()
        assert title == f"mean and {name} of 3 draws"
    display = TransferCurveDisplay(draws).plot(error=None)
    assert not display.lines_["transfer"].has_yerr
    assert display.ax_.get_legend().get_title().get_text() == "mean of 3 draws"


def test_splits_and_draws_are_both_named(table):
    both = pd.concat([table.assign(draw=0), table.assign(draw=1)])
    title = TransferCurveDisplay(both).plot().ax_.get_legend().get_title().get_text()
    assert title == "mean and standard deviation of 2 splits x 2 draws"
    summary = TransferCurveDisplay(both).summary("log_loss")
    assert summary["n_rows"].tolist() == [4] * 4
    # In the order of the table, as the lines are.
    methods = ["transfer", "other"]
    assert summary.index.tolist() == [(f, method) for f in (1.0, 0.1) for method in methods]
    assert summary["n_labels"].tolist() == [100, 100, 10, 10]


def test_number_of_draw_and_of_classes_are_no_scores(table):
    numbered = table.assign(draw=0, n_classes=3)[
        ["fraction", "method", "split", "draw", "n_labels", "n_classes", "log_loss"]
    ]
    display = TransferCurveDisplay(numbered).plot()
    assert display.ax_.get_ylabel() == "log loss"
    with pytest.raises(ValueError, match="'n_classes' is no score"):
        display.plot(score="n_classes")


def test_wrong_tables_and_scores_are_refused(table):
    with pytest.raises(ValueError, match="lacks the columns \\['split'\\]"):
        TransferCurveDisplay(table.drop(columns="split"))
    with pytest.raises(ValueError, match="'Mc' is no score of the table"):
        TransferCurveDisplay(table).plot(score="Mc")
    with pytest.raises(ValueError, match="error must be"):
        TransferCurveDisplay(table).plot(error="range")
