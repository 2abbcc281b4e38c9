"""`newsfold run all` against a server on loopback: good feeds, and everything a bad server can do."""

import asyncio
import gzip
import json
import os
import random
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.ingest.http import guard
from tests.end_to_end.command import newsfold
from tests.end_to_end.recorder import page, rss
from tests.integration.ingest.site import Reply, Site, answer
from tests.press import press_data

ROOT = Path(__file__).parents[2]
STREAMED = 500 << 20
RSS_TYPE = "application/rss+xml"
BODY_LIMIT = 15 << 20
SLACK = 16 << 20
"""What socket buffers may hold beyond the limit, on either side."""
TEXT = "\n".join(
    f"Der {number}. Pfeiler der Brücke von Neuenhafen wird im März neu gegründet, sagte Baurätin Ilse Möhr."
    for number in range(9)
)
FERRY = "\n".join(
    f"Am {number}. Mai fährt die Fähre von Neuenhafen eine Stunde später ab, weil Kapitän Ole Düvel übt."
    for number in range(9)
)

Row = dict[str, Any]


class Endless:
    """A body of 500 MB in chunks; counts what was taken of it."""

    def __init__(self, content_type: str) -> None:
        self._content_type = content_type
        self.sent = 0

    async def __call__(self, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {self._content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        block = b"%x\r\n%b\r\n" % (1 << 16, b"<p>" + b"x" * ((1 << 16) - 3))
        while self.sent < STREAMED:
            writer.write(block)
            await writer.drain()
            self.sent += 1 << 16
        writer.write(b"0\r\n\r\n")


async def slow(writer: asyncio.StreamWriter) -> None:
    """A byte now and then: never silent for long, never done."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(1_000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.2)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<html>")
    await writer.drain()
    writer.close()


# The site counts a coroutine function as misbehaviour; an instance with an async __call__ is none.
def streamed(endless: Endless) -> Reply:
    async def misbehave(writer: asyncio.StreamWriter) -> None:
        await endless(writer)

    return misbehave


class Seen(NamedTuple):
    """What two rounds of `run all --once` left."""

    articles: list[Row]
    """Article records in order of the log, after each round."""
    stories: list[Row]
    feeds: dict[str, Row]
    """By path, after the first round."""
    letters: list[Row]
    endless: Sequence[int]
    """Bytes taken of the endless feed and page in the first round."""
    told: Sequence[str]
    asked: dict[str, int]
    """Requests in the first round, by path."""


async def run_once(opml: Path, bus: str) -> str:
    code, out, err = await _finished("run", "all", "--feeds", str(opml), "--once", "--bus", bus)
    assert (code, err) == (0, "")
    return out


async def started(*words: str, **settings: str) -> asyncio.subprocess.Process:
    environment = {
        "NEWSFOLD_OPS__LISTEN": "127.0.0.1:0",
        "NEWSFOLD_OPS__LOG_FORMAT": "json",
        "NEWSFOLD_INGEST__TOTAL_S": "2.5",
        "NEWSFOLD_INGEST__READ_S": "1",
        **settings,
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services", *words, "--allow-net", "127.0.0.0/8"),
        cwd=ROOT,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def _finished(*words: str) -> tuple[int | None, str, str]:
    process = await started(*words)
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def tail(bus: str, topic: str, *more: str) -> list[Row]:
    ran = newsfold("tail", topic, "--bus", bus, *more)
    assert ran.code == 0, ran.err
    return [json.loads(line) for line in ran.out.splitlines()]


def write_opml(path: Path, urls: Sequence[str]) -> Path:
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
    path.write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")
    return path


def link(site: Site, name: str) -> str:
    return site.url(f"/artikel/{name}")


BAD_FEEDS = {
    "endless": "too_large: more than 15,728,640 bytes",
    "slow": "timeout: not done within 2.5 s",
    "loop": "redirect: more than 5 redirects",
    "html": "not_a_feed: an HTML page, not a feed",
    "empty": "empty_body",
    "hangs-up": "truncated: announces ",
    "bomb": "bomb",
    "stacked": "bomb",
    "broken": "http_5xx: HTTP status 500",
    "absent": "http_404: HTTP status 404",
}
GIVEN_UP = {
    "endless": "too_large",
    "deep": "too_deep",
    "bomb": "bomb",
    "empty": "empty_body",
    "no-article": "no_article",
}
TRIED_AGAIN = ("slow", "loop", "hangs-up", "absent")


def served(site: Site, endless: dict[str, Endless]) -> dict[str, Reply]:
    """Everything under its path: feeds at /NAME, pages at /artikel/NAME."""
    bomb = gzip.compress(bytes(64 << 20))
    pages = ("first", "second", *GIVEN_UP, *TRIED_AGAIN)
    feed = rss("Talbote", [link(site, name) for name in pages])
    latin = rss("Fähre", [link(site, "latin")]).decode().encode("latin-1")
    routes: dict[str, Reply] = {
        "/good": answer(feed, content_type=RSS_TYPE),
        "/latin": answer(latin, content_type=f"{RSS_TYPE}; charset=utf-8"),
        "/endless": streamed(endless["feed"]),
        "/html": answer(b"<!doctype html><html><body>Wartung</body></html>", content_type=RSS_TYPE),
        "/stacked": answer(gzip.compress(bomb), Content_Encoding="gzip, gzip"),
        "/broken": answer(status="500 Internal Server Error"),
        "/artikel/first": answer(page("Brücke", TEXT)),
        "/artikel/second": answer(page("Tunnel", TEXT.replace("Pfeiler der Brücke", "Ring der Röhre"))),
        "/artikel/latin": answer(
            page("Fähre", FERRY).decode().encode("latin-1"),
            content_type="text/html; charset=utf-8",
        ),
        "/artikel/endless": streamed(endless["page"]),
        "/artikel/deep": answer(b"<html><body>" + b"<div>" * 20_000 + TEXT.encode()),
        "/artikel/no-article": answer(b"<html><body><nav><a href='/'>Start</a></nav></body></html>"),
    }
    for place in ("", "/artikel"):
        routes |= {
            f"{place}/slow": slow,
            f"{place}/hangs-up": hang_up,
            f"{place}/empty": answer(b""),
            f"{place}/loop": answer(status="302 Found", Location=f"{place}/loop?again"),
            f"{place}/loop?again": answer(status="302 Found", Location=f"{place}/loop"),
            f"{place}/bomb": answer(bomb, Content_Encoding="gzip"),
        }
    return routes


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    place = tmp_path_factory.mktemp("live")
    bus = f"sqlite:{place / 'log.db'}"
    endless = {"feed": Endless(RSS_TYPE), "page": Endless("text/html")}
    with asyncio.Runner() as loop, serving(Site(), loop) as site:
        site.routes = served(site, endless)
        names = ("good", "latin", *BAD_FEEDS)
        opml = write_opml(place / "feeds.opml", [site.url(f"/{name}") for name in names])
        told = [loop.run(run_once(opml, bus))]
        feeds = [json.loads(line) for line in newsfold("feeds", "list", "--bus", bus).out.splitlines()]
        letters, taken = tail(bus, "dead-letters.ingest"), [one.sent for one in endless.values()]
        asked = {path: len(site.asked_for(path)) for path in site.routes}
        later = [link(site, name) for name in ("first", "second", "third")]
        changed = rss("Talbote", later).replace(b"first</title>", b"first, mit Nachtrag</title>")
        site.routes["/good"] = answer(changed, content_type=RSS_TYPE)
        site.routes["/artikel/first"] = answer(page("Brücke", f"{TEXT}\nNachtrag: Der Bau beginnt im Mai."))
        site.routes["/artikel/third"] = answer(page("Schleuse", TEXT.replace("Brücke", "Schleuse")))
        told.append(loop.run(run_once(opml, bus)))
    return Seen(
        articles=[row["value"] for row in tail(bus, "articles", "--type", "Article")],
        stories=[row["value"] for row in tail(bus, "story-changes")],
        feeds={row["url"].rpartition("/")[2]: row for row in feeds},
        letters=letters,
        endless=taken,
        told=told,
        asked=asked,
    )


@contextmanager
def serving(site: Site, loop: asyncio.Runner) -> Iterator[Site]:
    """The site answers while `loop` runs something."""
    loop.run(site.__aenter__())
    yield site
    loop.run(site.__aexit__(None, None, None))


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


def test_the_good_feeds_are_followed_to_their_pages(seen: Seen) -> None:
    assert {name_of(row["url"]) for row in seen.articles[:3]} == {"first", "second", "latin"}
    assert {row["status"] for name, row in seen.feeds.items() if name in {"good", "latin"}} == {"fresh"}
    texts = {name_of(row["url"]): row["text"] for row in seen.articles}
    assert "Fähre von Neuenhafen" in texts["latin"]


@pytest.mark.parametrize("name", BAD_FEEDS)
def test_a_bad_feed_is_marked_with_the_reason(seen: Seen, name: str) -> None:
    row = seen.feeds[name]
    assert (row["status"], row["failures"]) == ("backing_off", 1)
    assert row["reason"].startswith(BAD_FEEDS[name])


@pytest.mark.parametrize("name", GIVEN_UP)
def test_a_page_that_will_never_do_is_a_dead_letter_that_names_feed_and_page(seen: Seen, name: str) -> None:
    letters = [row["headers"] for row in seen.letters if f"/artikel/{name} " in row["headers"]["dl_origin"]]
    (letter,) = letters
    assert letter["dl_origin"].split()[1].endswith("/good")
    assert letter["dl_detail"].startswith(f"page given up: {GIVEN_UP[name]}")


def test_a_page_that_may_come_later_waits_and_is_asked_for_once_a_round(seen: Seen) -> None:
    assert seen.feeds["good"]["pending"] == len(TRIED_AGAIN)
    assert len(seen.letters) == len(GIVEN_UP)
    assert [seen.asked[f"/artikel/{name}"] for name in ("slow", "hangs-up")] == [1, 1]
    assert seen.asked["/artikel/loop"] <= 3


def test_of_an_endless_body_no_more_is_taken_than_is_allowed(seen: Seen) -> None:
    assert [BODY_LIMIT < taken < BODY_LIMIT + SLACK for taken in seen.endless] == [True, True]


def test_a_second_round_brings_the_changed_text_as_a_version_and_the_new_entry_as_an_article(
    seen: Seen,
) -> None:
    news = seen.articles[3:]
    assert sorted(name_of(row["url"]) for row in news) == ["first", "third"]
    first = [row for row in seen.articles if name_of(row["url"]) == "first"]
    assert len({row["article_id"] for row in first}) == 1
    assert len({row["version_id"] for row in first}) == 2
    assert [row["change"] for row in seen.stories if name_of(row["article_url"]) == "first"] == [
        "created",
        "updated",
    ]


def test_each_round_says_in_a_line_what_it_did(seen: Seen) -> None:
    lines = [told.splitlines()[-1] for told in seen.told]
    assert lines == [
        "feeds: 10 backing_off, 2 fresh; articles decided: 3",
        "feeds: 10 backing_off, 2 fresh; articles decided: 2",
    ]


def asked(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


async def test_sigterm_ends_it_in_time_with_a_fetch_under_way_and_it_answers_until_then(
    tmp_path: Path,
) -> None:
    async with Site() as site:
        site.routes = {"/slow": slow}
        opml = write_opml(tmp_path / "feeds.opml", [site.url("/slow")])
        process = await started(
            *("run", "all", "--feeds", str(opml), "--bus", f"sqlite:{tmp_path / 'log.db'}"),
            NEWSFOLD_INGEST__TOTAL_S="60",
        )
        assert process.stdout is not None
        async with asyncio.timeout(30):
            port = await _port(process.stdout)
            await asyncio.to_thread(until, lambda: site.asked_for("/slow"))
            await asyncio.to_thread(until, lambda: asked(port, "/readyz")[0] == 200)
            alive = await asyncio.to_thread(asked, port, "/livez")
            metrics = await asyncio.to_thread(asked, port, "/metrics")
        assert (alive[0], metrics[0]) == (200, 200)
        assert 'newsfold_unaccounted_records{service="ingest"} 0.0' in metrics[1]
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")


async def _port(out: asyncio.StreamReader) -> int:
    while True:
        line = json.loads(await out.readline())
        if line["event"] == "ops.started":
            return int(line["port"])


@pytest.mark.proof
async def test_a_round_that_is_killed_again_and_again_loses_nothing_and_says_nothing_twice(
    tmp_path: Path,
) -> None:
    bus, chance, names = f"sqlite:{tmp_path / 'log.db'}", random.Random(5), [f"{n:02}" for n in range(24)]
    async with Site() as site:
        site.routes = {f"/artikel/{name}": in_a_while(article(name)) for name in names}
        site.routes["/good"] = answer(rss("Talbote", [link(site, name) for name in names]))
        opml = write_opml(tmp_path / "feeds.opml", [site.url("/good")])
        for _ in range(2):
            enough = len(site.requests) + 3
            process = await started("run", "all", "--feeds", str(opml), "--once", "--bus", bus)
            await asyncio.to_thread(until, partial(asked_often, site, enough))
            await asyncio.sleep(chance.uniform(0, 0.4))
            process.kill()
            await process.communicate()
        assert process.returncode == -signal.SIGKILL
        await run_once(opml, bus)
    articles = await asyncio.to_thread(tail, bus, "articles", "--type", "Article")
    assert sorted(name_of(row["value"]["url"]) for row in articles) == names
    stories = await asyncio.to_thread(tail, bus, "story-changes")
    assert [row["value"]["change"] for row in stories] == ["created"] * len(names)


def asked_often(site: Site, enough: int) -> bool:
    return len(site.requests) >= enough


def article(name: str) -> bytes:
    words = [f"wort{name}n{number}" for number in range(120)]
    return answer(
        page(f"Meldung {name}", "\n".join(" ".join(words[at : at + 20]) for at in range(0, 120, 20)))
    )


def in_a_while(reply: bytes) -> Reply:
    async def misbehave(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(reply)
        await writer.drain()

    return misbehave


# --- real feed files -------------------------------------------------------------------------------


@pytest.mark.press
def test_real_feed_files_are_followed_without_an_unhandled_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = press_data()
    if data is None:
        pytest.skip("no press data here")
    monkeypatch.setattr(guard, "_resolved", only_here)
    monkeypatch.setenv("NEWSFOLD_OPS__LISTEN", "127.0.0.1:0")
    monkeypatch.setenv("NEWSFOLD_OPS__LOG_FORMAT", "json")
    # All feeds are of one host here, and the hosts of their pages are not asked.
    for name, value in (("PER_HOST", "16"), ("PER_DOMAIN", "16"), ("GAP_S", "0"), ("ROBOTS", "ignore")):
        monkeypatch.setenv(f"NEWSFOLD_INGEST__{name}", value)
    files = sorted(path for path in (data / "feeds").rglob("*") if path.is_file() and path.suffix != ".tsv")
    bus = f"sqlite:{tmp_path / 'log.db'}"
    with threaded(Site()) as site:
        site.routes = {f"/{number}": answer(path.read_bytes()) for number, path in enumerate(files)}
        opml = write_opml(tmp_path / "feeds.opml", [site.url(path) for path in site.routes])
        words = ("run", "all", "--feeds", opml, "--once", "--bus", bus, "--allow-net", "127.0.0.0/8")
        first = newsfold(*words)
        articles = tail(bus, "articles", "--type", "Article")
        second = newsfold(*words)
    assert tail(bus, "articles", "--type", "Article") == articles, "a second round brings nothing new"
    for ran in (first, second):
        assert (ran.code, ran.err) == (0, "")
        told = [json.loads(line) for line in ran.out.splitlines()[:-1]]
        wrong = {"service.failed", "library.reported", "batch.retried"}
        assert [line for line in told if line["event"] in wrong] == []
    rows = [json.loads(line) for line in newsfold("feeds", "list", "--bus", bus).out.splitlines()]
    assert len(rows) == len(files) == 130
    read = [row for row in rows if row["status"] in {"fresh", "losing"}]
    assert len(read) >= 113, "16 are no feeds, one is cut; pages do not answer here"
    assert all(row["reason"] for row in rows if row["status"] != "fresh")
    assert len(articles) > 100, "some carry whole articles"
    decided = [row["value"]["version_id"] for row in tail(bus, "relations")]
    assert sorted(decided) == sorted({row["value"]["version_id"] for row in articles})


async def only_here(host: str) -> Sequence[str]:
    if host != "127.0.0.1":
        raise OSError("no test asks the real publishers")
    return [host]


@contextmanager
def threaded(site: Site) -> Iterator[Site]:
    """The site answers from a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(site.__aenter__(), loop).result()
    yield site
    asyncio.run_coroutine_threadsafe(site.__aexit__(None, None, None), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
