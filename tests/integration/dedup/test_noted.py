"""What dedup tells whoever counts, beside what it publishes."""

import gc
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from services.contracts.articles import Article
from services.dedup import kernels
from services.dedup.fold import Fold
from services.dedup.folded import Folded
from services.dedup.order import Due
from services.stream.bus import Record
from services.stream.service import Step
from tests.integration.dedup.newsroom import demo
from tests.integration.dedup.shard import Shard, Value, promised
from tests.integration.dedup.test_window import busy
from tests.unit.dedup.pieces import SETTINGS, START, article, prose


class Counted(Shard):
    """A shard that adds up what its steps note."""

    def __init__(self, log: list[Value]) -> None:
        super().__init__(log)
        self.noted: Counter[tuple[str, str]] = Counter()
        self.levels: dict[str, float] = {}
        step = self.task.step

        def counted(records: Sequence[Record]) -> Step:
            made = step(records)
            self.noted.update(made.noted)
            self.levels = made.levels
            return made

        self.task.step = counted  # type: ignore[method-assign]

    def of(self, metric: str) -> dict[str, int]:
        return {kind: count for (name, kind), count in self.noted.items() if name == metric}


def test_what_is_noted_adds_up_to_what_is_published() -> None:
    shard = Counted(promised(demo())).run(batch=7)
    assert isinstance(shard, Counted)
    verdicts = shard.verdicts().values()
    decided = shard.outcomes["story"] + shard.outcomes["screened"]
    assert sum(shard.of("articles_total").values()) == decided
    assert shard.of("articles_total")["new"] == len(verdicts)
    assert sum(shard.of("screened_total").values()) == shard.outcomes["screened"] > 0
    assert sum(shard.of("candidates").values()) == shard.outcomes["story"]
    last = Counter(relation.kind for verdict in verdicts for relation in verdict.relations)
    noted = shard.of("relations_total")
    assert noted.keys() >= last.keys()
    assert all(noted[kind] >= count for kind, count in last.items())


def test_levels_are_those_of_the_shard_after_the_step() -> None:
    shard = Counted(promised(demo())).run()
    assert isinstance(shard, Counted)
    stories = shard.stories().values()
    assert shard.levels["live_articles"] == len(shard.verdicts())
    assert shard.levels["state_records"] == shard.outcomes["story"] + shard.outcomes["screened"]
    assert shard.levels["stories_open"] == len(stories)
    assert shard.levels["story_articles_max"] == max(len(story.members) for story in stories) > 1
    assert shard.levels["reorder_buffer_records"] == 0
    last = max(one.first_seen_at for one in demo())
    assert shard.levels["watermark_timestamp_seconds"] == last.timestamp()


def test_what_waits_for_the_watermark_is_a_level_and_what_came_behind_it_is_noted() -> None:
    first, waiting = article(prose(1, 90), "/1"), article(prose(2, 90), "/2", hours=5)
    late = article(prose(3, 90), "/3", at=START - timedelta(hours=1))
    log = [*promised([first]), late, waiting]
    shard = Counted(log).run()
    assert isinstance(shard, Counted)
    assert shard.levels["reorder_buffer_records"] == 1
    assert shard.of("late_records_total") == {"": 1}


def test_a_version_brought_in_after_the_fact_is_no_news() -> None:
    shard = Counted(promised([replace(article(prose(1, 90)), backfill=True)])).run()
    assert isinstance(shard, Counted)
    assert shard.of("articles_total") == {"backfill": 1}


def test_the_estimate_of_memory_is_near_what_is_taken() -> None:
    def decoded(one: Article) -> Article:
        return replace(one, text="".join(list(one.text)))

    kernels.use(now=False)  # to load them is no part of what a state takes
    fold, pieces = Fold(SETTINGS), busy(3, a_day=60)
    fold.fold([Due(one, late=False) for one in pieces[:60]], Folded())
    gc.collect()
    tracemalloc.start()
    try:
        before, told_before = tracemalloc.get_traced_memory()[0], fold.levels()["state_bytes"]
        for one in pieces[60:]:
            fold.fold([Due(decoded(one), late=False)], Folded())
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    told = fold.levels()["state_bytes"] - told_before
    assert 0.6 * taken < told < 1.7 * taken


def test_what_left_the_window_weighs_nothing() -> None:
    fold = Fold(SETTINGS)
    empty = fold.window.bytes
    fold.fold([Due(one, late=False) for one in busy(3)], Folded())
    full = fold.window.bytes - empty
    assert fold.levels()["story_articles_max"] > 1
    fold.fold([Due(article(prose("last", 90), hours=24 * 90), late=False)], Folded())
    assert 0 < fold.window.bytes - empty < full / 10
    assert (fold.levels()["stories_open"], fold.levels()["story_articles_max"]) == (1, 1)
