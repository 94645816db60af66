"""What the simulation knows of a survey."""

from dataclasses import dataclass, field

from ._photometry import Photometry


@dataclass(frozen=True)
class Survey:
    """Everything a simulation needs to know of a survey."""

    name: str
    time_zero: float  # Julian date of the zero of the time stamps
    blueness: float  # how far its band is from I (0) to V (1), for amplitudes and Fourier phases
    classes: tuple
    cadence: object
    photometry: Photometry
    # For each class the 5th, 50th and 95th percentile of the mean magnitude; None: any other class.
    magnitudes: dict
    # The smallest amplitude of a star in the survey's catalogue, in units of the noise, and the
    # smallest of a class in magnitudes.
    detection: float = 2.5
    least: dict = field(default_factory=dict)
    # Percentiles of the periods of a class, where the survey's catalogue has its own.
    periods: dict = field(default_factory=dict)
    # For a class, another one that the catalogue does not part from it, and the share of that.
    merged: dict = field(default_factory=dict)
