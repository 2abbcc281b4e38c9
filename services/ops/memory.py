"""How much memory this process may use: the limits of its control groups, else the machine's."""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


def memory_limit(*, root: Path = ROOT, membership: Path = MEMBERSHIP) -> int:
    """Bytes. Knows both versions of control groups, seen from inside a container or from outside."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_limits(root, membership)])


def _limits(root: Path, membership: Path) -> Iterator[int]:
    for file in _files(root, membership):
        try:
            text = file.read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit():  # `max` is none
            yield int(text)


def _files(root: Path, membership: Path) -> Iterator[Path]:
    yield root / "memory.max"
    yield root / "memory" / "memory.limit_in_bytes"
    try:
        lines = membership.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield root / path.lstrip("/") / "memory.max"
        elif "memory" in controllers.split(","):
            yield root / "memory" / path.lstrip("/") / "memory.limit_in_bytes"
