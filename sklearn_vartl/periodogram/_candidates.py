"""The candidate frequencies of a star: each refined off the grid, scored by the shape of its fold; the best taken.

Slow variables and their daily aliases are weighed against each other on the way. The kernels for many stars take their
points one after the other (`time`, `mag`, `weight`, cut by `offsets`), and fill arrays with a row a star.
"""

import numpy as np

from .._compiled import njit
from ._dips import best_dips, fit_profile
from ._eclipses import (
    FINE_BINS,
    N_BINS,
    NONE,
    best_eclipses,
    box_decrease,
    decrease_for,
    deepest_box,
    fold_in_bins,
)
from ._fits import (
    MAX_HARMONICS,
    MIN_POINTS,
    REACH,
    REFINE_HARMONICS,
    ascending,
    back_substitute,
    best_series,
    evaluate,
    fit,
    harmonics_allowed,
    heavy_tailed,
    information,
    noise_scale,
    refine,
    standardised,
    sum_of_products,
    unit_circle,
    vertex,
    workspace,
)

# Periods (days) beyond which a variable is slow: no sampling once a night misses a cycle.
SLOW_PERIOD = 30.0
# Twice the log odds by which each factor e in period is preferred among tied candidates, and which part of it where
# they are two or three cycles a day apart: there most pulsating stars are, and few aliases of slow ones.
STRENGTH, AMONG_PULSATORS = 16.0, 0.25
# How far (cycles a day) an alias may be from a whole number: solar and sidereal days, and the year.
WIDTH = 0.01
N_RUNNERS_UP = 3
# Unlike minima tell a period from its alias: so many of the best candidates, at most so far behind the first one,
# are fitted at twice their periods, too, which costs them so much, up to this period (days).
N_DOUBLED, DOUBLED_BEHIND = 5, 60.0
DOUBLING_COST, LONGEST_DOUBLED = 10.0, 20.0
# A fitted curve of so many times the range of the points says nothing of the star's amplitude.
MOST_BEYOND = 2.0
# Eclipses decide where they are so much better (twice the log likelihood) than any Fourier series.
ECLIPSE_MARGIN = 10.0
# The same for eclipses found among the faint points alone, over whatever else was found; a period
# more than three times as long needs the second, since among long folds one that fits is likelier.
DIP_MARGIN, LONG_DIP_MARGIN = 15.0, 30.0
# No two stars eclipse each other as often as that (cycles a day): little is needed to give up a period
# so short.
FASTEST, FAST_DIP_MARGIN = 10.0, 5.0

# Columns of the table of results, one row a star.
FREQUENCY, RELATIVE_ERROR, DOUBLE, ECLIPSE, CRITERION, EVEN, IS_BOX = range(7)
N_COLUMNS = 7


@njit
def score_candidates(
    time, mag, weight, offsets, candidate, f_min, f_max, step, refined, score, gauss, harmonics,
    reached,
):  # fmt: skip
    """Refine and score the candidates of each star, frequencies on its grid, NaN where there are fewer.

    `refined`, `score`, `gauss` and `harmonics` are filled as by `rescore`, slow candidates being preferred, and left
    alone for stars with fewer than `MIN_POINTS` points; `reached` is raised to the highest power of a sine at any
    refined frequency.
    """
    for i in range(offsets.size - 1):
        part = slice(offsets[i], offsets[i + 1])
        if offsets[i + 1] - offsets[i] < MIN_POINTS:
            continue
        star = standardised(time[part], mag[part], weight[part])
        grid = (f_min[i], f_max[i], step[i])
        power = rescore(star, candidate[i], grid, refined[i], score[i], gauss[i], harmonics[i])
        reached[i] = max(reached[i], min(power, 1.0))
        prefer_slow(star, refined[i], score[i], np.empty((2, star[0].size)))


