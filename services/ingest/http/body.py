"""The body of an answer as it comes in: held to its bounds, decoded, and whole or refused."""

import re
from collections.abc import Iterator, Mapping
from typing import NoReturn

from services.ingest.http.codings import Bomb, CutShort, Decoder, Unsupported
from services.ingest.http.exchange import Outcome
from services.ingest.http.unpack import Damaged

_RANGE = re.compile(r"bytes\s+0-(\d+)/(\d+)", re.IGNORECASE)
_PARTIAL = 206


class BodyRefusal(Exception):
    """Why there is no body: an outcome and one line."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome: Outcome = outcome


class Body:
    """Takes a body piece by piece: `take` each, `finish`, and it is `whole`.

    Every call raises `BodyRefusal` for what cannot be used. A little that came in may be much that comes out:
    `take` and `finish` go on by 64 KiB with each step, so that a loop may turn in between.
    """

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        *,
        wire_limit: int,
        decoded_limit: int,
        cut_at: int = 0,
    ) -> None:
        """`cut_at`: the first so many decoded bytes are all that is wanted; 0: the whole."""
        self.wire_bytes = 0
        self._cut_at = cut_at
        self._decoded_bytes = 0
        self._wire_limit = wire_limit
        self._pieces: list[bytes] = []
        announced = headers.get("content-length", "")
        self._announced = int(announced) if announced.isdecimal() else None
        self._chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        if status == _PARTIAL and not _covers_all(headers.get("content-range", "")):
            raise BodyRefusal(
                "truncated", f"a part that nobody asked for: {headers.get('content-range', '')!r}"
            )
        if self._announced and self._announced > wire_limit and not cut_at:
            raise BodyRefusal("too_large", f"announces {self._announced:,} bytes; allowed: {wire_limit:,}")
        try:
            self._decoder = Decoder(headers.get("content-encoding", ""), decoded_limit)
        except Unsupported as error:
            raise BodyRefusal("encoding", str(error)) from None

    def take(self, piece: bytes) -> Iterator[None]:
        self.wire_bytes += len(piece)
        if self.wire_bytes > self._wire_limit:
            raise BodyRefusal("too_large", f"more than {self._wire_limit:,} bytes")
        try:
            for decoded in self._decoder.pieces(piece):
                self._pieces.append(decoded)
                self._decoded_bytes += len(decoded)
                yield
        except (Damaged, Bomb) as error:
            self._refuse(error)

    def finish(self, *, early: bool = False) -> Iterator[None]:
        """Take what was held back.

        `early`: the connection, or the record, ended before length or last chunk said so.
        """
        if self.is_enough:
            return
        if early and self._announced is None:
            self._break_off()
        try:
            for decoded in self._decoder.last_pieces():
                self._pieces.append(decoded)
                yield
        except (Damaged, Bomb, CutShort) as error:
            if early:
                self._break_off()
            self._refuse(error)

    @property
    def is_enough(self) -> bool:
        """As much as is wanted is there; the rest need not come."""
        return 0 < self._cut_at <= self._decoded_bytes

    def whole(self, *, early: bool = False) -> bytes:
        """The decoded body, behind `finish` with the same `early`, if nothing of it is missing."""
        if self.is_enough:
            return b"".join(self._pieces)[: self._cut_at]
        body = b"".join(self._pieces)
        # The length is that of the coded body: of one that was decoded on its way it says nothing.
        short = self._announced is not None and self.wire_bytes < self._announced
        missing = early or (short and not self._decoder.mislabelled)
        if missing and len(body) != self._announced:  # some announce the decoded length; browsers let them
            self._break_off()
        return body

    def _break_off(self) -> NoReturn:
        came = f"{self.wire_bytes:,} bytes came"
        if self._chunked:
            raise BodyRefusal("truncated", f"a body in chunks without its last one; {came}")
        if self._announced is not None:
            raise BodyRefusal("truncated", f"announces {self._announced:,} bytes, {self.wire_bytes:,} came")
        raise BodyRefusal("truncated", f"the connection broke off; {came}")

    def _refuse(self, error: Exception) -> NoReturn:
        what = f"{self.wire_bytes:,} bytes came"
        if isinstance(error, CutShort):
            raise BodyRefusal("truncated", f"{error}; {what}") from None
        if isinstance(error, Bomb):
            raise BodyRefusal("bomb", f"{error}; {what}") from None
        raise BodyRefusal("encoding", f"not what Content-Encoding says: {error}") from None


def _covers_all(content_range: str) -> bool:
    span = _RANGE.match(content_range)
    return span is not None and int(span[1]) + 1 == int(span[2])
