"""How many answers, of which status, and how long they took: for whoever counts."""

import time
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

STREAM: Final = "/live"
Note = Callable[[int, float], None]
"""Status, and seconds to the last byte."""


def note_nothing(_: int, __: float) -> None:
    """Where nobody counts."""


class Measure:
    """Around the application. A stream is no answer: it lasts as long as somebody looks."""

    def __init__(self, app: ASGIApp, note: Note) -> None:
        self._app = app
        self._note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == STREAM:
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            self._note(status, time.monotonic() - began)
