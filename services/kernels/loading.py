"""When the kernels of a service are loaded.

Every kernel has a definition in Python or numpy that gives the same bits. That is what runs until so many
texts have come that loading the kernels pays: a short replay is over before. A service has them loaded
beside its work (`defer`), for where nothing is cached, compiling them takes half a minute.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

WORTH = 256
"""Texts. Loading what is in the cache takes half a second, which the kernels save on so many."""
_LINEAR_ALGEBRA = "scipy.linalg"


class Loading:
    """Whether the kernels of `package` are in use in this process, and the modules that are."""

    def __init__(self, package: str, folder: Path) -> None:
        self._package = package
        self._folder = folder
        self._texts = 0
        self._modules: dict[str, ModuleType] = {}
        self._begin: Callable[[], None] | None = None
        """Who loads them, until he was asked to."""
        self._are_deferred = False

    def note_texts(self, count: int) -> None:
        self._texts += count
        if self._begin and self._texts >= WORTH:
            begin, self._begin = self._begin, None
            begin()

    def use(self, *, now: bool) -> None:
        """Load kernels from the next call on, or go back to their definitions and count anew."""
        self._texts = WORTH if now else 0
        self._begin, self._are_deferred = None, False

    def defer(self, begin: Callable[[], None]) -> None:
        """Have `begin` called once loading pays; definitions run until whoever it tells has called `load`."""
        self._begin, self._are_deferred = begin, True

    def load(self, go_on: Callable[[], bool] = lambda: True) -> None:
        """All of them, unless `go_on` says no in between. Any thread may; raises what an import may raise."""
        for name in self.names():
            if not go_on():
                return
            self._modules[name] = self._imported(name)
        self._are_deferred = False

    def module(self, name: str) -> ModuleType | None:
        """The kernels of that name; None while their definitions are to run."""
        if self._texts < WORTH or self._are_deferred:
            return None
        module = self._modules.get(name)
        if module is None:
            module = self._modules[name] = self._imported(name)
        return module

    def require(self, name: str) -> ModuleType:
        """The kernels of that name, even while definitions run: what they made only they can go on with."""
        return self._modules.get(name) or self._imported(name)

    def _imported(self, name: str) -> ModuleType:
        with _without_linear_algebra():
            return import_module(f"{self._package}.{name}")

    def names(self) -> list[str]:
        """Of the modules of kernels."""
        return sorted(path.stem for path in self._folder.glob("*.py") if path.stem != "__init__")


@contextmanager
def _without_linear_algebra() -> Iterator[None]:
    """Without what is imported because numba asks whether it could multiply matrices: a fifth of what loading
    kernels takes, for what none of them does.
    """
    if _LINEAR_ALGEBRA in sys.modules:
        yield
        return
    sys.modules[_LINEAR_ALGEBRA] = None  # type: ignore[assignment] # as `import` marks what is not to be found
    try:
        yield
    finally:
        if sys.modules[_LINEAR_ALGEBRA] is None:
            del sys.modules[_LINEAR_ALGEBRA]
