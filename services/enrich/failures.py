"""What a function of the user's failed on: counted, and logged once of each kind."""

import logging

from services.ops.failures import error_type

logger = logging.getLogger(__name__)


class Failures:
    """Of one function in one task."""

    def __init__(self, setting: str, name: str, instead: str) -> None:
        self._what = f"{setting} {name}"
        self._instead = instead
        """What happens in its place, as the end of a sentence."""
        self._count = 0
        self._reported: set[str] = set()

    def note(self, error: Exception) -> None:
        self._count += 1
        kind = error_type(error)
        if kind not in self._reported:
            self._reported.add(kind)
            logger.warning(
                "%s failed (%s); %s. Where it fails so again it is counted and not told again",
                self._what,
                type(error).__name__,
                self._instead,
                exc_info=error,
            )

    def take(self) -> int:
        """How many there were since they were last asked for."""
        count, self._count = self._count, 0
        return count
