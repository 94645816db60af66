"""How light curves show themselves: as text, as HTML with tiny pictures, as a plot of one star."""

from collections import Counter
from html import escape

import numpy as np

from ._indexing import segment_ends

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
    if len(X) == 1:
        facts["points"] = f"{n_points[0]:,}"
    elif len(X):
        facts["points"] = (
            f"{n_points.sum():,}; {n_points.min():,} to {n_points.max():,} a star, "
            f"median {np.median(n_points):,.0f}"
        )
    spans = _finite_spans(arguments["time"], arguments["offsets"])
    if len(spans) and len(X) == 1:
        facts["time span"] = f"{spans[0]:,.6g} d"
    elif len(spans):
        facts["time span"] = (
            f"{spans.min():,.6g} to {spans.max():,.6g} d, median {np.median(spans):,.6g} d"
        )
    values = arguments["mag"]
    values = values[np.isfinite(values)]
    if len(values):
        facts[X.quantity] = f"{values.min():.6g} to {values.max():.6g}"
    facts["errors"] = "none" if arguments["magerr"] is None else "given"
    if X.band is not None:
        names = X.band.tolist()
        facts["bands"] = _counts(["not told" if name is None else name for name in names])
    if X.labels is not None:
        facts["classes"] = _counts([label for label in X.labels if label is not None])
        missing = sum(label is None for label in X.labels)
        if missing:
            facts["without label"] = f"{missing:,}"
    if X.table is not None:
        facts["table"] = ", ".join(X.table) or "no columns"
    return facts


def _finite_spans(time, offsets):
    first, last = segment_ends(time, offsets, np.isfinite(time))
    spans = last - first
    return spans[np.isfinite(spans)]


def _counts(values):
    counts = Counter(np.asarray(values, dtype=object).tolist()).most_common()
    shown = ", ".join(f"{name} {count:,}" for name, count in counts[:_MOST_CLASSES])
    more = len(counts) - _MOST_CLASSES
    return (shown or "none") + (f" and {more} more" if more > 0 else "")


_WIDTH, _HEIGHT, _MARGIN = 150, 40, 3
# More dots than these no one can tell apart at this size.
_MOST_POINTS = 300


def sparkline(time, value, *, upside_down):
    """A light curve as an SVG element, dots without axes; empty where there is no finite point to draw.

    Magnitudes are drawn `upside_down`.
    """
    finite = np.isfinite(time) & np.isfinite(value)
    if not finite.any():
        return ""
    time, value = time[finite], value[finite]
    chosen = np.linspace(0, len(time) - 1, min(len(time), _MOST_POINTS)).round().astype(int)
    x = _scaled(time[chosen], _WIDTH, *_range(time))
    # A single outlier must not press all other points into a line.
    y = _scaled(value[chosen], _HEIGHT, *np.percentile(value, [1.0, 99.0]))
    if not upside_down:
        y = _HEIGHT - y
    dots = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(x, y, strict=True))
    return (
        f"<svg width='{_WIDTH}' height='{_HEIGHT}' viewBox='0 0 {_WIDTH} {_HEIGHT}' role='img' "
        "style='vertical-align:middle'>"
        f"<path d='{dots}' fill='none' stroke='currentColor' stroke-opacity='0.7' "
        "stroke-width='2.2' stroke-linecap='round'/></svg>"
    )


def _range(values):
    return values.min(), values.max()


def _scaled(values, size, low, high):
    """Values between `low` and `high` to pixels inside the margins; all the same: the middle."""
    share = np.full(len(values), 0.5)
    # Divided first, since the range of two numbers near the largest overflows.
    width = high / size - low / size
    if width > 0:
        share = (values / size - low / size) / width
    return _MARGIN + np.clip(share, 0.0, 1.0) * (size - 2 * _MARGIN)


def pyplot():
    """matplotlib.pyplot."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("Plots need matplotlib: pip install sklearn_vartl[plot]") from error
    return plt


def plot_star(X, star, period, ax):
    """What `LightCurves.plot` does."""
    plt = pyplot()  # where there is none, this is said first
    if period is not None and not 0 < period < np.inf:
        raise ValueError(f"period must be a positive number of days, got {period!r}")
    light_curve = X[position_of(X, star)]
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    limit, flagged = _mask(light_curve, "limit"), _mask(light_curve, "flag")
    band = light_curve.band
    start = 0.0 if period is not None else _round_start(light_curve.time)
    for name in [None] if band is None else sorted({str(each) for each in band}):
        of_band = np.ones(len(limit), dtype=bool) if name is None else band.astype(str) == name
        measured = of_band & ~limit & ~flagged
        color = _draw(ax, light_curve, measured, period, start, fmt="o", label=name)
        for chosen, style in ((limit & ~flagged, "v"), (flagged, "x")):
            if (chosen & of_band).any():
                shown = chosen & of_band
                _draw(ax, light_curve, shown, period, start, fmt=style, color=color, errors=False)
    if band is not None:
        ax.legend(title="band")
    if light_curve.quantity == "mag":
        ax.yaxis.set_inverted(True)
    if period is not None:
        ax.set_xlabel(f"phase (period {period:.8g} d)")
    else:
        ax.set_xlabel(f"time - {start:.10g} (d)" if start else "time (d)")
    ax.set_ylabel({"mag": "magnitude", "flux": "flux"}[light_curve.quantity])
    label = light_curve.label
    ax.set_title(str(light_curve.id) + ("" if label is None else f"  {label}"))
    return ax


def position_of(X, star):
    """The position of a star given by position or identifier."""
    if isinstance(star, int | np.integer) and not isinstance(star, bool):
        return star
    found = np.flatnonzero(X.ids == star)
    if len(found) == 0:
        raise ValueError(f"There is no star with the identifier {star!r}")
    return found[0]


def _mask(light_curve, name):
    values = getattr(light_curve, name)
    return np.zeros(len(light_curve), dtype=bool) if values is None else values != 0


def _round_start(time):
    """A round number of days that is taken off long time stamps, such as Julian dates; or none."""
    time = time[np.isfinite(time)]
    if not len(time):
        return 0.0
    first, span = time.min(), np.ptp(time)
    unit = 10.0 ** np.ceil(np.log10(max(span, 1.0)))
    return np.floor(first / unit) * unit if first >= 1e5 or first >= 1000 * unit else 0.0


def _draw(ax, light_curve, chosen, period, start, *, errors=True, **style):
    x, y = light_curve.time[chosen] - start, light_curve.mag[chosen]
    error = light_curve.magerr[chosen] if errors and light_curve.magerr is not None else None
    if error is not None:
        # matplotlib refuses negative errors; those that mean nothing are drawn without a bar.
        error = np.where(np.isfinite(error) & (error > 0), error, 0.0)
    if period is not None:
        x = x / period % 1.0
        x, y = np.concatenate([x, x + 1]), np.tile(y, 2)
        error = None if error is None else np.tile(error, 2)
    drawn = ax.errorbar(x, y, error, markersize=3, linewidth=0, elinewidth=0.7, **style)
    return drawn.lines[0].get_color()
