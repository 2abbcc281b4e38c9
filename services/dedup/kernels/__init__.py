"""Compiled forms of the hot functions, under the names of the modules that define what they compute.

Every kernel has a definition in Python or numpy that gives the same bits. That is what runs until so many
texts have come that loading the kernels pays: a short replay is over before.
"""

from importlib import import_module
from types import ModuleType

WORTH = 256
"""Texts. Loading what is in the cache takes half a second, which the kernels save on so many."""


class Loading:
    """Whether the kernels of this process are in use, and the modules that are."""

    def __init__(self) -> None:
        self._texts = 0
        self._modules: dict[str, ModuleType] = {}

    def note_texts(self, count: int) -> None:
        self._texts += count

    def use(self, *, now: bool) -> None:
        """Load kernels from the next call on, or go back to their definitions and count anew."""
        self._texts = WORTH if now else 0

    def module(self, name: str) -> ModuleType | None:
        """The kernels of that name; None while their definitions are to run."""
        if self._texts < WORTH:
            return None
        module = self._modules.get(name)
        if module is None:
            module = self._modules[name] = import_module(f"{__name__}.{name}")
        return module


_LOADING = Loading()
note_texts = _LOADING.note_texts
use = _LOADING.use
module = _LOADING.module
