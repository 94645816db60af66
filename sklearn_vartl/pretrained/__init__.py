"""Fitted source models that come with the package: their files, and how to load them.

Imports `persistence` and `transfer`; the shell uses it.
"""

from ._load import list_pretrained, load_pretrained, pretrained_path

__all__ = ["list_pretrained", "load_pretrained", "pretrained_path"]
