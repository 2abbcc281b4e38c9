"""What is handed on of a reading is as good as reading again."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup.search.lookup import Search
from services.dedup.search.profile import read
from services.dedup.search.seen import pack as pack_seen
from services.dedup.search.seen import unpack as unpack_seen
from services.dedup.settings import DedupSettings
from services.dedup.spread.readings import PackedReading, pack, profile_by, unpack
from tests.unit.dedup.kernels.test_profile import TEXTS
from tests.unit.dedup.pieces import article


def sent(packed: PackedReading) -> PackedReading:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(packed), type=PackedReading)


def plain(value: object) -> object:
    """Arrays as lists, whatever holds them."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    return tuple(map(plain, value)) if isinstance(value, tuple) else value


@given(TEXTS)
def test_a_reading_comes_back_as_it_was_handed_on(text: str) -> None:
    reading = read(text)
    assert plain(unpack(sent(pack(reading)))) == plain(reading)


@given(TEXTS, st.integers(0, 5))
def test_without_its_narrow_shingles_it_makes_the_same_profile(text: str, most: int) -> None:
    reading, piece = read(text), article(text, title="Hafen und Öl")
    seen = pack_seen((reading.unique % np.uint64(most + 1)).astype(np.uint8))
    known = sent(pack(reading).without_narrow())
    assert known.nbytes <= pack(reading).nbytes
    assert plain(profile_by(known, piece, seen)) == plain(profile_by(None, piece, seen))


@pytest.mark.parametrize("least", [2, 3])
@given(TEXTS, st.integers(0, 9))
def test_days_as_they_are_kept_sign_as_those_that_were_counted(least: int, text: str, most: int) -> None:
    reading, piece = read(text), article(text)
    search = Search(DedupSettings(novelty_least=least))
    days = (reading.unique % np.uint64(most + 1)).astype(np.uint8)
    kept = unpack_seen(pack_seen(days), len(days))
    (by_counted,) = search.sign([(piece, reading, days)])
    (by_kept,) = search.sign([(piece, reading, kept)])
    assert by_counted.sketch == by_kept.sketch
    assert plain(by_counted.keys) == plain(by_kept.keys)
