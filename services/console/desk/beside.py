"""The Desk that `newsfold run all` serves: whatever befalls it, stories go on."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services.console.addresses import Address
from services.console.desk.gauges import DeskGauges
from services.console.desk.place import desk_file, url_of
from services.desk.desk import Desk
from services.ops.config import Settings
from services.ops.events import LogEvent
from services.ops.logging import get_logger
from services.ops.registry import Metrics
from services.stream.bus import Bus
from services.stream.clock import SystemClock


@asynccontextmanager
async def desk_beside(
    bus: Bus, address: Address, settings: Settings, metrics: Metrics, stop: asyncio.Event
) -> AsyncIterator[None]:
    """While the body runs. Ends when `stop` is set, at the latest with the body."""
    ending = asyncio.Event()
    serving = asyncio.create_task(_serve(bus, address, settings, DeskGauges(metrics), ending))
    stopping = asyncio.create_task(_forward(stop, ending))
    try:
        yield
    finally:
        stopping.cancel()
        ending.set()
        await serving


async def _forward(stop: asyncio.Event, ending: asyncio.Event) -> None:
    await stop.wait()
    ending.set()


async def _run(desk: Desk, gauges: DeskGauges, stop: asyncio.Event) -> None:
    watching = asyncio.create_task(gauges.watch(desk))
    try:
        await desk.run(stop)
    finally:
        watching.cancel()


async def _serve(
    bus: Bus, address: Address, settings: Settings, gauges: DeskGauges, stop: asyncio.Event
) -> None:
    log = get_logger("desk")
    try:
        with tempfile.TemporaryDirectory(prefix="newsfold-desk-") as scratch:
            file = desk_file(address, settings, Path(scratch))
            async with Desk(bus, settings.desk, file, now=SystemClock().now, note=gauges.note) as desk:
                log.info(LogEvent.DESK_STARTED, url=url_of(desk, settings.desk))
                await _run(desk, gauges, stop)
    except OSError as error:
        log.warning(LogEvent.DESK_REFUSED, listen=settings.desk.listen, reason=error.strerror or str(error))
    except Exception:
        log.exception(LogEvent.DESK_FAILED)
