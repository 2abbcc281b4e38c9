import pytest

from services.contracts.facts import Quote
from services.enrich.facts.extract import Copy, facts, facts_of
from services.enrich.facts.heads import LEAD, byline, dateline, lead
from services.enrich.facts.landmarks import TOGETHER

TEXT = (
    "Von Anna Beispiel\n"
    "Im Hafen von Berlin sind am Montag rund 40 Container ins Wasser gefallen, wie die Polizei mitteilte.\n"
    "„Wir haben so etwas noch nie gesehen“, sagte Hafenmeister Martin Olden.\n"
    "Bürgermeisterin Ruva Lindqvast erklärte: „Niemand ist in Gefahr gewesen, das ist das Wichtigste.“\n"
    "„Es roch nach Salz und altem Tang, den ganzen Tag.“"
)


def test_the_facts_of_a_text() -> None:
    found = facts("Container fallen ins Hafenwasser", TEXT, "de")
    assert found.byline == "Anna Beispiel"
    assert found.lead.startswith("Im Hafen von Berlin")
    assert [(one.value, one.label) for one in found.figures] == [(40, "Container")]
    assert found.quotes == (
        Quote(text="Wir haben so etwas noch nie gesehen", speaker="Martin Olden"),
        Quote(text="Niemand ist in Gefahr gewesen, das ist das Wichtigste.", speaker="Ruva Lindqvast"),
        Quote(text="Es roch nach Salz und altem Tang, den ganzen Tag."),
    )
    assert "Container" in found.keywords


@pytest.mark.parametrize(
    ("language", "text", "speaker"),
    [
        ("en", '"We have never seen this before," said harbour master Martin Olden.', "Martin Olden"),
        ("fr", "« Nous n'avons jamais vu cela », a déclaré Martin Olden.", "Martin Olden"),
        ("ru", "«Мы никогда такого не видели», — сказал Виктор Ольден.", "Виктор Ольден"),
        (
            "ja",
            "マーティン・オルデンは「こんなことは一度も見たことがない」と述べた。",
            "マーティン・オルデン",
        ),
    ],
)
def test_a_quotation_has_the_speaker_that_is_named_beside_it(language: str, text: str, speaker: str) -> None:
    (quote,) = facts("", text, language).quotes
    assert quote.speaker == speaker


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("BERLIN (dpa) - Der Hafen", "BERLIN"),
        ("Berlin/Paris (AFP) – Der Hafen", "Berlin/Paris"),
        ("LONDON, March 3 (Reuters) - The harbour", "LONDON"),
        ("МОСКВА, 3 мар — Порт", "МОСКВА"),
        ("(서울=연합뉴스) 항구", "서울"),
        ("【東京】港で", "東京"),
        ("Die Stadt (Foto) hat einen Hafen", ""),
        ("Der Hafen – eine Geschichte", ""),
    ],
)
def test_a_dateline_says_where_copy_was_sent_from(text: str, place: str) -> None:
    assert dateline(text) == place


def test_a_lead_is_a_paragraph_and_no_longer_than_it_may_be() -> None:
    assert lead("Kurz\n" + "wort " * 300).startswith("wort")
    assert len(lead("wort " * 300)) <= LEAD + 2
    assert lead("") == byline("") == dateline("") == ""


def test_several_texts_say_what_each_says_by_itself() -> None:
    texts = [
        Copy(
            f"Anna Kolb zählt {n} Boote",
            f"Lind (nn) - „So viele Boote waren es nie“, sagt Kolb. {n} kamen.",
            "de",
        )
        for n in range(TOGETHER + 2)
    ]
    assert facts_of(texts) == [facts(*one) for one in texts]
    assert facts_of([]) == []
