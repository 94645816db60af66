"""How light curves show themselves."""

import re
import xml.etree.ElementTree as ET

import numpy as np

from sklearn_vartl.light_curves import LightCurves


def test_text_tells_counts_and_spans(light_curves):
    text = repr(light_curves)
    assert text.splitlines()[0] == "LightCurves: 30 stars"
    assert "survey: TEST" in text
    assert "points: 1,200; 40 to 40 a star, median 40" in text
    assert "SHORT 15, LONG 15" in text
    assert "table: true_period" in text


def test_rare_classes_are_counted_together():
    labels = [f"C{i:02d}" for i in range(12)] + [None]
    X = LightCurves([], [], offsets=np.zeros(14, dtype=int), labels=labels)
    assert "and 4 more" in repr(X)
    assert "without label: 1" in repr(X)


def test_html_escapes_what_the_data_say():
    X = LightCurves([0.0, 1.0], [1.0, 2.0], survey="<script>", labels=["<b>"], band=["V", "I"])
    html = X._repr_html_()
    assert "<script>" not in html
    assert "&lt;b&gt; 1" in html
    assert "<td style='text-align:left'>V 1, I 1</td>" in html


def test_bad_values_do_not_disturb():
    X = LightCurves([np.nan, np.inf, 1.0, 3.0], [np.nan, 1.0, np.inf, 2.0], offsets=[0, 2, 4, 4])
    text = repr(X)
    assert "time span: 2 to 2 d" in text
    assert "mag: 1 to 2" in text
    assert "errors: none" in text


def test_one_star(light_curves):
    assert repr(light_curves[0]).startswith("LightCurve(id='star0', label='SHORT', 40 points, ")
    assert repr(LightCurves([], [])[0]) == "LightCurve(id='0', 0 points)"
    assert "1 star\n" in repr(light_curves[:1])


def dots(html):
    """Pictures of a page, each as an array of the pixels (x, y) of its dots."""
    paths = re.findall(r"<path d='([^']*)'", html)
    return [np.array(re.findall(r"M(\S+) (\S+)h0", path), dtype=float) for path in paths]


def test_html_draws_the_first_stars(light_curves):
    html = light_curves._repr_html_()
    assert len(dots(html)) == 3
    assert [len(picture) for picture in dots(html)] == [40, 40, 40]
    assert "star0 SHORT" in html
    assert ET.fromstring(html).tag == "table"


def test_bright_is_on_top_and_late_on_the_right():
    X = LightCurves([0.0, 1.0, 2.0], [15.0, 14.0, 13.0])
    (picture,) = dots(X._repr_html_())
    assert (np.diff(picture[:, 0]) > 0).all()
    assert (np.diff(picture[:, 1]) < 0).all()
    flux = LightCurves([0.0, 1.0, 2.0], [15.0, 14.0, 13.0], quantity="flux")
    (upright,) = dots(flux._repr_html_())
    assert (np.diff(upright[:, 1]) > 0).all()


def test_dots_stand_where_their_points_are():
    """A picture of 150 by 40 pixels with margins of 3, by hand."""
    X = LightCurves([0.0, 1.0, 4.0], [10.0, 11.0, 12.0])
    (picture,) = dots(X._repr_html_())
    # A quarter of 144 pixels, half of 34.
    np.testing.assert_allclose(picture, [[3, 3], [39, 20], [147, 37]])
    flux = LightCurves([0.0, 1.0, 4.0], [10.0, 11.0, 12.0], quantity="flux")
    (upright,) = dots(flux._repr_html_())
    np.testing.assert_allclose(upright, [[3, 37], [39, 20], [147, 3]])
    assert "width='150' height='40' viewBox='0 0 150 40'" in X._repr_html_()
    # Nothing to tell apart: the middle.
    (same,) = dots(LightCurves([5.0, 5.0], [14.0, 14.0])._repr_html_())
    np.testing.assert_allclose(same, [[75, 20]] * 2)


