"""Light curves as tiny pictures inside a line of HTML."""

import numpy as np

_WIDTH, _HEIGHT, _MARGIN = 150, 40, 3
# More dots than these no one can tell apart at this size.
_MOST_POINTS = 300


def sparkline(time, value, *, upside_down):
    """A light curve as an SVG element, dots without axes.

    Parameters
    ----------
    time, value : ndarray of shape (n_obs,)
        Points that are not finite are left out.
    upside_down : bool
        Whether small values are drawn on top, as of magnitudes.

    Returns
    -------
    str
        Empty where there is no point to draw.
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