@njit
def rescore(star, candidate, grid, refined, score, gauss, harmonics):
    """Refine and score the candidates of one star; return the highest power of a sine at a refined frequency.

    The candidates are frequencies on the grid (lowest, highest, step), those not above 0 are skipped. Filled are the
    refined frequencies, the heavy-tailed and the Gaussian information criterion of the best series (lower is better),
    and the number of harmonics of the Gaussian one.
    """
    time, mag, weight, weighted_mag = star
    f_min, f_max, step = grid
    n = time.size
    work = workspace(n, MAX_HARMONICS)
    circle, turning, _, factor, reduced, explained, _ = work
    coefficient = np.zeros((candidate.size, MAX_HARMONICS, 2 * MAX_HARMONICS + 1))
    allowed = np.zeros(candidate.size, np.int64)
    variance = sum_of_products(weighted_mag, mag)
    few = np.zeros(candidate.size, np.int64)
    for j in range(candidate.size):
        if candidate[j] > 0.0:
            allowed[j] = harmonics_allowed(n, candidate[j] * time[-1], MAX_HARMONICS)
            few[j] = min(allowed[j], REFINE_HARMONICS)
    refine(star, candidate, REACH * step, few, refined)
    best = -1
    power = 0.0
    for j in range(candidate.size):
        if not candidate[j] > 0.0:
            continue
        refined[j] = min(max(refined[j], f_min), f_max)
        fit(star, refined[j], allowed[j], work)
        power = max(power, explained[1] / variance)
        gauss[j], harmonics[j] = best_series(explained, variance, n, allowed[j])
        for k in range(allowed[j]):
            back_substitute(factor, reduced, k + 1, coefficient[j, k])
        if best < 0 or gauss[j] < gauss[best]:
            best = j
    if best < 0:
        return power
    # One scale for all candidates, from the best fit: else a candidate that fits badly would
    # forgive itself.
    model = np.empty(n)
    unit_circle(time, refined[best], circle[0], circle[1])
    number = harmonics[best]
    evaluate(circle[0], circle[1], coefficient[best, number - 1], number, turning, model)
    scale = noise_scale(mag, model, weight, 2 * number + 1)
    scale = max(scale, 1e-6 * np.sqrt(variance / n))
    value = np.empty(MAX_HARMONICS)
    for j in range(candidate.size):
        if allowed[j]:
            unit_circle(time, refined[j], circle[0], circle[1])
            heavy_tailed(circle[0], circle[1], mag, weight, coefficient[j], scale, value)
            for k in range(allowed[j]):
                score[j] = min(score[j], value[k] + 2.0 * (k + 1) * np.log(n))
    prefer_doubled(star, refined, score, f_min, scale, coefficient, work)
    return power


@njit
def prefer_doubled(star, refined, score, f_min, scale, coefficient, work):
    """Let the candidate that explains unlike minima, two a cycle, change places with the one that scores best.

    Of those that score well each is fitted at twice its period, too, under the same scale of the noise; `coefficient`
    and `work` are overwritten.
    """
    time, mag, weight, _ = star
    circle, _, _, factor, reduced, _, _ = work
    n = time.size
    value = np.empty(MAX_HARMONICS)
    order = ascending(score)[:N_DOUBLED]
    first = doubled = order[0]
    least = np.inf
    for j in order:
        half = 0.5 * refined[j]
        best_of_two = score[j]
        if score[j] <= score[first] + DOUBLED_BEHIND and half >= max(1.0 / LONGEST_DOUBLED, f_min):
            number = harmonics_allowed(n, half * time[-1], MAX_HARMONICS)
            fit(star, half, number, work)
            for k in range(number):
                back_substitute(factor, reduced, k + 1, coefficient[j, k])
            unit_circle(time, half, circle[0], circle[1])
            heavy_tailed(circle[0], circle[1], mag, weight, coefficient[j], scale, value)
            for k in range(number):
                twice = value[k] + 2.0 * (k + 1) * np.log(n) + DOUBLING_COST
                best_of_two = min(best_of_two, twice)
        if best_of_two < least:
            least = best_of_two
            doubled = j
    score[first], score[doubled] = score[doubled], score[first]


