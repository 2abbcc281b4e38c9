"""The table gives what its definition gives, whatever is taken, evicted and written in whatever order."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.dedup import kernels
from services.dedup.search import table as layout
from services.dedup.search.postings import Found, Postings
from services.dedup.search.route import Entry, block
from services.dedup.search.table import Table

WINDOW_US = 100
FEW_BUCKETS = st.sampled_from([0, 1, 4095, 4096, layout.BUCKETS - 1])
USED = (0, 1, layout.SHELVES - 1)
"""The shelves they are in."""
KEYS = st.builds(
    lambda bucket, high, low, dropped, kind: bucket << 44 | high << 29 | low << 21 | dropped << 1 | kind,
    FEW_BUCKETS,
    st.sampled_from([0, 1, (1 << 15) - 1]),
    st.integers(0, 1),
    st.integers(0, 1),
    st.integers(0, 1),
)
TURN = 2.5
"""Postings a bucket may expect when a shelf is written."""


@pytest.fixture(scope="module", autouse=True)
def _definitions_after() -> Iterator[None]:
    yield
    kernels.use(now=False)


def table() -> Table:
    kernels.use(now=True)
    compiled = kernels.module("table")
    assert compiled is not None
    return Table(compiled, window_us=WINDOW_US)


def triples(found: Found) -> list[tuple[int, int, int]]:
    return sorted(zip(*(column.tolist() for column in found), strict=True))


def hashes(keys: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(sorted(keys), np.uint64)


class Both(RuleBasedStateMachine):
    """The table beside its definition."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.definition = table(), Postings(window_us=WINDOW_US)
        self.next = 0
        self.live: set[int] = set()

    @rule(
        versions=st.lists(
            st.tuples(st.integers(0, 2 * WINDOW_US), st.lists(KEYS, max_size=20), st.integers(1, 3)),
            min_size=1,
            max_size=4,
        ),
        probing=st.booleans(),
    )
    def take(self, versions: list[tuple[int, list[int], int]], probing: bool) -> None:
        entries = []
        for at_us, keys, step in versions:
            self.next += step
            entries.append(Entry(self.next, at_us, hashes(keys)))
        taken = block("signer", self.next, entries)
        found = self.table.enter(taken, probing=probing)
        assert triples(found) == triples(self.definition.enter(taken, probing=probing))
        self.live.update(entry.version for entry in entries)

    @rule(numbers=st.lists(st.integers(0, 40)), oldest=st.booleans())
    def evict(self, numbers: list[int], oldest: bool) -> None:
        gone = np.array(sorted(self.live)[: len(numbers)] if oldest else numbers, np.int64)
        self.table.evict(gone)
        self.definition.evict(gone)
        self.live -= set(gone.tolist())

    @rule(shelf=st.sampled_from(USED), room=st.sampled_from([0.0, TURN]))
    def write(self, shelf: int, room: float) -> None:
        self.table._write(shelf, room)

    @invariant()
    def times_are_kept(self) -> None:
        live = np.array(sorted(self.live), np.int64)
        assert self.table.at_us(live).tolist() == self.definition.at_us(live).tolist()

    def teardown(self) -> None:
        for shelf in USED:
            self.table._write(shelf, TURN)
        assert len(self.table) == len(self.definition)


TestBoth = Both.TestCase
TestBoth.settings = settings(stateful_step_count=12, deadline=None)


@given(st.integers(0, 2**40), st.integers(1, 3000))
@example(7, 1023)
@example(7, 2047)
def test_numbers_begin_anywhere_and_room_for_them_grows(start: int, count: int) -> None:
    key = hashes([1 << 50])
    made, definition = table(), Postings(window_us=WINDOW_US)
    entries = [Entry(start + i, 0, key) for i in range(count)]
    for begin in range(0, count, 1000):
        part = block("signer", begin, entries[begin : begin + 1000])
        made.enter(part, probing=False)
        definition.enter(part, probing=False)
    last = block("signer", count, [Entry(start + count, 0, key)])
    assert triples(made.enter(last, probing=True)) == triples(definition.enter(last, probing=True))


def test_numbers_come_round_and_what_is_dead_stays_dead() -> None:
    """A posting tells the last bits of a number: another version has the same after 16 million."""
    key = hashes([1 << 50])
    made = table()
    made.enter(block("s", 0, [Entry(5, 0, key)]), probing=False)
    made.evict(np.array([5]))
    far = 5 + layout.NUMBER_MASK + 1
    made.enter(block("s", 1, [Entry(far - 2, 0, key), Entry(far - 1, 0, key)]), probing=False)
    found = made.enter(block("s", 2, [Entry(far + 10, 0, key)]), probing=True)
    assert sorted(found.others.tolist()) == [far - 2, far - 1]


def test_more_versions_than_numbers_tell_apart_are_refused() -> None:
    made = table()
    made.enter(block("s", 0, [Entry(0, 0, hashes([1]))]), probing=False)
    with pytest.raises(OverflowError, match="versions 0 to"):
        made.enter(block("s", 1, [Entry(layout.MOST_LIVE, 0, hashes([1]))]), probing=True)


def test_shelves_are_written_in_turn_and_what_was_evicted_is_cleared_away() -> None:
    made = table()
    draw = np.random.default_rng(1)
    each, live = 4000, 40
    for number in range(400):
        keys = draw.integers(0, 2**64, each, np.uint64)
        part = block("s", number, [Entry(number, 0, np.sort(keys))])
        made.evict(np.array([number - live]))
        made.enter(part, probing=False)
    assert len(made) < 400 * each
    twice = block("s", 401, [Entry(401, 0, np.sort(keys))])
    assert triples(made.enter(twice, probing=True)) == [
        (0, 399, len(keys) + (keys & np.uint64(1)).sum() * 0xFFFFF)
    ]


@given(st.lists(st.tuples(st.integers(0, 200), st.lists(KEYS, max_size=9)), max_size=9))
def test_what_the_definition_holds_is_taken_over_as_a_block(versions: list[tuple[int, list[int]]]) -> None:
    entries = [Entry(number, at_us, hashes(keys)) for number, (at_us, keys) in enumerate(versions)]
    definition, made = Postings(window_us=WINDOW_US), table()
    if entries:
        definition.enter(block("s", 0, entries), probing=False)
        made.enter(definition.whole(), probing=False)
    every = block("s", 1, [Entry(9, 100, hashes([key for entry in entries for key in entry.keys.tolist()]))])
    assert triples(made.enter(every, probing=True)) == triples(definition.enter(every, probing=True))
