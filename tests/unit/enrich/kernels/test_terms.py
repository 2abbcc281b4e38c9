"""Terms by their codes are the terms of the definition, wherever a kernel tells all signs of a text."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich import kernels
from services.enrich.events.lexicon import Terms
from services.enrich.events.terms import LEAD, LONGEST, Reading, read
from services.enrich.kernels.terms import read as read_compiled

PARTS = st.sampled_from(
    "a aB Die brücken Brückenpfeilern STRASSE straße ﬃx Ǆ İ 12 1234567 19jährige ½ ² ٣ März Dienstagabend 31 "
    "Ж ΣΑΣ _ . , ( - / \u00a0 \0 \n 北京 서울 𝐀 🙂 \ud800".split(" ")
)
GAPS = st.sampled_from([" ", ", ", " (", "-", ". ", "", "\n", " \0"])
TEXTS = st.lists(st.one_of(PARTS, GAPS, st.characters(max_codepoint=0x24F)), max_size=30).map("".join)


@pytest.fixture(scope="module", autouse=True)
def _definitions() -> Iterator[None]:
    kernels.use(now=False)
    yield
    kernels.use(now=False)


def told(found: Reading, terms: Terms) -> tuple[object, ...]:
    return (
        list(found.words),
        found.title,
        [(place, found.behind(place)) for place in found.days],
        found.behind(len(found.words) - 1) if found.words else "",
        terms.names_of(found.numbers),
        found.uses.tolist(),
        found.are_names.tolist(),
    )


def are_alike(texts: list[tuple[str, str]]) -> int:
    """How many of the texts the kernel told."""
    terms, defined, known = Terms(), Terms(), 0
    for number, (title, text) in enumerate(texts):
        expected = told(read(title, text, defined), defined)
        kernels.use(now=True)
        known += read_compiled(title, text, terms) is not None
        found = read(title, text, terms)
        kernels.use(now=False)
        assert told(found, terms) == expected
        if number % 2:
            terms.drop(found.numbers)
    return known


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_what_a_kernel_counts_is_what_the_definition_counts(texts: list[tuple[str, str]]) -> None:
    are_alike(texts)


def test_every_letter_that_folds_to_others_folds_as_it_is_defined() -> None:
    letters = [one for one in map(chr, range(0x10000)) if one.isalnum() and one.casefold() != one]
    texts = [("", " ".join(f"{one}{one}a" for one in letters[at : at + 300])) for at in range(0, 1_500, 300)]
    assert are_alike(texts) == len(texts)


@pytest.mark.parametrize("length", [LEAD - 1, LEAD, LONGEST, LONGEST + 1, LONGEST + 2])
def test_a_long_text_is_counted_as_far_as_it_is_read(length: int) -> None:
    assert are_alike([("Marsum", " ".join(["on Monday x9, Terborg"] * length))]) == 1


def test_many_terms_are_found_again_when_there_is_room_for_more_of_them() -> None:
    texts = [("", " ".join(f"w{number}" for number in range(at, at + 300))) for at in range(0, 9_000, 150)]
    assert are_alike(texts) == len(texts)
