"""Decoders of JSON by type, made one at a time.

What msgspec knows of a type it notes down when it is first asked for it, and without a lock: where two
threads are the first at the same moment, the process ends. Types of records are known from the import on;
what threads read besides is made when its module is imported, or here.
"""

import threading
from functools import cache
from typing import Any

import msgspec

_MAKING = threading.Lock()


def decoder_of(kind: Any) -> msgspec.json.Decoder[Any]:
    """`kind`: whatever msgspec takes for a type that can be looked up, such as `list[Row]`."""
    with _MAKING:
        return _decoder(kind)


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
