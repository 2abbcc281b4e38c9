"""Keeps a lane's state as an image: taken between two steps by a child that sees memory as it stood then.

The task goes on at once; what it changes meanwhile the kernel copies. A child is no more than a file being
written: if it fails, is killed or takes too long, the older image stays.
"""

import asyncio
import gc
import hashlib
import logging
import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

from services.stream.bus import Bus, BusError, Output, Partition, Record
from services.stream.changelog import walk
from services.stream.clock import Clock
from services.stream.image import image_path, write_image
from services.stream.service import ImagedTask, OpenFile, Parts
from services.stream.snapshot import ANCHORS, Anchor, Lineage, SnapshotFolder

logger = logging.getLogger(__name__)
LONGEST_S = 900.0
"""A child that takes longer is stuck."""
_LOOK_BACK = 64
"""Offsets from the log's end in which its last record is, whatever marks of transactions lie between."""
_NICE = 10
_REASON_BYTES = 500


class Written(NamedTuple):
    """An image that was kept."""

    bytes: int
    seconds: float
    pause_s: float
    """For which the task stood still."""


class Imager:
    """Of one number, as long as it is owned."""

    def __init__(self, bus: Bus, partition: Partition, folder: SnapshotFolder, clock: Clock) -> None:
        self._bus, self._partition, self._folder, self._clock = bus, partition, folder, clock
        self._last: Output | None = None
        """What the log ends with, as far as this owner knows, and is not in an image."""
        self._child: Child | None = None
        self.wanted = False

    def note(self, outputs: Sequence[Output]) -> None:
        """These were published."""
        for output in reversed(outputs):
            if output.partition == self._partition:
                self._last = output
                break

    async def begin(self, task: ImagedTask) -> None:
        """Start to write what the task holds now; nothing where all is kept, or one is being written.

        Failures are told and leave the older image.
        """
        self.wanted = False
        if self._last is None or self._child is not None:
            return
        try:
            origin = await self._origin(self._last)
            if origin is None:
                logger.warning("no image of %s/%s: its end is not what was published", *self._partition)
                return
            self._child = await asyncio.to_thread(
                Child, image_path(self._folder, self._partition), origin, task
            )
            self._last = None
        except (OSError, BusError) as error:
            logger.warning("no new image of %s/%s: %s", *self._partition, error)

    async def wait(self) -> Written | None:
        """What became of the image that is being written, once it is."""
        child = self._child
        if child is None:
            return None
        try:
            async with asyncio.timeout(LONGEST_S):
                return await asyncio.to_thread(child.wait)
        except (TimeoutError, OSError) as error:
            if child.is_killed:
                return None
            logger.warning("no new image of %s/%s: %s", *self._partition, error or "it took too long")
            return None
        finally:
            child.kill()
            self._child = None

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    async def _origin(self, last: Output) -> Lineage | None:
        """Where the log ends; None where that is not what this owner published: it may be none any more."""
        end = await self._bus.end(self._partition)
        start = max(0, end - _LOOK_BACK)
        there = [
            record async for records in walk(self._bus, self._partition, start, end) for record in records
        ]
        if not there or not _holds(there[-1], last):
            return None
        return Lineage(
            scheme=self._folder.scheme,
            topic=self._partition.topic,
            number=self._partition.number,
            next_offset=end,
            written_at=self._clock.now(),
            anchors=tuple(Anchor.of(record) for record in there[-ANCHORS:]),
        )


def _holds(record: Record, output: Output) -> bool:
    return (record.key, record.value, record.headers) == (output.key, output.value, output.headers)


class Commission(NamedTuple):
    """What a child is to write, and for whom."""

    path: Path
    origin: Lineage
    digest: "hashlib._Hash"
    parent: int

    def write(self, parts: Parts) -> int:
        return write_image(self.path, self.origin, parts, self.digest, self._check_parent)

    def _check_parent(self) -> None:
        if os.getppid() != self.parent:
            raise OSError("whose state it is has gone")


class Child:
    """A process that writes an image and ends. Opened between two steps of the task."""

    def __init__(self, path: Path, origin: Lineage, task: ImagedTask) -> None:
        self._began = time.monotonic()
        digest = hashlib.sha256()  # not in the child: another thread may be within the library
        self._reading, writing = os.pipe()
        masked = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            commission = Commission(path, origin, digest, os.getpid())
            self._pid = os.fork()
            if not self._pid:
                _write_and_exit(commission, task, writing)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)
            os.close(writing)
        self.pause_s = time.monotonic() - self._began

    def wait(self) -> Written:
        """Blocks. Raises OSError with what the child says."""
        said = b""
        while more := os.read(self._reading, _REASON_BYTES):
            said += more
        if not said.isdigit():
            raise OSError(said.decode("utf-8", "replace") or "it was killed")
        return Written(int(said), time.monotonic() - self._began, self.pause_s)

    @property
    def is_killed(self) -> bool:
        return not self._pid

    def kill(self) -> None:
        """Twice is once."""
        if self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            os.close(self._reading)
            self._pid = 0


def _write_and_exit(commission: Commission, task: ImagedTask, writing: int) -> NoReturn:
    """What the child does, with nothing of its parent's but memory and the files of the parts."""
    try:
        gc.disable()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.nice(_NICE)
        with suppress(OSError):  # where memory runs out it is the one to go
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        parts = task.save()
        _close_all_but({writing, *(each.fd for each in parts.values() if isinstance(each, OpenFile))})
        os.write(writing, str(commission.write(parts)).encode())
    except BaseException as error:  # noqa: BLE001 - whatever it is, this process ends here
        os.write(writing, f"{type(error).__name__}: {error}".encode()[:_REASON_BYTES])
    finally:
        os._exit(0)


def _close_all_but(kept: set[int]) -> None:
    """What the parent holds open must end with the parent: ports, locks."""
    start = 3
    for fd in sorted(kept):
        os.closerange(start, fd)
        start = fd + 1
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))
