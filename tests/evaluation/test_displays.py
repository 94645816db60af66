"""The displays show what they say, and keep their data."""

import warnings

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from astropy.timeseries import LombScargle
from scipy.stats import binomtest, norm
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_vartl import LightCurves, TransferMLPClassifier
from sklearn_vartl.evaluation import (
    EmbeddingDisplay,
    FeatureImportanceDisplay,
    LightCurveDisplay,
    PeriodogramDisplay,
    RecallDisplay,
    ReliabilityDisplay,
    TaxonomyConfusionDisplay,
    TrainingHistoryDisplay,
    expected_calibration_error,
)


@pytest.fixture(autouse=True)
def close_figures():
    """Every figure that a test has drawn has room, and every line can be seen."""
    yield
    figures = [plt.figure(number) for number in plt.get_fignums()]
    axes = [ax for figure in figures for ax in figure.axes]
    plt.close("all")
    assert all(figure.get_size_inches().min() >= 1 for figure in figures)
    for line in (line for ax in axes for line in ax.lines):
        drawn = line.get_linewidth() > 0 and line.get_linestyle() != "None"
        assert drawn or line.get_marker() != "None"


@pytest.fixture(scope="module")
def blobs():
    return make_blobs(n_samples=200, centers=3, n_features=4, random_state=0)


@pytest.fixture(scope="module")
def network(blobs):
    X, y = blobs
    return TransferMLPClassifier((8,), n_estimators=2, random_state=0).fit(X[:100], y[:100])


@pytest.fixture(scope="module")
def forest():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=200)
    X = rng.normal(size=(200, 4))
    X[:, :2] = truth[:, None] + 0.3 * X[:, :2]  # two features that say the same
    return RandomForestClassifier(30, random_state=0).fit(X, truth > 0), X, truth > 0


