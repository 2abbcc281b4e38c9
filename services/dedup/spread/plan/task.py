"""Plan: which texts are read, on which day, and how worn they are by then. A task a shard."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from services.contracts import wire
from services.contracts.articles import Watermark
from services.contracts.canaries import CanaryArticle
from services.contracts.clusters import Cluster
from services.contracts.sketches import Remembered
from services.contracts.spread import BlockKind, StageBlock
from services.dedup.fold import Fold
from services.dedup.folded import Folded
from services.dedup.memory.parts import pack_facts, unpack_facts
from services.dedup.memory.store import HeapStore, OpenStore
from services.dedup.order import Due, Order, Place, Sighting
from services.dedup.service import DedupTask, Dues, Restoring, Taken, at_once
from services.dedup.settings import DedupSettings
from services.dedup.spread.blocks import (
    Awaiting,
    Body,
    Notice,
    NoticeAnswer,
    PlanStep,
    body_of,
    output,
    read_block,
)
from services.dedup.spread.layout import MOST_WAITING
from services.dedup.spread.notices import Awaited, may_withdraw
from services.dedup.spread.plan.blind import BlindReader, blind
from services.dedup.spread.plan.cut import Cut
from services.dedup.spread.plan.takeover import NOTHING, Had, Takeover
from services.stream.bus import Output, Partition, Record
from services.stream.service import End, Parts, Step

_ROWS = "rows"


class _Facts(NamedTuple):
    """Of a state, what is no array."""

    rows: tuple[int, int]
    notices: list[Notice]


class PlanTask(DedupTask):
    """The order of decision and a blind fold."""

    source = "plan"
    changelog = "plan-state"

    def __init__(
        self, number: int, settings: DedupSettings, open_store: OpenStore = HeapStore, *, follows: str = ""
    ) -> None:
        """`follows`: the group of dedup, where its changelog is at hand."""
        self._blind = BlindReader(settings)
        super().__init__(number, settings, open_store=open_store, outside=blind(self._blind, settings))
        self._open_store = open_store
        self.follows = follows
        self.is_behind = False
        """What another has come to is taken over first."""
        self._takeover: Takeover | None = None
        self._had = NOTHING
        """Beside what is in the window, of a state that was kept while it took over."""
        self._articles, self._notices = Partition("articles", number), Partition("notices", number)
        self._waiting: deque[tuple[Record, Taken]] = deque()
        self._told: list[NoticeAnswer] = []
        self._given: dict[Partition, int] = {}
        self._since = 0
        self._until: Place | None = None
        """Where it stopped in what is due by the promise that comes next."""
        self._facts = _Facts((0, 0), [])
        """Rows, and how many are shown again, as the changelog has it."""

    def restore(self, record: Record) -> None:
        if record.key != _ROWS.encode():
            super().restore(record)
        elif record.value is not None:
            told = wire.decode(StageBlock, record.value)
            self._take_facts(_Facts((told.start, told.stop), body_of(told, Awaiting).notices))

    def _take_facts(self, facts: _Facts) -> None:
        self._facts = facts
        self._blind.rows, self._blind.backs = facts.rows
        self._blind.awaited = Awaited(facts.notices)

    def save(self) -> Parts:
        had = self._takeover.had() if self._takeover else self._had
        return {**super().save(), "rows": pack_facts(self._facts), "had": pack_facts(had)}

    def load(self, parts: Parts) -> None:
        super().load(parts)
        self._take_facts(unpack_facts(parts["rows"], _Facts))
        self._had = unpack_facts(parts["had"], Had)

    def held(self) -> int:
        return super().held() + len(self._waiting)

    def step(self, records: Sequence[Record]) -> Step:
        """Raises `Poison` before any state has changed."""
        told = [
            body_of(read_block(record), NoticeAnswer)
            for record in records
            if record.partition == self._notices
        ]
        articles = [
            (record, self._decode(record)) for record in records if record.partition == self._articles
        ]
        if not self.is_behind:
            self.restored()
        self._given |= {record.partition: record.offset + 1 for record in records}
        self._told += told
        self._waiting += articles
        step = self._go_on([])
        step.outcomes["notice"] = len(told)
        if len(self._waiting) >= MOST_WAITING:
            step.full = frozenset({self._articles})
        return step

    def _go_on(self, taken: Iterable[tuple[Record, Taken]]) -> Step:
        self._since = self._taken
        step = super()._go_on(taken)
        step.noted, step.levels = {}, {}
        step.consumed = {} if self.is_behind else self._consumed(step)
        return step

    def _consumed(self, step: Step) -> dict[Partition, int]:
        held = [step.consumed[self._articles]] if step.consumed else []
        held += [self._waiting[0][0].offset] if self._waiting else []
        return self._given | ({self._articles: min(held)} if held else {})

    def _take(self, taken: Iterable[tuple[Record, Taken]], folded: Folded) -> None:  # noqa: ARG002 - it waits
        """Decide as far as it can be told what becomes of it."""
        if self.is_behind:
            return
        for told in self._told:
            self._withdraw(told, folded)
        self._told, self._until = [], None
        due = Dues()
        while self._waiting and self._take_next(*self._waiting[0], due, folded):
            record, _ = self._waiting.popleft()
            self._taken = max(self._taken, record.offset + 1)
        self._fold.fold(due.take(), folded)

    def go_on_from(self, offsets: Mapping[Partition, int]) -> None:
        self._given |= offsets
        self.is_behind = True

    def take(self, readings: Sequence[Record | End]) -> Step:
        """What dedup remembers. It goes on where all was given."""
        takeover = self._takeover = self._takeover or self._begin_anew()
        outputs: list[Output] = []
        for reading in readings:
            if isinstance(reading, End):
                return self._go_on_from_there(takeover)
            outputs += self._take_over(reading, takeover)
        assert self._restoring is not None
        self._restoring.settle()
        step = self._go_on([])
        return replace(step, outputs=[*outputs, *step.outputs], outcomes={"remembered": len(readings)})

    def _begin_anew(self) -> Takeover:
        before, had = self._blind, self._had.joined(self._fold.window)
        self._blind = BlindReader(self._settings, before.rows, before.backs)
        outside = blind(self._blind, self._settings)
        self._fold = Fold(self._settings, open_store=self._open_store, outside=outside)
        self._order = Order(limit=self._settings.buffer_limit)
        self._restoring, self._clock, self._taken = Restoring(self._fold, at_once), None, 0
        return Takeover(self._blind, had)

    def _take_over(self, record: Record, takeover: Takeover) -> Iterator[Output]:
        kind, _, version = (record.key or b"").decode().partition(":")
        assert self._restoring is not None
        if kind == "version" and record.value is not None:
            remembered = takeover.take(wire.decode(Remembered, record.value))
            told = self._state_of(f"version:{version}", remembered)
            self._restoring.take(Record(told.partition, 0, told.key, told.value, told.headers, 0))
            yield told
        elif kind == "version":
            self._restoring.take(record)
            yield self._tombstone(f"version:{version}", None)
        elif kind == "clock":
            self._restoring.take(record)

    def _go_on_from_there(self, takeover: Takeover) -> Step:
        self.is_behind, self._takeover, self._had = False, None, NOTHING
        self.restored()
        self._clock = None  # it is not in the changelog yet
        step = self._go_on([])
        step.outcomes["remembered"] = 1
        lost = [self._tombstone(f"version:{version}", None) for version in sorted(takeover.lost)]
        return replace(step, outputs=[*lost, *step.outputs])

    def _take_next(self, record: Record, value: Taken, due: Dues, folded: Folded) -> bool:
        """False where what becomes of it hangs on what a notice withdraws."""
        if isinstance(value, Watermark):
            return self._promise(value, due, folded)
        if isinstance(value, CanaryArticle):  # the fold lets it pass
            folded.outcomes["canary"] += 1
        elif self._was_settled(record.offset, value):
            folded.outcomes["known"] += 1
        elif self._blind.awaited.settles(value, self._fold.window):
            return False
        elif self._is_known(value, due, folded):
            folded.outcomes["known"] += 1
        else:
            return self._offer(value, record.offset, due, folded)
        return True

    def _offer(self, sighting: Sighting, offset: int, due: Dues, folded: Folded) -> bool:
        coming = self._order.next_with(sighting, offset)
        if coming is not None and self._waits(coming):
            return False
        for one in self._order.offer(sighting, offset):
            self._decide(one, due, folded)
        return True

    def _promise(self, watermark: Watermark, due: Dues, folded: Folded) -> bool:
        while (coming := self._order.next_by(watermark)) is not None:
            if self._waits(coming.sighting):
                self._until = coming.place
                return False
            self._decide(self._order.decide_next(), due, folded)
        self._order.promise(watermark)
        folded.outcomes["watermark"] += 1
        return True

    def _waits(self, sighting: Sighting) -> bool:
        return self._blind.awaited.concerns(sighting, self._fold.window, self._blind.day)

    def _decide(self, one: Due, due: Dues, folded: Folded) -> None:
        """At once, where what comes behind it may have to wait; else with others, which is faster."""
        due.add([one])
        if self._blind.awaited or may_withdraw(one.sighting):
            self._fold.fold(due.take(), folded)

    def _withdraw(self, told: NoticeAnswer, folded: Folded) -> None:
        notice = self._blind.awaited.settle(told.version)
        kept = self._fold.window.current(told.article) if notice else None
        if notice is not None and kept is not None:
            kept.record = replace(kept.record, withdrawn_at=notice.at)
            folded.remembered.append(kept.record)

    def _state(self, folded: Folded) -> list[Output]:
        folded.clusters = list[Cluster]()
        return super()._state(folded)

    def _outputs(self, folded: Folded) -> list[Output]:  # noqa: ARG002 - it tells nothing of pairs
        events = self._blind.take_events()
        cut = Cut(self._number, self._now_us())
        cut.take(events)
        outputs = cut.outputs
        notices = [event.version for event in events if isinstance(event, Notice)]
        if not self.is_behind and (events or self._taken > self._since):
            until = self._waiting[0][0].offset if self._until else self._taken
            backs = [back.number for back in cut.backs]
            planned = PlanStep(self._since, until, cut.spans, backs, notices, self._until)
            outputs.append(self._block("answers", "planned", planned))
        rows, awaited = (self._blind.rows, self._blind.backs), self._blind.awaited.all()
        if (rows, awaited) != self._facts:
            self._facts = _Facts(rows, awaited)
            outputs.append(self._block(self.changelog, "rows", Awaiting(awaited), *rows))
        return outputs

    def _block(self, topic: str, kind: BlockKind, body: Body, start: int = 0, stop: int = 0) -> Output:
        return output(
            Partition(topic, self._number),
            kind,
            kind,
            body,
            source=self.source,
            shard=self._number,
            at_us=self._now_us(),
            start=start,
            stop=stop,
        )

    def _now_us(self) -> int:
        decided = self._order.decided
        return wire.microseconds(decided[0]) if decided else 1
