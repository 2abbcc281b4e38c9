"""enrich as the run loop sees it: `clusters` in, stories, their changes, events and storylines out.

A cluster record says everything about a story but for what its texts say, and a story's revision is the
cluster's. What the texts said as they came by, and which stories tell of one happening, is the state,
kept in a changelog.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple, cast

import msgspec

from services.contracts import wire
from services.contracts.canaries import CanaryCluster
from services.contracts.clusters import Cluster
from services.contracts.events import Event, EventReport, EventState, StorylineState
from services.contracts.facts import ArticleFacts
from services.contracts.stories import Preference, Story
from services.contracts.topics import CANARY
from services.enrich import kernels
from services.enrich.embedder import Embedder
from services.enrich.events.desk import EventChanges, EventDesk
from services.enrich.extensions import NONE, Extensions
from services.enrich.extractor import Extractor
from services.enrich.latest import Latest
from services.enrich.memory import Learned, Memory
from services.enrich.story import change, story
from services.stream.bus import Output, Partition, Record
from services.stream.service import Feeder, Poison, Step, Task

_STATE = "enrich-state"
_TOLD = ("story-changes", "stories", "events", "storylines")
_FACTS = "facts"
Kept = ArticleFacts | EventReport | EventState | StorylineState
Remembered = tuple[Kept | None, datetime, int]
"""What the changelog takes under a key, with the time and the revision of what was told; None: forgotten."""
_KINDS: dict[str, type[Kept]] = {
    _FACTS: ArticleFacts,
    "report": EventReport,
    "event": EventState,
    "storyline": StorylineState,
}
"""What lies under a key of the changelog, by what stands before the colon."""
_FAILURES = "extension_failures_total"
_CANARY = ("ce_type", wire.ce_type(CanaryCluster).encode())


class Told(NamedTuple):
    """A story, which is encoded at once: what is fresh costs half."""

    outputs: list[Output]
    at: datetime
    revision: int


class EnrichTask:
    def __init__(
        self,
        number: int,
        prefer: Preference = "original",
        extensions: Extensions = NONE,
        *,
        changelog: bool = True,
    ) -> None:
        self._number = number
        self._keeps_changelog = changelog
        self._partitions = {topic: Partition(topic, number) for topic in (*_TOLD, _STATE)}
        self._latest = Latest(prefer)
        self._extractor = Extractor(extensions.extract)
        self._embedder = Embedder(extensions.embed) if extensions.embed else None
        self._memory = Memory(self._extractor)
        self._events = EventDesk(self._embedder, restored=changelog)
        self._restoring: dict[bytes, Kept] | None = None

    def restore(self, record: Record) -> None:
        restoring = self._restoring = {} if self._restoring is None else self._restoring
        key = record.key or b""
        if record.value is None:
            restoring.pop(key, None)
        else:
            restoring[key] = wire.decode(_KINDS[key.partition(b":")[0].decode()], record.value)

    def restored(self) -> None:
        kept, self._restoring = self._restoring, None
        happenings = []
        for one in (kept or {}).values():
            if isinstance(one, ArticleFacts):
                self._memory.restore(one)
            else:
                happenings.append(one)
        self._events.restore(happenings)

    def held(self) -> int:
        return 0

    def step(self, records: Sequence[Record]) -> Step:
        """Raises `Poison` before any output.

        Each kind of work is done of all clusters before the next, so that the processor has at hand what it
        takes.
        """
        taken = [self._decode(record) for record in records]
        kernels.note_texts(len(taken))
        clusters = [cluster for cluster in taken if isinstance(cluster, Cluster)]
        sung = sum(isinstance(cluster, CanaryCluster) for cluster in taken)
        outcomes = {"published": len(taken) - sung, "canary": sung}
        learned = self._memory.take(clusters)
        told = list(map(self._tell, clusters, learned))
        changes = [
            self._events.take(cluster, known.articles)
            for cluster, known in zip(clusters, learned, strict=True)
        ]
        outputs = (
            [*one.outputs, *self._happenings(changed)] for one, changed in zip(told, changes, strict=True)
        )
        of_all = (
            self._sung(one) if isinstance(one, CanaryCluster) else next(outputs) for one in taken if one
        )
        return Step(
            outputs=[
                *chain.from_iterable(of_all),
                *(self._state(told, learned, changes) if self._keeps_changelog else ()),
            ],
            outcomes={name: count for name, count in outcomes.items() if count},
            noted=self._noted(clusters),
            # How soon a canary comes is its own measure, and no newsroom waits for it.
            stamps=[
                record.timestamp_us
                for record, cluster in zip(records, taken, strict=True)
                if not isinstance(cluster, CanaryCluster)
            ],
        )

    def _noted(self, clusters: Sequence[Cluster]) -> dict[tuple[str, str], int]:
        noted: Counter[tuple[str, str]] = Counter(
            ("story_changes_total", cluster.change) for cluster in clusters
        )
        for name, function in (("extractor", self._extractor), ("embedder", self._embedder)):
            if function is not None and (failed := function.failures.take()):
                noted[_FAILURES, name] = failed
        return noted

    def _decode(self, record: Record) -> Cluster | CanaryCluster | None:
        if record.value is None:
            return None
        try:
            if _CANARY in record.headers:
                return wire.decode(CanaryCluster, record.value)
            cluster = wire.decode(Cluster, record.value)
        except msgspec.MsgspecError as error:
            raise Poison("undecodable", str(error)) from error
        if not cluster.members:
            raise Poison("empty-story", f"story {cluster.story_id} has no member")
        return cluster

    def _tell(self, cluster: Cluster, learned: Learned) -> Told:
        told = self._latest.story(cluster, learned.articles)
        at, revision = told.last_seen_at, told.revision
        current = self._output("stories", told.story_id, told, at, revision)
        # As it is encoded already: it is the most of the change.
        within = cast(Story, msgspec.Raw(current.value or b""))
        step = change(cluster, within, learned.update)
        outputs = [self._output("story-changes", told.story_id, step, at, revision), current]
        if told.merged_into:
            outputs.append(self._output("stories", told.story_id, None, at))
        return Told(outputs, at, revision)

    def _state(
        self, stories: Sequence[Told], learned: Sequence[Learned], changes: Sequence[EventChanges]
    ) -> list[Output]:
        """The last record of each key."""
        state: dict[str, Remembered] = {}
        for told, known, changed in zip(stories, learned, changes, strict=True):
            for article, facts in known.kept.items():
                state[f"{_FACTS}:{article}"] = facts, told.at, told.revision
            for key, kept in changed.kept.items():
                state[key] = kept, told.at, told.revision
        return [self._output(_STATE, key, *kept) for key, kept in state.items()]

    def _happenings(self, changes: EventChanges) -> list[Output]:
        outputs = []
        for told, at in changes.told:
            if isinstance(told, Event):
                topic, key, ended = "events", told.event_id, bool(told.merged_into)
            else:
                topic, key, ended = "storylines", told.storyline_id, not told.events
            outputs.append(self._output(topic, key, told, at, told.revision))
            if ended:
                outputs.append(self._output(topic, key, None, at))
        return outputs

    def _sung(self, cluster: CanaryCluster) -> list[Output]:
        """Where only ingest looks. Stamped by the bus: when it came is what is asked."""
        told = story(cluster.cluster)
        id_ = f"{told.story_id}:{told.last_seen_at.isoformat()}"
        headers = wire.headers(told, id=id_, source="enrich", time=told.last_seen_at)
        return [Output(Partition(CANARY, self._number), told.story_id.encode(), wire.encode(told), headers)]

    def _output(
        self, topic: str, key: str, value: msgspec.Struct | None, at: datetime, revision: int = 0
    ) -> Output:
        partition, stamp = self._partitions[topic], wire.microseconds(at)
        if value is None:
            return Output(partition, key.encode(), None, (), stamp)
        headers = wire.headers(value, id=f"{key}:{revision}", source="enrich", time=at)
        return Output(partition, key.encode(), wire.encode(value), headers, stamp)


class EnrichService:
    """The definition the run loop takes. `changelog`: off where nobody goes on from what a task came to."""

    name = "enrich"
    inputs = ("clusters",)

    def __init__(
        self, prefer: Preference = "original", extensions: Extensions = NONE, *, changelog: bool = True
    ) -> None:
        self.changelog: str | None = _STATE if changelog else None
        self._prefer = prefer
        self._extensions = extensions

    def task(self, number: int) -> EnrichTask:
        changelog = self.changelog is not None
        return EnrichTask(number, self._prefer, self._extensions, changelog=changelog)

    def feeder(self, task: Task, number: int) -> Feeder | None:  # noqa: ARG002 - the log is all there is
        return None
