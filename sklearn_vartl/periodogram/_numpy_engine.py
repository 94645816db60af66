"""Lomb-Scargle power with numpy alone: a non-uniform Fourier transform made of matrix products.

No FFT of the whole grid is needed. Cut the frequency axis into chunks; for a chunk around f0,
rotate each point by exp(-2 pi i f0 t), and what is left to compute is a short transform of low
frequencies, which needs the data on a coarse time grid only: the points are spread onto it with a
short kernel. Both steps are the same linear maps for every chunk, so that many chunks are done by
one product of matrices. An FFT in place of the second product does not pay: the grid is short (data
fill a third of its period), and real cosines and sines of the even and odd part take a quarter of a
complex product's work.
"""

from functools import lru_cache

import numpy as np

from ._engine import select_peaks

# Kaiser and Bessel's kernel times a polynomial, eight grid points wide, on a grid of 4/3 times the
# number of frequencies. BETA and CORRECTION are where the aliases that are left are smallest (found
# numerically): 3e-6 of a point's term typically, up to 3e-5 at a chunk's last frequencies, and of random
# phase, so that the power is right to about 1e-6. A wider kernel, or a finer grid, costs more than it is worth in
# single precision.
WIDTH = 8
OVERSAMPLING = 4 / 3
BETA = 1.88297405 * WIDTH
CORRECTION = (1.0, -0.03428308, 0.01470522, 0.00653939)
# Below this the 2 x 2 normal equations count as singular: the sampling cannot tell sine from cosine
# (or from the constant), and only the combination it does see is fitted.
SINGULAR = 1e-13
# Below this single precision leaves too few digits of the power: it is computed here instead.
ILL_CONDITIONED = 1e-2
# Rows of the time grid that share a product; each product has WIDTH rows more than that.
BAND = 32
# Shortest chunk of frequencies that is worth a transform.
SHORTEST = 16
# Numbers in an array that is worked on at a time: a few of them fit the cache.
CACHED = 16_384
# Fewest chunks done at a time all the same: products of thin matrices are slow.
NARROWEST = 48


class _TimeGrid:
    """The map from a star's points to the coarse time grid and from there to a chunk's frequencies."""

    def __init__(self, position, values, size):
        """Spread `values` (n_maps, n_points) at `position`, in grid steps from the middle row."""
        n_maps, n_points = values.shape
        self.middle = middle_row(position)
        first, weights = spreading(position)
        first += self.middle
        band = first // BAND
        rows = first - band * BAND + np.arange(WIDTH)[:, None]
        spread = np.zeros((n_maps, BAND + WIDTH, n_points), dtype=np.float32)
        spread[:, rows, np.arange(n_points)] = weights * values[:, None, :]
        starts = np.flatnonzero(np.diff(band, prepend=-1))
        stops = np.append(starts[1:], n_points)
        self.bands = [
            (BAND * band[p], slice(p, q), spread[:, :, p:q].reshape(-1, q - p))
            for p, q in zip(starts, stops, strict=True)
        ]
        self.n_maps = n_maps
        self.cosine, self.sine = trigonometry(size, self.middle)

    def transform(self, rotation):
        """Return the transforms at frequencies above and below the middle, (2, n_maps, size / 2, n_chunks)."""
        n_rows, n_chunks = 2 * self.middle + 1, rotation.shape[1]
        columns = rotation.view(np.float32)
        grid = np.zeros((self.n_maps, n_rows + BAND + WIDTH, 2 * n_chunks), dtype=np.float32)
        for start, points, spread in self.bands:
            part = (spread @ columns[points]).reshape(self.n_maps, BAND + WIDTH, -1)
            grid[:, start : start + BAND + WIDTH] += part
        late, early = grid[:, self.middle + 1 : n_rows], grid[:, self.middle - 1 :: -1]
        odd = (late - early).view(np.complex64)
        odd *= np.complex64(-1j)
        late += early
        even = self.cosine @ grid[:, self.middle : n_rows]
        odd = self.sine @ odd.view(np.float32)
        result = np.empty((2, *even.shape), dtype=np.float32)
        np.add(even, odd, out=result[0])
        np.subtract(even, odd, out=result[1])
        return result.view(np.complex64)


def middle_row(position):
    """Return the number of grid rows before the middle one that these positions need."""
    return int(np.ceil(np.abs(position).max(initial=0.0))) + WIDTH // 2


def spreading(position):
    """Return the first row each point touches and its kernel weights there and on the next rows."""
    first = np.ceil(position - WIDTH / 2).astype(np.int64)
    coefficients = kernel_coefficients()
    offset = first - position + (WIDTH - 1) / 2
    return first, coefficients.T @ offset ** np.arange(len(coefficients))[:, None]


