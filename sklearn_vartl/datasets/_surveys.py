"""The surveys that can be simulated, as a few numbers each. Where they come from:

- Measured on 29,954 CRTS, 8,345 ASAS, 531 Hipparcos and 316 OGLE-II light curves of variables:
  baselines, intervals, visits in a night, reported errors, magnitudes of each class, periods of
  CRTS; for CRTS and ASAS also the noise (residuals of Fourier fits, within and between nights)
  and, from the spectral window, hours and lunation.
- Tuned by hand until simulated CRTS and ASAS features lay close to real ones: outliers, tails,
  skew, drift, detection, smallest amplitudes, the periods of DSCT, MIRA and SR in ASAS.
- Of LSST, the noise is that of Ivezic et al. 2019, ApJ 873, 111 (r, one visit, 5 sigma at 24.4).
- Assumed: the noise of OGLE and Hipparcos is what they report; their outliers; magnitudes and
  cadence of LSST (about 200 visits in r in ten years); the periods of binaries in ASAS and OGLE.
"""

from ._cadence import GroundCadence, ScanningCadence
from ._photometry import Photometry
from ._survey import Survey

_OGLE3 = Survey(
    name="OGLE",
    time_zero=2450000.0,
    blueness=0.0,
    classes=(
        *("RRAB", "RRC", "RRD", "CEP", "CEP_MULTI", "T2CEP", "ACEP", "DSCT", "MIRA", "SR"),
        *("EC", "ESD", "ED", "ELL", "ROT", "QSO", "NONVAR"),
    ),
    cadence=GroundCadence(
        start=2100.0,
        midnight=0.70,
        span=(1240.0, 2000.0, 2700.0),
        gap=(2.9, 0.9),
        visits=(0.92, 0.05, 0.03),
        spacing=75.0,
        hour_limit=4.2,
    ),
    photometry=Photometry(
        table=(
            (13.0, 0.008, 0.003, 0.008),
            (15.0, 0.010, 0.003, 0.010),
            (16.0, 0.014, 0.004, 0.014),
            (17.0, 0.023, 0.005, 0.023),
            (18.0, 0.042, 0.008, 0.042),
            (19.0, 0.083, 0.010, 0.083),
            (20.0, 0.170, 0.015, 0.170),
            (21.0, 0.330, 0.020, 0.330),
        ),
        limits=(10.0, 21.3),
        outliers=(0.004, 0.6, 0.1, 1.0),
    ),
    magnitudes={
        None: (15.2, 17.1, 18.4),
        "RRAB": (15.6, 18.4, 19.2),
        "RRAB_BL": (15.6, 18.4, 19.2),
        "RRC": (15.5, 18.4, 19.2),
        "RRD": (16.8, 18.8, 19.4),
        "CEP": (14.2, 15.8, 17.4),
        "CEP_MULTI": (15.5, 16.8, 17.8),
        "T2CEP": (12.7, 15.5, 17.8),
        "ACEP": (16.7, 17.5, 18.3),
        "DSCT": (16.5, 18.8, 19.8),
        "MIRA": (12.2, 13.9, 16.5),
        "SR": (12.5, 14.0, 15.2),
        "LPV": (12.5, 14.0, 15.5),
        "QSO": (16.8, 18.3, 19.2),
    },
    detection=2.0,
    periods={"EC": (0.27, 0.45, 1.6), "ESD": (0.5, 1.5, 8.0), "ED": (0.9, 2.5, 10.0)},
)