class TestLightCurveDisplay:
    def test_julian_dates_are_written_in_full(self, light_curves):
        """Not as 2.453 times 1e6, and few enough not to run into each other."""
        dated = light_curves.replace(time=light_curves.time % 1000 + 2453000.0)
        display = LightCurveDisplay.from_light_curves(dated, 0, period=0.5)
        display.figure_.canvas.draw()
        axis = display.axes_[0].xaxis
        texts = [label.get_text() for label in axis.get_ticklabels()]
        assert axis.get_offset_text().get_text() == ""
        assert len(texts) <= 5 and all(text.startswith("245") for text in texts if text)

    def test_the_fit_follows_the_curve(self, light_curves):
        period = light_curves.table["true_period"][3]
        display = LightCurveDisplay.from_light_curves(light_curves, 3, period=period)
        at = np.interp(display.phase, *display.fit)
        assert display.n_harmonics == 1
        assert np.std(display.light_curve.mag - at) < 0.03

    def test_finds_the_period_itself(self, light_curves):
        display = LightCurveDisplay.from_light_curves(light_curves, "star1")
        assert display.period == pytest.approx(light_curves.table["true_period"][1], rel=1e-2)

    def test_magnitudes_are_upside_down_on_given_axes(self, light_curves):
        _, axes = plt.subplots(1, 2)
        display = LightCurveDisplay.from_light_curves(light_curves, period=1.0, ax=axes)
        assert list(display.axes_) == list(axes)
        assert all(ax.yaxis_inverted() for ax in axes)
        assert "star0" in axes[0].get_title()

    def test_noise_gets_no_harmonics(self, rng):
        X = LightCurves(np.arange(80.0), rng.normal(15, 0.1, 80), np.full(80, 0.1), [0, 80])
        assert LightCurveDisplay.from_light_curves(X, period=3.3).n_harmonics == 0

    def test_the_phase_starts_at_the_first_point(self, light_curves):
        shifted = light_curves.time + 2.4e6
        moved = LightCurves(shifted, light_curves.mag, light_curves.magerr, light_curves.offsets)
        phases = [
            LightCurveDisplay.from_light_curves(X, period=0.5).phase for X in (moved, light_curves)
        ]
        assert np.allclose(*phases, atol=1e-6)

    @pytest.mark.parametrize("star", [30, -31, "nobody"])
    def test_an_unknown_star_is_named(self, light_curves, star):
        with pytest.raises(ValueError, match=str(star)):
            LightCurveDisplay.from_light_curves(light_curves, star)

    def test_an_empty_star_is_named(self):
        X = LightCurves([1.0], [15.0], [0.1], [0, 1], ids=["short"])
        with pytest.raises(ValueError, match="short.*1 usable point"):
            LightCurveDisplay.from_light_curves(X)

    @pytest.mark.parametrize("period", [0, -1.0, np.nan, np.inf])
    def test_a_bad_period_is_refused(self, light_curves, period):
        with pytest.raises(ValueError, match="period must be a positive"):
            LightCurveDisplay.from_light_curves(light_curves, period=period)

    def test_the_number_of_axes_is_checked(self, light_curves):
        with pytest.raises(ValueError, match="2 axes, it holds 1"):
            LightCurveDisplay.from_light_curves(light_curves, period=1.0, ax=plt.gca())
        with pytest.raises(ValueError, match="2 axes, it holds 3"):
            LightCurveDisplay.from_light_curves(light_curves, period=1.0, ax=plt.subplots(3)[1])

    def test_other_tables_are_refused(self):
        with pytest.raises(TypeError, match="must be LightCurves"):
            LightCurveDisplay.from_light_curves(np.zeros((3, 2)))

    def test_what_is_drawn_are_the_points_and_two_turns_of_the_fit(self, light_curves):
        display = LightCurveDisplay.from_light_curves(light_curves, 3, period=11.0)
        raw, folded = display.axes_
        time, mag, magerr = light_curves[3]
        line, _, (bars,) = raw.containers[0]
        assert np.array_equal(line.get_xydata(), np.column_stack([time, mag]))
        assert np.allclose(np.diff(bars.get_segments(), axis=1)[:, 0, 1], 2 * magerr)
        line, _, (bars,) = folded.containers[0]
        x, y = line.get_xydata().T
        turns = (time - time[0]) / 11.0
        away = x - np.concatenate([turns, turns])
        assert np.allclose(away, np.round(away), atol=1e-9)
        assert (x[:40] >= 0).all() and np.array_equal(x[40:], x[:40] + 1) and x[:40].max() < 1
        assert np.array_equal(y, np.tile(mag, 2)) and len(bars.get_segments()) == 80
        assert folded.get_xlim() == (0, 2) and "11 d" in folded.get_xlabel()
        assert raw.get_title().split() == ["star3", "LONG"]

    def test_the_fit_is_drawn_twice_with_a_legend(self, light_curves):
        period = light_curves.table["true_period"][3]
        folded = LightCurveDisplay.from_light_curves(light_curves, 3, period=period).axes_[1]
        (fit,) = [line for line in folded.lines if line.get_label() == "Fourier fit"]
        x, y = fit.get_xydata().T
        assert (x[0], x[-1]) == (0, 2) and np.allclose(y[:200], y[200:])
        # Half a magnitude is the amplitude of the stars.
        assert y.max() - y.min() == pytest.approx(1.0, abs=0.05)
        assert folded.get_legend() is not None

    def test_as_many_harmonics_as_the_curve_has_and_errors_weigh(self, rng):
        """Two harmonics; every fifth point is wrong by a magnitude and says so by its error."""
        time = np.sort(rng.uniform(0, 50, 200))
        error = np.where(np.arange(200) % 5, 0.01, 10.0)
        turn = 2 * np.pi * time / 2.5

        def curve(turn):
            return 15 + 0.4 * np.cos(turn) + 0.2 * np.sin(2 * turn)

        mag = curve(turn) + rng.normal(0, 0.01, 200) + (error == 10.0)
        X = LightCurves(time, mag, error, [0, 200])
        display = LightCurveDisplay.from_light_curves(X, period=2.5)
        assert display.n_harmonics == 2
        phase, fitted = display.fit
        assert np.allclose(fitted, curve(2 * np.pi * (phase + time[0] / 2.5)), atol=0.01)

    def test_a_fit_has_fewer_coefficients_than_points(self):
        mag = [1.0, 2.0, 1.5]
        X = LightCurves([0.0, 0.3, 0.8], mag, [0.01] * 3, [0, 3])
        # A mean and one harmonic pass through any three points.
        display = LightCurveDisplay.from_light_curves(X, period=1.0)
        assert display.n_harmonics == 0 and np.allclose(display.fit[1], 1.5)
        # By inverse squares of the errors: 1, 1/4 and 1/4.
        display = LightCurveDisplay(X.replace(magerr=np.array([0.01, 0.02, 0.02]))[0], 1.0)
        assert np.allclose(display.fit[1], (1.0 + 2.0 / 4 + 1.5 / 4) / 1.5)
        # Four points have a coefficient to spare; of two, a mean.
        turn = 2 * np.pi * np.array([0.0, 0.2, 0.5, 0.9])
        for n, harmonics in ((4, 1), (2, 0), (1, 0)):
            X = LightCurves(turn[:n] / 2 / np.pi, np.cos(turn[:n]), [0.01] * n, [0, n])
            assert LightCurveDisplay(X[0], 1.0).n_harmonics == harmonics

    def test_the_number_of_harmonics_is_that_of_the_information_criterion(self, rng):
        """Schwarz (1978) on least squares: n ln(rest / n) + parameters ln(n); six harmonics at most."""
        found, expected = [], []
        for noise in np.geomspace(0.01, 1.0, 25):
            time = np.sort(rng.uniform(0, 50, 60))
            mag = (time % 1.0) + rng.normal(0, noise, 60)
            X = LightCurves(time, mag, np.full(60, 0.1), [0, 60])
            found.append(LightCurveDisplay(X[0], 1.0).n_harmonics)
            criteria = []
            for order in range(7):
                turns = 2j * np.pi * np.outer(time, np.arange(-order, order + 1))
                rest = np.linalg.lstsq(np.exp(turns), mag.astype(complex), rcond=None)[0]
                rest = np.sum(np.abs(mag - np.exp(turns) @ rest) ** 2)
                criteria.append(60 * np.log(rest / 60) + (2 * order + 1) * np.log(60))
            expected.append(int(np.argmin(criteria)))
        assert found == expected
        assert set(found) >= {0, 1, 2, 3, 4, 6}


