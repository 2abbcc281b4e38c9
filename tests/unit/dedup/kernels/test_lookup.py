"""What may be chosen is the same by the kernel and by the definition."""

from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.search.lookup import Hits, Search
from services.dedup.search.postings import BAND_WEIGHT
from services.dedup.search.route import Entry, block
from tests.unit.dedup.pieces import SETTINGS

FEW = msgspec.structs.replace(SETTINGS, most_passage_candidates=2, least_samples=2)
OTHERS = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.booleans(),
        st.sampled_from([0, 0, 0, 1, 2]),
        st.integers(0, 5),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=30,
)


@pytest.fixture(scope="module", autouse=True)
def _definitions_after() -> Iterator[None]:
    yield
    kernels.use(now=False)


@given(OTHERS, st.integers(0, 60), st.integers(-1, 20))
def test_the_same_may_be_chosen(
    known: list[tuple[int, bool, int, int, int]], own_samples: int, mine: int
) -> None:
    kernels.use(now=False)
    search = Search(FEW)
    for number, (samples, *_, at) in enumerate(known):
        search._versions.enter(f"v{number}", samples)
        search._index.insert(block("", number, [Entry(number, at, np.zeros(0, np.uint64))]))
    search.evict(f"v{number}" for number, (_, gone, *_) in enumerate(known) if gone)
    counts = np.array([bands * BAND_WEIGHT + shared for *_, bands, shared, _ in known], np.uint32)
    hits = Hits(np.arange(len(known), dtype=np.int64), counts)
    found = []
    for compiled in (False, True):
        kernels.use(now=compiled)
        places, left = search._eligible(own_samples, hits, mine)
        found.append((places.dtype, places.tolist(), left))
    assert found[0] == found[1]
