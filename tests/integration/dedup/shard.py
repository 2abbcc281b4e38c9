"""A shard of dedup on a log of its own: what it is given, what it publishes, what its changelog keeps."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from services.console.run.threads import begin_in_thread
from services.contracts import wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.contracts.clusters import Cluster
from services.contracts.relations import Verdict
from services.dedup.foresight import Foresight
from services.dedup.order import Sighting, rank, seen_at
from services.dedup.service import DedupTask
from services.dedup.settings import DedupSettings
from services.stream.bus import Output, Partition, Record
from services.stream.service import buffer
from tests.unit.dedup.pieces import SETTINGS

INPUT = Partition("articles", 0)
STATE = Partition("dedup-state", 0)
Value = Article | Withdrawal | Watermark


def record(value: Value, offset: int) -> Record:
    at = value.first_seen_at if isinstance(value, Article) else value.at
    key = f"watermark:{value.origin}" if isinstance(value, Watermark) else value.article_id
    headers = wire.headers(value, id=key, source="ingest", time=at)
    return Record(INPUT, offset, key.encode(), wire.encode(value), headers, 0)


def withdrawal(of: Article, at: datetime, note: str = "410 Gone") -> Withdrawal:
    return Withdrawal(
        article_id=of.article_id,
        version_id=of.version_id,
        url=of.url,
        source=of.source,
        language=of.language,
        at=at,
        note=note,
    )


def promised(sightings: Iterable[Sighting], *, every: int = 1) -> list[Value]:
    """Sightings in order of their time with a promise behind each `every` of them, and one at the end."""
    log: list[Value] = []
    ordered = sorted(sightings, key=rank)
    for number, sighting in enumerate(ordered, start=1):
        log.append(sighting)
        follower = seen_at(ordered[number]) if number < len(ordered) else None
        if number % every == 0 or follower is None:
            quiet = seen_at(sighting) if follower is None else follower - timedelta(microseconds=1)
            log.append(Watermark(origin=0, origins=1, at=max(quiet, seen_at(sighting))))
    return log


class Shard:
    """Runs a task over a log in batches, and starts it anew from its changelog where it is cut."""

    def __init__(
        self,
        log: Sequence[Value],
        *,
        ranges: int = 1,
        settings: DedupSettings = SETTINGS,
        foresight: Foresight | None = None,
    ) -> None:
        self._records = [record(value, offset) for offset, value in enumerate(log)]
        self._settings, self._ranges = settings, ranges
        self._position = self._committed = 0
        self.task = DedupTask(0, settings, ranges=ranges, foresight=foresight)
        self.outputs: list[Output] = []
        self.state: dict[bytes, Output] = {}
        self.outcomes: dict[str, int] = {}
        self._image: dict[str, bytes] = {}
        self._since: dict[bytes, Output] = {}
        """What the changelog keeps of what came behind the image."""
        self._standby: DedupTask | None = None

    def run(self, *, batch: int = 256, to: int | None = None) -> "Shard":
        end = len(self._records) if to is None else to
        while self._position < end:
            taken = self._records[self._position : min(end, self._position + batch)]
            self._position += len(taken)
            step = self.task.step(taken)
            self._publish(step.outputs)
            for outcome, count in step.outcomes.items():
                self.outcomes[outcome] = self.outcomes.get(outcome, 0) + count
            self._committed = self._position if step.consumed is None else step.consumed[INPUT]
        return self

    def image(self) -> "Shard":
        """Keep the state as it lies in memory: a task that is cut goes on from there."""
        self._image = {name: bytes(buffer(part)) for name, part in self.task.save().items()}
        self._since = {}
        return self

    def cut(self) -> "Shard":
        """Lose the task; a new one has what the changelog kept and reads on from what was committed.

        It reads texts beside, one that follows reads them at once.
        """
        self.task = DedupTask(0, self._settings, ranges=self._ranges, begin=begin_in_thread)
        kept = [output for output in self.state.values() if output.value is not None]
        if self._image:
            self.task.load(self._image)
            kept = list(self._since.values())
        for offset, output in enumerate(kept):
            self.task.restore(
                Record(STATE, offset, output.key, output.value, output.headers, output.timestamp_us)
            )
        if self._position:
            self._position = self._committed
        return self

    def stand_by(self) -> "Shard":
        """Let another task follow the changelog from here on, from the image or from nothing."""
        self._standby = DedupTask(0, self._settings, ranges=self._ranges)
        if self._image:
            self._standby.load(self._image)
        for output in (self._since if self._image else self.state).values():
            self._follow(output)
        return self

    def take_over(self) -> "Shard":
        """Lose the task; the one that followed reads on from what was committed."""
        assert self._standby is not None
        self.task, self._standby = self._standby, None
        if self._position:
            self._position = self._committed
        return self

    def _follow(self, output: Output) -> None:
        if self._standby is not None:
            self._standby.restore(
                Record(STATE, 0, output.key, output.value, output.headers, output.timestamp_us)
            )

    def _publish(self, outputs: Iterable[Output]) -> None:
        for output in outputs:
            if output.partition != STATE:
                self.outputs.append(output)
                continue
            assert output.key is not None
            self._follow(output)
            self.state.pop(output.key, None)
            self.state[output.key] = output
            self._since.pop(output.key, None)
            self._since[output.key] = output

    # ---- what came out

    def published(self) -> dict[str, list[Output]]:
        """By topic, in order: a topic's bytes are what must be equal."""
        topics: dict[str, list[Output]] = {"relations": [], "clusters": []}
        for output in self.outputs:
            topics[output.partition.topic].append(output)
        return topics

    def kept(self) -> dict[bytes, bytes]:
        """What the compacted changelog holds."""
        return {key: output.value for key, output in self.state.items() if output.value is not None}

    def verdicts(self) -> dict[str, Verdict]:
        """The last verdict on each URL."""
        return {verdict.url: verdict for verdict in self.all_verdicts()}

    def all_verdicts(self) -> list[Verdict]:
        return [wire.decode(Verdict, o.value) for o in self.published()["relations"] if o.value]

    def changes(self) -> list[Cluster]:
        return [wire.decode(Cluster, o.value) for o in self.published()["clusters"] if o.value]

    def stories(self) -> dict[str, Cluster]:
        """Rebuilt from the changes, closed ones included."""
        held: dict[str, Cluster] = {}
        for change in self.changes():
            held[change.story_id] = change
            if change.merged_into:
                del held[change.story_id]
        return held

    def families(self) -> set[frozenset[str]]:
        """The stories as sets of URLs."""
        return {frozenset(m.url for m in story.members) for story in self.stories().values()}


def digest(shard: Shard) -> bytes:
    return msgspec.json.encode([shard.published(), sorted(shard.kept().items())])
