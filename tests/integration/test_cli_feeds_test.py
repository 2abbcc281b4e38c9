"""What `newsfold feeds test` says of a feed is what a run makes of it."""

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.cli import main

LOGIN = f"Basic {b64encode(b'leser:Geheim1').decode()}"
NET = ("--allow-net", "127.0.0.0/8")


def copy(about: str) -> str:
    return "\n".join(
        f"Der {number}. Zaunkönig von {about} sang am Morgen lauter als die Glocken, sagte Küster Emil Rau."
        for number in range(12)
    )


def page(title: str) -> str:
    text = "".join(f"<p>{line}</p>" for line in copy(title).split("\n"))
    return (
        f"<html lang='de'><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article>"
    )


def item(title: str, *, link: str = "", date: str = "", text: str = "") -> str:
    parts = {"title": title, "link": link, "pubDate": date, "description": text}
    return f"<item>{''.join(f'<{name}>{value}</{name}>' for name, value in parts.items() if value)}</item>"


class Outlet(ThreadingHTTPServer):
    """A feed with an article in full, one behind a page, one refused, and one that is no article."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        base = self.base = f"http://127.0.0.1:{self.server_port}"
        items = [
            item("Zaunkönig", link=f"{base}/a", date="Mon, 02 Mar 2026 06:12:00 GMT", text="Kurz."),
            item("Gesperrt", link=f"{base}/b", date="irgendwann"),
            item("Ganz", link=f"{base}/c", text=copy("Ganz")),
            item("Ohne Verweis"),
        ]
        self.asked: list[str] = []
        self.pages = {
            "/rss": ("application/rss+xml", _rss(items)),
            "/walled": ("application/rss+xml", _rss(items[1:2])),
            "/closed": ("application/rss+xml", _rss(items[:1])),
            "/html": ("text/html", "<!doctype html><html><body><p>Wartung</p></body></html>"),
            "/a": ("text/html; charset=utf-8", page("Zaunkönig")),
        }


def _rss(items: list[str]) -> str:
    head = "<title>Vogelblatt</title><link>https://vogelblatt.example/</link><language>de</language><ttl>30</ttl>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        outlet = self.server
        assert isinstance(outlet, Outlet)
        outlet.asked.append(self.path)
        if self.path == "/old":
            self.send_response(301)
            self.send_header("Location", "/rss")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        kind, text = outlet.pages.get(self.path, ("text/plain", ""))
        if self.path == "/closed" and self.headers["Authorization"] != LOGIN:
            text = ""
        body = text.encode()
        self.send_response(200 if body else 403)
        self.send_header("Content-Type", kind)
        self.send_header("ETag", '"v1"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    server = Outlet()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_OPS__LISTEN", "127.0.0.1:0")


def newsfold(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def told(*words: object) -> dict[str, Any]:
    result = newsfold("feeds", "test", *words, *NET, "--json")
    row: dict[str, Any] = json.loads(result.stdout)
    assert row["promising"] == (result.exit_code == 0)
    return row


def test_everything_that_is_seen_of_a_feed_is_told_in_lines(outlet: Outlet, tmp_path: Path) -> None:
    result = newsfold("feeds", "test", f"{outlet.base}/old", *NET)
    assert result.exit_code == 0, result.output
    for part in (
        "200, application/rss+xml, not packed",
        f"answered by {outlet.base}/rss",
        'etag "v1"',
        "document  RSS",
        "title     Vogelblatt",
        "home      ",
        "language  de",
        "a poll every 30 min",
        "4 = 3 new + 1 no-address",
        f"link    {outlet.base}/a",
        "date    2026-03-02 06:12:00+00:00",
        "date    none, or none that can be read",
        "becomes waiting",
        "becomes no-address",
        "no article: http_403: HTTP status 403",
        "text      ",
        "characters: Der 0. Zaunkönig von Zaunkönig",
    ):
        assert part in result.stdout, part
    assert not list(tmp_path.iterdir())


def test_what_is_told_is_what_a_run_publishes(outlet: Outlet, tmp_path: Path) -> None:
    row = told(f"{outlet.base}/rss", "--pages", 50)
    list_file, bus = tmp_path / "feeds.toml", f"sqlite:{tmp_path / 'log.db'}"
    list_file.write_text(f'[[feed]]\nurl = "{outlet.base}/rss"\n', encoding="utf-8")
    newsfold("run", "all", "--once", "--feeds", list_file, "--bus", bus, *NET)
    newsfold("export", "--bus", bus, "--out", tmp_path / "out")
    published = rows(tmp_path / "out" / "articles.jsonl")
    of_pages = {one["article"]["article_id"] for one in row["pages"] if one["article"]}
    assert {one["article_id"] for one in published} >= of_pages > set()
    assert len(published) == row["fates"]["article"]
    (followed,) = rows(tmp_path / "out" / "feeds.jsonl")
    assert (followed["listed"], followed["fates"]) == (row["listed"], row["fates"])
    assert sum(row["fates"].values()) == row["listed"] == 4


def test_no_more_pages_are_fetched_than_wanted(outlet: Outlet) -> None:
    row = told(f"{outlet.base}/rss", "--pages", 0)
    assert (outlet.asked, row["pages"], row["promising"]) == (["/rss"], [], True)
    assert len(told(f"{outlet.base}/rss", "--pages", 1)["pages"]) == 1


@pytest.mark.parametrize(
    ("path", "why"), [("/html", "not_a_feed"), ("/none", "http_403"), ("/walled", "http_403")]
)
def test_a_feed_of_which_nothing_would_come_is_a_line_and_an_exit_code(
    outlet: Outlet, path: str, why: str
) -> None:
    result = newsfold("feeds", "test", outlet.base + path, *NET)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert why in line


def test_a_file_is_tried_as_the_answer_of_an_address(outlet: Outlet, tmp_path: Path) -> None:
    file = tmp_path / "saved.xml"
    file.write_text(outlet.pages["/rss"][1], encoding="utf-8")
    row = told(file, "--as", "https://vogelblatt.example/rss", "--pages", 0)
    assert (row["source"], row["document"]["title"]) == ("vogelblatt.example", "Vogelblatt")
    assert outlet.asked == []
    assert newsfold("feeds", "test", file).exit_code == 2
    assert newsfold("feeds", "test", "keine.xml", "--as", "https://vogelblatt.example/rss").exit_code == 2


def test_the_login_in_an_address_is_used_and_not_told(outlet: Outlet) -> None:
    assert newsfold("feeds", "test", f"{outlet.base}/closed", *NET).exit_code == 1
    with_login = outlet.base.replace("://", "://leser:Geheim1@") + "/closed"
    for form in ((), ("--json",)):
        result = newsfold("feeds", "test", with_login, *NET, *form)
        assert result.exit_code == 0
        assert "Geheim1" not in result.output
    refused = newsfold("feeds", "test", "https://leser:Geheim1@/rss")
    assert refused.exit_code == 2
    assert "Geheim1" not in refused.output
