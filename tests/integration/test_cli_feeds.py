import json
from pathlib import Path

from click.testing import CliRunner, Result

from services.cli import main

TOML = """
[[feed]]
url = "https://paper.example/rss.xml"
source = "paper"

[[feed]]
url = "https://gazette.example/atom"
"""


def newsfold(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_feeds_of_a_file_are_followed_once_however_often_it_is_imported(tmp_path: Path) -> None:
    file, bus = tmp_path / "feeds.toml", f"sqlite:{tmp_path / 'log.db'}"
    file.write_text(TOML, encoding="utf-8")
    assert "2 feeds in" in newsfold("feeds", "import", file, "--bus", bus).output
    again = newsfold("feeds", "import", file, "--bus", bus)
    assert "0 new or changed, 2 known" in again.output
    listed = [json.loads(line) for line in newsfold("feeds", "list", "--bus", bus).output.splitlines()]
    assert [(row["source"], row["status"], row["polled_at"]) for row in listed] == [
        ("gazette.example", "unpolled", None),
        ("paper", "unpolled", None),
    ]


def test_a_changed_feed_replaces_the_known_one(tmp_path: Path) -> None:
    file, bus = tmp_path / "feeds.toml", f"sqlite:{tmp_path / 'log.db'}"
    file.write_text(TOML, encoding="utf-8")
    newsfold("feeds", "import", file, "--bus", bus)
    file.write_text(TOML.replace('"paper"', '"The Paper"'), encoding="utf-8")
    assert "1 new or changed, 1 known" in newsfold("feeds", "import", file, "--bus", bus).output
    listed = [json.loads(line) for line in newsfold("feeds", "list", "--bus", bus).output.splitlines()]
    assert "The Paper" in {row["source"] for row in listed}


def test_a_file_that_is_no_list_of_feeds_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text("<html></html>", encoding="utf-8")
    result = newsfold("feeds", "import", file, "--bus", f"sqlite:{tmp_path / 'log.db'}")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "log.db").exists()


def test_a_bad_line_is_told_and_the_others_are_followed(tmp_path: Path) -> None:
    file, bus = tmp_path / "feeds.opml", f"sqlite:{tmp_path / 'log.db'}"
    lines = "<outline xmlUrl='file:///srv/feed.xml'/>\n<outline xmlUrl='https://paper.example/rss.xml'/>"
    file.write_text(f"<opml><body>\n{lines}</body></opml>", encoding="utf-8")
    result = newsfold("feeds", "import", file, "--bus", bus)
    assert result.exit_code == 0
    assert "1 feeds in" in result.stdout
    assert "left out: line 2: file:///srv/feed.xml: not an http(s) URL" in result.stderr


def test_a_list_of_which_nothing_remains_fails(tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text("<opml><body><outline xmlUrl='N/A'/></body></opml>", encoding="utf-8")
    result = newsfold("feeds", "import", file, "--bus", f"sqlite:{tmp_path / 'log.db'}")
    assert result.exit_code == 1
    assert "N/A" in result.stderr
    assert "none of its 1 feeds" in result.stderr
    assert not (tmp_path / "log.db").exists()


def test_listing_needs_a_log_that_is_there(tmp_path: Path) -> None:
    result = newsfold("feeds", "list", "--bus", f"sqlite:{tmp_path / 'log.db'}")
    assert result.exit_code == 2
    assert "there is no log" in result.stderr
