"""Compile every kernel into numba's cache: `python -m services.kernels.build`.

Run once where Newsfold is installed, so that no start pays for it: on all cores, but for `--jobs`.
`--levels` names the levels of processors of this architecture; `--level` compiles for another than this
machine's, for an image that goes elsewhere.
"""

import argparse
import os
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from multiprocessing import get_context

from services.kernels import target


def build(jobs: int = 1, level: str | None = None) -> list[str]:
    """The names of the modules whose kernels are in the cache now. `level`: if it is not this machine's."""
    names = target.names()
    with target.alone():
        if jobs > 1 and not target.is_built():
            _compile_in_processes(names, jobs, level)
        _compile(names)
        if not target.is_built():
            target.note_built()
    return names


def _compile_in_processes(names: Sequence[str], jobs: int, level: str | None) -> None:
    """What two of them need at the same time both compile: the long ones seldom share any."""
    begin = partial(target.compile_for, level) if level else None
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=begin) as processes:
        deque(processes.map(_compile, [[name] for name in names]), maxlen=0)


def _compile(names: Iterable[str]) -> None:
    for name in names:
        import_module(name)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m services.kernels.build", description=__doc__)
    parser.add_argument("--levels", action="store_true", help="name the levels and compile nothing")
    parser.add_argument("--level", choices=target.levels(), help="compile for processors of this level")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one for each core)"
    )
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
        f"kernels for {asked.level or target.level_here()} in the cache: "
        f"{len(build(asked.jobs, asked.level))} modules\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
