"""A web server on loopback that costs little: nothing but the standard library's protocol."""

import asyncio
from collections.abc import Callable, Mapping

_END = b"\r\n\r\n"
Reply = Callable[[str, Mapping[str, str]], bytes]
"""A path and the headers of a request, in lower case, to the whole answer."""


class Connection(asyncio.Protocol):
    """Requests without bodies, each answered after a while."""

    def __init__(self, reply: Reply, latency_s: float = 0.0) -> None:
        self._reply = reply
        self._latency_s = latency_s
        self._got = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        while _END in self._got:
            head, _, self._got = self._got.partition(_END)
            self.asked(head.decode("latin1"))

    def asked(self, head: str) -> None:
        """A request came."""
        asyncio.get_running_loop().call_later(self._latency_s, self.answer, head)

    def answer(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        reply = self._reply(first.split(" ")[1], headers)
        if self._transport and not self._transport.is_closing():
            self._transport.write(reply)


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """An answer as it goes over the wire."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if status != 304:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([f"HTTP/1.1 {status} Told", *lines, "", ""]).encode() + body
