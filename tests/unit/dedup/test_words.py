import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup.text.shingles import shingle
from services.dedup.text.words import fold, folded, spans

PRESS = st.text(
    alphabet="abXYZäÖßİıſﬁ²½0123 .,-–„“\"'\n\t\u00ad\u00a0\u200b漢字かなカナไทยกำ韓국ЖжﷺⅣ𝐅😀🇩_\u0308"
)
ANY = st.one_of(PRESS, st.text())
STEADY = st.text(alphabet="abXYZäÖßıſﬁ²0123 .,-–„“\n\u00ad漢字かなカナไทยก국Ⅳ𝐅😀_")
"""No character that the folding takes apart into several words of its own."""


@given(ANY)
def test_every_word_stands_at_its_span(text: str) -> None:
    assert len(fold(text)) == len(spans(text))


@given(ANY)
def test_spans_lie_within_the_text_one_after_the_other(text: str) -> None:
    flat = [edge for span in spans(text) for edge in span]
    assert flat == sorted(flat)
    assert all(start < end for start, end in spans(text))
    assert not flat or (flat[0] >= 0 and flat[-1] <= len(text))


@given(PRESS)
def test_the_text_of_a_span_folds_to_its_word(text: str) -> None:
    for word, (start, end) in zip(fold(text), spans(text), strict=True):
        assert list(fold(text[start:end])) == [word]


@given(STEADY)
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(" ".join(once)) == once


@given(ANY)
def test_no_word_is_empty_or_holds_a_blank(text: str) -> None:
    assert all(word and not word.isspace() and " " not in word for word in fold(text))


WESTERN = st.text(alphabet="abXYZäÖßÿŸŠšŽœƒˆ²½µª0123 .,-–„“”’…€™&;\"'\n\t\x00\x85\u00ad\u00a0_", max_size=60)


@given(WESTERN)
def test_a_foreign_word_behind_leaves_the_words_of_a_western_text_as_they_were(text: str) -> None:
    assert fold(f"{text} Ж") == [*fold(text), "ж"]
    assert spans(f"{text} Ж").tolist() == [*spans(text).tolist(), [len(text) + 1, len(text) + 2]]


@given(PRESS, PRESS)
def test_a_line_break_parts_words_and_nothing_else(text: str, other: str) -> None:
    text = text.rstrip("-\u00ad")
    assert fold(f"{text}\n{other}") == fold(text) + fold(other)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Der ICE 4711 hält in Öd.", ["der", "ice", "4711", "haelt", "in", "oed"]),
        ("„So“, sagte »er« – don’t", ["so", "sagte", "er", "don", "t"]),
        ("Donau\u00addampf\u00adschiff", ["donaudampfschiff"]),
        ("Wort\u00ad -\u00ad Wort", ["wort", "wort"]),
        ("12 km² und H₂O", ["12", "km2", "und", "h2o"]),
        ("eﬃzient ﬂink", ["effizient", "flink"]),
        ("İstanbul liegt fern, IŞIK ışık", ["istanbul", "liegt", "fern", "isik", "isik"]),
        ("𝐅𝐞𝐭𝐭 gedruckt", ["fett", "gedruckt"]),
        ("Regen 😀🇩🇪 Sonne", ["regen", "sonne"]),
        ("東京は晴れ", ["東", "京", "は", "晴", "れ"]),
        ("GDPは3％増", ["gdp", "は", "3", "増"]),
        ("ไทย", ["ไ", "ท", "ย"]),
        ("한국 정부", ["한국", "정부"]),
        ("قال ﷺ اليوم", ["قال", "صلياللهعليهوسلم", "اليوم"]),
        ("snake_case", ["snake_case"]),
        ("Ka\u0308se Käse Kaese KÄSE", ["kaese"] * 4),
        ("Stra\u200bße &uuml;ber &#228;", ["strasse", "ueber", "ae"]),
        ("Haus-\nhalt Ost-\nWest", ["haushalt", "ost", "west"]),
        ("pаpаyа", ["papaya"]),
        ("Déjà élève", ["deja", "eleve"]),
        ("مُحَمَّد كـــتاب أحمد احمد", ["محمد", "كتاب", "احمد", "احمد"]),
        ("کتاب ك٢", ["كتاب", "ك2"]),
        ("か\u3099が", ["が", "が"]),
        ("… – ?! 😀", []),
        ("", []),
    ],
)
def test_folding_by_example(text: str, folded: list[str]) -> None:
    assert list(fold(text)) == folded


def test_a_capital_with_a_dot_shifts_no_offset_behind_it() -> None:
    text = "İİİ und Ende"
    start, end = spans(text)[-1]
    assert text[start:end] == "Ende"


def test_a_lone_surrogate_is_no_reason_to_fail() -> None:
    assert fold("vor \ud800 nach") == fold("vor nach")


@pytest.mark.parametrize(
    ("text", "unspaced"),
    [
        ("東京は晴れ", True),
        ("ข่าววันนี้", True),
        ("Der Turm heißt 東京 Tower und ist hoch", False),
        ("東京タワー is open", True),
        ("한국 정부 발표", False),
        ("Nur Deutsch", False),
        ("", False),
    ],
)
def test_scripts_without_blanks_are_told_by_the_most_of_their_words(text: str, unspaced: bool) -> None:
    assert shingle(folded(text)).unspaced is unspaced


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Die Stra\u200bße &uuml;ber", ["Die", "Stra\u200bße", "&uuml;ber"]),
        ("Der Haus-\nhalt steht", ["Der", "Haus-\nhalt", "steht"]),
        ("Ka\u0308se und Brot", ["Ka\u0308se", "und", "Brot"]),
        ("قال مُحَمَّد اليوم", ["قال", "مُحَمَّد", "اليوم"]),
    ],
)
def test_a_word_stands_where_its_letters_stand(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in spans(text)] == words
