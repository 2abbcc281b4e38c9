import shutil
import sqlite3
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from services.contracts.topics import TOPICS, WITH_SPREAD
from tests.unit.console import archives


def newsfold(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_sound_installation_has_nothing_wrong(tmp_path: Path) -> None:
    bus = f"sqlite:{tmp_path / 'log.db'}"
    newsfold("replay", archives.write(tmp_path / "a.jsonl", archives.rows(3)), "--bus", bus)
    result = newsfold("doctor", "--bus", bus)
    assert result.exit_code == 0, result.output
    for part in ("config", "python", "libraries", "clock", "disk", "bus", "topics"):
        assert f"ok     {part}: " in result.output


def test_a_log_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    result = newsfold("doctor", "--bus", f"sqlite:{tmp_path / 'log.db'}")
    assert result.exit_code == 0
    assert not (tmp_path / "log.db").exists()


def test_a_wrong_configuration_is_named_with_what_to_do(tmp_path: Path) -> None:
    config = tmp_path / "newsfold.toml"
    config.write_text("[dedup]\nwindow_days = 0\n", encoding="utf-8")
    result = newsfold("doctor", "--config", config)
    assert result.exit_code == 1
    assert "WRONG  config:" in result.output
    assert "dedup.window_days" in result.output


def test_a_damaged_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(b"not a database" * 500)
    result = newsfold("doctor", "--bus", f"sqlite:{tmp_path / 'log.db'}")
    assert result.exit_code == 1
    assert "WRONG  bus:" in result.output


def test_missing_topics_are_named(tmp_path: Path) -> None:
    file = tmp_path / "feeds.toml"
    file.write_text('[[feed]]\nurl = "https://paper.example/rss"\n', encoding="utf-8")
    bus = f"sqlite:{tmp_path / 'log.db'}"
    newsfold("feeds", "import", file, "--bus", bus)
    database = sqlite3.connect(tmp_path / "log.db")
    with database:
        database.execute("delete from topics where name = 'events'")
    database.close()
    result = newsfold("doctor", "--bus", bus)
    assert result.exit_code == 1
    assert "WRONG  topics: events is missing" in result.output


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        total: int = 1 << 40
        used: int = 1 << 40
        free: int = 1 << 20

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage())
    result = newsfold("doctor", "--bus", f"sqlite:{tmp_path / 'log.db'}")
    assert result.exit_code == 1
    assert "make room" in result.output


def test_topics_of_a_spread_dedup_are_looked_at_where_there_are_any(tmp_path: Path) -> None:
    bus = f"sqlite:{tmp_path / 'log.db'}"
    newsfold("topics", "apply", "--bus", bus)
    assert f"topics: all {len(TOPICS)} as" in newsfold("doctor", "--bus", bus).output
    newsfold("topics", "apply", "--spread", "--bus", bus)
    assert f"topics: all {len(WITH_SPREAD)} as" in newsfold("doctor", "--bus", bus).output
    database = sqlite3.connect(tmp_path / "log.db")
    with database:
        database.execute("delete from topics where name = 'answers'")
    database.close()
    result = newsfold("doctor", "--bus", bus)
    assert result.exit_code == 1
    assert "WRONG  topics: answers is missing" in result.output
