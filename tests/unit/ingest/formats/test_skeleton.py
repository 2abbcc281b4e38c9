"""What feedparser would get wrong, and what it never sees."""

from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.formats.entries import MAX_ENTRIES
from tests.unit.ingest.formats.documents import SITE, atom, entries, parsed, rss

XHTML = "http://www.w3.org/1999/xhtml"
GOOD = f"<title>Good</title><link>{SITE}/good</link>"
BAD = f"<title>Bad</title><link>{SITE}/bad</link>"
LEAVES = "title link id guid published updated summary description content source author item entry".split()
HTML = "p br details summary picture source body title svg width height name image url item info".split()


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<p>One</p><details><summary>Two</summary>Three</details><p>Four</p>", "One\nTwoThree\nFour"),
        ("<picture><source srcset='x'/><img/></picture><p>One</p>", "One"),
        ("<p>One</p><svg><title>Picture</title></svg><p>Two</p>", "One\nTwo"),
        ("<width>4</width><name>One</name>", "4One"),
        ("<body><p>One</p></body><p>Two &lt; 3</p>", "One\nTwo < 3"),
    ],
)
def test_elements_of_html_do_not_end_the_text_they_stand_in(inside: str, text: str) -> None:
    more = f"<title>Dam holds</title><link href='{SITE}/1'/>"
    of_atom = atom(f"<content type='xhtml'><div xmlns='{XHTML}'>{inside}</div></content>{more}", GOOD)
    of_rss = rss(f"<description>{inside}</description><title>Dam holds</title><link>{SITE}/1</link>", GOOD)
    for document in (of_atom, of_rss):
        first, second = entries(document)
        assert (first.title, first.url, second.title) == ("Dam holds", f"{SITE}/1", "Good")
        assert (first.content or first.summary) == text


@pytest.mark.parametrize("words", ["CAFÉ®", "Ã©tat", "Â£5", "né à Ü", "日本", "a\u2019b"])
def test_letters_are_never_guessed_to_be_others(words: str) -> None:
    fields = (
        f"<guid isPermaLink='false'>{words}</guid><title>{words}</title><description>{words}.</description>"
    )
    (only,) = entries(rss(fields))
    assert (only.id, only.title, only.summary) == (words, words, f"{words}.")
    (only,) = entries(atom(f"<id>{words}</id><title>{words}</title><summary>{words}.</summary>"))
    assert (only.id, only.title, only.summary) == (words, words, f"{words}.")


def test_an_id_is_never_joined_to_a_base() -> None:
    based = atom("<id>dam-7</id><link href='dam'/>", attributes=f"xml:base='{SITE}/n/'")
    (only,) = entries(based)
    assert (only.id, only.url) == ("dam-7", f"{SITE}/n/dam")


def test_a_base_holds_for_its_own_item_alone() -> None:
    first = f"<entry xml:base='{SITE}/n/'><link href='dam'/></entry>"
    document = atom("<link href='lock'/>").replace("<entry>", f"{first}<entry>")
    assert [one.url for one in entries(document)] == [f"{SITE}/n/dam", f"{SITE}/rss/lock"]


def test_a_title_may_look_like_base64() -> None:
    (only,) = entries(atom("<title type='base64'>Dams</title><summary mode='base64'>Dams</summary>"))
    assert (only.title, only.summary) == ("Dams", "Dams")


def test_an_rdf_item_is_where_it_is_about_if_nothing_else_says_so() -> None:
    document = (
        "<rdf:RDF xmlns='http://purl.org/rss/1.0/' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        f"<channel/><item rdf:about='{SITE}/1'><title>a</title></item>"
        f"<item rdf:about='{SITE}/2'><title>b</title><link>{SITE}/b</link></item>"
        "<item rdf:about='urn:3'><title>c</title></item></rdf:RDF>"
    )
    assert [(one.id, one.url) for one in entries(document)] == [
        (f"{SITE}/1", f"{SITE}/1"),
        (f"{SITE}/2", f"{SITE}/b"),
        ("urn:3", ""),
    ]


def test_a_field_that_says_nothing_stands_for_none() -> None:
    empty = "<title> </title><guid/><link/><pubDate/><description> </description>"
    full = f"<dc:title>Dam</dc:title><atom:id>{SITE}/1</atom:id><dc:description>Words.</dc:description>"
    (only,) = entries(rss(f"{empty}{full}<dc:date>2026-03-02T05:45:00Z</dc:date>"))
    assert (only.title, only.id, only.url, only.summary) == ("Dam", f"{SITE}/1", f"{SITE}/1", "Words.")
    assert only.published_at
    assert [one.reason for one in parsed(rss(empty, GOOD)).left_out] == ["no-content"]


@pytest.mark.parametrize("fault", ["raises", "loses", "guesses"])
def test_an_item_the_library_cannot_read_costs_itself_and_is_told(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = feedparser.parse

    def faulty(stream: Any, **options: Any) -> Any:
        found = whole(stream, **options)
        if any(one.title == "Bad" for one in found.entries):
            if fault == "raises":
                raise TypeError("int() argument must be a string")
            found.bozo = fault == "guesses"
            found.entries = [one for one in found.entries if one.title != "Bad" or fault == "guesses"]
        return found

    monkeypatch.setattr(feedparser, "parse", faulty)
    for document in (rss(GOOD, BAD, GOOD), atom(*(f"{one}<id>{SITE}/x</id>" for one in (GOOD, BAD, GOOD)))):
        found = parsed(document)
        assert [one.title for one in found.entries] == ["Good", "Good"]
        assert [one.reason for one in found.left_out] == ["unreadable"]
        assert "item 2" in found.left_out[0].about
        assert found.title == "Pennbote"


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "field",
    [
        f"<link>{SITE}/1</link><atom:link href='{SITE}/2'/>",
        "<author>a@b (((</author>",
        "<title>&amp;#&lt;/a</title>",
        "<description>&lt;!--</description>",
        "<pubDate>12 Jun</pubDate>",
        "<source><link/></source>",
        "<content:encoded>]]&gt;</content:encoded>",
    ],
)
def test_a_field_sent_many_times_is_survived_in_seconds(field: str) -> None:
    for item in (field * 5_000, field.replace(">", ">" + "&amp;a" * 20_000, 1)):
        assert parsed(rss(item, GOOD)).entries[-1].title == "Good"


def test_items_beyond_the_bound_are_not_handed_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    whole = feedparser.parse

    def counting(stream: Any, **options: Any) -> Any:
        found = whole(stream, **options)
        sizes.append(len(found.entries))
        return found

    monkeypatch.setattr(feedparser, "parse", counting)
    parsed(rss(*[GOOD] * (MAX_ENTRIES + 3)))
    assert sizes == [MAX_ENTRIES]


TREES: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(["", "words", "a &lt;b&gt; c", "&#xE9;&#xAE;", "]]&gt;", "4", "https://a.example/1"]),
    lambda inner: st.builds(
        lambda called, parts: f"<{called}>{''.join(parts)}</{called}>",
        st.sampled_from([*LEAVES, *HTML]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)


@given(st.lists(TREES.filter(lambda tree: "<item>" not in tree and "<entry>" not in tree), max_size=5))
def test_whatever_is_nested_in_an_item_it_is_read(items: list[str]) -> None:
    for document in (rss(*(f"{GOOD}{one}" for one in items)), atom(*(f"{GOOD}{one}" for one in items))):
        found = parsed(document)
        assert [one.title for one in found.entries] == ["Good"] * len(items)