class TestPeriodogramDisplay:
    @pytest.mark.parametrize(
        ("first", "last", "aliases", "harmonics"),
        [
            # Of a period of half a day, as far as the frequencies go, the first and the last with them.
            (1, 4, [1.0, 3.0, 3.0027379], {"1/2": 1.0, "2": 4.0}),
            (1.01, 3.99, [3.0, 3.0027379], {}),
            (0.5, 6, [0.9972621, 1.0, 3.0, 3.0027379], {"1/2": 1.0, "2": 4.0, "3": 6.0}),
            (1.5, 2.9, [], {}),
        ],
    )
    def test_marks_are_within_what_was_searched(self, first, last, aliases, harmonics):
        frequency = np.array([first, 2.0, last])
        display = PeriodogramDisplay(frequency, [0.1, 0.9, 0.2])
        assert display.peak == 2.0 and display.harmonics == harmonics
        # Once a day more or less, of the sun's days or of the stars' (86,164.09 s).
        assert display.aliases == pytest.approx(aliases)

    def test_marks_peak_aliases_and_harmonics(self, light_curves):
        display = PeriodogramDisplay.from_light_curves(light_curves, 0)
        frequency = 1 / light_curves.table["true_period"][0]
        assert display.peak == pytest.approx(frequency, abs=1e-3)
        assert any(abs(each - frequency - 1) < 2e-3 for each in display.aliases)
        assert display.harmonics["2"] == pytest.approx(2 * display.peak)

    def test_the_power_is_that_of_astropy(self, rng):
        """Errors weigh: a third of the points are bad by what they say."""
        time = np.sort(rng.uniform(0, 100, 150))
        error = np.where(np.arange(150) % 3, 0.02, 1.0)
        mag = 15 + 0.1 * np.sin(2 * np.pi * time * 0.8) + rng.normal(0, error)
        X = LightCurves(time, mag, error, [0, 150], ids=["one"])
        display = PeriodogramDisplay.from_light_curves(X, min_period=0.5, max_period=20.0)
        expected = LombScargle(time, mag, error).power(display.frequency, method="slow")
        assert np.allclose(display.power, expected, atol=1e-4)
        assert display.frequency[0] == pytest.approx(1 / 20, rel=0.05)
        assert display.frequency[-1] == pytest.approx(2, rel=0.05)
        # Peaks are one over the time span wide.
        assert np.allclose(np.diff(display.frequency), 1 / np.ptp(time) / 5)

    def test_what_is_drawn_are_power_peak_aliases_and_harmonics(self):
        frequency = np.linspace(0.1, 1.31, 1211)
        power = np.exp(-(((frequency - 0.3) / 0.01) ** 2))
        display = PeriodogramDisplay(frequency, power, "a star").plot()
        # One turn more or less a day, by the Sun or by the stars; above the grid are no more.
        assert display.aliases == pytest.approx([0.7, 0.7027379, 1.3, 1.3027379], abs=1e-9)
        assert list(display.harmonics) == ["1/2", "2", "3"]
        assert list(display.harmonics.values()) == pytest.approx([0.15, 0.6, 0.9])
        curve, *vertical, peak = display.ax_.lines
        assert np.array_equal(curve.get_xydata(), np.column_stack([frequency, power]))
        found = [line.get_xdata()[0] for line in vertical]
        assert found == [*display.aliases, *display.harmonics.values()]
        assert np.allclose(peak.get_xydata(), [[0.3, 1.0]])
        said = display.ax_.get_legend_handles_labels()[1]
        assert said == ["daily aliases", "1/2, 2, 3 times the peak", "peak: 3.333333 d"]
        assert display.ax_.get_ylim()[0] == 0 and display.ax_.get_title() == "a star"
        assert display.ax_.get_legend() is not None

    def test_harmonics_and_aliases_off_the_grid_are_left_out(self):
        frequency = np.linspace(0.2, 0.7, 501)
        display = PeriodogramDisplay(frequency, frequency == frequency[100])
        # 0.3 a day: 0.15 is below the grid, 0.7 its last frequency, 0.9 and 1.3 above.
        assert list(display.harmonics) == ["2"]
        assert display.aliases == pytest.approx([0.7])

    def test_no_peak_is_lost_by_thinning(self):
        power = np.zeros(100_001)
        power[77_777] = 0.9
        display = PeriodogramDisplay(1 + np.arange(power.size) * 1e-4, power).plot()
        assert display.ax_.lines[0].get_ydata().max() == 0.9
        assert len(display.ax_.lines[0].get_xdata()) <= 4001

    def test_a_short_span_is_refused(self):
        X = LightCurves([0.0, 0.01, 0.02], [1.0, 2.0, 1.5], [0.1] * 3, [0, 3])
        with pytest.raises(ValueError, match="spans 0.02 d"):
            PeriodogramDisplay.from_light_curves(X)


