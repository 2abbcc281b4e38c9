"""A function of the user's that makes numbers of a text: they compare reports in different languages.

What it gives is data from outside: it becomes a vector of whole numbers of a fixed length, so that no sum
depends on its order. Where it raises, or gives no numbers, a report has no such vector.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from services.enrich.failures import Failures

Embed = Callable[[str], Sequence[float]]
"""The headline and the lead of a text to numbers, as many for each text."""
MOST = 1_024
"""Numbers of a vector."""
LENGTH = 1_000
"""Of a vector."""


class NamedEmbed(NamedTuple):
    """Tasks in several threads call it."""

    name: str
    """As `enrich.embedder` says it."""
    embed: Embed


class Embedder:
    """Of one task."""

    def __init__(self, named: NamedEmbed) -> None:
        self.name = named.name
        self._embed = named.embed
        self.failures = Failures("enrich.embedder", named.name, "the story is compared by its words alone")

    def vector(self, text: str) -> tuple[int, ...]:
        """Empty where there is none."""
        try:
            return whole(self._embed(text))
        except Exception as error:  # noqa: BLE001 - whatever it raises, the story is told
            self.failures.note(error)
            return ()


def whole(numbers: Iterable[float]) -> tuple[int, ...]:
    """The direction in whole numbers. Raises `ValueError` for what has none."""
    given = [float(number) for number in islice(numbers, MOST + 1)]
    length = math.hypot(*given)
    if not 0 < len(given) <= MOST or not 0 < length < math.inf:
        raise ValueError(
            f"{len(given)} numbers of the length {length:g}; allowed: 1 to {MOST}, finite, not all 0"
        )
    return tuple(round(LENGTH * number / length) for number in given)
