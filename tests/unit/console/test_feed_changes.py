"""What becomes of followed feeds when people change them: planned, and carried out on an embedded log."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from services.cli import main
from services.console.feeds.census import Followed
from services.console.feeds.changes import home_of, list_changes, rename
from services.contracts import ids
from services.contracts.feeds import Feed
from services.ingest.polling.feedlist import read_feed_list

HERE = "https://www.paper.example/rss"
THERE = "https://other.example/rss"


def feed(url: str, **more: object) -> Feed:
    return replace(Feed(feed_id=ids.feed_id(url), url=url, source="paper"), **more)


def signs(
    listed: Sequence[Feed], followed: Sequence[Followed], ends: frozenset[str] = frozenset()
) -> list[str]:
    return [str(change).split("  ")[0] for change in list_changes(listed, followed, ends=ends)]


def test_a_list_adds_and_changes_and_ends_only_what_is_meant_to_end() -> None:
    followed = [Followed(feed(HERE), None, 2), Followed(feed(THERE), None, 0)]
    everything = frozenset(one.feed.feed_id for one in followed)
    assert signs([feed(HERE)], followed) == []
    assert signs([feed(HERE)], followed, everything) == [f"- {THERE}"]
    assert signs([feed(HERE, title="Neu")], followed) == [f"~ {HERE}"]
    assert signs([feed("https://new.example/")], followed) == ["+ https://new.example/"]


def test_what_an_operator_said_of_a_feed_stands_whatever_a_list_says() -> None:
    followed = [Followed(feed(HERE, paused=True), None)]
    (change,) = list_changes([feed(HERE, title="Neu")], followed)
    assert change.after is not None
    assert (change.after.paused, change.after.title) == (True, "Neu")


def test_a_feed_that_moved_is_known_by_the_address_it_had() -> None:
    moved = [Followed(rename(feed(HERE), THERE), None)]
    everything = frozenset({moved[0].feed.feed_id})
    assert signs([feed(HERE)], moved, everything) == []


def test_a_new_feed_goes_where_its_domain_is() -> None:
    homes = {"paper.example": 3}
    assert home_of(feed("https://sport.paper.example/rss"), homes) == 3
    spread = {home_of(feed(f"https://paper-{number}.example/rss"), {}) for number in range(40)}
    assert spread == {0, 1, 2, 3}
    assert home_of(feed("https://a.one.example/rss"), {}) == home_of(feed("https://b.one.example/x"), {})


class Log:
    """Commands on one embedded log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bus = f"sqlite:{folder / 'log.db'}"

    def feeds(self, *words: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["feeds", *words, "--bus", self._bus])
        assert result.exit_code == code, result.output
        return result.output

    def status(self, url: str) -> str:
        return str(re.search(r"status +(\S+)", self.feeds("show", url))[1])  # type: ignore[index]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    log = Log(tmp_path)
    log.feeds("add", HERE, "--title", "Paper")
    return log


def test_a_feed_is_added_paused_resumed_and_removed(log: Log) -> None:
    assert log.status("paper.example/rss") == "unpolled"
    assert "paused: False -> True" in log.feeds("pause", "paper.example/rss")
    assert log.status(HERE) == "paused"
    log.feeds("resume", HERE)
    assert log.status(HERE) == "unpolled"
    assert log.feeds("remove", HERE) == f"- {HERE}\n"
    assert "not among the 0 feeds" in log.feeds("remove", HERE, code=2)


def test_a_feed_is_asked_for_at_once(log: Log) -> None:
    assert "asked_at: None -> " in log.feeds("poll-now", HERE)
    assert "asked_at: " in log.feeds("revive", HERE)


def test_a_feed_moves_unless_its_new_address_is_followed(log: Log) -> None:
    assert log.feeds("move", HERE, THERE) == f"+ {THERE}\n- {HERE}\n"
    assert "is followed already" in log.feeds("move", THERE, THERE, code=2)
    assert "not an http(s) URL" in log.feeds("move", THERE, "gopher://x", code=2)


@pytest.mark.parametrize("name", ["feeds.toml", "feeds.opml"])
def test_what_is_exported_is_followed_when_it_is_read_again(log: Log, tmp_path: Path, name: str) -> None:
    log.feeds("add", THERE, "--title", 'Das "Blatt" & mehr', "--language", "de")
    file = tmp_path / name
    log.feeds("export", str(file))
    assert [(one.url, one.title) for one in read_feed_list(file).feeds] == [
        (THERE, 'Das "Blatt" & mehr'),
        (HERE, "Paper"),
    ]
    assert log.feeds("sync", str(file)) == "nothing to change\n"


def test_a_list_is_compared_first_and_followed_when_it_is_meant(log: Log, tmp_path: Path) -> None:
    file = tmp_path / "feeds.toml"
    file.write_text(f'[[feed]]\nurl = "{THERE}"\n', encoding="utf-8")
    shown = log.feeds("sync", str(file))
    assert shown.splitlines() == [f"+ {THERE}", f"- {HERE}", "2 changes; --yes makes them"]
    assert log.status(HERE) == "unpolled"
    log.feeds("sync", str(file), "--yes")
    assert "not among" in log.feeds("show", HERE, code=2)
    assert log.status(THERE) == "unpolled"
