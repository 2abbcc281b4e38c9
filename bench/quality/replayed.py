"""A recording through the whole of Newsfold, and what came out: the files, and the log they were made of."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import TypeVar

import msgspec

from bench.quality.outcome import Outcome, from_verdicts
from services.console.scan import is_a, scan
from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.relations import Verdict
from services.contracts.stories import Story, StoryChange
from services.stream.sqlite import SqliteBus

_ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T", bound=msgspec.Struct)


class ReplayFailed(Exception):
    """`newsfold replay` did not end well. The message is its own last line."""


class Replayed:
    """One finished replay."""

    def __init__(self, out: Path, log: Path) -> None:
        self.out = out
        shown = _lines(out / "articles.jsonl", Article)
        self.articles = {article.url: article for article in shown}
        """As they were decided on, by URL, in order of first sight."""
        self.aliases = {article.fetched_url: article.url for article in shown if article.fetched_url}
        self.stories = {story.story_id: story for story in _lines(out / "stories.jsonl", Story)}
        verdicts, self.changes = asyncio.run(_said(log))
        """`changes`: every story change in the order it was published."""
        latest = {verdict.article_id: verdict for verdict in verdicts}
        self.outcome: Outcome = from_verdicts(
            latest.values(), {name: story.articles for name, story in self.stories.items()}
        )


def replay(recording: Path, work: Path) -> Replayed:
    """Run `newsfold replay` in a process of its own. Raises `ReplayFailed`."""
    work.mkdir(parents=True, exist_ok=True)
    out, log = work / "out", work / "log.db"
    for old in work.glob("log.db*"):
        old.unlink()
    command = [sys.executable, "-m", "services", "replay", str(recording)]
    done = subprocess.run(
        [*command, "--out", str(out), "--bus", f"sqlite:{log}"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReplayFailed(f"{recording.name}: {(done.stderr.strip() or 'no message').splitlines()[-1]}")
    return Replayed(out, log)


async def _said(log: Path) -> tuple[list[Verdict], list[StoryChange]]:
    bus = SqliteBus(log)
    await bus.start()
    try:
        verdicts = [
            wire.decode(Verdict, record.value or b"")
            async for record in scan(bus, "relations")
            if is_a(record, Verdict)
        ]
        changes = [
            wire.decode(StoryChange, record.value or b"")
            async for record in scan(bus, "story-changes")
            if is_a(record, StoryChange)
        ]
    finally:
        await bus.close()
    return verdicts, changes


def _lines(path: Path, kind: type[T]) -> list[T]:
    decoder = msgspec.json.Decoder(kind)
    with path.open("rb") as file:
        return [decoder.decode(line) for line in file]
