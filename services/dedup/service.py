"""dedup as the run loop sees it: `articles` in, `relations`, `clusters` and the changelog out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, TypeVar

import msgspec

from services.contracts import wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.contracts.canaries import CanaryArticle, CanaryCluster
from services.contracts.clusters import Cluster
from services.contracts.relations import Verdict
from services.contracts.sketches import Remembered, ShardClock
from services.dedup.canary import Canaries, lone_story
from services.dedup.fold import Fold, Outside, Returned
from services.dedup.folded import Folded
from services.dedup.foresight import Foresight
from services.dedup.memory.parts import under, within
from services.dedup.memory.store import HeapStore, OpenStore
from services.dedup.order import Due, Order, Sighting, seen_at
from services.dedup.records import without_text
from services.dedup.search.traces import Trace
from services.dedup.settings import DedupSettings, scheme
from services.stream.bus import Output, Partition, Record
from services.stream.service import Feeder, Parts, Poison, Step, Task, buffer

_CLOCK = "clock"
_STATE = "dedup-state"
_RESTORED_AT_ONCE = 256
T = TypeVar("T")
Taken = Article | Withdrawal | Watermark | CanaryArticle
"""What lies on `articles`."""


class Begin(Protocol):
    def __call__(self, work: Callable[[], T]) -> Callable[[], T]:
        """What gives the result of a work: it may be done meanwhile, on another core."""


def at_once(work: Callable[[], T]) -> Callable[[], T]:
    result = work()
    return lambda: result


class DedupTask:
    """One shard: articles that are compared with each other, in order of sight."""

    source = "dedup"
    changelog = _STATE

    def __init__(
        self,
        number: int,
        settings: DedupSettings,
        *,
        ranges: int = 1,
        open_store: OpenStore = HeapStore,
        foresight: Foresight | None = None,
        outside: Outside | None = None,
        changelog: bool = True,
        begin: Begin = at_once,
    ) -> None:
        self._number = number
        self._partitions = {
            topic: Partition(topic, number) for topic in ("relations", "clusters", self.changelog)
        }
        self._settings = settings
        self._keeps_changelog = changelog
        self._order = Order(limit=settings.buffer_limit)
        self._canaries = Canaries()
        self._fold = Fold(
            settings, ranges=ranges, open_store=open_store, foresight=foresight, outside=outside
        )
        self._restoring: Restoring | None = Restoring(self._fold, begin)
        self._clock: ShardClock | None = None
        self._taken = 0
        self._settled: tuple[int, datetime] | None = None
        """Of what is read again: before this offset, all first seen up to this time is decided."""

    def restore(self, record: Record) -> None:
        assert self._restoring is not None, "restore comes before any step"
        self._restoring.take(record)

    def save(self) -> Parts:
        clock = wire.encode(self._clock) if self._clock else b""
        return under("fold", self._fold.save()) | {"clock": clock}

    def load(self, parts: Parts) -> None:
        assert self._restoring is not None, "loading comes before any step"
        self._fold.load(within("fold", parts))
        clock = bytes(buffer(parts["clock"]))
        self._restoring.clock = wire.decode(ShardClock, clock) if clock else None

    def held(self) -> int:
        return self._order.held() + self._canaries.held()

    def bytes_by_part(self) -> dict[str, int]:
        """Memory that the state takes, as an estimate."""
        return self._fold.bytes_by_part()

    def step(self, records: Sequence[Record]) -> Step:
        """Raises `Poison` before any state has changed."""
        values = [self._decode(record) for record in records]
        self.restored()
        return self._go_on(zip(records, values, strict=True))

    def _go_on(self, taken: Iterable[tuple[Record, Taken]]) -> Step:
        folded = Folded()
        self._take(taken, folded)
        sung = self._sing(folded)
        oldest = (self._order.oldest_offset(), self._canaries.oldest_offset())
        held = min((offset for offset in oldest if offset is not None), default=None)
        return Step(
            outputs=[
                *self._outputs(folded),
                *sung,
                *(self._state(folded) if self._keeps_changelog else ()),
            ],
            outcomes=folded.outcomes,
            consumed=None if held is None else {Partition("articles", self._number): held},
            noted=folded.noted,
            levels=self._levels(),
        )

    def _levels(self) -> dict[str, float]:
        floor = self._order.floor()
        return self._fold.levels() | {
            "reorder_buffer_records": self._order.held(),
            "watermark_timestamp_seconds": floor.timestamp() if floor else 0.0,
        }

    def _take(self, taken: Iterable[tuple[Record, Taken]], folded: Folded) -> None:
        """Decide what is due; the rest waits, is a watermark, or is known."""
        due = Dues()
        for record, value in taken:
            self._taken = max(self._taken, record.offset + 1)
            if isinstance(value, Watermark):
                folded.outcomes["watermark"] += 1
                due.add(self._order.promise(value))
            elif isinstance(value, CanaryArticle):
                self._canaries.offer(value.article, record.offset)
            elif self._was_settled(record.offset, value) or self._is_known(value, due, folded):
                folded.outcomes["known"] += 1
            else:
                due.add(self._order.offer(value, record.offset))
        self._fold.fold(due.take(), folded)

    def _sing(self, folded: Folded) -> list[Output]:
        """The stories of the canaries that are due."""
        outputs = []
        for article in self._canaries.due(self._order.floor()):
            folded.outcomes["canary"] += 1
            for cluster in lone_story(article, self._settings):
                sung = CanaryCluster(cluster=cluster)
                id_ = f"{cluster.story_id}:{cluster.at.isoformat()}"
                outputs.append(self._output("clusters", cluster.story_id, sung, id_, cluster.at))
        return outputs

    def _was_settled(self, offset: int, sighting: Sighting) -> bool:
        """Whether what is read again was decided, even if its window is over since."""
        return (
            self._settled is not None and offset < self._settled[0] and seen_at(sighting) <= self._settled[1]
        )

    def _is_known(self, sighting: Sighting, due: "Dues", folded: Folded) -> bool:
        """Whether a sighting is held already, or no later than what is decided of its article.

        What is due comes first, for it may decide that article or move the window past it: else the
        answer would depend on how the log was cut into batches.
        """
        if self._order.holds(sighting):
            return True
        if not due.of(sighting.article_id) and not self._fold.knows(sighting):
            return False
        self._fold.fold(due.take(), folded)
        return self._fold.is_settled(sighting)

    def _decode(self, record: Record) -> Taken:
        if record.value is None:
            raise Poison("tombstone", "an article cannot be withdrawn by a null value")
        try:
            value = wire.read(dict(record.headers), record.value)
        except (wire.UnknownType, msgspec.MsgspecError) as error:
            raise Poison("undecodable", str(error)) from error
        if not isinstance(value, Taken):
            raise Poison("wrong-type", f"{type(value).__name__} does not belong into articles")
        return value

    def restored(self) -> None:
        """The state is what the changelog made of it: about 0.2 ms an article (`bench.restore`)."""
        if self._restoring is None:
            return
        restored, self._restoring = self._restoring, None
        clock = restored.finish()
        if clock is not None:
            if clock.scheme != scheme(self._settings):
                raise ValueError(
                    f"shard {self._number}: the state has sketch scheme {clock.scheme}, the "
                    f"settings ask for {scheme(self._settings)}: keep the old ones or start anew"
                )
            self._order.watermarks = dict(clock.watermarks)
            self._order.origins = clock.origins
            self._order.decided = clock.decided
            self._taken, floor = clock.taken, self._order.floor()
            self._settled = (clock.taken, floor) if floor else None
        self._clock = clock
        latest = clock.decided[0] if clock and clock.decided else None
        self._fold.restored(latest)

    def _outputs(self, folded: Folded) -> list[Output]:
        verdicts = [
            self._output("relations", v.article_id, v, _name(v), v.shown_at or v.first_seen_at)
            for v in folded.verdicts
        ]
        clusters = [
            self._output("clusters", c.story_id, c, f"{c.story_id}:{c.revision}", c.at)
            for c in folded.clusters
        ]
        return [*verdicts, *clusters]

    def _state(self, folded: Folded) -> list[Output]:
        """The changelog, the last record of each key only."""
        last: dict[str, Remembered | Cluster | datetime | None] = {}
        """What is told under each key; of what is no more, when it ended."""
        for kept in folded.remembered:
            last[f"version:{kept.article.version_id}"] = kept
        for cluster in folded.clusters:
            ended = bool(cluster.merged_into) or cluster.change == "closed"
            last[f"story:{cluster.story_id}"] = cluster.at if ended else cluster
        for version in folded.forgotten:
            if version not in self._fold.window:
                last[f"version:{version}"] = None
        state = [self._state_of(name, record) for name, record in last.items()]
        clock = ShardClock(
            scheme=scheme(self._settings),
            watermarks=dict(self._order.watermarks),
            origins=self._order.origins,
            decided=self._order.decided,
            taken=self._taken,
        )
        if clock != self._clock and (clock.decided or clock.watermarks):
            self._clock = clock
            at = clock.decided[0] if clock.decided else max(clock.watermarks.values())
            state.append(self._output(self.changelog, _CLOCK, clock, f"clock:{self._number}", at))
        return state

    def _state_of(self, name: str, record: Remembered | Cluster | datetime | None) -> Output:
        if isinstance(record, Remembered):
            return self._output(self.changelog, name, record, name, record.article.first_seen_at)
        if isinstance(record, Cluster):
            return self._output(
                self.changelog, name, without_text(record), f"{name}:{record.revision}", record.at
            )
        return self._tombstone(name, record)

    def _output(self, topic: str, key: str, value: msgspec.Struct, id: str, at: datetime) -> Output:  # noqa: A002
        return Output(
            self._partitions[topic],
            key.encode(),
            wire.encode(value),
            wire.headers(value, id=id, source=self.source, time=at),
            wire.microseconds(at),
        )

    def _tombstone(self, key: str, at: datetime | None) -> Output:
        when = wire.microseconds(at) if at else 0
        return Output(self._partitions[self.changelog], key.encode(), None, (), when)


class Dues:
    """What is due and not decided yet, in order."""

    def __init__(self) -> None:
        self._dues: list[Due] = []
        self._articles: set[str] = set()

    def add(self, released: Iterable[Due]) -> None:
        for due in released:
            self._dues.append(due)
            self._articles.add(due.sighting.article_id)

    def of(self, article: str) -> bool:
        return article in self._articles

    def take(self) -> list[Due]:
        dues, self._dues = self._dues, []
        self._articles.clear()
        return dues


def _name(verdict: Verdict) -> str:
    """What tells it from the verdicts given on the same version before."""
    back = f":{verdict.shown_at.isoformat()}" if verdict.shown_at else ""
    relations = sum(1 + relation.others for relation in verdict.relations)
    return f"{verdict.version_id}:{relations}{back}"


class Restoring:
    """A changelog being read into a state, record by record: the last of each key holds.

    Texts need nothing but themselves to be read: while that is done, records behind them are decoded.
    """

    def __init__(self, fold: Fold, begin: Begin) -> None:
        self._fold = fold
        self._begin = begin
        self._versions: dict[str, bytes] = {}
        """Those to be taken up next."""
        self._reading: tuple[Returned, Callable[[], list[Trace]]] | None = None
        self.clock: ShardClock | None = None

    def take(self, record: Record) -> None:
        kind, _, name = (record.key or b"").decode().partition(":")
        if kind == "version":
            self._take_version(name, record.value)
        elif kind == "story":
            self._fold.stories.drop(name)
            if record.value is not None:
                self._fold.stories.put_encoded(wire.decode(Cluster, record.value), record.value)
        elif record.value is not None:
            self.clock = wire.decode(ShardClock, record.value)

    def settle(self) -> None:
        """Take up all that was read so far."""
        self._take_up()
        self._find()

    def finish(self) -> ShardClock | None:
        """How far the shard had come."""
        self.settle()
        return self.clock

    def _take_version(self, name: str, value: bytes | None) -> None:
        self._versions.pop(name, None)  # what holds comes last
        if value is None:
            self._find()
            self._fold.forget_again(name)
            return
        self._versions[name] = value
        if len(self._versions) >= _RESTORED_AT_ONCE:
            self._take_up()

    def _take_up(self) -> None:
        returned = self._fold.remember_again(self._versions.values())
        self._versions = {}
        self._find()
        self._reading = returned, self._begin(lambda: self._fold.traces(returned))

    def _find(self) -> None:
        """Let those be found whose texts were being read."""
        if self._reading is not None:
            returned, traces = self._reading
            self._reading = None
            self._fold.find_again(returned, traces())


class DedupService:
    """The definition the run loop takes. `ranges`: key ranges of the candidate search.

    `open_store`: where what a task remembers lies encoded; in memory, unless it is told otherwise.
    `foresights`: what a batch found out of a shard's sightings beforehand, by its number. `changelog`: off
    where nobody goes on from what a task came to. `begin`: how texts are read where a state is restored.
    """

    name = "dedup"
    inputs = ("articles",)

    def __init__(
        self,
        settings: DedupSettings | None = None,
        *,
        ranges: int = 1,
        open_store: OpenStore = HeapStore,
        foresights: Mapping[int, Foresight] = MappingProxyType({}),
        changelog: bool = True,
        begin: Begin = at_once,
    ) -> None:
        self._begin = begin
        self.changelog: str | None = _STATE if changelog else None
        self._settings = settings or DedupSettings()
        self._ranges = ranges
        self._open_store = open_store
        self._foresights = foresights

    def task(self, number: int) -> DedupTask:
        return DedupTask(
            number,
            self._settings,
            ranges=self._ranges,
            open_store=self._open_store,
            foresight=self._foresights.get(number),
            changelog=self.changelog is not None,
            begin=self._begin,
        )

    def feeder(self, task: Task, number: int) -> Feeder | None:  # noqa: ARG002 - the log is all there is
        return None
