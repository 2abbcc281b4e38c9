import pytest

from services.dedup.search.profile import NEVER_EVIDENCE, read
from services.dedup.text.boxes import boxed_words, boxes
from services.dedup.text.words import fold
from tests.unit.dedup.pieces import article, profiled, prose

HEADS = (
    "Lesen Sie auch: Die Nacht der Krabbenfischer",
    "• Lesen Sie hier, wie der Deich gebaut wurde",
    "Mehr zum Thema",
    "Das könnte Sie auch interessieren",
    "Weitere Artikel aus Marsum",
    "Siehe auch",
    "Empfohlener redaktioneller Inhalt",
    "Newsletter: Der Morgen in Marsum",
    "Abonnieren Sie unseren Hafenbrief",
    "Melden Sie sich für den Hafenbrief an",
    "Kommentare",
    "Read more: The ferry that never sailed",
    "More from Penmarrick",
    "Related articles:",
    "See also: tide tables",
    "Sign up for the harbour letter",
    "Subscribe to our weekly letter",
    "Follow us on every wave",
    "You may also like",
    "Lire aussi : La marée",
    "À lire aussi : La marée",
    "Sur le même sujet",
    "Lee también: La marea",
    "Leggi anche: La marea",
    "Lees ook: Het tij",
    "Læs også: Tidevandet",
    "Läs också: Tidvattnet",
    "© Hafenblatt 2025",
    "(c) Talbote Verlag",
    "Copyright Wexmoor Post",
    "All rights reserved.",
    "Alle Rechte vorbehalten.",
    "Tous droits réservés",
    "Todos los derechos reservados",
)


def boxed(text: str) -> list[str]:
    return [text[start:end] for start, end in boxes(text)]


@pytest.mark.parametrize("head", HEADS)
def test_a_short_line_that_begins_like_a_box_is_one(head: str) -> None:
    text = f"{prose('before', 40)}\n{head}\n{prose('after', 40)}"
    assert boxed(text) == [head]


@pytest.mark.parametrize("head", HEADS)
def test_a_text_of_one_line_may_be_a_box_too(head: str) -> None:
    assert boxed(head) == [head]


@pytest.mark.parametrize(
    "line",
    [
        "Mehr als tausend Menschen lesen jede Woche im Hafen vor.",
        "Der Newsletter der Behörde war am Morgen fehlerhaft.",
        "Wer das Blatt abonnieren will, muss nach Marsum fahren.",
        "Related to the duke, she never read more than one page a day.",
        "Kommentare der Nachbarn gab es viele, und keiner war freundlich.",
        "Weitere drei Boote liegen noch auf Grund.",
        "She will read the letter and subscribe to its view.",
        prose("paragraph", 60),
    ],
)
def test_an_ordinary_line_is_no_box(line: str) -> None:
    assert boxed(f"{prose('before', 40)}\n{line}\n{prose('after', 40)}") == []


def test_a_long_paragraph_is_no_box_however_it_begins() -> None:
    assert boxed(f"Erster Satz.\nLesen Sie auch {prose('long', 40)}") == []


def test_short_lines_below_a_teaser_heading_belong_to_it() -> None:
    teasers = ("Mehr zum Thema", "Krabben werden knapp", "", "Der Deich hält noch")
    text = "\n".join([prose("before", 40), *teasers, "Der Hafen bleibt am Montag zu.", "Kurze Zeile"])
    assert boxed(text) == [line for line in teasers if line]


def test_a_box_is_found_at_the_very_end_and_at_the_very_start() -> None:
    assert boxed("Siehe auch\n" + prose("x", 40)) == ["Siehe auch"]
    assert boxed(prose("x", 40) + "\n\n© Hafenblatt") == ["© Hafenblatt"]


def test_exactly_the_words_of_a_box_are_marked() -> None:
    text = "Der Hafen ist zu.\nLesen Sie auch: Krabben\nEr öffnet am Montag."
    inside = boxed_words(text, len(fold(text)))
    assert inside is not None
    assert [word for word, boxed in zip(fold(text), inside, strict=True) if boxed] == (
        ["lesen", "sie", "auch", "krabben"]
    )


def test_a_text_without_boxes_marks_nothing() -> None:
    assert boxed_words(prose("plain", 50), 50) is None
    assert boxed_words("", 0) is None
    assert boxed_words("©\n™", 0) is None


def test_shingles_that_touch_a_box_are_never_evidence() -> None:
    text = f"{prose('before', 40)}\nLesen Sie auch: Krabben werden in diesem Jahr knapp\n{prose('after', 40)}"
    profile = profiled(article(text))
    touched = int((profile.days == NEVER_EVIDENCE).sum())
    assert touched == 9 + 4
    assert len(profile.unique) == 89 - 4
    assert len(read(text).narrow) == 89 - 2 - (9 + 2)


def test_what_stands_outside_of_a_box_as_well_is_evidence() -> None:
    line = "Lesen Sie auch: Krabben werden in diesem Jahr knapp"
    text = f"{line}\nEr sagte, man solle es so melden: „{line}“, und dann {prose('silence', 40)}"
    profile = profiled(article(text))
    evidence = {int(h) for h, day in zip(profile.unique, profile.days, strict=True) if day == 0}
    assert {int(h) for h in read(line[:0] + line).unique} <= evidence
