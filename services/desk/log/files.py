"""The files of `newsfold replay --out` as a log that is complete: one partition a file, offsets are bytes.

A line says the same as the record on the topic, with two exceptions: a relation's line is put back into the
verdict on its version, and a feed's line is what was asked for and how it fares.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from services.contracts import wire
from services.contracts.articles import Article, Withdrawal
from services.contracts.events import Event, Storyline
from services.contracts.feeds import Feed, FeedState, Poll, Unused
from services.contracts.relations import Refusal, Relation, Verdict
from services.contracts.stories import Story, StoryChange
from services.stream.bus import Headers, Partition, Record
from services.stream.clock import microseconds

FILES: Mapping[str, tuple[str, ...]] = {
    "articles": ("articles.jsonl", "history.jsonl"),
    "relations": ("relations.jsonl", "screened.jsonl", "articles.jsonl", "history.jsonl"),
    "story-changes": ("story-changes.jsonl",),
    "stories": ("stories.jsonl",),
    "events": ("events.jsonl",),
    "storylines": ("storylines.jsonl",),
    "feeds": ("feeds.jsonl",),
    "feed-state": ("feeds.jsonl",),
    "dead-letters.ingest": ("dead-letters.jsonl",),
    "dead-letters.dedup": (),
    "dead-letters.enrich": (),
}
"""By topic, the files that are its partitions."""
NEEDED = ("articles.jsonl", "relations.jsonl", "stories.jsonl")
LONGEST_LINE = 64 << 20
READ_BYTES = 16 << 20
"""Read at once, or one record."""
_ROW = msgspec.json.Decoder(dict[str, Any])


class Line(NamedTuple):
    start: int
    """Byte at which it begins."""
    end: int
    row: dict[str, Any]


Make = Callable[[Partition, list[Line]], Record | None]
"""None: the line says nothing that another one does not."""


class FileLog:
    """Of one folder. Raises `ValueError` with what is missing where it is no output of a replay."""

    def __init__(self, folder: Path) -> None:
        missing = [name for name in NEEDED if not (folder / name).is_file()]
        if missing:
            raise ValueError(f"{folder}: no {missing[0]} in it; name the --out directory of a replay")
        self._folder = folder
        self._decided: set[str] = set()
        """Versions that a line of relations or of screened articles decides."""

    async def partitions(self, topic: str) -> int:
        return len(FILES.get(topic, ()))

    async def end(self, partition: Partition) -> int:
        path = self._path(partition)
        return path.stat().st_size if path and path.is_file() else 0

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        return await asyncio.to_thread(self._read, partition, start, max_records)

    def previous(self, partition: Partition, offset: int) -> int | None:
        """Of the line before the one that ends at `offset`."""
        path = self._path(partition)
        if path is None or not path.is_file():
            return None
        with path.open("rb") as file:
            start = _line_start(file, offset)
        return start - 1 if start else None

    def _path(self, partition: Partition) -> Path | None:
        names = FILES.get(partition.topic, ())
        return self._folder / names[partition.number] if partition.number < len(names) else None

    def _read(self, partition: Partition, start: int, max_records: int) -> list[Record]:
        path = self._path(partition)
        if path is None or not path.is_file():
            return []
        make = self._maker(partition)
        records: list[Record] = []
        for _, group in groupby(_lines(path, start), key=_group(partition)):
            lines = list(group)
            try:
                record = make(partition, lines)
            except (KeyError, TypeError, msgspec.ValidationError):
                record = _broken(partition, lines)
            if record is not None:
                records.append(record)
            if len(records) >= max_records or lines[-1].end - start >= READ_BYTES:
                break
        return records

    def _maker(self, partition: Partition) -> Make:
        if partition.topic == "relations":
            makers = (self._related, self._screened, self._undecided, self._undecided)
            return makers[partition.number]
        return _MAKERS[partition.topic]

    def _related(self, partition: Partition, lines: list[Line]) -> Record:
        relations = msgspec.convert([line.row for line in lines], tuple[Relation, ...])
        self._decided.add(lines[0].row["version_id"])
        return _verdict(partition, lines, outcome="story", relations=relations)

    def _screened(self, partition: Partition, lines: list[Line]) -> Record | None:
        pairs = [line.row for line in lines if line.row.get("other_url")]
        refused = msgspec.convert(pairs, tuple[Refusal, ...])
        alone = next((line.row for line in lines if not line.row.get("other_url")), None)
        version = lines[0].row["version_id"]
        if alone is None and version in self._decided:
            return None
        self._decided.add(version)
        if alone is None:
            return _verdict(partition, lines, outcome="story", refused=refused)
        return _verdict(
            partition,
            lines,
            outcome="screened",
            reason=alone["reason"],
            detail=alone["detail"],
            refused=refused,
        )

    def _undecided(self, partition: Partition, lines: list[Line]) -> Record | None:
        """Decided, as all of a replay are, and related to nothing."""
        row = lines[0].row
        if "text" not in row or row["version_id"] in self._decided:
            return None
        return _verdict(partition, lines, outcome="story")


def _lines(path: Path, start: int) -> Iterator[Line]:
    with path.open("rb") as file:
        start = _line_start(file, start)
        file.seek(start)
        while line := file.readline(LONGEST_LINE):
            yield Line(start, start + len(line), _row(line))
            start += len(line)


def _line_start(file: BinaryIO, at: int) -> int:
    """Of the line that the byte `at` is in."""
    while at:
        back = min(at, 1 << 16)
        file.seek(at - back)
        found = file.read(back).rfind(b"\n")
        if found >= 0:
            return at - back + found + 1
        at -= back
    return 0


def _row(line: bytes) -> dict[str, Any]:
    """A line that is none gives a record that the pages skip and tell."""
    try:
        return _ROW.decode(line)
    except msgspec.MsgspecError:
        return {}


def _group(partition: Partition) -> Callable[[Line], object]:
    """Lines that are one record."""
    name = FILES[partition.topic][partition.number]
    if partition.topic == "relations" and name in ("relations.jsonl", "screened.jsonl"):
        return lambda line: line.row.get("version_id", line.start)
    return lambda line: line.start


def _record(partition: Partition, lines: list[Line], value: bytes | None, headers: Headers) -> Record:
    """Its offset is the last byte, so that the next one is the byte behind."""
    return Record(partition, lines[-1].end - 1, None, value, headers, 0)


def _made(partition: Partition, lines: list[Line], content: msgspec.Struct, key: str, at_us: int) -> Record:
    headers = (("ce_type", wire.ce_type(type(content)).encode()),)
    return Record(partition, lines[-1].end - 1, key.encode(), wire.encode(content), headers, at_us)


def _verdict(partition: Partition, lines: list[Line], **told: Any) -> Record:
    row = lines[0].row
    told = {"story_id": row.get("story_id", ""), "late": row.get("late", False), **told}
    verdict = Verdict(
        article_id=row["article_id"],
        version_id=row["version_id"],
        url=row["url"],
        source=row["source"],
        language=row["language"],
        first_seen_at=msgspec.convert(row["first_seen_at"], datetime),
        **told,
    )
    return _made(partition, lines, verdict, verdict.article_id, microseconds(verdict.first_seen_at))


def _whole(kind: type[msgspec.Struct], key: str, time: str) -> Callable[[Partition, list[Line]], Record]:
    """A line that is the record."""

    def make(partition: Partition, lines: list[Line]) -> Record:
        content = msgspec.convert(lines[0].row, kind)
        return _made(partition, lines, content, getattr(content, key), microseconds(getattr(content, time)))

    return make


def _broken(partition: Partition, lines: list[Line]) -> Record:
    """To be counted as undecodable."""
    return _record(partition, lines, b"", (("ce_type", wire.ce_type(Article).encode()),))


def _seen(partition: Partition, lines: list[Line]) -> Record:
    kind = _WITHDRAWAL if "text" not in lines[0].row and "at" in lines[0].row else _ARTICLE
    return kind(partition, lines)


def _asked(partition: Partition, lines: list[Line]) -> Record:
    row = lines[0].row
    feed = Feed(feed_id=row["feed_id"], url=row["url"], source=row["source"], title=row.get("title", ""))
    return _made(partition, lines, feed, feed.feed_id, 0)


def _feed(partition: Partition, lines: list[Line]) -> Record:
    row = lines[0].row
    state = FeedState(
        feed_id=row["feed_id"],
        url=row["url"],
        status="fresh" if row["status"] == "unpolled" else row["status"],
        reason=row["reason"],
        failures=row["failures"],
        listed=row["listed"],
        polled_at=msgspec.convert(row["polled_at"], datetime | None),
        due_at=msgspec.convert(row["due_at"], datetime | None),
        past=row.get("fates", {}),
        polls=msgspec.convert([list(poll.values()) for poll in row.get("polls", ())], tuple[Poll, ...]),
        unused=msgspec.convert([list(one.values()) for one in row.get("unused", ())], tuple[Unused, ...]),
    )
    at = state.polled_at
    return _made(partition, lines, state, state.feed_id, microseconds(at) if at else 0)


def _dead(partition: Partition, lines: list[Line]) -> Record:
    row = lines[0].row
    told = {"dl_reason": "reason", "dl_detail": "detail", "dl_origin": "origin", "dl_service": "service"}
    headers = tuple((name, str(row.get(field, "")).encode()) for name, field in told.items())
    return _record(partition, lines, None, headers)


_ARTICLE = _whole(Article, "article_id", "first_seen_at")
_WITHDRAWAL = _whole(Withdrawal, "article_id", "at")
_MAKERS: Mapping[str, Make] = {
    "articles": _seen,
    "story-changes": _whole(StoryChange, "story_id", "at"),
    "stories": _whole(Story, "story_id", "last_seen_at"),
    "events": _whole(Event, "event_id", "last_seen_at"),
    "storylines": _whole(Storyline, "storyline_id", "last_seen_at"),
    "feeds": _asked,
    "feed-state": _feed,
    "dead-letters.ingest": _dead,
}
