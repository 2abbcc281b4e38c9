"""How recordings are played."""

from typing import NamedTuple

from services.ingest.recordings.pace import AT_ONCE, Pace
from services.ingest.recordings.source import WHOLE, TimeFrame


class Program(NamedTuple):
    """What of the recordings is played, and how."""

    pace: Pace = AT_ONCE
    frame: TimeFrame = WHOLE
    rounds: int = 1
    """0: without end."""
    checks: bool = False
    """Pages are known to be looked at again, as the run did that was recorded."""


PLAIN = Program()
