"""Whatever light curves hold, every form gives them back."""

import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_vartl.light_curves import (
    LightCurves,
    concatenate,
    read_light_curves,
    write_light_curves,
)

# Any numbers will do here, also those that no star has.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn_vartl.light_curves.LightCurveWarning")

small = settings(max_examples=25, deadline=None, derandomize=True, database=None)


def measured(value):
    """Whether a number is none of those that stand for "not measured" far from all others."""
    return value not in (0.0, -1.0) and not re.fullmatch(r"-?9+(\.9*0*)?", f"{value:.7g}")


numbers = st.floats(-1e6, 1e7, width=64).filter(measured)
# Beyond are placeholders, which are read as "not measured".
magnitudes = st.floats(-50, 50, width=64).filter(measured)
# Below Julian dates, whose zero would be recorded.
times = st.floats(-1e6, 1e6, width=64).filter(measured)
words = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=("Cc", "Cs", "Zs")),
    min_size=1,
    max_size=8,
)
# A dot, a dash or "unknown" is no class, and a warning says so.
classes = words.map(lambda word: f"C{word}")


@st.composite
def light_curves(draw, least=1):
    """Up to four stars of up to six points, with and without errors, bands and labels."""
    n_points = draw(st.lists(st.integers(0, 6), min_size=least, max_size=4))
    n_stars, n = len(n_points), sum(n_points)

    def column(values):
        return draw(st.lists(values, min_size=n, max_size=n))

    def of_stars(values, **options):
        return draw(st.lists(values, min_size=n_stars, max_size=n_stars, **options))

    quantity = draw(st.sampled_from(["mag", "flux"]))
    return LightCurves(
        np.array(column(times)),
        np.array(column(magnitudes if quantity == "mag" else numbers)),
        np.array(column(st.floats(1e-6, 9))) if draw(st.booleans()) and n else None,
        np.concatenate([[0], np.cumsum(n_points)]).astype(int),
        ids=of_stars(words, unique=True),
        labels=of_stars(st.none() | classes) if draw(st.booleans()) else None,
        band=column(st.sampled_from(["V", "I"])) if draw(st.booleans()) and n else None,
        quantity=quantity,
    )


def same(found, X):
    """Equal; a column of labels in which every one is missing may be no column."""
    if X.labels is not None and all(label is None for label in X.labels):
        found, X = found.replace(labels=None), X.replace(labels=None)
    return found == X


@pytest.mark.parametrize("form", ["to_pandas", "to_arrow", "to_nested"])
@small
@given(X=light_curves())
def test_tables(form, X):
    if form == "to_nested":
        pytest.importorskip("nested_pandas")
    assert same(LightCurves.from_any(getattr(X, form)()), X)


@small
@given(X=light_curves())
def test_lists_of_stars(X):
    assert same(LightCurves.from_any(list(X)), X)


@small
@given(X=light_curves())
def test_tuples(X):
    stars = [tuple(star) for star in X]
    found = LightCurves.from_any(stars, quantity=X.quantity, ids=X.ids, labels=X.labels)
    assert same(found, X.replace(band=None))


@pytest.mark.parametrize("name", ["stars.parquet", "stars.csv", "folder"])
@small
@given(X=light_curves())
def test_files(name, X):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_light_curves(X, path)
        assert same(read_light_curves(path), X)


@small
@given(X=light_curves(), Y=light_curves())
def test_what_is_put_together_is_taken_apart(X, Y):
    Y = Y.replace(ids=[f"{name}'" for name in Y.ids])
    if X.quantity != Y.quantity:
        Y = LightCurves(Y.time, Y._arguments()["mag"], None, Y.offsets, quantity=X.quantity)
    both = concatenate([X, Y])
    assert len(both) == len(X) + len(Y)
    np.testing.assert_array_equal(both[: len(X)].time, X.time)
    np.testing.assert_array_equal(both[len(X) :].time, Y.time)


@small
@given(X=light_curves(), data=st.data())
def test_any_choice_of_stars(X, data):
    index = data.draw(st.lists(st.integers(0, len(X) - 1), max_size=6))
    chosen = X[index]
    assert chosen.ids.tolist() == [X.ids[i] for i in index]
    for i, star in zip(index, chosen, strict=True):
        np.testing.assert_array_equal(star.mag, X[i].mag)


@small
@given(X=light_curves())
def test_nothing_is_written_to(X):
    for array in (X.time, X._arguments()["mag"], X.offsets):
        assert not array.flags.writeable
