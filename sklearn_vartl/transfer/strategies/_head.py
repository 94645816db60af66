"""Only the head learns."""


def head(layers, n_epochs):
    """Train the last layer on the source's fixed embedding."""
    return {**dict.fromkeys(layers), layers[-1]: 0}
