"""Records that name offsets name the right ones after a move; all others stay as they are, byte for byte."""

from datetime import UTC, datetime

import msgspec
import pytest

from services.console.dlq import letters, resend
from services.console.log.references import REFERRING, rewrite
from services.contracts import wire
from services.contracts.sketches import Scheme, ShardClock
from services.contracts.topics import TOPICS
from services.stream.bus import Headers, Output, Partition, Record
from services.stream.moving.places import Places

AT = datetime(2026, 3, 9, 12, tzinfo=UTC)
ARTICLES = Partition("articles", 2)
LETTERS = Partition("dead-letters.dedup", 0)


def places(*pairs: tuple[int, int]) -> Places:
    made = Places()
    for old, new in pairs:
        made.note(old, new)
    return made


FOUND = {ARTICLES: places((1000, 0), (1001, 1), (1005, 3)), Partition("articles", 1): places((0, 77))}


def record(
    partition: Partition, value: bytes, headers: Headers, key: bytes = b"k", offset: int = 17
) -> Record:
    return Record(partition, offset, key, value, headers, 5)


def there(moved: Output, offset: int = 4) -> Record:
    return Record(moved.partition, offset, moved.key, moved.value, moved.headers, moved.timestamp_us)


@pytest.mark.parametrize(("taken", "then"), [(1001, 1), (1003, 3), (1006, 4), (0, 0)])
def test_the_clock_goes_on_where_it_was(taken: int, then: int) -> None:
    clock = ShardClock(scheme=Scheme(), watermarks={0: AT}, origins=4, decided=(AT, "a"), taken=taken)
    headers = tuple(wire.headers(clock, id="clock:2", source="dedup", time=AT))
    moved = rewrite(record(Partition("dedup-state", 2), wire.encode(clock), headers, b"clock"), FOUND)
    assert moved.headers == headers
    assert wire.decode(ShardClock, moved.value or b"") == msgspec.structs.replace(clock, taken=then)


def test_a_clock_of_a_newer_version_keeps_what_this_one_does_not_know() -> None:
    clock = ShardClock(scheme=Scheme(), watermarks={}, origins=4, taken=1005)
    headers = tuple(wire.headers(clock, id="clock:2", source="dedup", time=AT))
    newer = msgspec.json.decode(wire.encode(clock)) | {"later": [1, {"a": None}]}
    moved = rewrite(record(Partition("dedup-state", 2), msgspec.json.encode(newer), headers), FOUND)
    assert msgspec.json.decode(moved.value or b"") == newer | {"taken": 3}


def death(origin: str) -> Headers:
    told = {"dl_reason": "bad", "dl_detail": "", "dl_origin": origin, "dl_service": "dedup", "dl_at": ""}
    return (("trace", b"\xff"), *((name, text.encode()) for name, text in told.items()))


def test_a_dead_letter_knows_where_it_came_from_and_its_old_name() -> None:
    moved = there(rewrite(record(LETTERS, b"\x00raw", death("articles/2/1001")), FOUND))
    letter = letters.read(moved)
    assert (letter.origin, letter.name) == ("articles/2/1", "moved:dead-letters.dedup/0/17")
    assert (moved.value, letters.own_headers(moved)) == (b"\x00raw", (("trace", b"\xff"),))


@pytest.mark.parametrize(
    "origin", ["feed https://a.example/rss page 3", "week.jsonl line 9", "nonsense/0/4", ""]
)
def test_an_origin_that_is_no_place_stays_as_it_is(origin: str) -> None:
    assert letters.read(there(rewrite(record(LETTERS, b"", death(origin)), FOUND))).origin == origin


def test_a_letter_that_was_sent_again_before_the_move_is_known_after_it() -> None:
    dead = record(LETTERS, b"raw", death("articles/2/1000"))
    again = letters.replay_output(dead, ARTICLES)
    sent = record(ARTICLES, again.value or b"", again.headers, offset=1005)
    trace = resend.Trace(last={b"k": (-1, None)})
    trace.note(there(rewrite(sent, FOUND), offset=3))
    told = resend.decide(letters.read(there(rewrite(dead, FOUND))), {ARTICLES: trace}, repeat=False)
    assert told.fate == "known"


def test_a_letter_that_dies_after_the_move_is_never_taken_for_an_old_one() -> None:
    again = letters.replay_output(record(LETTERS, b"raw", death("articles/2/1000")), ARTICLES)
    trace = resend.Trace(last={b"k": (-1, None)})
    trace.note(there(rewrite(record(ARTICLES, b"raw", again.headers, offset=1005), FOUND), offset=3))
    new = record(LETTERS, b"other", death("articles/2/9"))
    assert resend.decide(letters.read(new), {ARTICLES: trace}, repeat=False).fate == "sent"


def test_a_moved_letter_is_sent_again_under_its_old_name_and_once() -> None:
    moved = there(rewrite(record(LETTERS, b"raw", death("articles/2/1000")), FOUND))
    again = letters.replay_output(moved, ARTICLES)
    assert again.headers == (("trace", b"\xff"), ("dl_replay", b"moved:dead-letters.dedup/0/17"))
    trace = resend.Trace(last={b"k": (-1, None)})
    trace.note(there(again, offset=9))
    assert resend.decide(letters.read(moved), {ARTICLES: trace}, repeat=False).fate == "known"


@pytest.mark.parametrize("topic", [topic.name for topic in TOPICS if topic.name not in REFERRING])
def test_every_other_record_stays_as_it_is(topic: str) -> None:
    whole = record(Partition(topic, 0), b"\x00{", (("ce_type", b"?"), ("dl_reason", b"x")))
    assert rewrite(whole, {}) == Output(whole.partition, b"k", b"\x00{", whole.headers, 5)


def test_state_that_is_no_clock_and_tombstones_stay_as_they_are() -> None:
    for value in (None, b"{}"):
        whole = Record(Partition("dedup-state", 0), 3, b"version:a", value, (), 5)
        assert rewrite(whole, {}) == Output(whole.partition, b"version:a", value, (), 5)