@njit
def window_power(star, frequency, circle):
    """Return the power of the spectral window, the squared modulus of mean(w exp(2 pi i f t)).

    `circle` (2, n_points) is working memory.
    """
    time, _, weight, _ = star
    unit_circle(time, frequency, circle[0], circle[1])
    real = 0.0
    imaginary = 0.0
    for i in range(time.size):
        real += weight[i] * circle[0, i]
        imaginary += weight[i] * circle[1, i]
    return (real * real + imaginary * imaginary) / time.size**2


@njit
def daily_tie(star, fast, slow, circle):
    """Return how far the sampling confuses two frequencies, 0 unless one is a daily alias; less among pulsators."""
    tie = 0.0
    for distance in (fast - slow, fast + slow):
        cycles = np.round(distance)
        if abs(distance - cycles) < WIDTH:
            part = AMONG_PULSATORS if 2.0 <= cycles <= 3.0 else 1.0
            tie = max(tie, part * window_power(star, distance, circle))
    return tie


@njit
def prefer_slow(star, refined, score, circle):
    """Let slow candidates change places with their daily aliases where these are little better.

    Sampled once a night, a slow variation is fitted as well near a whole number of cycles a day.
    Such ties, which the spectral window tells, are broken by a prior that falls with frequency.
    """
    for slow in range(refined.size):
        if not refined[slow] < 1.0 / SLOW_PERIOD:
            continue
        for fast in range(refined.size):
            if not refined[fast] > 3.0 / SLOW_PERIOD or score[fast] > score[slow]:
                continue
            behind = score[slow] - score[fast]
            prior = STRENGTH * np.log(refined[fast] / refined[slow])
            if behind < prior:
                tie = daily_tie(star, refined[fast], refined[slow], circle)
                if behind < prior * tie:
                    score[slow], score[fast] = score[fast], score[slow]


