"""What changed, as server-sent events: ids alone, no text. Who is too far behind is told to reload."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import msgspec

from services.stream.bell import Bell

MOST_STREAMS: Final = 100
PING_S: Final = 15.0
GATHER_S: Final = 0.5
"""Between two events of a stream."""
KEPT: Final = 512
MOST_IDS: Final = 200


class Live:
    """Positions are sums of the log's offsets: they only grow, also over a restart."""

    def __init__(self, position: int = 0) -> None:
        self._position = position
        self._changes: deque[tuple[int, Sequence[str]]] = deque(maxlen=KEPT)
        self._since = position
        """What changed before is not kept."""
        self._bell = Bell()
        self._ended = False
        self.streams = 0

    def begin(self, position: int) -> None:
        """The log is read from here on."""
        self._changes.clear()
        self._position = self._since = position

    def tell(self, moved: int, stories: Sequence[str]) -> None:
        self._position += moved
        if stories:
            if len(self._changes) == KEPT:
                self._since = self._changes[0][0]
            self._changes.append((self._position, stories))
            self._bell.ring()

    def end(self) -> None:
        """No stream goes on."""
        self._ended = True
        self._bell.ring()

    async def stream(self, last: int | None, at: Callable[[], str]) -> AsyncIterator[bytes]:
        """`last`: the position a browser has come to; None: it begins. `at`: what time it is, as text."""
        self.streams += 1
        try:
            position = self._position if last is None else last
            yield b"retry: 3000\n\n" + _ping(self._position, at())
            while not self._ended:
                event, position = self._event(position)
                if event:
                    yield event
                    await self._gather()
                    continue
                await self._bell.wait(PING_S)
                if position == self._position and not self._ended:
                    yield _ping(position, at())
        finally:
            self.streams -= 1

    async def _gather(self) -> None:
        """Let more come, so that a browser hears twice a second at most; only the end cuts it short."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + GATHER_S
        while not self._ended and (left := deadline - loop.time()) > 0:
            await self._bell.wait(left)

    def _event(self, position: int) -> tuple[bytes, int]:
        if position == self._position:
            return b"", position
        if position < self._since or position > self._position:
            return _event("reload", self._position, {}), self._position
        ids = dict.fromkeys(one for at, stories in self._changes if at > position for one in stories)
        if not ids:
            return b"", self._position
        told = {"stories": list(ids)[:MOST_IDS], "count": len(ids)}
        return _event("changed", self._position, told), self._position


def _event(name: str, position: int, data: object) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (position, name.encode(), msgspec.json.encode(data))


def _ping(position: int, at: str) -> bytes:
    return _event("ping", position, {"at": at})
