"""`python -m bench.speed`: measure every row, print the table; `--write` makes docs/performance.md of it.

`--check` compares the ratios of a short run with the recorded ones, exit 1 where one is not reached.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.speed import check, table
from bench.speed.river import base
from bench.speed.row import Asked, Report
from bench.speed.rows import FAMILIES, measure
from services.kernels.build import build

PEERS = ("datasketch", "rensa", "gaoya", "xxhash")
NOT_REACHED, UNUSABLE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    if asked.check or asked.record:
        return compare(record=asked.record)
    wanted = Asked(
        articles=asked.articles,
        live=asked.live or asked.articles,
        peers=not asked.alone,
        invented=asked.invented,
    )
    missing = [name for name in PEERS if not _version(name)]
    if missing:
        print(f"bench.speed: {', '.join(missing)} is not installed: run `make bench`", file=sys.stderr)
        return UNUSABLE
    report = reported(wanted, asked.only or list(FAMILIES))
    print(table.page(report))
    if asked.write:
        table.write(report)
    return 0


def compare(short: Asked = check.SHORT, *, record: bool = False) -> int:
    build()
    measured = measure(check.FAMILY, short)
    if measured.failure:
        print(f"bench.speed: {measured.failure}", file=sys.stderr)
        return UNUSABLE
    found = check.ratios_of(measured.rows)
    if record:
        check.record(found)
    wanted = check.recorded()
    for name, ratio in found.items():
        print(f"{ratio:9.3f}  {wanted.get(name, 0):9.3f} recorded  {name}")
    short_of = list(check.shortfalls(found, wanted))
    for line in short_of:
        print(f"NOT {line}")
    return NOT_REACHED if short_of else 0


def reported(asked: Asked, families: Sequence[str]) -> Report:
    build()  # no row pays for compiling
    rows, left_out = [], {}
    for family in families:
        began = time.monotonic()
        measured = measure(family, asked)
        rows += measured.rows
        if measured.failure:
            left_out[family] = measured.failure
        print(f"{family}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return Report(
        command=f"python -m bench.speed --articles {asked.articles} --live {asked.live}",
        machine=_machine(),
        workload=_workload(asked),
        rows=tuple(rows),
        left_out=left_out,
    )


def _machine() -> Mapping[str, Any]:
    cpu = next(
        (line.partition(": ")[2] for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    cores = len(os.sched_getaffinity(0))
    return {"CPU": cpu, "cores": cores, "Python": platform.python_version()} | {
        name: _version(name) for name in (*PEERS, "numpy", "numba")
    }


def _workload(asked: Asked) -> dict[str, str | int]:
    found = base(asked)
    words = sum(article.text.count(" ") + 1 for article in found.articles) // len(found.articles)
    kind = "press copy" if found.name == "press" else "INVENTED COPY, for no press copy is here"
    return {"from": kind, "of": len(found.articles), "words each": words, "live": asked.live}


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000, metavar="N", help="of the core's rows")
    parser.add_argument(
        "--live", type=int, metavar="N", help="in the window; as many as articles unless said"
    )
    parser.add_argument("--only", action="append", choices=list(FAMILIES), help="some rows; may be repeated")
    parser.add_argument("--alone", action="store_true", help="leave the peers out of the core's rows")
    parser.add_argument("--invented", action="store_true", help="use no press copy")
    parser.add_argument(
        "--check", action="store_true", help="compare ratios of a short run with the recorded"
    )
    parser.add_argument("--record", action="store_true", help=f"measure and write {check.RECORDED.name}")
    parser.add_argument(
        "--write", action="store_true", help=f"write docs/{table.PAGE.name} and what is in it"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
