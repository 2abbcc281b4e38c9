"""The body of an answer as it comes in: held to its bounds, decoded, and whole or refused."""

import re
from collections.abc import Mapping
from typing import NoReturn

from services.ingest.http.codings import Bomb, Cut, Decoder, Unsupported
from services.ingest.http.exchange import Outcome
from services.ingest.http.unpack import Damaged

_RANGE = re.compile(r"bytes\s+0-(\d+)/(\d+)", re.IGNORECASE)
_PARTIAL = 206


class Refused(Exception):
    """Why there is no body: an outcome and one line."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome: Outcome = outcome


class Body:
    """Takes a body piece by piece. Every call raises `Refused` for what cannot be used."""

    def __init__(
        self, status: int, headers: Mapping[str, str], *, wire_limit: int, decoded_limit: int
    ) -> None:
        self.wire_bytes = 0
        self._wire_limit = wire_limit
        self._pieces: list[bytes] = []
        announced = headers.get("content-length", "")
        self._announced = int(announced) if announced.isdecimal() else None
        self._chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        if status == _PARTIAL and not _covers_all(headers.get("content-range", "")):
            raise Refused("truncated", f"a part that nobody asked for: {headers.get('content-range', '')!r}")
        if self._announced and self._announced > wire_limit:
            raise Refused("too_large", f"announces {self._announced:,} bytes; allowed: {wire_limit:,}")
        try:
            self._decoder = Decoder(headers.get("content-encoding", ""), decoded_limit)
        except Unsupported as error:
            raise Refused("encoding", str(error)) from None

    def take(self, piece: bytes) -> None:
        self.wire_bytes += len(piece)
        if self.wire_bytes > self._wire_limit:
            raise Refused("too_large", f"more than {self._wire_limit:,} bytes")
        try:
            self._pieces.append(self._decoder.feed(piece))
        except (Damaged, Bomb) as error:
            self._refuse(error)

    def whole(self) -> bytes:
        """The decoded body, if nothing of it is missing."""
        try:
            self._pieces.append(self._decoder.finish())
        except (Damaged, Bomb, Cut) as error:
            self._refuse(error)
        # The length is that of the coded body: of one that was decoded on its way it says nothing.
        if self._announced and self.wire_bytes < self._announced and not self._decoder.mislabelled:
            self.broken_off()
        return b"".join(self._pieces)

    def broken_off(self) -> NoReturn:
        """The connection, or the record, ended before the body did."""
        came = f"{self.wire_bytes:,} bytes came"
        if self._chunked:
            raise Refused("truncated", f"a body in chunks without its last one; {came}")
        if self._announced is not None:
            raise Refused("truncated", f"announces {self._announced:,} bytes, {self.wire_bytes:,} came")
        raise Refused("truncated", f"the connection broke off; {came}")

    def _refuse(self, error: Exception) -> NoReturn:
        what = f"{self.wire_bytes:,} bytes came"
        if isinstance(error, Cut):
            raise Refused("truncated", f"{error}; {what}") from None
        if isinstance(error, Bomb):
            raise Refused("bomb", f"{error}; {what}") from None
        raise Refused("encoding", f"not what Content-Encoding says: {error}") from None


def _covers_all(content_range: str) -> bool:
    span = _RANGE.match(content_range)
    return span is not None and int(span[1]) + 1 == int(span[2])
