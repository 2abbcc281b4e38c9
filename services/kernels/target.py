"""For which processors kernels are compiled, and where what was compiled is kept.

One cache serves every machine it is copied to: kernels are compiled for a level of the architecture, not for
the very processor. On x86-64 that is level 3 (AVX2; every server since about 2015), and the base level where
a processor has less. On two processors measured, code for the very processor was no faster.
"""

import fcntl
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numba
from numba.core import config
from numba.core.caching import Cache, InTreeCacheLocator
from numba.core.runtime import rtsys

HOME = Path(__file__).parents[1]
CACHE = "__pycache__"
DEFINING = {"dedup": ("text", "search", "relations"), "enrich": ("facts", "events")}
"""By the service that has kernels, its wings that define what they compute."""
LEVELS = {"x86_64": ("x86-64-v3", "x86-64")}
"""By architecture, the most demanding first; elsewhere there is one."""
OF_LEVEL_3 = ("avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe")
ONLY_LEVEL = "generic"


def levels() -> tuple[str, ...]:
    """Of this machine's architecture."""
    return LEVELS.get(str(llvm.get_process_triple()).partition("-")[0], (ONLY_LEVEL,))


def level_here() -> str:
    """The highest that this processor has."""
    features = llvm.get_host_cpu_features()
    has_all = all(features.get(one) for one in OF_LEVEL_3)
    return levels()[0 if has_all else -1]


def compile_for(level: str) -> None:
    """Call before the first kernel is loaded. What NUMBA_CPU_NAME says goes before."""
    config.CPU_NAME, config.CPU_FEATURES = level, ""


def is_built() -> bool:
    """Whether kernels of these sources, for this processor, this Python and this numba are in the cache."""
    stamp = _stamp()
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == _digest()


def note_built() -> None:
    """Where the cache lies beside the modules, and may be written there."""
    if not config.CACHE_DIR:
        with suppress(OSError):
            _stamp().parent.mkdir(exist_ok=True)
            _stamp().write_text(_digest(), encoding="utf-8")


@contextmanager
def alone() -> Iterator[None]:
    """While no other process compiles: of several that are started at once, one does, and the others load."""
    try:
        _stamp().parent.mkdir(exist_ok=True)
        lock = _stamp().with_suffix(".lock").open("a")
    except OSError:  # nobody may write there, so nobody does
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sources() -> list[Path]:
    """Kernels, and the modules that define what they compute: their constants are compiled into kernels."""
    wings = [HOME / service / wing for service, wings in DEFINING.items() for wing in ("kernels", *wings)]
    return sorted(path for wing in wings for path in wing.glob("*.py"))


def names() -> list[str]:
    """Dotted, of the modules of kernels."""
    return [
        f"services.{path.parent.parent.name}.kernels.{path.stem}"
        for path in sources()
        if path.parent.name == "kernels" and path.stem != "__init__"
    ]


def forget_older() -> None:
    """Remove what was compiled before a source changed: numba asks of a kernel's own module alone whether it
    did, and a kernel calls those of others and has constants of the module that defines it.
    """
    newest = max(path.stat().st_mtime for path in sources())
    for cached in HOME.glob(f"*/kernels/{CACHE}/*.nb[ci]"):
        with suppress(OSError):
            if cached.stat().st_mtime < newest:
                cached.unlink()


def _stamp() -> Path:
    return HOME / "kernels" / CACHE / f"built.{sys.implementation.cache_tag}.{config.CPU_NAME}"


def _digest() -> str:
    whole = hashlib.sha256(f"{sys.version} {numba.__version__} {llvm.llvm_version_info}".encode())
    for path in sources():
        whole.update(path.read_bytes())
    return whole.hexdigest()


class ReadOnlyCache(InTreeCacheLocator):  # type: ignore[misc] # numba's have no types
    """Beside the modules, where nobody may write: numba itself would pass over it and compile anew."""

    def ensure_cache_path(self) -> None:
        """Raises `OSError`, which has numba look elsewhere, unless all that is asked for is there."""
        if not is_built():
            raise FileNotFoundError(self.get_cache_path())


def load_only(cache: Any, signature: object, context: object) -> object:
    """What `Cache.load_overload` does without what only a compilation needs, which sees to that itself: all
    that numba knows of types and functions is a quarter of what loading the kernels takes.
    """
    rtsys.initialize(context)
    with cache._guard_against_spurious_io_errors():  # noqa: SLF001 - as numba's own does
        return cache._load_overload(signature, context)  # noqa: SLF001
    return None


Cache.load_overload = load_only
config.CACHE_LOCATOR_CLASSES = ",".join(
    (
        "UserProvidedCacheLocator",
        "InTreeCacheLocator",
        f"{__name__}.{ReadOnlyCache.__name__}",
        "UserWideCacheLocator",
    )
)
if config.CPU_NAME is None:
    compile_for(level_here())
if not is_built():
    forget_older()
njit = numba.njit
"""What makes a kernel; taken from here, so that what is above comes first."""
