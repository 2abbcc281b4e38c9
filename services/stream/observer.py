"""What the run loop tells whoever counts. Metrics stand behind it; the default says nothing."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from services.stream.bus import Partition
from services.stream.changelog import RestoreResult
from services.stream.imager import Written

State = Literal["idle", "fetch", "step", "publish", "backpressure", "restore"]
Result = Literal["committed", "aborted", "unclear", "fenced"]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What one publish made true. Counts are of what is committed, never of attempts."""

    number: int
    inputs: Mapping[str, int]
    """Records taken, by topic."""
    readings: int
    """Inputs a feeder brought."""
    outcomes: Mapping[str, int]
    dead: Mapping[str, int]
    """Dead letters, by reason."""
    outputs: Mapping[str, int]
    """Records published, by topic, dead letters included."""
    held: int
    """Inputs the task holds now."""
    consumed: Mapping[Partition, int]
    """Next offsets to read after a restart."""
    stamps: Sequence[int] = ()
    """`timestamp_us` of the records taken."""
    noted: Mapping[tuple[str, str], int] = msgspec.field(default_factory=dict)
    levels: Mapping[str, float] = msgspec.field(default_factory=dict)
    """Both as the task's `Step` has them."""
    seconds: float = 0.0
    """Time of the step."""


class Observer(Protocol):
    """Called on the event loop; must be quick and must not raise."""

    def delivered(self, delivery: Delivery) -> None: ...

    def transaction(self, result: Result, seconds: float) -> None:
        """One attempt to publish."""

    def spent(self, state: State, seconds: float) -> None:
        """Time of one lane, or of the fetching they share."""

    def failed(self, state: State, error: Exception) -> None:
        """Something was raised meanwhile; a `Retry` is tried again."""

    def restoring(self, number: int, at: int, end: int) -> None:
        """The changelog of a number is applied up to offset `at` of `end`."""

    def restored(self, number: int, restored: RestoreResult, seconds: float) -> None: ...

    def imaged(self, number: int, written: Written) -> None:
        """The state of a number was kept as an image."""

    def following(self, numbers: frozenset[int]) -> None:
        """The numbers of others whose state is at hand."""

    def rebalanced(self, owned: frozenset[int]) -> None:
        """The numbers this runner owns from now on."""

    def lost(self, number: int) -> None:
        """Another process has taken over a number that was ours."""

    def halted(self, number: int) -> None:
        """A number stands still, its input uncommitted, until something of it is delivered."""


class NullObserver:
    """The observer nobody looks at."""

    def delivered(self, delivery: Delivery) -> None: ...

    def transaction(self, result: Result, seconds: float) -> None: ...

    def spent(self, state: State, seconds: float) -> None: ...

    def failed(self, state: State, error: Exception) -> None: ...

    def restoring(self, number: int, at: int, end: int) -> None: ...

    def restored(self, number: int, restored: RestoreResult, seconds: float) -> None: ...

    def imaged(self, number: int, written: Written) -> None: ...

    def following(self, numbers: frozenset[int]) -> None: ...

    def rebalanced(self, owned: frozenset[int]) -> None: ...

    def lost(self, number: int) -> None: ...

    def halted(self, number: int) -> None: ...
