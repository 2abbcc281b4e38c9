"""`newsfold top` against real sockets: processes that answer, and all else that may sit at an address."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.console.top import command
from services.ops.registry import Metrics
from tests.end_to_end.command import newsfold

ROOT = Path(__file__).parents[2]
Reply = Callable[[BaseHTTPRequestHandler], None]


class Quiet(BaseHTTPRequestHandler):
    reply: Reply

    def do_GET(self) -> None:
        type(self).reply(self)

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def served(reply: Reply) -> Iterator[str]:
    handler = type("Handler", (Quiet,), {"reply": staticmethod(reply)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def body(content: bytes, status: int = 200) -> Reply:
    def reply(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.end_headers()
        request.wfile.write(content)

    return reply


def working(metrics: Metrics, *, token: str = "") -> Reply:
    """A process that takes 100 records between two looks."""

    def reply(request: BaseHTTPRequestHandler) -> None:
        if token and request.headers.get("Authorization") != f"Bearer {token}":
            return body(b"who are you?", 401)(request)
        metrics.counter("records_in_total", "dedup", "articles").inc(100)
        return body(b"".join(metrics.exposition()))(request)

    return reply


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    try:
        for _ in range(1_000):
            request.wfile.write(b"# no end\n" * 10_000)
    except OSError:
        pass


@pytest.fixture
def mute() -> Iterator[str]:
    """Takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def nobody() -> str:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def looked(*at: str) -> dict[str, Any]:
    given = [word for one in at for word in ("--at", one)]
    told: dict[str, Any] = json.loads(newsfold("top", "--once", "--json", "--every", "0.2", *given).out)
    return told


def test_several_processes_are_one_installation() -> None:
    with served(working(Metrics(["dedup"]))) as one, served(working(Metrics(["dedup", "enrich"]))) as other:
        told = looked(one, other)
    assert [process["services"] for process in told["processes"]] == [["dedup"], ["dedup", "enrich"]]
    dedup, enrich = told["stages"]
    assert (dedup["service"], enrich["service"]) == ("dedup", "enrich")
    assert dedup["in_per_s"] > 2 * enrich["in_per_s"]
    assert 200 < dedup["in_per_s"] <= 1000
    assert told["unaccounted"] == 0


def test_what_does_not_answer_is_shown_and_the_rest_too(
    mute: str, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "FETCH_S", 0.5)
    with (
        served(working(Metrics(["dedup"]))) as good,
        served(body(b"<html>hello</html>")) as page,
        served(body(b"gone", 404)) as absent,
        served(working(Metrics(["dedup"]), token="t")) as locked,
        served(endless) as flood,
    ):
        told = looked(good, mute, nobody, page, absent, locked, flood)
    errors = [process["error"] for process in told["processes"]]
    assert errors[:2] == ["", "no answer within 0.5 s"]
    assert "connection" in errors[2].lower()
    assert errors[3]
    assert errors[4:6] == [
        "it answers with HTTP status 404",
        "it asks for a token (ops.token or ops.token_file of the configuration)",
    ]
    assert errors[6] in {"it says more than 8 MiB", "no answer within 0.5 s"}
    assert [stage["service"] for stage in told["stages"]] == ["dedup"]


def test_the_token_and_the_address_come_from_the_configuration(tmp_path: Path) -> None:
    with served(working(Metrics(["dedup"]), token="s3cret")) as address:
        config = tmp_path / "newsfold.toml"
        config.write_text(f'[ops]\nlisten = "{address}"\ntoken = "s3cret"\n', encoding="utf-8")
        ran = newsfold("top", "--config", config, "--every", "0.1")
    assert ran.code == 0
    assert re.search(rf"^  {address} +dedup ", ran.out, re.MULTILINE)
    assert "s3cret" not in ran.out + ran.err


def test_nobody_at_all_is_a_failure_told_in_a_line(nobody: str) -> None:
    ran = newsfold("top", "--once", "--every", "0.1", "--at", nobody)
    assert ran.code == 1
    assert "0 of 1 processes answer" in ran.out
    assert ran.told[0].startswith(f"newsfold: nothing answers: {nobody}: ")


@pytest.mark.parametrize("address", ["localhost", ":9464", "host:port", "host:0", "host:65536"])
def test_an_address_that_is_none_is_wrong_usage(address: str) -> None:
    ran = newsfold("top", "--at", address)
    assert ran.code == 2
    assert "name HOST:PORT" in ran.err


def test_in_a_terminal_it_looks_again_until_interrupted() -> None:
    with served(working(Metrics(["dedup"]))) as address:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "services", "top", "--at", address, "--every", "0.2"],
            cwd=ROOT, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE,
        )  # fmt: skip
        os.close(theirs)
        try:
            shown = _shown(ours, frames=3)
            process.send_signal(signal.SIGINT)
            rest, (_, errors) = _shown(ours, frames=99), process.communicate(timeout=10)
        finally:
            process.kill()
            os.close(ours)
    assert (process.returncode, errors) == (0, b"")
    assert re.search(r"dedup +NO +[1-9]\d+", shown)
    assert rest.endswith("\x1b[?25h")


def _shown(terminal: int, *, frames: int) -> str:
    """What it wrote until so many pages were begun, or it ended."""
    text, deadline = "", time.monotonic() + 20
    while text.count("newsfold top") <= frames and time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 0.2)
        try:
            text += os.read(terminal, 65_536).decode() if ready else ""
        except OSError:  # Linux tells so that the other side is closed
            break
    return text
