import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.search.seen import pack


@given(st.lists(st.integers(0, 255), max_size=40))
def test_counts_are_packed_into_the_same_bytes(values: list[int]) -> None:
    days = np.array(values, np.uint8)
    kernels.use(now=True)
    packed = pack(days)
    kernels.use(now=False)
    assert packed == pack(days)
