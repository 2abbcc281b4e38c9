"""Days of the kernels and of the definition are the same."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.search.novelty import Novelty
from services.dedup.text.shingles import mix

HASHES = st.lists(st.integers(0, 2**64 - 1), max_size=60)
SIGHTS = st.lists(st.tuples(st.integers(0, 9), HASHES), max_size=12)


@pytest.fixture(scope="module", autouse=True)
def _definitions_after() -> Iterator[None]:
    yield
    kernels.use(now=False)


def days(sights: list[tuple[int, list[int]]], text: list[int], most: int, *, compiled: bool) -> list[object]:
    kernels.use(now=compiled)
    novelty = Novelty(days=most, bits=16)
    crowd = mix(np.arange(0 if most == 4 else 9_000, dtype=np.uint64))
    distinct, numbers = np.unique(np.array(text, np.uint64), return_inverse=True)
    found: list[object] = []
    for day, values in sorted(sights):
        novelty.advance(day)
        seen = novelty.days(distinct, numbers.astype(np.int32))
        found += [seen.dtype, seen.tolist(), novelty.add(day, np.array(values + text[::2], np.uint64))]
        taken, counted = novelty.take(day, distinct, numbers.astype(np.int32))
        found += [taken.tolist(), counted]
        novelty.add(day, crowd)
        found.append((novelty.nbytes(), novelty.level))
    return found


@given(SIGHTS, HASHES, st.sampled_from([4, 30, 60]))
def test_the_same_days_are_counted(sights: list[tuple[int, list[int]]], text: list[int], most: int) -> None:
    """Of a text whose shingles are counted, and of one of which a part is."""
    assert days(sights, text, most, compiled=True) == days(sights, text, most, compiled=False)
