"""Weighted least-squares fits of Fourier series to one star, nested in the number of harmonics.

The normal equations of a Fourier series hold only the sums of ``w cos(k x)``, ``w sin(k x)`` over
the points (up to twice the number of harmonics) and of ``w m cos(k x)``, ``w m sin(k x)``: these
cost a few vectorised passes, and the Cholesky factor of the largest series contains those of all
smaller ones.
"""

import numpy as np

from .._compiled import REORDER, njit

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
_PADDED = 32
# How far, in steps of the grid, a peak may be from its highest grid point; half a step if it were
# alone and its series a sine.
REACH = 0.75
# Values put in bins are moved so far, on the average, before they are merged instead.
MOST_MOVES = 8
# Of Student's t distribution: outliers count less, the bulk as under a Gaussian.
DEGREES_OF_FREEDOM = 8.0
# Of its logarithms: products of so many terms are far from overflow, and one of them is taken beyond that.
_TERMS, _LARGE = 16, 1e60


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
def four_sums(cosine, sine, c, s, weight, weighted_mag):
    """Turn ``c + i s`` four times; return the sums of w c, w s, w m c and w m s after each turn."""
    a1 = a2 = a3 = a4 = b1 = b2 = b3 = b4 = 0.0
    p1 = p2 = p3 = p4 = q1 = q2 = q3 = q4 = 0.0
    for i in range(cosine.size):
        x, y, w, m = cosine[i], sine[i], weight[i], weighted_mag[i]
        u, v = c[i] * x - s[i] * y, c[i] * y + s[i] * x
        a1 += w * u
        b1 += w * v
        p1 += m * u
        q1 += m * v
        u, v = u * x - v * y, u * y + v * x
        a2 += w * u
        b2 += w * v
        p2 += m * u
        q2 += m * v
        u, v = u * x - v * y, u * y + v * x
        a3 += w * u
        b3 += w * v
        p3 += m * u
        q3 += m * v
        u, v = u * x - v * y, u * y + v * x
        a4 += w * u
        b4 += w * v
        p4 += m * u
        q4 += m * v
        c[i] = u
        s[i] = v
    return (a1, a2, a3, a4), (b1, b2, b3, b4), (p1, p2, p3, p4), (q1, q2, q3, q4)


@njit(fastmath=REORDER)
def four_window_sums(cosine, sine, c, s, weight):
    """The same without the magnitudes."""
    a1 = a2 = a3 = a4 = b1 = b2 = b3 = b4 = 0.0
    for i in range(cosine.size):
        x, y, w = cosine[i], sine[i], weight[i]
        u, v = c[i] * x - s[i] * y, c[i] * y + s[i] * x
        a1 += w * u
        b1 += w * v
        u, v = u * x - v * y, u * y + v * x
        a2 += w * u
        b2 += w * v
        u, v = u * x - v * y, u * y + v * x
        a3 += w * u
        b3 += w * v
        u, v = u * x - v * y, u * y + v * x
        a4 += w * u
        b4 += w * v
        c[i] = u
        s[i] = v
    return (a1, a2, a3, a4), (b1, b2, b3, b4)


