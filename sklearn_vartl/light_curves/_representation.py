"""How light curves show themselves: counts, spans and classes, as text and as HTML."""

from collections import Counter
from html import escape

import numpy as np

from ._ragged import segment_reduce
from ._sparkline import sparkline

_MOST_CLASSES = 8
_DRAWN_STARS = 3


def describe(X):
    """One line a fact: number of stars and points, survey, spans, classes."""
    facts = summary(X)
    head = f"LightCurves: {facts.pop('stars')}"
    return "\n".join([head, *(f"  {name}: {value}" for name, value in facts.items())])


def describe_html(X):
    """The same as a small HTML table, with the first light curves as tiny pictures."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th>"
        f"<td style='text-align:left'>{escape(value)}</td></tr>"
        for name, value in summary(X).items()
    )
    return f"<table><caption>LightCurves</caption>{rows}{_drawn(X)}</table>"


def _drawn(X):
    """A row of the table with the first stars, raw: time to the right, bright on top."""
    arguments, pictures = X._arguments(), []
    for i in range(min(len(X), _DRAWN_STARS)):
        points = slice(X.offsets[i], X.offsets[i + 1])
        picture = sparkline(
            arguments["time"][points], arguments["mag"][points], upside_down=X.quantity == "mag"
        )
        label = None if X.labels is None else X.labels[i]
        name = str(X.ids[i]) + ("" if label is None else f" {label}")
        pictures.append(
            "<span style='display:inline-block;margin-right:1em'>"
            f"<small>{escape(name)}</small><br/>{picture}</span>"
        )
    if not pictures:
        return ""
    return (
        "<tr><th style='text-align:left'>first stars</th>"
        f"<td style='text-align:left'>{''.join(pictures)}</td></tr>"
    )


def summary(X):
    """What is worth knowing at a glance, as a dict of short texts."""
    arguments = X._arguments()
    facts = {"stars": f"{len(X):,} star{'' if len(X) == 1 else 's'}"}
    survey = arguments["survey"]
    if survey is not None:
        facts["survey"] = survey if isinstance(survey, str) else _counts(survey)
    n_points = X.n_points
    if len(X):
        facts["points"] = (
            f"{n_points.sum():,}; {n_points.min():,} to {n_points.max():,} a star, "
            f"median {np.median(n_points):,.0f}"
        )
    spans = _finite_spans(arguments["time"], arguments["offsets"])
    if len(spans):
        facts["time span"] = (
            f"{spans.min():,.6g} to {spans.max():,.6g} d, median {np.median(spans):,.6g} d"
        )
    values = arguments["mag"]
    values = values[np.isfinite(values)]
    if len(values):
        facts[X.quantity] = f"{values.min():.6g} to {values.max():.6g}"
    facts["errors"] = "none" if arguments["magerr"] is None else "given"
    if X.band is not None:
        facts["bands"] = _counts(X.band)
    if X.labels is not None:
        facts["classes"] = _counts([label for label in X.labels if label is not None])
        missing = sum(label is None for label in X.labels)
        if missing:
            facts["without label"] = f"{missing:,}"
    if X.table is not None:
        facts["table"] = ", ".join(X.table) or "no columns"
    return facts


def _finite_spans(time, offsets):
    finite = np.isfinite(time)
    first = segment_reduce(np.minimum, np.where(finite, time, np.inf), offsets)
    last = segment_reduce(np.maximum, np.where(finite, time, -np.inf), offsets)
    spans = last - first
    return spans[np.isfinite(spans)]


def _counts(values):
    counts = Counter(np.asarray(values, dtype=object).tolist()).most_common()
    shown = ", ".join(f"{name} {count:,}" for name, count in counts[:_MOST_CLASSES])
    more = len(counts) - _MOST_CLASSES
    return (shown or "none") + (f" and {more} more" if more > 0 else "")
