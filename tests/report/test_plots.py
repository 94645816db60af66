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
