"""`newsfold replay`: recordings through ingest, dedup and enrich on one log, then the log as files."""

import asyncio
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from math import inf
from pathlib import Path
from typing import NamedTuple

import click
from msgspec.structs import replace
from rich.console import Console

from services.console import addresses, progress
from services.console.addresses import Address
from services.console.export.output import directory, written
from services.console.export.tally import Tally
from services.console.feeds.subscriptions import listed_in
from services.console.kernels import load_kernels_beside
from services.console.replay import inputs, newsroom, summary
from services.console.replay.accounts import Ingested
from services.console.replay.beside import Downstream, is_worth_it
from services.console.replay.downstream import Order
from services.console.replay.feeds import refuse_idle_list
from services.console.replay.recordings import (
    Program,
    Replayed,
    is_archive,
    open_recordings,
    prepare_log,
)
from services.console.replay.settings import RUN
from services.console.replay.summary import Report
from services.console.run.pipeline import Pipeline, Stage
from services.console.signals import stopped_by_signals
from services.console.tuning import tuned
from services.contracts.feeds import Feed
from services.ingest.recordings.pace import Pace
from services.ingest.recordings.source import WHOLE, TimeFrame
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.ops.observing import ServiceTotals
from services.ops.registry import Metrics
from services.stream.bus import Bus
from services.stream.patience import Patience
from services.stream.spool import Spool
from services.stream.sqlite import SqliteBus

POLL_S = 0.1
FASTEST = 1_000_000
LOG = "log.db"
"""The temporary log."""


class ReplayRequest(NamedTuple):
    """What was asked for, checked."""

    paths: tuple[Path, ...]
    out: Path | None
    program: Program
    address: Address | None
    """None: a temporary log."""
    workers: int
    settings: Settings
    feeds: Sequence[Feed] = ()
    """Whose settings the recordings are read with."""

    @classmethod
    def of(
        cls,
        *,
        paths: Sequence[Path],
        out: Path | None,
        speed: str | None,
        address: str | None,
        workers: int | None,
        settings: Settings,
        feeds: Path | None = None,
        most_gap_s: float | None = None,
        frame: TimeFrame = WHOLE,
        rounds: int = 1,
    ) -> "ReplayRequest":
        """Raises `Stop` (usage) for what cannot be done."""
        files = inputs.checked(paths)
        for gap in inputs.gaps(paths):
            click.echo(gap, err=True)
        if feeds:
            refuse_idle_list(feeds, recorded=not all(map(is_archive, files)))
        return cls(
            paths=files,
            out=directory(out) if out else None,
            program=Program(
                Pace(
                    settings.replay.speed if speed is None else _speed(speed),
                    inf if most_gap_s is None else most_gap_s,
                ),
                _checked(frame),
                rounds,
                checks=settings.ingest.recheck == "on",
            ),
            address=addresses.parse(address) if address else None,
            workers=workers or settings.replay.workers,
            settings=settings,
            feeds=listed_in(feeds) if feeds else (),
        )


def replay_recordings(request: ReplayRequest, *, stories: bool) -> None:
    """Replay, export, print. Raises `Stop` where not all input is accounted for."""
    tuned()
    load_kernels_beside(lambda why: click.echo(why, err=True))
    with tempfile.TemporaryDirectory(prefix="newsfold-") as scratch:
        out = request.out or Path(scratch)
        report = asyncio.run(_replay(request, Path(scratch), out))
        console = Console()
        if stories:
            _print_stories(console, out, report.tally)
        console.print(summary.table(report))
        for line in summary.complaints(report.tally, request.out):
            console.print(line, soft_wrap=True, highlight=False, markup=False)
        for line in summary.hints(request.out, request.address, stories=stories):
            console.print(line, soft_wrap=True, highlight=False)
    reasons = report.reasons()
    if reasons:
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        raise Stop(Exit.FAILED, reasons[0] + more)


def _print_stories(console: Console, out: Path, tally: Tally) -> None:
    shown = newsroom.largest(newsroom.read_stories(out / "stories.jsonl"))
    if shown:
        console.print(newsroom.stories_table(shown), newsroom.rest(tally.shared, len(shown)), sep="\n")
    for line in () if shown else newsroom.why_empty(tally):
        console.print(line, soft_wrap=True, highlight=False, markup=False)


