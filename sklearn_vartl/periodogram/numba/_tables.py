"""Tables and buffers of the compiled periodogram."""

from functools import lru_cache
from threading import local
from typing import NamedTuple

import numpy as np

from .._numpy_engine import ILL_CONDITIONED, kernel_coefficients, kernel_transform
from ._lanes import N_LANES

WIDTH = 8
MARGIN = WIDTH
ROW = 2 * N_LANES
_LINE = 16  # float32 numbers of a cache line


class Tables(NamedTuple):
    """What depends on the sizes of the transforms alone."""

    size: int  # rows of an FFT
    n_shifts: int  # FFTs of one grid, each shifted by a further part of a frequency step
    coefficients: np.ndarray  # kernel, as polynomials: coefficient by coefficient, a lane a tap
    twiddle: np.ndarray  # passes of length 16, 64, 256, ...: w, w^2, w^3 of each butterfly
    turn: np.ndarray  # shift by shift: rotation of each row
    fold: np.ndarray  # shift by shift: rotation of a period of the grid
    order: np.ndarray  # blocks of 64 rows of the output -> first of the rows they are made from
    scale: np.ndarray  # three factors of each row of power, see `_scales`
    scale_mean: np.ndarray
    row: np.ndarray  # row of power where each frequency of a chunk stands
    frequency: np.ndarray  # the inverse


class Buffers(NamedTuple):
    """Memory to work in, for stars of up to a number of points; aligned to cache lines.

    Suffixes: y for the transform of weights times magnitudes, w for that of the weights, v for that
    of the weights at twice the frequency; y and w share positions.
    """

    position: np.ndarray
    value: np.ndarray
    rows: np.ndarray  # first row of each run of points, for y and for v
    first: np.ndarray  # first point of each run
    touched: np.ndarray
    step_x: np.ndarray  # rotation of each point from group to group
    step_y: np.ndarray
    base_x: np.ndarray  # rotation of each point at the centre of the group's first chunk
    base_y: np.ndarray
    single_x: np.ndarray  # the same in single precision
    single_y: np.ndarray
    offset: np.ndarray  # rotation from the first chunk's centre to each lane's
    weights_y: np.ndarray
    weights_v: np.ndarray
    weights_w: np.ndarray
    grid_y: np.ndarray
    grid_v: np.ndarray
    grid_w: np.ndarray
    ends_y: np.ndarray
    ends_v: np.ndarray
    ends_w: np.ndarray
    y: np.ndarray
    v: np.ndarray
    w: np.ndarray
    scratch: np.ndarray
    power: np.ndarray
    edge: np.ndarray


