"""Range: which rows share keys of one range. A task a range, for all shards."""

from array import array
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from services.contracts import wire
from services.contracts.spread import StageBlock
from services.dedup import kernels
from services.dedup.memory.parts import Holding, array_of, gather, pack_facts, scatter, unpack_facts, within
from services.dedup.search.index import NO_PARTIALS, Partials, RangeIndex
from services.dedup.search.route import Block, Numbers
from services.dedup.settings import DedupSettings
from services.dedup.spread.blocks import (
    BackRequest,
    Probe,
    ProbeAnswer,
    RangeKeys,
    SharedKeys,
    body_of,
    copied,
    output,
    read_block,
    share_parts,
    tombstone,
)
from services.dedup.spread.layout import LANES, SPAN, all_lanes, lane_of, lane_partition
from services.stream.bus import Output, Partition, Record
from services.stream.service import Parts, Step

_STATE = "range-state"
_DAY_US = 86_400_000_000
_NOBODY = -1


class _Facts(NamedTuple):
    """Of a state, what is no array."""

    base: int
    spans: list[tuple[int, int, int]]
    latest: int
    ahead: dict[int, tuple[int, int]]
    all_to: int
    asked: set[int]
    probes: dict[int, tuple[int, int, Probe]]


class ShardRange:
    """The keys of one shard in one range. Rows come in any order; numbers are given as they come."""

    def __init__(self, settings: DedupSettings) -> None:
        self._window_us = settings.window_days * _DAY_US
        self._index = RangeIndex(window_us=self._window_us)
        self._rows = array("q")
        """By number, from a base on."""
        self._base = 0
        self._spans: deque[tuple[int, int, int]] = deque()
        """Of each the time of its newest row, its first row, and the number behind its last."""
        self._latest = 0
        """Among rows of which all before is here: what is missing may be far older."""
        self._ahead: dict[int, tuple[int, int]] = {}
        """Spans behind one that is missing: first row to the row behind the last, and its newest time."""
        self.all_to = 0
        """Of all rows before it the keys are here."""
        self.asked: set[int] = set()
        """What is shown again and not answered, by number: until then nothing is forgotten."""
        self.probes: dict[int, tuple[int, int, Probe]] = {}
        """By number: a row, the row before which it is shown again, and its keys."""

    def take(self, block: StageBlock, *, probing: bool) -> Partials:
        """The pairs it completes, by row."""
        keys = body_of(block, RangeKeys)
        rows, at_us = array_of(keys.rows, np.int64), array_of(keys.at_us, np.int64)
        newest = int(at_us.max(initial=0))
        self._ahead[block.start] = block.stop, newest
        if not len(rows):
            return NO_PARTIALS
        whole = self._numbered(block.start, rows, at_us, keys)
        self._spans.append((newest, block.start, self._next))
        kernels.note_texts(len(rows))
        if not probing:
            self._index.insert(whole)
            return NO_PARTIALS
        found = self._index.probe_insert(whole)
        self._index.forget_blocks("span", block.start + 1)
        return self._by_row(found)

    def _numbered(self, start: int, rows: np.ndarray, at_us: np.ndarray, keys: RangeKeys) -> Block:
        first = self._next
        self._rows.frombytes(rows.tobytes())
        numbers = np.arange(first, first + len(rows), dtype=np.int64)
        hashes, owners = array_of(keys.keys, np.uint64), array_of(keys.owners, np.int32)
        return Block("span", start, numbers, at_us, hashes, owners)

    @property
    def _next(self) -> int:
        return self._base + len(self._rows)

    def _by_row(self, found: Partials) -> Partials:
        one, other = self._rows_of(found.first), self._rows_of(found.second)
        return Partials(np.minimum(one, other), np.maximum(one, other), found.counts)

    def _rows_of(self, numbers: Numbers) -> Numbers:
        rows: Numbers = np.frombuffer(self._rows, np.int64)[numbers - self._base]
        return rows

    def catch_up(self) -> list[int]:
        """First rows of the spans of which, and of all before them, all is here from now on."""
        passed = []
        while (ahead := self._ahead.pop(self.all_to, None)) is not None:
            passed.append(self.all_to)
            self.all_to, newest = ahead
            self._latest = max(self._latest, newest)
        return passed

    def settle(self) -> None:
        """Of what is before `all_to` nothing is awaited."""
        done = [(start, newest) for start, (_, newest) in self._ahead.items() if start < self.all_to]
        self._latest = max([self._latest, *(newest for _, newest in done)])
        for start, _ in done:
            del self._ahead[start]

    def probe(self, probe: Probe, before: int) -> tuple[bytes, bytes]:
        """Rows before one that share its keys, and how many."""
        number = self._next
        self._rows.append(_NOBODY)
        hashes = array_of(probe.keys, np.uint64)
        alone = np.array([number], np.int64), np.array([probe.at_us], np.int64)
        found = self._index.probe_insert(
            Block("probe", number, *alone, hashes, np.zeros(len(hashes), np.int32))
        )
        self._index.forget_blocks("probe", number + 1)
        self._index.evict(alone[0])
        pairs = self._by_row(found)
        there = pairs.second < before
        return pairs.second[there].tobytes(), pairs.counts[there].tobytes()

    def forget(self) -> list[int]:
        """First rows of spans that nothing is compared with any more. What comes is no older than the window,
        and is paired with nothing that is older still.
        """
        gone = []
        while not self.asked and self._spans and self._spans[0][0] < self._latest - 2 * self._window_us:
            _, start, end = self._spans.popleft()
            self._index.evict(np.arange(self._base, end, dtype=np.int64))
            del self._rows[: end - self._base]
            self._base = end
            gone.append(start)
        return gone

    def save(self) -> Parts:
        facts = _Facts(
            self._base,
            list(self._spans),
            self._latest,
            self._ahead,
            self.all_to,
            self.asked,
            self.probes,
        )
        return gather(self._holding()) | {"facts": pack_facts(facts)}

    def load(self, parts: Parts) -> None:
        facts = unpack_facts(parts["facts"], _Facts)
        self._base, spans, self._latest, self._ahead, self.all_to, self.asked, self.probes = facts
        self._spans = deque(spans)
        scatter(self._holding(), parts)

    def _holding(self) -> Holding:
        return {"index": self._index, "rows": self._rows}


