"""Where an entry's article is, what tells it from others, and whose it is."""

import pytest

from tests.unit.ingest.formats.documents import SITE, atom, entries, json_feed, parsed, rss

A = f"{SITE}/n/dam"


@pytest.mark.parametrize(
    ("item", "url"),
    [
        (f"<link>{A}</link>", A),
        (f"<link>\n  {A}\n</link>", A),
        (f"<link>{SITE}/n/\n    dam</link>", A),
        (f"<link>{A}?a=1&amp;amp;b=2</link>", f"{A}?a=1&b=2"),
        (f"<link>{A}#later</link>", f"{A}#later"),
        (f"<link>{SITE}/#!/n/dam</link>", f"{SITE}/#!/n/dam"),
        (f"<guid>{A}</guid>", A),
        (f"<guid isPermaLink='true'>{A}</guid>", A),
        (f"<guid isPermaLink='false'>{A}</guid>", ""),
        ("<guid>dam-1</guid>", ""),
        (f"<link>javascript:alert(1)</link><guid>{A}</guid>", A),
        (f"<atom:link rel='alternate' href='{A}'/>", A),
        (f"<atom:link rel='self' href='{SITE}/x'/><link>{A}</link>", A),
        (f"<enclosure url='{SITE}/sound.mp3' type='audio/mpeg'/>", ""),
        (f"<media:content url='{SITE}/picture.jpg'/>", ""),
        (f"<image><link>{SITE}/picture</link><title>Picture</title></image><link>{A}</link>", A),
        (f"<source url='https://far.example/rss'><link>{SITE}/wrong</link></source><link>{A}</link>", A),
    ],
)
def test_the_address_of_an_rss_item(item: str, url: str) -> None:
    (only,) = entries(rss(f"<title>Dam holds</title>{item}"))
    assert (only.url, only.title) == (url, "Dam holds")


@pytest.mark.parametrize(
    ("item", "url"),
    [
        (f"<link href='{A}'/>", A),
        (f"<link rel='self' href='{SITE}/api/1'/><link rel='alternate' href='{A}'/>", A),
        (
            f"<link rel='related' href='{SITE}/s.mp3'/><link rel='via' href='{SITE}/r'/><link href='{A}'/>",
            A,
        ),
        (
            f"<link type='application/json' href='{SITE}/j'/><link type='text/html' href='{A}'/>",
            A,
        ),
        (f"<author><name>An Author</name><uri>{SITE}/author</uri></author><link href='{A}'/>", A),
        (f"<link href='{A}'/><author><uri>{SITE}/author</uri></author>", A),
        (f"<id>{A}</id>", A),
        ("<id>tag:pennbote.example,2026:1</id>", ""),
        (f"<link rel='alternate' href=''/><id>{A}</id>", A),
        (f"<link rel='enclosure' href='{SITE}/s.mp3'/>", ""),
        (f"<link rel='self' href='{A}'/>", A),
    ],
)
def test_the_address_of_an_atom_entry(item: str, url: str) -> None:
    (only,) = entries(atom(f"{item}<title>Dam holds</title>"))
    assert (only.url, only.title) == (url, "Dam holds")


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ({"url": A, "id": f"{SITE}/other"}, A),
        ({"id": A}, A),
        ({"id": A, "external_url": "https://far.example/x"}, A),
        ({"id": "7", "external_url": "https://far.example/x"}, "https://far.example/x"),
        ({"id": 7}, ""),
        ({"url": "/n/dam"}, A),
    ],
)
def test_the_address_of_a_json_item(item: dict[str, object], url: str) -> None:
    (only,) = entries(json_feed({"title": "Dam holds", **item}))
    assert only.url == url


HOSTED = "https://feeds.burnproxy.example/pennbote"


