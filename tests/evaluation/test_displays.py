"""The displays show what they say, and keep their data."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.stats import binomtest, norm
from sklearn.datasets import make_blobs
from sklearn.ensemble import RandomForestClassifier

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
    yield
    plt.close("all")


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

    def test_other_tables_are_refused(self):
        with pytest.raises(TypeError, match="must be LightCurves"):
            LightCurveDisplay.from_light_curves(np.zeros((3, 2)))


class TestPeriodogramDisplay:
    def test_marks_peak_aliases_and_harmonics(self, light_curves):
        display = PeriodogramDisplay.from_light_curves(light_curves, 0)
        frequency = 1 / light_curves.table["true_period"][0]
        assert display.peak == pytest.approx(frequency, abs=1e-3)
        assert any(abs(each - frequency - 1) < 2e-3 for each in display.aliases)
        assert display.harmonics["2"] == pytest.approx(2 * display.peak)

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

    @pytest.mark.parametrize(("key", "value"), [("names", ["a"]), ("groups", ["a"])])
    def test_numbers_of_names_and_groups_are_checked(self, forest, key, value):
        model, X, y = forest
        with pytest.raises(ValueError, match=f"1 {key}"):
            FeatureImportanceDisplay.from_estimator(model, X, y, **{key: value})


class TestTrainingHistoryDisplay:
    def test_one_line_a_network(self, network):
        display = TrainingHistoryDisplay.from_estimator(network)
        assert len(display.ax_.lines) == 2

    def test_held_out_losses_are_dashed(self, blobs):
        stopping = TransferMLPClassifier((8,), n_estimators=1, early_stopping=True, random_state=0)
        display = TrainingHistoryDisplay.from_estimator(stopping.fit(*blobs))
        assert [line.get_linestyle() for line in display.ax_.lines] == ["-", "--"]

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
