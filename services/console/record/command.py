"""`newsfold record`: feeds followed for a while, what came written down, and nothing published."""

import asyncio
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import click

from services.console.feeds.logins import logins_in
from services.console.feeds.subscriptions import listed_in
from services.console.fetching import conduct_of, fetch_limits, poll_bounds, with_nets
from services.console.replay.feeds import subscription
from services.console.signals import stopped_by_signals
from services.contracts.feeds import Feed
from services.ingest.http.credentials import Credentials
from services.ingest.http.fetch import Fetcher
from services.ingest.polling.live import HttpFeeder, LiveSettings
from services.ingest.recordings.recorder import Recorder, Rotation
from services.ingest.service import IngestTask
from services.ingest.workers.pool import Pool
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.ops.settings import IngestSettings

TURN_S = 1.0


class RecordRequest(NamedTuple):
    """What was asked for, checked."""

    feeds: Sequence[Feed]
    credentials: Credentials
    ingest: IngestSettings
    out: Path
    seconds: float | None
    """None: one round of all feeds and their pages."""
    rotation: Rotation
    anonymise: bool

    @classmethod
    def of(
        cls,
        *,
        feeds: Path,
        out: Path,
        seconds: float | None,
        rotation: Rotation,
        allow_net: Sequence[str],
        anonymise: bool,
        settings: Settings,
    ) -> "RecordRequest":
        """Raises `Stop` (usage)."""
        ingest = with_nets(settings.ingest, allow_net)
        return cls(listed_in(feeds), logins_in(feeds, settings), ingest, out, seconds, rotation, anonymise)


def recorder_in(
    folder: Path,
    rotation: Rotation = Rotation(),  # noqa: B008 - frozen
    *,
    anonymise: bool = False,
) -> Recorder:
    software = f"newsfold/{metadata.version('newsfold')}"
    return Recorder(folder, software=software, rotation=rotation, anonymise=anonymise)


def record(request: RecordRequest) -> None:
    """Until the time is over or a signal comes. Raises `Stop` where it cannot be written down."""
    try:
        fetches = asyncio.run(_record(request))
    except OSError as error:
        raise Stop(
            Exit.FAILED, f"{request.out}: the recording cannot be written: {error.strerror or error}"
        ) from error
    click.echo(f"{fetches:,} fetches of {len(request.feeds)} feeds recorded in {request.out}")


async def _record(request: RecordRequest) -> int:
    ingest, once = request.ingest, request.seconds is None
    stop = asyncio.Event()
    recorder = recorder_in(request.out, request.rotation, anonymise=request.anonymise)
    checks = ingest.recheck == "on"
    task = IngestTask(0, 1, bounds=poll_bounds(ingest), checks=checks)
    task.step([subscription(feed) for feed in request.feeds])
    fetcher = Fetcher(
        allow=ingest.networks(),
        limits=fetch_limits(ingest),
        user_agent=ingest.agent(),
        credentials=request.credentials,
    )
    with stopped_by_signals(stop):
        async with fetcher, Pool(ingest.parsers) as pool:
            conduct = conduct_of(ingest, fetcher)._replace(recorder=recorder)
            live = LiveSettings(in_flight=ingest.in_flight, checks=checks)
            feeder = HttpFeeder(task, fetcher, pool, once=once, settings=live, conduct=conduct)
            try:
                await _follow(task, feeder, stop, request.seconds)
            finally:
                await feeder.close()
                await recorder.close()
    return recorder.fetches


async def _follow(task: IngestTask, feeder: HttpFeeder, stop: asyncio.Event, seconds: float | None) -> None:
    end = time.monotonic() + seconds if seconds is not None else float("inf")
    while not stop.is_set() and time.monotonic() < end:
        wait_s = min(TURN_S, max(0.0, end - time.monotonic()))
        readings = await feeder.next(max_items=256, timeout_s=wait_s)
        if readings is None:
            return
        task.take(readings)
