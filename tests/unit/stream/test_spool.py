"""The spool beside a dict that is given the same."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.stream.bus import Fatal
from services.stream.spool import Segment, Spool

PUTS = st.tuples(st.integers(0, 9), st.binary(max_size=60))
DROPS = st.tuples(st.integers(0, 9), st.none())


def small(folder: Path) -> Spool:
    return Spool(folder, buffer_bytes=40, segment_bytes=100)


@given(steps=st.lists(PUTS | DROPS, max_size=120))
def test_it_gives_back_what_was_put_last_whatever_was_dropped(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bytes | None]]
) -> None:
    spool, there = small(tmp_path_factory.getbasetemp() / "spool"), dict[int, bytes]()
    for number, value in steps:
        if value is None:
            spool.drop(number)
            there.pop(number, None)
        else:
            spool.put(number, value)
            there[number] = value
        assert {number: spool.get(number) for number in there} == there


def test_a_small_state_never_meets_the_disk(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    for number in range(100):
        spool.put(number, b"x" * 1000)
    assert spool.get(50) == b"x" * 1000
    assert not (tmp_path / "spool").exists()


def test_nothing_lies_under_a_name(tmp_path: Path) -> None:
    spool = small(tmp_path / "spool")
    for number in range(100):
        spool.put(number, b"x" * 50)
    assert spool.disk_bytes() > 4000
    assert list((tmp_path / "spool").iterdir()) == []


def test_the_disk_is_given_back_and_what_stays_among_the_dropped_is_moved(tmp_path: Path) -> None:
    spool = small(tmp_path)
    for number in range(1000):
        spool.put(number, number.to_bytes(2) * 25)
    full = spool.disk_bytes()
    for number in range(900):
        if number % 10:
            spool.drop(number)
    for number in range(1000, 1100):
        spool.put(number, number.to_bytes(2) * 25)
    assert spool.disk_bytes() < full / 2
    assert all(
        spool.get(number) == number.to_bytes(2) * 25 for number in (*range(0, 900, 10), *range(900, 1100))
    )


def test_files_are_few_however_much_there_is(tmp_path: Path) -> None:
    spool = small(tmp_path)
    for number in range(3000):
        spool.put(number, b"x" * 50)
    assert len(spool._segments) < 400


def test_a_full_disk_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    spool = small(tmp_path)
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(Fatal, match=f"spool in {tmp_path}: No space left on device; make room"):
        spool.put(1, b"x" * 50)


def test_what_reads_differently_is_refused(tmp_path: Path) -> None:
    spool = small(tmp_path)
    spool.put(1, b"x" * 50)
    (segment,) = spool._segments.values()
    os.pwrite(segment.fd, b"y", 7)
    with pytest.raises(Fatal, match="reads differently"):
        spool.get(1)
    os.ftruncate(segment.fd, 3)
    with pytest.raises(Fatal, match="reads differently"):
        spool.get(1)


def test_a_file_is_closed_with_its_segment(tmp_path: Path) -> None:
    segment = Segment.new(tmp_path)
    fd = segment.fd
    del segment
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
