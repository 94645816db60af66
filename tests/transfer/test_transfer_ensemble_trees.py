"""Trees as arrays predict what scikit-learn's do, and damaged arrays are refused."""

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier

from sklearn_vartl.transfer._ensemble_model import Trees, grow


@pytest.fixture(scope="module")
def stars():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 5)).astype(np.float32)
    return X, np.digitize(X[:, 0] + X[:, 1], [-0.5, 0.8]) * 2, rng.random(200) + 0.1


def test_same_probabilities_as_scikit_learn(stars):
    X, y, weight = stars
    trees = grow(X, y, weight, 6, 20, seed=3)
    # Each class weighs as much as any other, whatever its stars weigh: to the last bit, which decides on splits.
    total = np.array([weight[y == k].cumsum()[-1] for k in (0, 2, 4)])
    balanced = weight * (total.sum() / (3 * total))[y // 2]
    forest = ExtraTreesClassifier(20, max_features=0.3, random_state=3).fit(X, y, balanced)
    other = np.random.default_rng(1).normal(size=(500, 5))
    proba = trees.predict_proba(other)
    np.testing.assert_allclose(proba[:, [0, 2, 4]], forest.predict_proba(other), atol=1e-12)
    # Classes that no star has get nothing.
    assert (proba[:, [1, 3, 5]] == 0).all()


def test_a_forest_too(stars):
    X, y, weight = stars
    trees = grow(X, y, weight, 5, 20, seed=3, kind="forest")
    forest = ExtraTreesClassifier(20, random_state=3).fit(X, y, weight)
    np.testing.assert_allclose(trees.predict_proba(X)[:, [0, 2, 4]], forest.predict_proba(X))


def test_the_compiled_kernel_does_what_its_source_says(stars):
    from sklearn_vartl.transfer._ensemble_kernel import mean_leaf

    X, y, weight = stars
    trees = grow(X, y, weight, 5, 3, seed=0)
    arguments = (X[:20], *trees.to_arrays().values())
    plain = getattr(mean_leaf, "py_func", mean_leaf)
    np.testing.assert_array_equal(mean_leaf(*arguments), plain(*arguments))


def test_arrays_and_back(stars):
    X, y, weight = stars
    trees = grow(X, y, weight, 5, 8, seed=0)
    again = Trees.from_arrays(trees.to_arrays(), 5, 5)
    np.testing.assert_array_equal(again.predict_proba(X), trees.predict_proba(X))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("first", -1),
        ("first", 10**6),
        ("left", 0),  # back to the root: the way would never end
        ("right", 10**6),
        ("feature", 5),
        ("feature", -3),
    ],
)
def test_indices_that_lead_astray_are_refused(stars, name, value):
    X, y, weight = stars
    arrays = {k: a.copy() for k, a in grow(X, y, weight, 5, 4, seed=0).to_arrays().items()}
    arrays[name][0] = value
    with pytest.raises(ValueError, match="damaged"):
        Trees.from_arrays(arrays, 5, 5)


def test_wrong_shapes_and_kinds_are_refused(stars):
    X, y, weight = stars
    arrays = grow(X, y, weight, 5, 4, seed=0).to_arrays()
    for name, array in arrays.items():
        with pytest.raises(ValueError, match="damaged"):
            Trees.from_arrays(arrays | {name: array[:-1] if name != "first" else array[:0]}, 5, 5)
        with pytest.raises(ValueError, match="damaged"):
            Trees.from_arrays(arrays | {name: array.astype(complex)}, 5, 5)
