"""scikit-learn's own checks of TaxonomyClassifier, with a tree of the labels they use."""

from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_vartl.taxonomy import TaxonomyClassifier

_TREE = {
    "low": {"numbers": [-1, 0, 1], "words": ["one", "setosa", "a", "eggs"]},
    "high": {
        "larger": [2, 3, 4, 5, 6, 7, 8, 9],
        "other": ["two", "three", "versicolor", "virginica", "b", "spam", "c"],
    },
}


@parametrize_with_checks(
    [
        TaxonomyClassifier(LogisticRegression(), _TREE, routing=routing)
        for routing in ("flat", "soft", "hard")
    ]
)
def test_sklearn(estimator, check):
    check(estimator)
