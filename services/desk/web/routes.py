"""Which address is which page. The framework stays here and in its neighbours of this folder."""

from collections.abc import Awaitable, Callable
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from functools import partial
from typing import cast

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from services.contracts.topics import BY_NAME
from services.desk import addresses
from services.desk.log.source import previous
from services.desk.queries import compare, events, front, outlets, search, story, upkeep, versions
from services.desk.queries.answers import NotThere
from services.desk.queries.front import FrontAsk
from services.desk.queries.paging import page_number
from services.desk.queries.record import record_page
from services.desk.queries.search import SearchAsk
from services.desk.queries.words import help_page
from services.desk.views.front import Sort
from services.desk.web import atom
from services.desk.web.live import MOST_STREAMS
from services.desk.web.past import record_then
from services.desk.web.readers import TooMuch
from services.desk.web.site import Site
from services.stream.bus import BusError, Partition

SORTS = ("top", "new", "growing", "spread")
LARGEST_OFFSET = 1 << 62
Handler = Callable[[Site, Request], Awaitable[Response]]


def routes(site: Site) -> list[Route]:
    return [Route(path, partial(handler, site), methods=["GET"]) for path, handler in HANDLERS.items()]


def moment_asked(text: str) -> datetime | None:
    """RFC 3339; without an offset it is UTC. None for what is no moment, or has none before or behind it."""
    try:
        at = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        return None
    return at if MINYEAR < at.year < MAXYEAR else None


def of_past(page: Callable[[Site, Request, datetime | None], Awaitable[Response]]) -> Handler:
    """A page that shows the moment that `at=` names; None: now."""

    async def handler(site: Site, request: Request) -> Response:
        asked = request.query_params.get("at", "")
        at = moment_asked(asked)
        if asked and at is None:
            what = "Write at= as a time such as 2026-03-12T09:30Z."
            return site.problem(request, 400, "No such moment", what)
        try:
            return await page(site, request, at)
        except TooMuch:
            return site.problem(request, 503, "Too much at once", "Ask again in a moment.")
        except BusError as error:
            return site.problem(request, 503, "The log does not answer", str(error))

    return handler


def _front_ask(request: Request) -> FrontAsk:
    asked = request.query_params
    sort = asked.get("sort", "top")
    return FrontAsk(
        at=moment_asked(asked.get("at", "")),
        sort=cast(Sort, sort) if sort in SORTS else "top",
        lang=asked.get("lang", ""),
        outlet=asked.get("outlet", ""),
        agency=asked.get("agency", ""),
        subject=asked.get("subject", ""),
        page=page_number(asked.get("page", "")),
    )


async def _front(site: Site, request: Request, at: datetime | None) -> Response:
    ask = _front_ask(request)
    return await site.page(
        request, "front", lambda db: front.front(db, ask, front.latest(db)), atom="/front.atom", at=at
    )


async def _front_atom(site: Site, request: Request) -> Response:
    ask = _front_ask(request)
    return await _atom(site, request, "Stories", lambda db: front.front(db, ask, None).rows)


async def _search_atom(site: Site, request: Request) -> Response:
    ask = _search_ask(request)
    return await _atom(
        site,
        request,
        f"Search: {ask.query}",
        lambda db: [row.story for row in search.search(db, ask, "none").rows if row.story],
    )


async def _atom(site: Site, request: Request, title: str, rows: Callable[..., object]) -> Response:
    base = f"{request.url.scheme}://{request.headers.get('host', '')}"
    path = str(request.url).removeprefix(base)
    try:
        _, body = await site.readers.ask(rows, lambda told: atom.atom(base, path, title, told))  # type: ignore[arg-type]
    except TooMuch:
        return PlainTextResponse("Too much at once; ask again in a moment.\n", 503)
    return Response(body, media_type=atom.KIND)


async def _story(site: Site, request: Request, at: datetime | None) -> Response:
    story_id = request.path_params["id"]
    if at is None:
        return await site.page(request, "story", lambda db: story.story(db, story_id))
    found = await record_then(site, lambda db: story.place(db, story_id, at))
    if isinstance(found, NotThere):
        return await site.page(request, "story", lambda _: found, at=at)
    return await site.page(request, "story", lambda db: story.story_then(db, *found, at), at=at)


async def _compare(site: Site, request: Request, at: datetime | None) -> Response:
    left, right = request.path_params["a"], request.path_params["b"]
    whole = request.query_params.get("show") == "all"
    then = compare.NOW
    if at is not None:
        found = await record_then(site, lambda db: compare.place(db, left, right, at))
        then = compare.Then(at, None if isinstance(found, NotThere) else found[0])
    return await site.page(
        request,
        "compare",
        lambda db: compare.compare(db, left, right, site.texts, whole=whole, then=then),
        at=at,
    )


async def _article(site: Site, request: Request, at: datetime | None) -> Response:
    asked = request.query_params
    return await site.page(
        request,
        "versions",
        lambda db: versions.article(
            db,
            request.path_params["id"],
            site.texts,
            older=asked.get("from", ""),
            newer=asked.get("to", ""),
            everything=asked.get("show") == "all",
            at=at,
        ),
        at=at,
    )


