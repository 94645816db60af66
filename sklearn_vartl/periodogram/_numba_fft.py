"""The compiled FFT: radix 4, on eight transforms at once, input and output pruned to what is needed."""

from .._compiled import njit
from ._lanes import broadcast, inline, load, store
from ._numba_tables import MARGIN, ROW


@njit
def fold_ends(grid, period, length, fold, shift, saved):
    """Add the rows that stick out at both ends of a grid of `length` rows one `period` further in.

    `fold` has the rotations of one period. What is overwritten goes to `saved`, for `unfold_ends`.
    """
    c, s = broadcast(fold, 2 * shift), broadcast(fold, 2 * shift + 1)
    for i in range(MARGIN):
        out = (MARGIN + length + i) * ROW
        inside = out - period * ROW
        x, y, u, v = load(grid, inside), load(grid, inside + 8), load(grid, out), load(grid, out + 8)
        store(saved, i * ROW, x)
        store(saved, i * ROW + 8, y)
        store(grid, inside, x + (u * c - v * s))
        store(grid, inside + 8, y + (u * s + v * c))
        out = i * ROW
        inside = out + period * ROW
        x, y, u, v = load(grid, inside), load(grid, inside + 8), load(grid, out), load(grid, out + 8)
        store(saved, (MARGIN + i) * ROW, x)
        store(saved, (MARGIN + i) * ROW + 8, y)
        store(grid, inside, x + (u * c + v * s))
        store(grid, inside + 8, y + (v * c - u * s))


@njit
def unfold_ends(grid, period, length, saved):
    """Undo `fold_ends`."""
    high = (MARGIN + length - period) * ROW
    low = period * ROW
    for i in range(0, MARGIN * ROW, 8):
        store(grid, high + i, load(saved, i))
        store(grid, low + i, load(saved, MARGIN * ROW + i))


