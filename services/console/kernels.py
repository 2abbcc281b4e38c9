"""Kernels, loaded beside the work: no batch waits for them, definitions run meanwhile.

Where nothing is cached for this processor they are compiled by a process of its own, which takes half a
minute to two; compiled in this process they would hold up everything else.
"""

import mmap
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from functools import partial

from services.dedup import kernels as dedup
from services.enrich import kernels as enrich

COMMAND = (sys.executable, "-m", "services.kernels.build", "--jobs", "1")
COMPILING_S = 900.0
"""A compilation is given up then."""
_LOOK_S = 0.1
_ONE_BY_ONE = threading.Lock()
"""Two that import numba at once wait for each other within it."""


def log_it(why: str) -> None:
    from services.ops import logging
    from services.ops.events import LogEvent

    logging.get_logger("newsfold").warning(LogEvent.LIBRARY_REPORTED, library="numba", message=why)


def load_kernels_beside(tell: Callable[[str], None] = log_it, *, at_once: Collection[str] = ()) -> None:
    """Call before the work begins; each service's are loaded once they pay. `tell`: why they cannot be.

    `at_once`: services of which it is known that they will.
    """
    for name, loading in (("dedup", dedup), ("enrich", enrich)):
        thread = partial(threading.Thread, target=_load, args=(name, loading.load, tell), name="kernels")
        loading.defer(lambda thread=thread: thread().start())
        if name in at_once:
            loading.note_texts(loading.WORTH)


def _load(name: str, load: Callable[[Callable[[], bool]], None], tell: Callable[[str], None]) -> None:
    """A thread that nobody waits for: it ends soon after the program wants to."""
    try:
        with _ONE_BY_ONE:
            why = "memory must not become executable here" if not _may_execute() else _compiled()
            if not why:
                load(_is_wanted)
    except Exception as error:  # noqa: BLE001 - without kernels all works, but slower
        why = f"{type(error).__name__}: {error}"
    if why and _is_wanted():
        tell(f"{name} runs without compiled kernels, slower: {why}")


def _is_wanted() -> bool:
    return threading.main_thread().is_alive()


def _may_execute() -> bool:
    """Whether this process may run code that it makes; where it may not, numba would crash it."""
    try:
        mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()
    except OSError:
        return False
    return True


def _compiled() -> str:
    """Have what is not in the cache compiled; why that could not be done."""
    from services.kernels import target

    if target.is_built():
        return ""
    end = time.monotonic() + COMPILING_S
    with subprocess.Popen(  # noqa: S603 - itself, with a fixed word
        COMMAND, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as compiling:
        while compiling.poll() is None:
            if time.monotonic() > end or not _is_wanted():
                compiling.kill()
                return "compiling them took too long"
            time.sleep(_LOOK_S)
    return f"compiling them ended with {compiling.returncode}" if compiling.returncode else ""
