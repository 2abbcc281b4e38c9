"""`newsfold desk`: pages of a log that others write, or of the files of a replay."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import click
from msgspec.structs import replace

from services.console import addresses
from services.console.addresses import Address
from services.console.desk.gauges import DeskGauges
from services.console.desk.place import cannot_serve, desk_file, url_of
from services.console.run.heartbeat import BEAT_S, Heartbeat
from services.console.signals import stopped_by_signals
from services.console.tuning import tuned
from services.desk.desk import Desk
from services.desk.log.files import FileLog
from services.desk.log.source import Source
from services.ops import logging
from services.ops.config import Settings
from services.ops.events import LogEvent
from services.ops.exits import Exit, Stop
from services.ops.health import Health
from services.ops.notify import notify_supervisor
from services.ops.outcomes import DESK
from services.ops.registry import Metrics
from services.ops.server import OpsServer
from services.stream.clock import SystemClock
from services.stream.patience import Patience, call_patiently


class DeskRequest(NamedTuple):
    """What was asked for, checked."""

    address: Address
    folder: Path | None
    settings: Settings

    @classmethod
    def of(
        cls, *, address: str | None, folder: Path | None, listen: str | None, settings: Settings
    ) -> "DeskRequest":
        """Raises `Stop` (usage) for what cannot be done."""
        if folder is not None and address is not None:
            raise Stop(Exit.USAGE, "--bus and --from: one of the two")
        if listen is not None:
            try:
                settings = replace(settings, desk=replace(settings.desk, listen=listen))
            except ValueError as error:
                raise Stop(Exit.USAGE, f"--listen {listen}: {error}") from None
        place = addresses.parse(address or settings.bus.url)
        return cls(place if folder else addresses.shared(place), folder, settings)


def serve_desk(request: DeskRequest) -> None:
    """Until stopped. Raises `Stop` and `BusError`."""
    tuned()
    ops = request.settings.ops
    with logging.configure(service="newsfold", fmt=ops.log_format, level=ops.log_level, stream=sys.stdout):
        asyncio.run(_serve(request))


async def _serve(request: DeskRequest) -> None:
    log, stop = logging.get_logger("desk"), asyncio.Event()
    async with AsyncExitStack() as stack:
        stack.enter_context(stopped_by_signals(stop, lambda: log.info(LogEvent.STOP_REQUESTED)))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsfold-desk-")))
        source = await _source(request, stack)
        file = (
            scratch / "desk.db" if request.folder else desk_file(request.address, request.settings, scratch)
        )
        metrics = Metrics((DESK,))
        gauges = DeskGauges(metrics)
        try:
            desk = await stack.enter_async_context(_desk(source, request, file, gauges))
        except OSError as error:
            raise cannot_serve(request.settings.desk, error) from None
        click.echo(f"Stories are at {url_of(desk, request.settings.desk)}  (Ctrl-C ends it)")
        if request.folder is None:
            health = Health({DESK: "not started"}, stall_s=request.settings.ops.stall_s)
            server = OpsServer(request.settings.ops, health, metrics.exposition)
            log.info(LogEvent.OPS_STARTED, port=(await stack.enter_async_context(server)).port)
            _watch(gauges.watch(desk, health), stack)
            await _tell_supervisor(request.settings.ops.heartbeat_file, health, stack, stop)
        await desk.run(stop)


def _desk(source: Source, request: DeskRequest, file: Path, gauges: DeskGauges) -> Desk:
    return Desk(
        source,
        request.settings.desk,
        file,
        now=SystemClock().now,
        is_live=request.folder is None,
        note=gauges.note,
    )


async def _source(request: DeskRequest, stack: AsyncExitStack) -> Source:
    if request.folder is not None:
        try:
            return FileLog(request.folder)
        except ValueError as error:
            raise Stop(Exit.USAGE, str(error)) from None
    bus = addresses.bus_at(request.address, request.settings)
    await call_patiently(bus.start, Patience(total_s=request.settings.bus.wait_s))
    stack.push_async_callback(bus.close)
    return bus


async def _tell_supervisor(file: str, health: Health, stack: AsyncExitStack, stop: asyncio.Event) -> None:
    """That it is ready and alive, to whoever started it."""
    if file:
        _watch(_beat(Heartbeat(Path(file))), stack)
    telling = notify_supervisor(os.environ, lambda: health.liveness()[0], stop)
    await stack.enter_async_context(telling)


def _watch(watching: Coroutine[None, None, None], stack: AsyncExitStack) -> None:
    """Beside the Desk, until it ends."""
    stack.callback(asyncio.create_task(watching).cancel)


async def _beat(heartbeat: Heartbeat) -> None:
    try:
        while True:
            await heartbeat.beat()
            await asyncio.sleep(BEAT_S)
    finally:
        heartbeat.end()
