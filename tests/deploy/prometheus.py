"""A real Prometheus beside a real Newsfold, on loopback, for as long as a test needs them."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "monitoring" / "rules"
STOP_S = 20


def tool(*names: str) -> str:
    """The path of a program that has one of these names, or a skip that says what is missing."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"{names[0]} is not on PATH: Debian has it in prometheus or prometheus-alertmanager")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.2)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def running(words: Sequence[str | Path], log: Path, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours that is ended with the block, gently at first; `log` gets what it says."""
    with log.open("wb") as told:
        process = subprocess.Popen(words, stdout=told, stderr=told, cwd=log.parent, env=os.environ | environ)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_S)


@contextmanager
def newsfold(folder: Path, *words: str | Path, **settings: str) -> Iterator[int]:
    """`newsfold run …` on an embedded log in `folder`; gives the port of its metrics."""
    port = free_port()
    command = [sys.executable, "-m", "services", "run", *words, "--bus", f"sqlite:{folder / 'log.db'}"]
    settings |= {
        "PYTHONPATH": str(ROOT),
        "NEWSFOLD_OPS__LISTEN": f"127.0.0.1:{port}",
        "NEWSFOLD_INGEST__TICK_S": "1",
    }
    with running(command, folder / "newsfold.log", **settings):
        until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), 60, "newsfold is ready")
        yield port


@contextmanager
def prometheus(folder: Path, *targets: int) -> Iterator[str]:
    """Scrapes the ports every second and evaluates the checked-in rules; gives its address."""
    program, port = tool("prometheus"), free_port()
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(RULES / "*.yaml")],
        "scrape_configs": [
            {
                "job_name": "newsfold",
                "static_configs": [{"targets": [f"127.0.0.1:{target}" for target in targets]}],
            }
        ],
    }
    path = folder / "prometheus.yaml"
    path.write_text(json.dumps(config), encoding="utf-8")  # YAML takes JSON
    command = [
        program,
        f"--config.file={path}",
        f"--storage.tsdb.path={folder / 'series'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with running(command, folder / "prometheus.log"):
        until(lambda: answers(f"http://127.0.0.1:{port}/-/ready"), 30, "prometheus is ready")
        yield f"http://127.0.0.1:{port}"