class TestReliabilityDisplay:
    def test_bins_average_to_the_calibration_error(self, rng):
        proba = rng.dirichlet([1, 1, 1], 500)
        y = np.array(["A", "B", "C"])[(proba.cumsum(axis=1) < rng.random((500, 1))).sum(axis=1)]
        display = ReliabilityDisplay.from_predictions(y, proba, n_bins=10)
        filled = display.count > 0
        distance = np.abs(display.confidence - display.accuracy)[filled]
        mean = np.average(distance, weights=display.count[filled])
        assert mean == pytest.approx(expected_calibration_error(y, proba, n_bins=10))
        assert display.count.sum() == 500

    def test_from_estimator_takes_the_estimators_classes(self, network, blobs):
        X, y = blobs
        some = y[100:] != 0
        display = ReliabilityDisplay.from_estimator(network, X[100:][some], y[100:][some])
        assert display.count.sum() == some.sum()

    def test_bins_of_a_case_counted_by_hand(self):
        # Five bins: 0.8 begins the fifth, and 1 is in it.
        proba = [[0.5, 0.5, 0.0], [0.55, 0.45, 0.0], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]]
        labels, y = ["A", "B", "C"], ["A", "B", "B", "A"]
        display = ReliabilityDisplay.from_predictions(y, proba, labels=labels, n_bins=5, name="net")
        assert display.count.tolist() == [0, 0, 2, 0, 2]
        nan = np.nan
        assert np.allclose(display.confidence, [nan, nan, 0.525, nan, 0.9], equal_nan=True)
        assert np.allclose(display.accuracy, [nan, nan, 0.5, nan, 0.5], equal_nan=True)
        diagonal, line = display.ax_.lines
        assert np.array_equal(diagonal.get_xydata(), [[0, 0], [1, 1]])
        assert np.allclose(line.get_ydata(), display.accuracy, equal_nan=True)
        (points,) = display.ax_.collections
        assert np.allclose(points.get_offsets().compressed(), [0.525, 0.5, 0.9, 0.5])
        # A bin without a star has no point; the limits show all that there may be.
        assert points.get_sizes().tolist() == [15, 15, 215, 15, 215]
        assert display.ax_.get_xlim() == display.ax_.get_ylim() == (0, 1.03)
        assert display.error == pytest.approx((0.025 + 0.4) / 2)
        (said,) = display.ax_.get_legend_handles_labels()[1]
        assert said.startswith("net: calibration error 0.21")

    def test_two_models_in_one_diagram_have_one_diagonal_and_larger_bins_larger_points(self):
        one = ReliabilityDisplay.from_predictions(["A", "B"], [[0.9, 0.1], [0.2, 0.8]])
        again = one.plot(one.ax_)
        assert len(one.ax_.lines) == 1 + 2 and again.ax_ is one.ax_
        uneven = ReliabilityDisplay(
            np.array([0.6, 0.9]), np.array([0.5, 1.0]), np.array([10, 40]), 0.1
        ).plot()
        small, large = uneven.ax_.collections[0].get_sizes()
        assert 2 * small < large