async def _replay(request: ReplayRequest, scratch: Path, out: Path) -> Report:
    started = time.monotonic()
    stop = asyncio.Event()
    with stopped_by_signals(stop):
        return await _on_log(request, scratch, out, stop, started)


async def _on_log(
    request: ReplayRequest, scratch: Path, out: Path, stop: asyncio.Event, started: float
) -> Report:
    bus = (
        addresses.bus_at(request.address, request.settings)
        if request.address
        else SqliteBus(scratch / LOG, durable=False)
    )
    await bus.start()
    try:
        await bus.create(addresses.topic_specs(forget=request.settings.replay.forget))
        sharding = request.settings.ingest.sharding
        async with open_recordings(request.paths, request.program, sharding) as replayed:
            await prepare_log(bus, request.paths, request.feeds, request.program.frame)
            order = _order_beside(request, scratch, out)
            finished = (
                await _in_two(bus, replayed, request, scratch, stop, order=order)
                if order
                else await _in_one(bus, replayed, request, scratch, stop, out=out)
            )
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


def _order_beside(request: ReplayRequest, scratch: Path, out: Path) -> Order | None:
    """What a second process is to do; None where there is none: few input, one core, no log in a file."""
    log = request.address.file() if request.address else scratch / LOG
    if log is None or not is_worth_it(request.paths):
        return None
    return Order(
        log=str(log),
        durable=request.address is not None,
        out=str(out),
        workers=request.workers,
        wait_s=request.settings.bus.wait_s,
        best=request.settings.enrich.best,
    )


async def _in_one(
    bus: Bus, replayed: Replayed, request: ReplayRequest, scratch: Path, stop: asyncio.Event, *, out: Path
) -> Finished:
    from services.enrich.service import EnrichService

    enrich = Stage(EnrichService(request.settings.enrich.best), request.workers)
    pipeline = _pipeline(bus, replayed, request, scratch, enrich)
    if not await _run(pipeline, replayed, stop):
        raise _interruption(replayed, request)
    return _finished(pipeline, replayed, await written(bus, out))


async def _in_two(
    bus: Bus, replayed: Replayed, request: ReplayRequest, scratch: Path, stop: asyncio.Event, *, order: Order
) -> Finished:
    """Stories and files in a process beside this one, while dedup works here."""
    async with Downstream(order) as downstream:
        pipeline = _pipeline(bus, replayed, request, scratch)
        halt = asyncio.Event()  # not `stop`: the run loops set it too when they are left
        downstream.call_at_end(halt.set)
        linked = asyncio.create_task(_set_after(stop, halt))
        settled = await _run(pipeline, replayed, halt)
        linked.cancel()
        with progress.shown("writing"):
            told = await downstream.finish(stop) if settled or downstream.has_ended else None
        if told is None:
            raise _interruption(replayed, request)
    finished = _finished(pipeline, replayed, told.tally)
    finished.held["enrich"] = told.held
    finished.unaccounted["enrich"] = told.unaccounted
    return finished


async def _set_after(first: asyncio.Event, then: asyncio.Event) -> None:
    await first.wait()
    then.set()


def _pipeline(bus: Bus, replayed: Replayed, request: ReplayRequest, scratch: Path, *more: Stage) -> Pipeline:
    # Loaded while parser processes load theirs.
    from services.dedup.service import DedupService

    dedup = Stage(DedupService(request.settings.dedup, open_store=partial(Spool, scratch)), request.workers)
    patience = Patience(total_s=request.settings.bus.wait_s)
    return Pipeline(bus, [Stage(replayed.service), dedup, *more], replace(RUN, patience=patience), Metrics())


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


def _checked(frame: TimeFrame) -> TimeFrame:
    """Raises `Stop` (usage) for a frame that holds nothing."""
    if frame.begin and frame.end and frame.begin > frame.end:
        raise Stop(Exit.USAGE, f"--from {frame.begin.isoformat()} is later than --to {frame.end.isoformat()}")
    return frame


def _speed(text: str) -> float:
    """0 for `max`. Raises `Stop` (usage)."""
    try:
        speed = 0.0 if text == "max" else float(text)
        if text == "max" or 0 < speed <= FASTEST:
            return speed
    except ValueError:
        pass
    raise Stop(Exit.USAGE, f"--speed {text}: a number above 0, up to {FASTEST:,}, or max")
