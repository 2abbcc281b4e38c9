from pathlib import Path

import pytest

from services.contracts import ids
from services.ingest.polling.feedlist import BadFeedList, read_feed_list
from tests.press import press_data

FEEDS = Path(__file__).resolve().parents[2] / "fixtures" / "feeds"

TOML = """
[[feed]]
url = "https://feeds.hafenblatt.example/stadt.xml"
source = "hafenblatt"
language = "de-DE"

[[feed]]
url = "https://www.penmarrick.example/atom.xml"
full_text = true
"""


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_opml_gives_each_feed_once_at_any_depth() -> None:
    (first, second), rejected = read_feed_list(FEEDS / "list.opml")
    assert (first.url, first.source) == ("https://feeds.hafenblatt.example/stadt.xml", "hafenblatt.example")
    assert (second.url, second.title, second.language) == (
        "http://www.penmarrick.example/atom.xml",
        "Penmarrick",
        "",
    )
    assert first.feed_id == ids.feed_id(first.url)
    assert [str(one) for one in rejected] == [
        "line 7: https://feeds.hafenblatt.example/stadt.xml: listed before, in line 4"
    ]


def test_toml_says_more_about_a_feed(tmp_path: Path) -> None:
    (first, second), _ = read_feed_list(written(tmp_path, "feeds.toml", TOML))
    assert (first.source, first.language, first.full_text) == ("hafenblatt", "de", False)
    assert (second.source, second.full_text) == ("penmarrick.example", True)


