"""The log as files: one JSON object a line, in an order that depends on the content alone.

Equal input gives equal bytes on any bus, at any speed, with any number of workers. Each topic is read
once; which of its records are the latest is known at its end, so the lines of all are sorted (on disk
where they are many) and those of older records are left out on the way into the file. Files appear under
their names only when all of them are complete.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path

from services.console.export import lines
from services.console.export.gathering import (
    Articles,
    Changes,
    Events,
    Files,
    Gatherer,
    Stories,
    Storylines,
    Verdicts,
)
from services.console.export.lines import Position
from services.console.export.names import FILES, HISTORY, SORTED
from services.console.export.sorted_lines import Pair, SortedLines
from services.console.export.tally import COMPLAINTS, Tally
from services.console.feeds.account import account_of
from services.console.feeds.census import Census
from services.console.feeds.complaints import past_complaint, worst_first
from services.console.scan import batches, scan
from services.ops.outcomes import SERVICES
from services.stream.bus import Bus, Partition
from services.stream.dead_letters import topic_of

FOLLOW_S = 1.0
"""How often a log that still grows is asked for more. Of what came twice meanwhile, once is shown."""
AT_ONCE = 128
"""Lines that are written together."""
Chosen = Callable[[bytes], bool]
"""Which lines a file shows, by their keys."""


async def export(bus: Bus, out: Path, settled: asyncio.Event | None = None) -> Tally:
    """Write all of `FILES` into the directory `out`, and count. Raises `OSError` where that fails.

    `settled`: set once nothing more comes; until then what comes is gathered. None: it is so already.
    """
    tally = Tally()
    with ExitStack() as opened:
        files = {name: opened.enter_context(SortedLines(out)) for name in SORTED}
        articles, verdicts = Articles(files, tally), Verdicts(files, tally)
        stories, events, storylines = Stories(files), Events(files), Storylines(files)
        gatherers: dict[str, Gatherer] = {
            "articles": articles,
            "relations": verdicts,
            "stories": stories,
            "events": events,
            "storylines": storylines,
            "story-changes": Changes(files["story-changes.jsonl"], tally),
        }
        await _gather(bus, gatherers, settled)
        await _dead_letters(bus, files["dead-letters.jsonl"], tally)
        await _feeds(bus, files["feeds.jsonl"], tally)
        stories.count(tally)
        events.count(tally)
        storylines.count(tally)
        standing = articles.standing()
        kept: dict[str, Chosen] = {
            "articles.jsonl": standing.keys().__contains__,
            "withdrawals.jsonl": {seen.key for seen in standing.withdrawn.values()}.__contains__,
            "stories.jsonl": stories.keys().__contains__,
            "events.jsonl": events.keys().__contains__,
            "storylines.jsonl": storylines.keys().__contains__,
        }
        kept["relations.jsonl"] = kept["screened.jsonl"] = _is_at(verdicts.standing(standing.shown))
        await asyncio.to_thread(_write, out, files, kept)
    return tally


async def _gather(bus: Bus, gatherers: Mapping[str, Gatherer], settled: asyncio.Event | None) -> None:
    at: dict[Partition, int] = {}
    while True:
        over = settled is None or settled.is_set()  # asked first: what is on the log now is read below
        for topic, gatherer in gatherers.items():
            for number in range(await bus.partitions(topic)):
                partition = Partition(topic, number)
                async for records in batches(bus, partition, at.get(partition, 0)):
                    await asyncio.to_thread(gatherer.take, records)
                    at[partition] = records[-1].offset + 1
        if settled is None or over:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(settled.wait(), FOLLOW_S)


async def _dead_letters(bus: Bus, file: SortedLines, tally: Tally) -> None:
    for service in SERVICES:
        reasons: Counter[str] = Counter()
        async for record in scan(bus, topic_of(service)):
            told = {name: value.decode("utf-8", "replace") for name, value in record.headers}
            reasons[told.get("dl_reason", "other")] += 1
            file.add(*lines.dead_letter(service, told))
        tally.dead[service] = reasons


async def _feeds(bus: Bus, file: SortedLines, tally: Tally) -> None:
    """Those that are followed, and those of a recording."""
    census = Census()
    await census.refresh(bus)
    known = census.known()
    for one in known:
        tally.feeds[one.status] += 1
        tally.entries.update(account_of(one.state).fates if one.state else {})
        file.add(*lines.feed(one))
    ill = sorted(filter(past_complaint, known), key=worst_first)
    tally.complained = len(ill)
    tally.complaints = [past_complaint(one) for one in ill[:COMPLAINTS]]


def _is_at(positions: set[Position]) -> Chosen:
    """Whether a line is of a record there, which may have several."""
    return lambda key: lines.position_in(key) in positions


def _write(out: Path, files: Files, kept: Mapping[str, Chosen]) -> None:
    partial = {name: out / f".{name}.partial" for name in FILES}
    try:
        for name, content in files.items():
            _write_lines(partial[name], _kept(content, kept.get(name)))
        _write_lines(partial[HISTORY], _history(files, kept["articles.jsonl"]))
    except OSError:
        for path in partial.values():
            path.unlink(missing_ok=True)  # on a full disk the room is worth more than half an export
        raise
    for name, path in partial.items():
        path.replace(out / name)


def _kept(content: SortedLines, chosen: Chosen | None) -> Iterator[Pair]:
    """Those of its lines, or all."""
    return content.pairs() if chosen is None else (pair for pair in content.pairs() if chosen(pair[0]))


def _history(files: Files, shown: Chosen) -> Iterator[Pair]:
    """All that was seen and is in no line of `articles.jsonl`, every withdrawal included."""
    before = (pair for pair in files["articles.jsonl"].pairs() if not shown(pair[0]))
    return heapq.merge(before, files["withdrawals.jsonl"].pairs())


def _write_lines(path: Path, pairs: Iterator[Pair]) -> None:
    with path.open("wb") as file:
        while block := [line for _, line in islice(pairs, AT_ONCE)]:
            block.append(b"")
            file.write(b"\n".join(block))
