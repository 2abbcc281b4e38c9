"""The ingest task: what goes out, in which order, and that its state is its changelog."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts import wire
from services.contracts.articles import Article, Watermark
from services.contracts.canaries import CanaryArticle
from services.contracts.feeds import Feed, FeedState
from services.contracts.topics import SHARD_COUNT, Sharding, shard_of
from services.ingest.draft import NOTED_FAILURES
from services.ingest.polling.mark import mark_key
from services.ingest.polling.past import past_key
from services.ingest.readings import ArchiveReading, BadReading, Canary, Progress, Reading, Skipped, Tick
from services.ingest.service import (
    DEAD_REASONS,
    ENTRY_OUTCOMES,
    OUTCOMES,
    IngestService,
    IngestTask,
)
from services.stream.bus import Output, Partition, Record
from services.stream.service import Poison, Step
from tests.unit.ingest.readings import (
    BODY,
    after,
    entry,
    failed_page,
    feed,
    page,
    page_without_article,
    poll,
    reading,
)

ONE, TWO = feed("stadt"), feed("politik")


def archived(slug: str, minutes: float = 0, language: str = "de") -> ArchiveReading:
    url = f"https://www.hafenblatt.example/{slug}"
    return ArchiveReading(
        url=url,
        canonical_url=url,
        source="hafenblatt",
        feed="stadt",
        title=f"Meldung {slug}",
        text=BODY,
        language=language,
        published_at=None,
        at=after(minutes),
    )


def subscription(of: Feed, *, ends: bool = False) -> Record:
    return Record(Partition("feeds", 0), 0, of.feed_id.encode(), None if ends else wire.encode(of), (), 0)


def task() -> IngestTask:
    return IngestTask(0, 1)


def records(step: Step, topic: str) -> list[Output]:
    return [output for output in step.outputs if output.partition.topic == topic]


def articles(step: Step) -> list[Article]:
    found = (wire.read(dict(output.headers), output.value or b"") for output in records(step, "articles"))
    return [one for one in found if isinstance(one, Article)]


def restored(*steps: Step) -> IngestTask:
    fresh = task()
    for step in steps:
        for output in records(step, "feed-state"):
            fresh.restore(Record(output.partition, 0, output.key, output.value, output.headers, 0))
    return fresh


@pytest.mark.parametrize(("sharding", "shards"), [("one", [0, 0]), ("language", [0, 1])])
def test_an_article_goes_to_its_shard_under_its_id_at_its_time(sharding: Sharding, shards: list[int]) -> None:
    step = IngestTask(0, 1, sharding).take([archived("a", 3), archived("b", 4, "en")])
    first, second = records(step, "articles")
    (article, _) = articles(step)
    assert [first.partition, second.partition] == [Partition("articles", shard) for shard in shards]
    assert first.key == article.article_id.encode()
    assert first.timestamp_us == int(after(3).timestamp() * 1_000_000)
    assert dict(first.headers)["ce_id"].startswith(f"{article.version_id}:".encode())
    assert (article.first_seen_at, article.backfill) == (after(3), False)


def test_a_promise_goes_to_every_shard_behind_the_articles() -> None:
    step = IngestTask(2, 4).take([archived("a", 3), Progress(recording="r", position=1, at=after(3))])
    kinds = [type(wire.read(dict(output.headers), output.value or b"")) for output in step.outputs]
    assert kinds == [Article, *[Watermark] * SHARD_COUNT, FeedState]
    promise = wire.decode(Watermark, step.outputs[1].value or b"")
    assert (promise.origin, promise.origins, promise.at) == (2, 4, after(3))
    assert [output.partition.number for output in step.outputs[1:-1]] == list(range(SHARD_COUNT))


def test_an_idle_feeder_repeats_its_promise() -> None:
    step = task().take([Tick(at=after(9))])
    assert len(records(step, "articles")) == SHARD_COUNT
    assert step.outcomes == {"tick": 1}


def test_articles_and_the_state_of_their_feed_leave_in_one_step() -> None:
    ingest = task()
    ingest.step([subscription(ONE)])
    ingest.take([poll(ONE, entry("a"))])
    step = ingest.take([page("a", minutes=1)])
    (state,) = records(step, "feed-state")
    assert state.partition == Partition("feed-state", 0)
    assert state.key == ONE.feed_id.encode()
    assert wire.decode(FeedState, state.value or b"").pending == ()
    assert [one.source for one in articles(step)] == ["hafenblatt.example"]


def test_a_feed_read_twice_in_one_step_has_one_state() -> None:
    step = task().take(
        [poll(ONE, entry("a")), page("a", minutes=1), poll(ONE, entry("a"), entry("b"), minutes=2)]
    )
    (state,) = records(step, "feed-state")
    assert [one.url for one in wire.decode(FeedState, state.value or b"").pending] == [entry("b").url]


def test_one_address_in_two_feeds_is_one_article_that_names_both() -> None:
    ingest = task()
    first = ingest.take(
        [poll(ONE, entry("a")), poll(TWO, entry("a", query="?utm_source=politik"), minutes=1)]
    )
    step = ingest.take([page("a", minutes=2)])
    (article,) = articles(step)
    assert (article.feed, article.also_in) == (ONE.url, (TWO.url,))
    assert ingest.entries == {"new": 1, "known": 1}
    again = restored(first).take([page("a", minutes=2)])
    assert articles(again) == [article], "the first feed is still the first after a restart"


def test_when_the_first_feed_ends_the_next_one_answers_for_the_article() -> None:
    ingest = task()
    ingest.step([subscription(ONE), subscription(TWO)])
    ingest.take([poll(ONE, entry("a")), poll(TWO, entry("a"), minutes=1)])
    ended = ingest.step([subscription(ONE, ends=True)])
    keys = ONE.feed_id, mark_key(ONE.feed_id), past_key(ONE.feed_id)
    assert [(output.key, output.value) for output in ended.outputs] == [(key.encode(), None) for key in keys]
    ingest.take([poll(TWO, entry("a"), entry("b"), minutes=2)])
    (article,) = articles(ingest.take([page("a", minutes=3)]))
    assert (article.feed, article.also_in) == (TWO.url, ())


def test_feeds_are_never_committed_because_a_restart_needs_them_again() -> None:
    ingest = IngestTask(3, 4)
    assert ingest.step([subscription(ONE)]).consumed == {Partition("feeds", 3): 0}
    assert ingest.take([]).consumed == {Partition("feeds", 3): 0}


def test_a_damaged_subscription_is_poison_before_anything_changed() -> None:
    ingest = task()
    bad = Record(Partition("feeds", 0), 7, b"x", b"{}", (), 0)
    with pytest.raises(Poison, match="bad-feed"):
        ingest.step([subscription(ONE), bad])
    assert ingest.feeds == {}


def test_the_position_of_a_recording_survives_a_restart() -> None:
    ingest = task()
    step = ingest.take([archived("a"), Progress(recording="r", position=41, at=None)])
    assert restored(step).position("r") == 41
    assert restored(step).position("another") == 0
    assert not [one for one in records(step, "articles") if b"Watermark" in dict(one.headers)["ce_type"]]


def test_bad_input_is_a_dead_letter_as_it_came() -> None:
    bad = BadReading(reason="bad-line", detail="not JSON", origin="a.jsonl line 3", value=b"oops")
    (dead,) = task().take([bad]).dead
    assert (dead.reason, dead.origin, dead.value) == ("bad-line", "a.jsonl line 3", b"oops")


READINGS: st.SearchStrategy[Reading] = st.one_of(
    st.builds(archived, st.sampled_from("abc"), st.integers(0, 9)),
    st.builds(page, st.sampled_from("abcd"), st.sampled_from([BODY, BODY * 2])),
    st.builds(
        failed_page, st.sampled_from("abcd"), st.sampled_from(["http_404", "timeout", "blocked_address"])
    ),
    st.builds(page_without_article, st.sampled_from("abcd")),
    st.builds(
        lambda of, slugs: poll(of, *(entry(slug) for slug in slugs)),
        st.sampled_from([ONE, TWO]),
        st.lists(st.sampled_from("abcd"), max_size=5),
    ),
    st.builds(
        reading, st.sampled_from([ONE, TWO]), outcome=st.sampled_from(["not_modified", "http_410", "dns"])
    ),
    st.builds(
        Skipped, kind=st.sampled_from(["robots", "redirect", "revisit", "sitemap", "media", "not-http"])
    ),
    st.builds(BadReading, reason=st.just("bad-line"), detail=st.just("x"), origin=st.just("y")),
    st.builds(Progress, recording=st.just("r"), position=st.integers(0, 9), at=st.just(after(0))),
    st.builds(Tick, at=st.just(after(1))),
)


@given(st.lists(READINGS, max_size=20))
def test_every_reading_has_one_outcome_or_one_dead_letter(readings: Sequence[Reading]) -> None:
    ingest = task()
    step = ingest.take(readings)
    assert sum(step.outcomes.values()) + len(step.dead) == len(readings)
    assert set(step.outcomes) <= set(OUTCOMES)
    assert {one.reason for one in step.dead} <= set(DEAD_REASONS)
    assert set(ingest.entries) <= set(ENTRY_OUTCOMES)


@given(st.lists(READINGS, max_size=20))
def test_failed_polls_and_pages_are_counted_by_reason_and_entries_by_what_was_done(
    readings: Sequence[Reading],
) -> None:
    ingest = task()
    step = ingest.take(readings)
    for outcome, name in NOTED_FAILURES.items():
        by_reason = {reason: count for (of, reason), count in step.noted.items() if of == name}
        assert sum(by_reason.values()) == step.outcomes.get(outcome, 0)
        assert set(by_reason) <= {"http_404", "timeout", "blocked_address", "http_410", "dns", "no_article"}
    done = {kind: count for (of, kind), count in step.noted.items() if of == "feed_entries_total"}
    assert done == ingest.entries


@given(st.lists(st.lists(READINGS, max_size=6), max_size=6), st.lists(READINGS, max_size=6))
def test_a_restored_task_goes_on_like_the_one_that_died(
    batches: Sequence[Sequence[Reading]], last: Sequence[Reading]
) -> None:
    living = task()
    steps = [living.take(batch) for batch in batches]
    reborn = restored(*steps)
    assert reborn.take(last) == living.take(last)
    assert reborn.states == living.states


@given(st.lists(READINGS, max_size=12), st.integers(0, 12))
def test_how_readings_are_batched_does_not_matter(readings: list[Reading], cut: int) -> None:
    whole = task().take(readings)
    parts = task()
    halves = [parts.take(readings[:cut]), parts.take(readings[cut:])]
    assert articles(whole) == [one for half in halves for one in articles(half)]


def test_the_service_makes_tasks_and_their_feeders() -> None:
    service = IngestService(lambda _task, _number: None, origins=4)
    assert (service.name, service.inputs, service.changelog) == ("ingest", ("feeds",), "feed-state")
    made = service.task(2)
    assert (made.number, made.origins) == (2, 4)
    assert service.feeder(made, 2) is None


def test_canaries_of_all_partitions_together_try_every_shard() -> None:
    for origins in (1, 3, SHARD_COUNT, 9):
        steps = [IngestTask(number, origins).take([Canary(at=after(0))]) for number in range(origins)]
        outputs = [output for step in steps for output in records(step, "articles")]
        assert sorted(output.partition.number for output in outputs) == list(range(SHARD_COUNT))
        for output in outputs:
            canary = wire.read(dict(output.headers), output.value or b"")
            assert isinstance(canary, CanaryArticle)
            assert shard_of(canary.article.language, "language") == output.partition.number
            assert canary.article.first_seen_at == after(0)
        assert all(step.outcomes == {"canary": 1} for step in steps)


def test_a_feed_that_moves_goes_on_where_it_was() -> None:
    ingest = task()
    ingest.step([subscription(ONE)])
    ingest.take([poll(ONE, entry("a"))])
    new = replace(ONE, feed_id="0" * 32, url="https://www.hafenblatt.example/new.xml", moved_from=ONE.feed_id)
    ingest.step([subscription(new)])
    gone = ingest.step([subscription(ONE, ends=True)])
    step = ingest.take([poll(new, entry("a"), entry("b"), minutes=20)])
    assert ingest.entries == {"new": 2, "unchanged": 1}
    assert set(ingest.states) == {new.feed_id}
    assert gone.outcomes == {"unsubscribed": 1}
    assert step.outcomes["polled"] == 1
