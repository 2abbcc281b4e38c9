"""Which memory is joined into large pages, and that a fork has less to copy then."""

import ctypes
import mmap
from pathlib import Path

import pytest

from services.stream.pages import HUGE, Span, join, spans

KIB = 1 << 10


def mapping(start: int, end: int, used: int, joined: int = 0, *, mode: str = "rw-p", inode: int = 0) -> str:
    """As /proc/PID/smaps tells of one."""
    return (
        f"{start:x}-{end:x} {mode} 00000000 00:00 {inode}                  {'/lib/x' if inode else ''}\n"
        f"Size:           {(end - start) // KIB:>8} kB\nRss:            {used // KIB:>8} kB\n"
        f"Anonymous:      {used // KIB:>8} kB\nKSM:                   0 kB\n"
        f"AnonHugePages:  {joined // KIB:>8} kB\nShmemPmdMapped:        0 kB\nVmFlags: rd wr mr mw\n"
    )


def test_memory_in_use_is_joined_between_borders_of_large_pages() -> None:
    start, end = 5 * HUGE + 4096, 9 * HUGE + 8192
    told = mapping(start, end, end - start) + mapping(20 * HUGE, 21 * HUGE, HUGE)
    assert list(spans(told)) == [Span(6 * HUGE, 3 * HUGE), Span(20 * HUGE, HUGE)]


@pytest.mark.parametrize(
    "told",
    [
        mapping(HUGE, 9 * HUGE, 5 * HUGE),
        mapping(HUGE, 9 * HUGE, 8 * HUGE, joined=8 * HUGE),
        mapping(HUGE, 9 * HUGE, 8 * HUGE, mode="r--p"),
        mapping(HUGE, 9 * HUGE, 8 * HUGE, mode="rw-s"),
        mapping(HUGE, 9 * HUGE, 8 * HUGE, inode=7),
        mapping(HUGE + 4096, 3 * HUGE - 4096, 2 * HUGE - 8192),
    ],
    ids=["a stack", "joined before", "read only", "shared", "a file", "too small"],
)
def test_other_memory_is_left_alone(told: str) -> None:
    assert list(spans(told)) == []


def joined() -> int:
    told = Path("/proc/self/smaps_rollup").read_text(encoding="utf-8")
    return int(told.partition("AnonHugePages:")[2].split()[0]) * KIB


def test_what_was_written_reads_the_same_in_large_pages() -> None:
    before = joined()
    held = mmap.mmap(-1, 4 * HUGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    held[:] = bytes(range(256)) * (4 * HUGE // 256)
    here = ctypes.addressof(ctypes.c_char.from_buffer(held))
    if not join([Span(-(-here // HUGE) * HUGE, 3 * HUGE)]):
        pytest.skip("this system joins no pages: Linux before 6.1, or another")
    assert joined() - before >= 3 * HUGE
    assert held[:] == bytes(range(256)) * (4 * HUGE // 256)
