"""Fine-tuning strategies: which layers learn, and from which epoch on.

A strategy is a function ``(layers, n_epochs) -> {layer: first epoch or None}``, where `layers`
runs from the input to the head and None means that the layer never learns.
"""

from ._full import full
from ._gradual import gradual
from ._head import head

STRATEGIES = {"full": full, "head": head, "gradual": gradual}

__all__ = ["STRATEGIES", "full", "gradual", "head"]
