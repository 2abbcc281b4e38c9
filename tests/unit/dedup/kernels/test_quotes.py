"""The kernel finds the same words between quotation marks as the pattern does."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.text.quotes import LONGEST, quoted_words

TEXTS = st.one_of(
    st.text(alphabet='“”„»«‹›「」『』《》"‘’‚ab \n', max_size=60),
    st.lists(
        st.sampled_from(["„Wir", "gehen“,", "sagt", "“er”", '"ja"', "\n", "東京「晴」", "&amp;"]), max_size=30
    ).map(" ".join),
    st.text(max_size=20),
)


@pytest.fixture(scope="module", autouse=True)
def _definitions_after() -> Iterator[None]:
    yield
    kernels.use(now=False)


def quoted(text: str, *, compiled: bool) -> list[bool]:
    quoted_words.cache_clear()
    kernels.use(now=compiled)
    return list(map(bool, quoted_words(text)))


@given(TEXTS)
def test_the_same_words_are_quoted(text: str) -> None:
    assert quoted(text, compiled=True) == quoted(text, compiled=False)


@pytest.mark.parametrize("length", [0, 1, LONGEST - 1, LONGEST, LONGEST + 1])
def test_a_quotation_has_a_length_in_both(length: int) -> None:
    text = f"vor „{'a' * length}“ nach „so“"
    found = quoted(text, compiled=True)
    assert found == quoted(text, compiled=False)
    assert any(found)
