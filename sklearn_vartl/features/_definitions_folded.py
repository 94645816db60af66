"""Definitions of our features of the period and of the folded light curve.

Notation: P the undoubled period; x the phase in cycles from the faintest point of the Fourier
series; c(x) the smooth folded curve with its faintest value c_faint, brightest value c_bright and
range h; r_i the residuals from the Fourier series c_0 + sum_k A_k cos(2 pi k x + phi_k), whose
number of harmonics, at most six, minimises the Bayesian information criterion; p_k the p-th
percentiles.
"""

PERIOD = (
    (
        "period",
        "period",
        "physical period, doubled where the two halves differ (d)",
        r"P_\mathrm{phys}",
    ),
    ("shape_period", "period", "undoubled period at which the shape is measured (d)", r"P"),
    (
        "power",
        "period",
        "share of the variance that a sine of the best frequency explains",
        r"p(1/P)",
    ),
    (
        "log10_fap",
        "period",
        "logarithm of the probability that noise alone makes so high a peak, after Baluev (2008)",
        r"\log_{10} \mathrm{FAP}",
    ),
    (
        "double_evidence",
        "period",
        "evidence for twice the period, a point",
        r"[\mathrm{BIC}(P) - \mathrm{BIC}(2P)] / n",
    ),
    (
        "eclipse_evidence",
        "period",
        "evidence for box-shaped eclipses over a Fourier series, a point",
        r"[\mathrm{BIC}(\mathrm{series}) - \mathrm{BIC}(\mathrm{box})] / n",
    ),
    ("runner_up_ratio", "period", "second best period over the undoubled one", r"P_2 / P"),
    (
        "runner_up_gap",
        "period",
        "how much worse the second best period is, a point",
        r"-2 [\ln L(P_2) - \ln L(P)] / n",
    ),
)

FOURIER = (
    ("amplitude", "fourier", "amplitude of the first harmonic (mag)", r"A_1"),
    *(
        (
            f"r{k}1",
            "fourier",
            f"amplitude of harmonic {k} over the first, 0 where not fitted",
            rf"A_{k} / A_1",
        )
        for k in range(2, 7)
    ),
    *(
        (
            f"cos_phi{k}1",
            "fourier",
            f"cosine of the relative phase of harmonic {k}, 0 where not fitted",
            rf"\cos(\phi_{k} - {k} \phi_1)",
        )
        for k in range(2, 7)
    ),
    *(
        (
            f"sin_phi{k}1",
            "fourier",
            f"sine of the relative phase of harmonic {k}, 0 where not fitted",
            rf"\sin(\phi_{k} - {k} \phi_1)",
        )
        for k in range(2, 7)
    ),
    *(
        (
            f"minimum_cos{k}",
            "fourier",
            f"cosine term {k} at the faintest point, in half ranges of the series: symmetric shape",
            rf"2 A_{k} \cos\phi_{k} / R",
        )
        for k in range(1, 5)
    ),
    *(
        (
            f"minimum_sin{k}",
            "fourier",
            f"sine term {k} at the faintest point, in half ranges of the series: asymmetry",
            rf"-2 A_{k} \sin\phi_{k} / R",
        )
        for k in range(1, 4)
    ),
    ("n_harmonics", "fourier", "number of harmonics", r"K"),
    (
        "fourier_share",
        "fourier",
        "share of the weighted variance that the series explains",
        r"1 - \frac{\sum_i w_i r_i^2}{\sum_i w_i (m_i - \mu)^2}",
    ),
    ("fourier_range", "fourier", "peak-to-peak range of the series (mag)", r"R"),
)

FOLDED = (
    (
        "phase_eta",
        "folded",
        "mean squared difference of neighbours along the closed chain in phase over the variance",
        r"\frac{1}{n \sigma^2} \sum_k (m_{k+1} - m_k)^2,\ m_{n+1} = m_1",
    ),
    (
        "phase_cusum",
        "folded",
        "range of the cumulative sum along the closed chain in phase",
        r"\max S - \min S,\ S_k = \frac{1}{n \sigma} \sum_{i \le k} (m_i - \bar m)",
    ),
    (
        "curve_range",
        "folded",
        "range of the smooth folded curve (mag)",
        r"h = c_\mathrm{faint} - c_\mathrm{bright}",
    ),
    (
        "slope_per10",
        "folded",
        "10th percentile of the slope: how fast it brightens (mag/cycle)",
        r"Q_{10}(dc/dx)",
    ),
    (
        "slope_per90",
        "folded",
        "90th percentile of the slope: how fast it fades (mag/cycle)",
        r"Q_{90}(dc/dx)",
    ),
    ("steepest_rise", "folded", "steepest brightening in ranges a cycle", r"-\min(dc/dx) / h"),
    ("steepest_fall", "folded", "steepest fading in ranges a cycle", r"\max(dc/dx) / h"),
    (
        "rise_fraction",
        "folded",
        "part of the cycle from the faintest to the brightest point",
        r"(x_\mathrm{bright} - x_\mathrm{faint}) \bmod 1",
    ),
    *(
        (
            f"faint_share{percent}",
            "folded",
            f"part of the cycle fainter than {percent}% of the way from brightest to faintest",
            rf"|\{{x: c(x) > c_\mathrm{{bright}} + {percent / 100:g} h\}}|",
        )
        for percent in (25, 50, 75)
    ),
    (
        "minimum_width",
        "folded",
        "full width of the minimum at half range (cycles)",
        r"\Delta x_\mathrm{faint}",
    ),
    (
        "maximum_width",
        "folded",
        "full width of the maximum at half range (cycles)",
        r"\Delta x_\mathrm{bright}",
    ),
    (
        "second_minimum",
        "folded",
        "depth of the faintest point on the far side of the cycle in ranges",
        r"(\max_{1/4 \le x \le 3/4} c - c_\mathrm{bright}) / h",
    ),
    ("curve_skewness", "folded", "skewness of the smooth curve's values", r"\gamma_1(c)"),
    ("curve_kurtosis", "folded", "excess kurtosis of the smooth curve's values", r"\gamma_2(c)"),
    (
        "curve_roughness",
        "folded",
        "mean squared difference of neighbours of the smooth curve on 64 phases over its variance",
        r"\frac{1}{63 \sigma_c^2} \sum_g (c_{g+1} - c_g)^2",
    ),
)

