"""Words by the table are the words of the definitions, wherever the table knows them."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.kernels.words import split
from services.dedup.text.words import folded, spans

# Ligatures, several scripts, marks, hyphens, sigmas and what binds to its neighbours.
LETTERS = (
    "abXYZäÖßİıſﬁﬃǅŒ²½Ⅳ0123_ʰ .,-‐–„“’'\"\n\t\x00\u00ad\u00a0\u200b\u200dЖжаΔδΣσςΐᾳ\u037e\u0387·×÷"
    "漢字かなガｶﾞไทยกำ้ໜ豈𠀀한국각각أةکب\u0640\u064bﷺעִ\u0301\u3099&#;amp😀🇩𝐅"
)
PARTS = st.sampled_from(["-\n", "a-\nb", "&amp;", "&x;", "aΣ", "Σ ", "λόγοΣ.", "pаpa", "abc ", "Öl, ", "ж "])
TEXTS = st.lists(st.one_of(PARTS, st.sampled_from(LETTERS), st.characters()), max_size=40).map("".join)


@pytest.fixture(scope="module", autouse=True)
def _definitions() -> None:
    kernels.use(now=False)


def by_definition(text: str) -> tuple[str, list[list[int]]]:
    return folded.__wrapped__(text), spans.__wrapped__(text).tolist()


def by_table(text: str) -> tuple[str, list[list[int]]] | None:
    known = split(text)
    return known and (known.letters.tobytes().decode("utf-16-le"), known.spans.tolist())


def is_known(text: str) -> bool:
    found = by_table(text)
    assert found is None or found == by_definition(text)
    return found is not None


@given(TEXTS)
def test_what_the_table_tells_is_what_the_definitions_tell(text: str) -> None:
    is_known(text)


def planes() -> Iterator[int]:
    yield from range(0x3400)
    yield from range(0x3400, 0xA000, 97)
    yield from range(0xA000, 0xAC00)
    yield from range(0xAC00, 0xD800, 97)
    yield from range(0xF900, 0x10400)
    yield from range(0x1D400, 0x1D410)
    yield from range(0x1F000, 0x1FC00)


def test_every_character_folds_as_it_is_defined_alone_and_among_letters() -> None:
    unknown = [
        letter
        for letter in map(chr, planes())
        if not is_known(f"{letter} ab{letter}{letter}\n") and not is_known(letter) and letter.isalnum()
    ]
    assert sum(letter < "\U00010000" for letter in unknown) < 250


@pytest.mark.parametrize(
    "text",
    [
        "Die Straße nach Öd – „dort“, sagt er, „geht’s lang“ …",
        "Le cœur a ses raisons : l’été, déjà.",
        "Прогноз: завтра дождь в Марсуме, 12 км/ч.",
        "Ο ΛΙΜΕΝΑΣ ΚΑΙ Η ΘΑΛΑΣΣΑ ΤΟΥΣ, Στο λιμάνι.",
        "قال الميناء إن السفينة تأخرت",
        "مُحَمَّد كـــتاب",
        "İstanbul’da ışık",
        "東京は晴れ、GDPは3％増",
        "ข่าววันนี้ กำลังมา",
        "한국 정부 발표",
        "Haus-\nhalt und Ost-\nWest",
        "Donau\u00addampf\u00adschiff und loses\u00ad Zeichen",
        "Gewinn & Verlust, R&D; 5 × 3 😀🇩🇪",
        "",
    ],
)
def test_copy_of_many_languages_is_told_by_the_table(text: str) -> None:
    assert is_known(text)


@pytest.mark.parametrize("text", ["Ka\u0308se", "&uuml;ber", "pаpаyа", "𝐅𝐞𝐭𝐭", "\ud800", "𠀀"])
def test_what_hangs_on_its_neighbours_is_left_to_the_definitions(text: str) -> None:
    assert by_table(text) is None
