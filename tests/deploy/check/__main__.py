"""`make deploy-check`: everything that is deployed, run for real, a line a check.

`python -m tests.deploy.check [NAME...]` runs some; `--list` names them; `--keep` leaves the containers.
Exit code 1 where one failed. What cannot be run here is skipped with its reason, never silently.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.deploy.check.site import Site
from tests.deploy.check.table import CHECKS
from tests.deploy.check.verdict import Check, Failed
from tests.deploy.tools import Unavailable
from tests.kafka import jars

PASSED, FAILED, SKIPPED = "pass", "FAIL", "SKIP"


def judged(check: Check, site: Site) -> tuple[str, str]:
    """How it ended, and what it said. Whatever a check stumbles over is its failure, not the end of all."""
    try:
        return PASSED, check.run(site)
    except (Unavailable, jars.Unavailable) as absent:
        return SKIPPED, str(absent)
    except Failed as why:
        return FAILED, str(why)
    except Exception as error:  # noqa: BLE001 - the others go on
        return FAILED, f"{type(error).__name__}: {error}"


def run(checks: Sequence[Check], site: Site) -> dict[str, int]:
    counts = dict.fromkeys((PASSED, FAILED, SKIPPED), 0)
    for check in checks:
        began = time.monotonic()
        ended, told = judged(check, site)
        counts[ended] += 1
        took = time.monotonic() - began
        print(f"{ended}  {check.name:<17} {took:5.0f} s  {' '.join(told.split())}", flush=True)
    return counts


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.deploy.check", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="checks to run [all]")
    parser.add_argument("--list", action="store_true", help="name the checks and what they ask for")
    parser.add_argument("--keep", action="store_true", help="leave containers and files for a look")
    parser.add_argument("--articles", type=int, default=5000, help="while containers are killed [5000]")
    asked = parser.parse_args(words)
    wanted = [check for check in CHECKS if not asked.names or check.name in asked.names]
    if strange := set(asked.names) - {check.name for check in CHECKS}:
        parser.error(f"no such check: {', '.join(sorted(strange))}; --list names them")
    if asked.list:
        print(*(f"{check.name:<17} {check.asks}" for check in CHECKS), sep="\n")
        return 0
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="newsfold-deploy-"))
    folder.chmod(0o755)
    site = Site(folder, asked.articles)
    try:
        counts = run(wanted, site)
    finally:
        if not asked.keep:
            site.close()
            shutil.rmtree(folder, ignore_errors=True)
    print(*(f"note: {note}" for note in site.notes), sep="\n")
    print(
        f"took {(time.monotonic() - began) / 60:.1f} minutes; files: {folder}"
        if asked.keep
        else f"took {(time.monotonic() - began) / 60:.1f} minutes"
    )
    print(f"{counts[PASSED]} passed, {counts[FAILED]} failed, {counts[SKIPPED]} skipped")
    return 1 if counts[FAILED] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
