"""What the application is made of, and how a query becomes an answer in the form that was asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
from services.desk.web.shelf import Body, Shelf, body

Render = Callable[[str, Any, Frame], str]
Answer = View | Moved | Gone | NotThere
AS_JSON: Final = "desk.json"
"""In the scope: the address ended in `.json`."""
NO_PAST: Final = "This page does not go back in time: it shows what is known now."
_ADDED_UP: Final = (
    "How often an outlet was first, copied or late is added up over the whole window, "
    "so it is shown as it stands now."
)
WHY_NO_PAST: Final[Mapping[str, str]] = {
    "outlets": _ADDED_UP,
    "outlet": _ADDED_UP,
    "record": "A record never changes: this is what was written then.",
    "feeds": "Of a feed only its last looks are kept, so they are shown as they stand now.",
    "dead_letters": "Dead letters are listed as they lie there now, each with its moment.",
    "accounts": "Counters are of now; the dashboards have their past.",
}
"""By page; of others `NO_PAST`."""
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
    shelf: Shelf[Answer | None] = field(default_factory=Shelf)

    async def page(
        self,
        request: Request,
        name: str,
        query: Callable[[Connection], Answer],
        *,
        atom: str = "",
        at: datetime | None = None,
        keep: bool = True,
    ) -> Response:
        """`atom`: where the same list is as Atom; without a query of its own it is asked as the page is.

        `at`: the moment that the answer is of; None: now. `keep`: the answer depends on the address and the
        read model alone.
        """
        frame = self._frame(request, name, atom, at)

        def ask(db: Connection) -> tuple[Answer, Frame]:
            fresh = freshness(db)
            return query(db), replace(frame, as_of=fresh.as_of, horizon=fresh.horizon)

        def write(told: tuple[Answer, Frame]) -> Body:
            return body(self._body(request, name, *told))

        async def make() -> tuple[Answer | None, Body]:
            (answer, _), written = await self.readers.ask(ask, write)
            return None if isinstance(answer, View) else answer, written

        key = (name, as_json(request), frame, self.live.position, self.readers.generation)
        try:
            answer, written = await (self.shelf.get(key, make) if keep else make())
        except TooMuch:
            return self.problem(request, 503, "Too much at once", "Ask for less, or again in a moment.")
        if isinstance(answer, Moved):
            return self._moved(request, answer)
        if isinstance(answer, Gone):
            return self.problem(request, 410, "Gone", answer.what)
        if isinstance(answer, NotThere):
            return self.problem(request, 404, "Not here", answer.what)
        return _response(request, written)

    def _body(self, request: Request, name: str, answer: Answer, frame: Frame) -> bytes:
        if not isinstance(answer, View):
            return b""
        if as_json(request):
            return json_bytes({"frame": frame, "view": answer})
        return self.render(name, answer, frame).encode("utf-8", "replace")

    def show(self, request: Request, name: str, view: View, status: int = 200) -> Response:
        """A page that asks nothing of the read model."""
        body = self._body(request, name, view, self._frame(request, name))
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

    def _frame(self, request: Request, page: str, atom: str = "", at: datetime | None = None) -> Frame:
        query = dict(request.query_params)
        path = request.url.path
        progress = self.follower().progress
        now_instead = bool(query.get("at")) and at is None
        return Frame(
            path=addresses.with_query(path, query),
            json_href=addresses.with_query(f"{'/front' if path == '/' else path}.json", query),
            atom_href=atom if "?" in atom or not atom else addresses.with_query(atom, query),
            behind=progress.behind,
            at=at,
            texts=self.texts,
            live=self.is_live,
            notice=_notice(progress) or (WHY_NO_PAST.get(page, NO_PAST) if now_instead else ""),
            notice_link=_stories_then(request) if now_instead and page == "outlet" else None,
        )


def _stories_then(request: Request) -> Link:
    """What an outlet ran until the moment that is asked for."""
    narrowed = {"at": request.query_params["at"], "sort": "new", "outlet": request.path_params["name"]}
    return Link(label="Its stories of that minute", href=addresses.with_query("/", narrowed))


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


def _response(request: Request, written: Body) -> Response:
    """304 where the browser has the same already."""
    headers = {"etag": written.tag, "vary": "Accept, Accept-Encoding"}
    if written.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if written.zipped and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(written.zipped, media_type=_media_type(request), headers=headers)
    return Response(written.plain, media_type=_media_type(request), headers=headers)


def _media_type(request: Request) -> str:
    return "application/json" if as_json(request) else "text/html"
