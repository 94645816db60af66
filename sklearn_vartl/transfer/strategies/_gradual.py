"""Layers are released one by one from the head down."""


def gradual(layers, n_epochs):
    """Train the head first, then release a further layer at equal intervals.

    The whole network learns from the middle of the training on, after Howard & Ruder (2018).
    """
    depth = len(layers) - 1
    return {
        layer: (depth - position) * n_epochs // (2 * depth) if depth else 0
        for position, layer in enumerate(layers)
    }
