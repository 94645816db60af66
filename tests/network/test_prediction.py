"""What a network answers for a star does not depend on its company."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_vartl.network import Networks, initial_weights


@pytest.fixture(scope="module")
def members():
    rng = np.random.default_rng(0)
    return [initial_weights(30, (64, 128), np.ones(5), rng) for _ in range(3)]


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(1).normal(size=(700, 30))


def test_each_member_answers_as_its_module(members, X):
    import torch

    from sklearn_vartl.network import build_network

    found = Networks(members).logits(X)
    assert len(found) == 3
    for logits, weights in zip(found, members, strict=True):
        with torch.inference_mode():
            expected = build_network(weights).eval()(torch.from_numpy(X.astype(np.float32)))
        assert_allclose(logits, expected.numpy(), rtol=1e-5, atol=1e-5)
    assert not np.allclose(found[0], found[1])


@pytest.mark.parametrize("n", [1, 31, 32, 33, 256, 257, 600])
def test_a_star_in_any_company(members, X, n):
    networks = Networks(members)
    for some, of_all in zip(networks.logits(X[-n:]), networks.logits(X), strict=True):
        assert_allclose(some, of_all[-n:], rtol=1e-6, atol=1e-6)
    assert networks.embeddings(X[-n:])[0].shape == (n, 128)


def test_few_stars_are_rounded_as_a_block_of_them(members, X):
    """The rounding of a product depends on its shape: without padding half of these differ in a last bit."""
    networks = Networks(members)
    of_all = networks.logits(X[:32])
    for n in range(1, 32):
        for some, block in zip(networks.logits(X[:n]), of_all, strict=True):
            assert_array_equal(some, block[:n])


def test_no_stars(members, X):
    assert [logits.shape for logits in Networks(members).logits(X[:0])] == [(0, 5)] * 3


def test_answers_are_the_callers_own(members, X):
    networks = Networks(members)
    first = networks.embeddings(X[:40])[0]
    kept = first.copy()
    networks.embeddings(X[40:80])
    assert_array_equal(first, kept)


def test_networks_of_two_shapes(members, X):
    narrow = initial_weights(30, (8,), np.ones(3), np.random.default_rng(2))
    mixed = [members[0], narrow, members[1]]
    found = Networks(mixed).logits(X[:40])
    for logits, weights in zip(found, mixed, strict=True):
        assert_array_equal(logits, Networks([weights]).logits(X[:40])[0])


def test_trained_norms(X):
    """Statistics, slopes and offsets of the normalisation are in the logits and the embedding."""
    import torch

    from sklearn_vartl.network import build_network

    rng = np.random.default_rng(3)
    weights = initial_weights(30, (64, 16), np.ones(5), rng)
    for name in weights:
        if ".norm." in name:
            weights[name] = rng.uniform(0.2, 3.0, weights[name].shape).astype(np.float32)
    network, rows = build_network(weights).eval(), torch.from_numpy(X.astype(np.float32))
    with torch.inference_mode():
        expected = network(rows).numpy(), network.backbone(rows).numpy()
    networks = Networks([weights])
    assert_allclose(networks.logits(X)[0], expected[0], rtol=1e-5, atol=1e-4)
    assert_allclose(networks.embeddings(X)[0], expected[1], rtol=1e-5, atol=1e-4)


def test_the_callers_threads_come_back(members, X):
    from threadpoolctl import threadpool_info, threadpool_limits

    with threadpool_limits(2, user_api="blas"):
        before = [library["num_threads"] for library in threadpool_info()]
        Networks(members).logits(X[:40])
        assert [library["num_threads"] for library in threadpool_info()] == before


def test_a_device_that_is_named_answers_as_numpy_does(X):
    """As a graphics card would: torch's modules, some thousand rows at a time."""
    rng = np.random.default_rng(4)
    mixed = [initial_weights(30, sizes, np.ones(3), rng) for sizes in ((8,), (6, 4), (8,))]
    for weights in mixed:
        for name in weights:
            if ".norm." in name:
                weights[name] = rng.uniform(0.2, 3.0, weights[name].shape).astype(np.float32)
    rows, networks = np.tile(X, (6, 1)), Networks(mixed)  # 4,200
    expected = networks.logits_and_embeddings(rows)
    found = networks.logits_and_embeddings(rows, "cpu:0")
    alone = networks.logits(rows, "cpu:0"), networks.embeddings(rows, "cpu:0")
    for kind in (0, 1):
        for own, again, of_numpy in zip(found[kind], alone[kind], expected[kind], strict=True):
            assert own.dtype == np.float32
            assert_array_equal(own, again)
            assert_allclose(own, of_numpy, rtol=1e-4, atol=1e-4)
