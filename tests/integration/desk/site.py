"""The Desk over a log of records, without a socket."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from services.desk.log.follow import Follower
from services.desk.log.source import Source
from services.desk.pages.render import render
from services.desk.store import database
from services.desk.store.batch import Batch
from services.desk.views.frame import Texts
from services.desk.web.app import application
from services.desk.web.live import Live
from services.desk.web.readers import Readers
from services.desk.web.site import Site
from services.stream.bus import Record
from tests.integration.desk.corpus import START, ListLog

HOST = "desk.example"
PAGES = (
    "/", "/?at=2026-03-12T09:15Z", "/?sort=new", "/?sort=growing&lang=en", "/?outlet=hill.example",
    "/story/s1", "/story/s2", "/story/s1?at=2026-03-12T09:15Z", "/article/article-b?at=2026-03-12T09:15Z",
    "/search?q=bridge&at=2026-03-12T09:15Z", "/event/e1?at=2026-03-12T09:30:30Z",
    "/storyline/l1?at=2026-03-12T09:15Z", "/compare/article-b/article-a?at=2026-03-12T09:15Z",
    "/outlet/hill.example?at=2026-03-12T09:15Z",
    "/compare/version-b-1/version-a-1", "/compare/article-a/article-b",
    "/compare/version-d-1/version-a-1", "/article/article-b", "/article/article-d", "/event/e1",
    "/storyline/l1",
    "/search?q=bridge", "/search?q=",
    "/search?q=bridge&outlet=hill.example", "/outlets", "/outlet/harbour.example", "/feeds", "/dead-letters",
    "/accounts", "/record/articles/0/0", "/record/stories/0/0", "/record/dead-letters.ingest/0/0", "/help",
)  # fmt: skip


def quiet(_: Batch, __: int) -> None:
    """Nobody listens."""


@asynccontextmanager
async def serving(
    source: Source | Sequence[Record],
    folder: Path,
    *,
    texts: Texts = "full",
    token: str = "",
    headers: dict[str, str] | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before a Desk that has read all of the log."""
    log = ListLog(source) if isinstance(source, Sequence) else source
    file = folder / "desk.db"
    follower = Follower(log, database.create(file, texts), texts, quiet)
    await follower.begin()
    await follower.catch_up()
    readers = Readers(file)
    site = Site(
        readers=readers, live=Live(), source=log, follower=lambda: follower, now=lambda: START, render=render,
        texts=texts,
    )  # fmt: skip
    transport = httpx.ASGITransport(application(site, {HOST}, token), raise_app_exceptions=True)
    try:
        async with httpx.AsyncClient(
            transport=transport, base_url=f"http://{HOST}", headers=headers, timeout=30
        ) as client:
            yield client
    finally:
        readers.close()
        follower.close()


def twin(path: str) -> str:
    """The address of the same page as JSON."""
    place, mark, query = path.partition("?")
    return f"{'/front' if place == '/' else place}.json{mark}{query}"
