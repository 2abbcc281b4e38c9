"""Calibrate: the stages of dedup one after the other over the same articles, each timed.

The stages are those of a batch, with lists for an engine; beside them dedup as one process does it.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from bench.shard import BATCH, records_of
from bench.simulate.costs import Costs
from services.console.tuning import tuned
from services.contracts import ids, wire
from services.contracts.articles import Article, Watermark
from services.dedup import kernels
from services.dedup.batch.answers import Answers
from services.dedup.batch.context import TaskContext
from services.dedup.batch.engine import Data, Key, Lists
from services.dedup.batch.flow import RANGES
from services.dedup.batch.look import LOOKED, look
from services.dedup.batch.plan import Plan
from services.dedup.batch.rows import SIGNED, Table
from services.dedup.batch.stages import join, sight, sign, sum_up
from services.dedup.batch.store import HeapStore
from services.dedup.foresight import Foresight
from services.dedup.search.route import GROUPS, Block
from services.dedup.service import DedupTask
from services.dedup.settings import DedupSettings
from services.enrich.service import EnrichService
from services.stream.bus import Output, Record

SIGN, RANGE, PAIR, FOLD, DEDUP, ENRICH = "sign", "range", "pair", "fold", "dedup", "enrich"
STAGES = (SIGN, RANGE, PAIR, FOLD, DEDUP, ENRICH)
WARM = 300
"""Articles that are folded first, so that all is loaded."""
COPIES = 256
"""Of one story, in two halves: what a copy costs grows with those before it."""


def calibrate(articles: Sequence[Article], copy: str) -> Costs:
    tuned()
    kernels.use(now=True)
    Passage(articles[:WARM])
    river, again = Passage(articles), Passage(articles)
    half, story = (Passage(copies(articles, number)) for number in (COPIES // 2, COPIES))
    grown = {name: _line(half.us(name), story.us(name)) for name in STAGES}
    return Costs(
        articles=len(articles),
        copy=copy,
        words=float(np.mean([len(article.text.split()) for article in articles])),
        looks=sum(river.looks_each) / len(articles),
        stage_us={name: min(river.us(name), again.us(name)) for name in STAGES},
        story_us=grown,
        story_bytes=_line(half.bytes["clusters"] / half.articles, story.bytes["clusters"] / story.articles),
        keys=float(river.groups.sum()) / len(articles),
        key_shares=(river.groups / river.groups.sum()).tolist(),
        hop_bytes={name: size / len(articles) for name, size in river.bytes.items()},
    )


def _line(half: float, whole: float) -> tuple[float, float]:
    """Of two means, over so many copies and over twice as many: the first copy, and more for each before."""
    slope = max(0.0, (whole - half) / (COPIES / 4))
    return max(0.0, whole - slope * COPIES / 2), slope


def copies(articles: Sequence[Article], count: int) -> list[Article]:
    """One article told by so many houses, each with a first sentence of another article before it."""
    story = articles[len(articles) // 2]
    second = timedelta(seconds=1)
    told = []
    for number in range(count):
        url = f"https://copy{number}.example/story"
        identity = ids.article_id(url)
        own = articles[number % len(articles)].text.partition(". ")[0]
        text = f"{own}. {story.text}"
        version = ids.version_id(identity, story.title, text)
        told.append(
            replace(
                story,
                article_id=identity,
                version_id=version,
                url=url,
                source=f"copy{number}",
                text=text,
                first_seen_at=story.first_seen_at + number * second,
            )
        )
    return told


class Passage:
    """Articles on their way through all stages; what was spent on them and how large they were."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = len(articles)
        self._spent: defaultdict[str, float] = defaultdict(float)
        self.bytes: defaultdict[str, int] = defaultdict(int)
        self.groups = np.zeros(GROUPS, np.int64)
        records = records_of(articles, 0)
        self.bytes["articles"] = sum(len(record.value or b"") for record in records)
        store = HeapStore()
        table = _plan(records, store)
        self._stages(table, store)
        self.looks_each = [len(looks) for span in _decoded(store, LOOKED, table) for looks in span]
        self._fold(FOLD, records, Answers(store, table))
        self._enrich(self._fold(DEDUP, records, None))

    def us(self, name: str) -> float:
        """CPU an article."""
        return 1e6 * self._spent[name] / self.articles

    @contextmanager
    def _spending(self, name: str) -> Iterator[None]:
        began = time.process_time()
        yield
        self._spent[name] += time.process_time() - began

    def _stages(self, table: Table, store: HeapStore) -> None:
        settings, engine = DedupSettings(), Lists()
        opened = partial(_same, TaskContext(settings, store, table))
        with self._spending(SIGN):
            seen = engine.spread(table.spans).each(partial(sight, opened))
            engine.by_owner(seen, partial(sum_up, opened), len({span.day for span in table.spans})).collect()
            keys = engine.spread(table.spans).each(partial(sign, opened, RANGES))
        self._weigh("keys", keys)
        self.groups += _groups(keys)
        with self._spending(RANGE):
            pairs = engine.by_owner(keys, partial(join, opened), RANGES)
        self._weigh("shared keys", pairs)
        with self._spending(PAIR):
            engine.by_owner(pairs, partial(look, opened), len(table.spans)).collect()
        for kind in (SIGNED, "paired", LOOKED):
            size = sum(len(store.get(kind, span.number)) for span in table.spans)
            self.bytes["signatures" if kind == SIGNED else "answers"] += size

    def _weigh(self, hop: str, data: Data[Any]) -> None:
        for _, value in data.collect():
            self.bytes[hop] += sum(part.nbytes for part in value if isinstance(part, np.ndarray))

    def _fold(self, name: str, records: Sequence[Record], foresight: Foresight | None) -> list[Output]:
        task = DedupTask(0, DedupSettings(), foresight=foresight)
        found: list[Output] = []
        for start in range(0, len(records), BATCH):
            with self._spending(name):
                step = task.step(records[start : start + BATCH])
            found += step.outputs
        return found

    def _enrich(self, outputs: Sequence[Output]) -> None:
        for output in outputs:
            self.bytes[output.partition.topic] += len(output.value or b"")
        task = EnrichService().task(0)
        stories = [one for one in outputs if one.partition.topic == "clusters"]
        records = [
            Record(one.partition, at, one.key, one.value, one.headers, 0) for at, one in enumerate(stories)
        ]
        for start in range(0, len(records), BATCH):
            with self._spending(ENRICH):
                step = task.step(records[start : start + BATCH])
            for output in step.outputs:
                self.bytes[output.partition.topic] += len(output.value or b"")


def _same(context: TaskContext) -> TaskContext:
    return context


def _plan(records: Iterable[Record], store: HeapStore) -> Table:
    plan = Plan(DedupSettings(), store)
    for record in records:
        value = wire.read(dict(record.headers), record.value or b"")
        assert isinstance(value, Article | Watermark)
        plan.take(value)
    return plan.table()


def _groups(keys: Data[tuple[Key, Block]]) -> np.ndarray:
    found = np.concatenate([block.keys >> np.uint64(57) for _, block in keys.collect()])
    return np.bincount(found.astype(np.int64), minlength=GROUPS)


def _decoded(store: HeapStore, kind: str, table: Table) -> Iterator[list[Any]]:
    for span in table.spans:
        yield msgspec.msgpack.decode(store.get(kind, span.number))
