"""Fetches a feed and some of its pages once, publishes nothing, and keeps everything that was seen.

The feeder is the live one and the task decides as it always does, on a log that nobody keeps.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
from msgspec.structs import replace

from services.console.feeds.logins import logins_in
from services.console.feeds.trial.lines import trial_lines
from services.console.feeds.trial.record import Fetch, PageTrial, Trial, why_nothing
from services.console.feeds.trial.rows import trial_row
from services.console.fetching import conduct_of, fetch_limits, with_nets
from services.contracts import ids, wire
from services.contracts.articles import Article
from services.contracts.feeds import Feed, FeedState
from services.ingest.http.credentials import Credentials, login_in
from services.ingest.http.exchange import Exchange, answered
from services.ingest.http.fetch import Fetcher
from services.ingest.polling.live import HttpFeeder, LiveSettings
from services.ingest.publishers import source_of_page
from services.ingest.readings import FeedReading, PageReading
from services.ingest.service import IngestTask
from services.ingest.urls import canonical, without_login
from services.ingest.workers.pool import Pool
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.ops.redaction import public_url
from services.ops.settings import IngestSettings
from services.stream.service import Step

NEXT_S = 5.0
MOST_FILE_BYTES = 64 << 20


class TrialRequest(NamedTuple):
    """What was asked for, checked."""

    feed: Feed
    pages: int
    ingest: IngestSettings
    credentials: Credentials = Credentials()
    """Of the address and the netrc file."""
    body: bytes | None = None
    """Of a file that stands for what the feed's address answers."""

    @classmethod
    def of(
        cls,
        *,
        target: str,
        url: str | None,
        pages: int,
        allow_net: Sequence[str],
        full_text: bool,
        settings: Settings,
    ) -> "TrialRequest":
        """`target`: an address, or a file that `url` is said to answer. Raises `Stop` (usage)."""
        file = Path(target) if "://" not in target and Path(target).is_file() else None
        if file and url is None:
            raise Stop(Exit.USAGE, f"{target}: say with --as which address the file is of")
        if url is not None and file is None:
            raise Stop(
                Exit.USAGE, f"{public_url(target)}: --as is for a file, and there is none of that name"
            )
        address = url or (target if "://" in target else f"https://{target}")
        if canonical(address) is None:
            raise Stop(Exit.USAGE, f"{public_url(address)}: not an http(s) address that can be fetched")
        login, address = login_in(address), without_login(address)
        feed = Feed(
            feed_id=ids.feed_id(address), url=address, source=source_of_page(address), full_text=full_text
        )
        body = _content(file) if file else None
        logins = logins_in(None, settings) + Credentials([login] if login else [])
        return cls(feed, pages, with_nets(settings.ingest, allow_net), logins, body)


def try_feed(request: TrialRequest, *, as_json: bool) -> None:
    """Print what was seen. Raises `Stop` (failed) where no article would come of it."""
    trial = asyncio.run(_trial(request))
    if as_json:
        click.echo(msgspec.json.encode(trial_row(trial)).decode())
    else:
        for line in trial_lines(trial):
            click.echo(line)
    if not trial.promising:
        raise Stop(Exit.FAILED, why_nothing(trial))


async def _trial(request: TrialRequest) -> Trial:
    ingest, feed = request.ingest, request.feed
    task = IngestTask(0, 1)
    task.feeds[feed.feed_id] = feed
    given = {feed.url: request.body} if request.body is not None else {}
    options = {
        "allow": ingest.networks(),
        "limits": fetch_limits(ingest),
        "user_agent": ingest.agent(),
        "credentials": request.credentials,
    }
    async with WatchedFetcher(given, **options) as fetcher, Pool(1) as pool:
        live = LiveSettings(in_flight=ingest.in_flight)
        conduct = conduct_of(ingest, fetcher)
        feeder = HttpFeeder(task, fetcher, pool, once=True, settings=live, conduct=conduct)
        try:
            return await _observed(request, task, feeder, fetcher)
        finally:
            await feeder.close()


async def _observed(
    request: TrialRequest, task: IngestTask, feeder: HttpFeeder, fetcher: "WatchedFetcher"
) -> Trial:
    feed_id = request.feed.feed_id
    polled: FeedReading | None = None
    first = FeedState(feed_id=feed_id)
    announced: Sequence[Article] = ()
    pages: list[PageTrial] = []
    fetches: Sequence[Fetch] = ()
    async for reading, step in _steps(task, feeder):
        if isinstance(reading, FeedReading):
            polled, first, announced = reading, task.states[feed_id], _articles(step)
            fetches = tuple(fetcher.fetches)
            # Whoever tries a feed of five hundred entries does not mean to fetch five hundred pages.
            task.states[feed_id] = replace(first, pending=first.pending[: request.pages])
        else:
            pages.append(_page(reading, step, fetcher))
    return Trial(
        feed=request.feed,
        fetches=fetches,
        parsed=polled.parsed if polled else None,
        state=first,
        final=task.states.get(feed_id, first),
        articles=announced,
        pages=pages,
        tried=request.pages,
    )


async def _steps(
    task: IngestTask, feeder: HttpFeeder
) -> AsyncIterator[tuple[FeedReading | PageReading, Step]]:
    """Readings in turn, each with what the task made of it, until there is nothing more to fetch."""
    while (readings := await feeder.next(max_items=64, timeout_s=NEXT_S)) is not None:
        for reading in readings:
            step = task.take([reading])
            if isinstance(reading, FeedReading | PageReading):
                yield reading, step


def _page(reading: PageReading, step: Step, fetcher: "WatchedFetcher") -> PageTrial:
    dead = step.dead[0] if step.dead else None
    failures = [kind for name, kind in step.noted if name == "failed_pages_total"]
    why = dead.reason if dead else next(iter(failures), "".join(step.outcomes))
    detail = dead.detail if dead else reading.reason
    return PageTrial(
        url=reading.url,
        fetches=[one for one in fetcher.fetches if one.exchange.url == reading.url],
        canonical_url=reading.parsed.canonical_url if reading.parsed else "",
        article=next(iter(_articles(step)), None),
        why=why,
        detail=detail,
    )


def _articles(step: Step) -> list[Article]:
    records = (wire.read(dict(output.headers), output.value) for output in step.outputs if output.value)
    return [record for record in records if isinstance(record, Article)]


class WatchedFetcher(Fetcher):
    """Keeps what it fetched, without the bodies of pages; answers for addresses whose body is given."""

    def __init__(self, given: Mapping[str, bytes], **options: Any) -> None:
        super().__init__(**options)
        self._given = given
        self.fetches: list[Fetch] = []

    async def get(self, url: str, **how: Any) -> Exchange:
        started = time.monotonic()
        if url in self._given:
            body = self._given[url]
            exchange = answered(url, 200, {}, body=body, wire_bytes=len(body))
        else:
            exchange = await super().get(url, **how)
        self.fetches.append(Fetch.of(exchange, time.monotonic() - started))
        return exchange


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_FILE_BYTES:
            raise Stop(Exit.USAGE, f"{file}: larger than {MOST_FILE_BYTES >> 20} MiB")
        return file.read_bytes()
    except OSError as error:
        raise Stop(Exit.USAGE, f"{file}: cannot be read: {error.strerror or error}") from None
