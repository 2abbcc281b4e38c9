"""The same input gives the same bytes: on any bus, at any speed, with any number of workers, every time."""

import random
from pathlib import Path

import pytest

from tests.end_to_end.archive import write_archive
from tests.end_to_end.command import newsfold
from tests.end_to_end.output import digests, lines

DEMO = Path(__file__).parents[1] / "recordings" / "demo.warc.gz"
PACED = "500000"
"""Times as fast as recorded: a week and a half passes in two seconds."""

WAYS = {
    "again": [],
    "in memory": ["--bus", "memory"],
    "on a log that stays": ["--bus", "sqlite:{log}"],
    "paced": ["--speed", PACED],
    "with four workers": ["--workers", "4"],
    "paced, in memory, with four workers": ["--speed", PACED, "--bus", "memory", "--workers", "4"],
}


@pytest.fixture(scope="module", params=["archive", "recording"])
def input_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "recording":
        return DEMO
    return write_archive(tmp_path_factory.mktemp("input") / "week.jsonl.gz", 300)


@pytest.fixture(scope="module")
def calm(input_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The digests of a run as fast as possible, with one worker, on a temporary log."""
    out = tmp_path_factory.mktemp("calm")
    assert newsfold("replay", input_file, "--out", out, "--speed", "max", "--workers", "1").code == 0
    assert {line["kind"] for line in lines(out, "relations")} >= {"syndicated", "derivative"}
    assert lines(out, "screened")
    assert any(len(story["articles"]) > 3 for story in lines(out, "stories"))
    return digests(out)


@pytest.mark.parametrize("way", WAYS)
def test_another_way_to_run_gives_the_same_bytes(
    input_file: Path, calm: dict[str, str], way: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    options = [option.format(log=tmp_path / "log.db") for option in WAYS[way]]
    ran = newsfold("replay", input_file, "--out", out, *options)
    assert (ran.code, ran.err) == (0, "")
    assert digests(out) == calm


def test_a_replay_that_is_done_already_gives_the_same_bytes_from_its_log(
    input_file: Path, calm: dict[str, str], tmp_path: Path
) -> None:
    command: list[str | Path] = ["replay", input_file, "--bus", f"sqlite:{tmp_path / 'log.db'}", "--out"]
    assert newsfold(*command, tmp_path / "first").code == 0
    ran = newsfold(*command, tmp_path / "second")
    assert (ran.code, ran.err) == (0, "")
    assert "done before" in ran.out
    assert digests(tmp_path / "second") == digests(tmp_path / "first") == calm


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
