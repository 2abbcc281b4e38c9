"""The Desk as a service: follows a log into its file and serves pages from it, until it is stopped."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import uvicorn

from services.desk.log.follow import Follower, OtherLog, Progress
from services.desk.log.source import Source
from services.desk.pages.render import compile_pages, render
from services.desk.store import database, schema
from services.desk.store.batch import Batch
from services.desk.views.frame import Link
from services.desk.web.app import application
from services.desk.web.live import Live
from services.desk.web.measure import Measure, Note, note_nothing
from services.desk.web.readers import Readers
from services.desk.web.site import Site
from services.ops.listener import stop_accepting
from services.ops.settings import DeskSettings

DRAIN_S: Final = 2
KEEP_ALIVE_S: Final = 30
MOST_CONNECTIONS: Final = 512
BACKLOG: Final = 128


class Desk:
    """`async with Desk(...) as desk: await desk.run(stop)`.

    Raises `OSError` where file or port cannot be had, `BusError` where the log does not answer.
    """

    def __init__(
        self,
        source: Source,
        settings: DeskSettings,
        file: Path,
        *,
        now: Callable[[], datetime],
        is_live: bool = True,
        note: Note = note_nothing,
    ) -> None:
        """`note` is told each answer's status and how long it took."""
        self._source = source
        self._settings = settings
        self._place = database.Place(file)
        self._live = Live()
        self._is_live = is_live
        self._now = now
        self._note = note
        self._follower: Follower | None = None
        self._beside = False
        """A file is made anew beside the one that pages are still read from."""
        self._stack = AsyncExitStack()
        self.port = 0

    @property
    def progress(self) -> Progress:
        return self._follower.progress if self._follower else Progress()

    @property
    def missing(self) -> str:
        """What it lacks for showing all that the log holds, in words; empty: nothing."""
        progress = self.progress
        if progress.trouble:
            return f"the log does not answer: {progress.trouble}"
        return "" if progress.caught_up else f"reading the log: {progress.behind} records are left"

    @property
    def streams(self) -> int:
        return self._live.streams

    async def __aenter__(self) -> Self:
        self._stack.callback(self._place.close)
        try:
            self._socket = _listening(*self._settings.address())
            self._stack.callback(self._socket.close)
            self.port = self._socket.getsockname()[1]
            self._beside = await self._open()
            self._readers = Readers(self._place.file)
            self._stack.callback(self._readers.close)
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _open(self) -> bool:
        """Begin to follow. True where it is a file beside the one that pages are read from."""
        tables, intake = database.stamps(self._place.file)
        wanted = schema.tables_stamp(), schema.intake_stamp(self._settings.texts)
        if (tables, intake) == wanted:
            try:
                await self._follow(database.open_for_writing(self._place.file))
            except OtherLog:
                await self._follow(database.create(self._place.file, self._settings.texts))
            return False
        beside = tables == wanted[0] and self._settings.texts == "full"
        if beside:
            await self._follow(database.create_unread(self._place.beside))
        else:
            await self._follow(database.create(self._place.file, self._settings.texts))
        return beside

    async def _follow(self, db: Any) -> None:
        follower = Follower(self._source, db, self._settings.texts, self._tell)
        try:
            await follower.begin()
        except BaseException:
            follower.close()
            raise
        self._follower = follower
        self._live.begin(follower.position)

    def _tell(self, batch: Batch, moved: int) -> None:
        """Of what a page can show: not of a file that none is read from yet."""
        self._live.tell(moved, [] if self._beside else list(batch.stories))

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; then streams end, answers in hand are finished."""
        async with self._serving(stop):
            following = asyncio.create_task(self._following())
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait([following, stopping], return_when=asyncio.FIRST_COMPLETED)
            following.cancel()
            stopping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following

    async def _following(self) -> None:
        follower = self._follower
        assert follower is not None
        try:
            if self._beside:
                await follower.catch_up()
                await asyncio.to_thread(self._take_over, follower)
                self._beside = False
                self._live.begin(follower.position)
            await follower.follow()
        finally:
            await asyncio.to_thread(follower.close)

    def _take_over(self, follower: Follower) -> None:
        """The new file is complete: pages are read from it."""
        follower.complete()
        database.replace(self._place.beside, self._place.file)
        follower.reopen(database.open_for_writing(self._place.file))
        self._readers.renew(self._place.file)

    @asynccontextmanager
    async def _serving(self, stop: asyncio.Event) -> AsyncIterator[None]:
        server = _Server(_config(self._application()))
        serving = asyncio.create_task(server.serve(sockets=[self._socket]))
        ending = asyncio.create_task(self._end_streams(stop))
        compiling = asyncio.create_task(asyncio.to_thread(compile_pages))
        try:
            yield
        finally:
            ending.cancel()
            await compiling
            self._live.end()
            server.should_exit = True
            await serving

    async def _end_streams(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._live.end()

    def _application(self) -> Any:
        site = Site(
            readers=self._readers,
            live=self._live,
            source=self._source,
            follower=self._known_follower,
            now=self._now,
            render=render,
            texts=self._settings.texts,
            links=_links(self._settings.links),
            is_live=self._is_live,
        )
        settings = self._settings
        token, hosts = settings.token.reveal(), settings.served_hosts()
        return Measure(application(site, hosts, token, settings.networks()), self._note)

    def _known_follower(self) -> Follower:
        assert self._follower is not None
        return self._follower


class _Server(uvicorn.Server):
    """Signals are the business of whoever runs the Desk."""

    @contextmanager
    def capture_signals(self) -> Any:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            await stop_accepting(server)
        await super().shutdown(sockets)


def _config(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=True,
        proxy_headers=False,
        http="h11",
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
        limit_concurrency=MOST_CONNECTIONS,
        backlog=BACKLOG,
        h11_max_incomplete_event_size=16_384,
    )


def _listening(host: str, port: int) -> socket.socket:
    """Raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)  # who is told the address can connect from then on
        listening.setblocking(False)
    except BaseException:
        listening.close()
        raise
    return listening


def _links(links: Sequence[str]) -> tuple[Link, ...]:
    return tuple(Link(label=label, href=href) for label, _, href in (link.partition("=") for link in links))
