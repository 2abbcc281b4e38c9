"""What the kernel tells of a text is what the patterns tell, wherever its table knows the characters."""

import re

from hypothesis import given
from hypothesis import strategies as st

from services.enrich.facts.landmarks import COUNTED, NAMED, PARTICLES, QUOTED, _landmarks, matches, numbers
from services.enrich.kernels.landmarks import landmarks

PIECES = st.sampled_from(
    [*PARTICLES, *(f" {one} " for one in PARTICLES), "Ann", "Öl", "J.", "J. ", " ", "\n", "'s", "’s", "-"]
)
LETTERS = st.sampled_from("aBÄßЖж漢かאกΑΊΣ_'’-.,:/ 0129٣९８„“”»«\"「『」\u00a0\ud800😀𝐅𐐀")
TEXTS = st.lists(st.one_of(PIECES, LETTERS, st.characters()), max_size=30).map("".join)
NUMBER = re.compile(r"(\d\d{0,3}(?:[., ]\d{3})*)(?![\d:])")
QUOTE = re.compile('„([^“]{1,9})“|“([^”]{1,9})”|"([^"]{1,9})"')


@given(TEXTS, TEXTS)
def test_landmarks_by_the_kernel_are_those_by_the_patterns(title: str, text: str) -> None:
    known = landmarks(title, text)
    assert known == _landmarks(title, text) or (known is None and max(title + text) >= "\U00010000")


def test_a_text_is_looked_at_so_far_as_each_kind_says() -> None:
    for end in (NAMED, COUNTED, QUOTED):
        for shift in range(6):
            text = " ".ljust(end - shift) + "Ann 12 „ Ön"
            assert landmarks("Öl", text) == _landmarks("Öl", text)


def test_emoji_are_known_and_letters_of_higher_planes_are_not() -> None:
    assert landmarks("", "Ann 😀 Öl") == _landmarks("", "Ann 😀 Öl")
    assert landmarks("", "Ann 𝐅") is None


@given(st.text(st.sampled_from("0123 .,:a"), max_size=20), st.text(st.sampled_from('„“”"ab'), max_size=20))
def test_matches_from_landmarks_are_those_of_a_search_of_all(counted: str, quoted: str) -> None:
    decimals, opening = _landmarks("", counted).decimals, _landmarks("", quoted).opening
    found = [match.span() for match in numbers(NUMBER, f"\n{counted}", decimals)]
    assert found == [match.span() for match in NUMBER.finditer(f"\n{counted}")]
    found = [match.span() for match in matches(QUOTE, quoted, opening)]
    assert found == [match.span() for match in QUOTE.finditer(quoted)]
