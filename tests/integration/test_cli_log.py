"""`newsfold log`: what it says when it works, and what it refuses before it touches anything."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from services.ops.exits import Exit
from services.stream.sqlite import SqliteBus
from tests.end_to_end.archive import write_archive
from tests.end_to_end.command import Replay, newsfold, replayed
from tests.end_to_end.output import digests


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    place = tmp_path_factory.mktemp("played")
    return replayed(write_archive(place / "news.jsonl", 40), place)


def test_backed_up_and_restored_a_log_exports_the_same_bytes(played: Replay, tmp_path: Path) -> None:
    copy, there = tmp_path / "copy.db", tmp_path / "new" / "log.db"
    taken = newsfold("log", "backup", copy, "--bus", f"sqlite:{played.log}")
    assert (taken.code, taken.err) == (0, "")
    assert taken.out.startswith(f"{copy}: ")
    assert "checksum in" in taken.out
    put = newsfold("log", "restore", copy, "--bus", f"sqlite:{there}")
    assert (put.code, put.err) == (0, "")
    assert newsfold("export", "--bus", f"sqlite:{there}", "--out", tmp_path / "out").code == 0
    assert digests(tmp_path / "out") == digests(played.out)
    assert newsfold("replay", played.source, "--bus", f"sqlite:{there}").code == 0


def test_nothing_that_is_there_is_overwritten(played: Replay, tmp_path: Path) -> None:
    copy, bus = tmp_path / "copy.db", f"sqlite:{played.log}"
    assert newsfold("log", "backup", copy, "--bus", bus).code == 0
    before = copy.read_bytes(), played.log.read_bytes()
    for words in (("backup", copy), ("restore", copy)):
        refused = newsfold("log", *words, "--bus", bus)
        assert (refused.code, len(refused.told)) == (Exit.USAGE, 1)
        assert "nothing is overwritten" in refused.err
    assert before == (copy.read_bytes(), played.log.read_bytes())


def test_a_damaged_backup_is_not_restored(played: Replay, tmp_path: Path) -> None:
    copy, there = tmp_path / "copy.db", tmp_path / "log.db"
    assert newsfold("log", "backup", copy, "--bus", f"sqlite:{played.log}").code == 0
    with copy.open("r+b") as file:
        file.seek(9000)
        file.write(b"?")
    refused = newsfold("log", "restore", copy, "--bus", f"sqlite:{there}")
    assert (refused.code, len(refused.told)) == (Exit.LOG_UNUSABLE, 1)
    assert "does not match its checksum" in refused.err
    assert not there.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("backup", "COPY", "--bus", "memory"),
        ("backup", "COPY", "--bus", "kafka:127.0.0.1:9"),
        ("backup", "COPY", "--bus", "sqlite:NOWHERE"),
        ("restore", "NOWHERE", "--bus", "sqlite:COPY"),
        ("restore", "NOWHERE", "--bus", "kafka:127.0.0.1:9"),
        ("move", "--to", "sqlite:COPY", "--bus", "sqlite:LOG"),
        ("move", "--to", "memory", "--bus", "sqlite:LOG"),
        ("move", "--to", "kafka:127.0.0.1:9", "--bus", "sqlite:NOWHERE"),
        ("move", "--to", "kafka:127.0.0.1:9", "--bus", "kafka:127.0.0.1:9"),
        ("unseal", "--bus", "sqlite:LOG"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_wrong_usage_in_one_line(
    words: tuple[str, ...], played: Replay, tmp_path: Path
) -> None:
    def real(word: str) -> str:
        for name, path in {
            "NOWHERE": tmp_path / "no.db",
            "COPY": tmp_path / "c.db",
            "LOG": played.log,
        }.items():
            word = word.replace(name, str(path))
        return word

    refused = newsfold("log", *map(real, words))
    assert (refused.code, len(refused.told)) == (Exit.USAGE, 1), refused.err
    assert list(tmp_path.iterdir()) == []


def test_a_move_to_a_broker_that_is_away_leaves_the_log_as_it_was(played: Replay, tmp_path: Path) -> None:
    config = tmp_path / "newsfold.toml"
    config.write_text("[bus]\nwait_s = 0\n")
    words = ("log", "move", "--to", "kafka:127.0.0.1:9", "--bus", f"sqlite:{played.log}", "--config", config)
    assert newsfold(*words).code == Exit.BUS_UNAVAILABLE
    assert newsfold("replay", played.source, "--bus", f"sqlite:{played.log}").code == 0


def test_a_sealed_log_refuses_services_and_says_where_to_run_them(
    played: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSFOLD_OPS__LISTEN", "127.0.0.1:0")
    log = tmp_path / "log.db"
    assert newsfold("log", "backup", log, "--bus", f"sqlite:{played.log}").code == 0
    asyncio.run(_seal(log))
    refused = newsfold("run", "all", "--recording", played.source, "--once", "--bus", f"sqlite:{log}")
    assert refused.code == Exit.LOG_UNUSABLE
    assert "it moves to kafka:there:9092" in refused.err
    assert newsfold("tail", "stories", "--bus", f"sqlite:{log}").out.count("\n") > 3
    opened = newsfold("log", "unseal", "--bus", f"sqlite:{log}")
    assert (opened.code, "kafka:there:9092" in opened.out) == (0, True)
    with sqlite3.connect(log) as db:
        assert db.execute("SELECT name FROM sqlite_master WHERE name LIKE 'seal%'").fetchall() == []
    db.close()


async def _seal(log: Path) -> None:
    bus = SqliteBus(log)
    await bus.start()
    await bus.seal("kafka:there:9092")
    await bus.close()
