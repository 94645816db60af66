"""Which stars to label next, which labels to doubt, and why a star has its class.

Imports `transfer`, whose models it works with through their public methods, and the ground floor. The shell uses it.
"""

from ._doubt import DoubtfulLabels, doubtful_labels
from ._explain import Explanation, explain
from ._suggest import Suggestions, suggest_labels

__all__ = [
    "DoubtfulLabels",
    "Explanation",
    "Suggestions",
    "doubtful_labels",
    "explain",
    "suggest_labels",
]
