"""The warning names the replacement and points at the caller's line."""

import inspect
import warnings

import pytest
from sklearn.base import BaseEstimator, clone

from sklearn_vartl._deprecation import deprecated, warn_deprecated

SAID = "is deprecated since version 1.1 and will be gone in 1.3: use `new`"
VERSIONS = {"since": "1.1", "until": "1.3", "instead": "`new`"}


@deprecated(**VERSIONS)
def old(x, *, times=2):
    """Multiply."""
    return times * x


@deprecated(**VERSIONS)
class Old(BaseEstimator):
    def __init__(self, n=1):
        self.n = n


class Kept:
    @deprecated(**VERSIONS)
    def method(self):
        return 7


def function(n=None):
    if n is not None:
        warn_deprecated("the parameter `n`", **VERSIONS)
    return n


@pytest.mark.parametrize(
    ("call", "name", "result"),
    [
        (lambda: old(4, times=3), "old", 12),
        (lambda: Kept().method(), "Kept.method", 7),
        (lambda: Old(n=5).n, "Old", 5),
        (lambda: function(3), "the parameter `n`", 3),
    ],
)
def test_it_works_and_warns_where_it_is_called(call, name, result):
    with pytest.warns(FutureWarning, match=f"{name} {SAID}") as caught:
        assert call() == result
    assert len(caught) == 1
    assert caught[0].filename == __file__
    if name != "the parameter `n`":
        assert caught[0].lineno == call.__code__.co_firstlineno


def test_nothing_is_said_without_need():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert function() is None


def test_signature_name_and_documentation_stay():
    assert str(inspect.signature(old)) == "(x, *, times=2)"
    assert (old.__name__, old.__doc__) == ("old", "Multiply.")
    with pytest.warns(FutureWarning, match=SAID):
        assert clone(Old(n=3)).get_params() == {"n": 3}
