"""Notes that correct or withdraw, and words that only look like them."""

import pytest

from services.dedup.text.notices import corrections, new_correction, unlabelled, withdrawal

NOTES = [
    "Korrektur: Es waren 31 Stimmen.",
    "In einer früheren Fassung dieses Beitrags stand ein falsches Datum.",
    "Anm. d. Red.: Die Zahl der Boote war falsch angegeben.",
    "Wir haben die Angabe zur Länge der Mole korrigiert.",
    "CORRECTION: The mole is 310 metres long.",
    "An earlier version of this story misspelled the harbour master's name.",
    "This report was amended to clarify the length of the mole.",
    "(Corrects second paragraph to say Tuesday)",
    "Editors' note: the toll was wrong in the first version.",
    "Rectificatif : la jetée mesure 310 mètres.",
    "Une précédente version de cet article indiquait 300 mètres.",
    "Corrección: el muelle mide 310 metros.",
    "En una versión anterior de este texto se indicaba otra fecha.",
    "Errata corrige: il molo è lungo 310 metri.",
    "Correção: o molhe tem 310 metros.",
    "Rectificatie: de pier is 310 meter lang.",
    "Sprostowanie: molo ma 310 metrów.",
    "Düzeltme: İskele 310 metre uzunluğundadır.",
    "Поправка: длина мола 310 метров.",
    "تصويب: طول الرصيف 310 أمتار.",
    "更正：防波堤长310米。",
    "訂正：防波堤の長さは310メートルです。",
    "정정: 방파제 길이는 310미터입니다.",
]
NEWS = [
    "Analysts called it a correction after months of gains.",
    "The Department of Correction opened a new wing.",
    "Die Behörde korrigiert ihre Prognose nach unten.",
    "In einer früheren Fassung des Gesetzes war das verboten.",
    "La corrección de los precios continúa en el mercado.",
    "The firm corrected its forecast on Tuesday.",
    "Editor's note: this is the first part of a series.",
    "Die Korrektur an den Börsen setzt sich fort.",
    "Коррекция на рынке продолжилась.",
]
WITHDRAWALS = [
    "This article has been removed at the request of the publisher.",
    "Dieser Beitrag wurde zurückgezogen.",
    "Cet article a été retiré.",
    "Esta noticia ha sido eliminada.",
    "Questo articolo è stato rimosso.",
    "Este texto foi removido.",
    "Dit artikel is verwijderd.",
    "Ten artykuł został usunięty.",
    "Bu haber yayından kaldırılmıştır.",
    "Эта статья удалена.",
    "تم حذف هذا المقال.",
    "本文已被删除。",
    "この記事は削除されました。",
]


@pytest.mark.parametrize("note", NOTES)
def test_a_note_of_correction_is_one_at_the_head_and_at_the_foot(note: str) -> None:
    for text in (f"{note}\nDer Hafen bleibt zu.", f"Der Hafen bleibt zu.\n{note}"):
        (found,) = corrections("Hafen", text)
        assert found.text == note


@pytest.mark.parametrize("line", NEWS)
def test_news_of_corrections_is_none(line: str) -> None:
    assert corrections("Hafen", line) == ()
    assert corrections(line, "Der Hafen bleibt zu.") == ()


@pytest.mark.parametrize(
    "title",
    [
        "KORREKTUR: Hafen zu",
        "dpa-Berichtigung: Hafen zu",
        "UPDATE 2-CORRECTED-Port shut",
        "Hafen zu (Korrektur)",
    ],
)
def test_a_title_says_so_by_its_label(title: str) -> None:
    assert corrections(title, "Der Hafen bleibt zu.")


def test_a_word_in_the_first_version_hides_no_note() -> None:
    first = "Die Berichtigung des Grundbuchs dauert.\nKorrektur: alt."
    assert new_correction("H", f"{first}\nKorrektur: Es waren 31.", "H", first) == "Korrektur: Es waren 31."
    assert new_correction("H", first, "H", first) == ""


@pytest.mark.parametrize("note", WITHDRAWALS)
def test_a_notice_of_withdrawal_is_one_in_place_of_a_text(note: str) -> None:
    assert withdrawal("Hafen zu", note) == note
    assert withdrawal("Hafen zu", f"{note}\n" + "Der Hafen bleibt noch lange gesperrt. " * 60) == note


def test_a_withdrawal_that_a_report_tells_of_is_none() -> None:
    text = "Der Verlag teilte mit. " * 40 + "\nDieser Artikel wurde später gelöscht, sagte ein Sprecher."
    assert withdrawal("Verlag löscht Artikel", text) == ""
    assert withdrawal("Zurückgezogen lebt der Dichter am Hafen", "Er lebt dort seit Jahren.") == ""


def test_a_label_over_few_words_withdraws_what_the_title_names() -> None:
    assert withdrawal("WITHDRAWN: Port shut", "Please do not use this item.")
    assert unlabelled("WITHDRAWN: Port shut") == "Port shut"
    assert unlabelled("KORREKTUR - Hafen zu") == "Hafen zu"
    assert unlabelled("Hafen zu") == "Hafen zu"
