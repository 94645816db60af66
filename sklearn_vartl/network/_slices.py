"""How many batches an epoch has, and which rows are in each."""


def n_batches(n, batch_size):
    """Number of batches an epoch of n rows has."""
    return len(batch_slices(n, batch_size))


def batch_slices(n, batch_size):
    """Cut n rows into batches; a last row alone joins the batch before it.

    Batch normalisation has no variance to learn from a single row.
    """
    starts = list(range(0, n, batch_size))
    if len(starts) > 1 and n - starts[-1] == 1:
        starts.pop()
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], n], strict=True)]
