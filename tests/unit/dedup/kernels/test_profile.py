"""A reading by kernels is the reading by the definitions, field by field."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.search import profile
from services.dedup.search.profile import Reading
from services.dedup.text.words import folded, spans
from tests.unit.dedup.pieces import prose

WORD = st.sampled_from(["der", "Öl", "Hafen", "tide", "море", "ßß", "x" * 70, "ㄎ", "3,5"])
SIGN = st.sampled_from(["東", "京", "は", "晴", "ไ", "กำ"])
BREAK = st.sampled_from([" ", ". ", "\n", "\nSiehe auch\n", "\nMehr zum Thema: ", "\n© Hafenblatt\n"])
RUNS = st.lists(st.tuples(st.one_of(WORD, SIGN), BREAK), max_size=60)
TEXTS = RUNS.map(lambda run: "".join(f"{word}{between}" for word, between in run))


@pytest.fixture(scope="module", autouse=True)
def _definitions_after() -> Iterator[None]:
    yield
    kernels.use(now=False)


def read(text: str, *, compiled: bool) -> list[object]:
    kernels.use(now=compiled)
    folded.cache_clear()
    spans.cache_clear()
    reading: Reading = profile.read(text)
    arrays = (
        reading.shingles.wide,
        reading.narrow,
        reading.around,
        reading.unique,
        reading.numbers,
        reading.boxed,
    )
    signs = reading.shingles.signs
    return [
        reading.words,
        [(array.dtype, array.tolist()) for array in arrays],
        len(reading.shingles.narrow),
        reading.shingles.unspaced,
        signs if signs is None else signs.tolist(),
    ]


@given(TEXTS, st.integers(0, 4), st.integers(2, 3))
def test_the_same_is_evidence(text: str, most: int, least: int) -> None:
    found = []
    for compiled in (False, True):
        kernels.use(now=compiled)
        reading = profile.read(text)
        days = (reading.unique % np.uint64(most + 1)).astype(np.uint8)
        found.append(profile.evidence(reading, days, least).tolist())
    assert found[0] == found[1]


@given(TEXTS)
def test_readings_are_the_same(text: str) -> None:
    assert read(text, compiled=True) == read(text, compiled=False)


@pytest.mark.parametrize(
    "text",
    [
        prose("long", 3000),
        "so so " * 400,
        "la " * 900,
        prose("again", 40) * 30,
        f"{prose('head', 60)}\n\nMehr zum Thema\nDie Fähre\nDer Deich\n\n{prose('tail', 60)}",
        "東京は晴れ" * 50 + prose("half", 80),
    ],
    ids=["long", "two words", "one word", "repeated", "boxed", "two scripts"],
)
def test_readings_of_pages_are_the_same(text: str) -> None:
    assert read(text, compiled=True) == read(text, compiled=False)


def test_hashes_that_begin_alike_are_ordered_too() -> None:
    from services.dedup.kernels.shingles import distinct, numbered

    for bits in (0, 8, 40, 60):
        hashes = np.random.default_rng(bits).integers(0, 2 ** (64 - bits), 700, np.uint64) // np.uint64(3)
        hashes = np.concatenate((hashes, hashes[::5]))
        once, numbers = numbered(hashes)
        assert once.tolist() == distinct(hashes).tolist() == sorted(set(hashes.tolist()))
        assert once[numbers].tolist() == hashes.tolist()
