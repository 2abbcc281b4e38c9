"""A process beside the Desk's that prepares records: jobs from stdin, their rows to stdout.

Frames are a length (4 bytes, big-endian) and msgpack.

    python -m services.desk.log.preparing full
"""

import gc
import os
import sys
from typing import BinaryIO

import msgspec

from services.desk.store.preparation import Job, prepare
from services.desk.views.frame import Texts

LENGTH = 4


def framed(payload: bytes) -> bytes:
    return len(payload).to_bytes(LENGTH, "big") + payload


def serve(source: BinaryIO, sink: BinaryIO, texts: Texts) -> None:
    """Answer frames until the source ends."""
    decoder, encoder = msgspec.msgpack.Decoder(list[Job]), msgspec.msgpack.Encoder()
    while length := source.read(LENGTH):
        jobs = decoder.decode(source.read(int.from_bytes(length, "big")))
        sink.write(framed(encoder.encode(prepare(jobs, texts))))
        sink.flush()


def main() -> None:
    gc.disable()  # nothing that is made here refers to itself
    texts = msgspec.convert(sys.argv[1], Texts)
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer, texts)
    except BrokenPipeError:  # the Desk was killed: nobody waits for an answer, or wants a traceback
        os._exit(0)


if __name__ == "__main__":
    main()
