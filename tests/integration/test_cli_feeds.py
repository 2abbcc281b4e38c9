import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from tests.unit.console import archives

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


def test_a_list_in_toml_under_another_name_is_told_the_name_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "feeds.txt"
    file.write_text('[[feed]]\nurl = "https://paper.example/rss"\n', encoding="utf-8")
    result = newsfold("feeds", "import", file, "--bus", f"sqlite:{tmp_path / 'log.db'}")
    assert result.exit_code == 2
    assert "name a list in TOML .toml" in result.stderr


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
    assert result.exit_code == 2
    assert "N/A" in result.stderr
    assert "none of its 1 feeds" in result.stderr
    assert not (tmp_path / "log.db").exists()


@pytest.mark.parametrize(
    ("words", "says"), [(["feeds", "list"], "no feed is followed"), (["dlq", "list"], "no dead letters in")]
)
def test_in_a_terminal_it_says_that_there_is_none(tmp_path: Path, words: list[str], says: str) -> None:
    bus = f"sqlite:{tmp_path / 'log.db'}"
    newsfold("replay", archives.write(tmp_path / "one.jsonl", archives.rows(1)), "--bus", bus)
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "services", *words, "--bus", bus], stdout=theirs, check=True, timeout=60
    )
    os.close(theirs)
    told = os.read(ours, 4_000).decode()
    os.close(ours)
    assert says in told


def test_listing_needs_a_log_that_is_there(tmp_path: Path) -> None:
    result = newsfold("feeds", "list", "--bus", f"sqlite:{tmp_path / 'log.db'}")
    assert result.exit_code == 2
    assert "there is no log" in result.stderr


def test_a_feed_is_shown_by_its_address_without_the_scheme(tmp_path: Path) -> None:
    file, bus = tmp_path / "feeds.toml", f"sqlite:{tmp_path / 'log.db'}"
    file.write_text(TOML, encoding="utf-8")
    newsfold("feeds", "import", file, "--bus", bus)
    shown = newsfold("feeds", "show", "paper.example/rss.xml", "--bus", bus)
    assert shown.exit_code == 0
    assert "status     unpolled" in shown.output
    told = json.loads(newsfold("feeds", "show", "paper.example/rss.xml", "--bus", bus, "--json").output)
    assert (told["url"], told["listed"], told["polls"]) == ("https://paper.example/rss.xml", 0, [])


def test_a_feed_that_is_not_followed_is_one_line_with_the_nearest(tmp_path: Path) -> None:
    file, bus = tmp_path / "feeds.toml", f"sqlite:{tmp_path / 'log.db'}"
    file.write_text(TOML, encoding="utf-8")
    newsfold("feeds", "import", file, "--bus", bus)
    result = newsfold("feeds", "show", "https://u:Geheim1@paper.example/rss", "--bus", bus)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "did you mean https://paper.example/rss.xml?" in result.stderr
    assert "Geheim1" not in result.stderr


def test_an_import_leaves_logins_out_and_says_where_to_give_them(tmp_path: Path) -> None:
    file, bus = tmp_path / "feeds.toml", f"sqlite:{tmp_path / 'log.db'}"
    file.write_text(TOML.replace("//paper", "//desk:s3cret@paper"), encoding="utf-8")
    result = newsfold("feeds", "import", file, "--bus", bus)
    assert "Left out of the log: 1 logins in addresses (paper.example)" in result.output
    assert "netrc" in result.output
    listed = newsfold("feeds", "list", "--bus", bus).output
    assert '"https://paper.example/rss.xml"' in listed
    assert "s3cret" not in result.output + listed
    assert b"s3cret" not in b"".join(path.read_bytes() for path in tmp_path.glob("log.db*"))


def test_a_netrc_file_that_others_may_read_is_refused_before_anything_runs(tmp_path: Path) -> None:
    netrc, config = tmp_path / "netrc", tmp_path / "newsfold.toml"
    netrc.write_text("machine paper.example login desk password s3cret", encoding="utf-8")
    netrc.chmod(0o644)
    config.write_text(f'[ingest]\nnetrc = "{netrc}"', encoding="utf-8")
    result = newsfold("run", "all", "--once", "--bus", f"sqlite:{tmp_path / 'log.db'}", "--config", config)
    assert result.exit_code == 2
    assert "chmod 600" in result.stderr
    assert "s3cret" not in result.stderr
