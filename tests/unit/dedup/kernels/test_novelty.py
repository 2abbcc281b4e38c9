"""Days of the kernels and of the definition are the same."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.search.novelty import Novelty

HASHES = st.lists(st.integers(0, 2**64 - 1), max_size=60)
SIGHTS = st.lists(st.tuples(st.integers(0, 9), HASHES), max_size=12)


@pytest.fixture(scope="module", autouse=True)
def _definitions_after() -> Iterator[None]:
    yield
    kernels.use(now=False)


def days(sights: list[tuple[int, list[int]]], bits: int, *, compiled: bool) -> list[object]:
    kernels.use(now=compiled)
    novelty = Novelty(days=4, bits=bits)
    found: list[object] = []
    for day, values in sorted(sights):
        novelty.advance(day)
        hashes = np.array(values, np.uint64)
        found += [novelty.seen(hashes).tolist(), novelty.add(day, hashes), novelty.nbytes()]
    return found


@given(SIGHTS, st.sampled_from([3, 8, 16, 20]))
def test_the_same_days_are_counted(sights: list[tuple[int, list[int]]], bits: int) -> None:
    assert days(sights, bits, compiled=True) == days(sights, bits, compiled=False)


@given(st.lists(HASHES, max_size=4), HASHES, HASHES, st.integers(2, 3))
def test_the_same_shingles_are_evidence(
    before: list[list[int]], wide: list[int], narrow: list[int], least: int
) -> None:
    found = []
    for compiled in (False, True):
        kernels.use(now=compiled)
        novelty = Novelty(days=9, bits=8)
        for day, values in enumerate([*before, narrow[::2], narrow[1:], wide]):
            assert novelty.add(day, np.array(values, np.uint64), np.array(values[:3], np.uint64))
        novelty.advance(9)
        days, novel = novelty.sift(np.array(wide, np.uint64), np.array(narrow, np.uint64), least)
        found.append((days.dtype, days.tolist(), novel.dtype, novel.tolist()))
    assert found[0] == found[1]
