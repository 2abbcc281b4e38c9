"""What an undisturbed run leaves, and what differs from it."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from services.stream.bus import Record
from services.stream.sqlite import SqliteBus
from tests.kafka.crew import Crew, command, contents, latest

LOG, TABLE = "story-changes", "stories"


class Calm(NamedTuple):
    """An undisturbed run of a recording, on the embedded log."""

    source: Path
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
        return Calm(source, place / "calm", await contents(bus, LOG), latest(await contents(bus, TABLE)))
    finally:
        await bus.close()


async def outcome(crew: Crew, undisturbed: Calm) -> Outcome:
    """Read with `read_committed`, like every consumer that is told to."""
    changes = await crew.records(LOG)
    stories = latest(await crew.records(TABLE))
    found, wanted = Counter(map(_face, changes)), Counter(map(_face, undisturbed.changes))
    keys = stories.keys() | undisturbed.stories.keys()
    return Outcome(
        changes=len(changes),
        stories=len(stories),
        lost=sum((wanted - found).values()),
        doubled=sum(count - wanted[face] for face, count in found.items() if 0 < wanted[face] < count),
        strange=sum(count for face, count in found.items() if not wanted[face]),
        out_of_order=int(found == wanted and changes != list(undisturbed.changes)),
        wrong_stories=sum(stories.get(key) != undisturbed.stories.get(key) for key in keys),
    )


def _face(record: Record) -> tuple[int, bytes | None, bytes | None]:
    return record.partition.number, record.key, record.value
