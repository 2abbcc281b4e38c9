"""`newsfold replay --dry-run`: what would be played, how long it takes, and what is missing.

Nothing is written. The recordings go through ingest alone, in memory, as fast as they can.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import click

from services.console.replay.accounts import BOOKKEEPING
from services.console.replay.command import ReplayRequest
from services.console.replay.feeds import subscription
from services.console.replay.recordings import FEEDER_NUMBER, Replayed, open_recordings
from services.ingest.recordings.pace import AT_ONCE, Pace
from services.ingest.service import IngestTask
from services.ops.exits import Exit, Stop

ITEMS_AT_ONCE = 1_024
TURN_S = 1.0
GAPS_SHOWN = 3
MISSING_SHOWN = 10


class Preview(NamedTuple):
    """What the recordings hold."""

    files: int
    items: int
    moments: Sequence[datetime]
    """When each item was seen, in order."""
    outcomes: Counter[str]
    failures: Counter[str]
    """Polls and pages that failed, by reason."""
    dead: int
    feeds: int
    missing: Sequence[str]
    """Pages that a feed listed and that are not there."""
    damage: Sequence[str]


def show_preview(request: ReplayRequest) -> None:
    """Raises `Stop` where a file cannot be read to its end."""
    preview = asyncio.run(_previewed(request))
    for line in lines(preview, request.program.pace, request.program.rounds):
        click.echo(line)
    if preview.damage:
        raise Stop(Exit.FAILED, preview.damage[0])


async def _previewed(request: ReplayRequest) -> Preview:
    program = request.program._replace(pace=AT_ONCE, rounds=1)
    async with open_recordings(request.paths, program, request.settings.ingest.sharding) as replayed:
        task = replayed.service.task(FEEDER_NUMBER)
        task.step([subscription(feed) for feed in request.feeds])
        outcomes, failures, dead = await _taken(replayed, task)
        return Preview(
            files=len(request.paths),
            items=replayed.progress[1],
            moments=replayed.moments(),
            outcomes=outcomes,
            failures=failures,
            dead=dead,
            feeds=sum(1 for state in task.states.values() if state.url),
            missing=sorted(page.url for state in task.states.values() for page in state.pending),
            damage=replayed.damage,
        )


async def _taken(replayed: Replayed, task: IngestTask) -> tuple[Counter[str], Counter[str], int]:
    outcomes: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    dead = 0
    feeder = replayed.service.feeder(task, FEEDER_NUMBER)
    assert feeder
    try:
        while (readings := await feeder.next(max_items=ITEMS_AT_ONCE, timeout_s=TURN_S)) is not None:
            step = task.take(readings)
            outcomes.update(step.outcomes)
            dead += len(step.dead)
            for (name, reason), count in step.noted.items():
                if name.startswith("failed"):
                    failures[reason] += count
    finally:
        await feeder.close()
    return outcomes, failures, dead


def lines(preview: Preview, pace: Pace, rounds: int) -> Iterator[str]:
    """What a person wants to know before playing it."""
    yield f"{preview.items:,} items in {preview.files:,} files, of {preview.feeds:,} feeds"
    if preview.moments:
        begin, end = preview.moments[0], preview.moments[-1]
        yield f"from {begin.isoformat()} to {end.isoformat()}, {_span(end - begin)}"
        yield f"played in {_length(preview.moments, pace)}{_times(rounds)}"
        yield from _gaps(preview.moments)
    for name, count in sorted(preview.outcomes.items()):
        if name not in BOOKKEEPING:
            yield f"  {count:>9,}  {name}"
    yield from (f"  {count:>9,}  failed: {reason}" for reason, count in preview.failures.most_common())
    if preview.dead:
        yield f"  {preview.dead:>9,}  dead letters"
    yield f"{len(preview.missing):,} pages are listed and not recorded; a replay fetches nothing"
    yield from (f"  {url}" for url in preview.missing[:MISSING_SHOWN])
    if len(preview.missing) > MISSING_SHOWN:
        yield f"  … and {len(preview.missing) - MISSING_SHOWN:,} more"
    yield "Nothing was written."


def _gaps(moments: Sequence[datetime]) -> Iterator[str]:
    longest = sorted(((later - at, at) for at, later in pairwise(moments)), reverse=True)[:GAPS_SHOWN]
    told = [f"{_span(gap)} from {at.isoformat()}" for gap, at in longest if gap >= timedelta(minutes=1)]
    if told:
        yield f"longest gaps: {'; '.join(told)}"


def _length(moments: Sequence[datetime], pace: Pace) -> str:
    """How long one round takes."""
    if not pace.speed:
        return "as little time as the machine needs"
    gaps_s = ((later - at).total_seconds() / pace.speed for at, later in pairwise(moments))
    return _span(timedelta(seconds=sum(min(gap_s, pace.most_gap_s) for gap_s in gaps_s)))


def _times(rounds: int) -> str:
    return "" if rounds == 1 else f", {rounds} times" if rounds else ", again and again"


def _span(span: timedelta) -> str:
    return str(timedelta(seconds=round(span.total_seconds())))
