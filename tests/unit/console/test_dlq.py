"""A dead letter goes back as it came, once, and only where it does no harm."""

import asyncio
import string
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.dlq import letters, lines, resend
from services.console.dlq.letters import REPLAY
from services.console.dlq.resend import ReplayDecision, ReplayFate
from services.console.topics.plan import SPECS
from services.stream.bus import Fenced, Headers, Output, Partition, Record, Unclear
from services.stream.dead_letters import dead_record, to_output
from services.stream.memory import MemoryBus
from services.stream.patience import Patience
from services.stream.service import Poison

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
ARTICLES = Partition("articles", 2)
CLUSTERS = Partition("clusters", 1)
DEAD = Partition("dead-letters.dedup", 0)
POISON = Poison("undecodable", "no `text`")
SOON = Patience(first_s=0.001, longest_s=0.001, total_s=0.01)

names = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=12)
header = st.tuples(
    st.one_of(names, st.sampled_from(["dl_reason", "dl_origin", REPLAY, letters.NAME])),
    st.binary(max_size=20),
)
blobs = st.one_of(st.none(), st.binary(max_size=40))


def record(place: Partition, offset: int, output: Output) -> Record:
    return Record(place, offset, output.key, output.value, output.headers, output.timestamp_us)


def died(original: Record, offset: int = 0, service: str = "dedup") -> Record:
    output = to_output(dead_record(original, POISON), service, now=NOW)
    return record(output.partition, offset, output)


@given(
    key=blobs, value=blobs, headers=st.lists(header, max_size=5), place=st.sampled_from([ARTICLES, CLUSTERS])
)
def test_whatever_it_was_it_goes_back_byte_for_byte_with_one_header_more(
    key: bytes | None, value: bytes | None, headers: Headers, place: Partition
) -> None:
    original = Record(place, 41, key, value, tuple(headers), 7)
    letter = died(original, offset=9)
    source = letters.read(letter).source()
    assert source == (place, 41)
    again = letters.replay_output(letter, place)
    assert (again.partition, again.key, again.value) == (place, key, value)
    assert again.headers == (*original.headers, (REPLAY, b"dead-letters.dedup/0/9"))


def test_what_died_twice_tells_of_both_deaths_and_goes_back_to_its_second_place() -> None:
    first = died(Record(ARTICLES, 41, b"k", b"v", (("a", b"1"),), 7), offset=9)
    sent = letters.replay_output(first, ARTICLES)
    second = died(record(ARTICLES, 77, sent), offset=12)
    letter = letters.read(second)
    assert letter.source() == (ARTICLES, 77)
    assert letters.own_headers(second) == (("a", b"1"), (REPLAY, b"dead-letters.dedup/0/9"))
    assert (
        letters.replayed_letter(record(ARTICLES, 99, letters.replay_output(second, ARTICLES))) == letter.name
    )


def test_reading_a_letter_tells_why_where_when_and_how_much() -> None:
    letter = letters.read(died(Record(ARTICLES, 41, b"\xff", b"{}", (), 7), offset=9))
    assert (letter.service, letter.offset, letter.reason, letter.detail) == (
        "dedup",
        9,
        "undecodable",
        "no `text`",
    )
    assert (letter.origin, letter.time, letter.size, letter.key) == ("articles/2/41", NOW, 2, b"\xff")


@pytest.mark.parametrize(
    "origin",
    ["week.jsonl line 41", "feed https://a.example/rss page https://a.example/1 (live)", "gossip/0/1", ""],
)
def test_what_came_from_a_file_or_a_feed_has_no_way_back(origin: str) -> None:
    letter = letters.read(Record(DEAD, 0, None, b"{", (("dl_origin", origin.encode()),), 0))
    assert letter.source() is None
    told = resend.decide(letter, {}, repeat=False)
    assert told.fate == "homeless"
    assert origin in told.why


class Observer:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, ReplayFate]] = []

    def progress(self, offset: int, end: int) -> None:
        assert offset <= end

    def review(self, fates: Sequence[ReplayDecision]) -> None:
        self.told += [(one.letter.offset, one.fate) for one in fates if one.fate != "sent"]

    def report(self, one: ReplayDecision) -> None:
        self.told.append((one.letter.offset, one.fate))


@pytest.fixture
async def bus() -> MemoryBus:
    bus = MemoryBus()
    await bus.start()
    await bus.create(list(SPECS.values()))
    return bus


async def publish(bus: MemoryBus, *outputs: Output) -> None:
    writer = await bus.writer("test", ["articles"], 0)
    await writer.publish(outputs, consumed={})


async def bury(bus: MemoryBus, place: Partition, count: int) -> None:
    """Publish `count` records and let each die."""
    await publish(
        bus, *(Output(place, f"k{n}".encode(), b"%d" % n, (("n", b"%d" % n),)) for n in range(count))
    )
    there = await bus.read(place, 0, max_records=count)
    await publish(bus, *(to_output(dead_record(one, POISON), "dedup", now=NOW) for one in there))


