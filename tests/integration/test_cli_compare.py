"""`compare`: two exports in, what differs out."""

import json
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
    assert sum(forth["shrank"].values()) == sum(back["grew"].values()) == 1
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
