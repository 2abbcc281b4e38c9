"""What the run loop runs: a service is tasks over frozen records, and nothing else.

A task is deterministic and awaits nothing. The loop owns fetching, threads, publishing,
checkpoints and draining, and calls a task from one thread at a time.
"""

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, cast, runtime_checkable

import msgspec

from services.stream.bus import Output, Partition, Record

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Poison(Exception):
    """This input can never be used: it goes to the dead letters, the rest flows on.

    Raised by `Task.step` or `FedTask.take` for a whole batch, it makes the loop give the batch again,
    input by input, so that only the poisonous one dies. Hence a task raises it before it changes its
    state. A task that wants none of this puts a `DeadLetter` into its `Step` instead.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        """Short slug, a metric label."""
        self.detail = detail


class DeadLetter(msgspec.Struct, frozen=True):
    """Input that could not be used, as it came."""

    reason: str
    detail: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    origin: str
    """Topic/partition/offset, or file and line, or feed and URL."""


class Step(msgspec.Struct):
    """What one call of a task gives back; published in one act."""

    outputs: list[Output] = msgspec.field(default_factory=list)
    dead: list[DeadLetter] = msgspec.field(default_factory=list)
    outcomes: dict[str, int] = msgspec.field(default_factory=dict)
    """Inputs accounted for, by outcome. With `dead` and `held` they add up to the inputs."""
    consumed: dict[Partition, int] | None = None
    """Next offsets to read after a restart. None: everything given so far is done with.

    A partition left unnamed stays at what was last committed. Records from here on are given again
    after a restart, so a task that holds back must know again what it has seen.
    """
    full: frozenset[Partition] = frozenset()
    """Inputs of which it wants no more until its next step, which others must bring about: what it holds of
    them is bounded so. Never all of its inputs.
    """
    noted: dict[tuple[str, str], int] = msgspec.field(default_factory=dict)
    """What else happened, by name and kind: for whoever counts, when it is published."""
    levels: dict[str, float] = msgspec.field(default_factory=dict)
    """How much of something the task has now, by name: for whoever counts."""
    stamps: list[int] | None = None
    """`timestamp_us` of the records whose age counts; None: of all that were given."""


class Task(Protocol):
    """The state of one partition number and the functions over it."""

    def restore(self, record: Record) -> None:
        """Apply one changelog record. Called in offset order before any step."""

    def restored(self) -> None:
        """All of the changelog was applied: make of it what steps need. Called once, where there is one."""

    def step(self, records: Sequence[Record]) -> Step:
        """Take records of the input topics, in offset order per partition."""

    def held(self) -> int:
        """Inputs taken but not yet accounted for. Asked from the event loop at any time: must be quick."""


class OpenFile(NamedTuple):
    """A part of a state that lies on disk already. So far it is never written again, only added to."""

    name: str
    """No other has it."""
    fd: int
    size: int
    path: str = ""
    """Where it was found, to be removed if it reads differently."""


Part: TypeAlias = "bytes | bytearray | memoryview | array[Any] | NDArray[Any] | OpenFile"
Parts = Mapping[str, Part]
"""A state as arrays by name."""


def buffer(part: Part) -> memoryview:
    """Its bytes. Raises `TypeError` where it is a file."""
    if isinstance(part, OpenFile):
        raise TypeError(f"{part.name} is a file of its own")
    raw = memoryview(cast(bytes, part))
    return raw.cast("B") if raw.nbytes else memoryview(b"")


@runtime_checkable
class ImagedTask(Protocol):
    """A task whose state can be kept as it lies in memory."""

    def save(self) -> Parts:
        """All that the changelog so far made of it, to be read before the next step."""

    def load(self, parts: Parts) -> None:
        """Instead of `restore` of the records so far, on a new task; those behind are restored then."""


class End(msgspec.Struct, frozen=True):
    """Of what a task is fed: all was given."""


@runtime_checkable
class FollowingTask(Protocol):
    """A task that goes on where another group stands, if that one is further than its own."""

    follows: str
    """The group; empty where it follows none."""
    is_behind: bool
    """It waits for what that group's tasks remember, and takes it before anything else."""

    def go_on_from(self, offsets: Mapping[Partition, int]) -> None:
        """It is given these inputs from there on. Called once restored, before any step, if at all."""


class FedTask(Task, Protocol):
    """A task with input from outside the log."""

    def take(self, readings: Sequence[Any]) -> Step:
        """Take what a feeder brought."""


class Feeder(Protocol):
    """Brings input from outside the log: feeds over HTTP, a recording, an archive."""

    async def next(self, *, max_items: int, timeout_s: float) -> Sequence[Any] | None:
        """Readings for `FedTask.take`; empty after `timeout_s`; None when there will be no more.

        Called again only after the previous readings are published, never while a step runs, and
        first when the task was given the records its inputs held when it started.
        """

    async def close(self) -> None: ...


@runtime_checkable
class DrainableFeeder(Feeder, Protocol):
    """One that asks outsiders, who should not be asked once more for what was under way when a task ends."""

    async def drain(self, *, timeout_s: float) -> Sequence[Any]:
        """Begin nothing more; readings of what is under way, as far as it ends in time. Called once."""


@runtime_checkable
class OutwardService(Protocol):
    """A service whose feeders are drained where a number changes hands: its new owner waits for that."""

    drains_feeders: bool


class Service(Protocol):
    """The definition of a service."""

    @property
    def name(self) -> str: ...

    @property
    def inputs(self) -> tuple[str, ...]:
        """Co-partitioned topics; a task owns one partition number of all of them."""

    @property
    def changelog(self) -> str | None:
        """Topic whose partition of the same number restores a task. Compacted."""

    def task(self, number: int) -> Task: ...

    def feeder(self, task: Any, number: int) -> Feeder | None:
        """The outside input of a task, None where the log is all there is."""


Outcomes = Mapping[str, int]