@lru_cache(maxsize=16)
def tables(size, n_shifts, eighths=6):
    """Make the tables for FFTs of `size` rows (256, 1024, 4096, ...), `n_shifts` of them a grid.

    So many eighths of an FFT's frequencies are used: beyond 6 what other frequencies leak is not negligible, with 7 up
    to 1.4% in amplitude, enough to look for peaks with `group_modulus`.
    """
    lengths = [16]
    while lengths[-1] != size:
        lengths.append(4 * lengths[-1])
    shift = np.arange(n_shifts) / n_shifts
    n_used = eighths * size // 8
    frequency = output_rows(size, n_shifts, n_used)
    scale, scale_mean = _scales((frequency / n_shifts - n_used // 2) / size)
    return Tables(
        size=size,
        n_shifts=n_shifts,
        coefficients=_a_lane_each(kernel_coefficients()),
        twiddle=np.concatenate(
            [_turns(np.outer(np.arange(n // 4), [1, 2, 3]) / n) for n in lengths]
        ),
        turn=_turns(np.outer(shift, np.arange(size) / size)),
        fold=_turns(shift),
        order=_reversed_digits(size // 64),
        scale=scale,
        scale_mean=scale_mean,
        row=np.argsort(frequency),
        frequency=frequency,
    )


def _a_lane_each(coefficients):
    """Fill the rows up to the number of lanes."""
    rows = np.zeros((len(coefficients), N_LANES), dtype=np.float32)
    rows[:, :WIDTH] = coefficients
    return rows.ravel()


def output_rows(size, n_shifts, n_used):
    """Return the frequency in a chunk of each row of power.

    For each shift, and for each butterfly of the last pass, there are the outputs 0 and 3 of the butterfly and those of
    the other two that are among the `n_used` middle frequencies: one of them if these are three quarters.
    """
    low = np.arange(size // 4)
    output = low[:, None] + [0, -(size // 4), size // 4, -(size // 2)]
    used = abs(output + 0.5) < n_used // 2
    return ((output[used] + n_used // 2) * n_shifts + np.arange(n_shifts)[:, None]).ravel()


def _scales(frequency):
    """Return the factors that turn transforms into power, for frequencies in cycles per grid step.

    With d = 1 / kernel transform these are sqrt(2) d, 1 / (2 d^2) and the smallest allowed determinant in these
    units; with a floating mean sqrt(2) d, d^2 and 2 d^2. (The weights of v carry a factor sqrt(1/2).)
    """
    d = 1 / kernel_transform(frequency)
    root = np.sqrt(2) * d
    half = 0.5 / d**2
    plain = np.stack([root, half, ILL_CONDITIONED * half], axis=1)
    mean = np.stack([root, d**2, 2 * d**2], axis=1)
    return plain.astype(np.float32).ravel(), mean.astype(np.float32).ravel()


def _turns(x):
    """Return cos and sin of -2 pi x, next to each other."""
    return (
        np.stack([np.cos(2 * np.pi * x), -np.sin(2 * np.pi * x)], axis=-1)
        .astype(np.float32)
        .ravel()
    )


def _reversed_digits(n):
    """Return the numbers 0 .. n - 1 with their base-4 digits reversed; n is a power of 4."""
    digits = np.zeros(1, dtype=np.int64)
    while digits.size < n:
        digits = np.add.outer(digits, digits.size * np.arange(4)).ravel()
    return digits


# Buffers of this thread: of new ones the system would have to clear every page.
_held = local()
# Those for more points are not worth being kept.
_MOST_HELD = 4096


def buffers(tables, n_points, n_freq, fit_mean):
    """Return buffers for stars of at most `n_points` points and `n_freq` frequencies.

    They are the thread's own for such tables: another call with the same ones returns the same memory.
    """
    if n_points > _MOST_HELD:
        return _new_buffers(tables, n_points, n_freq, fit_mean)
    held = _held.__dict__
    key = tables.size, tables.n_shifts, tables.row.size, fit_mean
    known = held.get(key)
    n_edges = 4 * N_LANES * -(-n_freq // (tables.row.size * N_LANES))
    if known is None or known.position.size < n_points or known.edge.size < n_edges:
        if len(held) > 8:
            held.clear()
        known = held[key] = _new_buffers(tables, n_points, n_freq, fit_mean)
    return known


def _new_buffers(tables, n_points, n_freq, fit_mean):
    n_rows = tables.row.size
    n_groups = -(-n_freq // (n_rows * N_LANES))
    n_mean = 1 if fit_mean else 0
    grid_rows = tables.size + 2 * MARGIN
    sizes = {
        "single_x": n_points,
        "single_y": n_points,
        "offset": ROW * n_points,
        "weights_y": WIDTH * n_points + N_LANES,
        "weights_v": WIDTH * n_points + N_LANES,
        "weights_w": (WIDTH * n_points + N_LANES) * n_mean,
        "grid_y": ROW * grid_rows,
        "grid_v": ROW * (grid_rows + tables.size),
        "grid_w": ROW * grid_rows * n_mean,
        "ends_y": 2 * MARGIN * ROW,
        "ends_v": 2 * MARGIN * ROW,
        "ends_w": 2 * MARGIN * ROW,
        "y": ROW * tables.size,
        "v": ROW * tables.size,
        "w": ROW * tables.size * n_mean,
        "scratch": 64 * ROW,
        "power": n_rows * N_LANES,
        "edge": 4 * N_LANES * n_groups,
    }
    return Buffers(
        position=np.empty(n_points),
        value=np.empty(n_points),
        rows=np.empty((2, n_points), dtype=np.int64),
        first=np.empty((2, n_points + 1), dtype=np.int64),
        touched=np.empty((2, grid_rows + tables.size), dtype=np.int64),
        step_x=np.empty(n_points),
        step_y=np.empty(n_points),
        base_x=np.empty(n_points),
        base_y=np.empty(n_points),
        **_aligned(sizes),
    )


def _aligned(sizes):
    """Return arrays of float32 of the given sizes, by name, that begin at cache lines.

    Vectors across two lines cost twice. One piece of memory for all: a star alone would wait longer
    for a dozen.
    """
    starts = np.cumsum([0, *(-(-n // _LINE) * _LINE for n in sizes.values())]).tolist()
    raw = np.empty(4 * starts[-1] + 64, dtype=np.uint8)
    first = -raw.ctypes.data % 64
    memory = raw[first : first + 4 * starts[-1]].view(np.float32)
    return {
        name: memory[start : start + n]
        for (name, n), start in zip(sizes.items(), starts[:-1], strict=True)
    }
