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
    first, second = read_feed_list(FEEDS / "list.opml")
    assert (first.url, first.source) == ("https://feeds.hafenblatt.example/stadt.xml", "hafenblatt.example")
    assert (second.url, second.title, second.language) == (
        "http://www.penmarrick.example/atom.xml",
        "Penmarrick",
        "",
    )
    assert first.feed_id == ids.feed_id(first.url)


def test_toml_says_more_about_a_feed(tmp_path: Path) -> None:
    first, second = read_feed_list(written(tmp_path, "feeds.toml", TOML))
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
            "[[feed]]\nurl = 'ftp://a.example'",
            "feed number 1: 'ftp://a.example' is not an http(s) URL",
        ),
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
        ("a.opml", "<opml><body><outline xmlUrl='x'/></body></opml>", "feed number 1"),
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


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFeedList, match="No such file"):
        read_feed_list(tmp_path / "none.opml")


@pytest.mark.press
def test_a_real_list_is_read() -> None:
    data = press_data()
    if data is None:
        pytest.skip("no press data here")
    assert len(read_feed_list(data / "feeds" / "netnewswire" / "Subs.opml")) > 200