RESIDUALS = (
    ("residual_std", "residuals", "standard deviation of the residuals (mag)", r"\sigma_r"),
    (
        "residual_ratio",
        "residuals",
        "standard deviation of the residuals over that of the magnitudes",
        r"\sigma_r / \sigma",
    ),
    (
        "residual_mad_ratio",
        "residuals",
        "median absolute deviation of the residuals over that of the magnitudes",
        r"\mathrm{mad}(r) / \mathrm{mad}(m)",
    ),
    ("residual_skewness", "residuals", "skewness of the residuals", r"\gamma_1(r)"),
    ("residual_kurtosis", "residuals", "excess kurtosis of the residuals", r"\gamma_2(r)"),
    (
        "residual_eta",
        "residuals",
        "mean squared difference of neighbouring residuals in time over their variance",
        r"\frac{1}{(n-1) \sigma_r^2} \sum_i (r_{i+1} - r_i)^2",
    ),
    (
        "residual_phase_eta",
        "residuals",
        "mean squared difference of neighbouring residuals in phase over their variance",
        r"\frac{1}{(n-1) \sigma_r^2} \sum_k (r_{k+1} - r_k)^2",
    ),
    *(
        (
            f"residual_coherence_{name}",
            "residuals",
            f"share of the residuals' variance that points within {length} have in common",
            rf"\rho_W(r),\ W = {window}\,\mathrm{{d}}",
        )
        for name, length, window in (
            ("day", "a day", 1.03),
            ("week", "ten days", 10.3),
            ("season", "a hundred days", 103.0),
        )
    ),
    (
        "residual_faint_share",
        "residuals",
        "share of the residuals' variance on the faint side",
        r"\sum_{r_i > \bar r} (r_i - \bar r)^2 / \sum_i (r_i - \bar r)^2",
    ),
    (
        "residual_evenness",
        "residuals",
        "mean absolute over root mean square residual: 0.80 for normal ones, less with outliers",
        r"\frac{1}{n \sigma_r} \sum_i |r_i - \bar r|",
    ),
)

ECLIPSES = (
    (
        "depth_ratio",
        "eclipses",
        "depth of the shallower over that of the deeper minimum at 2P",
        r"d_2 / d_1,\ d = c_\mathrm{min} - Q_{10}(c)",
    ),
    ("odd_even_depth", "eclipses", "difference of the two depths at 2P (mag)", r"d_1 - d_2"),
    (
        "odd_even_shape",
        "eclipses",
        "mean squared difference of the two cycles at 2P over the variance of the curve",
        r"\sum_g (c_g - c_{g+64})^2 / \sum_{g} (c_g - \bar c)^2",
    ),
    (
        "subharmonic_share",
        "eclipses",
        "share of the residuals' variance at odd multiples of half the frequency, adjusted",
        r"R^2_\mathrm{adj}(r; \cos \pi k x, \sin \pi k x,\ k = 1, 3, 5)",
    ),
    (
        "eclipse_width",
        "eclipses",
        "full width of the deeper minimum at half depth, at 2P (cycles of P)",
        r"\Delta x_{1/2}",
    ),
    (
        "eclipse_sharpness",
        "eclipses",
        "width at 85% over that at 50% of the depth: small for a spike, large for a flat bottom",
        r"\Delta x_{0.85} / \Delta x_{1/2}",
    ),
    (
        "outside_scatter",
        "eclipses",
        "scatter of the residuals far from the minimum in ranges of the curve",
        r"\sigma_r(x \in [1/4, 3/4]) / h",
    ),
    (
        "outside_range",
        "eclipses",
        "range of the curve far from the minimum in ranges of the curve",
        r"(\max c - \min c)_{x \in [1/4, 3/4]} / h",
    ),
)
