"""The whole dedup stage without a bus: encoded records in, encoded records out, cut where one likes.

`Shard` keeps what a log would keep: the records that were published, and of the changelog the last
record of each key. So it can lose its task anywhere and go on from what a restart would find.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple

from services.contracts import wire
from services.contracts.articles import Article, Watermark
from services.contracts.clusters import Cluster
from services.contracts.relations import Verdict
from services.contracts.topics import Sharding, shard_of
from services.dedup.service import DedupService
from services.dedup.settings import DedupSettings
from services.stream.bus import Output, Partition, Record
from services.stream.service import Step

BATCH = 256
_CLOCK = b"clock"
_BLOCK = 64
_WAITING = 8
_MOMENT = timedelta(microseconds=1)
_FRACTIONS = (0.13, 0.29, 0.51, 0.68, 0.89)  # off the batch borders, where the reader is busy


class Decided(NamedTuple):
    """What dedup said of some articles."""

    verdicts: dict[str, Verdict]
    """The latest by article id."""
    clusters: dict[str, Cluster]
    """Standing stories by id."""
    state: dict[bytes, bytes]
    """The compacted changelog."""
    digest: str
    """Of every published record in its topic's order, and of the changelog as it stands."""


def by_shard(articles: Sequence[Article], sharding: Sharding = "one") -> dict[int, list[Record]]:
    """Each shard's input: articles by (first seen, id), a watermark behind every few of them.

    A watermark leaves the last articles before it waiting, as a busy log does; the last one does not.
    """
    groups: dict[int, list[Article]] = defaultdict(list)
    for article in sorted(articles, key=lambda one: (one.first_seen_at, one.article_id)):
        groups[shard_of(article.language, sharding)].append(article)
    return {number: records_of(group, number) for number, group in sorted(groups.items())}


def records_of(articles: Sequence[Article], number: int, *, first: int = 0) -> list[Record]:
    """The same for articles of one shard in their order, from offset `first` on."""
    values: list[Article | Watermark] = []
    for start in range(0, len(articles), _BLOCK):
        block = articles[start : start + _BLOCK]
        last = start + _BLOCK >= len(articles)
        at = block[-1].first_seen_at if last else block[-_WAITING].first_seen_at - _MOMENT
        values += [*block, Watermark(origin=0, origins=1, at=at)]
    return [_record(value, number, offset) for offset, value in enumerate(values, first)]


def _record(value: Article | Watermark, number: int, offset: int) -> Record:
    key, at = (
        (value.article_id, value.first_seen_at) if isinstance(value, Article) else ("watermark", value.at)
    )
    headers = wire.headers(value, id=key, source="ingest", time=at)
    return Record(Partition("articles", number), offset, key.encode(), wire.encode(value), headers, 0)


class Ledger:
    """Of all that a shard publishes and keeps, the bytes."""

    def __init__(self) -> None:
        self._published = {topic: hashlib.sha256() for topic in ("relations", "clusters")}
        self.state: dict[bytes, bytes] = {}
        """The compacted changelog."""

    def take(self, record: Output | Record) -> None:
        key, value = record.key or b"", record.value
        if record.partition.topic != "dedup-state":
            headers = [part for name, told in record.headers for part in (name.encode(), told)]
            self._published[record.partition.topic].update(_framed(key, value or b"", *headers))
        elif value is None:
            self.state.pop(key, None)
        else:
            self.state[key] = value

    def digest(self, *, clock: bool = True) -> str:
        """Of every published record in its topic's order, and of the changelog as it stands. Its clock names
        an offset, which on another bus is another one.
        """
        whole = hashlib.sha256()
        for published in self._published.values():
            whole.update(published.digest())
        for key, value in sorted(self.state.items()):
            if clock or key != _CLOCK:
                whole.update(_framed(key, value))
        return whole.hexdigest()


class Shard:
    """One task with its log."""

    def __init__(self, number: int, settings: DedupSettings | None = None, *, ranges: int = 1) -> None:
        self._service = DedupService(settings, ranges=ranges)
        self._number = number
        self._ledger = Ledger()
        self.task = self._service.task(number)
        self.verdicts: dict[str, Verdict] = {}
        self.clusters: dict[str, Cluster] = {}

    def run(self, records: Sequence[Record], *, cuts: Collection[int] = (), batch: int = BATCH) -> None:
        """Take `records`; at each offset in `cuts` lose the task and go on from what is committed."""
        position = 0
        for stop in sorted({*range(batch, len(records), batch), *cuts, len(records)}):
            step = self.task.step(records[position:stop])
            self.keep(step)
            position = stop
            if stop in cuts:
                self._restart()
                position = (step.consumed or {}).get(Partition("articles", self._number), stop)

    def keep(self, step: Step) -> None:
        for output in step.outputs:
            self._ledger.take(output)
            if output.partition.topic != "dedup-state":
                self._read(output)

    def decided(self) -> Decided:
        return Decided(self.verdicts, self.clusters, self._ledger.state, self._ledger.digest())

    def _restart(self) -> None:
        self.task = self._service.task(self._number)
        partition = Partition("dedup-state", self._number)
        for offset, (key, value) in enumerate(self._ledger.state.items()):
            self.task.restore(Record(partition, offset, key, value, (), 0))

    def _read(self, output: Output) -> None:
        value = output.value or b""
        if output.partition.topic == "relations":
            verdict = wire.decode(Verdict, value)
            self.verdicts[verdict.article_id] = verdict
            return
        cluster = wire.decode(Cluster, value)
        self.clusters.pop(cluster.story_id, None)
        if not cluster.merged_into:
            self.clusters[cluster.story_id] = cluster


def decide(
    articles: Sequence[Article], settings: DedupSettings | None = None, *, ranges: int = 1, cut: bool = False
) -> Decided:
    """Run all shards over `articles`, each cut and resumed at five places if `cut`."""
    parts = []
    for number, records in by_shard(articles).items():
        shard = Shard(number, settings, ranges=ranges)
        shard.run(records, cuts={round(len(records) * share) for share in _FRACTIONS} if cut else ())
        parts.append(shard.decided())
    return together(parts)


def together(parts: Sequence[Decided]) -> Decided:
    """What several shards said, as one."""
    whole = Decided({}, {}, {}, hashlib.sha256("".join(part.digest for part in parts).encode()).hexdigest())
    for part in parts:
        whole.verdicts.update(part.verdicts)
        whole.clusters.update(part.clusters)
        whole.state.update(part.state)
    return whole


def _framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)
