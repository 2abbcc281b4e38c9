"""What an article's headline is, exactly as it reads."""

import pytest

from tests.unit.ingest.pages.html import FOOTER, NAV, PARAGRAPHS, article, page, paragraphs, read


def titled(title: str = "", heading: str = "", head: str = "") -> str:
    h1 = f"<h1>{heading}</h1>" if heading else ""
    body = f"{NAV}<main><article>{h1}{paragraphs()}</article></main>{FOOTER}"
    return read(f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()).title


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("Was <b>fett</b> ist", "Was fett ist"),
        ("Br<b>ück</b>e", "Brücke"),
        ("Hubschrauber&shy;lande\u00adplatz", "Hubschrauberlandeplatz"),
        ("Was &lt;b&gt; in HTML heißt", "Was <b> in HTML heißt"),
        ("Fisch &amp;amp; Chips", "Fisch &amp; Chips"),
        ("<span>Hafen</span><span>Rat baut Brücke</span>", "Hafen Rat baut Brücke"),
        ("Rat\u0000 baut&#1; Br\u0075\u0308cke", "Rat baut Brücke"),
    ],
)
def test_a_heading_is_what_a_reader_sees(heading: str, title: str) -> None:
    assert titled(heading=heading) == title


def test_the_name_of_the_site_is_no_part_of_a_headline() -> None:
    site = '<meta property="og:site_name" content="Hafenblatt">'
    assert titled("Rat baut Brücke | Hafenblatt", head=site) == "Rat baut Brücke"
    assert titled("Rat baut Brücke – hafenblatt.example") == "Rat baut Brücke"
    assert titled("Hafenblatt", "Rat baut Brücke", head=site) == "Rat baut Brücke"


def test_what_is_escaped_once_too_often_is_told_by_the_heading() -> None:
    stated = '<meta property="og:title" content="Rat &amp;amp; Tat">'
    assert titled(heading="Rat &amp; Tat", head=stated) == "Rat & Tat"
    assert titled(heading="Anders", head=stated) == "Rat &amp; Tat"


def test_a_page_without_a_title_is_called_by_what_states_or_opens_it() -> None:
    linked = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Brücke kommt"}</script>'
    )
    assert titled(head='<meta property="og:title" content="Brücke kommt">') == "Brücke kommt"
    assert titled(heading="Brücke kommt") == "Brücke kommt"
    assert titled(head=linked) == "Brücke kommt"
    assert titled() == "Der Rat von Neuenhafen hat am Montag den Bau einer zweiten Brücke …"


def test_no_control_character_leaves_a_page() -> None:
    dirty = "Der Rat\x07 hat &#0;am&#31; Montag\x0b den Bau\x85 einer Br\u0075\u0308cke beschlossen, sagt er."
    text = read(article(f"<p>{dirty}</p>" + paragraphs(PARAGRAPHS[1:]))).text
    assert not any(ord(character) < 32 and character != "\n" for character in text)
    assert "Brücke beschlossen" in text
    assert read(page(f"<article><h1>A\x01b</h1>{paragraphs()}</article>", title="")).title == "Ab"