class TestRecallDisplay:
    def test_names_of_near_points_stand_side_by_side(self):
        y_true = [*"A" * 20, *"B" * 20, *"C" * 20, *"D" * 200]
        y_pred = [*"A" * 20, *"B" * 20, *"C" * 10, *"A" * 10, *"D" * 200]
        ax = RecallDisplay.from_predictions(y_true, y_pred).ax_
        assert [(text.get_text(), text.xy) for text in ax.texts] == [
            ("A, B", (20, 1.0)),
            ("C", (20, 0.5)),
            ("D", (200, 1.0)),
        ]

    @pytest.mark.parametrize(
        ("count", "recall", "together"),
        [
            ((20, 20), (0.5, 1.0), False),
            ((20, 20), (0.5, 0.53), True),
            ((20, 20), (0.53, 0.5), True),
            ((20, 20), (0.5, 0.55), False),
            ((20, 20), (0.55, 0.5), False),
            ((20, 23), (0.5, 0.5), True),
            ((23, 20), (0.5, 0.5), True),
            ((20, 24), (0.5, 0.5), False),
            ((24, 20), (0.5, 0.5), False),
        ],
    )
    def test_points_are_near_in_recall_and_in_the_ratio_of_their_counts(
        self, count, recall, together
    ):
        display = RecallDisplay(
            np.array(["A", "B"]), np.array(count), np.array(recall), np.zeros(2)
        )
        names = [names for names, _ in display._names_side_by_side()]
        assert names == (["A, B"] if together else ["A", "B"])

    def test_recall_and_count_of_each_class(self):
        y_true = ["EC"] * 4 + ["ED"] * 2
        display = RecallDisplay.from_predictions(y_true, ["EC"] * 5 + ["ED"], name="forest")
        assert display.classes.tolist() == ["EC", "ED"]
        assert display.count.tolist() == [4, 2]
        assert display.recall.tolist() == [1.0, 0.5]
        assert (display.error > 0).all()

    def test_the_error_is_that_of_wilson(self):
        """Half the width of Wilson's interval of one standard error."""
        display = RecallDisplay.from_predictions(["A"] * 8 + ["B"] * 3, ["A"] * 6 + ["B"] * 5)
        for right, n, error in zip((6, 3), (8, 3), display.error, strict=True):
            interval = binomtest(right, n).proportion_ci(2 * norm.cdf(1) - 1, method="wilson")
            assert error == pytest.approx((interval.high - interval.low) / 2)

    def test_what_is_drawn_are_recall_count_and_error(self):
        display = RecallDisplay.from_predictions(["A"] * 8 + ["B"] * 3, ["A"] * 6 + ["B"] * 5)
        line, _, (bars,) = display.ax_.containers[0]
        assert np.array_equal(line.get_xydata(), [[8, 0.75], [3, 1.0]])
        ends = np.array(bars.get_segments())[:, :, 1]
        assert np.allclose(np.diff(ends, axis=1)[:, 0], 2 * display.error)
        assert display.ax_.get_xscale() == "log" and display.ax_.get_legend() is None
        low, high = display.ax_.get_ylim()
        # Points at 0 and 1 are whole.
        assert -0.1 < low < 0 and 1 < high < 1.2

    def test_axes_may_be_given(self):
        _, (left, right) = plt.subplots(1, 2)
        display = RecallDisplay.from_predictions(["A", "B"], ["A", "A"], ax=left, name="mine")
        assert display.ax_ is left and not right.has_data()
        assert "mine" in left.get_legend_handles_labels()[1]

    def test_from_estimator(self, network, blobs):
        X, y = blobs
        display = RecallDisplay.from_estimator(network, X[100:], y[100:])
        assert display.count.sum() == 100


