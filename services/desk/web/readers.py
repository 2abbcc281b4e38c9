"""Threads that read the model: one connection each, bounded in time and number."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from services.desk.store import database

T = TypeVar("T")
U = TypeVar("U")
THREADS: Final = 4
MOST_WAITING: Final = 64
LONGEST_S: Final = 0.5
"""Of computing, not of waiting: what takes longer is given up."""
STEPS: Final = 2000
"""Of SQLite's machine between two looks at the time."""


class TooMuch(Exception):
    """A query that takes too long, or too many at once."""


class Readers:
    """`file` may be put in the place of another while they read: call `renew` then."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="desk-reader")
        self._local = threading.local()
        self.generation = 0
        """Of the file: another one may hold something else."""
        self._waiting = 0

    def renew(self, file: Path) -> None:
        """Read from this file from now on."""
        self._file = file
        self.generation += 1

    async def ask(self, query: Callable[[sqlite3.Connection], T], then: Callable[[T], U]) -> tuple[T, U]:
        """The answer of one moment of the model, and what `then` makes of it once the moment is let go.

        Raises `TooMuch`.
        """
        if self._waiting >= MOST_WAITING:
            raise TooMuch
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, query, then)
        finally:
            self._waiting -= 1

    def _ask(self, query: Callable[[sqlite3.Connection], T], then: Callable[[T], U]) -> tuple[T, U]:
        db = self._connection()
        deadline = time.thread_time() + LONGEST_S
        db.set_progress_handler(lambda: time.thread_time() > deadline, STEPS)
        try:
            db.execute("begin")
            answer = query(db)
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise TooMuch from None
            self._drop()
            raise
        finally:
            if db.in_transaction:
                db.execute("rollback")
        return answer, then(answer)

    def _connection(self) -> sqlite3.Connection:
        held: tuple[int, sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is None or held[0] != self.generation:
            self._drop()
            held = self._local.held = (self.generation, database.open_for_reading(self._file))
        return held[1]

    def _drop(self) -> None:
        held = getattr(self._local, "held", None)
        if held is not None:
            held[1].close()
            self._local.held = None

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
