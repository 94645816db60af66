"""How often the period is right, from one band or from two together, by the number of points.

Simulated stars of 0.3 to 3 days in two bands. Prints the share of periods right to 1 % and the time:

    python examples/benchmarks/bands.py
"""

import argparse
import time as clock

import numpy as np

from sklearn_vartl import LightCurveFeatures, LightCurves

BANDS = {"g": (15.0, 0.3), "r": (14.6, 0.2)}
NOISE = 0.1


def simulate(n_stars, n_points, random_state):
    """Light curves of one shape and period in both bands, and the periods."""
    rng = np.random.default_rng(random_state)
    time, mag, period = [], [], np.empty(n_stars)
    for i in range(n_stars):
        period[i] = 10 ** rng.uniform(-0.5, 0.5)
        phase = rng.uniform()
        for mean, amplitude in BANDS.values():
            t = rng.uniform(0, 300, n_points)
            angle = 2 * np.pi * (t / period[i] + phase)
            time.append(t)
            shape = amplitude * (np.sin(angle) + 0.3 * np.sin(2 * angle))
            mag.append(mean + shape + rng.normal(0, NOISE, n_points))
    band = np.tile(np.repeat(np.array(list(BANDS), dtype=object), n_points), n_stars)
    offsets = np.arange(n_stars + 1) * n_points * len(BANDS)
    errors = np.full(len(band), NOISE)
    return LightCurves(
        np.concatenate(time), np.concatenate(mag), errors, offsets, band=band
    ), period


def main():
    """Print a row for each number of points."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stars", type=int, default=100)
    parser.add_argument("--points", type=int, nargs="+", default=[12, 15, 20, 30])
    arguments = parser.parse_args()
    for n_points in arguments.points:
        X, period = simulate(arguments.stars, n_points, n_points)
        row = []
        for bands in ("g", "r", ["g", "r"]):
            features = LightCurveFeatures(["shape_period"], bands=bands)
            features.transform(X[:2])  # compiles
            start = clock.perf_counter()
            found = features.transform(X)[:, 0]
            seconds = clock.perf_counter() - start
            right = np.mean(np.abs(found / period - 1) < 0.01)
            row.append(f"{'+'.join(bands)}: {right:4.0%} in {seconds:.2f} s")
        print(f"{n_points} points a band: " + ", ".join(row))


if __name__ == "__main__":
    main()
