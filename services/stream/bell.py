"""Wakes everyone who waits, each time it is rung."""

import asyncio
import contextlib


class Bell:
    """Nothing is lost between looking and waiting, as long as no `await` stands between the two."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    async def wait(self, timeout_s: float) -> None:
        """Return at the next ring or after `timeout_s`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._next.wait()
