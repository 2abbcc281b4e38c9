"""How far each service of a dedup is behind its input, looked at again and again while articles are fed."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from services.contracts.topics import EVERY
from services.dedup.service import DedupService
from services.dedup.settings import DedupSettings
from services.dedup.spread.stages import stage
from services.stream.bus import Bus, BusError, Partition

EVERY_S = 1.0
ROWS = 10


class Progress(Protocol):
    done: int
    """Records fed so far."""


class Look(NamedTuple):
    at_s: float
    fed: int
    behind: Mapping[str, int]
    """Records of all inputs that are not committed, by service; on Kafka the marks of transactions count."""


class Watch:
    """Looks once a second, from the moment it is entered until it is left."""

    def __init__(self, bus: Bus, names: Sequence[str], feed: Progress) -> None:
        self._bus, self._feed = bus, feed
        self._services = {
            name: DedupService() if name == "dedup" else stage(name, DedupSettings()) for name in names
        }
        self.looks: list[Look] = []

    async def __aenter__(self) -> Self:
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._looking.cancel()
        with suppress(asyncio.CancelledError):
            await self._looking

    async def _look(self) -> None:
        began = time.monotonic()
        while True:
            with suppress(BusError):  # it will answer the next time
                behind = {name: await self._behind(name) for name in self._services}
                self.looks.append(Look(round(time.monotonic() - began, 1), self._feed.done, behind))
            await asyncio.sleep(EVERY_S)

    async def _behind(self, name: str) -> int:
        service = self._services[name]
        parts = [
            Partition(topic, number) for topic in service.inputs for number in range(EVERY[topic].partitions)
        ]
        taken = await self._bus.committed(f"newsfold-{service.name}", service.inputs)
        ends = await self._bus.ends(parts)
        return sum(ends[part] - taken.get(part, 0) for part in parts)


def table(looks: Sequence[Look], story: tuple[int, int]) -> Iterator[str]:
    """Some of the looks, evenly over their time, and the most before, in and behind a story's records."""
    if not looks:
        return
    names = list(looks[0].behind)
    yield "  records behind: " + " ".join(f"{name:>8}" for name in ("seconds", "fed", *names))
    for place in range(ROWS):
        yield _row("", looks[place * len(looks) // ROWS])
    yield _row("at the end", looks[-1])
    first, end = story
    for when, some in (
        ("most before", [look for look in looks if look.fed <= first]),
        ("most within", [look for look in looks if first < look.fed <= end]),
        ("most behind", [look for look in looks if look.fed > end]),
    ):
        if some:
            most = {name: max(look.behind[name] for look in some) for name in names}
            yield _row(when, some[-1]._replace(behind=most))


def _row(when: str, look: Look) -> str:
    cells = (f"{look.at_s:.0f}", look.fed, *look.behind.values())
    return f"  {when:15} " + " ".join(f"{cell:>8}" for cell in cells)
