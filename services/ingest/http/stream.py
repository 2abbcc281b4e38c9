"""A connection whose answers begin with a head that a strict parser takes.

h11 refuses an answer for one header line that browsers pass over. Here a head is read and written anew before
it comes to h11; the body behind it passes as it is.
"""

import ssl
from typing import Any

import httpcore

from services.ingest.http.heads import MAX_HEAD, BadHead, split_head

_READ = 1 << 16


class TolerantStream(httpcore.AsyncNetworkStream):
    """Wraps a stream on which one request is answered before the next one is sent."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._head_is_due = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        if not self._head_is_due:
            return await self._inner.read(max_bytes, timeout)
        begun = await self._head(timeout)
        self._head_is_due = False
        return begun

    async def _head(self, timeout: float | None) -> bytes:  # noqa: ASYNC109
        """A head in one piece, whatever its size: h11 bounds what it waits for, not what it has."""
        data = bytearray()
        while True:
            piece = await self._inner.read(_READ, timeout)
            if not piece and data:
                raise httpcore.RemoteProtocolError("the connection ended within the head of the answer")
            if not piece:
                return b""
            data += piece
            if begun := _strict(data, len(piece)):
                return begun

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self._head_is_due = self._head_is_due or bool(buffer)
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        return TolerantStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _strict(data: bytearray, new: int) -> bytes | None:
    """What has come, with its head written anew; None while that goes on. `new`: bytes that came last."""
    tail = data[-new - 3 :]
    goes_on = b"\n\n" not in tail and b"\n\r\n" not in tail
    if goes_on and new < len(data) <= MAX_HEAD:  # its beginning was looked at: no need to look again
        return None
    try:
        split = split_head(bytes(data))
    except BadHead as error:
        raise httpcore.RemoteProtocolError(str(error)) from None
    if split is None:
        return None
    head, end = split
    return head.encoded() + data[end:]
