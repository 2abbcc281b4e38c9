import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup.text.quotes import quoted_words
from services.dedup.text.words import fold


@pytest.mark.parametrize("marks", ["“”", "„“", "«»", "»«", '""', "「」"])
def test_words_between_marks_are_quoted(marks: str) -> None:
    text = f"Er sagte: {marks[0]}Wir gehen heim{marks[1]}, und ging."
    quoted = [word for word, inside in zip(fold(text), quoted_words(text), strict=True) if inside]
    assert quoted == ["wir", "gehen", "heim"]


def test_a_mark_that_is_never_closed_in_its_paragraph_quotes_nothing() -> None:
    assert not quoted_words("Er sagte: „Wir gehen\nund ging.“").any()


@given(st.text())
def test_there_is_one_answer_a_word(text: str) -> None:
    assert len(quoted_words(text)) == len(fold(text))
