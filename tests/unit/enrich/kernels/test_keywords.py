"""A text folded by the kernel is the text folded by Python."""

from hypothesis import given
from hypothesis import strategies as st

from services.enrich.kernels.keywords import folded

PLANE = "".join(map(chr, range(0xD800))) + "".join(map(chr, range(0xE000, 0x10000)))


def test_every_sign_of_the_first_plane_folds_as_it_is_defined() -> None:
    assert folded(PLANE) == PLANE.casefold()


@given(st.text(st.one_of(st.sampled_from("aÄßŉΐİſ„\0\ud800\udc00😀𐐀"), st.characters()), max_size=30))
def test_a_text_is_folded_as_it_is_defined_or_left_to_the_definition(text: str) -> None:
    assert folded(text) in (text.casefold(), None)
    assert folded(text) is not None or max(text) > "\uffff"
