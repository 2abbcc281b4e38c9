"""Articles out of pages, on invented pages; the overlap with real ones needs the press data."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import pages
from services.ingest.http.exchange import Exchange
from services.ingest.pages.extract import MAX_DEPTH, read_page
from services.ingest.readings import ParsedPage
from tests.press import press_data

URL = "https://www.hafenblatt.example/politik/bruecke-101"
PARAGRAPHS = (
    "Der Rat von Neuenhafen hat am Montag den Bau einer zweiten Brücke über die Ilse beschlossen.",
    "Die Kosten gibt die Verwaltung mit vierzig Millionen Kronen an, fertig soll sie in drei Jahren sein.",
    "Gegen den Bau stimmten die Fischer, die um ihre Liegeplätze am Nordkai fürchten, und zwei Parteilose.",
)
HEAD = """<title>Rat beschließt Brücke | Hafenblatt</title>
<link rel="canonical" href="/politik/bruecke-101"><meta property="og:site_name" content="Hafenblatt">
<meta property="article:published_time" content="2026-03-02T06:10:00+01:00">"""


def html(body: str, head: str = HEAD, lang: str = "de") -> bytes:
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">{head}</head>'
        f"<body>{body}</body></html>"
    ).encode()


def article(*paragraphs: str) -> str:
    inner = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        '<nav><ul><li><a href="/">Start</a></li><li><a href="/sport">Sport</a></li></ul></nav>'
        f"<main><article><h1>Rat beschließt Brücke</h1>{inner}</article></main>"
        '<aside class="teaser"><p>Lesen Sie auch</p><ul><li><a href="/x">Fähre bleibt</a></li></ul></aside>'
        '<div class="cookie-layer" role="dialog"><p>Diese Seite verwendet Cookies.</p></div>'
        "<footer><p>© 2026 Hafenblatt</p></footer>"
    )


def read(body: bytes, content_type: str = "text/html", url: str = URL) -> ParsedPage:
    return read_page(Exchange(url=url, outcome="ok", content_type=content_type, body=body))


def test_a_page_gives_its_article_and_nothing_around_it() -> None:
    found = read(html(article(*PARAGRAPHS)))
    assert found.text == "\n".join(PARAGRAPHS)
    assert found.title == "Rat beschließt Brücke"
    assert found.canonical_url == URL
    assert found.language == "de"
    assert found.published_at == datetime(2026, 3, 2, 5, 10, tzinfo=UTC)


def test_the_date_may_stand_in_json() -> None:
    said = '{"@type": "NewsArticle", "datePublished": "2026-03-01T12:00:00Z"}'
    ld = f'<script type="application/ld+json">{said}</script>'
    assert read(html(article(*PARAGRAPHS), ld)).published_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_soft_hyphens_and_layout_white_space_are_no_text() -> None:
    soft = [one.replace("Brücke", "Brü\u00adcke").replace(" ", "\n  ", 1) for one in PARAGRAPHS]
    assert read(html(article(*soft))).text == "\n".join(PARAGRAPHS)


def test_a_page_in_another_charset_than_declared_is_read() -> None:
    body = html(article(*PARAGRAPHS))
    assert read(body, "text/html; charset=iso-8859-1").text == "\n".join(PARAGRAPHS)
    latin = body.replace(b'<meta charset="utf-8">', b"").decode().encode("cp1252")
    assert read(latin, "text/html; charset=windows-1252").text == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    ("body", "content_type", "refusal"),
    [
        (b"", "text/html", "empty_body"),
        (b"\x00" * 9, "text/html", "empty_body"),
        (html("<nav><a href='/'>Start</a></nav>"), "text/html", "no_article"),
        (html("<div id='app'></div><script>start()</script>"), "text/html", "no_article"),
        (b"%PDF-1.7 ...", "application/pdf", "not_html"),
        (b'{"a": 1}', "application/json", "not_html"),
        (b"<html><body>" + b"<div>" * 20_000 + b"x" * 500, "text/html", "too_deep"),
        (b"<html><body>" + b"<ul><li>" * 20_000 + b"x" * 500, "text/html", "too_deep"),
    ],
)
def test_a_page_without_an_article_is_refused_with_a_reason(
    body: bytes, content_type: str, refusal: str
) -> None:
    found = read(body, content_type)
    assert (found.refusal, found.text) == (refusal, "")
    assert found.reason


@pytest.mark.timeout(20)
@pytest.mark.parametrize("tag", ["p", "b", "table><tr><td", "li"])
def test_many_unclosed_tags_end_in_time(tag: str) -> None:
    read(html(f"<{tag}>" * 5_000 + "Wort " * 50))


def test_the_depth_of_a_real_page_is_allowed() -> None:
    deep = "<div>" * (MAX_DEPTH - 50) + article(*PARAGRAPHS) + "</div>" * (MAX_DEPTH - 50)
    assert read(html(deep)).refusal != "too_deep"


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    read(body)
    read(b"<html><body>" + body)


# --- real pages --------------------------------------------------------------------------------------


@pytest.mark.press
def test_real_pages_reach_their_figures() -> None:
    data = press_data()
    if data is None:
        pytest.skip("no press data here")
    scores = pages.measure(data / "pages")
    assert pages.reached(scores, pages.summary(scores)), pages.text(scores, pages.summary(scores))