@njit(fastmath=REORDER)
def harmonic_sums(cosine, sine, weight, weighted_mag, n_harmonics, turning, sums):
    """Fill ``sums[0, k], sums[1, k]`` with w cos(kx), w sin(kx) and ``sums[2, k], sums[3, k]`` with those times m.

    `turning` (2, n_points) is working memory. The rest of ``sums[2:]`` is filled with anything.
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
    last = 2 * n_harmonics
    for k in range(1, last + 1, 4):
        n_here = min(4, last + 1 - k)
        if k <= n_harmonics:
            a, b, p, q = four_sums(cosine, sine, c, s, weight, weighted_mag)
            for j in range(n_here):
                sums[2, k + j] = p[j]
                sums[3, k + j] = q[j]
        else:
            a, b = four_window_sums(cosine, sine, c, s, weight)
        for j in range(n_here):
            sums[0, k + j] = a[j]
            sums[1, k + j] = b[j]


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


@njit(fastmath=REORDER)
def sum_of_products(a, b):
    """Return the sum of the products of two arrays; numba's adds one after the other."""
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@njit
def series_shares(time, value, offsets, frequency, share):
    """Fill the part of each star's variance that series of 1, 2, ... harmonics explain, points weighed alike."""
    n_harmonics = share.shape[0]
    for i in range(frequency.size):
        part = slice(offsets[i], offsets[i + 1])
        star = standardised(time[part], value[part], np.ones(offsets[i + 1] - offsets[i]))
        work = workspace(star[0].size, n_harmonics)
        fit(star, frequency[i], n_harmonics, work)
        variance = sum_of_products(star[3], star[1])
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
def turned_sums(circle, offset, weight, weighted_mag, sums, j):
    """Fill ``sums[:, :, j]`` as `harmonic_sums` of two harmonics, in one pass, at `circle` turned by `offset`.

    The sums without an angle are left as they are.
    """
    cosine, sine, turn_c, turn_s = circle[0], circle[1], offset[0], offset[1]
    c1 = c2 = c3 = c4 = s1 = s2 = s3 = s4 = mc1 = mc2 = ms1 = ms2 = np.float32(0)
    for i in range(cosine.size):
        w, m = weight[i], weighted_mag[i]
        c = cosine[i] * turn_c[i] - sine[i] * turn_s[i]
        s = cosine[i] * turn_s[i] + sine[i] * turn_c[i]
        cs = c * s
        cc, ss = c * c - s * s, cs + cs
        c1 += w * c
        s1 += w * s
        c2 += w * cc
        s2 += w * ss
        c3 += w * (cc * c - ss * s)
        s3 += w * (cc * s + ss * c)
        cs = cc * ss
        c4 += w * (cc * cc - ss * ss)
        s4 += w * (cs + cs)
        mc1 += m * c
        mc2 += m * cc
        ms1 += m * s
        ms2 += m * ss
    sums[0, 1, j], sums[0, 2, j], sums[0, 3, j], sums[0, 4, j] = c1, c2, c3, c4
    sums[1, 1, j], sums[1, 2, j], sums[1, 3, j], sums[1, 4, j] = s1, s2, s3, s4
    sums[2, 1, j], sums[2, 2, j] = mc1, mc2
    sums[3, 1, j], sums[3, 2, j] = ms1, ms2


@njit
def solve_side_by_side(sums, n_harmonics, matrix, right, explained):
    """Fill what series of 0, 1, ..., n_harmonics harmonics explain, of many trials at once.

    The same as `solve_nested` with one more axis at the end of all arrays, that of the trials; the matrix is
    eliminated without roots, and `matrix` and `right` are working memory.
    """
    size = 2 * n_harmonics + 1
    n_trials = sums.shape[2]
    for row in range(size):
        j = (row + 1) // 2
        is_sine = row > 0 and row % 2 == 0
        for column in range(row + 1):
            k = (column + 1) // 2
            of_sine = column > 0 and column % 2 == 0
            part = 1 if is_sine != of_sine else 0
            beyond = -0.5 if is_sine and of_sine else 0.5
            within = -0.5 if of_sine and not is_sine else 0.5
            for t in range(n_trials):
                matrix[row, column, t] = (
                    beyond * sums[part, j + k, t] + within * sums[part, j - k, t]
                )
        part = 3 if is_sine else 2
        for t in range(n_trials):
            right[row, t] = sums[part, j, t]
    # The inverse pivot, 0 for a column which the points do not tell from those before it.
    inverse, ratio = np.empty(n_trials), np.empty(n_trials)
    explained[0] = 0.0
    for column in range(size):
        harmonic = (column + 1) // 2
        for t in range(n_trials):
            pivot = matrix[column, column, t]
            inverse[t] = 1.0 / pivot if pivot > 1e-9 * sums[0, 0, t] else 0.0
            before = explained[harmonic, t] if column % 2 == 0 else explained[harmonic - 1, t]
            explained[harmonic, t] = before + right[column, t] * right[column, t] * inverse[t]
        for row in range(column + 1, size):
            for t in range(n_trials):
                ratio[t] = matrix[row, column, t] * inverse[t]
                right[row, t] -= ratio[t] * right[column, t]
            for later in range(column + 1, row + 1):
                for t in range(n_trials):
                    matrix[row, later, t] -= ratio[t] * matrix[later, column, t]


