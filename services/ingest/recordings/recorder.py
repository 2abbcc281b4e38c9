"""Live fetches as WARC 1.1 files that a replay plays again with the same outcome.

What came over the wire stands there as it came, under the moment that the run itself gave it. What a
response cannot say, a timeout, a refusal by robots.txt, a body that was cut off, stands as a metadata record.
Files are rotated by size and time; one that is being written ends in `.open`.
"""

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import msgspec
from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from services.ingest.http.hop import HeaderLines, Hop, WireFetch
from services.ingest.recordings.failure import FAILURE_TYPE, KIND_HEADER, FetchFailure
from services.ops.redaction import public_url

PLAIN_OUTCOMES = frozenset(
    {"ok", "not_modified", *(f"http_{kind}" for kind in "403 404 410 429 4xx 5xx".split())}
)
"""Outcomes that the recorded response says by itself."""
BODY_OUTCOMES = frozenset({"too_large", "bomb", "encoding", "truncated"})
"""Those of a body that was read in part, and is not kept."""
_PRIVATE = frozenset({"set-cookie", "cookie", "authorization", "proxy-authorization", "www-authenticate"})


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    """When a new file begins."""

    most_bytes: int = 1 << 30
    most_s: float = 3_600.0


class Recorder:
    """Writes fetches into a folder, one after the other. Raises `OSError` where it cannot."""

    def __init__(
        self,
        folder: Path,
        *,
        software: str,
        rotation: Rotation = Rotation(),  # noqa: B008 - frozen
        anonymise: bool = False,
    ) -> None:
        self._folder = folder
        self._software = software
        self._rotation = rotation
        self._anonymise = anonymise
        self._file: BinaryIO | None = None
        self._path = folder
        self._since: datetime | None = None
        self._number = 0
        self._turn = asyncio.Lock()
        self.fetches = 0

    async def write(self, fetches: Sequence[WireFetch]) -> None:
        """All of them, or an error; on disk when it returns."""
        async with self._turn:
            await asyncio.to_thread(self._write, fetches)

    async def close(self) -> None:
        async with self._turn:
            await asyncio.to_thread(self._seal)

    def _write(self, fetches: Sequence[WireFetch]) -> None:
        for fetch in fetches:
            writer = self._writer(fetch.at)
            for hop in fetch.hops[:-1] if fetch.outcome in BODY_OUTCOMES else fetch.hops:
                self._write_hop(writer, fetch, hop)
            if fetch.outcome not in PLAIN_OUTCOMES:
                self._write_failure(writer, fetch)
            self.fetches += 1
        if self._file:
            self._file.flush()
            os.fsync(self._file.fileno())

    def _writer(self, at: datetime) -> WARCWriter:
        since = self._since
        if self._file and since:
            late = (at - since).total_seconds() >= self._rotation.most_s
            if late or self._file.tell() >= self._rotation.most_bytes:
                self._seal()
        if self._file is None:
            self._open(at)
        return WARCWriter(self._file, gzip=True, warc_version="1.1")

    def _open(self, at: datetime) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._number += 1
        name = f"newsfold-{at:%Y%m%dT%H%M%S}-{os.getpid()}-{self._number:05d}.warc.gz"
        self._path = self._folder / name
        self._file = self._path.with_name(f"{name}.open").open("xb")
        self._since = at
        writer = WARCWriter(self._file, gzip=True, warc_version="1.1")
        facts = {"software": self._software, "format": "WARC file version 1.1"}
        writer.write_record(self._builder().create_warcinfo_record(name, facts))

    def _seal(self) -> None:
        """Close the file under its own name."""
        if self._file is None:
            return
        self._file.close()
        self._path.with_name(f"{self._path.name}.open").rename(self._path)
        self._file = None

    def _write_hop(self, writer: WARCWriter, fetch: WireFetch, hop: Hop) -> None:
        builder, url = self._builder(), self._url(hop.url)
        about = {"WARC-Date": stamp(fetch.at), KIND_HEADER: fetch.kind}
        response = builder.create_warc_record(
            url,
            "response",
            payload=BytesIO(hop.body),
            length=len(hop.body),
            http_headers=StatusAndHeaders(hop.status, self._lines(hop.headers), protocol="HTTP/1.1"),
            warc_headers_dict=dict(about),
        )
        request = builder.create_warc_record(
            url,
            "request",
            http_headers=StatusAndHeaders(
                f"GET {_target(url)} HTTP/1.1", self._lines(hop.asked_with), is_http_request=True
            ),
            warc_headers_dict={"WARC-Date": stamp(fetch.at)},
        )
        writer.write_request_response_pair(request, response)

    def _write_failure(self, writer: WARCWriter, fetch: WireFetch) -> None:
        failure = FetchFailure(
            kind=fetch.kind,
            outcome=fetch.outcome,
            reason=fetch.reason,
            final_url=self._url(fetch.final_url) if fetch.final_url else "",
            retry_after_s=fetch.retry_after_s,
        )
        content = msgspec.json.encode(failure)
        record = self._builder().create_warc_record(
            self._url(fetch.url),
            "metadata",
            payload=BytesIO(content),
            length=len(content),
            warc_content_type=FAILURE_TYPE,
            warc_headers_dict={"WARC-Date": stamp(fetch.at)},
        )
        writer.write_record(record)

    def _builder(self) -> RecordBuilder:
        return RecordBuilder(warc_version="1.1")

    def _url(self, url: str) -> str:
        return public_url(url) if self._anonymise else url

    def _lines(self, lines: HeaderLines) -> list[tuple[str, str]]:
        if not self._anonymise:
            return list(lines)
        return [
            (name, public_url(value) if name.lower() in {"location", "referer"} else value)
            for name, value in lines
            if name.lower() not in _PRIVATE
        ]


def stamp(at: datetime) -> str:
    """To the microsecond, as WARC 1.1 allows."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _target(url: str) -> str:
    return "/" + url.partition("://")[2].partition("/")[2]
