"""Newsfold's services as processes over a broker: started, killed, frozen, and started again.

A process is forked from a server that has Newsfold loaded, so a kill hits the work and not the loading.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from services.console import addresses
from services.console.scan import scan
from services.dedup.service import DedupService
from services.enrich.service import EnrichService
from services.stream.bus import Bus, BusError, Record
from services.stream.kafka import Bounds, KafkaBus
from services.stream.progress import is_drained
from services.stream.service import Service
from tests.kafka.at_least_once import AtLeastOnceBus

SESSION_S = 2.0
LOOK_S = 0.15
COMMAND_S = 1800
AT_LEAST_ONCE = "NEWSFOLD_TEST_AT_LEAST_ONCE"
"""Set for a worker that is to go without transactions."""
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["services.cli", "services.console.run.live", __name__])


def work(words: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    """What a forked process does: one command, its output in `log`."""
    from services.cli import main

    os.environ.update(environment)
    if AT_LEAST_ONCE in environment:
        import services.stream.kafka as package

        package.KafkaBus = AtLeastOnceBus  # type: ignore[misc]
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(out, sys.stdout.fileno())
    os.dup2(out, sys.stderr.fileno())
    main(list(words), prog_name="newsfold")


def cpu_s(process: int) -> float:
    """User and system time of a process and of those that it waited for. Linux. 0 where it does not run."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