class TestTaxonomyConfusionDisplay:
    def test_relatives_are_neighbours(self):
        y = ["RRC", "EC", "RRAB", "ED", "NEW"]
        display = TaxonomyConfusionDisplay.from_predictions(y, y)
        assert display.classes == ["EC", "ED", "RRAB", "RRC", "NEW"]
        assert np.array_equal(display.matrix, np.eye(5))
        assert np.isnan(display.within_groups)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("EW", "EA"), ("CONTACT", "ESD"), ("EB", "EC"), ("RRL_ab", "RRC"), ("RR0", "RRAB_BL"),
            ("DCEP", "T2CEP"), ("CWA", "RV"), ("HADS", "SXPHE"), ("M", "SRB"), ("BY", "CP"),
            ("TTS", "UXOR"), ("UGSS", "N"), ("AGN", "CST"),
        ],
    )  # fmt: skip
    def test_relatives_of_any_spelling_share_a_frame(self, one, other):
        display = TaxonomyConfusionDisplay.from_predictions([one, "STRANGE"], [other, "STRANGE"])
        assert display.within_groups == 1.0
        assert len(set(display.groups)) == 2 and display.classes[-1] == "STRANGE"

    def test_given_groups_are_compared_as_spelt(self):
        display = TaxonomyConfusionDisplay.from_predictions(
            ["EW", "EC"], ["EC", "EC"], groups={"contact": ["EC"]}
        )
        assert display.groups == ["contact", "EW"] and display.within_groups == 0.0

    def test_counts_mistakes_within_groups(self):
        display = TaxonomyConfusionDisplay.from_predictions(
            ["EC", "EC", "RRC", "RRC"], ["ED", "RRC", "RRAB", "RRC"]
        )
        assert display.within_groups == pytest.approx(2 / 3)

    def test_a_class_in_two_groups_is_refused(self):
        with pytest.raises(ValueError, match="one group only"):
            TaxonomyConfusionDisplay.from_predictions(["A"], ["A"], groups={"x": ["A"], "y": ["A"]})

    def test_numbers_as_classes(self, network, blobs):
        display = TaxonomyConfusionDisplay.from_estimator(network, *blobs)
        assert display.matrix.sum() == 200

    def test_what_is_drawn_are_counts_shares_and_a_frame_for_each_group(self):
        truth = ["EC"] * 4 + ["ED"] * 10 + ["RRAB"] * 2
        predicted = ["EC", "EC", "EC", "ED", *["ED"] * 6, *["EC"] * 4, "EC", "CST"]
        groups = {"pulsating": ["RRAB"], "eclipsing": ["ED", "EC"]}
        display = TaxonomyConfusionDisplay.from_predictions(truth, predicted, groups=groups)
        ax = display.ax_
        for axis in (ax.xaxis, ax.yaxis):
            assert [tick.get_text() for tick in axis.get_ticklabels()] == [
                "RRAB",
                "ED",
                "EC",
                "CST",
            ]
            assert axis.get_ticklocs().tolist() == [0, 1, 2, 3]
        counts = {text.get_position(): (text.get_text(), text.get_color()) for text in ax.texts}
        # Rows are true classes; on the dark ground of a large share the number is white.
        assert counts == {
            (2, 0): ("1", "black"), (3, 0): ("1", "black"), (1, 1): ("6", "white"),
            (2, 1): ("4", "black"), (1, 2): ("1", "black"), (2, 2): ("3", "white"),
        }  # fmt: skip
        shares = [[0, 0, 0.5, 0.5], [0, 0.6, 0.4, 0], [0, 0.25, 0.75, 0], [0, 0, 0, 0]]
        assert np.allclose(ax.images[0].get_array(), shares)
        assert ax.images[0].get_clim() == (0, 1)
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
        frames = [line.get_xydata() for line in ax.lines]
        assert [(each.min(), each.max()) for each in frames] == [
            (-0.5, 0.5),
            (0.5, 2.5),
            (2.5, 3.5),
        ]
        for frame in frames:
            low, high = frame.min(), frame.max()
            corners = [[low, low], [low, high], [high, high], [high, low], [low, low]]
            assert np.array_equal(frame, corners)
        # 1 + 4 of 1 + 4 + 2 mistakes.
        assert display.within_groups == pytest.approx(5 / 7)

    def test_colours_are_shares_of_the_true_class(self):
        display = TaxonomyConfusionDisplay(
            np.array([[1, 0, 0], [1, 3, 0], [0, 0, 0]]), ["A", "B", "C"], ["A", "B", "C"]
        ).plot()
        (image,) = display.ax_.images
        assert image.get_array().tolist() == [[1, 0, 0], [0.25, 0.75, 0], [0, 0, 0]]
        assert image.get_clim() == (0, 1)
        texts = {text.get_text(): text.get_color() for text in display.ax_.texts}
        assert texts == {"1": "black", "3": "white"}
        # A class needs room for its name.
        assert display.figure_.get_size_inches() == pytest.approx([3.35, 3.35])


