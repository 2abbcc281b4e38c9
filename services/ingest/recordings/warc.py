"""WARC recordings on disk: an index of their HTTP answers in order of time, and one answer at a time.

WARC 1.1 (https://iipc.github.io/warc-specifications/), plain or with one gzip member a record. Two passes,
because a recorder writes records when they end: only an index gives the order of time, and tells what a
URL is before its first failure is met.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from os import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import urljoin, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader

from services.ingest.http.exchange import Exchange, answered, outcome_of
from services.ingest.http.inflate import Bomb, Damaged, Unsupported, decode
from services.ingest.recordings.source import sensible
from services.ingest.text.charset import text_of
from services.ingest.text.dates import moment
from services.ingest.text.markup import root_of

MAX_BODY = 15 << 20
MAX_ANSWERS = 5_000_000
HEAD = 2_048
"""Bytes of a body that are looked at to tell feeds from pages."""
_FEED_TYPES = ("rss+xml", "atom+xml", "rdf+xml", "feed+json")
_HTML_TYPES = ("text/html", "application/xhtml+xml")


class Answer(NamedTuple):
    """Where an HTTP answer stands in the file, and what it is."""

    at: datetime
    offset: int
    kind: str
    """`feed`, `page`, or else `robots`, `redirect`, `revisit`, `sitemap`, `media` or `not-http`."""
    asked: str = ""
    """URL first asked for, where redirects led here."""


class Index(NamedTuple):
    answers: list[Answer]
    """In order of time, then of the file."""
    damage: str = ""
    """One line, if the file could not be read to its end or a record had to be left out."""


def index(path: Path) -> Index:
    """Index a recording as far as it can be read. Raises `OSError`."""
    answers: list[Answer] = []
    damage = ""
    with path.open("rb") as file:
        try:
            for answer in _answers(file, _Known()):
                if isinstance(answer, _LeftOut):
                    damage = damage or f"damaged after {len(answers)} answers: {answer}"
                    continue
                answers.append(answer)
                if len(answers) == MAX_ANSWERS:
                    damage = f"more than {MAX_ANSWERS} answers; split the recording"
                    break
        except _CutOff as error:
            damage = damage or f"damaged after {len(answers)} answers: {error}"
    return Index(sorted(answers, key=lambda answer: (answer.at, answer.offset)), damage)


class _CutOff(Exception):
    """Nothing more can be read."""


class _LeftOut(str):
    """Why one record cannot be trusted; the file goes on behind it."""

    __slots__ = ()


class _Records(ArchiveIterator):  # type: ignore[misc]
    INC_RECORD = ""  # warcio would print strangers' bytes; `err_count` says the same


class _Known:
    """What earlier answers told about URLs."""

    def __init__(self) -> None:
        self.feeds: set[str] = set()
        self.asked: dict[str, str] = {}


def _answers(file: BinaryIO, known: _Known) -> Iterator[Answer | _LeftOut]:
    """Answers that are there to their end. Raises `_CutOff`."""
    records = _Records(file)
    start = 0
    while (record := _next(records, start)) is not None:
        start = records.offset
        answer = _answer_in(record, start, known)
        faults = records.err_count
        records.read_to_end()
        if record.raw_stream.limit > 0:
            raise _CutOff(f"the record at byte {start} is cut off")
        if records.err_count > faults:
            yield _LeftOut(f"the record at byte {start} does not end where its Content-Length says")
        elif answer is not None:
            yield answer
        start = records.offset
    if start == 0:
        raise _CutOff("holds no record")
    file.seek(0, SEEK_END)
    if start < file.tell():
        raise _CutOff(f"the record at byte {start} is cut off")


def _answer_in(record: Any, offset: int, known: _Known) -> Answer | None:
    if not hasattr(record.raw_stream, "limit"):
        raise _CutOff(f"the record at byte {offset} has no Content-Length")
    if record.rec_type not in {"response", "revisit"}:
        return None
    at = moment(record.rec_headers.get_header("WARC-Date") or "")
    if at is None or not sensible(at):
        raise _CutOff(f"the record at byte {offset} has no readable WARC-Date")
    return _answer(record, at, offset, known)


def _next(records: _Records, start: int) -> Any:
    try:
        record = next(records, None)
    except Exception as error:  # noqa: BLE001 - warcio raises anything at a record that ends in its head
        told = " ".join(str(error).split())[:200]
        raise _CutOff(f"the record at byte {start} is cut off or no record: {told}") from None
    if record is not None and not str(record.rec_headers.protocol).startswith("WARC/"):
        raise _CutOff("not a WARC file")
    return record


def _answer(record: Any, at: datetime, offset: int, known: _Known) -> Answer:
    url = _url(record)
    asked = known.asked.get(url, "")
    if record.http_headers is None or urlsplit(url).scheme not in {"http", "https"}:
        return Answer(at, offset, "not-http")
    status, headers = _status(record), _headers(record)
    if urlsplit(url).path == "/robots.txt":
        return Answer(at, offset, "robots")
    if outcome_of(status) == "redirect":
        if headers.get("location"):
            known.asked[urljoin(url, headers["location"].strip())] = asked or url
        return Answer(at, offset, "redirect")
    if record.rec_type == "revisit" or status == 304:
        return Answer(at, offset, "feed" if (asked or url) in known.feeds else "revisit", asked)
    kind = "page" if status >= 300 else _kind(headers, _beginning(record, headers))
    if kind == "feed":
        known.feeds.add(asked or url)
    elif (asked or url) in known.feeds:
        kind = "feed"
    return Answer(at, offset, kind, asked)


def _kind(headers: Mapping[str, str], head: str) -> str:
    declared = headers.get("content-type", "").partition(";")[0].strip().lower()
    root = root_of(head)
    if declared.endswith(_FEED_TYPES) or root in {"rss", "feed", "rdf"}:
        return "feed"
    if head.startswith("{") and "jsonfeed.org/version" in head:
        return "feed"
    if root in {"urlset", "sitemapindex"}:
        return "feed" if "sitemap-news" in head else "sitemap"
    return "page" if declared in _HTML_TYPES or root == "html" else "media"


def _beginning(record: Any, headers: Mapping[str, str]) -> str:
    """The first characters of the decoded body, as far as they can be had."""
    raw = _body(record, headers).read(HEAD)
    try:
        decoded = decode(raw, headers.get("content-encoding", ""), 64 * HEAD)
    except (Unsupported, Bomb, Damaged):
        return ""
    return text_of(decoded, headers.get("content-type", "")).lstrip()


def exchange_at(file: BinaryIO, answer: Answer) -> Exchange:
    """The exchange of an indexed answer, its body decoded within bounds."""
    file.seek(answer.offset)
    record = next(iter(_Records(file)))
    url, status, headers = _url(record), _status(record), _headers(record)
    asked = answer.asked or url
    if record.rec_type == "revisit":
        return answered(asked, 304, headers, final_url=url)
    if outcome_of(status) != "ok":
        return answered(asked, status, headers, final_url=url)
    raw = _body(record, headers).read(MAX_BODY + 1)
    if len(raw) > MAX_BODY:
        return answered(
            asked, status, headers, final_url=url, outcome="too_large", reason=f"over {MAX_BODY} bytes"
        )
    try:
        body = decode(raw, headers.get("content-encoding", ""), MAX_BODY)
    except Bomb as error:
        return answered(asked, status, headers, final_url=url, outcome="bomb", reason=str(error))
    except (Unsupported, Damaged) as error:
        return answered(asked, status, headers, final_url=url, outcome="encoding", reason=str(error))
    return answered(asked, status, headers, final_url=url, body=body, wire_bytes=len(raw))


def _body(record: Any, headers: Mapping[str, str]) -> Any:
    if headers.get("transfer-encoding", "").strip().lower() == "chunked":
        return ChunkedDataReader(record.raw_stream)
    return record.raw_stream


def _url(record: Any) -> str:
    return str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")


def _status(record: Any) -> int:
    code = str(record.http_headers.get_statuscode())
    return int(code) if code.isdigit() and len(code) == 3 else 0


def _headers(record: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in record.http_headers.headers}