@njit
def first_pass(grid, size, shift, folded, turn, fold, twiddle, out):
    """Do the first radix-4 pass of an FFT of `size` rows, from the grid to `out`.

    Rows are turned on the way, which shifts the output by `shift` parts of a frequency step. If `folded`, the
    grid is two periods long, the second one turned by `fold`.
    """
    if shift > 0 and folded:
        for row in range(size // 4):
            _first_folded(grid, row, size, shift, turn, fold, twiddle, out)
    elif shift > 0:
        for row in range(size // 4):
            _first_turned(grid, row, size, shift, turn, twiddle, out)
    elif folded:
        for row in range(size // 4):
            _first_added(grid, row, size, twiddle, out)
    else:
        step = size // 4 * ROW
        for row in range(size // 4):
            _butterfly(grid, (MARGIN + row) * ROW, step, twiddle, 6 * row, out, row * ROW, step)


@inline
def _first_turned(grid, row, size, shift, turn, twiddle, out):
    g = (MARGIN + row) * ROW
    step = size // 4 * ROW
    t = 2 * (shift * size + row)
    ax, ay = _turned(load(grid, g), load(grid, g + 8), turn, t)
    g += 2 * step
    t += size
    cx, cy = _turned(load(grid, g), load(grid, g + 8), turn, t)
    px, py, qx, qy = ax + cx, ay + cy, ax - cx, ay - cy
    g -= step
    t -= size // 2
    bx, by = _turned(load(grid, g), load(grid, g + 8), turn, t)
    g += 2 * step
    t += size
    dx, dy = _turned(load(grid, g), load(grid, g + 8), turn, t)
    rx, ry, sx, sy = bx + dx, by + dy, bx - dx, by - dy
    _finish(px, py, qx, qy, rx, ry, sx, sy, twiddle, 6 * row, out, row * ROW, step)


@inline
def _first_added(grid, row, size, twiddle, out):
    g = (MARGIN + row) * ROW
    period = size * ROW
    step = size // 4 * ROW
    ax, ay = load(grid, g) + load(grid, g + period), load(grid, g + 8) + load(grid, g + period + 8)
    g += 2 * step
    cx, cy = load(grid, g) + load(grid, g + period), load(grid, g + 8) + load(grid, g + period + 8)
    px, py, qx, qy = ax + cx, ay + cy, ax - cx, ay - cy
    g -= step
    bx, by = load(grid, g) + load(grid, g + period), load(grid, g + 8) + load(grid, g + period + 8)
    g += 2 * step
    dx, dy = load(grid, g) + load(grid, g + period), load(grid, g + 8) + load(grid, g + period + 8)
    rx, ry, sx, sy = bx + dx, by + dy, bx - dx, by - dy
    _finish(px, py, qx, qy, rx, ry, sx, sy, twiddle, 6 * row, out, row * ROW, step)


@inline
def _first_folded(grid, row, size, shift, turn, fold, twiddle, out):
    g = (MARGIN + row) * ROW
    period = size * ROW
    step = size // 4 * ROW
    t = 2 * (shift * size + row)
    ax, ay = _folded(grid, g, period, fold, shift, turn, t)
    g += 2 * step
    t += size
    cx, cy = _folded(grid, g, period, fold, shift, turn, t)
    px, py, qx, qy = ax + cx, ay + cy, ax - cx, ay - cy
    g -= step
    t -= size // 2
    bx, by = _folded(grid, g, period, fold, shift, turn, t)
    g += 2 * step
    t += size
    dx, dy = _folded(grid, g, period, fold, shift, turn, t)
    rx, ry, sx, sy = bx + dx, by + dy, bx - dx, by - dy
    _finish(px, py, qx, qy, rx, ry, sx, sy, twiddle, 6 * row, out, row * ROW, step)


@inline
def _turned(x, y, turn, t):
    c, s = broadcast(turn, t), broadcast(turn, t + 1)
    return x * c - y * s, x * s + y * c


@inline
def _folded(grid, g, period, fold, shift, turn, t):
    x, y = load(grid, g), load(grid, g + 8)
    u, v = load(grid, g + period), load(grid, g + period + 8)
    c, s = broadcast(fold, 2 * shift), broadcast(fold, 2 * shift + 1)
    x = x + u * c - v * s
    y = y + u * s + v * c
    return _turned(x, y, turn, t)


@inline
def _butterfly(data, i, step, twiddle, t, out, o, out_step):
    """Do one radix-4 butterfly, from rows `step` apart to rows `out_step` apart."""
    ax, ay, cx, cy = load(data, i), load(data, i + 8), load(data, i + 2 * step), load(data, i + 2 * step + 8)
    px, py, qx, qy = ax + cx, ay + cy, ax - cx, ay - cy
    i += step
    bx, by, dx, dy = load(data, i), load(data, i + 8), load(data, i + 2 * step), load(data, i + 2 * step + 8)
    rx, ry, sx, sy = bx + dx, by + dy, bx - dx, by - dy
    _finish(px, py, qx, qy, rx, ry, sx, sy, twiddle, t, out, o, out_step)


@inline
def _finish(px, py, qx, qy, rx, ry, sx, sy, twiddle, t, out, o, step):
    store(out, o, px + rx)
    store(out, o + 8, py + ry)
    o += step
    x, y = _turned(qx + sy, qy - sx, twiddle, t)
    store(out, o, x)
    store(out, o + 8, y)
    o += step
    x, y = _turned(px - rx, py - ry, twiddle, t + 2)
    store(out, o, x)
    store(out, o + 8, y)
    o += step
    x, y = _turned(qx - sy, qy + sx, twiddle, t + 4)
    store(out, o, x)
    store(out, o + 8, y)


@njit
def middle_passes(data, size, twiddle):
    """Do the passes between the first and the last two; the output comes in digit-reversed order.

    A quarter is finished before the next begins, so that large transforms stay in the cache.
    """
    for start in range(0, size, 64):
        length = size // 4
        t = 6 * (size // 4)
        while length > 16:
            if start % length == 0:
                step = length // 4 * ROW
                for s in range(length // 4):
                    o = (start + s) * ROW
                    _butterfly(data, o, step, twiddle, t + 6 * s, data, o, step)
            t += 6 * (length // 4)
            length //= 4


@inline
def pass_of_16(data, block, twiddle, out):
    """Do the last pass but one on sixteen rows."""
    t = twiddle.size - 24
    for s in range(4):
        _butterfly(data, (16 * block + s) * ROW, 4 * ROW, twiddle, t + 6 * s, out, s * ROW, 4 * ROW)
