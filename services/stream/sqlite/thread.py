"""A connection and the one thread it lives on."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from services.stream.bus import Fatal
from services.stream.sqlite.errors import translate_errors
from services.stream.sqlite.schema import connect

Ts = TypeVarTuple("Ts")
T = TypeVar("T")


class DbThread:
    """Runs plain functions over its connection, one after the other, off the event loop."""

    def __init__(self, path: Path, *, durable: bool, name: str) -> None:
        self._path = path
        self._durable = durable
        self._name = name
        self._thread: ThreadPoolExecutor | None = None
        self._db: sqlite3.Connection | None = None

    async def start(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"newsfold-log-{self._name}")
        await self._run(self._open)

    async def call(self, work: Callable[[sqlite3.Connection, *Ts], T], *args: *Ts) -> T:
        """Raises `Retry` or `Fatal` where SQLite fails. Cancelled, it leaves open whether `work` ran."""

        def over_db() -> T:
            if self._db is None:
                raise Fatal(f"log {self._path} is not open")
            return work(self._db, *args)

        return await self._run(over_db)

    async def close(self) -> None:
        """Wait for what is running, then close. Closing twice is closing once."""
        if self._thread is not None:
            await self._run(self._shut)
            self._thread.shutdown()
            self._thread = None

    async def _run(self, work: Callable[[], T]) -> T:
        def guarded() -> T:
            with translate_errors(self._path):
                return work()

        if self._thread is None:
            raise Fatal(f"log {self._path} is not open")
        return await asyncio.get_running_loop().run_in_executor(self._thread, guarded)

    def _open(self) -> None:
        self._db = connect(self._path, durable=self._durable)

    def _shut(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            db.close()
