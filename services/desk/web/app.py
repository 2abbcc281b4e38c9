"""The application: routes, what is said where something fails, and the guard around all of it."""

from collections.abc import Collection

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from services.desk.pages.assets import assets
from services.desk.web.guard import Guard, Networks
from services.desk.web.routes import routes
from services.desk.web.site import AS_JSON, Site

SMALLEST_GZIP = 1000
IMMUTABLE = "public, max-age=31536000, immutable"


def application(site: Site, hosts: Collection[str], token: str = "", proxies: Networks = ()) -> ASGIApp:
    async def problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return site.problem(request, error.status_code, "Not here", "The Desk has no page at this address.")

    pages = Starlette(
        routes=[*routes(site), Route("/static/{name}", _static)], exception_handlers={HTTPException: problem}
    )
    zipped = GZipMiddleware(pages, minimum_size=SMALLEST_GZIP, compresslevel=6)
    return Guard(_JsonTwin(zipped), hosts, token, proxies)


async def _static(request: Request) -> Response:
    found = assets().get(request.path_params["name"])
    if found is None:
        return PlainTextResponse("There is no such file.\n", 404)
    headers = {"content-type": found.content_type, "cache-control": IMMUTABLE, "vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.gzipped, headers={**headers, "content-encoding": "gzip"})
    return Response(found.body, headers=headers)


class _JsonTwin:
    """`/story/x.json` is `/story/x` as JSON."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path.endswith(".json") and not path.startswith("/static/"):
            scope = {**scope, "path": path.removesuffix(".json"), AS_JSON: True}
        await self._app(scope, receive, send)
