import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.dedup.search.seen import pack, unpack


@given(st.lists(st.integers(0, 255)))
def test_counts_come_back_capped_at_three(days: list[int]) -> None:
    packed = pack(np.array(days, np.uint8))
    assert unpack(packed, len(days)).tolist() == [min(3, count) for count in days]


@given(st.lists(st.integers(0, 3)))
def test_four_counts_take_a_byte(days: list[int]) -> None:
    assert len(pack(np.array(days, np.uint8))) == -(-len(days) // 4)


def test_the_layout_never_changes() -> None:
    assert pack(np.array([1, 2, 3, 0, 3], np.uint8)) == bytes([0b00_11_10_01, 0b11])
