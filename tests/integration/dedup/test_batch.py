"""What a batch finds out beforehand makes the fold quicker, and no byte of what it says another."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.relations import Relation
from services.dedup import kernels, pairs
from services.dedup.batch.answers import Answers
from services.dedup.batch.context import TaskContext
from services.dedup.batch.engine import Lists
from services.dedup.batch.flow import foresee
from services.dedup.batch.plan import Plan
from services.dedup.batch.store import HeapStore
from services.dedup.fold import Fold
from services.dedup.foresight import Unforeseen
from services.dedup.relations.forms import Unrelated
from services.dedup.relations.relate import relate
from services.dedup.search.profile import Profile
from services.dedup.search.sightings import Bound, Sightings
from tests.integration.dedup.newsroom import demo, five
from tests.integration.dedup.shard import Shard, Value, promised
from tests.integration.dedup.test_same_bytes import logs
from tests.unit.dedup.pieces import SETTINGS


def laid_down(log: Sequence[Value]) -> TaskContext:
    """The sightings of a log as rows, and what its stages have at hand."""
    store = HeapStore()
    plan = Plan(SETTINGS, store)
    for value in log:
        plan.take(value)
    return TaskContext(SETTINGS, store, plan.table())


def foreseen(log: Sequence[Value], *, ranges: int = 4) -> Answers:
    context = laid_down(log)
    return foresee(context.table, lambda: context, Lists(), ranges=ranges)


def run_with(log: list[Value], foresight: Answers, batch: int = 256) -> Shard:
    """Goes on as one process where something was not foreseen."""
    shard = Shard(log, foresight=foresight)
    try:
        return shard.run(batch=batch)
    except Unforeseen:
        return shard.cut().run(batch=batch)


@given(logs(), st.integers(1, 16), st.sampled_from([1, 4, 16]))
@settings(max_examples=60)
def test_what_was_found_out_beforehand_changes_no_byte(log: list[Value], batch: int, ranges: int) -> None:
    expected = Shard(log).run(batch=1)
    shard = run_with(log, foreseen(log, ranges=ranges), batch)
    assert shard.published() == expected.published()
    assert shard.kept() == expected.kept()


@given(logs(prompt=True), st.integers(0, 16), st.integers(1, 5))
@settings(max_examples=30)
def test_one_process_goes_on_from_what_was_foreseen_as_from_its_own(
    log: list[Value], cut: int, batch: int
) -> None:
    seed = log[:cut]
    shard = Shard(log, foresight=foreseen(seed))
    try:
        shard.run(batch=batch, to=len(seed))
    except Unforeseen:
        shard.cut().run(batch=batch, to=len(seed))
    resumed, expected = shard.cut().run(batch=batch), Shard(log).run(batch=1)
    assert resumed.published() == expected.published()
    assert resumed.kept() == expected.kept()


def test_a_fold_that_reads_another_text_than_was_awaited_says_so_before_it_is_told() -> None:
    log = promised(demo())
    expected = Shard(log).run()
    context = laid_down(log)
    wrong = len(context.table.columns.opened) // 2
    context.table.columns.opened[wrong] = False
    shard = Shard(log, foresight=foresee(context.table, lambda: context, Lists()))
    with pytest.raises(Unforeseen):
        shard.run(batch=8)
    assert 0 < len(shard.outputs) < len(expected.outputs)
    shard.cut().run()
    assert shard.published() == expected.published()
    assert shard.kept() == expected.kept()


@pytest.mark.parametrize("compiled", [False, True])
def test_little_of_what_the_demo_asks_is_left_to_the_fold(
    compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = promised([*demo(), *five()])
    expected = Shard(log).run()
    kernels.use(now=compiled)
    try:
        answers = foreseen(log)
    finally:
        kernels.use(now=False)
    asked = Counter[str]()

    def counted(newer: Profile, older: Profile, *more: Any, **named: Any) -> Relation | Unrelated:
        asked["pairs"] += 1
        return relate(newer, older, *more, **named)

    monkeypatch.setattr(pairs, "relate", counted)
    assert Shard(log, foresight=answers).run().published() == expected.published()
    looked_at = sum(verdict.candidates for verdict in expected.all_verdicts())
    assert 0 < asked["pairs"] < looked_at / 4


@given(st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=40), max_size=4), st.integers(1, 30))
def test_samples_of_parts_of_a_day_are_joined_to_the_sample_of_the_day(
    parts: list[list[int]], most: int
) -> None:
    bound = Bound(dense=max(1, most // 2), most=most)
    whole, joined = Sightings(bound), Sightings(bound)
    for part in parts:
        hashes, piece = np.array(part, np.uint64), Sightings(bound)
        whole.add(hashes)
        piece.add(hashes)
        joined.join(piece)
    assert joined.level == whole.level
    assert sorted(joined.hashes().tolist()) == sorted(whole.hashes().tolist())


def test_what_was_found_out_beforehand_neither_goes_on_from_a_state_nor_leaves_one() -> None:
    log = promised(demo())
    whole = Fold(SETTINGS)
    recalling = Fold(SETTINGS, foresight=foreseen(log))
    with pytest.raises(Unforeseen, match="an image"):
        recalling.load(whole.save())
    with pytest.raises(Unforeseen, match="an image"):
        recalling.save()
