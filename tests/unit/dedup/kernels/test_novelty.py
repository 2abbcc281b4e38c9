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
