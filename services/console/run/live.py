"""`newsfold run`: the services on live feeds or on recordings, until told to stop."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import click
from msgspec.structs import replace

from services.console import addresses
from services.console.addresses import Address
from services.console.desk.beside import desk_beside
from services.console.extensions import extensions_of
from services.console.feeds.census import Census
from services.console.feeds.logins import logins_in
from services.console.fetching import callbacks, conduct_of, fetch_limits, hubs_of, poll_bounds, with_nets
from services.console.kernels import load_kernels_beside
from services.console.record.command import recorder_in
from services.console.replay import inputs
from services.console.replay.program import Program
from services.console.replay.recordings import open_recordings, prepare_log
from services.console.run import states
from services.console.run.canary import CanaryWatch
from services.console.run.feed_file import FeedFile
from services.console.run.limits import tell_limits
from services.console.run.once import OnceFeeder, Round
from services.console.run.pipeline import Pipeline, Stage
from services.console.run.threads import begin_in_thread
from services.console.run.watch import Watch
from services.console.signals import stopped_by_signals
from services.console.tuning import tuned
from services.contracts.topics import FEED_PARTITIONS, SPREAD
from services.dedup.roles import ROLES
from services.dedup.service import DedupService
from services.dedup.spread.stages import stage
from services.enrich.extensions import NONE, Extensions
from services.enrich.service import EnrichService
from services.ingest.http.credentials import Credentials
from services.ingest.http.fetch import Fetcher
from services.ingest.polling.live import Conduct, HttpFeeder, LiveSettings
from services.ingest.recordings.pace import Pace
from services.ingest.service import IngestService, IngestTask
from services.ingest.workers.pool import Pool
from services.ops import logging
from services.ops.config import Settings
from services.ops.events import LogEvent
from services.ops.exits import Exit, Stop
from services.ops.fetching import FetchMetrics
from services.ops.health import Health
from services.ops.notify import notify_supervisor
from services.ops.outcomes import DESK
from services.ops.redaction import redact
from services.ops.registry import Metrics
from services.ops.server import OpsServer
from services.ops.settings import IngestSettings
from services.stream.breaker import Limits
from services.stream.bus import Bus, BusError
from services.stream.clock import SystemClock
from services.stream.following import changelog_feed
from services.stream.patience import Patience, call_patiently
from services.stream.service import Feeder
from services.stream.settings import RunSettings

ALL = ("ingest", "dedup", "enrich")


class RunRequest(NamedTuple):
    """What was asked for, checked."""

    services: Sequence[str]
    feeds: FeedFile | None
    recordings: Sequence[Path]
    """Played instead of following feeds."""
    address: Address
    once: bool
    settings: Settings
    record: Path | None = None
    """Folder in which what is fetched is written down."""
    credentials: Credentials = Credentials()
    """Of the list of feeds and the netrc file."""
    extensions: Extensions | None = None
    """Functions of the user's in enrich."""
    role: str = ""
    """Of a spread dedup, what runs here."""

    @property
    def sends_canaries(self) -> bool:
        """Whether canaries are sent: only where feeds are followed for good."""
        follows = "ingest" in self.services and not (self.recordings or self.once)
        return follows and self.settings.ingest.canary_every_s > 0

    @property
    def serves_desk(self) -> bool:
        """Whether stories are shown: where all of Newsfold runs, and goes on."""
        return self.settings.desk.serve and tuple(self.services) == ALL and not self.once

    @classmethod
    def of(
        cls,
        *,
        what: str,
        feeds: Path | None,
        recordings: Sequence[Path] = (),
        address: str | None,
        allow_net: Sequence[str],
        once: bool,
        record: Path | None = None,
        settings: Settings,
    ) -> "RunRequest":
        """Raises `Stop` (usage) for what cannot be done."""
        place = addresses.parse(address or settings.bus.url)
        role = what if what in ROLES else ""
        services = ALL if what == "all" else ("dedup",) if what == "fold" else (what,)
        if place.kind == "memory" and what != "all":
            raise Stop(
                Exit.USAGE, f"bus memory: nobody else could read what `run {what}` does; name sqlite:FILE"
            )
        if feeds is not None and "ingest" not in services:
            raise Stop(Exit.USAGE, f"--feeds: `run {what}` polls no feeds")
        if recordings and "ingest" not in services:
            raise Stop(Exit.USAGE, f"--recording: `run {what}` plays no recordings")
        if recordings and feeds is not None:
            raise Stop(Exit.USAGE, "--recording and --feeds: one of the two")
        if record is not None and ("ingest" not in services or recordings):
            raise Stop(Exit.USAGE, f"--record: `run {what}` fetches nothing here")
        listed = FeedFile(feeds) if feeds else None
        log = place.file()
        fault = listed.fault() if listed else ""
        if fault and not (log and log.exists()):  # a log may know feeds to go on with
            raise Stop(Exit.USAGE, fault)
        return cls(
            services=services,
            feeds=listed,
            recordings=inputs.checked(recordings) if recordings else (),
            address=place,
            once=once,
            record=record,
            settings=replace(settings, ingest=with_nets(settings.ingest, allow_net)),
            credentials=logins_in(None if fault else feeds, settings)
            if "ingest" in services
            else Credentials(),
            extensions=extensions_of(settings.enrich) if "enrich" in services else None,
            role=role,
        )


