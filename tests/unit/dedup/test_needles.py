"""Parts of words, looked for in the bytes of a text in either case."""

import sys
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from services.dedup.text.needles import ODD, Needles
from services.dedup.text.notice_words import SIGNS, WITHDRAWAL_SIGNS
from services.dedup.text.screens import _ACCESS, _CONSENT_CORE

_PARTS = (
    "error",
    "korrek",
    "reda\u00e7",
    "\u0438\u0441\u043f\u0440",
    "\u03b4\u03b9\u03cc\u03c1\u03b8",
    "\u66f4\u6b63",
)
_NEEDLES = Needles(_PARTS)
_PIECES = st.sampled_from([*_PARTS, *(part.upper() for part in _PARTS), *ODD, "kor", "rek", "\ud800", " "])


@given(st.lists(_PIECES | st.text(max_size=3), max_size=6).map("".join))
def test_a_needle_is_found_where_the_lower_case_of_the_text_holds_it(text: str) -> None:
    held = {number for number, part in enumerate(_PARTS) if part in text.lower()}
    assert _NEEDLES.found(text) == held
    assert _NEEDLES.stand_in(text) == bool(held)


def test_no_letter_but_an_odd_one_is_lowered_to_one_of_a_needle_from_a_third_case() -> None:
    wanted = set(chain(*SIGNS, *WITHDRAWAL_SIGNS, *_ACCESS, *_CONSENT_CORE))
    third = {
        letter
        for letter in map(chr, range(0x80, sys.maxunicode + 1))
        if not wanted.isdisjoint(letter.lower()) and letter not in wanted and letter.lower().upper() != letter
    }
    assert third <= set(ODD)
