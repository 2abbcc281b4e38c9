"""`compare`: two exports in, what differs out."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from tests.unit.console import archives

Row = dict[str, Any]
FIRST = "https://www.tagblatt.example/artikel/3"


def newsfold(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def replayed(place: Path, name: str, content: list[Row]) -> Path:
    archive = archives.write(place / f"{name}.jsonl", content)
    result = newsfold("replay", archive, "--out", place / name)
    assert result.exit_code == 0, result.output
    return place / name


def rewritten(export: Path, to: Path, name: str, change: Callable[[Row], list[Row]]) -> Path:
    """The export with each line of one of its files changed, as other rules might have it."""
    copytree(export, to)
    content = [json.loads(line) for line in (export / name).read_text(encoding="utf-8").splitlines()]
    lines = [json.dumps(row) + "\n" for old in content for row in change(old)]
    (to / name).write_text("".join(lines), encoding="utf-8")
    return to


def alone(story: Row) -> list[Row]:
    """Each article of a story in one of its own; the first keeps the id."""
    return [
        story | {"articles": [url], "members": [member], "story_id": f"{story['story_id']}{number or ''}"}
        for number, (url, member) in enumerate(zip(story["articles"], story["members"], strict=True))
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("compare")
    before = replayed(place, "before", archives.rows(24))
    rewritten(before, place / "strict", "relations.jsonl", lambda row: [row | {"kind": "derivative"}])
    rewritten(before, place / "apart", "stories.jsonl", alone)
    return place


def test_an_export_is_the_same_as_itself(place: Path) -> None:
    result = newsfold("compare", place / "before", place / "before")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("The same")


def test_counts_come_first_and_then_examples_with_titles(place: Path) -> None:
    result = newsfold("compare", place / "before", place / "strict")
    assert (result.exit_code, result.stderr) == (1, "")
    counts, examples = result.stdout.split("\n\n", 1)
    assert "pairs related in another way" in counts
    assert "syndicated → derivative" in counts
    assert FIRST not in counts
    assert f"Fähre nach Odde fährt wieder (tagblatt.example)  {FIRST}" in examples


def test_examples_are_as_many_as_asked_for(place: Path) -> None:
    def examples(number: int) -> list[dict[str, Any]]:
        words = ("compare", place / "before", place / "apart", "--json", "--examples", number)
        found: list[dict[str, Any]] = json.loads(newsfold(*words).stdout)["examples"]
        return found

    assert examples(0) == []
    many = [one for one in examples(10) if one["kind"] == "split"]
    assert len(many) > 1
    assert [one for one in examples(1) if one["kind"] == "split"] == many[:1]


def test_stories_that_fell_apart_are_told_as_such_and_back_again_as_merged(place: Path) -> None:
    def counts(one: str, other: str) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = json.loads(
            newsfold("compare", place / one, place / other, "--json").stdout
        )["counts"]
        return {kind: count for kind, count in found.items() if count}

    forth, back = counts("before", "apart"), counts("apart", "before")
    assert sum(forth["split"].values()) == sum(back["merged"].values()) > 0
    assert "shrank" not in forth
    assert "grew" not in back
    assert "gone" not in forth
    assert "new" not in forth


def test_other_input_is_told_as_articles_of_one_side(place: Path, tmp_path: Path) -> None:
    fewer = replayed(tmp_path, "fewer", archives.rows(20))
    found = json.loads(newsfold("compare", place / "before", fewer, "--json").stdout)
    assert found["same"] is False
    assert found["counts"]["only-before"] == {"article": 4}
    assert found["counts"]["only-after"] == {}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("relations.jsonl", None, "no relations.jsonl in it"),
        ("relations.jsonl", "{not json\n", "relations.jsonl line 1"),
        ("stories.jsonl", '{"story_id": 3}\n', "stories.jsonl line 1"),
        ("articles.jsonl", "[]\n", "articles.jsonl line 1"),
    ],
)
def test_what_is_no_export_is_refused_in_one_line(
    place: Path, tmp_path: Path, name: str, content: str | None, says: str
) -> None:
    for path in (place / "before").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    result = newsfold("compare", place / "before", tmp_path)
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.strip().splitlines()
    assert says in line


def changed(row: Row, field: str, value: object) -> list[Row]:
    return [row | {field: value}]


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("articles.jsonl", ("source", "elsewhere.example", "article-field")),
        ("articles.jsonl", ("language", "nl", "article-field")),
        ("articles.jsonl", ("agencies", ["nobody"], "article-field")),
        ("articles.jsonl", ("published_at", "2020-01-01T00:00:00Z", "article-field")),
        ("articles.jsonl", ("text", "Nothing of it.", "article-field")),
        ("stories.jsonl", ("closed", True, "story-field")),
        ("stories.jsonl", ("agencies", ["nobody"], "story-field")),
        ("stories.jsonl", ("sources", [], "story-field")),
        ("stories.jsonl", ("split_from", "another", "story-field")),
        ("events.jsonl", ("title", "Another title", "event")),
        ("relations.jsonl", ("others", 40, "evidence")),
        ("relations.jsonl", ("late", True, "evidence")),
    ],
)
def test_a_field_that_differs_is_counted_by_its_name(
    place: Path, tmp_path: Path, file: str, told: tuple[str, object, str]
) -> None:
    field, value, kind = told
    other = rewritten(place / "before", tmp_path / "other", file, lambda row: changed(row, field, value))
    rows = (place / "before" / file).read_text(encoding="utf-8").splitlines()
    result = newsfold("compare", place / "before", other, "--json")
    assert result.exit_code == 1
    counts = {kind: count for kind, count in json.loads(result.stdout)["counts"].items() if count}
    assert counts.keys() == {kind}
    assert sum(counts[kind].values()) == len(rows)
    assert counts[kind].keys() == {field}


def test_what_a_member_says_of_itself_is_compared_too(place: Path, tmp_path: Path) -> None:
    def shorter(story: Row) -> list[Row]:
        return [story | {"members": [member | {"words": 1} for member in story["members"]]}]

    other = rewritten(place / "before", tmp_path / "other", "stories.jsonl", shorter)
    counts = json.loads(newsfold("compare", place / "before", other, "--json").stdout)["counts"]
    assert set(counts["member-field"]) == {"words"}


@pytest.mark.parametrize("name", ["events.jsonl", "withdrawals.jsonl"])
def test_a_record_of_one_side_is_told(place: Path, tmp_path: Path, name: str) -> None:
    event = '{"event_id": "e", "articles": [], "first_seen_at": "2026-01-01T00:00:00Z"}\n'
    gone = '{"article_id": "a", "url": "https://a.example/", "at": "2026-01-01T00:00:00Z"}\n'
    other = copytree(place / "before", tmp_path / "other")
    with (other / name).open("a", encoding="utf-8") as file:
        file.write(event if name == "events.jsonl" else gone)
    for one, two, what in (
        (place / "before", other, "only in the second"),
        (other, place / "before", "only in the first"),
    ):
        counts = json.loads(newsfold("compare", one, two, "--json").stdout)["counts"]
        assert (counts["event"] or counts["taken-back"]) == {what: 1}


def test_a_field_of_one_side_is_no_difference_and_is_named(place: Path, tmp_path: Path) -> None:
    def wider(row: Row) -> list[Row]:
        return [row | {"countries": 3}]

    other = rewritten(place / "before", tmp_path / "other", "stories.jsonl", wider)
    (other / "withdrawals.jsonl").unlink()
    result = newsfold("compare", place / "before", other)
    assert result.exit_code == 0
    *_, last = result.stdout.strip().splitlines()
    assert last.startswith("Not compared")
    assert "stories: countries" in last
    assert "withdrawals.jsonl" in last


def test_how_many_are_shown_of_how_many_is_said(place: Path) -> None:
    told = newsfold("compare", place / "before", place / "strict", "--examples", "1").stdout
    assert "syndicated → derivative (1 of " in told


def test_pairs_that_are_only_counted_now_are_still_related(tmp_path: Path) -> None:
    """40 copies of one report, listed one by one and then only counted."""
    report = archives.rows(1)[0]
    copies = [
        report
        | {
            "url": f"https://www.blatt{number}.example/artikel",
            "source": f"blatt{number}.example",
            "fetched_at": f"2026-03-02T06:{number:02}:00Z",
        }
        for number in range(40)
    ]
    counted = replayed(tmp_path, "counted", copies)
    (tmp_path / "all.toml").write_text("[dedup]\nlisted_copies = 1000\n", encoding="utf-8")
    archive = tmp_path / "counted.jsonl"
    told = newsfold("replay", archive, "--out", tmp_path / "listed", "--config", tmp_path / "all.toml")
    assert told.exit_code == 0, told.output
    forth = json.loads(newsfold("compare", tmp_path / "listed", counted, "--json").stdout)["counts"]
    back = json.loads(newsfold("compare", counted, tmp_path / "listed", "--json").stdout)["counts"]
    assert forth["unlisted"].keys() == back["listed"].keys() == {"syndicated"}
    assert sum(forth["unlisted"].values()) == sum(back["listed"].values()) > 0
    assert not forth["unrelated"]
    assert not back["related"]
    assert not forth["related"]
    assert forth["evidence"]["others"] > 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_the_output_is_one_line(place: Path) -> None:
    words = [sys.executable, "-m", "services", "compare", str(place / "before"), str(place / "strict")]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
    assert done.returncode == 1
    (line,) = done.stderr.decode().strip().splitlines()
    assert "the output cannot be written: No space left on device" in line
