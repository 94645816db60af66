"""Definitions of the features of UPSILoN-T, as the reference library computes them.

Notation: times t_i, magnitudes m_i, errors e_i of n points; weights w_i = 1 / e_i, weighted mean mu
and weighted standard deviation s; P the period of the highest peak; a_k sin + b_k cos the Fourier
series of order 3 at phase (t mod P) / P.
"""

# (name, family, one-line definition, formula); the first sixteen make up the set, in this order.
SET = (
    (
        "amplitude",
        "upsilon folded",
        "amplitude of the first harmonic (mag)",
        r"H_1 = \sqrt{a_1^2 + b_1^2}",
    ),
    (
        "hl_amp_ratio",
        "upsilon magnitudes",
        "root of the weighted mean square deviation of the fainter over that of the brighter half",
        r"A = \sqrt{V_\mathrm{faint} / V_\mathrm{bright}}",
    ),
    (
        "kurtosis",
        "upsilon magnitudes",
        "biased excess kurtosis",
        r"\gamma_2 = \frac{1}{n} \sum_i \left(\frac{m_i - \bar m}{\sigma}\right)^4 - 3",
    ),
    ("period", "upsilon period", "period of the highest peak (d)", r"P = 1 / f_\mathrm{max}"),
    (
        "phase_cusum",
        "upsilon folded",
        "range of the cumulative sum in order of phase at 2P",
        r"\psi_\mathrm{CS} = \max S - \min S,\ S_k = \frac{1}{n s} \sum_{i \le k} (m_i - \mu)",
    ),
    (
        "phase_eta",
        "upsilon folded",
        "mean squared difference of neighbours in phase at 2P over the variance",
        r"\psi_\eta = \frac{1}{(n-1) s^2} \sum_k (m_{k+1} - m_k)^2",
    ),
    (
        "phi21",
        "upsilon folded",
        "phase of the second harmonic, modulo pi, not wrapped (rad)",
        r"\phi_{21} = \arctan(-a_2 / b_2) - 2 \arctan(-a_1 / b_1)",
    ),
    (
        "phi31",
        "upsilon folded",
        "phase of the third harmonic, modulo pi, not wrapped (rad)",
        r"\phi_{31} = \arctan(-a_3 / b_3) - 3 \arctan(-a_1 / b_1)",
    ),
    ("quartile31", "upsilon magnitudes", "interquartile range (mag)", r"Q_{3-1} = Q_{75} - Q_{25}"),
    (
        "r21",
        "upsilon folded",
        "amplitude of the second harmonic over the first",
        r"R_{21} = \sqrt{a_2^2 + b_2^2} / H_1",
    ),
    (
        "r31",
        "upsilon folded",
        "amplitude of the third harmonic over the first",
        r"R_{31} = \sqrt{a_3^2 + b_3^2} / H_1",
    ),
    (
        "shapiro_w",
        "upsilon magnitudes",
        "Shapiro-Wilk statistic",
        r"W = \frac{(\sum_i c_i m_{(i)})^2}{\sum_i (m_i - \bar m)^2}",
    ),
    (
        "skewness",
        "upsilon magnitudes",
        "biased skewness",
        r"\gamma_1 = \frac{1}{n} \sum_i \left(\frac{m_i - \bar m}{\sigma}\right)^3",
    ),
    (
        "slope_per10",
        "upsilon folded",
        "10th percentile of the inverse slope of neighbours in phase at 2P (d/mag)",
        r"m_\mathrm{p10} = Q_{10}\left(\frac{t_{k+1} - t_k}{m_{k+1} - m_k}\right)",
    ),
    (
        "slope_per90",
        "upsilon folded",
        "90th percentile of the inverse slope of neighbours in phase at 2P (d/mag)",
        r"m_\mathrm{p90} = Q_{90}\left(\frac{t_{k+1} - t_k}{m_{k+1} - m_k}\right)",
    ),
    (
        "stetson_k",
        "upsilon magnitudes",
        "Stetson's robust kurtosis about the median",
        r"K = \frac{\sum_i |r_i|}{\sqrt{n \sum_i r_i^2}},\ r_i = (m_i - \tilde m) / e_i",
    ),
)

FURTHER = (
    (
        "cusum",
        "upsilon magnitudes",
        "range of the cumulative sum in order of time",
        r"\max S - \min S,\ S_k = \frac{1}{n s} \sum_{i \le k} (m_i - \mu)",
    ),
    (
        "eta",
        "upsilon magnitudes",
        "mean squared difference of neighbours in time over the variance",
        r"\eta = \frac{1}{(n-1) s^2} \sum_i (m_{i+1} - m_i)^2",
    ),
    ("n_points", "upsilon magnitudes", "number of points", r"n"),
    (
        "period_SNR",
        "upsilon power",
        "height of the highest peak over the median power, in standard deviations of the power",
        r"(p_\mathrm{max} - \tilde p) / \sigma_p",
    ),
    (
        "period_log10FAP",
        "upsilon period",
        "logarithm of the false-alarm probability of the highest peak, after Press & Rybicki",
        r"\log_{10} \left[1 - (1 - e^{-z})^M\right],\ M = 2 n_f / 3",
    ),
    (
        "period_uncertainty",
        "upsilon uncertainty",
        "half width of the peak at the local median power plus a standard deviation (d)",
        r"(1 / f_\mathrm{left} - 1 / f_\mathrm{right}) / 2",
    ),
    (
        "weighted_mean",
        "upsilon magnitudes",
        "weighted mean magnitude (mag)",
        r"\mu = \sum_i w_i m_i / \sum_i w_i",
    ),
    (
        "weighted_std",
        "upsilon magnitudes",
        "weighted standard deviation (mag)",
        r"s = \sqrt{\sum_i w_i (m_i - \mu)^2 / \sum_i w_i}",
    ),
)