BOMB = (
    """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><opml><body><outline xmlUrl="&a;"/></body></opml>"""
)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "a.toml",
            "[[feed]]\nurl = 'https://a.example'\nlang = 'de'",
            "number 1: Object contains unknown field `lang`",
        ),
        ("a.toml", "[[feed]]\nsource = 'a'", "missing required field `url`"),
        (
            "a.toml",
            "[[feed]]\nurl = 'https://a.example'\nlanguage = 'german'",
            "'german' is not a language code",
        ),
        ("a.toml", "feeds = []", "unknown key feeds"),
        ("a.toml", "feed = 3", "[[feed]] number 1"),
        ("a.toml", "[[", "not TOML"),
        ("a.toml", "", "names no feed"),
        ("a.opml", "<rss/>", "its root element is <rss>"),
        ("a.opml", "<opml>", "not OPML"),
        ("a.opml", BOMB, "declares entities"),
        ("a.opml", "<opml><body/></opml>", "names no feed"),
        ("a.opml", "Some words.", "not OPML: no XML"),
        ("a.opml", "<opml><body><outline text='half of it", "it ends before its <opml> does"),
    ],
)
def test_a_bad_list_is_refused_in_one_line_that_names_file_and_feed(
    tmp_path: Path, name: str, content: str, says: str
) -> None:
    path = written(tmp_path, name, content)
    with pytest.raises(BadFeedList) as refused:
        read_feed_list(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


GOOD = '<outline text="Good" xmlUrl="https://good.example/rss"/>'


def opml(*outlines: str, before: str = "<?xml version='1.0'?>") -> str:
    return f"{before}\n<opml version='2.0'><body>\n" + "\n".join(outlines) + "\n</body></opml>\n"


@pytest.mark.parametrize(
    ("outline", "told"),
    [
        ('<outline xmlUrl=""/>', "line 4: has no address"),
        ('<outline xmlUrl="N/A"/>', "line 4: N/A: not an http(s) URL"),
        ('<outline xmlUrl="file:///srv/feed.xml"/>', "line 4: file:///srv/feed.xml: not an http(s) URL"),
        ('<outline xmlUrl="ftp://u:secret@a.example/f"/>', "line 4: ftp://a.example/f: not an http(s) URL"),
        (GOOD, "line 4: https://good.example/rss: listed before, in line 3"),
        ('<outline xmlUrl="https://"/>', "line 4: https://: not an http(s) URL"),
        ("<outline xmlUrl='https://a b.example/'/>", "line 4: https://a b.example/: not an http(s) URL"),
    ],
)
def test_a_bad_line_costs_one_feed_and_is_told(tmp_path: Path, outline: str, told: str) -> None:
    last = '<outline text="Last" xmlUrl="https://last.example/rss"/>'
    found = read_feed_list(written(tmp_path, "a.opml", opml(GOOD, outline, last)))
    assert [feed.url for feed in found.feeds] == ["https://good.example/rss", "https://last.example/rss"]
    assert [str(one) for one in found.rejected] == [told]


@pytest.mark.parametrize(
    "outline",
    [
        '<outline text="R&D" xmlUrl="https://a.example/rss?x=1&y=2"/>',
        '<outline text="caf&eacute;" xmlUrl="https://a.example/rss?x=1&amp;y=2"/>',
        '<OUTLINE TEXT="A" XMLURL="https://a.example/rss?x=1&amp;y=2"/>',
        "<outline text=A xmlurl=https://a.example/rss?x=1&y=2 />",
        '<outline text="A" xmlUrl="\n https://a.example/rss?x=1&amp;y=2 "/>',
        '<outline text="unclosed" xmlUrl="https://a.example/rss?x=1&amp;y=2">',
        '<outline text="a < b" xmlUrl="feed:https://a.example/rss?x=1&amp;y=2"/>',
        '<outline text="&#0;\x01" xmlUrl="https://a.example/rss?x=1&amp;y=2"/>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_line_is_read_however_it_is_written(tmp_path: Path, outline: str, encoding: str) -> None:
    path = tmp_path / "a.opml"
    path.write_bytes(opml(GOOD, outline, before="<?xml version='1.0' encoding='utf-8'?>").encode(encoding))
    found = read_feed_list(path)
    assert [feed.url for feed in found.feeds] == ["https://good.example/rss", "https://a.example/rss?x=1&y=2"]
    assert not found.rejected


def test_a_doctype_is_harmless(tmp_path: Path) -> None:
    before = '<!DOCTYPE opml SYSTEM "http://far.example/opml.dtd">'
    assert len(read_feed_list(written(tmp_path, "a.opml", opml(GOOD, before=before))).feeds) == 1


@pytest.mark.parametrize("host", ["zeitung-münchen.example", "новости.example", "xn--brcke-kva.example"])
def test_an_international_host_is_an_address(tmp_path: Path, host: str) -> None:
    found = read_feed_list(written(tmp_path, "a.opml", opml(f'<outline xmlUrl="https://{host}/rss"/>')))
    assert [feed.url for feed in found.feeds] == [f"https://{host}/rss"]


def test_a_feed_is_of_the_site_its_list_names(tmp_path: Path) -> None:
    hosted = '<outline xmlUrl="https://feeds.burnproxy.example/p" htmlUrl="https://www.pennbote.example/"/>'
    (feed,), _ = read_feed_list(written(tmp_path, "a.opml", opml(hosted)))
    assert (feed.home_url, feed.source) == ("https://www.pennbote.example/", "pennbote.example")
    toml = "[[feed]]\nurl = 'https://feeds.burnproxy.example/p'\nhome_url = 'https://www.pennbote.example/'"
    (feed,), _ = read_feed_list(written(tmp_path, "a.toml", toml))
    assert (feed.home_url, feed.source) == ("https://www.pennbote.example/", "pennbote.example")
    (feed,), _ = read_feed_list(written(tmp_path, "b.toml", toml + "\nsource = 'Pennbote'"))
    assert feed.source == "Pennbote"


def test_a_bad_address_in_a_table_costs_one_feed(tmp_path: Path) -> None:
    toml = "[[feed]]\nurl = 'ftp://a.example'\n[[feed]]\nurl = 'https://b.example/rss'"
    found = read_feed_list(written(tmp_path, "a.toml", toml))
    assert [feed.url for feed in found.feeds] == ["https://b.example/rss"]
    assert [str(one) for one in found.rejected] == ["[[feed]] number 1: ftp://a.example: not an http(s) URL"]


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFeedList, match="No such file"):
        read_feed_list(tmp_path / "none.opml")


@pytest.mark.press
def test_a_real_list_is_read() -> None:
    data = press_data()
    if data is None:
        pytest.skip("no press data here")
    found = read_feed_list(data / "feeds" / "netnewswire" / "Subs.opml")
    assert len(found.feeds) > 200
    assert not found.rejected
