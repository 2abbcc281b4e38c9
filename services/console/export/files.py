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
from services.console.export.partials import Partials
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
_OF_NEITHER = ("dead-letters.jsonl", "feeds.jsonl")
"""Files that all of a log is asked for."""
Chosen = Callable[[bytes], bool]
"""Which lines a file shows, by their keys."""


async def export(
    bus: Bus, out: Path, settled: asyncio.Event | None = None, decided: asyncio.Event | None = None
) -> Tally:
    """Write all of `FILES` into the directory `out`, and count. Raises `OSError` where that fails.

    `settled`: set once nothing more comes; until then what comes is gathered. None: it is so already.
    `decided`: set once nothing more comes of articles and of what they are to each other, so that the files
    of both are written while stories are still told. None: not before `settled`.
    """
    tally = Tally()
    if decided is None or settled is None or settled.is_set():
        decided = settled
    with ExitStack() as opened:
        files = {name: opened.enter_context(SortedLines(out)) for name in SORTED}
        first, then = EarlyFiles(files, tally), LateFiles(files, tally)
        at: dict[Partition, int] = {}
        await _gather(bus, {**first.gatherers, **then.gatherers}, decided, at)
        partials = Partials(out, FILES)
        writing = asyncio.create_task(asyncio.to_thread(lambda: partials.write(first.standing())))
        try:
            if decided is not settled:
                await _gather(bus, then.gatherers, settled, at)
            await _dead_letters(bus, files["dead-letters.jsonl"], tally)
            await _feeds(bus, files["feeds.jsonl"], tally)
            await writing
            await asyncio.to_thread(lambda: partials.write(then.standing()))
            partials.complete()
        except BaseException:
            await asyncio.gather(writing, return_exceptions=True)  # it reads what is closed behind
            partials.discard()
            raise
    return tally


class EarlyFiles:
    """The topics of ingest and dedup, and their files."""

    def __init__(self, files: Files, tally: Tally) -> None:
        self._files = files
        self._articles, self._verdicts = Articles(files, tally), Verdicts(files, tally)
        self.gatherers: dict[str, Gatherer] = {"articles": self._articles, "relations": self._verdicts}

    def standing(self) -> dict[str, Iterator[Pair]]:
        """The lines of each file. Counts them."""
        standing = self._articles.standing()
        shown = standing.keys().__contains__
        withdrawn = {seen.key for seen in standing.withdrawn.values()}.__contains__
        said = _is_at(self._verdicts.standing(standing.shown))
        chosen: dict[str, Chosen] = {"articles.jsonl": shown, "withdrawals.jsonl": withdrawn}
        chosen |= {"relations.jsonl": said, "screened.jsonl": said}
        found = {name: _chosen(self._files[name], of) for name, of in chosen.items()}
        return found | {HISTORY: _history(self._files, shown)}


class LateFiles:
    """The topics of enrich, and the files of all that is not decided."""

    def __init__(self, files: Files, tally: Tally) -> None:
        self._files, self._tally = files, tally
        self._standing: dict[str, Stories | Events | Storylines] = {
            "stories": Stories(files),
            "events": Events(files),
            "storylines": Storylines(files),
        }
        changes = Changes(files["story-changes.jsonl"], tally)
        self.gatherers: dict[str, Gatherer] = {**self._standing, "story-changes": changes}

    def standing(self) -> dict[str, Iterator[Pair]]:
        """The same."""
        found = {name: self._files[name].pairs() for name in ("story-changes.jsonl", *_OF_NEITHER)}
        for topic, gatherer in self._standing.items():
            gatherer.count(self._tally)
            name = f"{topic}.jsonl"
            found[name] = _chosen(self._files[name], gatherer.keys().__contains__)
        return found


async def _gather(
    bus: Bus, gatherers: Mapping[str, Gatherer], settled: asyncio.Event | None, at: dict[Partition, int]
) -> None:
    """`at`: from where on, by partition; it is brought up to date."""
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


def _chosen(content: SortedLines, is_chosen: Chosen) -> Iterator[Pair]:
    return (pair for pair in content.pairs() if is_chosen(pair[0]))


def _history(files: Files, shown: Chosen) -> Iterator[Pair]:
    """All that was seen and is in no line of `articles.jsonl`, every withdrawal included."""
    before = (pair for pair in files["articles.jsonl"].pairs() if not shown(pair[0]))
    return heapq.merge(before, files["withdrawals.jsonl"].pairs())
