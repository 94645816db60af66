"""The command `vartl`: parsers, messages and tables around what the other rooms do.

This room may import every other one, inside the functions that need it, so that help and errors
come at once; no other room imports it.
"""

from ._main import main

__all__ = ["main"]
