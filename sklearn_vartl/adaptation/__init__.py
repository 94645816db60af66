"""Adaptation of a source to a survey without labels.

Imports `transfer` and what lies below it; nothing in the package needs it.
"""

from ._domain_adapter import DomainAdapter

__all__ = ["DomainAdapter"]
