"""How light curves show themselves."""

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
