"""A parser process: takes feeds and pages from stdin, gives what is in them to stdout.

It exists to be killed: strangers' bytes are parsed here, under a memory limit and away from credentials,
and the parent ends a document that takes too long. Frames are a length (4 bytes, big-endian) and msgpack;
nothing is ever unpickled.

    python -m services.ingest.workers.worker MEMORY_BYTES
"""

import os
import resource
import sys
from typing import BinaryIO

import msgspec

from services.ingest.http.exchange import Exchange
from services.ingest.readings import ParsedFeed, ParsedPage

READY = b"ready"
MAX_FRAME = 256 << 20
LENGTH = 4
FIRST = "feed"
"""What a process is ready for when it says so: pages may never come, and their parser is slow to load."""
_WARM = {
    "feed": b'<rss version="2.0"><channel><title>Warm</title></channel></rss>',
    "page": b"<html><body><article>%b</article></body></html>"
    % (b"<p>Warm words, enough of them to be an article.</p>" * 9),
}


class Job(msgspec.Struct, frozen=True, array_like=True):
    """What to do with an exchange's body: `feed` or `page`."""

    name: str
    exchange: Exchange


def perform(job: Job) -> ParsedFeed | ParsedPage:
    """Read the body. Imports its parser when first needed: trafilatura takes its time."""
    if job.name == "feed":
        from services.ingest.formats.parse import read_feed

        return read_feed(job.exchange)
    from services.ingest.pages.extract import read_page

    return read_page(job.exchange)


def framed(payload: bytes) -> bytes:
    return len(payload).to_bytes(LENGTH, "big") + payload


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer frames until the source ends."""
    decoder, encoder = msgspec.msgpack.Decoder(Job), msgspec.msgpack.Encoder()
    while length := source.read(LENGTH):
        job = decoder.decode(source.read(int.from_bytes(length, "big")))
        sink.write(framed(encoder.encode(perform(job))))
        sink.flush()


def warming_up(name: str) -> Job:
    """A job that has loaded its parser once it is done, before any deadline runs."""
    exchange = Exchange(url="http://warm.example/", outcome="ok", content_type="text/html", body=_WARM[name])
    return Job(name, exchange)


def main() -> None:
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Libraries that print must not end up between the frames.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    perform(warming_up(FIRST))
    try:
        sink.write(framed(READY))
        sink.flush()
        serve(sys.stdin.buffer, sink)
    except BrokenPipeError:  # the parent was killed: nobody waits for an answer, or wants a traceback
        os._exit(0)


if __name__ == "__main__":
    main()
