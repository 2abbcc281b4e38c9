"""`python -m bench.quality`: measure, print the table, exit 1 where a figure is not reached.

The situations that ship come first and need nothing; where no press copy lies beside, they are all there is.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.press import VARIABLE, Missing, press_data
from bench.quality import page, table
from bench.quality.data import DATA
from bench.quality.goals import DE, GOALS
from bench.quality.measures import measure
from bench.quality.replayed import ReplayFailed
from bench.quality.table import Measures
from bench.situations.__main__ import main as judge_situations

NOT_REACHED, UNUSABLE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    names = [DE] if asked.quick else asked.only or list(DATA)
    if asked.write and set(names) != set(DATA):
        print("bench.quality: --write needs all the data: leave out --only and --quick", file=sys.stderr)
        return UNUSABLE
    whole = not (asked.data or asked.only or asked.quick)
    wrong = judge_situations([]) if whole else 0
    try:
        measures = _measure(names, press_data(asked.data), asked.work)
    except Missing as error:
        print(f"bench.quality: {error}", file=sys.stderr)
        return UNUSABLE if os.environ.get(VARIABLE) or not whole else wrong
    rows = table.rows(GOALS, measures)
    print(table.text(rows))
    if len(measures) < len(names):
        return UNUSABLE
    if asked.write:
        page.write(rows)
    missed = sum(not row.reached for row in rows)
    print(f"\n{len(rows) - missed} of {len(rows)} figures reached")
    return NOT_REACHED if missed or wrong else 0


def _measure(names: Sequence[str], folder: Path, work: Path | None) -> dict[str, Measures]:
    """What could be measured; why the rest could not is said on the way."""
    measures = {}
    with tempfile.TemporaryDirectory(prefix="newsfold-quality-") as scratch:
        for name in names:
            began = time.monotonic()
            try:
                measures[name] = measure(name, folder, work or Path(scratch))
            except (Missing, ReplayFailed) as error:
                print(f"bench.quality: {name} was not measured: {error}", file=sys.stderr)
            else:
                print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return measures


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="the folder of press copy")
    parser.add_argument("--only", action="append", choices=list(DATA), help="one data set; may be repeated")
    parser.add_argument("--quick", action="store_true", help=f"{DE} alone")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep the replays here")
    parser.add_argument("--write", action="store_true", help=f"write {page.PAGE.name}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