@njit
def choose(
    time, mag, weight, offsets, grid, brief, refined, score, gauss, harmonics, table, runner_up, gap
):
    """Choose the frequency of each star among its candidates, scored by `score_candidates`.

    The grid is lowest and highest frequency and step of each star's; of `brief` stars only the frequency and its
    criterion are wanted. Filled are the table of results (columns: see above), left alone where there are none, and
    the next best periods and how much worse they score.
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
        variance = sum_of_products(star[3], star[1])
        work = workspace(n, 2 * MAX_HARMONICS)
        frequency = refined[i, best]
        eclipses, of_candidate, eclipse_frequency = best_eclipses(
            star, refined[i], gauss[i], variance, f_min[i], f_max[i], bins
        )
        smooth = gauss[i, np.argmin(gauss[i])]
        table[i, ECLIPSE] = smooth - eclipses
        if table[i, ECLIPSE] > ECLIPSE_MARGIN:
            best = of_candidate
            frequency = eclipse_frequency
        table[i, FREQUENCY] = frequency
        table[i, CRITERION] = min(smooth, eclipses)
        if brief[i]:
            continue
        table[i, DOUBLE], table[i, EVEN] = halves(star, frequency, variance, work, bins)
        table[i, IS_BOX] = table[i, ECLIPSE] > ECLIPSE_MARGIN
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


@njit
def prefer_dips(time, mag, weight, offsets, grid, dips, table, runner_up, gap):
    """Let the eclipses of the faint points decide where they explain more than all that was found.

    The dips are those of `_dips.dip_peaks`, NaN where nothing was looked for. The results, as in `choose`, are changed
    where they win; what was found becomes the first runner-up.
    """
    f_min, f_max, step = grid
    bins = np.empty((3, 2 * N_BINS + 1))
    for i in range(offsets.size - 1):
        part = slice(offsets[i], offsets[i + 1])
        if not (dips[i, 0] > 0.0 and table[i, FREQUENCY] > 0.0):
            continue
        star = standardised(time[part], mag[part], weight[part])
        variance = sum_of_products(star[3], star[1])
        before = table[i, FREQUENCY]
        tried = np.full(dips.shape[1] + 1, 0.5 * before)
        for j in range(dips.shape[1]):
            tried[j] = dips[i, j]
        criterion, frequency, is_whole = best_dips(star, tried, f_min[i], f_max[i])
        octave = np.log2(frequency / before)
        # The same eclipses, or every other of them.
        if abs(octave) < 1.5 and abs(octave - np.rint(octave)) < 1e-3:
            continue
        margin = DIP_MARGIN if before < 3.0 * frequency else LONG_DIP_MARGIN
        margin = margin if before < FASTEST else FAST_DIP_MARGIN
        behind = table[i, CRITERION] - criterion
        if behind < margin:
            continue
        # Sloping sides fit better than boxes: what was found has a right to them.
        for fold in (before, 0.5 * before):
            behind = min(behind, fit_profile(star, variance, fold, bins)[0] - criterion)
        if behind < margin:
            continue
        n = offsets[i + 1] - offsets[i]
        work = workspace(n, 2 * MAX_HARMONICS)
        table[i, FREQUENCY] = frequency
        table[i, CRITERION] = criterion
        table[i, DOUBLE], even = halves(star, frequency, variance, work, bins)
        # Of two eclipses in an eccentric orbit the harmonics do not tell that they are two.
        table[i, EVEN] = 1.0 if is_whole else even
        table[i, IS_BOX] = 1.0
        left = variance * np.exp((criterion - 4 * np.log(n)) / n)
        few = min(harmonics_allowed(n, frequency * star[0][-1], MAX_HARMONICS), REFINE_HARMONICS)
        noise = left / max(n - 5, 1)
        table[i, RELATIVE_ERROR] = relative_error(star, frequency, noise, step[i], few, work)
        for j in range(N_RUNNERS_UP - 1, 0, -1):
            runner_up[i, j] = runner_up[i, j - 1]
            gap[i, j] = gap[i, j - 1] + behind
        runner_up[i, 0] = 1.0 / before
        gap[i, 0] = behind


@njit
def halves(star, frequency, variance, work, bins):
    """Tell what two minima (or maxima) a cycle have to say: of twice the period, and of half of it.

    That is the gain of a model of twice the period, on either side the better one of a Fourier series and of eclipses,
    and the share of the even harmonics, see `even_share`.
    """
    time, _, weight, weighted_mag = star
    n = time.size
    explained = work[5]
    allowed = harmonics_allowed(n, frequency * time[-1], MAX_HARMONICS)
    fit(star, frequency, allowed, work)
    even = even_share(allowed, work)
    once = best_series(explained, variance, n, allowed)[0]
    fold_in_bins(time, weight, weighted_mag, frequency, bins)
    beyond = decrease_for(variance, once, n, 3), NONE
    single, _ = box_decrease(bins, n, beyond)
    once = min(once, information(variance, single, n, 3))

    allowed = harmonics_allowed(n, frequency * time[-1], 2 * MAX_HARMONICS)
    fit(star, 0.5 * frequency, allowed, work)
    twice = best_series(explained, variance, n, allowed)[0]
    fold_in_bins(time, weight, weighted_mag, 0.5 * frequency, bins)
    beyond = NONE, decrease_for(variance, twice, n, 4)
    _, double = box_decrease(bins, n, beyond)
    return once - min(twice, information(variance, double, n, 4)), even


@njit
def even_share(n_harmonics, work):
    """Return the share of the even harmonics in the squared amplitudes of the series that `fit` left in `work`.

    Near 1 where a cycle has two like minima, a half for one narrow eclipse, small for a smooth curve.
    """
    back_substitute(work[3], work[4], n_harmonics, work[6])
    even = 0.0
    total = 0.0
    for k in range(1, n_harmonics + 1):
        square = work[6][2 * k - 1] ** 2 + work[6][2 * k] ** 2
        total += square
        if k % 2 == 0:
            even += square
    return even / total if total > 0.0 else 0.0


@njit
def ephemerides(time, mag, weight, offsets, frequency, is_box, out):
    """Fill when each star is faintest and brightest, and by how much, `frequency` being one over its period.

    These are the times of minimum and of maximum next to the middle of the time span, and the range of the fitted
    curve: the depth of the deeper eclipse where eclipses describe the star better (`is_box`), or that of the best
    series; NaN where that is far beyond the range of the points.
    """
    bins = np.empty((3, 2 * FINE_BINS + 1))
    for i in range(offsets.size - 1):
        part = slice(offsets[i], offsets[i + 1])
        n = offsets[i + 1] - offsets[i]
        if n < MIN_POINTS or not frequency[i] > 0.0:
            continue
        star = standardised(time[part], mag[part], weight[part])
        f = frequency[i]
        work = workspace(n, 2 * MAX_HARMONICS)
        allowed = harmonics_allowed(n, f * star[0][-1], 2 * MAX_HARMONICS)
        fit(star, f, allowed, work)
        variance = sum_of_products(star[3], star[1])
        _, number = best_series(work[5], variance, n, allowed)
        back_substitute(work[3], work[4], number, work[6])
        faintest, brightest = extremes(work[6], number)
        span = faintest[1] - brightest[1]
        if span > MOST_BEYOND * peak_to_peak(star[1]):
            # The series runs away where the cycle was not observed.
            span = np.nan
        phase = faintest[0]
        if is_box[i]:
            centre, depth = deepest_box(star, f, bins)
            if depth > 0.0:
                phase = centre
                span = depth
        middle = np.floor(0.5 * star[0][-1] * f)
        out[i, 0] = time[offsets[i]] + (middle + phase) / f
        out[i, 1] = time[offsets[i]] + (middle + brightest[0]) / f
        out[i, 2] = span


@njit
def peak_to_peak(values):
    """Return the largest less the smallest value."""
    low = high = values[0]
    for value in values:
        low = min(low, value)
        high = max(high, value)
    return high - low


@njit
def extremes(coefficient, n_harmonics):
    """Return phase and value of a series where it is largest, and where it is smallest."""
    n = 32 * n_harmonics
    value = np.empty(n)
    for g in range(n):
        c, s = np.cos(2.0 * np.pi * g / n), np.sin(2.0 * np.pi * g / n)
        x, y = 1.0, 0.0
        value[g] = coefficient[0]
        for k in range(1, n_harmonics + 1):
            x, y = x * c - y * s, x * s + y * c
            value[g] += coefficient[2 * k - 1] * x + coefficient[2 * k] * y
    top, bottom = np.argmax(value), np.argmin(value)
    at_top = top + vertex(value[top - 1], value[top], value[(top + 1) % n])
    at_bottom = bottom + vertex(-value[bottom - 1], -value[bottom], -value[(bottom + 1) % n])
    return ((at_top / n) % 1.0, value[top]), ((at_bottom / n) % 1.0, value[bottom])


@njit
def relative_error(star, frequency, noise, resolution, n_harmonics, work):
    """Return the standard error of a frequency over the frequency.

    From the curvature of the explained sum of squares, `noise` being the mean square of the
    residuals; at most `resolution` (in frequency), where there is no peak to speak of.
    """
    explained = work[5]
    spacing = resolution / 8.0
    bend = 0.0
    for j in range(-1, 2):
        fit(star, frequency + j * spacing, n_harmonics, work)
        bend += (2.0 if j == 0 else -1.0) * explained[n_harmonics]
    if bend <= 0.0:
        return resolution / frequency
    return min(np.sqrt(2.0 * noise / bend) * spacing, resolution) / frequency
