"""What a line of an article archive says, and what cannot be used of it.

Required are `url`, `source`, `title`, `text` and `fetched_at`; `feed`, `published_at` and `language` may be
missing or null. A line that cannot be used goes to the dead letters; the rest flows on. What a record may
not hold (control characters, half an emoji) costs the character, not the line.

A line of an export is a sighting told again, with its ids and addresses as they were. An edited one, whose
text its ids no longer name, is a line like any other.
"""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TypeVar, cast

import msgspec

from services.contracts.articles import Article
from services.ingest.readings import ArchiveReading, BadReading, RecordReading
from services.ingest.recordings.record_line import is_as_seen, record_in, time_of
from services.ingest.recordings.source import LAST_YEAR, sensible
from services.ingest.text.characters import one_line, printable, without_controls
from services.ingest.text.charset import utf8_fault
from services.ingest.text.dates import EPOCH, moment
from services.ingest.text.json_text import BadJson, read_document
from services.ingest.text.language import settle_by_script
from services.ingest.urls import canonical, without_login

MAX_LINE = 10 << 20
KEPT = 1 << 20
"""Bytes of a bad line that go to the dead letters."""


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


def seen_at(line: bytes) -> datetime | None:
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


def open_archive(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path, "rb")) if packed else path.open("rb")


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """Lines without blank ones; of a line past the bound its beginning, marked by its length."""
    while line := file.readline(MAX_LINE + 1):
        whole = line.endswith(b"\n") or len(line) <= MAX_LINE
        while not whole:
            rest = file.readline(MAX_LINE)
            whole = rest.endswith(b"\n") or not rest
        if line.strip():
            yield line
