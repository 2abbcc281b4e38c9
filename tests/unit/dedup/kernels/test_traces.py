"""What the kernel makes of remembered texts is what the definition makes of each."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.search.novelty import Days
from services.dedup.search.profile import read
from services.dedup.search.seen import pack
from services.dedup.search.sketch import Signer
from services.dedup.search.traces import Known, traces
from services.dedup.settings import DedupSettings

WORD = st.sampled_from(
    ["der", "Öl", "Hafen", "tide", "море", "ßß", "x" * 70, "🌊", "東", "京", "ไ", "กำ", "&amp;"]
)
BREAK = st.sampled_from([" ", ". ", "\n", "\nSiehe auch\n", "\nMehr zum Thema: ", "\n© Hafenblatt\n"])
TEXTS = st.lists(st.tuples(WORD, BREAK), max_size=60).map(lambda run: "".join(map("".join, run)))
BATCHES = st.lists(st.tuples(TEXTS, st.integers(0, 3), st.booleans()), max_size=4)
SIGNER = Signer(DedupSettings())


@pytest.fixture(scope="module", autouse=True)
def _definitions_after() -> Iterator[None]:
    yield
    kernels.use(now=False)


def known(text: str, most: int, *, is_signed: bool) -> Known:
    unique = read(text).unique
    days: Days = (unique % np.uint64(most + 1)).astype(np.uint8)
    return Known(text, pack(days), SIGNER.signature(unique) if is_signed else None)


@given(BATCHES, st.integers(1, 3))
def test_traces_are_the_same(batch: list[tuple[str, int, bool]], least: int) -> None:
    found = []
    for compiled in (False, True):
        kernels.use(now=compiled)
        told = [known(text, most, is_signed=signed) for text, most, signed in batch]
        found.append(
            [
                (trace.shingles.tolist(), trace.keys.values.tolist(), *trace.keys[1:])
                for trace in traces(SIGNER, told, least)
            ]
        )
    assert found[0] == found[1]
