"""`newsfold top`: the live view of a running installation, from the metrics of its processes.

Promises: an address is asked for at most `FETCH_S` seconds and `MOST_BYTES` bytes; one that does not answer
is shown as such and asked again; nothing is written anywhere but on the terminal.
"""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import click
import httpx
import msgspec

from services.console.top.page import page
from services.console.top.scrape import Pair, Scrape, parse
from services.console.top.view import LastSeen, Target, View, note_growth, view
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.ops.secret import Secret

FETCH_S = 3.0
MOST_BYTES = 8 << 20
WINDOW_S = 30.0
"""Rates are taken over the last so many seconds, as far as they were watched."""
_HOME, _TO_END_OF_LINE, _TO_END_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
_HIDE, _SHOW = "\x1b[?25l\x1b[2J", "\x1b[?25h"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a server listens, not where we ask


class ScrapeResult(NamedTuple):
    scrape: Scrape | None
    error: str = ""


def addresses_of(at: Sequence[str], settings: Settings) -> list[str]:
    """Those given, else where this configuration's services listen. Raises `Stop` (usage)."""
    if not at:
        host, port = settings.ops.address()
        host = _EVERYWHERE.get(host, host)
        at = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"]
    for one in at:
        name, _, number = one.rpartition(":")
        if not name or not number.isdecimal() or not 0 < int(number) < 65_536:
            raise Stop(Exit.USAGE, f"--at {one}: name HOST:PORT, where /metrics is served (ops.listen)")
    return list(dict.fromkeys(at))


def show_top(at: Sequence[str], settings: Settings, *, every_s: float, once: bool, as_json: bool) -> None:
    """Until interrupted; once where that is asked for or no terminal looks. Raises `Stop`."""
    top = Top(addresses_of(at, settings), settings.ops.token)
    live = not (once or as_json) and sys.stdout.isatty()
    try:
        asyncio.run(_show_live(top, every_s) if live else _show_once(top, every_s, as_json=as_json))
    except KeyboardInterrupt:
        if not live:
            raise


class Top:
    """Asks all addresses, and remembers enough of it for rates."""

    def __init__(self, at: Sequence[str], token: Secret) -> None:
        self._at = at
        self._headers = {"Authorization": f"Bearer {token.reveal()}"} if token else {}
        self._past: dict[str, deque[Scrape]] = {one: deque() for one in at}
        self._seen: LastSeen = {}

    async def scrape(self, client: httpx.AsyncClient) -> View:
        answers = await asyncio.gather(*(self._ask(client, one) for one in self._at))
        targets = [self._target(at, answer) for at, answer in zip(self._at, answers, strict=True)]
        now = time.time()
        self._seen = note_growth([_latest_pair(one, self._past) for one in targets], now=now, seen=self._seen)
        return view(targets, now=now, seen=self._seen)

    def client(self) -> httpx.AsyncClient:
        # No proxy of the environment: these are addresses of one's own network.
        return httpx.AsyncClient(headers=self._headers, timeout=FETCH_S, trust_env=False)

    async def _ask(self, client: httpx.AsyncClient, at: str) -> ScrapeResult:
        try:
            async with asyncio.timeout(FETCH_S), client.stream("GET", f"http://{at}/metrics") as response:
                if response.status_code != httpx.codes.OK:
                    return ScrapeResult(None, _status_error(response.status_code))
                body = bytearray()
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > MOST_BYTES:
                        return ScrapeResult(None, f"it says more than {MOST_BYTES >> 20} MiB")
            return ScrapeResult(parse(body.decode("utf-8", "replace"), time.time()))
        except TimeoutError:
            return ScrapeResult(None, f"no answer within {FETCH_S:g} s")
        except httpx.HTTPError as error:
            return ScrapeResult(None, str(error) or type(error).__name__)
        except ValueError as error:
            return ScrapeResult(None, str(error))

    def _target(self, at: str, answer: ScrapeResult) -> Target:
        if answer.scrape is None:
            return Target(at, None, answer.error)
        past, now = self._past[at], answer.scrape
        while past and now.at - past[0].at > WINDOW_S:
            past.popleft()
        past.append(now)
        return Target(at, Pair(past[0], now))


def _latest_pair(target: Target, past: dict[str, deque[Scrape]]) -> Target:
    """The same with the last look but one in place of the first."""
    scrapes = past[target.at]
    if target.said is None or len(scrapes) < 2:
        return target
    return Target(target.at, Pair(scrapes[-2], scrapes[-1]))


def _status_error(status: int) -> str:
    if status == httpx.codes.UNAUTHORIZED:
        return "it asks for a token (ops.token or ops.token_file of the configuration)"
    return f"it answers with HTTP status {status}"


async def _show_once(top: Top, every_s: float, *, as_json: bool) -> None:
    """Two looks make rates."""
    async with top.client() as client:
        await top.scrape(client)
        await asyncio.sleep(every_s)
        found = await top.scrape(client)
    click.echo(msgspec.json.encode(found) if as_json else page(found))
    if all(one.error for one in found.processes):
        told = "; ".join(f"{one.at}: {one.error}" for one in found.processes)
        raise Stop(
            Exit.FAILED, f"nothing answers: {told}; start `newsfold run`, or say with --at where it listens"
        )


async def _show_live(top: Top, every_s: float) -> None:
    async with top.client() as client:
        click.echo(_HIDE, nl=False)
        try:
            while True:
                lines = page(await top.scrape(client)).split("\n")
                click.echo(_HOME + "".join(f"{line}{_TO_END_OF_LINE}\n" for line in lines), nl=False)
                click.echo(_TO_END_OF_SCREEN, nl=False)
                await asyncio.sleep(every_s)
        finally:
            click.echo(_SHOW, nl=False)
