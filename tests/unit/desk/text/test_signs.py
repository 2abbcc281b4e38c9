from hypothesis import given
from hypothesis import strategies as st

from services.desk.text.signs import legible, runs

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60) | st.text(
    "\x00\x1b\r\u202e\u2066\ud83d\udc80a א", max_size=20
)


@given(ANY_TEXT)
def test_what_is_shown_has_as_many_code_points_as_the_text(text: str) -> None:
    shown = "".join(run.text for run in runs(text))
    assert len(shown) == len(text)
    assert shown == legible(text)
    assert all(a == b for a, b in zip(text, shown, strict=True) if a.isalnum() or a in " \t\n")


@given(ANY_TEXT)
def test_whatever_is_shown_can_be_written_and_turns_nothing_round(text: str) -> None:
    shown = legible(text).encode()
    assert b"\x00" not in shown
    assert not set(shown.decode()) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\r\x1b")


def test_a_sign_that_hides_is_named() -> None:
    override, tail = runs("\u202etxt")
    assert (override.code, override.name) == ("202E", "right-to-left override")
    assert tail.text == "txt"
    assert [run.text for run in runs("a\x00b")] == ["a", "␀", "b"]
    assert next(runs("\ud83d")).name == "half of a surrogate pair"
