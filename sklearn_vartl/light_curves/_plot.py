"""A picture of one star."""

import numpy as np


def plot_star(X, star, period, ax):
    """What `LightCurves.plot` does."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("Plots need matplotlib: pip install sklearn_vartl[plot]") from error
    if period is not None and not 0 < period < np.inf:
        raise ValueError(f"period must be a positive number of days, got {period!r}")
    light_curve = X[position_of(X, star)]
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    limit, flagged = _mask(light_curve, "limit"), _mask(light_curve, "flag")
    band = light_curve.band
    for name in [None] if band is None else sorted({str(each) for each in band}):
        of_band = np.ones(len(limit), dtype=bool) if name is None else band.astype(str) == name
        measured = of_band & ~limit & ~flagged
        color = _draw(ax, light_curve, measured, period, fmt="o", label=name)
        for chosen, style in ((limit & ~flagged, "v"), (flagged, "x")):
            if (chosen & of_band).any():
                _draw(
                    ax, light_curve, chosen & of_band, period, fmt=style, color=color, errors=False
                )
    if band is not None:
        ax.legend(title="band")
    if light_curve.quantity == "mag":
        ax.yaxis.set_inverted(True)
    ax.set_xlabel("time (d)" if period is None else f"phase (period {period:.8g} d)")
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


def _draw(ax, light_curve, chosen, period, *, errors=True, **style):
    x, y = light_curve.time[chosen], light_curve.mag[chosen]
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
