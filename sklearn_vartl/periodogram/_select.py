"""The choice among the candidate frequencies of each star."""

import numpy as np

from .._compiled import njit
from ._eclipse_fit import N_BINS
from ._evidence import ascending, best_eclipses, double_evidence, relative_error
from ._rescore import MAX_HARMONICS, MIN_POINTS, REFINE_HARMONICS, standardised, workspace

N_RUNNERS_UP = 3
# Eclipses decide where they are so much better (twice the log likelihood) than any Fourier series.
ECLIPSE_MARGIN = 10.0

# Columns of the table of results, one row a star.
FREQUENCY, RELATIVE_ERROR, DOUBLE, ECLIPSE = range(4)
N_COLUMNS = 4


@njit
def choose(
    time, mag, weight, offsets, grid, refined, score, gauss, harmonics, table, runner_up, gap
):
    """Choose the frequency of each star among its scored candidates.

    Parameters
    ----------
    time, mag, weight : ndarray of shape (n_points,)
        Points of all stars.
    offsets : ndarray of shape (n_stars + 1,)
        Where each star begins and ends.
    grid : tuple of three ndarray of shape (n_stars,)
        Lowest and highest frequency and step of each star's grid.
    refined, score, gauss, harmonics : ndarray of shape (n_stars, n_candidates)
        Of `score_candidates`.
    table : ndarray of shape (n_stars, N_COLUMNS)
        Filled with the results (columns: see above), left alone where there are none.
    runner_up, gap : ndarray of shape (n_stars, N_RUNNERS_UP)
        Filled with the next best periods and how much worse they score.
    """
    f_min, f_max, step = grid
    bins = np.empty((3, 2 * N_BINS + 1))
    for i in range(offsets.size - 1):
        part = slice(offsets[i], offsets[i + 1])
        n = offsets[i + 1] - offsets[i]
        order = ascending(score[i])
        best = order[0]
        if n < MIN_POINTS or not score[i, best] < np.inf:
            continue
        star = standardised(time[part], mag[part], weight[part])
        variance = np.sum(star[3] * star[1])
        work = workspace(n, 2 * MAX_HARMONICS)
        frequency = refined[i, best]
        eclipses, of_candidate, eclipse_frequency = best_eclipses(
            star, refined[i], gauss[i], variance, f_min[i], f_max[i], bins
        )
        table[i, ECLIPSE] = np.min(gauss[i]) - eclipses
        if table[i, ECLIPSE] > ECLIPSE_MARGIN:
            best = of_candidate
            frequency = eclipse_frequency
        table[i, FREQUENCY] = frequency
        table[i, DOUBLE] = double_evidence(star, frequency, variance, work, bins)
        # The criterion of the series, turned back into its mean square residual.
        n_parameters = 2 * harmonics[i, best]
        left = variance * np.exp((gauss[i, best] - n_parameters * np.log(n)) / n)
        noise = left / max(n - n_parameters - 2, 1)
        few = min(harmonics[i, best], REFINE_HARMONICS)
        table[i, RELATIVE_ERROR] = relative_error(star, refined[i, best], noise, step[i], few, work)
        count = 0
        for j in order:
            other = abs(refined[i, j] - frequency) > step[i]
            if other and score[i, j] < np.inf and count < N_RUNNERS_UP:
                runner_up[i, count] = 1.0 / refined[i, j]
                gap[i, count] = score[i, j] - score[i, order[0]]
                count += 1
