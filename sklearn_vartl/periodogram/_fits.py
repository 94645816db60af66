"""Weighted least-squares fits of Fourier series to one star, nested in the number of harmonics.

The normal equations of a Fourier series hold only the sums of ``w cos(k x)``, ``w sin(k x)`` over
the points (up to twice the number of harmonics) and of ``w m cos(k x)``, ``w m sin(k x)``: these
cost a few vectorised passes, and the Cholesky factor of the largest series contains those of all
smaller ones.
"""

import numpy as np

from .._compiled import njit

# Sums may be reordered (and so vectorised) by the compiler; NaN and infinity keep their meaning.
REORDER = {"reassoc", "contract", "nsz", "arcp"}

# Taylor coefficients of sine and cosine: on a quarter of the circle's eighth they are exact to
# rounding.
_S3, _S5, _S7, _S9, _S11, _S13 = (
    -1 / 6,
    1 / 120,
    -1 / 5040,
    1 / 362880,
    -1 / 39916800,
    1 / 6227020800,
)
_C2, _C4, _C6, _C8, _C10, _C12, _C14 = (
    -1 / 2,
    1 / 24,
    -1 / 720,
    1 / 40320,
    -1 / 3628800,
    1 / 479001600,
    -1 / 87178291200,
)
MIN_POINTS = 5
MAX_HARMONICS = 4
REFINE_HARMONICS = 2
# A harmonic needs cycles in which to repeat, and points: else a series at a multiple of the period
# follows noise.
CYCLES_PER_HARMONIC = 2.0
POINTS_PER_HARMONIC = 8
# How far, in steps of the grid, a peak may be from its highest grid point; half a step if it were
# alone and its series a sine.
REACH = 0.75
# Of Student's t distribution: outliers count less, the bulk as under a Gaussian.
DEGREES_OF_FREEDOM = 8.0
# Of its logarithms: products go side by side, and of so many terms stay far from overflow.
_SIDE_BY_SIDE, _TERMS = 8, 12


@njit(fastmath=REORDER)
def unit_circle(time, frequency, cosine, sine):
    """Write cos and sin of 2 pi frequency time; unlike the library's functions this loop vectorises."""
    for i in range(time.size):
        turn = time[i] * frequency
        turn -= np.floor(turn + 0.5)
        x = turn * (np.pi / 2)
        y = x * x
        s = x * (1 + y * (_S3 + y * (_S5 + y * (_S7 + y * (_S9 + y * (_S11 + y * _S13))))))
        c = 1 + y * (_C2 + y * (_C4 + y * (_C6 + y * (_C8 + y * (_C10 + y * (_C12 + y * _C14))))))
        # The series saw a quarter of the angle: double it twice.
        s, c = 2 * s * c, (c - s) * (c + s)
        cosine[i] = (c - s) * (c + s)
        sine[i] = 2 * s * c


@njit(fastmath=REORDER)
def harmonic_sums(cosine, sine, weight, weighted_mag, n_harmonics, turning, sums):
    """Fill ``sums[0, k], sums[1, k]`` with w cos(kx), w sin(kx) and ``sums[2, k], sums[3, k]`` with those times m.

    `turning` (2, n_points) is working memory.
    """
    c, s = turning[0], turning[1]
    total = 0.0
    total_mag = 0.0
    for i in range(cosine.size):
        c[i] = 1.0
        s[i] = 0.0
        total += weight[i]
        total_mag += weighted_mag[i]
    sums[0, 0] = total
    sums[1, 0] = 0.0
    sums[2, 0] = total_mag
    sums[3, 0] = 0.0
    for k in range(1, 2 * n_harmonics + 1):
        sum_c = 0.0
        sum_s = 0.0
        for i in range(cosine.size):
            rotated = c[i] * cosine[i] - s[i] * sine[i]
            s[i] = s[i] * cosine[i] + c[i] * sine[i]
            c[i] = rotated
            sum_c += weight[i] * rotated
            sum_s += weight[i] * s[i]
        sums[0, k] = sum_c
        sums[1, k] = sum_s
        if k <= n_harmonics:
            sum_c = 0.0
            sum_s = 0.0
            for i in range(cosine.size):
                sum_c += weighted_mag[i] * c[i]
                sum_s += weighted_mag[i] * s[i]
            sums[2, k] = sum_c
            sums[3, k] = sum_s


