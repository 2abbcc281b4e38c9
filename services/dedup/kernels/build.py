"""Compile every kernel into numba's cache: `python -m services.dedup.kernels.build`.

Run once where Newsfold is installed, so that no start pays for it.
"""

import sys
from importlib import import_module
from pathlib import Path


def build() -> list[str]:
    """The names of the modules whose kernels are in the cache now."""
    here = Path(__file__)
    names = sorted(path.stem for path in here.parent.glob("*.py") if path.stem not in ("__init__", here.stem))
    for name in names:
        import_module(f"services.dedup.kernels.{name}")
    return names


if __name__ == "__main__":
    sys.stdout.write(f"kernels in the cache: {', '.join(build())}\n")
