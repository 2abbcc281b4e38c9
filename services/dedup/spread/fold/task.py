"""Fold: the order of decision, told what the other stages found out. A task a shard, on dedup's own state."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from services.contracts import wire
from services.contracts.articles import Watermark
from services.contracts.spread import StageBlock
from services.dedup.fold import Outside
from services.dedup.folded import Folded
from services.dedup.memory.store import HeapStore, OpenStore
from services.dedup.records import withdrawn_by
from services.dedup.service import Begin, DedupTask, Taken, at_once
from services.dedup.settings import DedupSettings
from services.dedup.spread.blocks import NoticeAnswer, output, read_block
from services.dedup.spread.fold.foresight import LiveForesight
from services.dedup.spread.fold.recall import ForesightIndex, ForesightReader
from services.dedup.spread.layout import MOST_WAITING
from services.stream.bus import Output, Partition, Record
from services.stream.service import Feeder, Step, Task

_ANSWERS = "answers"


class FoldTask(DedupTask):
    """Takes of `articles` what is answered, and holds back the rest."""

    def __init__(
        self,
        number: int,
        settings: DedupSettings,
        *,
        open_store: OpenStore = HeapStore,
        begin: Begin = at_once,
    ) -> None:
        self._told = told = LiveForesight()
        join = ForesightIndex(told)
        reader = ForesightReader(told, settings, join)
        outside = Outside(reader, join, told)
        super().__init__(number, settings, open_store=open_store, outside=outside, begin=begin)
        reader.window = self._fold.window
        self._articles, self._answers = Partition("articles", number), Partition(_ANSWERS, number)
        self._waiting: deque[tuple[Record, Taken]] = deque()
        self._given: dict[Partition, int] = {}

    def restored(self) -> None:
        if self._restoring is not None:
            super().restored()
            self._told.begin(self._taken)

    def held(self) -> int:
        return super().held() + len(self._waiting)

    def step(self, records: Sequence[Record]) -> Step:
        """Raises `Poison` before any state has changed; `Unforeseen` where the plan had other texts read."""
        answers = [
            (record.offset, read_block(record)) for record in records if record.partition == self._answers
        ]
        articles = [
            (record, self._decode(record)) for record in records if record.partition == self._articles
        ]
        self.restored()
        self._given |= {record.partition: record.offset + 1 for record in records}
        self._waiting += articles
        self._hear(answers)
        step = self._go_on(self._answered())
        # A task that goes on from the changelog knows no more than that of what is decided.
        self._told.forget(self._clock.taken if self._clock else 0)
        step.outcomes["answer"] = len(answers)
        step.consumed = self._consumed(step)
        if len(self._waiting) >= MOST_WAITING:
            step.full = frozenset({self._articles})
        return step

    def _hear(self, answers: Iterable[tuple[int, StageBlock]]) -> None:
        for offset, block in answers:
            self._told.take(offset, block)

    def _answered(self) -> Iterator[tuple[Record, Taken]]:
        while self._waiting and self._waiting[0][0].offset < self._told.gate:
            yield self._waiting.popleft()

    def _take(self, taken: Iterable[tuple[Record, Taken]], folded: Folded) -> None:
        super()._take(taken, folded)
        record, value = self._waiting[0] if self._waiting else (None, None)
        before = self._told.before
        if (
            record is not None
            and record.offset == self._told.gate
            and before
            and isinstance(value, Watermark)
        ):
            self._fold.fold(self._order.ahead_of(value, before), folded)

    def _outputs(self, folded: Folded) -> list[Output]:
        return [*super()._outputs(folded), *self._told_of_notices(folded)]

    def _told_of_notices(self, folded: Folded) -> Iterator[Output]:
        """What those withdraw that are decided, be it by a task before this one."""
        for version, end in list(self._told.asked.items()):
            kept = self._fold.window.get(version)
            if kept is None and end > self._taken:
                continue
            del self._told.asked[version]
            article = folded.retracted.get(version, withdrawn_by(kept.record) if kept else "")
            yield self._tell(NoticeAnswer(version, article))

    def _tell(self, told: NoticeAnswer) -> Output:
        decided = self._order.decided
        return output(
            Partition("notices", self._number),
            "notice",
            f"notice:{told.version}",
            told,
            source=self.source,
            shard=self._number,
            at_us=wire.microseconds(decided[0]) if decided else 1,
        )

    def _consumed(self, step: Step) -> dict[Partition, int]:
        held = [step.consumed[self._articles]] if step.consumed else []
        held += [self._waiting[0][0].offset] if self._waiting else []
        consumed = dict(self._given)
        if held:
            consumed[self._articles] = min(held)
        oldest = self._told.oldest_offset()
        if oldest is not None and self._answers in consumed:
            consumed[self._answers] = oldest
        return consumed


class FoldService:
    """dedup itself, by its group and its state, told by others. Either it runs or `dedup` does."""

    name = "dedup"
    inputs = ("articles", _ANSWERS)
    changelog: str | None = "dedup-state"

    def __init__(
        self, settings: DedupSettings, *, open_store: OpenStore = HeapStore, begin: Begin = at_once
    ) -> None:
        self._settings, self._open_store, self._begin = settings, open_store, begin

    def task(self, number: int) -> FoldTask:
        return FoldTask(number, self._settings, open_store=self._open_store, begin=self._begin)

    def feeder(self, task: Task, number: int) -> Feeder | None:  # noqa: ARG002 - the log is all there is
        return None