async def _event(site: Site, request: Request, at: datetime | None) -> Response:
    event_id = request.path_params["id"]
    return await site.page(request, "event", lambda db: events.event(db, event_id, at), at=at)


async def _storyline(site: Site, request: Request, at: datetime | None) -> Response:
    line_id = request.path_params["id"]
    return await site.page(request, "storyline", lambda db: events.storyline(db, line_id, at), at=at)


def _search_ask(request: Request) -> SearchAsk:
    asked = request.query_params
    return SearchAsk(
        query=asked.get("q", ""),
        lang=asked.get("lang", ""),
        outlet=asked.get("outlet", ""),
        role=asked.get("role", ""),
        at=moment_asked(asked.get("at", "")),
        page=page_number(asked.get("page", "")),
    )


async def _search(site: Site, request: Request, at: datetime | None) -> Response:
    ask = _search_ask(request)
    return await site.page(
        request, "search", lambda db: search.search(db, ask, site.texts), atom="/search.atom", at=at
    )


async def _outlets(site: Site, request: Request) -> Response:
    asked = request.query_params
    page = page_number(asked.get("page", ""))
    return await site.page(
        request, "outlets", lambda db: outlets.outlets(db, sort=asked.get("sort", ""), page=page)
    )


async def _outlet(site: Site, request: Request) -> Response:
    page, name = page_number(request.query_params.get("page", "")), request.path_params["name"]
    return await site.page(
        request,
        "outlet",
        lambda db: outlets.outlet(db, name, page=page),
        atom=addresses.with_query("/front.atom", {"outlet": name, "sort": "new"}),
    )


async def _feeds(site: Site, request: Request) -> Response:
    page = page_number(request.query_params.get("page", ""))
    return await site.page(request, "feeds", lambda db: upkeep.feeds(db, page=page))


async def _dead_letters(site: Site, request: Request) -> Response:
    page = page_number(request.query_params.get("page", ""))
    return await site.page(request, "dead_letters", lambda db: upkeep.dead_letters(db, page=page))


async def _accounts(site: Site, request: Request) -> Response:
    try:
        readings = await site.follower().readings()
    except BusError:
        readings = site.follower().known_readings()
    return await site.page(
        request, "accounts", lambda db: upkeep.accounts(db, readings, site.links), keep=False
    )


async def _record(site: Site, request: Request) -> Response:
    topic, number, offset = (request.path_params[name] for name in ("topic", "partition", "offset"))
    partition = Partition(topic, number)
    if topic not in BY_NAME or offset > LARGEST_OFFSET:
        return site.problem(request, 404, "Not here", "There is no such topic.")
    try:
        if number >= await site.source.partitions(topic):
            return site.problem(request, 404, "Not here", "There is no such partition.")
        records = await site.source.read(partition, offset, max_records=2)
    except BusError as error:
        return site.problem(request, 503, "The log does not answer", str(error))
    if not records or records[0].offset != offset:
        return site.problem(request, 404, "Not here", _missing(records[0].offset if records else None))
    behind = records[1].offset if len(records) > 1 else None
    before = await previous(site.source, partition, offset)
    return site.show(request, "record", record_page(records[0], site.texts, before=before, behind=behind))


def _missing(following: int | None) -> str:
    what = "The log holds no record at this offset: it was cleaned away, or is not written yet."
    return what if following is None else f"{what} The next one is at {following}."


async def _help(site: Site, request: Request) -> Response:
    return site.show(request, "help", help_page())


async def _live(site: Site, request: Request) -> Response:
    if not site.is_live:
        return Response(status_code=204)  # files do not change, and a browser does not ask again
    if site.live.streams >= MOST_STREAMS:
        return PlainTextResponse("Too many streams are open.\n", 503)
    last = request.headers.get("last-event-id", "")
    position = int(last) if last.isascii() and last.isdigit() and len(last) < 19 else None
    return StreamingResponse(
        site.live.stream(position, lambda: site.now().isoformat().replace("+00:00", "Z")),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _health(site: Site, _: Request) -> Response:
    progress = site.follower().progress
    return PlainTextResponse("ok\n" if progress.caught_up else f"reading, {progress.behind} records left\n")


HANDLERS: dict[str, Handler] = {
    "/": of_past(_front),
    "/front": of_past(_front),
    "/front.atom": _front_atom,
    "/story/{id}": of_past(_story),
    "/compare/{a}/{b}": of_past(_compare),
    "/article/{id}": of_past(_article),
    "/event/{id}": of_past(_event),
    "/storyline/{id}": of_past(_storyline),
    "/search": of_past(_search),
    "/search.atom": _search_atom,
    "/outlets": _outlets,
    "/outlet/{name:path}": _outlet,
    "/feeds": _feeds,
    "/dead-letters": _dead_letters,
    "/accounts": _accounts,
    "/record/{topic}/{partition:int}/{offset:int}": _record,
    "/help": _help,
    "/live": _live,
    "/healthz": _health,
}
