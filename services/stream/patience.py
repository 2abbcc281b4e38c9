"""How long a `Retry` is waited out: growing pauses, and an end."""

from asyncio import sleep
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from services.stream.bus import Fatal, Retry

T = TypeVar("T")


class Patience(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    first_s: float = 0.05
    longest_s: float = 5.0
    total_s: float = 60.0
    """Pauses together; then the fault is a person's to mend."""


async def call_patiently(
    call: Callable[[], Awaitable[T]], patience: Patience, failed: Callable[[Retry], None] | None = None
) -> T:
    """Call again while it raises `Retry`, of which `failed` is told. Raises `Fatal` when patience ends.

    The pauses are real time, whatever clock a replay goes by.
    """
    pause_s = patience.first_s
    left_s = patience.total_s
    while True:
        try:
            return await call()
        except Retry as error:
            if failed is not None:
                failed(error)
            if left_s <= 0:
                raise Fatal(f"still failing after {patience.total_s:.0f} s of trying: {error}") from error
        await sleep(min(pause_s, left_s))
        left_s -= pause_s
        pause_s = min(2 * pause_s, patience.longest_s)
