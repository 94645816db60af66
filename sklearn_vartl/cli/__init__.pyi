# Made by docs/make_stubs.py from the docstrings.

from collections.abc import Sequence

__all__ = ["main"]
def main(argv: Sequence[str] | None = ...) -> int: ...
