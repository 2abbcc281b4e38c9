"""Who owns what: lanes of spans, ranges of keys. Fixed, as partition counts are.

A row is a sighting whose text is read, numbered in order of decision. A span is at most 256 rows that lie
between two multiples of 256, so that a row tells its lane.
"""

from collections.abc import Callable
from typing import Any

from services.contracts.topics import LANES, RANGES
from services.stream.bus import Partition
from services.stream.service import Feeder, Task

__all__ = ["LANES", "MOST_WAITING", "RANGES", "SPAN", "Stage", "all_lanes", "lane_of", "lane_partition"]
SPAN = 256
MOST_WAITING = 20_000
"""Articles that a task holds until others tell of them, some 100 MB: it takes no more until they do."""


def lane_of(row: int) -> int:
    return row // SPAN % LANES


def lane_partition(topic: str, shard: int, row: int) -> Partition:
    """Of the lane that owns a row."""
    return Partition(topic, shard * LANES + lane_of(row))


def all_lanes(topic: str, shard: int) -> list[Partition]:
    return [Partition(topic, shard * LANES + lane) for lane in range(LANES)]


class Stage:
    """One role of a spread dedup, as the run loop takes it."""

    def __init__(
        self,
        name: str,
        inputs: tuple[str, ...],
        changelog: str | None,
        make: Callable[[int], Task],
        feed: Callable[[Any, int], Feeder] | None = None,
    ) -> None:
        """`feed`: what brings a task more than its inputs."""
        self.name, self.inputs = name, inputs
        self.changelog = changelog
        self._make, self._feed = make, feed

    def task(self, number: int) -> Task:
        return self._make(number)

    def feeder(self, task: Task, number: int) -> Feeder | None:
        return self._feed(task, number) if self._feed else None
