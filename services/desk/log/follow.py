"""Follows a log into the read model: reads what is there, then what comes, and tells who listens."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

from services.desk.log.assistant import Assistant, has_room
from services.desk.log.source import Ends, Source
from services.desk.store import database, intake
from services.desk.store.batch import Batch
from services.desk.store.cache import Cache
from services.desk.views.frame import Texts
from services.stream.bus import BusError, Fatal, Partition, Record

POLL_S = 0.25
"""How often a log that is read up is asked for more."""
RETRY_S = 2.0
MOST = 2000
MOST_LARGE = 500
"""Records read at once, of one partition; of stories, each of which holds all its members, fewer."""
MOST_AHEAD = 2
"""Batches that are read and prepared while another one is taken."""
WORTH_HELP = 20_000
"""Records at a stretch from which on a second process is worth its start."""
LARGE = frozenset({"stories", "story-changes", "feed-state"})


class Progress(NamedTuple):
    """How far the Desk has come."""

    taken: int = 0
    """Records since it was started."""
    behind: int = 0
    """Records that lie there and are not taken."""
    caught_up: bool = False
    """It was level with the log once."""
    trouble: str = ""
    """Why nothing comes, in words."""


class OtherLog(Exception):
    """The log is shorter than what was read of it: it is another one."""


Tell = Callable[[Batch, int], None]
"""A batch that was taken, and how many offsets it moved."""


class Follower:
    """Writes one file. Its work on it is done in a thread of its own."""

    def __init__(self, source: Source, db: sqlite3.Connection, texts: Texts, tell: Tell) -> None:
        self._source = source
        self._db = db
        self._texts = texts
        self._tell = tell
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk-writer")
        self._cache = Cache()
        self._seen: Mapping[Partition, int] = {}
        """Ends, as they were told last."""
        self._void: dict[Partition, int] = {}
        """Ends up to which there is no record, as Kafka's markers are none."""
        self._at: dict[Partition, int] = {}
        """Next offset to take."""
        self._next: dict[Partition, int] = {}
        """Next offset to read."""
        self._under_way: deque[asyncio.Task[None]] = deque()
        self._assistant: Assistant | None = None
        self.progress = Progress()

    async def begin(self) -> None:
        """Find the partitions and where to go on. Raises `OtherLog`."""
        known = intake.positions(self._db)
        found = [
            Partition(topic, n) for topic in intake.READ for n in range(await self._source.partitions(topic))
        ]
        self._at = {partition: known.get(partition, 0) for partition in (*found, *await self._of_roles())}
        ends = await self._ends()
        if any(ends[at] < next_ for at, next_ in self._at.items()):
            raise OtherLog
        self.progress = Progress(behind=sum(ends[at] - next_ for at, next_ in self._at.items()))

    async def _of_roles(self) -> Sequence[Partition]:
        found = []
        for topic in intake.OF_ROLES:
            with suppress(Fatal):  # there is none
                found += [Partition(topic, n) for n in range(await self._source.partitions(topic))]
        return found

    async def catch_up(self) -> None:
        """Until all that lay there is taken. Raises `BusError`."""
        self._next = dict(self._at)
        begun = self.progress.taken
        try:
            while await self._round():
                if self.progress.taken - begun >= WORTH_HELP:
                    self._get_help()
        except asyncio.CancelledError:
            for taking in self._under_way:
                taking.cancel()
            raise
        finally:
            await self._finish()
        self.progress = self.progress._replace(caught_up=True, behind=0, trouble="")

    async def _finish(self) -> None:
        """What is under way, and with the assistant. Raises what the taking does."""
        under_way = tuple(self._under_way)
        self._under_way.clear()
        try:
            await asyncio.gather(*under_way)
        finally:
            if self._assistant is not None:
                self._assistant.stop()
                self._assistant = None

    async def follow(self) -> None:
        """For ever; a log that is away is asked again."""
        while True:
            try:
                await self.catch_up()
            except BusError as error:
                self.progress = self.progress._replace(trouble=str(error))
                await asyncio.sleep(RETRY_S)
            await asyncio.sleep(POLL_S)

    def _get_help(self) -> None:
        if self._assistant is None and has_room():
            with suppress(OSError):
                self._assistant = Assistant(self._texts)

    async def _round(self) -> bool:
        """Each partition once; whether something came. While one is taken, the next ones are read."""
        came = many_changes = False
        for partition in await self._grown():
            if partition.topic == "stories" and many_changes:
                continue  # they tell all that a story's last record does
            most = MOST_LARGE if partition.topic in LARGE else MOST
            records = await self._source.read(partition, self._next[partition], max_records=most)
            if not records:
                self._void[partition] = self._seen.get(partition, 0)
                continue
            came = True
            many_changes |= partition.topic == "story-changes" and len(records) == most
            await self._begin_taking(partition, records)
        return came

    async def _begin_taking(self, partition: Partition, records: Sequence[Record]) -> None:
        self._next[partition] = records[-1].offset + 1
        before = self._under_way[-1] if self._under_way else None
        self._under_way.append(asyncio.create_task(self._take(partition, records, before)))
        if len(self._under_way) > MOST_AHEAD:
            await self._under_way.popleft()

    async def _grown(self) -> Sequence[Partition]:
        """In which something may lie: all, where the source cannot tell it at once."""
        if not isinstance(self._source, Ends):
            return list(self._next)
        self._seen = await self._source.ends(self._next.keys())
        return [
            partition
            for partition, next_ in self._next.items()
            if self._seen[partition] > max(next_, self._void.get(partition, 0))
        ]

    async def _take(
        self, partition: Partition, records: Sequence[Record], before: asyncio.Task[None] | None
    ) -> None:
        """Prepare, and take when the batch `before` is taken."""
        rows = await self._assistant.prepare(records) if self._assistant else None
        if before is not None:
            await before
        loop = asyncio.get_running_loop()
        batch = await loop.run_in_executor(
            self._thread, intake.take, self._db, records, self._texts, self._cache, rows
        )
        moved = records[-1].offset + 1 - self._at[partition]
        behind = max(0, self.progress.behind - moved)
        self._at[partition] = records[-1].offset + 1
        self.progress = self.progress._replace(
            taken=self.progress.taken + len(records), behind=behind, trouble=""
        )
        self._tell(batch, moved)

    async def _ends(self) -> dict[Partition, int]:
        if isinstance(self._source, Ends):
            return dict(await self._source.ends(self._at.keys()))
        return {partition: await self._source.end(partition) for partition in self._at}

    async def readings(self) -> dict[Partition, tuple[int, int]]:
        """Next offset and end of each partition. What is no record, as Kafka's markers, does not count."""
        ends = await self._ends()
        for partition, next_ in self._at.items():
            if ends[partition] > next_ and not await self._source.read(partition, next_, max_records=1):
                ends[partition] = next_
        return {partition: (next_, ends[partition]) for partition, next_ in self._at.items()}

    def known_readings(self) -> dict[Partition, tuple[int, int]]:
        """The same where the log does not answer: as if nothing lay behind."""
        return {partition: (next_, next_) for partition, next_ in self._at.items()}

    @property
    def position(self) -> int:
        """All next offsets, added up."""
        return sum(self._at.values())

    def complete(self) -> None:
        """Bring the file that was made beside another into order, and let it go: it may be moved then."""
        database.complete(self._db, self._texts)

    def reopen(self, db: sqlite3.Connection) -> None:
        """Go on in another file with the same content."""
        self._db = db

    def close(self) -> None:
        """Waits for the batch in hand."""
        self._thread.shutdown(wait=True)
        self._db.close()