class TestFeatureImportanceDisplay:
    def test_a_group_is_worth_more_than_its_twins(self, forest):
        model, X, y = forest
        alone = FeatureImportanceDisplay.from_estimator(model, X, y, random_state=0)
        groups = ["twin", "twin", "noise", "noise"]
        together = FeatureImportanceDisplay.from_estimator(
            model, X, y, groups=groups, random_state=0
        )
        assert together.names.tolist() == ["twin", "noise"]
        # Each is shuffled five times.
        assert together.importances.shape == (2, 5)
        assert together.importances[0].mean() > alone.importances[:2].mean(axis=1).max() + 0.1

    def test_families_by_name(self, forest):
        model, X, y = forest
        names = ["period", "r21", "skewness", "mine"]
        display = FeatureImportanceDisplay.from_estimator(
            model, X, y, names=names, groups="family", random_state=0
        )
        assert "other" in display.names
        assert len(display.names) == 4

    def test_the_data_stay_as_they_are(self, forest):
        model, X, y = forest
        before = X.copy()
        FeatureImportanceDisplay.from_estimator(model, X, y, groups=list("abcd"))
        assert np.array_equal(X, before)

    def test_a_table_with_names_gives_the_same_and_no_warning(self, forest):
        model, X, y = forest
        table = pd.DataFrame(X, columns=list("abcd"))
        named = clone(model).set_params(random_state=0).fit(table, y)
        plain = clone(model).set_params(random_state=0).fit(X, y)
        for groups in (None, ["one", "one", "two", "two"]):
            found, expected = (
                FeatureImportanceDisplay.from_estimator(m, t, y, groups=groups, random_state=0)
                for m, t in ((named, table), (plain, X))
            )
            assert np.array_equal(found.importances, expected.importances)

    @pytest.mark.parametrize(("key", "value"), [("names", ["a"]), ("groups", ["a"])])
    def test_numbers_of_names_and_groups_are_checked(self, forest, key, value):
        model, X, y = forest
        with pytest.raises(ValueError, match=f"1 {key}"):
            FeatureImportanceDisplay.from_estimator(model, X, y, **{key: value})

    def test_the_most_important_bars_are_drawn_the_largest_on_top(self):
        importances = [[0.3, 0.5], [0.0, 0.0], [0.9, 0.7], [0.1, 0.1]]
        display = FeatureImportanceDisplay(["a", "b", "c", "d"], importances).plot(max_shown=3)
        bars = display.ax_.containers[-1]
        names = [tick.get_text() for tick in display.ax_.get_yticklabels()]
        assert names == ["d", "a", "c"]
        widths = [bar.get_width() for bar in bars]
        assert widths == pytest.approx([0.1, 0.4, 0.8])
        assert bars[0].get_y() < bars[1].get_y() < bars[2].get_y()
        spread = np.diff([each[:, 0] for each in bars.errorbar[2][0].get_segments()], axis=1)[:, 0]
        assert spread == pytest.approx([0.0, 0.2, 0.2])

    def test_names_are_those_of_the_table_else_of_the_model_else_numbers(self, forest):
        model, X, y = forest
        table = pd.DataFrame(X, columns=["a", "b", "c", "d"])
        named = RandomForestClassifier(2, random_state=0).fit(table, y)

        def names(*arguments, **options):
            display = FeatureImportanceDisplay.from_estimator(*arguments, n_repeats=1, **options)
            return display.names.tolist()

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # Of names, which scikit-learn compares.
            assert names(model, table, y) == ["a", "b", "c", "d"]
            assert names(named, X, y) == ["a", "b", "c", "d"]
            assert names(named, table, y, names=list("wxyz")) == ["w", "x", "y", "z"]
        assert names(model, X, y) == ["feature 0", "feature 1", "feature 2", "feature 3"]

    def test_groups_of_one_are_worth_what_features_are(self, forest):
        """The score is the one asked for, the permutations as many."""
        model, X, y = forest
        options = {"scoring": "neg_log_loss", "n_repeats": 8, "random_state": 0}
        alone = FeatureImportanceDisplay.from_estimator(model, X, y, **options)
        groups = FeatureImportanceDisplay.from_estimator(
            model, X, y, groups=["a", "b", "c", "d"], **options
        )
        assert groups.importances.shape == alone.importances.shape == (4, 8)
        mean, spread = alone.importances.mean(axis=1), alone.importances.std(axis=1).max()
        assert np.allclose(groups.importances.mean(axis=1), mean, atol=2 * spread)
        assert mean.max() > 5 * spread