def run_live(request: RunRequest) -> None:
    """Until stopped or, with `once`, until all is done. Raises `Stop` and `BusError`."""
    tuned()
    load_kernels_beside()
    ops = request.settings.ops
    with logging.configure(service="newsfold", fmt=ops.log_format, level=ops.log_level, stream=sys.stdout):
        try:
            summary = asyncio.run(_live(request))
        except (Stop, BusError):
            raise
        except Exception as error:
            logging.get_logger("newsfold").exception(LogEvent.SERVICE_FAILED)
            what = redact(f"{type(error).__name__}: {error}", 500)
            raise Stop(Exit.FAILED, f"{what}; the log has the traceback") from error
    if summary:
        click.echo(summary)


async def _live(request: RunRequest) -> str:
    log = logging.get_logger("newsfold")
    stop = asyncio.Event()
    metrics = Metrics([*request.services, DESK] if request.serves_desk else request.services)
    missing = {"bus": "not connected", **dict.fromkeys(request.services, "not started")}
    health = Health(missing, stall_s=request.settings.ops.stall_s)
    async with AsyncExitStack() as stack:
        stack.enter_context(stopped_by_signals(stop, lambda: log.info(LogEvent.STOP_REQUESTED)))
        server = await stack.enter_async_context(OpsServer(request.settings.ops, health, metrics.exposition))
        log.info(LogEvent.OPS_STARTED, port=server.port)
        bus = await _connected(request, stop)
        if bus is None:
            return ""
        stack.push_async_callback(bus.close)
        health.mark_ready("bus")
        log.info(LogEvent.BUS_CONNECTED, bus=str(request.address))
        await _prepare(bus, request)
        stages = await stack.enter_async_context(_stages(request, FetchMetrics(metrics), bus))
        run, follows = _run_settings(request), not request.recordings
        tell_limits(metrics, request.settings, run, polls=follows, forgets=follows)
        metrics.gauge("dedup_spread").set(request.role == "fold")
        session_s = request.settings.bus.session_s if request.address.kind == "kafka" else None
        pipeline = Pipeline(bus, stages, run, metrics, log=True, session_s=session_s)
        canary = CanaryWatch(bus, metrics) if request.sends_canaries else None
        watch = Watch(
            pipeline, bus, request.address, health, metrics, settings=request.settings, canary=canary
        )
        log.info(LogEvent.SERVICE_STARTED, services=list(request.services))
        if request.feeds:
            await stack.enter_async_context(request.feeds.read_on_hangup(bus))
        if request.serves_desk:
            await stack.enter_async_context(
                desk_beside(bus, request.address, request.settings, metrics, stop)
            )
        async with notify_supervisor(os.environ, lambda: health.liveness()[0], stop):
            await _work(pipeline, watch, stop, request)
        log.info(LogEvent.SERVICE_STOPPED, services=list(request.services))
        return await _once_summary(bus, pipeline) if request.once else ""


async def _work(pipeline: Pipeline, watch: Watch, stop: asyncio.Event, request: RunRequest) -> None:
    # Alone a service cannot know what the others will still bring, nor who shares its work.
    done = pipeline.settled if tuple(request.services) == ALL else pipeline.idle
    async with pipeline.running(stop) as running:
        watching = asyncio.create_task(watch.run())
        try:
            await (done(running) if request.once else pipeline.stopped(running))
        finally:
            watching.cancel()
    held = {name: totals.held() for name, totals in pipeline.totals.items() if totals.held()}
    if request.once and held:
        raise Stop(Exit.FAILED, f"not everything could be decided: still held are {held}")


