"""What the application is made of, and how a query becomes an answer in the form that was asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection
from typing import Any, Final

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.desk import addresses
from services.desk.log.follow import Follower, Progress
from services.desk.log.source import Source
from services.desk.queries.answers import Gone, Moved, NotThere
from services.desk.queries.frame import freshness
from services.desk.views.frame import Frame, Link, Texts
from services.desk.views.help import ProblemPage
from services.desk.views.shape import View
from services.desk.web.live import Live
from services.desk.web.readers import Readers, TooMuch

Render = Callable[[str, Any, Frame], str]
Answer = View | Moved | Gone | NotThere
AS_JSON: Final = "desk.json"
"""In the scope: the address ended in `.json`."""
NO_PAST: Final = "This page does not go back in time: it shows what is known now."
_JSON: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Site:
    """All that an answer may need."""

    readers: Readers
    live: Live
    source: Source
    follower: Callable[[], Follower]
    now: Callable[[], datetime]
    render: Render
    texts: Texts
    links: Sequence[Link] = ()
    is_live: bool = True
    """False where files are shown."""

    async def page(
        self,
        request: Request,
        name: str,
        query: Callable[[Connection], Answer],
        *,
        atom: str = "",
        at: datetime | None = None,
    ) -> Response:
        """`atom`: where the same list is as Atom; without a query of its own it is asked as the page is.

        `at`: the moment that the answer is of; None: now.
        """
        frame = self._frame(request, atom, at)

        def ask(db: Connection) -> tuple[Answer, Frame]:
            fresh = freshness(db)
            return query(db), replace(frame, as_of=fresh.as_of, horizon=fresh.horizon)

        try:
            (answer, _), body = await self.readers.ask(ask, lambda told: self._body(request, name, *told))
        except TooMuch:
            return self.problem(request, 503, "Too much at once", "Ask for less, or again in a moment.")
        if isinstance(answer, Moved):
            return self._moved(request, answer)
        if isinstance(answer, Gone):
            return self.problem(request, 410, "Gone", answer.what)
        if isinstance(answer, NotThere):
            return self.problem(request, 404, "Not here", answer.what)
        return Response(body, media_type=_media_type(request))

    def _body(self, request: Request, name: str, answer: Answer, frame: Frame) -> bytes:
        if not isinstance(answer, View):
            return b""
        if as_json(request):
            return json_bytes({"frame": frame, "view": answer})
        return self.render(name, answer, frame).encode("utf-8", "replace")

    def show(self, request: Request, name: str, view: View, status: int = 200) -> Response:
        """A page that asks nothing of the read model."""
        body = self._body(request, name, view, self._frame(request, ""))
        return Response(body, status, media_type=_media_type(request))

    def problem(self, request: Request, status: int, title: str, detail: str) -> Response:
        view = ProblemPage(status=status, title=title, detail=detail)
        response = self.show(request, "problem", view, status)
        if status == 503:
            response.headers["retry-after"] = "2"
        return response

    def _moved(self, request: Request, answer: Moved) -> Response:
        path, mark, query = answer.href.partition("?")
        ending = ".json" if request.scope.get(AS_JSON) else ""
        return RedirectResponse(f"{path}{ending}{mark}{query}", 301)

    def _frame(self, request: Request, atom: str, at: datetime | None = None) -> Frame:
        query = dict(request.query_params)
        path = request.url.path
        progress = self.follower().progress
        return Frame(
            path=addresses.with_query(path, query),
            json_href=addresses.with_query(f"{'/front' if path == '/' else path}.json", query),
            atom_href=atom if "?" in atom or not atom else addresses.with_query(atom, query),
            behind=progress.behind,
            at=at,
            texts=self.texts,
            live=self.is_live,
            notice=_notice(progress) or (NO_PAST if query.get("at") and at is None else ""),
        )


def _notice(progress: Progress) -> str:
    if progress.trouble:
        return f"The log does not answer, so nothing new comes: {progress.trouble}"
    if not progress.caught_up:
        return f"The Desk is still reading the log: {progress.behind:,} records are left. Counts will grow."
    return ""


def as_json(request: Request) -> bool:
    return bool(request.scope.get(AS_JSON)) or request.headers.get("accept", "").startswith(
        "application/json"
    )


def json_bytes(content: Mapping[str, Any]) -> bytes:
    """What JSON cannot carry, a lone half of a surrogate pair, is replaced."""
    try:
        return _JSON.encode(content)
    except UnicodeEncodeError:
        return _JSON.encode(_carried(msgspec.to_builtins(content)))


def _carried(content: Any) -> Any:
    if isinstance(content, str):
        return content.encode("utf-8", "replace").decode()
    if isinstance(content, dict):
        return {name: _carried(value) for name, value in content.items()}
    return [_carried(one) for one in content] if isinstance(content, list | tuple) else content


def _media_type(request: Request) -> str:
    return "application/json" if as_json(request) else "text/html"