@pytest.mark.parametrize("link", ["/n/dam", "n/dam", "//www.pennbote.example/n/dam"])
def test_a_relative_link_of_a_hosted_feed_is_of_the_site_it_is_of(link: str) -> None:
    channel = f"<title>Pennbote</title><link>{SITE}/</link>"
    (of_rss,) = entries(rss(f"<link>{link}</link>", channel=channel), url=HOSTED)
    (of_atom,) = entries(atom(f"<link href='{link}'/>", feed=f"<link href='{SITE}/'/>"), url=HOSTED)
    (of_json,) = entries(json_feed({"url": link}, home_page_url=f"{SITE}/"), url=HOSTED)
    assert [of_rss.url, of_atom.url, of_json.url] == [A] * 3


def test_a_relative_link_of_a_sites_own_feed_is_relative_to_the_feed() -> None:
    channel = f"<link>{SITE}/front</link>"
    (only,) = entries(rss("<link>../n/dam</link>", channel=channel))
    assert only.url == A


def test_xml_base_comes_first() -> None:
    based = atom(
        "<link href='dam'/>", attributes=f"xml:base='{SITE}/n/'", feed="<link href='https://far.example/'/>"
    )
    (only,) = entries(based, url=HOSTED)
    assert only.url == A
    nested = atom("<link xml:base='x/' href='dam'/>").replace("<entry>", "<entry xml:base='n/'>")
    (only,) = entries(nested, url=f"{SITE}/feed.xml")
    assert only.url == A


@pytest.mark.parametrize(
    ("document", "home"),
    [
        (
            rss("<title>x</title>", channel=f"<atom:link rel='self' href='{HOSTED}'/><link>{SITE}</link>"),
            SITE,
        ),
        (rss("<title>x</title>", channel="<link>/</link>"), f"{SITE}/"),
        (rss(f"<title>x</title><link>{A}</link>", channel="<title>Pennbote</title>"), ""),
        (atom("<title>x</title>", feed=f"<link rel='self' href='{HOSTED}'/><link href='{SITE}'/>"), SITE),
        (json_feed({"title": "x"}, home_page_url=SITE, feed_url=HOSTED), SITE),
        (json_feed({"title": "x"}, home_page_url=["nothing"]), ""),
    ],
)
def test_a_feed_says_what_site_it_is_of(document: str, home: str) -> None:
    assert parsed(document).home_url == home


@pytest.mark.parametrize(
    ("document", "source"),
    [
        (
            rss("<title>x</title><source url='https://far.example/rss'>Far</source>"),
            "https://far.example/rss",
        ),
        (rss("<title>x</title><source url='rss.xml'>Far</source>"), ""),
        (
            atom("<title>x</title><source><id>urn:1</id><link href='https://far.example/'/></source>"),
            "https://far.example/",
        ),
        (
            atom("<title>x</title><source><id>https://far.example/feed</id></source>"),
            "https://far.example/feed",
        ),
        (rss("<title>x</title>"), ""),
    ],
)
def test_an_item_may_say_whose_it_is(document: str, source: str) -> None:
    assert entries(document)[0].source_url == source


def test_an_id_tells_entries_apart_before_their_link_does() -> None:
    same_link = [f"<guid isPermaLink='false'>{n}</guid><link>{A}</link>" for n in range(3)]
    assert len({one.key for one in entries(rss(*same_link))}) == 3
    (moved,) = entries(rss(f"<guid isPermaLink='false'>1</guid><link>{SITE}/n/new-slug</link>"))
    assert moved.key == entries(rss(*same_link))[1].key
    assert [one.id for one in entries(rss(*same_link))] == ["0", "1", "2"]


def test_an_id_that_several_entries_have_tells_nothing() -> None:
    same_id = [f"<guid isPermaLink='false'>x</guid><link>{A}-{n}</link>" for n in range(3)]
    assert len({one.key for one in entries(rss(*same_id))}) == 3
    no_link = [f"<guid isPermaLink='false'>x</guid><description>Words {n}</description>" for n in range(3)]
    assert len({one.key for one in entries(rss(*no_link))}) == 3
    (first, *_), (alone,) = entries(rss(*same_id)), entries(rss(same_id[0].split("</guid>")[1]))
    assert first.key == alone.key
