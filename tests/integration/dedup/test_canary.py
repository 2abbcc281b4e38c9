"""With canaries on its log or without, a shard says the same of every article."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts import wire
from services.contracts.articles import Watermark
from services.contracts.canaries import CanaryArticle, CanaryCluster
from services.contracts.clusters import Cluster
from services.contracts.sketches import ShardClock
from services.dedup.canary import MOST_HELD
from services.dedup.service import DedupTask
from services.dedup.settings import DedupSettings
from services.ingest.canary import SOURCE, synthetic
from services.stream.bus import Output, Record
from services.stream.service import Step
from tests.integration.dedup.shard import INPUT, Value, record
from tests.integration.dedup.test_same_bytes import logs
from tests.unit.dedup.pieces import SETTINGS, START

CANARY = ("ce_type", wire.ce_type(CanaryCluster).encode())


def canary(hours: float, offset: int) -> Record:
    at = START + timedelta(hours=hours)
    value = CanaryArticle(article=synthetic(0, at))
    headers = wire.headers(value, id="1", source="ingest", time=at)
    return Record(INPUT, offset, b"canary", wire.encode(value), headers, 0)


def mark(hours: float, offset: int) -> Record:
    return record(Watermark(origin=0, origins=1, at=START + timedelta(hours=hours)), offset)


def run(records: Sequence[Record], batch: int) -> tuple[list[Output], dict[str, int], DedupTask]:
    task, outputs, outcomes = DedupTask(0, SETTINGS), list[Output](), dict[str, int]()
    for start in range(0, len(records), batch):
        step = task.step(records[start : start + batch])
        outputs += step.outputs
        for name, count in step.outcomes.items():
            outcomes[name] = outcomes.get(name, 0) + count
    return outputs, outcomes, task


def real(outputs: Sequence[Output]) -> dict[str, list[Output]]:
    """What was said of articles, by topic, and of the changelog the last record of each key.

    But for the clock: how far the log was read is another matter.
    """
    found = {"relations": list[Output](), "clusters": list[Output]()}
    state: dict[bytes | None, Output] = {}
    for one in outputs:
        if one.partition.topic == "dedup-state":
            state[one.key] = one
        elif CANARY not in one.headers:
            found[one.partition.topic].append(one)
    state.pop(b"clock", None)
    return found | {"dedup-state": [state[key] for key in sorted(state, key=str)]}


def clock(outputs: Sequence[Output]) -> ShardClock | None:
    values = [one.value for one in outputs if one.key == b"clock" and one.value]
    return msgspec.structs.replace(wire.decode(ShardClock, values[-1]), taken=0) if values else None


@given(
    logs(), st.lists(st.tuples(st.integers(0, 14), st.integers(0, 24 * 40)), max_size=6), st.integers(1, 8)
)
@settings(max_examples=40)
def test_articles_never_hear_of_a_canary(
    log: list[Value], flights: list[tuple[int, int]], batch: int
) -> None:
    plain = [record(value, offset) for offset, value in enumerate(log)]
    mixed: list[Record] = list(plain)
    for place, hours in flights:
        mixed.insert(place, canary(hours, 0))
    mixed = [msgspec.structs.replace(one, offset=offset) for offset, one in enumerate(mixed)]
    without, before, _ = run(plain, batch)
    with_them, after, task = run(mixed, batch)
    assert real(with_them) == real(without)
    assert clock(with_them) == clock(without)
    assert after.pop("canary", 0) == len(flights)
    assert (after, task.held()) == (before, 0)
    assert all(SOURCE.encode() not in (one.value or b"") for one in with_them if CANARY not in one.headers)


def sung(step: Step) -> list[Cluster]:
    return [
        wire.decode(CanaryCluster, one.value).cluster
        for one in step.outputs
        if CANARY in one.headers and one.value
    ]


def test_a_canary_waits_for_the_watermark_as_an_article_would() -> None:
    task = DedupTask(0, SETTINGS)
    step = task.step([canary(1, 7)])
    assert (sung(step), task.held(), step.outcomes) == ([], 1, {})
    assert step.consumed == {INPUT: 7}
    step = task.step([mark(0.5, 8)])
    assert (sung(step), task.held(), step.consumed) == ([], 1, {INPUT: 7})
    step = task.step([mark(1, 9)])
    (cluster,) = sung(step)
    assert cluster.at == START + timedelta(hours=1)
    assert [member.source for member in cluster.members] == [SOURCE]
    assert (task.held(), step.consumed) == (0, None)


def test_every_canary_of_a_shard_has_the_same_story_id() -> None:
    task = DedupTask(0, SETTINGS)
    step = task.step([canary(1, 0), mark(1, 1), canary(30, 2), mark(30, 3), canary(1000, 4), mark(1000, 5)])
    assert len(sung(step)) == 3
    assert len({cluster.story_id for cluster in sung(step)}) == 1


def test_no_more_than_a_few_wait_where_the_watermark_stands_still() -> None:
    task = DedupTask(0, SETTINGS)
    step = task.step([canary(1, offset) for offset in range(MOST_HELD + 5)])
    assert (len(sung(step)), task.held()) == (5, MOST_HELD)


@given(
    st.sampled_from([1, 10_000]),
    st.sampled_from([0.0, 1.0]),
    st.sampled_from([1, 10_000]),
    st.sampled_from([32, 512]),
)
@settings(max_examples=16)
def test_no_setting_screens_a_canary(words: int, share: float, entries: int, permutations: int) -> None:
    tuned = DedupSettings(
        stub_words=words, stub_share=share, ticker_entries=entries, permutations=permutations, novelty_bits=16
    )
    task = DedupTask(0, tuned)
    assert len(sung(task.step([canary(1, 0), mark(1, 1)]))) == 1
