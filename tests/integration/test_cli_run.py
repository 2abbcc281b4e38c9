import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from tests.unit.console import archives

PROMPT_S = 30


class Press(ThreadingHTTPServer):
    """A tiny newspaper: a feed at /rss, its articles at /artikel/N, nothing elsewhere."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.texts = {str(row["url"]).rpartition("/")[2]: row for row in archives.rows(4)}
        self.address = f"http://127.0.0.1:{self.server_port}"


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        press = self.server
        assert isinstance(press, Press)
        number = self.path.rpartition("/")[2]
        if self.path == "/rss":
            self._send("application/rss+xml", _feed(press))
        elif number in press.texts:
            self._send("text/html; charset=utf-8", _page(press.texts[number]))
        else:
            self.send_error(404)

    def _send(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


def _feed(press: Press) -> str:
    items = "".join(
        f"<item><title>{row['title']}</title><link>{press.address}/artikel/{number}</link></item>"
        for number, row in press.texts.items()
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Press</title>{items}</channel></rss>'


def _page(row: dict[str, Any]) -> str:
    paragraphs = "".join(f"<p>{line}</p>" for line in str(row["text"]).split("\n"))
    head = f"<head><title>{row['title']}</title></head>"
    return f"<html lang='de'>{head}<body><article><h1>{row['title']}</h1>{paragraphs}</article></body></html>"


@pytest.fixture
def press() -> Iterator[Press]:
    server = Press()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def feeds(press: Press, tmp_path: Path) -> Path:
    path = tmp_path / "feeds.opml"
    outlines = "".join(f'<outline xmlUrl="{press.address}/{name}"/>' for name in ("rss", "gone.xml"))
    path.write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")
    return path


@pytest.fixture
def bus(tmp_path: Path) -> str:
    return f"sqlite:{tmp_path / 'log.db'}"


@pytest.fixture(autouse=True)
def _any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_OPS__LISTEN", "127.0.0.1:0")
    monkeypatch.setenv("NEWSFOLD_OPS__LOG_FORMAT", "json")


def newsfold(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def started(*words: object, **environ: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "services", *(str(word) for word in words)]
    env = {**os.environ, **environ}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def run_once(feeds: Path, bus: str) -> Result:
    command = ["run", "all", "--feeds", feeds, "--once", "--bus", bus, "--allow-net", "127.0.0.0/8"]
    done = subprocess.run(
        [sys.executable, "-m", "services", *map(str, command)],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return newsfold("tail", "stories", "--bus", bus)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def asked(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def until(condition: Any, seconds: float = PROMPT_S) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def test_one_round_turns_a_feed_into_stories_and_marks_the_feed_that_fails(
    feeds: Path, bus: str, press: Press
) -> None:
    told = run_once(feeds, bus)
    stories = [json.loads(line)["value"] for line in told.output.splitlines()]
    assert len({story["story_id"] for story in stories}) == len(press.texts)
    listed = [json.loads(line) for line in newsfold("feeds", "list", "--bus", bus).output.splitlines()]
    assert {row["url"].rpartition("/")[2]: row["status"] for row in listed} == {
        "rss": "fresh",
        "gone.xml": "backing_off",
    }
    assert "404" in next(row["reason"] for row in listed if row["status"] == "backing_off")


def test_a_second_round_brings_only_what_is_new_or_changed(feeds: Path, bus: str, press: Press) -> None:
    before = run_once(feeds, bus).output.splitlines()
    snapshots = Path(bus.removeprefix("sqlite:") + "-state")
    kept = {(path.name.rpartition("-")[0], path.suffix) for path in snapshots.iterdir() if path.is_file()}
    assert kept == {("dedup-state", ".image"), ("enrich-state", ".snapshot"), ("feed-state", ".snapshot")}
    changed = dict(
        press.texts["0"], text=str(press.texts["0"]["text"]) + "\nNachtrag: Der Anker ist gefunden."
    )
    changed["title"] += " (Update)"
    press.texts = {**press.texts, "0": changed, "7": archives.rows(8)[7]}
    after = run_once(feeds, bus).output.splitlines()
    news = [json.loads(line)["value"] for line in after[len(before) :]]
    assert len(news) == 2
    assert sorted(story["members"][0].get("versions", 1) for story in news) == [1, 2]


def test_probes_and_metrics_answer_while_it_runs_and_sigterm_ends_it_well(feeds: Path, bus: str) -> None:
    port, heartbeat = free_port(), feeds.with_name("heartbeat")
    process = started(
        "run", "all", "--feeds", feeds, "--bus", bus, "--allow-net", "127.0.0.0/8",
        NEWSFOLD_OPS__LISTEN=f"127.0.0.1:{port}", NEWSFOLD_OPS__HEARTBEAT_FILE=str(heartbeat),
    )  # fmt: skip
    try:
        until(lambda: asked(port, "/readyz")[0] == 200)
        assert asked(port, "/livez")[0] == 200
        assert 'newsfold_bus_connected{service="ingest"} 1.0' in asked(port, "/metrics")[1]
        assert heartbeat.exists()
        until(
            lambda: (
                'newsfold_outcomes_total{outcome="story",service="dedup"} 4.0' in asked(port, "/metrics")[1]
            )
        )
        assert 'newsfold_unaccounted_records{service="ingest"} 0.0' in asked(port, "/metrics")[1]
        until(lambda: 'newsfold_story_age_seconds_count{path="live"} 4.0' in asked(port, "/metrics")[1])
    finally:
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=PROMPT_S)
    assert process.returncode == 0, errors
    assert errors == ""
    assert not heartbeat.exists()
    events = [json.loads(line)["event"] for line in output.splitlines()]
    assert [event for event in events if event != "state.imaged"][-2:] == [
        "stop.requested",
        "service.stopped",
    ]


def test_a_taken_port_is_one_line(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("NEWSFOLD_OPS__LISTEN", f"127.0.0.1:{taken.getsockname()[1]}")
        result = newsfold("run", "all", "--bus", bus)
    assert result.exit_code == 1
    assert "the port is taken" in result.stderr


def test_a_second_signal_ends_at_once(bus: str) -> None:
    process = started("run", "all", "--bus", bus)
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "service.started":
            break
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PROMPT_S)
    assert process.returncode in {0, 130}


def test_services_in_processes_of_their_own_share_a_log(feeds: Path, bus: str) -> None:
    words = ("--once", "--bus", bus)
    for service, more in (
        ("ingest", ("--feeds", feeds, "--allow-net", "127.0.0.0/8")),
        ("dedup", ()),
        ("enrich", ()),
    ):
        process = started("run", service, *words, *more)
        _, errors = process.communicate(timeout=90)
        assert process.returncode == 0, errors
    stories = newsfold("tail", "stories", "--bus", bus).output.splitlines()
    assert len(stories) == 4


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["run", "all", "--feeds", "absent.opml"], "absent.opml"),
        (["run", "dedup", "--bus", "memory"], "nobody else could read"),
        (["run", "dedup", "--feeds", "feeds.opml"], "polls no feeds"),
        (["run", "all", "--allow-net", "10.0.0.1/8"], "CIDR"),
        (["run", "everything"], "everything"),
    ],
)
def test_wrong_orders_are_refused_before_anything_starts(words: list[str], part: str) -> None:
    result = newsfold(*words)
    assert result.exit_code == 2
    assert part in result.stderr


def test_a_replay_of_what_a_run_recorded_gives_the_bytes_of_the_run(
    feeds: Path, bus: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSFOLD_INGEST__PARSERS", "1")
    tape, live, again = (tmp_path / name for name in ("tape", "live", "again"))
    words = ("--feeds", feeds, "--once", "--allow-net", "127.0.0.0/8", "--record", tape)
    assert newsfold("run", "all", "--bus", bus, *words).exit_code == 0
    assert newsfold("export", "--bus", bus, "--out", live).exit_code == 0
    assert len((live / "articles.jsonl").read_text().splitlines()) == 4
    ran = newsfold("replay", tape, "--feeds", feeds, "--out", again, "--speed", "300", "--workers", "4")
    assert ran.exit_code == 0, ran.output
    assert not [one.name for one in live.iterdir() if one.read_bytes() != (again / one.name).read_bytes()]
