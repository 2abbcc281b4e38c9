"""The documented consumers, as modules; and histories for them to read, with what must come out."""

import importlib.util
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from services.contracts import ids, wire
from services.contracts.clusters import Change, Cluster, Member
from services.enrich.service import EnrichTask
from services.stream.bus import Output, Partition, Record

DOCS = Path(__file__).parents[3] / "docs"
PAGE = DOCS / "consuming.md"
MORNING = datetime(2026, 3, 2, 6, tzinfo=UTC)
Step = tuple[Change, int, int]
"""What happens, and to which of the stories that are there (modulo how many there are)."""
HISTORY: tuple[Step, ...] = (
    ("created", 0, 0),
    ("created", 0, 0),
    ("grew", 1, 0),
    ("created", 0, 0),
    ("grew", 2, 0),
    ("merged", 1, 0),
    ("updated", 0, 0),
    ("created", 0, 0),
    ("closed", 1, 0),
)
"""Four stories, one of which goes up in another and one of which is closed."""


def sample(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / "examples" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands(program: str) -> list[str]:
    """The command lines of a program on the page, continued lines joined."""
    text = PAGE.read_text(encoding="utf-8").replace("\\\n", " ")
    return re.findall(rf"^{re.escape(program)} .*$", text, re.MULTILINE)


def clusters(steps: Iterable[Step]) -> list[Cluster]:
    """dedup's records for a history. What needs a story that is not there makes one, or lets it grow."""
    told: list[Cluster] = []
    live: list[Cluster] = []
    for number, (what, one, other) in enumerate(steps):
        story = live.pop(one % len(live)) if live and what != "created" else None
        heir = live.pop(other % len(live)) if live and what == "merged" else None
        if story and heir:
            told.append(_after(story, "merged", number, merged_into=heir.story_id))
            told.append(_after(heir, "merged", number, merged_from=(story.story_id,)))
        elif story:
            told.append(_after(story, "grew" if what == "merged" else what, number))
        else:
            told.append(_first(number))
        if told[-1].change != "closed":
            live.append(told[-1])
    return told


def _first(number: int) -> Cluster:
    member = _member(number)
    return Cluster(
        story_id=ids.story_id(member.version_id),
        revision=1,
        change="created",
        at=member.first_seen_at,
        article_id=member.article_id,
        members=(member,),
    )


def _after(story: Cluster, change: Change, number: int, **lineage: Any) -> Cluster:
    member = _member(number)
    return msgspec.structs.replace(
        story,
        revision=story.revision + 1,
        change=change,
        at=member.first_seen_at,
        article_id=member.article_id,
        members=(*story.members, member) if change in ("grew", "updated") else story.members,
        **lineage,
    )


def _member(number: int) -> Member:
    at = MORNING + timedelta(minutes=number)
    return Member(
        article_id=f"article-{number}",
        version_id=f"article-{number}-1",
        url=f"https://blatt.example/{number}",
        source="blatt.example",
        feed="https://blatt.example/rss",
        title=f"Meldung {number}",
        language="de",
        first_seen_at=at,
        version_seen_at=at,
    )


def published(told: Sequence[Cluster]) -> list[Output]:
    """What enrich makes of them: records of `stories`, `story-changes` and `events`."""
    records = [
        Record(Partition("clusters", 0), offset, cluster.story_id.encode(), wire.encode(cluster), (), 0)
        for offset, cluster in enumerate(told)
    ]
    return EnrichTask(0).step(records).outputs


def on(topic: str, outputs: Iterable[Output]) -> list[Output]:
    return [output for output in outputs if output.partition.topic == topic]


def standing(told: Iterable[Cluster]) -> dict[str, int]:
    """The stories there are in the end, with their revisions."""
    last = {cluster.story_id: cluster for cluster in told}
    return {name: cluster.revision for name, cluster in last.items() if not cluster.merged_into}


def revisions(table: dict[str, dict[str, Any]]) -> dict[str, int]:
    return {name: story["revision"] for name, story in table.items()}
