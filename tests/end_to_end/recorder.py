"""Writes recordings of invented exchanges, a second apart."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
FEED_TYPE = "application/rss+xml"
PAGE_TYPE = "text/html; charset=utf-8"


class Recorder:
    """A `.warc` or `.warc.gz` file being written. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._writer = WARCWriter(self._file, gzip=path.suffix == ".gz", warc_version="1.1")
        self.answers = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def answer(
        self,
        url: str,
        body: bytes = b"",
        content_type: str = PAGE_TYPE,
        status: str = "200 OK",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        at = START + timedelta(seconds=self.answers)
        self.answers += 1
        record = self._writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(body),
            http_headers=StatusAndHeaders(
                status, [("Content-Type", content_type), *(headers or {}).items()], protocol="HTTP/1.1"
            ),
            warc_headers_dict={"WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")},
        )
        spooled = record.raw_stream
        self._writer.write_record(record)
        spooled.close()  # warcio may leave it open


def rss(title: str, links: Sequence[str]) -> bytes:
    items = "".join(f"<item><title>Meldung {url}</title><link>{url}</link></item>" for url in links)
    return f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>".encode()


def page(title: str, text: str) -> bytes:
    paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines())
    return (
        f"<!doctype html><html lang='de'><head><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    ).encode()