@njit
def solve_nested(sums, n_harmonics, factor, reduced, explained):
    """Solve for 1, ..., n_harmonics harmonics at once by a Cholesky factorisation.

    ``factor`` and ``reduced`` receive L and L^-1 b; ``explained[k]`` the decrease of the sum of
    squares by the constant and k harmonics. Columns 2 k - 1 and 2 k are the cosine and sine of
    harmonic k.
    """
    size = 2 * n_harmonics + 1
    for row in range(size):
        j = (row + 1) // 2
        for column in range(row + 1):
            k = (column + 1) // 2
            if row % 2 == 1 or row == 0:  # cosine of j (the constant is the cosine of 0)
                if column % 2 == 1 or column == 0:
                    value = 0.5 * (sums[0, j - k] + sums[0, j + k])
                else:
                    value = 0.5 * (sums[1, j + k] - sums[1, j - k])
            elif column % 2 == 1 or column == 0:  # sine of j, cosine of k
                value = 0.5 * (sums[1, j + k] + sums[1, j - k])
            else:
                value = 0.5 * (sums[0, j - k] - sums[0, j + k])
            factor[row, column] = value
        reduced[row] = sums[2, j] if row % 2 == 1 or row == 0 else sums[3, j]

    decrease = 0.0
    for row in range(size):
        diagonal = factor[row, row]
        for column in range(row):
            value = factor[row, column]
            for inner in range(column):
                value -= factor[row, inner] * factor[column, inner]
            factor[row, column] = value / factor[column, column]
        rest = diagonal
        for inner in range(row):
            rest -= factor[row, inner] ** 2
        if rest > 1e-9 * sums[0, 0]:
            factor[row, row] = np.sqrt(rest)
        else:
            # The points do not tell this column from those before it: an infinite pivot leaves it
            # out.
            factor[row, row] = np.inf
        value = reduced[row]
        for inner in range(row):
            value -= factor[row, inner] * reduced[inner]
        reduced[row] = value / factor[row, row]
        decrease += reduced[row] ** 2
        if row % 2 == 0:
            explained[row // 2] = decrease


@njit
def back_substitute(factor, reduced, n_harmonics, coefficient):
    """Solve L' coefficient = reduced for the series of `n_harmonics` (at most those of the factor)."""
    size = 2 * n_harmonics + 1
    for row in range(size - 1, -1, -1):
        value = reduced[row]
        for below in range(row + 1, size):
            value -= factor[below, row] * coefficient[below]
        coefficient[row] = value / factor[row, row]


@njit(fastmath=REORDER)
def evaluate(cosine, sine, coefficient, n_harmonics, turning, model):
    """Write the values of a Fourier series at the points."""
    c, s = turning[0], turning[1]
    for i in range(cosine.size):
        c[i] = 1.0
        s[i] = 0.0
        model[i] = coefficient[0]
    for k in range(1, n_harmonics + 1):
        a = coefficient[2 * k - 1]
        b = coefficient[2 * k]
        for i in range(cosine.size):
            rotated = c[i] * cosine[i] - s[i] * sine[i]
            s[i] = s[i] * cosine[i] + c[i] * sine[i]
            c[i] = rotated
            model[i] += a * rotated + b * s[i]


@njit
def harmonics_allowed(n_points, n_cycles, largest):
    """Return how many harmonics the number of points and of cycles covered can support."""
    return max(
        1, min(largest, n_points // POINTS_PER_HARMONIC, int(n_cycles / CYCLES_PER_HARMONIC))
    )


@njit
def fit(star, frequency, n_harmonics, work):
    """Fit nested Fourier series at one frequency; the results stay in `work`."""
    time, _, weight, weighted_mag = star
    circle, turning, sums, factor, reduced, explained, _ = work
    unit_circle(time, frequency, circle[0], circle[1])
    harmonic_sums(circle[0], circle[1], weight, weighted_mag, n_harmonics, turning, sums)
    solve_nested(sums, n_harmonics, factor, reduced, explained)


@njit
def workspace(n_points, n_harmonics):
    """Return the working memory of `fit`: circle, turning, sums, factor, reduced, explained, coefficient."""
    size = 2 * n_harmonics + 1
    return (
        np.empty((2, n_points)),
        np.empty((2, n_points)),
        np.empty((4, size)),
        np.empty((size, size)),
        np.empty(size),
        np.empty(n_harmonics + 1),
        np.empty(size),
    )


@njit
def standardised(time, mag, weight):
    """Return a star's time from its first point, magnitude of weighted mean 0, weights of mean 1, and their product."""
    weight = weight / (np.sum(weight) / time.size)
    mag = mag - np.sum(weight * mag) / time.size
    mag = mag - np.sum(weight * mag) / time.size  # once more: magnitudes may be far from zero
    return time - time[0], mag, weight, weight * mag


@njit
def series_shares(time, value, offsets, frequency, share):
    """Fill which part of each star's variance series of 1, 2, ... harmonics explain, points weighed alike.

    Parameters
    ----------
    time, value : ndarray of shape (n_points,)
        Points of all stars.
    offsets : ndarray of shape (n_stars + 1,)
    frequency : ndarray of shape (n_stars,)
    share : ndarray of shape (n_harmonics, n_stars)
        Filled.
    """
    n_harmonics = share.shape[0]
    for i in range(frequency.size):
        part = slice(offsets[i], offsets[i + 1])
        star = standardised(time[part], value[part], np.ones(offsets[i + 1] - offsets[i]))
        work = workspace(star[0].size, n_harmonics)
        fit(star, frequency[i], n_harmonics, work)
        variance = np.sum(star[3] * star[1])
        for k in range(n_harmonics):
            share[k, i] = work[5][k + 1] / variance if variance > 0.0 else 0.0


@njit
def vertex(left, centre, right):
    """Return where a parabola through three equidistant values has its top, in steps from the middle one."""
    bend = left - 2.0 * centre + right
    if bend >= 0.0:
        return 0.0
    return min(max(0.5 * (left - right) / bend, -1.0), 1.0)


@njit(fastmath=REORDER)
def turned_sums(circle, offset, weight, weighted_mag, sums):
    """As `harmonic_sums` of two harmonics, in one pass over the points, at `circle` turned by `offset`.

    The sums without an angle are left as they are.
    """
    cosine, sine, turn_c, turn_s = circle[0], circle[1], offset[0], offset[1]
    c1 = c2 = c3 = c4 = s1 = s2 = s3 = s4 = mc1 = mc2 = ms1 = ms2 = 0.0
    for i in range(cosine.size):
        w, m = weight[i], weighted_mag[i]
        c = cosine[i] * turn_c[i] - sine[i] * turn_s[i]
        s = cosine[i] * turn_s[i] + sine[i] * turn_c[i]
        cc, ss = c * c - s * s, 2 * c * s
        c1 += w * c
        s1 += w * s
        c2 += w * cc
        s2 += w * ss
        c3 += w * (cc * c - ss * s)
        s3 += w * (cc * s + ss * c)
        c4 += w * (cc * cc - ss * ss)
        s4 += w * (2 * cc * ss)
        mc1 += m * c
        ms1 += m * s
        mc2 += m * cc
        ms2 += m * ss
    sums[0, 1], sums[0, 2], sums[0, 3], sums[0, 4] = c1, c2, c3, c4
    sums[1, 1], sums[1, 2], sums[1, 3], sums[1, 4] = s1, s2, s3, s4
    sums[2, 1], sums[2, 2] = mc1, mc2
    sums[3, 1], sums[3, 2] = ms1, ms2


@njit
def refine(star, frequency, reach, n_harmonics, refined):
    """Find the frequencies within `reach` of grid points at which a series explains most of the variance.

    Trials are as far from every candidate, so that their rotations are computed once.

    Parameters
    ----------
    star : tuple
        Of `standardised`.
    frequency : ndarray of shape (n_candidates,)
        On the grid; those not above 0 are skipped.
    reach : float
    n_harmonics : ndarray of shape (n_candidates,)
        Of each series, 1 or 2.
    refined : ndarray of shape (n_candidates,)
        Filled.
    """
    time, _, weight, weighted_mag = star
    _, _, sums, factor, reduced, explained, _ = workspace(0, REFINE_HARMONICS)
    sums[:, 0] = 0.0
    sums[0, 0], sums[2, 0] = np.sum(weight), np.sum(weighted_mag)
    circle = np.empty((2, time.size))
    offset = np.empty((5, 2, time.size))
    height = np.empty(5)
    for i in range(frequency.size):
        refined[i] = frequency[i]  # of arrays, numba's would bring Python's exceptions along
    for stage in range(2):
        spacing = reach / 2.0 if stage == 0 else reach / 6.0
        size = 5 if stage == 0 else 3
        middle = size // 2
        for j in range(size):
            unit_circle(time, (j - middle) * spacing, offset[j, 0], offset[j, 1])
        for i in range(frequency.size):
            if not frequency[i] > 0.0:
                continue
            unit_circle(time, refined[i], circle[0], circle[1])
            for j in range(size):
                turned_sums(circle, offset[j], weight, weighted_mag, sums)
                solve_nested(sums, n_harmonics[i], factor, reduced, explained)
                height[j] = explained[n_harmonics[i]]
            inner = min(max(np.argmax(height[:size]), 1), size - 2)
            shift = inner - middle + vertex(height[inner - 1], height[inner], height[inner + 1])
            refined[i] = max(refined[i] + shift * spacing, 0.01 * reach)


@njit
def information(variance, decrease, n_points, n_parameters):
    """Return the Bayesian information criterion of a least-squares fit, against no fit at all."""
    left = max(variance - decrease, 1e-12 * variance)
    return n_points * np.log(left / variance) + n_parameters * np.log(n_points)


@njit
def best_series(explained, variance, n_points, n_harmonics):
    """Return the best criterion among nested series and its number of harmonics."""
    best = np.inf
    chosen = 1
    for k in range(1, n_harmonics + 1):
        value = information(variance, explained[k], n_points, 2 * k)
        if value < best:
            best = value
            chosen = k
    return best, chosen


@njit(fastmath=REORDER)
def heavy_tailed(mag, model, weight, scale):
    """Return minus twice the log likelihood of a model under Student's t distribution, up to a constant."""
    factor = 1.0 / (DEGREES_OF_FREEDOM * scale * scale)
    # Few logarithms: of products of terms, side by side.
    product = np.ones(_SIDE_BY_SIDE)
    total = 0.0
    n_whole = mag.size // _SIDE_BY_SIDE
    for block in range(n_whole):
        first = block * _SIDE_BY_SIDE
        for i in range(_SIDE_BY_SIDE):
            distance = mag[first + i] - model[first + i]
            product[i] *= 1.0 + factor * weight[first + i] * (distance * distance)
        if block % _TERMS == _TERMS - 1:
            for i in range(_SIDE_BY_SIDE):
                total += np.log(product[i])
                product[i] = 1.0
    for p in range(n_whole * _SIDE_BY_SIDE, mag.size):
        distance = mag[p] - model[p]
        product[p % _SIDE_BY_SIDE] *= 1.0 + factor * weight[p] * (distance * distance)
    for i in range(_SIDE_BY_SIDE):
        total += np.log(product[i])
    return (DEGREES_OF_FREEDOM + 1.0) * total


@njit
def noise_scale(mag, model, weight, n_parameters):
    """Return the robust scatter of the points about a model, the quoted errors being free in level."""
    scatter = median(np.abs(mag - model) * np.sqrt(weight))
    return 1.4826 * scatter * np.sqrt(mag.size / max(mag.size - n_parameters, 1))


@njit
def kth_smallest(values, k):
    """Return the element of rank `k`, rearranging `values` (Hoare's quickselect)."""
    low, high = 0, values.size - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if k <= j:
            high = j
        elif k >= i:
            low = i
        else:
            break
    return values[k]


@njit
def median(values):
    """Return the median, rearranging `values`; numba's own takes seconds to compile."""
    middle = kth_smallest(values, values.size // 2)
    if values.size % 2:
        return middle
    return 0.5 * (middle + kth_smallest(values, values.size // 2 - 1))


@njit
def weigh(time, magerr, offsets, weight, span, deviation):
    """Fill the points' weights, and each star's time span and weighted standard deviation of the times.

    Quoted errors are neither trusted nor ignored: a point weighs ``1 / (e^2 + s^2)`` with s the
    star's median error, so that no point counts more than twice a typical one, and bad ones count
    little. The scale is free.
    """
    for i in range(offsets.size - 1):
        first, last = offsets[i], offsets[i + 1]
        if first == last:
            continue
        typical = median(magerr[first:last].copy())
        total = 0.0
        mean = 0.0
        for j in range(first, last):
            weight[j] = typical * typical / (magerr[j] * magerr[j] + typical * typical)
            total += weight[j]
            mean += weight[j] * (time[j] - time[first])
        mean /= total
        square = 0.0
        for j in range(first, last):
            square += weight[j] * (time[j] - time[first] - mean) ** 2
        span[i] = time[last - 1] - time[first]
        deviation[i] = np.sqrt(square / total)


@njit
def ascending(values):
    """Return the order of a few values; numba's own argsort takes seconds to compile."""
    order = np.arange(values.size)
    for i in range(1, values.size):
        moved = order[i]
        j = i
        while j > 0 and values[order[j - 1]] > values[moved]:
            order[j] = order[j - 1]
            j -= 1
        order[j] = moved
    return order
