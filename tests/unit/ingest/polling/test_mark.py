"""What a quiet look writes, and that state and mark together are what was known."""

from collections.abc import Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts import wire
from services.contracts.feeds import Feed, FeedMark, FeedState
from services.ingest.polling.mark import mark_key, mark_of, with_mark
from services.ingest.readings import FeedReading, Reading
from services.ingest.service import IngestTask
from services.stream.bus import Output, Record
from tests.unit.ingest.readings import after, entry, feed, page, poll, reading

ONE = feed()
QUIET_BYTES = 500

LOOKS: dict[str, Callable[[float], Reading]] = {
    "304": lambda at: reading(ONE, minutes=at, outcome="not_modified", etag='"1"'),
    "another etag": lambda at: reading(ONE, minutes=at, outcome="not_modified", etag=f'"{at}"'),
    "same body": lambda at: poll(ONE, entry("a"), minutes=at),
    "new entry": lambda at: poll(ONE, entry("a"), entry(f"b{at:.0f}"), minutes=at, etag='"1"'),
    "page": lambda at: page("a", minutes=at),
    "down": lambda at: reading(ONE, minutes=at, outcome="http_5xx", reason="HTTP status 503"),
    "gone": lambda at: reading(ONE, minutes=at, outcome="http_410"),
    "moved": lambda at: replace(
        reading(ONE, minutes=at, outcome="not_modified"), permanent_url="https://paper.example/new"
    ),
}


def known(of: Feed = ONE, *readings: Reading) -> IngestTask:
    task = IngestTask(0, 1)
    task.feeds[of.feed_id] = of
    task.take(readings)
    return task


def states_of(task: IngestTask, looks: Sequence[Reading]) -> list[Output]:
    outputs = (output for look in looks for output in task.take([look]).outputs)
    return [output for output in outputs if output.partition.topic == "feed-state"]


def restored(log: Sequence[Record]) -> dict[str, FeedState]:
    task = IngestTask(0, 1)
    for record in log:
        task.restore(record)
    return task.states


@given(st.lists(st.tuples(st.sampled_from(sorted(LOOKS)), st.integers(1, 400)), max_size=14))
def test_state_and_mark_give_back_what_was_known_also_from_a_compacted_log(
    looks: list[tuple[str, int]],
) -> None:
    task, at, readings = known(), 0, list[Reading]()
    for name, minutes in looks:
        at += minutes
        readings.append(LOOKS[name](at))
    written = [
        Record(one.partition, offset, one.key, one.value, one.headers, 0)
        for offset, one in enumerate(states_of(task, readings))
    ]
    last = {record.key: record for record in written}
    assert restored(written) == task.states
    assert restored(sorted(last.values(), key=lambda record: record.offset)) == task.states


def test_a_look_that_brings_nothing_is_written_in_few_bytes_however_much_is_remembered() -> None:
    entries = [entry(f"meldung-{number}", content="Wort " * 200) for number in range(300)]
    quiet = [reading(ONE, minutes=15 * n, outcome="not_modified", etag='"1"') for n in range(1, 40)]
    first, *marks = states_of(known(), [poll(ONE, *entries, etag='"1"'), *quiet])
    sizes = [weight(mark) for mark in marks]
    assert [mark.key for mark in marks] == [mark_key(ONE.feed_id).encode()] * len(quiet)
    assert weight(first) > 30_000
    assert max(sizes) <= QUIET_BYTES


def weight(output: Output) -> int:
    """All bytes of a record: key, value, headers."""
    headers = sum(len(name) + len(value) for name, value in output.headers)
    return len(output.key or b"") + len(output.value or b"") + headers


def test_a_mark_never_stands_for_what_was_remembered_anew() -> None:
    task = known(ONE, poll(ONE, entry("a")))
    (whole,) = task.states.values()
    assert mark_of(whole, replace(whole, seen=())) is None
    assert mark_of(whole, replace(whole, home_url="https://paper.example/")) is None


def test_a_mark_whose_state_is_gone_is_void() -> None:
    state_record, mark_record = (
        Record(one.partition, 0, one.key, one.value, one.headers, 0)
        for one in states_of(known(), [poll(ONE, entry("a")), looked(5)])
    )
    assert restored([mark_record]) == {}
    assert restored([mark_record, state_record])[ONE.feed_id].polled_at == after(0)


def looked(minutes: float) -> FeedReading:
    return reading(ONE, minutes=minutes, outcome="not_modified")


def test_a_mark_is_what_the_contract_says_of_it() -> None:
    (_, output) = states_of(known(), [poll(ONE, entry("a")), looked(5)])
    mark = wire.decode(FeedMark, output.value or b"")
    assert (mark.feed_id, mark.polled_at, mark.status) == (ONE.feed_id, after(5), "fresh")
    whole = known(ONE, poll(ONE, entry("a"))).states[ONE.feed_id]
    assert with_mark(whole, mark).polls[0].outcome == "not-modified"
