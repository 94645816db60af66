"""Definitions of our features of the magnitudes and of their order in time.

Notation: times t_i, magnitudes m_i, errors e_i of n points in order of time, weights w_i = 1 /
(e_i^2 + ~e^2) with the median error ~e, Q_p the p-th percentile, ~m the median, ^m the mean, sigma
the standard deviation, m_(i) the sorted magnitudes.
"""

# (name, family, one-line definition, formula)
MAGNITUDE = (
    (
        "skewness",
        "moments",
        "skewness: positive where the star spends most time bright",
        r"\frac{1}{n} \sum_i \left(\frac{m_i - \bar m}{\sigma}\right)^3",
    ),
    (
        "kurtosis",
        "moments",
        "excess kurtosis",
        r"\frac{1}{n} \sum_i \left(\frac{m_i - \bar m}{\sigma}\right)^4 - 3",
    ),
    (
        "l_skewness",
        "moments",
        "third L-moment over the second: a robust skewness",
        r"\tau_3 = \lambda_3 / \lambda_2",
    ),
    (
        "l_kurtosis",
        "moments",
        "fourth L-moment over the second: a robust kurtosis",
        r"\tau_4 = \lambda_4 / \lambda_2",
    ),
    (
        "shapiro_w",
        "moments",
        "Shapiro-Wilk statistic: 1 for normally distributed magnitudes",
        r"\frac{(\sum_i c_i m_{(i)})^2}{\sum_i (m_i - \bar m)^2}",
    ),
    (
        "stetson_k",
        "moments",
        "Stetson's robust kurtosis about the median: 0.9 for a sine, 0.8 for noise",
        r"\frac{\sum_i |r_i|}{\sqrt{n \sum_i r_i^2}},\ r_i = (m_i - \tilde m) / e_i",
    ),
    (
        "weighted_std",
        "spread",
        "weighted standard deviation (mag)",
        r"\sqrt{\sum_i w_i (m_i - \mu)^2 / \sum_i w_i}",
    ),
    (
        "excess_std",
        "spread",
        "standard deviation beyond what the errors explain, zero where they explain it all (mag)",
        r"\sqrt{\max(0, \sum_i w_i [(m_i - \mu)^2 - e_i^2] / \sum_i w_i)}",
    ),
    ("quartile31", "spread", "interquartile range (mag)", r"Q_{75} - Q_{25}"),
    (
        "mad",
        "spread",
        "median absolute deviation from the median (mag)",
        r"\mathrm{median}_i |m_i - \tilde m|",
    ),
    ("amplitude90", "spread", "range of the middle 90% of the magnitudes (mag)", r"Q_{95} - Q_5"),
    (
        "percentile5",
        "spread",
        "how far the brightest 5% lie above the median (mag)",
        r"\tilde m - Q_5",
    ),
    (
        "percentile95",
        "spread",
        "how far the faintest 5% lie below the median (mag)",
        r"Q_{95} - \tilde m",
    ),
    (
        "percentile_asymmetry",
        "spread",
        "where the median lies in the middle 90%: -1 at the faint, 1 at the bright end",
        r"\frac{Q_{95} + Q_5 - 2 \tilde m}{Q_{95} - Q_5}",
    ),
    (
        "percentile_ratio20",
        "spread",
        "range of the middle 20% of the magnitudes over that of the middle 90%",
        r"\frac{Q_{60} - Q_{40}}{Q_{95} - Q_5}",
    ),
    (
        "percentile_ratio50",
        "spread",
        "range of the middle 50% of the magnitudes over that of the middle 90%",
        r"\frac{Q_{75} - Q_{25}}{Q_{95} - Q_5}",
    ),
    (
        "percentile_ratio80",
        "spread",
        "range of the middle 80% of the magnitudes over that of the middle 90%",
        r"\frac{Q_{90} - Q_{10}}{Q_{95} - Q_5}",
    ),
    (
        "tail_ratio",
        "spread",
        "range of the middle 98% of the magnitudes over that of the middle 50%",
        r"\frac{Q_{99} - Q_1}{Q_{75} - Q_{25}}",
    ),
    (
        "hl_amp_ratio",
        "spread",
        "root of the weighted mean square deviation of the fainter over that of the brighter half",
        r"\sqrt{V_\mathrm{faint} / V_\mathrm{bright}}",
    ),
    (
        "beyond_1std",
        "spread",
        "share of points beyond one weighted standard deviation from the weighted mean",
        r"\#\{|m_i - \mu| > s\} / n",
    ),
    (
        "bright_outliers",
        "spread",
        "share of points brighter than the median by three robust standard deviations",
        r"\#\{\tilde m - m_i > 4.45\,\mathrm{mad}\} / n",
    ),
    (
        "faint_outliers",
        "spread",
        "share of points fainter than the median by three robust standard deviations",
        r"\#\{m_i - \tilde m > 4.45\,\mathrm{mad}\} / n",
    ),
    (
        "eta",
        "time",
        "mean squared difference of neighbours in time over the variance: 2 for white noise",
        r"\frac{1}{(n-1) \sigma^2} \sum_i (m_{i+1} - m_i)^2",
    ),
    (
        "cusum",
        "time",
        "range of the cumulative sum in order of time",
        r"\max S - \min S,\ S_k = \frac{1}{n \sigma} \sum_{i \le k} (m_i - \bar m)",
    ),
    (
        "coherence_day",
        "time",
        "share of the variance that points within a day have in common, 0 where there are none",
        r"\rho_W = \frac{\sigma_\mathrm{c}^2}{\sigma_\mathrm{c}^2 + \sigma_\mathrm{own}^2} "
        r"\frac{n - g}{n - g + 10},\ W = 1.03\,\mathrm{d},\ g\ \mathrm{windows}",
    ),
    (
        "coherence_week",
        "time",
        "share of the variance that points within ten days have in common",
        r"\rho_W,\ W = 10.3\,\mathrm{d}",
    ),
    (
        "coherence_season",
        "time",
        "share of the variance that points within a hundred days have in common",
        r"\rho_W,\ W = 103\,\mathrm{d}",
    ),
    (
        "trend_share",
        "time",
        "share of the variance along a straight line in time",
        r"\mathrm{corr}(t, m)^2",
    ),
)