def test_an_outlier_does_not_press_the_rest_into_a_line():
    """The hundredth parts of 1, 2, ..., 200 and a million at both ends reach to 3 and from 199."""
    value = np.append(np.arange(1.0, 201.0), 1e6)
    (picture,) = dots(LightCurves(np.arange(201.0), value)._repr_html_())
    expected = 3 + 34 * np.clip((value - 3) / 196, 0, 1)
    np.testing.assert_allclose(picture[:, 1], expected, atol=0.051)


def test_three_hundred_dots_of_many_points_from_the_first_to_the_last():
    for n, drawn in ((300, 300), (301, 300), (2000, 300)):
        X = LightCurves(np.arange(float(n)), np.linspace(0, 1, n))
        (picture,) = dots(X._repr_html_())
        assert len(picture) == drawn
        assert picture[0, 0] == 3 and picture[-1, 0] == 147
        assert (np.diff(picture[:, 0]) > 0).mean() > 0.9


def test_facts_by_hand():
    X = LightCurves(
        [0.0, 10.0, 100.0, 101.0, 103.0, 7.0],
        [15.0, 16.0, 14.0, 14.5, 14.25, 17.0],
        [0.1] * 6,
        [0, 2, 5, 6],
        labels=["A", None, None],
        survey=["X", "Y", "X"],
        table={"b": [1, 2, 3], "a": [4, 5, 6]},
    )
    assert repr(X).splitlines() == [
        "LightCurves: 3 stars",
        "  survey: X 2, Y 1",
        "  points: 6; 1 to 3 a star, median 2",
        "  time span: 0 to 10 d, median 3 d",
        "  mag: 14 to 17",
        "  errors: given",
        "  classes: A 1",
        "  without label: 2",
        "  table: b, a",
    ]
    assert "without label" not in repr(X[:1])
    assert "no columns" in repr(LightCurves([], [], offsets=[0, 0], table={}))


def test_eight_classes_are_named():
    labels = [f"C{i}" for i in range(9)]
    X = LightCurves([], [], offsets=np.zeros(10, dtype=int), labels=labels)
    assert "C7 1 and 1 more" in repr(X)
    assert "more" not in repr(X[:8]) and "C7 1" in repr(X[:8])


def test_pictures_bear_whatever_points_there_are():
    values = [np.nan, 1e308, -1e308, 99.999, 14.0, 14.1]
    X = LightCurves(np.arange(6.0), values, offsets=[0, 1, 4, 6])
    pictures = dots(X._repr_html_())
    assert [len(picture) for picture in pictures] == [3, 2]
    assert all(np.isfinite(picture).all() for picture in pictures)
    assert dots(LightCurves([], [])._repr_html_()) == []
    same = LightCurves(np.zeros(3), np.full(3, 14.0))
    assert len(dots(same._repr_html_())[0]) == 3


def test_long_light_curves_do_not_swell_the_page():
    time = np.linspace(0, 1, 100_000)
    X = LightCurves(time, np.sin(40 * time))
    assert len(X._repr_html_()) < 20_000


def test_a_star_without_points_has_one_row_of_nothing():
    X = LightCurves(
        [1.0, 2.0], [15.0, 16.0], None, [0, 2, 2], ids=["a", "b"], limit=[True, True], flag=[3, 4],
        band=["V", "V"],
    )  # fmt: skip
    row = X.to_pandas().set_index("object_id").loc["b"]
    assert np.isnan(row["time"]) and np.isnan(row["mag"])
    assert (row["limit"], row["flag"]) == (False, 0)


def test_one_star_is_told_without_spans_of_many_and_points_without_band_as_such():
    bands = np.array(["g", None, "g"], dtype=object)
    text = repr(LightCurves([0.0, 1.0, 2.5], [12.0, 12.5, 12.2], None, [0, 3], band=bands))
    assert text.splitlines()[1:] == [
        "  points: 3",
        "  time span: 2.5 d",
        "  mag: 12 to 12.5",
        "  errors: none",
        "  bands: g 2, not told 1",
    ]