@lru_cache(maxsize=64)
def trigonometry(size, middle):
    """Return cosines and sines of frequencies 0.5, 1.5, ... times rows, divided by the kernel's transform."""
    frequency = (np.arange(size // 2) + 0.5) / (OVERSAMPLING * size)
    angle = 2 * np.pi * np.outer(frequency, np.arange(middle + 1))
    scale = 1 / kernel_transform(frequency)[:, None]
    return (np.cos(angle) * scale).astype(np.float32), (np.sin(angle[:, 1:]) * scale).astype(
        np.float32
    )


def chunk_size(n_points, cycles):
    """Choose the number of frequencies in a chunk, even; `cycles` is time span times frequency step.

    It is 0 where the steps are so wide that neighbouring frequencies have nothing in common: no
    transform to share.
    """
    n_rows = 96 * (1 + (n_points >= 1000)) * (1 + (n_points >= 5000)) * (1 + (n_points >= 20_000))
    size = 2 * int(n_rows / (2 * OVERSAMPLING * max(cycles, 1e-2)))
    return size if size >= SHORTEST else 0


def power(stars, i=0, *, fit_mean):
    """Compute the power of star `i`, float32."""
    time, mag, weight = stars.points(i)
    f_min, df, n_freq = stars.f_min[i], stars.df[i], int(stars.n_freq[i])
    size = chunk_size(time.size, time[-1] * df)
    if not size:
        return exact_power(time, mag, weight, f_min + df * np.arange(n_freq), fit_mean).astype(
            np.float32
        )
    size = min(size, 2 * -(-n_freq // 2))
    n_chunks = -(-n_freq // size)
    time = time - time[-1] / 2
    position = time * (df * size * OVERSAMPLING)
    values = weight * mag
    once = _TimeGrid(position, np.stack([values, weight] if fit_mean else [values]), size)
    twice = _TimeGrid(2 * position, weight[None], size)

    n_columns = min(n_chunks, max(NARROWEST, CACHED // time.size))
    inner = _rotations(time, df * size * np.arange(n_columns))
    starts = np.arange(0, n_chunks, n_columns)
    outer = _rotations(time, f_min + df * (size - 1) / 2 + df * size * starts)
    result = np.empty((len(starts) * n_columns, size), dtype=np.float32)
    rotation = np.empty_like(inner)
    for block, start in enumerate(starts):
        np.multiply(inner, outer[:, block, None], out=rotation)
        at_once = once.transform(rotation)
        rotation *= rotation
        part = result[start : start + n_columns].T
        _solve(
            at_once[:, 0],
            twice.transform(rotation)[:, 0],
            at_once[:, 1] if fit_mean else None,
            part,
        )
    return mended(result.reshape(-1)[:n_freq], stars, i, fit_mean)


def summed_harmonics(curves, n_harmonics):
    """Yield the sum of the harmonics' squared moduli of each curve, float32, (n_freq,)."""
    for time, value, step, n_freq in curves:
        modulus = squared_modulus(time, value, f_min=step, df=step, n_freq=n_harmonics * n_freq)
        yield sum(modulus[k - 1 :: k][:n_freq] for k in range(1, n_harmonics + 1))


def squared_modulus(time, value, *, f_min, df, n_freq):
    """Compute the squared modulus of one star's sum of value exp(2 pi i f t), float32, (n_freq,)."""
    size = max(2, min(chunk_size(time.size, time[-1] * df), 2 * -(-n_freq // 2)))
    n_chunks = -(-n_freq // size)
    time = time - time[-1] / 2
    grid = _TimeGrid(time * (df * size * OVERSAMPLING), value[None], size)
    rotation = _rotations(time, f_min + df * (size - 1) / 2 + df * size * np.arange(n_chunks))
    late, early = np.abs(grid.transform(rotation)[:, 0]) ** 2
    return np.concatenate([early[::-1], late]).T.reshape(-1)[:n_freq]


def mended(spectrum, stars, i, fit_mean):
    """Compute again, from its definition, the power that is NaN (ill-conditioned); in place."""
    poor = np.flatnonzero(np.isnan(spectrum))
    if poor.size:
        spectrum[poor] = exact_power(
            *stars.points(i), stars.f_min[i] + stars.df[i] * poor, fit_mean
        )
    return spectrum


def _rotations(time, frequency):
    """Compute exp(-2 pi i f t); phases are reduced in double precision before the cast."""
    turns = np.multiply.outer(time, frequency)
    turns -= np.rint(turns)
    angle = (-2 * np.pi * turns).astype(np.float32)
    rotation = np.empty(angle.shape, dtype=np.complex64)
    np.cos(angle, out=rotation.real)
    np.sin(angle, out=rotation.imag)
    return rotation


def _solve(y, v, w, out):
    """Solve the normal equations; write the power to `out` (size, n_chunks), NaN where ill-conditioned.

    With Y the transform of w m, W that of w, V = W(2 f) - W(f)^2 and a = 1 - |W(f)|^2 (without the
    floating mean no W), the matrix is ((a + Re V, Im V), (Im V, a - Re V)) / 2 and the power 2 (a
    |Y|^2 - Re(conj(V) Y^2)) / (a^2 - |V|^2). The textbooks' tau diagonalises the matrix; there is
    no need for that. Products of the real numbers that lie behind the complex ones are summed in
    pairs at the end.
    """
    y2 = (y * y).view(np.float32)
    squares = _real(y) * _real(y)
    if w is None:
        determinant = 1 - _sum_pairs(_real(v) * _real(v))
    else:
        v -= w * w
        a = 1 - _sum_pairs(_real(w) * _real(w))
        determinant = a * a - _sum_pairs(_real(v) * _real(v))
        squares *= np.repeat(a, 2, axis=-1)
    y2 *= _real(v)
    squares -= y2
    power = _sum_pairs(squares)
    determinant[determinant < ILL_CONDITIONED] = np.nan
    power /= determinant
    half = len(out) // 2
    np.multiply(power[0], 2, out=out[half:])
    np.multiply(power[1, ::-1], 2, out=out[:half])


def _real(values):
    return values.view(np.float32)


def _sum_pairs(values):
    return values[..., ::2] + values[..., 1::2]


def peaks(stars, found, *, fit_mean, min_separation):
    """Fill `found` with the highest peaks of each star."""
    for i in np.flatnonzero(stars.n_freq):
        fill(found, stars, i, power(stars, i, fit_mean=fit_mean), fit_mean, min_separation)


def fill(found, stars, i, spectrum, fit_mean, min_separation):
    """Fill the row of star `i`; the power of its peaks is computed exactly."""
    index = select_peaks(spectrum, found.index.shape[1], min_separation)
    found.index[i, : index.size] = index
    frequency = stars.f_min[i] + stars.df[i] * index
    found.power[i, : index.size] = exact_power(*stars.points(i), frequency, fit_mean)
    if found.median is not None:
        found.median[i] = np.median(spectrum)
        found.std[i] = np.std(spectrum, dtype=np.float64)


def kernel(x):
    """Return the kernel, 1 at x = 0 and 0 beyond half its width; x in grid steps."""
    square = (2 * np.asarray(x) / WIDTH) ** 2
    bessel = np.i0(BETA * np.sqrt(np.maximum(1 - square, 0))) / np.i0(BETA)
    return np.where(square < 1, bessel * np.polynomial.polynomial.polyval(square, CORRECTION), 0.0)


def kernel_transform(frequency):
    """Return the kernel's Fourier transform at frequencies in cycles per grid step, by exact quadrature."""
    node, weight = np.polynomial.legendre.leggauss(100)
    x = node * WIDTH / 2
    cosine = np.cos(2 * np.pi * np.multiply.outer(frequency, x))
    return cosine @ (weight * WIDTH / 2 * kernel(x))


@lru_cache(maxsize=1)
def kernel_coefficients(degree=9):
    """Return polynomials in x for the kernel at ``tap - (WIDTH - 1) / 2 + x``, -1/2 <= x <= 1/2.

    Coefficients from the constant up, a column a tap; the error is below 1e-6.
    """
    node = np.cos(np.pi * (np.arange(64) + 0.5) / 64) / 2
    tap = np.arange(WIDTH) - (WIDTH - 1) / 2
    return np.polynomial.polynomial.polyfit(node, kernel(tap + node[:, None]), degree)


def exact_power(time, mag, weight, frequency, fit_mean):
    """Compute the power at given frequencies, in cycles per unit of `time`, from its definition, float64.

    Times count from about the first one; magnitudes have weighted mean 0 and weighted mean square 1; weights have
    sum 1. With `fit_mean` a constant is fitted together with the sinusoid.

    References
    ----------
    Zechmeister & Kuerster 2009, A&A 496, 577.
    """
    frequency = np.atleast_1d(np.asarray(frequency, dtype=np.float64))
    power = np.empty(frequency.size)
    step = max(1, 2_000_000 // max(1, time.size))
    for start in range(0, frequency.size, step):
        phase = 2 * np.pi * ((frequency[start : start + step, None] * time) % 1.0)
        rotation = np.exp(1j * phase)
        window = rotation @ weight if fit_mean else np.zeros(len(phase))
        y = rotation @ (weight * mag)
        v = (rotation * rotation) @ weight - window * window
        power[start : start + step] = _solve_exactly(y, v, 1.0 - np.abs(window) ** 2)
    return power


def _solve_exactly(y, v, a):
    """Solve the normal equations; with double angles they need no time offset tau.

    Matrix ((a + Re v, Im v), (Im v, a - Re v)) / 2 has the eigenvalues (a + |v|) / 2 and (a - |v|)
    / 2 and its axes turned by half the angle of v, which is what the classical tau does.
    """
    size = np.abs(v)
    axis = np.exp(-0.5j * np.angle(v))
    along = (y * axis).real ** 2
    across = (y * axis).imag ** 2
    large, small = 0.5 * (a + size), 0.5 * (a - size)
    power = np.zeros(len(y))
    np.divide(along, large, out=power, where=large > SINGULAR)
    return power + np.divide(across, small, out=np.zeros(len(y)), where=small > SINGULAR)
