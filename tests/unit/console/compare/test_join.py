"""Two sorted streams side by side."""

from hypothesis import given
from hypothesis import strategies as st

from services.console.compare.join import join

SIDES = st.lists(
    st.tuples(st.sampled_from([b"a", b"b", b"c", b"d"]), st.sampled_from([b"1", b"2"])), max_size=8
)


def grouped(pairs: list[tuple[bytes, bytes]]) -> dict[bytes, list[bytes]]:
    return {key: sorted(line for one, line in pairs if one == key) for key, _ in pairs}


@given(SIDES, SIDES)
def test_every_key_that_is_not_the_same_on_both_sides_comes_once_with_all_its_lines(
    before: list[tuple[bytes, bytes]], after: list[tuple[bytes, bytes]]
) -> None:
    left, right = grouped(before), grouped(after)
    found = list(join(sorted(before), sorted(after)))
    assert [key for key, _, _ in found] == sorted(
        key for key in left.keys() | right.keys() if left.get(key) != right.get(key)
    )
    assert all((one, other) == (left.get(key, []), right.get(key, [])) for key, one, other in found)
