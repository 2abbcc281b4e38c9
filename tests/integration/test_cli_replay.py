import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from services.console.export.files import FILES
from tests.end_to_end.recorder import FEED_TYPE, Recorder, page, rss
from tests.unit.console import archives

COUNT = 40
FERRY = "\n".join(archives.FERRY)


def newsfold(*words: object, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], env=env)


def process(*words: object) -> list[str]:
    return [sys.executable, "-m", "services", *(str(word) for word in words)]


def digest(directory: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(directory.iterdir()):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def rows(directory: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (directory / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return archives.write(tmp_path / "week.jsonl.gz")


def refused(result: Result, code: int, *parts: str) -> None:
    assert result.exit_code == code, result.output
    (line,) = result.stderr.strip().splitlines()
    for part in parts:
        assert part in line


def test_a_replay_writes_all_files_and_says_what_came_out(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = newsfold("replay", archive, "--out", out, "--stories")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    assert len(rows(out, "articles.jsonl")) == COUNT
    ferry = next(story for story in rows(out, "stories.jsonl") if len(story["articles"]) > 1)
    assert "https://www.tagblatt.example/artikel/3" in ferry["articles"]
    assert "https://www.kurier.example/artikel/14" in ferry["articles"]
    for part in ("tagblatt.example (dpa)", "inputs", "40", "stories", "Try next"):
        assert part in result.stdout, part
    assert result.stderr == ""


def test_articles_are_told_by_agency_and_passages_point_at_equal_text(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    newsfold("replay", archive, "--out", out)
    articles = {row["url"]: row for row in rows(out, "articles.jsonl")}
    assert articles["https://www.tagblatt.example/artikel/3"]["agencies"] == ["dpa"]
    relations = [
        row for row in rows(out, "relations.jsonl") if row["url"].endswith("kurier.example/artikel/14")
    ]
    assert relations
    for relation in relations:
        for passage in relation["passages"]:
            here = articles[relation["url"]]["text"][passage["start"] : passage["end"]]
            there = articles[relation["other_url"]]["text"][passage["other_start"] : passage["other_end"]]
            assert here.split() == there.split()


def test_bytes_do_not_depend_on_bus_workers_or_speed(archive: Path, tmp_path: Path) -> None:
    ways: list[list[object]] = [
        [],
        ["--bus", "memory"],
        ["--bus", f"sqlite:{tmp_path / 'log.db'}", "--workers", 3],
        ["--bus", "memory", "--workers", 4, "--speed", 100_000],
    ]
    digests = set()
    for number, way in enumerate(ways):
        out = tmp_path / f"out{number}"
        result = newsfold("replay", archive, "--out", out, *way)
        assert result.exit_code == 0, result.output
        digests.add(digest(out))
    assert len(digests) == 1


def test_several_paths_are_one_input(tmp_path: Path) -> None:
    content = archives.rows(COUNT)
    whole = archives.write(tmp_path / "whole.jsonl", content)
    first = archives.write(tmp_path / "first.jsonl", content[:15])
    second = archives.write(tmp_path / "second.jsonl.gz", content[15:])
    newsfold("replay", whole, "--out", tmp_path / "a")
    newsfold("replay", first, second, "--out", tmp_path / "b")
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


def test_a_killed_replay_goes_on_with_the_same_command_and_gives_the_same_bytes(
    archive: Path, tmp_path: Path
) -> None:
    newsfold("replay", archive, "--out", tmp_path / "whole")
    bus = f"sqlite:{tmp_path / 'log.db'}"
    command = process("replay", archive, "--out", tmp_path / "out", "--bus", bus, "--speed", 20_000)
    killed = 0
    for seconds in (1.4, 2.0, 2.6):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        if running.poll() is None:
            running.send_signal(signal.SIGKILL)
            killed += 1
        running.wait()
    assert killed
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert digest(tmp_path / "out") == digest(tmp_path / "whole")


def test_an_interrupted_replay_says_how_far_it_came(archive: Path, tmp_path: Path) -> None:
    command = process("replay", archive, "--bus", f"sqlite:{tmp_path / 'log.db'}", "--speed", 10)
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    log = tmp_path / "log.db-wal"
    deadline = time.monotonic() + 30
    while not (log.exists() and log.stat().st_size > 50_000) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "the same command goes on from here" in errors
    assert "Traceback" not in errors


def test_bad_lines_become_dead_letters_that_name_file_and_line(tmp_path: Path) -> None:
    good = [json.dumps(row) for row in archives.rows(6)]
    lacking = json.dumps({"url": "https://www.blatt.example/1", "title": "no text"})
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n".join([*good[:3], "{not json", lacking, *good[3:]]) + "\n", encoding="utf-8")
    result = newsfold("replay", path, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    dead = rows(tmp_path / "out", "dead-letters.jsonl")
    assert [row["origin"] for row in dead] == ["mixed.jsonl line 4", "mixed.jsonl line 5"]
    assert "source" in dead[1]["detail"] or "text" in dead[1]["detail"]
    assert len(rows(tmp_path / "out", "articles.jsonl")) == 6


def test_many_bad_lines_do_not_stop_the_rest(tmp_path: Path) -> None:
    path = archives.write(tmp_path / "bad.jsonl", archives.rows(3))
    path.write_bytes(b"not json\n" * 1500 + path.read_bytes())
    result = newsfold("replay", path, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert len(rows(tmp_path / "out", "articles.jsonl")) == 3


def test_a_cut_off_archive_is_used_as_far_as_it_goes_and_ends_with_one(archive: Path, tmp_path: Path) -> None:
    packed = gzip.compress(gzip.decompress(archive.read_bytes()), mtime=0)
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(packed[: len(packed) * 2 // 3])
    result = newsfold("replay", cut, "--out", tmp_path / "out")
    refused(result, 1, "cut.jsonl.gz", "cut off or damaged")
    assert 0 < len(rows(tmp_path / "out", "articles.jsonl")) < COUNT


def test_a_file_that_is_no_recording_at_all_ends_with_one(tmp_path: Path) -> None:
    path = tmp_path / "noise.warc.gz"
    path.write_bytes(os.urandom(2000))
    refused(newsfold("replay", path), 1, "noise.warc.gz")


def test_wrong_input_is_refused_before_anything_starts(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.warc").touch()
    (tmp_path / "page.html").write_text("<p>", encoding="utf-8")
    refused(newsfold("replay", tmp_path / "absent.jsonl"), 2, "absent.jsonl", "No such file")
    refused(newsfold("replay", tmp_path), 2, "is a directory")
    refused(newsfold("replay", tmp_path / "page.html"), 2, "page.html", ".warc.gz")
    refused(newsfold("replay", archive, tmp_path / "empty.warc"), 2, "empty.warc: is empty")
    refused(newsfold("replay", archive, "--speed", "fast"), 2, "--speed fast")
    refused(newsfold("replay", archive, "--bus", "redis:here"), 2, "sqlite:FILE")
    refused(newsfold("replay", archive, "--out", archive), 2, "is a file; name a directory")
    refused(newsfold("replay", tmp_path / "absent.html"), 2, "absent.html", "No such file")
    assert not (tmp_path / "out").exists()


def test_of_an_export_its_directory_is_replayed_and_not_what_it_says_of_articles(
    archive: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert newsfold("replay", archive, "--out", out).exit_code == 0
    for name in ("relations.jsonl", "stories.jsonl"):
        refused(newsfold("replay", out / name), 2, name, "is a file of an export; name its directory")
    assert newsfold("replay", out).stderr == ""
    (out / "history.jsonl").unlink()
    for path in (out, out / "articles.jsonl"):
        result = newsfold("replay", path)
        assert result.exit_code == 0
        assert "no history.jsonl in it, so earlier versions and withdrawals are not replayed" in result.stderr


def test_what_to_try_next_can_be_pasted(archive: Path, tmp_path: Path) -> None:
    result = newsfold("replay", archive, "--out", tmp_path / "my out", "--bus", f"sqlite:{tmp_path}/a b.db")
    assert f"head -1 '{tmp_path}/my out/stories.jsonl' |" in result.stdout
    assert f"--bus 'sqlite:{tmp_path}/a b.db'" in result.stdout


def test_wrong_configuration_is_refused_with_one_line(archive: Path, tmp_path: Path) -> None:
    config = tmp_path / "newsfold.toml"
    config.write_text("[replay]\nworker = 3\n", encoding="utf-8")
    refused(
        newsfold("replay", archive, "--config", config),
        2,
        "newsfold.toml",
        "replay.worker",
        "did you mean workers",
    )
    refused(newsfold("replay", archive, env={"NEWSFOLD_REPLAY__WORKERS": "0"}), 2, "NEWSFOLD_REPLAY__WORKERS")
    refused(newsfold("replay", archive, "--config", tmp_path / "absent.toml"), 2, "absent.toml")


def test_a_log_with_other_input_is_not_mixed_with_this_one(archive: Path, tmp_path: Path) -> None:
    bus = f"sqlite:{tmp_path / 'log.db'}"
    newsfold("replay", archive, "--bus", bus)
    other = archives.write(tmp_path / "other.jsonl", archives.rows(4))
    refused(newsfold("replay", other, "--bus", bus), 2, "another input")


def test_a_file_that_is_no_log_is_refused(archive: Path, tmp_path: Path) -> None:
    noise = tmp_path / "noise.db"
    noise.write_bytes(b"this is not SQLite " * 100)
    refused(newsfold("replay", archive, "--bus", f"sqlite:{noise}"), 4, "noise.db")


def test_a_directory_without_permission_is_refused(archive: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    refused(newsfold("replay", archive, "--bus", f"sqlite:{file}/log.db"), 2, "file")


def test_a_replay_leaves_nothing_behind_but_its_output(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    assert newsfold("replay", archive).exit_code == 0
    assert list(scratch.iterdir()) == []


FEED = "https://blatt.example/rss"
FULL_TEXT = f"""
[[feed]]
url = "{FEED}"
title = "Blatt: alles"
full_text = true

[[feed]]
url = "https://blatt.example/nie"
"""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A feed that carries its article, and the page of it."""
    url = "https://www.blatt.example/odde"
    item = f"<item><title>Odde</title><link>{url}</link><description>{FERRY[:400]}</description></item>"
    path = tmp_path / "day.warc.gz"
    with Recorder(path) as recorder:
        recorder.answer(FEED, f"<rss version='2.0'><channel>{item}</channel></rss>".encode(), FEED_TYPE)
        recorder.answer(url, page("Odde", FERRY))
    return path


@pytest.fixture
def feed_list(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.toml"
    path.write_text(FULL_TEXT, encoding="utf-8")
    return path


def test_a_recording_is_read_with_the_settings_of_its_feeds(
    recording: Path, feed_list: Path, tmp_path: Path
) -> None:
    out, plain = tmp_path / "out", tmp_path / "plain"
    assert newsfold("replay", recording, "--out", plain).exit_code == 0
    assert newsfold("replay", recording, "--out", out, "--feeds", feed_list).exit_code == 0
    told = {row["url"]: (row["title"], row["full_text"], row["status"]) for row in rows(out, "feeds.jsonl")}
    assert told == {
        FEED: ("Blatt: alles", True, "fresh"),
        "https://blatt.example/nie": ("", False, "unpolled"),
    }
    assert [row["text"] for row in rows(out, "history.jsonl")] == [FERRY[:400]]  # the feed had it first
    assert not rows(plain, "history.jsonl")


def test_a_replay_goes_on_with_the_feeds_it_began_with(
    recording: Path, feed_list: Path, tmp_path: Path
) -> None:
    bus = f"sqlite:{tmp_path / 'log.db'}"
    words = ("replay", recording, "--bus", bus, "--out")
    assert newsfold(*words, tmp_path / "one", "--feeds", feed_list).exit_code == 0
    assert newsfold(*words, tmp_path / "two", "--feeds", feed_list).exit_code == 0
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    refused(newsfold(*words, tmp_path / "three"), 2, "other --feeds")


def test_a_log_that_began_without_a_feed_list_takes_none_later(
    recording: Path, feed_list: Path, tmp_path: Path
) -> None:
    bus = f"sqlite:{tmp_path / 'log.db'}"
    assert newsfold("replay", recording, "--bus", bus).exit_code == 0
    refused(newsfold("replay", recording, "--bus", bus, "--feeds", feed_list), 2, "other --feeds")


def test_a_log_that_follows_feeds_is_not_replayed_into(
    feed_list: Path, archive: Path, tmp_path: Path
) -> None:
    bus = f"sqlite:{tmp_path / 'log.db'}"
    assert newsfold("feeds", "import", feed_list, "--bus", bus).exit_code == 0
    refused(newsfold("replay", archive, "--bus", bus), 2, "follows feeds")


def test_a_feed_list_without_a_recording_is_refused(feed_list: Path, archive: Path) -> None:
    refused(newsfold("replay", archive, "--feeds", feed_list), 2, "--feeds", "no recording")


@pytest.mark.usefixtures("recording")
def test_a_dry_run_says_what_would_be_played_and_writes_nothing(tmp_path: Path) -> None:
    with Recorder(tmp_path / "night.warc.gz") as night:
        night.answer(FEED, rss("Blatt", ["https://www.blatt.example/fehlt"]), FEED_TYPE)
    result = newsfold("replay", tmp_path, "--dry-run", "--out", tmp_path / "out", "--speed", "0.5")
    assert result.exit_code == 0, result.output
    told = result.output.splitlines()
    assert told[0] == "3 items in 2 files, of 1 feeds"
    assert told[2] == "played in 0:00:02"
    assert "1 pages are listed and not recorded; a replay fetches nothing" in told
    assert "  https://www.blatt.example/fehlt" in told
    assert not (tmp_path / "out").exists()


def test_a_part_of_an_archive_gives_what_that_part_alone_would_give(archive: Path, tmp_path: Path) -> None:
    everything = archives.rows(COUNT)
    begin, end = (str(everything[number]["fetched_at"]) for number in (5, 25))
    part = archives.write(tmp_path / "part.jsonl", everything[5:26])
    result = newsfold("replay", archive, "--from", begin, "--to", end, "--out", tmp_path / "framed")
    assert result.exit_code == 0, result.output
    assert newsfold("replay", part, "--out", tmp_path / "alone").exit_code == 0
    assert digest(tmp_path / "framed") == digest(tmp_path / "alone")
    assert "".join(f"ignored: outside {COUNT - 21}".split()) in "".join(
        result.output.replace("│", "").split()
    )
    refused(newsfold("replay", archive, "--from", end, "--to", begin), 2, "is later than --to")


def test_an_archive_played_three_times_is_every_article_once_in_a_longer_time(
    archive: Path, tmp_path: Path
) -> None:
    log = f"sqlite:{tmp_path / 'log.db'}"
    result = newsfold("replay", archive, "--loop", "3", "--out", tmp_path / "out", "--bus", log)
    assert result.exit_code == 0, result.output
    assert len(rows(tmp_path / "out", "articles.jsonl")) == COUNT
    assert not rows(tmp_path / "out", "dead-letters.jsonl")
    seen = newsfold("tail", "articles", "--type", "Article", "--bus", log).output.splitlines()
    assert len(seen) == 3 * COUNT
