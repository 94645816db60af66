"""Scores against closed forms."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score, log_loss, matthews_corrcoef

from sklearn_vartl.evaluation import expected_calibration_error, mc_score, score_report


def test_mc_score_is_matthews_correlation_between_zero_and_one(rng):
    y_true, y_pred = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    assert mc_score(y_true, y_pred) == pytest.approx(
        (matthews_corrcoef(y_true, y_pred) + 1) / 2, abs=1e-12
    )
    assert mc_score([0, 1, 0, 1], [1, 0, 1, 0]) == 0.0


def test_mc_score_uses_the_weights():
    # The wrong prediction has no weight.
    assert mc_score([0, 1, 1], [0, 1, 0], sample_weight=[1, 1, 0]) == 1.0


def test_calibration_error_of_one_bin_is_the_distance_of_confidence_and_accuracy():
    proba = np.tile([0.7, 0.3], (10, 1))
    y_true = np.array(["a"] * 4 + ["b"] * 6)
    assert expected_calibration_error(y_true, proba) == pytest.approx(0.3)


def test_calibration_error_weighs_bins_by_their_stars():
    # Three stars at 0.95, all right (0.05 off); one at 0.55, wrong (0.55 off).
    proba = [[0.95, 0.05]] * 3 + [[0.45, 0.55]]
    expected = 0.75 * 0.05 + 0.25 * 0.55
    assert expected_calibration_error([0, 0, 0, 0], proba, labels=[0, 1]) == pytest.approx(expected)


def test_errors_of_one_bin_cancel_and_of_two_bins_do_not():
    # 0.61 and 0.65 share a bin of width 1/15, 0.61 and 0.99 do not; one star right, one wrong.
    same = expected_calibration_error([0, 1], [[0.61, 0.39], [0.65, 0.35]], labels=[0, 1])
    assert same == pytest.approx(abs(0.61 + 0.65 - 1) / 2)
    apart = expected_calibration_error([0, 1], [[0.61, 0.39], [0.99, 0.01]], labels=[0, 1])
    assert apart == pytest.approx((0.39 + 0.99) / 2)


def test_certain_predictions_fall_into_the_last_bin():
    proba = np.eye(3)
    assert expected_calibration_error([0, 1, 2], proba) == 0.0
    assert expected_calibration_error([1, 2, 0], proba) == 1.0


def test_a_class_the_classifier_does_not_know_counts_as_wrong():
    proba = [[1.0, 0.0], [1.0, 0.0]]
    assert expected_calibration_error(["a", "new"], proba, labels=["a", "b"]) == 0.5


def test_calibration_error_uses_the_weights():
    proba = [[1.0, 0.0], [1.0, 0.0]]
    error = expected_calibration_error([0, 1], proba, labels=[0, 1], sample_weight=[3, 1])
    assert error == pytest.approx(0.25)


def test_weights_are_numbers_of_copies(rng):
    proba = rng.dirichlet([1, 2, 3], 60)
    y_true = rng.integers(0, 3, 60)
    copies = rng.integers(0, 4, 60)
    weighted = expected_calibration_error(y_true, proba, labels=[0, 1, 2], sample_weight=copies)
    repeated = expected_calibration_error(
        np.repeat(y_true, copies), np.repeat(proba, copies, axis=0), labels=[0, 1, 2]
    )
    assert weighted == pytest.approx(repeated, rel=1e-12)
    assert weighted != pytest.approx(expected_calibration_error(y_true, proba), rel=1e-3)


def test_the_scores_of_a_report_are_those_of_scikit_learn(rng):
    classes = np.array(["a", "b", "c"])
    y, proba = classes[rng.choice(3, 90, p=[0.7, 0.2, 0.1])], rng.dirichlet([2, 1, 1], 90)
    predicted = classes[proba.argmax(axis=1)]
    scores = score_report(y, proba, classes)["scores"]
    assert scores["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(y, predicted))
    assert scores["f1_macro"] == pytest.approx(f1_score(y, predicted, average="macro"))
    assert scores["log_loss"] == pytest.approx(log_loss(y, proba, labels=classes))
    assert scores["accuracy"] == pytest.approx(np.mean(y == predicted))


def test_a_class_that_no_star_has_is_no_part_of_the_macro_f1():
    """Of four stars one is called NONVAR: F1 1 and 2/3, whatever the name of what it is called."""
    proba = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
    classes = np.array(["EC", "ED", "NONVAR"])
    report = score_report(np.array(["EC", "EC", "ED", "ED"]), proba, classes)
    assert report["scores"]["f1_macro"] == pytest.approx((1 + 2 / 3) / 2)


def test_a_report_counted_by_hand():
    """A class the classifier does not know (c), one without stars (b), and one never predicted (d)."""
    y = np.array(["a", "a", "a", "c", "d"])
    proba = np.array(
        [[0.9, 0.05, 0.05], [0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [1, 0, 0], [0.6, 0.4, 0]]
    )
    report = score_report(y, proba, np.array(["a", "b", "d"]))
    assert report["confusion"] == {
        "labels": ["a", "b", "c", "d"],
        "counts": [[2, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]],
    }
    names = "class n_stars n_predicted precision recall f1".split()
    assert [tuple(row[name] for name in names) for row in report["classes"]] == [
        ("a", 3, 4, 0.5, pytest.approx(2 / 3), pytest.approx(4 / 7)),
        ("b", 0, 1, 0.0, None, 0.0),
        ("c", 1, 0, None, 0.0, 0.0),
        ("d", 1, 0, None, 0.0, 0.0),
    ]
    assert report["scores"]["accuracy"] == 0.4
    # The star of class c is left out, for which the loss would be infinite; d has no chance.
    tiny = np.finfo(np.float64).eps
    expected = -np.log([0.9, 0.8, 0.2, tiny]).mean()
    assert report["scores"]["log_loss"] == pytest.approx(expected)
    nobody = score_report(np.array(["c", "c"]), proba[:2], np.array(["a", "b", "d"]))
    assert nobody["scores"]["log_loss"] is None and nobody["scores"]["accuracy"] == 0


def test_rows_may_miss_the_sum_of_one_by_the_tolerance_alone():
    proba = [[0.51, 0.5], [0.5, 0.5]]
    with pytest.raises(ValueError, match="sum to one"):
        expected_calibration_error([0, 1], proba, tolerance=0.009)
    assert expected_calibration_error([0, 1], proba, tolerance=0.011) > 0


@pytest.mark.parametrize(
    "proba, labels, message",
    [
        ([[0.5, 0.5], [0.5, 0.5]], ["a", "b", "c"], "2 columns, there are 3 labels"),
        ([[0.5, 0.6], [0.5, 0.5]], None, "sum to one"),
        ([[-0.5, 1.5], [0.5, 0.5]], None, "positive"),
        ([[0.5, 0.5]], None, "inconsistent numbers of samples"),
    ],
)
def test_what_is_no_probability_is_refused(proba, labels, message):
    with pytest.raises(ValueError, match=message):
        expected_calibration_error(["a", "b"], proba, labels=labels)
