"""Times of a text are as many by the kernel as by the pattern that defines them."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.text.screens import times

PIECES = st.sampled_from(
    "12 9 : . h H uhr Uhr UHR am p.m a.m pm a p m ٣ 𝟗 \n x 12:30 7h05 10.15 8uhr 3am ² 😀 u".split(" ")
)
TEXTS = st.lists(st.one_of(PIECES, st.just(" "), st.text(max_size=3)), max_size=30).map("".join)


@pytest.fixture(scope="module", autouse=True)
def _definitions_after() -> Iterator[None]:
    yield
    kernels.use(now=False)


@given(TEXTS)
def test_as_many_times_are_found(text: str) -> None:
    kernels.use(now=False)
    defined = times(text)
    kernels.use(now=True)
    times.cache_clear()
    assert times(text) == defined


def test_times_in_a_row_are_counted_one_by_one() -> None:
    for now in (False, True):
        kernels.use(now=now)
        times.cache_clear()
        assert times("12:30:45 8 Uhr 9uhr 3 pm 4a.m 7h05 10.15") == 7
