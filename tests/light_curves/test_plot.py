"""Pictures of one star."""

import builtins

import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurves

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def drawn(ax):
    return [line for line in ax.get_lines() if len(line.get_xdata())]


def test_magnitudes_over_time(light_curves):
    ax = light_curves.plot(3)
    (points,) = drawn(ax)
    np.testing.assert_array_equal(points.get_xdata(), light_curves[3].time)
    np.testing.assert_array_equal(points.get_ydata(), light_curves[3].mag)
    low, high = ax.get_ylim()
    assert low > high
    assert "star3" in ax.get_title()
    assert ax.get_xlabel() == "time (d)"


def test_a_round_number_is_taken_off_julian_dates(light_curves):
    star = light_curves[3]
    span = np.ptp(star.time)
    X = LightCurves(star.time - star.time.min() + 2455012.25, star.mag, star.magerr)
    ax = X.plot()
    (points,) = drawn(ax)
    start = 2450000.0 if span > 1000 else 2455000.0
    np.testing.assert_allclose(points.get_xdata(), X[0].time - start, atol=1e-6)
    assert ax.get_xlabel() == f"time - {start:.0f} (d)"


@pytest.mark.parametrize(
    ("first", "span", "start"),
    [
        # From 1e5 on, or a thousand units on; the unit is the power of ten that holds the span.
        (2455012.25, 10.0, 2455010.0),
        (2455012.25, 11.0, 2455000.0),
        (55012.25, 10.0, 55010.0),
        (55012.25, 11.0, 0.0),
        (55012.25, 500.0, 0.0),
        (100000.5, 500.0, 100000.0),
        (99999.5, 500.0, 0.0),
        (1000.0, 0.5, 1000.0),
        (999.9, 0.5, 0.0),
        (9999.0, 9.0, 0.0),
        (10003.0, 9.0, 10000.0),
    ],
)
def test_what_is_taken_off_is_as_round_as_the_span_allows(first, span, start):
    X = LightCurves([first, np.nan, first + span], [15.0, 15.2, 15.1])
    ax = X.plot()
    assert ax.get_xlabel() == (f"time - {start:.10g} (d)" if start else "time (d)")
    (points,) = drawn(ax)
    np.testing.assert_allclose(points.get_xdata()[[0, -1]], [first - start, first + span - start])


def test_error_bars_are_drawn_where_errors_mean_something():
    X = LightCurves(np.arange(4.0), np.full(4, 15.0), [0.5, -1.0, np.nan, 0.25])
    ax = X.plot()
    (bars,) = ax.containers[0].lines[2]
    half = [np.ptp(segment[:, 1]) / 2 for segment in bars.get_segments()]
    np.testing.assert_allclose(half, [0.5, 0.0, 0.0, 0.25])
    folded = X.plot(period=2.0)
    (bars,) = folded.containers[0].lines[2]
    assert len(bars.get_segments()) == 8
    assert folded.get_xlabel() == "phase (period 2 d)"
    assert LightCurves([0.0, 1.0], [15.0, 15.0]).plot().containers[0].lines[2] == ()


def test_limits_and_flagged_points_have_no_bars_and_the_color_of_their_band():
    X = LightCurves(
        np.arange(6.0), np.full(6, 15.0), np.full(6, 0.1), limit=[0, 0, 1, 1, 1, 0],
        flag=[0, 0, 0, 0, 3, 3], labels=["EC"], ids=["seven"],
    )  # fmt: skip
    ax = X.plot()
    time = {line.get_marker(): line.get_xdata().tolist() for line in drawn(ax)}
    # What is flagged and a limit is flagged.
    assert time == {"o": [0.0, 1.0], "v": [2.0, 3.0], "x": [4.0, 5.0]}
    assert len({line.get_color() for line in drawn(ax)}) == 1
    assert [len(container.lines[2]) for container in ax.containers] == [1, 0, 0]
    assert ax.get_title() == "seven  EC" and ax.get_ylabel() == "magnitude"
    assert ax.get_legend() is None


def test_folded_over_two_cycles(light_curves):
    period = light_curves.table["true_period"][0]
    ax = light_curves.plot("star0", period=period)
    (points,) = drawn(ax)
    phase = light_curves[0].time / period % 1
    np.testing.assert_allclose(points.get_xdata(), np.r_[phase, phase + 1])
    np.testing.assert_array_equal(points.get_ydata(), np.tile(light_curves[0].mag, 2))


def test_draws_into_given_axes(light_curves):
    _, ax = plt.subplots()
    assert light_curves.plot(ax=ax) is ax


def test_bands_limits_and_flagged_points_look_different():
    X = LightCurves(
        np.arange(6.0),
        np.arange(6.0),
        [0.1, -1.0, np.nan, np.inf, 0.1, 0.1],
        band=["V", "I", "V", "I", "V", "V"],
        limit=[False] * 4 + [True, False],
        flag=[0, 0, 0, 0, 0, 3],
        quantity="flux",
    )
    ax = X.plot()
    markers = {line.get_marker(): len(line.get_xdata()) for line in drawn(ax)}
    assert markers["v"] == 1
    assert markers["x"] == 1
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["I", "V"]
    low, high = ax.get_ylim()
    assert low < high
    assert ax.get_ylabel() == "flux"


def test_a_star_that_is_not_there(light_curves):
    with pytest.raises(ValueError, match="no star with the identifier 'X'"):
        light_curves.plot("X")
    with pytest.raises(IndexError, match="out of range"):
        light_curves.plot(99)
    for period in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(ValueError, match="period must be a positive number"):
            light_curves.plot(0, period=period)


def test_without_matplotlib_the_error_names_the_extra(light_curves, monkeypatch):
    real_import = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install sklearn_vartl\[plot\]"):
        light_curves.plot()
