"""An article archive as a source: one JSON object a line, in the order of the file.

Required are `url`, `source`, `title`, `text` and `fetched_at`; `feed`, `published_at` and `language` may be
missing or null. A line that cannot be used goes to the dead letters; the rest flows on. What a record may
not hold (control characters, half an emoji) costs the character, not the line.

A line of an export is a sighting told again, with its ids and addresses as they were. An edited one, whose
text its ids no longer name, is a line like any other.
"""

import asyncio
import gzip
import zlib
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, TypeVar, cast

import msgspec

from services.contracts.articles import Article
from services.ingest.readings import ArchiveReading, BadReading, RecordReading
from services.ingest.recordings.record_line import is_as_seen, record_in, time_of
from services.ingest.recordings.source import LAST_YEAR, Item, digest_of, quiet_times, sensible
from services.ingest.text.characters import one_line, printable, without_controls
from services.ingest.text.charset import utf8_fault
from services.ingest.text.dates import EPOCH, moment
from services.ingest.text.json_text import BadJson, read_document
from services.ingest.text.language import settle_by_script
from services.ingest.urls import canonical, without_login

MAX_LINE = 10 << 20
KEPT = 1 << 20
"""Bytes of a bad line that go to the dead letters."""
READ_AT_ONCE = 200
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile)


class ArchiveLine(msgspec.Struct, frozen=True):
    url: str
    source: str
    title: str
    text: str
    fetched_at: datetime
    feed: str | None = None
    published_at: str | None = None
    language: str | None = None


class LineTime(msgspec.Struct, frozen=True):
    fetched_at: datetime


_LINE = msgspec.json.Decoder(ArchiveLine)
_STAMP = msgspec.json.Decoder(LineTime)
_NO_URL = "`url` is not an http(s) URL of at most 2,048 characters"
_UNUSABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_Row = TypeVar("_Row", ArchiveLine, LineTime)


class Archive:
    """Source over a `.jsonl` or `.jsonl.gz` file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = ""
        self.damage = ""
        self._times: list[datetime] = []
        self._quiet: list[datetime] = []

    async def open(self) -> None:
        if not self.id:
            await asyncio.to_thread(self._look_through)
            self.id = await asyncio.to_thread(digest_of, self.path)

    @property
    def total(self) -> int:
        return len(self._times) + bool(self.damage)

    def _look_through(self) -> None:
        self._times, at = [], EPOCH
        with _open_archive(self.path) as file:
            try:
                for line in _lines(file):
                    at = _time_of(line) or at
                    self._times.append(at)
            except _DAMAGE as error:
                self.damage = f"{self.path.name}: cut off or damaged after line {len(self._times)}: {error}"
        self._quiet = quiet_times(self._times)

    def quiet_until(self, position: int) -> datetime | None:
        return self._quiet[min(position, len(self._quiet) - 1)] if self._quiet else None

    async def batches(self, start: int) -> AsyncGenerator[list[Item], None]:
        file = await asyncio.to_thread(_open_archive, self.path)
        try:
            lines = islice(enumerate(_lines(file)), start, len(self._times))
            while batch := await asyncio.to_thread(self._items, lines):
                yield batch
        finally:
            file.close()
        if self.damage and start < self.total:
            bad = BadReading(reason="damaged-file", detail=self.damage, origin=self.path.name)
            yield [Item(self.quiet_until(self.total) or EPOCH, bad)]

    def _items(self, lines: Iterator[tuple[int, bytes]]) -> list[Item]:
        return [
            Item(self._times[number], read_line(line, f"{self.path.name} line {number + 1}"))
            for number, line in islice(lines, READ_AT_ONCE)
        ]


def read_line(line: bytes, origin: str) -> ArchiveReading | RecordReading | BadReading:
    """The article of one line, or why it is none."""
    if len(line) > MAX_LINE:
        return _bad(line, origin, f"longer than {MAX_LINE} bytes")
    try:
        return _reading(_decoded(line, _LINE), line, origin)
    except _UNUSABLE as error:
        return _told_again(line, origin) or _bad(line, origin, utf8_fault(line) or str(error))


def _told_again(line: bytes, origin: str) -> ArchiveReading | RecordReading | BadReading | None:
    """What a line of an export says; None where it is none."""
    record = record_in(line)
    if record is None or not sensible(time_of(record)):
        return None
    if canonical(record.url) is None:
        return _bad(line, origin, _NO_URL)
    if isinstance(record, Article) and not is_as_seen(record):
        return _reading(_row(record), line, origin)
    return RecordReading(record=record)


def _row(article: Article) -> ArchiveLine:
    return ArchiveLine(
        url=article.url,
        source=article.source,
        title=article.title,
        text=article.text,
        fetched_at=article.first_seen_at,
        feed=article.feed,
        published_at=article.published_at.isoformat() if article.published_at else None,
        language=article.language,
    )


def _reading(row: ArchiveLine, line: bytes, origin: str) -> ArchiveReading | BadReading:
    if not sensible(row.fetched_at):
        return _bad(line, origin, f"`fetched_at` is not of the years {EPOCH.year} to {LAST_YEAR}")
    url, source = without_login(without_controls(row.url).strip()), one_line(row.source)
    title, text = printable(row.title).strip(), printable(row.text)
    canonical_url = canonical(url)
    if canonical_url is None:
        return _bad(line, origin, _NO_URL)
    if not source:
        return _bad(line, origin, "`source` is empty")
    return ArchiveReading(
        url=url,
        canonical_url=canonical_url,
        source=source,
        feed=one_line(row.feed or ""),
        title=title,
        text=text,
        language=settle_by_script(row.language or "", title, text),
        published_at=moment(row.published_at or ""),
        at=_utc(row.fetched_at),
    )


def _decoded(line: bytes, reader: msgspec.json.Decoder[_Row]) -> _Row:
    """Raises one of `_UNUSABLE`. What msgspec refuses and Python's reader knows is half a surrogate pair."""
    try:
        return reader.decode(line)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        try:
            row = read_document(line.decode("utf-8"))
        except BadJson:
            raise error from None
        if isinstance(row, dict):
            row |= {key: without_controls(value) for key, value in row.items() if isinstance(value, str)}
        return msgspec.convert(row, reader.type)


def _bad(line: bytes, origin: str, why: str) -> BadReading:
    return BadReading(reason="bad-line", detail=why, origin=origin, value=line[:KEPT])


def _time_of(line: bytes) -> datetime | None:
    try:
        at = _decoded(line, _STAMP).fetched_at
    except _UNUSABLE:
        record = record_in(line)
        if record is None:
            return None
        at = time_of(record)
    return _utc(at) if sensible(at) else None


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _open_archive(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path, "rb")) if packed else path.open("rb")


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Lines without blank ones; of a line past the bound its beginning, marked by its length."""
    while line := file.readline(MAX_LINE + 1):
        whole = line.endswith(b"\n") or len(line) <= MAX_LINE
        while not whole:
            rest = file.readline(MAX_LINE)
            whole = rest.endswith(b"\n") or not rest
        if line.strip():
            yield line
