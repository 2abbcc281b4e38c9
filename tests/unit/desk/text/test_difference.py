from hypothesis import given, settings
from hypothesis import strategies as st

from services.desk.text.difference import MOST_WORDS, Part, difference

WORDS = st.lists(st.sampled_from("a bb. c,\n 12 ü 😀 \ud83d Hafen  x".split(" ")), max_size=30).map(" ".join)
OLD, NEW = {"same", "gone", "moved-away"}, {"same", "come", "moved-here"}


def joined(parts: tuple[Part, ...], ways: set[str]) -> str:
    return "".join(part.text for part in parts if part.way in ways)


@given(WORDS, WORDS)
def test_parts_join_to_both_texts(older: str, newer: str) -> None:
    parts = difference(older, newer)
    assert joined(parts, OLD) == older
    assert joined(parts, NEW) == newer
    assert all(part.text for part in parts)


@given(WORDS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(part.way == "same" for part in difference(text, text))


def test_whole_words_take_the_place_of_whole_words() -> None:
    assert difference("Elf Arbeiter kamen um.", "Zwölf Arbeiter kamen um.") == (
        Part("gone", "Elf"),
        Part("come", "Zwölf"),
        Part("same", " Arbeiter kamen um."),
    )


def test_a_sentence_that_moved_neither_went_nor_came() -> None:
    still = "Die Feuerwehr streute Kalk auf den ganzen Kai bis zum Morgen und sperrte ihn danach."
    wander = "Verletzt wurde am Ende niemand schwer."
    parts = difference(f"{wander}\n{still}", f"{still}\n{wander}")
    assert {part.way for part in parts} == {"same", "moved-away", "moved-here"}


def test_texts_beyond_any_measure_are_told_apart_in_bounded_time() -> None:
    long = " ".join(map(str, range(3 * MOST_WORDS)))
    for older, newer in ((long, long + " x"), ("!" * 40_000, "?" * 40_000), ("w" * 50_000, "w" * 49_999)):
        parts = difference(older, newer)
        assert joined(parts, OLD) == older
        assert joined(parts, NEW) == newer


def test_a_long_text_is_still_told_apart_word_by_word_where_its_lines_differ() -> None:
    lines = [f"Zeile {number} mit ein paar Worten." for number in range(2_000)]
    changed = [*lines[:900], lines[900].replace("paar", "wenigen"), *lines[901:]]
    parts = difference("\n".join(lines), "\n".join(changed))
    assert [part.text for part in parts if part.way != "same"] == ["paar", "wenigen"]


def test_a_sentence_that_was_added_begins_at_its_first_word() -> None:
    parts = difference("Es brennt. Niemand kam.", "Es brennt. Der Kai ist leer. Niemand kam.")
    assert [part.text for part in parts if part.way == "come"] == ["Der Kai ist leer. "]
    parts = difference("Es brennt.\nEnde.", "Es brennt.\nEnde.\nEin Nachtrag.")
    assert [part.text for part in parts if part.way == "come"] == ["\nEin Nachtrag."]


@given(WORDS, WORDS)
@settings(max_examples=5)
def test_a_ticker_without_lines_differs_only_by_what_came(before: str, after: str) -> None:
    stayed = " ".join(f"word{number}" for number in range(MOST_WORDS))
    older, newer = f"{before} {stayed}", f"{after} {stayed}"
    parts = difference(older, newer)
    assert joined(parts, OLD) == older
    assert joined(parts, NEW) == newer
    assert parts[-1].way == "same"
    assert stayed in parts[-1].text
