"""Small pictures of single stars."""

import numpy as np

from ..evaluation import LightCurveDisplay, clean_star, searched_period
from ._page import figure


def star_picture(X, position, caption):
    """A star folded on its period; as measured where there is none; a note where nothing is left.

    Parameters
    ----------
    X : LightCurves
    position : int
    caption : str
    """
    from html import escape

    import matplotlib.pyplot as plt

    try:
        star = clean_star(X, int(position))
    except ValueError as error:
        return f"<figure><figcaption>{escape(caption)}: {escape(str(error))}</figcaption></figure>"
    drawn, ax = plt.subplots(figsize=(3.6, 2.5), layout="constrained")
    period = searched_period(star)
    time, mag, magerr = star
    style = {"fmt": ".", "markersize": 3, "elinewidth": 0.5, "alpha": 0.7}
    if np.isnan(period):
        ax.errorbar(time, mag, magerr, **style)
        ax.set_xlabel("time (d)")
    else:
        display = LightCurveDisplay(star, period)
        phase = np.concatenate([display.phase, display.phase + 1])
        ax.errorbar(phase, np.tile(mag, 2), np.tile(magerr, 2), **style)
        if display.n_harmonics:
            fit = display.fit
            ax.plot(np.concatenate([fit[0], fit[0] + 1]), np.tile(fit[1], 2), color="C1")
        ax.set_xlabel(f"phase ({period:.6g} d)")
    ax.yaxis.set_inverted(True)
    ax.set_ylabel("magnitude")
    ax.set_title(str(star.id), fontsize=9)
    return figure(drawn, caption, f"light curve of star {star.id}", dpi=100)


def gallery(pictures):
    """Pictures side by side, as many in a row as there is room for."""
    return f'<div class="stars">{"".join(pictures)}</div>'
