"""The embedded log as an operator keeps it: backed up while written, restored elsewhere, moved to Kafka.

`python -m tests.deploy.embedded_log` checks it on a broker of its own (or `KAFKA_BOOTSTRAP`), on a recording
of invented articles. What must come out each time are the bytes of an undisturbed replay, and an account of
every article that adds up.
"""

import asyncio
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from services.stream.bus import Partition
from services.stream.sqlite import SqliteBus
from tests.end_to_end.archive import SPAN, write_archive
from tests.end_to_end.output import digests
from tests.kafka.crew import LOOK_S, Crew, Hand

ARTICLES = 300
SECONDS = 8.0
"""How long the recording plays, so that there is a middle to act in."""
QUIET = {"NEWSFOLD_OPS__LISTEN": "127.0.0.1:0", "OPENBLAS_NUM_THREADS": "1"}


class Found(NamedTuple):
    """One thing that was done, and whether it is as it must be."""

    done: str
    well: bool
    told: str

    def __str__(self) -> str:
        return f"{'ok   ' if self.well else 'WRONG'} {self.done}: {self.told}"


class Site:
    """A folder, commands run in processes of their own, and what an undisturbed replay leaves."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.source = write_archive(place / "news.jsonl", ARTICLES)
        self.log = place / "log.db"
        self._runs = 0

    def start(self, *words: str | Path, **environment: str) -> Hand:
        self._runs += 1
        name = f"{self._runs:02}-{words[0]}"
        return Hand(name, [str(word) for word in words], {**QUIET, **environment}, self.place)

    async def run(self, *words: str | Path, within_s: float = 90) -> str:
        """What it told. Raises `AssertionError` where it failed."""
        hand = self.start(*words)
        code = await hand.ended(within_s)
        assert code == 0, f"newsfold {' '.join(map(str, words))}: exit {code}\n{hand.log.read_text()}"
        return hand.log.read_text()

    async def calm(self) -> dict[str, str]:
        await self.run("replay", self.source, "--out", self.place / "calm", "--bus", "memory")
        return digests(self.place / "calm")

    def play(self, log: Path, speed: float = 0.0) -> Hand:
        words = ("run", "all", "--recording", self.source, "--once", "--bus", f"sqlite:{log}")
        return self.start(*words, NEWSFOLD_REPLAY__SPEED=str(speed))

    async def exported(self, bus: str, name: str, **environment: str) -> dict[str, str]:
        out = self.place / name
        hand = self.start("export", "--bus", bus, "--out", out, **environment)
        assert await hand.ended(60) == 0, hand.log.read_text()
        return digests(out)


async def published(log: Path) -> int:
    """Records of `articles` so far."""
    bus = SqliteBus(log)
    await bus.start()
    try:
        return sum([await bus.end(at) for at in (Partition("articles", n) for n in range(4))])
    finally:
        await bus.close()


async def check(place: Path, bootstrap: str) -> list[Found]:
    """Back up, restore and move a log in the middle of a recording."""
    site = Site(place)
    wanted = await site.calm()
    playing = site.play(site.log, SPAN.total_seconds() / SECONDS)
    try:
        async with asyncio.timeout(60):
            await playing.told("service.started", 60)
            while await published(site.log) < ARTICLES / 3:
                assert playing.alive, playing.log.read_text()
                await asyncio.sleep(LOOK_S)
        began, before = time.monotonic(), await published(site.log)
        await site.run("log", "backup", place / "copy.db", "--bus", f"sqlite:{site.log}")
        seconds = time.monotonic() - began
        at_work = playing.alive
        await asyncio.sleep(0.5)
        after = await published(site.log)
        playing.send(signal.SIGTERM)
        code = await playing.ended(20)
    finally:
        playing.kill()
    told = f"{before} records before, {after} after {seconds:.1f} s; stopped with exit {code}"
    found = [Found("backed up while a service published", at_work and after > before and code == 0, told)]
    found += await _restored(site, wanted)
    found += await _moved(site, wanted, bootstrap)
    return found


async def _restored(site: Site, wanted: dict[str, str]) -> list[Found]:
    there = site.place / "elsewhere" / "log.db"
    await site.run("log", "restore", site.place / "copy.db", "--bus", f"sqlite:{there}")
    had = await published(there)
    code = await site.play(there).ended(90)
    same = await site.exported(f"sqlite:{there}", "restored") == wanted
    account = await site.run("doctor", "--account", "--bus", f"sqlite:{there}")
    return [
        Found("restored elsewhere", had > 0 and code == 0, f"{had} records, went on to exit {code}"),
        Found("stories of the restored log", same, _verdict(same=same)),
        Found("account of the restored log", bool(account), _joined(account)),
    ]


async def _moved(site: Site, wanted: dict[str, str], bootstrap: str) -> list[Found]:
    prefix = f"moved-{uuid.uuid4().hex[:8]}."
    async with Crew(bootstrap, prefix, site.place / "crew") as crew:
        to = ("--to", f"kafka:{bootstrap}", "--bus", f"sqlite:{site.log}")
        mover = crew.add("mover", "log", "move", *to, static=False)
        code = await mover.ended(90)
        told = _last(mover.log.read_text())
        assert code == 0, told
        refused = await site.play(site.log).ended(30)
        crew.services(site.source)
        await crew.settled(90)
        same = await site.exported(f"kafka:{bootstrap}", "moved", NEWSFOLD_BUS__PREFIX=prefix) == wanted
        audit = crew.add("audit", "doctor", "--account", static=False)
        account = await audit.ended(60)
        return [
            Found("moved to Kafka", code == 0, told),
            Found(
                "the moved log takes nothing more", refused != 0, f"a service on it ends with exit {refused}"
            ),
            Found("stories on Kafka", same, _verdict(same=same)),
            Found("account on Kafka", account == 0, _joined(audit.log.read_text())),
        ]


def _verdict(*, same: bool) -> str:
    return f"the bytes of an undisturbed replay: {'yes' if same else 'no'}"


def _joined(text: str) -> str:
    return "; ".join(line.removeprefix("ok").strip() for line in text.splitlines())


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["nothing was told"])[-1]


def main(arguments: Sequence[str]) -> int:
    from tests.kafka import session

    try:
        bootstrap = session.bootstrap()
    except pytest.skip.Exception as why:
        print(f"SKIPPED embedded log: {why}")
        return 0
    with tempfile.TemporaryDirectory(prefix="newsfold-log-") as place:
        found = asyncio.run(check(Path(arguments[0] if arguments else place), bootstrap))
    print("\n".join(map(str, found)))
    return int(not all(one.well for one in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
