"""One bad thing costs one thing; what is not used is told, and the numbers add up."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.readings import Entry
from tests.unit.ingest.formats.documents import (
    JSON_FEED,
    SITE,
    atom,
    entries,
    json_feed,
    news,
    news_sitemap,
    parsed,
    rss,
)

GOOD = f"<title>Good</title><link>{SITE}/good</link>"


def item(title: str, more: str = "") -> str:
    return f"<title>{title}</title><link>{SITE}/bad</link>{more}"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("AT&T and Q&A with R&D", "AT&T and Q&A with R&D"),
        ("Fish & chips", "Fish & chips"),
        ("caf&eacute;&nbsp;noir", "café noir"),
        ("Smile &#xD83D;&#xDE00;", "Smile 😀"),
        ("Half &#xD83D; smile", "Half \ufffd smile"),
        ("Nul&#0; and bell&#7;", "Nul and bell"),
        ("Dash &#150; here", "Dash – here"),
        ("Five < six", "Five < six"),
        ("Cafe\u0301", "Café"),
        ("A\x0bB\x1fC", "ABC"),
    ],
)
def test_a_bad_character_costs_itself_in_every_xml_format(title: str, expected: str) -> None:
    link = f"<link href='{SITE}/bad'/>"
    documents = [
        rss(item(title), GOOD),
        rss(GOOD, item(title)),
        atom(f"<title>{title}</title>{link}", f"<title>Good</title><link href='{SITE}/good'/>"),
        news_sitemap(f"<loc>{SITE}/bad</loc>{news(title)}", f"<loc>{SITE}/good</loc>{news('Good')}"),
    ]
    for document in documents:
        assert {one.url: one.title for one in entries(document)} == {
            f"{SITE}/bad": expected,
            f"{SITE}/good": "Good",
        }


def test_a_half_emoji_in_json_costs_itself() -> None:
    items = '{"title": "Cut \\ud83d"}, {"title": "\\ud83d\\ude00\\u0000\x01"}'
    text = f'{{"version": "{JSON_FEED}", "items": [{items}]}}'
    assert [one.title for one in entries(text)] == ["Cut \ufffd", "😀"]


@pytest.mark.parametrize(
    "bad",
    [
        item("Bad", "<description>never closed"),
        item("Bad", "<description><p>a<b>c</p></description>"),
        item("Bad", "</description>"),
        item("Bad", "<pubDate>the day after</pubDate>"),
        item("Bad", "<description><![CDATA[never closed</description>"),
        item("Bad", "<a href=unquoted checked>x</a>"),
        item("Bad", "<dc:unknown><x:undeclared/></dc:unknown>"),
        item("Bad", "<description>&lt;p&gt;&amp;#0; &amp;#x1;</description>"),
        f"<title>Bad<link>{SITE}/bad</link>",
        f"<TITLE>Bad</Title><Link>{SITE}/bad</Link>",
    ],
)
def test_a_broken_item_costs_neither_itself_nor_its_neighbours(bad: str) -> None:
    for items in ((bad, GOOD), (GOOD, bad), (GOOD.replace("ood", "ooo"), bad, GOOD)):
        found = parsed(rss(*items))
        assert found.refusal is None
        assert len(found.entries) == len(items)
        assert {"Bad", "Good"} <= {one.title for one in found.entries}
        assert f"{SITE}/bad" in {one.url for one in found.entries}


def test_a_json_item_that_is_none_is_left_out_and_told() -> None:
    good = {"url": f"{SITE}/good", "title": "Good"}
    found = parsed(json_feed("words", None, 7, [good], good, {"title": ["x"], "url": 3, "id": {}}))
    assert [one.title for one in found.entries] == ["Good"]
    assert found.listed == 6
    assert [one.reason for one in found.left_out].count("unreadable") == 4
    assert any("not str" in one.about for one in found.left_out)


def test_json_that_is_broken_in_one_item_is_read_around_it() -> None:
    good = json.dumps({"url": f"{SITE}/good", "title": "Good, [really] {good}"})
    for bad in ('{"title": "a" "b"}', '{"title": \\x}', "{'title': 'x'}"):
        items = f"[{good}, {bad}, {good.replace('/good', '/g')},]"
        text = f'{{"version": "{JSON_FEED}", "items": {items}, "title": "P"}}'
        found = parsed(text)
        assert [one.title for one in found.entries] == ["Good, [really] {good}"] * 2
        assert (found.title, found.listed) == ("P", 3)
        assert [one.reason for one in found.left_out] == ["unreadable"]
        assert "item 2" in found.left_out[0].about


def test_an_item_that_says_nothing_is_told() -> None:
    nothing = "<guid isPermaLink='false'>g-1</guid><pubDate>Thu, 12 Jun 2025 12:33:00 GMT</pubDate>"
    found = parsed(rss(nothing, GOOD, ""))
    assert [(one.reason, one.about) for one in found.left_out] == [
        ("no-content", "g-1"),
        ("no-content", "item 3"),
    ]
    assert len(found.entries) == 1


@pytest.mark.parametrize(
    "before",
    [
        "<br />\n<b>Warning</b>:  foreach() in <b>/srv/feed.php</b> on line <b>12</b><br />\n",
        "Notice: Undefined index {x}\n",
        "<!-- cached -->\n\ufeff",
        "\n\n  ",
    ],
)
@pytest.mark.parametrize("behind", ["", "\n<!-- 3 ms -->", "<script>count()</script>", "\n</body></html>"])
def test_what_a_server_prints_around_a_document_is_not_it(before: str, behind: str) -> None:
    for document in (
        rss(GOOD),
        atom(GOOD),
        json_feed({"title": "Good"}),
        "<?xml version='1.0'?>" + rss(GOOD),
    ):
        assert [one.title for one in entries(before + document + behind)] == ["Good"]


WHOLE = {
    "rss": rss(GOOD, GOOD),
    "atom": atom(GOOD, GOOD),
    "json": json_feed({"title": "Good"}, {"title": 'x } ] " y'}),
    "sitemap": news_sitemap(f"<loc>{SITE}/good</loc>{news('Good')}"),
    "index": "<sitemapindex><sitemap><loc>https://a.example/news.xml</loc></sitemap></sitemapindex>",
}


@pytest.mark.parametrize("document", WHOLE.values(), ids=WHOLE)
@given(share=st.floats(0, 1))
def test_a_document_cut_anywhere_is_incomplete(document: str, share: float) -> None:
    cut = document[: int(len(document) * share)][:-1]
    refusal = parsed(cut).refusal
    assert refusal in {"incomplete", "not_a_feed", "empty_body"}
    if any(begin in cut for begin in ("<item>", "<entry>", "<url>", "<sitemap>", '"items"')):
        assert refusal == "incomplete"


@pytest.mark.parametrize("end", ["</rss>\n\n", "</RSS>", "</rss ><!-- x -->", "</rss>\n<?php ?>"])
def test_an_end_of_another_form_is_one(end: str) -> None:
    assert parsed(rss(GOOD).replace("</rss>", end)).refusal is None


TEXTS = st.text(st.characters(exclude_categories=()), max_size=40)
FORMS: st.SearchStrategy[str] = st.one_of(
    TEXTS,
    TEXTS.map(lambda text: f"<![CDATA[{text}]]>"),
    TEXTS.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")),
    st.integers(0, 0x110000).map(lambda code: f"&#{code};"),
    st.integers(0, 0x110000).map(lambda code: f"&amp;#x{code:x};"),
)


def is_clean(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text) and not any(
        unicodedata.category(one) in {"Cc", "Cs"} and one not in "\n\t" for one in text
    )


def words_of(one: Entry) -> list[str]:
    return [one.title, one.summary, one.content]


@given(st.lists(st.tuples(FORMS, FORMS, FORMS), max_size=4))
def test_no_xml_brings_a_control_character_and_every_item_is_counted(
    items: list[tuple[str, str, str]],
) -> None:
    documents = [
        rss(*(f"<title>{t}</title><link>{u}</link><description>{d}</description>" for t, u, d in items)),
        atom(*(f"<id>{u}</id><title>{t}</title><content type='html'>{d}</content>" for t, u, d in items)),
    ]
    for found in map(parsed, documents):
        for one in found.entries:
            assert all(map(is_clean, words_of(one)))
            assert all(
                is_clean(unicodedata.normalize("NFC", text)) for text in (one.id, one.url, one.source_url)
            )


VALUES: st.SearchStrategy[Any] = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "url", "title"]), inner)
    ),
    max_leaves=4,
)
MEMBERS = st.sampled_from(
    "id url title content_html content_text summary date_published external_url".split()
)


@given(st.lists(st.dictionaries(MEMBERS, VALUES) | VALUES, max_size=5))
def test_no_json_brings_a_control_character_and_every_item_is_counted(items: list[Any]) -> None:
    found = parsed(json_feed(*items))
    assert found.listed == len(items)
    for one in found.entries:
        assert all(map(is_clean, words_of(one)))
    for left in found.left_out:
        assert left.reason
        assert len(left.about) <= 200