@njit
def refine(star, frequency, reach, n_harmonics, refined):
    """Fill the frequencies within `reach` of grid points at which a series explains most of the variance.

    Frequencies not above 0 are skipped; each series has 1 or 2 harmonics.
    """
    n = star[0].size
    # Points of no weight at the end: what does not fill a vector register goes one by one.
    n_whole = -(-n // _PADDED) * _PADDED
    time, w, wm = np.zeros(n_whole), np.zeros(n_whole), np.zeros(n_whole)
    w_single, wm_single = np.zeros(n_whole, np.float32), np.zeros(n_whole, np.float32)
    for i in range(n):
        time[i], w[i], wm[i] = star[0][i], star[2][i], star[3][i]
        w_single[i], wm_single[i] = w[i], wm[i]
    for i in range(frequency.size):
        refined[i] = frequency[i]  # of arrays, numba's would bring Python's exceptions along
    least = 0.01 * reach
    # Single precision says where the last trials are; their heights are double, and the same on every processor.
    climb_to_peaks(time, w_single, wm_single, reach / 2.0, 5, least, n_harmonics, refined)
    climb_to_peaks(time, w, wm, reach / 6.0, 3, least, n_harmonics, refined)


@njit
def climb_to_peaks(time, weight, weighted_mag, spacing, size, least, n_harmonics, frequency):
    """Move each frequency to the top of a parabola through trials around it, `size` of them.

    Trials are as far from every candidate, so that their rotations are computed once. Sums over the points are as
    precise as the weights.
    """
    total = total_mag = 0.0
    for i in range(time.size):
        total += weight[i]
        total_mag += weighted_mag[i]
    n_trials = frequency.size * size
    sums = np.empty((4, 2 * REFINE_HARMONICS + 1, n_trials))
    circle = np.empty((2, time.size), weight.dtype)
    offset = np.empty((size, 2, time.size), weight.dtype)
    middle = size // 2
    for j in range(size):
        unit_circle(time, (j - middle) * spacing, offset[j, 0], offset[j, 1])
    for i in range(frequency.size):
        if frequency[i] > 0.0:
            unit_circle(time, frequency[i], circle[0], circle[1])
        for j in range(i * size, (i + 1) * size):
            sums[0, 0, j], sums[1, 0, j], sums[2, 0, j], sums[3, 0, j] = total, 0.0, total_mag, 0.0
            if frequency[i] > 0.0:
                turned_sums(circle, offset[j - i * size], weight, weighted_mag, sums, j)
            else:
                sums[:, 1:, j] = 0.0
    n_columns = 2 * REFINE_HARMONICS + 1
    matrix, right = np.empty((n_columns, n_columns, n_trials)), np.empty((n_columns, n_trials))
    explained = np.empty((REFINE_HARMONICS + 1, n_trials))
    solve_side_by_side(sums, REFINE_HARMONICS, matrix, right, explained)
    height = np.empty(size)
    for i in range(frequency.size):
        if not frequency[i] > 0.0:
            continue
        for j in range(size):
            height[j] = explained[n_harmonics[i], i * size + j]
        inner = min(max(np.argmax(height), 1), size - 2)
        shift = inner - middle + vertex(height[inner - 1], height[inner], height[inner + 1])
        frequency[i] = max(frequency[i] + shift * spacing, least)


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
def heavy_tailed(cosine, sine, mag, weight, coefficient, scale, value):
    """Fill minus twice the log likelihoods of four series under Student's t distribution, up to a constant.

    The coefficients, (4, 9), are of one to four harmonics, as in `back_substitute`, 0 beyond; the scale is of the noise
    of a point of weight 1.
    """
    factor = 1.0 / (DEGREES_OF_FREEDOM * scale * scale)
    a, b, d, e = coefficient[0], coefficient[1], coefficient[2], coefficient[3]
    # Few logarithms: of products of terms.
    product = (1.0, 1.0, 1.0, 1.0)
    total = (0.0, 0.0, 0.0, 0.0)
    for first in range(0, mag.size, _TERMS):
        p1 = p2 = p3 = p4 = 1.0
        for i in range(first, min(first + _TERMS, mag.size)):
            c1, s1 = cosine[i], sine[i]
            c2, s2 = c1 * c1 - s1 * s1, 2.0 * c1 * s1
            c3, s3 = c2 * c1 - s2 * s1, c2 * s1 + s2 * c1
            c4, s4 = c2 * c2 - s2 * s2, 2.0 * c2 * s2
            w = factor * weight[i]
            r1 = mag[i] - a[0] - a[1] * c1 - a[2] * s1
            r2 = mag[i] - b[0] - b[1] * c1 - b[2] * s1 - b[3] * c2 - b[4] * s2
            r3 = mag[i] - d[0] - d[1] * c1 - d[2] * s1 - d[3] * c2 - d[4] * s2
            r3 -= d[5] * c3 + d[6] * s3
            r4 = mag[i] - e[0] - e[1] * c1 - e[2] * s1 - e[3] * c2 - e[4] * s2
            r4 -= e[5] * c3 + e[6] * s3 + e[7] * c4 + e[8] * s4
            p1 *= 1.0 + w * (r1 * r1)
            p2 *= 1.0 + w * (r2 * r2)
            p3 *= 1.0 + w * (r3 * r3)
            p4 *= 1.0 + w * (r4 * r4)
        product = product[0] * p1, product[1] * p2, product[2] * p3, product[3] * p4
        if max(max(product[0], product[1]), max(product[2], product[3])) > _LARGE:
            total = (
                total[0] + np.log(product[0]),
                total[1] + np.log(product[1]),
                total[2] + np.log(product[2]),
                total[3] + np.log(product[3]),
            )
            product = (1.0, 1.0, 1.0, 1.0)
    for k in range(4):
        value[k] = (DEGREES_OF_FREEDOM + 1.0) * (total[k] + np.log(product[k]))


@njit
def noise_scale(mag, model, weight, n_parameters):
    """Return the robust scatter of the points about a model, the quoted errors being free in level."""
    scatter = median(np.abs(mag - model) * np.sqrt(weight))
    return 1.4826 * scatter * np.sqrt(mag.size / max(mag.size - n_parameters, 1))


@njit
def kth_smallest(values, k):
    """Return the element of rank `k`: what is below a middling element, or above it, is looked through next.

    Without a branch on the values, which a processor guesses wrong half of the time.
    """
    n = values.size
    lower, higher = np.empty(n), np.empty(n)
    source = values
    while True:
        first, middle, last = source[0], source[n // 2], source[n - 1]
        pivot = max(min(first, middle), min(max(first, middle), last))
        below = above = 0
        # In place from the second time on: nothing is written beyond what was read.
        for i in range(n):
            value = source[i]
            lower[below] = value
            higher[above] = value
            below += value < pivot
            above += value > pivot
        if k < below:
            source = lower[:below]
        elif k >= n - above:
            k -= n - above
            source = higher[:above]
        else:
            return pivot
        n = source.size


@njit
def median(values):
    """Return the median; numba's own takes seconds to compile."""
    n = values.size
    upper = kth_smallest(values, n // 2)
    if n % 2:
        return upper
    below = 0
    largest = -np.inf
    for i in range(n):
        is_below = values[i] < upper
        below += is_below
        largest = max(largest, values[i] if is_below else -np.inf)
    return 0.5 * ((largest if below == n // 2 else upper) + upper)


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
        typical = median(magerr[first:last])
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


@njit
def stable_order(values):
    """The order of ascending values, equal ones as they stand; numba's own takes seconds to compile.

    Values spread about evenly, as phases do, stand nearly right once they are in as many bins; if they are too
    clumped for that, runs of them are merged.
    """
    n = values.size
    order = in_bins(values)
    moves = 0
    for i in range(1, n):
        moved = order[i]
        value = values[moved]
        j = i
        while j > 0 and values[order[j - 1]] > value:
            order[j] = order[j - 1]
            j -= 1
        order[j] = moved
        moves += i - j
        if moves > MOST_MOVES * n:
            return merged_in_order(values, order)
    return order


@njit
def in_bins(values):
    """The order of the bins into which values fall, as many as values, between the least and the largest."""
    n = values.size
    low, high = np.inf, -np.inf
    for value in values:
        low, high = min(low, value), max(high, value)
    scale = (n - 1) / (high - low) if high > low else 0.0
    place = np.empty(n, np.int64)
    start = np.zeros(n + 1, np.int64)
    for i in range(n):
        x = (values[i] - low) * scale
        # In this order what is no number, from infinite values, is 0 as well.
        place[i] = int(min(x, n - 1.0)) if x > 0.0 else 0
        start[place[i] + 1] += 1
    for b in range(n):
        start[b + 1] += start[b]
    order = np.empty(n, np.int64)
    for i in range(n):
        order[start[place[i]]] = i
        start[place[i]] += 1
    return order


@njit
def merged_in_order(values, order):
    """Return positions by ascending value, equal ones as they stand in `order`, whose memory is used."""
    n = values.size
    merged = np.empty_like(order)
    width = 1
    while width < n:
        for start in range(0, n, 2 * width):
            middle, stop = min(start + width, n), min(start + 2 * width, n)
            left, right = start, middle
            for j in range(start, stop):
                if left < middle and (right >= stop or values[order[left]] <= values[order[right]]):
                    merged[j] = order[left]
                    left += 1
                else:
                    merged[j] = order[right]
                    right += 1
        order, merged = merged, order
        width *= 2
    return order
