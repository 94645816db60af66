"""Adaptation of a source to a survey of which no label is known.

Imports `transfer`, `network` and the ground floor; nothing in the package needs it.
"""

from ._domain_adapter import DomainAdapter

__all__ = ["DomainAdapter"]
