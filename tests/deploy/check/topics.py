"""What lies on an installation's topics, waited for and held against an undisturbed run."""

import asyncio
import time
from collections.abc import Sequence

from services.contracts import wire
from services.contracts.feeds import FeedState
from services.dedup.service import DedupService
from services.enrich.service import EnrichService
from services.stream.bus import Bus, BusError
from services.stream.progress import is_drained
from services.stream.service import Service
from tests.deploy.check.verdict import Failed
from tests.kafka.crew import Crew
from tests.kafka.outcome import Calm, Outcome, outcome

LOOK_S = 0.5


def published(log: Crew, articles: int, within_s: float) -> float:
    """Wait until so much of the recording is out; seconds. Raises `Failed`."""
    return asyncio.run(_settled(log, articles, within_s, ()))


def settled(log: Crew, articles: int, within_s: float) -> float:
    """Wait until so much of the recording is out and all of it is decided; seconds. Raises `Failed`."""
    return asyncio.run(_settled(log, articles, within_s, (DedupService(), EnrichService())))


def held_against(log: Crew, calm: Calm) -> Outcome:
    """Raises `Failed` where anything differs."""
    found = asyncio.run(outcome(log, calm))
    if not found.same:
        raise Failed(f"not what one undisturbed process made: {found}")
    return found


async def played(log: Crew) -> int:
    """Items of the recording that are published; 0 while the topics are still to come."""
    try:
        last = {record.key: record.value for record in await log.records("feed-state")}
    except BusError:
        return 0
    states = [value for key, value in last.items() if value and b":" not in (key or b"")]
    return sum(wire.decode(FeedState, value).position for value in states)


async def _settled(log: Crew, articles: int, within_s: float, services: Sequence[Service]) -> float:
    began = time.monotonic()
    out = 0
    try:
        async with asyncio.timeout(within_s):
            while (out := await played(log)) < articles:  # noqa: ASYNC110 - a topic tells nobody that it grew
                await asyncio.sleep(LOOK_S)
            async with log.bus() as bus:
                for service in services:
                    while not await _done(bus, service):  # noqa: ASYNC110
                        await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise Failed(f"not settled within {within_s:g} s; {out} of {articles} were out") from None
    return time.monotonic() - began


async def _done(bus: Bus, service: Service) -> bool:
    try:
        return await is_drained(bus, f"newsfold-{service.name}", service.inputs)
    except BusError:
        return False
