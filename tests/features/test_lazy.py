"""Attributes computed when first read."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sklearn_vartl.features._extraction import lazy


class Thing:
    def __init__(self, compute):
        self.compute = compute

    @lazy
    def value(self):
        """What `compute` returns."""
        return self.compute()


def test_is_computed_once():
    calls = []
    thing = Thing(lambda: calls.append(0) or "found")
    assert (thing.value, thing.value) == ("found", "found")
    assert len(calls) == 1


def test_on_the_class_it_is_the_descriptor():
    assert Thing.value.__doc__ == "What `compute` returns."


def test_threads_do_not_wait_for_each_other():
    both_inside = Barrier(2, timeout=20)
    with ThreadPoolExecutor(2) as pool:
        values = list(pool.map(lambda _: Thing(both_inside.wait).value, range(2)))
    assert sorted(values) == [0, 1]