_ASAS = Survey(
    name="ASAS",
    time_zero=0.0,
    blueness=1.0,
    classes=("MIRA", "EC", "ESD", "ED", "RRAB", "RRC", "DSCT", "ACV", "NONVAR"),
    cadence=GroundCadence(
        start=2451870.0,
        midnight=0.70,
        span=(1850.0, 2655.0, 2707.0),
        gap=(2.4, 0.8),
        visits=(0.91, 0.085, 0.005),
        spacing=25.0,
        hour_limit=3.4,
        night=4.2,
        moon=0.1,
        star_spread=0.4,
    ),
    photometry=Photometry(
        table=(
            (7.0, 0.060, 0.004, 0.038),
            (8.0, 0.022, 0.004, 0.038),
            (9.0, 0.018, 0.004, 0.038),
            (10.0, 0.020, 0.005, 0.037),
            (11.0, 0.031, 0.008, 0.037),
            (12.0, 0.055, 0.014, 0.036),
            (13.0, 0.105, 0.025, 0.036),
            (14.0, 0.200, 0.045, 0.035),
            (15.0, 0.400, 0.08, 0.035),
        ),
        limits=(5.0, 14.7),
        outliers=(0.013, 0.9, 0.14, 1.0),
        tail=0.2,
        skew=0.35,
        error_spread=0.25,
        softness=0.3,
    ),
    magnitudes={
        None: (9.5, 11.9, 13.5),
        "ESD": (9.5, 11.4, 13.1),
        "ED": (8.9, 11.2, 12.9),
        "RRAB": (11.5, 13.3, 14.1),
        "RRAB_BL": (11.5, 13.3, 14.1),
        "RRC": (10.7, 12.9, 13.8),
        "MIRA": (10.7, 12.6, 13.6),
        "SR": (9.5, 11.8, 13.4),
        "LPV": (9.5, 12.2, 13.5),
        "ACV": (8.2, 9.7, 11.3),
        "QSO": (12.5, 13.6, 14.2),
    },
    detection=1.5,
    least={"MIRA": 1.0, "DSCT": 0.08},
    periods={
        "EC": (0.27, 0.42, 1.2),
        "ESD": (0.5, 1.2, 8.0),
        "ED": (0.8, 2.4, 11.0),
        "DSCT": (0.08, 0.14, 0.21),
        "MIRA": (100.0, 240.0, 430.0),
        "SR": (60.0, 150.0, 400.0),
    },
    merged={"MIRA": ("SR", 0.3)},  # 31% of the class vary by less than a Mira does
)

_CRTS = Survey(
    name="CRTS",
    time_zero=2400000.5,
    blueness=0.85,
    classes=(
        *("RRAB", "RRAB_BL", "RRC", "RRD", "T2CEP", "ACEP", "DSCT", "LPV"),
        *("EC", "ED", "ROT", "QSO", "NONVAR"),
    ),
    cadence=GroundCadence(
        start=53500.0,
        midnight=0.60,
        span=(2510.0, 2815.0, 2940.0),
        gap=(15.5, 0.6),
        visits=(0.06, 0.11, 0.04, 0.78, 0.01),
        spacing=13.8,
        hour_limit=3.2,
        night=4.0,
        moon=0.5,
        star_spread=0.25,
    ),
    photometry=Photometry(
        table=(
            (10.0, 0.150, 0.200, 0.053),
            (11.5, 0.030, 0.050, 0.053),
            (12.0, 0.012, 0.020, 0.054),
            (13.1, 0.014, 0.021, 0.057),
            (13.9, 0.016, 0.022, 0.061),
            (14.6, 0.020, 0.024, 0.069),
            (15.4, 0.029, 0.026, 0.082),
            (16.1, 0.041, 0.028, 0.101),
            (16.9, 0.060, 0.032, 0.130),
            (17.6, 0.097, 0.037, 0.177),
            (18.4, 0.141, 0.045, 0.234),
            (19.1, 0.215, 0.05, 0.324),
            (20.0, 0.350, 0.06, 0.480),
        ),
        limits=(9.0, 19.9),
        outliers=(0.03, 0.5, 0.2, 0.5),
        error_spread=0.03,
    ),
    magnitudes={
        None: (12.5, 15.4, 17.6),
        "RRAB": (14.8, 17.4, 18.8),
        "RRC": (13.8, 16.1, 18.0),
        "T2CEP": (11.6, 14.2, 16.9),
        "ACEP": (13.4, 15.5, 18.2),
        "MIRA": (10.8, 12.6, 17.0),
        "SR": (10.8, 12.6, 17.0),
        "LPV": (10.8, 12.6, 17.0),
        "QSO": (17.0, 18.3, 19.2),
    },
    least={"LPV": 0.5, "MIRA": 0.8, "ED": 0.15, "DSCT": 0.15, "ROT": 0.1},
    periods={
        "EC": (0.253, 0.344, 0.745),
        "ED": (0.41, 1.0, 3.8),
        "DSCT": (0.096, 0.144, 0.21),
        "ACEP": (0.75, 0.856, 1.885),
        "RRD": (0.295, 0.372, 0.465),
        "T2CEP": (0.8, 10.4, 78.0),
        "MIRA": (126.0, 280.0, 460.0),
        "SR": (110.0, 240.0, 440.0),
    },
    merged={"EC": ("ESD", 0.15)},  # one class of the catalogue
)

