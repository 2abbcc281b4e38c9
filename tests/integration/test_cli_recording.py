"""`run --recording` and `export`: a recording through services that are started one by one."""

from pathlib import Path

import pytest

from tests.end_to_end.archive import write_archive
from tests.end_to_end.command import newsfold
from tests.end_to_end.output import digests


@pytest.fixture(autouse=True)
def _any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_OPS__LISTEN", "127.0.0.1:0")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "news.jsonl", 60)


def test_services_run_one_after_the_other_leave_the_bytes_of_a_replay(source: Path, tmp_path: Path) -> None:
    bus = ("--bus", f"sqlite:{tmp_path / 'log.db'}")
    for words in (("ingest", "--recording", source), ("dedup",), ("enrich",)):
        ran = newsfold("run", *words, "--once", *bus)
        assert ran.code == 0, ran.err
    assert newsfold("export", *bus, "--out", tmp_path / "exported").code == 0
    assert newsfold("replay", source, "--out", tmp_path / "replayed").code == 0
    assert digests(tmp_path / "exported") == digests(tmp_path / "replayed")


def test_a_log_of_one_recording_takes_no_other(source: Path, tmp_path: Path) -> None:
    bus = ("--bus", f"sqlite:{tmp_path / 'log.db'}")
    other = write_archive(tmp_path / "other.jsonl", 20, seed=2)
    assert newsfold("run", "ingest", "--recording", source, "--once", *bus).code == 0
    ran = newsfold("run", "ingest", "--recording", other, "--once", *bus)
    assert (ran.code, len(ran.told)) == (2, 1)
    assert "another input" in ran.told[0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "dedup", "--recording", "NEWS"), "plays no recordings"),
        (("run", "all", "--recording", "NEWS", "--feeds", "feeds.opml"), "one of the two"),
        (("run", "ingest", "--recording", "none.jsonl"), "cannot be read"),
        (("export", "--bus", "sqlite:none.db", "--out", "out"), "there is no log"),
        (("export", "--bus", "memory", "--out", "out"), "memory"),
    ],
)
def test_what_cannot_be_played_or_exported_is_one_line(
    source: Path, words: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = newsfold(*(str(source) if word == "NEWS" else word for word in words), *_bus(words))
    assert ran.code == 2
    assert told in ran.told[0]


def _bus(words: tuple[str, ...]) -> tuple[str, ...]:
    return () if "--bus" in words else ("--bus", "sqlite:log.db")
