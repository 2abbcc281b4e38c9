"""The stages of a replay on one log, in one process or two: from the recordings to the files."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click
from msgspec.structs import replace

from services.console import addresses, progress
from services.console.export.output import gathered, written
from services.console.export.tally import Tally
from services.console.replay.accounts import Ingested
from services.console.replay.beside import Downstream
from services.console.replay.order import Order
from services.console.replay.recordings import Replayed, prepare_log, replayed_in
from services.console.replay.request import ReplayRequest
from services.console.replay.settings import RUN
from services.console.replay.summary import Report
from services.console.run.pipeline import Pipeline, Stage
from services.dedup.foresight import Foresight, Unforeseen
from services.ingest.workers.pool import Pool
from services.ops.exits import Exit, Stop
from services.ops.observing import ServiceTotals
from services.ops.registry import Metrics
from services.stream.bus import Bus, Fatal, Partition
from services.stream.patience import Patience
from services.stream.runner import Runner
from services.stream.spool import Spool
from services.stream.sqlite import SqliteBus

POLL_S = 0.1
MOST_AHEAD = 1_000
"""So many articles lie on the log before they are taken from it, passed by one batch at most."""
LOG = "log.db"
"""The temporary log."""


class Means(NamedTuple):
    """What a replay works with."""

    pool: Pool
    downstream: Downstream
    scratch: Path
    stop: asyncio.Event


async def report_of(request: ReplayRequest, means: Means, out: Path) -> Report:
    """Replay and write the files. Raises `Stop` where it cannot, or was stopped."""
    started = time.monotonic()
    bus = (
        addresses.bus_at(request.address, request.settings)
        if request.address
        else SqliteBus(means.scratch / LOG, durable=False)
    )
    await bus.start()
    try:
        await bus.create(addresses.topic_specs(forget=request.settings.replay.forget))
        sharding = request.settings.ingest.sharding
        replayed = replayed_in(request.paths, request.program, sharding, means.pool)
        await prepare_log(bus, request.paths, request.feeds, request.program.frame)
        finished = await _finish(bus, replayed, request, means, out=out)
        return Report(
            **finished._asdict(),
            damage=tuple(replayed.damage),
            seconds=time.monotonic() - started,
        )
    finally:
        await bus.close()


class Finished(NamedTuple):
    """What both ways of running the stages tell."""

    tally: Tally
    ingested: Ingested
    held: dict[str, int]
    unaccounted: dict[str, int]


async def _finish(
    bus: Bus, replayed: Replayed, request: ReplayRequest, means: Means, *, out: Path
) -> Finished:
    """By one process or two; what was found out beforehand and does not hold is left aside."""
    before = await _prepare(bus, replayed, request, means) if request.prepare else None
    while True:
        try:
            if request.is_split:
                return await _in_two(bus, replayed, request, means, out=out, before=before)
            return await _in_one(bus, replayed, request, means, out=out, before=before)
        except Fatal as error:
            if before is None or not isinstance(error.__cause__, Unforeseen):
                raise
            click.echo(f"{error.__cause__}; going on from here as a replay does", err=True)
            before = before._replace(foresights={})


class Before(NamedTuple):
    """What was done before anything was decided."""

    ingested: ServiceTotals
    foresights: Mapping[int, Foresight]


async def _prepare(bus: Bus, replayed: Replayed, request: ReplayRequest, means: Means) -> Before:
    """All articles into the log, and what can be found out of them."""
    assert request.prepare is not None
    settings = replace(RUN, patience=Patience(total_s=request.settings.bus.wait_s))
    pipeline = Pipeline(bus, [Stage(replayed.service)], settings, Metrics())
    async with _linked(means.stop) as halt:
        if not await _run(pipeline, replayed, halt):
            raise _interruption(replayed, request)
    found = {} if await _is_begun(bus) else await request.prepare(bus, means.scratch, means.stop)
    if means.stop.is_set():
        raise _interruption(replayed, request)
    return Before(pipeline.totals["ingest"], found)


async def _is_begun(bus: Bus) -> bool:
    """Whether an earlier run decided articles: its state goes on as one process had it."""
    numbers = range(await bus.partitions("dedup-state"))
    ends = await bus.ends([Partition("dedup-state", number) for number in numbers])
    begun = any(ends.values())
    if begun:
        click.echo("the log holds decisions of an earlier run; going on as a replay does", err=True)
    return begun


@asynccontextmanager
async def _linked(stop: asyncio.Event) -> AsyncIterator[asyncio.Event]:
    """Set with `stop`, and by the run loops when they are left, which `stop` is not."""
    halt = asyncio.Event()
    linked = asyncio.create_task(_set_after(stop, halt))
    try:
        yield halt
    finally:
        linked.cancel()


def _order(request: ReplayRequest, scratch: Path) -> Order:
    """What the second process is to do."""
    log = request.address.file() if request.address else scratch / LOG
    return Order(
        log=str(log),
        durable=request.address is not None,
        workers=request.workers,
        wait_s=request.settings.bus.wait_s,
        best=request.settings.enrich.best,
        changelog=request.is_resumable,
    )


async def _in_one(
    bus: Bus,
    replayed: Replayed,
    request: ReplayRequest,
    means: Means,
    *,
    out: Path,
    before: Before | None,
) -> Finished:
    from services.enrich.extensions import NONE
    from services.enrich.service import EnrichService

    service = EnrichService(
        request.settings.enrich.best, request.extensions or NONE, changelog=request.is_resumable
    )
    enrich = Stage(service, request.workers)
    pipeline = _pipeline(bus, replayed, request, means.scratch, enrich, before=before)
    async with _linked(means.stop) as halt:
        if not await _run(pipeline, replayed, halt):
            raise _interruption(replayed, request)
    return _finished(pipeline, replayed, await written(bus, out))


async def _in_two(
    bus: Bus,
    replayed: Replayed,
    request: ReplayRequest,
    means: Means,
    *,
    out: Path,
    before: Before | None,
) -> Finished:
    """Stories in a process beside this one, while dedup works here and the files are gathered."""
    downstream = means.downstream
    async with downstream.working(_order(request, means.scratch)), gathered(bus, out) as gathering:
        pipeline = _pipeline(bus, replayed, request, means.scratch, before=before)
        async with _linked(means.stop) as halt:
            downstream.call_at_end(halt.set)
            settled = await _run(pipeline, replayed, halt)
        if settled:
            gathering.note_decided()
        with progress.shown("writing"):
            told = await downstream.finish(means.stop) if settled or downstream.has_ended else None
            if told is None:
                raise _interruption(replayed, request)
            finished = _finished(pipeline, replayed, await gathering.written())
    finished.held["enrich"] = told.held
    finished.unaccounted["enrich"] = told.unaccounted
    return finished


async def _set_after(first: asyncio.Event, then: asyncio.Event) -> None:
    await first.wait()
    then.set()


def _pipeline(
    bus: Bus,
    replayed: Replayed,
    request: ReplayRequest,
    scratch: Path,
    *more: Stage,
    before: Before | None,
) -> Pipeline:
    # Loaded while parser processes load theirs.
    from services.dedup.service import DedupService

    service = DedupService(
        request.settings.dedup,
        open_store=partial(Spool, scratch),
        foresights=before.foresights if before else {},
        changelog=request.is_resumable,
    )
    # What is foreseen of a shard is asked by one task from its beginning.
    dedup = Stage(service, 1 if before else request.workers)
    settings = replace(RUN, patience=Patience(total_s=request.settings.bus.wait_s))
    first = [] if before else [Stage(replayed.service)]
    pipeline = Pipeline(bus, [*first, dedup, *more], settings, Metrics())
    if before:
        pipeline.totals["ingest"] = before.ingested
    else:
        replayed.has_room = partial(_is_near, bus, pipeline.of(service.name))
    return pipeline


async def _is_near(bus: Bus, readers: Sequence[Runner]) -> bool:
    """Whether those who read articles have all but some of them: the sooner they are decided, the sooner
    the stories behind them are begun, which take longest.
    """
    taken = {partition: at for reader in readers for partition, at in reader.next_offsets().items()}
    ends = await bus.ends(taken)
    return sum(ends.values()) - sum(taken.values()) <= MOST_AHEAD


async def _run(pipeline: Pipeline, replayed: Replayed, stop: asyncio.Event) -> bool:
    """Everything through, and settled; False where it was stopped."""
    with progress.shown("replaying") as bar:
        async with pipeline.running(stop) as running:
            drawing = asyncio.create_task(_draw(bar, replayed))
            try:
                return await pipeline.settled(running)
            finally:
                drawing.cancel()


def _interruption(replayed: Replayed, request: ReplayRequest) -> Stop:
    done, total = replayed.progress
    again = "; the same command goes on from here" if request.address else ""
    of = f" of {total:,}" if request.program.rounds else ""
    return Stop(Exit.INTERRUPTED, f"interrupted after {done:,}{of} inputs{again}")


def _finished(pipeline: Pipeline, replayed: Replayed, tally: Tally) -> Finished:
    return Finished(
        tally=tally,
        ingested=_ingested(pipeline, replayed),
        held={name: totals.held() for name, totals in pipeline.totals.items()},
        unaccounted={name: totals.unaccounted() for name, totals in pipeline.totals.items()},
    )


async def _draw(bar: progress.Bar, replayed: Replayed) -> None:
    while True:
        done, total = replayed.progress
        bar.at(done, total or None, "folding what is left" if total and done == total else None)
        await asyncio.sleep(POLL_S)


def _ingested(pipeline: Pipeline, replayed: Replayed) -> Ingested:
    totals = pipeline.totals["ingest"]
    return Ingested(
        there=replayed.progress[1],
        before=replayed.before,
        outcomes=totals.outcomes,
        dead=totals.dead.total(),
        unfetched=replayed.unfetched,
        failed_polls=_noted(totals, "failed_polls_total"),
        failed_pages=_noted(totals, "failed_pages_total"),
    )


def _noted(totals: ServiceTotals, name: str) -> Mapping[str, int]:
    return {kind: count for (of, kind), count in totals.noted.items() if of == name}
