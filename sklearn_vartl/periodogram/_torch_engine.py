"""Lomb-Scargle power with torch: the numpy engine's products of matrices, for a padded batch of stars at a time.

Runs wherever torch does. It is made for graphics processors, where one dense product that spreads
all points of all stars beats many small ones. Phases are computed in double precision, on the host
where the device has none.
"""

import numpy as np
import torch

from .._validation import check_device
from ._numpy_engine import (
    ILL_CONDITIONED,
    OVERSAMPLING,
    WIDTH,
    chunk_size,
    fill,
    mended,
    middle_row,
    spreading,
    trigonometry,
)
from ._numpy_engine import power as power_one_by_one
from ._numpy_engine import (
    summed_harmonics as summed_harmonics,
)

# Numbers in the largest array of a batch, and the most chunks of all its stars together at a time.
BATCH = 4_000_000
N_COLUMNS = 256


def power(stars, i=0, *, fit_mean, device="cpu"):
    """Compute the power of star `i`, float32."""
    ((_, spectrum),) = _spectra(stars, [i], fit_mean, _reach(device))
    return spectrum


def peaks(stars, found, *, fit_mean, min_separation, device="cpu"):
    """Fill `found` with the highest peaks of each star."""
    for i, spectrum in _spectra(stars, np.flatnonzero(stars.n_freq), fit_mean, _reach(device)):
        fill(found, stars, i, spectrum, fit_mean, min_separation)


def _reach(device):
    check_device(device, f"engine='torch:{device}'", "engine='auto' or 'torch' can")
    return torch.device(device)


def _spectra(stars, members, fit_mean, device):
    """Yield the position and the power of each star; stars with chunks of the same size go together."""
    groups = {}
    for i in members:
        time, _, _ = stars.points(i)
        groups.setdefault(chunk_size(time.size, time[-1] * stars.df[i]), []).append(i)
    for size, some in groups.items():
        if not size:
            for i in some:
                yield i, power_one_by_one(stars, i, fit_mean=fit_mean)
            continue
        some.sort(key=lambda i: stars.n_freq[i])
        n_together = max(1, BATCH // (stars.n_freq[some[-1]] + size * N_COLUMNS))
        for start in range(0, len(some), n_together):
            batch = some[start : start + n_together]
            with torch.inference_mode():
                result = _Batch(stars, batch, size, fit_mean, device).power()
            for i, spectrum in zip(batch, result, strict=True):
                yield i, mended(spectrum[: stars.n_freq[i]].copy(), stars, i, fit_mean)


class _Batch:
    """Stars padded to the same number of points, of grid rows and of chunks."""

    def __init__(self, stars, members, size, fit_mean, device):
        points = [stars.points(i) for i in members]
        n_points = max(time.size for time, _, _ in points)
        self.time = np.zeros((len(members), n_points))
        values = np.zeros((len(members), 2 if fit_mean else 1, n_points))
        weights = np.zeros((len(members), 1, n_points))
        for row, (time, mag, weight) in enumerate(points):
            self.time[row, : time.size] = time - time[-1] / 2
            values[row, 0, : time.size] = weight * mag
            weights[row, -1, : time.size] = weight
        values[:, 1:] = weights
        self.f_min, self.df = stars.f_min[members], stars.df[members]
        self.n_chunks = -(-int(stars.n_freq[members].max()) // size)
        self.size, self.fit_mean, self.device = size, fit_mean, device
        position = self.time * (self.df[:, None] * size * OVERSAMPLING)
        self.once = self._maps(position, values)
        self.twice = self._maps(2 * position, weights)

    def _maps(self, position, values):
        """Return the spreading (n_stars, n_maps * rows, n_points), cosines and sines, on the device."""
        middle = middle_row(position)
        n_stars, n_maps, n_points = values.shape
        first, weights = zip(*(spreading(row) for row in position), strict=True)
        rows = np.stack(first)[:, None] + middle + np.arange(WIDTH)[:, None]
        spread = np.zeros((n_stars, n_maps, 2 * middle + 1, n_points), dtype=np.float32)
        star = np.arange(n_stars)[:, None, None]
        spread[star, :, rows, np.arange(n_points)] = np.moveaxis(
            np.stack(weights)[:, None] * values[:, :, None], 1, -1
        )
        return tuple(
            torch.from_numpy(array).to(self.device)
            for array in (spread.reshape(n_stars, -1, n_points), *trigonometry(self.size, middle))
        )

    def power(self):
        """Return the power, ndarray (n_stars, n_chunks * size), NaN where ill-conditioned."""
        centre = self.f_min + self.df * (self.size - 1) / 2
        result = []
        for start in range(0, self.n_chunks, N_COLUMNS):
            chunks = torch.arange(start, min(start + N_COLUMNS, self.n_chunks))
            rotation = self._rotation(centre, chunks)
            at_once = self._transform(rotation, *self.once)
            v = self._transform(rotation * rotation, *self.twice)[:, 0]
            result.append(_solve(at_once[:, 0], v, at_once[:, 1] if self.fit_mean else None))
        return torch.cat(result, dim=2).mT.reshape(len(self.time), -1).cpu().numpy()

    def _rotation(self, centre, chunks):
        """Compute exp(-2 pi i f t) at the centres of chunks, (n_stars, n_points, n_chunks)."""
        # Apple's devices have no double precision.
        where = torch.device("cpu") if self.device.type == "mps" else self.device
        time, first, step = (
            torch.from_numpy(array).to(where) for array in (self.time, centre, self.df * self.size)
        )
        turns = time[..., None] * (first[:, None, None] + step[:, None, None] * chunks.to(where))
        angle = (-2 * np.pi * (turns - turns.round())).float().to(self.device)
        return torch.complex(angle.cos(), angle.sin())

    def _transform(self, rotation, spread, cosine, sine):
        """Return the transforms of all maps, (n_stars, n_maps, size, n_chunks)."""
        n_stars, _, n_chunks = rotation.shape
        columns = torch.view_as_real(rotation).reshape(n_stars, -1, 2 * n_chunks)
        n_rows = 2 * sine.shape[1] + 1
        grid = (spread @ columns).reshape(n_stars, -1, n_rows, 2 * n_chunks)
        middle = n_rows // 2
        early, late = grid[:, :, :middle].flip(2), grid[:, :, middle + 1 :]
        even = cosine @ torch.cat([grid[:, :, middle : middle + 1], late + early], dim=2)
        odd = sine @ (late - early)
        even, odd = (
            torch.view_as_complex(part.reshape(*part.shape[:3], n_chunks, 2))
            for part in (even, odd)
        )
        odd = odd * -1j
        return torch.cat([(even - odd).flip(2), even + odd], dim=2)


def _solve(y, v, w):
    """Solve the normal equations (see the numpy engine)."""
    a = torch.ones((), device=y.device)
    if w is not None:
        v = v - w * w
        a = 1 - _squared(w)
    determinant = a * a - _squared(v)
    power = 2 * (a * _squared(y) - (v.conj() * y * y).real) / determinant
    return torch.where(determinant < ILL_CONDITIONED, torch.nan, power)


def _squared(z):
    return z.real**2 + z.imag**2
