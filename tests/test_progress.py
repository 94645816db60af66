"""Bars of progress are seen where they are wanted, and do not fill a file."""

from sklearn_vartl._progress import progress_bar


def test_a_hidden_bar_writes_nothing(capsys):
    assert list(progress_bar(range(3), visible=False)) == [0, 1, 2]
    assert capsys.readouterr().err == ""


def test_a_file_gets_a_few_lines(capsys):
    assert list(progress_bar(range(500), total=500, desc="stars", unit="star")) == list(range(500))
    text = capsys.readouterr().err
    assert "stars: 100%" in text
    assert text.count("%") <= 2
