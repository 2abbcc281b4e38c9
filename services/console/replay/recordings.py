"""What a replay reads, as an ingest service: one feeder over all the recordings, at one partition."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from services.console.replay.feeds import subscribe
from services.console.replay.inputs import is_archive
from services.console.replay.parsers import parser_count
from services.console.replay.program import PLAIN, Program
from services.console.scan import is_a, scan
from services.contracts import wire
from services.contracts.feeds import Feed, FeedState
from services.contracts.topics import Sharding
from services.ingest.recordings.archive import Archive
from services.ingest.recordings.recording import Recording
from services.ingest.recordings.replay import HasRoom, ReplayFeeder, always
from services.ingest.recordings.source import WHOLE, Source, TimeFrame, digest_of
from services.ingest.service import IngestService, IngestTask
from services.ingest.text.dates import MICROSECOND
from services.ingest.workers.pool import Pool
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus

FEEDER_NUMBER = 0
MOST_READERS = 2


class Replayed:
    """The recordings while they are replayed."""

    def __init__(self, sources: Sequence[Source], program: Program, sharding: Sharding) -> None:
        self.service = IngestService(self._feeder, origins=1, sharding=sharding, checks=program.checks)
        self._sources = sources
        self._program = program
        self.has_room: HasRoom = always
        """For more articles: set before the work begins."""
        self.before = 0
        """Items that an earlier run on the same log published."""
        self._given: tuple[IngestTask, ReplayFeeder] | None = None

    def _feeder(self, task: IngestTask, number: int) -> ReplayFeeder | None:
        if number != FEEDER_NUMBER:
            return None
        if self._given is None:
            self.before = sum(state.position for state in task.states.values())
        feeder = ReplayFeeder(
            task,
            self._sources,
            pace=self._program.pace,
            rounds=self._program.rounds,
            has_room=self.has_room,
        )
        self._given = (task, feeder)
        return feeder

    @property
    def progress(self) -> tuple[int, int]:
        """Items published or in hand, and items there are; (0, 0) before the files were looked through."""
        return self._given[1].progress if self._given else (0, 0)

    def moments(self) -> list[datetime]:
        """When each item was seen, in order; once the files were looked through."""
        bounds = (one.quiet_until(place) for one in self._sources for place in range(one.total))
        return sorted(bound + MICROSECOND for bound in bounds if bound)

    @property
    def damage(self) -> Sequence[str]:
        """One line for each file that could not be read to its end."""
        return self._given[1].damage if self._given else ()

    @property
    def unfetched(self) -> int:
        """Entries that feeds listed and whose page is in none of the recordings."""
        return self._given[0].unfetched() if self._given else 0


@asynccontextmanager
async def open_recordings(
    paths: Sequence[Path], program: Program = PLAIN, sharding: Sharding = "one"
) -> AsyncIterator[Replayed]:
    """The recordings at `paths`. Parser processes run only where there are pages to parse."""
    async with Pool(parser_count(paths)) as pool:
        yield replayed_in(paths, program, sharding, pool)


def replayed_in(paths: Sequence[Path], program: Program, sharding: Sharding, pool: Pool) -> Replayed:
    """The same with parsers that run already."""
    beside = _beside([path for path in paths if is_archive(path)])
    sources = [
        Archive(path, beside=path in beside, frame=program.frame)
        if is_archive(path)
        else Recording(path, pool, program.frame)
        for path in paths
    ]
    return Replayed(sources, program, sharding)


def _beside(archives: Sequence[Path]) -> frozenset[Path]:
    """The archives that have a process of their own: the largest, where there is a core for it."""
    most = min(MOST_READERS, (os.cpu_count() or 1) - 1)
    return frozenset(sorted(archives, key=lambda path: (-path.stat().st_size, path))[:most])


async def prepare_log(
    bus: Bus, paths: Sequence[Path], feeds: Sequence[Feed] = (), frame: TimeFrame = WHOLE
) -> None:
    """Make the log ready for the replay of `paths` with the settings of `feeds`, or for what is left of it.

    A log that holds other input would be exported with it. Raises `Stop` (usage).
    """
    held = await _held(bus)
    if held and held - {frame.id_of(await asyncio.to_thread(digest_of, path)) for path in paths}:
        raise Stop(Exit.USAGE, "this log holds the replay of another input; name another file")
    await subscribe(bus, feeds, FEEDER_NUMBER, begun=bool(held))


async def _held(bus: Bus) -> set[str]:
    """The ids of the recordings that the log holds, in part or whole."""
    held = set()
    async for record in scan(bus, "feed-state"):
        if is_a(record, FeedState) and not wire.decode(FeedState, record.value or b"").url:
            held.add((record.key or b"").decode())
    return held
