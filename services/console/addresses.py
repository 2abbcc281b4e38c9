"""From a bus address to a bus: `memory`, `sqlite:FILE`, `kafka:HOST:PORT`."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from services.contracts.topics import SPREAD, TOPICS, WITH_SPREAD, Topic
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.ops.settings import BUS_ADDRESS
from services.stream.bus import Bus, Fatal, TopicSpec
from services.stream.memory import MemoryBus
from services.stream.sqlite import SqliteBus


class Address(NamedTuple):
    kind: str
    place: str
    """The file of a SQLite log, host and port of a Kafka broker."""

    def file(self) -> Path | None:
        """The log's file, where the log is a file."""
        return Path(self.place) if self.kind == "sqlite" else None

    def __str__(self) -> str:
        return f"{self.kind}:{self.place}" if self.place else self.kind


def parse(text: str) -> Address:
    """Raises `Stop` (usage) with the forms there are."""
    if not re.match(BUS_ADDRESS, text):
        raise Stop(Exit.USAGE, f"bus {text!r}: known forms are memory, sqlite:FILE and kafka:HOST:PORT")
    kind, _, place = text.partition(":")
    return Address(kind, place)


def shared(address: Address) -> Address:
    """The address of a log that other processes can read too, and that is there. Raises `Stop` (usage)."""
    if address.kind == "memory":
        raise Stop(Exit.USAGE, "bus memory: a log in memory ends with its process; name sqlite:FILE")
    file = address.file()
    if file is not None and not file.is_file():
        raise Stop(Exit.USAGE, f"bus {address}: there is no log in that file; is the path right?")
    return address


def bus_at(address: Address, settings: Settings | None = None) -> Bus:
    """The bus, not started yet. The directory of a SQLite file is made. Raises `Stop` (usage)."""
    file = address.file()
    if address.kind == "kafka":
        return _kafka(address, settings or Settings())
    if file is None:
        return MemoryBus()
    make_folder(file, address)
    return SqliteBus(file)


def make_folder(file: Path, address: Address) -> None:
    """Raises `Stop` (usage)."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(Exit.USAGE, f"bus {address}: {file.parent}: {error.strerror or error}") from None


def _kafka(address: Address, settings: Settings) -> Bus:
    from services.stream.kafka import Bounds, KafkaBus

    try:
        settings.kafka.check(address.place)
    except ValueError as error:
        raise Stop(Exit.USAGE, f"bus {address}: {error}") from None
    return KafkaBus(
        address.place,
        prefix=settings.bus.prefix,
        security=settings.kafka,
        group_instance_id=settings.bus.instance or None,
        bounds=Bounds(session_s=settings.bus.session_s),
    )


def topic_specs(*, forget: bool, topics: Sequence[Topic] = TOPICS) -> Sequence[TopicSpec]:
    """What to create, from the topic table.

    Without `forget` nothing is dropped for its age: a recording's times may be long ago.
    """
    return [
        TopicSpec(
            name=topic.name,
            partitions=topic.partitions,
            compact=topic.compact,
            retention_s=topic.retention_s if forget else None,
            lag_s=topic.lag_s if forget or topic.lag_s is None else math.inf,
        )
        for topic in topics
    ]


async def topics_on(bus: Bus) -> Sequence[Topic]:
    """What a log is to have: the topics of a spread dedup too where any of them was made."""
    for topic in SPREAD:
        if await _exists(bus, topic.name):
            return WITH_SPREAD
    return TOPICS


async def _exists(bus: Bus, name: str) -> bool:
    try:
        await bus.partitions(name)
    except Fatal:
        return False
    return True