class TestTrainingHistoryDisplay:
    def test_one_line_a_network(self, network):
        display = TrainingHistoryDisplay.from_estimator(network)
        assert len(display.ax_.lines) == 2

    def test_of_a_pipeline_the_last_step_has_a_history(self, network):
        steps = [("plain", FunctionTransformer()), ("more", FunctionTransformer())]
        display = TrainingHistoryDisplay.from_estimator(Pipeline([*steps, ("net", network)]))
        assert len(display.ax_.lines) == 2
        with pytest.raises(TypeError, match="FunctionTransformer has no history_"):
            TrainingHistoryDisplay.from_estimator(Pipeline([("net", network), *steps]))

    def test_held_out_losses_are_dashed(self, blobs):
        stopping = TransferMLPClassifier((8,), n_estimators=1, early_stopping=True, random_state=0)
        display = TrainingHistoryDisplay.from_estimator(stopping.fit(*blobs))
        assert [line.get_linestyle() for line in display.ax_.lines] == ["-", "--"]

    def test_what_is_drawn_are_the_losses_of_each_epoch(self):
        history = [
            [{"epoch": 1, "train_loss": 3.0, "valid_loss": 4.0}, {"epoch": 2, "train_loss": 2.0}],
            [{"epoch": 1, "train_loss": 5.0}],
        ]
        ax = TrainingHistoryDisplay(history).plot().ax_
        assert [line.get_xydata().tolist() for line in ax.lines] == [
            [[1, 3], [2, 2]], [[1, 4]], [[1, 5]],
        ]  # fmt: skip
        assert [line.get_linestyle() for line in ax.lines] == ["-", "--", "-"]
        colors = [line.get_color() for line in ax.lines]
        assert colors[0] == colors[1] != colors[2]
        legend = [text.get_text() for text in ax.get_legend().get_texts()]
        assert legend == ["training", "held-out stars"]

    def test_a_forest_has_none(self):
        with pytest.raises(TypeError, match="no history_"):
            TrainingHistoryDisplay.from_estimator(RandomForestClassifier())


class TestEmbeddingDisplay:
    def test_before_and_after_transfer(self, network, blobs):
        from copy import deepcopy

        X, y = blobs
        moved = X[100:] + 2
        moved[0] = np.nan
        tuned = deepcopy(network).partial_fit_target(moved[1:], y[101:])
        display = EmbeddingDisplay.from_estimator(tuned, X[:100], y[:100], moved, y[100:])
        before, after = display.panels.values()
        assert [part.shape for part in before] == [(100, 2), (100, 2)]
        assert np.isnan(before[1][0]).all()
        assert not np.allclose(before[1][1:], after[1][1:])
        assert tuned.is_transferred_

    def test_a_source_alone_has_one_panel(self, network, blobs):
        display = EmbeddingDisplay.from_estimator(network, *blobs, *blobs)
        assert list(display.panels) == ["source"]
        (source, _) = display.panels["source"]
        # Main axes: not correlated, the first is the longer one.
        (long, across), (_, short) = np.cov(source.T)
        assert abs(across) < 1e-6 * long and long > short
        embedded = network.embed(blobs[0])
        largest = np.linalg.eigvalsh(np.cov(embedded.T))[-1]
        assert long == pytest.approx(largest, rel=1e-4)

    def test_what_is_drawn_are_the_stars_of_both_surveys_in_the_colour_of_their_class(self):
        source = np.arange(8.0).reshape(4, 2)
        target = -np.arange(6.0).reshape(3, 2)
        panels = {"one": (source, target), "other": (source + 100, target)}
        display = EmbeddingDisplay(panels, ["A", "B", "A", "B"], ["B", "C", "B"]).plot()
        assert [ax.get_title() for ax in display.axes_] == ["one", "other"]
        for ax, shift in zip(display.axes_, (0, 100), strict=True):
            drawn = [each for each in ax.collections if len(each.get_offsets())]
            for label, dots, crosses in (
                ("A", source[[0, 2]], None),
                ("B", source[[1, 3]], target[[0, 2]]),
                ("C", None, target[[1]]),
            ):
                (color,) = [
                    tuple(each.get_facecolor()[0][:3])
                    for each in ax.collections
                    if each.get_label() == label
                ]
                of_class = [e for e in drawn if tuple(e.get_facecolor()[0][:3]) == color]
                found = [each.get_offsets().tolist() for each in of_class]
                expected = [dots + shift] if dots is not None else []
                expected += [crosses] if crosses is not None else []
                assert found == [each.tolist() for each in expected]
        (legend,) = display.figure_.legends
        assert [text.get_text() for text in legend.get_texts()] == [
            "A", "B", "C", "source: dots", "target: crosses",
        ]  # fmt: skip
        dots, crosses = (
            each.get_paths()[0].vertices
            for each in display.axes_[0].collections
            if each.get_label().startswith(("source", "target"))
        )
        assert len(crosses) < len(dots)
