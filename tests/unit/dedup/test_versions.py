"""Versions of a search: what is forgotten leaves its place to others, and no number comes again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.dedup.search.versions import Versions

ACTS = st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=60)


@given(ACTS)
def test_ids_and_numbers_lead_to_each_other_until_they_are_forgotten(acts: list[tuple[int, bool]]) -> None:
    versions = Versions()
    there: dict[str, tuple[int, int]] = {}
    given_out: list[int] = []
    for which, enters in acts:
        name = f"v{which}"
        if enters and name not in there:
            there[name] = (versions.enter(name, which), which)
            given_out.append(there[name][0])
        elif not enters:
            gone = there.pop(name, None)
            assert versions.forget([name]).tolist() == ([gone[0]] if gone else [])
    assert given_out == list(range(len(given_out)))
    numbers = [number for number, _ in there.values()]
    assert len(versions) == len(there)
    assert [versions.id(number) for number in numbers] == list(there)
    assert [versions.number(name) for name in there] == numbers
    given = np.array(given_out, np.int64)
    assert versions.ids(given) == [versions.id(number) for number in given_out]
    assert versions.samples(np.array(numbers, np.int64)).tolist() == [
        samples for _, samples in there.values()
    ]
    every = np.array(given_out, np.int64)
    assert every[versions.are_there(every)].tolist() == sorted(numbers) if given_out else True


def test_what_the_oldest_left_behind_is_given_up() -> None:
    versions = Versions()
    for start in range(0, 50_000, 1000):
        for number in range(start, start + 1000):
            assert versions.enter(f"v{number}", number) == number
        versions.forget(f"v{number}" for number in range(start - 1000, start))
    assert versions.nbytes() < 200_000
    assert versions.id(10) is None
    assert versions.id(49_500) == "v49500"
    assert versions.are_there(np.array([10, 48_999, 49_000])).tolist() == [False, False, True]


@given(st.sets(st.integers(0, 40)))
def test_many_ids_at_once_are_those_that_are_still_there(gone: set[int]) -> None:
    versions = Versions()
    names = [f"{which << 100:032x}" for which in range(40)]
    for which, name in enumerate(names):
        assert versions.enter(name, which) == which
    versions.forget(name for which, name in enumerate(names) if which in gone)
    there = [None if which in gone else name for which, name in enumerate(names)]
    assert versions.ids(np.arange(40)) == there
