"""The task as the run loop calls it: what it refuses, what it holds, what it takes up again."""

from collections.abc import Iterator
from datetime import date

import msgspec
import pytest

from services.contracts import wire
from services.contracts.articles import Watermark
from services.contracts.feeds import Feed
from services.contracts.sketches import Remembered, ShardClock
from services.dedup import kernels, service
from services.dedup.service import DedupService, DedupTask
from services.dedup.settings import DedupSettings
from services.stream.bus import Record
from services.stream.service import Poison, buffer
from tests.integration.dedup.shard import INPUT, STATE, Shard, promised, record
from tests.unit.dedup.pieces import SETTINGS, START, article, prose

PIECE = article(prose("report", 120))
FEED = Feed(feed_id="f", url="https://x.example/feed", source="x")


@pytest.fixture(autouse=True)
def _definitions_after() -> Iterator[None]:
    yield
    kernels.use(now=False)


def raw(value: bytes | None, headers: tuple[tuple[str, bytes], ...] = ()) -> Record:
    return Record(INPUT, 0, b"k", value, headers, 0)


def broken() -> list[tuple[Record, str]]:
    good = record(PIECE, 0)
    feed = wire.headers(FEED, id="f", source="t", time=START)
    return [
        (raw(None), "tombstone"),
        (raw(b"{}"), "undecodable"),
        (raw(b"not json", good.headers), "undecodable"),
        (raw(b'{"article_id": 1}', good.headers), "undecodable"),
        (raw(wire.encode(FEED), feed), "wrong-type"),
    ]


@pytest.mark.parametrize("number", range(5))
def test_input_that_can_never_be_used_is_refused_before_anything_has_changed(number: int) -> None:
    bad, reason = broken()[number]
    task = DedupTask(0, SETTINGS)
    with pytest.raises(Poison) as raised:
        task.step([record(PIECE, 0), bad])
    assert raised.value.reason == reason
    assert task.held() == 0
    assert task.step([record(PIECE, 0)]).outcomes == {}
    assert task.held() == 1


def test_nothing_is_written_while_there_is_nothing_to_say() -> None:
    task = DedupTask(0, SETTINGS)
    assert task.step([]).outputs == []
    assert task.step([record(PIECE, 0)]).outputs == []


def test_what_is_held_is_read_again_after_a_restart() -> None:
    task = DedupTask(0, SETTINGS)
    step = task.step([record(PIECE, 7)])
    assert (step.consumed, task.held()) == ({INPUT: 7}, 1)
    step = task.step([record(Watermark(origin=0, origins=1, at=START), 8)])
    assert (step.consumed, task.held()) == (None, 0)
    assert step.outcomes == {"watermark": 1, "story": 1}


def test_records_carry_what_a_reader_of_the_topics_needs() -> None:
    shard = Shard(promised([PIECE])).run()
    for output in [*shard.outputs, *shard.state.values()]:
        assert output.key
        assert output.partition.number == 0
        assert output.timestamp_us == 1_741_586_400_000_000
        assert wire.read(dict(output.headers), output.value or b"")
    topics = [output.partition.topic for output in shard.outputs]
    assert topics == ["relations", "clusters"]
    assert sorted(shard.state) == sorted(
        [b"clock", f"version:{PIECE.version_id}".encode(), b"story:" + (shard.outputs[1].key or b"")]
    )


def test_a_state_of_another_scheme_is_refused_with_what_to_do() -> None:
    state = Shard(promised([PIECE])).run().state[b"clock"]
    task = DedupTask(3, DedupSettings(seed=2))
    task.restore(Record(STATE, 0, state.key, state.value, state.headers, 0))
    with pytest.raises(ValueError, match=r"shard 3: .* keep the old ones or start anew"):
        task.step([])


def test_the_last_record_of_each_key_is_the_state() -> None:
    """A changelog that is not compacted yet."""
    state = Shard(promised([PIECE])).run().state
    clock = wire.decode(ShardClock, state[b"clock"].value or b"")
    older = msgspec.structs.replace(clock, decided=None)
    task = DedupTask(0, SETTINGS)
    forgotten = Record(STATE, 9, f"version:{PIECE.version_id}".encode(), None, (), 0)
    for offset, (key, value) in enumerate(
        [
            (b"clock", wire.encode(older)),
            *((key, output.value) for key, output in state.items()),
        ]
    ):
        task.restore(Record(STATE, offset, key, value, (), 0))
    task.restore(forgotten)
    assert task.step([record(PIECE, 3)]).outcomes == {"story": 1}


def seen(task: DedupTask) -> dict[str, bytes]:
    """What a task knows by number and by hash. Stories and records lie as they changed last."""
    task.step([])
    return {
        name: bytes(buffer(part))
        for name, part in task.save().items()
        if not name.startswith(("fold.stories", "fold.window.records"))
    }


@pytest.mark.parametrize("compiled", [False, True])
def test_a_state_of_the_changelog_lies_in_memory_as_that_of_the_running_task(
    monkeypatch: pytest.MonkeyPatch, *, compiled: bool
) -> None:
    kernels.use(now=compiled)
    pieces = [
        article(f"{prose(number // 3, 80)}\n{prose((number,), 60)}", f"/{number}", hours=7 * number)
        for number in range(20)
    ]
    shard = Shard(promised(pieces)).run(batch=8)
    running = seen(shard.task)
    assert seen(shard.cut().task) == running
    monkeypatch.setattr(service, "_RESTORED_AT_ONCE", 3)
    assert seen(shard.cut().task) == running


def test_a_version_that_a_changelog_has_twice_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_RESTORED_AT_ONCE", 1)
    state = Shard(promised([PIECE])).run().state
    key = f"version:{PIECE.version_id}".encode()
    shown = wire.decode(Remembered, state[key].value or b"")
    gone = msgspec.structs.replace(shown, current=False)
    once, twice = DedupTask(0, SETTINGS), DedupTask(0, SETTINGS)
    once.restore(Record(STATE, 0, key, wire.encode(gone), (), 0))
    for offset, known in enumerate([shown, gone]):
        twice.restore(Record(STATE, offset, key, wire.encode(known), (), 0))
    assert seen(once)["fold.novelty.slots"] == seen(twice)["fold.novelty.slots"]
    day = START.date().toordinal() - date(1970, 1, 1).toordinal()
    assert seen(once)[f"fold.novelty.{day}.held"] == seen(twice)[f"fold.novelty.{day}.held"]


def test_restoring_comes_before_any_step() -> None:
    task = DedupTask(0, SETTINGS)
    task.step([])
    with pytest.raises(AssertionError, match="before any step"):
        task.restore(Record(STATE, 0, b"clock", None, (), 0))


def test_the_service_names_its_topics_and_makes_a_task_a_shard() -> None:
    service = DedupService(ranges=4)
    task = service.task(2)
    assert (service.name, service.inputs, service.changelog) == ("dedup", ("articles",), "dedup-state")
    assert service.feeder(task, 2) is None
    step = task.step([record(PIECE, 0), record(Watermark(origin=0, origins=1, at=START), 1)])
    assert {output.partition.number for output in step.outputs} == {2}
