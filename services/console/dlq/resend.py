"""`newsfold dlq replay`: dead letters back to where they came from, each at most once.

The log remembers what was sent again: a replay carries the name of its dead letter, and what lies
behind a letter's origin is read before anything is sent. The writer is opened first, which fences
whoever replays for the same service at that time, so nothing can come in between. A replay is younger
than its dead letter, so retention never drops it first; and what compaction puts in its place is a later
record of its key, which keeps the letter from being sent anyhow. Nothing is deleted.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple, Protocol

import msgspec

from services.console.dlq import letters
from services.console.dlq.letters import Letter
from services.console.scan import scan_partition
from services.stream.bus import Bus, Output, Partition, Record
from services.stream.changelog import Progress
from services.stream.dead_letters import topic_of
from services.stream.patience import Patience, call_patiently

GROUP = "newsfold-operators"
CHUNK = 16
"""Dead letters may be as large as records can be."""
BATCH_RECORDS = 256
BATCH_BYTES = 4 * 1024 * 1024
"""Of one publish; one record may be larger by itself."""

ReplayFate = Literal["sent", "known", "superseded", "homeless", "gone"]
REFUSED: tuple[ReplayFate, ...] = ("superseded", "homeless", "gone")
LetterFilter = Callable[[Letter], bool]


class ReplayDecision(NamedTuple):
    """What becomes of a dead letter that was to be replayed."""

    letter: Letter
    fate: ReplayFate
    why: str = ""


class ReplayObserver(Protocol):
    """Whoever asked for a replay, and is told how it goes."""

    def progress(self, offset: int, end: int) -> None:
        """Progress: read up to `offset` of a partition that ends at `end`."""

    def review(self, fates: Sequence[ReplayDecision]) -> None:
        """What would become of the letters, before anything is sent. May raise: then nothing is."""

    def report(self, one: ReplayDecision) -> None:
        """What became of one that was to be sent, once it is true."""


class Trace(msgspec.Struct):
    """What a partition holds behind the origin of the first letter that goes there."""

    replays: dict[str, int] = msgspec.field(default_factory=dict)
    """Dead letters sent again, with the offset of the record."""
    last: dict[bytes | None, tuple[int, str | None]] = msgspec.field(default_factory=dict)
    """By key that was asked for: the last record's offset, and the letter it is a replay of."""

    def note(self, record: Record) -> None:
        name = letters.replayed_letter(record)
        if name is not None:
            self.replays[name] = record.offset
        if record.key in self.last:
            self.last[record.key] = (record.offset, name)


async def select_letters(bus: Bus, service: str, chosen: LetterFilter) -> list[Letter]:
    """The dead letters of a service that are there now, without their values."""
    found = scan_partition(bus, Partition(topic_of(service), 0), 0, chunk=CHUNK)
    return [letter async for record in found if chosen(letter := letters.read(record))]


async def traces(bus: Bus, wanted: Sequence[Letter], progress: Progress) -> Mapping[Partition, Trace]:
    """Read every partition the letters came from, from the first origin on."""
    places = [(letter, place) for letter in wanted if (place := letter.source()) is not None]
    found: dict[Partition, Trace] = {}
    for partition in sorted({place.partition for _, place in places}):
        if partition.number >= await bus.partitions(partition.topic):
            continue
        there = [(letter, place) for letter, place in places if place.partition == partition]
        trace = found[partition] = Trace(last={letter.key: (-1, None) for letter, _ in there})
        end = await bus.end(partition)
        async for record in scan_partition(bus, partition, min(place.offset for _, place in there)):
            trace.note(record)
            progress(record.offset + 1, end)
    return found


def decide(letter: Letter, found: Mapping[Partition, Trace], *, repeat: bool) -> ReplayDecision:
    """Pure. `repeat`: send also what was sent before."""
    place = letter.source()
    if place is None:
        return ReplayDecision(
            letter, "homeless", f"came from {letter.origin or 'nowhere'}, which is no topic"
        )
    trace = found.get(place.partition)
    if trace is None:
        return ReplayDecision(
            letter, "homeless", f"came from {place}, a partition that this log does not have"
        )
    if letter.name in trace.replays and not repeat:
        return ReplayDecision(
            letter, "known", f"is at {place._replace(offset=trace.replays[letter.name])} already"
        )
    later, replay = trace.last[letter.key]
    if letters.topic_of(place).compact and later > place.offset and replay != letter.name:
        return ReplayDecision(
            letter, "superseded", f"has a later record of its key, {place._replace(offset=later)}"
        )
    return ReplayDecision(letter, "sent", f"to {place.partition.topic}/{place.partition.number}")


async def resend(
    bus: Bus,
    service: str,
    chosen: LetterFilter,
    observer: ReplayObserver,
    *,
    repeat: bool,
    patience: Patience,
) -> None:
    """Send the chosen letters again. Killed or refused halfway, a second call goes on where it was."""
    writer = await bus.writer(f"{GROUP}-{service}", [topic_of(service)], 0)
    try:
        wanted = await select_letters(bus, service, chosen)
        found = await traces(bus, wanted, observer.progress)
        fates = [decide(letter, found, repeat=repeat) for letter in wanted]
        observer.review(fates)
        sending = {one.letter.offset: one for one in fates if one.fate == "sent"}
        async for batch in _batches(bus, service, sending):
            publish = partial(writer.publish, list(batch.values()), consumed={})
            await call_patiently(publish, patience)
            for offset in batch:
                observer.report(sending.pop(offset))
        for one in sending.values():
            observer.report(ReplayDecision(one.letter, "gone", "was dropped from the log meanwhile"))
    finally:
        await writer.close()


async def _batches(
    bus: Bus, service: str, sending: Mapping[int, ReplayDecision]
) -> AsyncIterator[dict[int, Output]]:
    """What is to be sent, by the offset of its dead letter, in pieces of bounded size."""
    targets = {offset: place.partition for offset, one in sending.items() if (place := one.letter.source())}
    batch: dict[int, Output] = {}
    size = 0
    start = min(targets, default=0)
    async for record in scan_partition(bus, Partition(topic_of(service), 0), start, chunk=CHUNK):
        if record.offset > max(targets, default=-1):
            break
        if record.offset not in targets:
            continue
        weight = len(record.value or b"")
        if batch and (len(batch) >= BATCH_RECORDS or size + weight > BATCH_BYTES):
            yield batch
            batch, size = {}, 0
        batch[record.offset] = letters.replay_output(record, targets[record.offset])
        size += weight
    if batch:
        yield batch
