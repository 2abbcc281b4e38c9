"""A spread dedup on a log of its own: all roles, in any order of their steps, killed and moved at will."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import cast

from services.contracts.topics import EVERY
from services.dedup.roles import ROLES
from services.dedup.service import DedupService
from services.dedup.settings import DedupSettings
from services.dedup.spread.stages import stage
from services.stream.bus import Output, Partition, Record
from services.stream.following import changelog_feed
from services.stream.service import FedTask, Feeder, FollowingTask, Service, Step, Task, buffer
from tests.integration.dedup.shard import Value, record
from tests.unit.dedup.pieces import SETTINGS

INPUT, STATE = Partition("articles", 0), Partition("dedup-state", 0)
Name = tuple[str, int]
"""A service and a partition number."""
LEFT = 0.5
"""How much of what is not the last of its key a log still has."""
FED = 0.7
"""How often a task that may be fed is, where it could take records as well."""


class Crowd:
    """The tasks of shard 0. What a step gave is published and committed at once, as a bus does."""

    def __init__(self, *, seed: int = 0, settings: DedupSettings = SETTINGS) -> None:
        self._random = random.Random(seed)
        self._settings = settings
        self.log: defaultdict[Partition, list[Record]] = defaultdict(list)
        self.committed: defaultdict[str, dict[Partition, int]] = defaultdict(dict)
        self._given: defaultdict[Name, dict[Partition, int]] = defaultdict(dict)
        self._tasks: dict[Name, Task] = {}
        self._full: dict[Name, frozenset[Partition]] = {}
        """Of which inputs a task takes no more for now."""
        self._feeders: dict[Name, Feeder] = {}
        """Of those that bring more than their inputs."""
        self._images: dict[Name, tuple[int, dict[str, bytes]]] = {}
        self.roles: dict[str, Service] = {}
        self.run_roles(ROLES)

    def run_roles(self, roles: Sequence[str]) -> "Crowd":
        """From now on these, `dedup` among them where one process is to fold."""
        made: list[Service] = [
            DedupService(self._settings)
            if role == "dedup"
            else stage(role, self._settings, feed=changelog_feed(self, "dedup-state"))
            for role in roles
        ]
        self.roles = {service.name: service for service in made}
        self._tasks.clear()
        self._given.clear()
        self._full.clear()
        self._feeders.clear()
        return self

    def write(self, values: Iterable[Value]) -> "Crowd":
        for value in values:
            self.log[INPUT].append(record(value, len(self.log[INPUT])))
        return self

    def settle(self, *, batch: int = 256, kill: float = 0.0, steps: int | None = None) -> "Crowd":
        """Until nothing is left to take, or for so many steps; now and then a task is lost."""
        while (steps is None or steps > 0) and (ready := self._ready()):
            name = self._random.choice(ready)
            self._step(name, self._random.randint(1, batch))
            if self._random.random() < kill:
                self.kill(self._random.choice(sorted(self._tasks)))
            steps = None if steps is None else steps - 1
        return self

    def kill(self, name: Name) -> None:
        self._tasks.pop(name, None)
        self._given.pop(name, None)
        self._full.pop(name, None)
        self._feeders.pop(name, None)

    def image(self, *, but: Sequence[str] = ()) -> "Crowd":
        """Keep the states as they lie in memory: tasks that are lost go on from there.

        `but`: services of which none is kept, for who comes next could not read it.
        """
        for name, task in self._tasks.items():
            if hasattr(task, "save") and name[0] not in but:
                changelog = Partition(str(self.roles[name[0]].changelog), name[1])
                parts = {part: bytes(buffer(value)) for part, value in task.save().items()}
                self._images[name] = len(self.log[changelog]), parts
        return self

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        """As a bus does that has compacted some of it."""
        last = {each.key: each.offset for each in self.log[partition]}
        there = [
            each
            for each in self.log[partition][start:]
            if last[each.key] == each.offset or self._random.random() < LEFT
        ]
        return there[: min(max_records, self._random.randint(1, 9))]

    async def end(self, partition: Partition) -> int:
        return len(self.log[partition])

    def _inputs(self, name: Name) -> list[Partition]:
        return [Partition(topic, name[1]) for topic in self.roles[name[0]].inputs]

    def _wanted(self, name: Name) -> list[Partition]:
        return [each for each in self._inputs(name) if each not in self._full.get(name, ())]

    def _next(self, name: Name, partition: Partition) -> int:
        given = self._given[name]
        if partition not in given:
            given[partition] = self.committed[name[0]].get(partition, 0)
        return given[partition]

    def _ready(self) -> list[Name]:
        names = [
            (service.name, number)
            for service in self.roles.values()
            for number in range(EVERY[service.inputs[0]].partitions)
        ]
        return [
            name
            for name in names
            if name in self._feeders
            or any(self._next(name, each) < len(self.log[each]) for each in self._wanted(name))
        ]

    def _task(self, name: Name) -> Task:
        if name not in self._tasks:
            service = self.roles[name[0]]
            task = self._tasks[name] = service.task(name[1])
            changelog = Partition(str(service.changelog), name[1])
            start, parts = self._images.get(name, (0, {}))
            if parts:
                task.load(parts)  # type: ignore[attr-defined]
            last = {each.key: each.offset for each in self.log[changelog]}
            for each in self.log[changelog][start:]:
                if last[each.key] == each.offset:
                    task.restore(each)
            task.restored()
            self._follow(name, task, service)
        return self._tasks[name]

    def _follow(self, name: Name, task: Task, service: Service) -> None:
        """As a lane does."""
        if isinstance(task, FollowingTask) and task.follows:
            theirs = self.committed["dedup"]
            ahead = {p: theirs[p] for p in self._inputs(name) if theirs.get(p, 0) > self._next(name, p)}
            if ahead:
                self._given[name] |= ahead
                task.go_on_from(ahead)
        feeder = service.feeder(task, name[1])
        if feeder is not None:
            self._feeders[name] = feeder

    def _step(self, name: Name, batch: int) -> None:
        task = self._task(name)
        if name in self._feeders and self._random.random() < FED:
            self._feed(name, cast(FedTask, task))
            return
        records: list[Record] = []
        for partition in self._wanted(name):
            start = self._next(name, partition)
            found = self.log[partition][start : start + batch]
            records += found
            self._given[name][partition] = start + len(found)
        if records:
            self._deliver(name, task.step(records))

    def _feed(self, name: Name, task: FedTask) -> None:
        readings = asyncio.run(self._feeders[name].next(max_items=256, timeout_s=0))
        if readings is None:
            del self._feeders[name]
        else:
            self._deliver(name, task.take(readings))

    def _deliver(self, name: Name, step: Step) -> None:
        for output in step.outputs:
            self._append(output)
        self._full[name] = step.full
        consumed = dict(self._given[name]) if step.consumed is None else step.consumed
        for partition, offset in consumed.items():
            assert offset <= self._given[name][partition]
        self.committed[name[0]] |= consumed

    def _append(self, output: Output) -> None:
        assert output.partition.number < EVERY[output.partition.topic].partitions
        log = self.log[output.partition]
        log.append(
            Record(output.partition, len(log), output.key, output.value, output.headers, output.timestamp_us)
        )

    def published(self) -> dict[str, list[tuple[bytes | None, bytes | None]]]:
        """By topic, in order: a topic's bytes are what must be equal."""
        return {
            topic: [(each.key, each.value) for each in self.log[Partition(topic, 0)]]
            for topic in ("relations", "clusters")
        }

    def kept(self) -> dict[bytes, bytes]:
        """What the compacted changelog holds."""
        last = {each.key: each.value for each in self.log[STATE]}
        return {key: value for key, value in last.items() if key is not None and value is not None}
