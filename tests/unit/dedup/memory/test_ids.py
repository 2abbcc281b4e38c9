"""Tables of ids beside dicts that are given the same."""

from hypothesis import given
from hypothesis import strategies as st

from services.dedup.memory.ids import Ids, IdTable, Numbers, key_of

NAMES = [
    *(f"{n:032x}" for n in range(30)),
    *(f"{n << 64:032x}" for n in range(30)),
    "",
    "a",
    "ü" * 40,
    "A" * 32,
]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.booleans()), max_size=300))
def test_a_table_knows_what_was_set_and_not_popped(steps: list[tuple[str, bool]]) -> None:
    ids, numbers = Ids(), Numbers()
    table, there = IdTable(ids), dict[str, int]()
    for name, stays in steps:
        key = key_of(name)
        assert table.get(key) == there.get(name)
        if stays and name not in there:
            there[name] = numbers.take()
            ids.put(there[name], name, key)
            table.set(key, there[name])
        elif not stays:
            table.pop(key)
            if name in there:
                numbers.give_back(there.pop(name))
        assert len(table) == len(numbers) == len(there)
    assert {name: table.get(key_of(name)) for name in NAMES} == {name: there.get(name) for name in NAMES}
    assert all(ids[number] == name for name, number in there.items())


@given(st.text() | st.sampled_from(NAMES))
def test_any_text_is_an_id_and_comes_back(name: str) -> None:
    ids = Ids()
    ids.put(0, name, key_of(name))
    assert ids[0] == name


def test_an_id_may_get_another_number() -> None:
    ids = Ids()
    table = IdTable(ids)
    for number in (0, 1):
        ids.put(number, "article", key_of("article"))
        table.set(key_of("article"), number)
    assert (len(table), table.get(key_of("article"))) == (1, 1)


def test_a_million_ids_take_little() -> None:
    ids, numbers = Ids(), Numbers()
    table = IdTable(ids)
    for n in range(20_000):
        name = f"{n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 128):032x}"
        number = numbers.take()
        ids.put(number, name, key_of(name))
        table.set(key_of(name), number)
    assert ids.nbytes() + table.nbytes() < 32 * 20_000
    assert all(table.get(ids.key(number)) == number for number in range(20_000))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60)), max_size=80, unique=True))
def test_ids_that_want_the_last_places_are_found_however_a_table_grows(wanted: list[tuple[int, int]]) -> None:
    ids = Ids()
    table = IdTable(ids)
    back = pow(0x9E3779B97F4A7C15, -1, 1 << 64)
    keys = [(0, ((salt << 40 | (1 << 30) - 1 - short) * back) % (1 << 64)) for short, salt in wanted]
    for number, key in enumerate(keys):
        ids.put(number, f"{key[1]:032x}", key)
        table.set(key, number)
    for number in range(0, len(keys), 2):
        table.pop(keys[number])
    there = [table.get(key) for key in keys]
    assert there == [number if number % 2 else None for number in range(len(keys))]
