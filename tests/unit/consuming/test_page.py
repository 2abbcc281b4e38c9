"""The page for consumers says what the code does."""

import re
from pathlib import Path

import pytest

from services.console.dlq import letters
from services.contracts import wire
from services.contracts.stories import Story
from services.contracts.topics import DAY_S, TOPICS
from services.stream.kafka.bounds import Bounds
from services.stream.kafka.records import EXACT
from tests.unit.consuming.samples import DOCS, MORNING, PAGE

TEXT = PAGE.read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_the_python_on_the_page_is_the_python_that_is_tested() -> None:
    files = [path.read_text(encoding="utf-8") for path in sorted((DOCS / "examples").glob("*.py"))]
    assert len(fenced("python")) == 2
    for shown in fenced("python"):
        assert any(shown in file for file in files), shown


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)[^)]*\)", TEXT))
def test_every_link_leads_somewhere(link: str) -> None:
    assert link.startswith("https://") or (DOCS / link).exists()


def test_every_header_is_explained() -> None:
    story = Story(
        story_id="s", revision=1, headline="", lead_url="", first_seen_at=MORNING, last_seen_at=MORNING
    )
    names = [name for name, _ in wire.headers(story, id="s:1", source="enrich", time=MORNING)]
    for name in (*names, EXACT, letters.REPLAY):
        assert f"| `{name}` |" in TEXT, name


def test_every_public_topic_is_listed_with_what_it_keeps() -> None:
    for topic in TOPICS:
        row = next((line for line in TEXT.splitlines() if line.startswith(f"| `{topic.name}` |")), "")
        assert bool(row) is ("newsrooms" in topic.readers), topic.name
        if row:
            kept = "last of each key" if topic.compact else f"{(topic.retention_s or 0) // DAY_S} days"
            assert kept in row
            assert all(f"[{kind.__name__}](schemas/{kind.__name__}.json)" in row for kind in topic.types)


def test_the_longest_wait_for_a_dead_writer_is_the_bound_in_force() -> None:
    assert f"at most {Bounds().transaction_s:.0f} seconds" in " ".join(TEXT.split())


@pytest.mark.parametrize("file", sorted((DOCS / "examples").glob("*.py")), ids=lambda file: file.stem)
def test_a_sample_is_a_program_that_says_what_it_needs(file: Path) -> None:
    assert file.stat().st_mode & 0o111
    text = file.read_text(encoding="utf-8")
    assert f"{file.name} HOST:PORT" in text.splitlines()[1] or f"| python docs/examples/{file.name}" in text
