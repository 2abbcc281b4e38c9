"""Memory in pages of two megabytes, where the system has such: a fork copies an entry for each page.

That is 45 ms for a GiB of small pages, and about one for large ones. A large page that is written beside a
child is parted again, and new memory comes in small ones; so they are joined anew before each fork.
"""

import ctypes
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

HUGE = 2 << 20
WORTH = 128 << 20
"""In so many bytes of small pages: they cost a fork six milliseconds."""
_COLLAPSE = 25
"""Of Linux 6.1 and later."""
_FULL = 0.75
"""Share of a mapping that must be in use: what was never touched would be filled with zeros."""
_ORDERED = 0.9
"""Share of a mapping in large pages with which it is left alone."""
_MAPPING = re.compile(
    r"^(?P<start>[0-9a-f]+)-(?P<end>[0-9a-f]+) rw.p [0-9a-f]+ \S+ 0 .*\n"
    r"(?:\w+: .*\n)*?Anonymous: +(?P<used>\d+) kB\n"
    r"(?:\w+: .*\n)*?AnonHugePages: +(?P<joined>\d+) kB$",
    re.MULTILINE,
)


class Span(NamedTuple):
    """Of addresses, at borders of large pages."""

    start: int
    length: int


def join_pages(worth: int = WORTH) -> int:
    """Bytes of this process's memory that came to lie in large pages; 0 where that is not worth it, or the
    system cannot. A second or two of CPU a GiB; others may go on to use the memory meanwhile.
    """
    try:
        mappings = Path("/proc/self/smaps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    found = list(spans(mappings))
    return join(found) if sum(span.length for span in found) >= worth else 0


def join(found: Iterable[Span]) -> int:
    """`join_pages` of some."""
    advise = getattr(ctypes.CDLL(None), "madvise", None)
    if advise is None:
        return 0
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return sum(span.length for span in found if advise(*span, _COLLAPSE) == 0)


def spans(mappings: str) -> Iterator[Span]:
    """Memory of no file, in use and in small pages. `mappings`: as in `/proc/PID/smaps`."""
    for found in _MAPPING.finditer(mappings):
        start, end = int(found["start"], 16), int(found["end"], 16)
        used, joined = int(found["used"]) << 10, int(found["joined"]) << 10
        first, last = -(-start // HUGE) * HUGE, end // HUGE * HUGE
        if first < last and used >= _FULL * (end - start) and joined < _ORDERED * (last - first):
            yield Span(first, last - first)
