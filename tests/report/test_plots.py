"""Pictures of classified stars: drawn at the table's period, and those that the sheet promises."""

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.report import plot_sheet, plot_stars

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(scope="module")
def X():
    return simulate_survey(12, "asas", classes=["RRAB", "EC"], random_state=0)


@pytest.fixture
def table(X):
    return pd.DataFrame({
        "object_id": X.ids, "label": X.labels, "period": X.table["true_period"],
        "flag": "", "novelty": np.linspace(1, 0, 12), "p_max": np.linspace(0.6, 0.9, 12),
        "p_EC": np.linspace(0.1, 0.9, 12), "p_RRAB": np.linspace(0.9, 0.1, 12),
    })  # fmt: skip


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_stars_are_folded_at_the_period_of_the_table(X, table):
    table.loc[1, "period"] = 0.123456
    table.loc[2, ["label", "period", "flag"]] = None, np.nan, "all magnitudes equal"
    axes = np.reshape(plot_stars(X, table, X.ids[[1, 2]]).axes, (2, 4))
    assert "0.123456 d" in axes[0, 1].get_xlabel()
    assert axes[0, 0].get_title().startswith(f"{X.ids[1]}: {table['label'][1]}, p 0.63")
    assert [bar.get_width() for bar in axes[0, 3].patches] == pytest.approx(
        sorted(table.loc[1, ["p_EC", "p_RRAB"]])
    )
    assert axes[1, 1].texts[0].get_text() == "no period"
    assert "all magnitudes equal" in axes[1, 0].get_title()


def test_a_star_that_is_not_there_is_named(X, table):
    with pytest.raises(ValueError, match="'nobody' in the table"):
        plot_stars(X, table, ["nobody"])
    with pytest.raises(ValueError, match=f"'{X.ids[5]}' in the light curves"):
        plot_stars(X[:5], table, [X.ids[5]])
    with pytest.raises(ValueError, match="no star of the table has a class"):
        plot_sheet(X, table.assign(label=None))


def test_the_sheet_has_the_most_and_least_certain_and_the_most_novel(X, table):
    axes = np.reshape(plot_sheet(X, table, n_each=1).axes, (2, 3))
    for own in axes:
        label = own[0].get_ylabel().split()[0]
        members = table[table["label"] == label]
        expected = [members["p_max"].idxmax(), members["p_max"].idxmin()]
        # The most novel star is the least certain one, too: the next one follows.
        expected.append(members["novelty"].drop(expected).idxmax())
        for ax, place in zip(own, expected, strict=True):
            assert f"{X.ids[place]}: {label}" in ax.get_title()
    few = plot_sheet(X[:3], table, n_each=2).axes
    assert sum(ax.axison for ax in few) == 3


def points(ax):
    """Positions of the points of a panel."""
    return np.array(ax.containers[0].lines[0].get_xydata()).T


def test_rows_hold_a_star_as_measured_folded_its_powers_and_probabilities(X, table):
    star = np.flatnonzero(table["label"] == "RRAB")[0]
    figure = plot_stars(X, table, [X.ids[star]])
    raw, folded, power, bars = figure.axes
    clean = X[star]
    period = table["period"][star]
    np.testing.assert_allclose(points(raw), [clean.time, clean.mag])
    np.testing.assert_allclose(points(folded)[1], np.tile(clean.mag, 2))
    # Two cycles, whatever their zero: points of one phase are whole cycles apart.
    cycles = (points(folded)[0] * period - np.tile(clean.time, 2)) / period
    np.testing.assert_allclose(np.diff(cycles[: len(clean.time)] % 1), 0, atol=1e-6)
    np.testing.assert_allclose(np.diff(points(folded)[0].reshape(2, -1), axis=0), 1)
    assert raw.yaxis_inverted() and folded.yaxis_inverted()
    assert len(power.lines) and power.get_title() == ""
    assert (bars.get_xlim(), bars.get_xlabel()) == ((0, 1), "probability")
    assert [label.get_text() for label in bars.get_yticklabels()] == (
        table.loc[star, ["p_EC", "p_RRAB"]].astype(float).sort_values().index.str[2:].tolist()
    )
    assert figure.get_size_inches().tolist() == pytest.approx([17, 3.3])


