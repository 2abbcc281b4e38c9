"""The head of an HTTP answer, read as browsers read it: what cannot be read costs only itself.

Of a head two things must be right, the status and where the body ends. Lengths that contradict each other
are a fault; anything else that is odd (white space before a colon, a line without one, a bare line feed, an
interim answer before the answer) is passed over.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

MAX_HEAD = 256 << 10
"""Bytes of a head, interim answers before it included; as browsers have it."""
MAX_INTERIM = 10
_HTTP = b"HTTP"
_STATUS = re.compile(rb"HTTP(?:/(\d{1,3})(?:\D(\d{1,3}))?\S*)?[ \t]+([1-9]\d{2})(?!\d)", re.IGNORECASE)
_BLANK = re.compile(rb"[\r\n]{0,64}")
_TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_END = re.compile(rb"\n\r?\n")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]+")
_LENGTH = re.compile(rb"\d{1,18}")
_SWITCHING = 101
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})


class BadHead(Exception):
    """One line: why this is no answer in HTTP."""


class Head(NamedTuple):
    """Status and header lines, names in lower case; at most one length, and none beside chunks."""

    version: str
    """`1.0` or `1.1`."""
    status: int
    lines: tuple[tuple[bytes, bytes], ...]

    def headers(self) -> Mapping[str, str]:
        """Values by name; several lines of one name as a list."""
        return header_values(self.lines)

    def encoded(self) -> bytes:
        """The head as a strict parser takes it."""
        lines = (name + b": " + value + b"\r\n" for name, value in self.lines)
        return b"HTTP/%s %d \r\n%s\r\n" % (self.version.encode(), self.status, b"".join(lines))


def header_values(lines: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Values by name in lower case; several lines of one name as a list."""
    values: dict[str, str] = {}
    for name, value in lines:
        key, text = name.decode("latin-1").lower(), _text(value)
        values[key] = f"{values[key]}, {text}" if key in values else text
    return values


def split_head(data: bytes) -> tuple[Head, int] | None:
    """The head that `data` begins with, and where the body begins; None where it goes on. Raises `BadHead`.

    Interim answers (1xx) before it are passed over.
    """
    start = 0
    for _ in range(MAX_INTERIM + 1):
        blank = _BLANK.match(data, start)
        start = blank.end() if blank else start
        line, ended, _ = data[start : start + 64].partition(b"\n")
        if not (_STATUS.match(line) if ended else _HTTP.startswith(line[:4].upper())):
            raise BadHead(f"does not begin as HTTP does: {line[:40]!r}")
        end = _END.search(data, start)
        if len(data) > MAX_HEAD and (end is None or end.end() > MAX_HEAD):
            raise BadHead(f"a head of more than {MAX_HEAD:,} bytes")
        if end is None:
            return None
        head = _head(data[start : end.start()])
        if head.status >= 200:
            return head, end.end()
        if head.status == _SWITCHING:
            raise BadHead("switches to another protocol, which nobody asked for")
        start = end.end()
    raise BadHead(f"more than {MAX_INTERIM} interim answers")


def _head(block: bytes) -> Head:
    first, *rest = block.replace(b"\r\n", b"\n").split(b"\n")
    status = _STATUS.match(first)
    if status is None:
        raise BadHead(f"a status line that is none: {first[:40]!r}")
    modern = (int(status[1] or 1), int(status[2] or 0)) >= (1, 1)
    lines = [(name.lower(), value) for name, value in _fields(rest)]
    framing = _framing([line for line in lines if line[0] in _FRAMING])
    others = [line for line in lines if line[0] not in _FRAMING]
    return Head("1.1" if modern else "1.0", int(status[3]), (*others, *framing))


def _fields(lines: Iterable[bytes]) -> list[tuple[bytes, bytes]]:
    fields: list[tuple[bytes, bytes]] = []
    readable = False
    for line in lines:
        if line[:1] in {b" ", b"\t"}:  # goes on from the line before (RFC 9112, 5.2)
            if readable:
                name, value = fields[-1]
                fields[-1] = name, (value + b" " + _clean(line)).strip()
            continue
        name, colon, value = line.partition(b":")
        name = name.strip()
        readable = bool(colon and _TOKEN.fullmatch(name))
        if readable:
            fields.append((name, _clean(value)))
    return fields


def _framing(lines: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Where the body ends: in chunks, or after so many bytes; a length that is no number says nothing."""
    words = [(name, word.strip().lower()) for name, value in lines for word in value.split(b",")]
    if (b"transfer-encoding", b"chunked") in words:
        return [(b"transfer-encoding", b"chunked")]
    lengths = {int(word) for name, word in words if name == b"content-length" and _LENGTH.fullmatch(word)}
    if len(lengths) > 1:
        several = " and ".join(f"{length:,}" for length in sorted(lengths)[:3])
        raise BadHead(f"contradicts itself: Content-Length {several}")
    return [(b"content-length", b"%d" % length) for length in lengths]


def _clean(value: bytes) -> bytes:
    return _CONTROL.sub(b" ", value).strip()


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
