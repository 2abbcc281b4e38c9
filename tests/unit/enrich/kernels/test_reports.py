"""What a kernel weighs and compares is what the definitions do, bit for bit."""

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrich import kernels
from services.enrich.events import index as definition
from services.enrich.events.index import OPEN, Index
from services.enrich.events.neighbours import microseconds
from services.enrich.events.rarity import Rarity
from services.enrich.events.reports import report, weigh
from services.enrich.events.terms import read
from services.enrich.kernels import index as compiled
from services.enrich.kernels import reports
from tests.unit.enrich.members import at

WORDS = st.lists(
    st.sampled_from(
        "Marsum crack the bridge 14 2025 1234567 of Terborg . a an Halden on Tuesday ferry".split()
        + [f"w{number}" for number in range(80)]
    ),
    max_size=120,
).map(" ".join)
STREAM = st.lists(st.tuples(WORDS, WORDS), max_size=8)


@pytest.fixture(scope="module", autouse=True)
def _kernels() -> Iterator[None]:
    kernels.use(now=True)
    yield
    kernels.use(now=False)


def bits(arrays: tuple[object, ...]) -> list[object]:
    return [one.tobytes() if isinstance(one, np.ndarray) else one for one in arrays]


@given(STREAM)
@settings(max_examples=25)
def test_what_weighs_most_is_the_same(texts: list[tuple[str, str]]) -> None:
    rarity = Rarity()
    for title, text in texts:
        found = read(title, text, rarity.terms)
        expected, weighed = weigh(found, rarity), reports.weigh(found, rarity)
        if weighed is not None:
            assert bits((*weighed.vector, weighed.rare, weighed.said, weighed.rest)) == bits(
                (*expected.vector, expected.rare, expected.said, expected.rest)
            )
        else:
            assert any(not rarity.terms.codes[number].any() for number in expected.vector.terms)
        rarity.count(found.numbers)


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_those_that_are_late_no_more_are_counted_out_alike(texts: list[str]) -> None:
    ours, theirs = Rarity(), Rarity()
    for text in texts:
        for rarity in (ours, theirs):
            rarity.count(read("", text, rarity.terms).numbers)
    for text in texts:
        compiled.age(read("", text, ours.terms).numbers.astype(np.int32), ours)
        definition.age(read("", text, theirs.terms).numbers.astype(np.int32), theirs)
        assert (ours.reports, ours.lately) == (theirs.reports, theirs.lately)
        assert ours.terms.counts.tolist() == theirs.terms.counts.tolist()
    assert ours.lately == 0 == ours.terms.counts[:, 1].sum()


@given(STREAM, st.integers(1, 12), st.integers(0, 20))
@settings(max_examples=15)
def test_who_is_near_is_the_same(texts: list[tuple[str, str]], times: int, days: int) -> None:
    index = Index()
    for number, (title, text) in enumerate(chain.from_iterable([texts] * times)):
        seen_at = at(number * days * 24)
        new = report(f"s{number}", number, seen_at, title=title, text=text, rarity=index.rarity)
        since = microseconds(seen_at - OPEN)
        state = (new.vector, index._postings, index._vectors, next(iter(index._reports), 0), since)
        assert compiled.near(*state).tolist() == definition.near(*state).tolist()
        kernels.use(now=number % 3 > 0)  # either may go on where the other stopped
        list(index.put(new))
        kernels.use(now=True)