_HIPPARCOS = Survey(
    name="HIPPARCOS",
    time_zero=2440000.0,
    blueness=0.9,
    classes=(
        *("MIRA", "SR", "CEP", "T2CEP", "RRAB", "RRC", "DSCT", "GDOR", "SPB", "BCEP"),
        *("EC", "ESD", "ED", "ELL", "ACV", "NONVAR"),
    ),
    cadence=ScanningCadence(
        start=7850.0,
        span=(900.0, 1125.0, 1185.0),
        gap=(24.0, 0.6),
        visits=(0.10, 0.20, 0.18, 0.24, 0.12, 0.08, 0.04, 0.02, 0.02),
        long_gap=(0.1, 3.0),
    ),
    photometry=Photometry(
        table=(
            (2.0, 0.003, 0.001, 0.003),
            (4.0, 0.004, 0.001, 0.004),
            (6.0, 0.007, 0.002, 0.007),
            (7.0, 0.010, 0.002, 0.010),
            (8.0, 0.015, 0.003, 0.015),
            (9.0, 0.019, 0.003, 0.020),
            (10.0, 0.028, 0.004, 0.028),
            (11.0, 0.041, 0.005, 0.041),
            (12.0, 0.058, 0.006, 0.058),
            (13.0, 0.100, 0.008, 0.100),
        ),
        limits=(-1.0, 13.0),
        outliers=(0.006, 0.7, 0.04, 1.0),
        error_spread=0.2,
    ),
    magnitudes={
        None: (5.5, 8.0, 10.5),
        "MIRA": (7.8, 9.4, 11.1),
        "SR": (5.4, 6.8, 8.6),
        "CEP": (6.1, 9.5, 11.6),
        "T2CEP": (6.9, 10.3, 12.0),
        "RRAB": (9.9, 11.3, 12.3),
        "RRAB_BL": (9.9, 11.3, 12.3),
        "RRC": (9.3, 11.3, 11.7),
        "GDOR": (5.6, 7.1, 8.0),
        "SPB": (3.8, 5.8, 7.3),
        "BCEP": (2.5, 5.7, 9.0),
        "ACV": (5.0, 6.4, 8.2),
        "QSO": (10.5, 11.5, 12.3),
    },
)

_LSST = Survey(
    name="LSST",
    time_zero=2400000.5,
    blueness=0.65,
    classes=(
        *("RRAB", "RRC", "RRD", "CEP", "T2CEP", "DSCT", "LPV"),
        *("EC", "ESD", "ED", "ROT", "QSO", "NONVAR"),
    ),
    cadence=GroundCadence(
        start=61000.0,
        midnight=0.19,
        span=(3300.0, 3500.0, 3650.0),
        gap=(8.0, 1.1),
        visits=(0.75, 0.22, 0.03),
        spacing=33.0,
        hour_limit=2.8,
        star_spread=0.15,
    ),
    photometry=Photometry(
        table=(
            (16.0, 0.005, 0.002, 0.005),
            (20.0, 0.007, 0.002, 0.007),
            (21.0, 0.012, 0.002, 0.012),
            (22.0, 0.025, 0.002, 0.025),
            (23.0, 0.057, 0.002, 0.057),
            (24.0, 0.139, 0.002, 0.139),
            (25.0, 0.340, 0.002, 0.340),
        ),
        limits=(15.5, 24.6),
        outliers=(0.002, 0.5, 0.1, 1.0),
    ),
    magnitudes={
        None: (16.8, 19.5, 22.5),
        "CEP": (16.5, 18.5, 21.0),
        "LPV": (16.5, 18.0, 20.5),
        "MIRA": (17.0, 18.5, 21.0),
        "SR": (16.5, 18.0, 20.5),
        "QSO": (18.5, 21.0, 23.0),
    },
    detection=2.0,
)

SURVEYS = {
    "ogle3": _OGLE3,
    "asas": _ASAS,
    "crts": _CRTS,
    "hipparcos": _HIPPARCOS,
    "lsst": _LSST,
}
