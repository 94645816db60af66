"""The command `vartl` where the folder of its script is not on the path: `python -m sklearn_vartl`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
