"""plot_stars and plot_sheet: what a table of classes says of stars, beside their light curves."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._validation import is_missing_label
from ..evaluation import (
    LightCurveDisplay,
    PeriodogramDisplay,
    clean_star,
    plain_times,
    two_cycles,
)
from ..light_curves import LightCurves, pyplot

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

_MOST_BARS = 8
SHEET_COLUMNS = ("most certain", "least certain", "most novel")


def plot_stars(X: LightCurves, table: "DataFrame", stars: Sequence[Any] | None = None) -> "Figure":
    """Draw stars, one a row: as measured, folded, their periodogram and probabilities.

    They are folded at the period that the table reports.

    Parameters
    ----------
    X : LightCurves
        Magnitudes.
    table : DataFrame
        Of `classify`: ``object_id``, ``label``, ``period`` and ``p_<class>``.
    stars : sequence of identifiers, default=None
        Which stars; None: all of the table.

    Raises
    ------
    ValueError
        If a star is not in the table or among the light curves, or cannot be drawn.
    ImportError
        If matplotlib is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> from sklearn_vartl.report import plot_stars
    >>> X = simulate_survey(2, "asas", classes=["RRAB"], random_state=0)
    >>> table = pd.DataFrame({"object_id": X.ids, "label": "RRAB", "p_RRAB": 1.0,
    ...                       "period": X.table["true_period"]})
    >>> len(plot_stars(X, table, X.ids[:1]).axes)
    4
    """
    rows, positions = _matched(X, table, stars)
    figure, axes = pyplot().subplots(
        len(rows), 4, figsize=(17, 3.3 * len(rows)), layout="constrained", squeeze=False
    )
    for position, (_, row), own in zip(positions, rows.iterrows(), axes, strict=True):
        star, period = clean_star(X, position), row["period"]
        own[0].sharey(own[1])
        if period > 0:
            LightCurveDisplay(star, period).plot(ax=own[:2])
        else:
            _draw(own[0], star, None)
            own[1].set_axis_off()
            own[1].text(0.5, 0.5, "no period", ha="center", transform=own[1].transAxes)
        own[0].set_title(_name(row), fontsize=10)
        plain_times(own[0], 4)
        try:
            PeriodogramDisplay.from_light_curves(X, position, ax=own[2])
            own[2].set_title("")
        except ValueError:
            own[2].set_axis_off()
        _draw_probabilities(own[3], row)
    return figure


def plot_sheet(X: LightCurves, table: "DataFrame", *, n_each: int = 2) -> "Figure":
    """Draw a contact sheet, one class a row: its most and least certain and its most novel stars.

    Parameters
    ----------
    X : LightCurves
        Magnitudes; stars of the table that are not among them are passed over.
    table : DataFrame
        Of `classify`; without ``novelty`` there are no novel stars.
    n_each : int, default=2
        Stars of each kind.

    Raises
    ------
    ValueError
        If no star of the table has a class and a light curve.
    ImportError
        If matplotlib is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> from sklearn_vartl.report import plot_sheet
    >>> X = simulate_survey(8, "asas", classes=["RRAB", "EC"], random_state=0)
    >>> table = pd.DataFrame({"object_id": X.ids, "label": X.labels, "p_max": 0.9,
    ...                       "period": X.table["true_period"]})
    >>> len(plot_sheet(X, table, n_each=1).axes)  # two classes, most and least certain
    4
    """
    here = {str(name): place for place, name in enumerate(X.ids)}
    table = table[table["label"].notna() & table["object_id"].astype(str).isin(here)]
    table = table[table["label"] != ""]
    if not len(table):
        raise ValueError("no star of the table has a class and is among the light curves")
    kinds = SHEET_COLUMNS[: 3 if "novelty" in table else 2]
    classes = table["label"].value_counts().index
    n_columns = len(kinds) * n_each
    figure, axes = pyplot().subplots(
        len(classes),
        n_columns,
        figsize=(2.4 * n_columns, 0.4 + 1.9 * len(classes)),
        layout="constrained",
        squeeze=False,
    )
    for label, own in zip(classes, axes, strict=True):
        members = table[table["label"] == label]
        for kind, k in zip(sheet_stars(members, kinds, n_each), range(n_columns), strict=True):
            if kind is None:
                own[k].set_axis_off()
                continue
            row = members.loc[kind]
            _draw(own[k], clean_star(X, here[str(row["object_id"])]), row["period"], small=True)
            own[k].set_title(_name(row), fontsize=6.5)
        own[0].set_ylabel(f"{label} ({len(members)})", fontsize=9, fontweight="bold")
    for k in range(0, n_columns, n_each):
        heading = f"{kinds[k // n_each]}\n"
        axes[0][k].set_title(heading + axes[0][k].get_title(), fontsize=6.5, loc="center")
    return figure


def sheet_stars(members, kinds, n_each):
    """Index of each star of a row of the sheet, None where the class has no more.

    The members, a DataFrame, are stars of one class with ``p_max`` and, for the last of the kinds, ``novelty``.
    """
    column = {"most certain": ("p_max", False), "least certain": ("p_max", True)}
    column["most novel"] = ("novelty", False)
    chosen: list[Any] = []
    for kind in kinds:
        name, ascending = column[kind]
        rest = members[~members.index.isin([k for k in chosen if k is not None])]
        order = rest[name].dropna().sort_values(ascending=ascending, kind="stable").index
        found = order[:n_each].tolist()
        chosen += found + [None] * (n_each - len(found))
    return chosen


def _matched(X, table, stars):
    """Rows of the table, and the position of each among the light curves."""
    here = {str(name): place for place, name in enumerate(X.ids)}
    known = {str(name): place for place, name in enumerate(table["object_id"])}
    names = list(known) if stars is None else [str(star) for star in stars]
    for name in names:
        for where, names_there in (("table", known), ("light curves", here)):
            if name not in names_there:
                raise ValueError(f"There is no star {name!r} in the {where}.")
    if not names:
        raise ValueError("There is no star to draw.")
    return table.iloc[[known[name] for name in names]], [here[name] for name in names]


def _name(row):
    """What is said of a star in one line."""
    text = str(row["object_id"])
    if is_missing_label(row["label"]):
        return f"{text}: {row.get('flag') or 'no class'}"
    parts = [str(row["label"])]
    parts += [f"p {row['p_max']:.2f}"] if row.get("p_max", np.nan) >= 0 else []
    parts += [f"novelty {row['novelty']:.2f}"] if row.get("novelty", np.nan) >= 0 else []
    return f"{text}: {', '.join(parts)}"


def _draw(ax, star, period, *, small=False):
    """The light curve in one panel, folded where there is a period."""
    time, mag, magerr = star
    style = {"fmt": ".", "markersize": 2 if small else 4, "elinewidth": 0.5, "alpha": 0.7}
    if period is not None and period > 0:
        phase = two_cycles(time / period % 1.0)
        ax.errorbar(phase, np.tile(mag, 2), np.tile(magerr, 2), **style)
        ax.set(xlim=(0, 2), xlabel=f"{period:.6g} d")
    else:
        ax.errorbar(time, mag, magerr, **style)
        plain_times(ax, 3)
    if small:
        ax.xaxis.label.set_fontsize(6.5)
    ax.yaxis.set_inverted(True)
    ax.tick_params(labelsize=6 if small else None)


def _draw_probabilities(ax, row):
    names = [name for name in row.index if name.startswith("p_") and name != "p_max"]
    shown = row[names].astype(float).dropna().sort_values()[-_MOST_BARS:]
    if not len(shown):
        ax.set_axis_off()
        return
    ax.barh([name.removeprefix("p_") for name in shown.index], shown.to_numpy(), color="C0")
    ax.set(xlim=(0, 1), xlabel="probability")