async def _connected(request: RunRequest, stop: asyncio.Event) -> Bus | None:
    """The bus, started; waits for it as long as is configured. None when stopped meanwhile."""

    async def attempt() -> Bus:
        bus = addresses.bus_at(request.address, request.settings)
        await bus.start()
        return bus

    patience = Patience(total_s=request.settings.bus.wait_s)
    connecting = asyncio.create_task(call_patiently(attempt, patience))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([connecting, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if connecting.done():
        return connecting.result()
    connecting.cancel()
    return None


async def _prepare(bus: Bus, request: RunRequest) -> None:
    # A recording's times may be long ago: by the topic table's spans it would be dropped at once.
    forget = not request.recordings or request.settings.replay.forget
    await bus.create(addresses.topic_specs(forget=forget))
    if request.role:
        await bus.create(addresses.topic_specs(forget=forget, topics=SPREAD))
    if request.recordings:
        await prepare_log(bus, request.recordings)
    if request.feeds:
        await request.feeds.publish(bus)


@asynccontextmanager
async def _stages(request: RunRequest, fetches: FetchMetrics, bus: Bus) -> AsyncIterator[Sequence[Stage]]:
    """The services asked for, in the order of the flow, with what ingest needs opened."""
    settings = request.settings
    async with AsyncExitStack() as stack:
        stages = []
        if request.recordings:
            program = Program(Pace(settings.replay.speed), checks=settings.ingest.recheck == "on")
            replayed = await stack.enter_async_context(
                open_recordings(request.recordings, program, settings.ingest.sharding)
            )
            stages.append(Stage(replayed.service))
        elif "ingest" in request.services:
            fetcher = await stack.enter_async_context(_fetcher(settings.ingest, request.credentials))
            pool = await stack.enter_async_context(Pool(settings.ingest.parsers))
            conduct = conduct_of(settings.ingest, fetcher, fetches)
            hubs = None if request.once else hubs_of(settings.ingest, fetcher, conduct.traffic, fetches)
            if hubs:
                port = await stack.enter_async_context(callbacks(settings.ingest, hubs))
                logging.get_logger("ingest").info(LogEvent.CALLBACKS_STARTED, port=port)
                conduct = conduct._replace(hubs=hubs)
            if request.record:
                recorder = recorder_in(request.record)
                stack.push_async_callback(recorder.close)
                conduct = conduct._replace(recorder=recorder)
            stages.append(Stage(_ingest(fetcher, pool, request, fetches, conduct)))
        store = states.store_opener(request.address, settings)
        if request.role:
            feed = changelog_feed(bus, "dedup-state")
            role = stage(request.role, settings.dedup, open_store=store, begin=begin_in_thread, feed=feed)
            stages.append(Stage(role))
        elif "dedup" in request.services:
            stages.append(Stage(DedupService(settings.dedup, open_store=store, begin=begin_in_thread)))
        if "enrich" in request.services:
            enrich = EnrichService(settings.enrich.best, request.extensions or NONE)
            stages.append(Stage(enrich, settings.enrich.workers))
        yield stages


def _fetcher(ingest: IngestSettings, credentials: Credentials) -> Fetcher:
    limits = fetch_limits(ingest)
    return Fetcher(allow=ingest.networks(), limits=limits, user_agent=ingest.agent(), credentials=credentials)


def _ingest(
    fetcher: Fetcher, pool: Pool, request: RunRequest, fetches: FetchMetrics, conduct: Conduct
) -> IngestService:
    ingest, once = request.settings.ingest, request.once
    live = LiveSettings(
        in_flight=ingest.in_flight,
        tick_s=ingest.tick_s,
        canary_s=ingest.canary_every_s,
        checks=ingest.recheck == "on",
    )
    this_round = Round(FEED_PARTITIONS, SystemClock())

    def feeder(task: IngestTask, number: int) -> Feeder:
        polling = HttpFeeder(task, fetcher, pool, once=once, settings=live, fetches=fetches, conduct=conduct)
        return OnceFeeder(polling, number, this_round) if once else polling

    return IngestService(
        feeder,
        origins=FEED_PARTITIONS,
        sharding=ingest.sharding,
        bounds=poll_bounds(ingest),
        checks=ingest.recheck == "on",
    )


def _run_settings(request: RunRequest) -> RunSettings:
    settings = request.settings
    return RunSettings(
        drain_s=settings.ops.drain_s,
        patience=Patience(total_s=settings.bus.wait_s),
        snapshots=states.place(request.address, settings, role=request.role),
        snapshot_every_s=settings.bus.snapshot_every_s,
        standby=settings.bus.standby,
        dead_limits=Limits(consecutive=settings.bus.dead_run, ratio=settings.bus.dead_share),
        halt_s=None if request.once else settings.bus.halt_s,  # one round ends, well or not
    )


async def _once_summary(bus: Bus, pipeline: Pipeline) -> str:
    """What one round did, in a line."""
    census = Census()
    await census.refresh(bus)
    feeds = ", ".join(f"{count} {status}" for status, count in sorted(census.by_status().items())) or "none"
    outcomes = pipeline.totals["dedup"].outcomes if "dedup" in pipeline.totals else {}
    decided = outcomes.get("story", 0) + outcomes.get("screened", 0)
    return f"feeds: {feeds}; articles decided: {decided}"
