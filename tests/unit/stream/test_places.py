import hypothesis.strategies as st
from hypothesis import given

from services.stream.moving.places import Places

gaps = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=40)


def built(steps: list[tuple[int, int]]) -> tuple[Places, list[tuple[int, int]]]:
    places, pairs, old, new = Places(), [], -1, -1
    for ahead, there in steps:
        old, new = old + ahead, new + there
        places.note(old, new)
        pairs.append((old, new))
    return places, pairs


@given(gaps, st.integers(0, 200))
def test_an_offset_leads_to_the_first_record_at_it_or_behind_it(
    steps: list[tuple[int, int]], asked: int
) -> None:
    places, pairs = built(steps)
    behind = [new for old, new in pairs if old >= asked]
    end = pairs[-1][1] + 1 if pairs else 0
    assert places.new_offset(asked) == (behind[0] if behind else end)
    assert len(places) == len(pairs)


def test_records_without_gaps_take_no_room_each() -> None:
    places = Places()
    for offset in range(10_000):
        places.note(offset + 7, offset)
    assert len(places._old) == 1
