"""Compile every kernel into numba's cache: `python -m services.dedup.kernels.build`.

Run once where Newsfold is installed, so that no start pays for it.
"""

import sys
from importlib import import_module
from pathlib import Path


def build() -> list[str]:
    """The names of the modules whose kernels are in the cache now."""
    here = Path(__file__)
    sources = list(here.parent.glob("*.py"))
    _forget_older(here.parent, max(path.stat().st_mtime for path in sources))
    names = sorted(path.stem for path in sources if path.stem not in ("__init__", here.stem))
    for name in names:
        import_module(f"services.dedup.kernels.{name}")
    return names


def _forget_older(kernels: Path, newest: float) -> None:
    """A kernel may call those of other modules: numba asks whether its own has changed, and no other."""
    for cached in kernels.glob("__pycache__/*.nb[ci]"):
        if cached.stat().st_mtime < newest:
            cached.unlink()


if __name__ == "__main__":
    sys.stdout.write(f"kernels in the cache: {', '.join(build())}\n")
