"""A Desk on a port of its own, in a thread, as long as a test looks at it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.desk.desk import Desk
from services.desk.log.source import Source
from services.ops.settings import DeskSettings
from services.stream.clock import SystemClock

WAIT_S = 110


@contextmanager
def serving(source: Source, folder: Path, *, is_live: bool = False) -> Iterator[tuple[str, Desk]]:
    """Its address, once all that lies on the log is read."""
    ready = threading.Event()
    found: list[tuple[Desk, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        stop = asyncio.Event()
        settings = DeskSettings(listen="127.0.0.1:0")
        async with Desk(source, settings, folder / "desk.db", now=SystemClock().now, is_live=is_live) as desk:
            found.append((desk, asyncio.get_running_loop(), stop))
            serve = asyncio.create_task(desk.run(stop))
            while not desk.progress.caught_up and not serve.done():  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.05)
            ready.set()
            await serve

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert ready.wait(WAIT_S)
    desk, loop, stop = found[0]
    try:
        yield f"http://127.0.0.1:{desk.port}", desk
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(WAIT_S)
        assert not thread.is_alive()
