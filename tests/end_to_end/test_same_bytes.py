"""The same input gives the same bytes: on any bus, at any speed, with any number of workers, every time."""

import random
from pathlib import Path

import pytest

from tests.end_to_end.archive import write_archive
from tests.end_to_end.command import Replay, newsfold, replayed
from tests.end_to_end.output import digests, lines

PACED = "500000"
"""Times as fast as recorded: a week and a half passes in two seconds."""

WAYS = {
    "again": ["--speed", "max", "--workers", "1"],
    "in memory": ["--bus", "memory"],
    "paced": ["--speed", PACED],
    "with four workers": ["--workers", "4"],
    "in memory, with four workers": ["--bus", "memory", "--workers", "4"],
    "paced, in memory, with four workers": ["--speed", PACED, "--bus", "memory", "--workers", "4"],
}


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """An archive, replayed as fast as possible, with one worker, on a log that stays."""
    place = tmp_path_factory.mktemp("week")
    return replayed(write_archive(place / "week.jsonl.gz", 300), place)


@pytest.mark.parametrize("name", ["week", "demo"])
def test_there_is_something_to_compare(name: str, request: pytest.FixtureRequest) -> None:
    out = request.getfixturevalue(name).out
    assert {line["kind"] for line in lines(out, "relations")} >= {"syndicated", "derivative", "update"}
    assert lines(out, "screened")
    assert any(len(story["articles"]) > 3 for story in lines(out, "stories"))


@pytest.mark.parametrize("way", WAYS)
def test_another_way_to_replay_an_archive_gives_the_same_bytes(
    week: Replay, way: str, tmp_path: Path
) -> None:
    ran = newsfold("replay", week.source, "--out", tmp_path / "out", *WAYS[way])
    assert (ran.code, ran.err) == (0, "")
    assert digests(tmp_path / "out") == digests(week.out)


def test_languages_that_share_no_text_may_be_folded_apart(
    week: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSFOLD_INGEST__SHARDING", "language")
    ran = newsfold("replay", week.source, "--out", tmp_path / "out", "--workers", "4")
    assert (ran.code, ran.err) == (0, "")
    # How rare a term is, and so what is one happening, is learned from what a shard has seen.
    happenings = {"events.jsonl", "storylines.jsonl"}
    apart, together = digests(tmp_path / "out"), digests(week.out)
    assert {name for name in together if apart[name] != together[name]} <= happenings


@pytest.mark.parametrize("way", ["in memory, with four workers", "paced"])
def test_another_way_to_replay_a_recording_gives_the_same_bytes(
    demo: Replay, way: str, tmp_path: Path
) -> None:
    ran = newsfold("replay", demo.source, "--out", tmp_path / "out", *WAYS[way])
    assert (ran.code, ran.err) == (0, "")
    assert digests(tmp_path / "out") == digests(demo.out)


@pytest.mark.parametrize("name", ["week", "demo"])
def test_a_replay_that_is_done_already_gives_the_same_bytes_from_its_log(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    done: Replay = request.getfixturevalue(name)
    ran = newsfold("replay", done.source, "--bus", f"sqlite:{done.log}", "--out", tmp_path / "again")
    assert (ran.code, ran.err) == (0, "")
    assert "done before" in ran.out
    assert digests(tmp_path / "again") == digests(done.out)


def test_how_lines_are_spread_over_files_and_in_which_order_does_not_matter(tmp_path: Path) -> None:
    whole = write_archive(tmp_path / "whole.jsonl", 150)
    content = whole.read_bytes().splitlines(keepends=True)
    random.Random(7).shuffle(content)
    parts = [tmp_path / f"part{number}.jsonl" for number in range(3)]
    for number, part in enumerate(parts):
        part.write_bytes(b"".join(content[number::3]))
    assert newsfold("replay", whole, "--out", tmp_path / "whole").code == 0
    assert newsfold("replay", *parts, parts[0], "--out", tmp_path / "parts").code == 0
    assert digests(tmp_path / "parts") == digests(tmp_path / "whole")
