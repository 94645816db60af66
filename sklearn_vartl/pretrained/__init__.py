"""Fitted source models that come with the package."""

from ._load import list_pretrained, load_pretrained, pretrained_path

__all__ = ["list_pretrained", "load_pretrained", "pretrained_path"]
