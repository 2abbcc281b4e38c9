"""Pages kept as long as the read model stays as it is: what many ask for when it changes is made once."""

import asyncio
import hashlib
import zlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, NamedTuple, TypeVar

T = TypeVar("T")
MOST_KEPT: Final = 64
LARGEST_KEPT: Final = 256 << 10
"""Bytes of a page."""
SMALLEST_ZIPPED: Final = 1000
_GZIP: Final = 16 + zlib.MAX_WBITS


class Body(NamedTuple):
    """A page in both forms that browsers take, and a name for just this content."""

    plain: bytes
    zipped: bytes
    """Empty: it is too small to gain by it."""
    tag: str


def body(page: bytes) -> Body:
    zipped = b""
    if len(page) >= SMALLEST_ZIPPED:
        packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
        zipped = packer.compress(page) + packer.flush()
    return Body(page, zipped, f'W/"{hashlib.blake2b(page, digest_size=12).hexdigest()}"')


class Shelf(Generic[T]):
    """Of answers with their pages, by all that they depend on."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, asyncio.Task[tuple[T, Body]]] = OrderedDict()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[tuple[T, Body]]]) -> tuple[T, Body]:
        """Who asks while it is being made waits for it. Raises what `make` raises; then none is kept."""
        task = self._kept.get(key)
        if task is None:
            task = self._kept[key] = asyncio.create_task(_made(make))
            task.add_done_callback(lambda done: self._look(key, done))
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return await asyncio.shield(task)  # who goes away does not take it from the others

    def _look(self, key: Hashable, done: "asyncio.Task[tuple[T, Body]]") -> None:
        is_kept = not done.cancelled() and done.exception() is None
        if is_kept and len(done.result()[1].plain) <= LARGEST_KEPT:
            return
        if self._kept.get(key) is done:
            del self._kept[key]


async def _made(make: Callable[[], Awaitable[T]]) -> T:
    return await make()