class RangeTask:
    def __init__(self, number: int, settings: DedupSettings) -> None:
        self._number = number
        self._state = Partition(_STATE, number)
        self._settings = settings
        self._shards: dict[int, ShardRange] = {}

    def _shard(self, number: int) -> ShardRange:
        if number not in self._shards:
            self._shards[number] = ShardRange(self._settings)
        return self._shards[number]

    def restore(self, record: Record) -> None:
        kind, _, rest = (record.key or b"").decode().partition(":")
        if record.value is None:
            if kind in {"back", "probe"}:
                shard, number = map(int, rest.split(":"))
                self._shard(shard).probes.pop(number, None)
                self._shard(shard).asked.discard(number)
            return
        block = wire.decode(StageBlock, record.value)
        mine = self._shard(block.shard)
        if kind == "keys":
            mine.take(block, probing=False)
        elif kind == "probe":
            self._take_probe(block)
        elif kind == "back":
            mine.asked.add(body_of(block, BackRequest).number)
        else:
            mine.all_to = block.start

    def restored(self) -> None:
        for shard in self._shards.values():
            shard.settle()

    def save(self) -> Parts:
        return gather({str(number): shard for number, shard in self._shards.items()})

    def load(self, parts: Parts) -> None:
        for number in {int(name.partition(".")[0]) for name in parts}:
            self._shard(number).load(within(str(number), parts))

    def held(self) -> int:
        return sum(len(shard.probes) for shard in self._shards.values())

    def step(self, records: Sequence[Record]) -> Step:
        blocks = [read_block(record) for record in records]
        step = Step()
        found: defaultdict[int, list[Partials]] = defaultdict(list)
        for record, block in zip(records, blocks, strict=True):
            mine = self._shard(block.shard)
            if block.kind == "probe":
                key = f"probe:{block.shard}:{self._take_probe(block)}"
            elif block.kind == "back":
                mine.asked.add(number := body_of(block, BackRequest).number)
                step.outcomes["back"] = step.outcomes.get("back", 0) + 1
                key = f"back:{block.shard}:{number}"
            else:
                found[block.shard].append(mine.take(block, probing=block.kind == "keys"))
                step.outcomes["keys"] = step.outcomes.get("keys", 0) + 1
                key = f"keys:{block.shard}:{block.start}"
            step.outputs.append(copied(record, self._state, key))
        at_us = max(block.at_us for block in blocks)
        for shard in sorted({block.shard for block in blocks}):
            step.outputs += self._tell(shard, found[shard], at_us)
            answered = list(self._answer(shard, at_us))
            step.outcomes["probe"] = step.outcomes.get("probe", 0) + len(answered) // 3
            step.outputs += answered
        return step

    def _take_probe(self, block: StageBlock) -> int:
        probe = body_of(block, Probe)
        self._shard(block.shard).probes[probe.number] = block.start, block.stop, probe
        return probe.number

    def _tell(self, shard: int, found: Sequence[Partials], at_us: int) -> Iterator[Output]:
        """To each lane the pairs of its rows, and how far all is here, if its own spans wait for that."""
        mine = self._shard(shard)
        passed = mine.catch_up()
        waiting = {lane_of(start) for start in passed}
        pairs = Partials(*(np.concatenate(each) for each in zip(NO_PARTIALS, *found, strict=True)))
        lanes = pairs.second // SPAN % LANES
        for lane, partition in enumerate(all_lanes("pairs", shard)):
            wanted = lanes == lane
            if lane not in waiting and not wanted.any():
                continue
            for body in share_parts(self._number, mine.all_to, Partials(*(each[wanted] for each in pairs))):
                yield output(
                    partition,
                    "shared",
                    f"shared:{self._number}",
                    body,
                    source="range",
                    shard=shard,
                    at_us=at_us,
                )
        if passed:
            yield self._clock(shard, mine, at_us)
        for start in mine.forget():
            yield tombstone(self._state, f"keys:{shard}:{start}")

    def _clock(self, shard: int, mine: ShardRange, at_us: int) -> Output:
        return output(
            self._state,
            "clock",
            f"clock:{shard}",
            SharedKeys(self._number, mine.all_to),
            source="range",
            shard=shard,
            at_us=at_us,
            start=mine.all_to,
        )

    def _answer(self, shard: int, at_us: int) -> Iterator[Output]:
        """What was asked of rows that are shown again, as soon as all before is here."""
        mine = self._shard(shard)
        ready = [number for number, (_, before, _) in mine.probes.items() if before <= mine.all_to]
        for number in sorted(ready):
            row, before, probe = mine.probes.pop(number)
            found = ProbeAnswer(number, self._number, *mine.probe(probe, before))
            yield output(
                lane_partition("pairs", shard, row),
                "found",
                f"found:{number}:{self._number}",
                found,
                source="range",
                shard=shard,
                at_us=at_us,
                start=row,
                stop=before,
            )
            mine.asked.discard(number)
            yield tombstone(self._state, f"back:{shard}:{number}")
            yield tombstone(self._state, f"probe:{shard}:{number}")
