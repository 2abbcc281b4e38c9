"""SIGTERM and SIGINT: the first asks to finish, the second ends the process at once."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.ops.exits import Exit

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopped_by_signals(stop: asyncio.Event, told: Callable[[], None] = lambda: None) -> Iterator[None]:
    """While the body runs, a signal sets `stop` and calls `told`; another one exits with `INTERRUPTED`."""
    loop = asyncio.get_running_loop()

    def ask() -> None:
        if stop.is_set():
            os._exit(
                Exit.INTERRUPTED
            )  # what was acknowledged is in the log; nothing else is worth waiting for
        stop.set()
        told()

    for number in SIGNALS:
        loop.add_signal_handler(number, ask)
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