async def replay(
    bus: MemoryBus, *, repeat: bool = False, observer: Observer | None = None
) -> list[tuple[int, ReplayFate]]:
    observer = observer or Observer()
    await resend.resend(bus, "dedup", lambda _: True, observer, repeat=repeat, patience=SOON)
    return observer.told


async def values(bus: MemoryBus, place: Partition) -> list[bytes | None]:
    return [one.value for one in await bus.read(place, 0, max_records=1000)]


async def test_each_goes_back_once_however_often_it_is_asked(bus: MemoryBus) -> None:
    await bury(bus, ARTICLES, 3)
    assert await replay(bus) == [(0, "sent"), (1, "sent"), (2, "sent")]
    assert await replay(bus) == [(0, "known"), (1, "known"), (2, "known")]
    assert await values(bus, ARTICLES) == [b"0", b"1", b"2"] * 2
    assert await replay(bus, repeat=True) == [(0, "sent"), (1, "sent"), (2, "sent")]
    assert len(await values(bus, DEAD)) == 3


async def test_cut_off_between_two_publishes_a_second_call_sends_the_rest(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resend, "BATCH_RECORDS", 2)
    await bury(bus, ARTICLES, 5)
    bus.fail_publish(Unclear("the answer was lost"), after=True, skip=1)
    with pytest.raises(Unclear):
        await replay(bus)
    assert sorted(await replay(bus)) == [*((n, "known") for n in range(4)), (4, "sent")]
    assert await values(bus, ARTICLES) == [b"0", b"1", b"2", b"3", b"4"] * 2


async def test_a_publish_is_bounded_in_bytes(bus: MemoryBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resend, "BATCH_BYTES", 2)
    await bury(bus, ARTICLES, 5)
    bus.fail_publish(Fenced("stop"), skip=2)
    with pytest.raises(Fenced):
        await replay(bus)
    assert len(await values(bus, ARTICLES)) == 5 + 4


async def test_of_two_at_once_one_sends_and_the_other_is_fenced_or_finds_it_done(bus: MemoryBus) -> None:
    await bury(bus, ARTICLES, 3)
    ended = await asyncio.gather(replay(bus), replay(bus), replay(bus), return_exceptions=True)
    assert await values(bus, ARTICLES) == [b"0", b"1", b"2"] * 2
    assert [(n, "sent") for n in range(3)] in ended
    assert all(isinstance(one, list | Fenced) for one in ended)


async def test_in_a_compacted_topic_what_has_a_later_record_of_its_key_stays_dead(bus: MemoryBus) -> None:
    await bury(bus, CLUSTERS, 2)
    await publish(bus, Output(CLUSTERS, b"k0", b"newer"))
    assert sorted(await replay(bus)) == [(0, "superseded"), (1, "sent")]
    assert await values(bus, CLUSTERS) == [b"0", b"1", b"newer", b"1"]
    assert sorted(await replay(bus, repeat=True)) == [(0, "superseded"), (1, "sent")]


async def test_in_a_log_of_versions_a_later_record_of_the_key_does_not_matter(bus: MemoryBus) -> None:
    await bury(bus, ARTICLES, 1)
    await publish(bus, Output(ARTICLES, b"k0", b"next version"))
    assert await replay(bus) == [(0, "sent")]


async def test_a_partition_the_log_does_not_have_is_no_way_back(bus: MemoryBus) -> None:
    lost = Record(Partition("articles", 99), 5, b"k", b"v", (), 0)
    await publish(bus, to_output(dead_record(lost, POISON), "dedup", now=NOW))
    assert await replay(bus) == [(0, "homeless")]


@given(st.binary(max_size=2000))
def test_no_value_can_do_anything_to_a_terminal(value: bytes) -> None:
    for line in lines.value_lines(value):
        assert all(char.isprintable() or char == "\t" for char in line)


def test_text_is_shown_as_text_and_bytes_as_a_dump() -> None:
    assert list(lines.value_lines('{"a": "ü"}\nzwei'.encode())) == ['{"a": "ü"}', "zwei"]
    assert list(lines.value_lines(b"\x00\x01ABC\xff" + b"x" * 12)) == [
        "00000000  00 01 41 42 43 ff 78 78 78 78 78 78 78 78 78 78  |..ABC.xxxxxxxxxx|",
        "00000010  78 78                                            |xx|",
    ]


def test_long_values_are_cut_and_the_cut_is_told() -> None:
    *_, text = lines.value_lines(b"a" * 5001)
    assert text == "… 1,001 characters more; --raw gives all"
    *_, dump = lines.value_lines(b"\x00" * 1000)
    assert dump == "… 488 bytes more; --raw gives all"
    assert len(lines.summary_line(letters.read(died(Record(ARTICLES, 1, None, b"", (), 0)))).plain) < 250
