from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.console.run.once import OnceFeeder, Round
from services.ingest.readings import Tick
from services.stream.clock import ManualClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Script:
    """A feeder that says its lines and then that there will be no more."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)
        self.closed = False

    async def next(self, *, max_items: int, timeout_s: float) -> Sequence[Any] | None:
        assert max_items
        assert timeout_s
        return [self._lines.pop(0)] if self._lines else None

    async def close(self) -> None:
        self.closed = True


async def said(feeder: OnceFeeder) -> Sequence[Any] | None:
    return await feeder.next(max_items=10, timeout_s=0.5)


async def test_the_last_word_of_all_is_one_moment_after_everything_was_said() -> None:
    clock = ManualClock(NOON)
    this = Round(2, clock)
    quick, slow = OnceFeeder(Script("a"), 0, this), OnceFeeder(Script("b", "c"), 1, this)
    assert await said(quick) == ["a"]
    assert await said(quick) == []
    assert await said(slow) == ["b"]
    assert await said(slow) == ["c"]
    clock.set(NOON + timedelta(hours=1))
    last = await said(slow)
    assert last == [Tick(at=clock.now())]
    clock.set(NOON + timedelta(hours=2))
    assert await said(quick) == last
    assert await said(quick) is None
    assert await said(slow) is None


async def test_closing_closes_what_it_stands_for() -> None:
    script = Script()
    await OnceFeeder(script, 0, Round(1, ManualClock(NOON))).close()
    assert script.closed
