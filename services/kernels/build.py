"""Compile every kernel into numba's cache: `python -m services.kernels.build`.

Run once where Newsfold is installed, so that no start pays for it. `--levels` names the levels of
processors of this architecture; `--level` compiles for another than this machine's, for an image that goes
elsewhere.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from services.kernels import target


def build() -> list[str]:
    """The names of the modules whose kernels are in the cache now."""
    with target.alone():
        for name in target.names():
            import_module(name)
        if not target.is_built():
            target.note_built()
    return target.names()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m services.kernels.build", description=__doc__)
    parser.add_argument("--levels", action="store_true", help="name the levels and compile nothing")
    parser.add_argument("--level", choices=target.levels(), help="compile for processors of this level")
    parser.add_argument("--cached", action="store_true", help="load them; 1 where one had to be compiled")
    asked = parser.parse_args(arguments)
    if asked.levels:
        sys.stdout.write("\n".join(target.levels()) + "\n")
        return 0
    if asked.level:
        target.compile_for(asked.level)
    if asked.cached and not target.is_built():
        sys.stderr.write("not all kernels for this processor are in the cache\n")
        return 1
    sys.stdout.write(
        f"kernels for {asked.level or target.level_here()} in the cache: {len(build())} modules\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
