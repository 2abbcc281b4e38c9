"""Feed documents of every format to entries, on invented feeds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.formats.entries import MAX_ENTRIES, MAX_TITLE
from services.ingest.formats.parse import read_feed
from services.ingest.http.exchange import Exchange
from services.ingest.readings import ParsedFeed
from tests.press import press_data

FEEDS = Path(__file__).resolve().parents[3] / "fixtures" / "feeds"
BASE = "https://feeds.hafenblatt.example/stadt.xml"


def read(body: bytes, content_type: str = "") -> ParsedFeed:
    return read_feed(Exchange(url=BASE, outcome="ok", content_type=content_type, body=body))


def fixture(name: str) -> ParsedFeed:
    return read((FEEDS / name).read_bytes())


def test_rss_with_what_real_feeds_get_wrong() -> None:
    found = fixture("rss20.xml")
    assert (found.title, found.language, found.ttl_s) == ("Hafenblatt & Umland", "de", 1_800)
    assert [one.url for one in found.entries] == [
        "https://www.hafenblatt.example/politik/bruecke-101?utm_source=rss",
        "https://www.hafenblatt.example/politik/kennung-102",
        "https://www.hafenblatt.example/kultur/umweg-103",
        "",
        "",
    ]
    first, _, third, *_ = found.entries
    assert first.title == "Rat beschließt zweite Brücke & neue Fähre"
    assert first.summary == "Der Rat hat beschlossen.\nDie Ilse bekommt eine Brücke."
    assert first.published_at == datetime(2026, 3, 2, 5, 10, tzinfo=UTC)
    assert third.content == "Erster Absatz.\nZweiter Absatz\nmit Umbruch."
    assert third.summary == "Der Umweg zählt."


def test_repeated_ids_are_told_apart_by_their_links() -> None:
    keys = [one.key for one in fixture("rss20.xml").entries]
    assert len(set(keys)) == len(keys)


def test_atom_takes_the_alternate_link_or_an_id_that_is_one() -> None:
    found = fixture("atom10.xml")
    assert (found.title, found.language) == ("Penmarrick Courier", "en")
    assert [one.url for one in found.entries] == [
        "https://www.penmarrick.example/news/bridge-201",
        "https://www.penmarrick.example/news/ferry-202",
    ]
    assert found.entries[0].published_at == datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    assert found.entries[1].content == "The ferry stays.\nNobody knows for how long."


def test_rdf() -> None:
    (only,) = fixture("rdf10.xml").entries
    assert (only.title, only.url) == ("Stauwehr geprueft", "https://www.talbote.example/301")
    assert only.published_at == datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


def test_json_feed_is_read_leniently() -> None:
    found = fixture("feed11.json")
    assert (found.title, found.language) == ("Wexmoor Ledger", "en")
    assert [(one.url, one.title) for one in found.entries] == [
        ("https://www.wexmoor.example/news/orchard-401", "Orchard sold"),
        ("https://elsewhere.example/402", "Seen elsewhere"),
        ("", "No address at all."),
    ]
    assert found.entries[0].content == "The orchard was sold.\nThe buyer is unknown."


def test_a_news_sitemap_lists_its_news_and_nothing_else() -> None:
    found = fixture("news-sitemap.xml")
    assert (found.title, found.language) == ("Station Seven", "en")
    assert [(one.title, one.url) for one in found.entries] == [
        ("Quarry closed", "https://www.stationseven.example/news/quarry-501")
    ]


@pytest.mark.parametrize(
    ("name", "refusal", "reason"),
    [
        ("plain-sitemap.xml", "not_a_feed", "lists a whole site"),
        ("not-a-feed.html", "not_a_feed", "an HTML page"),
        ("list.opml", "not_a_feed", "import it with"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_reason(name: str, refusal: str, reason: str) -> None:
    found = fixture(name)
    assert found.refusal == refusal
    assert reason in found.reason


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", "empty_body"),
        (b" \n\t ", "empty_body"),
        (b"\xef\xbb\xbf", "empty_body"),
        (b"{}", "not_a_feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [', "incomplete"),
        (b"[" * 50_000, "incomplete"),
        (b"[" * 50_000 + b"]" * 50_000, "too_deep"),
        (b'{"version": "https://jsonfeed.org/version/1", "items" 3}', "parse_error"),
        (b"Just some words.", "not_a_feed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "not_a_feed"),
        (b'<?xml version="1.0"?><urlset xmlns:news="n"><url>', "incomplete"),
    ],
)
def test_a_broken_body_is_refused(body: bytes, refusal: str) -> None:
    assert read(body).refusal == refusal


def test_a_wrong_charset_does_not_damage_the_text() -> None:
    rss = "<rss version='2.0'><channel><item><title>Brücke über die Ilse</title></item></channel></rss>"
    declared_wrong = read(
        b"<?xml version='1.0' encoding='ISO-8859-1'?>" + rss.encode(), "text/xml; charset=latin1"
    )
    undeclared = read(rss.encode("cp1252"))
    utf16 = read(rss.encode("utf-16"))
    for found in (declared_wrong, undeclared, utf16):
        assert [one.title for one in found.entries] == ["Brücke über die Ilse"]


def test_white_space_and_control_characters_around_a_feed_are_survived() -> None:
    rss = b"<rss version='2.0'><channel><item><title>A\x0bB</title></item></channel></rss>"
    found = read(b"\n\n <?xml version='1.0'?>" + rss)
    assert [one.title for one in found.entries] == ["AB"]


def test_the_digest_changes_with_what_an_editor_changes_only() -> None:
    def digest(title: str, updated: str) -> str:
        body = (
            f"<feed xmlns='http://www.w3.org/2005/Atom'>"
            f"<entry><id>1</id><title>{title}</title><updated>{updated}</updated></entry>"
            f"<entry><id>2</id><title>Andere</title><updated>{updated}</updated></entry></feed>"
        )
        return read(body.encode()).entries[0].digest

    generated = digest("Brücke", "2026-03-02T06:00:00Z")
    assert digest("Brücke", "2026-03-02T07:00:00Z") == generated, "one stamp on all entries is the document's"
    assert digest("Fähre", "2026-03-02T06:00:00Z") != generated


def test_entries_beyond_the_bound_are_cut_and_counted() -> None:
    items = b"".join(b"<item><link>http://a.example/%d</link></item>" % n for n in range(MAX_ENTRIES + 7))
    found = read(b"<rss version='2.0'><channel>" + items + b"</channel></rss>")
    assert (len(found.entries), found.cut) == (MAX_ENTRIES, 7)


def test_titles_are_bounded() -> None:
    found = read(
        b"<rss version='2.0'><channel><item><title>" + b"t" * 99_999 + b"</title></item></channel></rss>"
    )
    assert len(found.entries[0].title) <= MAX_TITLE


HOSTILE = {
    "comments in a description": b"<item><description>" + b"&lt;!--" * 100_000 + b"</description></item>",
    "an author of many addresses": b"<item><author>" + b"a@b " * 10_000 + b"</author><title>t</title></item>",
    "an author of brackets": b"<item><author>" + b"(" * 32_000 + b"</author><title>t</title></item>",
    "nested tags": b"<item>" + b"<a>" * 20_000 + b"</item>",
    "nested tags in content": b"<item><description>" + b"&lt;div&gt;" * 20_000 + b"</description></item>",
    "unclosed cdata": b"<item><title><![CDATA[" + b"x" * 100_000,
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("inside", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_feed_is_survived_in_seconds(inside: bytes) -> None:
    found = read(b"<rss version='2.0'><channel>" + inside + b"</channel></rss>")
    assert found.refusal is None or found.reason


@pytest.mark.timeout(10)
def test_entity_bombs_expand_to_nothing() -> None:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 10) for n in range(9))
    bomb = b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e0 'lol'>" + entities + b"]>"
    found = read(bomb + b"<rss version='2.0'><channel><title>&e9;</title></channel></rss>")
    assert len(found.title) < 1_000


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    read(body)


@pytest.mark.press
def test_every_item_of_every_real_feed_file_is_an_entry_or_told() -> None:
    data = press_data()
    if data is None:
        pytest.skip("no press data here")
    manifest = (data / "feeds" / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in manifest]
    for name, *_, kind, entries, _odd in rows:
        found = read((data / "feeds" / name).read_bytes())
        assert found.listed == len(found.entries) + len(found.left_out) + found.cut, name
        if found.refusal:
            assert found.reason, name
            assert entries == "0" or kind == "OPML" or found.refusal == "incomplete", name
        else:
            assert found.listed == int(entries), name
            assert all(one.reason and one.about for one in found.left_out), name
    assert len(rows) == 130
