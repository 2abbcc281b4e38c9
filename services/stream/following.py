"""What a task that is behind another is fed: that one's changelog, to its end."""

from collections.abc import Callable, Sequence
from typing import Protocol

from services.stream.bus import Partition, Record
from services.stream.service import End, Feeder, FollowingTask


class Readable(Protocol):
    """A log, as far as it is asked here."""

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]: ...

    async def end(self, partition: Partition) -> int: ...


class ChangelogFeeder:
    """Nothing where the task is not behind; `End` again and again until it no longer is."""

    def __init__(self, log: Readable, partition: Partition, task: FollowingTask) -> None:
        self._log, self._partition, self._task = log, partition, task
        self._next = 0

    async def next(self, *, max_items: int, timeout_s: float) -> Sequence[Record | End] | None:  # noqa: ARG002
        if not self._task.is_behind:
            return None
        while self._next < await self._log.end(self._partition):
            records = await self._log.read(self._partition, self._next, max_records=max_items)
            if not records:  # marks of transactions
                break
            self._next = records[-1].offset + 1
            return records
        return [End()]

    async def close(self) -> None: ...


def changelog_feed(log: Readable, topic: str) -> Callable[[FollowingTask, int], Feeder]:
    """A feeder for the task of each number."""

    def feeder(task: FollowingTask, number: int) -> Feeder:
        return ChangelogFeeder(log, Partition(topic, number), task)

    return feeder
