"""Titles, text and times of entries, as their format means them."""

from datetime import UTC, datetime

import pytest

from tests.unit.ingest.formats.documents import SITE, atom, entries, json_feed, parsed, rss

XHTML = "http://www.w3.org/1999/xhtml"
NOON = datetime(2025, 6, 12, 12, 33, tzinfo=UTC)


def title_in(document: str) -> str:
    return entries(document)[0].title


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (rss("<title>Under &lt; 12 free, a &gt; b</title>"), "Under < 12 free, a > b"),
        (rss("<title>&lt;b&gt;Flood&lt;/b&gt; &amp;amp; fire</title>"), "Flood & fire"),
        (rss("<title><![CDATA[<em>Flood</em> &#8211; AT&amp;T]]></title>"), "Flood – AT&T"),
        (rss("<title>Dam</title><media:title>Picture</media:title>"), "Dam"),
        (rss("<media:title>Picture</media:title><title>Dam</title>"), "Dam"),
        (rss("<image><title>Picture</title></image><title>Dam</title>"), "Dam"),
        (rss("<dc:title>Dam</dc:title><link>https://a.example/</link>"), "Dam"),
        (atom("<title>Use of &lt;b&gt; &amp;amp; more</title>"), "Use of <b> &amp; more"),
        (atom("<title type='text'>a &lt;br&gt; b</title>"), "a <br> b"),
        (atom("<title type='html'>&lt;b&gt;Flood&lt;/b&gt; &amp;amp; fire</title>"), "Flood & fire"),
        (
            atom(f"<title type='xhtml'><div xmlns='{XHTML}'>a <b>b</b> &lt;c&gt;</div></title>"),
            "a b <c>",
        ),
        (json_feed({"title": "Use of <b> in AT&T &#8211; x"}), "Use of <b> in AT&T – x"),
    ],
)
def test_a_title_is_what_its_format_means(document: str, title: str) -> None:
    assert title_in(document) == title


@pytest.mark.parametrize("empty", ["", "<title/>", "<title> </title>", "<title>&lt;b&gt;&lt;/b&gt;</title>"])
def test_without_a_title_the_text_begins_it(empty: str) -> None:
    text = "&lt;p&gt;Masons broke through into a vault below the old abbey on Monday, it said.&lt;/p&gt;"
    only = f"{empty}<description>{text}</description>"
    assert title_in(rss(only)) == "Masons broke through into a vault below the old abbey on Monday…"
    assert title_in(json_feed({"content_text": "The ferry stays.\nFor long."})) == "The ferry stays."


@pytest.mark.parametrize(
    ("document", "summary", "content"),
    [
        (rss("<description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</description>"), "One\nTwo", ""),
        (rss("<description><p>One</p><p>Two &lt; 3</p></description>"), "One\nTwo < 3", ""),
        (rss("<description>One</description><content:encoded>Two</content:encoded>"), "One", "Two"),
        (rss("<description>One</description><content:encoded>One</content:encoded>"), "", "One"),
        (atom("<summary>a &lt;b&gt; c</summary>"), "a <b> c", ""),
        (atom("<content type='text/html'>&lt;p&gt;One&lt;/p&gt;Two</content>"), "", "One\nTwo"),
        (atom("<title>x</title><content type='image/png'>iVBORw0KGgo=</content>"), "", ""),
        (json_feed({"summary": "a <b>", "content_html": "<p>One</p>"}), "a <b>", "One"),
        (json_feed({"content_text": "a <b> c\nd"}), "", "a <b> c\nd"),
    ],
)
def test_text_is_what_its_format_means(document: str, summary: str, content: str) -> None:
    only = entries(document)[0]
    assert (only.summary, only.content) == (summary, content)


@pytest.mark.parametrize(
    ("document", "at"),
    [
        (rss("<title>x</title><pubDate>Thu, 12 Jun 2025 14:33:00 CEST</pubDate>"), NOON),
        (rss("<title>x</title><dc:date>2025-06-12T12:33:00Z</dc:date>"), NOON),
        (rss("<title>x</title><pubDate>soon</pubDate><dc:date>2025-06-12T12:33:00Z</dc:date>"), NOON),
        (
            rss("<title>x</title><pubDate>soon</pubDate><atom:updated>2025-06-12T12:33:00Z</atom:updated>"),
            None,
        ),
        (
            atom(
                "<title>x</title><published>2025-06-12T12:33:00Z</published><updated>2025-06-13T00:00:00Z</updated>"
            ),
            NOON,
        ),
        (atom("<title>x</title><updated>2025-06-12T12:33:00Z</updated>"), NOON),
        (atom("<title>x</title><published>n/a</published><updated>2025-06-12T12:33:00Z</updated>"), None),
        (json_feed({"title": "x", "date_published": "2025-06-12T14:33:00+02:00"}), NOON),
        (json_feed({"title": "x", "date_published": 1749731580}), NOON),
        (json_feed({"title": "x", "date_published": "2025-06-12T14:33:00"}), None),
    ],
)
def test_published_is_what_the_feed_states(document: str, at: datetime | None) -> None:
    assert entries(document)[0].published_at == at


def test_a_feed_says_its_language_and_rhythm() -> None:
    assert (
        parsed(rss("<title>x</title>", channel="<dc:language>fr-FR</dc:language><ttl>7</ttl>")).ttl_s == 420
    )
    assert parsed(atom("<title>x</title>", attributes="xml:lang='nl-BE'")).language == "nl"
    assert parsed(rss("<title>x</title>", channel="<title>A &amp;amp; B</title>")).title == "A & B"


def test_items_outside_of_the_channel_count_too() -> None:
    loose = (
        f"<rss><channel><title>P</title></channel><item><title>x</title><link>{SITE}/1</link></item></rss>"
    )
    assert [one.title for one in entries(loose)] == ["x"]
