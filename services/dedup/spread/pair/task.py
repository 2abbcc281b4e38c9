"""Pair: what rows that share keys are to each other. A task a lane, which has the texts of its rows.

Ranges tell which rows share keys. When they have told all of a span, its rows choose whom they are compared
with. An older text lies in a lane of its own: that one is asked, with the newer text, and answers the fold.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from services.contracts import wire
from services.contracts.spread import BlockKind, StageBlock
from services.dedup import kernels
from services.dedup.batch.look import look_at
from services.dedup.memory.parts import gather, pack_facts, scatter, unpack_facts
from services.dedup.memory.store import HeapStore, OpenStore
from services.dedup.search.candidates import Candidate
from services.dedup.search.index import Partials, add_up
from services.dedup.search.lookup import Search
from services.dedup.search.profile import Profile, first_seen_us
from services.dedup.search.route import Entry, route
from services.dedup.search.route import block as make_block
from services.dedup.settings import DedupSettings
from services.dedup.spread.blocks import (
    AnsweredRow,
    Ask,
    AskRow,
    BackAnswer,
    BackRequest,
    Body,
    EncodedSpan,
    Looked,
    Probe,
    ProbeAnswer,
    Shared,
    SharedKeys,
    SpanColumns,
    SpanReadings,
    answer_parts,
    body_of,
    copied,
    look_parts,
    looked,
    output,
    partials,
    raw,
    read_block,
    tombstone,
)
from services.dedup.spread.layout import LANES, RANGES, lane_of
from services.dedup.spread.pair.choice import choices
from services.dedup.spread.pair.texts import Columns, Texts
from services.dedup.spread.readings import profile_by
from services.stream.bus import Output, Partition, Record
from services.stream.service import Parts, Step

_STATE = "pair-state"
_DAY_US = 86_400_000_000


class _Kept(NamedTuple):
    """A span that lies here."""

    start: int
    stop: int
    at_us: int
    """Of its newest row."""


class _Progress(msgspec.Struct, array_like=True):
    """How far a lane has come."""

    all_to: list[int]
    """By range, up to which row it told all."""
    taken: int = 0
    """Next offset."""


class _Reach(Body, frozen=True):
    told: _Progress


class _Facts(NamedTuple):
    """Of a state, what is no array."""

    told: _Progress
    waiting: dict[int, int]
    asked: set[int]
    found: dict[int, dict[int, ProbeAnswer]]
    kept: dict[str, _Kept]
    latest: int


class PairTask:
    def __init__(self, number: int, settings: DedupSettings, open_store: OpenStore = HeapStore) -> None:
        self._number, self._shard, self._lane = number, number // LANES, number % LANES
        self._input, self._state = Partition("pairs", number), Partition(_STATE, number)
        self._settings = settings
        self._search = Search(settings)
        self._texts, self._columns = Texts(open_store()), Columns()
        self._told = _Progress([0] * RANGES)
        self._waiting: dict[int, int] = {}
        """Spans that are not answered: first row to the row behind the last."""
        self._shared: list[tuple[int, Partials]] = []
        """With the offset at which each came."""
        self._asked: set[int] = set()
        """What is shown again and not answered, by number."""
        self._found: defaultdict[int, dict[int, ProbeAnswer]] = defaultdict(dict)
        """Of what is shown again, by number and range."""
        self._kept: dict[str, _Kept] = {}
        """Blocks of the changelog by key."""
        self._latest = 0
        """Among rows that are answered: those that are not may be far older."""

    def restore(self, record: Record) -> None:
        key = (record.key or b"").decode()
        if record.value is None:
            self._forget_again(key)
            return
        block = wire.decode(StageBlock, record.value)
        if block.kind == "clock":
            self._told = body_of(block, _Reach).told
        else:
            self._keep(key, block)

    def _forget_again(self, key: str) -> None:
        kind, *numbers = key.split(":")
        if kind == "back":
            self._asked.discard(int(numbers[0]))
            self._found.pop(int(numbers[0]), None)
        elif (kept := self._kept.pop(key, None)) is not None:
            if kind == "signed":  # of an image it may be waiting
                self._waiting.pop(kept.start, None)
                self._latest = max(self._latest, kept.at_us)
            self._drop(key, kept)

    def restored(self) -> None:
        done = min(self._told.all_to)
        for start, stop in list(self._waiting.items()):
            if stop <= done:
                del self._waiting[start]
                self._latest = max(self._latest, self._kept[f"signed:{start}"].at_us)

    def save(self) -> Parts:
        facts = _Facts(self._told, self._waiting, self._asked, dict(self._found), self._kept, self._latest)
        return gather({"texts": self._texts, "columns": self._columns}) | {"facts": pack_facts(facts)}

    def load(self, parts: Parts) -> None:
        facts = unpack_facts(parts["facts"], _Facts)
        self._told, self._waiting, self._asked = facts.told, facts.waiting, facts.asked
        self._kept, self._latest = facts.kept, facts.latest
        self._found.update(facts.found)
        scatter({"texts": self._texts, "columns": self._columns}, parts)

    def held(self) -> int:
        return 0

    def step(self, records: Sequence[Record]) -> Step:
        blocks = [read_block(record) for record in records]
        step = Step()
        for record, block in zip(records, blocks, strict=True):
            step.outcomes[block.kind] = step.outcomes.get(block.kind, 0) + 1
            if block.kind == "shared":
                self._take_shared(record.offset, body_of(block, SharedKeys))
            elif record.offset >= self._told.taken:  # else it was given before
                step.outputs += self._take(record, block)
        self._told.taken = max(self._told.taken, records[-1].offset + 1)
        at_us = max(self._latest, 1)
        step.outputs += self._answer(at_us)
        step.outputs += self._forget()
        step.outputs.append(self._to(self._state, "clock", "clock", _Reach(self._told), at_us))
        held = min((offset for offset, _ in self._shared), default=None)
        step.consumed = None if held is None else {self._input: held}
        return step

    def _take_shared(self, offset: int, shared: SharedKeys) -> None:
        self._told.all_to[shared.range] = max(self._told.all_to[shared.range], shared.all_to)
        if shared.first:
            self._shared.append((offset, partials(shared)))

    def _take(self, record: Record, block: StageBlock) -> Iterator[Output]:
        if block.kind in {"signed", "known", "columns"}:
            key = f"{'columns' if block.kind == 'columns' else 'signed'}:{block.start}"
            self._keep(key, block)
            yield copied(record, self._state, key)
        elif block.kind == "readings":
            for row, reading in enumerate(body_of(block, SpanReadings).rows, block.start):
                if reading is not None:
                    self._texts.put_reading(row, reading)
        elif block.kind == "ask":
            ask = body_of(block, Ask)
            looks = (look for row in ask.rows for look in self._looks_asked(row))
            for told in look_parts(self._lane, looks):
                yield self._to_fold("looked", block.start, told, block.at_us)
        elif block.kind == "back":
            yield from self._probe(record, block)
        elif block.kind == "found":
            yield from self._take_found(record, block)

    def _keep(self, key: str, block: StageBlock) -> None:
        if block.kind == "back":
            self._asked.add(body_of(block, BackRequest).number)
            return
        if block.kind == "found":
            found = body_of(block, ProbeAnswer)
            self._found[found.number][found.range] = found
            return
        if block.kind == "columns":
            self._columns.put(block.start, body_of(block, SpanColumns))
        else:
            kernels.note_texts(block.stop - block.start)
            if block.kind == "known":
                self._latest = max(self._latest, block.at_us)
            else:
                self._waiting[block.start] = block.stop
            for row, encoded in enumerate(body_of(block, EncodedSpan).rows, block.start):
                self._texts.put(row, bytes(encoded))
        self._kept[key] = _Kept(block.start, block.stop, block.at_us)

    def _answer(self, at_us: int) -> Iterator[Output]:
        """The spans of which all ranges have told all."""
        done = min(self._told.all_to)
        ready = sorted(start for start, stop in self._waiting.items() if stop <= done)
        if not ready:
            return
        whole = add_up([_since(pairs, self._columns.base) for _, pairs in self._shared])
        for start in ready:
            self._latest = max(self._latest, self._kept[f"signed:{start}"].at_us)
            yield from self._answer_span(start, self._waiting.pop(start), whole, at_us)
        self._shared = [(offset, pairs) for offset, pairs in self._shared if (pairs.second >= done).any()]

    def _answer_span(self, start: int, stop: int, whole: Partials, at_us: int) -> Iterator[Output]:
        bounds = np.searchsorted(whole.second, np.arange(start, stop + 1))
        span = slice(int(bounds[0]), int(bounds[-1]))
        pairs = Partials._make(column[span] for column in whole)
        mine, theirs = self._columns.of(np.arange(start, stop)), self._columns.of(pairs.first)
        chosen = choices(pairs, mine.at(pairs.second - start), theirs, self._settings)
        rows = []
        asks: defaultdict[int, list[AskRow]] = defaultdict(list)
        starts = (bounds - bounds[0]).tolist()
        for place, (name, begin, end) in enumerate(
            zip(mine.names.tolist(), starts, starts[1:], strict=False)
        ):
            here = start + place
            signing = self._texts.signing(here)
            row = AnsweredRow(name, signing, theirs.names[begin:end], pairs.counts[begin:end], [])
            rows.append(row)
            for lane, shared in self._by_lane(here, chosen.get(here, [])):
                if lane == self._lane:
                    row.looks.extend(self._looks(self._texts.profile(here), name, shared))
                else:
                    asks[lane].append(self._texts.ask(here, name, shared))
        for answer in answer_parts(rows, sorted(asks)):
            yield self._to_fold("answer", start, answer, at_us)
        for lane, asked in sorted(asks.items()):
            partition = Partition("pairs", self._shard * LANES + lane)
            yield self._to(partition, "ask", f"ask:{start}", Ask(lane, asked), at_us, start=start, stop=stop)

    def _by_lane(self, row: int, chosen: Sequence[Candidate]) -> list[tuple[int, list[Shared]]]:
        lanes: defaultdict[int, list[Shared]] = defaultdict(list)
        for candidate in chosen:
            other = int(candidate.version)
            if other < row:
                lanes[lane_of(other)].append((other, candidate.bands, candidate.samples))
        return sorted(lanes.items())

    def _looks_asked(self, asked: AskRow) -> Iterator[Looked]:
        article, seen = asked.signed.article, asked.signed.signing.seen
        yield from self._looks(profile_by(asked.reading, article, seen), asked.name, asked.others)

    def _looks(self, mine: Profile | None, name: int, others: Sequence[Shared]) -> Iterator[Looked]:
        assert mine is not None, "a span is answered before it is forgotten"
        for other, bands, samples in others:
            theirs = self._texts.profile(other)
            if theirs is not None:  # else the fold looks for itself
                of = self._columns.name(other)
                yield looked(name, look_at(mine, theirs, of, self._settings, bands=bands, samples=samples))

    def _probe(self, record: Record, block: StageBlock) -> Iterator[Output]:
        """Ask all ranges who shares the keys of a row that is shown again."""
        signed, number = self._texts.get(block.start), body_of(block, BackRequest).number
        at_us = block.at_us
        entry = Entry(block.start, 0, np.zeros(0, np.uint64))
        if signed is None or signed.signing.sketch is None:
            nobody = BackAnswer(number, 0, b"", b"", is_known=False)
            yield self._to_fold("returned", block.start, nobody, at_us, block.stop)
        else:
            self._asked.add(number)
            yield copied(record, self._state, f"back:{number}")
            article, signing = signed.article, signed.signing
            (trace,) = self._search.traces([(article.text, signing.seen, signing.sketch)])
            entry = Entry(block.start, first_seen_us(article), trace.keys.values)
        for place, mine in enumerate(route(make_block("probe", 0, [entry]), RANGES)):
            probe = Probe(number, entry.at_us, mine.keys.tobytes())
            key = f"probe:{number}"
            yield self._to(
                Partition("keys", place), "probe", key, probe, at_us, start=block.start, stop=block.stop
            )

    def _take_found(self, record: Record, block: StageBlock) -> Iterator[Output]:
        found = body_of(block, ProbeAnswer)
        number = found.number
        if number not in self._asked:
            return
        self._found[number][found.range] = found
        if len(self._found[number]) < RANGES:
            yield copied(record, self._state, f"found:{number}:{found.range}")
            return
        told = self._found.pop(number).values()
        self._asked.discard(number)
        whole = add_up(
            Partials(
                np.full(len(each.counts) // 4, block.start, np.int64),
                np.frombuffer(each.rows, np.int64),
                np.frombuffer(each.counts, np.uint32),
            )
            for each in told
        )
        whole = _since(whole, self._columns.base)
        name = self._columns.name(block.start)
        others = raw(self._columns.names(whole.second), np.uint64)
        returned = BackAnswer(number, name, others, raw(whole.counts, np.uint32))
        yield tombstone(self._state, f"back:{number}")
        yield self._to_fold("returned", block.start, returned, block.at_us, block.stop)
        for place in range(RANGES):
            if place != found.range:
                yield tombstone(self._state, f"found:{number}:{place}")

    def _forget(self) -> Iterator[Output]:
        """Spans of which nothing is compared any more: what comes is no older than the window."""
        least = self._latest - 2 * self._settings.window_days * _DAY_US
        done = min(self._told.all_to)
        for key, kept in list(self._kept.items()):
            if self._asked or kept.at_us >= least or kept.stop > done:
                return
            del self._kept[key]
            self._drop(key, kept)
            yield tombstone(self._state, key)

    def _drop(self, key: str, kept: _Kept) -> None:
        if key.startswith("columns"):
            self._columns.forget(kept.stop)
        else:
            for row in range(kept.start, kept.stop):
                self._texts.forget(row)

    def _to_fold(self, kind: BlockKind, start: int, body: Body, at_us: int, stop: int = 0) -> Output:
        return self._to(
            Partition("answers", self._shard), kind, f"{kind}:{start}", body, at_us, start=start, stop=stop
        )

    def _to(
        self,
        partition: Partition,
        kind: BlockKind,
        key: str,
        body: Body,
        at_us: int,
        *,
        start: int = 0,
        stop: int = 0,
    ) -> Output:
        return output(
            partition, kind, key, body, source="pair", shard=self._shard, at_us=at_us, start=start, stop=stop
        )


def _since(pairs: Partials, row: int) -> Partials:
    """Without those with what is forgotten."""
    if not len(pairs.first) or pairs.first.min() >= row:
        return pairs
    kept = (pairs.first >= row) & (pairs.second >= row)
    return Partials(pairs.first[kept], pairs.second[kept], pairs.counts[kept])
