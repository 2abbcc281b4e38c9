"""How long a person waits for the first answer of a command: starts, the smallest replay, imports."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from bench.speed.row import Asked, Row

DEMO = Path(__file__).parents[2] / "tests" / "recordings" / "demo.warc.gz"
TIMES = 3
HEAVY = ("numba", "numpy", "scipy", "trafilatura", "lxml", "datasketch", "httpx", "feedparser", "babel")


def rows(_: Asked) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="newsfold-speed-") as out:
        waits = {
            "`newsfold --help`": _waited(["--help"]),
            "`make demo`": _waited(["replay", str(DEMO), "--out", out, "--stories"]),
        }
    yield Row(
        key="starts",
        title="Starts",
        how=f"By the clock, median of {TIMES}; and what `newsfold --help` imports of {', '.join(HEAVY)}.",
        head=("", "s"),
        lines=(*((name, round(seconds, 2)) for name, seconds in waits.items()), ("imports", _imports())),
    )


def _waited(arguments: Sequence[str]) -> float:
    return median(_start(arguments) for _ in range(TIMES + 1))


def _start(arguments: Sequence[str]) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "services", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)
    return time.perf_counter() - began


def _imports() -> str:
    told = f"import sys, services.cli; print(*sorted({set(HEAVY)!r} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", told], check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip() or "none"
