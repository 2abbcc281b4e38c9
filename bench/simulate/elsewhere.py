"""Elsewhere: figures that other commands measured on this machine, read from what they wrote down."""

import re
from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import Any

import msgspec

PERFORMANCE = Path(__file__).parents[2] / "docs" / "performance.json"
OTHERS = Path(__file__).with_name("others.json")
"""What commands printed that write nothing down."""
_MILLION = 1e6
MIB = 1 << 20


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """CPU in µs and sizes in bytes, an article."""

    lines_us: float
    files_us: float
    """Reading an archive, writing files: a replay alone does these."""
    ingest_us: float
    log_us: float
    """The embedded log: written and read."""
    page_us: float
    """A page."""
    second_core: float
    """How much faster one process is with a second core."""
    restore_log_us: float
    restore_image_us: float
    """By the clock."""
    replayed: int
    replayed_s: tuple[float, float]
    """By the clock, start to end, with one core and with two."""
    budget_us: float
    """Of all that a replay does."""
    start_s: float
    growth: float
    """Cost of dedup by live articles, as a power of them."""
    grown_to: float
    """Live articles at which that ends: more were not measured."""
    grown_us: float
    """Then."""
    told_share: float
    """Of what dedup costs in one process, that a fold costs to which the rest is told."""
    live_bytes: float
    index_bytes: float
    """Of these."""
    fixed_bytes: float
    """Of a process of dedup."""
    disk_bytes: float
    """Of what dedup has on disk beside the log."""


class LiveLine(msgspec.Struct, frozen=True):
    live: int
    resident_mib: int
    index_each: int
    disk_each: int
    cpu_us: int


class Live(msgspec.Struct, frozen=True):
    command: str
    lines: tuple[LiveLine, ...]


class Refold(msgspec.Struct, frozen=True):
    command: str
    articles: int
    one_process_us: float
    fold_us: float


class Others(msgspec.Struct, frozen=True):
    live: Live
    refold: Refold


def read() -> Elsewhere:
    """Raises `KeyError` or `ValueError` where a row is not what it was."""
    rows = {row["key"]: row["lines"] for row in msgspec.json.decode(PERFORMANCE.read_bytes())["rows"]}
    budget = _by_name(rows["budget"])
    stories, restore = _by_name(rows["stories"]), rows["restore"]
    others = msgspec.json.decode(OTHERS.read_bytes(), type=Others)
    first, *_, before, last = others.live.lines
    each = MIB * (last.resident_mib - before.resident_mib) / (last.live - before.live)
    index = (last.index_each * last.live - before.index_each * before.live) / (last.live - before.live)
    return Elsewhere(
        lines_us=budget["lines → articles"][0],
        files_us=budget["files"][0],
        ingest_us=budget["ingest"][0],
        log_us=budget["log, published"][0] + budget["log, read"][0],
        page_us=_MILLION / _by_name(rows["pages"])["Newsfold"][0],
        second_core=_by_name(rows["second-core"])["archive → stories"][0],
        restore_log_us=float(restore[0][2]),
        restore_image_us=_MILLION * float(restore[2][1]) / _number_in(restore[2][0]),
        replayed=int(stories["archive, 1 core"][2]),
        replayed_s=(stories["archive, 1 core"][1], stories["archive, 2 cores"][1]),
        budget_us=budget["sum"][0],
        start_s=_by_name(rows["starts"])["`make demo`"][0],
        growth=log(last.cpu_us / first.cpu_us) / log((last.live - first.live / 2) / (first.live / 2)),
        grown_to=float(last.live),
        grown_us=float(last.cpu_us),
        told_share=others.refold.fold_us / others.refold.one_process_us,
        live_bytes=each,
        index_bytes=index,
        fixed_bytes=MIB * last.resident_mib - each * last.live,
        disk_bytes=float(last.disk_each),
    )


def _by_name(lines: Sequence[Sequence[Any]]) -> dict[str, list[float]]:
    return {
        str(name): [figure for figure in figures if not isinstance(figure, str)] for name, *figures in lines
    }


def _number_in(words: str) -> int:
    """The first number in words that is written with commas."""
    found = re.search(r"\d[\d,]*\d", words)
    if not found:
        raise ValueError(f"no number in {words!r}")
    return int(found[0].replace(",", ""))
