"""Spread over many processes, killed and moved: the same bytes as one process."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts import wire
from services.contracts.spread import StageBlock
from services.contracts.topics import SPREAD, TOPICS
from services.dedup import pairs
from services.dedup.foresight import Unforeseen
from services.dedup.relations.relate import relate
from services.dedup.roles import ROLES
from services.dedup.spread import blocks
from services.dedup.spread.fold import task as fold
from services.dedup.spread.layout import LANES, SPAN
from services.dedup.spread.plan import cut
from services.dedup.spread.stages import stage
from services.stream.bus import Output, Partition, TopicSpec
from services.stream.memory import MemoryBus
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from tests.integration.dedup.crowd import INPUT, Crowd
from tests.integration.dedup.newsroom import five
from tests.integration.dedup.shard import Shard, Value, promised, record
from tests.integration.dedup.test_same_bytes import DEMO, logs
from tests.unit.dedup.pieces import SETTINGS, article, prose

Bytes = dict[str, list[tuple[bytes | None, bytes | None]]]


def by_one(log: list[Value]) -> tuple[Bytes, dict[bytes, bytes]]:
    """What one process publishes, and what its changelog keeps."""
    shard = Shard(log).run(batch=16)
    published = {topic: [(o.key, o.value) for o in found] for topic, found in shard.published().items()}
    return published, shard.kept()


@given(logs(prompt=True), st.integers(0, 1_000_000), st.sampled_from([0.0, 0.1]), st.booleans())
@settings(max_examples=6)
def test_in_whatever_order_stages_work_and_whoever_is_killed(
    log: list[Value], seed: int, kill: float, imaged: bool
) -> None:
    crowd = Crowd(seed=seed).write(log).settle(batch=6, steps=40)
    crowd = crowd.image() if imaged else crowd
    crowd.settle(batch=6, kill=kill)
    assert (crowd.published(), crowd.kept()) == by_one(log)


def test_moving_to_a_spread_dedup_and_back_changes_no_byte() -> None:
    third = len(DEMO) // 3
    crowd = Crowd(seed=5).run_roles(["dedup"]).write(DEMO[:third]).settle(batch=9)
    crowd.run_roles(ROLES).write(DEMO[third : 2 * third]).settle(batch=9, steps=150)
    crowd.write(DEMO[2 * third : -9]).settle(batch=9, kill=0.02)
    crowd.run_roles(["dedup"]).write(DEMO[-9:]).settle(batch=9)
    assert (crowd.published(), crowd.kept()) == by_one(DEMO)


def test_lanes_that_have_nothing_hold_nobody_up_and_ask_each_other_across_spans() -> None:
    """More rows than a lane takes in a run, in few days: copies of what lies in another lane."""
    pieces = [
        article(
            prose(("piece", number % (SPAN + 40)), 60),
            f"/{number}",
            source=f"s{number % 7}",
            hours=number // 30,
        )
        for number in range(2 * SPAN + 20)
    ]
    log = promised(pieces, every=60)
    crowd = Crowd(seed=2).write(log).settle(batch=256)
    assert (crowd.published(), crowd.kept()) == by_one(log)
    told = [wire.decode(StageBlock, each.value or b"").kind for each in crowd.log[Partition("answers", 0)]]
    assert "looked" in told


def test_what_was_looked_at_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def watched(*given: object, **named: object) -> object:
        looked.append(1)
        return relate(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(pairs, "relate", watched)
    log = promised(five())
    alone = by_one(log)
    by_itself = len(looked)
    looked.clear()
    crowd = Crowd(seed=1).write(log).settle()
    assert crowd.published() == alone[0]
    assert by_itself > 0
    assert len(looked) < by_itself / 2


def test_a_fold_that_waits_for_answers_takes_no_more_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold, "MOST_WAITING", 3)
    log = promised(five())
    given = [record(value, offset) for offset, value in enumerate(log)]
    task = fold.FoldTask(0, SETTINGS)
    assert task.step(given[:2]).full == frozenset()
    assert task.step(given[2:4]).full == {INPUT}
    crowd = Crowd(seed=1).write(log).settle()
    answers = crowd.log[Partition("answers", 0)]
    assert task.step(answers).full == frozenset()


def test_a_fold_that_is_told_of_another_order_of_reading_stops() -> None:
    first, second = article(prose("one", 60), "/a"), article(prose("two", 60), "/b", hours=1)
    crowd = Crowd().write(promised([first, second])).settle(steps=1)
    crowd.run_roles(["plan", "sign", "range", "pair"]).settle()
    other = replace(second, version_id="0" * 32)
    crowd.log[INPUT][2] = record(other, 2)
    with pytest.raises(Unforeseen):
        crowd.run_roles(["fold"]).settle()


@pytest.mark.parametrize("part_bytes", [1, 3_000])
def test_what_grows_with_how_many_texts_are_alike_is_told_in_parts(
    part_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = [prose(("line", line), 12) for line in range(8)]
    pieces = [
        article(
            "\n".join([*body[number % 3 :], prose(("own", number), 40)]),
            f"/{number}",
            source=f"s{number % 7}",
            hours=number // 30,
        )
        for number in range(40)
    ]
    log = promised(pieces, every=20)
    monkeypatch.setattr(blocks, "PART_BYTES", part_bytes)
    monkeypatch.setattr(cut, "_SPAN_TEXT", 6_000)
    crowd = Crowd(seed=4).write(log).settle(batch=60)
    assert (crowd.published(), crowd.kept()) == by_one(log)
    found = [
        wire.decode(StageBlock, each.value or b"")
        for topic, numbers in (("answers", 1), ("pairs", LANES), ("spans", LANES))
        for number in range(numbers)
        for each in crowd.log[Partition(topic, number)]
    ]
    spans = [blocks.body_of(each, blocks.Span) for each in found if each.kind == "span"]
    assert max(sum(len(row.article.text) for row in span.rows) for span in spans) <= 6_000
    told = [blocks.body_of(each, blocks.Answer) for each in found if each.kind == "answer"]
    assert any(not each.is_last for each in told)
    assert any(len(each.rows) > 1 for each in told) is (part_bytes > 1)
    pairs = [blocks.body_of(each, blocks.SharedKeys) for each in found if each.kind == "shared"]
    assert max(len(each.counts) // 4 for each in pairs) <= max(1, part_bytes // 20)


async def test_all_roles_run_as_services_on_a_bus() -> None:
    bus = MemoryBus()
    await bus.start()
    await bus.create(
        [TopicSpec(name=t.name, partitions=t.partitions, compact=t.compact) for t in (*TOPICS, *SPREAD)]
    )
    writer = await bus.writer("ingest", ("feeds",), 0)
    records = [record(value, place) for place, value in enumerate(DEMO)]
    await writer.publish([Output(INPUT, r.key, r.value, r.headers, 1) for r in records], consumed={})
    runners = [Runner(stage(role, SETTINGS), bus) for role in ROLES]
    expected, _ = by_one(DEMO)
    wanted = len(expected["relations"])
    async with RunnerGroup(runners), asyncio.timeout(60):
        while await bus.end(Partition("relations", 0)) < wanted:  # noqa: ASYNC110 - a bus tells nobody
            await asyncio.sleep(0.05)
    for topic, found in expected.items():
        read = await bus.read(Partition(topic, 0), 0, max_records=10_000)
        assert [(each.key, each.value) for each in read] == found
    await bus.close()


def test_what_is_shown_again_in_the_step_that_reads_it_is_asked_for_behind_it() -> None:
    first, second = article(prose("one", 60), "/a"), article(prose("two", 60), "/a")
    log = promised([first, second, replace(first, first_seen_at=first.first_seen_at + timedelta(hours=1))])
    crowd = Crowd(seed=1).write(log).settle()
    assert (crowd.published(), crowd.kept()) == by_one(log)


@pytest.mark.parametrize("first", [0, 2])
def test_what_is_shown_again_after_more_than_two_windows_is_compared_with_what_is_as_old(first: int) -> None:
    """Two addresses that show two texts by turns, one from turn `first` on: versions of a quarter ago, or of
    which only one is so old that it is forgotten where keys are.
    """
    shown = []
    for turn in range(9):
        shown.append(article(prose(("half", turn % 2), 120), "/a", source="one", hours=24 * 13 * turn))
        if turn >= first:
            text = f"{prose(('half', turn % 2), 120)}\n\n{prose('other', 30)}"
            shown.append(article(text, "/b", source="other", hours=24 * 13 * turn + 1))
        shown.append(article(prose(turn, 60), f"/new/{turn}", hours=24 * 13 * turn + 2))
    log, crowd = promised(shown), Crowd(seed=1)
    for value in log:
        crowd.write([value]).settle()
    assert (crowd.published(), crowd.kept()) == by_one(log)
