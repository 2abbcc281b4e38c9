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

import msgspec
from warcio.archiveiterator import ArchiveIterator

from services.ingest.http.exchange import Exchange, answered, outcome_of
from services.ingest.http.heads import BadHead
from services.ingest.recordings.failure import FAILURE_TYPE, KIND_HEADER, FetchFailure
from services.ingest.recordings.response import exchange_of, read_beginning, read_response
from services.ingest.recordings.source import sensible
from services.ingest.text.dates import moment
from services.ingest.text.markup import root_of
from services.ingest.text.refresh import refresh_target
from services.ingest.urls import without_login

MAX_ANSWERS = 5_000_000
_FEED_TYPES = ("rss+xml", "atom+xml", "rdf+xml", "feed+json")
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_FAILURE = msgspec.json.Decoder(FetchFailure)


class Answer(NamedTuple):
    """Where an HTTP answer stands in the file, and what it is."""

    at: datetime
    offset: int
    kind: str
    """`feed`, `page`, or else `robots`, `redirect`, `revisit`, `sitemap`, `media` or `not-http`."""
    asked: str = ""
    """URL first asked for, where redirects led here."""
    refresh: str = ""
    """Where the page itself sends its reader at once."""


class Index(NamedTuple):
    answers: list[Answer]
    """In order of time, then of the file."""
    damage: str = ""
    """One line, if the file could not be read to its end or a record had to be left out."""


def index(path: Path) -> Index:
    """Index a recording as far as it can be read. Raises `OSError`."""
    answers: list[Answer] = []
    known = _UrlHistory()
    damage = ""
    with path.open("rb") as file:
        try:
            for answer in _answers(file, known):
                if isinstance(answer, _LeftOut):
                    damage = damage or f"damaged after {len(answers)} answers: {answer}"
                    continue
                answers.append(answer)
                if len(answers) == MAX_ANSWERS:
                    damage = f"more than {MAX_ANSWERS} answers; split the recording"
                    break
        except _CutOff as error:
            damage = damage or f"damaged after {len(answers)} answers: {error}"
    followed = (_followed(answer, known) for answer in answers)
    return Index(sorted(followed, key=lambda answer: (answer.at, answer.offset)), damage)


def _followed(answer: Answer, known: "_UrlHistory") -> Answer:
    """A page that sends its reader on is a redirect, if where it sends was recorded behind it."""
    return answer._replace(kind="redirect") if answer.refresh in known.arrived else answer


class _CutOff(Exception):
    """Nothing more can be read."""


class _LeftOut(str):
    """Why one record cannot be trusted; the file goes on behind it."""

    __slots__ = ()


class _Records(ArchiveIterator):  # type: ignore[misc]
    INC_RECORD = ""  # warcio would print strangers' bytes; `err_count` says the same


class _UrlHistory:
    """What earlier answers told about URLs."""

    def __init__(self) -> None:
        self.feeds: set[str] = set()
        self.asked: dict[str, str] = {}
        """By where a redirect led: the URL first asked for."""
        self.arrived: set[str] = set()
        """Where redirects led, and an answer was recorded."""

    def first_asked(self, url: str) -> str:
        """The URL whose redirects led to `url`; empty where none did."""
        asked = self.asked.get(url, "")
        if asked:
            self.arrived.add(url)
        return asked


def _answers(file: BinaryIO, known: _UrlHistory) -> Iterator[Answer | _LeftOut]:
    """Answers that are there to their end. Raises `_CutOff`."""
    records = _Records(file, no_record_parse=True)
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


def _answer_in(record: Any, offset: int, known: _UrlHistory) -> Answer | None:
    if not hasattr(record.raw_stream, "limit"):
        raise _CutOff(f"the record at byte {offset} is cut off within its head, or has no Content-Length")
    is_failure = record.rec_type == "metadata" and _type(record) == FAILURE_TYPE
    if not (is_failure or record.rec_type in {"response", "revisit"}):
        return None
    at = moment(record.rec_headers.get_header("WARC-Date") or "")
    if at is None or not sensible(at):
        raise _CutOff(f"the record at byte {offset} has no readable WARC-Date")
    return _failure(record, at, offset) if is_failure else _answer(record, at, offset, known)


