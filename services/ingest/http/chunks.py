"""A body in chunks (RFC 9112, 7.1) put together again, as recordings hold it."""

import re

_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_SIZE_CUT = re.compile(rb"[ \t]*[0-9A-Fa-f]{1,15}[ \t]*(?:;[^\r\n]*)?\r?")


def dechunked(data: bytes) -> tuple[bytes, bool]:
    """The body, and whether its last chunk came.

    Recorders take chunks away and keep the header that speaks of them: what does not begin with a chunk is
    the body.
    """
    size = _SIZE.match(data)
    if size is None:
        return (b"", False) if _SIZE_CUT.fullmatch(data) else (data, True)
    pieces: list[bytes] = []
    while size:
        length = int(size[1], 16)
        if not length:
            return b"".join(pieces), True
        start, end = size.end(), size.end() + length
        pieces.append(data[start:end])
        end += 2 if data.startswith(b"\r\n", end) else data.startswith(b"\n", end)
        size = _SIZE.match(data, end)
    return b"".join(pieces), False
