"""Tables and buffers of the compiled periodogram."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ._kernel import kernel_coefficients, kernel_transform

WIDTH = 8
MARGIN = WIDTH
N_LANES = 8
ROW = 2 * N_LANES


class Tables(NamedTuple):
    """What depends on the sizes of the transforms alone."""

    size: int  # rows of an FFT
    half: int  # frequencies taken from an FFT: -half .. half - 1
    n_shifts: int  # FFTs of one grid, each shifted by a further part of a frequency step
    coefficients: np.ndarray  # kernel, as polynomials: coefficient by coefficient, tap by tap
    twiddle: np.ndarray  # passes of length size, size / 4, ..., 16: (cos, sin) of three angles a butterfly
    turn: np.ndarray  # shift by shift: rotation of each row
    fold: np.ndarray  # shift by shift: rotation of a period of the grid by a shift
    order: np.ndarray  # block of 16 rows -> frequency of its first output (reversed digits)
    scale: np.ndarray  # output -> 1 / kernel transform, and its square


class Buffers(NamedTuple):
    """Memory to work in, for stars of up to a number of points; aligned to cache lines."""

    position: np.ndarray
    value: np.ndarray
    step: np.ndarray
    base: np.ndarray
    base_single: np.ndarray
    offset: np.ndarray
    rotation: np.ndarray
    first_y: np.ndarray
    first_v: np.ndarray
    weights_y: np.ndarray
    weights_v: np.ndarray
    weights_w: np.ndarray
    grid_y: np.ndarray
    grid_v: np.ndarray
    grid_w: np.ndarray
    y: np.ndarray
    v: np.ndarray
    w: np.ndarray
    scratch: tuple
    saved: np.ndarray
    power: np.ndarray
    edge: np.ndarray


@lru_cache(maxsize=16)
def tables(size, n_shifts):
    """Make the tables for FFTs of `size` rows (256, 1024, 4096, ...), `n_shifts` of them a grid."""
    half = 3 * size // 8
    twiddle = []
    length = size
    while length >= 16:
        twiddle.append(_turns(np.outer(np.arange(length // 4), [1, 2, 3]) / length))
        length //= 4
    shift = np.arange(n_shifts) / n_shifts
    frequency = np.arange(-half * n_shifts, half * n_shifts) / (n_shifts * size)
    scale = 1 / kernel_transform(frequency)
    return Tables(
        size=size,
        half=half,
        n_shifts=n_shifts,
        coefficients=kernel_coefficients().astype(np.float32).ravel(),
        twiddle=np.concatenate(twiddle),
        turn=_turns(np.outer(shift, np.arange(size) / size)),
        fold=_turns(shift),
        order=_reversed_digits(size // 16),
        scale=np.stack([scale, scale**2], axis=1).astype(np.float32).ravel(),
    )


def _turns(x):
    """Return cos and sin of -2 pi x, next to each other."""
    return np.stack([np.cos(2 * np.pi * x), -np.sin(2 * np.pi * x)], axis=-1).astype(np.float32).ravel()


def _reversed_digits(n):
    """Return the numbers 0 .. n - 1 with their base-4 digits reversed; n is a power of 4."""
    digits = np.zeros(1, dtype=np.int64)
    while digits.size < n:
        digits = np.add.outer(digits, digits.size * np.arange(4)).ravel()
    return digits


def buffers(tables, n_points, n_freq, fit_mean):
    """Allocate the buffers for stars of at most `n_points` points and `n_freq` frequencies."""
    n_rows = 2 * tables.half * tables.n_shifts
    n_groups = -(-n_freq // (n_rows * N_LANES))
    n_mean = 1 if fit_mean else 0
    grid_rows = tables.size + 2 * MARGIN
    return Buffers(
        position=np.empty(n_points),
        value=np.empty(n_points),
        step=np.empty(2 * n_points),
        base=np.empty(2 * n_points),
        base_single=_aligned(2 * n_points),
        offset=_aligned(ROW * n_points),
        rotation=_aligned(ROW * n_points),
        first_y=np.empty(n_points, dtype=np.int64),
        first_v=np.empty(n_points, dtype=np.int64),
        weights_y=_aligned(WIDTH * n_points),
        weights_v=_aligned(WIDTH * n_points),
        weights_w=_aligned(WIDTH * n_points * n_mean),
        grid_y=_aligned(ROW * grid_rows),
        grid_v=_aligned(ROW * (grid_rows + tables.size)),
        grid_w=_aligned(ROW * grid_rows * n_mean),
        y=_aligned(ROW * tables.size),
        v=_aligned(ROW * tables.size),
        w=_aligned(ROW * tables.size * n_mean),
        scratch=(_aligned(16 * ROW), _aligned(16 * ROW), _aligned(16 * ROW)),
        saved=_aligned(2 * MARGIN * ROW),
        power=_aligned(n_rows * N_LANES),
        edge=_aligned(4 * N_LANES * n_groups),
    )


def _aligned(n):
    """Return n float32 numbers that begin at a cache line: vectors across two lines cost twice."""
    raw = np.empty(4 * n + 64, dtype=np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + 4 * n].view(np.float32)
