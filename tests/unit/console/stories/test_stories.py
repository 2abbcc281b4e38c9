import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from services.cli import main
from services.console.stories import lines
from services.console.stories.selection import Order, StoryQuery, find, select
from services.contracts import wire
from services.contracts.facts import ArticleFacts, Facts, Name
from services.contracts.stories import Story, StoryChange
from services.enrich.story import change, story
from tests.unit.enrich.members import cluster, member

NAMED = ArticleFacts(
    article_id="a",
    version_id="a.1",
    seen_at=cluster(member("a")).at,
    facts=Facts(names=(Name(name="Ruva Lindqvast", kind="person", variants=("Рува Линдкваст",)),)),
)
CLUSTERS = {
    "wide": cluster(
        *(member(f"w{n}", 10 * n, kind="syndicated" if n else None, of="w0") for n in range(4)),
        story_id="wide",
    ),
    "fast": cluster(
        member("a", 2), member("f", 2.5, kind="syndicated", of="a", agencies=("dna",)), story_id="fast"
    ),
    "late": cluster(member("talbote", 50, language="en"), story_id="late"),
}
STORIES = [story(one, {"a": NAMED}) for one in CLUSTERS.values()]


def ids(**query: object) -> list[str]:
    return [one.story_id for one in select(STORIES, StoryQuery(**query))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("spread", ["wide", "fast", "late"]),
        ("velocity", ["fast", "wide", "late"]),
        ("new", ["late", "fast", "wide"]),
    ],
)
def test_stories_are_sorted_as_asked(by: Order, expected: list[str]) -> None:
    assert ids(by=by) == expected
    assert ids(by=by, most=1) == expected[:1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"language": "EN"}, ["late"]),
        ({"agency": "dna"}, ["fast"]),
        ({"outlet": "talb"}, ["late"]),
        ({"name": "lindqvast"}, ["fast"]),
        ({"name": "линдкваст"}, ["fast"]),
        ({"agency": "qna"}, []),
    ],
)
def test_stories_are_filtered_by_language_agency_outlet_and_name(
    query: dict[str, str], expected: list[str]
) -> None:
    assert ids(**query) == expected


def test_a_story_is_found_by_the_beginning_of_its_id_or_an_address() -> None:
    assert [one.story_id for one in find(STORIES, "fa")] == ["fast"]
    assert [one.story_id for one in find(STORIES, "www.talbote.example")] == ["late"]


@given(st.text(max_size=200), st.sampled_from(STORIES))
def test_no_line_is_wider_than_a_terminal(words: str, told: Story) -> None:
    told = msgspec.structs.replace(told, headline=words, lead=words * 3)
    changes = [change(CLUSTERS[told.story_id], told)]
    shown = [*lines.row(told), *lines.whole(told, changes), *lines.happened(changes[0])]
    assert all(cell_len(line) <= lines.WIDTH or line.startswith("  shown: ") for line in shown)
    assert all(line.isprintable() for line in shown)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    told = [change(CLUSTERS[one.story_id], one) for one in STORIES]
    (tmp_path / "stories.jsonl").write_bytes(b"".join(wire.encode(one) + b"\n" for one in STORIES))
    (tmp_path / "story-changes.jsonl").write_bytes(b"".join(wire.encode(one) + b"\n" for one in told))
    return tmp_path


def run(*args: str) -> str:
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_commands_read_what_a_replay_wrote(out: Path) -> None:
    assert run("stories", "--out", str(out)).startswith("wide")
    shown = run("story", "fast", "--out", str(out))
    assert "Who took from whom" in shown
    assert "<- dna (proved, credit)" in shown
    (first, second) = run("story", "fast", "--out", str(out), "--json").splitlines()
    assert wire.decode(Story, first.encode()).story_id == wire.decode(StoryChange, second.encode()).story_id
    assert [
        json.loads(line)["story_id"] for line in run("stories", "--out", str(out), "--json").splitlines()
    ] == [
        "wide",
        "fast",
        "late",
    ]
    assert (
        json.loads(run("stories", "--form", "ninjs", "--out", str(out), "--most", "1"))["uri"]
        == "urn:newsfold:story:wide"
    )


@pytest.mark.parametrize(("wanted", "line"), [("nothing", "there is none"), ("example", "fit")])
def test_a_story_that_cannot_be_told_from_others_is_a_usage_error(out: Path, wanted: str, line: str) -> None:
    result = CliRunner().invoke(main, ["story", wanted, "--out", str(out)])
    assert (result.exit_code, line in result.output) == (2, True)
