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


# As it is compiled, and as it is written.
def compiled(inputs, trees):
    return trees.predict_proba(inputs)


def interpreted(inputs, trees):
    from sklearn_vartl.transfer._ensemble_kernel import mean_leaf

    plain = getattr(mean_leaf, "py_func", mean_leaf)
    return plain(np.asarray(inputs, np.float32), *trees.to_arrays().values())


@pytest.fixture
def by_hand():
    """A tree of one leaf, one of one question, and one whose last leaf is not its deepest."""
    leaf = -1
    return Trees(
        first=np.array([0, 1, 4], np.int32),
        left=np.array([leaf, 2, leaf, leaf, 5, leaf, 7, 9, leaf, leaf, leaf], np.int32),
        right=np.array([leaf, 3, leaf, leaf, 6, leaf, 10, 8, leaf, leaf, leaf], np.int32),
        feature=np.array([0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0], np.int32),
        threshold=np.array([0, 0.5, 0, 0, 1.0, 0, 2.0, 3.0, 0, 0, 0]),
        value=np.array(
            [
                [0.2, 0.3, 0.5],
                *([0, 0, 1], [1, 0, 0], [0, 1, 0]),
                *([0, 0, 1], [0.5, 0.5, 0], [0, 0, 1], [0, 0, 1]),
                *([0, 1, 0], [0.125, 0, 0.875], [0, 0.25, 0.75]),
            ]
        ),
    )


@pytest.mark.parametrize("way", [compiled, interpreted])
@pytest.mark.parametrize("n", [0, 1, 63, 64, 65, 128, 150])
def test_leaves_by_hand(by_hand, way, n):
    # (row, its leaf of the second tree, its leaf of the third); an input at a threshold goes left.
    cases = [
        ([0.0, 0.0], 2, 5),
        ([1.0, 0.5], 2, 5),
        ([1.5, 0.75], 3, 9),
        ([3.0, 2.0], 3, 9),
        ([3.5, 2.0], 3, 8),
        ([3.5, -1.0], 2, 8),
        ([1.5, 2.5], 3, 10),
    ]
    chosen = [cases[i % len(cases)] for i in range(n)]
    inputs = np.array([row for row, _, _ in chosen]).reshape(n, 2)
    value = by_hand.value
    expected = [(value[0] + value[second] + value[third]) / 3 for _, second, third in chosen]
    found = way(inputs, by_hand)
    np.testing.assert_allclose(found, np.reshape(expected, (n, 3)), rtol=1e-14)


@pytest.mark.parametrize("depth", [1, 2, 5, None])
def test_the_source_of_the_kernel_does_what_scikit_learn_does(stars, depth):
    X, y, _ = stars
    forest = ExtraTreesClassifier(3, max_depth=depth, random_state=0).fit(X, y)
    nodes = [tree.tree_ for tree in forest.estimators_]
    first = np.cumsum([0, *[tree.node_count for tree in nodes[:-1]]])

    def joined(name):
        return np.concatenate([getattr(tree, name) for tree in nodes])

    start = np.repeat(first, [tree.node_count for tree in nodes])
    left, right = joined("children_left"), joined("children_right")
    value = joined("value")[:, 0]
    trees = Trees(
        first=first.astype(np.int32),
        left=np.where(left < 0, -1, left + start).astype(np.int32),
        right=np.where(right < 0, -1, right + start).astype(np.int32),
        feature=joined("feature").astype(np.int32),
        threshold=joined("threshold"),
        value=value / value.sum(axis=1, keepdims=True),
    )
    np.testing.assert_allclose(interpreted(X[:70], trees), forest.predict_proba(X[:70]))


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
