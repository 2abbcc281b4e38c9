"""Writes the bundled recording: `python -m tests.recordings.build`.

WARC 1.1, a request and a response record for every exchange, bodies as on the wire. Dates come from
the sources and record ids are hashes, so every build writes the same bytes.
"""

import io
import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.recordings.archive import write_archive
from tests.recordings.session import START, Exchange, exchanges
from tests.recordings.sources import read_newsroom

HERE = Path(__file__).parent
RECORDING = HERE / "demo.warc.gz"


def record_id(role: str, exchange: Exchange) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{role} {warc_date(exchange.at)} {exchange.url}')}>"


def warc_date(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}"


def build(session: Iterable[Exchange]) -> bytes:
    """The gzipped recording of `session`."""
    out = io.BytesIO()
    writer: Any = WARCWriter(out, gzip=True, warc_version="1.1")
    writer.write_record(_info(writer))
    for exchange in session:
        writer.write_record(_request(writer, exchange))
        writer.write_record(_response(writer, exchange))
    return out.getvalue()


def _info(writer: Any) -> Any:
    fields = (
        b"software: newsfold demo builder\r\nformat: WARC File Format 1.1\r\ndescription: invented copy\r\n"
    )
    headers = {
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, 'newsfold demo recording')}>",
        "WARC-Date": warc_date(START),
        "WARC-Filename": RECORDING.name,
    }
    return writer.create_warc_record(
        "", "warcinfo", payload=io.BytesIO(fields), length=len(fields), warc_headers_dict=headers
    )


def _request(writer: Any, exchange: Exchange) -> Any:
    parts = urlsplit(exchange.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    line = StatusAndHeaders(f"GET {target} HTTP/1.1", list(exchange.request_headers), is_http_request=True)
    headers = {
        "WARC-Record-ID": record_id("request", exchange),
        "WARC-Concurrent-To": record_id("response", exchange),
        "WARC-Date": warc_date(exchange.at),
    }
    return writer.create_warc_record(
        exchange.url,
        "request",
        payload=io.BytesIO(b""),
        length=0,
        http_headers=line,
        warc_headers_dict=headers,
    )


def _response(writer: Any, exchange: Exchange) -> Any:
    line = StatusAndHeaders(exchange.status, list(exchange.headers), protocol="HTTP/1.1")
    headers = {"WARC-Record-ID": record_id("response", exchange), "WARC-Date": warc_date(exchange.at)}
    return writer.create_warc_record(
        exchange.url,
        "response",
        payload=io.BytesIO(exchange.body),
        length=len(exchange.body),
        http_headers=line,
        warc_headers_dict=headers,
    )


def main() -> None:
    recording = build(exchanges(read_newsroom()))
    RECORDING.write_bytes(recording)
    print(f"{RECORDING.name}: {len(recording)} bytes")
    for name in ("five", "recall"):
        write_archive(HERE / name)


if __name__ == "__main__":
    main()
