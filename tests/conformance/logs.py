"""The logs under test. A new bus joins the suite as one more class and one more line in `LOGS`."""

from pathlib import Path
from typing import ClassVar, Protocol

import pytest

from services.stream.bus import Bus
from services.stream.memory import MemoryBus
from services.stream.sqlite import SqliteBus
from tests.kafka.log import KafkaLog


class Log(Protocol):
    """Somewhere records stay while clients come and go."""

    compacts_at_once: ClassVar[bool]
    """False where the bus compacts in its own time, and `compact` merely hints."""

    def client(self) -> Bus:
        """A client not yet started; all clients of a log see the same records."""


class MemoryLog:
    compacts_at_once: ClassVar[bool] = True

    def __init__(self, _: Path) -> None:
        self._bus = MemoryBus()

    def client(self) -> Bus:
        return self._bus


class SqliteLog:
    compacts_at_once: ClassVar[bool] = True

    def __init__(self, folder: Path) -> None:
        self._path = folder / "log.db"

    def client(self) -> Bus:
        return SqliteBus(self._path)


LOGS = [
    pytest.param(MemoryLog, id="memory"),
    pytest.param(SqliteLog, id="sqlite"),
    pytest.param(KafkaLog, id="kafka", marks=pytest.mark.kafka),
]