class Hand:
    """One process that is started again after it was killed."""

    def __init__(self, name: str, words: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.log.touch()
        self.starts = 0
        self._call = (tuple(words), dict(environment), self.log)
        self.start()

    def start(self) -> None:
        self._process = _FORKS.Process(target=work, args=self._call, daemon=False)
        self._process.start()
        self.starts += 1

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    @property
    def code(self) -> int | None:
        return self._process.exitcode

    def send(self, number: signal.Signals) -> None:
        if self.alive and self._process.pid is not None:
            os.kill(self._process.pid, number)

    def memory_mb(self) -> int:
        """Resident; 0 where it does not run."""
        with suppress(OSError):
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE") >> 20
        return 0

    def cpu_s(self) -> float:
        """Of it, and of what it started and waited for; 0 where it does not run."""
        return cpu_s(self._process.pid) if self._process.pid else 0.0

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self._process.join(10)

    async def told(self, word: str, within_s: float) -> None:
        """Wait until its log has the word. Raises `TimeoutError`."""
        async with asyncio.timeout(within_s):
            while word not in self.log.read_text():  # noqa: ASYNC110 - a file tells nobody that it grew
                await asyncio.sleep(LOOK_S)

    async def ended(self, within_s: float) -> int:
        """Its exit code. Raises `TimeoutError`."""
        async with asyncio.timeout(within_s):
            while self.alive:  # noqa: ASYNC110 - a process tells nobody that it ended
                await asyncio.sleep(LOOK_S / 3)
        return int(self.code or 0)


async def command(place: Path, *words: str | Path, **environment: str) -> None:
    """Run one command to its end, in a process of its own: it may not share the test's event loop."""
    hand = Hand(str(words[0]), [str(word) for word in words], environment, place)
    assert await hand.ended(COMMAND_S) == 0, hand.log.read_text()


APART = {"NEWSFOLD_INGEST__SHARDING": "language"}
"""With all articles in one shard a single dedup would have all the work to be killed at."""


class Crew:
    """The processes of one installation: one broker address, one prefix."""

    def __init__(self, bootstrap: str, prefix: str, folder: Path, **environment: str) -> None:
        self.bootstrap = bootstrap
        self.prefix = prefix
        self.folder = folder
        self.hands: dict[str, Hand] = {}
        self.exits: list[tuple[str, int]] = []
        """How processes ended that nobody had asked to end."""
        self._environment = {
            "NEWSFOLD_BUS__URL": f"kafka:{bootstrap}",
            "NEWSFOLD_BUS__PREFIX": prefix,
            "NEWSFOLD_BUS__SESSION_S": str(SESSION_S),
            "NEWSFOLD_BUS__HALT_S": "1",
            "NEWSFOLD_OPS__LISTEN": "127.0.0.1:0",
            "NEWSFOLD_OPS__LOG_FORMAT": "json",
            "OPENBLAS_NUM_THREADS": "1",
            **environment,
        }

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        async with self.bus() as bus:
            await bus.create(addresses.topic_specs(forget=False))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hand in self.hands.values():
            hand.kill()

    @asynccontextmanager
    async def bus(self) -> AsyncIterator[KafkaBus]:
        """A client of the installation, which also is in nobody's way."""
        make = AtLeastOnceBus if AT_LEAST_ONCE in self._environment else KafkaBus
        bus = make(self.bootstrap, prefix=self.prefix, bounds=Bounds(session_s=SESSION_S))
        await _patient(bus)
        try:
            yield bus
        finally:
            await bus.close()

    def add(self, name: str, *words: str, static: bool = True, **environment: str) -> Hand:
        """`static`: it keeps its name in its group, and its partitions with it, when it is started again."""
        own = {"NEWSFOLD_BUS__INSTANCE": f"{self.prefix}{name}"} if static else {}
        if name in self.hands:
            self.hands[name].kill()
        own["NEWSFOLD_BUS__STATE_DIR"] = str(self.folder / f"{name}-state")
        hand = Hand(name, words, {**self._environment, **own, **environment}, self.folder)
        self.hands[name] = hand
        return hand

    def services(
        self, source: Path, *, dedup: int = 2, speed: float = 0.0, static: bool = True, standby: bool = False
    ) -> None:
        """One ingest that plays `source` and ends, `dedup` dedup workers and an enrich that stay.

        `standby`: the dedup workers follow each other's state.
        """
        self.add(
            "ingest", "run", "ingest", "--recording", str(source), "--once",
            static=static, NEWSFOLD_REPLAY__SPEED=str(speed),
        )  # fmt: skip
        for number in range(dedup):
            follow = {"NEWSFOLD_BUS__STANDBY": "true"} if standby else {}
            self.add(f"dedup-{number}", "run", "dedup", static=static, **follow)
        self.add("enrich", "run", "enrich", static=static)

    async def started(self, within_s: float) -> None:
        """Wait until all are at work. Raises `TimeoutError`."""
        for hand in self.hands.values():
            await hand.told("service.started", within_s)

    def tend(self) -> None:
        """As a supervisor does: start again whatever ended without being done."""
        for hand in self.hands.values():
            if not hand.alive and hand.code:
                if hand.code != -signal.SIGKILL:
                    self.exits.append((hand.name, hand.code))
                hand.start()

    async def tended(self, until: Callable[[], bool], within_s: float) -> None:
        """Raises `TimeoutError`."""
        async with asyncio.timeout(within_s):
            while not until():
                self.tend()
                await asyncio.sleep(LOOK_S)

    async def ended(self, name: str, within_s: float) -> None:
        """Tend until one of them has done its work and ended well. Raises `TimeoutError`."""
        hand = self.hands[name]
        await self.tended(lambda: not hand.alive and hand.code == 0, within_s)

    async def settled(self, within_s: float, *services: Service) -> float:
        """Tend until the recording is out and these, else dedup and enrich, have decided everything; seconds.

        Raises `TimeoutError`.
        """
        began = time.monotonic()
        await self.ended("ingest", within_s)
        async with asyncio.timeout(within_s), self.bus() as bus:
            for service in services or (DedupService(), EnrichService()):
                while not await _drained(bus, f"newsfold-{service.name}", service.inputs):
                    self.tend()
                    await asyncio.sleep(LOOK_S)
        return time.monotonic() - began

    async def leave(self, name: str, within_s: float = 10.0) -> int:
        """One is asked to stop, and is of the crew no more; its exit code. Raises `TimeoutError`."""
        hand = self.hands.pop(name)
        hand.send(signal.SIGTERM)
        try:
            return await hand.ended(within_s)
        finally:
            hand.kill()

    async def stop(self, within_s: float = 10.0) -> dict[str, int]:
        """SIGTERM to all that run; their exit codes. Raises `TimeoutError`."""
        running = {name: hand for name, hand in self.hands.items() if hand.alive}
        for hand in running.values():
            hand.send(signal.SIGTERM)
        return {name: await hand.ended(within_s) for name, hand in running.items()}

    async def records(self, topic: str) -> list[Record]:
        async with self.bus() as bus:
            return await contents(bus, topic)


async def contents(bus: Bus, topic: str) -> list[Record]:
    """The committed records of a topic, in order, without the offsets, which transactions make jump."""
    return [replace(record, offset=0) async for record in scan(bus, topic)]


def latest(found: Sequence[Record]) -> dict[tuple[int, bytes | None], Record]:
    """What compaction would keep, each where its last record stands."""
    kept: dict[tuple[int, bytes | None], Record] = {}
    for record in found:
        kept.pop((record.partition.number, record.key), None)
        kept[record.partition.number, record.key] = record
    return {key: record for key, record in kept.items() if record.value is not None}


async def _patient(bus: KafkaBus) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                return await bus.start()
            except BusError:
                await asyncio.sleep(LOOK_S)


async def _drained(bus: Bus, group: str, topics: Sequence[str]) -> bool:
    try:
        return await is_drained(bus, group, topics)
    except BusError:
        return False
