"""`newsfold replay`: recordings through ingest, dedup and enrich on one log, then the log as files."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.console.replay.beside import Downstream
from services.console.replay.parsers import parser_count
from services.console.replay.request import ReplayRequest
from services.console.signals import stopped_by_signals
from services.ingest.workers.pool import Pool
from services.ops.exits import Exit, Stop

if TYPE_CHECKING:
    from rich.console import Console

    from services.console.export.tally import Tally
    from services.console.replay.summary import Report


def replay_recordings(request: ReplayRequest, *, stories: bool) -> None:
    """Replay, export, print. Raises `Stop` where not all input is accounted for."""
    with tempfile.TemporaryDirectory(prefix="newsfold-") as scratch:
        out = request.out or Path(scratch)
        report = asyncio.run(_replay(request, Path(scratch), out))
        _print(request, report, out, stories=stories)
    reasons = report.reasons()
    if reasons:
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        raise Stop(Exit.FAILED, reasons[0] + more)


def _print(request: ReplayRequest, report: "Report", out: Path, *, stories: bool) -> None:
    from rich.console import Console

    from services.console.replay import summary

    console = Console()
    if stories:
        _print_stories(console, out, report.tally)
    console.print(summary.table(report))
    for line in summary.complaints(report.tally, request.out):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    for line in summary.hints(request.out, request.address, stories=stories):
        console.print(line, soft_wrap=True, highlight=False)


def _print_stories(console: "Console", out: Path, tally: "Tally") -> None:
    from services.console.replay import newsroom

    shown = newsroom.largest(newsroom.read_stories(out / "stories.jsonl"))
    if shown:
        console.print(newsroom.stories_table(shown), newsroom.rest(tally.shared, len(shown)), sep="\n")
    for line in () if shown else newsroom.why_empty(tally):
        console.print(line, soft_wrap=True, highlight=False, markup=False)


async def _replay(request: ReplayRequest, scratch: Path, out: Path) -> "Report":
    stop = asyncio.Event()
    with stopped_by_signals(stop):
        async with _downstream(request) as downstream, Pool(parser_count(request.paths)) as pool:
            # Loaded while they load theirs.
            from services.console.kernels import load_kernels_beside
            from services.console.replay.stages import Means, report_of
            from services.console.tuning import tuned

            tuned()
            load_kernels_beside(
                lambda why: click.echo(why, err=True), at_once=("dedup",) if request.is_long else ()
            )
            return await report_of(request, Means(pool, downstream, scratch, stop), out)


@asynccontextmanager
async def _downstream(request: ReplayRequest) -> AsyncIterator[Downstream]:
    """Started, where its work begins at once."""
    downstream = Downstream()
    if request.is_split and request.prepare is None:
        await downstream.start()
    try:
        yield downstream
    finally:
        await downstream.close()
