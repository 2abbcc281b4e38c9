"""Which rows there are. Each family is measured in a process of its own, and has its time."""

import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple

import msgspec

from bench.speed.row import Asked, Row

FAMILIES: Mapping[str, tuple[str, float]] = {
    "core": ("bench.speed.core", 300.0),
    "recall": ("bench.speed.recall", 120.0),
    "replays": ("bench.speed.replays", 240.0),
    "budget": ("bench.speed.budget", 120.0),
    "standby": ("bench.speed.standby", 120.0),
    "pages": ("bench.speed.pages", 120.0),
    "metrics": ("bench.speed.watched", 150.0),
    "starts": ("bench.speed.starts", 120.0),
}
"""Module and seconds, for the size that is usual; in order of the table."""
USUAL = 20_000


class Measured(NamedTuple):
    rows: list[Row]
    failure: str
    """Why there are none; empty where there are."""


def measure(family: str, asked: Asked) -> Measured:
    module, bound_s = FAMILIES[family]
    bound_s *= max(1.0, asked.articles / USUAL)
    command = [sys.executable, "-m", "bench.speed.rows", module, msgspec.json.encode(asked).decode()]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=bound_s, check=False)
    except subprocess.TimeoutExpired:
        return Measured([], f"took more than {bound_s:.0f} s")
    if done.returncode:
        return Measured([], f"exit code {done.returncode}")
    line = done.stdout.splitlines()[-1]
    return Measured(msgspec.json.decode(line, type=list[Row]), "")


def main() -> None:
    """What `measure` starts."""
    module, asked = sys.argv[1:]
    rows = import_module(module).rows(msgspec.json.decode(asked, type=Asked))
    sys.stdout.write(msgspec.json.encode(list(rows)).decode() + "\n")


if __name__ == "__main__":
    main()
