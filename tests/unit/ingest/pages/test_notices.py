"""Pages with status 200 that are no article, and articles that only speak of such pages."""
# ruff: noqa: E501, ISC004 - markup is read best in whole lines

import pytest

from tests.unit.ingest.pages.html import FOOTER, NAV, TITLE, article, page, paragraphs, read

HINT = (
    "Bitte nutzen Sie die Suche oben auf der Seite, oder gehen Sie zurück zur Startseite des Hafenblatts und fangen"
    " dort noch einmal an. Vielleicht hilft Ihnen auch die Übersicht der Ressorts weiter."
)
REPORT = paragraphs() + f"<p>{HINT}</p>"
STAMP = '<meta property="article:published_time" content="2025-03-11T15:33:00+01:00">'


def notice(title: str, heading: str = "", text: str = HINT, head: str = "") -> bytes:
    h1 = f"<h1>{heading}</h1>" if heading else ""
    return page(f"{NAV}<main><article>{h1}<p>{text}</p></article></main>{FOOTER}", title=title, head=head)


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("Page not found", "Page not found"),
        ("404", "Oops!"),
        ("Error 404", "We can’t find that page"),
        ("Seite nicht gefunden", "Seite nicht gefunden"),
        ("Fehler 404", "Die angeforderte Seite existiert nicht mehr"),
        ("Page introuvable", ""),
        ("Erreur 404", "Oups, cette page n’existe plus"),
        ("Página no encontrada", "Lo sentimos"),
        ("Pagina non trovata", "Errore 404"),
        ("Página não encontrada", ""),
        ("Pagina niet gevonden", "Sorry"),
        ("Nie znaleziono strony", "Błąd 404"),
        ("Stránka nenalezena", ""),
        ("Sidan hittades inte", ""),
        ("Siden ble ikke funnet", ""),
        ("Sivua ei löytynyt", ""),
        ("Sayfa bulunamadı", ""),
        ("Страница не найдена", "Ошибка 404"),
        ("ページが見つかりません", ""),
        ("页面不存在", ""),
        ("페이지를 찾을 수 없습니다", ""),
        ("Hafenblatt", "Article not found"),
        ("Noticia no encontrada", ""),
        ("El Faro", "¡Vaya! No encontramos lo que buscas"),
        ("Cette page n’est pas disponible", ""),
        ("Article supprimé", ""),
        ("Ops! Página não encontrada", ""),
        ("Notizia non trovata", ""),
        ("Новость не найдена", ""),
        ("İçerik bulunamadı", ""),
        ("Stranica nije pronađena", ""),
        ("Không tìm thấy trang", ""),
        ("Halaman tidak ditemukan", ""),
        ("この記事は削除されました", ""),
        ("삭제된 기사입니다", ""),
        ("该文章已被删除", ""),
    ],
)
def test_a_page_that_says_there_is_nothing_here_is_not_found(title: str, heading: str) -> None:
    found = read(notice(title, heading))
    assert (found.refusal, found.text) == ("not_found", "")
    assert "nothing here" in found.reason


def test_a_notice_without_a_headline_is_told_by_its_text() -> None:
    assert read(notice("Hafenblatt", text="We’re sorry, we couldn’t find that page.")).refusal == "not_found"
    assert read(notice("Hafenblatt", text="Die Seite wurde leider nicht gefunden.")).refusal == "not_found"


@pytest.mark.parametrize(
    ("title", "heading", "text"),
    [
        ("503 Service Temporarily Unavailable", "503 Service Temporarily Unavailable", HINT),
        ("Wartungsarbeiten", "Wartungsarbeiten", HINT),
        (
            "Just a moment...",
            "",
            "Checking your browser before accessing hafenblatt.example. Please stand by.",
        ),
        (
            "Access denied",
            "Access denied",
            "You do not have permission to access this on this server, sorry.",
        ),
        ("Site en maintenance", "", HINT),
        ("Acceso denegado", "", HINT),
        ("Hafenblatt", "", "You need to enable JavaScript to run this app, and then load it again."),
        ("Hafenblatt", "", "Bitte aktivieren Sie JavaScript in Ihrem Browser, um diese Seite zu lesen."),
    ],
)
def test_a_page_that_is_out_of_order_or_asks_who_reads_is_no_article(
    title: str, heading: str, text: str
) -> None:
    found = read(notice(title, heading, text))
    assert found.refusal == "no_article"
    assert found.reason != "no text that could be an article"


@pytest.mark.parametrize(
    "text",
    [
        "We and our 312 partners store information on your device. You may accept all cookies or pay for reading"
        " without tracking. You can withdraw your consent at any time; more is in our privacy policy.",
        "Wir und unsere 312 Partner speichern Informationen auf Ihrem Gerät. Sie können alle Cookies akzeptieren oder"
        " ohne Werbung lesen. Ihre Einwilligung können Sie jederzeit in der Datenschutzerklärung widerrufen.",
        "Nous et nos 312 partenaires conservons des informations sur votre appareil. Vous pouvez accepter tous les"
        " cookies ou lire sans publicité. Vous pouvez retirer votre consentement à tout moment.",
    ],
)
def test_a_page_that_asks_for_consent_is_no_article(text: str) -> None:
    found = read(notice("Hafenblatt", "Weiter lesen", text))
    assert (found.refusal, found.reason) == ("no_article", "asks for consent")


@pytest.mark.parametrize(
    "title",
    [
        "Hiker not found after three days",
        "Vermisster Fischer nicht gefunden",
        "404: Die Band kommt nach Neuenhafen",
        "404 – die Band spielt am Kai",
        "Error 404: why half the links of the council are dead",
        "Page not found: how the harbour forgot its archive",
        "Wartungsarbeiten an der Ilsebrücke dauern länger",
        "Access denied: reporters kept from the quay",
        "Just a moment of silence for the old bridge",
        "Les pages perdues du port restent introuvables",
        "Пропавший мост не найден",
        "Kayıp kedi bulunamadı",
        "Nie znaleziono kota burmistrza",
        "「ページが見つかりません」美術館で展覧会",
    ],
)
def test_a_report_of_such_things_is_an_article(title: str) -> None:
    whole = f"{NAV}<main><article><h1>{title}</h1>{REPORT}</article></main>{FOOTER}"
    assert read(page(whole, title=title)).refusal is None
    short = f"{NAV}<main><article><h1>{title}</h1><p>{HINT}</p></article></main>{FOOTER}"
    assert read(page(short, title=title)).refusal is None


def test_a_headline_of_the_very_words_over_an_article_with_its_time_is_an_article() -> None:
    whole = f"{NAV}<main><article><h1>Seite nicht gefunden</h1>{REPORT}</article></main>{FOOTER}"
    assert read(page(whole, title="Seite nicht gefunden", head=STAMP)).refusal is None


def test_an_article_about_consent_is_one() -> None:
    about = "<p>Das Gericht befand, dass eine Einwilligung in Cookies freiwillig sein müsse.</p>"
    assert read(article(paragraphs() + about)).refusal is None
    assert read(article(paragraphs() + about)).title == TITLE
