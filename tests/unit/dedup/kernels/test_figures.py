"""Figures of a long text are the same by the kernel as by the pattern that defines them."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.text.figures import figures_of

PIECES = st.sampled_from(
    "1.284.000 1 284 12,5 7’000 mio % x3 東京5 ٣٤ 𝟗9 .5 km 3km \n ² 2026 0.07".split(" ")
)
TEXTS = st.lists(st.one_of(PIECES, st.just(" "), st.text(max_size=3)), max_size=30).map("".join)
LEAST = "ein langer satz ohne zahlen " * 11


@pytest.fixture(scope="module", autouse=True)
def _definitions_after() -> Iterator[None]:
    yield
    kernels.use(now=False)


@given(TEXTS)
def test_the_same_figures_are_found(text: str) -> None:
    kernels.use(now=False)
    defined = figures_of(text + LEAST + text)
    kernels.use(now=True)
    assert figures_of(text + LEAST + text) == defined
