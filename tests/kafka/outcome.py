"""What an undisturbed run leaves, and what differs from it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from services.stream.bus import Record
from services.stream.sqlite import SqliteBus
from tests.kafka.crew import Crew, command, contents, latest

LOG, TABLE = "story-changes", "stories"


class Calm(NamedTuple):
    """An undisturbed run of a recording, on the embedded log."""

    source: Path
    log: Path
    out: Path
    changes: Sequence[Record]
    stories: dict[tuple[int, bytes | None], Record]


class Outcome(NamedTuple):
    """Counts against the undisturbed run; all after the first two must be 0."""

    changes: int
    stories: int
    lost: int
    doubled: int
    strange: int
    """Changes that the undisturbed run does not have."""
    out_of_order: int
    """1 where all changes are there once, but not in the same order within their partitions."""
    wrong_stories: int
    """Stories of the compacted table that are missing, too many or different."""

    @property
    def same(self) -> bool:
        return not any(self[2:])


async def calm(source: Path, place: Path, **environment: str) -> Calm:
    """Replay `source` on an embedded log in `place`."""
    log = place / "calm.db"
    await command(place, "replay", source, "--out", place / "calm", "--bus", f"sqlite:{log}", **environment)
    bus = SqliteBus(log)
    await bus.start()
    try:
        return Calm(source, log, place / "calm", await contents(bus, LOG), latest(await contents(bus, TABLE)))
    finally:
        await bus.close()


async def outcome(crew: Crew, undisturbed: Calm) -> Outcome:
    """Read with `read_committed`, like every consumer that is told to."""
    found = Left(await crew.records(LOG), latest(await crew.records(TABLE)))
    return compare(found, Left(undisturbed.changes, undisturbed.stories))


class Left(NamedTuple):
    """What a run leaves: a log that is never compacted, and a table."""

    log: Sequence[Record]
    table: Mapping[tuple[int, bytes | None], Record]


def compare(found: Left, wanted: Left) -> Outcome:
    """Logs by what their records say and their order, tables by the whole of their records."""
    there, due = Counter(map(_face, found.log)), Counter(map(_face, wanted.log))
    keys = found.table.keys() | wanted.table.keys()
    return Outcome(
        changes=len(found.log),
        stories=len(found.table),
        lost=sum((due - there).values()),
        doubled=sum(count - due[face] for face, count in there.items() if 0 < due[face] < count),
        strange=sum(count for face, count in there.items() if not due[face]),
        out_of_order=int(there == due and list(found.log) != list(wanted.log)),
        wrong_stories=sum(found.table.get(key) != wanted.table.get(key) for key in keys),
    )


def _face(record: Record) -> tuple[int, bytes | None, bytes | None]:
    return record.partition.number, record.key, record.value
