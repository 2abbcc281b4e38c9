"""Checks that are tests of their own, run as such, and those that cannot be made here at all."""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.deploy.check.site import Site
from tests.deploy.check.verdict import Failed, Skipped

ROOT = Path(__file__).parents[3]
LIMIT_S = 400.0


def suite(*patterns: str, marks: str = "") -> Callable[[Site], str]:
    """All tests in the files below `tests/` that a pattern names."""

    def run(_: Site) -> str:
        files = sorted({path for pattern in patterns for path in (ROOT / "tests").glob(pattern)})
        if not files:
            raise Failed(f"there are no tests like {', '.join(patterns)}")
        options = ["-q", "-p", "no:cacheprovider", "-m", marks, "-rsfE"]
        return _pytest([*options, *map(str, files)])

    return run


def command(*words: str) -> Callable[[Site], str]:
    """A module of ours as a program; what it prints was measured."""

    def run(_: Site) -> str:
        done = _run([sys.executable, "-m", *words])
        if done.returncode:
            raise Failed((done.stdout + done.stderr).strip()[-500:])
        return "; ".join(line.strip() for line in done.stdout.splitlines())

    return run


def impossible(reason: str) -> Callable[[Site], str]:
    """Says so, whenever the others are run."""

    def run(_: Site) -> str:
        raise Skipped(reason)

    return run


def _pytest(words: Sequence[str]) -> str:
    done = _run([sys.executable, "-m", "pytest", *words])
    last = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.strip().splitlines()[-1]).strip("= ")
    if done.returncode:
        failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        raise Failed(f"{last}: {'; '.join(failed[:3])[:400]}")
    reasons = sorted(
        {line.partition(": ")[2] for line in done.stdout.splitlines() if line.startswith("SKIPPED")}
    )
    if " passed" not in f" {last}":
        raise Skipped("; ".join(reasons) or last)
    return f"{last}; skipped: {'; '.join(reasons)[:300]}" if reasons else last


def _run(words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            words,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"`{' '.join(words[1:5])} …` did not end within {LIMIT_S:g} s") from None
