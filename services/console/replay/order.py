"""What a replay and the process behind its dedup tell each other, a line of JSON each way."""

import msgspec

from services.contracts.stories import Preference
from services.ops.exits import Exit

SETTLED = b"settled\n"


class Order(msgspec.Struct, frozen=True):
    """What is to be done."""

    log: str
    durable: bool
    workers: int
    wait_s: float
    best: Preference = "original"
    changelog: bool = True
    """Whether somebody may go on from what it had come to."""


class Answer(msgspec.Struct, frozen=True):
    """What came of it. With a failure nothing else is told."""

    failure: str = ""
    code: int = Exit.OK
    held: int = 0
    """Inputs that enrich still holds, and those that it lost track of."""
    unaccounted: int = 0