def test_without_names_all_stars_of_the_table_are_drawn_in_its_order(X, table):
    few = table.iloc[[4, 2]]
    titles = [ax.get_title() for ax in plot_stars(X, few).axes[::4]]
    assert titles == [
        f"{row.object_id}: {row.label}, p {row.p_max:.2f}, novelty {row.novelty:.2f}"
        for row in few.itertuples()
    ]
    with pytest.raises(ValueError, match="no star to draw"):
        plot_stars(X, table.iloc[:0])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "a: EC, p 0.50, novelty 0.25"),
        ({"p_max": 0.0, "novelty": 0.0}, "a: EC, p 0.00, novelty 0.00"),
        ({"p_max": np.nan}, "a: EC, novelty 0.25"),
        ({"novelty": np.nan}, "a: EC, p 0.50"),
        ({"label": None}, "a: no class"),
        ({"label": np.nan, "flag": "open"}, "a: open"),
        ({"label": "", "flag": "open"}, "a: open"),
    ],
)
def test_what_is_said_of_a_star(changed, said):
    from sklearn_vartl.report._plots import _name

    row = {"object_id": "a", "label": "EC", "p_max": 0.5, "novelty": 0.25, "flag": ""} | changed
    assert _name(pd.Series(row)) == said


def test_eight_classes_at_most_have_a_bar(X, table):
    many = {f"p_C{k}": k / 55 for k in range(1, 11)} | {"p_NONE": np.nan}
    table = table.drop(columns=["p_EC", "p_RRAB"]).assign(**many)
    bars = plot_stars(X, table, X.ids[:1]).axes[3]
    assert [bar.get_width() for bar in bars.patches] == pytest.approx(
        [k / 55 for k in range(3, 11)]
    )
    assert [text.get_text() for text in bars.get_yticklabels()] == [f"C{k}" for k in range(3, 11)]
    table[list(many)] = np.nan
    assert not plot_stars(X, table, X.ids[:1]).axes[3].axison


def test_the_sheet_says_what_stands_where(X, table):
    table.loc[[3, 5], "period"] = np.nan, 0.0
    figure = plot_sheet(X, table, n_each=2)
    axes = np.reshape(figure.axes, (2, 6))
    assert figure.get_size_inches().tolist() == pytest.approx([2.4 * 6, 0.4 + 1.9 * 2])
    heads = [ax.get_title().partition("\n")[0] for ax in axes[0, ::2]]
    assert heads == ["most certain", "least certain", "most novel"]
    assert not any("\n" in ax.get_title() for ax in [*axes[0, 1::2], *axes[1]])
    counts = table["label"].value_counts()
    assert [ax.get_ylabel() for ax in axes[:, 0]] == [f"{c} ({n})" for c, n in counts.items()]
    by_star = {ax.get_title().rpartition("\n")[2].split(":")[0]: ax for ax in axes.ravel()}
    for place in (0, 5, 3):
        ax, star = by_star[str(X.ids[place])], X[place]
        period = table["period"][place]
        if period > 0:
            phase = star.time / period % 1
            np.testing.assert_allclose(points(ax)[0], np.r_[phase, phase + 1])
            assert ax.get_xlim() == (0, 2) and ax.get_xlabel() == f"{period:.6g} d"
        else:
            np.testing.assert_allclose(points(ax)[0], star.time)
            assert ax.get_xlabel() == "time (d)"
        assert ax.yaxis_inverted()
    alone = plot_stars(X, table, X.ids[[3]]).axes[0].containers[0].lines[0]
    assert ax.containers[0].lines[0].get_markersize() < alone.get_markersize()
    assert len(plot_sheet(X, table.drop(columns="novelty"), n_each=2).axes) == 8
    unnamed = table.assign(label=table["label"].where(table["label"] == "EC", ""))
    assert len(plot_sheet(X, unnamed, n_each=1).axes) == 3


def test_stars_of_a_sheet_by_hand():
    from sklearn_vartl.report._plots import SHEET_COLUMNS, sheet_stars

    members = pd.DataFrame(
        {"p_max": [0.5, 0.9, 0.7, 0.9, np.nan], "novelty": [0.1, 0.2, np.nan, 0.9, 0.5]},
        index=list("abcde"),
    )
    # The two surest, the two that are least sure of the rest, and of the one that is left the novelty.
    assert sheet_stars(members, SHEET_COLUMNS, 2) == ["b", "d", "a", "c", "e", None]
    assert sheet_stars(members, SHEET_COLUMNS, 1) == ["b", "a", "d"]
    assert sheet_stars(members.loc[["a"]], SHEET_COLUMNS[:2], 2) == ["a", None, None, None]