def _type(record: Any) -> str:
    return str(record.rec_headers.get_header("Content-Type") or "")


def _failure(record: Any, at: datetime, offset: int) -> Answer | None:
    """A fetch that brought no answer, as our own recorder writes it down."""
    try:
        kind = _FAILURE.decode(record.raw_stream.read()).kind
    except msgspec.MsgspecError:
        return None
    return Answer(at, offset, kind)


def _next(records: _Records, start: int) -> Any:
    try:
        record = next(records, None)
    except Exception as error:  # noqa: BLE001 - warcio raises anything at a record that ends in its head
        told = " ".join(str(error).split())[:200]
        raise _CutOff(f"the record at byte {start} is cut off or no record: {told}") from None
    if record is not None and not str(record.rec_headers.protocol).startswith("WARC/"):
        raise _CutOff("not a WARC file")
    return record


def _answer(record: Any, at: datetime, offset: int, known: _UrlHistory) -> Answer:
    url = _url(record)
    scheme, path = _parts(url)
    if scheme not in {"http", "https"}:
        return Answer(at, offset, "not-http")
    asked = known.first_asked(url)
    first = asked or url
    is_feed = first in known.feeds
    try:
        response = read_beginning(record.raw_stream)
    except BadHead:
        other = "revisit" if record.rec_type == "revisit" else "page"
        return Answer(at, offset, "feed" if is_feed else other, asked)
    status, headers = response.head.status, response.head.headers()
    if path == "/robots.txt":
        return Answer(at, offset, "robots")
    if outcome_of(status) == "redirect":
        if target := _target(url, headers.get("location", "").strip()):
            known.asked[target] = first
        return Answer(at, offset, "redirect")
    told = str(record.rec_headers.get_header(KIND_HEADER) or "")
    text = response.text() if status < 300 and told != "feed" else ""
    kind = told or _kind_of(record, status, headers, text, is_feed=is_feed)
    if kind == "feed":
        known.feeds.add(first)
    target = refresh_target(text, url) if kind == "page" else ""
    if target:
        known.asked[target] = first
    return Answer(at, offset, kind, asked, target)


def _kind_of(record: Any, status: int, headers: Mapping[str, str], text: str, *, is_feed: bool) -> str:
    """What an answer is, where the recorder does not say what was asked for."""
    if is_feed:
        return "feed"
    if record.rec_type == "revisit" or status == 304:
        return "revisit"
    return _kind(headers, text) if status < 300 else "page"


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


def exchange_at(file: BinaryIO, answer: Answer) -> Exchange:
    """The exchange of an indexed answer, its body decoded within bounds."""
    file.seek(answer.offset)
    record = next(iter(_Records(file, no_record_parse=True)))
    url = _url(record)
    asked = answer.asked or url
    if record.rec_type == "metadata":
        failure = _FAILURE.decode(record.raw_stream.read())
        return Exchange(
            url=url,
            final_url=failure.final_url,
            outcome=failure.outcome,
            reason=failure.reason,
            retry_after_s=failure.retry_after_s,
        )
    try:
        response = read_response(record.raw_stream)
    except BadHead as error:
        if record.rec_type == "revisit":
            return answered(asked, 304, {}, final_url=url)
        return answered(asked, 0, {}, final_url=url, outcome="protocol", reason=str(error))
    if record.rec_type == "revisit":
        return answered(asked, 304, response.head.headers(), final_url=url)
    cut = str(record.rec_headers.get_header("WARC-Truncated") or "")
    return exchange_of(response, asked=asked, url=url, cut=cut)


def _parts(url: str) -> tuple[str, str]:
    """Scheme and path; empty where the address cannot be read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.path


def _target(url: str, location: str) -> str:
    """Where a redirect leads; empty where it says nothing that can be read."""
    try:
        return without_login(urljoin(url, location)) if location else ""
    except ValueError:
        return ""


def _url(record: Any) -> str:
    return without_login(str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> "))
