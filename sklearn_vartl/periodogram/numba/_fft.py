"""The compiled FFT: a transform in each lane, from a grid turned on the way to all but the last radix-4 pass.

Decimation in time throughout, so that the turning of the input goes with the pass that has no
twiddle factors: products and sums are then balanced in every pass, as the processor's pipes are.
The rows that are congruent modulo ``size / 64`` are transformed first, 64 at a time, in a scratch
of 4 or 8 kB; the results, in natural order, are then combined four by four.
"""

from ..._compiled import njit
from ._lanes import N_LANES, broadcast, inline, load, store
from ._tables import MARGIN, ROW


@njit
def transform(grid, size, length, shift, turn, fold, order, twiddle, ends, scratch, out):
    """Transform a grid but for the last pass, its output shifted by `shift` parts of a frequency step.

    The grid is `length` rows long, one period of `size` rows or two; `ends` are its ends before
    folding.
    """
    fold_ends(grid, size, length, fold, shift, ends)
    folded = length > size
    n_classes = size // 64
    step = size // 4 * ROW
    for block in range(n_classes):
        start = order[block]
        for i in range(16):
            row = start + i * n_classes
            g = (MARGIN + row) * ROW
            t = 2 * (shift * size + row)
            o = ((i & 3) * 16 + (i & 12)) * ROW
            if folded and shift > 0:
                _first_folded(grid, g, step, fold, shift, turn, t, size // 2, scratch, o)
            elif folded:
                _first_added(grid, g, step, scratch, o)
            elif shift > 0:
                _first_turned(grid, g, step, turn, t, size // 2, scratch, o)
            else:
                _plain_butterfly(grid, g, step, scratch, o, ROW)
        for i in range(0, 64, 16):
            _plain_butterfly(scratch, i * ROW, 4 * ROW, scratch, i * ROW, 4 * ROW)
            for k in range(1, 4):
                o = (i + k) * ROW
                _butterfly(scratch, o, 4 * ROW, twiddle, 6 * k, scratch, o, 4 * ROW)
        for k in range(16):
            o = (64 * block + k) * ROW
            _butterfly(scratch, k * ROW, 16 * ROW, twiddle, 24 + 6 * k, out, o, 16 * ROW)
    combined = 256
    t = 120
    while combined < size:
        quarter = combined // 4
        for start in range(0, size, combined):
            for k in range(quarter):
                o = (start + k) * ROW
                _butterfly(out, o, quarter * ROW, twiddle, t + 6 * k, out, o, quarter * ROW)
        t += 6 * quarter
        combined *= 4


@inline
def fold_ends(grid, period, length, fold, shift, ends):
    """Add the rows that stick out at both ends of a grid of `length` rows one `period` further in.

    These rows are written anew, so that the grid serves for every shift.
    """
    c, s = broadcast(fold, 2 * shift), broadcast(fold, 2 * shift + 1)
    late = (MARGIN + length) * ROW
    early = (MARGIN + length - period) * ROW
    last = period * ROW
    for o in range(0, MARGIN * ROW, ROW):
        u, v = load(grid, late + o), load(grid, late + o + N_LANES)
        store(grid, early + o, load(ends, o) + u * c - v * s)
        store(grid, early + o + N_LANES, load(ends, o + N_LANES) + u * s + v * c)
        e = o + MARGIN * ROW
        u, v = load(grid, o), load(grid, o + N_LANES)
        store(grid, last + o, load(ends, e) + u * c + v * s)
        store(grid, last + o + N_LANES, load(ends, e + N_LANES) + v * c - u * s)


@njit
def keep_ends(grid, period, length, ends):
    """Keep the rows that `fold_ends` will write."""
    early = (MARGIN + length - period) * ROW
    for o in range(0, MARGIN * ROW, N_LANES):
        store(ends, o, load(grid, early + o))
        store(ends, MARGIN * ROW + o, load(grid, period * ROW + o))


@inline
def _plain_butterfly(data, i, step, out, o, out_step):
    """Do a radix-4 butterfly without twiddle factors."""
    ax, ay, cx, cy = (
        load(data, i),
        load(data, i + N_LANES),
        load(data, i + 2 * step),
        load(data, i + 2 * step + N_LANES),
    )
    i += step
    bx, by, dx, dy = (
        load(data, i),
        load(data, i + N_LANES),
        load(data, i + 2 * step),
        load(data, i + 2 * step + N_LANES),
    )
    _finish(
        ax + cx, ay + cy, ax - cx, ay - cy, bx + dx, by + dy, bx - dx, by - dy, out, o, out_step
    )


@inline
def _first_added(grid, g, step, out, o):
    """Do the same from a grid of two periods, which are added."""
    ax, ay = _added(grid, g, 4 * step)
    cx, cy = _added(grid, g + 2 * step, 4 * step)
    px, py, qx, qy = ax + cx, ay + cy, ax - cx, ay - cy
    bx, by = _added(grid, g + step, 4 * step)
    dx, dy = _added(grid, g + 3 * step, 4 * step)
    _finish(px, py, qx, qy, bx + dx, by + dy, bx - dx, by - dy, out, o, ROW)


@inline
def _first_turned(grid, g, step, turn, t, t_step, out, o):
    """Do the same from rows that are turned."""
    ax, ay = turned(load(grid, g), load(grid, g + N_LANES), turn, t)
    g += 2 * step
    cx, cy = turned(load(grid, g), load(grid, g + N_LANES), turn, t + 2 * t_step)
    px, py, qx, qy = ax + cx, ay + cy, ax - cx, ay - cy
    g -= step
    bx, by = turned(load(grid, g), load(grid, g + N_LANES), turn, t + t_step)
    g += 2 * step
    dx, dy = turned(load(grid, g), load(grid, g + N_LANES), turn, t + 3 * t_step)
    _finish(px, py, qx, qy, bx + dx, by + dy, bx - dx, by - dy, out, o, ROW)


@inline
def _first_folded(grid, g, step, fold, shift, turn, t, t_step, out, o):
    """Do the same from rows that are turned, of two periods, the second turned by `fold` besides."""
    c, s = broadcast(fold, 2 * shift), broadcast(fold, 2 * shift + 1)
    x, y = _folded(grid, g, 4 * step, c, s)
    ax, ay = turned(x, y, turn, t)
    x, y = _folded(grid, g + 2 * step, 4 * step, c, s)
    cx, cy = turned(x, y, turn, t + 2 * t_step)
    px, py, qx, qy = ax + cx, ay + cy, ax - cx, ay - cy
    x, y = _folded(grid, g + step, 4 * step, c, s)
    bx, by = turned(x, y, turn, t + t_step)
    x, y = _folded(grid, g + 3 * step, 4 * step, c, s)
    dx, dy = turned(x, y, turn, t + 3 * t_step)
    _finish(px, py, qx, qy, bx + dx, by + dy, bx - dx, by - dy, out, o, ROW)


@inline
def _added(grid, g, period):
    """Return the sum of a row and the row a period on."""
    return load(grid, g) + load(grid, g + period), load(grid, g + N_LANES) + load(
        grid, g + period + N_LANES
    )


@inline
def _folded(grid, g, period, c, s):
    """Return the sum of a row and the row a period on, this one turned."""
    u, v = load(grid, g + period), load(grid, g + period + N_LANES)
    return load(grid, g) + u * c - v * s, load(grid, g + N_LANES) + u * s + v * c


@inline
def turned(x, y, angles, t):
    """Multiply a complex number by the one at position t of a table."""
    c, s = broadcast(angles, t), broadcast(angles, t + 1)
    return x * c - y * s, x * s + y * c


@inline
def halfway(data, o, step, twiddle, t):
    """Turn b, c, d by w, w^2, w^3 (at position t of the table); return a + c, a - c, b + d, b - d."""
    ax, ay = load(data, o), load(data, o + N_LANES)
    o += 2 * step
    cx, cy = turned(load(data, o), load(data, o + N_LANES), twiddle, t + 2)
    px, py, qx, qy = ax + cx, ay + cy, ax - cx, ay - cy
    o -= step
    bx, by = turned(load(data, o), load(data, o + N_LANES), twiddle, t)
    o += 2 * step
    dx, dy = turned(load(data, o), load(data, o + N_LANES), twiddle, t + 4)
    return px, py, qx, qy, bx + dx, by + dy, bx - dx, by - dy


@inline
def _butterfly(data, i, step, twiddle, t, out, o, out_step):
    """Do a radix-4 butterfly."""
    px, py, qx, qy, rx, ry, sx, sy = halfway(data, i, step, twiddle, t)
    _finish(px, py, qx, qy, rx, ry, sx, sy, out, o, out_step)


@inline
def _finish(px, py, qx, qy, rx, ry, sx, sy, out, o, step):
    """Do the second half of a butterfly."""
    store(out, o, px + rx)
    store(out, o + N_LANES, py + ry)
    o += step
    store(out, o, qx + sy)
    store(out, o + N_LANES, qy - sx)
    o += step
    store(out, o, px - rx)
    store(out, o + N_LANES, py - ry)
    o += step
    store(out, o, qx - sy)
    store(out, o + N_LANES, qy + sx)
