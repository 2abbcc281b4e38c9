"""What `/livez` and `/readyz` say. Everything is answered from what was noted before; nothing is asked."""

import time
from collections.abc import Callable, Mapping


class Health:
    """Heartbeats of the run loops and what is still missing for work.

    Alive: every loop that has begun turned within `stall_s` seconds. Nothing outside the process counts,
    so a lost broker or a rebalance never gets a process killed. Ready: no part has anything missing.
    """

    def __init__(
        self, parts: Mapping[str, str], *, stall_s: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`parts`: each part that must become ready, with what it lacks at the start."""
        self._missing = dict(parts)
        self._beats: dict[str, float] = {}
        self._stall_s = stall_s
        self._monotonic = monotonic

    def note_turn(self, loop: str) -> None:
        """A loop turned."""
        self._beats[loop] = self._monotonic()

    def forget(self, loop: str) -> None:
        """A loop ended on purpose and owes no more heartbeats."""
        self._beats.pop(loop, None)

    def mark_ready(self, part: str) -> None:
        self._missing.pop(part, None)

    def mark_missing(self, part: str, what: str) -> None:
        self._missing[part] = what

    def liveness(self) -> tuple[bool, dict[str, object]]:
        """Whether it is alive, and the seconds since each loop's last turn."""
        now = self._monotonic()
        ages = {loop: round(now - beat, 3) for loop, beat in sorted(self._beats.items())}
        stalled = sorted(loop for loop, age in ages.items() if age > self._stall_s)
        return not stalled, {"live": not stalled, "stalled": stalled, "seconds_since_turn": ages}

    def readiness(self) -> tuple[bool, dict[str, object]]:
        """Whether it can work, and what is missing where it cannot."""
        return not self._missing, {"ready": not self._missing, "missing": dict(sorted(self._missing.items()))}
