"""One recording, the workers that count it, what is done to them, and what must come out all the same."""

import asyncio
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from services.stream.bus import BusError, Output, Partition, Record
from services.stream.kafka import KafkaBus
from tests.kafka.acts import SHORT
from tests.kafka.tally import INPUT, LOG, STAMP_US, TABLE, expected, recording, topics

ROOT = Path(__file__).parents[2]
LOAD = 2000


class Outcome(NamedTuple):
    """Counts of log lines; all but the first must be 0."""

    records: int
    lost: int
    doubled: int
    strange: int
    """Lines nobody should have written."""
    out_of_order: int
    """Partitions whose lines are all there, but not in order."""
    wrong_in_table: int

    @property
    def good(self) -> bool:
        return not any(self[1:])


class Worker:
    """A process that can be killed, frozen and started again."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self._command = command
        self._log = log
        self.process: subprocess.Popen[bytes] = self._start()
        self.starts = 1

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(self._command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start(self) -> None:
        self.process = self._start()
        self.starts += 1

    def send(self, number: signal.Signals) -> None:
        if self.running:
            self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def words(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""


class Trial:
    """`through`: where workers connect, if a proxy stands in the way."""

    def __init__(
        self,
        bootstrap: str,
        folder: Path,
        *,
        records: int,
        partitions: int = 4,
        poison_every: int = 0,
        pace_s: float = 0.0,
        batch: int = 20,
        through: str = "",
    ) -> None:
        name = uuid.uuid4().hex[:8]
        self.prefix, self.group = f"trial-{name}.", f"tally-{name}"
        self.bus = KafkaBus(bootstrap, prefix=self.prefix, bounds=SHORT)
        self.workers: list[Worker] = []
        self.spread = recording(records, partitions, poison_every=poison_every)
        self._partitions = partitions
        self._ends: dict[Partition, int] = {}
        self._folder = folder
        self._options = [through or bootstrap, self.prefix, self.group]
        self._options += ["--pace", str(pace_s), "--batch", str(batch)]

    async def __aenter__(self) -> Self:
        await self.bus.start()
        try:
            await self.bus.create(topics(self._partitions))
            for number, records in self.spread.items():
                await self._load(number, records)
        except BaseException:
            await self.bus.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.workers:
            if worker.running:
                worker.kill()
        await self.bus.close()
        if error is not None:
            print("\n".join(worker.words()[-2000:] for worker in self.workers))

    async def _load(self, number: int, records: Sequence[tuple[bytes, bytes]]) -> None:
        partition = Partition(INPUT, number)
        writer = await self.bus.writer(f"{self.group}-loader", [INPUT], number)
        for start in range(0, len(records), LOAD):
            some = records[start : start + LOAD]
            await writer.publish([Output(partition, k, v, (), STAMP_US) for k, v in some], consumed={})
        await writer.close()
        last = (await self._all(partition))[-1]
        self._ends[partition] = last.offset + 1

    def hire(self, *, static: bool = False, group: str = "", extra: Sequence[str] = ()) -> Worker:
        """Start one more worker."""
        own = f"{self.group}-{len(self.workers)}"
        options = [*self._options, *extra, *(["--instance", own] if static else [])]
        if group:
            options[2] = group
        command = [sys.executable, "-m", "tests.kafka.worker", *options]
        self.workers.append(Worker(command, self._folder / f"{own}.log"))
        return self.workers[-1]

    async def progress(self, group: str = "") -> float:
        """The share of the recording that is committed; raises `Retry` while nobody can tell."""
        committed = await self.bus.committed(group or self.group, [INPUT])
        done = sum(min(committed.get(partition, 0), end) for partition, end in self._ends.items())
        return done / sum(self._ends.values())

    async def reached(self, share: float, *, within_s: float, group: str = "") -> float:
        """Wait until so much is committed; the seconds it took. Raises TimeoutError."""
        began = time.monotonic()
        async with asyncio.timeout(within_s):
            while True:
                try:
                    if await self.progress(group) >= share:
                        return time.monotonic() - began
                except BusError:
                    pass
                await asyncio.sleep(0.05)

    async def outcome(self, *, runs: int = 1) -> Outcome:
        """`runs`: how often the recording was to be counted; the table must be the same as after one."""
        logs, tables = expected(self.spread)
        lost = doubled = strange = disordered = wrong = 0
        for number in self.spread:
            found = [record.value or b"" for record in await self._all(Partition(LOG, number))]
            wanted = logs[number] * runs
            lost += len(set(wanted) - set(found))
            strange += len(set(found) - set(wanted))
            doubled += sum((Counter(found) - Counter(wanted)).values())
            disordered += sorted(found) == sorted(wanted) and found != wanted
            last = {record.key: record.value for record in await self._all(Partition(TABLE, number))}
            wrong += sum(last.get(key) != count for key, count in tables[number].items())
            wrong += len(last.keys() - tables[number].keys())
        return Outcome(sum(map(len, logs.values())), lost, doubled, strange, disordered, wrong)

    async def _all(self, partition: Partition) -> list[Record]:
        found: list[Record] = []
        while records := await self.bus.read(
            partition, found[-1].offset + 1 if found else 0, max_records=5000
        ):
            found += records
        return found
